"""Reads data/plan.yaml into a Plan, or says everything that is wrong with it and where."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from plansite.model import Plan, fields_at
from plansite.problems import PlanError, Problem, shown
from plansite.rules import Finding, findings

Steps = tuple[int | str, ...]
Place = tuple[int, int]
"""Line and column, both counted from 1."""

# What YAML may hold in a plan: plain data, no merge keys, no objects of a programming language.
SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}
COLLECTIONS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Loaded:
    """A plan, the file it was read from, and the line on which each of its records begins."""

    plan: Plan
    file: str
    lines: Mapping[Steps, int]


@dataclass
class _Document:
    """Plain data out of a YAML file, with the place of every value and every key."""

    file: str
    data: Any = None
    values: dict[Steps, Place] = field(default_factory=dict)
    keys: dict[Steps, Place] = field(default_factory=dict)
    reported: list[tuple[Place, Steps, str, dict[str, object]]] = field(default_factory=list)

    def report(self, code: str, place: Place, steps: Steps = (), **details: object) -> None:
        self.reported.append((place, steps, code, details))

    @property
    def problems(self) -> list[Problem]:
        return [
            Problem(self.file, *place, self.name(steps), code, details) for place, steps, code, details in self.reported
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
        return name.lstrip(".") or "plan"


def load(path: Path) -> Loaded:
    """Read and validate a plan.

    Raises PlanError with all problems at once: YAML, types, and rules across records. Only YAML that cannot be
    parsed at all hides what comes after it.
    """
    document = _read(path)
    if not document.reported or document.data is not None:
        plan = _validate(document)
        for finding in findings(document.data):
            _place(document, finding)
        if plan and not document.reported:
            lines = {steps: line for steps, (line, _) in document.values.items() if len(steps) <= len(("units", 0))}
            return Loaded(plan, document.file, lines)
    raise PlanError(document.problems)


def _read(path: Path) -> _Document:
    document = _Document(shown(path))
    try:
        raw = path.read_bytes()
    except OSError as error:
        document.report("unreadable", (1, 1), reason=error.strerror)
        return document
    try:
        text = raw.decode("utf-8-sig")
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
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.report("yaml", place, reason=error.problem or error.context)
        return document
    finally:
        loader.dispose()
    document.data = _plain(document, node, yaml.SafeLoader("").construct_object)
    return document


def _place_after(before: str) -> Place:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _plain(document: _Document, root: yaml.Node | None, construct: Callable[[yaml.Node], Any]) -> Any:
    """Turn a node into plain data, noting where everything stands."""
    seen: set[int] = set()

    def walk(node: yaml.Node, steps: Steps) -> Any:
        place = document.values[steps] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if id(node) in seen or node.tag not in SCALARS | COLLECTIONS:
            document.report("yaml_alias", place, steps)
            return None
        if isinstance(node, yaml.CollectionNode):
            seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [walk(child, (*steps, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return {key: walk(value, (*steps, key)) for key, value in fields(node, steps)}
        try:
            return construct(node)
        except ValueError as error:
            document.report("yaml_value", place, steps, reason=str(error))
            return None

    def fields(node: yaml.MappingNode, steps: Steps) -> Iterator[tuple[str, yaml.Node]]:
        for key, value in node.value:
            place = (key.start_mark.line + 1, key.start_mark.column + 1)
            name = str(key.value)
            if (*steps, name) in document.keys:
                first = document.keys[(*steps, name)][0]
                document.report("repeated_key", place, steps, key=name, first=first)
                continue
            document.keys[(*steps, name)] = place
            yield name, value

    return walk(root, ()) if root else None


def _validate(document: _Document) -> Plan | None:
    try:
        return Plan.model_validate(document.data)
    except ValidationError as error:
        for details in error.errors():
            _translate(document, details["loc"], details["type"], details["input"], details.get("ctx", {}))
    return None


EXPECTED = {
    "string_type": "text",
    "int_type": "number",
    "bool_type": "truth",
    "date_type": "date",
    "tuple_type": "list",
    "model_type": "mapping",
}
FOUND: dict[type, str] = {
    str: "text",
    int: "number",
    float: "decimal",
    bool: "truth",
    date: "date",
    datetime: "date",
    list: "list",
    dict: "mapping",
    type(None): "nothing",
}


def _translate(document: _Document, steps: Steps, kind: str, value: object, context: Mapping[str, Any]) -> None:
    """Say one of pydantic's errors in our words."""
    place = document.place(steps)
    unreadable = {reported for _, reported, code, _ in document.reported if code.startswith("yaml")}
    if steps in unreadable or (kind == "too_short" and value):
        return  # only follows from a problem that has been reported
    if kind in EXPECTED or (kind == "literal_error" and not isinstance(value, str)):
        expected = EXPECTED.get(kind, "text")
        document.report("wrong_type", place, steps, expected=expected, found=FOUND[type(value)])
    elif kind == "missing":
        record, key = steps[:-1], str(steps[-1])
        document.report("missing_field", document.place(record), record, key=key, allowed=fields_at(record))
    elif kind == "extra_forbidden":
        record, key = steps[:-1], str(steps[-1])
        allowed = fields_at(record)
        nearest = nearest_to(key, allowed)
        document.report("unknown_field", document.keys[steps], record, key=key, nearest=nearest, allowed=allowed)
    elif kind == "literal_error":
        allowed = re.findall(r"'([^']+)'", context["expected"])
        nearest = nearest_to(str(value), allowed)
        document.report("not_a_choice", place, steps, value=value, nearest=nearest, allowed=allowed)
    elif kind == "greater_than_equal":
        document.report("not_positive", place, steps, value=value)
    elif kind == "too_short":
        document.report("too_few", place, steps)
    else:
        document.report(kind, place, steps, **context)


def _place(document: _Document, finding: Finding) -> None:
    details = dict(finding.details)
    if finding.first is not None:
        details["first"] = document.place(finding.first)[0]
    if "allowed" in details and "value" in details:
        details["nearest"] = nearest_to(details["value"], details["allowed"])
    document.report(finding.code, document.place(finding.steps), finding.steps, **details)


def nearest_to(value: object, allowed: list[Any]) -> str | None:
    """Return the allowed name that a person most likely meant, or None where none is close."""
    if isinstance(value, int) and allowed and all(isinstance(number, int) for number in allowed):
        return str(min(allowed, key=lambda number: abs(number - value)))
    matches = get_close_matches(str(value), [str(name) for name in allowed], n=1, cutoff=0.4)
    return matches[0] if matches else None
