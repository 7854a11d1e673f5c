"""This module tests that any text of the plan, the glossary or the labels is shown as text or refused with its line."""

import csv
import io
import json
import pickle
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from playwright.sync_api import Browser, ViewportSize, expect
from selectolax.lexbor import LexborHTMLParser

from conftest import (
    DESKTOP,
    RESULTS,
    Repository,
    Watched,
    build_site,
    copy_small_project,
    one,
    parsed,
    search,
    serving,
    shared_folder,
    without,
)
from hostile import CHINESE, LATIN, MODELS, UNSEEN, changed, consistent, pattern, patterns, shape, slots, whole, written
from plansite.errors import LANGUAGES, Lang, PlanError, Problem
from plansite.site.pages import FOLDER
from plansite.site.tables import neutral
from plansite.source.yaml_reader import MAX_TEXT, YamlPath, parse_yaml
from plansite.validate import load_labels, load_plan

Slot = tuple[str, YamlPath]
"""A file (plan, glossary or labels), and the way to one of its texts."""
Kind = tuple[str, tuple[str, ...]]
"""A file, and the way to texts of a kind."""


def kind(slot: Slot) -> Kind:
    name, steps = slot
    return name, pattern(steps, name)


SLOTS: dict[Slot, str] = {(name, steps): text for name in MODELS for steps, text in slots(whole(name))}
KINDS = {kind(slot) for slot in SLOTS}
FEW = {slot: text for number, (slot, text) in enumerate(SLOTS.items()) if slot[0] != "labels" or number % 10 == 0}
"""All but most of the labels, which are alike."""
WORDS = ("measures", "*", "sentences", "*", "targets", "*", "words", "en")
TITLE: dict[Lang, Slot] = {lang: ("plan", ("measures", 1, "title", lang)) for lang in LANGUAGES}
UNPUBLISHED = {"waivers", "printed", "wordings", "also", "except", "keywords", "spelling"}
"""What only the check, the search or `plansite text` reads."""
UNUSED = {
    (*sentence, *field)
    for sentence in (
        ("notice", "preamble", "*"),
        ("notice", "general_requirements", "sentences", "*"),
        ("safeguards", "*", "sentences", "*"),
    )
    for field in (("note", "en"), ("targets", "*", "words", "en"))
}
"""What the model allows and no page shows."""
HOMONYMS = {"pdf_en", "pdf_zh", "record_units", "report_mistake", "search_measures", "used_in"}
"""Labels of what this site does not have, which seem to be on it because something else says the same."""


@pytest.mark.parametrize("name", MODELS)
def test_every_text_of_the_model_is_tried(name: str) -> None:
    assert set(patterns(MODELS[name])) <= {way for file, way in map(kind, SLOTS) if file == name}


def problems(texts: dict[Slot, str], folder: Path) -> list[Problem]:
    """Return what keeps the three files from being published once some of their texts are others."""
    for name in MODELS:
        data = changed(whole(name), {steps: text for (file, steps), text in texts.items() if file == name})
        written(consistent(data) if name == "plan" else data, folder / f"{name}.yaml")
    found: list[Problem] = []
    for read, name in ((load_plan, "plan"), (load_labels, "labels")):
        try:
            read(folder / f"{name}.yaml")
        except PlanError as error:
            found += [problem for problem in error.problems if problem.blocks]
    return found


def refused(texts: dict[Slot, str], folder: Path) -> set[Slot]:
    """Return which of these texts are refused, each with its line; nothing else may be wrong."""
    found = {(Path(problem.file).stem, problem.line) for problem in problems(texts, folder)}
    lines: dict[tuple[str, int], Slot] = {}
    for name in MODELS:
        values = parse_yaml(name, (folder / f"{name}.yaml").read_bytes()).values
        lines |= {(name, values[steps][0]): (name, steps) for file, steps in texts if file == name}
    return {lines[place] for place in found}


REFUSED = [*UNSEEN, "x" * (MAX_TEXT + 1)]


@pytest.mark.parametrize("shift", range(4))
def test_unseen_characters_and_endless_texts_are_refused_everywhere(shift: int, tmp_path: Path) -> None:
    # Each text gets four of them in turn, so that each is tried in texts of all kinds.
    turns = enumerate(FEW.items(), start=shift * 5)
    texts = {slot: text + REFUSED[turn % len(REFUSED)] for turn, (slot, text) in turns}
    assert refused(texts, tmp_path) == set(texts)


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[Slot, str]:
    """Every text that may be published, with every hostile text behind it that is not refused there."""
    with shared_folder(tmp_path_factory, "hostile-texts") as (folder, new):
        kept = folder / "texts.pickle"
        if new:
            kept.write_bytes(pickle.dumps(hostile_texts(folder)))
        found: dict[Slot, str] = pickle.loads(kept.read_bytes())  # noqa: S301 - our own
        return found


def hostile_texts(folder: Path) -> dict[Slot, str]:
    passed: dict[Kind, list[str]] = defaultdict(list)
    for hostile in (*LATIN, *CHINESE):
        kinds = {kind(slot) for slot in refused({slot: text + hostile for slot, text in FEW.items()}, folder)}
        for way in KINDS - kinds:
            passed[way].append(hostile)
    # What states a figure has to stand in its sentence.
    passed["plan", WORDS] = passed["plan", (*WORDS[:4], "en")]
    found = {}
    for slot, text in SLOTS.items():
        added = passed[kind(slot)]
        # Each comes first somewhere: what begins a line means more to Markdown.
        first = len(text) % len(added) if added else 0
        gap = " " if kind(slot)[1][-1] in {"en", "en_one"} else ""
        found[slot] = gap.join([*added[first:], text, *added[:first]])
    # A clause is printed with the names of its units.
    names = {SLOTS[slot]: text for slot, text in found.items() if kind(slot)[1] == ("units", "*", "name", "zh")}
    for slot in [slot for slot in found if slot[1][-1] == "printed"]:
        found[slot] = re.sub("|".join(names), lambda name: names[name[0]], SLOTS[slot])
    # A reference passes where the id it names is changed alike, which is refused itself; a text of the wrong form hides
    # what is seen only when texts are compared.
    while lost := refused(found, folder):
        found |= {slot: SLOTS[slot] for slot in lost}
    return found


@pytest.fixture(scope="session")
def sites(texts: dict[Slot, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A "usual" site, and a "hostile" one of the same records, in whose history the usual texts become hostile."""
    with shared_folder(tmp_path_factory, "hostile-sites") as (folder, new):
        project = folder / "project"
        if new:
            build_sites(copy_small_project(project), texts)
        return {site: project / site for site in ("usual", "hostile")}


def build_sites(project: Path, texts: dict[Slot, str]) -> None:
    folders = {"plan": project / "data", "glossary": project / "data", "labels": project / "macros"}
    for name, folder in folders.items():
        written(whole(name), folder / f"{name}.yaml")
    repository = Repository(project)
    usual = {slot: f"{text.upper()} too" for slot, text in SLOTS.items() if slot[0] == "plan" and slot[1][-1] == "en"}
    for site, others in {"usual": usual, "hostile": texts}.items():
        # A version that changes little is told in full: here only the titles of a measure.
        for version in ({slot: text for slot, text in others.items() if slot not in TITLE.values()}, others):
            assert problems(version, project) == []
            for name, folder in folders.items():
                (project / f"{name}.yaml").replace(folder / f"{name}.yaml")
            repository.commit("2026-02-03T08:00:00+08:00")
        build_site(project, project / site, SITE_URL="https://site.invalid/")


@pytest.mark.site
def test_no_text_becomes_part_of_a_page(sites: dict[str, Path]) -> None:
    usual = {part for path in sites["usual"].rglob("*.html") for part in shape(path.read_text("utf-8"))}
    pages = sorted(sites["hostile"].rglob("*.html"))
    assert len(pages) == len(list(sites["usual"].rglob("*.html")))
    for path in pages:
        assert set(shape(path.read_text("utf-8"))) <= usual, path


def told(site: Path) -> set[str]:
    """Return all that the pages of a site say, without spaces: whole pages, each piece of text, each attribute."""
    found = set()
    for path in site.rglob("*.html"):
        page = parsed(path)
        found |= {value or "" for element in page.css("*") for value in element.attributes.values()}
        found |= {element.text() for element in page.css("script, style, .term__card")}
        # What explains a term stands within the sentence.
        rest = without(one(page, "html"), "script, style, .term__card")
        found |= {rest.text(), *(node.text() for node in rest.traverse(include_text=True) if node.is_text_node)}
    return {without_spaces(text) for text in found}


def without_spaces(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.site
def test_every_text_is_shown_as_written(sites: dict[str, Path], texts: dict[Slot, str]) -> None:
    pages = "\n".join(told(sites["hostile"]))
    hidden = {slot for slot, text in texts.items() if text != SLOTS[slot] and without_spaces(text) not in pages}
    assert {way for name, way in map(kind, hidden) if name != "labels" and not UNPUBLISHED & set(way)} == UNUSED
    # Some labels have words put into their braces, and some are for the feeds and for those who change the plan.
    usual = told(sites["usual"])
    labels = [slot for slot in texts if slot[0] == "labels" and "{" not in SLOTS[slot] and SLOTS[slot] in usual]
    assert len(labels) > 100
    assert {str(steps[0]) for _, steps in hidden & set(labels)} == HOMONYMS


def strings(data: Any) -> Iterator[str]:
    """Yield every text of plain data, names of fields included."""
    if isinstance(data, dict):
        yield from data
    if isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from strings(value)
    elif isinstance(data, str):
        yield data


@pytest.mark.site
def test_data_files_hold_the_texts_as_written(sites: dict[str, Path], texts: dict[Slot, str]) -> None:
    site = sites["hostile"]
    data = set(strings(json.loads((site / "plan.json").read_text("utf-8"))))
    ways = {("measures", "*", "title"), ("units", "*", "name"), ("units", "*", "note"), ("topics", "*", "question")}
    own = {text for slot, text in texts.items() if kind(slot)[1][:-1] in ways}
    assert own <= data
    for path in site.rglob("*.html"):
        for script in parsed(path).css("script[type*=json]"):
            assert "<" not in script.text()
            assert set(strings(json.loads(script.text())))
    [linked] = parsed(site / "en" / "measures" / "2" / "index.html").css("script[type='application/ld+json']")
    assert any(texts[TITLE["en"]] in text for text in strings(json.loads(linked.text())))


@pytest.mark.site
def test_feeds_hold_pages_in_which_nothing_acts(sites: dict[str, Path], texts: dict[Slot, str]) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    usual, hostile = (
        [ET.parse(site / folder / "changes.xml") for folder in FOLDER.values()]  # noqa: S314 - our own file
        for site in sites.values()
    )
    elements = {(element.tag, name) for feed in usual for element in feed.iter() for name in ("", *element.attrib)}
    parts = {part for feed in usual for content in feed.iter(f"{atom}content") for part in shape(content.text or "")}
    for lang, feed in zip(LANGUAGES, hostile, strict=True):
        assert {(element.tag, name) for element in feed.iter() for name in ("", *element.attrib)} <= elements
        contents = [content.text or "" for content in feed.iter(f"{atom}content")]
        assert {part for content in contents for part in shape(content)} <= parts
        assert without_spaces(texts[TITLE[lang]]) in without_spaces(LexborHTMLParser(contents[0]).text())


@pytest.mark.site
def test_tables_hold_no_formula(sites: dict[str, Path], texts: dict[Slot, str]) -> None:
    site = sites["hostile"]
    cells: list[str] = []
    for path in site.glob("*.csv"):
        text = path.read_bytes().decode("utf-8-sig")
        cells += [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert [cell for cell in cells if re.search(r"(^|[;\t\r\n])\s*[=+\-@＝＋－＠]", cell)] == []
    book = openpyxl.load_workbook(site / "plan.xlsx")
    values = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in values} <= {"s", "n", "d", "b"}
    assert {urlsplit(str(cell.hyperlink.target)).netloc for cell in values if cell.hyperlink} == {"site.invalid"}
    for lang in LANGUAGES:
        assert texts[TITLE[lang]] in {cell.value for cell in values}
        assert neutral(texts[TITLE[lang]]) in cells


NARROW: ViewportSize = {"width": 320, "height": 640}
ACT = """
for (const element of document.querySelectorAll("body, body *"))
  for (const kind of ["click", "mouseover", "focus", "load", "error"])
    if (element.getAttribute(`on${kind}`)) element.dispatchEvent(new Event(kind));
"""
"""Sets off whatever has been given to an element to do."""
QUERIES = {
    "zh": ["汉", "script", "贷款"],
    "en": ["script", "onerror", "javascript alert", "<img src=//evil.invalid/x>"],
}
FOUND = set("li article a div h1 h2 mark small".split())
GIVEN = {"", "class", "href", "tabindex", "data-md-score"}
"""What the results of a search consist of: elements, and their attributes."""


def one_of_each_kind(site: Path) -> list[str]:
    """Return the address of a page of each kind in each language."""
    pages = {re.sub(r"(?<=s/).*", "", str(path.relative_to(site).parent)): path for path in site.rglob("*.html")}
    return [path.relative_to(site).as_posix().removesuffix("index.html") for path in pages.values()]


@pytest.mark.browser
def test_nothing_acts_in_a_browser(sites: dict[str, Path], browser: Browser) -> None:
    site = sites["hostile"]
    with serving(site) as address, browser.new_context(base_url=address, viewport=DESKTOP) as context:
        watched = Watched(context.new_page())
        page = watched.page
        for path in one_of_each_kind(site):
            page.goto(f"/{path}")
            # What would only act once somebody points at it or turns to it.
            page.evaluate(ACT)
        for lang in LANGUAGES:
            page.goto(f"/{FOLDER[lang]}measures/2/")
            for query in QUERIES[lang]:
                search(page, query)
                expect(page.locator(RESULTS).first).to_be_visible()
                parts = list(shape(page.locator(".md-search-result__list").inner_html()))
                assert {part[0] for part in parts} <= FOUND
                assert {part[1] for part in parts} <= GIVEN
                page.evaluate(ACT)
                page.keyboard.press("Escape")
        assert watched.complaints == []
        assert {urlsplit(url).netloc for url in watched.requests} == {urlsplit(address).netloc}


@pytest.mark.browser
def test_a_word_for_which_no_line_has_room_is_broken(texts: dict[Slot, str], tmp_path: Path, browser: Browser) -> None:
    project = copy_small_project(tmp_path / "project")
    assert problems({slot: text for slot, text in texts.items() if slot[0] != "labels"}, project / "data") == []
    (project / "data" / "labels.yaml").replace(project / "macros" / "labels.yaml")
    site = build_site(project, project / "site")
    wide = """() => document.documentElement.scrollWidth > innerWidth && [...document.querySelectorAll("main *")]
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => element.outerHTML.slice(0, 160)).slice(-3)"""
    scrolled = {}
    with serving(site) as address, browser.new_context(base_url=address, viewport=NARROW) as context:
        page = context.new_page()
        for path in one_of_each_kind(site):
            page.goto(f"/{path}?both")
            if found := page.evaluate(wide):
                scrolled[path] = found
    assert scrolled == {}
