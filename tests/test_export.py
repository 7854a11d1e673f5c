"""This module tests the data files: JSON Schemas, plan.json, the tables as CSV and workbook, the data package."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import frictionless
import openpyxl
import pandas as pd
import pytest
import yaml
from jsonschema import Draft202012Validator

from conftest import DATA, PROJECT, REAL_PLAN, SMALL_PLAN
from plansite.exports.files import data_schema, schema, write_exports
from plansite.exports.plan_json import plan_json
from plansite.site.graph import PlanView
from plansite.site.tables import NOTICE_FILE, Package, description, neutral
from plansite.source.schema import Glossary, Plan
from plansite.validate import LoadedPlan

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


def read(content: bytes) -> list[dict[str, str]]:
    """Return the rows of one of our CSV files as a program gets them."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="session")
def folder(real: LoadedPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data files of the real plan, of a site with an address."""
    target = tmp_path_factory.mktemp("data")
    write_exports(PlanView(real, version="1f2e3d4c"), target, "https://example.org/plan/")
    return target


PLAN_SCHEMA = Draft202012Validator(json.loads(data_schema()))


@pytest.mark.parametrize("view", ["real_view", "small_view"])
def test_plan_json_is_what_its_schema_says(view: str, request: pytest.FixtureRequest) -> None:
    plan: PlanView = request.getfixturevalue(view)
    assert list(PLAN_SCHEMA.iter_errors(json.loads(plan_json(plan, Package(plan))))) == []


def without_title(data: Any) -> None:
    del data["measures"][0]["title"]


def misspelt(data: Any) -> None:
    data["units"][0]["offical_name"] = data["units"][0].pop("official_name")


def added(data: Any) -> None:
    data["topics"][0]["motto"] = "?"


def number_as_text(data: Any) -> None:
    data["measures"][0]["number"] = "1"


def unknown_state(data: Any) -> None:
    data["measures"][0]["translation"] = "good"


def without_origin(data: Any) -> None:
    del data["about"]["version"]


@pytest.mark.parametrize("spoil", [without_title, misspelt, added, number_as_text, unknown_state, without_origin])
def test_the_schema_of_plan_json_refuses_anything_else(spoil: Callable[[Any], None], small_view: PlanView) -> None:
    data = json.loads(plan_json(small_view, Package(small_view)))
    spoil(data)
    assert list(PLAN_SCHEMA.iter_errors(data)) != []


def test_tables_yaml_describes_exactly_the_files_that_are_written(folder: Path) -> None:
    assert {file.name for file in folder.iterdir()} == set(description().files)
    assert (folder / NOTICE_FILE).read_bytes() == (REAL_PLAN.parent / "source" / "notice-2022.txt").read_bytes()


def test_plan_json_says_what_is_not_translated(small_view: PlanView) -> None:
    measures = json.loads(plan_json(small_view, Package(small_view)))["measures"]
    assert [measure["translation"] for measure in measures] == ["current", "current", "missing"]
    assert [measure["en_confirmed"] for measure in measures] == ["2026-11-23", "2026-11-23", None]
    assert measures[2]["sentences"][0] == {"zh": "完善破产制度。", "en": [], "firmness": ["improves"], "note": None}
    assert measures[0]["sentences"][0]["note"] == "The notice does not say which permits [许可] are meant."
    assert measures[0]["topics"] == ["taxation"]
    assert measures[1]["keywords"]["zh"] == ["贷款", "借钱", "融资", "企业贷款", "无抵押贷款", "小微贷款"]
    assert measures[1]["keywords"]["en"][:2] == ["bank loan", "borrow money"]


def test_sentences_csv_holds_the_notice_in_order(real_view: PlanView, folder: Path) -> None:
    content = (folder / "sentences.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfplace,kind,zh,en,note,translation,en_confirmed,order,")
    assert content.count(b"\n") == content.count(b"\r\n")
    rows = read(content)
    sentences = [row for row in rows if row["kind"] == "sentence"]
    expected = [sentence for item in (*real_view.measures, *real_view.safeguards) for sentence in item.sentences]
    assert [(row["zh"], row["en"]) for row in sentences[2:]] == [(s.zh, s["en"]) for s in expected]
    assert [row["firmness"].split(";") for row in sentences[2:] if row["measure"]] == [
        list(sentence.firmness) for measure in real_view.measures for sentence in measure.sentences
    ]
    assert {row["firmness"] for row in rows if not row["measure"]} == {""}
    assert {row["translation"] for row in rows} == {"current"}
    last = real_view.measures[-1]
    number = len(last.sentences)
    row = next(row for row in rows if row["place"] == f"measures/{last.number}#s{number}")
    assert (row["measure"], row["sentence"]) == (str(last.number), str(number))
    assert row["url_en"] == f"https://example.org/plan/en/measures/{last.number}/#s{number}"


def test_measures_csv_and_units_csv_hold_what_the_notice_says(small_view: PlanView, tmp_path: Path) -> None:
    write_exports(small_view, tmp_path, "https://example.org/plan/")
    measures, units = (read((tmp_path / f"{name}.csv").read_bytes()) for name in ("measures", "units"))
    assert (len(measures), len(units)) == (3, 4)
    assert measures[0]["units"] == "tax-service;government-office;all-towns"
    assert measures[0]["units_as_written"].split(";")[1] == "区政府办"
    assert measures[0]["url_zh"] == "https://example.org/plan/measures/1/"
    unit = next(unit for unit in units if unit["id"] == "government-office")
    assert unit["measures"] == "1;2"
    assert (unit["measures_count"], unit["aliases"], unit["unverified"]) == ("2", "区政府办", "false")


def test_english_is_not_given_as_whole_where_a_sentence_lacks_it(small_view: PlanView, tmp_path: Path) -> None:
    write_exports(small_view, tmp_path)
    rows = read((tmp_path / "measures.csv").read_bytes())
    assert [bool(row["text_en"]) for row in rows] == [True, True, False]
    assert [row["translation"] for row in rows] == ["current", "current", "missing"]


def test_addresses_are_absolute_where_the_site_has_one(small_view: PlanView) -> None:
    plain_addresses = json.loads(plan_json(small_view, Package(small_view)))
    assert plain_addresses["units"][0]["url"]["en"] == "/en/units/tax-service/"
    data = json.loads(plan_json(small_view, Package(small_view, "https://example.org/plan/")))
    assert data["units"][0]["url"] == {
        "zh": "https://example.org/plan/units/tax-service/",
        "en": "https://example.org/plan/en/units/tax-service/",
    }


def test_every_column_is_described_and_filled(real_view: PlanView) -> None:
    described = description().tables
    for table in Package(real_view).tables:
        assert list(table.columns) == [*described[table.name].columns, *description().provenance]
        for place, (name, column) in enumerate(table.columns.items()):
            kinds = {type(row[place]) for row in table.rows} - {type(None)}
            expected = {"string": str, "integer": int, "boolean": bool, "date": date}[column.type]
            assert kinds == {expected}, f"{table.name}.{name}"


def test_every_file_says_where_it_comes_from(real_view: PlanView, folder: Path) -> None:
    source, licence = real_view.notice.announcement, real_view.site.licence
    assert licence is not None
    about = json.loads((folder / "plan.json").read_text("utf-8"))["about"]
    assert about["source"] == {"zh": source.zh, "en": source.en}
    assert (about["date"], about["version"]) == ("2022-05-11", "1f2e3d4c")
    assert about["licence"] == {"zh": licence.zh, "en": licence.en}
    for name in ("measures", "sentences", "units"):
        for row in read((folder / f"{name}.csv").read_bytes()):
            assert row["source"] == f"{source.zh} / {source.en}"
            assert row["licence"] == f"{licence.zh} / {licence.en}"
            assert (row["date"], row["version"]) == ("2022-05-11", "1f2e3d4c")
    described = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert described["version"] == "1f2e3d4c"
    assert described["sources"] == [{"title": f"{source.zh} / {source.en}", "date": "2022-05-11"}]
    sheet = openpyxl.load_workbook(folder / "plan.xlsx").worksheets[0]
    said = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True, max_row=6)}
    assert said["source"] == (source.zh, source.en)
    assert said["licence"] == (licence.zh, licence.en)
    assert said["version"] == ("1f2e3d4c", "1f2e3d4c")
    assert {value.date().isoformat() for value in said["date"]} == {"2022-05-11"}


def test_the_workbook_holds_what_the_csv_files_hold(real_view: PlanView, folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    assert book.sheetnames == ["about 说明", "measures 措施", "sentences 逐句对照", "units 责任单位"]
    for sheet, table in zip(book.worksheets[1:], Package(real_view, "https://example.org/plan/").tables, strict=True):
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        header, *rows = sheet.iter_rows(values_only=True)
        assert list(header) == list(table.columns)
        written = read((folder / f"{table.name}.csv").read_bytes())
        for row, expected in zip(rows, written, strict=True):
            shown = ["" if v is None else v.date().isoformat() if hasattr(v, "date") else str(v) for v in row]
            assert [v.lower() if v in {"True", "False"} else v for v in shown] == list(expected.values())
        links = [cell.hyperlink for cell in sheet[2] if cell.hyperlink]
        # openpyxl parts an address at its anchor.
        targets = [link.target + (f"#{link.location}" if link.location else "") for link in links]
        assert targets == [written[0]["url_zh"], written[0]["url_en"]]


def test_addresses_are_no_links_where_the_site_has_none(small_view: PlanView, tmp_path: Path) -> None:
    write_exports(small_view, tmp_path)
    for sheet in openpyxl.load_workbook(tmp_path / "plan.xlsx"):
        assert [cell.coordinate for row in sheet for cell in row if cell.hyperlink] == []


def test_the_same_plan_gives_the_same_bytes(small_view: PlanView, tmp_path: Path) -> None:
    for run in ("first", "second"):
        write_exports(small_view, tmp_path / run, "https://example.org/")
    for file in (tmp_path / "first").iterdir():
        assert file.read_bytes() == (tmp_path / "second" / file.name).read_bytes(), file.name
    created = openpyxl.load_workbook(tmp_path / "first" / "plan.xlsx").properties.created
    assert created.date() == date(2026, 11, 23)


def test_pandas_reads_the_tables(folder: Path, real: LoadedPlan) -> None:
    plan = real.plan
    measures, units = pd.read_csv(folder / "measures.csv"), pd.read_csv(folder / "units.csv")
    mentions = Counter(mention.unit for measure in plan.measures for mention in measure.responsibility.units)
    assert list(measures["number"]) == [measure.number for measure in plan.measures]
    assert measures["sentences_count"].sum() == sum(len(measure.sentences) for measure in plan.measures)
    assert dict(measures["units"].str.split(";").explode().value_counts()) == mentions
    assert units["measures_count"].sum() == measures["units_count"].sum() == mentions.total()
    assert set(units["unverified"]) == {True, False}
    by_sheet = pd.read_excel(folder / "plan.xlsx", sheet_name="measures 措施")
    assert list(by_sheet["title_zh"]) == list(measures["title_zh"])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r1", "'\r1"),
        ("＝1+1", "'＝1+1"),
        ("－1", "'－1"),
        (" =1", "' =1"),
        ("a;=1+1", "a;'=1+1"),
        ("a; -1", "a;' -1"),
        ("5 - 3 = 2", "5 - 3 = 2"),
        ("a-b@c.d", "a-b@c.d"),
        ("", ""),
    ],
)
def test_what_could_begin_a_formula_gets_an_apostrophe(text: str, written: str) -> None:
    assert neutral(text) == written


MEAN = {"zh": "=1+1", "en": "=HYPERLINK(\"http://x.example\";@SUM(1+1)*cmd|' /C calc'!A0) "}


def hostile(value: Any, lang: str = "") -> Any:
    """Return plain data in which every text in either language begins with a formula."""
    if isinstance(value, dict):
        named = {"as": "zh", "as_written": "zh"}
        return {k: hostile(v, k if k in MEAN else named.get(k, lang)) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [hostile(entry, lang) for entry in value]
    return MEAN[lang] + value if isinstance(value, str) and lang else value


def test_no_text_of_the_plan_becomes_a_formula(real: LoadedPlan, tmp_path: Path) -> None:
    plan = Plan.model_validate(hostile(real.plan.model_dump(by_alias=True)))
    write_exports(PlanView(replace(real, plan=plan), version="=cmd"), tmp_path, "https://example.org/")
    texts = set()
    for table in ("measures", "sentences", "units"):
        frame = pd.read_csv(tmp_path / f"{table}.csv", dtype=str, keep_default_na=False)
        rows = read((tmp_path / f"{table}.csv").read_bytes())
        assert frame.to_dict("records") == rows
        for row in rows:
            for column, text in row.items():
                assert not re.match(r"\s*[=+\-@＝＋－＠]|[\t\r]", text), (table, column, text)
                assert not re.search(r";\s*[=+\-@＝＋－＠]", text), (table, column, text)
                if text.startswith("'="):
                    texts.add(f"{table}.{column}")
    free = "theme_zh theme_en section_zh section_en title_zh title_en text_zh text_en units_as_written".split()
    assert texts >= {f"measures.{column}" for column in free}
    assert texts >= {f"sentences.{column}" for column in ("zh", "en", "note")}
    free = "name_zh name_en official_name_zh official_name_en aliases note_zh note_en".split()
    assert texts >= {f"units.{column}" for column in free}
    assert texts >= {f"{table}.{column}" for table in ("measures", "units") for column in ("source", "version")}
    for sheet in openpyxl.load_workbook(tmp_path / "plan.xlsx"):
        cells = [cell for row in sheet for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b"}
        mean = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith("=")]
        assert mean != []
        assert all(cell.quotePrefix for cell in mean)


def complaints(folder: Path) -> list[str]:
    """Return what Frictionless has against a data package."""
    report = frictionless.validate(str(folder / "datapackage.json"))
    return [error.type for task in report.tasks for error in task.errors] + [error.type for error in report.errors]


@pytest.mark.parametrize("view", ["real_view", "small_view"])
def test_frictionless_accepts_the_data_package(view: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    write_exports(request.getfixturevalue(view), tmp_path)
    assert complaints(tmp_path) == []


BROKEN = {
    "a measure twice": ("measures.csv", "\n2,", "\n1,", "primary-key"),
    "a sentence of a measure that there is not": (
        "sentences.csv",
        ",17,2,1,improves,/",
        ",17,99,1,improves,/",
        "foreign-key",
    ),
    "no number": ("measures.csv", "\n2,", "\nx,", "type-error"),
    "another name for a column": ("units.csv", "name_zh", "name", "incorrect-label"),
    "another text": ("units.csv", "税务", "財務", "hash-count"),
    "a broken plan.json": ("plan.json", "measures", "measure", "hash-count"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_frictionless_notices_a_broken_file(case: str, small_view: PlanView, tmp_path: Path) -> None:
    name, good, bad, expected = BROKEN[case]
    write_exports(small_view, tmp_path)
    text = (tmp_path / name).read_bytes().decode()
    assert good in text
    (tmp_path / name).write_bytes(text.replace(good, bad, 1).encode())
    assert expected in complaints(tmp_path)
