"""Fills the templates in macros/ with the plan: one Markdown file for each page and language."""

import json
import posixpath
import re
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateRuntimeError
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup, escape

from plansite.glossary import pieces, runs, unglossed
from plansite.history import Version
from plansite.kept import CACHE, keep, program, recall
from plansite.model import Labels
from plansite.pages import FEED, PDFS, Page, located
from plansite.problems import FOLDER, LANGUAGES, Lang, PlanError, Problem, shown
from plansite.text import chinese_date
from plansite.versions import VersionView, urn
from plansite.views import MeasureView, PlanView

# Characters that mean something to Markdown inside a line, and marks that mean something at its start.
MARKDOWN = re.compile(r"[\\`*_{}\[\]|~^!]|^[-+#=]|^[0-9]+(?=[.)])")
AFTER = re.compile("[?#]")
"""Where an address of the site ends and what it asks for, or a place on the page, begins."""

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


def protect(value: object) -> object:
    """Return text in which neither HTML nor Markdown finds markup; what is marked as safe stays as it is."""
    return value if hasattr(value, "__html__") else _protected(str(value))


@lru_cache(1 << 16)
def _protected(text: str) -> Markup:
    return Markup(MARKDOWN.sub(_entities, str(escape(text))))  # noqa: S704 - escaped for HTML first, then for Markdown


def _entities(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in match[0])


def day(value: date, lang: Lang) -> str:
    """Return a date as people write it: 2022年5月11日 or May 11, 2022."""
    return chinese_date(value) if lang == "zh" else f"{value:%B} {value.day}, {value.year}"


def title_of(markdown: str) -> str:
    """Return the title of a generated page, with which it opens, in JSON."""
    title: str = json.loads(markdown.split("\n", 2)[1].removeprefix("title: "))
    return title


def way(start: str, target: str) -> str:
    """Return the relative path from one address to another: from "measures/7" to "units", "../../units"."""
    here, there = ([part for part in address.split("/") if part] for address in (start, target))
    shared = len(posixpath.commonprefix([here, there]))
    return "/".join([".."] * (len(here) - shared) + there[shared:]) or "."


def opening(text: str) -> str:
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
            return Markup(escape(self)).format(**{name: protect(word) for name, word in words.items()})  # noqa: S704
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
    due: Iterable[Page],
    plan: PlanView,
    templates: "Templates",
    addresses: Collection[str],
    publication: Publication = Publication(),
) -> Iterator[tuple[Page, str]]:
    """Yield each page that is due with its Markdown.

    `addresses` are those of all pages of the site, which templates may link to. Raises PlanError in the end with every
    broken line of the templates, each once.
    """
    problems: dict[str, Problem] = {}
    for page in due:
        try:
            markdown = templates.fill(page.template, _context(page, plan, templates.labels, addresses, publication))
        except PlanError as error:
            problems |= {problem.line_of_text("en"): problem for problem in error.problems}
        else:
            yield page, markdown
    if problems:
        raise PlanError(problems.values())


def render_feed(plan: PlanView, templates: "Templates", lang: Lang, site_url: str) -> str:
    """Return the feed of changes in one language (Atom), without addresses' host where it is not known."""
    return templates.fill("changes.xml.j2", _outside(plan, templates.labels, lang, site_url))


def render_sitemap(addresses: Iterable[str], templates: "Templates", site_url: str) -> str:
    """Return the list of all pages with their twins in the other language (XML)."""
    context = {"addresses": addresses, "located": partial(located, site_url=site_url), "languages": LANGUAGES}
    return templates.fill("sitemap.xml.j2", context)


def render_diff(
    version: VersionView, pages: list[tuple[str, str, str]] | None, templates: "Templates", lang: Lang, site_url: str
) -> str:
    """Return what a version changes as Markdown.

    `pages` are those affected, [(address, title, added, removed or changed), ...], or None where nobody can tell.
    """
    context = _outside(None, templates.labels, lang, site_url) | {"version": version, "pages": pages}
    # Where nobody knows the site's address, there is nothing to link to.
    context |= {"hosted": bool(site_url), "link": context["link"] if site_url else None}
    return templates.fill("diff.md.j2", context)


class Templates:
    """The templates and labels in macros/."""

    def __init__(self, macros: Path, labels: Labels) -> None:
        self._macros, self.labels = macros, labels
        self._environment = Environment(
            loader=FileSystemLoader(macros),
            autoescape=True,
            finalize=protect,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
            auto_reload=False,
            bytecode_cache=Compiled(),
        )
        self._environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        filters = {"day": day, "opening": opening, "pieces": pieces, "runs": runs, "unglossed": unglossed}
        self._environment.filters |= filters

    def compile(self) -> None:
        """Compile all templates, as long as there is time for it."""
        for name in self._environment.list_templates(["j2"]):
            with suppress(TemplateError):
                self._environment.get_template(name)

    def fill(self, template: str, context: dict[str, Any]) -> str:
        """Return a template filled with what it may use; raises PlanError where it uses anything else."""
        try:
            return self._environment.get_template(template).render(context) + "\n"
        except TEMPLATE_ERRORS as error:
            problem = problem_of(error, self._macros, template, sorted(context))
            if problem is None:
                raise
            raise PlanError([problem]) from error


class Compiled(BytecodeCache):
    """Keeps templates compiled; Jinja's own would run a file that has been damaged.

    Environments that compile the same template to other code need other names.
    """

    def __init__(self, name: str = "") -> None:
        self._name = name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a template from where it is kept."""
        if code := recall(CACHE / "templates" / (self._name + bucket.key), self._key(bucket)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        keep(CACHE / "templates" / (self._name + bucket.key), self._key(bucket), bucket.bytecode_to_string())

    def _key(self, bucket: Bucket) -> str:
        return f"{self._name}{bucket.checksum}{program()}"


def _words(labels: Labels, lang: Lang) -> dict[str, Any]:
    """Return what every template may use, wherever its text is to stand."""

    def count(name: str, number: int) -> str:
        if f"{name}_counted" not in labels:
            raise UnknownNameError(f'labels.yaml has no "{name}_counted"')
        return counted(labels, lang, name, number)

    return {"lang": lang, "labels": Phrases(labels, lang), "counted": count}


def _outside(plan: PlanView | None, labels: Labels, lang: Lang, site_url: str) -> dict[str, Any]:
    """Return what a template may use whose text is read outside the site."""

    def locate(address: str, lang: Lang) -> str:
        path = AFTER.split(address, 1)[0]
        return located(path, lang, site_url) + address[len(path) :]

    return _words(labels, lang) | {
        "plan": plan,
        "link": lambda address: locate(address, lang),
        "locate": locate,
        "feed": urljoin(site_url or "/", FOLDER[lang] + FEED),
        "urn": urn,
    }


def _context(
    page: Page, plan: PlanView, labels: Labels, addresses: Collection[str], publication: Publication
) -> dict[str, Any]:
    """Return what the template of a page may use, and nothing else."""
    repository = publication.repository

    def link(address: str) -> str:
        path = AFTER.split(address, 1)[0]
        if path not in addresses:
            raise UnknownNameError(f'link to "{path}", which is not a page of the site')
        return f"{way(page.address, path)}/{address[len(path) :]}"

    def file_link(name: str) -> str:
        return way(FOLDER[page.lang] + page.address, name)

    def edit_link(line: int) -> str | None:
        return repository.edit(plan.file, line) if repository else None

    def report_link(name: str, sentence: str = "", anchor: str = "") -> str | None:
        address = located(page.address, page.lang, publication.site_url) + anchor
        fields = {"title": name, "measure": name, "sentence": sentence, "address": address}
        return repository.report({field: text for field, text in fields.items() if text}) if repository else None

    return _words(labels, page.lang) | {
        "it": page.subject,
        "plan": plan,
        "link": link,
        "file_link": file_link,
        "root": FOLDER[page.lang],
        "feed": file_link(FOLDER[page.lang] + FEED),
        "pdfs": PDFS if publication.pdf else {},
        "titled": partial(titled, labels, page.lang),
        "answering": partial(answering, labels, page.lang),
        "edit_link": edit_link,
        "report_link": report_link,
    }


def problem_of(error: Exception, macros: Path, template: str, allowed: list[str]) -> Problem | None:
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
    return Problem(shown(Path(file)), line, 1, Path(file).name, "template", details)
