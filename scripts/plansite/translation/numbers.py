"""This module reads the numbers of a Chinese and of an English text, in digits or words, in one form."""

import re
from calendar import month_name
from collections.abc import Iterable
from itertools import groupby
from math import prod

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
TENFOLD = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"亿": 10**8, "万": 10**4}
HALVES = {"半", "一半"}
NAMED = r"[A-Za-z]++[0-9][A-Za-z0-9]*|[0-9]+(?!(?:st|nd|rd|th)\b)[A-Za-z]+[A-Za-z0-9]*"
"""A name with figures in it, the same in both languages: G60, 5G."""
DIGITAL = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?"
_WHOLE = rf"[{''.join([*DIGITS, *TENFOLD, *MYRIADS])}]+"
CHINESE_NUMBER = re.compile(
    rf"{NAMED}|(?P<digits>{DIGITAL})(?P<scale>[万亿]*)%?|一?半"
    rf"|(?P<percent>百分之)?(?P<whole>{_WHOLE})(?:点(?P<decimals>[{''.join(DIGITS)}]+))?"
)
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
NUMBER_WORDS = {word.partition("-")[0] for word in ENGLISH_NUMBERS}
"""The first words of numbers without digits."""


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern for the longest of these words, by first letters: one by one many are slow to try."""
    groups = groupby(sorted(words, key=lambda word: (word[0], -len(word))), key=lambda word: word[0])
    return "|".join(f"{first}(?:{'|'.join(word[1:] for word in group)})" for first, group in groups)


_MONTH = rf"(?-i:{'|'.join(month_name[1:])})"
_BEFORE_MONTH = "|".join(rf"(?<=\b{word} )" for word in ("in", "of", "by", "since", "until"))
ENGLISH_NUMBER = re.compile(
    rf"(?<![\w.])(?:(?P<name>{NAMED})|(?:(?P<digits>{DIGITAL}%?)(?:st|nd|rd|th)?"
    rf"|(?P<word>{_any_of(ENGLISH_NUMBERS)}))(?P<scale>(?: (?:{'|'.join(SCALES)}))*)"
    rf"|(?P<month>{_MONTH}(?= [0-9])|(?:{_BEFORE_MONTH}){_MONTH}))(?!\w)",
    re.IGNORECASE,
)


def chinese_numbers(text: str) -> list[str]:
    """Return the numbers of a Chinese text in figures, and names with figures: "10万元，G60" is ["100000", "G60"]."""
    return list(map(_chinese_number, CHINESE_NUMBER.finditer(text)))


def english_numbers(text: str) -> list[str]:
    """Return the numbers, ordinals and months of an English text as `chinese_numbers` does."""
    # Most texts have no number, and ENGLISH_NUMBER is slow.
    words = set(re.findall(r"\w+", text))
    may_have = not words.isdisjoint(month_name) or not NUMBER_WORDS.isdisjoint(map(str.lower, words))
    return list(map(_english_number, ENGLISH_NUMBER.finditer(text))) if may_have or re.search("[0-9]", text) else []


def _chinese_number(match: re.Match[str]) -> str:
    if match["digits"]:
        value = float(match["digits"].replace(",", "")) * prod(MYRIADS[character] for character in match["scale"])
        return f"{value:.12g}" + "%" * match[0].endswith("%")
    if match[0] in HALVES:
        return "0.5"
    if not match["whole"]:
        return match[0].upper()
    decimals = "".join(str(DIGITS[character]) for character in match["decimals"] or "")
    return f"{_value(match['whole']) + float(f'0.{decimals}'):.12g}" + "%" * bool(match["percent"])


def _value(text: str) -> int:
    """Return the value of a number in Chinese characters: 百 is 100, 一万二千 is 12000, 二〇二二 is 2022."""
    for character, scale in MYRIADS.items():
        if character in text:
            before, _, after = text.rpartition(character)
            return (_value(before) if before else 1) * scale + _value(after)
    if all(character in DIGITS for character in text):
        return int("".join(str(DIGITS[character]) for character in text) or 0)
    total = digit = 0
    for character in text:
        if character in TENFOLD:
            total += (digit or 1) * TENFOLD[character]
            digit = 0
        else:
            digit = DIGITS[character]
    return total + digit


def _english_number(match: re.Match[str]) -> str:
    if match["name"]:
        return match["name"].upper()
    if match["month"]:
        return str(list(month_name).index(match["month"]))
    scale = prod(SCALES[word] for word in match["scale"].casefold().split())
    if match["word"]:
        return f"{ENGLISH_NUMBERS[match['word'].casefold()] * scale:.12g}"
    digits = match["digits"]
    return f"{float(digits.rstrip('%').replace(',', '')) * scale:.12g}" + "%" * digits.endswith("%")
