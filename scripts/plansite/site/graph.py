"""What the pages show beyond the plan's own words: who answers for what, what belongs together, how many."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Literal, TypeVar, get_args

from plansite.errors import LANGUAGES, Lang
from plansite.history.changelog import ChangeView, HistoryView, Version
from plansite.history.diff import KINDS, SINGLE
from plansite.source.chinese import chinese_numeral, pinyin_readings
from plansite.source.schema import (
    Audience,
    Invest,
    Kind,
    Measure,
    Mention,
    Notice,
    Plan,
    Responsibility,
    Safeguard,
    Section,
    Sentence,
    Stage,
    Term,
    Text,
    Theme,
    Topic,
    Translated,
    Unit,
)
from plansite.translation.checks import source_hash, text_pairs
from plansite.translation.glossary import GlossaryMatcher, Segment, TermMark, segments
from plansite.validate import LoadedPlan

K = TypeVar("K")
V = TypeVar("V")
State = Literal["missing", "stale", "current"]
"""Of a translation: some of it is not there; it is not confirmed for its present Chinese; it is."""
BUSIEST = 10
"""How many units the home page names."""
RELATED = 6
"""How many measures with units in common the page of a measure names."""
SHADES = 4
"""How many shades tell the larger counts of the table of units and themes from the smaller."""
PARTNERS = 5
"""How many of the units that one works with most its page names."""


class PlanView:
    """The plan with every record linked to the records it refers to and is referred to by."""

    def __init__(self, loaded: LoadedPlan, versions: Sequence[Version] | None = None, version: str = "") -> None:
        plan = loaded.plan
        self.version = version
        """The commit that it is read from, "" where nobody knows."""
        # A version that changed the form of the file only has nothing to tell.
        told = [version for version in versions or () if version.changes]
        self.history = HistoryView(told, _records(plan)) if told else None
        self.agreed = GlossaryMatcher(loaded.glossary)
        self.notice: Notice = plan.notice
        self.translation = translation(plan.notice)
        # Links to the source need the path within the repository, wherever the command was started.
        self.file = "/".join(Path(loaded.file).parts[-2:])
        self.units = [UnitView(self, record, loaded.lines["units", index]) for index, record in enumerate(plan.units)]
        self.unit_by_id = {unit.id: unit for unit in self.units}
        self.named: set[UnitView] = set()
        """The units that the measures read so far have named."""
        self.themes = [ThemeView(self, record, part) for part, record in enumerate(plan.themes, start=2)]
        self.sections = [section for theme in self.themes for section in theme.sections]
        section_by_number = {section.number: section for section in self.sections}
        self.topics = [TopicView(self, record) for record in plan.topics]
        self.audiences = [AudienceView(self, record) for record in plan.audiences]
        self.measures = [
            MeasureView(self, record, section_by_number[record.section], loaded.lines["measures", index])
            for index, record in enumerate(plan.measures)
        ]
        self.safeguards = [SafeguardView(self, record, n) for n, record in enumerate(plan.safeguards, start=1)]
        self.invest = InvestView(self, plan.invest)
        self.redirects = plan.redirects
        self.terms = [TermView(self, term) for term in loaded.glossary.terms]

    @cached_property
    def measures_by_unit(self) -> dict["UnitView", list["MeasureView"]]:
        """The measures that each unit answers for, in order."""
        return _grouped((unit, measure) for measure in self.measures for unit in measure.units)

    @cached_property
    def measures_by_section(self) -> dict["SectionView", list["MeasureView"]]:
        """The measures of each section, in order."""
        return _grouped((measure.section, measure) for measure in self.measures)

    @cached_property
    def measures_by_topic(self) -> dict[str, list["MeasureView"]]:
        """The measures that answer each topic, by its id, in order."""
        return _grouped((topic, measure) for measure in self.measures for topic in measure.topic_refs)

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

    @cached_property
    def measures_with_targets(self) -> list["MeasureView"]:
        """The measures that promise something in figures, in order."""
        return [measure for measure in self.measures if measure.target_sentences]

    @property
    def targets_by_kind(self) -> dict[str, int]:
        """How many quantified commitments there are of each kind."""
        kinds = Counter(
            target.kind for m in self.measures_with_targets for p in m.target_sentences for target in p.sentence.targets
        )
        return {kind: kinds[kind] for kind in ("target", "cadence", "count")}

    @cached_property
    def shares(self) -> list[tuple["UnitView", list["Share"]]]:
        """Each unit that answers for measures, with its share of every theme, in the order of units_by_kind."""
        units = [unit for _, units in self.units_by_kind for unit in units if unit.measures]
        counts = {unit: Counter(measure.theme.id for measure in unit.measures) for unit in units}
        most = max(count for themes in counts.values() for count in themes.values())
        return [
            (unit, [Share(t, counts[unit][t.id], ceil(SHADES * counts[unit][t.id] / most)) for t in self.themes])
            for unit in units
        ]

    @property
    def confirmed(self) -> date:
        """When the English of the notice or of a unit was last found right; before that, the date of the notice."""
        of_parts = [*(t.translation for t in self.themes), *(s.translation for s in self.safeguards)]
        of_records = [*(u.translation for u in self.units), *(m.translation for m in self.measures)]
        days = [state.confirmed for state in (self.translation, *of_parts, *of_records) if state.confirmed]
        return max(days, default=self.notice.date)

    def terms_by_initial(self, lang: Lang) -> list[tuple[str, list["TermView"]]]:
        """Return the glossary in the order of a dictionary, by initial letter; Chinese by its pinyin."""
        readings = pinyin_readings(term.zh for term in self.terms) if lang == "zh" else {}

        def key(term: TermView) -> str:
            said = "".join(readings[term.zh]) if lang == "zh" else term.en
            return re.sub(r"[^a-z0-9]", "", said.lower())

        terms = sorted(self.terms, key=key)
        return [(initial, list(group)) for initial, group in groupby(terms, lambda term: key(term)[0].upper())]

    @property
    def safeguards_part(self) -> str:
        """The Chinese numeral of the part of the notice that holds the safeguards."""
        return chinese_numeral(len(self.themes) + 2)


@dataclass(frozen=True)
class TranslationView:
    """How far the English of a record can be relied on."""

    state: State
    confirmed: date | None
    """When the English was last found right."""


def translation(record: Translated) -> TranslationView:
    """Return the state of a record's English; `stale` also where nobody has confirmed it."""
    data = record.model_dump()
    if not all(text.get("en") for _, _, text in text_pairs(data)):
        return TranslationView("missing", record.en_confirmed)
    return TranslationView("current" if record.en_for == source_hash(data) else "stale", record.en_confirmed)


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
        self.part = chinese_numeral(part)
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


@dataclass(frozen=True)
class Share:
    """How many measures of a theme a unit answers for, and the shade of that number, 0 to SHADES."""

    theme: ThemeView
    count: int
    shade: int


class SectionView:
    """A section with its theme and measures."""

    def __init__(self, theme: ThemeView, record: Section) -> None:
        self.theme = theme
        self.number, self.title = record.number, record.title
        self.numeral = chinese_numeral(record.number)
        self.anchor = f"section-{record.number}"

    @cached_property
    def measures(self) -> list["MeasureView"]:
        """Its measures, in order."""
        return self.theme.plan.measures_by_section.get(self, [])


@dataclass(frozen=True)
class MentionView:
    """A unit in a responsibility clause, and how the notice words it there."""

    unit: "UnitView"
    wording: Text
    first: bool
    """Whether the notice names the unit here for the first time."""

    @property
    def differs(self) -> bool:
        """Whether the notice words it otherwise than by the unit's name."""
        return self.wording != self.unit.name


@dataclass(frozen=True)
class ResponsibilityView:
    """Who answers, and how the notice words it."""

    role: Literal["responsible", "lead"]
    mentions: list[MentionView]


class _Answered:
    """What measures and safeguards share: a body of sentences and the units that answer for it."""

    def __init__(self, plan: PlanView, record: Measure | Safeguard) -> None:
        self.plan, self.title, self.sentences = plan, record.title, record.sentences
        self._record = record
        self.responsibility = ResponsibilityView(record.responsibility.role, _mentions(plan, record.responsibility))
        self.role, self.mentions = self.responsibility.role, self.responsibility.mentions
        self.units = [mention.unit for mention in self.mentions]

    @cached_property
    def translation(self) -> TranslationView:
        """How far its English can be relied on."""
        return translation(self._record)

    @property
    def role_label(self) -> str:
        """The label of its role, in the singular where a single body answers: lead, lead_one, responsible, ..."""
        single = len(self.units) == 1 and self.units[0].kind != "collective"
        return f"{self.role}_one" if single else self.role


class SafeguardView(_Answered):
    """A safeguard of part six, numbered as in the notice."""

    def __init__(self, plan: PlanView, record: Safeguard, number: int) -> None:
        super().__init__(plan, record)
        self.id, self.numeral = record.id, chinese_numeral(number)
        self.anchor = f"safeguard-{number}"


class MeasureView(_Answered):
    """A measure with its place in the plan and its neighbors."""

    def __init__(self, plan: PlanView, record: Measure, section: SectionView, line: int) -> None:
        super().__init__(plan, record)
        self.number, self.keywords = record.number, record.keywords
        self.topic_refs = {asked.topic: asked.sentence for asked in record.topics}
        """The number of the sentence that matters most for each of its topics, by the topic's id."""
        self.topics = [topic for topic in plan.topics if topic.id in self.topic_refs]
        self.audiences = [audience for audience in plan.audiences if audience.id in record.audiences]
        self.section, self.theme = section, section.theme
        self.line = line
        self.address = f"measures/{record.number}"

    @cached_property
    def terms(self) -> set[Term]:
        """The terms of the glossary in its title and sentences."""
        texts = (self.title.zh, *(sentence.zh for sentence in self.sentences))
        return {entry.term for zh in texts for entry in self.plan.agreed.find_entries(zh) if entry.term}

    @cached_property
    def segments(self) -> dict[Lang, list[list[Segment]]]:
        """Its sentences in pieces, in each language; a term is marked where it first stands in the measure."""
        agreed = self.plan.agreed
        marks: dict[Lang, Iterator[list[TermMark]]] = {
            "zh": (agreed.marks_in_chinese(sentence.zh) for sentence in self.sentences),
            "en": (agreed.marks_in_english(sentence.zh, sentence.en or "") for sentence in self.sentences),
        }
        return {lang: list(self._pieces(lang, marks[lang])) for lang in LANGUAGES}

    def _pieces(self, lang: Lang, marks: Iterator[list[TermMark]]) -> Iterator[list[Segment]]:
        seen: set[Term] = set()
        for sentence, found in zip(self.sentences, marks, strict=True):
            fresh = {mark.term: mark for mark in reversed(found) if mark.term not in seen}
            seen |= set(fresh)
            yield segments(getattr(sentence, lang) or "", sorted(fresh.values()))

    @cached_property
    def changes(self) -> list[ChangeView]:
        """What has been changed in it, the newest first."""
        return self.plan.history.of("measures", str(self.number)) if self.plan.history else []

    @cached_property
    def target_sentences(self) -> list["TargetSentence"]:
        """Its sentences that promise something in figures."""
        numbered = enumerate(self.sentences, start=1)
        return [TargetSentence(self, number, sentence) for number, sentence in numbered if sentence.targets]

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
        shared = Counter(measure for unit in own for measure in unit.measures if measure.section is not self.section)
        close = sorted((-count, measure.number, measure) for measure, count in shared.items() if count >= needed)
        return [(measure, [unit for unit in measure.units if unit in own]) for _, _, measure in close[:RELATED]]


@dataclass(frozen=True)
class TargetSentence:
    """A sentence that promises something in figures, and where it stands."""

    measure: MeasureView
    number: int
    sentence: Sentence

    def marked(self, lang: Lang) -> list[tuple[bool, str]]:
        """Return the sentence in parts, [(whether it holds a figure, text), ...]."""
        text = self.sentence.shown(lang)
        held = [False] * len(text)
        for words in (target.words[lang] for target in self.sentence.targets if target.words[lang] in text):
            at = text.index(words)
            held[at : at + len(words)] = [True] * len(words)
        parts = groupby(zip(held, text, strict=True), lambda part: part[0])
        return [(holds, "".join(character for _, character in part)) for holds, part in parts]


@dataclass(frozen=True)
class Answer:
    """A measure as far as it answers a question: with those of its sentences that matter, [(number, sentence), ...]."""

    measure: MeasureView
    sentences: list[tuple[int, Sentence]]


def _answer(measure: MeasureView, numbers: Iterable[int]) -> Answer:
    return Answer(measure, [(number, measure.sentences[number - 1]) for number in numbers])


class TopicView:
    """A business question with the measures that answer it."""

    def __init__(self, plan: PlanView, record: Topic) -> None:
        self.plan = plan
        self.id, self.name, self.question, self.guide = record.id, record.name, record.question, record.guide
        self.translation = translation(record)
        self.address = f"topics/{record.id}"

    @cached_property
    def answers(self) -> list[Answer]:
        """Its measures, in order, each with the sentence that matters most to whoever asks."""
        return [
            _answer(measure, [measure.topic_refs[self.id]]) for measure in self.plan.measures_by_topic.get(self.id, [])
        ]

    @cached_property
    def units(self) -> list[tuple["UnitView", int]]:
        """The named units to ask, with how many of its measures each answers for, the busiest first."""
        return _counted(unit for answer in self.answers for unit in answer.measure.units if unit.kind != "collective")


class AudienceView:
    """Those for whom measures are meant."""

    def __init__(self, plan: PlanView, record: Audience) -> None:
        self.plan = plan
        self.id, self.name = record.id, record.name

    @cached_property
    def measures(self) -> list[MeasureView]:
        """The measures for them, in order."""
        return [measure for measure in self.plan.measures if self in measure.audiences]


class StageView:
    """A stage in the life of a foreign-invested enterprise, with what the notice says of it."""

    def __init__(self, plan: PlanView, record: Stage) -> None:
        self.plan, self._record = plan, record
        self.id, self.name, self.guide = record.id, record.name, record.guide
        self.topics = [topic for topic in plan.topics if topic.id in record.topics]

    @cached_property
    def answers(self) -> list[Answer]:
        """What the notice says of it."""
        excerpts = self._record.measures
        return [_answer(self.plan.measures[excerpt.measure - 1], excerpt.sentences) for excerpt in excerpts]


class InvestView:
    """The way of a foreign-invested enterprise through the plan."""

    def __init__(self, plan: PlanView, record: Invest) -> None:
        self.guide, self.keywords, self.translation = record.guide, record.keywords, translation(record)
        self.stages = [StageView(plan, stage) for stage in record.stages]


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
        return self.plan.measures_by_unit.get(self, [])

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
    def changes(self) -> list[ChangeView]:
        """What has been changed in its record, the newest first."""
        return self.plan.history.of("units", self.id) if self.plan.history else []

    @cached_property
    def partners(self) -> list[tuple["UnitView", int]]:
        """The named units it shares most measures with, and how many."""
        shared = (unit for measure in self.measures for unit in measure.units)
        return _counted(unit for unit in shared if unit is not self and unit.kind != "collective")[:PARTNERS]


def _mentions(plan: PlanView, responsibility: Responsibility) -> list[MentionView]:
    def resolve(mention: Mention) -> MentionView:
        unit = plan.unit_by_id[mention.unit]
        wordings = {wording.zh: wording for wording in (unit.name, *unit.aliases)}
        first = unit not in plan.named
        plan.named.add(unit)
        return MentionView(unit, wordings[mention.as_written or unit.name.zh], first)

    return [resolve(mention) for mention in responsibility.units]


def _records(plan: Plan) -> dict[str, set[str]]:
    """Return {kind: the numbers or ids of its records} for every kind in the plan."""
    listed = {kind: getattr(plan, kind) for kind in KINDS if kind not in SINGLE and hasattr(plan, kind)}
    named = {kind: {str(getattr(record, "number", None) or record.id) for record in listed[kind]} for kind in listed}
    return named | {kind: {kind} for kind in SINGLE}


def _grouped(text_pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Return {key: its values in the order in which they came}; one pass, however many keys there are."""
    groups: dict[K, list[V]] = defaultdict(list)
    for key, value in text_pairs:
        groups[key].append(value)
    return groups


def _counted(units: Iterable[UnitView]) -> list[tuple[UnitView, int]]:
    """Count units, the most frequent first, equals in the order in which they came."""
    return Counter(units).most_common()
