"""This module writes Chinese as the notice does: numerals, dates, clauses, its whole text; and reads it in pinyin."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache

from plansite.source.schema import Measure, Plan, Safeguard, Sentence, Text
from plansite.source.yaml_reader import YamlPath

NUMERALS = "零一二三四五六七八九"
ROLES = {"responsible": "责任单位", "lead": "牵头单位"}
SHORT = 8
"""Characters up to which a heading never needs a second line."""
OPENING, CLOSING = "（《“‘〈［", "）》”’〉］，。、；：？！"
PAGE_NUMBER = re.compile(r"(?<![\d—–-])(?:([—–])\s*\d{1,4}\s*\1|-[^\S\n]+\d{1,4}[^\S\n]+-)(?![\d—–-])")
"""A page number between two dashes, as printed notices and their text versions have it: — 4 —."""


def chinese_numeral(number: int) -> str:
    """Return a number from 1 to 9999 in the numerals of Chinese headings: 一, 十, 十九, 二十一, 一百零一."""
    digits = zip(f"{number:04}", ("千", "百", "十", ""), strict=True)
    text = "".join(NUMERALS[int(digit)] + (unit if digit != "0" else "") for digit, unit in digits)
    return re.sub("^一十", "十", re.sub("零+", "零", text).strip("零"))


def chinese_date(day: date) -> str:
    """Return a date in Chinese: 2022年5月11日."""
    return f"{day.year}年{day.month}月{day.day}日"


def responsibility_clause(role: str, wordings: Sequence[tuple[str, bool]]) -> str:
    """Return a responsibility clause in its regular form.

    `wordings` are (name, joint) in order: names are joined by 、 and joint clauses set off by ，. The brackets are
    round, or square where a name has brackets of its own (GB/T 15834-2011, 4.9).
    """
    return "".join(clause_parts(role, wordings))


def clause_parts(role: str, wordings: Sequence[tuple[str, bool]]) -> Iterator[str]:
    """Yield the opening of a clause, each name with the mark before it, and the closing."""
    opening, closing = "［］" if any("（" in name for name, _ in wordings) else "（）"
    yield f"{opening}{ROLES.get(role, role)}："
    for at, (name, joint) in enumerate(wordings):
        yield f"{('，' if joint else '、') if at else ''}{name}"
    yield closing


def notice_parts(plan: Plan) -> Iterator[tuple[YamlPath, str]]:
    """Yield (path of a value in the plan, its text in the notice) in the order of the notice.

    The number of a heading, the marks of a clause and the end of a paragraph belong to the value beside them.
    """
    notice, units = plan.notice, {unit.id: unit for unit in plan.units}
    yield ("notice", "announcement", "zh"), f"{notice.announcement.zh}\n"
    yield ("notice", "addressees", "zh"), f"{notice.addressees.zh}\n"
    yield ("notice", "approval", "zh"), f"{notice.approval.zh}\n"
    yield from _joined(("notice", "issuers"), notice.issuers, between=" ", end="\n")
    yield ("notice", "date"), f"{chinese_date(notice.date)}\n"
    yield ("notice", "title", "zh"), f"{notice.title.zh}\n"
    yield from _joined(("notice", "preamble"), notice.preamble, end="\n")
    yield ("notice", "general_requirements", "title", "zh"), f"一、{notice.general_requirements.title.zh}\n"
    yield from _joined(("notice", "general_requirements", "sentences"), notice.general_requirements.sentences, end="\n")

    def record(path: YamlPath, number: str, item: Measure | Safeguard) -> Iterator[tuple[YamlPath, str]]:
        yield (*path, "title", "zh"), f"{number}{item.title.zh}。"
        yield from _joined((*path, "sentences"), item.sentences)
        clause, clause_path = item.responsibility, (*path, "responsibility")
        if clause.printed:
            yield (*clause_path, "printed"), f"{clause.printed}\n"
            return
        wordings = [(m.as_written or units[m.unit].name.zh, units[m.unit].joint) for m in clause.units]
        opening, *names, closing = clause_parts(clause.role, wordings)
        yield clause_path, opening
        yield from (((*clause_path, "units", at), name) for at, name in enumerate(names))
        yield clause_path, f"{closing}\n"

    measures: dict[int, list[tuple[int, Measure]]] = {}
    for index, measure in enumerate(plan.measures):
        measures.setdefault(measure.section, []).append((index, measure))
    for part, theme in enumerate(plan.themes):
        yield ("themes", part, "title", "zh"), f"{chinese_numeral(part + 2)}、{theme.title.zh}\n"
        for at, section in enumerate(theme.sections):
            heading = f"（{chinese_numeral(section.number)}）{section.title.zh}\n"
            yield ("themes", part, "sections", at, "title", "zh"), heading
            for index, measure in measures.get(section.number, ()):
                yield from record(("measures", index), f"{measure.number}.", measure)
    if plan.safeguards:
        heading = f"{chinese_numeral(len(plan.themes) + 2)}、{notice.safeguards_title.zh}\n"
        yield ("notice", "safeguards_title", "zh"), heading
    for at, safeguard in enumerate(plan.safeguards):
        yield from record(("safeguards", at), f"（{chinese_numeral(at + 1)}）", safeguard)
    yield ("notice", "imprint", "office", "zh"), f"{notice.imprint.office.zh}\n"
    yield ("notice", "imprint", "date"), f"{chinese_date(notice.imprint.date)}印发\n"


def _joined(
    path: YamlPath, texts: Sequence[Text | Sentence], between: str = "", end: str = ""
) -> Iterator[tuple[YamlPath, str]]:
    for at, text in enumerate(texts):
        yield (*path, at, "zh"), (between if at else "") + text.zh + (end if at == len(texts) - 1 else "")


def notice_text(plan: Plan) -> str:
    """Return the whole notice, a paragraph a line, with full-width punctuation."""
    return "".join(text for _, text in notice_parts(plan))


def without_page_numbers(text: str) -> str:
    """Return the text of a printed notice with spaces in place of its page numbers, so that all positions stay."""
    return PAGE_NUMBER.sub(lambda number: re.sub(r"\S", " ", number[0]), text)


class _Folding(dict[int, str]):
    """{code point: its character without width, or nothing for white space}, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).translate(str.maketrans("〈〉", "<>"))
        self[code] = re.sub(r"\s", "", folded)
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return text without what layout adds: width and white space."""
    return text.translate(_FOLDING)


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """Return folded text, and for each of its characters the position in the text."""
    return fold(text), [at for at, character in enumerate(text) for _ in _FOLDING[ord(character)]]


def unbroken_parts(text: str) -> list[str]:
    """Return a heading in the parts between which a line may break: words, each with the marks beside it.

    A short text, such as a name, is one part; and no part is a single character.
    """
    # Loading its dictionary takes half a second, which no command but a build has use for.
    import rjieba  # noqa: PLC0415 - slow to load

    if len(text) <= SHORT or text.isascii():
        return [text]
    parts = [""]
    for word in rjieba.cut(text):
        opens = len(parts[-1]) > 1 and parts[-1][-1] not in OPENING and len(word) > 1 and word[0] not in CLOSING
        parts[len(parts) - 1 + opens :] = [word if opens else parts[-1] + word]
    return parts


def pinyin_readings(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return the pinyin of texts without tones: {"税务局": ["shui", "wu", "ju"]}."""
    # Loading its dictionaries takes as long as reading the plan, and English pages need none of them.
    from pypinyin import lazy_pinyin, load_phrases_dict  # noqa: PLC0415 - slow to load
    from pypinyin.contrib.mmseg import seg  # noqa: PLC0415 - slow to load

    # pypinyin lacks this word: 长 alone is zhang.
    load_phrases_dict({"长三角": [["cháng"], ["sān"], ["jiǎo"]]})
    read_word = cache(lambda word: lazy_pinyin([word]))
    return {text: [sound for word in seg.cut(text) for sound in read_word(word)] for text in texts}
