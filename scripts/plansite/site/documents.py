"""This module renders the pages written by hand, whose Markdown may name what the plan and the labels say."""

import hashlib
import re
from functools import partial
from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateError, TemplateSyntaxError
from markupsafe import escape

from plansite.errors import Lang, PlanError, Problem, display_path
from plansite.site.graph import PlanView
from plansite.site.pages import FOLDER, relative_path
from plansite.site.templates import FILTERS, Phrases, force_line
from plansite.source.schema import Labels
from plansite.source.yaml_reader import read_text

MARK = re.compile(r"[\\`*_{}\[\]#|~]")
"""What Markdown may take for more than text."""


def render_document(path: Path, plan: PlanView, labels: Labels, lang: Lang) -> str:
    """Return the Markdown of a page; raises PlanError where it names what there is not."""
    names = {
        "plan": plan,
        "labels": Phrases(labels, lang),
        "force_line": partial(force_line, labels, lang),
        "file_link": partial(relative_path, FOLDER[lang] + path.name.partition(".")[0]),
    }
    try:
        return MARKDOWN.from_string(read_text(path)).render(names)
    except TemplateError as error:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else 1
        details: dict[str, object] = {"reason": str(error), "allowed": sorted(names)}
        raise PlanError([Problem(display_path(path), line, 1, path.name, "template", details)]) from error


def escape_markdown(value: object) -> str:
    """Return a value as text in which nothing is Markdown or HTML."""
    return MARK.sub(r"\\\g<0>", str(escape(value)))


MARKDOWN = Environment(undefined=StrictUndefined, finalize=escape_markdown, keep_trailing_newline=True)  # noqa: S701 - `finalize` escapes
MARKDOWN.filters |= FILTERS | {"sha256": lambda content: hashlib.sha256(content).hexdigest()}
