"""Reads from git which versions of the plan have been published and what each has changed."""

import hashlib
import os
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from plansite import changes as compared
from plansite import proof, rules
from plansite.changes import Change, changes
from plansite.document import parse

CACHE = Path(".cache", "plansite", "changes")
"""Where in the repository the changes of a commit are kept: they never become others."""
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
    if _git(folder, "rev-parse", "--is-shallow-repository") != b"false\n":
        return None
    top = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel") or b"").strip())
    log = _git(folder, "-c", "log.showSignature=false", "log", "--first-parent", "--format=%H %cI", "--", plan.name)
    commits = [line.split() for line in (log or b"").decode().splitlines()]
    made_by = [Path(str(module.__file__)).read_bytes() for module in (compared, proof, rules)]
    code = hashlib.sha256(b"\n".join([*made_by, os.fsencode(plan.resolve())])).hexdigest()[:8]

    @cache
    def data(commit: str) -> Any:
        # What could not be read was never published.
        return parse(plan.name, content(plan, commit) or b"").data

    def read(commit: str, older: Iterable[str]) -> tuple[Change, ...]:
        kept = top / CACHE / f"{commit}-{code}.json"
        with suppress(OSError, ValidationError):
            return _CHANGES.validate_json(kept.read_bytes())
        before = next(filter(None, map(data, older)), None)
        found = tuple(changes(before, data(commit))) if data(commit) else ()
        # A folder that cannot be written costs time, nothing else.
        with suppress(OSError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_suffix(f".{os.getpid()}")
            fresh.write_bytes(_CHANGES.dump_json(found))
            fresh.replace(kept)
        return found

    names = [commit for commit, _ in commits]
    return [
        Version(commit, datetime.fromisoformat(time), read(commit, names[place:]))
        for place, (commit, time) in enumerate(commits, start=1)
    ] or None


def content(file: Path, commit: str) -> bytes | None:
    """Return what a file held in a commit, by any name that git knows it by; None where either is not there."""
    folder, name = file.resolve().parent, f"{commit}:./{file.name}"
    # Whatever else git might read in a name, it is to be one file of one commit.
    found = _git(folder, "rev-parse", "--verify", "--end-of-options", name) if commit else None
    return _git(folder, "cat-file", "blob", found.decode().strip()) if found else None


def version(plan: Path) -> str:
    """Return the commit that the files of a plan's repository are of, "" where there is none.

    Ends in "-modified" where they have been changed since.
    """
    described = _git(plan.resolve().parent, "describe", "--always", "--exclude=*", "--abbrev=40", "--dirty=-modified")
    return (described or b"").decode().strip()


def _git(folder: Path, *command: str) -> bytes | None:
    """Return what git says, None where it is not installed or refuses."""
    # A hook would have it read another repository than that of the folder.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    with suppress(FileNotFoundError):
        done = subprocess.run(  # noqa: S603 - our own command
            ["git", "-C", str(folder), *command],  # noqa: S607 - wherever it is installed
            env=environment,
            capture_output=True,
            check=False,
        )
        return done.stdout if done.returncode == 0 else None
    return None
