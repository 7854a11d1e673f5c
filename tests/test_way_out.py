"""The way out of MkDocs: another generator makes the same pages of the same Markdown, and their links hold."""

import shutil
from collections import defaultdict
from pathlib import Path
from urllib.parse import urljoin

import pytest

from conftest import DATA, PROJECT, run
from links import Site, in_html

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site as Zensical builds it."""
    folder = tmp_path_factory.mktemp("zensical")
    shutil.copy(DATA / "zensical.toml", folder)
    for command in ("pages", "export"):
        done = run("plansite", command, str(folder / "docs"), cwd=PROJECT)
        assert done.returncode == 0, done.stderr
    done = run("zensical", "build", "--strict", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return Site(folder / "site")


def pages(folder: Path, name: str) -> set[str]:
    """Return the places of all pages in a folder, whose files have this name."""
    return {path.parent.relative_to(folder).as_posix() for path in folder.rglob(name)}


def test_another_generator_makes_all_pages(elsewhere: Site, site: Path) -> None:
    assert pages(elsewhere.folder, "index.html") == pages(site, "index.html")
    assert len(pages(site, "index.html")) == 274


def test_every_link_holds_there(elsewhere: Site) -> None:
    assert elsewhere.broken() == []


def test_links_lead_there_to_the_same_pages(elsewhere: Site) -> None:
    made = defaultdict(set)
    for link in elsewhere.links:
        made[link.place].add(link.target)
    docs = elsewhere.folder.parent / "docs"
    for path in docs.rglob("*.md"):
        place = elsewhere.address + path.relative_to(docs).as_posix().removesuffix("index.md")
        meant = {urljoin(place, address) for address in in_html(path.read_text("utf-8"))}
        assert meant <= made[place], place
