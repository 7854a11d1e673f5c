"""This module compares two versions of the plan as data: what has changed, by record, sentence and language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any, Literal

from plansite.errors import LANGUAGES, Lang
from plansite.history.matching import Action, Words, match_records, one_line, record_key, record_title
from plansite.source.rules import select
from plansite.source.yaml_reader import YamlPath
from plansite.translation.checks import record_name, source_hash

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
            own = CONFIRMATION | ({"number", "id"} if not path or isinstance(path[-1], int) else set())
            for key in dict.fromkeys([*after, *before]):
                if key in LANGUAGES:
                    yield from self._edits(before.get(key), after.get(key), path, key)
                elif key not in own:
                    yield from self._edits(before.get(key), after.get(key), (*path, key))
        elif isinstance(old, list) or isinstance(new, list):
            older, newer = (value if isinstance(value, list) else [] for value in (old, new))
            if any(map(_is_name, older + newer)):
                yield from self._edited_names([self._current(path, name) for name in older], newer, path, lang)
            else:
                yield from self._edited_entries(older, newer, path)
        elif self._current(path, old) != new:
            yield self._whole(path, self._current(path, old), new, lang)

    def _edited_entries(self, old: list[Any], new: list[Any], path: YamlPath) -> Iterator[Edit]:
        """Yield the differences of two lists of mappings, such as sentences."""
        pairs = match_records(old, new)
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
            return {lang: one_line(str(value.get(lang) or value["zh"])) for lang in LANGUAGES}
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
