"""This module turns a plan into plan.json: models read each record from its view, and give the JSON Schema."""

from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import Annotated, Any, Literal

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, create_model

from plansite.errors import LANGUAGES
from plansite.site.graph import PlanView, State, TargetSentence
from plansite.site.pages import absolute_url
from plansite.site.tables import Package
from plansite.source import schema
from plansite.source.schema import Keywords, Kind, Text


class Data(BaseModel):
    """Base of all records: closed, and read from the attributes of a view."""

    model_config = ConfigDict(
        extra="forbid", from_attributes=True, json_schema_serialization_defaults_required=True, defer_build=True
    )


def record(name: str, description: str, base: type[BaseModel] = Data, /, **fields: Any) -> Any:
    """Return the model of a record; its description and its fields, {name: type}, are published in the JSON Schema."""
    return create_model(name, __base__=base, __doc__=description, **fields)


def at(path: str, of: Any, by: Callable[..., object] | None = None) -> Any:
    """Return the type `of` as a field that is read from a path of attributes, converted by a function."""
    field = Annotated[of, Field(validation_alias=AliasPath(*path.split(".")))]
    return Annotated[field, BeforeValidator(by)] if by else field


def many(of: Any, by: Callable[[Any], object] | None = None) -> Any:
    """Return the type of a list, each of its items converted by a function."""
    return Annotated[list[of], BeforeValidator(lambda items: list(map(by, items)))] if by else list[of]


def _url(address: str, info: ValidationInfo) -> object:
    return {lang: absolute_url(address, lang, str(info.context)) for lang in LANGUAGES}


def _targets(sentences: list[TargetSentence]) -> list[dict[str, object]]:
    return [{"sentence": s.number, **dict(target)} for s in sentences for target in s.sentence.targets]


Ids, Numbers, ThemeId = many(str, attrgetter("id")), many(int, attrgetter("number")), at("theme.id", str)
Url = record(
    "Url", "The addresses of a page: absolute where that of the site is known, otherwise from its root.", zh=str, en=str
)
Address = at("address", Url, _url)
TRANSLATION = {"translation": at("translation.state", State), "en_confirmed": at("translation.confirmed", date | None)}
PUBLISHED = {**TRANSLATION, "url": Address}
NAMED = {"id": str, "name": Text}
About = record(
    "About",
    'Where the data come from, under which terms, and from which commit they were made ("" where not known).',
    title=Text,
    source=Text,
    date=date,
    licence=at("licence", Text | None),
    version=str,
)
Sentence = record(
    "Sentence",
    "A sentence of the notice and its English, as one or several sentences; `note` is the translator's, and `firmness`"
    " is how firm each English sentence of a measure is, this site's reading.",
    zh=str,
    en=list[str],
    firmness=list[schema.Firmness],
    note=(str | None, Field(None, validation_alias=AliasPath("note", "en"))),
)
Notice = record(
    "Notice",
    "The frame of the plan.",
    title=at("notice.title", Text),
    issuers=at("notice.issuers", list[Text]),
    date=at("notice.date", date),
    source=at("notice.source", schema.Source | None),
    preamble=at("notice.preamble", many(Sentence)),
    general_requirements=at("notice.general_requirements.sentences", many(Sentence)),
    **TRANSLATION,
)
Theme = record(
    "Theme", "A part of the notice; `sections` are numbers.", **NAMED, title=Text, sections=Numbers, **PUBLISHED
)
Section = record(
    "Section", "A section of a theme; `measures` are numbers.", number=int, theme=ThemeId, title=Text, measures=Numbers
)
Mention = record(
    "Mention",
    "A unit that answers, by its id, and how the notice words it there.",
    id=at("unit.id", str),
    as_written=at("wording.zh", str),
)
Responsibility = record(
    "Responsibility",
    "Who answers: 责任单位 (responsible) or 牵头单位 (lead), in the order of the notice.",
    role=Literal["responsible", "lead"],
    units=at("mentions", many(Mention)),
)
CLAUSE = {"title": Text, "sentences": many(Sentence), "responsibility": Responsibility, **TRANSLATION}
Target = record("Target", "A figure with the number of the sentence that states it.", schema.Target, sentence=int)
Measure = record(
    "Measure",
    "A measure; topics, audiences and keywords are this site's reading.",
    number=int,
    theme=ThemeId,
    section=at("section.number", int),
    **CLAUSE,
    topics=Ids,
    audiences=Ids,
    keywords=Keywords,
    targets=at("target_sentences", many(Target), _targets),
    url=Address,
)
Safeguard = record("Safeguard", "A clause of part six.", id=str, **CLAUSE)
Unit = record(
    "Unit",
    "A unit; `measures` are numbers, `safeguards` ids.",
    **NAMED,
    official_name=Text,
    kind=Kind,
    aliases=many(str, attrgetter("zh")),
    keywords=Keywords,
    unverified=bool,
    note=Text | None,
    contact=schema.UnitContact | None,
    measures=Numbers,
    safeguards=Ids,
    **PUBLISHED,
)
Topic = record(
    "Topic",
    "A business question, its parts in the order of use: this site's reading; `measures` are numbers.",
    **NAMED,
    question=Text,
    answer=Text,
    parts=list[schema.TopicPart],
    not_stated=Text,
    keywords=Keywords,
    measures=Numbers,
    **PUBLISHED,
)
Audience = record("Audience", "People or businesses for whom measures are meant: this site's reading.", **NAMED)
Stage = record(
    "Stage",
    "A stage in the life of a foreign-invested enterprise: this site's arrangement.",
    **NAMED,
    guide=Text,
    measures=at("excerpts", list[schema.Excerpt]),
    topics=Ids,
)
Invest = record(
    "Invest",
    "The way of a foreign-invested enterprise through the plan.",
    guide=list[Text],
    stages=many(Stage),
    **TRANSLATION,
)
Term = record(
    "Term", "A term of the glossary; `measures` are numbers.", id=str, zh=str, en=str, note=Text, measures=Numbers
)
PlanData = record(
    "PlanData",
    "The plan as data: every record with its references, addresses and translation state.",
    about=About,
    notice=Notice,
    themes=many(Theme),
    sections=many(Section),
    units=many(Unit),
    topics=many(Topic),
    audiences=many(Audience),
    invest=Invest,
    measures=many(Measure),
    safeguards=many(Safeguard),
    terms=many(Term),
)


def plan_json(plan: PlanView, package: Package) -> str:
    """Return plan.json: every record with its references, addresses and translation state."""
    records = {name: getattr(plan, name) for name in PlanData.model_fields if name not in {"about", "notice"}}
    data = PlanData.model_validate({"about": package, "notice": plan, **records}, context=package.site_url)
    return f"{data.model_dump_json(indent=1)}\n"
