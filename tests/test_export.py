"""The plan as data: the JSON Schema that editors get, and the numbers of plan.json."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from conftest import DATA, PROJECT, REAL_PLAN, SMALL_PLAN
from plansite.export import plan_json, plan_schema
from plansite.views import PlanView

SCHEMA = json.loads(plan_schema())


def plain(text: str) -> object:
    """Return YAML as JSON would hold it, dates as text."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_the_schema_in_the_repository_is_current() -> None:
    assert (PROJECT / "data" / "plan.schema.json").read_text("utf-8") == plan_schema(), "run make schema"


@pytest.mark.parametrize("path", [REAL_PLAN, SMALL_PLAN], ids=["real", "small"])
def test_the_schema_accepts_plans(path: Path) -> None:
    assert list(Draft202012Validator(SCHEMA).iter_errors(plain(path.read_text("utf-8")))) == []


@pytest.mark.parametrize("case", ["unknown-field", "missing-field", "not-a-choice", "not-a-slug", "wrong-type-list"])
def test_the_schema_refuses_what_the_check_refuses(case: str) -> None:
    text = SMALL_PLAN.read_text("utf-8")
    for edit in yaml.safe_load((DATA / "bad" / f"{case}.yaml").read_text("utf-8"))["edits"]:
        text = text.replace(edit["replace"], edit["by"])
    assert list(Draft202012Validator(SCHEMA).iter_errors(plain(text))) != []


def test_plan_json_says_what_is_not_translated(small_view: PlanView) -> None:
    measures = json.loads(plan_json(small_view))["measures"]
    assert [measure["translation"] for measure in measures] == ["current", "missing", "missing"]
    assert measures[1]["sentences"] == [{"zh": "推广信用贷产品。", "en": None}]
    assert measures[0]["topics"] == ["taxation"]
    assert measures[0]["keywords"] == {"zh": ["开店"], "en": ["open a shop"]}


def test_addresses_are_absolute_where_the_site_has_one(small_view: PlanView) -> None:
    assert json.loads(plan_json(small_view))["units"][0]["url"]["en"] == "/en/units/tax-service/"
    data = json.loads(plan_json(small_view, "https://example.org/plan/"))
    assert data["units"][0]["url"] == {
        "zh": "https://example.org/plan/units/tax-service/",
        "en": "https://example.org/plan/en/units/tax-service/",
    }
