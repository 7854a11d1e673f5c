"""What can be wrong with the plan or a template, said to the person who mends it."""

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
    _SAID = yaml.load(_FILE.read_text("utf-8"), yaml.CSafeLoader)
except UnicodeDecodeError as _error:
    _line = _error.object.count(b"\n", 0, _error.start) + 1
    sys.exit(f"{_FILE}:{_line}:1: is not UTF-8 text; save the file as UTF-8 / 不是 UTF-8 文本，请存为 UTF-8 编码")
MESSAGES: dict[str, dict[Lang, str]] = _SAID["messages"]
FAILURES: dict[str, dict[Lang, str]] = _SAID["failures"]
WORDS: dict[str, dict[Lang, str]] = _SAID["words"]
NEAREST: dict[Lang, str] = {"en": ' (did you mean "{nearest}"?)', "zh": "（是否为“{nearest}”？）"}
IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
IN_PROPERTY = IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})
LISTED = 16
MORE: dict[Lang, str] = {"en": " and {more} more", "zh": "等，共 {all} 项"}


HINTS = {"line_ends", "not_in_form"}
"""What is not wrong, only better otherwise."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it stands (line and column count from 1) and which sentence of MESSAGES it is."""

    file: str
    line: int
    column: int
    path: str
    code: str = field(compare=False)
    details: dict[str, object] = field(default_factory=dict, compare=False)
    blocks: bool = field(default=True, compare=False)
    """Whether no site can be built with it. The rest is for `check`: the site stands, and says so on the page."""

    def message(self, lang: Lang) -> str:
        """Return what is wrong and what is allowed, in one sentence."""
        words = {key: _word(key, value, lang) for key, value in self.details.items()}
        return MESSAGES[self.code][lang].format(**words)

    def text_line(self, lang: Lang) -> str:
        """Return `FILE:LINE:COL: path: message`, the form editors and compilers agree on."""
        return f"{self.file}:{self.line}:{self.column}: {self.path}: {self.message(lang)}"

    def github_annotation(self, lang: Lang) -> str:
        """Return a GitHub workflow command that marks the line in a pull request.

        The file is named from the root of its repository, wherever the command was run; what is escaped is what
        GitHub's own toolkit escapes in such commands.
        """
        path = Path(os.path.realpath(self.file))
        root = next((folder for folder in path.parents if (folder / ".git").exists()), Path.cwd())
        file = path.relative_to(root).as_posix() if path.is_relative_to(root) else self.file
        message = f"{self.path}: {self.message(lang)}".translate(IN_DATA)
        level = "notice" if self.code in HINTS else "error"
        return f"::{level} file={file.translate(IN_PROPERTY)},line={self.line},col={self.column}::{message}"


def escape_unprintable(text: str) -> str:
    """Return text in which nothing acts on whoever reads it: a terminal, a log, a line that seems to be another."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _word(key: str, value: object, lang: Lang) -> str:
    if key == "nearest":
        return NEAREST[lang].format(nearest=escape_unprintable(str(value))) if value else ""
    if isinstance(value, list | tuple):
        if not value:
            return WORDS["none"][lang]
        listed = ("、" if lang == "zh" else ", ").join(escape_unprintable(str(item)) for item in value[:LISTED])
        return listed + (MORE[lang].format(more=len(value) - LISTED, all=len(value)) if len(value) > LISTED else "")
    if key in {"kind", "expected", "found", "reason", "side"} and value in WORDS:
        return WORDS[str(value)][lang]
    return escape_unprintable(str(value))


class BuildError(Exception):
    """A failure for another reason than the plan: which sentence of FAILURES it is, and the values in it.

    A value may be the BuildError that led to this one.
    """

    def __init__(self, code: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(code, details)
        self.code, self.details = code, dict(details or {})

    def message(self, lang: Lang) -> str:
        """Return what failed and what to do about it."""
        said = {k: v.message(lang) if isinstance(v, BuildError) else str(v) for k, v in self.details.items()}
        return FAILURES[self.code][lang].format(**said)

    def __str__(self) -> str:
        """Return the message in English."""
        return self.message("en")


class PlanError(Exception):
    """All problems found in one go, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return the messages in English, one a line."""
        return format_problems(self.problems, "text", "en")


def format_problems(problems: list[Problem], form: Literal["text", "github", "json"], lang: Lang) -> str:
    """Return the problems one a line, or as one JSON list of {file, line, column, path, code, message}."""
    if form == "json":
        fields = ("file", "line", "column", "path", "code")
        records = [{name: getattr(p, name) for name in fields} | {"message": p.message(lang)} for p in problems]
        return json.dumps(records, ensure_ascii=False, indent=2)
    line = Problem.github_annotation if form == "github" else Problem.text_line
    return "\n".join(line(problem, lang) for problem in problems)


def lang_of_locale(environment: Mapping[str, str]) -> Lang:
    """Return the language of messages for a person's locale, as POSIX ranks its variables."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "")
    return "zh" if locale.startswith("zh") else "en"


def display_path(path: Path) -> str:
    """Return the path as the person typed or would type it: relative to where they are, if that is shorter."""
    # Unlike Path.resolve, it has no trouble with a link to itself, which is said when the file is read.
    resolved = Path(os.path.realpath(path))
    return str(resolved.relative_to(Path.cwd())) if resolved.is_relative_to(Path.cwd()) else str(path)
