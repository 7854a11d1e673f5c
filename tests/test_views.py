"""Facts derived from the plan: who answers for what, what belongs together."""

from plansite.views import PlanView


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
        return [mention.wording.zh for mention in real_view.measures[number - 1].mentions if mention.differs]

    assert wording(36) == ["区市场监督局"]
    assert wording(46) == ["区相关部门按职责分工负责"]
    assert wording(51) == ["区统战部（工商联）"]
    assert wording(52) == ["区政府办"]
    assert wording(55) == ["区委组织部（人才办）"]


def test_what_a_unit_does(real_view: PlanView) -> None:
    tax = real_view.unit_by_id["tax-service"]
    assert numbers(tax.measures) == [19, 27, 30, 31, 32, 33, 34]
    assert numbers(tax.alone) == [31, 32, 34]
    assert [(theme.id, numbers(measures)) for theme, measures in tax.measures_by_theme] == [
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
    measure = real_view.measures[12]
    assert numbers(measure.same_section) == [12, 14, 15, 16]
    related, shared = measure.same_units[0]
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
    assert [measure.translation for measure in small_view.measures] == ["current", "missing", "missing"]
    assert small_view.safeguards[0].translation == "current"
