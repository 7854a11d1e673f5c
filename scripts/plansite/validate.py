"""This module turns the files of a plan into typed records, or into every problem they have, with its place."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from plansite.errors import LANGUAGES, MESSAGES, PlanError, Problem, display_path
from plansite.source.identity import Identity
from plansite.source.notice import check_notice, read_notice
from plansite.source.rules import Finding, check_rules, find_answered, find_future, find_repeated, nearest_match, select
from plansite.source.schema import Glossary, Labels, Plan, Record, fields_of, record_at
from plansite.source.unanswered import Unanswered
from plansite.source.updates import Updates
from plansite.source.yaml_hints import FIELD
from plansite.source.yaml_reader import YamlDocument, YamlPath, read_yaml
from plansite.translation.checks import check_glossary, check_targets, check_translations
from plansite.translation.spelling import find_misspelt, words_of

T = TypeVar("T")
R = TypeVar("R", bound=Record)
PREVENT_COMPARISON = {"unknown_id", "named_otherwise", "repeated_id", "wrong_number", "wrong_order"}
"""Codes of problems with which a plan cannot be compared with the notice: its order or its clauses are unknown."""
EXPECTED = {"string_type": "a_text", "int_type": "number", "bool_type": "truth", "date_type": "date"}
EXPECTED |= {"tuple_type": "a_list", "model_type": "a_mapping", "dict_type": "a_mapping"}
"""{error of pydantic: what it expects, as one of the words of messages.yaml}"""
FOUND: dict[type, str] = {str: "text", int: "number", float: "decimal", bool: "truth", date: "date", datetime: "time"}
FOUND |= {list: "list", dict: "mapping", type(None): "nothing"}

LIMITS = {"too_short": ("too_few", "least", "min_length"), "too_long": ("too_many", "most", "max_length")}
"""{error of pydantic: (code, its word for the limit, pydantic's word)}"""


@dataclass(frozen=True)
class LoadedPlan:
    """A plan with its glossary, the file it was read from, and the line on which each of its records begins."""

    plan: Plan
    glossary: Glossary
    identity: Identity
    updates: Updates
    unanswered: Unanswered
    source: bytes | None
    """The file with the notice that the plan is compared with, None where there is none."""
    file: str
    lines: Mapping[YamlPath, int]
    warnings: Sequence[Problem]
    """The problems that do not prevent a build."""


def load_plan(path: Path) -> LoadedPlan:
    """Read and validate a plan, and beside it the glossary.yaml, the site.yaml if there is one, and the notice.

    Raises PlanError with all problems found. English, targets and the notice are compared once all types are right;
    YAML that cannot be parsed hides the rest.
    """
    document = read_yaml(path)
    if document.unreadable:
        raise PlanError(document.problems)
    glossary_document = read_yaml(path.with_name("glossary.yaml"))
    plan, wrong_types = _validate(document, Plan)
    glossary, _ = _validate(glossary_document, Glossary)
    broken = list(check_rules(document.data, wrong_types))
    _report(document, [*broken, *find_future(document.data)])
    _report(glossary_document, check_glossary(glossary_document.data, document.data if plan else None))
    if plan and glossary:
        _report(document, check_targets(document.data))
        _report(document, check_translations(document.data, glossary))
    notice, unread = read_notice(path)
    if plan and notice and PREVENT_COMPARISON.isdisjoint(finding.code for finding in broken):
        _report(document, check_notice(plan, notice))
    problems = [*document.problems, *glossary_document.problems, *unread]
    identity, identity_document = _read_optional(path.with_name("site.yaml"), Identity)
    updates, updates_document = _read_optional(path.with_name("updates.yaml"), Updates)
    unanswered, unanswered_document = _read_optional(path.with_name("unanswered.yaml"), Unanswered)
    if plan and identity and identity_document:
        _check_identity(identity_document, document.data)
    if plan and updates and updates_document:
        _check_updates(updates_document, document.data, updates)
    if plan and unanswered and unanswered_document:
        _check_unanswered(unanswered_document, document.data)
    for beside in filter(None, (identity_document, updates_document, unanswered_document)):
        _report(beside, find_future(beside.data))
        problems += beside.problems
    if not (plan and glossary and identity and updates and unanswered) or any(problem.blocks for problem in problems):
        raise PlanError(problems)
    lines = {steps: line for steps, (line, _) in document.values.items() if len(steps) == len(("units", 0))}
    source = notice.content if notice else None
    return LoadedPlan(plan, glossary, identity, updates, unanswered, source, document.file, lines, problems)


def _read_optional(path: Path, model: type[R]) -> tuple[R | None, YamlDocument | None]:
    """Return what a file says and the file, or what holds where there is no such file."""
    if not path.exists():
        return model(), None
    document = read_yaml(path)
    return _validate(document, model)[0], document


def _check_identity(document: YamlDocument, plan: Any) -> None:
    """Report the accents of themes that the plan, as plain data, has not."""
    themes = [value for _, value in select(plan, "themes.*.id")]
    details = (
        {"kind": "theme", "value": theme, "allowed": themes}
        for theme in document.data.get("accents") or ()
        if theme not in themes
    )
    _report(document, (Finding(("accents", detail["value"]), "unknown_id", detail) for detail in details))


def _check_updates(document: YamlDocument, plan: Any, updates: Updates) -> None:
    """Report updates told twice, and the measures and units that they name and the plan, as plain data, has not."""
    _report(document, find_repeated((("updates", at), update.key) for at, update in enumerate(updates.updates)))
    for kind, pattern, known in (("measure", "measures", "measures.*.number"), ("unit", "units", "units.*.id")):
        allowed = [value for _, value in select(plan, known)]
        named = select(document.data, "updates.*.about", pattern, "*")
        unknown = (
            (at, {"kind": kind, "value": value, "allowed": allowed}) for at, value in named if value not in allowed
        )
        _report(document, (Finding(at, "unknown_id", details) for at, details in unknown))


def _check_unanswered(document: YamlDocument, plan: Any) -> None:
    """Report phrases written twice, and phrases that the plan, as plain data, has after all."""
    for lang in LANGUAGES:
        phrases = select(document.data, "matters.*.phrases", lang, "*")
        _report(document, find_repeated((at, phrase.lower()) for at, phrase in phrases))
        _report(document, find_answered(phrases, plan, lang))


def unnamed(plan: Path) -> list[Problem]:
    """Return a hint for the publisher and the contact that a right site.yaml beside a plan does not name."""
    path = plan.with_name("site.yaml")
    site, _ = _read_optional(path, Identity)
    codes = {"no_publisher": site.publisher, "no_contact": site.contact} if site else {}
    return [Problem(display_path(path), 1, 1, "site", code) for code, named in codes.items() if named is None]


def misspelt(paths: Sequence[Path], glossary: Path) -> list[Problem]:
    """Return a hint for each English word of right files that is in no dictionary, nor in the glossary's English."""
    known = words_of([select(read_yaml(glossary).data, f"{kind}.*") for kind in ("terms", "wordings", "spelling")])
    documents = [read_yaml(path) for path in paths if path.exists()]
    for document in documents:
        _report(document, find_misspelt(document.data, known))
    return [problem for document in documents for problem in document.problems]


def load_labels(path: Path) -> Labels:
    """Read and validate the words of the interface; raises PlanError with all problems at once."""
    document = read_yaml(path)
    labels, _ = _validate(document, Labels)
    if labels is None or document.reported:
        raise PlanError(document.problems)
    return labels


def _validate(document: YamlDocument, model: type[T]) -> tuple[T | None, set[YamlPath]]:
    """Return the typed data of a document, or None and the paths of missing values and wrong types."""
    if document.unreadable:
        return None, set()
    try:
        return TypeAdapter(model).validate_python(document.data), set()
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False)
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    for path in unknown:
        record, key = path[:-1], str(path[-1])
        allowed = fields_of(record_at(model, record))
        nearest = nearest_match(key, allowed)
        document.report("unknown_field", document.keys[path], record, key=key, nearest=nearest, allowed=allowed)
        document.rename(path, nearest_match(key, allowed, likeness=0.6))
    if unknown:
        # Under the corrected names, so that a typo is not also reported as a missing field.
        return _validate(document, model)
    misread = document.misread
    for error in errors:
        # pydantic counts valid entries only: a list with enough entries is not too short.
        follows = error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]
        if error["loc"] not in misread and not follows:
            _translate(document, model, error)
    # A text that a rule of texts.py refuses, by a code of MESSAGES, has the right type.
    return None, {error["loc"] for error in errors if error["type"] not in MESSAGES}


def _translate(document: YamlDocument, model: object, error: ErrorDetails) -> None:
    """Report an error of pydantic as one of messages.yaml."""
    path, code, value, context = error["loc"], error["type"], error["input"], error.get("ctx", {})
    position, details = document.place(path), dict(context)
    expected = "a_text" if code == "literal_error" and not isinstance(value, str) else EXPECTED.get(code)
    if expected == "a_mapping" and isinstance(value, str) and (field := FIELD.match(value)):
        code, details = "field_colon", {"key": field["key"]}
    elif expected == "a_text" and path in document.remarks:
        position, code = document.remarks[path], "yaml_comment"
    elif expected:
        code, details = "wrong_type", {"expected": expected, "found": FOUND[type(value)]}
    elif code == "missing":
        path, key = path[:-1], str(path[-1])
        position, code = document.place(path), "missing_field"
        details = {"key": key, "allowed": fields_of(record_at(model, path))}
    elif code == "literal_error":
        code, details = "not_a_choice", {"value": value, "allowed": re.findall(r"'([^']+)'", context["expected"])}
    elif code == "greater_than_equal":
        code, details = "not_positive", {"value": value}
    elif code in LIMITS:
        code, word, limit = LIMITS[code]
        details = {"found": len(value), word: context[limit]}
    document.report(code, position, path, **_with_nearest(details))


def _report(document: YamlDocument, findings: Iterable[Finding]) -> None:
    misread = document.misread
    for finding in findings:
        if finding.path not in misread:
            first = {"first": document.place(finding.first)[0]} if finding.first else {}
            details = _with_nearest(finding.details) | first
            document.report(finding.code, document.place(finding.path), finding.path, blocks=finding.blocks, **details)


def _with_nearest(details: Mapping[str, Any]) -> dict[str, Any]:
    """Add to the details of a problem with a wrong value the allowed one that a person most likely meant."""
    if "allowed" not in details or "value" not in details:
        return dict(details)
    return {**details, "nearest": nearest_match(details["value"], details["allowed"])}
