"""Checks the theme's templates in overrides/, which MkDocs would only find wrong in a traceback or not at all."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import Getattr, Name

from plansite.model import Labels
from plansite.problems import PlanError, Problem, shown

# What a template of the theme may use: of MkDocs and its i18n plugin, of Material, and of our own plugin.
MKDOCS = {"base_url", "config", "nav", "page"}
MATERIAL = {"lang"}
OURS = set("assets has_history labels notice_date other_lang other_root root site_lang within".split())
NAMES = MKDOCS | MATERIAL | OURS
FILTERS = ("css", "day", "digest", "jsmin", "linked_data", "twin", "url")


def check_theme(overrides: Path, labels: Labels) -> None:
    """Raise PlanError with every line that Jinja cannot read or that uses a name, filter or label nobody defines."""
    problems = []
    for path in sorted(overrides.rglob("*.html")):
        for line, reason in _mistakes(path.read_text("utf-8"), labels):
            details: dict[str, object] = {"reason": reason, "allowed": sorted(NAMES)}
            problems.append(Problem(shown(path), line, 1, path.name, "template", details))
    if problems:
        raise PlanError(problems)


def _mistakes(source: str, labels: Labels) -> Iterator[tuple[int, str]]:
    environment = Environment(autoescape=True)
    environment.filters |= dict.fromkeys(FILTERS, str)
    try:
        tree = environment.parse(source)
        unknown = find_undeclared_variables(tree) - NAMES
    except TemplateSyntaxError as error:
        yield error.lineno, str(error.message)
        return
    for name in tree.find_all(Name):
        if name.name in unknown:
            yield name.lineno, f"'{name.name}' is undefined"
    for word in tree.find_all(Getattr):
        if isinstance(word.node, Name) and word.node.name == "labels" and word.attr not in labels:
            yield word.lineno, f"labels has no '{word.attr}'"
