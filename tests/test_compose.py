"""Everything that editors may touch is checked together: plan, labels, templates, hand-written pages."""

import re
import shutil
from pathlib import Path

import pytest

from conftest import PROJECT, copy_project
from plansite.errors import PlanError
from plansite.site.assemble import Sources, assemble, check_theme, write_pages
from plansite.validate import load_labels


def said_of(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(project)
    with pytest.raises(PlanError) as raised:
        assemble(Sources()).made()
    return [problem.text_line("en") for problem in raised.value.problems]


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
    count = write_pages(assemble(Sources()), Path("docs"), tmp_path / "pages")
    assert count == len(list((tmp_path / "pages").rglob("*.md"))) == 2 * (11 + 58 + 47 + 4 + 14) + 6
    assert (
        (tmp_path / "pages" / "en" / "measures" / "7" / "index.md")
        .read_text("utf-8")
        .startswith('---\ntitle: "Measure 7: ')
    )


BROKEN = {
    "a label by its attribute": ("partials/footer.html", "labels.about", "labels.abot", 'the label "abot"'),
    "a label by its item": (
        "partials/display.html",
        "labels[name]",
        "labels[name * 2]",
        'labels.yaml has no "text_sizetext_size"',
    ),
    "a name": ("404.html", "root | url", "rooot | url", "'rooot' is undefined"),
    "a field of the page": ("main.html", "page.canonical_url", "page.canonical", "has no attribute 'canonical'"),
    "a file": ("main.html", '["assets/site.css"]', '["assets/site.scss"]', "no attribute 'assets/site.scss'"),
    "a filter": ("partials/search.html", "labels.topics | e", "labels.topics | esc", "No filter named 'esc'"),
    "an include": ("partials/header.html", "partials/search", "partials/serch", "the template is missing"),
    "its form": ("main.html", "{% block tabs %}", "{% block %}", "expected token 'name'"),
    "a word to fill in": (
        "partials/footer.html",
        "source_line.format(date=",
        "source_line.format(when=",
        "KeyError: 'date'",
    ),
    "an argument": (
        "partials/footer.html",
        "notice_date | day(site_lang)",
        "notice_date | day",
        "TypeError: day() missing",
    ),
    "a sum": ("partials/metadata.html", '"en_US"', "1 + site_lang", "TypeError: unsupported operand"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_wrong_in_the_theme_is_named_with_its_line(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, good, bad, reason = BROKEN[kind]
    project = copy_project(tmp_path)
    path = project / "overrides" / name
    text = path.read_text("utf-8")
    path.write_text(text.replace(good, bad), "utf-8")
    place = "partials/serch.html:1" if kind == "an include" else f"{name}:{text[: text.index(good)].count(chr(10)) + 1}"
    said = said_of(project, monkeypatch)
    assert said[0].startswith(f"overrides/{place}:1: "), said
    assert reason in said[0]


OUTPUTS = [
    (path, match.start(1), match.end(1))
    for path in sorted((PROJECT / "overrides").rglob("*.html"))
    if path.parent.name != "languages"  # only Material asks for these words
    for match in re.finditer(r"\{\{-?((?:[^{}]|\{[^{}]*\})*?)-?\}\}", path.read_text("utf-8"))
]


def test_every_output_of_the_theme_is_rendered(tmp_path: Path) -> None:
    labels = load_labels(PROJECT / "macros" / "labels.yaml")
    missed = []
    for number, (path, start, end) in enumerate(OUTPUTS):
        overrides = tmp_path / str(number)
        shutil.copytree(PROJECT / "overrides", overrides)
        text = path.read_text("utf-8")
        (overrides / path.relative_to(PROJECT / "overrides")).write_text(f"{text[:start]} nobody {text[end:]}", "utf-8")
        try:
            check_theme(PROJECT / "macros", overrides, labels)
        except PlanError:
            continue
        missed.append((path.name, text[start:end]))
    assert missed == []


def test_a_label_is_missing_wherever_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A label behind labels[name ~ choice] and one in a branch that only a history takes."""
    project = copy_project(tmp_path)
    labels = project / "macros" / "labels.yaml"
    text = labels.read_text("utf-8")
    labels.write_text(re.sub("(?m)^colors_dark:.*\n", "", text), "utf-8")
    [line] = said_of(project, monkeypatch)
    assert line.startswith('overrides/partials/display.html:9:1: display.html: labels.yaml has no "colors_dark"; ')
    labels.write_text(re.sub("(?m)^record_was:.*\n", "", text), "utf-8")
    [line] = said_of(project, monkeypatch)
    assert line.startswith(
        'macros/change.md.j2:13:1: change.md.j2: uses the label "record_was", which macros/labels.yaml'
    )
