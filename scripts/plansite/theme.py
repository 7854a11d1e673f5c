"""This module checks the templates: every label they name, and those in overrides/ by rendering them without MkDocs."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, FunctionLoader, StrictUndefined
from markupsafe import Markup

from plansite.model import Labels
from plansite.policy import digest
from plansite.problems import FOLDER, LANGUAGES, Lang, PlanError, Problem, shown
from plansite.render import TEMPLATE_ERRORS, Compiled, Phrases, day, problem_of
from plansite.rules import nearest_to

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
LABEL = re.compile(r"\blabels\.(\w+)")
FRAME = re.compile(r'\{% (?:block \w+|endblock|include "[^"]+"|import "[^"]+" as \w+ with context) %\}')
"""What of Material's base.html decides where our templates are rendered: its blocks and what it includes."""
MATERIAL = ("lang", "within")
"""Names that base.html and main.html define for the templates that they include."""
MKDOCS_FILTERS = ("jsmin", "linked_data", "twin", "url")
"""Filters that MkDocs and our plugin add during a build; any text does for what they return."""
META = ("title", "description", "script", "moved_to")
"""What a page may say of itself in its front matter."""
Rendered = Iterable[tuple[str, dict[str, Any]]]
"""(template, what it may use); what may use nothing is only compiled."""
PAGE = """abs_url active ancestors canonical_url children content edit_url file is_homepage is_index is_link is_page
is_section is_top_level meta next_page parent previous_page title toc update_date url""".split()
"""What MkDocs tells a template of a page."""


def check_theme(macros: Path, overrides: Path, labels: Labels) -> None:
    """Raise PlanError with the labels that do not exist, and with what cannot be rendered in overrides/."""
    html = sorted(overrides.rglob("*.html"))
    if unknown := [*_unknown_labels([*sorted(macros.glob("*.j2")), *html], labels)]:
        raise PlanError(unknown)
    environment = Environment(  # noqa: S701 - as MkDocs has it; nothing of this is published
        loader=ChoiceLoader([FileSystemLoader(overrides), FunctionLoader(_of_material)]),
        undefined=StrictUndefined,
        bytecode_cache=Compiled("check"),
    )
    environment.filters |= THEME_FILTERS | dict.fromkeys(MKDOCS_FILTERS, str)
    compiled: Rendered = [(path.relative_to(overrides).as_posix(), {}) for path in html]
    for templates in (compiled, _pages(overrides, labels)):
        problems: dict[str, Problem] = {}
        for name, context in templates:
            try:
                template = environment.get_template(name)
                if context:
                    template.render(context)
            except TEMPLATE_ERRORS as error:
                problem = problem_of(error, overrides, name, sorted([*context, *MATERIAL]))
                if problem is None:
                    raise
                problems[problem.line_of_text("en")] = problem
        if problems:
            raise PlanError(problems.values())


def _unknown_labels(templates: Iterable[Path], labels: Labels) -> Iterator[Problem]:
    """Yield each label that a template names and nobody has written, in whatever branch it stands."""
    for path in templates:
        text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), path.read_text("utf-8"))
        for number, line in enumerate(text.split("\n"), start=1):
            for name in LABEL.findall(line):
                if name not in labels:
                    details: dict[str, object] = {"name": name, "nearest": nearest_to(name, list(labels))}
                    yield Problem(shown(path), number, 1, path.name, "unknown_label", details)


def _of_material(name: str) -> str | None:
    """Return what our templates need of one of Material's, None where Material has none of this name."""
    spec = find_spec("material")
    folders = spec.submodule_search_locations if spec else None
    path = next((path for folder in folders or () if (path := Path(folder, "templates", name)).is_file()), None)
    if path is None:
        return None
    if name.startswith("partials/language"):
        return "{% macro t(key) %}{% endmacro %}"
    return "".join(FRAME.findall(path.read_text("utf-8"))) if name == "base.html" else ""


def _pages(overrides: Path, labels: Labels) -> Rendered:
    """Yield (template, what it may use) for each kind of page in each language."""
    assets = {f"assets/{path.name}": path.name for path in (overrides / "assets").glob("*")}
    meta: dict[str, Any] = dict.fromkeys(META)
    for lang in LANGUAGES:
        own = theme_globals(labels, lang, date.min, assets, history=True)
        home = dict.fromkeys(PAGE, "") | {"meta": meta, "is_homepage": True, "title": own["labels"].site_name}
        other = home | {"meta": meta | {"script": "filter.js"}, "canonical_url": "x", "title": "x", "url": "x/"}
        moved = home | {"meta": meta | {"moved_to": "x/"}}
        for site_url in ("", "https://example.org/"):
            config = {"site_url": site_url, "site_name": "x", "site_description": "x"}
            around = own | {"base_url": ".", "config": config, "nav": []}
            yield "404.html", around | {"page": None}
            yield from (("main.html", around | {"page": page}) for page in (home, other, moved))


def theme_globals(
    labels: Labels, lang: Lang, notice_date: date, assets: dict[str, str], *, history: bool
) -> dict[str, Any]:
    """Return the names that templates in overrides/ may use besides those of MkDocs and Material."""
    other = next(other for other in LANGUAGES if other != lang)
    return {
        "assets": assets,
        "labels": Phrases(labels, lang),
        "notice_date": notice_date,
        "has_history": history,
        "site_lang": lang,
        "other_lang": other,
        "root": FOLDER[lang],
        "other_root": FOLDER[other],
    }


def css(text: str) -> Markup:
    """Return text as a string of CSS, in which only letters and digits stand as they are."""
    escaped = "".join(c if c.isalnum() else f"\\{ord(c):06x}" for c in text)
    return Markup(f'"{escaped}"')  # noqa: S704 - nothing in it can end the string


THEME_FILTERS = {"css": css, "day": day, "digest": digest}
