"""SITE_URL is cleaned or refused in one place for all commands."""

import json
import shutil
from pathlib import Path

import pytest

from conftest import PROJECT, SMALL_PLAN, run
from plansite.errors import PlanError
from plansite.site.pages import site_address

REFUSED = [
    "example.org",
    "/plan/",
    "ftp://example.org/",
    "https://",
    "https:///plan",
    "https://a b.org",
    "https://e.org/?a",
    "https://[x",
    "https://[x]/",
]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", ""),
        ("  ", ""),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/", "https://example.org/"),
        (" https://example.org/plan\n", "https://example.org/plan/"),
        ("http://127.0.0.1:8000//", "http://127.0.0.1:8000/"),
        ("https://例子.中国/计划", "https://例子.中国/计划/"),
    ],
)
def test_an_address_ends_in_a_slash(given: str, address: str) -> None:
    assert site_address({"SITE_URL": given}) == address
    assert site_address({}) == ""


@pytest.mark.parametrize("given", [*REFUSED, "https://e.org/#a", 'https://e.org/"', "https://e.org/<"])
def test_what_is_no_address_is_refused_with_what_to_write(given: str) -> None:
    with pytest.raises(PlanError) as raised:
        site_address({"SITE_URL": given})
    [problem] = raised.value.problems
    assert "write it like https://example.org/plan/" in problem.message("en")
    assert "请写成“https://example.org/plan/”" in problem.message("zh")


@pytest.mark.parametrize("command", [["build", "out"], ["serve"], ["diff", str(SMALL_PLAN)], ["export", "out"]])
def test_every_command_refuses_it_in_a_line(command: list[str], tmp_path: Path) -> None:
    for name in ("data", "docs", "macros", "overrides"):
        (tmp_path / name).symlink_to(PROJECT / name)
    shutil.copy(PROJECT / "mkdocs.yml", tmp_path)
    done = run("plansite", *command, cwd=tmp_path, SITE_URL="example.org")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith('mkdocs.yml:1:1: SITE_URL: is "example.org", which is not the address of a site;')


def test_the_exported_data_has_it(tmp_path: Path) -> None:
    done = run("plansite", "export", "--plan", str(SMALL_PLAN), "out", cwd=tmp_path, SITE_URL="https://example.org/p")
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads((tmp_path / "out" / "plan.json").read_text("utf-8"))
    assert plan["measures"][0]["url"]["en"] == "https://example.org/p/en/measures/1/"
