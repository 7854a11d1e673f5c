"""The notice as running Chinese text, in the order in which it was issued."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache

from plansite.source.schema import Measure, Plan, Safeguard, Sentence, Text

Steps = tuple[int | str, ...]
NUMERALS = "零一二三四五六七八九"
ROLES = {"responsible": "责任单位", "lead": "牵头单位"}
PAGE_NUMBER = re.compile(r"(?<![\d—–-])(?:([—–])\s*\d{1,4}\s*\1|-[^\S\n]+\d{1,4}[^\S\n]+-)(?![\d—–-])")
"""A page number as printed notices have it between two dashes, and as their text versions carry it along: — 4 —."""


def chinese_numeral(number: int) -> str:
    """Return a number from 1 to 9999 in Chinese numerals, as headings count: 一, 十, 十九, 二十一, 一百零一."""
    digits = zip(f"{number:04}", ("千", "百", "十", ""), strict=True)
    text = "".join(NUMERALS[int(digit)] + (place if digit != "0" else "") for digit, place in digits)
    return re.sub("^一十", "十", re.sub("零+", "零", text).strip("零"))


def chinese_date(day: date) -> str:
    """Return a date as Chinese prints it: 2022年5月11日."""
    return f"{day.year}年{day.month}月{day.day}日"


def responsibility_clause(role: str, wordings: Sequence[tuple[str, bool]]) -> str:
    """Return a responsibility clause in its regular form.

    `wordings` are (name, joint) in order: names are joined by 、 and joint clauses set off by ，. The clause stands in
    round brackets, or in square ones where a name has brackets of its own (GB/T 15834-2011, 4.9).
    """
    return "".join(clause_parts(role, wordings))


def clause_parts(role: str, wordings: Sequence[tuple[str, bool]]) -> Iterator[str]:
    """Yield the opening of a clause, each name with the mark before it, and the closing."""
    opening, closing = "［］" if any("（" in name for name, _ in wordings) else "（）"
    yield f"{opening}{ROLES.get(role, role)}："
    for at, (name, joint) in enumerate(wordings):
        yield f"{('，' if joint else '、') if at else ''}{name}"
    yield closing


def notice_parts(plan: Plan) -> Iterator[tuple[Steps, str]]:
    """Yield (path of a value in the plan, what the notice has for it) in the order of the notice.

    A heading's number, the marks of a clause and the end of a paragraph belong to the value beside them; a unit that
    is named stands at its place in the clause.
    """
    units = {unit.id: unit for unit in plan.units}

    def listed(steps: Steps, texts: Sequence[Text | Sentence], end: str = "") -> Iterator[tuple[Steps, str]]:
        last = len(texts) - 1
        return (((*steps, at, "zh"), text.zh + (end if at == last else "")) for at, text in enumerate(texts))

    def record(steps: Steps, number: str, item: Measure | Safeguard) -> Iterator[tuple[Steps, str]]:
        yield (*steps, "title", "zh"), f"{number}{item.title.zh}。"
        yield from listed((*steps, "sentences"), item.sentences)
        answering, place = item.responsibility, (*steps, "responsibility")
        if answering.printed:
            yield (*place, "printed"), f"{answering.printed}\n"
            return
        wordings = [(m.as_written or units[m.unit].name.zh, units[m.unit].joint) for m in answering.units]
        opening, *names, closing = clause_parts(answering.role, wordings)
        yield place, opening
        yield from (((*place, "units", at), name) for at, name in enumerate(names))
        yield place, f"{closing}\n"

    measures = _measures_by_section(plan)
    notice = plan.notice
    yield ("notice", "announcement", "zh"), f"{notice.announcement.zh}\n"
    yield ("notice", "addressees", "zh"), f"{notice.addressees.zh}\n"
    yield ("notice", "approval", "zh"), f"{notice.approval.zh}\n"
    for at, issuer in enumerate(notice.issuers):
        yield ("notice", "issuers", at, "zh"), f"{' ' if at else ''}{issuer.zh}"
    yield ("notice", "date"), f"\n{chinese_date(notice.date)}\n"
    yield ("notice", "title", "zh"), f"{notice.title.zh}\n"
    yield from listed(("notice", "preamble"), notice.preamble, "\n")
    yield ("notice", "general_requirements", "title", "zh"), f"一、{notice.general_requirements.title.zh}\n"
    yield from listed(("notice", "general_requirements", "sentences"), notice.general_requirements.sentences, "\n")
    for part, theme in enumerate(plan.themes):
        yield ("themes", part, "title", "zh"), f"{chinese_numeral(part + 2)}、{theme.title.zh}\n"
        for number, section in enumerate(theme.sections):
            place = ("themes", part, "sections", number, "title", "zh")
            yield place, f"（{chinese_numeral(section.number)}）{section.title.zh}\n"
            for at, measure in measures[section.number]:
                yield from record(("measures", at), f"{measure.number}.", measure)
    if plan.safeguards:
        yield (
            ("notice", "safeguards_title", "zh"),
            f"{chinese_numeral(len(plan.themes) + 2)}、{notice.safeguards_title.zh}\n",
        )
    for at, safeguard in enumerate(plan.safeguards):
        yield from record(("safeguards", at), f"（{chinese_numeral(at + 1)}）", safeguard)
    yield ("notice", "imprint", "office", "zh"), f"{notice.imprint.office.zh}\n"
    yield ("notice", "imprint", "date"), f"{chinese_date(notice.imprint.date)}印发\n"


def _measures_by_section(plan: Plan) -> dict[int, list[tuple[int, Measure]]]:
    """Return {section number: [(place in the plan, measure), ...]}."""
    measures: dict[int, list[tuple[int, Measure]]] = defaultdict(list)
    for at, measure in enumerate(plan.measures):
        measures[measure.section].append((at, measure))
    return measures


def notice_text(plan: Plan) -> str:
    """Return the whole notice, a paragraph a line, with full-width punctuation."""
    return "".join(text for _, text in notice_parts(plan))


def without_page_numbers(text: str) -> str:
    """Return the text of a printed notice with blanks for its page numbers, so that all else keeps its place."""
    return PAGE_NUMBER.sub(lambda number: re.sub(r"\S", " ", number[0]), text)


class _Folding(dict[int, str]):
    """What each character is folded to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).translate(str.maketrans("〈〉", "<>"))
        self[code] = re.sub(r"\s", "", folded)
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return text without what layout adds: width and white space."""
    return text.translate(_FOLDING)


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """Return folded text, and for each of its characters its place in the text."""
    return fold(text), [at for at, character in enumerate(text) for _ in _FOLDING[ord(character)]]


def pinyin_readings(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return the pinyin of texts without tones: {"税务局": ["shui", "wu", "ju"]}."""
    # Loading its dictionaries takes as long as reading the plan, and English pages need none of them.
    from pypinyin import lazy_pinyin, load_phrases_dict  # noqa: PLC0415
    from pypinyin.contrib.mmseg import seg  # noqa: PLC0415

    # pypinyin lacks this word: 长 alone is zhang.
    load_phrases_dict({"长三角": [["cháng"], ["sān"], ["jiǎo"]]})
    read_word = cache(lambda word: lazy_pinyin([word]))
    return {text: [sound for word in seg.cut(text) for sound in read_word(word)] for text in texts}
