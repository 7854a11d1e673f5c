"""This module reads text files as UTF-8 and writes files so that a failure leaves the old content."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from plansite.problems import BuildError, PlanError, Problem, shown

TEXTS = {".css", ".html", ".j2", ".js", ".md", ".svg"}
"""Suffixes of text files in docs/, macros/ and overrides/; YAML is read by document.py."""


def write_file(path: Path, content: bytes) -> None:
    """Replace the content of a file in one step, or create it; an existing file keeps its mode.

    Raises BuildError where it cannot be written; the file is then byte for byte as before.
    """
    # A link stays a link: the file that it leads to is written.
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise BuildError("not_written", {"file": shown(path), "reason": error.strerror}) from None


def read_text(path: Path) -> str:
    """Return the text of a file; raises PlanError with the line from which on it is not UTF-8."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PlanError([Problem(shown(path), line, 1, path.name, "encoding")]) from None


def check_encoding(folders: Iterable[Path]) -> None:
    """Raise PlanError with every text file in these folders that is not UTF-8."""
    problems: list[Problem] = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in TEXTS):
        try:
            read_text(path)
        except PlanError as error:
            problems += error.problems
    if problems:
        raise PlanError(problems)
