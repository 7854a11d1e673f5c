"""This module checks and renders the templates in macros/: pages, feeds, the sitemap and the report of changes."""

import re
import traceback
from collections.abc import Collection, Iterable, Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache, lru_cache, partial
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateRuntimeError
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.nodes import Call, Filter, FromImport, Getattr, Getitem, Import, Macro, Name, Node, Template
from markupsafe import Markup, escape

from plansite.errors import LANGUAGES, Lang, PlanError, Problem, display_path
from plansite.history.changelog import VersionView, urn
from plansite.site.about import SiteView
from plansite.site.graph import MeasureView, PlanView
from plansite.site.pages import FEED, FOLDER, PDFS, Page, Publication, absolute_url, path_of, relative_path
from plansite.site.tables import Package
from plansite.site.tasks import qr_code
from plansite.source.chinese import chinese_date, unbroken_parts
from plansite.source.rules import nearest_match
from plansite.source.schema import Label, Labels
from plansite.source.yaml_reader import read_text
from plansite.translation.glossary import segments, split_by_script, strip_glosses


class UnknownNameError(TemplateRuntimeError):
    """A template names a page, a file, a label or a placeholder that does not exist."""


TEMPLATE_ERRORS = (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""The exceptions that a mistake in a template raises."""


def format_date(value: date, lang: Lang) -> str:
    """Return a date as written in a language: 2022年5月11日, May 11, 2022."""
    return chinese_date(value) if lang == "zh" else f"{value:%B} {value.day}, {value.year}"


def format_month(value: date, lang: Lang) -> str:
    """Return the month of a date as written in a language: 2022年5月, May 2022."""
    return f"{value.year}年{value.month}月" if lang == "zh" else f"{value:%B %Y}"


FILTERS = {
    "format_date": format_date,
    "format_month": format_month,
    "capitalize_first": lambda text: text[:1].upper() + text[1:],
    "segments": lru_cache(segments),
    "split_by_script": split_by_script,
    "references": re.compile(r"(第([0-9]+)条|measure ([0-9]+))").split,
    "qr_code": qr_code,
    "words": lru_cache(lambda text: Markup("<wbr>").join(unbroken_parts(text))),
    "host_name": lambda url: urlsplit(url).netloc.removeprefix("www."),
    "strip_glosses": strip_glosses,
}
"""The filters of the templates in macros/."""


class Phrase(str):
    """A label in one language, whose placeholders a template may fill."""

    __slots__ = ()

    def format(self, *_: object, **words: object) -> str:
        """Return the label with its placeholders filled: HTML, escaped once, if one of the words is HTML."""
        try:
            if any(hasattr(word, "__html__") for word in words.values()):
                return escape(self).format(**words)
            return super().format(**words)
        except (KeyError, ValueError, IndexError) as error:
            raise UnknownNameError(f"{type(error).__name__}: {error}") from error


class Phrases:
    """The labels in one language: labels.home, labels["kind_" ~ unit.kind]; an unknown name raises UnknownNameError."""

    def __init__(self, labels: Labels, lang: Lang) -> None:
        vars(self).update({name: Phrase(label[lang]) for name, label in labels.items()})

    def __getitem__(self, name: str) -> Phrase:
        """Return a label."""
        phrase: Phrase = getattr(self, name)
        return phrase

    def __getattr__(self, name: str) -> Phrase:
        """Raise UnknownNameError for a name that is no label."""
        raise UnknownNameError(f'labels.yaml has no "{name}"')


def count_label(labels: Labels, lang: Lang, name: str, number: int) -> str:
    """Return a number with its noun: 58条措施, 58 measures, 1 measure; raises UnknownNameError without such a label."""
    label = _label(labels, f"{name}_counted")
    return Phrase((label.en_one if lang == "en" and number == 1 else None) or label[lang]).format(n=number)


def format_label(labels: Labels, lang: Lang, name: str, **words: object) -> str:
    """Return a label with its placeholders filled; raises UnknownNameError where there is none, or it has others."""
    return Phrase(_label(labels, name)[lang]).format(**words)


def _label(labels: Labels, name: str) -> Label:
    if name not in labels:
        raise UnknownNameError(f'labels.yaml has no "{name}"')
    return labels[name]


def measure_title(labels: Labels, lang: Lang, measure: MeasureView) -> str:
    """Return a measure's number and title: 第7条 积极推动数字金融试点创新."""
    return format_label(labels, lang, "measure_title", n=measure.number, title=measure.title[lang])


def lead_unit_label(labels: Labels, lang: Lang, measure: MeasureView) -> str:
    """Return the first unit of a measure and the number of its units: 区税务局等3个单位."""
    others = len(measure.units) - 1
    more = format_label(labels, lang, "more_units", n=len(measure.units), others=others) if others else ""
    return measure.units[0].name[lang] + more


def force_line(labels: Labels, lang: Lang, site: SiteView) -> str:
    """Return what the plan's own data say of its force: 通知写明有效期至2025年12月31日."""
    if site.withdrawn:
        return format_label(labels, lang, "force_withdrawn", date=format_date(site.withdrawn, lang))
    if site.replaced_by:
        return format_label(labels, lang, "force_replaced", title=site.replaced_by[lang])
    if site.valid_until:
        return format_label(labels, lang, "force_until", date=format_date(site.valid_until, lang))
    return format_label(labels, lang, "force_open")


@dataclass(frozen=True)
class RenderedPage:
    """The HTML of a page's body, and the values for its head that its template sets."""

    body: str
    title: str
    description: str
    anchor: str
    """The id of its first heading."""
    script: str = ""
    """The scripts of overrides/assets/ that only this kind of page needs."""
    style: str = ""
    """The stylesheets of overrides/assets/ that only this kind of page needs."""
    paper: str = ""
    """The named page in the print styles that it is printed on."""
    moved_to: str = ""
    """The address that a redirect leads to, from the root of the site."""


HEAD_FIELDS = {field.name: field.default for field in fields(RenderedPage) if field.name != "body"}
"""{name that the template of a page may set: its value where it does not}"""
REQUIRED_FIELDS = [name for name, default in HEAD_FIELDS.items() if default is MISSING]


class Templates:
    """The templates and labels in macros/."""

    def __init__(self, macros: Path, labels: Labels) -> None:
        self._macros, self.labels = macros, labels
        self._environment = Environment(
            loader=FileSystemLoader(macros),
            autoescape=True,
            undefined=StrictUndefined,
            cache_size=-1,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= FILTERS
        functions: list[Any] = [count_label, measure_title, lead_unit_label]
        self._words: dict[Lang, dict[str, Any]] = {
            lang: {"lang": lang, "labels": Phrases(labels, lang)}
            | {function.__name__: partial(function, labels, lang) for function in functions}
            for lang in LANGUAGES
        }

    def load(self) -> None:
        """Compile every template, so that processes forked from this one need not."""
        for name in self._environment.list_templates(["j2"]):
            self._environment.get_template(name)

    def render_page(
        self, page: Page, plan: PlanView, addresses: Collection[str], publication: Publication
    ) -> RenderedPage:
        """Render a page; `addresses` are those of all pages. Raises PlanError where its template is wrong."""
        context = self._words[page.lang] | page_context(page, plan, addresses, publication)
        module = self._module(page.template, context)
        values = {name: str(getattr(module, name)) for name in HEAD_FIELDS if hasattr(module, name)}
        if lacking := [name for name in REQUIRED_FIELDS if name not in values]:
            file = self._macros / page.template
            details: dict[str, object] = {"names": lacking}
            raise PlanError([Problem(display_path(file), 1, 1, file.name, "unset_name", details)])
        return RenderedPage(body=f"{module}\n", **values)

    def render_feed(self, name: str, plan: PlanView, lang: Lang, site_url: str) -> str:
        """Render the Atom feed with this file name in one language; its URLs have no host where `site_url` is ""."""
        return self._render(f"{name}.j2", lang, site_url, plan=plan, feed=absolute_url("", lang, site_url) + name)

    def render_sitemap(self, addresses: Iterable[str], site_url: str) -> str:
        """Render the list of all pages in both languages (XML)."""
        return self._render("sitemap.xml.j2", LANGUAGES[0], site_url, addresses=addresses, languages=LANGUAGES)

    def render_card(self, plan: PlanView, lang: Lang, kind: str, *, square: bool) -> str:
        """Render the card of a kind of page as a page of its own (site/cards.py)."""
        return self._render("card.html.j2", lang, "", plan=plan, kind=kind, square=square)

    def render_diff(
        self, version: VersionView, pages: list[tuple[str, str, str]] | None, lang: Lang, site_url: str
    ) -> str:
        """Render the changes of a version as HTML without blank lines, which remains HTML within Markdown.

        `pages` are those affected, [(address, title, added, removed or changed), ...], None where unknown. Without a
        `site_url` nothing is linked.
        """
        unlinked = {} if site_url else {"link": None}
        return self._render(
            "diff.html.j2", lang, site_url, version=version, pages=pages, hosted=bool(site_url), **unlinked
        )

    def _render(self, template: str, lang: Lang, site_url: str, **names: Any) -> str:
        """Render text that is read outside the site, with `names` for its template."""
        locate = partial(absolute_url, site_url=site_url)
        urls = {"link": partial(locate, lang=lang), "locate": locate, "urn": urn}
        return f"{self._module(template, self._words[lang] | urls | names)}\n"

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


def page_context(page: Page, plan: PlanView, addresses: Collection[str], publication: Publication) -> dict[str, Any]:
    """Return the names that the template of a page may use, besides the words of its language."""
    repository = publication.repository

    @cache
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
        if not repository:
            return None
        url = absolute_url(page.address + anchor, page.lang, publication.site_url)
        fields = {"title": name, "measure": name, "sentence": sentence, "address": url}
        return repository.report({field: text for field, text in fields.items() if text})

    return {
        "it": page.subject,
        "plan": plan,
        "package": Package(plan),
        "link": link,
        "file_link": file_link,
        "page_url": absolute_url(page.address, page.lang, publication.site_url) if publication.site_url else "",
        "root": FOLDER[page.lang],
        "feed": file_link(FOLDER[page.lang] + FEED),
        "pdfs": PDFS if publication.pdf else {},
        "edit_link": edit_link,
        "report_link": report_link,
    }


def template_problem(error: Exception, macros: Path, template: str, allowed: list[str]) -> Problem | None:
    """Return the place in a template where an error arose, None if it arose in our own code."""
    reason = str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
    if isinstance(error, TemplateNotFound):
        file, line, reason = str(macros / str(error.name)), 1, "the template is missing"
    elif isinstance(error, TemplateSyntaxError):
        file, line = error.filename or str(macros / template), error.lineno
    else:
        ours, frames = Path(__file__).parent, traceback.extract_tb(error.__traceback__)
        while frames and not Path(frames[-1].filename).is_relative_to(macros):
            if Path(frames.pop().filename).is_relative_to(ours) and not isinstance(error, TemplateError):
                return None
        if not frames:
            return None
        file, line = frames[-1].filename, frames[-1].lineno or 1
    details: dict[str, object] = {"reason": reason, "allowed": allowed}
    return Problem(display_path(Path(file)), line, 1, Path(file).name, "template", details)


BUILT_IN = {*DEFAULT_NAMESPACE, "caller", "kwargs", "loop", "self", "super", "varargs"}
MACRO_NAMES = """addresses count_label edit_link feed file_link it kind labels lang languages lead_unit_label
link locate measure_title package page_url pages pdfs plan report_link root square urn version""".split()
"""The names that templates in macros/ may use."""
# Those of MkDocs, of Material's base.html, of main.html and of mkdocs_plugin.py.
THEME_NAMES = """assets base_url config count_label force_line has_history has_updates is_home labels lang nav
other_labels other_lang other_root page passes_on plan root site site_lang within""".split()
THEME_FILTERS = {"cards", "css", "digest", "format_date", "jsmin", "json_ld", "twin", "url", "words"}
FIELDS = {
    "page": """ancestors canonical_url children content edit_url file is_homepage is_index meta next_page parent
    previous_page title toc url""".split(),
    "meta": ["description", "moved_to", "paper", "script", "style"],
}
"""{name: its fields}, of objects whose unknown fields MkDocs would render as nothing."""
Mistake = tuple[int, str, dict[str, object]]
"""The line of a mistake, its code in messages.yaml, and the details for the message."""


def check_templates(macros: Path, overrides: Path, labels: Labels) -> Iterator[Problem]:
    """Yield each line of a template that Jinja cannot parse, or that uses an unknown name, filter, field or label.

    A name that a template sets anywhere is taken as known everywhere in it.
    """
    rules = (macros.glob("*.j2"), MACRO_NAMES, {*FILTERS}), (overrides.rglob("*.html"), THEME_NAMES, THEME_FILTERS)
    for paths, names, filters in rules:
        for path in sorted(paths):
            try:
                mistakes = _mistakes(_parsed(read_text(path)), names, filters | {*DEFAULT_FILTERS}, labels)
            except TemplateSyntaxError as error:
                mistakes = iter([_mistake(error, error.message, names)])
            for line, code, details in mistakes:
                yield Problem(display_path(path), line, 1, path.name, code, details)


# A preview checks all templates after each edit of the plan.
@lru_cache(maxsize=100)
def _parsed(source: str) -> Template:
    return Environment(autoescape=True).parse(source)


def _mistake(node: Node | TemplateSyntaxError, reason: str | None, allowed: Iterable[str]) -> Mistake:
    return node.lineno, "template", {"reason": reason, "allowed": sorted(allowed)}


def _mistakes(tree: Template, names: list[str], filters: set[str], labels: Labels) -> Iterator[Mistake]:
    used, known, nodes = list[Name](), {*BUILT_IN, *names}, list[Node]([tree])
    while nodes:
        node = nodes.pop()
        for value in [getattr(node, field) for field in node.fields]:
            nodes.extend(child for child in (value if isinstance(value, list) else [value]) if isinstance(child, Node))
        if isinstance(node, Name):
            used.append(node)
        elif isinstance(node, Getattr | Getitem):
            yield from _attribute_mistakes(node, labels)
        elif isinstance(node, Call):
            yield from _placeholder_mistakes(node, labels)
        elif isinstance(node, Filter) and node.name not in filters:
            yield _mistake(node, f"No filter named {node.name!r}.", names)
        else:
            known.update(_declared_by(node))
    known.update(name.name for name in used if name.ctx != "load")
    for name in used:
        if name.name not in known:
            yield _mistake(name, f"'{name.name}' is undefined", names)


def _declared_by(node: Node) -> Iterable[str]:
    if isinstance(node, FromImport):
        return [name if isinstance(name, str) else name[1] for name in node.names]
    return [node.name] if isinstance(node, Macro) else [node.target] if isinstance(node, Import) else ()


def _attribute_mistakes(node: Getattr | Getitem, labels: Labels) -> Iterator[Mistake]:
    label = _label_of(node)
    if label is not None and label not in labels:
        yield node.lineno, "unknown_label", {"name": label, "nearest": nearest_match(label, list(labels))}
    owner = getattr(node.node, "attr", getattr(node.node, "name", ""))
    if isinstance(node, Getattr) and node.attr not in FIELDS.get(owner, [node.attr]):
        yield _mistake(node, f"{owner} has no '{node.attr}'", FIELDS[owner])


def _placeholder_mistakes(call: Call, labels: Labels) -> Iterator[Mistake]:
    name = _label_of(call.node.node) if isinstance(call.node, Getattr) and call.node.attr == "format" else None
    if label := labels.get(name or ""):
        wanted = {field for text in (label.zh, label.en) for _, field, _, _ in Formatter().parse(text) if field}
        for missing in sorted(wanted - {argument.key for argument in call.kwargs}):
            yield _mistake(call, f"the label {name} has {{{missing}}}, which is not given", wanted)


def _label_of(node: Node) -> str | None:
    """Return the name of the label that an expression is: labels.home, labels["home"]."""
    if not isinstance(node, Getattr | Getitem) or getattr(node.node, "name", "") != "labels":
        return None
    return node.attr if isinstance(node, Getattr) else getattr(node.arg, "value", None)
