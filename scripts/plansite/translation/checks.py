"""Holds the English against the Chinese: figures, terms, lists, and which Chinese a translation is of."""

import hashlib
import re
from calendar import month_name
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import prod
from typing import Any

from plansite.errors import LANGUAGES
from plansite.source.rules import Finding, find_repeated, reserved, select
from plansite.source.schema import Glossary
from plansite.source.yaml_reader import YamlPath
from plansite.translation.glossary import GlossaryMatcher, SentenceMatch, blank_glosses

RECORD_PATHS = (
    ("notice",),
    ("themes", "*"),
    ("units", "*"),
    ("topics", "*"),
    ("invest",),
    ("measures", "*"),
    ("safeguards", "*"),
)
"""The records whose English is confirmed as a whole."""
UNTRANSLATED_FIELDS = {"note", "keywords", "targets", "topics", "invest"}
"""Fields of our own, which translate nothing."""


def source_hash(record: Any) -> str:
    """Return the first 8 hexadecimal digits of the SHA-256 of a record's Chinese, one text a line.

    `record` is plain data; every mapping with a text `zh` counts. Fields are taken in alphabetical order, lists as they
    stand, so that the order in which fields are written does not matter.
    """

    def order(text: tuple[YamlPath, str, Any]) -> list[str]:
        return [f"{step:09}" if isinstance(step, int) else step for step in text[0]]

    texts = sorted(text_pairs(record), key=order)
    return hashlib.sha256("\n".join(zh for _, zh, _ in texts).encode()).hexdigest()[:8]


def text_pairs(data: Any, steps: YamlPath = ()) -> Iterator[tuple[YamlPath, str, dict[str, Any]]]:
    """Yield (path, Chinese, the mapping that holds it) for every text of a record, in order."""
    if isinstance(data, dict):
        if isinstance(data.get("zh"), str):
            yield steps, data["zh"], data
        for key, value in data.items():
            yield from text_pairs(value, (*steps, key))
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            yield from text_pairs(value, (*steps, index))


def check_translations(data: Any, glossary: Glossary) -> Iterator[Finding]:
    """Yield what is wrong with the English of a plan given as plain data.

    What is found in a record whose Chinese has changed since its English was confirmed does not block: its page says
    so until someone mends and confirms it.
    """
    agreed = _agreed(glossary)
    for pattern in RECORD_PATHS:
        for steps, record in select(data, *pattern):
            texts = list(text_pairs(record, steps))
            missing = [inner for inner, _, text in texts if not isinstance(text.get("en"), str)]
            # What nobody has begun to translate says so on its page; a gap in what has been translated is a slip.
            expected, confirmed = source_hash(record), record.get("en_for")
            if confirmed or len(missing) < len(record.get("sentences", ())):
                yield from (Finding(inner, "untranslated", blocks=False) for inner in missing)
            details = {"expected": expected, "name": record_name(steps, record)}
            if confirmed != expected and not missing:
                yield Finding((*steps, "en_for"), "stale" if confirmed else "unconfirmed", details, blocks=False)
            elif confirmed and not record.get("en_confirmed"):
                yield Finding((*steps, "en_confirmed"), "unconfirmed", details, blocks=False)
            for inner, _, text in texts:
                if inner not in missing and not UNTRANSLATED_FIELDS & set(inner):
                    waivers = tuple(text.get("waivers", ()))
                    for steps_, code, details in check_sentence(agreed, text["zh"], text["en"], waivers):
                        yield Finding((*inner, *steps_), code, details, blocks=confirmed == expected)


def check_targets(data: Any) -> Iterator[Finding]:
    """Yield targets whose words the sentence does not have, and figures that the words do not say or list.

    A target has to say its figure outside names in quotes; where a count is of things joined by 、, they are counted.
    """
    for steps, sentence in select(data, "measures", "*", "sentences", "*"):
        for inner, words in select(sentence, "targets", "*", "words"):
            for lang in LANGUAGES:
                if sentence.get(lang) and str(words.get(lang, "")) not in str(sentence[lang]):
                    yield Finding((*steps, *inner, lang), "words_elsewhere")
            target = sentence["targets"][inner[1]]
            value, said = str(target.get("value")), str(words.get("zh"))
            given, read = _chinese_numbers(value), _chinese_numbers(re.sub("“.*?”", "", said))
            listed = {str(said.count("、") + (2 if LAST_ITEM.search(said) else 1))} if "、" in said else set()
            right = {"target": given <= read, "count": listed <= given if listed else given <= read or not read}
            if not given or not right.get(str(target.get("kind")), True):
                yield Finding((*steps, *inner[:-1], "value"), "value_elsewhere", {"value": value, "words": said})


def record_name(steps: YamlPath, record: Any) -> str:
    """Return what `plansite confirm` calls a record: the number of a measure, an id, or the field: notice, invest."""
    return str(record.get("number") or record.get("id") or steps[0])


def check_glossary(glossary: Any, plan: Any) -> Iterator[Finding]:
    """Yield broken rules of a glossary given as plain data: what is repeated, taken, or not in the plan (if any)."""
    chinese = "\n".join(zh for _, zh, _ in text_pairs(plan))
    terms = list(select(glossary, "terms", "*", "zh"))
    ids = list(select(glossary, "terms", "*", "id"))
    yield from find_repeated(ids)
    yield from reserved(ids)
    # What stands for a term may not stand for a wording too.
    yield from find_repeated([*terms, *select(glossary, "wordings", "*", "zh", "*")])
    for steps, value in terms if plan else []:
        if str(value) not in chinese:
            yield Finding(steps, "unused_term", {"value": value}, blocks=False)


Problems = Iterator[tuple[str, dict[str, Any]]]
"""Problems of one sentence: code and details."""


@lru_cache(maxsize=1)
def _agreed(glossary: Glossary) -> GlossaryMatcher:
    return GlossaryMatcher(glossary)


# A preview, or a test, reads a plan many times of which it has changed one sentence.
@lru_cache(maxsize=2048)
def check_sentence(
    agreed: GlossaryMatcher, zh: str, en: str, waivers: tuple[str, ...] = ()
) -> list[tuple[YamlPath, str, dict[str, Any]]]:
    """Return [(path within the text, code, details), ...] for what is wrong with one text and has not been waived."""
    reading = agreed.read(zh, blank_glosses(en))
    judged: list[tuple[YamlPath, str, dict[str, Any]]] = []
    for rule, found in (("figures", figures(reading)), ("terms", terms(reading)), ("lists", lists(reading))):
        problems = list(found)
        if rule not in waivers:
            judged += ((("en",), code, details) for code, details in problems)
        elif not problems:
            judged.append((("waivers", rule), "needless_waiver", {}))
    return judged


def terms(reading: SentenceMatch) -> Problems:
    """Yield the terms of the Chinese that the English lacks, and words of strength that it adds or loses."""
    for entry, zh, en in reading.found:
        details = {"term": list(entry.zh), "forms": list(entry.forms), "zh": zh, "en": len(en)}
        if not en:
            yield "term_missing", details
        elif len(en) < zh:
            yield "wording_lost", details
    for entry, form in reading.foreign:
        yield "term_added", {"words": form, "term": list(entry.zh)}
    yield from _uneven(reading.counted)


def _uneven(counted: Iterable[tuple[Any, int, list[str]]]) -> Problems:
    for entry, zh, en in counted:
        details = {"term": list(entry.zh), "words": en, "forms": list(entry.forms), "zh": zh}
        if zh > len(en):
            yield "wording_lost", details | {"en": len(en)}
        elif zh < len(en):
            yield "wording_added" if entry.zh else "weakened", details


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
"""The words that a number without figures begins with."""
_MONTH = rf"(?-i:{'|'.join(month_name[1:])})"
_BEFORE_MONTH = "|".join(rf"(?<=\b{word} )" for word in ("in", "of", "by", "since", "until"))
ENGLISH_NUMBER = re.compile(
    rf"(?<![\w.])(?:(?P<name>{NAMED})|(?:(?P<digits>{DIGITAL}%?)(?:st|nd|rd|th)?"
    rf"|(?P<word>{'|'.join(sorted(ENGLISH_NUMBERS, key=len, reverse=True))}))(?P<scale>(?: (?:{'|'.join(SCALES)}))*)"
    rf"|(?P<month>{_MONTH}(?= [0-9])|(?:{_BEFORE_MONTH}){_MONTH}))(?!\w)",
    re.IGNORECASE,
)


def figures(reading: SentenceMatch) -> Problems:
    """Yield numbers, percentages, dates and ordinals that stand in one language only."""
    chinese = Counter(_chinese_number(match) for match in CHINESE_NUMBER.finditer(reading.zh))
    # Most sentences have no number, and to look at every word for one takes long.
    may_count = not NUMBER_WORDS.isdisjoint(re.split(r"\W+", reading.en.lower())) or re.search("[0-9]", reading.en)
    matches = ENGLISH_NUMBER.finditer(reading.en) if may_count else ()
    english = Counter(map(_english_number, matches))
    if missing := chinese - english:
        yield "figure_missing", {"figures": sorted(missing.elements())}
    if added := english - chinese:
        yield "figure_added", {"figures": sorted(added.elements())}


def _chinese_number(match: re.Match[str]) -> str:
    if match["digits"]:
        value = float(match["digits"].replace(",", "")) * prod(MYRIADS[character] for character in match["scale"])
        return f"{value:.12g}" + "%" * match[0].endswith("%")
    if match[0] == "半":
        return "0.5"
    return match[0].upper() if match[0].isascii() else f"{_value(match[0]):g}"


def _chinese_numbers(text: str) -> set[str]:
    return {_chinese_number(match) for match in CHINESE_NUMBER.finditer(text)}


def _value(text: str) -> int:
    """Return what a number in Chinese characters is worth: 百 is 100, 一万二千 is 12000."""
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


ENUMERATED = 3
"""From how many items on a list is counted."""
LAST_ITEM = re.compile("(?<=.)(?:和|及|(?<!参)与)")
# What ends an English list on either side: the sentence's own marks, and the words that open or close a clause.
BOUNDARY = re.compile(r"[.;:]|, (?:and|or)\b|\b(?:such as|including|will|may|must)\b")
BREAK = re.compile(r", |\b(?:and|or|as well as)\b")
OPEN = re.compile("(?<![平上中下同高头对均何])等(?![级候待于同额])")
MAY_OPEN = re.compile("其他|包括|含|例如")
OPENERS = re.compile(
    r"\b(?:such as|including|(?:and|or) others?|other such|and so on|(?:and|or) the like)\b", re.IGNORECASE
)


def lists(reading: SentenceMatch) -> Problems:
    """Yield lists whose English has another number of items, and lists that are open in one language only.

    A Chinese list is what 、 joins. An English one is what commas and a last "and" join, without a comma before that
    "and"; clauses that hold lists are parted by semicolons.
    """
    parts = _parts(reading.zh, rf"[，。；：]|{OPEN.pattern}", "（(.*?)）")
    chinese = [items for items in map(_chinese_items, parts) if items]
    english = [_english_lists(part) for part in _parts(reading.en, BOUNDARY, r"\((.*?)\)")] if chinese else []
    for items in chinese:
        fitting = ((lists, commas) for lists in english for commas in lists if len(commas) + 2 == items)
        found, used = next(fitting, (None, range(0)))
        if found is None:
            yield "list_differs", {"items": items}
        else:
            # A comma joins the items of one list only.
            found[:] = [commas for commas in found if commas.stop <= used.start or used.stop <= commas.start]
    zh, en = len(OPEN.findall(reading.zh)), len(OPENERS.findall(reading.en))
    if en < zh:
        yield "open_list_lost", {"zh": zh, "en": en}
    elif en > zh + len(MAY_OPEN.findall(reading.zh)):
        yield "open_list_added", {"zh": zh, "en": en}


def _parts(text: str, boundary: str | re.Pattern[str], bracket: str) -> list[str]:
    """Return the parts of a sentence that a list cannot reach beyond; what stands in brackets is a part of its own."""
    return [*re.split(boundary, re.sub(bracket, "", text)), *re.findall(bracket, text)]


def _chinese_items(part: str) -> int:
    """Return how many items the list in a part of a Chinese sentence has; 0 where there is none."""
    *items, last = part.split("、")
    count = len(items) + (2 if LAST_ITEM.search(last.partition("的")[0]) else 1)
    return count if items and count >= ENUMERATED else 0


def _english_lists(part: str) -> list[range]:
    """Return the lists there may be in a part of an English sentence, each by its commas, counted from 0.

    A list ends with an "and" and begins with the part or after an earlier "and"; it has two items more than commas.
    """
    found: list[range] = []
    begun, commas = [0], 0
    for mark in BREAK.finditer(part):
        if mark[0] == ", ":
            commas += 1
        else:
            found += [range(first, commas) for first in begun if first < commas]
            begun.append(commas)
    return found
