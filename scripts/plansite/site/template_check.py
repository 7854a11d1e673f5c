"""This module checks the templates in macros/ and overrides/ without rendering them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

from jinja2 import Environment
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.exceptions import TemplateSyntaxError
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.nodes import Call, Filter, FromImport, Getattr, Getitem, Import, Macro, Name, Node, Template

from plansite.errors import Problem, display_path
from plansite.site.templates import FILTERS
from plansite.source.rules import nearest_match
from plansite.source.schema import Labels
from plansite.source.yaml_reader import read_text

BUILT_IN = {*DEFAULT_NAMESPACE, "caller", "kwargs", "loop", "self", "super", "varargs"}
MACRO_NAMES = """addresses count_label edit_link feed file_link it labels lang languages lead_unit_label link
locate measure_title package pages pdfs plan report_link root urn version""".split()
"""The names that templates in macros/ may use."""
# Those of MkDocs, of Material's base.html, of main.html and of mkdocs_plugin.py.
THEME_NAMES = """assets base_url config has_history labels lang nav notice_date other_labels other_lang other_root
page root site_lang within""".split()
THEME_FILTERS = {"css", "digest", "format_date", "jsmin", "json_ld", "twin", "url"}
FIELDS = {
    "page": """ancestors canonical_url children content edit_url file is_homepage is_index meta next_page parent
    previous_page title toc url""".split(),
    "meta": ["description", "moved_to", "script"],
}
"""{name: its fields}, of objects whose unknown fields MkDocs would render as nothing."""
Mistake = tuple[int, str, dict[str, object]]
"""The line of a mistake, its code in messages.yaml, and the details for the message."""


def check_templates(macros: Path, overrides: Path, labels: Labels) -> Iterator[Problem]:
    """Yield each line of a template that Jinja cannot parse, or that uses an unknown name, filter, field or label.

    A name that a template sets anywhere is taken as known everywhere in it.
    """
    environment = Environment(autoescape=True)
    rules = (macros.glob("*.j2"), MACRO_NAMES, {*FILTERS}), (overrides.rglob("*.html"), THEME_NAMES, THEME_FILTERS)
    for paths, names, filters in rules:
        for path in sorted(paths):
            try:
                mistakes = _mistakes(environment.parse(read_text(path)), names, filters | {*DEFAULT_FILTERS}, labels)
            except TemplateSyntaxError as error:
                mistakes = iter([_mistake(error, error.message, names)])
            for line, code, details in mistakes:
                yield Problem(display_path(path), line, 1, path.name, code, details)


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
