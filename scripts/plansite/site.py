"""From the project's files to the finished Markdown of every generated page, with all problems at once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from plansite.addresses import LIST, address_problems
from plansite.load import load, load_labels
from plansite.model import Labels, Redirect
from plansite.pages import FILES, Page, pages
from plansite.problems import FOLDER, PlanError, Problem, shown
from plansite.render import Publication, render, render_feeds
from plansite.theme import check_theme
from plansite.views import PlanView

T = TypeVar("T")
# How a page written by hand links to another page.
LINK_TO_FILE = re.compile(r"\]\((\w+)\.md\b")


@dataclass(frozen=True)
class Sources:
    """Where the project keeps what a site is made of."""

    plan: Path = Path("data/plan.yaml")
    macros: Path = Path("macros")
    docs: Path = Path("docs")
    overrides: Path = Path("overrides")


@dataclass(frozen=True)
class Site:
    """A plan with the words of the interface and its pages, {file: page} and {file: Markdown}."""

    plan: PlanView
    labels: Labels
    pages: dict[str, Page]
    markdown: dict[str, str]
    feeds: dict[str, str]
    """{file: Atom}, none where there is no history."""
    addresses: Sequence[str]
    """The addresses that are published, of pages in one language and of files, but for home."""
    pending: Sequence[Problem]
    """What `check` has to say of a plan that can be published: English that is to be confirmed."""


def compose(sources: Sources, publication: Publication = Publication()) -> Site:  # noqa: B008 - frozen
    """Read, check and render everything; raises PlanError with the problems of all files together."""
    problems: list[Problem] = []

    def attempt(step: Callable[[], T]) -> T | None:
        try:
            return step()
        except PlanError as error:
            problems.extend(error.problems)
        return None

    loaded = attempt(lambda: load(sources.plan))
    labels = attempt(lambda: load_labels(sources.macros / "labels.yaml"))
    addresses = attempt(lambda: handwritten(sources.docs))
    if labels:
        words = labels
        attempt(lambda: check_theme(sources.overrides, words))
    if loaded is None or labels is None or addresses is None or problems:
        raise PlanError(problems)
    plan = PlanView(loaded, publication.versions, publication.version)
    every = list(pages(plan))
    kept = {page.address: None for page in every if page.address and not isinstance(page.subject, Redirect)}
    published = [*kept, *addresses, *FILES]
    found = list(address_problems(sources.plan.with_name(LIST), published, loaded))
    if any(problem.blocks for problem in found):
        raise PlanError(found)
    markdown = render(plan, sources.macros, labels, addresses, publication)
    feeds = render_feeds(plan, sources.macros, labels, publication.site_url)
    pending = [*loaded.pending, *found]
    return Site(plan, labels, {page.file: page for page in every}, markdown, feeds, published, pending)


def handwritten(docs: Path) -> list[str]:
    """Return the addresses of the pages in docs/; raises PlanError where one lacks its NAME.md or NAME.en.md."""
    pages = sorted(docs.glob("*.md"))
    twins = {page: page.with_name(_twin(page.name)) for page in pages}
    lonely = [page for page, twin in twins.items() if not twin.exists()]
    if lonely:
        details = {page: {"twin": twins[page].name} for page in lonely}
        raise PlanError(Problem(shown(page), 1, 1, page.name, "missing_twin", dict(details[page])) for page in lonely)
    return [page.stem for page in pages if not page.name.endswith(".en.md")]


def _twin(name: str) -> str:
    return name.replace(".en.md", ".md") if name.endswith(".en.md") else name.replace(".md", ".en.md")


def write(site: Site, docs: Path, target: Path) -> int:
    """Write the generated and the hand-written Markdown to a folder, for any other generator; return how many files.

    Each page is an index.md in the folder that is its address, so that links hold, whether a generator understands
    them from where the file stands or from where the page does.
    """
    files = {(page.lang, page.address): site.markdown[name] for name, page in site.pages.items()}
    for path in docs.glob("*.md"):
        name, _, english = path.stem.partition(".")
        files["en" if english else "zh", name] = LINK_TO_FILE.sub(r"](../\1/", path.read_text("utf-8"))
    for (lang, address), markdown in files.items():
        path = target / FOLDER[lang] / address / "index.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown, "utf-8")
    return len(files)
