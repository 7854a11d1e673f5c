"""Bad input is named with its place, what is wrong and what is allowed; all of it at once, in both languages."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import DATA, REAL_PLAN, SMALL_PLAN, edit
from plansite.cli import main
from plansite.errors import HINTS, MESSAGES, PlanError, Problem, format_problems
from plansite.validate import load_labels, load_plan

CASES = sorted((DATA / "bad").glob("*.yaml"))


def problems_of(text: str | bytes, folder: Path, monkeypatch: pytest.MonkeyPatch, glossary: str = "") -> list[Problem]:
    monkeypatch.chdir(folder)
    plan = folder / "plan.yaml"
    plan.write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "glossary.yaml").write_text(glossary or SMALL_PLAN.with_name("glossary.yaml").read_text("utf-8"), "utf-8")
    try:
        return sorted(load_plan(Path("plan.yaml")).warnings)
    except PlanError as error:
        return error.problems


def spoiled(case: Path) -> tuple[str, str, dict[str, list[str]]]:
    """Return the small plan and its glossary with the mistakes of a case, and the messages expected by language."""
    described: dict[str, Any] = yaml.safe_load(case.read_text("utf-8"))
    texts = {name: SMALL_PLAN.with_name(f"{name}.yaml").read_text("utf-8") for name in ("plan", "glossary")}
    for change in described["edits"]:
        name = change.get("file", "plan")
        assert texts[name].count(change["replace"]) == 1, f"{change['replace']!r} must stand once in the small {name}"
        texts[name] = texts[name].replace(change["replace"], change["by"])
    return texts["plan"], texts["glossary"], described["expect"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_bad_data_is_reported_exactly(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, glossary, expected = spoiled(case)
    problems = problems_of(text, tmp_path, monkeypatch, glossary)
    assert [problem.text_line("en") for problem in problems] == expected["en"]
    assert [problem.text_line("zh") for problem in problems] == expected["zh"]


def test_every_kind_of_problem_has_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [spoiled(case) for case in CASES]
    seen = {p.code for text, glossary, _ in cases for p in problems_of(text, tmp_path, monkeypatch, glossary)}
    elsewhere = {"unknown_placeholder", "unreadable", "encoding", "template", "missing_twin", "not_a_repository"}
    elsewhere |= {"not_a_web_address", "not_a_color", "not_an_email", "not_a_telephone"}
    elsewhere |= {"answered_phrase", "unknown_label", "unset_name", "taken_page", "left_over", "year_left_over"}
    elsewhere |= {"notice_differs", "several_notices", "too_large", "yaml_big", "yaml_long", "not_a_site_address"}
    elsewhere |= {"unknown_version", "lost_address", "gone_address", "new_address", "taken_address", "unknown_address"}
    assert seen | elsewhere | HINTS == set(MESSAGES)


def test_a_plan_need_not_say_how_firm_its_sentences_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = re.sub(r" +firmness: .*\n", "", SMALL_PLAN.read_text("utf-8"))
    assert problems_of(text, tmp_path, monkeypatch) == problems_of(SMALL_PLAN.read_bytes(), tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"notice: \xff\n", "plan.yaml:1:9: plan: is not UTF-8 text from this byte on; save the file as UTF-8"),
        (b"\x00notice: x\n", "plan.yaml:1:1: plan: contains the invisible or control character U+0000; "),
        (b"", "plan.yaml:1:1: plan: is empty; must be a group of fields, each"),
        (b"- a\n- b\n", "plan.yaml:1:1: plan: is a list; must be a group of fields, each"),
        (b"<<<<<<< HEAD\nnotice:\n=======\n", "plan.yaml:1:1: plan: begins two versions of the same lines"),
        (
            b"notice\xef\xbc\x9a x\n",
            'plan.yaml:1:1: plan: has no proper colon after the field "notice"; write "notice: "',
        ),
    ],
    ids=["not UTF-8", "NUL", "empty", "list", "merge conflict", "full-width colon"],
)
def test_files_that_are_no_plan(content: bytes, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = problems_of(content, tmp_path, monkeypatch)[0].text_line("en")
    assert first.startswith(expected)


def test_words_of_the_interface_that_nothing_fills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("labels.yaml").write_text(
        "more: {zh: '还有{title_}条', en: '{n} more'}\nsome: {zh: '{n条', en: '{n}'}\n", "utf-8"
    )
    with pytest.raises(PlanError) as error:
        load_labels(Path("labels.yaml"))
    said = [problem.text_line("en") for problem in error.value.problems]
    assert said[0].startswith(
        'labels.yaml:1:12: more.zh: has "title_" in braces, which nothing fills (did you mean "title"?); allowed:'
    )
    assert said[1].startswith('labels.yaml:2:12: some.zh: has "{}" in braces, which nothing fills')


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--lang", "en", "nowhere.yaml"]) == 1
    expected = "nowhere.yaml:1:1: nowhere: cannot be read (there is no such file); it has to be a file in YAML\n"
    assert capsys.readouterr().out == expected


def test_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_bytes(b"\xef\xbb\xbf" + SMALL_PLAN.read_bytes().replace(b"\n", b"\r\n"))
    shutil.copy(SMALL_PLAN.with_name("glossary.yaml"), tmp_path)
    assert load_plan(plan).plan == load_plan(SMALL_PLAN).plan


def test_the_real_plan_is_silent(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REAL_PLAN.parent.parent)
    assert main(["check"]) == 0
    said, errors = capsys.readouterr()
    # Nobody has named a publisher of this site yet.
    assert all(": site: " in line for line in said.splitlines())
    assert errors == ""


def test_lines_lead_to_records() -> None:
    loaded = load_plan(SMALL_PLAN)
    lines = SMALL_PLAN.read_text("utf-8").splitlines()
    assert lines[loaded.lines["measures", 1] - 1] == "  - number: 2"
    assert lines[loaded.lines["units", 1] - 1] == "  - id: district-court"


def test_formats_of_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, *_ = spoiled(DATA / "bad" / "unknown-unit.yaml")
    problems = problems_of(text, tmp_path, monkeypatch)
    annotation = format_problems(problems, "github", "en")
    assert annotation.startswith("::error file=plan.yaml,line=188,col=15::measures[3].responsibility.units[1]: names")
    record = json.loads(format_problems(problems, "json", "zh"))[0]
    assert (record["line"], record["column"], record["code"]) == (188, 15, "unknown_id")
    assert record["message"].startswith("引用的单位“distric-court”不存在")


def test_a_word_in_no_dictionary_is_a_hint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("plan.yaml", "glossary.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), tmp_path)
    edit(tmp_path / "plan.yaml", "does not say which permits", "does not say whcih permits")
    assert main(["check", str(tmp_path / "plan.yaml")]) == 0
    [said] = [line for line in capsys.readouterr().out.splitlines() if "whcih" in line]
    assert 'measures[1].sentences[1].note.en: has "whcih", which is in no dictionary (did you mean "which"?)' in said
