"""This module types the texts of a plan, its ids, addresses, numbers and dates; a rule of each has a message."""

import re
import unicodedata
from datetime import date
from string import Formatter
from typing import Annotated, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

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
STRAIGHT = {"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'"}
"""Typographic quotation marks, which nobody types into a search, and what English here has in their place."""
CURLY = re.compile(f"[{''.join(STRAIGHT)}]")
DASHES = re.compile("[\u2010-\u2015\u2212]")
DOUBLED = re.compile(r"\b(?!(?:that|had)\b)([a-z]+) \1\b", re.IGNORECASE)
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
LABEL_PLACEHOLDERS = """after all before date file issuers kind licence line measures n numeral others place question
remark s sections stages terms text themes title today topics units url words year""".split()
"""What may stand in the braces of a label."""


def refuse(code: str, value: str, at: int | None = None, **details: object) -> NoReturn:
    """Raise a code of messages.yaml for a text, or for its character at an index."""
    if at is not None:
        details |= {"mark": value[at], "character": f"U+{ord(value[at]):04X}", "at": at + 1}
    raise PydanticCustomError(code, code, {"value": value} | details)


def _visible(value: str) -> str:
    for at, character in enumerate(value) if not value.isprintable() else ():
        if not character.isprintable() and unicodedata.category(character) != "Zs":
            refuse("control_character", value, at)
    return value


def _text(value: str) -> str:
    _visible(value)
    if value != value.strip() or not value:
        refuse("edge_space" if value.strip() else "empty_text", value)
    if value.isascii():
        return value
    if space := SPACES.search(value):
        refuse("unusual_space", value, space.start())
    for mark in VARIANTS.finditer(value):
        ordinary = SUPPLEMENT.get(mark[0]) or unicodedata.normalize("NFKC", mark[0])
        if ordinary != mark[0]:
            refuse("unusual_form", value, mark.start(), instead=ordinary)
        # A dozen ordinary characters have their place among the compatibility forms.
        if mark[0] <= LAST_RADICAL:
            refuse("lone_radical", value, mark.start())
    return value


def _chinese(value: str) -> str:
    if not CHINESE_CHARACTER.search(value):
        refuse("no_chinese", value)
    if mark := HALF_WIDTH.search(value):
        refuse("ascii_punctuation", value, mark.start(), instead=FULL_WIDTH[mark[0]])
    if " " in value:
        refuse("chinese_space", value, value.index(" "))
    return value


def _english(value: str) -> str:
    if not value.isascii() and (mark := CHINESE_SCRIPT.search(value)):
        refuse("chinese_in_english", value, mark.start())
    return value


def _prose(value: str) -> str:
    """Refuse slips of the hand in an English text: typographic marks, two spaces, a word twice, half a bracket."""
    own = GLOSS.sub(lambda gloss: "x" * len(gloss[0]), value)
    if mark := CURLY.search(own):
        refuse("curly_quote", value, mark.start(), instead=STRAIGHT[mark[0]])
    if mark := DASHES.search(own):
        refuse("unusual_dash", value, mark.start())
    if (at := own.find("  ")) >= 0:
        refuse("double_space", value, at)
    if word := DOUBLED.search(own):
        refuse("doubled_word", value, word=word[1])
    if own.count("(") != own.count(")"):
        refuse("half_bracket", value)
    return value


def _glossed(value: str) -> str:
    without = GLOSS.sub(lambda gloss: " " * len(gloss[0]), value)
    if bracket := re.search(r"[\[\]]", without):
        refuse("open_gloss", value, bracket.start())
    _english(without)
    return value


def _as_list(value: object) -> object:
    """Take a bare text for the list of it, nothing for no text."""
    if isinstance(value, str):
        return (_glossed(_text(value)),)
    if not isinstance(value, list | tuple | None):
        raise PydanticKnownError("string_type")
    return value or ()


def _fillable(value: str) -> str:
    try:
        parts = [part for part in Formatter().parse(value) if part[1] is not None]
        # How something is filled in is not for a label to say: "{n:9999999999}" is as wide as that.
        names = [str(name) if not form and not conversion else "{}" for _, name, form, conversion in parts]
    except ValueError:
        names = ["{}"]
    if unknown := next((name for name in names if name not in LABEL_PLACEHOLDERS), None):
        refuse("unknown_placeholder", unknown, allowed=LABEL_PLACEHOLDERS)
    return value


def _matching(pattern: str, code: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            refuse(code, value)
        return value

    return AfterValidator(check)


def _no_device(value: str) -> str:
    if device := next((part for part in value.split("/") if part.partition(".")[0] in DEVICES), None):
        refuse("device_name", device)
    return value


def is_file(address: str) -> bool:
    """Return whether an address is that of a file rather than of a page."""
    return "." in address


AnyText = Annotated[str, Strict(), AfterValidator(_text)]
Chinese = Annotated[AnyText, AfterValidator(_chinese)]
English = Annotated[AnyText, AfterValidator(_english), AfterValidator(_prose)]
Translation = Annotated[AnyText, AfterValidator(_glossed), AfterValidator(_prose)]
Translations = Annotated[
    tuple[Translation, ...],
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One sentence, or a list of several."""
Fingerprint = Annotated[
    AnyText, _matching(FINGERPRINT, "not_a_fingerprint"), Field(json_schema_extra={"pattern": FINGERPRINT})
]
# "index" would be the page that lists all others of its kind.
Slug = Annotated[
    AnyText,
    _matching(f"(?!index$){SLUG}", "not_a_slug"),
    AfterValidator(_no_device),
    Field(json_schema_extra={"pattern": f"^{SLUG}$"}),
]
Address = Annotated[
    AnyText,
    _matching(ADDRESS, "not_an_address"),
    AfterValidator(_no_device),
    Field(json_schema_extra={"pattern": f"^{ADDRESS}$"}),
]
WebAddress = Annotated[AnyText, _matching(r"https?://[^\s<>\"'\\]+", "not_a_web_address")]
Email = Annotated[AnyText, _matching(r"[^\s@<>\"'\\]+@[^\s@<>\"'\\]+\.[^\s@<>\"'\\]+", "not_an_email")]
Telephone = Annotated[AnyText, _matching(r"\+?[0-9][0-9 -]{4,}", "not_a_telephone")]
Color = Annotated[AnyText, _matching("#[0-9a-f]{6}", "not_a_color")]
Number = Annotated[int, Strict(), Field(ge=1)]
Date = Annotated[date, Strict()]
NOT_EMPTY = Field(min_length=1)
LabelText = Annotated[str, Strict(), AfterValidator(_visible), AfterValidator(_fillable)]
EnglishLabelText = Annotated[LabelText, AfterValidator(_english)]
