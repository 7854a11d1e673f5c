"""This module turns a plan into the tables of the CSV files and the workbook, which tables.yaml describes."""

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
Rows = Iterator[tuple[str, Row]]
"""Each row with the address of what it describes: "units/tax-service", "measures/7#s1"."""
FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])|^(?=[\t\r\n])")
"""Where a spreadsheet program may see the start of a formula: at the start of a text, and after a semicolon, at which
some programs separate columns (OWASP, CSV Injection)."""
MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The media type of each kind of file."""
NOTICE_FILE = "notice.txt"
"""The notice as it was issued, the very bytes that the plan is compared with."""
SEPARATOR = ";"
"""Separates the ids, numbers or Chinese names in one cell; none of them may contain it."""


class Column(Text):
    """The description of a column, and its type in Table Schema (Frictionless)."""

    type: Literal["string", "integer", "boolean", "date"] = "string"


class TableDescription(Text):
    """The description of a table: `key` is its primary key, `refers` its foreign keys, {column: (table, column)}."""

    title: Text
    key: str
    refers: dict[str, tuple[str, str]] = Field(default_factory=dict)
    columns: dict[str, Column]


class Description(Record):
    """The content of tables.yaml: the words for all data files, and the columns that every table ends with."""

    files: dict[str, Text]
    tables: dict[str, TableDescription]
    provenance: dict[str, Column]


@dataclass(frozen=True)
class Table:
    """A table: its description, and rows of values in the order of its columns."""

    name: str
    description: TableDescription
    columns: Mapping[str, Column]
    rows: Sequence[Sequence[Value]]


class Package:
    """The tables of a plan, and where its data come from."""

    def __init__(self, plan: PlanView, site_url: str = "") -> None:
        self.plan, self.site_url, self.words = plan, site_url, description()
        self.source, self.date, self.confirmed = plan.notice.announcement, plan.notice.date, plan.confirmed
        self.version, self.licence, name = plan.version, plan.site.licence, plan.site.name
        self.title = Text(zh=f"{name.zh}：数据", en=f"{name.en}: data")

    @property
    def files(self) -> dict[str, Text]:
        """What each data file is for; there is no notice.txt where the plan has no source."""
        return {name: text for name, text in self.words.files.items() if name != NOTICE_FILE or self.plan.source}

    @cached_property
    def tables(self) -> list[Table]:
        """Every table with its rows, each of which says where it comes from."""
        licence = both(self.licence) if self.licence else None
        origin: Row = {"source": both(self.source), "date": self.date, "licence": licence, "version": self.version}
        tables = []
        for name, described in self.words.tables.items():
            columns = described.columns | self.words.provenance
            rows = []
            for address, own in ROWS[name](self.plan):
                urls = {f"url_{lang}": absolute_url(address, lang, self.site_url) for lang in LANGUAGES}
                row = own | urls | origin
                rows.append([row[column] for column in columns])
            tables.append(Table(name, described, columns, rows))
        return tables


def both(text: Text) -> str:
    """Return a text in both languages, for a field that has room for one only: 措施 / Measures."""
    return f"{text.zh} / {text.en}"


def neutral(text: str) -> str:
    """Return text with an apostrophe before each place where a spreadsheet program may see the start of a formula."""
    return FORMULA.sub(r"\1'", text)


@cache
def description() -> Description:
    """Return the content of tables.yaml."""
    text = read_text(Path(__file__).with_name("tables.yaml"))
    return Description.model_validate(yaml.load(text, yaml.CSafeLoader))


def _both(name: str, text: Text | None) -> Row:
    return {f"{name}_{lang}": text[lang] if text else None for lang in LANGUAGES}


def _translation(translation: TranslationView) -> Row:
    return {"translation": translation.state, "en_confirmed": translation.confirmed}


def _joined(values: Iterable[object]) -> str:
    return SEPARATOR.join(map(str, values))


def _measures(plan: PlanView) -> Rows:
    for measure in plan.measures:
        english = [sentence["en"] for sentence in measure.sentences if sentence.en]
        complete = len(english) == len(measure.sentences)
        row: Row = {
            "number": measure.number,
            "theme": measure.theme.id,
            **_both("theme", measure.theme.name),
            "section": measure.section.number,
            **_both("section", measure.section.title),
            **_both("title", measure.title),
            "text_zh": "".join(sentence.zh for sentence in measure.sentences),
            "text_en": " ".join(english) if complete else None,
            "sentences_count": len(measure.sentences),
            "role": measure.role,
            "units": _joined(unit.id for unit in measure.units),
            "units_as_written": _joined(mention.wording.zh for mention in measure.mentions),
            "units_count": len(measure.units),
            "topics": _joined(topic.id for topic in measure.topics),
            "audiences": _joined(audience.id for audience in measure.audiences),
            "firmness": _joined(measure.firmness),
            "targets_count": sum(len(sentence.targets) for sentence in measure.sentences),
        }
        yield measure.address, row | _translation(measure.translation)


def _units(plan: PlanView) -> Rows:
    for unit in plan.units:
        row: Row = {
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
        }
        yield unit.address, row | _translation(unit.translation)


def _sentences(plan: PlanView) -> Rows:
    for order, (address, text, translation, measure) in enumerate(_texts(plan), start=1):
        number = address.partition("#s")[2] if measure else ""
        row: Row = {
            "place": address,
            "kind": "sentence" if isinstance(text, Sentence) else "title",
            "zh": text.zh,
            "en": text["en"] or None,
            "note": text.note.en if isinstance(text, Sentence) and text.note else None,
            "firmness": _joined(text.firmness) if isinstance(text, Sentence) else None,
            "order": order,
            "measure": measure.number if measure else None,
            "sentence": int(number) if number else None,
        }
        yield address, row | _translation(translation)


ROWS: dict[str, Callable[[PlanView], Rows]] = {"measures": _measures, "sentences": _sentences, "units": _units}
"""The rows of each table; their values may be in any order."""


def _texts(plan: PlanView) -> Iterator[tuple[str, Text | Sentence, TranslationView, MeasureView | None]]:
    """Yield (address, text, state of its translation, its measure) for every text of the notice, in reading order."""
    notice, general = plan.notice, plan.notice.general_requirements
    opening: dict[str, Sequence[Text | Sentence]] = {
        "text#notice": (notice.announcement, notice.addressees, notice.approval, *notice.issuers),
        "text#plan": (notice.title, *notice.preamble),
        "text#general": (general.title, *general.sentences),
    }
    for address, texts in opening.items():
        yield from ((address, text, plan.translation, None) for text in texts)
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
        address = f"text#{safeguard.anchor}"
        yield address, safeguard.title, safeguard.translation, None
        yield from ((address, sentence, safeguard.translation, None) for sentence in safeguard.sentences)
    yield "text#notice", notice.imprint.office, plan.translation, None
