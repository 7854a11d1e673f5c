"""This module links the records of a plan to each other: measures to their units, themes, topics, terms and changes."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Literal, get_args

from plansite.errors import LANGUAGES, Lang, path_in_repository
from plansite.history.changelog import ChangeView, HistoryView, Version, record_keys
from plansite.site.about import SiteView
from plansite.source import schema as model
from plansite.source.chinese import chinese_numeral, pinyin_readings
from plansite.source.updates import Update
from plansite.translation.checks import source_hash, text_pairs
from plansite.translation.glossary import Statement, matcher_of, statements
from plansite.validate import LoadedPlan

State = Literal["missing", "stale", "current"]
"""Whether a record's English is missing, stale (not confirmed for its present Chinese) or current (confirmed)."""
BUSIEST_UNITS, RELATED_MEASURES, PARTNERS = 10, 3, 5
"""How many are listed on the home page, the page of a measure and the page of a unit."""


class PlanView:
    """A plan whose records are linked to each other; `version` is the commit it is read from, "" where unknown."""

    def __init__(self, loaded: LoadedPlan, versions: Sequence[Version] | None = None, version: str = "") -> None:
        plan, lines = loaded.plan, loaded.lines
        self.version, self.notice, self.redirects = version, plan.notice, plan.redirects
        self.site = SiteView(loaded.identity, plan.notice)
        self.updates, self.unanswered, self.source = loaded.updates, loaded.unanswered, loaded.source
        # A version that changed only the form of the file is not shown.
        changed = [version for version in versions or () if version.changes]
        self.history = HistoryView(changed, record_keys(plan, self.site.left_out)) if changed else None
        self.matcher = matcher_of(loaded.glossary)
        self.strengths = {strength: self.matcher.words_of(strength) for strength in get_args(model.Strength)}
        self.translation, self.file = translation(plan.notice), path_in_repository(Path(loaded.file))
        self.terms = [TermView(self, term) for term in loaded.glossary.terms]
        self.term_by_id = {term.id: term for term in self.terms}
        self.units = [UnitView(self, record, lines["units", index]) for index, record in enumerate(plan.units)]
        self.unit_by_id = {unit.id: unit for unit in self.units}
        self.mentioned = set[UnitView]()  # in the measures and safeguards linked so far
        self.themes = [ThemeView(self, record, part) for part, record in enumerate(plan.themes, start=2)]
        self.sections = [section for theme in self.themes for section in theme.sections]
        section_by_number = {section.number: section for section in self.sections}
        self.topics = [TopicView(self, record) for record in plan.topics]
        self.audiences = [AudienceView(self, record) for record in plan.audiences]
        self.measures = [
            MeasureView(self, record, section_by_number[record.section], lines["measures", index])
            for index, record in enumerate(plan.measures)
        ]
        self.measures_with_targets = [measure for measure in self.measures if measure.target_sentences]
        for measure, following in pairwise(self.measures):
            measure.next, following.previous = following, measure
        self.safeguards = [SafeguardView(self, record, number) for number, record in enumerate(plan.safeguards, 1)]
        self.safeguards_part, self.invest = chinese_numeral(len(self.themes) + 2), InvestView(self, plan.invest)

    @cached_property
    def measures_of(self) -> dict["RecordView", list["MeasureView"]]:
        """The measures in order by each section, theme, unit, topic, audience and term that they belong to."""
        groups: dict[RecordView, list[MeasureView]] = defaultdict(list)
        for measure in self.measures:
            owners = (measure.section, measure.theme, *measure.units, *measure.topics, *measure.audiences)
            for record in (*owners, *measure.terms):
                groups[record].append(measure)
        return groups

    @property
    def map_height(self) -> int:
        """The height of the plan map, in which each square is 10 wide and high, in steps of 12."""
        return 12 * max(len(section.measures) for section in self.sections) - 2

    @property
    def map_width(self) -> int:
        """Its width: a column for each section, and half a column between themes."""
        return 12 * len(self.sections) + 6 * len(self.themes) - 8

    @cached_property
    def units_by_kind(self) -> list[tuple[model.Kind, list["UnitView"]]]:
        """Each kind that occurs with its units, those with most measures first."""
        groups = [(kind, [unit for unit in self.units if unit.kind == kind]) for kind in get_args(model.Kind)]
        return [(kind, sorted(units, key=lambda u: -len(u.measures))) for kind, units in groups if units]

    @property
    def busiest_units(self) -> list["UnitView"]:
        """The named units with most measures."""
        return sorted((u for u in self.units if u.kind != "collective"), key=lambda u: -len(u.measures))[:BUSIEST_UNITS]

    @property
    def headline_targets(self) -> list[tuple["TargetSentence", model.Target]]:
        """The targets that stand for all, each with the sentence that states it."""
        return [(quote, target) for quote, target in self.targets_of("target") if target.headline]

    def targets_of(self, kind: str, *of: "MeasureView") -> list[tuple["TargetSentence", model.Target]]:
        """Return the figures of a kind, of these measures or of all in order, each with the sentence that states it."""
        quotes = [quote for measure in of or self.measures_with_targets for quote in measure.target_sentences]
        return [(quote, target) for quote in quotes for target in quote.sentence.targets if target.kind == kind]

    @property
    def targets_by_kind(self) -> dict[str, int]:
        """The number of figures of each kind."""
        return {kind: len(self.targets_of(kind)) for kind in ("target", "cadence", "count")}

    @cached_property
    def confirmed(self) -> date:
        """The last day on which English of the notice or of a unit was confirmed; without any, that of the notice."""
        records: list[RecordView] = [*self.themes, *self.safeguards, *self.units, *self.measures]
        days = (state.confirmed for state in (self.translation, *(record.translation for record in records)))
        return max(filter(None, days), default=self.notice.date)

    def updates_about(self, measures: Iterable["MeasureView"] = (), unit: "UnitView | None" = None) -> list[Update]:
        """Return what has happened around measures or a unit since, the newest first."""
        numbers, own = {measure.number for measure in measures}, {unit.id} if unit else set()
        return [u for u in self.updates.newest_first if numbers & {*u.about.measures} or own & {*u.about.units}]

    def answers(self, excerpts: Iterable[model.Excerpt]) -> list["Answer"]:
        """Return the quoted measures, each with the numbers of the sentences."""
        return [Answer(self.measures[excerpt.measure - 1], excerpt.sentences) for excerpt in excerpts]

    def statements(self, sentence: model.Sentence, lang: Lang) -> list[Statement]:
        """Return the statements of a sentence in one language, without marks on its terms."""
        return statements(self.matcher, sentence, lang)

    def terms_by_initial(self, lang: Lang) -> list[tuple[str, list["TermView"]]]:
        """Return the glossary in the order of a dictionary, [(initial letter, terms), ...]; Chinese by its pinyin."""
        readings = pinyin_readings(term.zh for term in self.terms) if lang == "zh" else {}

        def key(term: TermView) -> str:
            name = "".join(readings[term.zh]) if lang == "zh" else unicodedata.normalize("NFKD", term.en)
            return re.sub(r"[^a-z0-9]", "", name.lower())

        groups = groupby(sorted(self.terms, key=key), lambda term: key(term)[:1].upper())
        return [(initial, list(terms)) for initial, terms in groups]


@dataclass(frozen=True)
class TranslationView:
    """The state of a record's English, and the day on which it was last confirmed."""

    state: State
    confirmed: date | None


def translation(record: model.Translated) -> TranslationView:
    """Return the state of a record's English; it is `stale` also where it was never confirmed."""
    data = record.model_dump()
    if not all(text.get("en") for _, _, text in text_pairs(data)):
        return TranslationView("missing", record.en_confirmed)
    return TranslationView("current" if record.en_for == source_hash(data) else "stale", record.en_confirmed)


class RecordView:
    """A record of the plan with the measures that belong to it."""

    def __init__(self, plan: PlanView, record: Any) -> None:
        self.plan, self._record = plan, record

    @cached_property
    def measures(self) -> list["MeasureView"]:
        """Its measures, in order."""
        return self.plan.measures_of.get(self, [])

    @cached_property
    def translation(self) -> TranslationView:
        """The state of its English."""
        return translation(self._record)


class TermView(RecordView):
    """A term of the glossary with the measures whose title or sentences use it."""

    def __init__(self, plan: PlanView, record: model.Term) -> None:
        super().__init__(plan, record)
        self.id, self.zh, self.en, self.note = record.id, record.zh, record.en, record.note
        self.address = f"glossary#{record.id}"


class ThemeView(RecordView):
    """A theme with its sections, measures and units; `part` is the number of its part of the notice."""

    def __init__(self, plan: PlanView, record: model.Theme, part: int) -> None:
        super().__init__(plan, record)
        self.id, self.name, self.title = record.id, record.name, record.title
        self.part, self.address = chinese_numeral(part), f"themes/{record.id}"
        self.sections = [SectionView(self, section) for section in record.sections]

    @cached_property
    def units(self) -> list[tuple["UnitView", int]]:
        """Each of its units with the number of their measures in this theme, most first."""
        return Counter(unit for measure in self.measures for unit in measure.units).most_common()


class SectionView(RecordView):
    """A section of a theme with its measures."""

    def __init__(self, theme: ThemeView, record: model.Section) -> None:
        super().__init__(theme.plan, record)
        self.theme, self.number, self.title = theme, record.number, record.title
        self.numeral, self.anchor = chinese_numeral(record.number), f"section-{record.number}"


@dataclass(frozen=True)
class MentionView:
    """A unit in a responsibility clause, in the wording of the notice, and whether it is the `first` in the notice."""

    unit: "UnitView"
    wording: model.Text
    first: bool


@dataclass(frozen=True)
class ResponsibilityView:
    """The units that answer for a measure or safeguard, and in which role."""

    role: Literal["responsible", "lead"]
    mentions: list[MentionView]


class ClauseView(RecordView):
    """A measure or safeguard: a title and sentences, and the units that answer for them."""

    def __init__(self, plan: PlanView, record: model.Measure | model.Safeguard) -> None:
        super().__init__(plan, record)
        self.title, self.sentences = record.title, record.sentences
        self.role, self.mentions = record.responsibility.role, list[MentionView]()
        for mention in record.responsibility.units:
            unit = plan.unit_by_id[mention.unit]
            wordings = {wording.zh: wording for wording in (unit.name, *unit.aliases)}
            wording = wordings[mention.as_written or unit.name.zh]
            self.mentions.append(MentionView(unit, wording, unit not in plan.mentioned))
            plan.mentioned.add(unit)
        self.units = [mention.unit for mention in self.mentions]
        self.responsibility = ResponsibilityView(self.role, self.mentions)


class SafeguardView(ClauseView):
    """A safeguard, numbered as in the notice."""

    def __init__(self, plan: PlanView, record: model.Safeguard, number: int) -> None:
        super().__init__(plan, record)
        self.id, self.numeral = record.id, chinese_numeral(number)
        self.anchor = f"safeguard-{number}"


class MeasureView(ClauseView):
    """A measure with its section, theme, topics, audiences, terms and related measures."""

    previous: "MeasureView | None" = None
    next: "MeasureView | None" = None

    def __init__(self, plan: PlanView, record: model.Measure, section: SectionView, line: int) -> None:
        super().__init__(plan, record)
        self.number, self.keywords, self.line = record.number, record.keywords, line
        self.address = f"measures/{record.number}"
        self.section, self.theme = section, section.theme
        self.topics = [topic for topic in plan.topics if self.number in topic.numbers]
        self.audiences = [audience for audience in plan.audiences if audience.id in record.audiences]
        self.changes: list[ChangeView] = plan.history.of("measures", str(record.number)) if plan.history else []
        quotes = (TargetSentence(self, number, sentence) for number, sentence in enumerate(self.sentences, start=1))
        self.target_sentences = [quote for quote in quotes if quote.sentence.targets]
        self.firmness = Counter(sorted(firm for sentence in self.sentences for firm in sentence.firmness))

    @property
    def targets(self) -> list[model.Target]:
        """Those of its figures that are targets to reach."""
        return [target for _, target in self.plan.targets_of("target", self)]

    @property
    def square(self) -> dict[str, int]:
        """The left and top of its square in the plan map, {"x": 0, "y": 48}: a column stands on the ground."""
        column, theme = self.plan.sections.index(self.section), self.plan.themes.index(self.theme)
        above = len(self.section.measures) - self.section.measures.index(self)
        return {"x": 12 * column + 6 * theme, "y": self.plan.map_height + 2 - 12 * above}

    @cached_property
    def terms(self) -> list[TermView]:
        """The terms of the glossary in its title and sentences."""
        texts = (self.title.zh, *(sentence.zh for sentence in self.sentences))
        entries = dict.fromkeys(entry for zh in texts for entry in self.plan.matcher.find_entries(zh))
        return [self.plan.term_by_id[entry.term.id] for entry in entries if entry.term]

    @cached_property
    def statements(self) -> dict[Lang, list[list[Statement]]]:
        """Its sentences in each language as statements; a term is marked where the measure first uses it."""
        found: dict[Lang, list[list[Statement]]] = {}
        for lang in LANGUAGES:
            seen = set[str]()
            found[lang] = [statements(self.plan.matcher, sentence, lang, seen) for sentence in self.sentences]
        return found

    @cached_property
    def related(self) -> list[tuple["MeasureView", list["TopicView"], list["AudienceView"]]]:
        """Measures of other sections about the same, each with the topics and audiences that both have, most first."""
        found = []
        for other in self.plan.measures:
            topics = [topic for topic in self.topics if topic in other.topics]
            audiences = [audience for audience in self.audiences if audience in other.audiences]
            # What concerns nearly everybody tells nothing.
            telling = sum(1 / len(record.measures) for record in (*topics, *topics, *audiences))
            if other.section is not self.section and (topics or len(audiences) > 1):
                found.append((-telling, other.number, (other, topics, audiences)))
        return [measure for _, _, measure in sorted(found)[:RELATED_MEASURES]]


@dataclass(frozen=True)
class TargetSentence:
    """A sentence that states targets, and its number in its measure."""

    measure: MeasureView
    number: int
    sentence: model.Sentence

    @cached_property
    def marked(self) -> dict[Lang, list[tuple[bool, str]]]:
        """The sentence in each language in parts, [(whether they are words of a target, text), ...]."""
        found = {}
        for lang in LANGUAGES:
            text = self.sentence.shown(lang)
            spans = [(text.find(words), len(words)) for words in (t.words[lang] for t in self.sentence.targets)]
            marked = {at for start, length in spans if start >= 0 for at in range(start, start + length)}
            parts = groupby(range(len(text)), marked.__contains__)
            found[lang] = [(holds, "".join(text[at] for at in part)) for holds, part in parts]
        return found


@dataclass(frozen=True)
class Answer:
    """A measure that answers a question, and the numbers of the sentences that do."""

    measure: MeasureView
    numbers: Sequence[int]

    @property
    def sentences(self) -> list[tuple[int, model.Sentence]]:
        """These sentences, [(number, sentence), ...]."""
        return [(number, self.measure.sentences[number - 1]) for number in self.numbers]


class TopicView(RecordView):
    """A business question, its parts in the order of use, and the `numbers` of the measures that they quote."""

    def __init__(self, plan: PlanView, record: model.Topic) -> None:
        super().__init__(plan, record)
        self.id, self.name, self.question, self.keywords = record.id, record.name, record.question, record.keywords
        self.answer, self.parts, self.not_stated = record.answer, record.parts, record.not_stated
        self.numbers = {excerpt.measure for part in record.parts for excerpt in part.excerpts}
        self.address = f"topics/{record.id}"

    @cached_property
    def units(self) -> list[tuple["UnitView", int]]:
        """The named units to ask, with the number of their measures here, most first."""
        units = (unit for measure in self.measures for unit in measure.units if unit.kind != "collective")
        return Counter(units).most_common()


class AudienceView(RecordView):
    """An audience with the measures meant for it."""

    def __init__(self, plan: PlanView, record: model.Audience) -> None:
        super().__init__(plan, record)
        self.id, self.name = record.id, record.name


class InvestView:
    """The stages of a foreign-invested enterprise, with what the notice says about each."""

    def __init__(self, plan: PlanView, record: model.Invest) -> None:
        self.guide, self.keywords, self.translation = record.guide, record.keywords, translation(record)
        self.stages = [StageView(plan, stage) for stage in record.stages]


class StageView:
    """A stage in the life of a foreign-invested enterprise, with the sentences and topics about it."""

    def __init__(self, plan: PlanView, record: model.Stage) -> None:
        self.id, self.name, self.guide = record.id, record.name, record.guide
        self.states_conditions = record.states_conditions
        self.topics = [topic for topic in plan.topics if topic.id in record.topics]
        self.excerpts, self.answers = record.measures, plan.answers(record.measures)


class UnitView(RecordView):
    """A unit with the measures and safeguards it answers for."""

    def __init__(self, plan: PlanView, record: model.Unit, line: int) -> None:
        super().__init__(plan, record)
        self.id, self.kind, self.joint, self.note = record.id, record.kind, record.joint, record.note
        self.name, self.official_name, self.aliases = record.name, record.official_name, record.aliases
        self.unverified, self.contact, self.keywords = record.unverified, record.contact, record.keywords
        self.line, self.address = line, f"units/{record.id}"
        self.changes: list[ChangeView] = plan.history.of("units", record.id) if plan.history else []

    @cached_property
    def safeguards(self) -> list[SafeguardView]:
        """The safeguards it answers for, in order."""
        return [safeguard for safeguard in self.plan.safeguards if self in safeguard.units]

    @cached_property
    def measures_by_theme(self) -> dict[ThemeView, list[MeasureView]]:
        """Its measures by theme, in order, without themes in which it has none."""
        groups = {theme: [m for m in self.measures if m.theme is theme] for theme in self.plan.themes}
        return {theme: measures for theme, measures in groups.items() if measures}

    @cached_property
    def led(self) -> list[MeasureView]:
        """The measures for which it is a lead unit (牵头单位)."""
        return [measure for measure in self.measures if measure.role == "lead"]

    @cached_property
    def alone(self) -> list[MeasureView]:
        """The measures for which it alone is responsible; being the only lead unit is something else."""
        return [measure for measure in self.measures if measure.units == [self] and measure.role == "responsible"]

    @cached_property
    def partners(self) -> list[tuple["UnitView", list[MeasureView]]]:
        """The named units that share most measures with it, and these measures."""
        units = (unit for measure in self.measures for unit in measure.units if unit.kind != "collective")
        most = Counter(unit for unit in units if unit is not self).most_common(PARTNERS)
        return [(unit, [measure for measure in self.measures if unit in measure.units]) for unit, _ in most]
