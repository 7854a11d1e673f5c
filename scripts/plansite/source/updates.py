"""This module types data/updates.yaml: what has happened around the plan since it was issued, each with its source."""

import hashlib

from pydantic import StrictBool

from plansite.source.schema import Record, Source, Text
from plansite.source.texts import Date, Number, Slug


class Subject(Record):
    """What an update is about: measures and units; with neither, the plan as a whole."""

    measures: tuple[Number, ...] = ()
    units: tuple[Slug, ...] = ()


class Update(Record):
    """A fact from after the notice, in our words: what is true since a date, by which source, and when we read it."""

    about: Subject = Subject()
    date: Date
    month_only: StrictBool = False
    title: Text
    text: Text
    source: Source
    checked: Date

    @property
    def key(self) -> str:
        """Its date, source and subjects, which no other update shares; it stays when the words are edited."""
        return " ".join((self.date.isoformat(), self.source.url, *map(str, self.about.measures), *self.about.units))

    @property
    def id(self) -> str:
        """The key in short, for addresses."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:8]


class Updates(Record):
    """All updates, the day on which further ones were last looked for, and what was not found then."""

    looked_for: Date | None = None
    not_found: Text | None = None
    updates: tuple[Update, ...] = ()

    @property
    def newest_first(self) -> list[Update]:
        """The updates, the newest first."""
        return sorted(self.updates, key=lambda update: update.date, reverse=True)
