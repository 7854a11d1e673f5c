"""This module writes to data/: it formats YAML files, confirms translations and lists new addresses."""

import os
import re
import shutil
from codecs import BOM_UTF8
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from plansite.errors import BuildError, PlanError, Problem, display_path
from plansite.source.rules import nearest_match, select
from plansite.source.yaml_hints import Event
from plansite.source.yaml_reader import BREAK, TEXT, YamlPath, implicit_tag, parse_yaml, read_text, read_yaml
from plansite.translation.checks import RECORD_PATHS, record_name, source_hash
from plansite.validate import load_plan

DOUBLE_QUOTED = {"en_for", "value"}
"""Fields whose text may look like a number: always in double quotes. Other text is plain, or in single quotes."""
QUOTED = re.compile(r"""^$|^[\s,\[\]{}#&*!|>'"%@`]|^[-?:](?=\s|$)|:(?=\s|$)|\s#|\s$""")
QUOTED_IN_BRACKETS = re.compile(rf"{QUOTED.pattern}|[,?:\[\]{{}}]")
"""Patterns of texts that need quotes, in a block and within brackets (YAML 1.2, 7.3.3)."""
ESCAPED = re.compile("[\t\n\r\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
"""Characters that only a text in double quotes can hold."""
BLANK_LINE = re.compile(rf"(?:{BREAK.pattern})\s*(?:{BREAK.pattern})")
TO_CONFIRM = {"stale", "unconfirmed"}
"""The problems that a confirmation removes."""
ADDRESS_LIST = "addresses.txt"
"""The file beside the plan with every address ever published, one a line."""


def format_text(text: str) -> str:
    """Return YAML that has been read without a problem in its one form.

    UTF-8, line ends LF, two spaces a level, lists below their key one level further in, a value on one line, no blank
    line next to another. Fields stay in their order, and what is in brackets stays there. Each comment keeps its place;
    one within a value that now takes one line moves above it.
    """
    writer = _Writer(text)
    writer.write_document()
    form = "\n".join(writer.lines).strip("\n")
    return f"{form}\n" if form else ""


def hints(paths: Sequence[Path]) -> list[Problem]:
    """Return a hint for the first file that `plansite fmt` would change, or an empty list; all files are valid."""
    for path in paths:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
        form = format_text(text)
        if raw != form.encode():
            code = "line_ends" if BREAK.sub("\n", text).rstrip("\n") + "\n" == form else "not_in_form"
            return [Problem(display_path(path), 1, 1, path.stem, code, blocks=False)]
    return []


def format_files(paths: Sequence[Path]) -> list[Path]:
    """Write YAML files anew in the form of the project; return the paths of those that changed.

    Raises PlanError, and writes none of them, where one is no YAML.
    """
    documents = {path: read_yaml(path) for path in paths}
    if problems := [problem for document in documents.values() for problem in document.problems]:
        raise PlanError(problems)
    forms = {path: format_text(document.text).encode() for path, document in documents.items()}
    changed = [path for path, form in forms.items() if form != documents[path].raw]
    for path in changed:
        if parse_yaml(path.name, forms[path]).data != documents[path].data:
            raise RuntimeError(f"the form of {path} would hold other data than the file, which was left as it is")
        write_file(path, forms[path])
    return changed


class _Writer:
    """Writes the values of a text a line at a time, and the comments and blank lines between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.events: Iterator[Event] = yaml.parse(text, yaml.CSafeLoader)
        self.end: Event = None
        """The event at the end of the list or mapping that was read last."""
        self.lines: list[str] = []
        self.copied = 0
        """The index in the text up to which it has been written."""
        self.columns: list[tuple[int, int]] = []
        """(indentation, column in the text) of each block around what is being written."""

    def write_document(self) -> None:
        """Write the whole text."""
        _, first = next(self.events), next(self.events)
        if isinstance(first, yaml.DocumentStartEvent):
            self.write(next(self.events), "", 0)
        self.copy_comments(len(self.text), 0)

    def write(self, event: Event, head: str, indent: int) -> None:
        """Write a value behind or below the head of its line: a key, a dash, or nothing."""
        column = event.start_mark.column
        if not isinstance(event, yaml.CollectionStartEvent) or event.flow_style:
            key = head.rpartition(" ")[2].removesuffix(":")
            text = self.inline(event, len(head) - len(head.lstrip()), QUOTED, key)
            self.lines.append(f"{head} {text}".rstrip() if head else text)
            return
        if head.endswith(":"):
            self.lines.append(head)
            head = ""
        for child in self.children():
            level = len(head) - len(head.lstrip()) if head else indent
            self.copy_comments(child.start_mark.index, level, above=bool(head))
            self.leave_blocks(indent - 1)
            self.columns.append((indent, column))
            if isinstance(event, yaml.MappingStartEvent):
                entry, value = f"{self.inline(child, indent, QUOTED)}:", next(self.events)
            else:
                entry, value = "-", child
            self.write(value, (f"{head} " if head else " " * indent) + entry, indent + 2)
            head = ""

    def children(self) -> Iterator[Event]:
        """Yield the first event of each entry or key of a collection; the caller reads the value of a key."""
        for event in self.events:
            if isinstance(event, yaml.CollectionEndEvent):
                self.end = event
                return
            yield event

    def inline(self, event: Event, indent: int, quoted: re.Pattern[str], key: str = "") -> str:
        """Return a value on one line; write the comments within it above."""
        start, end = event.start_mark.index, event.end_mark.index
        self.copy_comments(start, indent, above=True)
        if isinstance(event, yaml.ScalarEvent):
            source = self.text[start:end].rstrip()
            self.copied = start + len(source)
            if event.style in {"|", ">"} and (comment := re.match(r".*?\s(#.*)", source)):
                self.lines.append(" " * indent + comment[1].rstrip())
            return _scalar(event, quoted, key)
        parts = [self.inline(child, indent, QUOTED_IN_BRACKETS) for child in self.children()]
        self.copy_comments(self.end.end_mark.index, indent, above=True)
        if isinstance(event, yaml.SequenceStartEvent):
            return f"[{', '.join(parts)}]"
        return f"{{{', '.join(map(': '.join, zip(parts[::2], parts[1::2], strict=True)))}}}"

    def copy_comments(self, index: int, indent: int, *, above: bool = False) -> None:
        """Write the comments before an index, at this indentation; `above`: each on its own line, no blank lines."""
        source = self.text[self.copied : index]
        self.copied = max(index, self.copied)
        # In most gaps there is neither.
        gap = BREAK.split(source) if "#" in source or (not above and BLANK_LINE.search(source)) else []
        for number, piece in enumerate(gap):
            column = piece.find("#")
            comment = piece[column:].rstrip()
            if column >= 0 and not number and not above and self.lines:
                self.lines[-1] += f"  {comment}"
            elif column >= 0:
                # A comment in the column of a block that ends above it belongs to that block.
                blocks = [(at, -level) for level, at in self.columns if level >= indent and at <= column]
                level = indent if above else -max(blocks, default=(0, -indent))[1]
                self.lines.append(" " * level + comment)
            elif 0 < number < len(gap) - 1 and not piece.strip() and not above and any(self.lines[-1:]):
                self.lines.append("")
        if not above:
            self.leave_blocks(indent)

    def leave_blocks(self, indent: int) -> None:
        """Forget the blocks that are indented more than this."""
        while self.columns and self.columns[-1][0] > indent:
            self.columns.pop()


def _scalar(event: Event, quoted: re.Pattern[str], key: str) -> str:
    text: str = event.value
    looks_like_text = implicit_tag(text) == TEXT
    if event.implicit[0] and not looks_like_text:
        return text
    if key in DOUBLE_QUOTED and text.isalnum():
        return f'"{text}"'
    if key in DOUBLE_QUOTED or ESCAPED.search(text):
        return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9).rstrip("\n")
    if quoted.search(text) or not looks_like_text:
        return "'" + text.replace("'", "''") + "'"
    return text


def write_file(path: Path, content: bytes) -> None:
    """Create a file, or replace its content in one step and keep its mode; raise BuildError and leave it as it was."""
    # A link stays: the file that it leads to is written.
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
        raise BuildError("not_written", {"file": display_path(path), "reason": error.strerror}) from None


def read_addresses(path: Path) -> dict[str, int]:
    """Return {address: line} of the list, which # comments may explain; {} where there is none.

    Raise PlanError where it is not UTF-8.
    """
    lines = read_text(path).splitlines() if path.exists() else []
    numbered = ((line.partition("#")[0].strip(), number) for number, line in enumerate(lines, start=1))
    return {address: number for address, number in numbered if address}


def add_addresses(path: Path, addresses: Collection[str]) -> list[str]:
    """Append the addresses that the list lacks, and return them."""
    known = read_addresses(path)
    new = [address for address in addresses if address not in known]
    if new:
        before = path.read_bytes() if path.exists() else b""
        line_end = b"\n" if before and not before.endswith(b"\n") else b""
        write_file(path, before + line_end + "".join(f"{address}\n" for address in new).encode())
    return new


def confirm_translations(path: Path, names: Sequence[str], today: date) -> list[str]:
    """Set en_for and en_confirmed of records, and return a line for each that says so.

    A name is the number of a measure, the id of any other record, or "notice". Raise PlanError where the plan is
    broken, a name is unknown, or the check finds fault with the English that is to be confirmed.
    """
    warnings = load_plan(path).warnings
    document = read_yaml(path)
    records = {
        record_name(steps, record): (steps, record)
        for pattern in RECORD_PATHS
        for steps, record in select(document.data, *pattern)
    }
    if unknown := [name for name in names if name not in records]:
        known = sorted(records, key=lambda name: (not name.isdecimal(), int(name) if name.isdecimal() else 0))
        details: list[dict[str, object]] = [
            {"kind": "record", "allowed": known, "value": n, "nearest": nearest_match(n, known)} for n in unknown
        ]
        raise PlanError(Problem(document.file, 1, 1, "plan", "unknown_id", detail) for detail in details)
    paths = tuple(f"{document.name(records[name][0])}." for name in names)
    if faults := [p for p in warnings if p.code not in TO_CONFIRM and f"{p.path}.".startswith(paths)]:
        raise PlanError(faults)
    report: list[str] = []
    edits: list[tuple[int, int, str]] = []
    for name in dict.fromkeys(names):
        steps, record = records[name]
        value = source_hash(record)
        edits += _edits(document.text, steps, {"en_for": f'"{value}"', "en_confirmed": today.isoformat()})
        report.append(f"{name}: en_for {value}, en_confirmed {today}")
    text = document.text
    # From the last to the first, so that the indices of the others stay right.
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    write_file(path, text.encode("utf-8-sig" if document.raw.startswith(BOM_UTF8) else "utf-8"))
    return report


def _edits(text: str, path: YamlPath, fields: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, new text) that sets fields of a record: present ones in place, others below its first line."""
    node: Any = yaml.compose(text, yaml.CSafeLoader)
    for step in path:
        node = node.value[step] if isinstance(step, int) else next(v for key, v in node.value if key.value == step)
    present = {key.value: (key.end_mark.index, value) for key, value in node.value}
    for name in fields.keys() & present.keys():
        end_of_key, value = present[name]
        start = value.start_mark.index
        if written := text[start : value.end_mark.index].rstrip():
            yield start, start + len(written), fields[name]
        else:
            colon = text.index(":", end_of_key) + 1
            yield colon, colon, f" {fields[name]}"
    # Below the first field of a list entry, which has its dash, and above the first field of another record.
    below = node.value[1 if isinstance(path[-1], int) else 0][0].start_mark
    separator = ", " if node.flow_style else ("\r\n" if "\r\n" in text else "\n") + " " * below.column
    missing = "".join(f"{name}: {value}{separator}" for name, value in fields.items() if name not in present)
    yield below.index, below.index, missing
