"""This module tests our index to the notice: its topics, and what is quoted to foreign enterprises."""

import re

from conftest import PROJECT
from plansite.editor import ADDRESS_LIST, read_addresses
from plansite.validate import LoadedPlan

B_READY = [
    "business-entry", "business-location", "utility-services", "labor", "financial-services", "international-trade",
    "taxation", "dispute-resolution", "market-competition", "business-insolvency",
]  # fmt: skip
"""The topics of the World Bank's Business Ready report, in its order."""
FOREIGN = re.compile("外商|外资|港澳|外籍|外国人|海外|境内外|日本|中日|跨国|外贸|对外贸易|跨境|国内外|国际人才|注销")


def test_the_first_topics_are_those_of_b_ready(real: LoadedPlan) -> None:
    assert [topic.id for topic in real.plan.topics][: len(B_READY)] == B_READY


def test_what_is_said_in_short_is_short(real: LoadedPlan) -> None:
    for topic in real.plan.topics:
        assert 2 <= len(topic.parts) <= 5, topic.id
        texts = {part.id: part.short for part in topic.parts} | {"answer": topic.answer}
        assert {name: text.zh for name, text in texts.items() if len(text.zh) >= 60 or text.zh.count("。") != 1} == {}
        assert {name: text.en for name, text in texts.items() if re.search(r"\bwill\b|\. [A-Z]", text.en)} == {}


def test_the_page_for_foreign_enterprises_quotes_sentences_that_name_them(real: LoadedPlan) -> None:
    measures = real.plan.measures
    excerpts = [excerpt for stage in real.plan.invest.stages for excerpt in stage.measures]
    quoted = [
        measures[excerpt.measure - 1].sentences[number - 1].zh for excerpt in excerpts for number in excerpt.sentences
    ]
    assert [sentence for sentence in quoted if not FOREIGN.search(sentence)] == []


def test_every_measure_and_unit_has_a_published_address(real: LoadedPlan) -> None:
    published = set(read_addresses(PROJECT / "data" / ADDRESS_LIST))
    assert {f"measures/{measure.number}" for measure in real.plan.measures} <= published
    assert {f"units/{unit.id}" for unit in real.plan.units} <= published
