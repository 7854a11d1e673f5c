"""From the project's files to all that a site is made of, with all problems at once."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from plansite.addresses import LIST, address_problems
from plansite.files import check_encoding
from plansite.history import Version
from plansite.kept import CACHE, fingerprint, keep, program, recall
from plansite.linked import linked_data
from plansite.load import Loaded, load, load_labels
from plansite.model import Labels, Redirect
from plansite.pages import FILES, Page, located, pages
from plansite.problems import FOLDER, LANGUAGES, Lang, PlanError, Problem, shown
from plansite.progress import progress
from plansite.remembered import Known
from plansite.render import Publication, Templates, render, render_feed, render_sitemap, title_of
from plansite.theme import check_theme
from plansite.views import PlanView

T = TypeVar("T")
CHECKED = CACHE / "checked"
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
class Made(Known):
    """A generated page: its Markdown, and what describes it to other programs, in JSON. Or a feed."""

    text: str
    linked: str


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
    texts: Mapping[str, str]
    """What changes often, by the names in remembered.Reading."""
    rest: str
    """The fingerprint of everything else that pages are made from."""

    @property
    def labels(self) -> Labels:
        """The words of the interface."""
        return self.templates.labels

    def key(self, read: Iterable[str]) -> str:
        """Return the fingerprint of all that a page is made from which reads these texts."""
        return fingerprint([], self.rest, *(f"{name} {self.texts.get(name)}" for name in sorted(read)))

    def made(self, langs: Sequence[Lang] = LANGUAGES, known: Mapping[str, Known] | None = None) -> dict[str, Made]:
        """Return {file: page} for the generated pages in some languages, but for those that would come out as known.

        Raises PlanError with every broken line of the templates.
        """
        return dict(self.making(langs, known))

    def making(
        self, langs: Sequence[Lang] = LANGUAGES, known: Mapping[str, Known] | None = None
    ) -> Iterator[tuple[str, Made]]:
        """Yield what `made` returns, for those who do not need all of it at a time."""
        stand = {file for file, page in (known or {}).items() if page.key == self.key(page.read)}
        due = [page for file, page in self.pages.items() if page.lang in langs and file not in stand]
        places = {page.address for page in self.pages.values()} | set(self.handwritten)
        locate = partial(located, site_url=self.publication.site_url)
        reading = self.plan.reading
        reading.taken()
        rendered = render(due, self.plan, self.templates, places, self.publication)
        # Of languages that are made at once one shows how far they are.
        for page, markdown in progress(rendered, len(due), "templates") if LANGUAGES[0] in langs else rendered:
            described = linked_data(page, title_of(markdown), self.plan, self.labels, locate)
            read = sorted(reading.taken())
            yield page.file, Made(read, self.key(read), markdown, described)

    def feed(self, lang: Lang) -> Made | None:
        """Return the feed of changes in one language, where there is a history."""
        if self.plan.history is None:
            return None
        self.plan.reading.taken()
        feed = render_feed(self.plan, self.templates, lang, self.publication.site_url)
        read = sorted(self.plan.reading.taken())
        return Made(read, self.key(read), feed, "")

    def sitemap(self) -> str | None:
        """Return the list of all pages for search engines, where somebody knows the address of the site."""
        moved = {page.address for page in self.pages.values() if isinstance(page.subject, Redirect)}
        every = [page.address for page in self.pages.values() if page.lang == LANGUAGES[0]]
        addresses = [address for address in (*every, *self.handwritten) if address not in moved]
        site_url = self.publication.site_url
        return render_sitemap(addresses, self.templates, site_url) if site_url else None


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
    readable = len(problems)
    attempt(lambda: check_encoding([sources.docs, sources.macros, sources.overrides]))
    if labels and len(problems) == readable:
        words = labels
        attempt(lambda: check_theme(sources.macros, sources.overrides, words))
    if loaded is None or labels is None or addresses is None or problems:
        raise PlanError(problems)
    templates = Templates(sources.macros, labels)
    templates.compile()
    versions = publication.history()
    plan = PlanView(loaded, versions, publication.version)
    every = list(pages(plan))
    kept = {page.address: None for page in every if page.address and not isinstance(page.subject, Redirect)}
    published = [*kept, *addresses, *FILES]
    found = list(address_problems(sources.plan.with_name(LIST), published, loaded))
    if any(problem.blocks for problem in found):
        raise PlanError(found)
    by_file = {page.file: page for page in every}
    texts, rest = _texts_and_rest(loaded, publication, versions)
    pending = [*loaded.pending, *found]
    rest = fingerprint([sources.macros], program(), *addresses, rest)
    return Site(plan, templates, by_file, addresses, published, pending, publication, texts, rest)


def _texts_and_rest(
    loaded: Loaded, publication: Publication, versions: Sequence[Version] | None
) -> tuple[dict[str, str], str]:
    """Return what changes often, and everything else that pages are made from."""
    said: Any = {"sentences": {"__all__": {"zh", "en"}}, "en_for": True, "en_confirmed": True}
    texts = {str(measure.number): measure.model_dump_json(include=said) for measure in loaded.plan.measures}
    texts["version"] = publication.version
    plan = loaded.plan.model_dump_json(exclude={"measures": {"__all__": said}})
    history = [version.commit for version in versions or ()]
    lines = loaded.lines if publication.repository else {}
    where = (publication.repository, publication.site_url, publication.pdf, history, loaded.file, lines)
    return texts, f"{plan}{loaded.glossary.model_dump_json()}{where}"


def check(sources: Sources) -> Sequence[Problem]:
    """Return what is to be said of a project in which nothing is wrong; raises PlanError with all that is.

    Pages that were rendered without a mistake need not be rendered again while all that they are made from stays.
    """
    site = compose(sources)
    kept = recall(CHECKED, program())
    known = {name: Known(*page) for name, page in json.loads(kept).items()} if kept else {}
    fresh = {name: Known(page.read, page.key) for name, page in site.making(known=known)}
    pages = {name: page for name, page in (known | fresh).items() if name in site.pages}
    keep(CHECKED, program(), json.dumps({name: (page.read, page.key) for name, page in pages.items()}).encode())
    return site.pending


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
    made = site.made()
    files = {(page.lang, page.address): made[name].text for name, page in site.pages.items()}
    for path in docs.glob("*.md"):
        name, _, english = path.stem.partition(".")
        files["en" if english else "zh", name] = LINK_TO_FILE.sub(r"](../\1/", path.read_text("utf-8"))
    for (lang, address), markdown in files.items():
        path = target / FOLDER[lang] / address / "index.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown, "utf-8")
    return len(files)
