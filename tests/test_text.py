"""The plan holds the whole notice, word for word."""

import re
from collections import Counter
from datetime import date

import pytest

from conftest import PROJECT
from plansite.load import Loaded
from plansite.model import Measure, Safeguard
from plansite.text import chinese_date, clause, folded, notice_text, numeral

SOURCE = (PROJECT / "data" / "source" / "notice-2022.txt").read_text("utf-8")


def test_the_text_of_the_plan_equals_the_notice(real: Loaded) -> None:
    assert folded(notice_text(real.plan)) == folded(SOURCE)


@pytest.mark.parametrize("lost", ["等", "（", "。", "1"])
def test_a_single_lost_character_is_noticed(real: Loaded, lost: str) -> None:
    assert folded(notice_text(real.plan).replace(lost, "", 1)) != folded(SOURCE)


def test_every_unit_clause_is_there(real: Loaded) -> None:
    plan = real.plan
    assert [measure.number for measure in plan.measures] == list(range(1, 59))
    assert len([section for theme in plan.themes for section in theme.sections]) == 19
    assert (len(plan.themes), len(plan.safeguards), len(plan.units)) == (4, 3, 47)
    assert sum(len(measure.responsibility.units) for measure in plan.measures) == 197
    assert [len(safeguard.responsibility.units) for safeguard in plan.safeguards] == [2, 3, 1]
    leads = [measure.number for measure in plan.measures if measure.responsibility.role == "lead"]
    assert leads == [10, 11, 12, 13]


def test_the_clauses_name_what_the_notice_names(real: Loaded) -> None:
    """Counted in the source by a way of its own: each wording between its separators, clause by clause."""
    source = re.sub(r"\s", "", SOURCE)
    clauses = re.findall(r"[(\[](?:责任|牵头)单位:((?:[^()\[\]]|\([^()]*\))*)[)\]]", source)
    assert len(clauses) == 61
    names = [name for text in clauses for name in re.split(r"[、,](?![^(]*\))", text)]
    units = {unit.id: unit.name.zh for unit in real.plan.units}
    records: list[Measure | Safeguard] = [*real.plan.measures, *real.plan.safeguards]
    mentions = [mention for record in records for mention in record.responsibility.units]
    ours = [folded(mention.as_written or units[mention.unit]) for mention in mentions]
    assert Counter(ours) == Counter(names)
    assert ours == names
    assert len(set(names)) == 52


def test_chinese_is_full_width_and_unwrapped(real: Loaded) -> None:
    text = notice_text(real.plan)
    assert not re.search(r"[,:;()\[\]<>]", text)
    assert " — 4 — " not in text
    assert "0.5个工作日" in text


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *((1, "一"), (10, "十"), (11, "十一"), (19, "十九"), (20, "二十"), (21, "二十一"), (100, "一百")),
        *((101, "一百零一"), (110, "一百一十"), (1001, "一千零一"), (2020, "二千零二十"), (9999, "九千九百九十九")),
    ],
)
def test_numerals(number: int, expected: str) -> None:
    assert numeral(number) == expected


def test_dates() -> None:
    assert chinese_date(date(2022, 5, 1)) == "2022年5月1日"


def test_clauses_in_their_regular_form() -> None:
    assert clause("lead", [("区法院", False)]) == "（牵头单位：区法院）"
    wordings = [("区法院", False), ("区税务局", False), ("各镇（街道、区）", True)]
    assert clause("responsible", wordings) == "［责任单位：区法院、区税务局，各镇（街道、区）］"


def test_the_figures_in_the_readmes_are_true(real: Loaded) -> None:
    plan = real.plan
    sections = sum(len(theme.sections) for theme in plan.themes)
    sentences = sum(len(measure.sentences) for measure in plan.measures)
    named = sum(len(measure.responsibility.units) for measure in plan.measures)
    all_named = named + sum(len(safeguard.responsibility.units) for safeguard in plan.safeguards)
    measures, units, topics = len(plan.measures), len(plan.units), len(plan.topics)
    pages = 2 * (14 + measures + units + topics + len(plan.themes))
    targets = sum(len(sentence.targets) for measure in plan.measures for sentence in measure.sentences)
    assert (
        f"{len(plan.themes)} themes, {sections} sections, {measures} measures with {sentences} sentences, "
        f"{len(plan.safeguards)} safeguards, {units} units named {all_named} times ({named} in the measures); "
        f"{topics} topics; {targets} figures; {len(real.glossary.terms)} glossary terms; "
        f"{pages} pages in 2 languages."
    ) in (PROJECT / "README.md").read_text("utf-8")
    assert (
        f"{len(plan.themes)}个主题、{sections}个小节、{measures}条措施共{sentences}句、{len(plan.safeguards)}项保障、"
        f"{units}个单位共点名{all_named}次（措施中{named}次）；{topics}个办事主题；{targets}处数字；{len(real.glossary.terms)}个术语；2种语言共{pages}页。"
    ) in (PROJECT / "README.zh.md").read_text("utf-8")
