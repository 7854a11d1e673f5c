"""Everything that editors may touch is checked together: plan, labels, templates, hand-written pages."""

import re
from pathlib import Path

import pytest

from conftest import copy_project, copy_small_project, run
from plansite.errors import LANGUAGES, PlanError
from plansite.site.assemble import Sources, assemble, write_pages


def said_of(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(project)
    with pytest.raises(PlanError) as raised:
        assemble(Sources())
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
    assert [line.split(":")[0] for line in said] == ["data/plan.yaml", "docs/about.zh.md", "overrides/404.html"]
    assert said[1].startswith("docs/about.zh.md:1:1: about.zh.md: has no about.en.md beside it; write that file too")


def test_a_page_written_by_hand_cannot_take_the_address_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_project(tmp_path)
    for lang in LANGUAGES:
        (project / "docs" / f"measures.{lang}.md").write_text("# Measures\n", "utf-8")
    [line] = said_of(project, monkeypatch)
    assert line.startswith('docs/measures.zh.md:1:1: measures: has the address "measures" of a page that is made from')


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
    project = copy_small_project(tmp_path / "project")
    monkeypatch.chdir(project)
    count = write_pages(assemble(Sources()), Path("docs"), tmp_path / "pages")
    assert count == len(list((tmp_path / "pages").rglob("*.md"))) == 2 * (12 + 3 + 2 * 4 + 2 + 2) + 8
    assert (
        (tmp_path / "pages" / "en" / "measures" / "1" / "index.md")
        .read_text("utf-8")
        .startswith('---\ntitle: "Measure 1: ')
    )


BROKEN = {
    "a label by its attribute": ("partials/more-nav.html", "labels.about", "labels.abot", 'the label "abot"'),
    "a label by its item": ("main.html", "labels.changes", 'labels["chages"]', 'the label "chages"'),
    "a name": ("404.html", "root | url", "rooot | url", "'rooot' is undefined"),
    "a field of the page": ("main.html", "page.canonical_url", "page.canonical", "page has no 'canonical'"),
    "a filter": ("partials/search.html", "labels.measures | e", "labels.measures | esc", "No filter named 'esc'"),
    "its form": ("main.html", "{% block tabs %}", "{% block %}", "expected token 'name'"),
    "a word to fill in": (
        "partials/footer.html", "republication.format(issuers=", "republication.format(who=",
        "the label republication has {issuers}, which is not given",
    ),
}  # fmt: skip
BROKEN_WHEN_RENDERED = {
    "a label by a computed item": (
        "partials/display.html", "labels[name]", "labels[name * 2]", 'labels.yaml has no "text_sizetext_size"',
    ),
    "a file": ("main.html", '["assets/site.css"]', '["assets/site.scss"]', 'overrides/ has no "assets/site.scss"'),
    "an include": ("partials/header.html", "partials/search", "partials/serch", "the template is missing"),
    "an argument": (
        "partials/age.html", "site.date | format_date(site_lang)", "site.date | format_date",
        "TypeError: format_date() missing",
    ),
    "a sum": ("partials/metadata.html", "page.title | e", "1 + page.title", "TypeError: unsupported operand"),
}  # fmt: skip


def broken(project: Path, name: str, good: str, bad: str) -> str:
    """Break a template of the theme; return its name and the line."""
    path = project / "overrides" / name
    text = path.read_text("utf-8")
    assert good in text
    path.write_text(text.replace(good, bad), "utf-8")
    return f"overrides/{name}:{text[: text.index(good)].count(chr(10)) + 1}"


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_wrong_in_the_theme_is_named_with_its_line(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, good, bad, reason = BROKEN[kind]
    project = copy_project(tmp_path)
    place = broken(project, name, good, bad)
    said = said_of(project, monkeypatch)
    assert said[0].startswith(f"{place}:1: "), said
    assert reason in said[0]


@pytest.mark.site
@pytest.mark.parametrize("kind", BROKEN_WHEN_RENDERED)
def test_what_shows_only_when_a_page_is_rendered_is_named_with_its_line(kind: str, tmp_path: Path) -> None:
    name, good, bad, reason = BROKEN_WHEN_RENDERED[kind]
    project = copy_small_project(tmp_path)
    place = broken(project, name, good, bad)
    done = run("plansite", "build", cwd=project)
    assert done.returncode == 1
    where = "overrides/partials/serch.html:1" if kind == "an include" else place
    assert done.stderr.startswith(f"{where}:1: "), done.stderr
    assert reason in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr


def test_a_template_that_sets_no_title_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = copy_small_project(tmp_path)
    edit(project / "macros" / "topics.html.j2", "set title =", "set heading =")
    monkeypatch.chdir(project)
    site = assemble(Sources())
    with pytest.raises(PlanError) as raised:
        list(site.render_all(site.pages.values()))
    [problem] = raised.value.problems
    said = "macros/topics.html.j2:1:1: topics.html.j2: does not set title, which the page needs; write {% set ... %}"
    assert problem.text_line("en").startswith(said)


def test_a_label_that_is_gone_is_missed_wherever_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a branch that only a history takes, too."""
    project = copy_project(tmp_path)
    labels = project / "macros" / "labels.yaml"
    labels.write_text(re.sub("(?m)^record_was:.*\n", "", labels.read_text("utf-8")), "utf-8")
    [line] = said_of(project, monkeypatch)
    assert line.startswith('macros/change.html.j2:13:1: change.html.j2: uses the label "record_was"')
