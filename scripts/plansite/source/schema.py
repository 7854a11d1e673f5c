"""This module types what data/plan.yaml, data/glossary.yaml and the labels may hold, and says what each field is."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from types import UnionType
from typing import Annotated, Any, Literal, NoReturn, Union, get_args, get_origin

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, StrictBool, WithJsonSchema
from pydantic_core import PydanticCustomError

from plansite.errors import LANGUAGES, Lang
from plansite.source.yaml_reader import YamlPath, read_text

# GB/T 15834-2011 prescribes full-width marks in Chinese; a full stop between digits is a decimal point.
FULL_WIDTH = dict(zip(",:;!?()[]<>", "，：；！？（）［］〈〉", strict=True)) | {".": "。", '"': "“”", "'": "‘’"}
HALF_WIDTH = re.compile(r"""[,:;!?()\[\]<>"']|(?<![0-9])\.|\.(?![0-9])""")
HAN = r"\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CHINESE_CHARACTER = re.compile(f"[{HAN}]")
CHINESE_SCRIPT = re.compile(f"[{HAN}\u3000-\u303f\uff00-\uffef]")
GLOSS = re.compile(r"\[[^\[\]]*\]")
"""A gloss: words of ours within a translation, in square brackets; the only place where English may quote Chinese."""
SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Spaces that look like the ordinary one and are not found by it."""
VARIANTS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
"""Radicals and compatibility forms, which look like ordinary Chinese characters and are not found by them."""
LAST_RADICAL = "\u2fdf"
SUPPLEMENT = dict(
    zip(
        "⺝⺠⺫⻁⻄⻅⻆⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰",
        "月民目虎西见角车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙",
        strict=True,
    )
)
"""Radicals that look like a character, though they have no normal form (Unicode: EquivalentUnifiedIdeograph)."""
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
"""Names that no file and no folder may have on Windows, with or without an ending."""
SLUG = "[a-z0-9]+(-[a-z0-9]+)*"
ADDRESS = rf"{SLUG}(/{SLUG})*(\.[a-z0-9-]+)*"
FINGERPRINT = "^[0-9a-f]{8}$"


def _refuse(code: str, value: str, at: int | None = None, **details: object) -> NoReturn:
    """Raise a code of messages.yaml for a text, or for its character at an index."""
    if at is not None:
        details |= {"mark": value[at], "character": f"U+{ord(value[at]):04X}", "at": at + 1}
    raise PydanticCustomError(code, code, {"value": value} | details)


def _visible(value: str) -> str:
    for at, character in enumerate(value) if not value.isprintable() else ():
        if not character.isprintable() and unicodedata.category(character) != "Zs":
            _refuse("control_character", value, at)
    return value


def _text(value: str) -> str:
    _visible(value)
    if value != value.strip() or not value:
        _refuse("edge_space" if value.strip() else "empty_text", value)
    if value.isascii():
        return value
    if space := SPACES.search(value):
        _refuse("unusual_space", value, space.start())
    for mark in VARIANTS.finditer(value):
        ordinary = SUPPLEMENT.get(mark[0]) or unicodedata.normalize("NFKC", mark[0])
        if ordinary != mark[0]:
            _refuse("unusual_form", value, mark.start(), instead=ordinary)
        # A dozen ordinary characters have their place among the compatibility forms.
        if mark[0] <= LAST_RADICAL:
            _refuse("lone_radical", value, mark.start())
    return value


def _chinese(value: str) -> str:
    if not CHINESE_CHARACTER.search(value):
        _refuse("no_chinese", value)
    if mark := HALF_WIDTH.search(value):
        _refuse("ascii_punctuation", value, mark.start(), instead=FULL_WIDTH[mark[0]])
    if " " in value:
        _refuse("chinese_space", value, value.index(" "))
    return value


def _english(value: str) -> str:
    if not value.isascii() and (mark := CHINESE_SCRIPT.search(value)):
        _refuse("chinese_in_english", value, mark.start())
    return value


def _glossed(value: str) -> str:
    without = GLOSS.sub(lambda gloss: " " * len(gloss[0]), value)
    if bracket := re.search(r"[\[\]]", without):
        _refuse("open_gloss", value, bracket.start())
    _english(without)
    return value


def _matching(pattern: str, code: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            _refuse(code, value)
        if device := next((part for part in value.split("/") if part.partition(".")[0] in DEVICES), None):
            _refuse("device_name", device)
        return value

    return AfterValidator(check)


def is_file(address: str) -> bool:
    """Return whether an address is that of a file rather than of a page."""
    return "." in address


def _as_mapping(key: str) -> BeforeValidator:
    """Return a validator that takes a bare id for {key: id}."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


AnyText = Annotated[str, Strict(), AfterValidator(_text)]
Chinese = Annotated[AnyText, AfterValidator(_chinese)]
English = Annotated[AnyText, AfterValidator(_english)]
Translation = Annotated[AnyText, AfterValidator(_glossed)]
Fingerprint = Annotated[
    AnyText, _matching(FINGERPRINT, "not_a_fingerprint"), Field(json_schema_extra={"pattern": FINGERPRINT})
]
# "index" would be the page that lists all others of its kind.
Slug = Annotated[
    AnyText, _matching(f"(?!index$){SLUG}", "not_a_slug"), Field(json_schema_extra={"pattern": f"^{SLUG}$"})
]
Address = Annotated[AnyText, _matching(ADDRESS, "not_an_address"), Field(json_schema_extra={"pattern": f"^{ADDRESS}$"})]
Number = Annotated[int, Strict(), Field(ge=1)]
Date = Annotated[date, Strict()]
NOT_EMPTY = Field(min_length=1)


class Record(BaseModel):
    """Base of all records: immutable, and closed to fields that nobody reads."""

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
"""Sentences of our own that open a page; it says that they are not part of the notice."""


class Waivers(Record):
    """Checks of the English that a sentence need not pass, each with the reason."""

    figures: AnyText | None = None
    terms: AnyText | None = None
    lists: AnyText | None = None


class Target(Record):
    """A figure to reach, a number of things that are named, or how often something is done, in its words."""

    kind: Literal["target", "count", "cadence"]
    value: AnyText
    unit: Text | None = None
    what: Text
    words: Text


class Sentence(Record):
    """A sentence of the notice; English is absent until it has been translated."""

    zh: Chinese
    en: Translation | None = None
    note: Note | None = None
    targets: tuple[Target, ...] = ()
    waivers: Waivers = Waivers()

    def shown(self, lang: Lang) -> str:
        """Return the text in one language, in Chinese where it has not been translated."""
        return (self.en if lang == "en" else None) or self.zh


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
    """What people call the matter of a measure; enough of it for the search to meet them."""

    zh: Annotated[tuple[Chinese, ...], Field(min_length=6)]
    en: Annotated[tuple[English, ...], Field(min_length=6)]


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
    keywords: Keywords = Keywords()


class Topic(Translated):
    """A business question that leads to measures: our own reading, never part of the notice."""

    id: Slug
    name: Text
    question: Text
    guide: Guide


class TopicRef(Record):
    """A topic of a measure, and the number of the sentence that matters most to whoever asks about it."""

    topic: AnyText
    sentence: Number = 1


TopicRefOrId = Annotated[
    TopicRef, _as_mapping("topic"), WithJsonSchema({"anyOf": [{"type": "string"}, TopicRef.model_json_schema()]})
]


class Audience(Record):
    """People or businesses for whom measures are meant: our own reading."""

    id: Slug
    name: Text


class Excerpt(Record):
    """Sentences of a measure, by their numbers."""

    measure: Number
    sentences: Annotated[tuple[Number, ...], NOT_EMPTY]


class Stage(Record):
    """A stage in the life of a foreign-invested enterprise, with what the notice says of it, and topics to go on to."""

    id: Slug
    name: Text
    guide: Text
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
    topics: Annotated[tuple[TopicRefOrId, ...], Field(min_length=1, max_length=3)]
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
    note: Text


class Wording(Record):
    """Chinese words and the English agreed for them: what is checked like a term, but needs no explanation."""

    zh: tuple[AnyText, ...]
    en: tuple[English, ...]
    inside: tuple[Chinese, ...] = Field(default=(), alias="except")
    only: StrictBool = False


class Glossary(Record):
    """What data/glossary.yaml may contain."""

    terms: Annotated[tuple[Term, ...], NOT_EMPTY]
    wordings: tuple[Wording, ...] = ()


LABEL_PLACEHOLDERS = """after all before date file kind line measures n numeral others s sections terms text themes
title topics units""".split()
"""What may stand in the braces of a label."""


def _fillable(value: str) -> str:
    try:
        parts = [part for part in Formatter().parse(value) if part[1] is not None]
        # How something is filled in is not for a label to say: "{n:9999999999}" is as wide as that.
        names = [str(name) if not form and not conversion else "{}" for _, name, form, conversion in parts]
    except ValueError:
        names = ["{}"]
    if unknown := next((name for name in names if name not in LABEL_PLACEHOLDERS), None):
        _refuse("unknown_placeholder", unknown, allowed=LABEL_PLACEHOLDERS)
    return value


LabelText = Annotated[str, Strict(), AfterValidator(_visible), AfterValidator(_fillable)]


class Label(Text):
    """A phrase of the interface; `en_one` is the English for a count of exactly one."""

    zh: LabelText
    en: Annotated[LabelText, AfterValidator(_english)]
    en_one: Annotated[LabelText, AfterValidator(_english)] | None = None


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


@dataclass(frozen=True)
class FieldHelp:
    """The everyday word for a field, what it holds, and what each value means where there is a choice."""

    name: dict[Lang, str]
    help: dict[Lang, str] = field(default_factory=dict)
    values: dict[str, dict[Lang, str]] = field(default_factory=dict)

    def described(self, lang: Lang) -> str:
        """Return the help followed by the choices."""
        form, comma, stop = ("{}（{}）", "；", "。") if lang == "zh" else (" {} ({})", ";", ".")
        choices = comma.join(form.format(value, text[lang]) for value, text in self.values.items())
        return self.help[lang] + choices + (stop if choices else "")


def field_help(model: type[BaseModel], name: str) -> FieldHelp:
    """Return the words of fields.yaml for a field, named as in the plan, of a record or of one that it extends."""
    records = (_fields().get(base.__name__, {}) for base in model.__mro__)
    return FieldHelp(**next(fields[name] for fields in records if name in fields))


@cache
def field_help_at(path: YamlPath) -> FieldHelp:
    """Return the words for the field at a path of the plan or its glossary, only its name if there is no such field."""
    record, name = record_at(Glossary if path[0] == "terms" else Plan, path[:-1]), str(path[-1])
    known = record is not None and name in fields_of(record)
    return field_help(record, name) if record and known else FieldHelp(dict.fromkeys(LANGUAGES, name))


@cache
def _fields() -> dict[str, dict[str, Any]]:
    """Return {record: {field: {name, help, values}}}."""
    return dict(yaml.load(read_text(Path(__file__).with_name("fields.yaml")), yaml.CSafeLoader))
