"""This module tests that every number on the finished pages equals the one in the published files."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import openpyxl
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from conftest import PROJECT, one, parsed, without

pytestmark = pytest.mark.site

Lang = Literal["zh", "en"]
LANGUAGES: dict[Lang, str] = {"zh": "", "en": "en/"}
NOUNS = {
    "measure": "条措施", "safeguard": "项保障", "unit": "个单位", "section": "个小节", "topic": "个办事主题",
    "theme": "个主题", "term": "个术语", "row": "行",
}  # fmt: skip
COUNTED: dict[Lang, re.Pattern[str]] = {
    "zh": re.compile(rf"(?<![\d第])\d+(?:{'|'.join(NOUNS.values())})"),
    "en": re.compile(rf"\b\d+ (?:{'|'.join(NOUNS)})s?\b"),
}
QUOTED = (
    ".sentences, .twin, .quote, .targets, .document, .both--whole, .guide, .stage__guide, .glossary, h1, "
    ".card:has(.card__number) .card__units"
)
"""What the notice says, what we say of it at length, and cards, which are looked at one by one."""
Row = dict[str, str]


@dataclass(frozen=True)
class Files:
    """The published files: plan.json, and the rows of the tables."""

    site: Path

    @cached_property
    def plan(self) -> Any:
        """Return plan.json."""
        return json.loads((self.site / "plan.json").read_text("utf-8"))

    @cache  # noqa: B019 - one for all tests
    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table."""
        with (self.site / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def measures(self) -> list[Row]:
        """Return measures.csv."""
        return self.rows("measures")

    @property
    def units(self) -> list[Row]:
        """Return units.csv."""
        return self.rows("units")

    @cached_property
    def unit(self) -> dict[str, Row]:
        """Return the rows of units.csv by their ids."""
        return {unit["id"]: unit for unit in self.units}

    def where(self, column: str, value: str) -> list[Row]:
        """Return the measures that have a value among those of a column."""
        return [measure for measure in self.measures if value in measure[column].split(";")]

    def named(self, measures: Iterable[Row]) -> list[tuple[Row, int]]:
        """Return the units of measures with how many of these they answer for, most first."""
        counts = Counter(unit for measure in measures for unit in measure["units"].split(";"))
        return [(self.unit[unit], count) for unit, count in counts.most_common()]


@pytest.fixture(scope="session")
def files(site: Path) -> Files:
    """The files of the built site."""
    return Files(site)


def page_of(files: Files, lang: Lang, address: str) -> LexborHTMLParser:
    return parsed(files.site / LANGUAGES[lang] / address / "index.html")


def id_in(link: LexborNode) -> str:
    """Return the id of the record to whose page a link leads."""
    return str(link.attributes["href"]).rstrip("/").rpartition("/")[2]


def class_of(element: LexborNode) -> str:
    """Return the first class of an element."""
    return str(element.attributes["class"]).split()[0]


def counted(lang: Lang, noun: str, number: int) -> str:
    return f"{number}{NOUNS[noun]}" if lang == "zh" else f"{number} {noun}{'s' * (number != 1)}"


def counts_on(page: LexborHTMLParser, lang: Lang) -> tuple[list[str], list[str]]:
    """Return what a page counts in words, in its description and in its text, in order."""
    description = str(one(page, "meta[name=description]").attributes["content"])
    text = without(one(page, "main"), f"{QUOTED}, script").text(separator=" ")
    return COUNTED[lang].findall(description), COUNTED[lang].findall(text)


class Expected:
    """What the text of a page should count, in order, by its address."""

    def __init__(self, files: Files, lang: Lang) -> None:
        self.files, self.lang = files, lang
        self.themes = Counter(measure["theme"] for measure in files.measures)
        sections = Counter((measure["theme"], measure["section"]) for measure in files.measures)
        self.sections = {theme: [n for (of, _), n in sections.items() if of == theme] for theme in self.themes}
        self.all_themes = self.say("theme", len(self.themes))
        self.all_sections = self.say("section", len(sections))
        self.all_measures = self.say("measure", len(files.measures))
        self.all_units = self.say("unit", len(files.units))

    def say(self, noun: str, *numbers: int) -> list[str]:
        """Return numbers with what they count."""
        return [counted(self.lang, noun, number) for number in numbers]

    def on(self, address: str) -> list[str]:
        """Return what a page counts; measures and the notice itself count nothing."""
        kind, _, name = address.partition("/")
        one: dict[str, Callable[[str], list[str]]] = {"themes": self.theme, "units": self.unit, "topics": self.topic}
        # A task sheet counts nothing.
        if name:
            return one[kind](name) if kind in one and not name.endswith("/tasks") else []
        index: dict[str, Callable[[], list[str]]] = {
            "": self.home,
            "measures": lambda: [*self.all_measures, *self.all_measures, *self.by_theme()],
            "themes": lambda: [*self.all_themes, *self.all_sections, *self.all_measures, *self.by_theme()],
            "units": self.units,
            "topics": self.topics,
            "targets": lambda: self.say("measure", sum(m["targets_count"] != "0" for m in self.files.measures)),
            "glossary": lambda: self.say("term", len(self.files.plan["terms"])),
            "data": lambda: self.say("row", *(len(self.files.rows(n)) for n in ("measures", "sentences", "units"))),
            "about": lambda: self.all_measures,
        }
        return index[kind]() if kind in index else []

    def home(self) -> list[str]:
        """Return what the home page counts: lead, way in, themes, the busiest units, the extent of the notice."""
        named = [int(unit["measures_count"]) for unit in self.files.units if unit["kind"] != "collective"]
        numbers = [*self.themes.values(), *sorted(named, reverse=True)[:10]]
        scope = [*self.all_themes, *self.all_sections, *self.all_measures, *self.all_units]
        return [*self.all_measures, *self.all_measures, *self.say("measure", *numbers), *scope]

    def by_theme(self) -> list[str]:
        """Return the measures of each theme, and of each of its sections."""
        return self.say("measure", *(n for theme, whole in self.themes.items() for n in (whole, *self.sections[theme])))

    def theme(self, name: str) -> list[str]:
        """Return what the page of a theme counts."""
        units = self.files.named(self.files.where("theme", name))
        numbers = [*self.sections[name], *(count for _, count in units)]
        own = [*self.say("section", len(self.sections[name])), *self.say("measure", self.themes[name])]
        return [*own, *self.say("unit", len(units)), *self.say("measure", *numbers)]

    def units(self) -> list[str]:
        """Return what the page of all units counts: those of each kind, and what each answers for."""
        said = list(self.all_units)
        for kind in KINDS:
            units = [unit for unit in self.files.units if unit["kind"] == kind]
            units.sort(key=lambda unit: -int(unit["measures_count"]))
            said += [*self.say("unit", len(units)), *(answers(self.lang, unit) for unit in units)]
        return said

    def unit(self, name: str) -> list[str]:
        """Return what the page of a unit counts."""
        unit, own = self.files.unit[name], self.files.where("units", name)
        safeguards = self.say("safeguard", int(unit["safeguards_count"])) if unit["safeguards"] else []
        others = [(u, count) for u, count in self.files.named(own) if u is not unit and u["kind"] != "collective"]
        numbers = [*(count for _, count in others[:5]), *Counter(measure["theme"] for measure in own).values()]
        return [*self.say("measure", int(unit["measures_count"])), *safeguards, *self.say("measure", *numbers)]

    def topics(self) -> list[str]:
        """Return what the page of all topics counts."""
        topics = self.files.plan["topics"]
        numbers = [len(self.files.where("topics", topic["id"])) for topic in topics]
        return [*self.say("topic", len(topics)), *self.all_measures, *self.say("measure", *numbers)]

    def topic(self, name: str) -> list[str]:
        """Return what the page of a topic counts."""
        own = self.files.where("topics", name)
        counts = [count for unit, count in self.files.named(own) if unit["kind"] != "collective"]
        return [*self.say("measure", len(own)), *self.say("unit", len(counts)), *self.say("measure", *counts)]


COLUMNS = {"themes": "theme", "topics": "topics"}
"""The column of measures.csv by which a page gathers them."""
KINDS = ["government", "party", "judicial", "vertical", "zone", "utility", "state-owned", "other", "collective"]
"""The kinds of units in the order of the page."""


def answers(lang: Lang, unit: Row) -> str:
    """Return how many measures a unit answers for or, failing those, safeguards."""
    noun = "measure" if unit["measures_count"] != "0" else "safeguard"
    return counted(lang, noun, int(unit[f"{noun}s_count"]))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whatever_a_page_counts_is_in_the_files(files: Files, lang: Lang) -> None:
    root = files.site / LANGUAGES[lang]
    addresses = {path.parent.relative_to(root).as_posix().removeprefix(".") for path in root.rglob("index.html")}
    addresses = {address for address in addresses if address != "en" and not address.startswith("en/")}
    moved = {address for address in addresses if page_of(files, lang, address).css_first("meta[http-equiv=refresh]")}
    records = sum(len(files.plan[kind]) for kind in ("measures", "units", "themes", "topics"))
    by_hand = {path.name.partition(".")[0] for path in (PROJECT / "docs").glob("*.md")}
    sheets = len(files.plan["units"])
    assert len(addresses - moved) == 12 + records + sheets + len(by_hand)
    expected = Expected(files, lang)
    # What earlier versions counted is in no file of today.
    for address in sorted(addresses - moved - {"changes"} - (by_hand - {"about"})):
        description, text = counts_on(page_of(files, lang, address), lang)
        assert text == expected.on(address), address
        if address.partition("/")[0] != "topics" or address == "topics":
            assert set(description) <= set(text), address
    for address in ("", "measures", "units", "themes", "topics", "targets", "glossary"):
        assert counts_on(page_of(files, lang, address), lang)[0] != [], address


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_names_beside_counts_are_those_of_the_files(files: Files, lang: Lang) -> None:
    for address in (
        "",
        "units",
        *(f"{kind}/{entry['id']}" for kind in ("themes", "topics") for entry in files.plan[kind]),
    ):
        kind, _, name = address.partition("/")
        for item in page_of(files, lang, address).css(".unit-list li"):
            link, count = one(item, "a"), item.css("small")[-1]
            unit = files.unit[id_in(link)]
            assert link.text() == unit[f"name_{lang}"]
            if name:
                shared = files.where(COLUMNS[kind], name)
                number = sum(unit["id"] in measure["units"].split(";") for measure in shared)
                assert count.text() == counted(lang, "measure", number)
            else:
                assert count.text() == answers(lang, unit)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_of_units_and_themes(files: Files, lang: Lang) -> None:
    table = one(page_of(files, lang, "measures"), ".matrix")
    themes = [theme["id"] for theme in files.plan["themes"]]
    shown = set()
    for row in table.css("tbody tr"):
        unit = files.unit[id_in(one(row, "th a"))]
        of = Counter(measure["theme"] for measure in files.where("units", unit["id"]))
        numbers = [cell.text() for cell in row.css("td")]
        assert numbers == [str(of[theme] or "–") for theme in themes] + [unit["measures_count"]]
        spoken = [COUNTED[lang].findall(str(link.attributes["aria-label"])) for link in row.css("td a")]
        assert spoken == [[counted(lang, "measure", int(number))] for number in numbers if number != "–"]
        shown.add(unit["id"])
    assert shown == {unit["id"] for unit in files.units if unit["measures_count"] != "0"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_filters_offer_what_the_measures_have(files: Files, lang: Lang) -> None:
    page = page_of(files, lang, "measures")
    columns = {"topic": "topics", "audience": "audiences", "unit": "units", "theme": "theme", "section": "section"}
    columns["firm"] = "firmness"
    chosen: Counter[str] = Counter()
    for name, column in columns.items():
        for option in page.css(f"select[name={name}] option"):
            if value := option.attributes["value"]:
                assert files.where(column, value) != []
                chosen[name] += 1
    held = {name: {value for m in files.measures for value in m[column].split(";")} for name, column in columns.items()}
    assert chosen == {name: len(values) for name, values in held.items()}
    figures = one(page, ".filters__count")
    with_figures = [measure for measure in files.measures if measure["targets_count"] != "0"]
    assert re.findall(r"\d+", figures.text()) == [str(len(with_figures))]
    for measure, card in zip(files.measures, page.css(".card[data-number]"), strict=True):
        assert card.attributes["data-number"] == measure["number"]
        for name, column in columns.items():
            assert str(card.attributes[f"data-{name}"]).split() == measure[column].split(";")
        assert ("data-figures" in card.attributes) == (measure in with_figures)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bars_count_the_statements_of_the_files(files: Files, lang: Lang) -> None:
    statements = {measure["number"]: Counter[str]() for measure in files.measures}
    for sentence in files.rows("sentences"):
        if sentence["measure"]:
            statements[sentence["measure"]].update(filter(None, sentence["firmness"].split(";")))
    kinds = ["does", "improves", "tries", "explores", "encourages"]
    pages = [(f"themes/{theme['id']}", "theme", theme["id"]) for theme in files.plan["themes"]]
    pages += [(f"units/{unit['id']}", "units", unit["id"]) for unit in files.units if unit["measures"]]
    for address, column, value in pages:
        counts = sum((statements[measure["number"]] for measure in files.where(column, value)), Counter[str]())
        bar = one(page_of(files, lang, address), ".firm-bar")
        said = {str(a.attributes["href"]).rpartition("=")[2]: int(a.text().split()[-1]) for a in bar.css("a.firm")}
        assert list(said.items()) == [(kind, counts[kind]) for kind in kinds if counts[kind]], address
        assert [int(str(rect.attributes["width"])) for rect in bar.css("rect")] == list(said.values())
        assert re.findall(r"\d+", one(bar, "p small").text()) == [str(counts.total())]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_cards_say_how_many_units_answer(files: Files, lang: Lang) -> None:
    seen = set()
    for path in sorted((files.site / LANGUAGES[lang]).glob("*/**/index.html")):
        for card in parsed(path).css(".card:has(> .card__units):has(.card__number)"):
            number, units = one(card, ".card__number"), one(card, ".card__units")
            measure = files.measures[int(number.text()) - 1]
            if units.css_first(".mark"):
                continue
            count, first = int(measure["units_count"]), files.unit[measure["units"].split(";")[0]]
            page_lang: Lang = "en" if path.is_relative_to(files.site / "en") else "zh"
            more = f"等{count}个单位" if page_lang == "zh" else f" and {count - 1} more"
            assert units.text().endswith(first[f"name_{page_lang}"] + more * (count > 1)), (path, measure["number"])
            seen.add(measure["number"])
    assert len(seen) == len(files.measures)


def figures_in(part: LexborNode) -> list[tuple[str, str]]:
    """Return value and unit of each figure in a part of a page."""
    found = []
    for figure in part.css(".target"):
        value, unit = one(figure, ".target__value"), figure.css_first(".target__unit")
        found.append((value.text(), unit.text() if unit else ""))
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_are_those_of_the_files(files: Files, lang: Lang) -> None:
    def of(measure: Any) -> list[tuple[str, str]]:
        return [(target["value"], (target["unit"] or {lang: ""})[lang]) for target in measure["targets"]]

    for measure, row in zip(files.plan["measures"], files.measures, strict=True):
        assert len(measure["targets"]) == int(row["targets_count"])
        page = page_of(files, lang, f"measures/{measure['number']}")
        assert figures_in(one(page, ".rail")) == of(measure)
    everything = [figure for measure in files.plan["measures"] for figure in of(measure)]
    targets = page_of(files, lang, "targets")
    assert figures_in(one(targets, "main")) == figures_in(one(page_of(files, lang, "measures"), "main")) == everything
    kinds = Counter(target["kind"] for measure in files.plan["measures"] for target in measure["targets"])
    shown = {class_of(one(dt, "span")): dt.text().split()[-1] for dt in targets.css(".kinds dt")}
    assert shown == {f"target--{kind}": str(count) for kind, count in kinds.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lists_are_as_long_as_the_files_say(files: Files, lang: Lang) -> None:
    numbers = [link.text() for link in page_of(files, lang, "").css(".plan-map__cells a")]
    assert numbers == [measure["number"] for measure in files.measures]
    sentences = files.rows("sentences")
    for measure in files.measures:
        own = [s for s in sentences if s["measure"] == measure["number"] and s["kind"] == "sentence"]
        page = page_of(files, lang, f"measures/{measure['number']}")
        assert len(page.css(".sentences > li")) == len(own) == int(measure["sentences_count"])
        assert len(page.css(".responsibility li")) == int(measure["units_count"])
    for unit in files.units:
        cards = page_of(files, lang, f"units/{unit['id']}").css(".card .card__number")
        assert [card.text() for card in cards] == list(filter(None, unit["measures"].split(";")))
    for term in files.plan["terms"]:
        used = page_of(files, lang, "glossary").css(f"dt[id='{term['id']}'] + dd small a[title]")
        assert [int(link.text()) for link in used] == term["measures"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_search_engines_and_the_search_are_told_the_same(files: Files, lang: Lang) -> None:
    lists = {"measures": len(files.measures)}
    lists |= {f"themes/{theme['id']}": len(files.where("theme", theme["id"])) for theme in files.plan["themes"]}
    lists |= {f"topics/{topic['id']}": len(files.where("topics", topic["id"])) for topic in files.plan["topics"]}
    for address, number in lists.items():
        script = one(page_of(files, lang, address), "script[type='application/ld+json']")
        (collection,) = (thing for thing in json.loads(script.text())["@graph"] if "mainEntity" in thing)
        assert collection["mainEntity"]["numberOfItems"] == number
    index = (files.site / "search" / f"{lang}.js").read_text("utf-8")
    quoted = index.removeprefix(f"self.indexes.{lang} = JSON.parse('").removesuffix("');\n")
    found = json.loads(quoted.replace("\\'", "'").replace("\\\\", "\\"))["documents"]
    abouts = {document["location"]: document.get("about", "") for document in found}
    for unit in files.units:
        assert abouts[f"units/{unit['id']}/"].endswith(answers(lang, unit))


def test_the_files_agree_with_each_other(files: Files) -> None:
    plan = files.plan
    assert [int(row["number"]) for row in files.measures] == [measure["number"] for measure in plan["measures"]]
    for row, measure in zip(files.measures, plan["measures"], strict=True):
        assert int(row["sentences_count"]) == len(measure["sentences"])
        assert row["units"].split(";") == [unit["id"] for unit in measure["responsibility"]["units"]]
        assert row["units_as_written"].split(";") == [u["as_written"] for u in measure["responsibility"]["units"]]
        assert int(row["units_count"]) == len(measure["responsibility"]["units"])
        assert (row["topics"].split(";"), row["audiences"].split(";")) == (measure["topics"], measure["audiences"])
    for row, unit in zip(files.units, plan["units"], strict=True):
        assert row["measures"] == ";".join(map(str, unit["measures"]))
        assert (int(row["measures_count"]), int(row["safeguards_count"])) == (
            len(unit["measures"]),
            len(unit["safeguards"]),
        )
    topics = {topic["id"]: topic["measures"] for topic in plan["topics"]}
    for topic in plan["topics"]:
        assert topic["measures"] == sorted({e["measure"] for part in topic["parts"] for e in part["excerpts"]})
    assert topics == {topic: [int(m["number"]) for m in files.where("topics", topic)] for topic in topics}
    book = openpyxl.load_workbook(files.site / "plan.xlsx")
    for name in ("measures", "sentences", "units"):
        (sheet,) = (sheet for sheet in book if sheet.title.startswith(name))
        header, *rows = sheet.iter_rows(values_only=True)
        for column in (column for column in header if str(column).endswith("_count")):
            place = header.index(column)
            assert [str(row[place]) for row in rows] == [row[str(column)] for row in files.rows(name)]
        assert len(rows) == len(files.rows(name))
