"""This module types what data/plan.yaml, data/glossary.yaml and the labels may hold, and says what each field is."""

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from plansite.errors import Lang
from plansite.source.texts import (
    NOT_EMPTY,
    Address,
    AnyText,
    Chinese,
    Date,
    English,
    EnglishLabelText,
    Fingerprint,
    LabelText,
    Number,
    Slug,
    Telephone,
    Translation,
    Translations,
    WebAddress,
)
from plansite.source.yaml_reader import YamlPath


def _as_mapping(key: str) -> BeforeValidator:
    """Return a validator that takes a bare id for {key: id}."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


class Record(BaseModel):
    """Base of all records: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Text(Record):
    """The same text in both languages."""

    zh: Chinese
    en: English

    def __getitem__(self, lang: Lang) -> str:
        """Return the text in one language."""
        return self.zh if lang == "zh" else self.en


class Note(Record):
    """A translator's note: ours, for readers of the English."""

    en: Translation


Guide = Annotated[tuple[Text, ...], Field(min_length=2, max_length=3)]
"""Our sentences that open a page."""


Firmness = Literal["does", "improves", "tries", "explores", "encourages"]
Strength = Literal[Firmness, "sought", "allowed", "required"]
"""How firm a sentence is, and what its words may make of that."""


class Waivers(Record):
    """Checks of the English that a sentence need not pass, each with the reason."""

    figures: AnyText | None = None
    firmness: AnyText | None = None
    terms: AnyText | None = None
    lists: AnyText | None = None
    length: AnyText | None = None


class Target(Record):
    """A figure of a sentence: a target to reach, a count of things, or a cadence; `words` quote the sentence."""

    kind: Literal["target", "count", "cadence"]
    value: AnyText
    unit: Text | None = None
    what: Text
    words: Text
    headline: StrictBool = False


class Sentence(Record):
    """A sentence of the notice with the one or more sentences that are its English, none until it is translated."""

    zh: Chinese
    en: Translations = ()
    firmness: tuple[Firmness, ...] = ()
    note: Note | None = None
    targets: tuple[Target, ...] = ()
    waivers: Waivers = Waivers()
    times: dict[Chinese, Number] = {}

    def __getitem__(self, lang: Lang) -> str:
        """Return the text in one language, "" where it has not been translated."""
        return self.zh if lang == "zh" else " ".join(self.en)

    def shown(self, lang: Lang) -> str:
        """Return the text in one language, in Chinese where it has not been translated."""
        return self[lang] or self.zh


class Translated(Record):
    """A record whose English has been compared with its Chinese."""

    en_for: Fingerprint | None = None
    en_confirmed: Date | None = None


class Mention(Record):
    """A unit named in a responsibility clause, with the wording of the notice where it differs from the unit's name."""

    unit: AnyText
    as_written: Chinese | None = Field(default=None, alias="as")


MentionOrId = Annotated[
    Mention, _as_mapping("unit"), WithJsonSchema({"anyOf": [{"type": "string"}, Mention.model_json_schema()]})
]


class Responsibility(Record):
    """Who answers for a measure: 责任单位 (responsible) or 牵头单位 (lead), units in the order of the notice."""

    role: Literal["responsible", "lead"]
    units: Annotated[tuple[MentionOrId, ...], NOT_EMPTY]
    printed: Chinese | None = None


class Part(Record):
    """A heading of the notice with its sentences."""

    title: Text
    sentences: Annotated[tuple[Sentence, ...], NOT_EMPTY]


class Imprint(Record):
    """Who issued the notice in print, and when."""

    office: Text
    date: Date


class Source(Record):
    """Where something was read: the address of the page, and who published it if that is known."""

    url: WebAddress
    by: Text | None = None


class Notice(Translated):
    """The frame of the plan: everything the notice says outside its measures and safeguards."""

    title: Text
    announcement: Text
    addressees: Text
    approval: Text
    issuers: Annotated[tuple[Text, ...], NOT_EMPTY]
    date: Date
    preamble: Annotated[tuple[Sentence, ...], NOT_EMPTY]
    general_requirements: Part
    safeguards_title: Text
    imprint: Imprint
    document_number: Text | None = None
    year: Number | None = None
    valid_until: Date | None = None
    withdrawn: Date | None = None
    replaced_by: Text | None = None
    source: Source | None = None


class Section(Record):
    """A numbered group of measures within a theme."""

    number: Number
    title: Text


class Theme(Translated):
    """One of the parts two to five of the notice: `name` is its everyday label, `title` its heading."""

    id: Slug
    name: Text
    title: Text
    sections: Annotated[tuple[Section, ...], NOT_EMPTY]


Kind = Literal["government", "party", "judicial", "vertical", "zone", "utility", "state-owned", "other", "collective"]
"""The kinds of units in the order in which pages list them; collectives come last, as they do in the clauses."""


class Keywords(Record):
    """Everyday and former names and words, for each language: what people search with, never part of the notice."""

    zh: tuple[Chinese, ...] = ()
    en: tuple[English, ...] = ()


class MeasureKeywords(Keywords):
    """Keywords of a measure: at least six in each language, so that everyday queries find it."""

    zh: Annotated[tuple[Chinese, ...], Field(min_length=6)]
    en: Annotated[tuple[English, ...], Field(min_length=6)]


class UnitContact(Record):
    """How a unit is reached today, by which source, and the day on which we read that: ours, never of the notice."""

    telephone: Telephone | None = None
    address: Text | None = None
    website: WebAddress | None = None
    hours: Text | None = None
    source: Source
    checked: Date


class Unit(Translated):
    """A body that answers for measures: `name` as the notice prints it, `aliases` its other wordings there."""

    id: Slug
    kind: Kind
    name: Text
    official_name: Text
    aliases: tuple[Text, ...] = ()
    joint: StrictBool = False
    unverified: StrictBool = False
    note: Text | None = None
    contact: UnitContact | None = None
    keywords: Keywords = Keywords()


class Excerpt(Record):
    """Sentences of a measure, by their numbers."""

    measure: Number
    sentences: Annotated[tuple[Number, ...], NOT_EMPTY]


class TopicPart(Record):
    """A part of a topic's question, with what the notice says in short and the sentences that say it."""

    id: Slug
    name: Text
    short: Text
    excerpts: Annotated[tuple[Excerpt, ...], NOT_EMPTY]


class Topic(Translated):
    """A business question, its parts in the order of use: our own reading, never part of the notice."""

    id: Slug
    name: Text
    question: Text
    answer: Text
    parts: Annotated[tuple[TopicPart, ...], NOT_EMPTY]
    not_stated: Text
    keywords: Keywords = Keywords()


class Audience(Record):
    """People or businesses for whom measures are meant: our own reading."""

    id: Slug
    name: Text


class Stage(Record):
    """A stage in the life of a foreign-invested enterprise, with what the notice says of it, and topics to go on to."""

    id: Slug
    name: Text
    guide: Text
    states_conditions: StrictBool = False
    measures: Annotated[tuple[Excerpt, ...], NOT_EMPTY]
    topics: tuple[AnyText, ...] = ()


class Invest(Translated):
    """Where the notice names investors, staff and trade from abroad, in the order of an enterprise's life."""

    guide: Guide
    keywords: Keywords = Keywords()
    stages: Annotated[tuple[Stage, ...], NOT_EMPTY]


class Safeguard(Part, Translated):
    """A clause of part six of the notice, with its own responsible units."""

    id: Slug
    responsibility: Responsibility


class Measure(Part, Translated):
    """One of the numbered measures of the notice."""

    number: Number
    section: Number
    responsibility: Responsibility
    audiences: Annotated[tuple[AnyText, ...], NOT_EMPTY]
    keywords: MeasureKeywords


class Redirect(Record):
    """An address that has been published, of a page or a file, and the one that has taken its place."""

    origin: Address = Field(alias="from")
    to: Address


class Plan(Record):
    """The whole plan: flat lists that refer to each other by id or number."""

    notice: Notice
    themes: Annotated[tuple[Theme, ...], NOT_EMPTY]
    units: Annotated[tuple[Unit, ...], NOT_EMPTY]
    topics: Annotated[tuple[Topic, ...], NOT_EMPTY]
    audiences: Annotated[tuple[Audience, ...], NOT_EMPTY]
    invest: Invest
    measures: Annotated[tuple[Measure, ...], NOT_EMPTY]
    safeguards: tuple[Safeguard, ...] = ()
    redirects: tuple[Redirect, ...] = ()


class Term(Record):
    """A term of the notice with its agreed English and a line that explains it."""

    id: Slug
    zh: Chinese
    en: English
    also: tuple[English, ...] = ()
    inside: tuple[Chinese, ...] = Field(default=(), alias="except")
    only: StrictBool = False
    strength: Strength | None = None
    note: Text


class Wording(Record):
    """Chinese words and the English agreed for them: what is checked like a term, but needs no explanation.

    Without Chinese words the English must not occur, for a `reason`; `instead` is what to write.
    """

    zh: tuple[AnyText, ...]
    en: tuple[English, ...]
    reason: Text | None = None
    instead: English | None = None
    inside: tuple[Chinese, ...] = Field(default=(), alias="except")
    only: StrictBool = False
    strength: Strength | None = None


class Glossary(Record):
    """What data/glossary.yaml may contain."""

    terms: Annotated[tuple[Term, ...], NOT_EMPTY]
    wordings: tuple[Wording, ...] = ()
    spelling: tuple[English, ...] = ()


class Label(Text):
    """A phrase of the interface; `en_one` is the English for a count of exactly one."""

    zh: LabelText
    en: EnglishLabelText
    en_one: EnglishLabelText | None = None


Labels = dict[str, Label]


def record_at(model: Any, path: YamlPath) -> type[BaseModel] | None:
    """Return the kind of record at this path below a model, None where the model has none there."""
    record = _bare(model)
    for step in path:
        if fields := getattr(record, "model_fields", None):
            record = _bare({field.alias or name: field.annotation for name, field in fields.items()}.get(str(step)))
        else:
            # A list is annotated tuple[Record, ...], a mapping of free keys dict[str, Record].
            record = _bare(next((part for part in reversed(get_args(record)) if part is not ...), None))
    return record if hasattr(record, "model_fields") else None


def fields_of(record: type[BaseModel] | None) -> list[str]:
    """Return the names of the fields that a record may have, as in the file and in the model's order."""
    return [field.alias or name for name, field in record.model_fields.items()] if record else []


def _bare(annotation: Any) -> Any:
    """Return a type without Annotated and `| None`."""
    while get_origin(annotation) in {Annotated, UnionType, Union}:
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    return annotation
