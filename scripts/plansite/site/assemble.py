"""This module assembles a site from the files of the project, or raises every problem of all of them together."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from plansite.editor import ADDRESS_LIST
from plansite.errors import LANGUAGES, Lang, PlanError, Problem, display_path
from plansite.site.cards import Card, render_cards
from plansite.site.documents import render_document
from plansite.site.graph import PlanView
from plansite.site.json_ld import json_ld
from plansite.site.pages import FEED, FOLDER, UPDATES_FEED, Page, Publication, absolute_url, check_addresses, pages
from plansite.site.tables import Package
from plansite.site.templates import RenderedPage, Templates, check_templates
from plansite.source.leftovers import check_leftovers
from plansite.source.schema import Labels, Redirect
from plansite.source.texts import is_file
from plansite.source.yaml_reader import check_encoding
from plansite.validate import load_labels, load_plan

T = TypeVar("T")
# A link from a page written by hand to another.
LINK_TO_FILE = re.compile(r"\]\((\w+)(?:/index)?\.md\b")


@dataclass(frozen=True)
class Sources:
    """The files and folders that a site is made from."""

    plan: Path = Path("data/plan.yaml")
    macros: Path = Path("macros")
    docs: Path = Path("docs")
    overrides: Path = Path("overrides")


@dataclass(frozen=True)
class Site:
    """A checked plan with the templates and addresses of its site; pages are rendered on demand."""

    plan: PlanView
    templates: Templates
    pages: dict[str, Page]
    """{file: page} for every generated page."""
    static_addresses: Sequence[str]
    """The addresses of the pages in docs/."""
    addresses: Sequence[str]
    """The published addresses of pages in one language, without home, and of data files."""
    warnings: Sequence[Problem]
    """The problems that do not prevent a build."""
    publication: Publication
    card_folder: Path
    """The folder with the pictures of cards."""

    @cached_property
    def cards(self) -> list[Card]:
        """The cards that stand for pages where their links are shared; raises PlanError where a template is wrong."""
        return list(render_cards(self.templates, self.plan, self.card_folder))

    @cached_property
    def pictured(self) -> list[Card]:
        """The cards with a picture that is published: none without a URL, none that differs from the plan."""
        has_any = self.publication.site_url and self.card_folder.is_dir()
        return [card for card in self.cards if card.is_current] if has_any else []

    def cards_of(self, address: str, lang: Lang) -> list[Card]:
        """Return the cards with a picture for the page at an address, the wide one first."""
        own = address.partition("/")[0]
        of_kind = {k: [c for c in self.pictured if (c.kind, c.lang) == (k, lang)] for k in (own, "home")}
        return of_kind[own] or of_kind["home"]

    @cached_property
    def _link_targets(self) -> set[str]:
        return {page.address for page in self.pages.values()} | set(self.static_addresses)

    @property
    def labels(self) -> Labels:
        """The words of the interface."""
        return self.templates.labels

    def render(self, page: Page) -> RenderedPage:
        """Render a generated page; raises PlanError where its template is wrong."""
        return self.templates.render_page(page, self.plan, self._link_targets, self.publication)

    def render_document(self, path: Path, lang: Lang) -> str:
        """Return the Markdown of a page written by hand; raises PlanError where what it names is wrong."""
        return render_document(path, self.plan, self.labels, lang)

    def render_all(self, pages: Iterable[Page]) -> Iterator[tuple[Page, RenderedPage]]:
        """Render pages; raises PlanError at the end with every broken line of the templates, each once."""
        problems: dict[str, Problem] = {}
        for page in pages:
            try:
                yield page, self.render(page)
            except PlanError as error:
                problems |= {problem.text_line("en"): problem for problem in error.problems}
        if problems:
            raise PlanError(problems.values())

    def json_ld(self, page: Page, title: str) -> str:
        """Return the JSON-LD of a page, generated or written by hand, with this title."""
        locate = partial(absolute_url, site_url=self.publication.site_url)
        return json_ld(page, title, self.plan, self.labels, locate)

    def feed(self, name: str, lang: Lang) -> str | None:
        """Return the feed of changes or updates, by the name of its file, in one language; None without any."""
        told = {FEED: self.plan.history, UPDATES_FEED: self.plan.updates.updates}[name]
        return self.templates.render_feed(name, self.plan, lang, self.publication.site_url) if told else None

    def sitemap(self) -> str | None:
        """Return the list of all pages for search engines, None where the URL of the site is unknown."""
        addresses = ["", *(address for address in self.addresses if not is_file(address))]
        site_url = self.publication.site_url
        return self.templates.render_sitemap(addresses, site_url) if site_url else None


def assemble(sources: Sources, publication: Publication = Publication()) -> Site:  # noqa: B008 - frozen
    """Read and check all sources of a site; raises PlanError with the problems of all files together."""
    problems: list[Problem] = []

    def attempt(step: Callable[[], T]) -> T | None:
        try:
            return step()
        except PlanError as error:
            problems.extend(error.problems)
        return None

    loaded = attempt(lambda: load_plan(sources.plan))
    labels = attempt(lambda: load_labels(sources.macros / "labels.yaml"))
    addresses = attempt(lambda: static_addresses(sources.docs))
    readable = len(problems)
    attempt(lambda: check_encoding([sources.docs, sources.macros, sources.overrides]))
    if labels and len(problems) == readable:
        problems += check_templates(sources.macros, sources.overrides, labels)
    if loaded is None or labels is None or addresses is None or problems:
        raise PlanError(problems)
    plan = PlanView(loaded, publication.history(), publication.version)
    every = list(pages(plan))
    kept = {page.address: None for page in every if page.address and not isinstance(page.subject, Redirect)}
    published = [*kept, *addresses, FEED, *Package(plan).files]
    published += [UPDATES_FEED] if plan.updates.updates else []
    problems = [
        Problem(display_path(sources.docs / f"{name}.{LANGUAGES[0]}.md"), 1, 1, name, "taken_page", {"value": name})
        for name in addresses
        if name in kept
    ]
    texts = [
        sources.macros / "labels.yaml",
        *sorted(sources.docs.glob("*.md")),
        *sorted(sources.overrides.rglob("*.html")),
    ]
    problems += check_leftovers(loaded.plan, loaded.identity, sources.plan, texts)
    problems += check_addresses(sources.plan.with_name(ADDRESS_LIST), published, loaded)
    if any(problem.blocks for problem in problems):
        raise PlanError(problems)
    templates = Templates(sources.macros, labels)
    by_file = {page.file: page for page in every}
    for path in sorted(sources.docs.glob("*.md")):
        attempt(partial(render_document, path, plan, labels, "en" if path.name.endswith(".en.md") else "zh"))
    if any(problem.blocks for problem in problems):
        raise PlanError(problems)
    warnings, cards = [*loaded.warnings, *problems], sources.plan.with_name("cards")
    return Site(plan, templates, by_file, addresses, published, warnings, publication, cards)


def static_addresses(docs: Path) -> list[str]:
    """Return the addresses of the pages in docs/; raises PlanError where one lacks its NAME.zh.md or NAME.en.md."""
    files = sorted(docs.glob("*.md"))
    names = list(dict.fromkeys(file.name.partition(".")[0] for file in files))
    wanted = {docs / f"{name}.{lang}.md" for name in names for lang in LANGUAGES}
    problems = [
        Problem(display_path(file), 1, 1, file.name, "missing_twin", {"twin": twin.name})
        for file in files
        for twin in sorted(wanted - set(files))
        if twin.name.partition(".")[0] == file.name.partition(".")[0]
    ]
    if problems:
        raise PlanError(problems)
    return names


def write_pages(site: Site, docs: Path, target: Path) -> int:
    """Write all pages and feeds to a folder for another site generator; return the number of pages.

    Each page is ADDRESS/index.md, so that its links hold whether the generator resolves them against the file or
    against the page. Generated pages are HTML below front matter.
    """
    files = {}
    for page, rendered in site.render_all(site.pages.values()):
        head = {name: value for name, value in vars(rendered).items() if value and name != "body"}
        lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in head.items())
        files[page.lang, page.address] = f"---\n{''.join(lines)}---\n\n<div>\n{rendered.body}</div>\n"
    for path in docs.glob("*.md"):
        name, _, lang = path.stem.partition(".")
        written: Lang = "en" if lang == "en" else "zh"
        files[written, name] = LINK_TO_FILE.sub(r"](../\1/", site.render_document(path, written))
    for (lang, address), markdown in files.items():
        path = target / FOLDER[lang] / address / "index.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown, "utf-8")
    for lang in LANGUAGES:
        for feed in (FEED, UPDATES_FEED):
            if (text := site.feed(feed, lang)) is not None:
                (target / FOLDER[lang] / feed).write_text(text, "utf-8")
    return len(files)
