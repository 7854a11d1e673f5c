"""This module tests facts derived from a plan: who answers for what, what belongs together."""

from collections.abc import Iterable
from datetime import date
from typing import get_args

import pytest

from plansite.errors import LANGUAGES
from plansite.site.graph import MeasureView, PlanView, TranslationView
from plansite.source.schema import Firmness, Sentence, Strength
from plansite.translation.glossary import statements
from plansite.validate import LoadedPlan


def numbers(measures: Iterable[MeasureView]) -> list[int]:
    return [measure.number for measure in measures]


def test_one_body_is_one_unit_whatever_the_notice_calls_it(small_view: PlanView) -> None:
    def wording(number: int) -> list[str]:
        return [
            mention.wording.zh
            for mention in small_view.measures[number - 1].mentions
            if mention.wording != mention.unit.name
        ]

    assert numbers(small_view.unit_by_id["government-office"].measures) == [1, 2]
    assert wording(1) == ["区政府办"]
    assert wording(2) == []


def test_what_a_unit_does(small_view: PlanView) -> None:
    tax, court = (small_view.unit_by_id[name] for name in ("tax-service", "district-court"))
    assert numbers(tax.measures) == [1, 2]
    assert numbers(tax.led) == [1]
    assert (numbers(tax.alone), numbers(court.alone)) == ([], [3])
    assert [(theme.id, numbers(measures)) for theme, measures in tax.measures_by_theme.items()] == [("market", [1, 2])]
    partner, shared = tax.partners[0]
    assert (partner.id, numbers(shared)) == ("government-office", [1, 2])
    assert [safeguard.numeral for safeguard in tax.safeguards] == ["一"]
    assert court.safeguards == []


def test_neighbors_and_relatives(small_view: PlanView) -> None:
    first, second, last = small_view.measures
    assert (first.previous, first.next, last.next) == (None, second, None)
    related, topics, audiences = first.related[0]
    assert (related.number, [topic.id for topic in topics], len(audiences)) == (2, ["taxation"], 1)


def test_themes_hold_all_measures_once(small_view: PlanView) -> None:
    assert [numbers(theme.measures) for theme in small_view.themes] == [[1, 2], [3]]
    assert [theme.part for theme in small_view.themes] == ["二", "三"]


def test_translation_is_missing_until_every_sentence_has_english(small_view: PlanView) -> None:
    assert [measure.translation.state for measure in small_view.measures] == ["current", "current", "missing"]
    assert small_view.safeguards[0].translation == TranslationView("current", date(2026, 11, 23))


def test_a_term_is_marked_where_it_first_occurs(small_view: PlanView) -> None:
    first = small_view.measures[0].statements["en"][0][0].segments
    assert [(piece.kind, piece.text) for piece in first] == [
        ("text", "The District will clear all "),
        ("term", "access permits"),
        ("text", " "),
        ("gloss", "[those not on the list of 许可]"),
        ("text", "."),
    ]
    assert [piece.text for piece in small_view.measures[2].statements["zh"][0][0].segments] == [
        "完善",
        "破产",
        "制度。",
    ]
    stated = [statement for found in small_view.measures[0].statements["zh"] for statement in found]
    marked = [piece.text for statement in stated for piece in statement.segments if piece.kind == "term"]
    assert marked == ["准入许可"]


def test_each_english_sentence_is_marked_by_how_firm_it_is(small_view: PlanView) -> None:
    chinese, english = (small_view.measures[1].statements[lang][1] for lang in LANGUAGES)
    assert [statement.strengths for statement in chinese] == [["explores", "encourages"]]
    assert [statement.strengths for statement in english] == [["explores"], ["encourages"]]
    assert [small_view.statements(small_view.measures[2].sentences[0], lang) for lang in LANGUAGES][1] == []
    with_words = {"explores": [("探索", "explore")], "encourages": [("鼓励", "encourage")]}
    assert small_view.strengths == {strength: with_words.get(strength, []) for strength in get_args(Strength)}
    assert [measure.firmness for measure in small_view.measures] == [
        {"does": 2},
        {"improves": 1, "explores": 1, "encourages": 1},
        {"improves": 2},
    ]


@pytest.mark.parametrize(
    ("zh", "en", "firmness", "words"),
    [
        ("建立甲，完善乙。", ["Build A.", "Improve B."], ["does", "improves"], ["does", "improves"]),
        ("争取甲，力争乙。", ["Seek A.", "Strive to reach B."], ["improves"] * 2, ["sought"] * 2),
        ("可办甲，不得办乙。", ["A may be done.", "B must not be done."], ["does"] * 2, ["allowed", "required"]),
        ("探索可办甲。", ["Explore how A may be done."], ["explores"], ["explores"]),
        ("试行甲。", ["Do A on a trial basis [you may]."], ["tries"], ["tries"]),
        ("建立甲，设立乙。", ["Build A.", "Set up B."], ["does", "does"], ["does", "does"]),
        ("建立甲。", ["Build A."], [], []),
        ("建立甲。", [], ["does"], ["does"]),
    ],
)
def test_a_mark_is_the_firmness_or_a_word_that_qualifies_what_is_ordered(
    zh: str, en: list[str], firmness: list[Firmness], words: list[Strength], real_view: PlanView
) -> None:
    sentence = Sentence(zh=zh, en=tuple(en), firmness=tuple(firmness))
    [chinese] = real_view.statements(sentence, "zh")
    assert chinese.strengths == list(dict.fromkeys(words))
    english = real_view.statements(sentence, "en")
    assert [statement.strengths for statement in english] == ([[word] for word in words] or [[]])[: len(en)]


def test_a_term_is_marked_once(real_view: PlanView) -> None:
    sentence = Sentence(zh="探索鼓励甲，鼓励乙。", en=("Explore ways to encourage A.", "Encourage B."))
    matcher, seen = real_view.matcher, set[str]()
    found = statements(matcher, sentence, "en", seen)
    terms = [piece.text for statement in found for piece in statement.segments if piece.kind == "term"]
    assert terms == ["Explore", "encourage"]
    assert seen == {"explore", "encourage"}


def test_a_term_in_letters_with_accents_or_in_none_has_its_place_in_the_dictionary(small: LoadedPlan) -> None:
    plan, names = PlanView(small), {"破产": "Éclair", "准入许可": "—"}
    for term in plan.terms:
        term.en = names[term.zh]
    assert [initial for initial, _ in plan.terms_by_initial("en")] == ["", "E"]


def test_the_glossary_knows_the_measures_and_the_order_of_a_dictionary(
    small_view: PlanView, real_view: PlanView
) -> None:
    assert {term.zh: numbers(term.measures) for term in small_view.terms} == {"准入许可": [1], "破产": [3]}
    by_initial = small_view.terms_by_initial("zh")
    assert [(initial, [term.zh for term in terms]) for initial, terms in by_initial] == [
        ("P", ["破产"]),
        ("Z", ["准入许可"]),
    ]
    initials = {lang: real_view.terms_by_initial(lang) for lang in LANGUAGES}
    for lang in LANGUAGES:
        assert sum(len(group) for _, group in initials[lang]) == len(real_view.terms)
        letters = [initial for initial, _ in initials[lang]]
        assert letters == sorted(set(letters))
