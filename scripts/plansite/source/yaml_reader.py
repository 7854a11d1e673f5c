"""This module reads a YAML file into plain data with the position of each value, or into the problems it has."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice, takewhile
from operator import getitem
from pathlib import Path
from typing import Any

import yaml

from plansite.errors import PlanError, Problem, display_path, escape_unprintable
from plansite.source.yaml_hints import (
    FIELD,
    LEVELS,
    MAX_HINTS,
    Event,
    Hint,
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
SCALAR_TAGS = {f"tag:yaml.org,2002:{name}" for name in "str int float bool null timestamp".split()}
COLLECTION_TAGS = {None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
PATTERNS = yaml.SafeLoader.yaml_implicit_resolvers
"""{first character: [(tag, pattern), ...]} of unquoted values that YAML reads as number, date, boolean or null."""
CONSTRUCTOR = yaml.SafeLoader("")
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
    """Positions of comments behind a number or an empty field; reported only where a text is expected."""
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
    if not hints:
        document.data, hints = _Reader(document, text, plain.split("\n")).read()
    for position, code, details in hints:
        document.report(code, position, **details)
    for position, character in invisible:
        # The value at this position, or the last one before it.
        path = max(((start, path) for path, start in document.values.items() if start <= position), default=(0, ()))[1]
        document.report("control_character", position, path, character=f"U+{ord(character):04X}")
    return document


class _Reader:
    """Reads the events of a text into plain data, and notes positions and problems in its document.

    Unlike a loader it does not recurse in C, which ends the process where a file is nested very deeply.
    """

    def __init__(self, document: YamlDocument, text: str, lines: list[str]) -> None:
        self.document, self.text, self.lines = document, text, lines
        self.events: Iterator[Event] = yaml.parse(text, yaml.CSafeLoader)
        self.anchors = set[str | None]()

    def read(self) -> tuple[Any, list[Hint]]:
        """Return the data of the only document, or a hint at the second one."""
        _, first = next(self.events), next(self.events)
        data = self.convert(next(self.events), ()) if isinstance(first, yaml.DocumentStartEvent) else None
        if more := [event for event in self.events if isinstance(event, yaml.DocumentStartEvent)]:
            return None, [(mark_position(more[0].start_mark), "yaml", {})]
        return data, []

    def convert(self, event: Event, path: YamlPath, indent: int | None = None) -> Any:
        """Return the data that begins with an event, None where it is refused; consume the events up to its end.

        `indent` is the column of its key or dash in a block.
        """
        position = self.document.values[path] = mark_position(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path, position, indent)
        if isinstance(event, yaml.AliasEvent):
            # YAML takes a text that begins with * for an alias.
            code = "yaml_alias" if event.anchor in self.anchors else "yaml_text"
            self.document.report(code, position, path, mark="*")
            return None
        if event.anchor and event.anchor in self.anchors:
            self.document.report("yaml_text", position, path, mark="&")
        self.anchors.add(event.anchor)
        column = None if event.flow_style else event.start_mark.column
        if event.tag not in COLLECTION_TAGS:
            self.document.report("yaml_alias", position, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return [self.convert(entry, (*path, at), column) for at, entry in enumerate(self.entries(event, path))]
        return {own[-1]: self.convert(value, own, column) for own, value in self.fields(event, path)}

    def skip(self, event: Event) -> Event:
        """Consume the events up to the end of what begins with an event; return the last."""
        depth = LEVELS.get(type(event), 0)
        while depth:
            event = next(self.events)
            depth += LEVELS.get(type(event), 0)
        return event

    def scalar(self, event: Event, path: YamlPath, position: Position, indent: int | None) -> Any:
        """Return the data of a text, a number, a date or an empty value."""
        value, tag = event.value, implicit_tag(event.value) if event.implicit[0] else TEXT
        mark = self.text[event.start_mark.index :][:1] if event.anchor or event.tag else ""
        self.anchors.add(event.anchor)
        if event.anchor or event.tag == "!":
            self.document.report("yaml_text", position, path, mark=mark)
        # A tag may call any text a number.
        elif event.tag or tag not in SCALAR_TAGS:
            self.document.report("yaml_alias", position, path)
        elif tag == TEXT and len(value) > MAX_TEXT:
            self.document.report("yaml_long", position, path, most=MAX_TEXT)
        elif hint := absorbed_lines(self.lines, event):
            slip, code, details = hint
            self.document.report(code, slip, path, **details)
        else:
            if not event.style and (comment := COMMENT.match(self.text, event.end_mark.index)):
                self.comment(event, path, comment, indent, is_text=tag == TEXT)
            if tag == TEXT:
                return value
            if len(value) <= MAX_NUMBER:
                with suppress(ValueError):
                    return construct(tag, value)
            self.document.report("yaml_value", position, path, value=value[:MAX_NUMBER])
            return value[:MAX_NUMBER]
        return None

    def comment(
        self, event: Event, path: YamlPath, comment: re.Match[str], indent: int | None, *, is_text: bool
    ) -> None:
        """Report a comment that cuts a text without quotes: on its line, or on the next where the text may go on."""
        end = event.end_mark
        position = (end.line + 1, end.column + len(comment[0]))
        if comment["indent"]:
            if indent is None or len(comment["indent"]) <= indent or not is_text:
                return
            position = (end.line + 2, len(comment["indent"]) + 1)
        # An empty field may have a remark, "# to do"; "#3" is the beginning of a text.
        if is_text or (not event.value and self.text[comment.end() : comment.end() + 1].strip()):
            self.document.report("yaml_comment", position, path)
        else:
            self.document.remarks[path] = position

    def entries(self, start: Event, path: YamlPath) -> Iterator[Event]:
        """Yield the first event of each list entry; report and split ids in brackets that ，、； or ; separates."""
        for entry in takewhile(lambda event: not isinstance(event, yaml.SequenceEndEvent), self.events):
            plain = start.flow_style and isinstance(entry, yaml.ScalarEvent) and not entry.style
            if not plain or not PARTED.fullmatch(entry.value):
                yield entry
                continue
            ids = re.findall("[a-z0-9-]+", entry.value)
            mark = entry.value[len(ids[0]) :].lstrip()[0]
            line, column = mark_position(entry.start_mark)
            position = (line, column + entry.value.index(mark))
            self.document.report("list_comma", position, path, mark=mark, instead=", ".join(ids))
            yield from (_plain(part, entry.start_mark, entry.end_mark) for part in ids)

    def pairs(self) -> Iterator[tuple[Event, Event]]:
        """Yield the key and the first event of the value of each field of a mapping."""
        for key in takewhile(lambda event: not isinstance(event, yaml.MappingEndEvent), self.events):
            if not isinstance(key, yaml.ScalarEvent):
                key.end_mark = self.skip(key).end_mark
            yield key, next(self.events)

    def whole_pairs(self, path: YamlPath) -> Iterator[tuple[Event, Event]]:
        """Yield (key, value) of a mapping in braces; join, and report, a text that its own comma has cut."""
        held: tuple[Event, Event] | None = None
        joined = False
        for key, value in self.pairs():
            # YAML takes what follows the comma for a key without a colon.
            if held and held[1].value and value.start_mark.index <= key.end_mark.index:
                name, text = held
                if not joined:
                    position = position_of(self.text, self.text.index(",", text.end_mark.index))
                    self.document.report("text_in_braces", position, (*path, name.value), mark=",")
                whole = self.text[text.start_mark.index : key.end_mark.index]
                marks = (text.start_mark, key.end_mark)
                held, joined = (name, yaml.ScalarEvent(text.anchor, text.tag, (False, True), whole, *marks)), True
                self.skip(value)
                continue
            if held:
                yield held
            held, joined = None, False
            if isinstance(key, yaml.ScalarEvent) and isinstance(value, yaml.ScalarEvent):
                held = (key, value)
            else:
                yield key, value
        if held:
            yield held

    def fields(self, start: Event, path: YamlPath) -> Iterator[tuple[YamlPath, Event]]:
        """Yield the path of each field of a mapping, and the first event of its value."""
        keys = self.document.keys
        for key, first in self.whole_pairs(path) if start.flow_style else self.pairs():
            value, at, position = first, key.start_mark.index, mark_position(key.start_mark)
            if not isinstance(key, yaml.ScalarEvent):
                code = "yaml_text" if isinstance(key, yaml.AliasEvent) else "yaml"
                self.document.report(code, position, path, mark="*")
                self.skip(first)
                continue
            name = key.value
            if key.anchor or key.tag:
                self.anchors.add(key.anchor)
                self.document.report("yaml_text", position, path, mark=self.text[at])
            if len(name) > MAX_TEXT:
                self.document.report("yaml_long", position, path, most=MAX_TEXT)
                self.skip(first)
                continue
            # In braces, or with another colon behind it, YAML takes a field without a proper colon for a longer name.
            wrong = FIELD.match(name) if ":" in name or "：" in name else None
            if wrong and not key.style:
                self.document.report("field_colon", position, path, key=wrong["key"])
                self.skip(first)
                name, rest = wrong["key"], name[wrong.end() :]
                value = _plain(rest, key.start_mark, key.end_mark, is_text=not re.fullmatch("[1-9][0-9]*", rest))
            own = (*path, name)
            if repeated := keys.get(own):
                self.document.report("repeated_key", position, path, key=name, first=repeated[0])
                self.skip(value)
                continue
            keys[own] = position
            yield own, value


def _plain(text: str, start: Any, end: Any, *, is_text: bool = False) -> yaml.ScalarEvent:
    """Return the event of a value without quotes; unless it `is_text`, YAML may read a number or a date in it."""
    return yaml.ScalarEvent(None, None, (not is_text, is_text), text, start, end)


def implicit_tag(value: str) -> str:
    """Return the tag that YAML gives to a value without quotes: a text, a number, a date, a truth value or nothing."""
    candidates = PATTERNS.get(value[:1], ())
    return next((tag for tag, pattern in candidates if pattern.match(value)), TEXT) if candidates else TEXT


def construct(tag: str, value: str) -> Any:
    """Return the value of unquoted text with this tag; raises ValueError for <<, or an impossible one, 2022-13-01."""
    if tag not in SCALAR_TAGS:
        raise ValueError(tag)
    return yaml.SafeLoader.yaml_constructors[tag](CONSTRUCTOR, yaml.ScalarNode(tag, value))


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
