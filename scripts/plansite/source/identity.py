"""This module types data/site.yaml: who publishes which plan, and what the site says of itself."""

from typing import Annotated, Literal, get_args

from pydantic import Field, StrictBool

from plansite.source.schema import Record, Text
from plansite.source.texts import NOT_EMPTY, AnyText, Chinese, Color, Email, English, Slug, Telephone, WebAddress

Way = Literal["topics", "audiences", "invest", "targets", "glossary"]
"""The ways of our own to what the notice says, besides its themes and units."""
HomePart = Literal["topics", "map", "targets", "units", "invest"]
"""What the home page can list."""


class Place(Record):
    """The place that a government governs, and where that is."""

    level: Literal["district", "county", "city", "province", "state", "ministry"]
    name: Text
    within: Text | None = None
    region: Text | None = None


class Publisher(Record):
    """Who publishes the site."""

    name: Text
    website: WebAddress | None = None


class Contact(Record):
    """How the publisher is reached, in at least one way."""

    email: Email | None = None
    form: WebAddress | None = None
    telephone: Telephone | None = None


class Accent(Record):
    """The color of a theme on light and on dark ground."""

    light: Color
    dark: Color


class Searches(Record):
    """What people often look for, in each language: queries that are offered at the search box."""

    zh: Annotated[tuple[Chinese, ...], Field(max_length=5)] = ()
    en: Annotated[tuple[English, ...], Field(max_length=5)] = ()


class Terms(Text):
    """The terms of use, whose Chinese may have spaces; those of translation and curation also by code and address."""

    zh: AnyText
    code: AnyText | None = None
    url: WebAddress | None = None


class Identity(Record):
    """What the site says of itself; what is left out follows from the plan, or is told as not known."""

    id: Slug = "plan"
    name: Text | None = None
    short_name: Text | None = None
    place: Place | None = None
    also_names: tuple[AnyText, ...] = ()
    publisher: Publisher | None = None
    contact: Contact | None = None
    official: StrictBool = False
    english: Literal["own", "issuer"] = "own"
    translators: Text | None = None
    licence: Terms | None = None
    ways: tuple[Way, ...] = get_args(Way)
    home: Annotated[tuple[HomePart, ...], NOT_EMPTY] = get_args(HomePart)
    searches: Searches = Searches()
    topics_note: Text | None = None
    accents: dict[Slug, Accent] = Field(default_factory=dict)
