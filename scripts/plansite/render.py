"""Fills the templates in macros/ with the plan: one Markdown file for each page and language."""

import posixpath
import re
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateRuntimeError
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup, escape

from plansite.glossary import pieces, runs, unglossed
from plansite.model import Labels
from plansite.pages import PDFS, Page, pages
from plansite.problems import FOLDER, Lang, PlanError, Problem, shown
from plansite.text import chinese_date
from plansite.views import MeasureView, PlanView

PACKAGE = Path(__file__).parent
# Characters that mean something to Markdown inside a line, and marks that mean something at its start.
MARKDOWN = re.compile(r"[\\`*_{}\[\]|~^!]|^[-+#=]|^[0-9]+(?=[.)])")


@dataclass(frozen=True)
class Repository:
    """Where the project is hosted, for links to the source; GitHub's and Gitee's addresses have this form."""

    url: str
    branch: str

    def edit(self, file: str, line: int) -> str:
        """Return the address of the hosted editor at a line of a file."""
        return f"{self.url.rstrip('/')}/edit/{quote(self.branch)}/{quote(file)}#L{line}"

    def report(self, title: str, file: str, line: int) -> str:
        """Return the address of a new issue that names a line of a file."""
        place = f"{self.url.rstrip('/')}/blob/{quote(self.branch)}/{quote(file)}#L{line}"
        return f"{self.url.rstrip('/')}/issues/new?{urlencode({'title': title, 'body': place})}"


@dataclass(frozen=True)
class Publication:
    """How a site is published: where its source is hosted, if anywhere, whether it comes with PDFs, and its commit."""

    repository: Repository | None = None
    pdf: bool = False
    version: str = ""


class UnknownNameError(TemplateRuntimeError):
    """A template links to a page that the site does not have, or counts in words that the labels do not have."""


def protect(value: object) -> object:
    """Return text in which neither HTML nor Markdown finds markup; what is marked as safe stays as it is."""
    if hasattr(value, "__html__"):
        return value
    return Markup(MARKDOWN.sub(_entities, str(escape(value))))  # noqa: S704 - escaped for HTML first, then for Markdown


def _entities(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in match[0])


def day(value: date, lang: Lang) -> str:
    """Return a date as people write it: 2022年5月11日 or May 11, 2022."""
    return chinese_date(value) if lang == "zh" else f"{value:%B} {value.day}, {value.year}"


def labels_in(labels: Labels, lang: Lang) -> dict[str, str]:
    """Return the words of the interface in one language."""
    return {name: label[lang] for name, label in labels.items()}


def counted(labels: Labels, lang: Lang, name: str, number: int) -> str:
    """Return a number with what it counts: 58条措施, 58 measures, 1 measure."""
    label = labels[f"{name}_counted"]
    singular = label.en_one if lang == "en" and number == 1 else None
    return (singular or label[lang]).format(n=number)


def filled(labels: Labels, lang: Lang, name: str, **words: object) -> str:
    """Return a word of the interface with its braces filled; raises UnknownNameError where they hold something else."""
    try:
        return labels[name][lang].format(**words)
    except (KeyError, ValueError, IndexError) as error:
        raise UnknownNameError(f'labels.yaml: "{name}" cannot be filled: {type(error).__name__} {error}') from error


def titled(labels: Labels, lang: Lang, measure: MeasureView) -> str:
    """Return a measure's number and title: 第7条 积极推动数字金融试点创新."""
    return filled(labels, lang, "measure_title", n=measure.number, title=measure.title[lang])


def answering(labels: Labels, lang: Lang, measure: MeasureView) -> str:
    """Return the first of the units that answer for a measure, and how many there are: 区税务局等3个单位."""
    others = len(measure.units) - 1
    more = filled(labels, lang, "more_units", n=len(measure.units), others=others) if others else ""
    return measure.units[0].name[lang] + more


def render(
    plan: PlanView,
    macros: Path,
    labels: Labels,
    handwritten: Iterable[str],
    publication: Publication = Publication(),
) -> dict[str, str]:
    """Return {file: Markdown} for every generated page.

    `handwritten` are the addresses of pages written by hand, which templates may link to as well. Raises PlanError
    with every broken template line.
    """
    every = list(pages(plan, publication.version))
    addresses = {page.address for page in every} | set(handwritten)
    environment = _environment(macros)
    rendered: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    for page in every:
        context = _context(page, plan, labels, addresses, publication)
        try:
            rendered[page.file] = environment.get_template(page.template).render(context) + "\n"
        except (TemplateError, TypeError, ValueError, LookupError, AttributeError) as error:
            problem = _problem(error, macros, page.template, sorted(context))
            if problem is None:
                raise
            problems[problem.line_of_text("en")] = problem
    if problems:
        raise PlanError(problems.values())
    return rendered


def _environment(macros: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(macros),
        autoescape=True,
        finalize=protect,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.filters |= {"day": day, "pieces": pieces, "runs": runs, "unglossed": unglossed}
    return environment


def _context(
    page: Page, plan: PlanView, labels: Labels, addresses: set[str], publication: Publication
) -> dict[str, Any]:
    """Return what a template may use, and nothing else."""
    repository = publication.repository

    def link(address: str) -> str:
        parts = urlsplit(address)
        if parts.path not in addresses:
            raise UnknownNameError(f'link to "{parts.path}", which is not a page of the site')
        relative = posixpath.relpath(f"/{parts.path}", f"/{page.address}")
        return urlunsplit(parts._replace(path=f"{relative}/"))

    def file_link(name: str) -> str:
        return posixpath.relpath(f"/{name}", f"/{FOLDER[page.lang]}{page.address}")

    def edit_link(line: int) -> str:
        return repository.edit(plan.file, line) if repository else link("contribute#edit")

    def report_link(line: int, title: str) -> str:
        return repository.report(title, plan.file, line) if repository else link("contribute#report")

    def count(name: str, number: int) -> str:
        if f"{name}_counted" not in labels:
            raise UnknownNameError(f'labels.yaml has no "{name}_counted"')
        return counted(labels, page.lang, name, number)

    return {
        "it": page.subject,
        "plan": plan,
        "lang": page.lang,
        "labels": labels_in(labels, page.lang),
        "link": link,
        "file_link": file_link,
        "pdfs": PDFS if publication.pdf else {},
        "counted": count,
        "titled": partial(titled, labels, page.lang),
        "answering": partial(answering, labels, page.lang),
        "edit_link": edit_link,
        "report_link": report_link,
    }


def _problem(error: Exception, macros: Path, template: str, allowed: list[str]) -> Problem | None:
    """Return where in which template an error arose, or None if it arose in our own code."""
    reason = str(error)
    if isinstance(error, TemplateNotFound):
        file, line, reason = str(macros / str(error.name)), 1, "the template is missing"
    elif isinstance(error, TemplateSyntaxError):
        file, line = error.filename or str(macros / template), error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        while frames and not Path(frames[-1].filename).is_relative_to(macros):
            if Path(frames.pop().filename).is_relative_to(PACKAGE) and not isinstance(error, TemplateError):
                return None
        if not frames:
            return None
        file, line = frames[-1].filename, frames[-1].lineno or 1
        if not isinstance(error, TemplateError):
            reason = f"{type(error).__name__}: {error}"
    details: dict[str, object] = {"reason": reason, "allowed": allowed}
    return Problem(shown(Path(file)), line, 1, Path(file).name, "template", details)
