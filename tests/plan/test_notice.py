"""This module tests that our plan holds the whole notice, word for word, and that its English is up to date."""

import re
from collections import Counter

import pytest

from conftest import PROJECT
from plansite.source.chinese import fold, notice_text, without_page_numbers
from plansite.source.notice import NoticeFile, check_notice
from plansite.source.schema import Measure, Safeguard
from plansite.validate import LoadedPlan

SOURCE = (PROJECT / "data" / "source" / "notice-2022.txt").read_text("utf-8")


def test_the_text_of_the_plan_equals_the_notice(real: LoadedPlan) -> None:
    assert fold(notice_text(real.plan)) == fold(without_page_numbers(SOURCE))


@pytest.mark.parametrize("lost", ["等", "(", "。", "1"])
def test_a_single_lost_character_is_found_once(real: LoadedPlan, lost: str) -> None:
    [problem] = check_notice(real.plan, NoticeFile("notice.txt", b"", SOURCE.replace(lost, "", 1)))
    assert problem.code == "notice_differs"


def test_the_clauses_name_the_units_that_the_notice_names(real: LoadedPlan) -> None:
    """Counted in the source by a way of its own: each wording between its separators, clause by clause."""
    source = re.sub(r"\s", "", SOURCE)
    clauses = re.findall(r"[(\[](?:责任|牵头)单位:((?:[^()\[\]]|\([^()]*\))*)[)\]]", source)
    names = [name for text in clauses for name in re.split(r"[、,](?![^(]*\))", text)]
    units = {unit.id: unit.name.zh for unit in real.plan.units}
    records: list[Measure | Safeguard] = [*real.plan.measures, *real.plan.safeguards]
    assert len(clauses) == len(records)
    mentions = [mention for record in records for mention in record.responsibility.units]
    ours = [fold(mention.as_written or units[mention.unit]) for mention in mentions]
    assert Counter(ours) == Counter(names)
    assert ours == names


def test_chinese_is_full_width_and_unwrapped(real: LoadedPlan) -> None:
    text = notice_text(real.plan)
    assert not re.search(r"[,:;()\[\]<>]", text)
    assert " — " not in text, "the numbers of its pages"


def test_all_of_it_is_translated_and_confirmed(real: LoadedPlan) -> None:
    assert real.warnings == []


def test_the_readmes_name_the_extent_of_the_notice(real: LoadedPlan) -> None:
    """Of the figures there, those that no edit of our index or glossary changes."""
    plan = real.plan
    sections = sum(len(theme.sections) for theme in plan.themes)
    sentences = sum(len(measure.sentences) for measure in plan.measures)
    themes, measures, safeguards = len(plan.themes), len(plan.measures), len(plan.safeguards)
    english = f"{themes} themes, {sections} sections, {measures} measures with {sentences} sentences, {safeguards} saf"
    chinese = f"{themes}个主题、{sections}个小节、{measures}条措施共{sentences}句、{safeguards}项保障"
    assert english in (PROJECT / "README.md").read_text("utf-8")
    assert chinese in (PROJECT / "README.zh.md").read_text("utf-8")
