"""This module assembles a site from the files of the project, or raises every problem of all of them together."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from string import Formatter
from typing import TypeVar

from jinja2 import Environment
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import Call, Const, Getattr, Getitem, Name, Node, Template

from plansite.editor import ADDRESS_LIST
from plansite.errors import LANGUAGES, Lang, PlanError, Problem, display_path
from plansite.site.graph import PlanView
from plansite.site.json_ld import json_ld
from plansite.site.pages import DATA_FILES, FOLDER, Page, absolute_url, check_addresses, pages
from plansite.site.templates import Publication, RenderedPage, Templates, page_context, render_feed, render_sitemap
from plansite.source.rules import nearest_match
from plansite.source.schema import Labels, Redirect
from plansite.source.yaml_reader import check_encoding, read_text
from plansite.validate import load_labels, load_plan


@dataclass(frozen=True)
class Allowed:
    """What the templates in one folder may use."""

    names: Collection[str]
    filters: Collection[str]
    fields: Mapping[str, Collection[str]] = field(default_factory=dict)
    """{name: its fields}, of names of which a wrong field would only be blank."""


THEME = Allowed(
    names=[
        *("base_url", "config", "nav", "page"),  # of MkDocs
        *("lang", "within"),  # of Material's base.html and of our main.html, for what they include
        *("assets", "has_history", "labels", "notice_date", "other_labels", "other_lang"),
        *("other_root", "root", "site_lang"),
    ],
    filters=("css", "digest", "format_date", "jsmin", "json_ld", "twin", "url"),
    fields={
        "page": """ancestors canonical_url children content edit_url file is_homepage is_index meta next_page parent
        previous_page title toc url""".split(),
        "meta": ("description", "moved_to", "script"),
    },
)
"""What the templates in overrides/ may use; a page is MkDocs's, with the meta that mkdocs_plugin.py gives it."""
MACROS = Allowed(
    names=[
        *(
            "lead_unit_label",
            "count_label",
            "edit_link",
            "feed",
            "file_link",
            "it",
            "labels",
            "lang",
            "link",
            "package",
            "pdfs",
            "plan",
        ),
        *("report_link", "root", "measure_title"),
        *("addresses", "hosted", "languages", "locate", "located", "pages", "urn", "version"),  # of feeds and reports
    ],
    filters=("format_date", "capitalize_first", "segments", "split_by_script", "strip_glosses"),
)
"""What the templates in macros/ may use."""


def check_templates(macros: Path, overrides: Path, labels: Labels) -> Iterator[Problem]:
    """Yield every line of a template that Jinja cannot read, or that uses a name, filter or label nobody defines."""
    for allowed, paths in ((MACROS, macros.glob("*.j2")), (THEME, overrides.rglob("*.html"))):
        environment = Environment(autoescape=True)
        environment.filters |= dict.fromkeys(allowed.filters, str)
        for path in sorted(paths):
            for line, code, details in _mistakes(read_text(path), environment, allowed, labels):
                yield Problem(display_path(path), line, 1, path.name, code, details)


Mistake = tuple[int, str, dict[str, object]]
"""The line of a mistake, its code in messages.yaml, and what the message names."""


def _mistakes(source: str, environment: Environment, allowed: Allowed, labels: Labels) -> Iterator[Mistake]:
    try:
        tree = environment.parse(source)
        unknown = find_undeclared_variables(tree) - set(allowed.names)
    except TemplateSyntaxError as error:
        yield error.lineno, "template", {"reason": error.message, "allowed": sorted(allowed.names)}
        return
    for name in tree.find_all(Name):
        if name.name in unknown:
            yield name.lineno, "template", {"reason": f"'{name.name}' is undefined", "allowed": sorted(allowed.names)}
    for part in tree.find_all(Getattr):
        owner = part.node.attr if isinstance(part.node, Getattr) else getattr(part.node, "name", "")
        fields = allowed.fields.get(owner)
        if fields is not None and part.attr not in fields:
            yield part.lineno, "template", {"reason": f"{owner} has no '{part.attr}'", "allowed": sorted(fields)}
    yield from _label_mistakes(tree, labels)


def _label_mistakes(tree: Template, labels: Labels) -> Iterator[Mistake]:
    for node in tree.find_all((Getattr, Getitem)):
        name = _label_of(node)
        if name is not None and name not in labels:
            yield node.lineno, "unknown_label", {"name": name, "nearest": nearest_match(name, list(labels))}
    for call in tree.find_all(Call):
        if not isinstance(call.node, Getattr) or call.node.attr != "format":
            continue
        if label := labels.get(name := _label_of(call.node.node) or ""):
            wanted = {field for text in (label.zh, label.en) for _, field, _, _ in Formatter().parse(text) if field}
            for missing in sorted(wanted - {argument.key for argument in call.kwargs}):
                reason = f"the label {name} has {{{missing}}}, which is not given"
                yield call.lineno, "template", {"reason": reason, "allowed": sorted(wanted)}


def _label_of(node: Node) -> str | None:
    """Return the name of the label that an expression is: labels.home, labels["home"]."""
    if not isinstance(node, Getattr | Getitem) or not isinstance(node.node, Name) or node.node.name != "labels":
        return None
    if isinstance(node, Getattr):
        return node.attr
    return str(node.arg.value) if isinstance(node.arg, Const) else None


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
    """All that a site is made of, checked; its pages are rendered when they are asked for."""

    plan: PlanView
    templates: Templates
    pages: dict[str, Page]
    """{file: page} for every generated page."""
    static_addresses: Sequence[str]
    """The addresses of the pages in docs/."""
    addresses: Sequence[str]
    """The addresses that are published, of pages in one language and of files, but for home."""
    warnings: Sequence[Problem]
    """What `check` has to say of a plan that can be published: English that is to be confirmed."""
    publication: Publication

    @cached_property
    def _places(self) -> set[str]:
        return {page.address for page in self.pages.values()} | set(self.static_addresses)

    @property
    def labels(self) -> Labels:
        """The words of the interface."""
        return self.templates.labels

    def render(self, page: Page) -> RenderedPage:
        """Render a generated page; raises PlanError where its template is wrong."""
        context = page_context(page, self.plan, self.labels, self._places, self.publication)
        return self.templates.render_page(page.template, context)

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
        """Return what describes a page, generated or written by hand, to other programs."""
        locate = partial(absolute_url, site_url=self.publication.site_url)
        return json_ld(page, title, self.plan, self.labels, locate)

    def feed(self, lang: Lang) -> str | None:
        """Return the feed of changes in one language, where there is a history."""
        return render_feed(self.plan, self.templates, lang, self.publication.site_url) if self.plan.history else None

    def sitemap(self) -> str | None:
        """Return the list of all pages for search engines, where somebody knows the address of the site."""
        moved = {page.address for page in self.pages.values() if isinstance(page.subject, Redirect)}
        every = [page.address for page in self.pages.values() if page.lang == LANGUAGES[0]]
        addresses = [address for address in (*every, *self.static_addresses) if address not in moved]
        site_url = self.publication.site_url
        return render_sitemap(addresses, self.templates, site_url) if site_url else None


def assemble(sources: Sources, publication: Publication = Publication()) -> Site:  # noqa: B008 - frozen
    """Read and check everything that a site is made of; raises PlanError with the problems of all files together."""
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
    published = [*kept, *addresses, *DATA_FILES]
    found = list(check_addresses(sources.plan.with_name(ADDRESS_LIST), published, loaded))
    if any(problem.blocks for problem in found):
        raise PlanError(found)
    templates = Templates(sources.macros, labels)
    by_file = {page.file: page for page in every}
    return Site(plan, templates, by_file, addresses, published, [*loaded.warnings, *found], publication)


def check_site(sources: Sources) -> Sequence[Problem]:
    """Return the warnings about a project in which nothing is wrong; raises PlanError with all that is."""
    return assemble(sources).warnings


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
    """Write the generated and the hand-written pages to a folder, for any other generator; return how many files.

    Each page is an index.md in the folder that is its address, so that links hold, whether a generator understands
    them from where the file stands or from where the page does. A generated one is HTML below its front matter.
    """
    files = {}
    for page, rendered in site.render_all(site.pages.values()):
        head = {name: value for name, value in vars(rendered).items() if value and name != "body"}
        lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in head.items())
        files[page.lang, page.address] = f"---\n{''.join(lines)}---\n\n<div>\n{rendered.body}</div>\n"
    for path in docs.glob("*.md"):
        name, _, lang = path.stem.partition(".")
        files["en" if lang == "en" else "zh", name] = LINK_TO_FILE.sub(r"](../\1/", path.read_text("utf-8"))
    for (lang, address), markdown in files.items():
        path = target / FOLDER[lang] / address / "index.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown, "utf-8")
    return len(files)
