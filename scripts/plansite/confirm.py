"""Writes into the plan that the English of a record is right for its present Chinese, and since when."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from plansite.document import Document, Steps, read
from plansite.load import load
from plansite.problems import PlanError, Problem
from plansite.proof import RECORDS, fingerprint, name_of
from plansite.rules import nearest_to, pick

VALUE = re.compile(r"""\A(?: *(?:'[^']*'|"[^"]*"|[^\s#]+))?""")
"""What stands between the colon of a field and a comment or the end of its line: a value, or nothing."""
AWAITING = {"stale", "unconfirmed"}


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
        p for p in found if p.code not in AWAITING and f"{p.path}.".startswith(tuple(f"{q}." for q in paths))
    ]:
        raise PlanError(faults)
    before = path.read_bytes()
    lines = before.decode("utf-8").split("\n")
    said = []
    chosen = [records[name] for name in dict.fromkeys(names)]
    # From the last line to the first, so that the places that have been read stay right.
    for steps, record in sorted(chosen, key=lambda entry: document.place(entry[0]), reverse=True):
        value = fingerprint(record)
        _write(document, lines, steps, {"en_for": f'"{value}"', "en_confirmed": today.isoformat()})
        record |= {"en_for": value, "en_confirmed": today}
        said.append(f"{name_of(steps, record)}: en_for {value}, en_confirmed {today}")
    path.write_bytes("\n".join(lines).encode("utf-8"))
    if read(path).data != document.data:
        path.write_bytes(before)
        raise PlanError(_refused(document, steps) for steps, _ in chosen)
    return said[::-1]


def _refused(document: Document, steps: Steps) -> Problem:
    return Problem(document.file, *document.place(steps), document.name(steps), "not_a_block")


def _write(document: Document, lines: list[str], steps: Steps, fields: dict[str, str]) -> None:
    """Replace the values of fields where they stand, and put fields that are missing above the record's other texts."""
    line, column = document.place(steps)
    if lines[line - 1][column - 1] == "{":
        raise PlanError([_refused(document, steps)])
    missing = [f"{name}: {value}" for name, value in fields.items() if (*steps, name) not in document.values]
    for name, value in fields.items():
        if (*steps, name) in document.values:
            at, start = document.keys[*steps, name]
            key = lines[at - 1].index(":", start)
            comment = VALUE.sub("", lines[at - 1][key + 1 :], count=1)
            lines[at - 1] = f"{lines[at - 1][: key + 1]} {value}{comment}"
    ending = "\r" if lines[line - 1].endswith("\r") else ""
    # Below the first field of a list entry, which holds its dash, and above the first one of another record.
    starts = sorted(at for (*outer, _), (at, _) in document.keys.items() if tuple(outer) == steps)
    below = starts[1 if isinstance(steps[-1], int) else 0] - 1
    lines[below:below] = [" " * (column - 1) + entry + ending for entry in missing]
