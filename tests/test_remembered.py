"""A page is made again whenever a text changes that it shows, counts or was decided by."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import copy_project
from plansite.site import Site, Sources, compose

Change = Callable[[list[str]], list[str]]


def composed(project: Path, change: Change, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Return the site of a project once the lines of a measure have been changed."""
    monkeypatch.chdir(project)
    plan = project / "data" / "plan.yaml"
    text = plan.read_text("utf-8")
    lines = text.splitlines()
    start = lines.index("measures:")
    changed = change(lines[start:])
    assert changed != lines[start:]
    plan.write_text("\n".join([*lines[:start], *changed]) + "\n", "utf-8")
    site = compose(Sources())
    plan.write_text(text, "utf-8")
    return site


def replaced(number: int, old: str, new: str) -> Change:
    """Return a change of a text of a measure."""

    def change(lines: list[str]) -> list[str]:
        first = lines.index(f"  - number: {number}")
        at = next(at for at in range(first, len(lines)) if old in lines[at])
        return [*lines[:at], lines[at].replace(old, new, 1), *lines[at + 1 :]]

    return change


CHANGES = {
    "the English of a sentence": replaced(1, "        en: ", "        en: Also "),
    "the Chinese of a sentence, which is stale then": replaced(1, "。", "吧。"),
    "a term that comes to stand in a sentence": replaced(22, "。", "、数字人民币。"),
    "English that is no longer confirmed": replaced(31, "en_for: ", "en_for: # "),
    "the day on which English was confirmed last": replaced(58, "en_confirmed: 2026", "en_confirmed: 2027"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_not_made_again_would_come_out_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_project(tmp_path, with_notice=False)
    monkeypatch.chdir(project)
    before = compose(Sources()).made()
    site = composed(project, CHANGES[name], monkeypatch)
    whole, again = site.made(), site.made(known=before)
    differing = {file for file, page in whole.items() if page.text != before[file].text}
    assert differing, "the change shows somewhere"
    assert differing <= set(again) < set(whole), "what differs is made again, and less than all"
    assert {file: page.linked for file, page in whole.items() if file not in again} == {
        file: page.linked for file, page in before.items() if file not in again
    }
    assert all(whole[file] == page for file, page in again.items())
