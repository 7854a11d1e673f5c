"""No published address is ever lost: each is a page, a file, or a redirect that the plan names."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from conftest import PROJECT, Watched, copy_project, run, serving
from plansite.addresses import LIST, enlist, listed
from plansite.cli import main
from plansite.pages import FILES
from plansite.problems import PlanError

MOVED = "\nredirects:\n  - {from: units/tax-service, to: units/tax-bureau}\n"


def check(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.chdir(project)
    main(["check", "--lang", "en"])
    return capsys.readouterr().out.splitlines()


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
    listed_now = listed(PROJECT / "data" / LIST)
    assert chinese == {address for address in listed_now if "." not in address}
    assert all((site / name).is_file() for name in listed_now if "." in name and name != "changes.xml")
    assert set(FILES) <= set(listed_now)


def test_an_address_that_would_vanish_is_named_with_where_it_may_have_gone(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(project, "tax-service", "tax-bureau")
    line = listed(project / "data" / LIST)["units/tax-service"]
    lost, new = check(project, monkeypatch, capsys)
    assert lost == (
        f'data/addresses.txt:{line}:1: units/tax-service: is the published address "units/tax-service", which the site '
        'no longer has; add to "redirects" in the plan where it has gone: {from: units/tax-service, '
        "to: units/tax-bureau}"
    )
    assert 'is "units/tax-bureau", an address that the list does not have yet; add it as a line of its own' in new
    rename(project, "tax-bureau", "tax-bureau", MOVED)
    assert main(["addresses"]) == 0
    assert capsys.readouterr().out == "units/tax-bureau\n"
    assert check(project, monkeypatch, capsys) == []


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
    path = tmp_path / LIST
    path.write_text("# remark\nunits/old  # gone\nunits\n", "utf-8")
    assert listed(path) == {"units/old": 2, "units": 3}
    assert enlist(path, ["units", "units/new"]) == ["units/new"]
    assert path.read_text("utf-8") == "# remark\nunits/old  # gone\nunits\nunits/new\n"


def test_a_list_as_other_programs_write_it(tmp_path: Path) -> None:
    path = tmp_path / LIST
    path.write_bytes("\ufeffunits\r\nthemes".encode())
    assert listed(path) == {"units": 1, "themes": 2}
    enlist(path, ["text"])
    assert listed(path) == {"units": 1, "themes": 2, "text": 3}
    path.write_bytes("units\n单位\n".encode("gbk"))
    with pytest.raises(PlanError) as raised:
        listed(path)
    assert (
        raised.value.problems[0]
        .line_of_text("en")
        .endswith("addresses.txt:2:1: addresses.txt: is not UTF-8 text from this byte on; save the file as UTF-8")
    )


@pytest.mark.browser
def test_a_redirect_is_a_page_that_leads_on_in_each_language(project: Path, browser: Browser) -> None:
    rename(project, "tax-service", "tax-bureau", f"{MOVED}  - {{from: data/old.csv, to: sentences.csv}}\n")
    done = run("plansite", "build", cwd=project, SITE_URL="https://example.org/plan/")
    assert done.returncode == 0, done.stderr
    site = project / "site"
    assert (site / "data" / "old.csv").read_bytes() == (site / "sentences.csv").read_bytes()
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
