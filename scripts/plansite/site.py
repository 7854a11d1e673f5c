"""From the project's files to all that a site is made of, with all problems at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from plansite.addresses import LIST, address_problems
from plansite.load import load, load_labels
from plansite.model import Labels, Redirect
from plansite.pages import FILES, Page, pages
from plansite.problems import LANGUAGES, Lang, PlanError, Problem, shown
from plansite.render import Publication, Templates, render, render_feeds, render_sitemap
from plansite.theme import check_theme
from plansite.views import PlanView

T = TypeVar("T")


@dataclass(frozen=True)
class Sources:
    """Where the project keeps what a site is made of."""

    plan: Path = Path("data/plan.yaml")
    macros: Path = Path("macros")
    docs: Path = Path("docs")
    overrides: Path = Path("overrides")


@dataclass(frozen=True)
class Site:
    """All that a site is made of, checked; its pages are rendered when they are asked for."""

    plan: PlanView
    templates: Templates
    pages: dict[str, Page]
    """{file: page} for every generated page."""
    handwritten: Sequence[str]
    """The addresses of the pages in docs/."""
    addresses: Sequence[str]
    """The addresses that are published, of pages in one language and of files, but for home."""
    pending: Sequence[Problem]
    """What `check` has to say of a plan that can be published: English that is to be confirmed."""
    publication: Publication

    @property
    def labels(self) -> Labels:
        """The words of the interface."""
        return self.templates.labels

    def markdown(self, langs: Sequence[Lang] = LANGUAGES) -> dict[str, str]:
        """Return {file: Markdown} in some languages; raises PlanError with every broken line of the templates."""
        return render(self.plan, self.templates, self.handwritten, self.publication, langs)

    def feeds(self, langs: Sequence[Lang] = LANGUAGES) -> dict[str, str]:
        """Return {file: XML} of what is read by programs: the changes in some languages, none without a history."""
        return render_feeds(self.plan, self.templates, self.publication.site_url, langs)

    def sitemap(self) -> dict[str, str]:
        """Return {file: XML} of the list of all pages, none where nobody knows the address of the site."""
        moved = {page.address for page in self.pages.values() if isinstance(page.subject, Redirect)}
        every = [page.address for page in self.pages.values() if page.lang == "zh"]
        addresses = [address for address in (*every, *self.handwritten) if address not in moved]
        return render_sitemap(addresses, self.templates, self.publication.site_url)


def compose(sources: Sources, publication: Publication = Publication()) -> Site:  # noqa: B008 - frozen
    """Read and check everything that a site is made of; raises PlanError with the problems of all files together."""
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
    templates = Templates(sources.macros, labels)
    by_file = {page.file: page for page in every}
    return Site(plan, templates, by_file, addresses, published, [*loaded.pending, *found], publication)


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
    """Write the generated and the hand-written Markdown to a folder, for any other generator; return how many files."""
    files = site.markdown() | {path.name: path.read_text("utf-8") for path in docs.glob("*.md")}
    for name, markdown in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown, "utf-8")
    return len(files)
