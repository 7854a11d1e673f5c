"""This module tests the preview: it shows what a build writes, follows edits, and keeps the last good state."""

import re
import shutil
from pathlib import Path

import pytest

from conftest import PROJECT, edit
from plansite.build.preview import Preview
from plansite.build.release import MARK
from plansite.site.pages import FOLDER

pytestmark = pytest.mark.site

PLAN, UNIT, FOOTER = Path("data/plan.yaml"), Path("macros/unit.html.j2"), Path("overrides/partials/footer.html")
METADATA = Path("overrides/partials/metadata.html")
EDITS: dict[str, tuple[Path, str, str, str, str]] = {
    "data": (PLAN, "extend credit loans", "extend more credit loans", "en/measures/2/", "extend more credit loans"),
    "a label": (Path("macros/labels.yaml"), "en: Home}", "en: Front page}", "en/", "Front page"),
    "a page template": (UNIT, '<dl class="facts">', '<dl class="new facts">', "units/tax-service/", "new facts"),
    "a template of the theme": (FOOTER, "<footer ", '<footer data-new="" ', "en/about/", 'data-new=""'),
    "a page written by hand": (Path("docs/about.zh.md"), "# ", "# 新", "about/", ">新关于本站"),
    "a style": (Path("overrides/assets/css/base.css"), "{", "{ --new: 1px; ", "", "assets/site."),
}
"""Edits of each kind: file, old words, new words, and the page that then shows some words."""
MISTAKES: dict[str, tuple[Path, str, str, str]] = {
    "data": (PLAN, "kind: judicial", "kind: judical", 'did you mean "judicial"?'),
    "a page template": (
        UNIT,
        "{{ it.name[lang] | words }}</h1>",
        "{{ it.nam[lang] | words }}</h1>",
        "has no attribute 'nam'",
    ),
    "a template of the theme": (FOOTER, "labels.republication", "labels.republicaton", 'the label "republicaton"'),
    "what only rendering shows": (METADATA, '"en_US"', "1 + site_lang", "TypeError: unsupported operand"),
}


def started(project: Path, monkeypatch: pytest.MonkeyPatch) -> Preview:
    """Return a preview of a project that has no mistake."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    # The preview sets it for mkdocs.yml; afterwards it is to be as before.
    monkeypatch.setenv("PLAN_LOCALE", "zh")
    preview = Preview("en")
    preview.follow()
    assert (preview.state, preview.problems) == (1, "")
    return preview


@pytest.fixture
def preview(small_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Preview:
    """The preview of a project whose files may be edited."""
    project = tmp_path / "project"
    shutil.copytree(small_site.parent, project, ignore=shutil.ignore_patterns("site"))
    return started(project, monkeypatch)


def shown(preview: Preview, address: str) -> str:
    content = preview.content(address)
    assert content is not None, address
    return content.decode()


def test_the_preview_shows_the_bytes_that_a_build_writes(small_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preview = started(small_site.parent, monkeypatch)
    files = {path.relative_to(small_site).as_posix(): path for path in small_site.rglob("*") if path.is_file()}
    missing = {"": files.pop("404.html"), "en/": files.pop("en/404.html")}
    assert MARK in files
    del files[MARK]
    for name, path in files.items():
        address = name.removesuffix("index.html")
        assert preview.content(address) == path.read_bytes(), name
    for folder, path in missing.items():
        assert preview.content(f"{folder}nowhere/") is None
        assert preview.not_found(f"{folder}nowhere/") == path.read_bytes()


def test_every_component_is_shown_by_the_preview_and_by_no_build(
    small_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = started(small_site.parent, monkeypatch)
    styles = PROJECT / "overrides" / "assets" / "css"
    table = re.findall(r"^\|.*?\|(.*?)\|", (styles / "README.md").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"`([\w-]+)\.css`", " ".join(table))
    assert {*named} == {path.stem for path in styles.glob("*.css")} - {"tokens", "base"}
    for folder in FOLDER.values():
        page = shown(preview, f"{folder}styleguide/")
        assert sorted(re.findall(r'<section id="([\w-]+)">\n<div class="block__head"><h2><code', page)) == sorted(named)
        assert "styleguide" not in shown(preview, folder), "nothing leads there"
        assert not (small_site / folder / "styleguide").exists()
    assert "styleguide" not in shown(preview, "search/en.js")


def test_the_preview_follows_edits_of_every_kind(preview: Preview) -> None:
    for number, (kind, (path, old, new, address, words)) in enumerate(EDITS.items(), start=2):
        before = shown(preview, address)
        edit(path, old, new)
        preview.follow()
        assert (preview.state, preview.problems) == (number, ""), kind
        assert words in shown(preview, address), kind
        assert shown(preview, address) != before, kind
        preview.follow()
        assert preview.state == number, "nothing has changed since"


@pytest.mark.parametrize("kind", ["a label", "a page template", "a template of the theme", "a page written by hand"])
def test_what_was_edited_while_the_plan_was_broken_is_shown_once_it_is_mended(kind: str, preview: Preview) -> None:
    path, old, new, address, words = EDITS[kind]
    text = PLAN.read_text("utf-8")
    PLAN.write_text(text.replace("kind: judicial", "kind: judical"), "utf-8")
    preview.follow()
    edit(path, old, new)
    preview.follow()
    assert words not in shown(preview, address)
    PLAN.write_text(text, "utf-8")
    preview.follow()
    assert (preview.state, preview.problems) == (2, "")
    assert words in shown(preview, address)


def test_what_mkdocs_warns_of_is_told(preview: Preview) -> None:
    edit(Path("docs/about.zh.md"), "# ", "[x](missing.md)\n\n# ")
    preview.follow()
    assert preview.state == 1
    assert "missing.md" in preview.problems


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_the_last_good_state_kept(kind: str, preview: Preview) -> None:
    path, good, bad, reason = MISTAKES[kind]
    text = path.read_text("utf-8")
    line = text[: text.index(good)].count("\n") + 1
    before = shown(preview, "en/units/district-court/")
    edit(path, good, bad)
    preview.follow()
    assert preview.state == 1
    assert preview.problems.startswith(f"{path}:{line}:"), preview.problems
    assert reason in preview.problems
    assert shown(preview, "en/units/district-court/") == before
    path.write_text(text, "utf-8")
    preview.follow()
    assert (preview.state, preview.problems) == (2, "")
    assert shown(preview, "en/units/district-court/") == before
