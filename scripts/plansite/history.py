"""Reads from git which versions of the plan have been published and what each has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from plansite.changes import Change, changes
from plansite.document import parse
from plansite.git import content, git


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
    log = git(folder, "-c", "log.showSignature=false", "log", "--first-parent", "--format=%H %cI", "--", plan.name)
    commits = tuple(tuple(line.split()) for line in (log or b"").decode().splitlines())
    return _versions(plan, commits) or None


@lru_cache(maxsize=1)
def _versions(plan: Path, commits: tuple[tuple[str, ...], ...]) -> list[Version]:
    """Return the versions of these commits, [(id, time), ...]; a preview asks for the same ones again and again."""
    # What could not be read was never published.
    read = [parse(plan.name, content(plan, commit) or b"").data for commit, _ in commits]
    versions = []
    for place, (commit, time) in enumerate(commits):
        before = next(filter(None, read[place + 1 :]), None)
        found = tuple(changes(before, read[place])) if read[place] else ()
        versions.append(Version(commit, datetime.fromisoformat(time), found))
    return versions
