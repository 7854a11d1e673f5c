"""This module reads a YAML file into plain data with the position of each value, or into the problems it has."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from operator import getitem
from pathlib import Path
from typing import Any

import yaml

from plansite.errors import PlanError, Problem, display_path, escape_unprintable
from plansite.source.yaml_hints import (
    FIELD,
    MAX_HINTS,
    Position,
    absorbed_lines,
    find_hints,
    find_markers,
    mark_position,
    position_of,
)

YamlPath = tuple[int | str, ...]  # the keys of mappings and the indices in lists that lead to a value

# A plan of 5,000 measures has 19,400,000 bytes; the longest text of ours has 917 characters. Very long numbers take
# Python long to read, or it refuses to write them.
MAX_BYTES, MAX_TEXT, MAX_NUMBER = 25_000_000, 4_000, 40

TEXT = "tag:yaml.org,2002:str"
# Plain data: no merge keys, no objects of a programming language.
TAGS = {f"tag:yaml.org,2002:{name}" for name in "str int float bool null timestamp map seq".split()}
# What YAML does not count as printable, and what nobody sees: zero-width marks, soft hyphens, further line ends.
PRINTABLE = "\t\n\x20-\x7e\xa0-\xac\xae-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ud7ff\ue000-\ufefe\uff00-\ufffd"
INVISIBLE = re.compile(f"[^{PRINTABLE}\U00010000-\U0010ffff]")
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # a line end of YAML 1.1
# A comment behind a value: on its line, or on a line of its own directly below.
COMMENT = re.compile(rf"[ \t]+#|[ \t]*(?:{BREAK.pattern})(?P<indent> +)#")
# Ids or numbers that are parted by a mark which YAML takes for text.
PARTED = re.compile(r"[a-z0-9-]+(?:\s*[，、；;]\s*[a-z0-9-]+)+")
REASONS: dict[type, str] = {FileNotFoundError: "no_file", IsADirectoryError: "folder", PermissionError: "no_right"}
TEXT_SUFFIXES = {".css", ".html", ".j2", ".js", ".md", ".svg"}


@dataclass
class YamlDocument:
    """Plain data of a YAML file, the position of each value and key, and the problems with it."""

    file: str
    raw: bytes = b""
    text: str = ""
    data: Any = None
    values: dict[YamlPath, Position] = field(default_factory=dict)
    keys: dict[YamlPath, Position] = field(default_factory=dict)
    remarks: dict[YamlPath, Position] = field(default_factory=dict)
    """The comments behind a number or an empty field: where a text is expected, they cut it."""
    reported: list[tuple[Position, YamlPath, str, dict[str, object], bool]] = field(default_factory=list)

    def report(
        self, code: str, position: Position, path: YamlPath = (), /, *, blocks: bool = True, **details: object
    ) -> None:
        """Add a problem: its code in messages.yaml, its position, the value it concerns, the message's details."""
        self.reported.append((position, path, code, details, blocks))

    @property
    def unreadable(self) -> bool:
        """Whether YAML could read nothing of the file."""
        return self.data is None and bool(self.reported)

    @property
    def misread(self) -> set[YamlPath]:
        """The values that YAML reads otherwise than they were meant; other problems with them only follow."""
        return {path for _, path, code, *_ in self.reported if code.startswith("yaml")}

    @property
    def problems(self) -> list[Problem]:
        """The reported problems."""
        return [
            Problem(self.file, *position, self.name(path), code, details, blocks)
            for position, path, code, details, blocks in self.reported
        ]

    def place(self, path: YamlPath) -> Position:
        """Return the position of a value, or of the record that lacks it."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def rename(self, path: YamlPath, name: str | None) -> None:
        """Rename a field in the data; remove it where there is no name or its record has such a field."""
        record = reduce(getitem, path[:-1], self.data)
        value = record.pop(path[-1])
        if name is None or name in record:
            return
        record[name] = value
        for positions in (self.values, self.keys):
            for inner in [inner for inner in positions if inner[: len(path)] == path]:
                positions[*path[:-1], name, *inner[len(path) :]] = positions.pop(inner)

    def name(self, path: YamlPath) -> str:
        """Return a path as people read it: records by id or number, other list entries counted from 1."""
        name, value = "", self.data
        for step in path:
            try:
                value = value[step]
            except (TypeError, KeyError, IndexError):
                value = None
            if isinstance(step, str):
                name += f".{step}"
            else:
                labels = [value.get("id"), value.get("number")] if isinstance(value, dict) else []
                name += f"[{next((label for label in labels if label and isinstance(label, str | int)), step + 1)}]"
        return escape_unprintable(name).lstrip(".") or Path(self.file).stem


def read_yaml(path: Path) -> YamlDocument:
    """Return the document of a file; where the file cannot be read, a document with the reason and without data."""
    document = YamlDocument(display_path(path))
    try:
        # A device or a pipe may never end, or never begin.
        if path.is_file() or path.is_dir() or not path.exists():
            with path.open("rb") as file:
                return parse_yaml(document.file, file.read(MAX_BYTES + 1))
        reason = "no_regular_file"
    except OSError as error:
        reason = REASONS.get(type(error), str(error.strerror))
    document.report("unreadable", (1, 1), reason=reason)
    return document


def parse_yaml(file: str, raw: bytes) -> YamlDocument:
    """Return the document of a file's name and content."""
    document = YamlDocument(file, raw=raw)
    if len(raw) > MAX_BYTES:
        document.report("too_large", (1, 1), most=MAX_BYTES // 1_000_000)
        return document
    try:
        text = document.text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        document.report("encoding", position_of(before, len(before)))
        return document
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    invisible = [
        (position_of(plain, match.start()), match[0]) for match in islice(INVISIBLE.finditer(plain), MAX_HINTS)
    ]
    if invisible:
        # Without them the rest can be checked too.
        text = plain = INVISIBLE.sub("", plain)
    hints = list(islice(find_markers(plain), MAX_HINTS)) or list(find_hints(plain))
    try:
        node = None if hints else yaml.compose(text, yaml.CSafeLoader)
    except yaml.composer.ComposerError as error:
        # A second document, or texts that begin with * or &, by which YAML would know a value again.
        node, mark = None, error.problem_mark
        if mark is None or (error.context and "document" in error.context):
            hints = [(mark_position(mark), "yaml", {})]
        else:
            hints = [(mark_position(mark), "yaml_text", {"mark": text[mark.index]})]
    for position, code, details in hints:
        document.report(code, position, **details)
    if node:
        document.data = _Converter(document, text, plain.split("\n")).convert(node, ())
    for position, character in invisible:
        # The value at this position, or the last one before it.
        path = max(((start, path) for path, start in document.values.items() if start <= position), default=(0, ()))[1]
        document.report("control_character", position, path, character=f"U+{ord(character):04X}")
    return document


class _Converter:
    """Converts the nodes of a document into plain data, and notes positions and problems in the document."""

    def __init__(self, document: YamlDocument, text: str, lines: list[str]) -> None:
        self.document, self.text, self.lines = document, text, lines
        self.seen: dict[int, yaml.Node] = {}
        self.loader = yaml.SafeLoader("")

    def convert(self, node: yaml.Node, path: YamlPath, indent: int | None = None) -> Any:
        """Return the data of a node, None where it is refused; `indent` is the column of its key or dash in a block."""
        position = self.document.values[path] = mark_position(node.start_mark)
        if code := self.refuse(node):
            self.document.report(code, position, path, most=MAX_TEXT, mark=self.text[node.start_mark.index :][:1])
        elif isinstance(node, yaml.SequenceNode):
            column = None if node.flow_style else node.start_mark.column
            return [self.convert(entry, (*path, at), column) for at, entry in enumerate(self.entries(node, path))]
        elif isinstance(node, yaml.MappingNode):
            column = None if node.flow_style else node.start_mark.column
            return {key: self.convert(value, (*path, key), column) for key, value in self.fields(node, path)}
        elif isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path, indent)
        return None

    def refuse(self, node: yaml.Node) -> str | None:
        """Return the code of the problem for which a node is not converted, or None."""
        if id(node) in self.seen or node.tag not in TAGS:
            return "yaml_alias"
        self.seen[id(node)] = node
        if not isinstance(node, yaml.ScalarNode):
            return None
        if self.text.startswith(("&", "! "), node.start_mark.index):
            return "yaml_text"
        # A tag may call any text a number.
        if self.text.startswith("!", node.start_mark.index):
            return "yaml_alias"
        return "yaml_long" if len(node.value) > MAX_TEXT and node.tag == TEXT else None

    def scalar(self, node: yaml.ScalarNode, path: YamlPath, indent: int | None) -> Any:
        """Return the data of a text, a number, a date or an empty value."""
        if hint := absorbed_lines(self.lines, node):
            position, code, details = hint
            self.document.report(code, position, path, **details)
            return None
        if not node.style and (comment := COMMENT.match(self.text, node.end_mark.index)):
            self.comment(node, path, comment, indent)
        if node.tag == TEXT:
            return node.value
        try:
            if len(node.value) <= MAX_NUMBER:
                return self.loader.construct_object(node)
        except ValueError:
            pass
        value = node.value[:MAX_NUMBER]
        self.document.report("yaml_value", mark_position(node.start_mark), path, value=value)
        return value

    def comment(self, node: yaml.ScalarNode, path: YamlPath, comment: re.Match[str], indent: int | None) -> None:
        """Report a comment that cuts a text without quotes: on its line, or on the next where the text may go on."""
        end = node.end_mark
        position = (end.line + 1, end.column + len(comment[0]))
        if comment["indent"]:
            if indent is None or len(comment["indent"]) <= indent or node.tag != TEXT:
                return
            position = (end.line + 2, len(comment["indent"]) + 1)
        # An empty field may have a remark, "# to do"; "#3" is the beginning of a text.
        if node.tag == TEXT or (not node.value and self.text[comment.end() : comment.end() + 1].strip()):
            self.document.report("yaml_comment", position, path)
        else:
            self.document.remarks[path] = position

    def entries(self, node: yaml.SequenceNode, path: YamlPath) -> Iterator[yaml.Node]:
        """Yield the entries of a list, ids in brackets apart where another mark stands for the comma."""
        for entry in node.value:
            plain = node.flow_style and isinstance(entry, yaml.ScalarNode) and not entry.style
            if not plain or not PARTED.fullmatch(entry.value):
                yield entry
                continue
            ids = re.findall("[a-z0-9-]+", entry.value)
            mark = entry.value[len(ids[0]) :].lstrip()[0]
            line, column = mark_position(entry.start_mark)
            position = (line, column + entry.value.index(mark))
            self.document.report("list_comma", position, path, mark=mark, instead=", ".join(ids))
            for part in ids:
                tag = self.loader.resolve(yaml.ScalarNode, part, (True, False))  # type: ignore[no-untyped-call]
                yield yaml.ScalarNode(tag, part, entry.start_mark, entry.end_mark)

    def pairs(self, node: yaml.MappingNode, path: YamlPath) -> list[tuple[yaml.Node, yaml.Node]]:
        """Return the keys and values of a mapping, a text in braces whole where a comma ends it."""
        pairs: list[tuple[yaml.Node, yaml.Node]] = []
        for key, value in node.value:
            name, text = pairs[-1] if pairs else (key, value)
            # YAML takes what follows the comma for a key without a colon.
            cut = pairs and node.flow_style and value.start_mark.index <= key.end_mark.index
            if not cut or not isinstance(text, yaml.ScalarNode) or not text.value:
                pairs.append((key, value))
                continue
            if "," not in text.value:
                position = position_of(self.text, self.text.index(",", text.end_mark.index))
                self.document.report("text_in_braces", position, (*path, name.value), mark=",")
            whole = self.text[text.start_mark.index : key.end_mark.index]
            pairs[-1] = (name, yaml.ScalarNode(TEXT, whole, text.start_mark, key.end_mark))
        return pairs

    def fields(self, node: yaml.MappingNode, path: YamlPath) -> Iterator[tuple[str, yaml.Node]]:
        """Yield the name and the value of each field of a mapping."""
        for key, node_value in self.pairs(node, path):
            value, position = node_value, mark_position(key.start_mark)
            if self.text.startswith(("&", "! "), key.start_mark.index):
                self.document.report("yaml_text", position, path, mark=self.text[key.start_mark.index])
            name = key.value if isinstance(key, yaml.ScalarNode) else "[...]"
            if len(name) > MAX_TEXT:
                self.document.report("yaml_long", position, path, most=MAX_TEXT)
                continue
            # In braces, or with another colon behind it, YAML takes a field without a proper colon for a longer name.
            if wrong := isinstance(key, yaml.ScalarNode) and not key.style and FIELD.match(name):
                self.document.report("field_colon", position, path, key=wrong["key"])
                name, rest = wrong["key"], name[wrong.end() :]
                kind = "int" if re.fullmatch("[1-9][0-9]*", rest) else "str"
                value = yaml.ScalarNode(f"tag:yaml.org,2002:{kind}", rest, key.start_mark, key.end_mark)
            if first := self.document.keys.get((*path, name)):
                self.document.report("repeated_key", position, path, key=name, first=first[0])
                continue
            self.document.keys[*path, name] = position
            yield name, value


def read_text(path: Path) -> str:
    """Return the text of a file; raise PlanError with the first line that is not UTF-8."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PlanError([Problem(display_path(path), line, 1, path.name, "encoding")]) from None


def check_encoding(folders: Iterable[Path]) -> None:
    """Raise PlanError with each text file in these folders that is not UTF-8."""
    problems: list[Problem] = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in TEXT_SUFFIXES):
        try:
            read_text(path)
        except PlanError as error:
            problems += error.problems
    if problems:
        raise PlanError(problems)
