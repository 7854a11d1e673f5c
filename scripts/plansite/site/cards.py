"""This module renders the cards that stand for pages where their links are shared, and finds their pictures."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from plansite.errors import LANGUAGES, Lang, Problem, display_path
from plansite.site.graph import PlanView
from plansite.site.templates import Templates

KINDS = ("home", "measures", "units", "topics", "targets", "invest")
"""The pages with a card of their own, which those below share; all others have that of the home page."""
SIZES = {"": (1200, 630), ".square": (300, 300)}
"""{what the name of a picture says of it: its width and height in pixels}"""
MADE_FROM = "made-from.txt"
"""The file beside the pictures with the fingerprint of the card that each was made from."""


@dataclass(frozen=True)
class Card:
    """A card as HTML, and its picture, which `is_current` where it was made from this very card."""

    kind: str
    lang: Lang
    width: int
    height: int
    html: str
    fingerprint: str
    picture: Path
    is_current: bool

    @cached_property
    def address(self) -> str:
        """The address of the picture from the root of the site, which no other content has."""
        return f"assets/cards/{self.picture.stem}.{hashlib.sha256(self.picture.read_bytes()).hexdigest()[:8]}.png"


def render_cards(templates: Templates, plan: PlanView, folder: Path) -> Iterator[Card]:
    """Render the cards of all kinds, in both languages and sizes, whose pictures are in a folder; raises PlanError."""
    path = folder / MADE_FROM
    made = set(path.read_text("utf-8").splitlines() if path.is_file() else ())
    for kind, lang, (form, size) in ((k, lang, form) for k in KINDS for lang in LANGUAGES for form in SIZES.items()):
        html = templates.render_card(plan, lang, kind, square=bool(form))
        fingerprint, picture = hashlib.sha256(html.encode()).hexdigest(), folder / f"{kind}.{lang}{form}.png"
        is_current = f"{fingerprint}  {picture.name}" in made and picture.is_file()
        yield Card(kind, lang, *size, html, fingerprint, picture, is_current)


def card_hints(cards: Iterable[Card]) -> Iterator[Problem]:
    """Yield a hint where pictures were made from other cards; a plan may do without any."""
    others = [card.picture for card in cards if not card.is_current]
    if others and (path := others[0].with_name(MADE_FROM)).is_file():
        names = [picture.name for picture in others]
        yield Problem(display_path(path), 1, 1, "cards", "other_cards", {"names": names}, blocks=False)
