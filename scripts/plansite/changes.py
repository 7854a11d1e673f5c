"""Compares two versions of the plan as data: what has changed, by record, sentence and language."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Literal

from plansite.problems import LANGUAGES, Lang
from plansite.proof import fingerprint, name_of, pairs
from plansite.rules import Steps, pick

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
"""How much of their text two records have to share to be the same, with the same number or id and without."""
MARKABLE = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Edit:
    """One difference within a record."""

    action: Action
    place: Steps
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


def changes(old: Any, new: Any) -> list[Change]:
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
        sections = [
            [record for _, record in pick(data, "themes", "*", "sections", "*")] for data in (self.old, self.new)
        ]
        for kind, found in [*paired.items(), ("sections", matched(*sections))]:
            for before, after in found:
                if before and after:
                    self.renamed[kind, _key(before)] = _key(after)
                record = after or before
                # What is gone may have left its number to another.
                self.titles.setdefault((kind, _key(record)), _title(record))
        for kind in KINDS:
            for before, after in paired[kind]:
                change = self.change(kind, before, after)
                if change.action != "changed" or change.was or change.edits or change.translation:
                    yield change

    def paired(self, kind: str) -> list[tuple[Any, Any]]:
        old, new = (data.get(kind) if isinstance(data, dict) else None for data in (self.old, self.new))
        if isinstance(old, dict) or isinstance(new, dict):
            return [(old if isinstance(old, dict) else None, new if isinstance(new, dict) else None)]
        return matched(_records(self.old, kind), _records(self.new, kind))

    def change(self, kind: str, before: Any, after: Any) -> Change:
        record = after or before
        key, was = (name_of((kind,), entry) if entry else "" for entry in (after, before))
        return Change(
            kind,
            key or was,
            _title(record),
            "changed" if before and after else "added" if after else "removed",
            was if key and was != key else "",
            tuple(self.edits(before, after, ())),
            _translation(before, after),
        )

    def edits(self, old: Any, new: Any, place: Steps, lang: Lang | None = None) -> Iterator[Edit]:
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

    def fields(self, old: Any, new: Any, place: Steps) -> Iterator[Edit]:
        before, after = (value if isinstance(value, dict) else {} for value in (old, new))
        own = CONFIRMATION | ({"number", "id"} if not place or isinstance(place[-1], int) else set())
        for key in dict.fromkeys([*after, *before]):
            if key in LANGUAGES:
                yield from self.edits(before.get(key), after.get(key), place, key)
            elif key not in own:
                yield from self.edits(before.get(key), after.get(key), (*place, key))

    def entries(self, old: list[Any], new: list[Any], place: Steps) -> Iterator[Edit]:
        found = matched(old, new)
        kept = [(old.index(before), new.index(after)) for before, after in found if before and after]
        for before, after in found:
            at = new.index(after) if after else old.index(before)
            key = _key(after or before)
            here: Steps = (*place, key if isinstance(key, int) else at + 1)
            if before and after:
                was = old.index(before)
                if any(earlier > was and now < at for earlier, now in kept):
                    yield Edit("moved", here, None, _same(str(was + 1)), _same(str(at + 1)))
            elif "zh" not in (after or before):
                yield self.whole(here, before, after)
                continue
            yield from self.edits(before, after, here)

    def whole(self, place: Steps, old: Any, new: Any) -> Edit:
        action: Action = "added" if old is None else "removed" if new is None else "changed"
        return Edit(action, place, None, self.shown(place, old), self.shown(place, new))

    def names(self, old: list[Any], new: list[Any], place: Steps, lang: Lang | None) -> Iterator[Edit]:
        before, after = [self.current(place, entry) for entry in old], new
        for entry in after:
            if entry not in before:
                yield Edit("added", place, lang, None, self.shown(place, entry))
        for entry in before:
            if entry not in after:
                yield Edit("removed", place, lang, self.shown(place, entry), None)
        if before != after and sorted(map(str, before)) == sorted(map(str, after)):
            yield Edit("moved", place, lang, self.shown(place, before), self.shown(place, after))

    def current(self, place: Steps, value: Any) -> Any:
        """Return a value of the older version with the records it names called as in the newer one."""
        if isinstance(value, dict):
            return {key: self.current((key,), inner) for key, inner in value.items()}
        return self.renamed.get((_list_of(place), value), value) if isinstance(value, str | int) else value

    def shown(self, place: Steps, value: Any) -> Words | None:
        if value is None:
            return None
        if isinstance(value, dict):
            if "zh" in value:
                return {lang: str(value.get(lang) or value["zh"]) for lang in LANGUAGES}
            return self.listed([((key,), inner) for key, inner in value.items()])
        if isinstance(value, list):
            return self.listed([(place, inner) for inner in value])
        title = self.titles.get((_list_of(place), value)) if isinstance(value, str | int) else None
        if isinstance(value, bool):
            return YES if value else NO
        return title or _same(str(value))

    def listed(self, values: list[tuple[Steps, Any]]) -> Words:
        shown = [self.shown(place, value) or _same("") for place, value in values]
        return {"zh": "、".join(words["zh"] for words in shown), "en": ", ".join(words["en"] for words in shown)}


def matched(old: list[Any], new: list[Any]) -> list[tuple[Any, Any]]:
    """Pair the records of two lists that are the same record: [(older or None, newer or None), ...], newer order first.

    In turn those with the same key and title, the same title, the same key and much of their text, most of their text.
    """
    left = list(old)
    found: dict[int, Any] = {}
    text = {id(record): "\n".join(zh for _, zh, _ in pairs(record)) for record in (*old, *new)}

    def likeness(before: Any, after: Any) -> float:
        return SequenceMatcher(None, text[id(before)], text[id(after)], autojunk=False).ratio()

    def pair(at: int, before: Any) -> None:
        found[at] = before
        left[:] = [record for record in left if record is not before]

    ways: list[Callable[[Any, Any], bool]] = [
        lambda before, after: _key(before) == _key(after) and _title(before) == _title(after),
        lambda before, after: _title(after)["zh"] != "" and _title(before)["zh"] == _title(after)["zh"],
        lambda before, after: _key(before) == _key(after) is not None and likeness(before, after) >= ALIKE,
    ]
    for same in ways:
        for at, after in enumerate(new):
            if at not in found and (twin := next((before for before in left if same(before, after)), None)):
                pair(at, twin)
    candidates = sorted(
        ((likeness(before, after), at, before) for at, after in enumerate(new) if at not in found for before in left),
        key=lambda candidate: -candidate[0],
    )
    for ratio, at, before in candidates:
        if ratio >= SURELY_ALIKE and at not in found and any(before is record for record in left):
            pair(at, before)
    return [(found.get(at), after) for at, after in enumerate(new)] + [(before, None) for before in left]


def marked(before: str, after: str) -> list[tuple[Action | None, str]]:
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


def _records(data: Any, kind: str) -> list[Any]:
    return [record for _, record in pick(data, kind, "*") if isinstance(record, dict) and record]


def _key(record: Any) -> Any:
    key = record.get("id", record.get("number", record.get("measure")))
    return key if isinstance(key, str | int) else None


def _title(record: Any) -> Words:
    """Return what a record is called: its title or name, or the text that it is."""
    named = next((record[name] for name in ("name", "title", "words") if isinstance(record.get(name), dict)), record)
    return {lang: named[lang] if isinstance(named.get(lang), str) else "" for lang in LANGUAGES}


def _is_name(entry: Any) -> bool:
    """Return whether an entry of a list is a plain value, or names a record: {unit: ID, as: ...}."""
    return not isinstance(entry, dict) or any(isinstance(entry.get(name), str) for name in REFERENCES)


def _list_of(place: Steps) -> str:
    last = str(place[-1]) if place else ""
    return REFERENCES.get(last, last)


def _same(text: str) -> Words:
    return dict.fromkeys(LANGUAGES, text)


def _translation(old: Any, new: Any) -> Literal["", "stale", "confirmed"]:
    if not new or not isinstance(new.get("en_for"), str):
        return ""
    current = new["en_for"] == fingerprint(new)
    if current and isinstance(new.get("en_confirmed"), date) and (old or {}).get("en_confirmed") != new["en_confirmed"]:
        return "confirmed"
    was_current = bool(old) and old.get("en_for") == fingerprint(old)
    return "stale" if was_current and not current else ""
