"""Says in words what a change to the plan does: to its records, and to the pages of the site."""

import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plansite.errors import Lang, PlanError, Problem
from plansite.history.changelog import HistoryView, Version
from plansite.history.diff import diff_plans
from plansite.history.git import contents
from plansite.site.assemble import Sources, static_addresses
from plansite.site.graph import PlanView
from plansite.site.pages import pages
from plansite.site.publication import Publication
from plansite.site.templates import RenderedPage, Templates
from plansite.source.yaml_reader import read_yaml
from plansite.validate import load_labels, load_plan

Pages = dict[tuple[str, Lang], RenderedPage]
"""{(address, language): page}"""


def report_changes(sources: Sources, base: str, head: str | None, lang: Lang, site_url: str = "") -> str:
    """Return as HTML what has changed between two versions of the plan and its glossary.

    A version is a file, or a commit by any name that git knows; without `head` it is the plan as it lies there. They
    are compared as data, even where one is faulty. Raises PlanError where a version is not there or is not YAML.
    """
    templates = Templates(sources.macros, load_labels(sources.macros / "labels.yaml"))
    with tempfile.TemporaryDirectory() as scratch:
        before = _fetch(sources.plan, base, Path(scratch, "base", "data"))
        after = _fetch(sources.plan, head, Path(scratch, "head", "data")) if head else sources.plan
        old, new = ({}, {}) if _files(before) == _files(after) else (_data(before), _data(after))
        found = diff_plans(old, new) if old != new else []
        try:
            affected = _affected(sources, before, after, templates, lang) if old != new else []
        except PlanError:
            affected = None  # `check` says why
    version = HistoryView([Version("", datetime.now(UTC), tuple(found))]).versions[0]
    return templates.render_diff(version, affected, lang, site_url)


def _fetch(plan: Path, name: str, folder: Path) -> Path:
    """Return where a version of the plan is to be found, with its glossary beside it."""
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


def _files(plan: Path) -> list[bytes]:
    """Return the content of a plan and of the glossary beside it."""
    return [path.read_bytes() for path in (plan, plan.with_name("glossary.yaml")) if path.is_file()]


def _data(plan: Path) -> dict[str, Any]:
    """Return the records of a plan and the terms of its glossary as plain data."""
    glossary = plan.with_name("glossary.yaml")
    documents = [read_yaml(path) for path in (plan, glossary) if path == plan or glossary.exists()]
    if unreadable := [problem for document in documents if document.unreadable for problem in document.problems]:
        raise PlanError(unreadable)
    records, *others = (document.data if isinstance(document.data, dict) else {} for document in documents)
    return records | {"terms": others[0].get("terms") if others else None}


def _pages(sources: Sources, templates: Templates) -> Pages:
    """Return the pages of a plan, without the lines of the file that they name: an edit moves all that follow it."""
    plan = PlanView(replace(load_plan(sources.plan), lines=defaultdict(int)))
    every = list(pages(plan))
    places = {page.address for page in every} | set(static_addresses(sources.docs))
    return {(page.address, page.lang): templates.render_page(page, plan, places, Publication()) for page in every}


def _affected(sources: Sources, old: Path, new: Path, templates: Templates, lang: Lang) -> list[tuple[str, str, str]]:
    """Return [(address, title, added, removed or changed), ...] of the pages that differ in either language.

    `old` and `new` are two versions of the plan.
    """
    before, after = (_pages(replace(sources, plan=plan), templates) for plan in (old, new))
    every = before | after
    differing = [key for key in every if before.get(key) != after.get(key)]
    affected = []
    for address in dict.fromkeys(address for address, _ in differing):
        key = (address, lang)
        action = "removed" if key not in after else "added" if key not in before else "changed"
        affected.append((address, every[key].title, action))
    return affected
