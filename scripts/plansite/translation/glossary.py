"""This module finds the agreed terms and wordings of the glossary in a Chinese sentence and in its English."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal, get_args

from plansite.errors import Lang
from plansite.source.schema import Firmness, Glossary, Sentence, Strength, Term, Text, Wording
from plansite.source.texts import CHINESE_SCRIPT, GLOSS

WORD = re.compile(r"\w+")
MASK_ZH, MASK_EN = "某", "x"
"""What agreed words are overwritten with: neither a number nor a mark nor a conjunction."""
MAY = r"(?<!\bin may)(?<!\bof may)(?<!\bby may)(?<!\bsince may)(?<!\buntil may)(?! [0-9])"
"""Lookarounds that tell the word may from the month."""


def blank_glosses(en: str) -> str:
    """Return English with each gloss replaced by as many spaces, so that all other characters keep their positions."""
    return GLOSS.sub(lambda gloss: " " * len(gloss[0]), en)


def strip_glosses(en: str) -> str:
    """Return English without its glosses, for formats that cannot mark them as ours."""
    return re.sub(rf" ?{GLOSS.pattern}", "", en)


def english(text: Any) -> str | None:
    """Return the English of a text given as plain data, its sentences in a row; None where it is no text."""
    value = text.get("en")
    if isinstance(value, list | tuple) and value and all(isinstance(sentence, str) for sentence in value):
        return " ".join(value)
    return value if isinstance(value, str) else None


@dataclass(frozen=True, eq=False)
class GlossaryEntry:
    """Chinese words and their agreed English forms; `term` is set where the glossary explains them."""

    zh: tuple[str, ...]
    forms: tuple[str, ...]
    only: bool = True
    """Whether the English forms may translate nothing else."""
    term: Term | None = None
    reason: Text | None = None
    """Why the English must not occur."""
    instead: str | None = None
    strength: Strength | None = None
    """How firm it makes a sentence."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any English form as whole words, the longest first, in any case, a plural s allowed; * is any ending."""
        # A gloss may stand within a form; blanked out, it leaves several spaces.
        escaped = [r"\s+".join(map(re.escape, form.removesuffix("*").split())) for form in self.forms]
        ends = [r"\w*" if form.endswith("*") else MAY if form == "may" else "s?" for form in self.forms]
        words = sorted((word + end for word, end in zip(escaped, ends, strict=True)), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)

    def mask(self, en: str) -> str:
        """Return English with the forms of this entry masked."""
        return self.pattern.sub(lambda match: MASK_EN * len(match[0]), en)


def longest_first(entries: Iterable[GlossaryEntry]) -> list[GlossaryEntry]:
    """Return entries in descending order of their longest English form."""
    return sorted(entries, key=lambda entry: max(map(len, entry.forms), default=0), reverse=True)


Counted = list[tuple[GlossaryEntry, int, list[str]]]
"""Entries, how often each occurs in a Chinese sentence, and its forms in the English."""


@dataclass(frozen=True)
class SentenceMatch:
    """A Chinese sentence and its English with the glossary entries found in them."""

    zh: str
    """The Chinese with all entries masked, so that neither their numbers nor their commas count."""
    en: str
    """The English with the forms of those entries masked."""
    found: Counted
    """Entries of the Chinese whose English forms may translate other words as well."""
    foreign: list[tuple[GlossaryEntry, str]]
    """Terms that the Chinese does not have, with the form that the English has."""
    counted: Counted
    """Entries whose English forms translate nothing else, each with at least one occurrence in either language."""


class GlossaryMatcher:
    """A glossary indexed for matching many sentences."""

    def __init__(self, glossary: Glossary) -> None:
        words: list[Term | Wording] = [*glossary.terms, *glossary.wordings]
        entries = [
            GlossaryEntry((term.zh,), (term.en, *term.also), term.only, term, strength=term.strength)
            for term in glossary.terms
        ]
        entries += [
            GlossaryEntry(w.zh, w.en, w.only, reason=w.reason, instead=w.instead, strength=w.strength)
            for w in glossary.wordings
        ]
        self._terms = [entry for entry in entries if entry.term and not entry.only]
        # "must not" is counted before "must".
        self._only = longest_first(entry for entry in entries if entry.only and entry.forms)
        self._by_word: dict[str, list[tuple[str, GlossaryEntry]]] = defaultdict(list)
        """First word of a form -> (form, entry); forms with any ending are under ""."""
        for entry in entries:
            for form in map(_normalize, entry.forms):
                word = WORD.search(form)
                key = word[0] if word and not form.endswith("*") else ""
                self._by_word[key].append((form.removesuffix("*"), entry))
        self._by_zh = {zh: entry for entry in entries for zh in entry.zh}
        chinese = sorted([*self._by_zh, *(zh for word in words for zh in word.inside)], key=len, reverse=True)
        self._zh = re.compile("|".join(map(re.escape, chinese)) or r"(?!)")

    def find_entries(self, zh: str) -> list[GlossaryEntry]:
        """Return the entries of a Chinese sentence in order, the longest where they overlap."""
        return [self._by_zh[words] for words in self._zh.findall(zh) if words in self._by_zh]

    def strengths(self, zh: str, en: str) -> list[Strength]:
        """Return what words of strength of a Chinese sentence make of one of its English sentences."""
        text = blank_glosses(en)
        return [e.strength for e in self.find_entries(zh) if e.strength and e.pattern.search(text)]

    def qualified(self, firmness: Firmness, zh: str, en: str) -> Strength:
        """Return what words such as "may" make of a statement that is so firm: only what is ordered is qualified."""
        words = self.strengths(zh, en) if firmness in {"does", "improves"} else []
        return next((word for word in words if word not in get_args(Firmness)), firmness)

    def words_of(self, strength: Strength) -> list[tuple[str, str]]:
        """Return the words that express a strength, [(Chinese, English), ...]."""
        entries = dict.fromkeys(entry for entry in self._by_zh.values() if entry.strength == strength)
        return [(entry.zh[0], entry.forms[0]) for entry in entries]

    def match(self, zh: str, en: str) -> SentenceMatch:
        """Find the entries of a Chinese sentence and those of its English, in which glosses are blanked out."""
        times, candidates = Counter(self.find_entries(zh)), self._candidates(en)
        plain = [entry for entry in times if entry.forms and not entry.only]
        found = [(entry, times[entry], entry.pattern.findall(en) if entry in candidates else []) for entry in plain]
        masked_zh = self._zh.sub(lambda match: MASK_ZH if match[0] in self._by_zh else match[0], zh)
        masked_en = en
        for entry in longest_first(entry for entry in plain if entry in candidates):
            masked_en = entry.mask(masked_en)
        counted: Counted = []
        for entry in self._only:
            forms = entry.pattern.findall(masked_en) if entry in candidates else []
            if forms or entry in times:
                counted.append((entry, times[entry], forms))
            masked_en = entry.mask(masked_en) if forms else masked_en
        others = [entry for entry in self._terms if entry in candidates and entry not in times]
        foreign = [(entry, match[0]) for entry in others if (match := entry.pattern.search(masked_en))]
        return SentenceMatch(masked_zh, masked_en, found, foreign, counted)

    def _candidates(self, en: str) -> set[GlossaryEntry]:
        """Return at least all entries with a form in the English, so that few patterns have to be matched."""
        text = _normalize(en)
        words = set(WORD.findall(text))
        keys = {"", *words, *(word.removesuffix("s") for word in words)}
        return {entry for key in keys for form, entry in self._by_word.get(key, ()) if form in text}

    def marks_in_chinese(self, zh: str) -> list["TermMark"]:
        """Return the position of each term in a Chinese sentence."""
        found = ((match, self._by_zh.get(match[0])) for match in self._zh.finditer(zh))
        return [TermMark(*match.span(), entry.term) for match, entry in found if entry and entry.term]

    def marks_in_english(self, zh: str, en: str) -> list["TermMark"]:
        """Return the first position in the English of each term of its Chinese, longest forms first."""
        text = blank_glosses(en)
        marks = []
        for entry in longest_first(dict.fromkeys(self.find_entries(zh))):
            match = entry.term and entry.pattern.search(text)
            # A form that holds a gloss is left alone: the gloss is ours, the term is not.
            if match and entry.term and "[" not in en[slice(*match.span())]:
                marks.append(TermMark(*match.span(), entry.term))
                text = text[: match.start()] + MASK_EN * len(match[0]) + text[match.end() :]
        return sorted(marks)


@lru_cache(maxsize=1)
def matcher_of(glossary: Glossary) -> GlossaryMatcher:
    """Return the matcher of a glossary, which checks and pages share: compiling its patterns takes long."""
    return GlossaryMatcher(glossary)


@dataclass(frozen=True, order=True)
class TermMark:
    """A term in a text, from `start` up to `end`."""

    start: int
    end: int
    term: Term = field(compare=False)


@dataclass(frozen=True)
class Segment:
    """A part of a text: plain text, a gloss of ours, or a term that the glossary explains."""

    text: str
    kind: Literal["text", "gloss", "term"]
    term: Term | None = None


def segments(text: str, marks: Sequence[TermMark] = ()) -> list[Segment]:
    """Return a text as segments: its glosses, the marked terms, and plain text between them."""
    cuts = [(*gloss.span(), Segment(gloss[0], "gloss")) for gloss in GLOSS.finditer(text)]
    cuts += [(mark.start, mark.end, Segment(text[mark.start : mark.end], "term", mark.term)) for mark in marks]
    found, end = [], 0
    for start, stop, segment in sorted(cuts, key=lambda cut: cut[0]):
        found += [Segment(text[end:start], "text"), segment]
        end = stop
    return [segment for segment in (*found, Segment(text[end:], "text")) if segment.text]


@dataclass(frozen=True)
class Statement:
    """One sentence as a page shows it: Chinese of the notice, or one of the English sentences that translate it.

    Its text is in segments; `strengths` say how firm it is, in Chinese each of the statements that a sentence makes.
    """

    segments: list[Segment]
    strengths: list[Strength]


def statements(
    matcher: GlossaryMatcher, sentence: Sentence, lang: Lang, seen: set[str] | None = None
) -> list[Statement]:
    """Return the statements of a sentence in one language, [] where it has not been translated.

    Terms are marked only with `seen`, the ids of those marked before, to which the new ones are added.
    """
    texts = zip(sentence.firmness, sentence.en or (sentence.zh,), strict=False)
    strengths = [matcher.qualified(firmness, sentence.zh, text) for firmness, text in texts]
    found = []
    for at, text in enumerate((sentence.zh,) if lang == "zh" else sentence.en):
        marks: list[TermMark] = []
        if seen is not None:
            every = matcher.marks_in_chinese(text) if lang == "zh" else matcher.marks_in_english(sentence.zh, text)
            first = {mark.term.id: mark for mark in reversed(every)}
            marks = sorted(mark for term, mark in first.items() if term not in seen)
            seen.update(first)
        own = list(dict.fromkeys(strengths)) if lang == "zh" else strengths[at : at + 1]
        found.append(Statement(segments(text, marks), own))
    return found


def split_by_script(text: str) -> list[tuple[bool, str]]:
    """Return (whether it is Chinese, text) for each stretch of an English text that quotes Chinese."""
    parts = re.split(f"({CHINESE_SCRIPT.pattern}+)", text)
    return [(index % 2 == 1, part) for index, part in enumerate(parts) if part]


def _normalize(en: str) -> str:
    """Return English in lower case with single spaces."""
    return " ".join(en.casefold().split())
