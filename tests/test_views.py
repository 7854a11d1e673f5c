"""Facts derived from the plan: who answers for what, what belongs together."""

from datetime import date
from typing import Any

from plansite.errors import LANGUAGES
from plansite.site.graph import PlanView, TranslationView


def numbers(measures: object) -> list[int]:
    return [measure.number for measure in measures]  # type: ignore[attr-defined]


def test_one_body_is_one_unit(real_view: PlanView) -> None:
    units = real_view.unit_by_id
    assert numbers(units["organization-department"].measures) == [53, 55, 56, 57]
    assert numbers(units["government-office"].measures) == [15, 17, 18, 25, 35, 36, 52]
    assert numbers(units["publicity-department"].measures) == [18, 52]
    assert numbers(units["market-regulation-administration"].measures) == [
        1,
        19,
        20,
        30,
        33,
        36,
        38,
        40,
        42,
        43,
        44,
        48,
        58,
    ]


def test_the_wording_of_the_notice_is_kept(real_view: PlanView) -> None:
    def wording(number: int) -> list[str]:
        mentions = real_view.measures[number - 1].mentions
        return [mention.wording.zh for mention in mentions if mention.wording != mention.unit.name]

    assert wording(36) == ["区市场监督局"]
    assert wording(46) == ["区相关部门按职责分工负责"]
    assert wording(51) == ["区统战部（工商联）"]
    assert wording(52) == ["区政府办"]
    assert wording(55) == ["区委组织部（人才办）"]


def test_what_a_unit_does(real_view: PlanView) -> None:
    tax = real_view.unit_by_id["tax-service"]
    assert numbers(tax.measures) == [19, 27, 30, 31, 32, 33, 34]
    assert numbers(tax.alone) == [31, 32, 34]
    assert [(theme.id, numbers(measures)) for theme, measures in tax.measures_by_theme.items()] == [
        ("services", [19, 27, 30, 31, 32, 33, 34])
    ]
    partner, shared = tax.partners[0]
    assert (partner.id, shared) == ("market-regulation-administration", 3)
    assert numbers(real_view.unit_by_id["science-technology-bureau"].led) == [11, 13]


def test_safeguards_count_beside_measures(real_view: PlanView) -> None:
    members = real_view.unit_by_id["business-environment-group-members"]
    assert members.measures == []
    assert [safeguard.numeral for safeguard in members.safeguards] == ["一", "二", "三"]


def test_neighbors_and_relatives(real_view: PlanView) -> None:
    first, last = real_view.measures[0], real_view.measures[-1]
    assert first.previous is None
    assert last.next is None
    assert first.next is real_view.measures[1]
    related, shared = real_view.measures[12].same_units[0]
    assert (related.number, [unit.id for unit in shared]) == (
        2,
        ["development-reform-commission", "science-technology-bureau"],
    )


def test_themes_hold_all_measures_once(real_view: PlanView) -> None:
    assert [numbers(theme.measures) for theme in real_view.themes] == [
        list(range(1, 19)),
        list(range(19, 37)),
        list(range(37, 50)),
        list(range(50, 59)),
    ]
    assert [theme.part for theme in real_view.themes] == ["二", "三", "四", "五"]


def test_translation_is_missing_until_every_sentence_has_english(small_view: PlanView) -> None:
    assert [measure.translation.state for measure in small_view.measures] == ["current", "current", "missing"]
    assert small_view.safeguards[0].translation == TranslationView("current", date(2026, 11, 23))


def test_the_whole_notice_is_translated_and_confirmed(real_view: PlanView) -> None:
    records: list[Any] = [real_view, *real_view.themes, *real_view.units, *real_view.measures, *real_view.safeguards]
    assert len(records) == 1 + 4 + 47 + 58 + 3
    assert {record.translation.state for record in records} == {"current"}


def test_a_term_is_marked_where_it_first_stands(small_view: PlanView) -> None:
    first = small_view.measures[0].segments["en"][0]
    assert [(piece.kind, piece.text) for piece in first] == [
        ("text", "The District will clear all "),
        ("term", "access permits"),
        ("text", " "),
        ("gloss", "[those not on the list of 许可]"),
        ("text", "."),
    ]
    assert [piece.text for piece in small_view.measures[2].segments["zh"][0]] == ["完善", "破产", "制度。"]
    marked = [piece.text for found in small_view.measures[0].segments["zh"] for piece in found if piece.kind == "term"]
    assert marked == ["准入许可"]


def test_the_glossary_knows_the_measures_and_the_order_of_a_dictionary(real_view: PlanView) -> None:
    terms = {term.zh: term for term in real_view.terms}
    assert numbers(terms["双随机、一公开"].measures) == [42]
    assert numbers(terms["不动产登记"].measures) == [26, 27, 28, 35]
    initials = {lang: real_view.terms_by_initial(lang) for lang in LANGUAGES}
    for lang in LANGUAGES:
        assert sum(len(group) for _, group in initials[lang]) == len(real_view.terms)
        letters = [initial for initial, _ in initials[lang]]
        assert letters == sorted(set(letters))
    assert "长三角" in [term.zh for term in dict(initials["zh"])["C"]]
    assert "real estate registration" in [term.en for term in dict(initials["en"])["R"]]
