"""No published address is ever lost: each is a page, a file, or a redirect that the plan names."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from conftest import PROJECT, SMALL_PLAN, Watched, copy_project, run, serving
from plansite.cli import main
from plansite.editor import ADDRESS_LIST, add_addresses, read_addresses
from plansite.errors import PlanError
from plansite.exports.task_sheet import SUFFIXES
from plansite.site.pages import FEED, check_addresses
from plansite.site.tables import description
from plansite.validate import load_plan

MOVED = """
redirects:
  - {from: units/tax-service, to: units/tax-bureau}
  - {from: units/tax-service/tasks, to: units/tax-bureau/tasks}
"""


def check(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.chdir(project)
    main(["check", "--lang", "en"])
    return [line for line in capsys.readouterr().out.splitlines() if ": site: " not in line]


def rename(project: Path, old: str, new: str, redirects: str = "") -> None:
    plan = project / "data" / "plan.yaml"
    text, count = re.subn(rf"\b{old}\b", new, plan.read_text("utf-8"))
    assert count > 1
    plan.write_text(text + redirects, "utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path)


@pytest.mark.site
def test_every_address_of_the_site_is_in_the_list(site: Path) -> None:
    pages = {path.parent.relative_to(site).as_posix() for path in site.rglob("index.html")}
    chinese = {page for page in pages if page.partition("/")[0] != "en"} - {"."}
    assert {page.removeprefix("en/") for page in pages} - {"en", "."} == chinese
    listed_now = read_addresses(PROJECT / "data" / ADDRESS_LIST)
    assert chinese == {address for address in listed_now if "." not in address}
    assert all((site / name).is_file() for name in listed_now if "." in name and name != "changes.xml")
    assert {FEED, *description().files} <= set(listed_now)


def test_an_address_that_would_vanish_is_named_with_where_it_may_have_gone(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(project, "tax-service", "tax-bureau")
    line = read_addresses(project / "data" / ADDRESS_LIST)["units/tax-service"]
    lost, sheet, new, _ = check(project, monkeypatch, capsys)
    assert "{from: units/tax-service/tasks, to: units/tax-bureau/tasks}" in sheet
    assert lost == (
        f'data/addresses.txt:{line}:1: units/tax-service: is the published address "units/tax-service", which the site '
        "no longer has; if its place has been taken by units/tax-bureau, the only new one of its kind, add to "
        '"redirects" in the plan: {from: units/tax-service, to: units/tax-bureau}'
    )
    assert 'is "units/tax-bureau", an address that the list does not have yet; add it as a line of its own' in new
    rename(project, "tax-bureau", "tax-bureau", MOVED)
    assert main(["addresses"]) == 0
    assert capsys.readouterr().out == "units/tax-bureau\nunits/tax-bureau/tasks\n"
    assert check(project, monkeypatch, capsys) == []


LOST: dict[str, tuple[list[str], list[str], dict[str, str | None]]] = {
    "a unit renamed": (["units/a", "plan.json"], ["units/b", "plan.json"], {"units/a": "units/b"}),
    "a measure taken out, so that the rest moved up": (
        ["measures/7", "measures/8"],
        ["measures/7"],
        {"measures/8": None},
    ),
    "two of a kind renamed": (["units/a", "units/b"], ["units/c", "units/d"], {"units/a": None, "units/b": None}),
    "two of a kind made one": (["units/a", "units/b"], ["units/c"], {"units/a": None, "units/b": None}),
    "a page gone, others of another kind new": (["units/a"], ["topics/a", "units"], {"units/a": None}),
    "a page gone, and a file new": (["text"], ["text.csv"], {"text": None}),
    "the sheet of a unit renamed": (
        ["units/a/tasks"],
        ["units/b", "units/b/tasks"],
        {"units/a/tasks": "units/b/tasks"},
    ),
    "everything gone": (["units/a"], [], {"units/a": None}),
}


@pytest.mark.parametrize("name", LOST)
def test_where_a_lost_address_has_gone_is_only_said_where_it_is_sure(name: str, tmp_path: Path) -> None:
    published, addresses, expected = LOST[name]
    path = tmp_path / ADDRESS_LIST
    path.write_text("".join(f"{address}\n" for address in published), "utf-8")
    problems = [p for p in check_addresses(path, addresses, load_plan(SMALL_PLAN)) if p.blocks]
    assert {problem.path: problem.details.get("instead") for problem in problems} == expected
    for problem in problems:
        gone = problem.details.get("instead") is None
        assert problem.code == ("gone_address" if gone else "lost_address")
        assert "None" not in problem.message("en") + problem.message("zh")


def test_what_to_decide_about_an_address_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(ADDRESS_LIST).write_text("measures/4\nunits\n", "utf-8")
    [problem] = check_addresses(Path(ADDRESS_LIST), ["units"], load_plan(SMALL_PLAN))
    assert problem.text_line("en") == (
        'addresses.txt:1:1: measures/4: is the published address "measures/4", which the site no longer has; bring it '
        "back, or decide which page now answers what its readers come for and add it to "
        '"redirects" in the plan: {from: measures/4, to: ...}'
    )
    assert problem.text_line("zh") == (
        "addresses.txt:1:1: measures/4: 是已经发布的地址“measures/4”，但网站上不再有它；请恢复它，或者确定访问者现在"
        "应看哪个页面，并写入计划的 redirects：“{from: measures/4, to: ……}”"
    )


@pytest.mark.parametrize(
    ("redirect", "said"),
    [
        (
            "{from: units/tax-service, to: units}",
            'redirects from "units/tax-service", which is a page or a file of the site',
        ),
        (
            "{from: units/gone, to: units/tax-servce}",
            '"units/tax-servce", which the site does not have (did you mean "units/tax-service"?)',
        ),
        ("{from: index.html, to: plan.json}", 'redirects from "index.html", which is a page or a file of the site'),
        ("{from: assets/site.css, to: plan.json}", 'from "assets/site.css", which is a page or a file of the site'),
        ("{from: gone.csv, to: units}", 'redirects to "units", which the site does not have'),
        ("{from: units/gone, to: plan.json}", 'redirects to "plan.json", which the site does not have'),
        ("{from: ../gone, to: units}", 'is "../gone"; an address is written without the host'),
        ("{from: /units/gone/, to: units}", 'is "/units/gone/"; an address is written without the host'),
    ],
)
def test_redirects_that_lead_nowhere(
    redirect: str, said: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = project / "data" / "plan.yaml"
    text = plan.read_text("utf-8")
    plan.write_text(f"{text}\nredirects:\n  - {redirect}\n", "utf-8")
    [line] = check(project, monkeypatch, capsys)
    assert line.startswith(f"data/plan.yaml:{len(text.splitlines()) + 3}:")
    assert said in line


def test_the_list_grows_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / ADDRESS_LIST
    path.write_text("# remark\nunits/old  # gone\nunits\n", "utf-8")
    assert read_addresses(path) == {"units/old": 2, "units": 3}
    assert add_addresses(path, ["units", "units/new"]) == ["units/new"]
    assert path.read_text("utf-8") == "# remark\nunits/old  # gone\nunits\nunits/new\n"


def test_a_list_as_other_programs_write_it(tmp_path: Path) -> None:
    path = tmp_path / ADDRESS_LIST
    path.write_bytes("\ufeffunits\r\nthemes".encode())
    assert read_addresses(path) == {"units": 1, "themes": 2}
    add_addresses(path, ["text"])
    assert read_addresses(path) == {"units": 1, "themes": 2, "text": 3}
    path.write_bytes("units\n单位\n".encode("gbk"))
    with pytest.raises(PlanError) as raised:
        read_addresses(path)
    assert (
        raised.value.problems[0]
        .text_line("en")
        .endswith("addresses.txt:2:1: addresses.txt: is not UTF-8 text from this byte on; save the file as UTF-8")
    )


@pytest.mark.browser
def test_a_redirect_is_a_page_that_leads_on_in_each_language(project: Path, browser: Browser) -> None:
    rename(project, "tax-service", "tax-bureau", f"{MOVED}  - {{from: data/old.csv, to: sentences.csv}}\n")
    done = run("plansite", "build", cwd=project, SITE_URL="https://example.org/plan/")
    assert done.returncode == 0, done.stderr
    site = project / "site"
    assert (site / "data" / "old.csv").read_bytes() == (site / "sentences.csv").read_bytes()
    for suffix in SUFFIXES:
        old, new = (site / "en" / "units" / unit / f"tasks{suffix}" for unit in ("tax-service", "tax-bureau"))
        assert old.read_bytes() == new.read_bytes()
    assert "tax-service" not in (site / "sitemap.xml").read_text("utf-8")
    with serving(site) as address, browser.new_context(base_url=address) as context:
        watched = Watched(context.new_page())
        page = watched.page
        for folder in ("", "en/"):
            text = (site / folder / "units" / "tax-service" / "index.html").read_text("utf-8")
            assert f'<link rel="canonical" href="https://example.org/plan/{folder}units/tax-bureau/">' in text
            page.goto(f"/{folder}units/tax-service/#market")
            expect(page.locator("h1#unit")).to_be_visible()
            parts = urlsplit(page.url)
            assert (parts.path, parts.fragment) == (f"/{folder}units/tax-bureau/", "market")
        assert watched.complaints == []
    with serving(site) as address, browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/en/units/tax-service/")
        page.wait_for_url("**/en/units/tax-bureau/")
        expect(page.locator("h1#unit")).to_have_text("District Tax Service")
