"""Finds the agreed terms of a Chinese sentence and their forms in its English."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from plansite.source.schema import CHINESE_SCRIPT, GLOSS, Glossary, Term, Wording

WORD_START = re.compile(r"(?<!\w)\S")
MASK_ZH, MASK_EN = "某", "x"
"""What masked words are written over with: neither a number nor a mark nor a conjunction."""


def blank_glosses(en: str) -> str:
    """Return English with its glosses blanked out, every other character in its place."""
    return GLOSS.sub(lambda gloss: " " * len(gloss[0]), en)


def strip_glosses(en: str) -> str:
    """Return English without its glosses, for places where they cannot be marked as ours."""
    return re.sub(rf" ?{GLOSS.pattern}", "", en)


@dataclass(frozen=True, eq=False)
class GlossaryEntry:
    """Chinese words and their agreed English: a term, where it has an explanation, or mere wording."""

    zh: tuple[str, ...]
    forms: tuple[str, ...]
    only: bool = True
    term: Term | None = None

    def length(self) -> int:
        """Return the length of the longest form: longer forms are looked for first."""
        return max(map(len, self.forms), default=0)

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """Any of the English forms, the longest first."""
        return _any_form(self.forms)


Counted = list[tuple[GlossaryEntry, int, list[str]]]
"""Entries, how often each occurs in a Chinese sentence, and its forms in the English."""


@dataclass(frozen=True)
class SentenceMatch:
    """A sentence in both languages, with what has been agreed on."""

    zh: str
    """The Chinese with the terms masked, so that neither their numbers nor their commas count."""
    en: str
    """The English with the agreed forms of those terms masked."""
    found: Counted
    """Terms of the Chinese, except those below."""
    foreign: list[tuple[GlossaryEntry, str]]
    """Terms that the Chinese does not have, with the form that stands in the English."""
    counted: Counted
    """Entries whose English stands for them alone, found or not."""


class GlossaryMatcher:
    """A glossary prepared for looking through many sentences."""

    def __init__(self, glossary: Glossary) -> None:
        words: list[Term | Wording] = [*glossary.terms, *glossary.wordings]
        entries = [GlossaryEntry((term.zh,), (term.en, *term.also), term.only, term) for term in glossary.terms]
        entries += [GlossaryEntry(wording.zh, wording.en, wording.only) for wording in glossary.wordings]
        self._terms = [entry for entry in entries if entry.term and not entry.only]
        self._beginning: dict[str, list[tuple[str, GlossaryEntry]]] = defaultdict(list)
        """By their first two letters, (form, entry): what is not there is ruled out without an expression."""
        for entry in entries:
            for form in (_plain(form.removesuffix("*")) for form in entry.forms):
                self._beginning[form[:2]].append((form, entry))
        # The longest first, so that "must not" is counted before "must".
        self._only = sorted(
            (entry for entry in entries if entry.only and entry.forms), key=GlossaryEntry.length, reverse=True
        )
        self._by_zh = {zh: entry for entry in entries for zh in entry.zh}
        self._zh = _any_of([*self._by_zh, *(longer for word in words for longer in word.inside)])

    def find_entries(self, zh: str) -> list[GlossaryEntry]:
        """Return the entries of a Chinese sentence in order, longest first where they overlap."""
        return [self._by_zh[match[0]] for match in self._zh.finditer(zh) if match[0] in self._by_zh]

    def read(self, zh: str, en: str) -> SentenceMatch:
        """Compare a Chinese sentence with its English, of which glosses have been blanked out."""
        times, seen = Counter(self.find_entries(zh)), self._maybe_in(en)
        plain = [entry for entry in times if entry.forms and not entry.only]
        found = [(entry, times[entry], entry.expression.findall(en) if entry in seen else []) for entry in plain]
        masked_zh = self._zh.sub(lambda match: MASK_ZH if match[0] in self._by_zh else match[0], zh)
        masked_en = en
        for entry in sorted((entry for entry in plain if entry in seen), key=GlossaryEntry.length, reverse=True):
            masked_en = _mask(entry.expression, masked_en)
        counted: Counted = []
        for entry in self._only:
            forms = entry.expression.findall(masked_en) if entry in seen else []
            counted.append((entry, times[entry], forms))
            masked_en = _mask(entry.expression, masked_en) if forms else masked_en
        others = [entry for entry in self._terms if entry in seen and entry not in times]
        foreign = [(entry, match[0]) for entry in others if (match := entry.expression.search(masked_en))]
        return SentenceMatch(masked_zh, masked_en, found, foreign, counted)

    def _maybe_in(self, en: str) -> set[GlossaryEntry]:
        """Return the entries of which a form begins like words of the English: all that stand there, and few others."""
        text = _plain(en)
        return {
            entry
            for start in WORD_START.finditer(text)
            for size in (1, 2)
            for form, entry in self._beginning.get(text[start.start() : start.start() + size], ())
            if text.startswith(form, start.start())
        }

    def marks_in_chinese(self, zh: str) -> list["TermMark"]:
        """Return where each term of a Chinese sentence stands."""
        found = ((match, self._by_zh.get(match[0])) for match in self._zh.finditer(zh))
        return [TermMark(*match.span(), entry.term) for match, entry in found if entry and entry.term]

    def marks_in_english(self, zh: str, en: str) -> list["TermMark"]:
        """Return where each term of a Chinese sentence first stands in its English, longest forms first."""
        text = blank_glosses(en)
        marks = []
        terms = {entry: entry.term for entry in self.find_entries(zh) if entry.term}
        for entry, term in sorted(terms.items(), key=lambda item: item[0].length(), reverse=True):
            match = entry.expression.search(text)
            # A form that holds a gloss is left alone: the gloss is ours, the term is not.
            if match and "[" not in en[slice(*match.span())]:
                marks.append(TermMark(*match.span(), term))
                text = text[: match.start()] + MASK_EN * len(match[0]) + text[match.end() :]
        return sorted(marks)


@dataclass(frozen=True, order=True)
class TermMark:
    """A term in a text, from `start` up to `end`."""

    start: int
    end: int
    term: Term = field(compare=False)


@dataclass(frozen=True)
class Segment:
    """A stretch of a text: plain, a gloss of ours, or a term that is to be explained."""

    text: str
    kind: Literal["text", "gloss", "term"]
    term: Term | None = None


def segments(text: str, marks: Sequence[TermMark] = ()) -> list[Segment]:
    """Return a text in pieces: its glosses, and the terms that marks show."""
    cuts = [(*gloss.span(), Segment(gloss[0], "gloss")) for gloss in GLOSS.finditer(text)]
    cuts += [(mark.start, mark.end, Segment(text[mark.start : mark.end], "term", mark.term)) for mark in marks]
    found, end = [], 0
    for start, stop, piece in sorted(cuts, key=lambda cut: cut[0]):
        found += [Segment(text[end:start], "text"), piece]
        end = stop
    return [piece for piece in (*found, Segment(text[end:], "text")) if piece.text]


def split_by_script(text: str) -> list[tuple[bool, str]]:
    """Return (whether it is Chinese, text) for each stretch of an English text that quotes Chinese."""
    parts = re.split(f"({CHINESE_SCRIPT.pattern}+)", text)
    return [(index % 2 == 1, part) for index, part in enumerate(parts) if part]


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))) or r"(?!)")


MAY = r"(?<!\bin may)(?<!\bof may)(?<!\bby may)(?<!\bsince may)(?<!\buntil may)(?! [0-9])"
"""What tells the word may from the month."""


def _any_form(forms: Sequence[str]) -> re.Pattern[str]:
    """Return an expression for English forms as whole words in any case, a plural s allowed; * is any ending."""
    # A gloss may stand within a form; blanked out, it leaves several spaces.
    escaped = [r"\s+".join(map(re.escape, form.removesuffix("*").split())) for form in forms]
    ends = [r"\w*" if form.endswith("*") else MAY if form == "may" else "s?" for form in forms]
    escaped = [word + end for word, end in zip(escaped, ends, strict=True)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(escaped, key=len, reverse=True))})(?!\w)", re.IGNORECASE)


def _plain(en: str) -> str:
    """Return English in lower case with single spaces."""
    return " ".join(en.casefold().split())


def _mask(expression: re.Pattern[str], en: str) -> str:
    return expression.sub(lambda match: MASK_EN * len(match[0]), en)
