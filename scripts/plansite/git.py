"""Asks git about the files of a project, where there is git and they are in its care."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path


def content(file: Path, commit: str) -> bytes | None:
    """Return what a file held in a commit, by any name that git knows it by; None where either is not there."""
    folder, name = file.resolve().parent, f"{commit}:./{file.name}"
    # Whatever else git might read in a name, it is to be one file of one commit.
    found = git(folder, "rev-parse", "--verify", "--end-of-options", name) if commit else None
    return git(folder, "cat-file", "blob", found.decode().strip()) if found else None


def state() -> tuple[str, str]:
    """Return what tells whether the project here is still at the same version with the same history before it."""
    return version(Path("data")), str(git(Path(), "rev-parse", "--is-shallow-repository"))


def version(plan: Path) -> str:
    """Return the commit that the files of a plan's repository are of, "" where there is none.

    Ends in "-modified" where they have been changed since.
    """
    described = git(plan.resolve().parent, "describe", "--always", "--exclude=*", "--abbrev=40", "--dirty=-modified")
    return (described or b"").decode().strip()


def git(folder: Path, *command: str) -> bytes | None:
    """Return what git says in a folder, None where it is not installed or refuses."""
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
