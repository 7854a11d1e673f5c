"""Rules across the records of a plan, judged on its plain data so that one bad record does not hide the others."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import groupby
from typing import Any

from plansite.errors import LANGUAGES
from plansite.source.chinese import ROLES, responsibility_clause

YamlPath = tuple[int | str, ...]
CLAUSES = ("measures", "safeguards")
"""The records that name units."""
STAGES = ("invest", "stages", "*")
RESERVED = tuple(
    """all-measures general glossary invest keywords measures notice plan responsible safeguards themes
translation-notice unit who""".split()
)
"""Ids of elements of the pages on which themes, stages and terms are elements by their ids, and of every page."""
RESERVED_PREFIXES = ("filter-", "initial-", "measure-", "safeguard-", "section-", "term-")
"""How ids of further elements on these pages begin."""
LIKELY = 20
"""How many numbers may be the right one where some before it are wrong."""


@dataclass(frozen=True)
class Finding:
    """A broken rule: where, which sentence of problems.MESSAGES, and where the other half of a repetition stands."""

    steps: YamlPath
    code: str
    details: dict[str, Any] = field(default_factory=dict)
    first: YamlPath | None = None
    blocks: bool = True
    """Whether nothing can be published with it; what does not block is for `check` to say."""


def check_rules(data: Any) -> Iterator[Finding]:
    """Yield every broken rule of a plan given as plain data; parts that have another shape are passed over."""
    yield from _repeated(data)
    yield from _numbered(data)
    yield from _known(data)
    yield from _used(data)
    yield from _named(data)
    yield from _printed(data)
    yield from _searched(data)


def select(data: Any, *pattern: str) -> Iterator[tuple[YamlPath, Any]]:
    """Yield (path, value) for every value that a pattern of keys reaches; "*" stands for each entry of a list."""
    if not pattern:
        yield (), data
        return
    step, *rest = pattern
    if step == "*" and isinstance(data, list):
        entries: list[tuple[int | str, Any]] = list(enumerate(data))
    elif isinstance(data, dict) and step in data:
        entries = [(step, data[step])]
    else:
        entries = []
    for key, value in entries:
        for steps, found in select(value, *rest):
            yield (key, *steps), found


def _mentions(data: Any) -> Iterator[tuple[YamlPath, str, Any]]:
    """Yield (path, unit id, wording or None) for every unit named in a responsibility clause."""
    for records in CLAUSES:
        for steps, value in select(data, records, "*", "responsibility", "units", "*"):
            if isinstance(value, str):
                yield steps, value, None
            elif isinstance(value, dict) and isinstance(value.get("unit"), str):
                yield (*steps, "unit"), value["unit"], value.get("as")


def _asked(data: Any) -> Iterator[tuple[YamlPath, str, tuple[YamlPath, Any] | None]]:
    """Yield (path, topic, the sentence given for it with its path, if any) for every topic of a measure."""
    for steps, value in select(data, "measures", "*", "topics", "*"):
        if isinstance(value, str):
            yield steps, value, None
        elif isinstance(value, dict) and isinstance(value.get("topic"), str):
            sentence = ((*steps, "sentence"), value["sentence"]) if "sentence" in value else None
            yield (*steps, "topic"), value["topic"], sentence


def _names(data: Any) -> dict[str, list[str]]:
    """Return for each unit id its name and aliases."""
    names: dict[str, list[str]] = {}
    for (_, index, _), unit in select(data, "units", "*", "id"):
        own = [value for _, value in select(data["units"][index], "name", "zh")]
        others = [value for _, value in select(data["units"][index], "aliases", "*", "zh")]
        # Where two have the same id, or a name is missing or cannot be read, nobody can say which wording is right.
        unsure = not own or str(unit) in names or not all(isinstance(name, str) for name in own + others)
        names[str(unit)] = [] if unsure else own + others
    return names


def _repeated(data: Any) -> Iterator[Finding]:
    # Whatever has an id is called by it when it is confirmed, like the two records that have none.
    called = ("units", "themes", "topics", "safeguards")
    yield from find_repeated(entry for kind in called for entry in select(data, kind, "*", "id"))
    for kind in called:
        taken = ((steps, str(value)) for steps, value in select(data, kind, "*", "id"))
        yield from (
            Finding(steps, "taken_id", {"value": value}) for steps, value in taken if value in {"notice", "invest"}
        )
    yield from reserved([*select(data, "themes", "*", "id"), *select(data, *STAGES, "id")])
    unique = [
        ("audiences", "*", "id"),
        ("invest", "stages", "*", "id"),
        ("redirects", "*", "from"),
        ("measures", "*", "number"),
        ("themes", "*", "sections", "*", "number"),
    ]
    for pattern in unique:
        yield from find_repeated(select(data, *pattern))
    for records in CLAUSES:
        for (_, index, *_), _ in select(data, records, "*", "responsibility", "units"):
            named = _mentions({records: [data[records][index]]})
            yield from find_repeated(((records, index, *steps[2:]), unit) for steps, unit, _ in named)
    for _, asked in groupby(_asked(data), lambda entry: entry[0][1]):
        yield from find_repeated((steps, topic) for steps, topic, _ in asked)
    for pattern in (
        ("measures", "*", "audiences"),
        (*STAGES, "topics"),
        (*STAGES, "measures", "*", "sentences"),
    ):
        for place, values in select(data, *pattern):
            yield from find_repeated(((*place, *steps), value) for steps, value in select(values, "*"))
    for place, excerpts in select(data, *STAGES, "measures"):
        yield from find_repeated(((*place, *steps), number) for steps, number in select(excerpts, "*", "measure"))


def reserved(values: Iterable[tuple[YamlPath, Any]]) -> Iterator[Finding]:
    """Yield every id that an element of the same page has already."""
    for steps, value in values:
        if isinstance(value, str) and (value in RESERVED or value.startswith(RESERVED_PREFIXES)):
            forbidden = [*RESERVED, *(f"{prefix}..." for prefix in RESERVED_PREFIXES)]
            yield Finding(steps, "reserved_id", {"value": value, "reserved": ", ".join(forbidden)})


def find_repeated(values: Iterable[tuple[YamlPath, Any]]) -> Iterator[Finding]:
    """Yield every value that has stood before."""
    first: dict[str, YamlPath] = {}
    for steps, value in values:
        if str(value) in first:
            yield Finding(steps, "repeated_id", {"value": value}, first[str(value)])
        first.setdefault(str(value), steps)


def _numbered(data: Any) -> Iterator[Finding]:
    for pattern in (("measures", "*"), ("themes", "*", "sections", "*")):
        if pattern[0] == "themes" and not _has_all_sections(data):
            continue
        seen: set[int] = set()
        expected = {1}
        for steps, record in select(data, *pattern):
            value = record.get("number") if isinstance(record, dict) else None
            number = value if isinstance(value, int) else 0
            following = {one + 1 for one in expected}
            if number in expected:
                following = {number + 1}
            elif number in seen:
                # Reported as repeated: it may stand for another number, or be one too many.
                following |= expected
            elif number > 0:
                yield Finding((*steps, "number"), "wrong_number", {"value": number, "expected": min(expected - seen)})
                # It may stand for another number, or others have been lost.
                following |= {number + 1}
            seen.add(number)
            # After many that are repeated it is anybody's guess.
            expected = set(sorted(following)[-LIKELY:])
    sections = [number for _, number in select(data, "themes", "*", "sections", "*", "number")]
    yield from _ordered([entry for entry in select(data, "measures", "*", "section") if entry[1] in sections])


def _has_all_sections(data: Any) -> bool:
    themes = list(select(data, "themes", "*"))
    return bool(themes) and all(list(select(theme, "sections", "*")) for _, theme in themes)


def _ordered(sections: list[tuple[YamlPath, Any]]) -> Iterator[Finding]:
    """Yield the measures without which the others stand in the order of their sections."""
    kept: list[tuple[YamlPath, Any]] = []
    for at, entry in enumerate(sections):
        if not kept or entry[1] >= kept[-1][1]:
            kept.append(entry)
            continue
        highest = kept[-1][1]
        odd, side, other = entry, "after", highest
        if all(value <= entry[1] for _, value in kept[:-1]) and any(
            value < highest for _, value in sections[at + 1 :][:1]
        ):
            odd, side, other = kept.pop(), "before", entry[1]
            kept.append(entry)
        yield Finding(odd[0], "wrong_order", {"value": odd[1], "side": side, "other": other})


def _known(data: Any) -> Iterator[Finding]:
    """Yield references to what does not exist; a list that is missing as a whole has been reported as that."""
    in_stages = select(data, *STAGES, "topics", "*")
    references: list[tuple[str, tuple[str, ...], Iterable[tuple[YamlPath, Any]]]] = [
        ("section", ("themes", "*", "sections", "*", "number"), select(data, "measures", "*", "section")),
        ("topic", ("topics", "*", "id"), [*((steps, topic) for steps, topic, _ in _asked(data)), *in_stages]),
        ("audience", ("audiences", "*", "id"), select(data, "measures", "*", "audiences", "*")),
        ("unit", ("units", "*", "id"), ((steps, unit) for steps, unit, _ in _mentions(data))),
    ]
    for kind, pattern, named in references:
        readable = int if kind == "section" else str
        used: dict[Any, list[YamlPath]] = {}
        for steps, value in named:
            if isinstance(value, readable):
                used.setdefault(value, []).append(steps)
        given = {value: steps for steps, value in select(data, *pattern) if isinstance(value, readable)}
        unknown = [value for value in used if value not in given] if given else []
        # What has no id, or that of another, has been reported; it may be what is not found.
        lost = len(list(select(data, *pattern[:-1]))) - len(given)
        if kind == "section" and not _has_all_sections(data):
            continue
        for value in unknown[lost:]:
            meant = nearest_match(value, [other for other in given if other not in used])
            if meant and len(used[value]) > 1:
                place = next(steps for other, steps in given.items() if str(other) == meant)
                details = {"kind": kind, "value": meant, "times": len(used[value]), "named": value}
                yield Finding(place, "named_otherwise", details)
            else:
                for steps in used[value]:
                    yield Finding(steps, "unknown_id", {"kind": kind, "value": value, "allowed": list(given)})
    for steps, kind, value, allowed in _excerpts(data):
        if value not in allowed:
            yield Finding(steps, "unknown_id", {"kind": kind, "value": value, "allowed": allowed})


def nearest_match(value: object, allowed: list[Any], likeness: float = 0.4) -> str | None:
    """Return the allowed name that a person most likely meant, or None where none is close."""
    if isinstance(value, int) and allowed and all(isinstance(number, int) for number in allowed):
        return str(min(allowed, key=lambda number: abs(number - value)))
    names = [str(name) for name in allowed]
    # Of two letters swapped, as in "ne", half are wrong by any measure of likeness.
    swapped = [name for name in names if name == str(value)[::-1]]
    return next(iter(swapped or get_close_matches(str(value), names, n=1, cutoff=likeness)), None)


def _excerpts(data: Any) -> Iterator[tuple[YamlPath, str, Any, list[Any]]]:
    """Yield (path, kind, value, what is allowed) for each measure and sentence that a topic or a stage names."""
    index = {number: steps[1] for steps, number in select(data, "measures", "*", "number") if isinstance(number, int)}
    bodies = {steps[1]: body for steps, body in select(data, "measures", "*", "sentences") if isinstance(body, list)}
    sentences = {at: list(range(1, len(body) + 1)) for at, body in bodies.items()}
    for steps, _, named in _asked(data):
        if named and isinstance(named[1], int) and steps[1] in sentences:
            yield *named[:1], "sentence", named[1], sentences[steps[1]]
    for steps, excerpt in select(data, *STAGES, "measures", "*"):
        for _, number in select(excerpt, "measure"):
            # Where a number cannot be read, the measure that is missed may be there.
            if not isinstance(number, int) or len(index) < len(bodies):
                continue
            yield (*steps, "measure"), "measure", number, list(index)
            if allowed := sentences.get(index.get(number, "")):
                quoted = select(excerpt, "sentences", "*")
                yield from (((*steps, *at), "sentence", v, allowed) for at, v in quoted if isinstance(v, int))


def _used(data: Any) -> Iterator[Finding]:
    """Yield what nothing refers to, unless a broken reference may have meant it."""
    if not list(select(data, "measures", "*")):
        return
    clauses = [units for records in CLAUSES for _, units in select(data, records, "*", "responsibility", "units")]
    answered = [record for records in CLAUSES for record in select(data, records, "*")]
    named = [list(select(units, "*")) for units in clauses]
    mentions = [unit for _, unit, _ in _mentions(data)]
    asked, meant = list(_asked(data)), list(select(data, "measures", "*", "audiences", "*"))
    sections = {str(value) for _, value in select(data, "measures", "*", "section")}
    measures = {steps[1] for steps, _ in select(data, "measures", "*")}
    references: list[tuple[str, tuple[str, ...], set[str]]] = [
        ("section", ("themes", "*", "sections", "*", "number"), sections)
    ]
    # Where a measure lacks its units, or one cannot be read, that may be the one that seems unused.
    if len(clauses) == len(answered) and all(named) and sum(map(len, named)) == len(mentions):
        references.append(("unit", ("units", "*", "id"), set(mentions)))
    if {steps[1] for steps, *_ in asked} == measures and len(asked) == len(
        [*select(data, "measures", "*", "topics", "*")]
    ):
        references.append(("topic", ("topics", "*", "id"), {topic for _, topic, _ in asked}))
    if {steps[1] for steps, _ in meant} == measures:
        references.append(("audience", ("audiences", "*", "id"), {str(value) for _, value in meant}))
    for kind, pattern, used in references:
        given = {str(value): steps for steps, value in select(data, *pattern) if value and isinstance(value, str | int)}
        if used <= set(given):
            unused = [value for value in given if value not in used]
            yield from (Finding(given[value], "unused", {"kind": kind, "value": value}) for value in unused)


def _named(data: Any) -> Iterator[Finding]:
    names = _names(data)
    for steps, unit, wording in _mentions(data):
        if isinstance(wording, str) and names.get(unit) and wording not in names[unit]:
            place = (*steps[:-1], "as")
            yield Finding(place, "unknown_wording", {"value": wording, "unit": unit, "allowed": names[unit]})
    owner: dict[str, str] = {}
    for (_, index, _), unit in select(data, "units", "*", "id"):
        for name in names[str(unit)]:
            if owner.setdefault(name, str(unit)) != str(unit):
                yield Finding(("units", index), "ambiguous_name", {"value": name, "other": owner[name]})


def _printed(data: Any) -> Iterator[Finding]:
    """Yield clauses given as printed that differ from the regular one in more than punctuation, or not at all."""
    names = _names(data)
    joint = {
        str(data["units"][index].get("id"))
        for (_, index, _), value in select(data, "units", "*", "joint")
        if value is True
    }
    for records in CLAUSES:
        for steps, printed in select(data, records, "*", "responsibility", "printed"):
            record = data[records][steps[1]]
            mentions = [(unit, wording) for _, unit, wording in _mentions({records: [record]})]
            role = str(record["responsibility"].get("role"))
            named = bool(mentions) and all(names.get(unit) for unit, _ in mentions)
            if not isinstance(printed, str) or not named or role not in ROLES:
                continue
            wordings = [(str(wording or names[unit][0]), unit in joint) for unit, wording in mentions]
            expected = responsibility_clause(role, wordings)
            if printed == expected:
                yield Finding(steps, "printed_needless")
            elif _bare(printed) != _bare(expected):
                yield Finding(steps, "printed_differs", {"expected": expected})


_EDGES = {"zh": "{}", "en": r"(?<!\w){}(?!\w)"}


def _searched(data: Any) -> Iterator[Finding]:
    """Yield keywords given twice, and those of a measure that stand in its own text."""
    for pattern in (("measures", "*"), ("units", "*"), ("invest",)):
        for steps, record in select(data, *pattern):
            for lang in LANGUAGES:
                own = [value for _, value in select(record, "title", lang)]
                own += [value for _, value in select(record, "sentences", "*", lang)]
                text = "\n".join(value.lower() for value in own if isinstance(value, str))
                words = [entry for entry in select(record, "keywords", lang, "*") if isinstance(entry[1], str)]
                given = [((*steps, *inner), word) for inner, word in words]
                yield from find_repeated((place, word.lower()) for place, word in given)
                for place, word in given:
                    # Most words stand nowhere in it, and an expression for each would take long to make.
                    if word.lower() in text and re.search(_EDGES[lang].format(re.escape(word.lower())), text):
                        yield Finding(place, "keyword_in_text", {"value": word})


def _bare(text: str) -> str:
    return "".join(character for character in text if not unicodedata.category(character).startswith("P"))
