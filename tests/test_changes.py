"""Two versions of the plan are compared as data: by record, sentence and language, whatever they are called."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from conftest import REAL_PLAN, SMALL_PLAN
from plansite.history.diff import Change, Edit, Words, diff_plans, mark_changes
from plansite.source.field_help import field_help_at
from plansite.translation.checks import source_hash
from plansite.translation.glossary import english

SMALL = yaml.safe_load(SMALL_PLAN.read_text("utf-8"))
REAL = yaml.load(REAL_PLAN.read_text("utf-8"), yaml.CSafeLoader)


def after(edit: Callable[[Any], object], plan: Any = SMALL) -> list[Change]:
    """Return what has changed in a plan after an edit of its data."""
    new = copy.deepcopy(plan)
    edit(new)
    return diff_plans(plan, new)


def said(change: Change) -> list[tuple[str, tuple[int | str, ...], str | None, str | None, str | None]]:
    def words(edit: Edit, value: Words | None) -> str | None:
        return value[edit.lang or "en"] if value else None

    return [
        (edit.action, edit.path, edit.lang, words(edit, edit.before), words(edit, edit.after)) for edit in change.edits
    ]


def test_the_same_data_have_not_changed() -> None:
    assert diff_plans(REAL, copy.deepcopy(REAL)) == []


def test_a_sentence_in_one_language() -> None:
    [change] = after(lambda plan: plan["measures"][1]["sentences"][0].update(en="It will extend loans."))
    assert (change.kind, change.key, change.action, change.translation) == ("measures", "2", "changed", "")
    assert said(change) == [
        ("changed", ("sentences", 1), "en", "It will extend credit loans.", "It will extend loans."),
    ]


def test_chinese_that_has_changed_makes_its_english_stale_until_somebody_confirms_it() -> None:
    def edit(plan: Any) -> None:
        plan["measures"][1]["sentences"][0]["zh"] = "推广信用贷款产品。"

    def confirm(plan: Any) -> None:
        plan["measures"][1]["en_for"] = source_hash(plan["measures"][1])
        plan["measures"][1]["en_confirmed"] = plan["notice"]["date"]

    [change] = after(edit)
    assert change.translation == "stale"
    assert said(change) == [("changed", ("sentences", 1), "zh", "推广信用贷产品。", "推广信用贷款产品。")]
    edited = copy.deepcopy(SMALL)
    edit(edited)
    [change] = after(confirm, edited)
    assert (change.translation, change.edits) == ("confirmed", ())


def test_sentences_are_recognized_wherever_they_stand() -> None:
    new = {"zh": "新的一句。", "en": "A new one."}
    [change] = after(lambda plan: plan["measures"][0]["sentences"].insert(1, new))
    assert said(change) == [
        ("added", ("sentences", 2), "zh", None, "新的一句。"),
        ("added", ("sentences", 2), "en", None, "A new one."),
    ]
    [change] = after(lambda plan: plan["measures"][2]["sentences"].pop(0))
    assert said(change) == [("removed", ("sentences", 1), "zh", "完善破产制度。", None)]
    [change] = after(lambda plan: plan["measures"][0]["sentences"].reverse())
    assert said(change) == [("moved", ("sentences", 2), None, "1", "2")]


def test_a_translation_that_comes_late() -> None:
    [change] = after(lambda plan: plan["measures"][2]["sentences"][1].update(en="It will strengthen oversight."))
    assert said(change) == [("added", ("sentences", 2), "en", None, "It will strengthen oversight.")]


def test_what_a_measure_names_is_said_in_words() -> None:
    def edit(plan: Any) -> None:
        plan["measures"][1]["responsibility"]["units"] = ["tax-service", "district-court"]
        plan["measures"][1]["audiences"] = ["everyone"]
        plan["measures"][0]["sentences"][1]["targets"][0]["value"] = "1"

    first, second = after(edit)
    assert said(first) == [("changed", ("sentences", 2, "targets", 1, "value"), None, "0.5", "1")]
    assert said(second) == [
        ("added", ("responsibility", "units"), None, None, "District Court"),
        ("removed", ("responsibility", "units"), None, "District Government Office (Big Data)", None),
        ("added", ("audiences",), None, None, "Everyone"),
        ("removed", ("audiences",), None, "Shopkeepers", None),
    ]


def test_topics_that_measures_named_in_older_versions_are_no_change_of_theirs() -> None:
    old = copy.deepcopy(SMALL)
    for topic in old["topics"]:
        topic["guide"] = [{"zh": "这里讲办证。", "en": "This is about permits."}]
        for field in ("answer", "parts", "not_stated"):
            del topic[field]
    for measure in old["measures"]:
        measure["topics"] = [{"topic": "taxation", "sentences": [1]}, "insolvency"]
    taxation, insolvency = diff_plans(old, SMALL)
    assert (taxation.key, insolvency.key) == ("taxation", "insolvency")
    assert {edit.path[0] for edit in taxation.edits} == {"guide", "answer", "parts", "not_stated"}
    assert field_help_at(("topics", 0, "guide")).name == {"zh": "导语", "en": "guide"}


def test_units_that_come_and_go() -> None:
    def edit(plan: Any) -> None:
        plan["units"][1]["id"] = plan["units"][1]["name"]["zh"] = "another"
        del plan["units"][1]["official_name"]
        plan["units"][1] = {"id": "parks", "kind": "zone", "name": {"zh": "各园区", "en": "All parks"}}

    added, removed = after(edit)
    assert (added.action, added.key, added.title) == ("added", "parks", {"zh": "各园区", "en": "All parks"})
    assert (removed.action, removed.key) == ("removed", SMALL["units"][1]["id"])


def test_a_unit_with_another_id_is_the_same_unit_and_so_is_whoever_names_it() -> None:
    def edit(plan: Any) -> None:
        plan["units"][0]["id"] = "tax-bureau"
        for record in (*plan["measures"], *plan["safeguards"]):
            units = record["responsibility"]["units"]
            units[:] = ["tax-bureau" if unit == "tax-service" else unit for unit in units]

    [change] = after(edit)
    assert (change.kind, change.key, change.was, change.edits) == ("units", "tax-bureau", "tax-service", ())


def test_a_measure_put_in_renumbers_the_others_and_changes_none() -> None:
    def edit(plan: Any) -> None:
        new = copy.deepcopy(plan["measures"][30])
        new["title"] = {"zh": "新的措施", "en": "A new measure"}
        new["sentences"] = [{"zh": "完全是另一回事。", "en": "This is something else altogether."}]
        plan["measures"].insert(4, new)
        for number, measure in enumerate(plan["measures"], start=1):
            measure["number"] = number
        quoted = [stage["measures"] for stage in plan["invest"]["stages"]]
        quoted += [part["excerpts"] for topic in plan["topics"] for part in topic["parts"]]
        for excerpt in (excerpt for excerpts in quoted for excerpt in excerpts):
            excerpt["measure"] += excerpt["measure"] > 4

    added, *renumbered = after(edit, REAL)
    assert (added.kind, added.key, added.action) == ("measures", "5", "added")
    assert [(change.was, change.key) for change in renumbered] == [(str(n), str(n + 1)) for n in range(5, 59)]
    assert all(change.edits == () and change.kind == "measures" for change in renumbered)


def test_a_measure_keeps_its_number_under_another_title_and_not_with_another_text() -> None:
    [change] = after(lambda plan: plan["measures"][0]["title"].update(zh="清理许可事项"))
    assert said(change) == [("changed", ("title",), "zh", "清理准入许可", "清理许可事项")]

    def rewrite(plan: Any) -> None:
        plan["measures"][0] |= {"title": {"zh": "甲乙丙丁", "en": "A"}, "sentences": [{"zh": "戊己庚辛。", "en": "B."}]}

    assert [(change.key, change.action) for change in after(rewrite)] == [("1", "added"), ("1", "removed")]


@pytest.mark.parametrize(
    "old",
    [
        None,
        {},
        [],
        "text",
        {"measures": None, "units": [1, None], "notice": []},
        {"measures": {}, "units": {}, "themes": [{"sections": [None, 5, "x", {}]}]},
        {"units": [{"id": "a", "aliases": [{}, None]}], "measures": [{"number": [1], "sentences": [{}, "x"]}]},
    ],
)
def test_whatever_came_before_can_be_compared(old: Any) -> None:
    assert {change.action for change in diff_plans(old, SMALL)} >= {"added"}
    assert {change.action for change in diff_plans(SMALL, old)} >= {"removed"}


def test_titles_that_have_changed_places_are_changed_titles() -> None:
    def edit(plan: Any) -> None:
        first, second, *_ = plan["measures"]
        first["title"], second["title"] = second["title"], first["title"]

    first, second = after(edit, REAL)
    assert [(change.key, change.was, {edit.path for edit in change.edits}) for change in (first, second)] == [
        ("1", "", {("title",)}),
        ("2", "", {("title",)}),
    ]


def test_a_unit_in_the_place_of_another_is_not_the_other_however_alike_they_are() -> None:
    def edit(plan: Any) -> None:
        old = next(unit for unit in plan["units"] if unit["id"] == "finance-bureau")
        old |= {"id": "civil-affairs", "name": {"zh": "区民政局", "en": "A"}, "aliases": []}
        old["official_name"] = {"zh": "苏州市相城区民政局", "en": "B"}
        for record in (*plan["measures"], *plan["safeguards"]):
            units = record["responsibility"]["units"]
            units[:] = ["civil-affairs" if unit == "finance-bureau" else unit for unit in units]

    changed = after(edit, REAL)
    assert {(change.key, change.action) for change in changed if change.kind == "units"} == {
        ("civil-affairs", "added"),
        ("finance-bureau", "removed"),
    }
    assert [change.kind for change in changed].count("measures") > 1, "each measure says that who answers has changed"


def test_the_same_sentence_twice() -> None:
    plan = copy.deepcopy(SMALL)
    one, other = plan["measures"][2]["sentences"]
    plan["measures"][2]["sentences"] = [one, other, dict(one)]
    [change] = after(lambda plan: plan["measures"][2]["sentences"].pop(0), plan)
    assert [(edit.action, edit.path) for edit in change.edits] in (
        [("removed", ("sentences", 3))],
        [("removed", ("sentences", 1))],
        [("moved", ("sentences", 2)), ("removed", ("sentences", 3))],
    )


def test_a_term_that_has_changed() -> None:
    old, new = ({"terms": [{"id": "permit", "zh": "许可", "en": en}]} for en in ("permission", "permit"))
    [change] = diff_plans(old, new)
    assert (change.kind, change.key) == ("terms", "permit")
    assert said(change) == [("changed", (), "en", "permission", "permit")]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("推广信用贷产品。", "推广信用贷款产品。", "推广信用贷{+款+}产品。"),
        ("区税务局负责办理。", "区税务局牵头办理。", "区税务局{-负责-}{+牵头+}办理。"),
        ("in 1 working day", "in 0.5 working days", "in {-1-}{+0.5+} working {-day-}{+days+}"),
        ("一", "", "{-一-}"),
        ("same", "same", "same"),
    ],
)
def test_words_that_have_changed_are_marked(before: str, now: str, expected: str) -> None:
    marks = {"removed": "{-%s-}", "added": "{+%s+}", None: "%s"}
    assert "".join(marks[action] % text for action, text in mark_changes(before, now)) == expected


def test_marks_lose_nothing_of_either_text() -> None:
    sentences = [sentence for measure in REAL["measures"] for sentence in measure["sentences"]]
    texts = [text for sentence in sentences for text in (sentence["zh"], english(sentence) or "")]
    for before, now in zip(texts, texts[2:], strict=False):
        parts = mark_changes(before, now)
        assert "".join(text for action, text in parts if action != "added") == before
        assert "".join(text for action, text in parts if action != "removed") == now
