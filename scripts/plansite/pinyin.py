"""Tells how Chinese is read."""

from collections.abc import Iterable

from plansite.kept import looked_up

# A phrase that pypinyin does not know: alone, 长 is zhang.
PHRASE, READING = "长三角", ["chang", "san", "jiao"]


def spoken(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return how texts are read in pinyin without tones: {"税务局": ["shui", "wu", "ju"]}."""

    def find(unknown: list[str]) -> list[list[str]]:
        # Its dictionary takes longer to load than a site of which little has changed to build.
        from pypinyin import lazy_pinyin  # noqa: PLC0415

        def read(text: str) -> list[str]:
            before, phrase, after = text.partition(PHRASE)
            return [*lazy_pinyin(before), *READING, *read(after)] if phrase else lazy_pinyin(text)

        return [read(text) for text in unknown]

    return looked_up("pinyin", texts, find)


def readable(characters: str) -> dict[str, list[str]]:
    """Return all that each character can be read as: {"行": ["xing", "hang", "heng"]}."""

    def find(unknown: list[str]) -> list[list[str]]:
        from pypinyin import Style, pinyin  # noqa: PLC0415 - as above

        return pinyin(unknown, style=Style.NORMAL, heteronym=True)

    return looked_up("heteronyms", characters, find)
