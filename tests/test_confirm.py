"""Confirming a translation writes its fingerprint and the day, and nothing else."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from conftest import SMALL_PLAN
from plansite.cli import main
from plansite.editor import confirm_translations
from plansite.validate import load_plan

TODAY = date(2026, 1, 2)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """The small plan where a test may change it."""
    shutil.copy(SMALL_PLAN.with_name("glossary.yaml"), tmp_path)
    return Path(shutil.copy(SMALL_PLAN, tmp_path))


def edit(plan: Path, old: str, new: str) -> None:
    text = plan.read_bytes().decode()
    assert text.count(old) == 1
    plan.write_bytes(text.replace(old, new).encode())


def changed(before: str, after: str) -> list[tuple[str, str]]:
    return [pair for pair in zip(before.split("\n"), after.split("\n"), strict=True) if pair[0] != pair[1]]


def test_only_the_two_fields_change_and_comments_stay(plan: Path) -> None:
    edit(plan, '    en_for: "2f3e3bf7"', "    en_for: '2f3e3bf7'  # checked by two people")
    edit(plan, "zh: 推广信用贷产品。", "zh: 推广信用贷产品和服务。")
    before = plan.read_text("utf-8")
    said = confirm_translations(plan, ["2"], TODAY)
    value = said[0].split()[2].rstrip(",")
    assert said == [f"2: en_for {value}, en_confirmed 2026-01-02"]
    assert changed(before, plan.read_text("utf-8")) == [
        ("    en_for: '2f3e3bf7'  # checked by two people", f'    en_for: "{value}"  # checked by two people'),
        ("    en_confirmed: 2026-11-23", "    en_confirmed: 2026-01-02"),
    ]
    assert load_plan(plan).warnings == []


@pytest.mark.parametrize("name", ["notice", "legal", "district-court", "2", "leadership"])
def test_fields_that_are_missing_are_put_in(name: str, plan: Path) -> None:
    original = plan.read_text("utf-8")
    lines = original.split("\n")
    marks = {"notice": "notice:", "2": "  - number: 2"}
    at = lines.index(marks.get(name, f"  - id: {name}"))
    del lines[at + 1 : at + 3]
    plan.write_text("\n".join(lines), "utf-8")
    assert [problem.code for problem in load_plan(plan).warnings] == ["unconfirmed"]
    confirm_translations(plan, [name], date(2026, 11, 23))
    assert plan.read_text("utf-8") == original


def test_windows_line_ends_stay(plan: Path) -> None:
    edit(plan, "zh: 推广信用贷产品。", "zh: 推广信用贷产品和服务。")
    edit(plan, '    en_for: "2f3e3bf7"\n', "")
    plan.write_bytes(plan.read_bytes().replace(b"\n", b"\r\n"))
    confirm_translations(plan, ["2"], TODAY)
    assert b"\n" not in plan.read_bytes().replace(b"\r\n", b"")


def test_english_that_the_proof_finds_wrong_is_not_confirmed(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(plan, "zh: 0.5个工作日办结", "zh: 1个工作日办结")
    edit(plan, "words: {zh: 0.5个工作日", "words: {zh: 1个工作日")
    edit(plan, 'value: "0.5"', 'value: "1"')
    before = plan.read_bytes()
    assert main(["confirm", "--lang", "en", "--plan", str(plan), "1"]) == 1
    said = capsys.readouterr().err
    assert "measures[1].sentences[2].en: lacks figures of the Chinese; write them in digits or words: 1\n" in said
    assert "en_for" not in said
    assert plan.read_bytes() == before
    confirm_translations(plan, ["2"], TODAY)


def test_a_record_that_does_not_exist_is_named(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["confirm", "--lang", "zh", "--plan", str(plan), "7", "1"]) == 1
    assert "引用的记录“7”不存在" in capsys.readouterr().err


def test_a_record_on_one_line_stays_on_it(plan: Path) -> None:
    text = plan.read_text("utf-8")
    start, end = text.index("  - id: legal"), text.index("units:")
    one_line = (
        "  - {id: legal, name: {zh: 法治环境, en: Legal environment}, title: {zh: 优化法治环境, en: Improving the "
        "legal environment}, sections: [{number: 3, title: {zh: 完善退出机制, en: Improving exit}}]}\n\n"
    )
    plan.write_text(text[:start] + one_line + text[end:], "utf-8")
    confirm_translations(plan, ["legal"], TODAY)
    written = one_line.replace("{id: legal, ", '{id: legal, en_for: "08ef252c", en_confirmed: 2026-01-02, ')
    assert plan.read_text("utf-8") == text[:start] + written + text[end:]


def test_a_record_may_be_named_twice_and_begin_with_any_field(plan: Path) -> None:
    edit(
        plan,
        '  - number: 2\n    en_for: "2f3e3bf7"\n    en_confirmed: 2026-11-23\n    section: 2\n',
        "  - section: 2\n    number: 2\n",
    )
    confirm_translations(plan, ["2", "2"], TODAY)
    assert '  - section: 2\n    en_for: "2f3e3bf7"\n    en_confirmed: 2026-01-02\n    number: 2\n' in plan.read_text(
        "utf-8"
    )
    assert load_plan(plan).warnings == []


@pytest.mark.parametrize("empty", ["", "  # to do"])
def test_a_field_left_empty_is_filled(empty: str, plan: Path) -> None:
    edit(plan, '    en_for: "2f3e3bf7"\n', f"    en_for:{empty}\n")
    confirm_translations(plan, ["2"], TODAY)
    assert f'    en_for: "2f3e3bf7"{empty}\n' in plan.read_text("utf-8")


@pytest.mark.parametrize("value", ["\n      2f3e3bf7", " >-\n      2f3e3bf7", " # as before\n      '2f3e3bf7'"])
def test_a_field_over_several_lines_is_written_too(value: str, plan: Path) -> None:
    edit(plan, ' "2f3e3bf7"', value)
    edit(plan, "zh: 推广信用贷产品。", "zh: 推广信用贷产品和服务。")
    confirm_translations(plan, ["2"], TODAY)
    assert load_plan(plan).plan.measures[1].en_confirmed == TODAY
    assert load_plan(plan).warnings == []
    assert ("# as before" in plan.read_text("utf-8")) == ("# as before" in value)


def test_a_byte_order_mark_stays(plan: Path) -> None:
    plan.write_bytes(b"\xef\xbb\xbf" + plan.read_bytes())
    confirm_translations(plan, ["2"], TODAY)
    assert plan.read_bytes().startswith(b"\xef\xbb\xbf# A plan")
