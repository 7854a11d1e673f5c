"""This module turns two versions of the plan into a report of what has changed in its records and on which pages."""

import tempfile
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plansite.errors import Lang, PlanError, Problem
from plansite.history.changelog import HistoryView, Version
from plansite.history.diff import Change, diff_plans
from plansite.history.git import contents
from plansite.site.assemble import Sources, static_addresses
from plansite.site.graph import PlanView
from plansite.site.pages import Publication, pages
from plansite.site.templates import RenderedPage, Templates
from plansite.source.yaml_reader import read_yaml
from plansite.validate import load_labels, load_plan

Rendered = dict[tuple[str, Lang], RenderedPage]
"""{(address, language): page}"""


def report_changes(sources: Sources, base: str, head: str | None, lang: Lang, site_url: str = "") -> str:
    """Return as HTML what has changed between two versions of the plan and its glossary.

    A version is a file, or a commit by any name that git knows; without `head` it is the plan in the working folder.
    Versions are compared as data, even if one is not a valid plan. Raises PlanError where one is missing or not YAML.
    """
    templates = Templates(sources.macros, load_labels(sources.macros / "labels.yaml"))
    changes: list[Change] = []
    affected: list[tuple[str, str, str]] | None = []
    with tempfile.TemporaryDirectory() as scratch:
        before = _fetch(sources.plan, base, Path(scratch, "base", "data"))
        after = _fetch(sources.plan, head, Path(scratch, "head", "data")) if head else sources.plan
        if _content(before) != _content(after) and (old := _data(before)) != (new := _data(after)):
            changes, affected = diff_plans(old, new), None
            with suppress(PlanError):  # `plansite check` reports it
                affected = _affected(_render(sources, before, templates), _render(sources, after, templates), lang)
    version = HistoryView([Version("", datetime.now(UTC), tuple(changes))]).versions[0]
    return templates.render_diff(version, affected, lang, site_url)


def _fetch(plan: Path, name: str, folder: Path) -> Path:
    """Return the path of a version of the plan, written into a folder with its glossary where git holds it."""
    if Path(name).is_file():
        return Path(name)
    folder.mkdir(parents=True)
    for file in (plan, plan.with_name("glossary.yaml")):
        [text] = contents(file, [name])
        if text is not None:
            (folder / file.name).write_bytes(text)
        elif file == plan:
            raise PlanError([Problem(name, 1, 1, file.name, "unknown_version")])
    return folder / plan.name


def _content(plan: Path) -> list[bytes]:
    """Return the content of a plan and of the glossary beside it."""
    return [path.read_bytes() for path in (plan, plan.with_name("glossary.yaml")) if path.is_file()]


def _data(plan: Path) -> dict[str, Any]:
    """Return the records of a plan and the terms of its glossary as plain data."""
    documents = [read_yaml(path) for path in (plan, plan.with_name("glossary.yaml")) if path == plan or path.exists()]
    if unreadable := [problem for document in documents if document.unreadable for problem in document.problems]:
        raise PlanError(unreadable)
    records, *glossary = (document.data if isinstance(document.data, dict) else {} for document in documents)
    return records | {"terms": glossary[0].get("terms") if glossary else None}


def _render(sources: Sources, path: Path, templates: Templates) -> Rendered:
    """Return the pages of a version of the plan without its line numbers: an edit moves all lines that follow it."""
    plan = PlanView(replace(load_plan(path), lines=defaultdict(int)))
    every = list(pages(plan))
    addresses = {page.address for page in every} | set(static_addresses(sources.docs))
    return {(page.address, page.lang): templates.render_page(page, plan, addresses, Publication()) for page in every}


def _affected(before: Rendered, after: Rendered, lang: Lang) -> list[tuple[str, str, str]]:
    """Return [(address, title, added, removed or changed), ...] of the pages that differ in either language."""
    every = before | after
    keys = dict.fromkeys((key[0], lang) for key in every if before.get(key) != after.get(key))
    action = {key: "removed" if key not in after else "changed" if key in before else "added" for key in keys}
    return [(key[0], every[key].title, action[key]) for key in keys]
