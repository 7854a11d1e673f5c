"""This module compares the English of the plan with its Chinese: figures, terms, lists, and whether it is current."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, get_args

from plansite.errors import LANGUAGES
from plansite.source.rules import Finding, find_repeated, reserved, select
from plansite.source.schema import Firmness, Glossary, Plan
from plansite.source.yaml_reader import YamlPath
from plansite.translation.glossary import GlossaryMatcher, SentenceMatch, blank_glosses, english, matcher_of
from plansite.translation.numbers import chinese_numbers, english_numbers

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


FACTS = {"contact", "source"}
"""Fields with facts from elsewhere, whose English translates nothing of the notice."""


def text_pairs(data: Any, path: YamlPath = ()) -> list[tuple[YamlPath, str, dict[str, Any]]]:
    """Return [(path, Chinese, the mapping that holds it), ...] for every text `zh` within plain data.

    Fields are in alphabetical order, so that their order in the file does not change a hash; lists are in their own.
    FACTS are left out.
    """
    pairs: list[tuple[YamlPath, str, dict[str, Any]]] = []
    if isinstance(data, dict) and isinstance(data.get("zh"), str):
        pairs.append((path, data["zh"], data))
    for key in sorted(data) if isinstance(data, dict) else range(len(data or ())):
        if key not in FACTS and isinstance(data[key], (dict, list, tuple)):
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
        missing = [inner for inner, _, text in texts if english(text) is None]
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
        for inner, _, text in texts:
            if inner not in missing and OWN_FIELDS.isdisjoint(inner):
                checked = checked_text(text, is_sentence=not SENTENCE_LISTS.isdisjoint(inner))
                for end, code, details in check(checked):
                    yield Finding((*inner, *end), code, details, blocks=confirmed == expected)


def check_targets(data: Any) -> Iterator[Finding]:
    """Yield targets whose words are not in their sentence, and values that do not match the numbers in these words.

    Names in quotes are ignored; the value of a count may also be the number of items joined by 、.
    """
    for path, sentence in select(data, "measures", "*", "sentences", "*"):
        for inner, words in select(sentence, "targets", "*", "words"):
            for lang in LANGUAGES:
                text = english(sentence) if lang == "en" else str(sentence.get(lang))
                if text and str(words.get(lang, "")) not in text:
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
    """Return check_text for one glossary, which remembers what it has checked."""
    return lru_cache(maxsize=100_000)(partial(check_text, matcher_of(glossary)))


@dataclass(frozen=True)
class CheckedText:
    """A text with its English, and what the record says about the check: schema.Sentence has the meaning of each."""

    zh: str
    en: tuple[str, ...]
    is_list: bool
    waivers: tuple[str, ...]
    times: tuple[tuple[str, int], ...]
    is_sentence: bool
    firmness: tuple[Firmness, ...]


def checked_text(text: Mapping[str, Any], *, is_sentence: bool) -> CheckedText:
    """Return a text given as plain data, whose English is there; a title is no sentence."""
    is_list = not isinstance(text["en"], str)
    en = tuple(text["en"]) if is_list else (text["en"],)
    waivers, times = tuple(text.get("waivers", ())), tuple(text.get("times", {}).items())
    return CheckedText(text["zh"], en, is_list, waivers, times, is_sentence, tuple(text.get("firmness", ())))


def check_text(matcher: GlossaryMatcher, text: CheckedText) -> list[tuple[YamlPath, str, dict[str, Any]]]:
    """Return [(path within the text, code, details), ...] for the problems of one text that are not waived.

    The English sentences of a Chinese one are compared with it together. Whether each has its firmness is asked last:
    English that is to be mended may become more or fewer sentences.
    """
    texts = [blank_glosses(en) for en in text.en]
    sentence = matcher.match(text.zh, " ".join(texts))
    findings: list[tuple[YamlPath, str, dict[str, Any]]] = []
    rules = {
        "figures": check_figures(sentence),
        "terms": check_terms(sentence, dict(text.times), exact=len(texts) > 1),
        "lists": check_lists(sentence),
        "firmness": check_firmness(matcher, text),
    }
    if text.is_sentence:
        rules["length"] = check_length(texts)
        for at, en in enumerate(text.en):
            path: YamlPath = ("en", at) if text.is_list else ("en",)
            findings += ((path, code, details) for code, details in check_form(en))
    for rule, found in rules.items():
        problems = list(found)
        if rule not in text.waivers:
            findings += ((_place(texts, code, details), code, details) for code, details in problems)
        elif not problems:
            findings.append((("waivers", rule), "needless_waiver", {}))
    if len(text.firmness) not in {0, len(text.en)} and all(path[0] != "en" for path, *_ in findings):
        details = {"entries": len(text.firmness), "needed": len(text.en)}
        findings.append((("firmness",), "firmness_count", details))
    usual = {words: number for entry, number, _ in (*sentence.found, *sentence.counted) for words in entry.zh}
    needless = (words for words, number in text.times if usual.get(words, number) == number)
    return findings + [(("times", words), "needless_waiver", {}) for words in needless]


def _place(texts: Sequence[str], code: str, details: Mapping[str, Any]) -> YamlPath:
    """Return the path of a problem: of words that stand too often, the sentence of a list that repeats them."""
    if code == "firmness_differs":
        return "firmness", details["at"]
    if code != "wording_repeated" or len(texts) == 1:
        return ("en",)
    words = details["words"][-1].lower()
    having = [at for at, text in enumerate(texts) if words in text.lower()]
    return "en", next((at for at in having if texts[at] in texts[:at]), max(having, default=0))


def check_terms(sentence: SentenceMatch, times: Mapping[str, int] | None = None, *, exact: bool = False) -> Problems:
    """Yield the terms of the Chinese that the English lacks, and words of strength that it adds or loses.

    Where it is `exact`, English that has several sentences may not have any term more often than the Chinese either.
    """
    for entry, number, forms in (*sentence.found, *sentence.counted):
        given = next((times[words] for words in entry.zh if times and words in times), None)
        expected = number if given is None else given
        details = {"term": list(entry.zh), "words": forms, "forms": list(entry.forms), "zh": number, "en": len(forms)}
        if len(forms) < expected:
            if entry.reason:
                details |= {"reason": dict(entry.reason)}
            yield (
                "wording_lost" if forms or entry.only else "agreed_missing" if entry.reason else "term_missing",
                details,
            )
        elif len(forms) > expected and number and (exact or given is not None):
            yield "wording_repeated", details | {"how": f"{entry.zh[0]}: {len(forms)}"}
        elif len(forms) > expected and entry.only:
            if entry.reason:
                yield "forbidden_words", details | {"reason": dict(entry.reason), "instead": entry.instead or ""}
            else:
                yield "wording_added" if entry.zh else "weakened", details
    for entry, form in sentence.foreign:
        yield "term_added", {"words": form, "term": list(entry.zh)}


def check_firmness(matcher: GlossaryMatcher, text: CheckedText) -> Problems:
    """Yield statements that have a word of strength of the glossary and are said to be firm in another way."""
    for at, (firmness, en) in enumerate(zip(text.firmness, text.en, strict=False)):
        expected = [strength for strength in matcher.strengths(text.zh, en) if strength in get_args(Firmness)]
        if expected and firmness not in expected:
            yield "firmness_differs", {"at": at, "value": firmness, "strength": expected[0], "en": en}


def check_figures(sentence: SentenceMatch) -> Problems:
    """Yield numbers, percentages, dates and ordinals that only one language has."""
    chinese, english = Counter(chinese_numbers(sentence.zh)), Counter(english_numbers(sentence.en))
    if missing := chinese - english:
        yield "figure_missing", {"figures": sorted(missing.elements())}
    if added := english - chinese:
        yield "figure_added", {"figures": sorted(added.elements())}


MAX_WORDS = 40
"""Words that a sentence of the English may have."""
ABBREVIATIONS = ("No", "Co", "Ltd", "Inc", "St", "Mr", "Ms", "Dr", "vs", "e.g", "i.e", "etc", "approx")
"""What a full stop may follow within a sentence."""
NO_ABBREVIATION = "".join(rf"(?<!\b{re.escape(word)}\.)" for word in ABBREVIATIONS)
SENTENCE_BREAK = re.compile(rf"""{NO_ABBREVIATION}(?:(?<=[.!?])|(?<=[.!?]["”)])) +(?=["“(]?[A-Z0-9])""")
SENTENCE_END = re.compile(r"""[.!?]["”)]?$""")


def statistics(plan: Plan) -> dict[str, float]:
    """Return the number of English sentences of the notice, and their lengths in words.

    The keys are those of the words "statistics" in messages.yaml; `over` counts the sentences with more than `most`.
    """
    clauses = [clause.sentences for clause in (plan.notice.general_requirements, *plan.measures, *plan.safeguards)]
    texts = [sentence.en for sentences in (plan.notice.preamble, *clauses) for sentence in sentences if sentence.en]
    counts = [len(blank_glosses(text).split()) for sentences in texts for text in sentences]
    return {
        "sentences": len(counts),
        "mean": round(sum(counts) / max(len(counts), 1), 1),
        "longest": max(counts, default=0),
        "most": MAX_WORDS,
        "over": sum(words > MAX_WORDS for words in counts),
    }


def check_length(texts: Iterable[str]) -> Problems:
    """Yield English sentences that nobody reads to their end; glosses are blanked out."""
    for words in (len(text.split()) for text in texts):
        if words > MAX_WORDS:
            yield "long_sentence", {"found": words, "most": MAX_WORDS}


def check_form(text: str) -> Problems:
    """Yield what makes an English text other than one whole sentence."""
    without_glosses = blank_glosses(text)
    if breaks := list(SENTENCE_BREAK.finditer(without_glosses)):
        yield "several_sentences", {"found": len(breaks) + 1, "first": text[: breaks[0].end()].rstrip()}
    if not SENTENCE_END.search(without_glosses.rstrip()):
        yield "no_full_stop", {}


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
