"""This module compares the Chinese of a plan with the notice as it was issued: the text file in source/ beside it."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from os.path import commonprefix
from pathlib import Path

from plansite.errors import Problem, display_path
from plansite.source.chinese import fold, fold_with_places, notice_parts, without_page_numbers
from plansite.source.rules import Finding
from plansite.source.schema import Plan
from plansite.source.texts import FULL_WIDTH
from plansite.source.yaml_hints import position_of
from plansite.source.yaml_reader import YamlPath

NOTICE_FOLDER = "source"
MAX_FINDINGS = 20
"""How many differences are reported; where there are more, the text is of another notice."""
CONTEXT, MAX_QUOTED = 8, 60
"""How many characters are quoted on each side of a difference, and of the difference itself."""
MAX_COMPARED, LIKENESS = 600, 0.5
"""Up to how many characters, and from which share of equal ones, clauses are compared character by character."""
CLAUSE = re.compile(r"[^,;:。、]*[,;:。、]|[^,;:。、]+$")
CLOSING = tuple("。;)]”》>")
"""Marks that belong to the words before them."""
TO_FULL_WIDTH = str.maketrans({mark: FULL_WIDTH[mark] for mark in ",:;!?()[]<>"})
Change = tuple[int, int, int, int]
"""A difference: from, to in the plan's folded text, and from, to in the notice's."""


@dataclass(frozen=True)
class NoticeFile:
    """The notice as it was issued: the file as messages name it, its bytes, and its text."""

    file: str
    content: bytes
    text: str


def read_notice(plan: Path) -> tuple[NoticeFile | None, list[Problem]]:
    """Return the notice beside a plan, None where there is none that can be read, and its problems."""
    files = sorted(path for path in (plan.parent / NOTICE_FOLDER).glob("*.txt") if path.is_file())
    if not files:
        return None, []
    file, content = display_path(files[0]), files[0].read_bytes()
    if len(files) > 1:
        details: dict[str, object] = {"files": [path.name for path in files]}
        return None, [Problem(file, 1, 1, NOTICE_FOLDER, "several_notices", details)]
    try:
        return NoticeFile(file, content, content.decode("utf-8-sig")), []
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        return None, [Problem(file, *position_of(before, len(before)), files[0].stem, "encoding")]


def check_notice(plan: Plan, issued: NoticeFile) -> list[Finding]:
    """Return where the Chinese of a plan differs from the notice, each value of the plan once.

    Width, white space and page numbers of the notice make no difference.
    """
    notice = without_page_numbers(issued.text)
    parts = list(notice_parts(plan))
    text = "".join(part for _, part in parts)
    if fold(text) == fold(notice):
        return []
    (ours, our_places), (theirs, their_places) = fold_with_places(text), fold_with_places(notice)
    starts = list(accumulate((len(fold(part)) for _, part in parts), initial=0))[:-1]
    changed: dict[YamlPath, Change] = {}
    for change in _changes(ours, theirs):
        start, end, first, last = change
        at = bisect_right(starts, start) - 1
        between = start == end and start in (starts[at], len(ours))
        if between and at and start < len(ours) and theirs[first:last].endswith(CLOSING):
            at -= 1
        path = parts[at][0]
        # Words missing between two units are in neither.
        path = path[: path.index("units")] if between and "units" in path else path
        known = changed.get(path)
        # The brackets of a clause follow from its units.
        if known is None or ours[known[0] : known[1]] in {"(", "["}:
            changed[path] = change
        elif start - known[1] <= CONTEXT:
            changed[path] = (known[0], end, known[2], last)
    findings = []
    places = {path: start for (path, _), start in zip(parts, starts, strict=True)}
    for path, (start, end, first, last) in _to_correct(plan, changed, places, theirs).items():
        position = their_places[min(first, len(their_places) - 1)] if their_places else 0
        details = {
            "ours": _quoted(text, our_places, start, end),
            "notice": _quoted(notice, their_places, first, last).translate(TO_FULL_WIDTH),
            "file": issued.file,
            "line": notice.count("\n", 0, position) + 1,
        }
        findings.append(Finding(path, "notice_differs", details))
    return findings[:MAX_FINDINGS]


def _changes(ours: str, theirs: str) -> Iterator[Change]:
    """Yield the differences of two texts: clause by clause, and within a clause that is an edit of the other."""
    our_clauses, their_clauses = CLAUSE.findall(ours), CLAUSE.findall(theirs)
    our_starts = list(accumulate(map(len, our_clauses), initial=0))
    their_starts = list(accumulate(map(len, their_clauses), initial=0))
    for tag, i, j, k, m in SequenceMatcher(None, our_clauses, their_clauses).get_opcodes():
        if tag == "equal":
            continue
        start, first = our_starts[i], their_starts[k]
        old, new = ours[start : our_starts[j]], theirs[first : their_starts[m]]
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        if max(len(old), len(new)) <= MAX_COMPARED and matcher.ratio() >= LIKENESS:
            edits = [edit for edit in matcher.get_opcodes() if edit[0] != "equal"]
            yield from ((start + a, start + b, first + c, first + d) for _, a, b, c, d in edits)
        else:
            before = _common_start(old, new)
            after = _common_start(old[before:][::-1], new[before:][::-1])
            yield start + before, start + len(old) - after, first + before, first + len(new) - after


def _common_start(one: str, other: str) -> int:
    return len(commonprefix([one, other]))  # noqa: RUF071 - by characters, as these are no paths


def _to_correct(
    plan: Plan, changed: dict[YamlPath, Change], places: dict[YamlPath, int], theirs: str
) -> dict[YamlPath, Change]:
    """Return the values to be corrected: a unit's name if it differs in every clause, else one value of each clause."""
    index = {unit.id: at for at, unit in enumerate(plan.units)}
    names = {unit.id: fold(unit.name.zh) for unit in plan.units}
    mentions: dict[str, list[YamlPath]] = {}
    for path in (path for path in places if "units" in path and path[0] != "units"):
        kind, record, *_, at = path
        mention = getattr(plan, str(kind))[record].responsibility.units[at]
        if not mention.as_written:
            mentions.setdefault(mention.unit, []).append(path)

    def is_misnamed(path: YamlPath, unit: str) -> bool:
        """Return whether a mention differs from the notice, and not because the notice names another unit there."""
        if path not in changed:
            return False
        start, _, first, _ = changed[path]
        # A mention begins with the mark before it.
        words = theirs[first - (start - places[path]) :].lstrip("、,")
        name = re.split(r"[、,\])](?![^(]*\))", words, maxsplit=1)[0]
        return name == names[unit] or name not in names.values()

    name_of: dict[YamlPath, YamlPath] = {}
    for unit, paths in mentions.items():
        if all(is_misnamed(path, unit) for path in paths):
            name_of |= dict.fromkeys(paths, ("units", index[unit], "name", "zh"))
    with_units = {path[:3] for path in changed if "units" in path}
    corrected: dict[YamlPath, Change] = {}
    for path, change in changed.items():
        if "units" in path or path not in with_units:
            corrected.setdefault(name_of.get(path, path), change)
    return corrected


def _quoted(text: str, places: list[int], start: int, end: int) -> str:
    """Return the words from `start` to `end`, indexes into the folded text, with those beside them."""
    end = min(max(end, start), start + MAX_QUOTED)
    first, last = max(start - CONTEXT, 0), min(end + CONTEXT, len(places))
    if first >= last:
        return ""
    words = re.sub(r"\s", "", text[places[first] : places[last - 1] + 1])
    return ("…" if first else "") + words + ("…" if last < len(places) else "")
