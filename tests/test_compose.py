"""Everything that editors may touch is checked together: plan, labels, templates, hand-written pages."""

from pathlib import Path

import pytest

from conftest import copy_project
from plansite.problems import PlanError
from plansite.site import Sources, compose, write


def said_of(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(project)
    with pytest.raises(PlanError) as raised:
        compose(Sources()).made()
    return [problem.line_of_text("en") for problem in raised.value.problems]


def edit(path: Path, good: str, bad: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(good) == 1, good
    path.write_text(text.replace(good, bad), "utf-8")


def test_mistakes_in_several_files_are_said_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = copy_project(tmp_path)
    edit(project / "data" / "plan.yaml", "[district-procuratorate]", "[procuratorate]")
    edit(project / "overrides" / "404.html", "labels.not_found_help", "labels.not_found_hint")
    (project / "docs" / "about.en.md").unlink()
    said = said_of(project, monkeypatch)
    assert [line.split(":")[0] for line in said] == ["data/plan.yaml", "docs/about.md", "overrides/404.html"]
    assert said[1].startswith("docs/about.md:1:1: about.md: has no about.en.md beside it; write that file too")


HOME = "home: {zh: 首页, en: Home}"
BAD_LABELS = {
    "home: {zh: 首页}": '7: home: lacks the field "en"; allowed here: zh, en, en_one',
    "home: {zh: 首页, en: 首页}": (
        '20: home.en: is English text with the Chinese character "首" at character 1; translate it or use pinyin'
    ),
    "home: {zh: 首页, en: Home, eng: Home}": (
        '26: home: has an unknown field "eng" (did you mean "en"?); allowed here: zh, en, en_one'
    ),
    "home: 首页": "7: home: is a text; must be a group of fields, each with a name, a colon, a space and a value",
}


@pytest.mark.parametrize("bad", BAD_LABELS)
def test_mistakes_in_labels(bad: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = copy_project(tmp_path)
    labels = project / "macros" / "labels.yaml"
    line = labels.read_text("utf-8").splitlines().index(HOME) + 1
    edit(labels, HOME, bad)
    assert said_of(project, monkeypatch) == [f"macros/labels.yaml:{line}:{BAD_LABELS[bad]}"]


def test_pages_can_feed_another_generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = copy_project(tmp_path / "project")
    monkeypatch.chdir(project)
    count = write(compose(Sources()), Path("docs"), tmp_path / "pages")
    assert count == len(list((tmp_path / "pages").rglob("*.md"))) == 2 * (11 + 58 + 47 + 4 + 14) + 6
    assert (
        (tmp_path / "pages" / "en" / "measures" / "7" / "index.md")
        .read_text("utf-8")
        .startswith('---\ntitle: "Measure 7: ')
    )
