"""This module tests the finished site as a whole: its links lead somewhere, its pages are near home, all is valid."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import PROJECT, REAL_PLAN, Repository, build_site, copy_small_project, edit, shared_folder
from links import Site
from plansite.errors import LANGUAGES
from plansite.validate import load_plan

pytestmark = pytest.mark.site

ADDRESS = "https://plan.example.org/2022/"
CHECKER = PROJECT / "tests" / "validator" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
REDIRECTS = """
redirects:
  - {from: units/taxes, to: units/tax-service}
  - {from: data/old.csv, to: sentences.csv}
"""
# What the checker is right about and we keep: Material's two switches say autocomplete="off", which HTML knows for
# text only, and which keeps Firefox from showing the search box still open on a page that is loaded again.
SWITCH = r'<input class="md-toggle" data-md-toggle="(drawer|search)"'
KEPT = re.compile(f"Attribute “autocomplete” is only allowed .*{SWITCH}", re.DOTALL)


@pytest.fixture(scope="module")
def built(site: Path) -> Site:
    """The real site, whose address is not known."""
    return Site(site)


@pytest.fixture(scope="session")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A small site at an address below the root of a host, with a hosted source, a history, and redirects."""
    with shared_folder(tmp_path_factory, "hosted") as (folder, new):
        project = folder / "project"
        if new:
            repository = Repository(copy_small_project(project))
            edit(repository.plan, "extend credit loans", "extend more credit loans")
            repository.plan.write_text(repository.plan.read_text("utf-8") + REDIRECTS, "utf-8")
            repository.commit("2026-01-02T08:00:00+08:00")
            source = "https://git.example.org/a/plan"
            build_site(project, project / "site", SITE_URL=ADDRESS, PLAN_REPOSITORY=source)
        return Site(project / "site", ADDRESS)


@pytest.mark.parametrize("name", ["built", "hosted"])
def test_every_address_within_the_site_leads_to_a_file_and_to_an_element_of_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    site: Site = request.getfixturevalue(name)
    assert len(site.links) > 1_000, "addresses of all kinds are read"
    assert site.broken() == []


def test_links_of_every_kind_are_followed(hosted: Site) -> None:
    targets = {link.place: set[str]() for link in hosted.links}
    for link in hosted.links:
        targets[link.place].add(link.target.removeprefix(ADDRESS))
    assert "en/measures/2/" in targets[f"{ADDRESS}sitemap.xml"]
    assert "en/measures/2/" in targets[f"{ADDRESS}plan.json"]
    assert "en/measures/1/#s2" in targets[f"{ADDRESS}sentences.csv"]
    assert "en/measures/2/" in targets[f"{ADDRESS}en/changes.xml"], "a link in the HTML of an entry"
    assert "en/units/tax-service/" in targets[f"{ADDRESS}en/units/taxes/"], "where a redirect leads"
    assert "en/text/#notice" in targets[f"{ADDRESS}en/measures/2/"], "a part of another page, in JSON-LD"


def test_an_id_is_given_once_on_a_page(built: Site, hosted: Site) -> None:
    assert built.repeated() == []
    assert hosted.repeated() == []


def test_every_page_is_within_three_clicks_of_home(built: Site, hosted: Site) -> None:
    for site in (built, hosted):
        for lang in LANGUAGES:
            clicks = site.clicks(lang)
            pages = [site.place(path) for path in site.folder.rglob("index.html")]
            # Nothing is to lead to an address that has been given up.
            wanted = [page for page in pages if site.language(page) == lang and not site.moved(page)]
            assert [page for page in wanted if clicks.get(page, 4) > 3] == []
            assert len(wanted) > 20


def test_the_addresses_of_other_hosts_are_those_that_we_know(built: Site) -> None:
    assert set(built.foreign()) == {
        "https://creativecommons.org/licenses/by/4.0/",
        "https://json-schema.org/draft/2020-12/schema",
        "https://schema.org",
        "https://schema.org/UnofficialLegalValue",
        *(update.source.url for update in load_plan(REAL_PLAN).updates.updates),
    }


def complaints(*folders: Path) -> list[str]:
    """Return what the Nu Html Checker says of all pages and style sheets in folders."""
    if shutil.which("java") is None or not CHECKER.is_file():
        pytest.fail("the HTML checker is missing; run make test, which installs it", pytrace=False)
    options = ["--skip-non-html", "--also-check-css", "--format", "json", "--stdout", "--exit-zero-always"]
    # To it a page in a file has no site, and data is a script: test_policy.py has a browser hold pages to their policy.
    options += ["--filterpattern", ".*violates Content Security Policy.*"]
    # It needs more stack than Java gives a thread.
    command = ["java", "-Xss4m", "-jar", str(CHECKER), "--no-langdetect", *options, *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    messages = json.loads(done.stdout)["messages"]
    return [f"{said['url']}:{said.get('lastLine')}: {said['message']} {said.get('extract')}" for said in messages]


def test_every_page_and_style_sheet_is_valid(small_site: Path, hosted: Site) -> None:
    said = complaints(small_site, hosted.folder)
    kept = [line for line in said if KEPT.search(line)]
    pages = [page for folder in (small_site, hosted.folder) for page in folder.rglob("*.html")]
    assert len(kept) == 2 * len(pages), "Material's switches on every page, so that every page has been checked"
    assert [line for line in said if line not in kept] == []


def test_the_checker_finds_mistakes_in_pages_and_style_sheets(small_site: Path, tmp_path: Path) -> None:
    page = (small_site / "index.html").read_text("utf-8")
    (tmp_path / "index.html").write_text(page.replace("</main>", "<p style='colour: red'></div></main>"), "utf-8")
    (tmp_path / "site.css").write_text("a { colour: red }", "utf-8")
    said = [line for line in complaints(tmp_path) if not KEPT.search(line)]
    assert len([line for line in said if "Property “colour” doesn't exist" in line]) == 2
    assert any("Stray end tag “div”" in line or "End tag “div” seen" in line for line in said), said
