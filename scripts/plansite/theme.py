"""This module checks templates without rendering them, from what Jinja reads in them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from jinja2 import Environment
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import Call, Const, Filter, Getattr, Getitem, Name, Node, Template

from plansite.document import read_text
from plansite.model import Labels
from plansite.problems import Problem, shown
from plansite.rules import nearest_to


@dataclass(frozen=True)
class Allowed:
    """What the templates in one folder may use."""

    names: Collection[str]
    filters: Collection[str]


THEME = Allowed(
    names=[
        *("base_url", "config", "nav", "page"),  # of MkDocs
        *("lang", "within"),  # of Material's base.html and of our main.html, for what they include
        *("assets", "has_history", "labels", "notice_date", "other_labels", "other_lang"),
        *("other_root", "root", "site_lang"),
    ],
    filters=("css", "day", "digest", "jsmin", "linked_data", "twin", "url"),
)
"""What the templates in overrides/ may use."""
MACROS = Allowed(
    names=[
        *("answering", "counted", "edit_link", "feed", "file_link", "it", "labels", "lang", "link", "pdfs", "plan"),
        *("report_link", "root", "titled"),
        *("addresses", "hosted", "languages", "locate", "located", "pages", "urn", "version"),  # of feeds and reports
    ],
    filters=("day", "opening", "pieces", "runs", "unglossed"),
)
"""What the templates in macros/ may use."""


def check_templates(macros: Path, overrides: Path, labels: Labels) -> Iterator[Problem]:
    """Yield every line of a template that Jinja cannot read, or that uses a name, filter or label nobody defines."""
    for allowed, paths in ((MACROS, macros.glob("*.j2")), (THEME, overrides.rglob("*.html"))):
        environment = Environment(autoescape=True)
        environment.filters |= dict.fromkeys(allowed.filters, str)
        for path in sorted(paths):
            for line, code, details in _mistakes(read_text(path), environment, allowed, labels):
                yield Problem(shown(path), line, 1, path.name, code, details)


Mistake = tuple[int, str, dict[str, object]]
"""The line of a mistake, its code in messages.yaml, and what the message names."""


def _mistakes(source: str, environment: Environment, allowed: Allowed, labels: Labels) -> Iterator[Mistake]:
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        yield error.lineno, "template", {"reason": error.message, "allowed": sorted(allowed.names)}
        return
    unknown = find_undeclared_variables(tree) - set(allowed.names)
    for name in tree.find_all(Name):
        if name.name in unknown:
            yield name.lineno, "template", {"reason": f"'{name.name}' is undefined", "allowed": sorted(allowed.names)}
    for used in tree.find_all(Filter):
        if used.name not in environment.filters:
            reason = f"No filter named '{used.name}'."
            yield used.lineno, "template", {"reason": reason, "allowed": sorted(allowed.filters)}
    yield from _label_mistakes(tree, labels)


def _label_mistakes(tree: Template, labels: Labels) -> Iterator[Mistake]:
    for node in tree.find_all((Getattr, Getitem)):
        name = _label_of(node)
        if name is not None and name not in labels:
            yield node.lineno, "unknown_label", {"name": name, "nearest": nearest_to(name, list(labels))}
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
