"""This module compares two versions of the plan as data: what has changed, by record, sentence and language."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import zip_longest
from typing import Any, Literal

from plansite.errors import LANGUAGES, Lang
from plansite.source.rules import select
from plansite.source.yaml_reader import YamlPath
from plansite.translation.checks import record_name, source_hash, text_pairs
from plansite.translation.glossary import english

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
    zh = named.get("zh")
    return {"zh": one_line(zh) if isinstance(zh, str) else "", "en": one_line(english(named) or "")}


def one_line(text: str) -> str:
    """Return text on one line and without control characters; an invalid version may have either."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(filter(str.isprintable, line))


KINDS = ("notice", "themes", "units", "topics", "audiences", "invest", "measures", "safeguards", "terms")
"""The fields that hold records, in the order of the file; terms are the glossary's, if it is compared too."""
SINGLE = {"notice", "invest"}
"""The fields that hold one record."""
LIST_OF_REFERENCE = {
    "unit": "units",
    "topic": "topics",
    "audience": "audiences",
    "section": "sections",
    "measure": "measures",
}
"""{field with a reference: list of the records it points to}; a field with several has the name of that list."""
CONFIRMATION = {"en_for", "en_confirmed"}
NOT_TOLD = CONFIRMATION | {"waivers", "times"}
"""Fields of the editors, which say nothing of the plan."""


@dataclass(frozen=True)
class Edit:
    """One difference within a record."""

    action: Action
    path: YamlPath
    """Fields, and positions in lists counted from 1, of the newer version unless removed: ("sentences", 2)."""
    lang: Lang | None
    """The language of the value, None where it belongs to none."""
    before: Words | None = None
    after: Words | None = None


@dataclass(frozen=True)
class Change:
    """What has happened to one record: `kind` is the field of the plan that holds it, `key` its number or id."""

    kind: str
    key: str
    title: Words
    action: Literal["added", "removed", "changed"] = "changed"
    was: str = ""
    """Its number or id in the older version, where that was another."""
    edits: tuple[Edit, ...] = ()
    translation: Literal["", "stale", "confirmed"] = ""
    """Whether its English has been confirmed, or has become older than its Chinese."""


def diff_plans(old: Any, new: Any) -> list[Change]:
    """Return the changes between two versions of the plan given as plain data, in the order of the file.

    Versions of another shape than today's are compared as far as they can be read.
    """
    return list(_Comparison(old, new).changes())


class _Comparison:
    """Two versions of the plan whose records are paired: {kind: [(older or None, newer or None), ...]}."""

    def __init__(self, old: Any, new: Any) -> None:
        self._pairs = {kind: _pair(_records(old, kind), _records(new, kind), kind) for kind in (*KINDS, "sections")}
        self._renamed: dict[tuple[str, Any], Any] = {}
        """(list, older number or id) -> newer one, where that is another."""
        self._records: dict[tuple[str, Any], Any] = {}
        """(list, number or id) -> the newer record, or the removed one unless its number was taken by another."""
        for kind, pairs in self._pairs.items():
            names = {record_key(before): record_key(after) for before, after in pairs if before and after}
            self._renamed |= {(kind, was): now for was, now in names.items() if was != now}
            for before, after in pairs:
                record = before if after is None else after
                self._records.setdefault((kind, record_key(record)), record)

    def changes(self) -> Iterator[Change]:
        for kind in KINDS:
            for before, after in self._pairs[kind]:
                # An equal record may still name another one that has been renamed.
                if before == after and not self._renamed:
                    continue
                key, was = (record_name((kind,), entry) if entry is not None else "" for entry in (after, before))
                change = Change(
                    kind,
                    key or was,
                    record_title(before if after is None else after),
                    "added" if before is None else "removed" if after is None else "changed",
                    was if key and was != key else "",
                    tuple(self._edits(before, after, ())),
                    _translation(before, after),
                )
                if change.action != "changed" or change.was or change.edits or change.translation:
                    yield change

    def _edits(self, old: Any, new: Any, path: YamlPath, lang: Lang | None = None) -> Iterator[Edit]:
        """Yield the differences of two values at a path; None is no value."""
        if old == new and not self._renamed:
            return
        if isinstance(old, dict) or isinstance(new, dict):
            before, after = (value if isinstance(value, dict) else {} for value in (old, new))
            own = NOT_TOLD | ({"number", "id"} if not path or isinstance(path[-1], int) else set())
            # The firmness of a sentence comes and goes with it.
            own |= set() if before and after else {"firmness"}
            # In older versions a measure names its topics, which today name their measures.
            own |= set() if path else {"topics"}
            for key in dict.fromkeys([*after, *before]):
                if key == "en" and isinstance(before.get("zh", after.get("zh")), str):
                    # Where English sentences begin and end is no change of their words.
                    yield from self._edits(english(before), english(after), path, key)
                elif key in LANGUAGES:
                    yield from self._edits(before.get(key), after.get(key), path, key)
                elif key not in own:
                    yield from self._edits(before.get(key), after.get(key), (*path, key))
        # An entry of firmness is of the statement in its place.
        elif (isinstance(old, list) or isinstance(new, list)) and path[-1] != "firmness":
            older, newer = (value if isinstance(value, list) else [] for value in (old, new))
            if any(map(_is_name, older + newer)):
                yield from self._edited_names([self._current(path, name) for name in older], newer, path, lang)
            else:
                yield from self._edited_entries(older, newer, path)
        elif self._current(path, old) != new:
            yield self._whole(path, self._current(path, old), new, lang)

    def _edited_entries(self, old: list[Any], new: list[Any], path: YamlPath) -> Iterator[Edit]:
        """Yield the differences of two lists of mappings, such as sentences."""
        pairs = match_records([self._current(path, entry) for entry in old], new)
        kept = [(was, at) for was, at in pairs if was is not None and at is not None]
        for was, at in pairs:
            before, after = None if was is None else old[was], None if at is None else new[at]
            entry: Any = before if at is None else after
            key = record_key(entry)
            here: YamlPath = (*path, key if isinstance(key, int) else 1 + ((was or 0) if at is None else at))
            if was is not None and at is not None:
                if any(earlier > was and now < at for earlier, now in kept):
                    yield Edit("moved", here, None, _same(str(was + 1)), _same(str(at + 1)))
            elif "zh" not in entry:
                yield self._whole(here, before, after)
                continue
            yield from self._edits(before, after, here)

    def _edited_names(self, old: list[Any], new: list[Any], path: YamlPath, lang: Lang | None) -> Iterator[Edit]:
        """Yield the differences of two lists of plain values or of references, the older ones under current names."""
        for entry in (entry for entry in new if entry not in old):
            yield Edit("added", path, lang, None, self._shown(path, entry))
        for entry in (entry for entry in old if entry not in new):
            yield Edit("removed", path, lang, self._shown(path, entry), None)
        if old != new and sorted(map(str, old)) == sorted(map(str, new)):
            yield Edit("moved", path, lang, self._shown(path, old), self._shown(path, new))

    def _whole(self, path: YamlPath, old: Any, new: Any, lang: Lang | None = None) -> Edit:
        action: Action = "added" if old is None else "removed" if new is None else "changed"
        return Edit(action, path, lang, self._shown(path, old), self._shown(path, new))

    def _current(self, path: YamlPath, value: Any) -> Any:
        """Return a value of the older version with references to renamed records under their new names."""
        if isinstance(value, dict):
            return {key: self._current((key,), inner) for key, inner in value.items()}
        return self._renamed.get((_list_name(path), value), value) if isinstance(value, str | int) else value

    def _shown(self, path: YamlPath, value: Any) -> Words | None:
        """Return a value as people read it: a reference as the title of its record."""
        if value is None:
            return None
        if isinstance(value, dict) and "zh" in value:
            return {"zh": one_line(str(value["zh"])), "en": one_line(str(english(value) or value["zh"]))}
        if isinstance(value, dict | list):
            items = [((key,), value[key]) for key in value] if isinstance(value, dict) else [(path, e) for e in value]
            words = [self._shown(inner, entry) or _same("") for inner, entry in items]
            return {"zh": "、".join(word["zh"] for word in words), "en": ", ".join(word["en"] for word in words)}
        if isinstance(value, bool):
            return {"zh": "是", "en": "yes"} if value else {"zh": "否", "en": "no"}
        record = self._records.get((_list_name(path), value)) if isinstance(value, str | int) else None
        return _same(str(value)) if record is None else record_title(record)


def _records(data: Any, kind: str) -> list[Any]:
    """Return the records of a kind; sections are those of all themes."""
    pattern = ("themes", "*", "sections", "*") if kind == "sections" else (kind,) if kind in SINGLE else (kind, "*")
    return [record for _, record in select(data, *pattern) if isinstance(record, dict)]


def _pair(old: list[Any], new: list[Any], kind: str) -> list[tuple[Any, Any]]:
    """Return the records of a kind in pairs, None where one version does not have it."""
    if kind in SINGLE:
        return list(zip_longest(old, new))
    return [(None if was is None else old[was], None if at is None else new[at]) for was, at in match_records(old, new)]


def _is_name(entry: Any) -> bool:
    """Return whether an entry of a list is a plain value, or names a record: {unit: ID, as: ...}."""
    return not isinstance(entry, dict) or any(isinstance(entry.get(name), str) for name in LIST_OF_REFERENCE)


def _list_name(path: YamlPath) -> str:
    """Return the list of the record that a value at a path names."""
    field = str(path[-1]) if path else ""
    return LIST_OF_REFERENCE.get(field, field)


def _same(text: str) -> Words:
    return dict.fromkeys(LANGUAGES, one_line(text))


def _translation(old: Any, new: Any) -> Literal["", "stale", "confirmed"]:
    """Return what has become of the English of a record: confirmed, or older than its Chinese since this version."""
    if new is None or not isinstance(new.get("en_for"), str):
        return ""
    current = new["en_for"] == source_hash(new)
    if current and isinstance(new.get("en_confirmed"), date) and (old or {}).get("en_confirmed") != new["en_confirmed"]:
        return "confirmed"
    return "stale" if not current and old and old.get("en_for") == source_hash(old) else ""
