"""Reads a YAML file into plain data that knows on which line each value stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from plansite.problems import Problem, shown

Steps = tuple[int | str, ...]
"""The way to a value: keys of mappings and places in lists, counted from 0."""
Place = tuple[int, int]
"""Line and column, both counted from 1."""

# Plain data and nothing else: no aliases, no merge keys, no objects of a programming language.
SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}
COLLECTIONS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
DEEPEST = 20
"""How many levels a file may be nested; a plan has nine."""
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML 1.1."""
# What YAML 1.1 does not count as printable.
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Document:
    """Plain data out of a YAML file, with the place of every value and every key."""

    file: str
    raw: bytes = b""
    text: str = ""
    node: yaml.Node | None = None
    data: Any = None
    values: dict[Steps, Place] = field(default_factory=dict)
    keys: dict[Steps, Place] = field(default_factory=dict)
    reported: list[tuple[Place, Steps, str, dict[str, object], bool]] = field(default_factory=list)

    def report(self, code: str, place: Place, steps: Steps = (), *, blocks: bool = True, **details: object) -> None:
        """Note a problem: its code in messages.yaml, where it stands, which value it concerns, what it knows."""
        self.reported.append((place, steps, code, details, blocks))

    @property
    def unreadable(self) -> bool:
        """Whether there is no data at all to look at."""
        return self.data is None and bool(self.reported)

    @property
    def problems(self) -> list[Problem]:
        """What has been reported, with paths named for people."""
        return [
            Problem(self.file, *place, self.name(steps), code, details, blocks)
            for place, steps, code, details, blocks in self.reported
        ]

    def place(self, steps: Steps) -> Place:
        """Return where a value stands; of a value that is not there, where the record stands that lacks it."""
        while steps not in self.values and steps:
            steps = steps[:-1]
        return self.values.get(steps, (1, 1))

    def name(self, steps: Steps) -> str:
        """Return a path a person can follow: records by id or number, other list entries counted from 1."""
        name, value = "", self.data
        for step in steps:
            try:
                value = value[step]
            except (TypeError, KeyError, IndexError):
                value = None
            if isinstance(step, str):
                name += f".{step}"
            else:
                label = (value.get("id") or value.get("number")) if isinstance(value, dict) else None
                name += f"[{label or step + 1}]"
        return name.lstrip(".") or Path(self.file).stem


def read(path: Path) -> Document:
    """Read a file; what is wrong with it as YAML is reported in the document, which may then be without data."""
    document = Document(shown(path))
    try:
        raw = document.raw = path.read_bytes()
    except OSError as error:
        document.report("unreadable", (1, 1), reason=error.strerror)
        return document
    try:
        text = document.text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        document.report("encoding", _place_after(before))
        return document
    if forbidden := FORBIDDEN.search(text):
        place = _place_after(text[: forbidden.start()])
        document.report("control_character", place, character=f"U+{ord(forbidden[0]):04X}")
        return document
    loader = yaml.CSafeLoader(text)
    try:
        node = document.node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.report("yaml", place, reason=error.problem or error.context)
        return document
    finally:
        loader.dispose()
    document.data = _Walk(document).value(node, ()) if node else None
    return document


def _place_after(before: str) -> Place:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


class _Walk:
    """Turns the nodes of a document into plain data, noting where everything stands."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()
        self.construct = yaml.SafeLoader("").construct_object

    def value(self, node: yaml.Node, steps: Steps) -> Any:
        place = self.document.values[steps] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if reason := self.refused(node, steps):
            self.document.report(reason, place, steps)
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*steps, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return {key: self.value(child, (*steps, key)) for key, child in self.fields(node, steps)}
        try:
            return self.construct(node)
        except ValueError as error:
            self.document.report("yaml_value", place, steps, reason=str(error))
            return None

    def refused(self, node: yaml.Node, steps: Steps) -> str | None:
        if id(node) in self.seen or node.tag not in SCALARS | COLLECTIONS:
            return "yaml_alias"
        self.seen.add(id(node))
        return "yaml_deep" if len(steps) > DEEPEST else None

    def fields(self, node: yaml.MappingNode, steps: Steps) -> Iterator[tuple[str, yaml.Node]]:
        for key, value in node.value:
            place = (key.start_mark.line + 1, key.start_mark.column + 1)
            name = key.value if isinstance(key, yaml.ScalarNode) else "[...]"
            if (*steps, name) in self.document.keys:
                first = self.document.keys[*steps, name][0]
                self.document.report("repeated_key", place, steps, key=name, first=first)
                continue
            self.document.keys[*steps, name] = place
            yield name, value
