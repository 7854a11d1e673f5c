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
import yaml
from selectolax.lexbor import LexborHTMLParser, LexborNode

from conftest import PROJECT, one, parsed, without

pytestmark = pytest.mark.site

Lang = Literal["zh", "en"]
LANGUAGES: dict[Lang, str] = {"zh": "", "en": "en/"}
NOUNS: dict[str, dict[Lang, str]] = {
    "measure": {"zh": "条措施", "en": "measure"}, "safeguard": {"zh": "项保障", "en": "safeguard"},
    "unit": {"zh": "个单位", "en": "department"}, "section": {"zh": "个节", "en": "section"},
    "topic": {"zh": "个办事问题", "en": "question"}, "theme": {"zh": "个板块", "en": "chapter"},
    "term": {"zh": "个术语", "en": "term"}, "row": {"zh": "行", "en": "row"},
}  # fmt: skip
COUNTED: dict[Lang, re.Pattern[str]] = {
    "zh": re.compile(rf"(?<![\d第])\d+(?:{'|'.join(noun['zh'] for noun in NOUNS.values())})"),
    "en": re.compile(rf"\b\d+ (?:{'|'.join(noun['en'] for noun in NOUNS.values())})s?\b"),
}
QUOTED = (
    ".sentences, .pair, .twin, .quote, .targets, .tiles, .document, .both--whole, .ours, .stage__guide, .glossary, h1, "
    ".directory, .answer .clause, .card:has(.card__number) .card__units"
)
"""What the notice says, what we say of it at length, and what is looked at one by one: cards, tiles and questions."""
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

    @cached_property
    def home(self) -> list[str]:
        """Return the parts of the home page in their order."""
        return list(yaml.safe_load((PROJECT / "data" / "site.yaml").read_text("utf-8"))["home"])

    def of_kind(self, kind: str) -> list[Row]:
        """Return the units of a kind, those with most measures first."""
        units = [unit for unit in self.units if unit["kind"] == kind]
        return sorted(units, key=lambda unit: -int(unit["measures_count"]))

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


def counted(lang: Lang, noun: str, number: int) -> str:
    word = NOUNS[noun][lang]
    return f"{number}{word}" if lang == "zh" else f"{number} {word}{'s' * (number != 1)}"


def counts_on(page: LexborHTMLParser, lang: Lang) -> tuple[list[str], list[str]]:
    """Return what a page counts in words, in its description and in its text, in order; the name of the site aside."""
    name = str(one(page, "meta[property='og:site_name']").attributes["content"])
    description = str(one(page, "meta[name=description]").attributes["content"])
    text = without(one(page, "main"), f"{QUOTED}, script").text(separator=" ").replace(name, "")
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
        self.all_bodies = self.say("unit", sum(unit["kind"] != "collective" for unit in files.units))

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
            "themes": self.all_in_themes,
            "units": self.units,
            "topics": self.topics,
            "glossary": lambda: self.say("term", len(self.files.plan["terms"])),
            "data": lambda: self.say("row", *(len(self.files.rows(n)) for n in ("measures", "sentences", "units"))),
            "about": lambda: self.all_measures,
        }
        return index[kind]() if kind in index else []

    def home(self) -> list[str]:
        """Return what the home page counts: in the map the measures of each theme, and before the busiest units all."""
        parts = {"map": self.say("measure", *self.themes.values()), "units": [*self.all_measures, *self.all_bodies]}
        return [said for part in self.files.home for said in parts.get(part, [])]

    def all_in_themes(self) -> list[str]:
        """Return what the page of all themes counts: all, in the map the measures of each theme, and its sections."""
        numbers = self.say("measure", *self.themes.values())
        return [*self.all_themes, *self.all_sections, *self.all_measures, *numbers, *self.by_theme()]

    def by_theme(self) -> list[str]:
        """Return the measures of each theme, and of each of its sections."""
        return self.say("measure", *(n for theme, whole in self.themes.items() for n in (whole, *self.sections[theme])))

    def theme(self, name: str) -> list[str]:
        """Return what the page of a theme counts."""
        units = self.files.named(self.files.where("theme", name))
        numbers = [*self.sections[name], *self.sections[name], *(count for _, count in units)]
        own = [*self.say("section", len(self.sections[name])), *self.say("measure", self.themes[name])]
        return [*own, *self.say("unit", len(units)), *self.say("measure", *numbers)]

    def units(self) -> list[str]:
        """Return what the page of all units counts, and safeguards for want of measures."""
        said = [*self.all_measures, *self.all_units]
        for kind in KINDS:
            units = self.files.of_kind(kind)
            idle = [unit for unit in units if unit["measures_count"] == "0"]
            said += [answers(self.lang, unit) for unit in idle]
        return said

    def unit(self, name: str) -> list[str]:
        """Return what the page of a unit counts."""
        unit, own = self.files.unit[name], self.files.where("units", name)
        safeguards = self.say("safeguard", int(unit["safeguards_count"])) if unit["safeguards"] else []
        numbers = Counter(measure["theme"] for measure in own).values()
        return [*self.say("measure", int(unit["measures_count"])), *safeguards, *self.say("measure", *numbers)]

    def topics(self) -> list[str]:
        """Return what the page of all topics counts."""
        return [*self.say("topic", len(self.files.plan["topics"])), *self.all_measures]

    def topic(self, name: str) -> list[str]:
        """Return what the page of a topic counts."""
        own = self.files.where("topics", name)
        counts = [count for unit, count in self.files.named(own) if unit["kind"] != "collective"]
        return self.say("measure", len(own), *counts)


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
    for address in ("", "measures", "units", "themes", "topics", "glossary"):
        assert counts_on(page_of(files, lang, address), lang)[0] != [], address


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_names_beside_counts_are_those_of_the_files(files: Files, lang: Lang) -> None:
    for address in (f"{kind}/{entry['id']}" for kind in COLUMNS for entry in files.plan[kind]):
        kind, _, name = address.partition("/")
        shared = files.where(COLUMNS[kind], name)
        for item in page_of(files, lang, address).css(".unit-list li"):
            link, count = one(item, "a"), item.css("small")[-1]
            unit = files.unit[id_in(link)]
            assert link.text() == unit[f"name_{lang}"]
            number = sum(unit["id"] in measure["units"].split(";") for measure in shared)
            assert count.text() == counted(lang, "measure", number)
            assert counted(lang, "measure", number) in str(one(count, "a").attributes["aria-label"])


def bars_on(files: Files, lang: Lang, address: str) -> list[tuple[str, int]]:
    """Return the units with bars on a page, each with its count, which is also that of its squares."""
    found = []
    for item in page_of(files, lang, address).css(".bars li"):
        link, count = one(item, "a"), int(one(item, ".bars__count").text())
        assert link.text() == files.unit[id_in(link)][f"name_{lang}"]
        assert len(item.css(".run i")) == count
        spoken = one(item, ".run").attributes.get("aria-label")
        # A number that is not hidden is read out; else the bar says it.
        hidden = one(item, ".bars__count").attributes.get("aria-hidden") == "true"
        assert spoken == (counted(lang, "measure", count) if hidden else None)
        found.append((id_in(link), count))
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bars_have_a_square_for_each_measure(files: Files, lang: Lang) -> None:
    named = [unit for unit in files.units if unit["kind"] != "collective"]
    named.sort(key=lambda unit: -int(unit["measures_count"]))
    assert bars_on(files, lang, "") == [(unit["id"], int(unit["measures_count"])) for unit in named[:10]]
    for unit in files.units:
        shared = files.named(files.where("units", unit["id"]))
        others = [(u["id"], count) for u, count in shared if u is not unit and u["kind"] != "collective"]
        assert bars_on(files, lang, f"units/{unit['id']}") == others[:5]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_question_counts_its_measures(files: Files, lang: Lang) -> None:
    expected = [(topic["id"], str(len(files.where("topics", topic["id"])))) for topic in files.plan["topics"]]
    for address in ("", "topics"):
        links = page_of(files, lang, address).css(".directory a")
        assert [(id_in(link), one(link, ".directory__count").text()) for link in links] == expected


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_home_page_opens_with_the_extent_of_the_notice(files: Files, lang: Lang) -> None:
    extent = [said.text() for said in page_of(files, lang, "").css(".desk figcaption span")]
    expected = Expected(files, lang)
    assert extent == [
        *expected.all_themes,
        *expected.all_sections,
        *expected.all_measures,
        *expected.all_bodies,
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_of_units_and_themes(files: Files, lang: Lang) -> None:
    table = one(page_of(files, lang, "units"), ".matrix")
    of_kinds = [str(len(files.of_kind(kind))) for kind in KINDS if files.of_kind(kind)]
    assert [said.text() for said in table.css(".matrix__kind small")] == of_kinds
    themes = [theme["id"] for theme in files.plan["themes"]]
    shown = []
    for row in table.css("tbody tr:has(td)"):
        unit = files.unit[id_in(one(row, "th a"))]
        assert one(row, "th a").text() == unit[f"name_{lang}"]
        of = Counter(measure["theme"] for measure in files.where("units", unit["id"]))
        *cells, total = row.css("td")
        assert [len(cell.css("rect")) for cell in cells] == [of[theme] for theme in themes]
        spoken = [[COUNTED[lang].findall(str(a.attributes["aria-label"])) for a in cell.css("a")] for cell in cells]
        assert spoken == [[[counted(lang, "measure", of[theme])]] if of[theme] else [] for theme in themes]
        if unit["measures_count"] == "0":
            assert (total.text(), total.css("a")) == (answers(lang, unit), [])
        else:
            assert total.text() == unit["measures_count"]
            (all_of_it,) = COUNTED[lang].findall(str(one(total, "a").attributes["aria-label"]))
            assert all_of_it == answers(lang, unit)
        shown.append(unit["id"])
    assert shown == [unit["id"] for kind in KINDS for unit in files.of_kind(kind)]


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
    def first_of(measure: Row, page_lang: Lang) -> str:
        count, first = int(measure["units_count"]), files.unit[measure["units"].split(";")[0]]
        more = f"等{count}个单位" if page_lang == "zh" else f" and {count - 1} more"
        return first[f"name_{page_lang}"] + more * (count > 1)

    seen = set()
    for path in sorted((files.site / LANGUAGES[lang]).glob("**/index.html")):
        page = parsed(path)
        page_lang: Lang = "en" if path.is_relative_to(files.site / "en") else "zh"
        for card in page.css(".card:has(> .card__units):has(.card__number)"):
            number, units = one(card, ".card__number"), one(card, ".card__units")
            measure = files.measures[int(number.text()) - 1]
            if units.css_first(".mark"):
                continue
            assert units.text().endswith(first_of(measure, page_lang)), (path, measure["number"])
            seen.add(measure["number"])
        for tile in page.css(".tile"):
            named = int(re.findall(r"\d+", one(tile, ".tile__place").text())[0])
            assert one(tile, ".tile__who").text() == first_of(files.measures[named - 1], page_lang), path
    assert len(seen) == len(files.measures)


FIGURES = ("target", "cadence", "count")
"""The kinds of figures."""


def figures_in(part: LexborNode) -> list[tuple[str, str]]:
    """Return value and unit of each figure in a list in a part of a page."""
    found = []
    for figure in part.css(".target"):
        value, unit = one(figure, ".target__value"), figure.css_first(".target__unit")
        found.append((value.text(), unit.text() if unit else ""))
    return found


def tiles_in(part: LexborNode) -> list[tuple[str, str]]:
    """Return value and unit of each figure in a tile in a part of a page."""
    found = []
    for value in part.css(".tile__value"):
        unit = value.css_first(".tile__unit")
        found.append((without(value, ".tile__unit").text().strip(), unit.text() if unit else ""))
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_unit_says_of_how_many_it_is_one(files: Files, lang: Lang) -> None:
    for unit in files.units:
        page = page_of(files, lang, f"units/{unit['id']}")
        alone = led = 0
        for measure, card in zip(files.where("units", unit["id"]), page.css(".card.answer"), strict=True):
            assert one(card, ".card__number").text() == measure["number"]
            mark, count = card.css_first(".clause .mark"), int(measure["units_count"])
            lead = measure["role"] == "lead"
            assert (mark is not None) == (count == 1 or lead)
            if mark is None:
                assert re.findall(r"\d+", one(card, ".clause").text()) == [str(count)]
            alone, led = alone + (count == 1 and not lead), led + lead
        said = [int(number) for number in re.findall(r"\d+", one(page, ".unit__count").text())]
        safeguards = int(unit["safeguards_count"])
        assert said == [int(unit["measures_count"]), *(number for number in (alone, led, safeguards) if number)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_are_those_of_the_files(files: Files, lang: Lang) -> None:
    def of(targets: Iterable[Any]) -> list[tuple[str, str]]:
        return [(target["value"], (target["unit"] or {lang: ""})[lang]) for target in targets]

    everything = [target for measure in files.plan["measures"] for target in measure["targets"]]
    by_kind = {kind: [target for target in everything if target["kind"] == kind] for kind in FIGURES}
    for measure, row in zip(files.plan["measures"], files.measures, strict=True):
        assert len(measure["targets"]) == int(row["targets_count"])
        page = page_of(files, lang, f"measures/{measure['number']}")
        assert figures_in(one(page, ".rail")) == of(measure["targets"])
    assert figures_in(one(page_of(files, lang, "measures"), "main")) == of(by_kind["target"])
    targets = page_of(files, lang, "targets")
    shown = {kind: [figure for part in targets.css(f".tile--{kind}") for figure in tiles_in(part)] for kind in FIGURES}
    assert shown == {kind: of(figures) for kind, figures in by_kind.items()}
    assert len(targets.css(".tile")) == len(everything)
    # What is only counted is no target: it stands apart, behind its number.
    counts = str(len(by_kind["count"]))
    assert tiles_in(one(targets, "details.shut")) == of(by_kind["count"])
    assert re.findall(r"\d+", one(targets, "details.shut > summary").text()) == [counts]
    numbers = [str(len(by_kind[kind])) for kind in ("target", "cadence") if by_kind[kind]]
    assert re.findall(r"\d+", one(targets, "h1").text()) == numbers
    home = page_of(files, lang, "")
    assert re.findall(r"\d+", one(home, ".more[href='targets/']").text()) == [str(len(by_kind["target"]))]
    assert set(tiles_in(one(home, "main"))) <= set(of(by_kind["target"]))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lists_are_as_long_as_the_files_say(files: Files, lang: Lang) -> None:
    for address in ("", "themes"):
        cells = page_of(files, lang, address).css(".plan-map__cells a")
        for measure, cell in zip(files.measures, cells, strict=True):
            assert without(cell, ".plan-map__title").text() == measure["number"] == id_in(cell)
            assert one(cell, ".plan-map__title").text() == measure[f"title_{lang}"]
            kinds = {target["kind"] for target in files.plan["measures"][int(measure["number"]) - 1]["targets"]}
            assert (cell.css_first(".plan-map__target") is not None) == ("target" in kinds)
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
    abouts = {document.get("location"): document.get("about", "") for document in found}
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
