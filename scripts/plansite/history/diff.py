"""Compares two versions of the plan as data: what has changed, by record, sentence and language."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Literal

from plansite.errors import LANGUAGES, Lang
from plansite.source.rules import select
from plansite.source.yaml_reader import YamlPath
from plansite.translation.checks import record_name, source_hash, text_pairs

Action = Literal["added", "removed", "changed", "moved"]
Words = Mapping[Lang, str]
"""A value as people read it, in each language."""
KINDS = ("notice", "themes", "units", "topics", "audiences", "invest", "measures", "safeguards", "terms")
"""The fields that hold records, in the order of the file; terms are the glossary's, if it is compared too."""
REFERENCES = {"unit": "units", "topic": "topics", "audience": "audiences", "section": "sections", "measure": "measures"}
"""Fields that name another record, with the list in which those stand; a list of such names is called like it."""
YES: Words = {"zh": "是", "en": "yes"}
NO: Words = {"zh": "否", "en": "no"}
CONFIRMATION = {"en_for", "en_confirmed"}
ALIKE, SURELY_ALIKE = 0.4, 0.6
"""How much of their text two records have to share to be the same, with the same number and title or without."""
NEAR = 20
"""How far apart those that are left over may stand to be compared."""
SINGLE = {"notice", "invest"}
"""The fields that hold one record."""
MARKABLE = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Edit:
    """One difference within a record."""

    action: Action
    place: YamlPath
    """Fields and places in lists, counted from 1, in the newer version where it is there: ("sentences", 2)."""
    lang: Lang | None
    """In which language, or None where the value belongs to none."""
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
    """Whether its English has been confirmed, or is no longer that of its Chinese."""


def diff_plans(old: Any, new: Any) -> list[Change]:
    """Return what has changed between two versions of the plan given as plain data, in the order of the file.

    Versions of other shapes than today's are compared as far as they can be read.
    """
    return list(_Comparison(old, new).run())


@dataclass
class _Comparison:
    old: Any
    new: Any
    renamed: dict[tuple[str, Any], Any] = field(default_factory=dict)
    """(list, older number or id) -> newer one."""
    titles: dict[tuple[str, Any], Words] = field(default_factory=dict)
    """(list, number or id) -> what the record is called."""

    def run(self) -> Iterator[Change]:
        paired = {kind: self.paired(kind) for kind in KINDS}
        sections = [_dicts(select(data, "themes", "*", "sections", "*")) for data in (self.old, self.new)]
        for kind, found in [*paired.items(), ("sections", _paired(*sections))]:
            for before, after in found:
                if before is not None and after is not None:
                    self.renamed[kind, _key(before)] = _key(after)
                record = before if after is None else after
                # What is gone may have left its number to another.
                self.titles.setdefault((kind, _key(record)), _title(record))
        moved = any(now != key for (_, key), now in self.renamed.items())
        for kind in KINDS:
            for before, after in paired[kind]:
                # A record that is as it was may still name another that has a new name since.
                if before == after and not moved:
                    continue
                change = self.change(kind, before, after)
                if change.action != "changed" or change.was or change.edits or change.translation:
                    yield change

    def paired(self, kind: str) -> list[tuple[Any, Any]]:
        if kind not in SINGLE:
            return _paired(*(_dicts(select(data, kind, "*")) for data in (self.old, self.new)))
        old, new = (next(iter(_dicts(select(data, kind))), None) for data in (self.old, self.new))
        return [(old, new)] if old is not None or new is not None else []

    def change(self, kind: str, before: Any, after: Any) -> Change:
        key, was = (record_name((kind,), entry) if entry is not None else "" for entry in (after, before))
        return Change(
            kind,
            key or was,
            _title(before if after is None else after),
            "added" if before is None else "removed" if after is None else "changed",
            was if key and was != key else "",
            tuple(self.edits(before, after, ())),
            _translation(before, after),
        )

    def edits(self, old: Any, new: Any, place: YamlPath, lang: Lang | None = None) -> Iterator[Edit]:
        """Yield what differs between two values at a place; None is no value."""
        if isinstance(old, dict) or isinstance(new, dict):
            yield from self.fields(old, new, place)
        elif isinstance(old, list) or isinstance(new, list):
            before, after = (value if isinstance(value, list) else [] for value in (old, new))
            if any(map(_is_name, before + after)):
                yield from self.names(before, after, place, lang)
            else:
                yield from self.entries(before, after, place)
        elif self.current(place, old) != new:
            yield replace(self.whole(place, self.current(place, old), new), lang=lang)

    def fields(self, old: Any, new: Any, place: YamlPath) -> Iterator[Edit]:
        before, after = (value if isinstance(value, dict) else {} for value in (old, new))
        own = CONFIRMATION | ({"number", "id"} if not place or isinstance(place[-1], int) else set())
        for key in dict.fromkeys([*after, *before]):
            if key in LANGUAGES:
                yield from self.edits(before.get(key), after.get(key), place, key)
            elif key not in own:
                yield from self.edits(before.get(key), after.get(key), (*place, key))

    def entries(self, old: list[Any], new: list[Any], place: YamlPath) -> Iterator[Edit]:
        found = match_records(old, new)
        kept = [(was, at) for was, at in found if was is not None and at is not None]
        for was, at in found:
            before, after = None if was is None else old[was], None if at is None else new[at]
            entry: Any = before if at is None else after
            key = _key(entry)
            here: YamlPath = (*place, key if isinstance(key, int) else 1 + ((was or 0) if at is None else at))
            if was is not None and at is not None:
                if any(earlier > was and now < at for earlier, now in kept):
                    yield Edit("moved", here, None, _same(str(was + 1)), _same(str(at + 1)))
            elif "zh" not in entry:
                yield self.whole(here, before, after)
                continue
            yield from self.edits(before, after, here)

    def whole(self, place: YamlPath, old: Any, new: Any) -> Edit:
        action: Action = "added" if old is None else "removed" if new is None else "changed"
        return Edit(action, place, None, self.shown(place, old), self.shown(place, new))

    def names(self, old: list[Any], new: list[Any], place: YamlPath, lang: Lang | None) -> Iterator[Edit]:
        before, after = [self.current(place, entry) for entry in old], new
        for entry in after:
            if entry not in before:
                yield Edit("added", place, lang, None, self.shown(place, entry))
        for entry in before:
            if entry not in after:
                yield Edit("removed", place, lang, self.shown(place, entry), None)
        if before != after and sorted(map(str, before)) == sorted(map(str, after)):
            yield Edit("moved", place, lang, self.shown(place, before), self.shown(place, after))

    def current(self, place: YamlPath, value: Any) -> Any:
        """Return a value of the older version with the records it names called as in the newer one."""
        if isinstance(value, dict):
            return {key: self.current((key,), inner) for key, inner in value.items()}
        return self.renamed.get((_list_of(place), value), value) if isinstance(value, str | int) else value

    def shown(self, place: YamlPath, value: Any) -> Words | None:
        if value is None:
            return None
        if isinstance(value, dict):
            if "zh" in value:
                return {lang: _plain(str(value.get(lang) or value["zh"])) for lang in LANGUAGES}
            return self.listed([((key,), inner) for key, inner in value.items()])
        if isinstance(value, list):
            return self.listed([(place, inner) for inner in value])
        title = self.titles.get((_list_of(place), value)) if isinstance(value, str | int) else None
        if isinstance(value, bool):
            return YES if value else NO
        return title or _same(str(value))

    def listed(self, values: list[tuple[YamlPath, Any]]) -> Words:
        shown = [self.shown(place, value) or _same("") for place, value in values]
        return {"zh": "、".join(words["zh"] for words in shown), "en": ", ".join(words["en"] for words in shown)}


def match_records(old: list[Any], new: list[Any]) -> list[tuple[int | None, int | None]]:
    """Pair the places of records in two lists that are the same record: [(older or None, newer or None), ...].

    In turn those with the same text; the same id, or the same number and most of their text; the same title; the same
    number and much of their text. Of records without an id, those that are left and have most of their text in common.
    """
    texts = [["\n".join(zh for _, zh, _ in text_pairs(record)) for record in records] for records in (old, new)]
    found: dict[int, int] = {}

    def likeness(was: int, at: int) -> float:
        return SequenceMatcher(None, texts[0][was], texts[1][at], autojunk=False).ratio()

    def pair(sign: Callable[[Any, str], Any], least: float = 0) -> None:
        taken = set(found.values())
        places: dict[Any, deque[int]] = defaultdict(deque)
        for was, record in enumerate(old):
            if was not in taken:
                places[sign(record, texts[0][was])].append(was)
        for at, record in enumerate(new):
            mark = sign(record, texts[1][at])
            same = places[mark] if mark and at not in found else None
            if same and (isinstance(mark, str) or not least or likeness(same[0], at) >= least):
                found[at] = same.popleft()

    pair(lambda record, text: text and (_key(record), text))
    pair(lambda _, text: text)
    pair(lambda record, _: _key(record), SURELY_ALIKE)
    pair(lambda record, _: _title(record)["zh"])
    pair(lambda record, _: _key(record), ALIKE)
    left = [was for was in range(len(old)) if was not in found.values() and not isinstance(_key(old[was]), str)]
    others = [at for at in range(len(new)) if at not in found and not isinstance(_key(new[at]), str)]
    # Of many that are left only those near each other are compared, so that it takes no longer than reading them.
    near = [(was, at) for i, was in enumerate(left) for at in others[max(0, i - NEAR) : i + NEAR + 1]]
    for ratio, was, at in sorted(((likeness(was, at), was, at) for was, at in near), key=lambda entry: -entry[0]):
        if ratio >= SURELY_ALIKE and at not in found and was not in found.values():
            found[at] = was
    kept = set(found.values())
    return [(found.get(at), at) for at in range(len(new))] + [(was, None) for was in range(len(old)) if was not in kept]


def _paired(old: list[Any], new: list[Any]) -> list[tuple[Any, Any]]:
    """Return the records of two lists by twos, None where one has no twin."""
    places = match_records(old, new)
    return [(None if was is None else old[was], None if at is None else new[at]) for was, at in places]


# Pages, feeds and both languages tell the same changes.
@lru_cache(maxsize=4096)
def mark_changes(before: str, after: str) -> list[tuple[Action | None, str]]:
    """Return what has become of a text, in parts: [(removed, added or None for what has stayed, text), ...].

    What stays between two changes is taken into them where it is no more than a character or a word's edge.
    """
    old, new = MARKABLE.findall(before), MARKABLE.findall(after)
    parts: list[list[str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if tag == "equal" and (len(gone.strip()) > 1 or not parts or b == len(old)):
            parts.append([gone])
        elif parts and len(parts[-1]) > 1:
            parts[-1] = [parts[-1][0] + gone, parts[-1][1] + come]
        else:
            parts.append([gone, come])
    actions: tuple[Action | None, ...] = ("removed", "added")
    return [
        (action if len(part) > 1 else None, text)
        for part in parts
        for action, text in zip(actions, part, strict=False)
        if text
    ]


def _dicts(found: Iterable[tuple[YamlPath, Any]]) -> list[Any]:
    return [record for _, record in found if isinstance(record, dict)]


def _key(record: Any) -> Any:
    key = record.get("id", record.get("number", record.get("measure")))
    return key if isinstance(key, str | int) else None


def _title(record: Any) -> Words:
    """Return what a record is called: its title or name, or the text that it is."""
    named = next((record[name] for name in ("name", "title", "words") if isinstance(record.get(name), dict)), record)
    return {lang: _plain(named[lang]) if isinstance(named.get(lang), str) else "" for lang in LANGUAGES}


def _is_name(entry: Any) -> bool:
    """Return whether an entry of a list is a plain value, or names a record: {unit: ID, as: ...}."""
    return not isinstance(entry, dict) or any(isinstance(entry.get(name), str) for name in REFERENCES)


def _list_of(place: YamlPath) -> str:
    last = str(place[-1]) if place else ""
    return REFERENCES.get(last, last)


def _same(text: str) -> Words:
    return dict.fromkeys(LANGUAGES, _plain(text))


def _plain(text: str) -> str:
    """Return text on one line, without what no line may hold; a faulty version may have either."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(filter(str.isprintable, line))


def _translation(old: Any, new: Any) -> Literal["", "stale", "confirmed"]:
    if new is None or not isinstance(new.get("en_for"), str):
        return ""
    current = new["en_for"] == source_hash(new)
    if current and isinstance(new.get("en_confirmed"), date) and (old or {}).get("en_confirmed") != new["en_confirmed"]:
        return "confirmed"
    was_current = bool(old) and old.get("en_for") == source_hash(old)
    return "stale" if was_current and not current else ""
