"""The plan as data: the JSON Schema that editors get, and the numbers of plan.json."""

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from conftest import DATA, PROJECT, REAL_PLAN, SMALL_PLAN
from plansite.export import plan_json, schema, sentences_csv
from plansite.model import Glossary, Plan
from plansite.views import PlanView

SCHEMA = json.loads(schema(Plan))


def plain(text: str) -> object:
    """Return YAML as JSON would hold it, dates as text."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


@pytest.mark.parametrize("model", [Plan, Glossary])
def test_the_schemas_in_the_repository_are_current(model: type[Plan | Glossary]) -> None:
    path = PROJECT / "data" / f"{model.__name__.lower()}.schema.json"
    assert path.read_text("utf-8") == schema(model), "run make schema"


@pytest.mark.parametrize("plan", [REAL_PLAN, SMALL_PLAN], ids=["real", "small"])
def test_the_schema_accepts_glossaries(plan: Path) -> None:
    validator = Draft202012Validator(json.loads(schema(Glossary)))
    assert list(validator.iter_errors(plain(plan.with_name("glossary.yaml").read_text("utf-8")))) == []


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
    assert [measure["translation"] for measure in measures] == ["current", "current", "missing"]
    assert [measure["en_confirmed"] for measure in measures] == ["2026-11-23", "2026-11-23", None]
    assert measures[2]["sentences"][0] == {"zh": "完善破产制度。", "en": None, "note": None}
    assert measures[0]["sentences"][0]["note"] == "The notice does not say which permits [许可] are meant."
    assert measures[0]["topics"] == ["taxation"]
    assert measures[1]["keywords"]["zh"] == ["贷款", "借钱", "融资", "企业贷款", "无抵押贷款", "小微贷款"]
    assert measures[1]["keywords"]["en"][:2] == ["bank loan", "borrow money"]


def test_sentences_csv_holds_the_notice_in_order(real_view: PlanView) -> None:
    text = sentences_csv(real_view)
    assert text.startswith("\ufeffplace,kind,zh,en,note,translation,en_confirmed\r\n")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    sentences = [row for row in rows if row["kind"] == "sentence"]
    expected = [sentence for item in (*real_view.measures, *real_view.safeguards) for sentence in item.sentences]
    assert [(row["zh"], row["en"]) for row in sentences[2:]] == [(s.zh, s.en) for s in expected]
    assert {row["translation"] for row in rows} == {"current"}
    last = next(row for row in rows if row["place"] == "measures/58#s6")
    assert last["note"].startswith("The notice writes the name of the quantum center in two word orders")


def test_addresses_are_absolute_where_the_site_has_one(small_view: PlanView) -> None:
    assert json.loads(plan_json(small_view))["units"][0]["url"]["en"] == "/en/units/tax-service/"
    data = json.loads(plan_json(small_view, "https://example.org/plan/"))
    assert data["units"][0]["url"] == {
        "zh": "https://example.org/plan/units/tax-service/",
        "en": "https://example.org/plan/en/units/tax-service/",
    }
