"""What the pages show beyond the plan's own words: who answers for what, what belongs together, how many."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Literal, get_args

from pypinyin import lazy_pinyin, load_phrases_dict

from plansite.glossary import Agreed, Mark, Piece, pieces
from plansite.load import Loaded
from plansite.model import (
    Kind,
    Measure,
    Mention,
    Notice,
    Responsibility,
    Safeguard,
    Section,
    Term,
    Text,
    Theme,
    Translated,
    Unit,
)
from plansite.problems import LANGUAGES, Lang
from plansite.proof import fingerprint, pairs
from plansite.text import numeral

State = Literal["missing", "stale", "current"]
"""Of a translation: some of it is not there; it is not confirmed for its present Chinese; it is."""
# A phrase that pypinyin does not know: alone, 长 is zhang.
load_phrases_dict({"长三角": [["cháng"], ["sān"], ["jiǎo"]]})
BUSIEST = 10
"""How many units the home page names."""
RELATED = 6
"""How many measures with units in common the page of a measure names."""
PARTNERS = 5
"""How many of the units that one works with most its page names."""


class PlanView:
    """The plan with every record linked to the records it refers to and is referred to by."""

    def __init__(self, loaded: Loaded) -> None:
        plan = loaded.plan
        self.agreed = Agreed(loaded.glossary)
        self.notice: Notice = plan.notice
        self.translation = translation(plan.notice)
        # Links to the source need the path within the repository, wherever the command was started.
        self.file = "/".join(Path(loaded.file).parts[-2:])
        self.topics = plan.topics
        self.units = [UnitView(self, record, loaded.lines["units", index]) for index, record in enumerate(plan.units)]
        self.unit_by_id = {unit.id: unit for unit in self.units}
        self.themes = [ThemeView(self, record, part) for part, record in enumerate(plan.themes, start=2)]
        self.sections = [section for theme in self.themes for section in theme.sections]
        section_by_number = {section.number: section for section in self.sections}
        self.measures = [
            MeasureView(self, record, section_by_number[record.section], loaded.lines["measures", index])
            for index, record in enumerate(plan.measures)
        ]
        self.safeguards = [SafeguardView(self, record, n) for n, record in enumerate(plan.safeguards, start=1)]
        self.terms = [TermView(self, term) for term in loaded.glossary.terms]

    @cached_property
    def units_by_kind(self) -> list[tuple[Kind, list["UnitView"]]]:
        """Every kind that occurs, with its units in the order of how many measures they answer for."""
        groups = [(kind, [unit for unit in self.units if unit.kind == kind]) for kind in get_args(Kind)]
        return [(kind, sorted(units, key=lambda u: -len(u.measures))) for kind, units in groups if units]

    @cached_property
    def busiest_units(self) -> list["UnitView"]:
        """The named units that answer for most measures, for the home page."""
        named = [unit for unit in self.units if unit.kind != "collective"]
        return sorted(named, key=lambda u: -len(u.measures))[:BUSIEST]

    def terms_by_initial(self, lang: Lang) -> list[tuple[str, list["TermView"]]]:
        """Return the glossary in the order of a dictionary, by initial letter; Chinese by its pinyin."""

        def key(term: TermView) -> str:
            spoken = "".join(lazy_pinyin(term.zh)) if lang == "zh" else term.en
            return re.sub(r"[^a-z0-9]", "", spoken.lower())

        terms = sorted(self.terms, key=key)
        return [(initial, list(group)) for initial, group in groupby(terms, lambda term: key(term)[0].upper())]

    @property
    def safeguards_part(self) -> str:
        """The Chinese numeral of the part of the notice that holds the safeguards."""
        return numeral(len(self.themes) + 2)


@dataclass(frozen=True)
class TranslationView:
    """How far the English of a record can be relied on."""

    state: State
    confirmed: date | None
    """When the English was last found right."""


def translation(record: Translated) -> TranslationView:
    """Return the state of a record's English; `stale` also where nobody has confirmed it."""
    data = record.model_dump()
    if not all(text.get("en") for _, _, text in pairs(data)):
        return TranslationView("missing", record.en_confirmed)
    return TranslationView("current" if record.en_for == fingerprint(data) else "stale", record.en_confirmed)


class TermView:
    """A term of the glossary with the measures that use it."""

    def __init__(self, plan: PlanView, record: Term) -> None:
        self.plan, self.record = plan, record
        self.id, self.zh, self.en, self.note = record.id, record.zh, record.en, record.note
        self.address = f"glossary#{record.id}"

    @cached_property
    def measures(self) -> list["MeasureView"]:
        """The measures in whose title or sentences it stands, in order."""
        return [measure for measure in self.plan.measures if self.record in measure.terms]


class ThemeView:
    """A theme with its sections and all that stands in them."""

    def __init__(self, plan: PlanView, record: Theme, part: int) -> None:
        self.plan = plan
        self.id, self.name, self.title = record.id, record.name, record.title
        self.translation = translation(record)
        self.part = numeral(part)
        self.address = f"themes/{record.id}"
        self.sections = [SectionView(self, section) for section in record.sections]

    @cached_property
    def measures(self) -> list["MeasureView"]:
        """The measures of all its sections, in order."""
        return [measure for section in self.sections for measure in section.measures]

    @cached_property
    def units(self) -> list[tuple["UnitView", int]]:
        """Each unit involved with the number of its measures in this theme, the busiest first."""
        return _counted(unit for measure in self.measures for unit in measure.units)


class SectionView:
    """A section with its theme and measures."""

    def __init__(self, theme: ThemeView, record: Section) -> None:
        self.theme = theme
        self.number, self.title = record.number, record.title
        self.numeral = numeral(record.number)
        self.anchor = f"section-{record.number}"

    @cached_property
    def measures(self) -> list["MeasureView"]:
        """Its measures, in order."""
        return [measure for measure in self.theme.plan.measures if measure.section is self]


@dataclass(frozen=True)
class MentionView:
    """A unit in a responsibility clause, and how the notice words it there."""

    unit: "UnitView"
    wording: Text

    @property
    def differs(self) -> bool:
        """Whether the notice words it otherwise than by the unit's name."""
        return self.wording != self.unit.name


class _Answered:
    """What measures and safeguards share: a body of sentences and the units that answer for it."""

    def __init__(self, plan: PlanView, record: Measure | Safeguard) -> None:
        self.plan = plan
        self.title, self.sentences = record.title, record.sentences
        self.role: Literal["responsible", "lead"] = record.responsibility.role
        self.mentions = _mentions(plan, record.responsibility)
        self.units = [mention.unit for mention in self.mentions]
        self.translation = translation(record)

    @property
    def role_label(self) -> str:
        """The label of its role, in the singular where a single body answers: lead, lead_one, responsible, ..."""
        single = len(self.units) == 1 and self.units[0].kind != "collective"
        return f"{self.role}_one" if single else self.role


class SafeguardView(_Answered):
    """A safeguard of part six, numbered as in the notice."""

    def __init__(self, plan: PlanView, record: Safeguard, number: int) -> None:
        super().__init__(plan, record)
        self.id, self.numeral = record.id, numeral(number)
        self.anchor = f"safeguard-{number}"


class MeasureView(_Answered):
    """A measure with its place in the plan and its neighbors."""

    def __init__(self, plan: PlanView, record: Measure, section: SectionView, line: int) -> None:
        super().__init__(plan, record)
        self.number, self.topics, self.keywords = record.number, record.topics, record.keywords
        self.section, self.theme = section, section.theme
        self.line = line
        self.address = f"measures/{record.number}"
        texts = (record.title.zh, *(sentence.zh for sentence in record.sentences))
        self.terms = {entry.term for zh in texts for entry in plan.agreed.entries_in(zh) if entry.term}
        """The terms of the glossary in its title and sentences."""

    @cached_property
    def pieces(self) -> dict[Lang, list[list[Piece]]]:
        """Its sentences in pieces, in each language; a term is marked where it first stands in the measure."""
        agreed = self.plan.agreed
        marks: dict[Lang, Iterator[list[Mark]]] = {
            "zh": (agreed.marks_in_chinese(sentence.zh) for sentence in self.sentences),
            "en": (agreed.marks_in_english(sentence.zh, sentence.en or "") for sentence in self.sentences),
        }
        return {lang: list(self._pieces(lang, marks[lang])) for lang in LANGUAGES}

    def _pieces(self, lang: Lang, marks: Iterator[list[Mark]]) -> Iterator[list[Piece]]:
        seen: set[Term] = set()
        for sentence, found in zip(self.sentences, marks, strict=True):
            fresh = {mark.term: mark for mark in reversed(found) if mark.term not in seen}
            seen |= set(fresh)
            yield pieces(getattr(sentence, lang) or "", sorted(fresh.values()))

    @property
    def previous(self) -> "MeasureView | None":
        """The measure before this one."""
        return self.plan.measures[self.number - 2] if self.number > 1 else None

    @property
    def next(self) -> "MeasureView | None":
        """The measure after this one."""
        return self.plan.measures[self.number] if self.number < len(self.plan.measures) else None

    @cached_property
    def same_section(self) -> list["MeasureView"]:
        """The other measures of its section."""
        return [measure for measure in self.section.measures if measure is not self]

    @cached_property
    def same_units(self) -> list[tuple["MeasureView", list["UnitView"]]]:
        """Measures of other sections that share two or more named units, most in common first, with those units.

        Collectives do not count: "all towns" answering for two measures says nothing about the two.
        """
        own = {unit for unit in self.units if unit.kind != "collective"}
        needed = min(2, len(own))
        others = [measure for measure in self.plan.measures if measure.section is not self.section]
        shared = [(measure, [unit for unit in measure.units if unit in own]) for measure in others]
        close = [(measure, units) for measure, units in shared if needed and len(units) >= needed]
        return sorted(close, key=lambda entry: -len(entry[1]))[:RELATED]


class UnitView:
    """A unit with the measures and safeguards it answers for."""

    def __init__(self, plan: PlanView, record: Unit, line: int) -> None:
        self.plan = plan
        self.id, self.kind, self.joint, self.note = record.id, record.kind, record.joint, record.note
        self.name, self.official_name, self.aliases = record.name, record.official_name, record.aliases
        self.line = line
        self.address = f"units/{record.id}"
        self.unverified, self.keywords = record.unverified, record.keywords
        self.translation = translation(record)

    @cached_property
    def measures(self) -> list[MeasureView]:
        """The measures it answers for, in order."""
        return [measure for measure in self.plan.measures if self in measure.units]

    @cached_property
    def safeguards(self) -> list[SafeguardView]:
        """The safeguards it answers for, in order."""
        return [safeguard for safeguard in self.plan.safeguards if self in safeguard.units]

    @cached_property
    def measures_by_theme(self) -> list[tuple[ThemeView, list[MeasureView]]]:
        """Its measures under their themes, themes without any left out."""
        groups = [(theme, [m for m in self.measures if m.theme is theme]) for theme in self.plan.themes]
        return [(theme, measures) for theme, measures in groups if measures]

    @cached_property
    def led(self) -> list[MeasureView]:
        """The measures for which it is a lead unit (牵头单位)."""
        return [measure for measure in self.measures if measure.role == "lead"]

    @cached_property
    def alone(self) -> list[MeasureView]:
        """The measures for which it alone is responsible; to be the only lead unit is another thing."""
        return [measure for measure in self.measures if measure.units == [self] and measure.role == "responsible"]

    @cached_property
    def partners(self) -> list[tuple["UnitView", int]]:
        """The named units it shares most measures with, and how many."""
        shared = (unit for measure in self.measures for unit in measure.units)
        return _counted(unit for unit in shared if unit is not self and unit.kind != "collective")[:PARTNERS]


def _mentions(plan: PlanView, responsibility: Responsibility) -> list[MentionView]:
    def resolve(mention: Mention) -> MentionView:
        unit = plan.unit_by_id[mention.unit]
        wordings = {wording.zh: wording for wording in (unit.name, *unit.aliases)}
        return MentionView(unit, wordings[mention.as_written or unit.name.zh])

    return [resolve(mention) for mention in responsibility.units]


def _counted(units: Iterable[UnitView]) -> list[tuple[UnitView, int]]:
    """Count units, the most frequent first, equals in the order in which they came."""
    return Counter(units).most_common()
