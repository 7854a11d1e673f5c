"""This module prepares what the site says of itself: names, issuers, publisher, and whether the plan is in force."""

import re
from collections.abc import Sequence
from typing import get_args

from plansite.errors import Lang
from plansite.source.field_help import field_help
from plansite.source.identity import Accent, Identity, Place, Way
from plansite.source.schema import Notice

PALETTE = [
    Accent(light=light, dark=dark)
    for light, dark in (
        ("#1f5c99", "#7fb4ee"),
        ("#0b7560", "#55c4a4"),
        ("#7d3f7a", "#d7a1d5"),
        ("#a84c17", "#f0a470"),
        ("#8a5a00", "#e3b55b"),
        ("#96305e", "#f0a0c4"),
        ("#3d6a1f", "#a3cf7f"),
        ("#4b4f9a", "#b1b5f5"),
    )
]
"""The colors of themes that have none of their own, in turn: each has a contrast of 4.5 to 1 and more on its ground."""


class SiteView:
    """What site.yaml says, and what follows from the plan where it says nothing."""

    def __init__(self, identity: Identity, notice: Notice) -> None:
        self.id, self.place, self.accents = identity.id, identity.place, identity.accents
        self.name = identity.name or notice.title
        self.short_name = identity.short_name or self.name
        self.publisher, self.contact, self.official = identity.publisher, identity.contact, identity.official
        self.is_translated_by_issuer, self.translators = identity.english == "issuer", identity.translators
        self.licence, self.topics_note = identity.licence, identity.topics_note
        self.ways, self.left_out = identity.ways, {*get_args(Way)} - {*identity.ways}
        self.home = [part for part in dict.fromkeys(identity.home) if part not in self.left_out]
        self._searches = identity.searches
        self.document_number = notice.document_number
        self.title = notice.title
        self.date, self.year, self.valid_until = notice.date, notice.year, notice.valid_until
        self.withdrawn, self.replaced_by = notice.withdrawn, notice.replaced_by
        self._issuers = notice.issuers

    def issuers(self, lang: Lang, comma: str) -> str:
        """Return the names of the issuers in one language, joined by a comma of it."""
        return comma.join(issuer[lang] for issuer in self._issuers)

    def searches(self, lang: Lang) -> tuple[str, ...]:
        """Return the queries that are offered at the search box."""
        return self._searches.zh if lang == "zh" else self._searches.en

    def level(self, lang: Lang) -> str:
        """Return the word for the level of the issuing government, as names of its units begin: 区, District."""
        return field_help(Place, "level").values[self.place.level][lang].title() if self.place else ""

    def place_names(self, lang: Lang) -> list[str]:
        """Return the names of the place and of what it lies in, as people type them: 相城区, 相城, suzhou."""
        texts = [text[lang] for text in (self.place.name, self.place.within) if text] if self.place else []
        if lang == "en":
            return re.findall(r"\w+", " ".join(texts).lower())
        names = [name for text in texts for name in re.findall("[^省市区县]+[省市区县]?", text)]
        return [short for name in names for short in dict.fromkeys((name, name.rstrip("省市区县")))]

    def stylesheet(self, themes: Sequence[str]) -> str:
        """Return the CSS that gives each theme, by its id, its color."""
        chosen = [self.accents.get(theme, PALETTE[at % len(PALETTE)]) for at, theme in enumerate(themes)]
        light, dark = ([getattr(accent, ground) for accent in chosen] for ground in ("light", "dark"))
        on_dark = _rules(themes, dark, ":root[data-colors=dark]")
        return f"{_rules(themes, light, '')}@media screen{{{on_dark}}}"


def _rules(themes: Sequence[str], colors: Sequence[str], within: str) -> str:
    return "".join(f"{within} .theme-{theme}{{--theme:{color}}}" for theme, color in zip(themes, colors, strict=True))
