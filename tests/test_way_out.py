"""This module tests the way out of MkDocs: another generator makes the same pages of what `plansite pages` writes."""

import shutil
from collections import defaultdict
from pathlib import Path
from urllib.parse import urljoin

import pytest

from conftest import DATA, copy_small_project, run, shared_folder
from links import Site, in_html

pytestmark = pytest.mark.site


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of the plan of three measures as Zensical builds it."""
    with shared_folder(tmp_path_factory, "zensical") as (folder, new):
        if new:
            project = copy_small_project(folder / "project")
            shutil.copy(DATA / "zensical.toml", folder)
            for command in ("pages", "export"):
                done = run("plansite", command, str(folder / "docs"), cwd=project)
                assert done.returncode == 0, done.stderr
            done = run("zensical", "build", "--strict", cwd=folder)
            assert done.returncode == 0, done.stdout + done.stderr
        return Site(folder / "site")


def pages(folder: Path, name: str) -> set[str]:
    """Return the addresses of all pages in a folder, whose files have this name."""
    return {path.parent.relative_to(folder).as_posix() for path in folder.rglob(name)}


def test_another_generator_makes_all_pages(elsewhere: Site, small_site: Path) -> None:
    assert pages(elsewhere.folder, "index.html") == pages(small_site, "index.html")


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
