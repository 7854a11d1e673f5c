"""The tables that people download: what each column holds, in both languages, and the rows that a plan gives.

CSV, workbook, datapackage.json and the page /data/ are all made from this one description, so that they cannot differ.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from plansite.errors import LANGUAGES
from plansite.site.graph import MeasureView, PlanView, TranslationView
from plansite.site.pages import absolute_url
from plansite.source.schema import Record, Sentence, Text
from plansite.source.yaml_reader import read_text

Value = str | int | bool | dt.date | None
Row = dict[str, Value]
# What a spreadsheet program may take for the beginning of a formula, in full width too, at the start of a text and
# after a semicolon, at which some of them part columns (OWASP, CSV Injection).
FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])|^(?=[\t\r\n])")
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""The terms of our translation and curation; the notice itself is an official document."""
MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The media type of each kind of file."""
SEPARATOR = ";"
"""Stands between several ids, numbers or Chinese names in one cell; the model keeps it out of all of them."""


class Column(Text):
    """What a column holds, in both languages, and its type in Table Schema (Frictionless)."""

    type: Literal["string", "integer", "boolean", "date"] = "string"


class Described(Text):
    """What a table holds; `key` is the column that tells its rows apart, `refers` gives those that hold another's."""

    title: Text
    key: str
    refers: dict[str, tuple[str, str]] = Field(default_factory=dict)
    columns: dict[str, Column]


class Description(Record):
    """What tables.yaml contains: the words for all data files."""

    title: Text
    licence: Text
    files: dict[str, Text]
    tables: dict[str, Described]
    provenance: dict[str, Column]


@dataclass(frozen=True)
class Table:
    """A table: its description and its rows, each value in the place of its column."""

    name: str
    description: Described
    columns: Mapping[str, Column]
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True)
class Package:
    """All tables of a plan with where they come from."""

    plan: PlanView
    site_url: str = ""
    """Where the site is, for addresses; "" where nobody knows."""

    @property
    def words(self) -> Description:
        """What is said of them."""
        return description()

    @property
    def source(self) -> Text:
        """Where the plan stands."""
        return self.plan.notice.announcement

    @property
    def date(self) -> dt.date:
        """The day of the notice."""
        return self.plan.notice.date

    @property
    def confirmed(self) -> dt.date:
        """When the English was last found right."""
        return self.plan.confirmed

    @property
    def version(self) -> str:
        """The commit that they are made from, "" where nobody knows."""
        return self.plan.version

    @cached_property
    def tables(self) -> list[Table]:
        """Every table with its rows, each of which says where it comes from."""
        origin: Row = {
            "source": both(self.source),
            "date": self.date,
            "licence": both(self.words.licence),
            "version": self.version,
        }

        def table(name: str, described: Described) -> Table:
            columns = described.columns | self.words.provenance
            rows = ({**row, **_located(self.site_url, place), **origin} for place, row in ROWS[name](self.plan))
            return Table(name, described, columns, [[row[column] for column in columns] for row in rows])

        return [table(name, described) for name, described in self.words.tables.items()]


def both(text: Text) -> str:
    """Return a text in both languages, for what has room for one only."""
    return f"{text.zh} / {text.en}"


def neutral(text: str) -> str:
    """Return text that no spreadsheet program takes for a formula: with an apostrophe before what could begin one."""
    return FORMULA.sub(r"\1'", text)


@cache
def description() -> Description:
    """Return what tables.yaml says."""
    text = read_text(Path(__file__).with_name("tables.yaml"))
    return Description.model_validate(yaml.load(text, yaml.CSafeLoader))


def _located(site_url: str, place: str) -> Row:
    return {f"url_{lang}": absolute_url(place, lang, site_url) for lang in LANGUAGES}


def _both(name: str, text: Text | None) -> Row:
    return {f"{name}_{lang}": text[lang] if text else None for lang in LANGUAGES}


def _translation(translation: TranslationView) -> Row:
    return {"translation": translation.state, "en_confirmed": translation.confirmed}


def _joined(values: Iterable[object]) -> str:
    return SEPARATOR.join(map(str, values))


def _measures(plan: PlanView) -> Iterator[tuple[str, Row]]:
    for measure in plan.measures:
        english = [sentence.en for sentence in measure.sentences if sentence.en]
        whole = len(english) == len(measure.sentences)
        yield (
            measure.address,
            {
                "number": measure.number,
                "theme": measure.theme.id,
                **_both("theme", measure.theme.name),
                "section": measure.section.number,
                **_both("section", measure.section.title),
                **_both("title", measure.title),
                "text_zh": "".join(sentence.zh for sentence in measure.sentences),
                "text_en": " ".join(english) if whole else None,
                "sentences_count": len(measure.sentences),
                "role": measure.role,
                "units": _joined(unit.id for unit in measure.units),
                "units_as_written": _joined(mention.wording.zh for mention in measure.mentions),
                "units_count": len(measure.units),
                "topics": _joined(topic.id for topic in measure.topics),
                "audiences": _joined(audience.id for audience in measure.audiences),
                "targets_count": sum(len(promise.sentence.targets) for promise in measure.target_sentences),
                **_translation(measure.translation),
            },
        )


def _units(plan: PlanView) -> Iterator[tuple[str, Row]]:
    for unit in plan.units:
        yield (
            unit.address,
            {
                "id": unit.id,
                "kind": unit.kind,
                **_both("name", unit.name),
                **_both("official_name", unit.official_name),
                "aliases": _joined(alias.zh for alias in unit.aliases),
                "measures": _joined(measure.number for measure in unit.measures),
                "measures_count": len(unit.measures),
                "leads": _joined(measure.number for measure in unit.led),
                "safeguards": _joined(safeguard.id for safeguard in unit.safeguards),
                "safeguards_count": len(unit.safeguards),
                "unverified": unit.unverified,
                **_both("note", unit.note),
                **_translation(unit.translation),
            },
        )


def _sentences(plan: PlanView) -> Iterator[tuple[str, Row]]:
    for order, (place, text, translation, measure) in enumerate(_texts(plan), start=1):
        whole = isinstance(text, Sentence)
        note = text.note.en if isinstance(text, Sentence) and text.note else None
        number = place.partition("#s")[2] if measure else ""
        yield (
            place,
            {
                "place": place,
                "kind": "sentence" if whole else "title",
                "zh": text.zh,
                "en": text.en,
                "note": note,
                **_translation(translation),
                "order": order,
                "measure": measure.number if measure else None,
                "sentence": int(number) if number else None,
            },
        )


ROWS: dict[str, Callable[[PlanView], Iterator[tuple[str, Row]]]] = {
    "measures": _measures,
    "sentences": _sentences,
    "units": _units,
}
"""What fills each table: rows, each with its place on the site."""


def _texts(plan: PlanView) -> Iterator[tuple[str, Text | Sentence, TranslationView, MeasureView | None]]:
    """Yield (place, text, state of its translation, its measure) for every text of the notice, in reading order."""
    notice, general = plan.notice, plan.notice.general_requirements
    opening: dict[str, Sequence[Text | Sentence]] = {
        "text#notice": (notice.announcement, notice.addressees, notice.approval, *notice.issuers),
        "text#plan": (notice.title, *notice.preamble),
        "text#general": (general.title, *general.sentences),
    }
    for place, texts in opening.items():
        yield from ((place, text, plan.translation, None) for text in texts)
    for theme in plan.themes:
        yield theme.address, theme.title, theme.translation, None
        for section in theme.sections:
            yield f"{theme.address}#{section.anchor}", section.title, theme.translation, None
            for measure in section.measures:
                yield measure.address, measure.title, measure.translation, measure
                for number, sentence in enumerate(measure.sentences, start=1):
                    yield f"{measure.address}#s{number}", sentence, measure.translation, measure
    yield "text#safeguards", notice.safeguards_title, plan.translation, None
    for safeguard in plan.safeguards:
        place = f"text#{safeguard.anchor}"
        yield place, safeguard.title, safeguard.translation, None
        yield from ((place, sentence, safeguard.translation, None) for sentence in safeguard.sentences)
    yield "text#notice", notice.imprint.office, plan.translation, None
