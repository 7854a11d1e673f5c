"""This module pairs the records of two versions of a list, and marks what has changed between two texts."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Literal

from plansite.errors import LANGUAGES, Lang
from plansite.translation.checks import text_pairs

Action = Literal["added", "removed", "changed", "moved"]
Words = Mapping[Lang, str]
"""A value as people read it, in each language."""
MIN_RATIO, SAFE_RATIO = 0.4, 0.6
"""Least share of common text of two records that are paired: SAFE_RATIO in the first pass by number and without a
number, MIN_RATIO in the last pass by number."""
WINDOW = 20
"""Positions in the list by which two records that nothing else pairs may be apart."""
TOKEN = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


def match_records(old: list[Any], new: list[Any]) -> list[tuple[int | None, int | None]]:
    """Return the positions in two lists that hold the same record: [(older or None, newer or None), ...].

    Records are paired in turn by the same text; the same id, or the same number and most of their text; the same title;
    the same number and much of their text. The remaining ones without an id are paired by most of their text.
    """
    if old == new:
        return [(at, at) for at in range(len(new))]
    texts = [["\n".join(zh for _, zh, _ in text_pairs(record)) for record in records] for records in (old, new)]
    found: dict[int, int] = {}
    """Position in the newer list -> position in the older one."""

    def ratio(was: int, at: int) -> float:
        return SequenceMatcher(None, texts[0][was], texts[1][at], autojunk=False).ratio()

    def pair(sign: Callable[[Any, str], Any], least: float = 0) -> None:
        """Pair the records with the same sign and, unless it is an id, at least this ratio of common text."""
        used = set(found.values())
        unpaired: dict[Any, deque[int]] = defaultdict(deque)
        for was in (was for was in range(len(old)) if was not in used):
            unpaired[sign(old[was], texts[0][was])].append(was)
        for at in (at for at in range(len(new)) if at not in found and unpaired):
            mark = sign(new[at], texts[1][at])
            same = unpaired[mark] if mark else None
            if same and (isinstance(mark, str) or not least or ratio(same[0], at) >= least):
                found[at] = same.popleft()

    pair(lambda record, text: text and (record_key(record), text))
    pair(lambda _, text: text)
    pair(lambda record, _: record_key(record), SAFE_RATIO)
    pair(lambda record, _: record_title(record)["zh"])
    pair(lambda record, _: record_key(record), MIN_RATIO)
    left = [was for was in range(len(old)) if was not in found.values() and not isinstance(record_key(old[was]), str)]
    others = [at for at in range(len(new)) if at not in found and not isinstance(record_key(new[at]), str)]
    # Only records near each other are compared: all with all would take minutes where many are left.
    near = [(was, at) for i, was in enumerate(left) for at in others[max(0, i - WINDOW) : i + WINDOW + 1]]
    for common, was, at in sorted(((ratio(was, at), was, at) for was, at in near), key=lambda entry: -entry[0]):
        if common >= SAFE_RATIO and at not in found and was not in found.values():
            found[at] = was
    kept = set(found.values())
    return [(found.get(at), at) for at in range(len(new))] + [(was, None) for was in range(len(old)) if was not in kept]


# Pages, feeds and both languages show the same changes.
@lru_cache(maxsize=4096)
def mark_changes(before: str, after: str) -> list[tuple[Action | None, str]]:
    """Return the parts of a changed text: [(removed, added, or None where unchanged, text), ...].

    An unchanged part between two changes is taken into them where it is only a character or a space.
    """
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    parts: list[list[str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        removed, added = "".join(old[a:b]), "".join(new[c:d])
        if tag == "equal" and (len(removed.strip()) > 1 or not parts or b == len(old)):
            parts.append([removed])
        elif parts and len(parts[-1]) > 1:
            parts[-1] = [parts[-1][0] + removed, parts[-1][1] + added]
        else:
            parts.append([removed, added])
    actions: tuple[Action | None, ...] = ("removed", "added")
    return [
        (action if len(part) > 1 else None, text)
        for part in parts
        for action, text in zip(actions, part, strict=False)
        if text
    ]


def record_key(record: Any) -> Any:
    """Return the id or number of a record, None where it has neither."""
    key = record.get("id", record.get("number", record.get("measure")))
    return key if isinstance(key, str | int) else None


def record_title(record: Any) -> Words:
    """Return the title or name of a record, or the text that it is."""
    named = next((record[name] for name in ("name", "title", "words") if isinstance(record.get(name), dict)), record)
    return {lang: one_line(named[lang]) if isinstance(named.get(lang), str) else "" for lang in LANGUAGES}


def one_line(text: str) -> str:
    """Return text on one line and without control characters; an invalid version may have either."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(filter(str.isprintable, line))
