"""Writes into the plan that the English of a record is right for its present Chinese, and since when."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from plansite.document import Document, Steps, read
from plansite.form import write_file
from plansite.load import load
from plansite.problems import PlanError, Problem
from plansite.proof import RECORDS, fingerprint, name_of
from plansite.rules import nearest_to, pick

NO_FAULT = {"stale", "unconfirmed"}
"""What may be said of English that is to be confirmed."""


def confirm(path: Path, names: Sequence[str], today: date) -> list[str]:
    """Set en_for and en_confirmed of the records named, nothing else; return for each what was written.

    A name is the number of a measure, the id of any other record, or "notice". Raises PlanError where the plan is
    broken, a name is unknown, or the proof finds fault with the English that is to be confirmed.
    """
    found = load(path).pending
    document = read(path)
    records = {
        name_of(steps, record): (steps, record)
        for pattern in RECORDS
        for steps, record in pick(document.data, *pattern)
    }
    if unknown := [name for name in names if name not in records]:
        known = sorted(records, key=lambda name: (not name.isdecimal(), int(name) if name.isdecimal() else 0))
        details: dict[str, object] = {"kind": "record", "allowed": known}
        raise PlanError(
            Problem(
                document.file, 1, 1, "plan", "unknown_id", details | {"value": name, "nearest": nearest_to(name, known)}
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
        value = fingerprint(record)
        edits += _edits(document, steps, {"en_for": f'"{value}"', "en_confirmed": today.isoformat()})
        said.append(f"{name}: en_for {value}, en_confirmed {today}")
    text = document.text
    # From the last to the first, so that the places that have been read stay right.
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    write_file(path, text.encode("utf-8-sig" if document.raw.startswith(BOM_UTF8) else "utf-8"))
    return said


def _edits(document: Document, steps: Steps, fields: dict[str, str]) -> Iterator[tuple[int, int, str]]:
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
