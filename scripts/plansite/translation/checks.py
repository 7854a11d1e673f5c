"""This module compares the English of the plan with its Chinese: figures, terms, lists, and whether it is current."""

import hashlib
import re
from calendar import month_name
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import groupby
from math import prod
from typing import Any

from plansite.errors import LANGUAGES
from plansite.source.rules import Finding, find_repeated, reserved, select
from plansite.source.schema import Glossary, Plan
from plansite.source.yaml_reader import YamlPath
from plansite.translation.glossary import GlossaryMatcher, SentenceMatch, blank_glosses, matcher_of

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


RECORD_PATHS = tuple(
    tuple(path.split())
    for path in ("notice", "themes *", "units *", "topics *", "invest", "measures *", "safeguards *")
)
"""The records whose English is confirmed as a whole."""
SENTENCE_LISTS = {"sentences", "preamble"}
"""Fields with sentences, whose English may be missing."""
OWN_FIELDS = {"note", "keywords", "targets", "topics", "invest"}
"""Fields of our own, which translate nothing."""
Problems = Iterator[tuple[str, dict[str, Any]]]
"""Problems of one sentence: (code in messages.yaml, details)."""


def record_name(path: YamlPath, record: Any) -> str:
    """Return what `plansite confirm` calls a record: the number of a measure, an id, or the field: notice, invest."""
    return str(record.get("number") or record.get("id") or path[0])


def source_hash(record: Any) -> str:
    """Return the first 8 hexadecimal digits of the SHA-256 of a record's Chinese, one text a line."""
    return hashlib.sha256("\n".join(zh for _, zh, _ in text_pairs(record)).encode()).hexdigest()[:8]


def text_pairs(data: Any, path: YamlPath = ()) -> list[tuple[YamlPath, str, dict[str, Any]]]:
    """Return [(path, Chinese, the mapping that holds it), ...] for every text `zh` within plain data.

    Fields are in alphabetical order, so that their order in the file does not change a hash; lists are in their own.
    """
    pairs: list[tuple[YamlPath, str, dict[str, Any]]] = []
    if isinstance(data, dict) and isinstance(data.get("zh"), str):
        pairs.append((path, data["zh"], data))
    for key in sorted(data) if isinstance(data, dict) else range(len(data or ())):
        if isinstance(data[key], (dict, list, tuple)):
            pairs += text_pairs(data[key], (*path, key))
    return pairs


def check_translations(data: Any, glossary: Glossary) -> Iterator[Finding]:
    """Yield what is wrong with the English of a plan given as plain data.

    Findings in a record whose Chinese has changed since its English was confirmed do not block: its page says so until
    an editor has confirmed it again.
    """
    check = _checker(glossary)
    for path, record in (found for pattern in RECORD_PATHS for found in select(data, *pattern)):
        texts = text_pairs(record, path)
        missing = [inner for inner, _, text in texts if not isinstance(text.get("en"), str)]
        expected, confirmed = source_hash(record), record.get("en_for")
        # The page of a record without any translation says so; a gap in a translation is a mistake.
        sentences = [inner for inner, *_ in texts if not SENTENCE_LISTS.isdisjoint(inner)]
        if confirmed or len(missing) < len(sentences):
            yield from (Finding(inner, "untranslated", blocks=False) for inner in missing)
        details = {"expected": expected, "name": record_name(path, record)}
        if confirmed != expected and not missing:
            yield Finding((*path, "en_for"), "stale" if confirmed else "unconfirmed", details, blocks=False)
        elif confirmed and not record.get("en_confirmed"):
            yield Finding((*path, "en_confirmed"), "unconfirmed", details, blocks=False)
        for inner, zh, text in texts:
            if inner not in missing and OWN_FIELDS.isdisjoint(inner):
                is_sentence = not SENTENCE_LISTS.isdisjoint(inner)
                for end, code, details in check(
                    zh, text["en"], tuple(text.get("waivers", ())), is_sentence=is_sentence
                ):
                    yield Finding((*inner, *end), code, details, blocks=confirmed == expected)


def check_targets(data: Any) -> Iterator[Finding]:
    """Yield targets whose words are not in their sentence, and values that do not match the numbers in these words.

    Names in quotes are ignored; the value of a count may also be the number of items joined by 、.
    """
    for path, sentence in select(data, "measures", "*", "sentences", "*"):
        for inner, words in select(sentence, "targets", "*", "words"):
            for lang in LANGUAGES:
                if sentence.get(lang) and str(words.get(lang, "")) not in str(sentence[lang]):
                    yield Finding((*path, *inner, lang), "words_elsewhere")
            target = sentence["targets"][inner[1]]
            value, zh = str(target.get("value")), str(words.get("zh"))
            expected, numbers = set(chinese_numbers(value)), set(chinese_numbers(re.sub("“.*?”", "", zh)))
            items = {str(zh.count("、") + (2 if LAST_ITEM.search(zh) else 1))} if "、" in zh else set()
            counts = items <= expected if items else expected <= numbers or not numbers
            valid = {"target": expected <= numbers, "count": counts}
            if not expected or not valid.get(str(target.get("kind")), True):
                yield Finding((*path, *inner[:-1], "value"), "value_elsewhere", {"value": value, "words": zh})


def check_glossary(glossary: Any, plan: Any) -> Iterator[Finding]:
    """Yield repeated and reserved values of a glossary, and terms that its plan does not use; both are plain data.

    Where the plan is None, its use of terms is not checked.
    """
    terms = list(select(glossary, "terms", "*", "zh"))
    ids = list(select(glossary, "terms", "*", "id"))
    yield from find_repeated(ids)
    yield from reserved(ids)
    # A term may not be a wording as well.
    yield from find_repeated([*terms, *select(glossary, "wordings", "*", "zh", "*")])
    chinese = "\n".join(zh for _, zh, _ in text_pairs(plan))
    for path, value in terms if plan else []:
        if str(value) not in chinese:
            yield Finding(path, "unused_term", {"value": value}, blocks=False)


# A preview checks the plan after each edit, which changes one sentence of up to tens of thousands.
@lru_cache(maxsize=1)
def _checker(glossary: Glossary) -> Callable[..., list[tuple[YamlPath, str, dict[str, Any]]]]:
    """Return check_sentence for one glossary, which remembers what it has checked."""
    return lru_cache(maxsize=100_000)(partial(check_sentence, matcher_of(glossary)))


def check_sentence(
    matcher: GlossaryMatcher, zh: str, en: str, waivers: tuple[str, ...] = (), *, is_sentence: bool = True
) -> list[tuple[YamlPath, str, dict[str, Any]]]:
    """Return [(path within the text, code, details), ...] for the problems of one text that are not waived."""
    without_glosses = blank_glosses(en)
    sentence = matcher.match(zh, without_glosses)
    findings: list[tuple[YamlPath, str, dict[str, Any]]] = []
    rules = {"figures": check_figures(sentence), "terms": check_terms(sentence), "lists": check_lists(sentence)}
    if is_sentence:
        rules["length"] = check_length(without_glosses)
    for rule, found in rules.items():
        problems = list(found)
        if rule not in waivers:
            findings += ((("en",), code, details) for code, details in problems)
        elif not problems:
            findings.append((("waivers", rule), "needless_waiver", {}))
    return findings


def check_terms(sentence: SentenceMatch) -> Problems:
    """Yield the terms of the Chinese that the English lacks, and words of strength that it adds or loses."""
    for entry, times, forms in sentence.found:
        if len(forms) < times:
            details = {"term": list(entry.zh), "forms": list(entry.forms), "zh": times, "en": len(forms)}
            yield "wording_lost" if forms else "term_missing", details
    for entry, form in sentence.foreign:
        yield "term_added", {"words": form, "term": list(entry.zh)}
    for entry, times, forms in sentence.counted:
        details = {"term": list(entry.zh), "words": forms, "forms": list(entry.forms), "zh": times}
        if times > len(forms):
            yield "wording_lost", details | {"en": len(forms)}
        elif times < len(forms) and entry.reason:
            yield "forbidden_words", details | {"reason": dict(entry.reason), "instead": entry.instead or ""}
        elif times < len(forms):
            yield "wording_added" if entry.zh else "weakened", details


def check_figures(sentence: SentenceMatch) -> Problems:
    """Yield numbers, percentages, dates and ordinals that only one language has."""
    chinese, english = Counter(chinese_numbers(sentence.zh)), Counter(english_numbers(sentence.en))
    if missing := chinese - english:
        yield "figure_missing", {"figures": sorted(missing.elements())}
    if added := english - chinese:
        yield "figure_added", {"figures": sorted(added.elements())}


MAX_WORDS = 40
"""Words that a sentence of the English may have."""
SENTENCE_BREAK = re.compile(r"""(?<=[.!?]) +(?=["(]?[A-Z0-9])|(?<=[.!?]") +(?=["(]?[A-Z0-9])""")


def word_counts(en: str) -> list[int]:
    """Return the number of words of each sentence of an English text, whose glosses are blanked out."""
    return [len(sentence.split()) for sentence in SENTENCE_BREAK.split(" ".join(en.split()))]


def statistics(plan: Plan) -> dict[str, float]:
    """Return the number of English sentences of the notice, and their lengths in words.

    The keys are those of the words "statistics" in messages.yaml; `over` counts the sentences with more than `most`.
    """
    clauses = [clause.sentences for clause in (plan.notice.general_requirements, *plan.measures, *plan.safeguards)]
    texts = [sentence.en for sentences in (plan.notice.preamble, *clauses) for sentence in sentences if sentence.en]
    counts = [words for text in texts for words in word_counts(blank_glosses(text))]
    return {
        "sentences": len(counts),
        "mean": round(sum(counts) / max(len(counts), 1), 1),
        "longest": max(counts, default=0),
        "most": MAX_WORDS,
        "over": sum(words > MAX_WORDS for words in counts),
    }


def check_length(en: str) -> Problems:
    """Yield sentences of the English that nobody reads to their end; glosses are blanked out."""
    for words in word_counts(en):
        if words > MAX_WORDS:
            yield "long_sentence", {"found": words, "most": MAX_WORDS}


MIN_ITEMS = 3
"""Lists with fewer items are not counted."""
LAST_ITEM = re.compile("(?<=.)(?:和|及|(?<!参)与)")
BOUNDARY = re.compile(r"[.;:]|, (?:and|or)\b|\b(?:such as|including|will|may|must)\b")
"""What no English list extends beyond: marks of the sentence, and words that open or close a clause."""
SEPARATOR = re.compile(r", |\b(?:and|or|as well as)\b")
OPEN = re.compile("(?<![平上中下同高头对均何])等(?![级候待于同额])")
MAY_OPEN = re.compile("其他|包括|含|例如")
OPENERS = re.compile(
    r"\b(?:such as|including|(?:and|or) others?|other such|and so on|(?:and|or) the like)\b", re.IGNORECASE
)


def check_lists(sentence: SentenceMatch) -> Problems:
    """Yield lists whose English has another number of items, and lists that are open in one language only.

    The items of a Chinese list are joined by 、; those of an English one by commas and a last "and", without a comma
    before that "and". Clauses with lists are separated by semicolons.
    """
    parts = _parts(sentence.zh, rf"[，。；：]|{OPEN.pattern}", "（(.*?)）")
    chinese = [items for items in map(_chinese_items, parts) if items]
    english = [_english_lists(part) for part in _parts(sentence.en, BOUNDARY, r"\((.*?)\)")] if chinese else []
    for items in chinese:
        fitting = ((part, commas) for part in english for commas in part if len(commas) + 2 == items)
        part, used = next(fitting, (None, range(0)))
        if part is None:
            yield "list_differs", {"items": items}
        else:
            # A comma joins the items of one list only.
            part[:] = [commas for commas in part if commas.stop <= used.start or used.stop <= commas.start]
    zh, en = len(OPEN.findall(sentence.zh)), len(OPENERS.findall(sentence.en))
    if en < zh:
        yield "open_list_lost", {"zh": zh, "en": en}
    elif en > zh + len(MAY_OPEN.findall(sentence.zh)):
        yield "open_list_added", {"zh": zh, "en": en}


def _parts(text: str, boundary: str | re.Pattern[str], bracket: str) -> list[str]:
    """Return the parts of a sentence within which a list has to end; text in brackets is a part of its own."""
    return [*re.split(boundary, re.sub(bracket, "", text)), *re.findall(bracket, text)]


def _chinese_items(part: str) -> int:
    """Return the number of items of the list in a part of a Chinese sentence, 0 where there is none."""
    *items, last = part.split("、")
    count = len(items) + (2 if LAST_ITEM.search(last.partition("的")[0]) else 1)
    return count if items and count >= MIN_ITEMS else 0


def _english_lists(part: str) -> list[range]:
    """Return the possible lists in a part of an English sentence, each as the range of its commas, counted from 0.

    A list ends with an "and" and begins with the part or after an earlier "and"; it has two items more than commas.
    """
    lists: list[range] = []
    starts, commas = [0], 0
    for mark in SEPARATOR.finditer(part):
        if mark[0] == ", ":
            commas += 1
        else:
            lists += [range(first, commas) for first in starts if first < commas]
            starts.append(commas)
    return lists
