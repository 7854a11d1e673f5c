"""This module compares the Chinese of a plan with the notice as it was issued: the text file in source/ beside it."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import accumulate
from pathlib import Path

from plansite.errors import Problem, display_path
from plansite.source.chinese import fold, fold_with_places, notice_parts, without_page_numbers
from plansite.source.rules import Finding
from plansite.source.schema import FULL_WIDTH, Plan, Responsibility
from plansite.source.yaml_reader import YamlPath, position_of

FOLDER = "source"
MAX_FINDINGS = 20
"""How many differences are told at once; where there are more, the text is of another notice."""
CONTEXT = 8
"""How many characters are quoted on each side of a difference."""
MAX_QUOTED = 60
"""How many characters of a difference are quoted."""
MAX_COMPARED = 600
"""How many characters are compared one by one; what differs from there on is told as one difference."""
LIKENESS = 0.5
"""Below this share of equal characters one text is not an edit of the other."""
CLAUSE = re.compile(r"[^,;:。、]*[,;:。、]|[^,;:。、]+$")
CLOSING = tuple("。;)]”》>")
"""Marks that end what stands before them."""
TO_FULL_WIDTH = str.maketrans({mark: FULL_WIDTH[mark] for mark in ",:;!?()[]<>"})

Change = tuple[int, int, int, int]
"""A difference: from, to in the plan's folded text, and from, to in the notice's."""


def read_notice(plan: Path) -> tuple[str, str, list[Problem]]:
    """Return (file, text, problems) of the notice beside a plan; the text is empty where there is none."""
    files = sorted(path for path in (plan.parent / FOLDER).glob("*.txt") if path.is_file())
    if not files:
        return "", "", []
    file = display_path(files[0])
    if len(files) > 1:
        details: dict[str, object] = {"files": [path.name for path in files]}
        return file, "", [Problem(file, 1, 1, FOLDER, "several_notices", details)]
    raw = files[0].read_bytes()
    try:
        return file, raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        return file, "", [Problem(file, *position_of(before, len(before)), files[0].stem, "encoding")]


def check_notice(plan: Plan, file: str, notice: str) -> list[Finding]:
    """Return where the Chinese of a plan differs from the notice, each value of the plan once.

    Width, white space and page numbers of the notice make no difference.
    """
    notice = without_page_numbers(notice)
    parts = list(notice_parts(plan))
    text = "".join(part for _, part in parts)
    if fold(text) == fold(notice):
        return []
    ours, our_places = fold_with_places(text)
    theirs, their_places = fold_with_places(notice)
    starts = list(accumulate((len(fold(part)) for _, part in parts), initial=0))[:-1]
    changed: dict[YamlPath, Change] = {}
    for change in _changes(ours, theirs):
        at = bisect_right(starts, change[0]) - 1
        inserted = theirs[change[2] : change[3]]
        boundary = change[0] == change[1] and change[0] in (starts[at], len(ours))
        if boundary and at and change[0] < len(ours) and inserted.endswith(CLOSING):
            at -= 1
        steps = parts[at][0]
        # What is missing between two units is not to be looked for in either.
        steps = steps[: steps.index("units")] if boundary and "units" in steps else steps
        known = changed.get(steps)
        # Which brackets a clause has follows from its units.
        if known is None or ours[known[0] : known[1]] in {"(", "["}:
            changed[steps] = change
        elif change[0] - known[1] <= CONTEXT:
            changed[steps] = (known[0], change[1], known[2], change[3])
    findings = []
    for steps, (start, end, first, last) in _blamed(plan, changed, parts, starts, theirs).items():
        at = their_places[min(first, len(their_places) - 1)] if their_places else 0
        details = {
            "ours": _quoted(text, our_places, start, end),
            "notice": _quoted(notice, their_places, first, last).translate(TO_FULL_WIDTH),
            "file": file,
            "line": notice.count("\n", 0, at) + 1,
        }
        findings.append(Finding(steps, "notice_differs", details))
    return findings[:MAX_FINDINGS]


def _changes(ours: str, theirs: str) -> Iterator[Change]:
    """Yield the differences of two texts: clause by clause, and then within those that are an edit of each other."""
    our_clauses, their_clauses = CLAUSE.findall(ours), CLAUSE.findall(theirs)
    our_starts = list(accumulate(map(len, our_clauses), initial=0))
    their_starts = list(accumulate(map(len, their_clauses), initial=0))
    for tag, i, j, k, m in SequenceMatcher(None, our_clauses, their_clauses).get_opcodes():
        if tag == "equal":
            continue
        start, first = our_starts[i], their_starts[k]
        old, new = ours[start : our_starts[j]], theirs[first : their_starts[m]]
        if max(len(old), len(new)) <= MAX_COMPARED:
            matcher = SequenceMatcher(None, old, new, autojunk=False)
            if matcher.ratio() >= LIKENESS:
                edits = [edit for edit in matcher.get_opcodes() if edit[0] != "equal"]
                yield from ((start + a, start + b, first + c, first + d) for _, a, b, c, d in edits)
                continue
        before = _alike_from_the_start(old, new)
        after = _alike_from_the_start(old[before:][::-1], new[before:][::-1])
        yield start + before, start + len(old) - after, first + before, first + len(new) - after


def _alike_from_the_start(one: str, other: str) -> int:
    """Return how many characters two texts share at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (ours, theirs) in pairs if ours != theirs), min(len(one), len(other)))


def _blamed(
    plan: Plan, changed: dict[YamlPath, Change], parts: list[tuple[YamlPath, str]], starts: list[int], theirs: str
) -> dict[YamlPath, Change]:
    """Return the values to be mended: a unit's name where it is wrong wherever it stands, else one for each clause."""
    names = {unit.id: fold(unit.name.zh) for unit in plan.units}
    index = {unit.id: at for at, unit in enumerate(plan.units)}
    places = {steps: start for (steps, _), start in zip(parts, starts, strict=True)}
    named: dict[str, list[YamlPath]] = {}
    clauses: list[tuple[YamlPath, Responsibility]]
    clauses = [(("measures", at), measure.responsibility) for at, measure in enumerate(plan.measures)]
    clauses += [(("safeguards", at), safeguard.responsibility) for at, safeguard in enumerate(plan.safeguards)]
    for record, responsibility in clauses:
        for at, mention in enumerate(responsibility.units):
            steps = (*record, "responsibility", "units", at)
            if steps in places and not mention.as_written:
                named.setdefault(mention.unit, []).append(steps)

    def other_unit(steps: YamlPath, own: str) -> bool:
        """Whether the notice has another unit of the plan in this place, so that it is the clause that is wrong."""
        start, _, first, _ = changed[steps]
        # A mention begins with the mark that sets it off.
        there = re.split(r"[、,\])](?![^(]*\))", theirs[first - (start - places[steps]) :].lstrip("、,"), maxsplit=1)[0]
        return there in names.values() and there != names[own]

    name_of: dict[YamlPath, YamlPath] = {
        steps: ("units", index[unit], "name", "zh")
        for unit, mentions in named.items()
        if all(steps in changed and not other_unit(steps, unit) for steps in mentions)
        for steps in mentions
    }
    with_units = {steps[:3] for steps in changed if "units" in steps}
    found: dict[YamlPath, Change] = {}
    for steps, change in changed.items():
        if "units" in steps or steps not in with_units:
            found.setdefault(name_of.get(steps, steps), change)
    return found


def _quoted(text: str, places: list[int], start: int, end: int) -> str:
    """Return a stretch of a text, given by its folded characters, with what stands beside it."""
    end = min(max(end, start), start + MAX_QUOTED)
    first, last = max(start - CONTEXT, 0), min(end + CONTEXT, len(places))
    if first >= last:
        return ""
    words = re.sub(r"\s", "", text[places[first] : places[last - 1] + 1])
    return ("…" if first else "") + words + ("…" if last < len(places) else "")
