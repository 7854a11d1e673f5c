"""Asks git about the files of a project, where there is git and they are in its care."""

import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path

from plansite.errors import BuildError

DUBIOUS = re.compile(rb"dubious ownership in repository at '(.+)'")
"""What git says of a repository that belongs to another user."""


def content(file: Path, commit: str) -> bytes | None:
    """Return what a file held in a commit, by any name that git knows it by; None where either is not there."""
    folder, name = file.resolve().parent, f"{commit}:./{file.name}"
    # Whatever else git might read in a name, it is to be one file of one commit.
    found = git(folder, "rev-parse", "--verify", "--end-of-options", name) if commit else None
    return git(folder, "cat-file", "blob", found.decode().strip()) if found else None


def state() -> str:
    """Return what tells whether the project here is still at the same version with the same history before it."""
    head = git(Path(), "rev-parse", "HEAD", "--is-shallow-repository")
    return f"{head!r} {version(Path('data', 'plan.yaml'))}"


def obstacle(plan: Path) -> BuildError | None:
    """Return why git does not give the whole history of a plan that it has, with the remedy; None where it does."""
    done = _run(plan.resolve().parent, "rev-parse", "--is-shallow-repository")
    if done and (refused := DUBIOUS.search(done.stderr)):
        return BuildError("other_owner", {"folder": os.fsdecode(refused[1])})
    shallow = done is not None and done.stdout == b"true\n" and version(plan) != ""
    return BuildError("shallow") if shallow else None


def version(plan: Path) -> str:
    """Return the commit that is checked out where a plan lies, "" where git does not hold the plan in it.

    Ends in "-modified" where the plan or the glossary beside it has been changed since: the content of the published
    data comes from these two. Other files of the repository do not count.
    """
    folder, name = plan.resolve().parent, plan.resolve().name
    found = git(folder, "rev-parse", "HEAD", f"HEAD:./{name}")
    if found is None:
        return ""
    changed = git(folder, "status", "--porcelain", "--untracked-files=all", "--", name, "glossary.yaml")
    return found.decode().split()[0] + ("-modified" if changed else "")


def git(folder: Path, *command: str) -> bytes | None:
    """Return what git says in a folder, None where it is not installed or refuses."""
    done = _run(folder, *command)
    return done.stdout if done and done.returncode == 0 else None


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[bytes] | None:
    """Return what became of a git command in a folder, None where git is not installed."""
    # A hook would have it read another repository than that of the folder.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    with suppress(FileNotFoundError):
        return subprocess.run(  # noqa: S603 - our own command
            ["git", "-C", str(folder), *command],  # noqa: S607 - wherever it is installed
            env=environment,
            capture_output=True,
            check=False,
        )
    return None
