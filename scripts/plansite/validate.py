"""Reads the plan, its glossary and the labels into typed records, or says everything that is wrong and where."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from plansite.errors import MESSAGES, PlanError, Problem
from plansite.source.notice import check_notice, read_notice
from plansite.source.rules import Finding, check_rules, nearest_match
from plansite.source.schema import Glossary, Labels, Plan, fields_of, record_at
from plansite.source.yaml_reader import FIELD, YamlDocument, YamlPath, read_yaml
from plansite.translation.checks import check_glossary, check_targets, check_translations

T = TypeVar("T")
UNSURE = {"unknown_id", "named_otherwise", "repeated_id", "wrong_number", "wrong_order"}
"""Broken rules with which the order of the notice or the units of its clauses are not known."""


@dataclass(frozen=True)
class LoadedPlan:
    """A plan with its glossary, the file it was read from, and the line on which each of its records begins."""

    plan: Plan
    glossary: Glossary
    file: str
    lines: Mapping[YamlPath, int]
    warnings: Sequence[Problem]
    """English that is to be confirmed: nothing that keeps a site from being built."""


def load_plan(path: Path) -> LoadedPlan:
    """Read and validate a plan and the glossary.yaml beside it, and compare it with the notice in source/ beside it.

    Raises PlanError with all problems at once: YAML, types, rules across records, the proof of the English, and the
    wording of the notice. Only YAML that cannot be parsed at all hides what comes after it.
    """
    document = read_yaml(path)
    if document.unreadable:
        raise PlanError(document.problems)
    glossary_document = read_yaml(path.with_name("glossary.yaml"))
    plan, wrong_types = _validate(document, Plan)
    glossary, _ = _validate(glossary_document, Glossary)
    broken = list(check_rules(document.data, wrong_types))
    for finding in broken:
        _place(document, finding)
    for finding in check_glossary(glossary_document.data, document.data if plan else None):
        _place(glossary_document, finding)
    if plan and glossary:
        for finding in (*check_targets(document.data), *check_translations(document.data, glossary)):
            _place(document, finding)
    file, notice, unread = read_notice(path)
    # Where references or numbers are wrong, nobody can say how the text reads.
    if plan and file and not unread and not any(finding.code in UNSURE for finding in broken):
        for finding in check_notice(plan, file, notice):
            _place(document, finding)
    problems = [*document.problems, *glossary_document.problems, *unread]
    if plan is None or glossary is None or any(problem.blocks for problem in problems):
        raise PlanError(problems)
    lines = {steps: line for steps, (line, _) in document.values.items() if len(steps) == len(("units", 0))}
    return LoadedPlan(plan, glossary, document.file, lines, problems)


def load_labels(path: Path) -> Labels:
    """Read and validate the words of the interface; raises PlanError with all problems at once."""
    document = read_yaml(path)
    labels, _ = _validate(document, Labels)
    if labels is None or document.reported:
        raise PlanError(document.problems)
    return labels


def _validate(document: YamlDocument, model: type[T]) -> tuple[T | None, set[YamlPath]]:
    if document.unreadable:
        return None, set()
    try:
        return TypeAdapter(model).validate_python(document.data), set()
    except ValidationError as error:
        found = error.errors(include_url=False)
    unknown = [details["loc"] for details in found if details["type"] == "extra_forbidden"]
    for steps in unknown:
        record, key = steps[:-1], str(steps[-1])
        allowed = fields_of(record_at(model, record))
        nearest = nearest_match(key, allowed)
        document.report("unknown_field", document.keys[steps], record, key=key, nearest=nearest, allowed=allowed)
        document.rename(steps, nearest_match(key, allowed, likeness=0.6))
    if unknown:
        # With the names that were meant nothing is missing that is only misspelt, and what they hold is checked too.
        return _validate(document, model)
    misread = document.misread
    for details in found:
        if details["loc"] not in misread:
            _translate(document, model, details)
    # A text that breaks a rule of its own, which has a message of its own, is a text all the same.
    return None, {details["loc"] for details in found if details["type"] not in MESSAGES}


EXPECTED = {
    "string_type": "a_text",
    "int_type": "number",
    "bool_type": "truth",
    "date_type": "date",
    "tuple_type": "a_list",
    "model_type": "a_mapping",
    "dict_type": "a_mapping",
}
FOUND: dict[type, str] = {
    str: "text",
    int: "number",
    float: "decimal",
    bool: "truth",
    date: "date",
    datetime: "time",
    list: "list",
    dict: "mapping",
    type(None): "nothing",
}


def _translate(document: YamlDocument, model: object, error: ErrorDetails) -> None:
    """Say one of pydantic's errors in our words."""
    steps, kind, value, context = error["loc"], error["type"], error["input"], error.get("ctx", {})
    place = document.place(steps)
    if kind == "too_short" and len(value) >= context["min_length"]:
        return  # only follows from a problem that has been reported
    if EXPECTED.get(kind) == "a_mapping" and isinstance(value, str) and (field := FIELD.match(value)):
        document.report("field_colon", place, steps, key=field["key"])
    elif kind in EXPECTED or (kind == "literal_error" and not isinstance(value, str)):
        expected = EXPECTED.get(kind, "a_text")
        if expected == "a_text" and steps in document.remarks:
            document.report("yaml_comment", document.remarks[steps], steps)
            return
        document.report("wrong_type", place, steps, expected=expected, found=FOUND[type(value)])
    elif kind == "missing":
        record, key = steps[:-1], str(steps[-1])
        document.report(
            "missing_field", document.place(record), record, key=key, allowed=fields_of(record_at(model, record))
        )
    elif kind == "literal_error":
        allowed = re.findall(r"'([^']+)'", context["expected"])
        document.report("not_a_choice", place, steps, **_with_nearest({"value": value, "allowed": allowed}))
    elif kind == "greater_than_equal":
        document.report("not_positive", place, steps, value=value)
    elif kind == "too_short":
        document.report("too_few", place, steps, found=len(value), least=context["min_length"])
    elif kind == "too_long":
        document.report("too_many", place, steps, found=len(value), most=context["max_length"])
    else:
        document.report(kind, place, steps, **_with_nearest(context))


def _place(document: YamlDocument, finding: Finding) -> None:
    if finding.path in document.misread:
        return
    details = _with_nearest(finding.details)
    if finding.first is not None:
        details["first"] = document.place(finding.first)[0]
    document.report(finding.code, document.place(finding.path), finding.path, blocks=finding.blocks, **details)


def _with_nearest(details: Mapping[str, Any]) -> dict[str, Any]:
    """Add the allowed value that a person most likely meant where a wrong one was given."""
    if "allowed" not in details or "value" not in details:
        return dict(details)
    return {**details, "nearest": nearest_match(details["value"], details["allowed"])}
