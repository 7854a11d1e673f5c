"""This module reads the numbers of a Chinese and an English text into a form in which they can be compared."""

import re
from calendar import month_name
from math import prod

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
TENFOLD = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
NAMED = r"[A-Za-z]+[0-9][A-Za-z0-9]*|[0-9]+(?!(?:st|nd|rd|th)\b)[A-Za-z]+[A-Za-z0-9]*"
"""A name with figures in it, the same in both languages: G60, 5G."""
DIGITAL = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?"
CHINESE_NUMBER = re.compile(rf"{NAMED}|(?P<digits>{DIGITAL})(?P<scale>[万亿]*)%?|[零一二两三四五六七八九十百千万亿半]+")
TO_NINETEEN = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
ORDINALS += [f"{word}th" for word in TO_NINETEEN[13:]]
COUNT_WORDS = {word: number for words in (TO_NINETEEN, ORDINALS) for number, word in enumerate(words)}
COUNT_WORDS |= dict(zip(TENS, range(20, 100, 10), strict=True))
COUNT_WORDS |= {
    f"{ten}-{one}": COUNT_WORDS[ten] + number
    for ten in TENS
    for words in (TO_NINETEEN, ORDINALS)
    for number, one in enumerate(words[1:10], start=1)
}
"""The English for 0 to 99, as a count and as far as `ORDINALS` goes as a place in an order."""
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
ENGLISH_NUMBERS: dict[str, float] = COUNT_WORDS | SCALES | {"half": 0.5, "double": 2, "twice": 2}
NUMBER_WORDS = {word.partition("-")[0] for word in ENGLISH_NUMBERS} | {month.lower() for month in month_name[1:]}
"""The first words of numbers without digits."""
_MONTH = rf"(?-i:{'|'.join(month_name[1:])})"
_BEFORE_MONTH = "|".join(rf"(?<=\b{word} )" for word in ("in", "of", "by", "since", "until"))
ENGLISH_NUMBER = re.compile(
    rf"(?<![\w.])(?:(?P<name>{NAMED})|(?:(?P<digits>{DIGITAL}%?)(?:st|nd|rd|th)?"
    rf"|(?P<word>{'|'.join(sorted(ENGLISH_NUMBERS, key=len, reverse=True))}))(?P<scale>(?: (?:{'|'.join(SCALES)}))*)"
    rf"|(?P<month>{_MONTH}(?= [0-9])|(?:{_BEFORE_MONTH}){_MONTH}))(?!\w)",
    re.IGNORECASE,
)


def chinese_numbers(text: str) -> list[str]:
    """Return the numbers of a Chinese text in figures, and names with figures: "10万元，G60" is ["100000", "G60"]."""
    return list(map(_chinese_number, CHINESE_NUMBER.finditer(text)))


def english_numbers(text: str) -> list[str]:
    """Return the numbers, ordinals and months of an English text as `chinese_numbers` does."""
    # Most texts have no number, and ENGLISH_NUMBER is slow.
    may_have = re.search("[0-9]", text) or not NUMBER_WORDS.isdisjoint(re.findall(r"\w+", text.lower()))
    return list(map(_english_number, ENGLISH_NUMBER.finditer(text))) if may_have else []


def _chinese_number(match: re.Match[str]) -> str:
    if match["digits"]:
        value = float(match["digits"].replace(",", "")) * prod(MYRIADS[character] for character in match["scale"])
        return f"{value:.12g}" + "%" * match[0].endswith("%")
    if match[0] == "半":
        return "0.5"
    return match[0].upper() if match[0].isascii() else f"{_value(match[0]):g}"


def _value(text: str) -> int:
    """Return the value of a number in Chinese characters: 百 is 100, 一万二千 is 12000."""
    total = section = digit = 0
    for character in text:
        if character in TENFOLD:
            section += (digit or 1) * TENFOLD[character]
            digit = 0
        elif character in MYRIADS:
            total = (total + section + digit or 1) * MYRIADS[character]
            section = digit = 0
        else:
            digit = DIGITS.get(character, 0)
    return total + section + digit


def _english_number(match: re.Match[str]) -> str:
    if match["name"]:
        return match["name"].upper()
    if match["month"]:
        return str(list(month_name).index(match["month"]))
    scale = prod(SCALES[word] for word in match["scale"].lower().split())
    if match["word"]:
        return f"{ENGLISH_NUMBERS[match['word'].lower()] * scale:.12g}"
    digits = match["digits"]
    return f"{float(digits.rstrip('%').replace(',', '')) * scale:.12g}" + "%" * digits.endswith("%")
