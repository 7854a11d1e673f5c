"""This module holds the errors of the package and turns them into messages in Chinese and English (messages.yaml)."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")

_FILE = Path(__file__).with_name("messages.yaml")
try:
    _TEXTS: dict[str, dict[str, dict[Lang, str]]] = yaml.load(_FILE.read_text("utf-8"), yaml.CSafeLoader)
except UnicodeDecodeError as _error:
    _line = _error.object.count(b"\n", 0, _error.start) + 1
    sys.exit(f"{_FILE}:{_line}:1: is not UTF-8 text; save the file as UTF-8 / 不是 UTF-8 文本，请存为 UTF-8 编码")
MESSAGES, FAILURES, WORDS = _TEXTS["messages"], _TEXTS["failures"], _TEXTS["words"]
MAX_LISTED = 16
"""How many values a message lists."""
HINTS = {"line_ends", "not_in_form", "no_publisher", "no_contact", "other_cards", "misspelt"}
"""Codes of messages about what is better otherwise, though nothing is wrong."""
ESCAPES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
"""What GitHub's own toolkit escapes in the message of a workflow command; in a property, : and , as well."""


@dataclass(frozen=True, order=True)
class Problem:
    """One problem in a file: its position (line and column count from 1) and the code of its message."""

    file: str
    line: int
    column: int
    path: str
    code: str = field(compare=False)
    details: dict[str, object] = field(default_factory=dict, compare=False)
    blocks: bool = field(default=True, compare=False)
    """Whether it prevents a build; any other problem is only reported."""

    def message(self, lang: Lang) -> str:
        """Return what is wrong and what to write instead, in one sentence."""
        words = {key: _word(key, value, lang) for key, value in self.details.items()}
        return MESSAGES[self.code][lang].format(**words)

    def text_line(self, lang: Lang) -> str:
        """Return `FILE:LINE:COL: path: message`, the form editors and compilers agree on."""
        return f"{self.file}:{self.line}:{self.column}: {self.path}: {self.message(lang)}"

    def github_annotation(self, lang: Lang) -> str:
        """Return a GitHub workflow command that marks the line; the file is relative to the root of its repository."""
        file = path_in_repository(Path(self.file)).translate(ESCAPES).replace(":", "%3A").replace(",", "%2C")
        message = f"{self.path}: {self.message(lang)}".translate(ESCAPES)
        return (
            f"::{'notice' if self.code in HINTS else 'error'} file={file},line={self.line},col={self.column}::{message}"
        )


class PlanError(Exception):
    """All problems found at once, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return the messages in English, one a line."""
        return format_problems(self.problems, "text", "en")


class BuildError(Exception):
    """A failure that no line of a file causes: a code of FAILURES and the values in its message.

    A value may be the BuildError that led to this one.
    """

    def __init__(self, code: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(code, details)
        self.code, self.details = code, dict(details or {})

    def message(self, lang: Lang) -> str:
        """Return what failed and what to do about it."""
        words = {k: v.message(lang) if isinstance(v, BuildError) else str(v) for k, v in self.details.items()}
        return FAILURES[self.code][lang].format(**words)

    def __str__(self) -> str:
        """Return the message in English."""
        return self.message("en")


def format_problems(problems: list[Problem], form: Literal["text", "github", "json"], lang: Lang) -> str:
    """Return the problems one a line, or as one JSON list of {file, line, column, path, code, message}."""
    if form == "json":
        fields = ("file", "line", "column", "path", "code")
        records = [{name: getattr(p, name) for name in fields} | {"message": p.message(lang)} for p in problems]
        return json.dumps(records, ensure_ascii=False, indent=2)
    line = Problem.github_annotation if form == "github" else Problem.text_line
    return "\n".join(line(problem, lang) for problem in problems)


def escape_unprintable(text: str) -> str:
    """Return text without control characters, which could act on a terminal or begin a line of their own."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _word(key: str, value: object, lang: Lang) -> str:
    """Return a detail of a problem as its message shows it."""
    if key == "nearest":
        return WORDS[key][lang].format(nearest=escape_unprintable(str(value))) if value else ""
    if isinstance(value, dict):
        return escape_unprintable(str(value[lang]))
    if isinstance(value, list | tuple):
        listed = ("、" if lang == "zh" else ", ").join(escape_unprintable(str(item)) for item in value[:MAX_LISTED])
        more = WORDS["more"][lang].format(more=len(value) - MAX_LISTED, all=len(value))
        return (listed or WORDS["none"][lang]) + (more if len(value) > MAX_LISTED else "")
    if key in {"kind", "expected", "found", "reason", "side"} and value in WORDS:
        return WORDS[str(value)][lang]
    return escape_unprintable(str(value))


def lang_of_locale(environment: Mapping[str, str]) -> Lang:
    """Return the language of messages for a person's locale, as POSIX ranks its variables."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return "zh" if next(filter(None, map(environment.get, names)), "").startswith("zh") else "en"


def path_in_repository(path: Path) -> str:
    """Return a path from the root of its repository, or from the working directory, wherever a command was started."""
    resolved = Path(os.path.realpath(path))
    root = next((folder for folder in resolved.parents if (folder / ".git").exists()), Path.cwd())
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(path)


def display_path(path: Path) -> str:
    """Return a path relative to the working directory where it lies there, otherwise as it is."""
    # Unlike Path.resolve, realpath accepts a link to itself, which is reported when the file is read.
    resolved = Path(os.path.realpath(path))
    return str(resolved.relative_to(Path.cwd())) if resolved.is_relative_to(Path.cwd()) else str(path)
