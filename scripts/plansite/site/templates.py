"""This module renders the templates in macros/: pages, feeds, the sitemap and the report of changes."""

import posixpath
import re
import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateRuntimeError
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from markupsafe import escape

from plansite.errors import LANGUAGES, Lang, PlanError, Problem, display_path
from plansite.history.changelog import Version, VersionView, urn
from plansite.site.graph import MeasureView, PlanView
from plansite.site.pages import FEED, FOLDER, PDFS, Page, absolute_url, path_of
from plansite.site.tables import Package
from plansite.source.chinese import chinese_date
from plansite.source.schema import Labels
from plansite.translation.glossary import segments, split_by_script, strip_glosses

# https://HOST/OWNER/PROJECT/tree/BRANCH; a name or password before the host would be published.
BRANCH_ADDRESS = re.compile(
    r"(?P<host>https?://[\w.-]+(?::\d+)?)/(?P<project>[^/?#\s]+/[^/?#\s]+)(?:/tree/(?P<branch>[^?#\s]+?))?/?"
)


@dataclass(frozen=True)
class Repository:
    """A branch of the project where it is hosted, for links to its source; the addresses are GitHub's."""

    url: str
    branch: str

    @classmethod
    def at(cls, address: str) -> "Repository":
        """Return the branch that a browser shows at this address; without one in it, main.

        Raises PlanError where it is no such address, as it is to stand in links.
        """
        match = BRANCH_ADDRESS.fullmatch(address)
        if match is None:
            raise PlanError([Problem("mkdocs.yml", 1, 1, "PLAN_REPOSITORY", "not_a_repository", {"value": address})])
        project, branch = (quote(unquote(match[part] or "main")) for part in ("project", "branch"))
        return cls(f"{match['host']}/{project}", branch)

    def edit(self, file: str, line: int) -> str:
        """Return the address of the hosted editor at a line of a file."""
        return f"{self.url}/edit/{self.branch}/{quote(file)}#L{line}"

    def report(self, fields: dict[str, str]) -> str:
        """Return the address of the form for mistakes with these of its fields filled, by their ids."""
        return f"{self.url}/issues/new?{urlencode({'template': 'mistake.yml'} | fields, quote_via=quote)}"


@dataclass(frozen=True)
class Publication:
    """How a site is published: where it and its source are, as far as is known, whether with PDFs, and from what."""

    repository: Repository | None = None
    site_url: str = ""
    pdf: bool = False
    history: Callable[[], Sequence[Version] | None] = lambda: None
    """Gives the versions of the plan, the newest first."""
    version: str = ""
    """The commit that the site is made from."""


class UnknownNameError(TemplateRuntimeError):
    """A template links to a page that the site does not have, or counts in words that the labels do not have."""


TEMPLATE_ERRORS = (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What a mistake in a template may raise."""


def format_date(value: date, lang: Lang) -> str:
    """Return a date as people write it: 2022年5月11日 or May 11, 2022."""
    return chinese_date(value) if lang == "zh" else f"{value:%B} {value.day}, {value.year}"


def relative_path(start: str, target: str) -> str:
    """Return the relative path from one address to another: from "measures/7" to "units", "../../units"."""
    here, there = ([part for part in address.split("/") if part] for address in (start, target))
    shared = len(posixpath.commonprefix([here, there]))
    return "/".join([".."] * (len(here) - shared) + there[shared:]) or "."


def capitalize_first(text: str) -> str:
    """Return text as it opens a line."""
    return text[:1].upper() + text[1:]


class Phrase(str):
    """A label in one language, with braces that a template may fill."""

    __slots__ = ()

    def format(self, *_: object, **words: object) -> str:
        """Return it with its braces filled; with HTML in one of them it is HTML, escaped once."""
        try:
            if not any(hasattr(word, "__html__") for word in words.values()):
                return super().format(**words)
            return escape(self).format(**words)
        except (KeyError, ValueError, IndexError) as error:
            raise UnknownNameError(f"{type(error).__name__}: {error}") from error


class Phrases:
    """The labels in one language: labels.home, labels["kind_" ~ unit.kind]. A name that is none of them raises."""

    def __init__(self, labels: Labels, lang: Lang) -> None:
        self._labels, self._lang = labels, lang

    def __getitem__(self, name: str) -> Phrase:
        """Return a label; raises UnknownNameError where there is none."""
        if name not in self._labels:
            raise UnknownNameError(f'labels.yaml has no "{name}"')
        return Phrase(self._labels[name][self._lang])

    def __getattr__(self, name: str) -> Phrase:
        """Return a label; raises UnknownNameError where there is none."""
        return self[name]


def count_label(labels: Labels, lang: Lang, name: str, number: int) -> str:
    """Return a number with what it counts: 58条措施, 58 measures, 1 measure."""
    label = labels[f"{name}_counted"]
    singular = label.en_one if lang == "en" and number == 1 else None
    return (singular or label[lang]).format(n=number)


def format_label(labels: Labels, lang: Lang, name: str, **words: object) -> str:
    """Return a word of the interface with its braces filled; raises UnknownNameError where they hold something else."""
    try:
        return labels[name][lang].format(**words)
    except (KeyError, ValueError, IndexError) as error:
        raise UnknownNameError(f'labels.yaml: "{name}" cannot be filled: {type(error).__name__} {error}') from error


def measure_title(labels: Labels, lang: Lang, measure: MeasureView) -> str:
    """Return a measure's number and title: 第7条 积极推动数字金融试点创新."""
    return format_label(labels, lang, "measure_title", n=measure.number, title=measure.title[lang])


def lead_unit_label(labels: Labels, lang: Lang, measure: MeasureView) -> str:
    """Return the first of the units that answer for a measure, and how many there are: 区税务局等3个单位."""
    others = len(measure.units) - 1
    more = format_label(labels, lang, "more_units", n=len(measure.units), others=others) if others else ""
    return measure.units[0].name[lang] + more


def render_feed(plan: PlanView, templates: "Templates", lang: Lang, site_url: str) -> str:
    """Return the feed of changes in one language (Atom), without addresses' host where it is not known."""
    return templates.render("changes.xml.j2", _outside(plan, templates.labels, lang, site_url))


def render_sitemap(addresses: Iterable[str], templates: "Templates", site_url: str) -> str:
    """Return the list of all pages with their twins in the other language (XML)."""
    context = {"addresses": addresses, "located": partial(absolute_url, site_url=site_url), "languages": LANGUAGES}
    return templates.render("sitemap.xml.j2", context)


def render_diff(
    version: VersionView, pages: list[tuple[str, str, str]] | None, templates: "Templates", lang: Lang, site_url: str
) -> str:
    """Return what a version changes as HTML without blank lines, which stays HTML within Markdown.

    `pages` are those affected, [(address, title, added, removed or changed), ...], or None where nobody can tell.
    """
    context = _outside(None, templates.labels, lang, site_url) | {"version": version, "pages": pages}
    # Where nobody knows the site's address, there is nothing to link to.
    context |= {"hosted": bool(site_url), "link": context["link"] if site_url else None}
    return templates.render("diff.html.j2", context)


@dataclass(frozen=True)
class RenderedPage:
    """A page as its template gives it: the HTML of its body, and what the template sets for its head."""

    body: str
    title: str
    description: str
    anchor: str
    """The id of its first heading."""
    script: str = ""
    """A file of overrides/assets/ that no other page needs."""
    moved_to: str = ""
    """Of a redirect, the address from the root of the site that it leads to."""


class Templates:
    """The templates and labels in macros/."""

    HEAD = ("title", "description", "anchor", "script", "moved_to")
    """The names that the template of a page sets, or may set."""

    def __init__(self, macros: Path, labels: Labels) -> None:
        self._macros, self.labels = macros, labels
        self._environment = Environment(
            loader=FileSystemLoader(macros),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
            auto_reload=False,
        )
        filters = {
            "format_date": format_date,
            "capitalize_first": capitalize_first,
            "segments": segments,
            "split_by_script": split_by_script,
            "strip_glosses": strip_glosses,
        }
        self._environment.filters |= filters

    def render_page(self, template: str, context: dict[str, Any]) -> RenderedPage:
        """Return the page that a template makes; raises PlanError where it uses anything that is not in `context`."""
        module = self._module(template, context)
        head = {name: str(getattr(module, name)) for name in self.HEAD if hasattr(module, name)}
        return RenderedPage(f"{module}\n", **head)

    def render(self, template: str, context: dict[str, Any]) -> str:
        """Return the text that a template makes; raises PlanError as render_page does."""
        return f"{self._module(template, context)}\n"

    def _module(self, template: str, context: dict[str, Any]) -> Any:
        try:
            try:
                return self._environment.get_template(template).make_module(context)
            except TEMPLATE_ERRORS:
                # Raises it again with the lines of the template in its traceback, as Template.render does.
                self._environment.handle_exception()
        except TEMPLATE_ERRORS as error:
            problem = template_problem(error, self._macros, template, sorted(context))
            if problem is None:
                raise
            raise PlanError([problem]) from error


def _words(labels: Labels, lang: Lang) -> dict[str, Any]:
    """Return what every template may use, wherever its text is to stand."""

    def count(name: str, number: int) -> str:
        if f"{name}_counted" not in labels:
            raise UnknownNameError(f'labels.yaml has no "{name}_counted"')
        return count_label(labels, lang, name, number)

    return {"lang": lang, "labels": Phrases(labels, lang), "count_label": count}


def _outside(plan: PlanView | None, labels: Labels, lang: Lang, site_url: str) -> dict[str, Any]:
    """Return what a template may use whose text is read outside the site."""
    return _words(labels, lang) | {
        "plan": plan,
        "link": partial(absolute_url, lang=lang, site_url=site_url),
        "locate": partial(absolute_url, site_url=site_url),
        "feed": urljoin(site_url or "/", FOLDER[lang] + FEED),
        "urn": urn,
    }


def page_context(
    page: Page, plan: PlanView, labels: Labels, addresses: Collection[str], publication: Publication
) -> dict[str, Any]:
    """Return what the template of a page may use; `addresses` are those of all pages of the site."""
    repository = publication.repository

    def link(address: str) -> str:
        path = path_of(address)
        if path not in addresses:
            raise UnknownNameError(f'link to "{path}", which is not a page of the site')
        return f"{relative_path(page.address, path)}/{address[len(path) :]}"

    def file_link(name: str) -> str:
        return relative_path(FOLDER[page.lang] + page.address, name)

    def edit_link(line: int) -> str | None:
        return repository.edit(plan.file, line) if repository else None

    def report_link(name: str, sentence: str = "", anchor: str = "") -> str | None:
        address = absolute_url(page.address + anchor, page.lang, publication.site_url)
        fields = {"title": name, "measure": name, "sentence": sentence, "address": address}
        return repository.report({field: text for field, text in fields.items() if text}) if repository else None

    return _words(labels, page.lang) | {
        "it": page.subject,
        "package": Package(plan),
        "plan": plan,
        "link": link,
        "file_link": file_link,
        "root": FOLDER[page.lang],
        "feed": file_link(FOLDER[page.lang] + FEED),
        "pdfs": PDFS if publication.pdf else {},
        "measure_title": partial(measure_title, labels, page.lang),
        "lead_unit_label": partial(lead_unit_label, labels, page.lang),
        "edit_link": edit_link,
        "report_link": report_link,
    }


def template_problem(error: Exception, macros: Path, template: str, allowed: list[str]) -> Problem | None:
    """Return where in which template an error arose, or None if it arose in our own code."""
    reason = str(error)
    if isinstance(error, TemplateNotFound):
        file, line, reason = str(macros / str(error.name)), 1, "the template is missing"
    elif isinstance(error, TemplateSyntaxError):
        file, line = error.filename or str(macros / template), error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        while frames and not Path(frames[-1].filename).is_relative_to(macros):
            if Path(frames.pop().filename).is_relative_to(Path(__file__).parent) and not isinstance(
                error, TemplateError
            ):
                return None
        if not frames:
            return None
        file, line = frames[-1].filename, frames[-1].lineno or 1
        if not isinstance(error, TemplateError):
            reason = f"{type(error).__name__}: {error}"
    details: dict[str, object] = {"reason": reason, "allowed": allowed}
    return Problem(display_path(Path(file)), line, 1, Path(file).name, "template", details)
