"""This module types data/unanswered.yaml: what people ask a government about and this plan says nothing about."""

from typing import Annotated

from plansite.source.schema import Record, Text
from plansite.source.texts import NOT_EMPTY, Chinese, English


class Phrases(Record):
    """The words in which people ask about a matter, in each language."""

    zh: Annotated[tuple[Chinese, ...], NOT_EMPTY]
    en: Annotated[tuple[English, ...], NOT_EMPTY]


class Matter(Record):
    """A matter that the plan says nothing about, and what kind of authority generally deals with it."""

    name: Text
    where: Text | None = None
    phrases: Phrases


class Unanswered(Record):
    """All such matters, by which the search knows what it has no answer to."""

    matters: tuple[Matter, ...] = ()
