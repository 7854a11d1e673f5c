"""This module reads from git the versions of a plan, where git is installed and tracks it."""

import io
import os
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from plansite.errors import BuildError
from plansite.source.yaml_hints import Event, parse
from plansite.source.yaml_reader import MAX_BYTES, MAX_NUMBER, TEXT, construct, implicit_tag

DUBIOUS = re.compile(rb"dubious ownership in repository at '(.+)'")
"""The message of git about a repository that belongs to another user."""


def contents(file: Path, commits: Sequence[str]) -> list[bytes | None]:
    """Return a file's content in each commit, named in any way git accepts; None where git lacks commit or file."""
    file = file.resolve()
    # Each line asks for one object; "" would be the file as it is staged.
    names = [f"{commit}:./{file.name}" if commit and commit.isprintable() else "-" for commit in commits]
    output = io.BytesIO(git(file.parent, "cat-file", "--batch", lines=names) or b"")
    found: list[bytes | None] = []
    for _ in commits:
        sized = re.fullmatch(rb"[0-9a-f]+ (\w+) ([0-9]+)\n", output.readline())
        content = output.read(int(sized[2]) + 1)[:-1] if sized else None  # without the line end that follows it
        found.append(content if sized and sized[1] == b"blob" else None)
    return found


def obstacle(plan: Path) -> BuildError | None:
    """Return why git does not give the whole history of a plan that it tracks, and how to mend that, or None."""
    done = _run(plan.resolve().parent, "rev-parse", "--is-shallow-repository")
    if done and (refused := DUBIOUS.search(done.stderr)):
        return BuildError("other_owner", {"folder": os.fsdecode(refused[1])})
    shallow = done is not None and done.stdout == b"true\n" and version(plan) != ""
    return BuildError("shallow") if shallow else None


def version(plan: Path) -> str:
    """Return the checked-out commit where it holds the plan, otherwise "".

    It ends in "-modified" where the plan or the glossary beside it has been changed since: the published data is made
    from these two files only.
    """
    folder, name = plan.resolve().parent, plan.resolve().name
    commit = git(folder, "rev-parse", "HEAD", f"HEAD:./{name}")
    if commit is None:
        return ""
    changed = git(folder, "status", "--porcelain", "--untracked-files=all", "--", name, "glossary.yaml")
    return commit.decode().split()[0] + ("-modified" if changed else "")


def git(folder: Path, *command: str, lines: Sequence[str] = ()) -> bytes | None:
    """Return the output of a git command that reads these lines, None where git is not installed or refuses."""
    done = _run(folder, *command, lines=lines)
    return done.stdout if done and done.returncode == 0 else None


def _run(folder: Path, *command: str, lines: Sequence[str] = ()) -> subprocess.CompletedProcess[bytes] | None:
    # A hook sets variables that would make git read another repository than that of the folder.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603 - our own command
            ["git", "-C", str(folder), "-c", "log.showSignature=false", *command],  # noqa: S607 - wherever it is installed
            env=environment,
            input="\n".join(lines).encode(),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return None


def read_snapshot(raw: bytes | None) -> Any:
    """Return the plain data of a YAML file, None where it cannot be read: such a version was never published.

    It is built from events: three times as fast as by a loader, and without its recursion in C, which ends the process
    where a file is nested very deeply. Aliases are read as None.
    """
    if not raw or len(raw) > MAX_BYTES:
        return None
    try:
        reader = _Reader(raw.decode("utf-8-sig"))
        _, first = next(reader.events), next(reader.events)
        data = reader.value(next(reader.events)) if isinstance(first, yaml.DocumentStartEvent) else None
        # The ends of the document and of the file, unless there are more documents.
        return data if len(list(reader.events)) == len(("document", "file")) else None
    except (UnicodeDecodeError, yaml.YAMLError):
        return None


class _Reader:
    def __init__(self, text: str) -> None:
        self.events = parse(text)

    def value(self, event: Event) -> Any:
        """Return the value that begins with an event; consume the events up to its end."""
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            children = takewhile(lambda child: not isinstance(child, yaml.SequenceEndEvent), self.events)
            return [self.value(child) for child in children]
        if isinstance(event, yaml.MappingStartEvent):
            keys = takewhile(lambda child: not isinstance(child, yaml.MappingEndEvent), self.events)
            return {self.key(key): self.value(next(self.events)) for key in keys}
        return None

    def key(self, event: Event) -> str:
        return str(event.value if isinstance(event, yaml.ScalarEvent) else self.value(event))

    def scalar(self, event: Event) -> Any:
        """Return a scalar as text, or as the number, date or truth value that it is without quotes."""
        if event.implicit[0] and len(event.value) <= MAX_NUMBER and (tag := implicit_tag(event.value)) != TEXT:
            with suppress(ValueError):
                return construct(tag, event.value)
        return event.value
