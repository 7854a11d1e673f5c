"""The notice as running Chinese text, in the order in which it was issued."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from plansite.model import Plan, Responsibility, Sentence

NUMERALS = "零一二三四五六七八九"
ROLES = {"responsible": "责任单位", "lead": "牵头单位"}
PAGE_NUMBER = "—4—"
"""A page number of the printed notice that its text version carries along inside measure 7."""


def numeral(number: int) -> str:
    """Return a number from 1 to 9999 in Chinese numerals, as headings count: 一, 十, 十九, 二十一, 一百零一."""
    digits = zip(f"{number:04}", ("千", "百", "十", ""), strict=True)
    text = "".join(NUMERALS[int(digit)] + (place if digit != "0" else "") for digit, place in digits)
    return re.sub("^一十", "十", re.sub("零+", "零", text).strip("零"))


def chinese_date(day: date) -> str:
    """Return a date as Chinese prints it: 2022年5月11日."""
    return f"{day.year}年{day.month}月{day.day}日"


def clause(role: str, wordings: Sequence[tuple[str, bool]]) -> str:
    """Return a responsibility clause in its regular form.

    `wordings` are (name, joint) in order: names are joined by 、 and joint clauses set off by ，. The clause stands in
    round brackets, or in square ones where a name has brackets of its own (GB/T 15834-2011, 4.9).
    """
    names = "".join(f"{'，' if joint else '、'}{name}" for name, joint in wordings)[1:]
    opening, closing = "［］" if "（" in names else "（）"
    return f"{opening}{ROLES.get(role, role)}：{names}{closing}"


def notice_text(plan: Plan) -> str:
    """Return the whole notice, a paragraph a line, with full-width punctuation."""
    units = {unit.id: unit for unit in plan.units}

    def responsible(responsibility: Responsibility) -> str:
        mentions = responsibility.units
        wordings = [(m.as_written or units[m.unit].name.zh, units[m.unit].joint) for m in mentions]
        return responsibility.printed or clause(responsibility.role, wordings)

    def body(sentences: Iterable[Sentence]) -> str:
        return "".join(sentence.zh for sentence in sentences)

    notice = plan.notice
    lines = [
        notice.announcement.zh,
        notice.addressees.zh,
        notice.approval.zh,
        " ".join(issuer.zh for issuer in notice.issuers),
        chinese_date(notice.date),
        notice.title.zh,
        body(notice.preamble),
        f"一、{notice.general_requirements.title.zh}",
        body(notice.general_requirements.sentences),
    ]
    for part, theme in enumerate(plan.themes, start=2):
        lines.append(f"{numeral(part)}、{theme.title.zh}")
        for section in theme.sections:
            lines.append(f"（{numeral(section.number)}）{section.title.zh}")
            lines += [
                f"{measure.number}.{measure.title.zh}。{body(measure.sentences)}{responsible(measure.responsibility)}"
                for measure in plan.measures
                if measure.section == section.number
            ]
    lines.append(f"{numeral(len(plan.themes) + 2)}、{notice.safeguards_title.zh}")
    lines += [
        f"（{numeral(number)}）{item.title.zh}。{body(item.sentences)}{responsible(item.responsibility)}"
        for number, item in enumerate(plan.safeguards, start=1)
    ]
    lines += [notice.imprint.office.zh, f"{chinese_date(notice.imprint.date)}印发"]
    return "\n".join(lines) + "\n"


def folded(text: str) -> str:
    """Return text without what layout adds: width and white space folded, the stray page number left out."""
    text = unicodedata.normalize("NFKC", text).translate(str.maketrans("〈〉", "<>"))
    return re.sub(r"\s", "", text).replace(PAGE_NUMBER, "")
