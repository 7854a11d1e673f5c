"""Rules across the records of a plan, judged on its plain data so that one bad record does not hide the others."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from plansite.problems import LANGUAGES
from plansite.text import clause

Steps = tuple[int | str, ...]
STAGES = ("invest", "stages", "*")


@dataclass(frozen=True)
class Finding:
    """A broken rule: where, which sentence of problems.MESSAGES, and where the other half of a repetition stands."""

    steps: Steps
    code: str
    details: dict[str, Any] = field(default_factory=dict)
    first: Steps | None = None
    blocks: bool = True
    """Whether nothing can be published with it; what does not block is for `check` to say."""


def findings(data: Any) -> Iterator[Finding]:
    """Yield every broken rule of a plan given as plain data; parts that have another shape are passed over."""
    yield from _repeated(data)
    yield from _numbered(data)
    yield from _known(data)
    yield from _used(data)
    yield from _named(data)
    yield from _printed(data)
    yield from _searched(data)


def pick(data: Any, *pattern: str) -> Iterator[tuple[Steps, Any]]:
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
        for steps, found in pick(value, *rest):
            yield (key, *steps), found


def _mentions(data: Any) -> Iterator[tuple[Steps, str, Any]]:
    """Yield (path, unit id, wording or None) for every unit named in a responsibility clause."""
    for records in ("measures", "safeguards"):
        for steps, value in pick(data, records, "*", "responsibility", "units", "*"):
            if isinstance(value, str):
                yield steps, value, None
            elif isinstance(value, dict) and isinstance(value.get("unit"), str):
                yield (*steps, "unit"), value["unit"], value.get("as")


def _asked(data: Any) -> Iterator[tuple[Steps, str, tuple[Steps, Any] | None]]:
    """Yield (path, topic, the sentence given for it with its path, if any) for every topic of a measure."""
    for steps, value in pick(data, "measures", "*", "topics", "*"):
        if isinstance(value, str):
            yield steps, value, None
        elif isinstance(value, dict) and isinstance(value.get("topic"), str):
            sentence = ((*steps, "sentence"), value["sentence"]) if "sentence" in value else None
            yield (*steps, "topic"), value["topic"], sentence


def _names(data: Any) -> dict[str, list[str]]:
    """Return for each unit id its name and aliases."""
    names: dict[str, list[str]] = {}
    for (_, index, _), unit in pick(data, "units", "*", "id"):
        own = [value for _, value in pick(data["units"][index], "name", "zh")]
        others = [value for _, value in pick(data["units"][index], "aliases", "*", "zh")]
        names.setdefault(str(unit), [name for name in own + others if isinstance(name, str)])
    return names


def _repeated(data: Any) -> Iterator[Finding]:
    # Whatever has an id is called by it when it is confirmed, like the two records that have none.
    called = ("units", "themes", "topics", "safeguards")
    yield from repeated(entry for kind in called for entry in pick(data, kind, "*", "id"))
    for kind in called:
        taken = ((steps, value) for steps, value in pick(data, kind, "*", "id") if value in {"notice", "invest"})
        yield from (Finding(steps, "taken_id", {"value": value}) for steps, value in taken)
    unique = [
        ("audiences", "*", "id"),
        ("invest", "stages", "*", "id"),
        ("redirects", "*", "from"),
        ("measures", "*", "number"),
        ("themes", "*", "sections", "*", "number"),
    ]
    for pattern in unique:
        yield from repeated(pick(data, *pattern))
    for records in ("measures", "safeguards"):
        for (_, index, *_), _ in pick(data, records, "*", "responsibility", "units"):
            named = _mentions({records: [data[records][index]]})
            yield from repeated(((records, index, *steps[2:]), unit) for steps, unit, _ in named)
    for _, asked in groupby(_asked(data), lambda entry: entry[0][1]):
        yield from repeated((steps, topic) for steps, topic, _ in asked)
    for pattern in (
        ("measures", "*", "audiences"),
        (*STAGES, "topics"),
        (*STAGES, "measures", "*", "sentences"),
    ):
        for place, values in pick(data, *pattern):
            yield from repeated(((*place, *steps), value) for steps, value in pick(values, "*"))
    for place, excerpts in pick(data, *STAGES, "measures"):
        yield from repeated(((*place, *steps), number) for steps, number in pick(excerpts, "*", "measure"))


def repeated(values: Iterable[tuple[Steps, Any]]) -> Iterator[Finding]:
    """Yield every value that has stood before."""
    first: dict[str, Steps] = {}
    for steps, value in values:
        if str(value) in first:
            yield Finding(steps, "repeated_id", {"value": value}, first[str(value)])
        first.setdefault(str(value), steps)


def _numbered(data: Any) -> Iterator[Finding]:
    for pattern in (("measures", "*", "number"), ("themes", "*", "sections", "*", "number")):
        seen: set[int] = set()
        expected = 1
        for steps, value in pick(data, *pattern):
            if not isinstance(value, int):
                expected += 1
                continue
            if value in seen or value < 1:
                continue
            if value != expected:
                yield Finding(steps, "wrong_number", {"value": value, "expected": expected})
            seen.add(value)
            expected = value + 1
    previous = 0
    for steps, value in pick(data, "measures", "*", "section"):
        if isinstance(value, int):
            if value < previous:
                yield Finding(steps, "wrong_order", {"value": value, "previous": previous})
            previous = max(previous, value)


def _known(data: Any) -> Iterator[Finding]:
    """Yield references to what does not exist; a list that is missing as a whole has been reported as that."""
    sections = [value for _, value in pick(data, "themes", "*", "sections", "*", "number")]
    topics = [value for _, value in pick(data, "topics", "*", "id")]
    units = list(_names(data))
    used: list[tuple[Steps, str, Any, list[Any]]] = []
    if sections:
        used += [(s, "section", v, sections) for s, v in pick(data, "measures", "*", "section") if isinstance(v, int)]
    used += [(steps, "topic", topic, topics) for steps, topic, _ in _asked(data)]
    used += [(s, "topic", v, topics) for s, v in pick(data, *STAGES, "topics", "*") if isinstance(v, str)]
    audiences = [value for _, value in pick(data, "audiences", "*", "id")]
    used += [
        (s, "audience", v, audiences) for s, v in pick(data, "measures", "*", "audiences", "*") if isinstance(v, str)
    ]
    used += [*_excerpts(data)]
    if units:
        used += [(steps, "unit", unit, units) for steps, unit, _ in _mentions(data)]
    for steps, kind, value, allowed in used:
        if value not in allowed:
            yield Finding(steps, "unknown_id", {"kind": kind, "value": value, "allowed": allowed})


def _excerpts(data: Any) -> Iterator[tuple[Steps, str, Any, list[Any]]]:
    """Yield (path, kind, value, what is allowed) for each measure and sentence that a topic or a stage names."""
    index = {number: steps[1] for steps, number in pick(data, "measures", "*", "number") if isinstance(number, int)}
    bodies = {steps[1]: body for steps, body in pick(data, "measures", "*", "sentences") if isinstance(body, list)}
    sentences = {at: list(range(1, len(body) + 1)) for at, body in bodies.items()}
    for steps, _, named in _asked(data):
        if named and isinstance(named[1], int) and steps[1] in sentences:
            yield *named[:1], "sentence", named[1], sentences[steps[1]]
    for steps, excerpt in pick(data, *STAGES, "measures", "*"):
        for _, number in pick(excerpt, "measure"):
            # Where a number cannot be read, the measure that is missed may be there.
            if not isinstance(number, int) or len(index) < len(bodies):
                continue
            yield (*steps, "measure"), "measure", number, list(index)
            if allowed := sentences.get(index.get(number, "")):
                quoted = pick(excerpt, "sentences", "*")
                yield from (((*steps, *at), "sentence", v, allowed) for at, v in quoted if isinstance(v, int))


def _used(data: Any) -> Iterator[Finding]:
    """Yield what nothing refers to, unless a broken reference may have meant it."""
    if not list(pick(data, "measures", "*")):
        return
    answered = [
        list(_mentions({records: [record]}))
        for records in ("measures", "safeguards")
        for _, record in pick(data, records, "*")
    ]
    mentioned = {unit for mentions in answered for _, unit, _ in mentions}
    asked, meant = list(_asked(data)), list(pick(data, "measures", "*", "audiences", "*"))
    sections = {str(value) for _, value in pick(data, "measures", "*", "section")}
    measures = {steps[1] for steps, _ in pick(data, "measures", "*")}
    references: list[tuple[str, tuple[str, ...], set[str]]] = [
        ("section", ("themes", "*", "sections", "*", "number"), sections)
    ]
    if all(answered):
        references.append(("unit", ("units", "*", "id"), mentioned))
    if {steps[1] for steps, *_ in asked} == measures:
        references.append(("topic", ("topics", "*", "id"), {topic for _, topic, _ in asked}))
    if {steps[1] for steps, _ in meant} == measures:
        references.append(("audience", ("audiences", "*", "id"), {str(value) for _, value in meant}))
    for kind, pattern, used in references:
        given = {str(value): steps for steps, value in pick(data, *pattern) if value and isinstance(value, str | int)}
        if used <= set(given):
            unused = [value for value in given if value not in used]
            yield from (Finding(given[value], "unused", {"kind": kind, "value": value}) for value in unused)


def _named(data: Any) -> Iterator[Finding]:
    names = _names(data)
    for steps, unit, wording in _mentions(data):
        if isinstance(wording, str) and unit in names and wording not in names[unit]:
            place = (*steps[:-1], "as")
            yield Finding(place, "unknown_wording", {"value": wording, "unit": unit, "allowed": names[unit]})
    owner: dict[str, str] = {}
    for (_, index, _), unit in pick(data, "units", "*", "id"):
        for name in names[str(unit)]:
            if owner.setdefault(name, str(unit)) != str(unit):
                yield Finding(("units", index), "ambiguous_name", {"value": name, "other": owner[name]})


def _printed(data: Any) -> Iterator[Finding]:
    """Yield clauses given as printed that differ from the regular one in more than punctuation, or not at all."""
    names = _names(data)
    joint = {
        str(data["units"][index].get("id"))
        for (_, index, _), value in pick(data, "units", "*", "joint")
        if value is True
    }
    for records in ("measures", "safeguards"):
        for steps, printed in pick(data, records, "*", "responsibility", "printed"):
            record = data[records][steps[1]]
            mentions = [(unit, wording) for _, unit, wording in _mentions({records: [record]})]
            if not isinstance(printed, str) or not all(names.get(unit) for unit, _ in mentions):
                continue
            wordings = [(str(wording or names[unit][0]), unit in joint) for unit, wording in mentions]
            expected = clause(str(record["responsibility"].get("role")), wordings)
            if printed == expected:
                yield Finding(steps, "printed_needless")
            elif _bare(printed) != _bare(expected):
                yield Finding(steps, "printed_differs", {"expected": expected})


_EDGES = {"zh": "{}", "en": r"(?<!\w){}(?!\w)"}


def _searched(data: Any) -> Iterator[Finding]:
    """Yield keywords given twice, and those of a measure that stand in its own text."""
    for records in ("measures", "units"):
        for lang in LANGUAGES:
            for (_, index, *_), words in pick(data, records, "*", "keywords", lang):
                place: Steps = (records, index, "keywords", lang)
                own = [value for _, value in pick(data[records][index], "title", lang)]
                own += [value for _, value in pick(data[records][index], "sentences", "*", lang)]
                text = "\n".join(value.lower() for value in own if isinstance(value, str))
                given = [((*place, *steps), word) for steps, word in pick(words, "*") if isinstance(word, str)]
                yield from repeated((steps, word.lower()) for steps, word in given)
                for steps, word in given:
                    if re.search(_EDGES[lang].format(re.escape(word.lower())), text):
                        yield Finding(steps, "keyword_in_text", {"value": word})


def _bare(text: str) -> str:
    return "".join(character for character in text if not unicodedata.category(character).startswith("P"))
