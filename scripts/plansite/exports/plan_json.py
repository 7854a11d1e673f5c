"""What plan.json contains: a model for each of its records, filled from the views; its JSON Schema comes from them."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from plansite.site.graph import Answer, PlanView, State, TargetSentence
from plansite.site.tables import Package, urls
from plansite.source import schema as model
from plansite.source.schema import Keywords, Kind, Text


class Data(BaseModel):
    """Base of all records: closed, and read from the attributes of what it describes."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, json_schema_serialization_defaults_required=True)


def _sentences(answer_sentences: list[tuple[int, model.Sentence]]) -> list[int]:
    return [number for number, _ in answer_sentences]


def _asked(answers: list[Answer]) -> list[dict[str, int]]:
    return [{"number": answer.measure.number, "sentence": n} for answer in answers for n, _ in answer.sentences]


def _targets(promises: list[TargetSentence]) -> list[dict[str, object]]:
    return [{"sentence": p.number, **dict(target)} for p in promises for target in p.sentence.targets]


Ids = Annotated[list[str], BeforeValidator(lambda records: [record.id for record in records])]
Numbers = Annotated[list[int], BeforeValidator(lambda records: [record.number for record in records])]
Aliases = Annotated[list[str], BeforeValidator(lambda texts: [text.zh for text in texts])]


class Url(Data):
    """The addresses of a page: absolute where that of the site is known, otherwise from its root."""

    zh: str
    en: str


def _url(address: str, info: ValidationInfo) -> object:
    return urls(str(info.context), address)


Translation = Annotated[State, Field(validation_alias=AliasPath("translation", "state"))]
Confirmed = Annotated[dt.date | None, Field(validation_alias=AliasPath("translation", "confirmed"))]
ThemeId = Annotated[str, Field(validation_alias=AliasPath("theme", "id"))]
Address = Annotated[Url, BeforeValidator(_url), Field(validation_alias="address")]


class About(Data):
    """Where the data come from, under which terms, and from which commit they were made ("" where not known)."""

    title: Text = Field(validation_alias=AliasPath("words", "title"))
    source: Text
    date: dt.date
    licence: Text = Field(validation_alias=AliasPath("words", "licence"))
    version: str


class Sentence(Data):
    """A sentence of the notice; `note` is the translator's."""

    zh: str
    en: str | None
    note: str | None = Field(None, validation_alias=AliasPath("note", "en"))


class Notice(Data):
    """The frame of the plan."""

    title: Text = Field(validation_alias=AliasPath("notice", "title"))
    issuers: list[Text] = Field(validation_alias=AliasPath("notice", "issuers"))
    date: dt.date = Field(validation_alias=AliasPath("notice", "date"))
    preamble: list[Sentence] = Field(validation_alias=AliasPath("notice", "preamble"))
    general_requirements: list[Sentence] = Field(
        validation_alias=AliasPath("notice", "general_requirements", "sentences")
    )
    translation: Translation
    en_confirmed: Confirmed


class Theme(Data):
    """A part of the notice; `sections` are numbers."""

    id: str
    name: Text
    title: Text
    sections: Numbers
    translation: Translation
    en_confirmed: Confirmed
    url: Address


class Section(Data):
    """A section of a theme; `measures` are numbers."""

    number: int
    theme: ThemeId
    title: Text
    measures: Numbers


class Mention(Data):
    """A unit that answers, by its id, and how the notice words it there."""

    id: str = Field(validation_alias=AliasPath("unit", "id"))
    as_written: str = Field(validation_alias=AliasPath("wording", "zh"))


class Responsibility(Data):
    """Who answers: 责任单位 (responsible) or 牵头单位 (lead), in the order of the notice."""

    role: Literal["responsible", "lead"]
    units: list[Mention] = Field(validation_alias="mentions")


class Target(model.Target):
    """A figure with the number of the sentence that states it."""

    sentence: int


class Measure(Data):
    """A measure; topics, audiences and keywords are this site's reading."""

    number: int
    theme: ThemeId
    section: int = Field(validation_alias=AliasPath("section", "number"))
    title: Text
    sentences: list[Sentence]
    responsibility: Responsibility
    translation: Translation
    en_confirmed: Confirmed
    topics: Ids
    audiences: Ids
    keywords: Keywords
    targets: Annotated[list[Target], BeforeValidator(_targets)] = Field(validation_alias="target_sentences")
    url: Address


class Safeguard(Data):
    """A clause of part six."""

    id: str
    title: Text
    sentences: list[Sentence]
    responsibility: Responsibility
    translation: Translation
    en_confirmed: Confirmed


class Unit(Data):
    """A unit; `measures` are numbers, `safeguards` ids."""

    id: str
    name: Text
    official_name: Text
    kind: Kind
    aliases: Aliases
    keywords: Keywords
    unverified: bool
    note: Text | None
    measures: Numbers
    safeguards: Ids
    translation: Translation
    en_confirmed: Confirmed
    url: Address


class Asked(Data):
    """A measure that answers a question, and the sentence that does."""

    number: int
    sentence: int


class Topic(Data):
    """A business question: this site's reading."""

    id: str
    name: Text
    question: Text
    guide: list[Text]
    measures: Annotated[list[Asked], BeforeValidator(_asked)] = Field(validation_alias="answers")
    translation: Translation
    en_confirmed: Confirmed
    url: Address


class Audience(Data):
    """Those for whom measures are meant: this site's reading."""

    id: str
    name: Text


class Excerpt(Data):
    """Sentences of a measure, by their numbers."""

    number: int = Field(validation_alias=AliasPath("measure", "number"))
    sentences: Annotated[list[int], BeforeValidator(_sentences)]


class Stage(Data):
    """A stage in the life of a foreign-invested enterprise: this site's arrangement."""

    id: str
    name: Text
    guide: Text
    measures: list[Excerpt] = Field(validation_alias="answers")
    topics: Ids


class Invest(Data):
    """The way of a foreign-invested enterprise through the plan."""

    guide: list[Text]
    stages: list[Stage]
    translation: Translation
    en_confirmed: Confirmed


class Term(Data):
    """A term of the glossary; `measures` are numbers."""

    id: str
    zh: str
    en: str
    note: Text
    measures: Numbers


class PlanData(Data):
    """The plan as data: every record with its references, addresses and translation state."""

    about: About
    notice: Notice
    themes: list[Theme]
    sections: list[Section]
    units: list[Unit]
    topics: list[Topic]
    audiences: list[Audience]
    invest: Invest
    measures: list[Measure]
    safeguards: list[Safeguard]
    terms: list[Term]


def plan_data(plan: PlanView, package: Package) -> PlanData:
    """Return what plan.json contains."""
    parts = {name: getattr(plan, name) for name in PlanData.model_fields if name not in {"about", "notice"}}
    return PlanData.model_validate({"about": package, "notice": plan, **parts}, context=package.site_url)
