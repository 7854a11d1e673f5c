"""This module tests that the plan holds the whole notice, word for word, and that the check says where it does not."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from conftest import PROJECT, SMALL_PLAN, copy_project, run
from plansite.errors import PlanError, Problem
from plansite.source.chinese import (
    chinese_date,
    chinese_numeral,
    notice_text,
    responsibility_clause,
)
from plansite.validate import load_plan

SOURCE = (PROJECT / "data" / "source" / "notice-2022.txt").read_text("utf-8")


def compared(folder: Path, *edits: tuple[str, str], notice: str = "") -> list[Problem]:
    """Return what is said of the small plan after edits beside its notice, but for what else follows from them."""
    shutil.copy(SMALL_PLAN.with_name("glossary.yaml"), folder)
    (folder / "source").mkdir()
    (folder / "source" / "notice.txt").write_text(notice or notice_text(load_plan(SMALL_PLAN).plan), "utf-8")
    text = SMALL_PLAN.read_text("utf-8")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "plan.yaml").write_text(text, "utf-8")
    try:
        problems = list(load_plan(folder / "plan.yaml").warnings)
    except PlanError as error:
        problems = error.problems
    return [problem for problem in problems if problem.code == "notice_differs"]


CLAUSE = "units: [tax-service, {unit: government-office, as: 区政府办}, all-towns]"
OTHERS = "units: [government-office, tax-service]\n      printed: （责任单位：区政府办（大数据局），区税务局）"
ALTERED = {
    "a word": (
        [("zh: 推广信用贷产品。", "zh: 开展信用贷产品。")],
        [("measures[2].sentences[1].zh", "开展信", "推广信")],
    ),
    "a figure": (
        [("zh: 0.5个工作日办结开店", "zh: 0.6个工作日办结开店")],
        [("measures[1].sentences[2].zh", "0.6个", "0.5个")],
    ),
    "a full stop": (
        [("zh: 完善破产制度。", "zh: 完善破产制度")],
        [("measures[3].sentences[1].zh", "度加强", "度。加强")],
    ),
    "the first character": (
        [("zh: 加强履职监督。", "zh: 强履职监督。")],
        [("measures[3].sentences[2].zh", "。强履", "。加强履")],
    ),
    "a sentence too many": (
        [("      - zh: 加强履职监督。\n", "      - zh: 加强履职监督。\n      - zh: 加强其他监督。\n")],
        [("measures[3].sentences[3].zh", "加强其他监督。", "履职监督。（责任")],
    ),
    "a sentence lost": (
        [("      - zh: 加强履职监督。\n", "")],
        [("measures[3].sentences[1].zh", "制度。（责任", "加强履职监督。")],
    ),
    "two sentences, each told once": (
        [("zh: 完善破产制度。", "zh: 健全破产制度。"), ("zh: 加强履职监督。", "zh: 加大履职监管。")],
        [("measures[3].sentences[1].zh", "健全", "完善"), ("measures[3].sentences[2].zh", "加大", "加强")],
    ),
    "a title": ([("{zh: 完善破产制度,", "{zh: 健全破产制度,")], [("measures[3].title.zh", "健全破产", "完善破产")]),
    "a unit's name": (
        [("name: {zh: 区税务局, en", "name: {zh: 区地税局, en")],
        [("units[tax-service].name.zh", "区地税局", "区税务局")],
    ),
    "one unit for another": (
        [("units: [district-court]", "units: [tax-service]")],
        [("measures[3].responsibility.units[1]", "区税务局", "区法院")],
    ),
    "a unit lost": (
        [(CLAUSE, CLAUSE.replace(", all-towns", ""))],
        [("measures[1].responsibility", "区政府办）", "，各镇（街道、区）］")],
    ),
    "units in another order": (
        [(CLAUSE, "units: [{unit: government-office, as: 区政府办}, tax-service, all-towns]")],
        [("measures[1].responsibility.units[2]", "区政府办、区税务局，各镇", "税务局、区政府办，各镇")],
    ),
    "the marks of a clause": (
        [(OTHERS, "units: [government-office, tax-service]")],
        [("measures[2].responsibility.units[2]", "、区税务局", "，区税务局")],
    ),
    "a page number in the plan": (
        [("zh: 推广信用贷产品。", "zh: 推广信用—4—贷产品。")],
        [("measures[2].sentences[1].zh", "—4—", "信用贷")],
    ),
}


@pytest.mark.parametrize("name", ALTERED)
def test_words_that_differ_from_the_notice_are_told_where_they_stand(name: str, tmp_path: Path) -> None:
    edits, expected = ALTERED[name]
    problems = compared(tmp_path, *edits)
    assert [problem.path for problem in problems] == [path for path, *_ in expected]
    for problem, (_, ours, theirs) in zip(problems, expected, strict=True):
        assert problem.blocks
        assert ours in str(problem.details["ours"])
        assert theirs in str(problem.details["notice"])


def test_a_difference_is_said_with_both_places_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [problem] = compared(Path(), ("zh: 推广信用贷产品。", "zh: 开展信用贷产品。"))
    assert problem.text_line("en") == (
        'plan.yaml:162:13: measures[2].sentences[1].zh: reads "…推广“信用贷”。开展信用贷产品。探索…", where the notice '
        '(source/notice.txt:14) has "…推广“信用贷”。推广信用贷产品。探索…"; the Chinese is the notice word for word, '
        "so write what it has"
    )
    assert problem.text_line("zh") == (
        "plan.yaml:162:13: measures[2].sentences[1].zh: 为“…推广“信用贷”。开展信用贷产品。探索…”，而通知原文"
        "（source/notice.txt 第 14 行）为“…推广“信用贷”。推广信用贷产品。探索…”；中文须与通知逐字相同，请照原文改正"
    )


NOTICE = notice_text(load_plan(SMALL_PLAN).plan)
ALIKE = {
    "a byte order mark and Windows line ends": "\ufeff" + NOTICE.replace("\n", "\r\n"),
    "half-width marks": NOTICE.replace("，", ",").replace("（", "(").replace("）", ")").replace("：", ":"),
    "lines of a narrow page": "\n".join(re.findall(".{1,7}", NOTICE)),
    "spaces beside figures": re.sub(r"(\d+)", r" \1 ", NOTICE),
    **{
        f"the page number {page!r}": NOTICE.replace("信用贷产品", f"信用{page}贷产品")
        for page in ("— 4 —", "–12–", "\n- 7 -\n")
    },
}


@pytest.mark.parametrize("name", ALIKE)
def test_what_layout_adds_to_the_notice_makes_no_difference(name: str, tmp_path: Path) -> None:
    assert compared(tmp_path, notice=ALIKE[name]) == []


@pytest.mark.parametrize("notice", [" ", "另一份通知。" * 999, NOTICE[:300], NOTICE[::-1]])
def test_another_notice_is_no_flood_of_problems(notice: str, tmp_path: Path) -> None:
    assert 1 <= len(compared(tmp_path, notice=notice)) <= 20


def test_a_plan_with_broken_references_is_not_compared(tmp_path: Path) -> None:
    assert compared(tmp_path, ("units: [district-court]", "units: [district-cort]")) == []


def test_one_text_file_beside_the_plan_is_the_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("plan.yaml", "glossary.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), name)
    said = {"nothing": "", "two": "", "another encoding": ""}
    Path("source").mkdir()
    Path("source/README.md").write_text("no notice")
    for what in said:
        if what == "two":
            Path("source/a.txt").write_text(NOTICE, "utf-8")
            Path("source/b.txt").write_text(NOTICE, "utf-8")
        if what == "another encoding":
            Path("source/a.txt").write_text(NOTICE, "gb18030")
            Path("source/b.txt").unlink()
        try:
            load_plan(Path("plan.yaml"))
        except PlanError as error:
            said[what] = "\n".join(p.text_line("en") for p in error.problems if p.blocks)
    assert said == {
        "nothing": "",
        "two": "source/a.txt:1:1: source: holds more than one text file: a.txt, b.txt; the plan is compared with the "
        "only one, so keep the notice and remove the rest",
        "another encoding": "source/a.txt:1:1: a: is not UTF-8 text from this byte on; save the file as UTF-8",
    }


@pytest.mark.parametrize("command", [("check",), ("confirm", "1"), ("build",)])
def test_nothing_is_made_of_an_altered_notice(command: tuple[str, ...], tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    plan = project / "data" / "plan.yaml"
    altered = plan.read_text("utf-8").replace("强化跟踪服务", "加强跟踪服务")
    plan.write_text(altered, "utf-8")
    done = run("plansite", *command, cwd=project)
    assert done.returncode == 1
    assert 'where the notice (data/source/notice-2022.txt:11) has "' in done.stdout + done.stderr
    assert plan.read_text("utf-8") == altered
    assert not (project / "site").exists()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *((1, "一"), (10, "十"), (11, "十一"), (19, "十九"), (20, "二十"), (21, "二十一"), (100, "一百")),
        *((101, "一百零一"), (110, "一百一十"), (1001, "一千零一"), (2020, "二千零二十"), (9999, "九千九百九十九")),
    ],
)
def test_numerals(number: int, expected: str) -> None:
    assert chinese_numeral(number) == expected


def test_dates() -> None:
    assert chinese_date(date(2022, 5, 1)) == "2022年5月1日"


def test_clauses_in_their_regular_form() -> None:
    assert responsibility_clause("lead", [("区法院", False)]) == "（牵头单位：区法院）"
    wordings = [("区法院", False), ("区税务局", False), ("各镇（街道、区）", True)]
    assert responsibility_clause("responsible", wordings) == "［责任单位：区法院、区税务局，各镇（街道、区）］"
