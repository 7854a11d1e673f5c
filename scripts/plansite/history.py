"""Reads from git which versions of the plan have been published and what each has changed."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from plansite import changes as compared
from plansite import proof, rules
from plansite.changes import Change, changes
from plansite.document import parse
from plansite.git import content, git
from plansite.kept import CACHE, fingerprint, keep, recall
from plansite.progress import progress

_CHANGES = TypeAdapter(tuple[Change, ...])


@dataclass(frozen=True)
class Version:
    """A commit that changed the plan, with what it changed."""

    commit: str
    time: datetime
    changes: tuple[Change, ...]


def history(plan: Path) -> Sequence[Version] | None:
    """Return the versions of a plan on the branch that is checked out, the newest first.

    A merge counts as one version, that of the day on which it was merged. Returns None where there is no git, no
    repository that holds the plan, or only the tip of one (a shallow clone).
    """
    folder = plan.resolve().parent
    if git(folder, "rev-parse", "--is-shallow-repository") != b"false\n":
        return None
    top = Path(os.fsdecode(git(folder, "rev-parse", "--show-toplevel") or b"").strip())
    log = git(folder, "-c", "log.showSignature=false", "log", "--first-parent", "--format=%H %cI", "--", plan.name)
    commits = [line.split() for line in (log or b"").decode().splitlines()]
    code = fingerprint((Path(str(module.__file__)) for module in (compared, proof, rules)), str(plan.resolve()))

    @cache
    def data(commit: str) -> Any:
        # What could not be read was never published.
        return parse(plan.name, content(plan, commit) or b"").data

    def read(commit: str, older: Iterable[str]) -> tuple[Change, ...]:
        file = top / CACHE / "changes" / commit
        if kept := recall(file, code):
            return _CHANGES.validate_json(kept)
        before = next(filter(None, map(data, older)), None)
        found = tuple(changes(before, data(commit))) if data(commit) else ()
        keep(file, code, _CHANGES.dump_json(found))
        return found

    names = [commit for commit, _ in commits]
    places = progress(enumerate(commits, start=1), len(commits), "versions")
    return [
        Version(commit, datetime.fromisoformat(time), read(commit, names[place:])) for place, (commit, time) in places
    ] or None
