"""Says what a person most likely mistyped where YAML cannot read a file, and on which line."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml

OPENING = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
Place = tuple[int, int]
"""Line and column, both counted from 1."""
Slip = tuple[Place, str, dict[str, Any]]
"""Where something is to be mended, its code in messages.yaml, and what the message names."""

MARKER = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
"""What git leaves around the two versions of lines that it could not merge."""
TAB = re.compile(r"^ *\t[ \t]*(?=\S)", re.MULTILINE)
FIELD = re.compile(r"(?P<before>^ *(?:- +)*|[{,] *)(?P<key>[a-z_]+)(?:： *|:(?=[^\s,}\]]))")
"""The name of a field with a colon that is none for YAML: a full-width one, or one without a space after it."""
HEAD = re.compile(r" *(?:- +)*(?:[\w-]+:(?: +|$))?")
"""What stands on a line before a value: dashes and the name of the field."""
ENTRY = re.compile(r" *(?:-|[\w-]+:)(?: |$)")
"""The beginning of a line that is a field or a list entry."""
COMMENT = re.compile(r"[ \t]*#")
"""The beginning of a comment behind a value."""
STEP = 2
"""How many spaces each level is indented."""
MOST = 20
"""How many slips are looked for in one file."""
PATIENCE = 5_000_000
"""How many characters are read for that: of a very long file, only one slip is looked for."""
FAR = 1_000
"""How many lines up from where YAML gives up a slip may be."""
TRIES = 5
"""How many lines are tried for each slip."""
DEEPEST = 20
"""How many levels a file may be nested; a plan has nine."""
BIGGEST = 1_200_000
"""How many values, keys and brackets a file may have; a plan of 5,000 measures has 870,000."""


class ExcessError(yaml.MarkedYAMLError):
    """A file is nested more deeply, or holds more, than is read; its problem is a code in messages.yaml."""


@dataclass(frozen=True)
class Suspect:
    """A line that may be the cause: what is wrong with it, and it mended, or with a value that cannot be wrong."""

    column: int
    code: str
    mended: Sequence[str]
    details: dict[str, Any]


def marks(text: str) -> Iterator[Slip]:
    """Yield what is no YAML wherever it stands: the first marker of each merge conflict, tabs that indent."""
    within = False
    for marker in MARKER.finditer(text):
        if marker[0][0] == "<" or not within:
            yield place_of(text, marker.start()), "merge_conflict", {}
        within = marker[0][0] != ">"
    for tab in TAB.finditer(text):
        yield place_of(text, tab.start() + tab[0].index("\t")), "yaml_tab", {}


def error_in(text: str) -> yaml.MarkedYAMLError | None:
    """Return what keeps YAML from reading a text.

    It is told by the events: nodes within nodes are made by recursion in C, which ends the process where they are many.
    """
    depth = 0
    try:
        for number, event in enumerate(yaml.parse(text, yaml.CSafeLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST or number > BIGGEST:
                excess = "yaml_deep" if depth > DEEPEST else "yaml_big"
                # The C loader's marks are of another type.
                return ExcessError(problem=excess, problem_mark=event.start_mark)  # type: ignore[arg-type]
    except yaml.MarkedYAMLError as error:
        return error
    return None


def slips(text: str) -> Iterator[Slip]:
    """Yield what keeps YAML from reading a text, one slip after the other, each as if those before it were mended."""
    lines = text.split("\n")
    for number in range(min(MOST, 1 + PATIENCE // (len(text) + 1))):
        error = error_in("\n".join(lines))
        if error is None or (isinstance(error, ExcessError) and number):
            return
        cause = _cause(lines, _line(error))
        if cause is None:
            # After another slip it may only follow from how that was mended here.
            if number == 0:
                # A field without a colon is noticed on the line below.
                mark = error.context_mark if error.context == "while scanning a simple key" else error.problem_mark
                yield place_at(mark), "yaml", {}
            return
        at, suspect, best = cause
        details = {"expected": [_indent(line) for line in best]} if suspect.code == "yaml_indent" else {}
        yield (at + 1, suspect.column + 1), suspect.code, suspect.details | details
        lines[at] = best[0]


def _cause(lines: Sequence[str], stop: int) -> tuple[int, Suspect, list[str]] | None:
    """Return the nearest line up from where YAML gives up that, mended, lets it read on, and what mends it best.

    YAML may give up far below: a quote that is not closed reaches to the next one.
    """
    last = min(stop, len(lines) - 1)
    suspects = ((at, suspect) for at in range(last, max(last - FAR, -1), -1) for suspect in _suspects(lines[at]))
    for at, suspect in islice(suspects, TRIES):
        reach = {line: _line(error_in("\n".join([*lines[:at], line, *lines[at + 1 :]]))) for line in suspect.mended}
        farthest = max(reach.values())
        if farthest > stop:
            return at, suspect, [line for line in reach if reach[line] == farthest]
    return None


def swallowed(lines: Sequence[str], node: yaml.Node) -> Slip | None:
    """Return what is wrong with a text over several lines that takes in what was to be fields or entries, or None."""
    first, last = node.start_mark.line, node.end_mark.line
    if first == last or not isinstance(node, yaml.ScalarNode) or node.style in {"|", ">"}:
        return None
    taken = [at for at in range(first + 1, min(last, len(lines) - 1) + 1) if ENTRY.match(lines[at])]
    if not taken:
        return None
    if node.style:
        return (first + 1, node.start_mark.column + 1), "yaml_quote", {"mark": node.style}
    off = next((at for at in (first, *taken) if _indent(lines[at]) % STEP), taken[0])
    beside = [_indent(lines[at]) for at in (first, *taken) if at != off]
    return (off + 1, _indent(lines[off]) + 1), "yaml_indent", {"found": _indent(lines[off]), "expected": beside[:1]}


def place_at(mark: yaml.Mark | None) -> Place:
    """Return the line and column of one of YAML's marks."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def place_of(text: str, at: int) -> Place:
    """Return the line and column of a character."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _line(error: yaml.MarkedYAMLError | None) -> int:
    """Return the line (from 0) on which YAML gave up, one beyond all where it did not."""
    mark = error and (error.problem_mark or error.context_mark)
    return mark.line if mark else sys.maxsize


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _suspects(line: str) -> Iterator[Suspect]:
    """Yield what may be wrong with a line, judged by itself."""
    if field := FIELD.search(line):
        mended = FIELD.sub(r"\g<before>\g<key>: ", line, count=1)
        yield Suspect(field.start("key"), "field_colon", [mended], {"key": field["key"]})
    if (comment := _comment(line)) is not None:
        yield Suspect(comment, "yaml_comment", [f"{line[:comment]}x{line[comment + 1 :]}"], {})
    indent = _indent(line)
    if error := error_in(line[indent:]):
        head = HEAD.match(line)
        value = head.end() if head else indent
        yield _value(line, indent, value, error)
    if line.strip() and indent % STEP:
        moved = [" " * spaces + line.lstrip() for spaces in (indent - 1, indent + 1)]
        yield Suspect(indent, "yaml_indent", moved, {"found": indent})


def _value(line: str, indent: int, value: int, error: yaml.MarkedYAMLError) -> Suspect:
    """Say what is wrong with a line that YAML cannot read even by itself."""
    mended = [f"{line[:value]}x"]
    mark = indent + (error.problem_mark.column if error.problem_mark else 0)
    opening = indent + (error.context_mark.column if error.context_mark else 0)
    if error.context == "while scanning a quoted scalar":
        return Suspect(opening, "yaml_quote", mended, {"mark": line[opening]})
    if line[value : value + 1] in {"'", '"'}:
        return Suspect(value, "yaml_quote", mended, {"mark": line[value]})
    if re.match(":(?: |$)", line[mark:]):
        return Suspect(mark, "yaml_colon", mended, {})
    if any(line.count(left) > line.count(right) for left, right in ("[]", "{}")):
        return Suspect(value, "yaml_bracket", mended, {"mark": line[value : value + 1]})
    if (column := _in_braces(line)) is not None:
        return Suspect(column, "text_in_braces", mended, {"mark": line[column]})
    return Suspect(value, "yaml_text", mended, {"mark": line[value : value + 1]})


def _tokens(line: str) -> list[yaml.Token]:
    """Return what YAML finds on a line, as far as it can read it."""
    tokens: list[yaml.Token] = []
    try:
        for token in yaml.scan(line, yaml.CSafeLoader):
            tokens.append(token)  # noqa: PERF402 - what comes before an error is kept
    except yaml.MarkedYAMLError:
        pass
    # The tokens of the beginning and the end have no column.
    return [token for token in tokens if token.end_mark.column]


def _comment(line: str) -> int | None:
    """Return where a comment begins behind a text without quotes, or within brackets."""
    tokens = _tokens(line) if "#" in line else []
    if not tokens:
        return None
    last = tokens[-1]
    found = COMMENT.match(line, last.end_mark.column)
    opened = sum(isinstance(token, OPENING) - isinstance(token, CLOSING) for token in tokens)
    cuts = opened > 0 or (isinstance(last, yaml.ScalarToken) and last.plain)
    return found.end() - 1 if found and cuts else None


def _in_braces(line: str) -> int | None:
    """Return where a text without quotes has a bracket or a quotation mark within braces, which parts it in two."""
    opened: list[int] = []
    before: yaml.Token | None = None
    start = 0
    for token in _tokens(line):
        if opened and isinstance(token, (yaml.ScalarToken, *OPENING)):
            if isinstance(before, yaml.ScalarToken) and before.plain:
                return int(token.start_mark.column)
            if isinstance(before, (yaml.ScalarToken, *CLOSING)):
                return start
        start = opened.pop() if isinstance(token, CLOSING) and opened else token.start_mark.column
        if isinstance(token, OPENING):
            opened.append(start)
        before = token
    return None
