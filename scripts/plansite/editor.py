"""Puts YAML into its one form: one sentence a line, the same indentation and quotes everywhere, every comment kept."""

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
from plansite.source.yaml_reader import BREAK, YamlDocument, YamlPath, parse_yaml, read_text, read_yaml
from plansite.translation.checks import RECORD_PATHS, record_name, source_hash
from plansite.validate import load_plan

DOUBLE = {"en_for", "value"}
"""Fields whose text may look like a number: always in double quotes. Other text is plain, or in single quotes."""
IN_LINES = re.compile(r"""^$|^[\s,\[\]{}#&*!|>'"%@`]|^[-?:](?=\s|$)|:(?=\s|$)|\s#|\s$""")
IN_BRACKETS = re.compile(rf"{IN_LINES.pattern}|[,?:\[\]{{}}]")
"""What text may not have to stand without quotes, by itself and within brackets (YAML 1.1, 7.3.3 of YAML 1.2)."""
ESCAPED = re.compile("[\t\n\r\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
"""What only double quotes can hold."""
PATTERNS = yaml.SafeLoader.yaml_implicit_resolvers
"""What is no text without quotes but a number, a date, truth or nothing: by first character, (what it is, pattern)."""
ADDRESS_LIST = "addresses.txt"
"""The file beside the plan that lists every address ever published, one a line."""


def format_text(document: YamlDocument) -> str:
    """Return the text of a document that has been read without a problem in its one form.

    UTF-8, line ends LF, two spaces a level, lists below their key one level further in, a value on one line, no blank
    line next to another. Fields stay in their order, and what is in brackets stays there. Each comment keeps its place;
    one within a value that now takes one line moves above it.
    """
    writer = _Writer(document.text)
    if document.node:
        writer.write(document.node, "", 0)
    writer.pass_over(len(document.text), 0)
    text = "\n".join(writer.lines).strip("\n")
    return f"{text}\n" if text else ""


def hints(paths: Sequence[Path]) -> list[Problem]:
    """Return that the first of the files which is not in its one form is not, or nothing where all are.

    Files are expected that have been read without a problem.
    """
    for path in paths:
        document = read_yaml(path)
        form = format_text(document)
        if document.raw != form.encode():
            lines = BREAK.sub("\n", document.text).rstrip("\n") + "\n"
            code = "line_ends" if lines == form else "not_in_form"
            return [Problem(document.file, 1, 1, document.name(()), code, blocks=False)]
    return []


def format_files(paths: Sequence[Path]) -> list[Path]:
    """Put files into their one form; return those that have changed.

    Raises PlanError with what is wrong where a file is not valid YAML; then none is changed.
    """
    documents = {path: read_yaml(path) for path in paths}
    if problems := [problem for document in documents.values() for problem in document.problems]:
        raise PlanError(problems)
    changed = {path: format_text(document).encode() for path, document in documents.items()}
    changed = {path: text for path, text in changed.items() if text != documents[path].raw}
    for path, text in changed.items():
        if parse_yaml(path.name, text).data != documents[path].data:
            raise RuntimeError(f"the form of {path} would hold other data than the file, which was left as it is")
        write_file(path, text)
    return list(changed)


class _Writer:
    """Writes nodes a line at a time, and the comments and blank lines between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[str] = []
        self.passed = 0
        """How much of the text has been written."""
        self.columns: dict[int, int] = {}
        """In which column of the text the blocks stand that have been written at each indentation."""

    def write(self, node: yaml.Node, head: str, indent: int) -> None:
        """Write a value behind or below the head of its line: a key, a dash, or nothing."""
        if not isinstance(node, yaml.CollectionNode) or node.flow_style:
            key = head.rpartition(" ")[2].removesuffix(":")
            text = self.inline(node, len(head) - len(head.lstrip()), IN_LINES, key)
            self.lines.append(f"{head} {text}".rstrip() if head else text)
            return
        if head.endswith(":"):
            self.lines.append(head)
            head = ""
        for child in node.value:
            first, value = child if isinstance(node, yaml.MappingNode) else (child, child)
            left = len(head) - len(head.lstrip()) if head else indent
            self.pass_over(first.start_mark.index, left, above=bool(head))
            self.columns[indent] = node.start_mark.column
            lead = f"{head} " if head else " " * indent
            entry = f"{self.inline(first, indent, IN_LINES)}:" if first is not value else "-"
            self.write(value, lead + entry, indent + 2)
            head = ""

    def inline(self, node: yaml.Node, indent: int, quoted: re.Pattern[str], key: str = "") -> str:
        """Return a value on one line; comments within it are written above."""
        self.pass_over(node.start_mark.index, indent, above=True)
        if isinstance(node, yaml.ScalarNode):
            source = self.text[node.start_mark.index : node.end_mark.index].rstrip()
            self.passed = node.start_mark.index + len(source)
            if node.style in {"|", ">"} and (comment := re.match(r".*?\s(#.*)", source)):
                self.lines.append(" " * indent + comment[1].rstrip())
            return _scalar(node, quoted, key)
        if isinstance(node, yaml.MappingNode):
            parts = [": ".join(self.inline(part, indent, IN_BRACKETS) for part in pair) for pair in node.value]
        else:
            parts = [self.inline(child, indent, IN_BRACKETS) for child in node.value]
        self.pass_over(node.end_mark.index, indent, above=True)
        return f"{{{', '.join(parts)}}}" if isinstance(node, yaml.MappingNode) else f"[{', '.join(parts)}]"

    def pass_over(self, index: int, indent: int, *, above: bool = False) -> None:
        """Write the comments and blank lines up to a place where something stands at this indentation."""
        gap = BREAK.split(self.text[self.passed : index])
        self.passed = max(index, self.passed)
        for number, piece in enumerate(gap):
            at = piece.find("#")
            if at >= 0 and above:
                self.lines.append(" " * indent + piece[at:].rstrip())
            elif at >= 0 and number == 0 and self.lines:
                self.lines[-1] += f"  {piece[at:].rstrip()}"
            elif at >= 0:
                # A comment that stands as far in as a block that ends above it belongs to that block.
                blocks = [
                    (column, -level) for level, column in self.columns.items() if level >= indent and column <= at
                ]
                level = -max(blocks, default=(0, -indent))[1]
                self.lines.append(" " * level + piece[at:].rstrip())
            elif 0 < number < len(gap) - 1 and not piece.strip() and not above and any(self.lines[-1:]):
                self.lines.append("")
        if not above:
            self.columns = {level: column for level, column in self.columns.items() if level <= indent}


def _scalar(node: yaml.ScalarNode, quoted: re.Pattern[str], key: str) -> str:
    text: str = node.value
    if node.tag != "tag:yaml.org,2002:str":
        return text
    if key in DOUBLE or ESCAPED.search(text):
        return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9).rstrip("\n")
    if quoted.search(text) or any(pattern.match(text) for _, pattern in PATTERNS.get(text[0], ())):
        return "'" + text.replace("'", "''") + "'"
    return text


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
        raise BuildError("not_written", {"file": display_path(path), "reason": error.strerror}) from None


def read_addresses(path: Path) -> dict[str, int]:
    """Return {address: its line} of the list, nothing where there is none; # begins a remark.

    Raises PlanError where it is not UTF-8.
    """
    lines = read_text(path).splitlines() if path.exists() else []
    numbered = ((line.partition("#")[0].strip(), number) for number, line in enumerate(lines, start=1))
    return {address: number for address, number in numbered if address}


def add_addresses(path: Path, addresses: Collection[str]) -> list[str]:
    """Add to the list the addresses that it lacks, and return them; what is there stays as it is."""
    known = read_addresses(path)
    fresh = [address for address in addresses if address not in known]
    if fresh:
        before = path.read_bytes() if path.exists() else b""
        break_ = b"\n" if before and not before.endswith(b"\n") else b""
        write_file(path, before + break_ + "".join(f"{address}\n" for address in fresh).encode())
    return fresh


NO_FAULT = {"stale", "unconfirmed"}
"""What may be said of English that is to be confirmed."""


def confirm_translations(path: Path, names: Sequence[str], today: date) -> list[str]:
    """Set en_for and en_confirmed of the records named, nothing else; return for each what was written.

    A name is the number of a measure, the id of any other record, or "notice". Raises PlanError where the plan is
    broken, a name is unknown, or the proof finds fault with the English that is to be confirmed.
    """
    found = load_plan(path).warnings
    document = read_yaml(path)
    records = {
        record_name(steps, record): (steps, record)
        for pattern in RECORD_PATHS
        for steps, record in select(document.data, *pattern)
    }
    if unknown := [name for name in names if name not in records]:
        known = sorted(records, key=lambda name: (not name.isdecimal(), int(name) if name.isdecimal() else 0))
        details: dict[str, object] = {"kind": "record", "allowed": known}
        raise PlanError(
            Problem(
                document.file,
                1,
                1,
                "plan",
                "unknown_id",
                details | {"value": name, "nearest": nearest_match(name, known)},
            )
            for name in unknown
        )
    paths = tuple(document.name(records[name][0]) for name in names)
    if faults := [
        p for p in found if p.code not in NO_FAULT and f"{p.path}.".startswith(tuple(f"{q}." for q in paths))
    ]:
        raise PlanError(faults)
    said: list[str] = []
    edits: list[tuple[int, int, str]] = []
    for name in dict.fromkeys(names):
        steps, record = records[name]
        value = source_hash(record)
        edits += _edits(document, steps, {"en_for": f'"{value}"', "en_confirmed": today.isoformat()})
        said.append(f"{name}: en_for {value}, en_confirmed {today}")
    text = document.text
    # From the last to the first, so that the places that have been read stay right.
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    write_file(path, text.encode("utf-8-sig" if document.raw.startswith(BOM_UTF8) else "utf-8"))
    return said


def _edits(document: YamlDocument, steps: YamlPath, fields: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, text to put there): values where fields stand, missing fields above the record's texts."""
    node: Any = document.node
    for step in steps:
        node = node.value[step] if isinstance(step, int) else next(v for key, v in node.value if key.value == step)
    present = {key.value: (key.end_mark.index, value) for key, value in node.value}
    for name in fields.keys() & present.keys():
        end_of_key, value = present[name]
        start = value.start_mark.index
        if written := document.text[start : value.end_mark.index].rstrip():
            yield start, start + len(written), fields[name]
        else:
            colon = document.text.index(":", end_of_key) + 1
            yield colon, colon, f" {fields[name]}"
    # Below the first field of a list entry, which holds its dash, and above the first one of another record.
    below = node.value[1 if isinstance(steps[-1], int) else 0][0].start_mark
    ending = "\r\n" if "\r\n" in document.text else "\n"
    separator = ", " if node.flow_style else ending + " " * below.column
    missing = "".join(f"{name}: {value}{separator}" for name, value in fields.items() if name not in present)
    yield below.index, below.index, missing
