"""This module tests that what is left over from another plan is reported with its place, and nothing else is."""

import json
from pathlib import Path

import pytest

from conftest import copy_small_project, edit, run
from plansite.source.leftovers import NAME, NAME_AT_START, Known, leftovers
from plansite.validate import LoadedPlan

WRONG = {
    "相城区人民政府印发": "相城区",
    "见中共苏州市委员会的文件": "苏州市",
    "苏州市相城区的企业": "苏州市",
    "国家税务总局苏州市相城区税务局": "苏州市",
    "issued by the People's Government of Xiangcheng District": "People's Government of Xiangcheng District",
    "en: 'the People''s Government of Suzhou'": "People's Government of Suzhou",
    "for firms in Xiangcheng District": "Xiangcheng District",
    "Suzhou, Jiangsu Province, China": "Jiangsu Province",
    "自2022年起": "2022",
    "the actions of 2022": "2022",
    "id: some-plan-2022": "2022",
}
RIGHT = [
    "小区人民政府办公室",
    "某省某市小区",
    "小区优化环境行动2021",
    "小区委员会和各镇（街道）",
    "本市人民政府，全省各市县",
    "由开发区管委会和功能区管理机构负责",
    "全市各部门，各社区、园区和超市",
    "the People's Government of Small District",
    "'the People''s Government of Small District'",
    "The District, in Some City, and its City government bodies",
    "a plan for 2021, issued May 11, 2021",
    "en_confirmed: 2026-11-23",
    "WCAG 2.2, 20220511, sha256-2022abcd",
]


@pytest.mark.parametrize(("text", "found"), WRONG.items(), ids=WRONG)
def test_what_the_notice_does_not_name_is_found(small: LoadedPlan, text: str, found: str) -> None:
    known = Known(small.plan, small.identity)
    [(line, column, said)] = leftovers(f"\n {text}", known, NAME, years=True)
    assert (line, said) == (2, found)
    assert f" {text}"[column - 1 :].replace("''", "'").startswith(found)


@pytest.mark.parametrize("text", RIGHT)
def test_what_the_notice_names_and_other_words_are_right(small: LoadedPlan, text: str) -> None:
    assert list(leftovers(text, Known(small.plan, small.identity), NAME, years=True)) == []


def test_a_name_of_a_site_may_begin_with_its_place(small: LoadedPlan) -> None:
    known = Known(small.plan, small.identity)
    found = [
        said for *_, said in leftovers("zh: 相城区优化营商环境行动\nzh: 小区行动", known, NAME_AT_START, years=True)
    ]
    assert found == ["相城区"]


def test_names_that_site_yaml_adds_are_known(small: LoadedPlan) -> None:
    identity = small.identity.model_copy(update={"also_names": ("苏州市", "2022")})
    assert list(leftovers("2022年，苏州市人民政府印发", Known(small.plan, identity), NAME, years=True)) == []


LEFT = [
    ("data/site.yaml", "zh: 小区优化环境行动,", "zh: 相城区优化环境行动,", "相城区"),
    ("data/site.yaml", "id: small-district-plan", "id: small-district-plan-2022", "2022"),
    ("data/site.yaml", "name: {zh: 小区, en: Small District}", "name: {zh: 小区, en: Old District}", "Old District"),
    ("data/plan.yaml", "zh: 期限和利率。", "zh: 苏州市人民政府的期限。", "苏州市"),
    ("data/plan.yaml", "en: Small District Government Office", "en: Old County Government Office", "Old County"),
    ("data/plan.yaml", "en: 'A court, not", "en: 'The court of Old City, not", "Old City"),
    ("data/glossary.yaml", "en: The legal way", "en: In Jiangsu Province the legal way", "Jiangsu Province"),
    ("macros/labels.yaml", "{zh: 首页, en: Home}", "{zh: 首页, en: Home of Old District}", "Old District"),
    ("docs/about.zh.md", "# 关于本站", "# 相城区人民政府", "相城区"),
    ("docs/contribute.en.md", "# Contribute", "# Contribute in 2022", "2022"),
    ("overrides/404.html", "<h1>", "<h1>People's Government of Suzhou", "People's Government of Suzhou"),
]


def test_leftovers_are_reported_with_their_place_wherever_they_stand(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path / "project")
    assert run("plansite", "check", cwd=project).stdout == ""
    for name, old, new, _ in LEFT:
        edit(project / name, old, new)
    checked = run("plansite", "check", "--format", "json", cwd=project)
    assert checked.returncode == 1
    problems = [p for p in json.loads(checked.stdout) if p["code"] in {"left_over", "year_left_over"}]
    places = []
    for name, _, new, found in LEFT:
        lines = (project / name).read_text("utf-8").splitlines()
        [line] = [number for number, line in enumerate(lines, start=1) if new in line]
        places.append((name, line, lines[line - 1].index(found, lines[line - 1].index(new)) + 1))
        [told] = [p["message"] for p in problems if (p["file"], p["line"], p["column"]) == places[-1]]
        assert found in told
        assert ("People's Government of Small District" in told) != found.isdecimal()
    assert sorted(places) == sorted((p["file"], p["line"], p["column"]) for p in problems)


def test_a_leftover_prevents_no_build(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path / "project")
    edit(project / "docs" / "about.en.md", "# About", "# About Old District")
    chinese = run("plansite", "check", "--lang", "zh", cwd=project)
    assert "docs/about.en.md:" in chinese.stdout
    assert "提到“Old District”，而通知里没有（发文机关：小区委员会 / " in chinese.stdout
    edit(project / "data" / "site.yaml", "publisher:", "also_names: [Old District]\npublisher:")
    assert run("plansite", "check", cwd=project).stdout == ""
    edit(project / "data" / "site.yaml", "also_names: [Old District]\n", "")
    built = run("plansite", "build", "site", cwd=project)
    assert (built.returncode, built.stderr) == (0, "")
