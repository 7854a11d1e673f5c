"""This module finds the slips that keep YAML from reading a text, and names the line and column of each."""

import re
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import yaml

Position = tuple[int, int]  # line and column, both counted from 1
Event = Any  # one of PyYAML's, whose stubs do not know that those of a parser have marks
Hint = tuple[Position, str, dict[str, Any]]  # the position of a slip, its code in messages.yaml, the message's details

# A plan of 5,000 measures has 870,000 values, keys and brackets; ours has nine levels.
MAX_NODES, MAX_DEPTH = 1_200_000, 20
# How many slips are named in a file, characters parsed again to find them, lines looked at above the one where the
# parser gives up, and changes tried for each slip.
MAX_HINTS, MAX_SCANNED, MAX_LINES_BACK, MAX_CANDIDATES = 20, 5_000_000, 1_000, 5
INDENT = 2  # spaces for each level

# A line that git puts around the two versions of lines that it could not merge.
MARKER = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
TAB = re.compile(r"^ *\t[ \t]*(?=\S)", re.MULTILINE)
# The name of a field with a full-width colon, or with a colon that no space follows.
FIELD = re.compile(r"(?P<before>^ *(?:- +)*|[{,] *)(?P<key>[a-z_]+)(?:： *|:(?=[^\s,}\]]))")
# The dashes and the name of the field before a value, and the beginning of a line that is a field or a list entry.
HEAD = re.compile(r" *(?:- +)*(?:[\w-]+:(?: +|$))?")
ENTRY = re.compile(r" *(?:-|[\w-]+:)(?: |$)")
# A text in braces or brackets that has no quotes and a bracket within it, or goes on behind a bracket or a quote.
IN_BRACES = re.compile(
    r"""(?:[\[{:,] +|^)(?:[^\s'"\[\]{},][^\[\]{},]*(?P<inner>[\[{])"""
    r"""|(?P<first>'[^']*'|"[^"]*"|\[[^]]*\]|\{[^}]*\}) *[^\s,\]}])"""
)
# How many levels an event opens.
LEVELS = {yaml.MappingStartEvent: 1, yaml.SequenceStartEvent: 1, yaml.MappingEndEvent: -1, yaml.SequenceEndEvent: -1}


class ExcessError(yaml.MarkedYAMLError):
    """A file has too many levels or too many values: a code in messages.yaml, and the event that is too many."""

    def __init__(self, code: str, event: Event) -> None:
        super().__init__(problem=code, problem_mark=event.start_mark)


def mark_position(mark: Any) -> Position:
    """Return the position of one of YAML's marks."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def position_of(text: str, at: int) -> Position:
    """Return the position of the character with this index."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def find_markers(text: str) -> Iterator[Hint]:
    """Yield the first marker of each merge conflict, and each tab before a text."""
    within = False
    for marker in MARKER.finditer(text):
        if marker[0][0] == "<" or not within:
            yield position_of(text, marker.start()), "merge_conflict", {}
        within = marker[0][0] != ">"
    for tab in TAB.finditer(text):
        yield position_of(text, tab.start() + tab[0].index("\t")), "yaml_tab", {}


def parse(text: str) -> Iterator[Event]:
    """Yield the events of a text.

    Raises MarkedYAMLError where it is no YAML, ExcessError where it has too many levels or too many values.
    """
    depth = 0
    for number, event in enumerate(yaml.parse(text, yaml.CSafeLoader)):
        depth += LEVELS.get(type(event), 0)
        if depth > MAX_DEPTH or number > MAX_NODES:
            raise ExcessError("yaml_deep" if depth > MAX_DEPTH else "yaml_big", event)
        yield event


def parse_error(text: str) -> yaml.MarkedYAMLError | None:
    """Return the error that keeps YAML from reading a text, or None."""
    try:
        for _ in parse(text):
            pass
    except yaml.MarkedYAMLError as error:
        return error
    return None


def find_hints(text: str) -> Iterator[Hint]:
    """Yield each slip that keeps YAML from reading a text, as if the slips before it were mended."""
    error = parse_error(text)
    if isinstance(error, ExcessError):
        yield mark_position(error.problem_mark), str(error.problem), {}
        return
    lines = text.split("\n") if error else []
    for number in range(min(MAX_HINTS, 1 + MAX_SCANNED // (len(text) + 1))):
        # An error behind a mended line may only follow from how it was mended.
        if error is None or isinstance(error, ExcessError):
            return
        stop = _error_line(error)
        for at, column, code, details, mended in islice(_candidates(lines, stop), MAX_CANDIDATES):
            # It is the cause if, mended, the parser reads farther; of two ways to mend it, the farther one is right.
            reached = [_error_line(parse_error("\n".join([*lines[:at], line, *lines[at + 1 :]]))) for line in mended]
            if (farthest := max(reached)) > stop:
                best = [line for line, stopped in zip(mended, reached, strict=True) if stopped == farthest]
                yield (at + 1, column + 1), code, details | {"expected": [_indent(line) for line in best]}
                lines[at] = best[0]
                error = parse_error("\n".join(lines))
                break
        else:
            if not number:
                # A field without a colon is noticed on the line below.
                mark = error.context_mark if error.context == "while scanning a simple key" else error.problem_mark
                yield mark_position(mark), "yaml", {}
            return


def _candidates(lines: list[str], stop: int) -> Iterator[tuple[int, int, str, dict[str, Any], list[str]]]:
    """Yield (index, column, code, details, mended lines) of what looks wrong by itself, from a line upwards.

    YAML may give up far below: a quote that is not closed reaches to the next one.
    """
    last = min(stop, len(lines) - 1)
    for at in range(last, max(last - MAX_LINES_BACK, -1), -1):
        line, indent = lines[at], _indent(lines[at])
        head = HEAD.match(line)
        value = head.end() if head else indent
        if wrong := FIELD.search(line):
            mended = FIELD.sub(r"\g<before>\g<key>: ", line, count=1)
            yield at, wrong.start("key"), "field_colon", {"key": wrong["key"]}, [mended]
        before, sign, after = (
            re.split(r"((?<=\s)#)", line[value:], maxsplit=1) if " #" in line[value:] else ("", "", "")
        )
        if sign and (before[:1] not in "'\"[{" or _opened(before)):
            yield at, value + len(before), "yaml_comment", {}, [f"{line[:value]}{before}x{after}"]
        if error := parse_error(line[indent:]):
            column, code = _unreadable(line, value, indent, error)
            yield at, column, code, {"mark": line[column : column + 1]}, [f"{line[:value]}x"]
        if line.strip() and indent % INDENT:
            moved = [" " * spaces + line.lstrip() for spaces in (indent - 1, indent + 1)]
            yield at, indent, "yaml_indent", {"found": indent}, moved


def _unreadable(line: str, value: int, indent: int, error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """Return (column, code) of a line's slip; `value` is the column of its value, `error` that of the line alone."""
    first = line[value : value + 1]
    mark = indent + (error.problem_mark.column if error.problem_mark else 0)
    if error.context == "while scanning a quoted scalar" and error.context_mark:
        return indent + error.context_mark.column, "yaml_quote"
    if first in {"'", '"'}:
        return value, "yaml_quote"
    if re.match(":(?: |$)", line[mark:]):
        return mark, "yaml_colon"
    if _opened(line):
        return value, "yaml_bracket"
    if first in {"[", "{"} and (inner := IN_BRACES.search(line[value + 1 :])):
        return value + 1 + inner.start(inner.lastgroup or 0), "text_in_braces"
    return value, "yaml_text"


def _opened(text: str) -> bool:
    """Return whether a text has an opening bracket or brace more than closing ones."""
    return any(text.count(left) > text.count(right) for left, right in ("[]", "{}"))


def _error_line(error: yaml.MarkedYAMLError | None) -> int:
    """Return the line (from 0) on which YAML gave up, one beyond all where it did not."""
    mark = error and (error.problem_mark or error.context_mark)
    return mark.line if mark else sys.maxsize


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def absorbed_lines(lines: list[str], event: Event) -> Hint | None:
    """Return the slip by which a text over several lines takes in fields or entries, or None."""
    first, last = event.start_mark.line, event.end_mark.line
    if first == last or event.style in {"|", ">"}:
        return None
    absorbed = [at for at in range(first + 1, min(last, len(lines) - 1) + 1) if ENTRY.match(lines[at])]
    if not absorbed:
        return None
    if event.style:
        return mark_position(event.start_mark), "yaml_quote", {"mark": event.style}
    odd = next((at for at in (first, *absorbed) if _indent(lines[at]) % INDENT), absorbed[0])
    others = [_indent(lines[at]) for at in (first, *absorbed) if at != odd]
    return (odd + 1, _indent(lines[odd]) + 1), "yaml_indent", {"found": _indent(lines[odd]), "expected": others[:1]}
