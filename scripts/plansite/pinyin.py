"""Tells how Chinese is read."""

from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin, load_phrases_dict, pinyin

# A phrase that pypinyin does not know: alone, 长 is zhang.
load_phrases_dict({"长三角": [["cháng"], ["sān"], ["jiǎo"]]})


def spoken(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return how texts are read in pinyin without tones: {"税务局": ["shui", "wu", "ju"]}."""
    return {text: lazy_pinyin(text) for text in texts}


def readable(characters: str) -> dict[str, list[str]]:
    """Return all that each character can be read as: {"行": ["xing", "hang", "heng"]}."""
    return dict(zip(characters, pinyin(list(characters), style=Style.NORMAL, heteronym=True), strict=True))
