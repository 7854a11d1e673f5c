"""This module checks the rules that tie the records of a plan together: numbers, ids, references, names, keywords.

Rules read plain data, so that they also hold for a plan of which some other value has a wrong type.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from functools import partial
from typing import Any

from plansite.errors import LANGUAGES
from plansite.source.chinese import responsibility_clause
from plansite.source.yaml_reader import YamlPath

RESERVED = """all-measures find-term general glossary home in-short invest measures notice other-topics plan responsible
safeguards search-query short since strength themes topic translation-notice unit units who works-with""".split()
"""Ids of other elements on the pages that have elements with the ids of themes, stages, terms and parts of topics."""
RESERVED_PREFIXES = (
    "filter-",
    "general-",
    "initial-",
    "measure-",
    "opening-",
    "safeguard-",
    "section-",
    "strength-",
    "term-",
    "update-",
)
"""Beginnings of the ids of further elements on these pages."""
UNIQUE = """audiences.*.id invest.stages.*.id redirects.*.from measures.*.number themes.*.sections.*.number
measures.*/audiences.* measures.*/responsibility.units.* safeguards.*/responsibility.units.* invest.stages.*/topics.*
topics.*/parts.*.id topics.*.parts.*/excerpts.*.measure topics.*.parts.*.excerpts.*/sentences.*
invest.stages.*/measures.*.measure invest.stages.*.measures.*/sentences.*""".split()
"""Patterns of values that may not be repeated in the plan, or within the record before the slash."""
REFERENCES = {
    "section": ("themes.*.sections.*.number", "measures.*.section", ""),
    "topic": ("topics.*.id", "", "invest.stages.*.topics.*"),
    "measure": ("measures.*.number", "topics.*.parts.*.excerpts.*.measure", "invest.stages.*.measures.*.measure"),
    "audience": ("audiences.*.id", "measures.*.audiences.*", ""),
    "unit": ("units.*.id", "measures.*.responsibility.units.* safeguards.*.responsibility.units.*", ""),
}
"""{kind: (where its ids are defined, references that count as a use, references that do not)}, as patterns."""
EXCERPTS = ("topics.*.parts.*.excerpts.*", "invest.stages.*.measures.*")
"""Where sentences of measures are quoted."""
WHOLE_WORD = {"zh": "{}", "en": r"(?<!\w){}(?!\w)"}


@dataclass(frozen=True)
class Finding:
    """A broken rule: its path, its code in messages.yaml, and for a repetition the path of the first value."""

    path: YamlPath
    code: str
    details: dict[str, Any] = field(default_factory=dict)
    first: YamlPath | None = None
    blocks: bool = True
    """Whether it prevents a build; any other problem is only reported."""


def check_rules(data: Any, wrong_types: Collection[YamlPath] = ()) -> Iterator[Finding]:
    """Yield every broken rule of a plan given as plain data.

    `wrong_types` are the paths of missing values and of values of a wrong type. A rule that reads one of them is not
    checked, as what it would report may only follow from that; repeated values are always reported.
    """
    yield from _repeated(data)
    yield from _keywords(data)
    for rule, patterns in RULES:
        pairs = [zip(path, pattern.split("."), strict=False) for path in wrong_types for pattern in patterns.split()]
        if not any(all(key in {"*", step} for step, key in pair) for pair in pairs):
            yield from rule(data)


def select(data: Any, *pattern: str) -> list[tuple[YamlPath, Any]]:
    """Return (path, value) for every value that a pattern of keys reaches: "units.*.id", where "*" is every entry."""
    selected: list[tuple[YamlPath, Any]] = [((), data)]
    for key in ".".join(pattern).split("."):
        if key == "*":
            lists = ((path, entries) for path, entries in selected if isinstance(entries, list))
            selected = [((*path, index), entry) for path, entries in lists for index, entry in enumerate(entries)]
        else:
            records = ((path, record) for path, record in selected if isinstance(record, dict))
            selected = [((*path, key), record[key]) for path, record in records if key in record]
    return selected


def _references(data: Any, patterns: str) -> list[tuple[YamlPath, Any]]:
    """Return (path, id) for each reference that the patterns reach, be it an id or a mapping with an id."""
    references: list[tuple[YamlPath, Any]] = []
    for path, entry in (entry for pattern in patterns.split() for entry in select(data, pattern)):
        unit = isinstance(entry, dict) and entry.get("unit")
        references.append(((*path, "unit"), unit) if unit else (path, entry))
    return references


def _repeated(data: Any) -> Iterator[Finding]:
    # `plansite confirm` knows these records by id, measures by number, and the two others by field.
    ids = [entry for kind in ("units", "themes", "topics", "safeguards") for entry in select(data, kind, "*", "id")]
    yield from find_repeated(ids)
    taken = ((path, value) for path, value in ids if value in ("notice", "invest") or str(value).isdecimal())
    yield from (Finding(path, "taken_id", {"value": value}) for path, value in taken)
    anchors = ("themes.*.id", "invest.stages.*.id", "topics.*.parts.*.id")
    yield from reserved(entry for pattern in anchors for entry in select(data, pattern))
    for pattern in UNIQUE:
        record, slash, _ = pattern.partition("/")
        yield from find_repeated(_references(data, pattern.replace("/", ".")), record.count(".") + 1 if slash else 0)


def find_repeated(values: Iterable[tuple[YamlPath, Any]], depth: int = 0) -> Iterator[Finding]:
    """Yield values repeated within one record: paths that share their first `depth` steps, 0 for the whole file."""
    first: dict[tuple[YamlPath, str], YamlPath] = {}
    for path, value in values:
        earlier = first.setdefault((path[:depth], str(value)), path)
        if earlier is not path:
            yield Finding(path, "repeated_id", {"value": value}, earlier)


def reserved(values: Iterable[tuple[YamlPath, Any]]) -> Iterator[Finding]:
    """Yield ids that another element of the same page has."""
    for path, value in values:
        if isinstance(value, str) and (value in RESERVED or value.startswith(RESERVED_PREFIXES)):
            forbidden = [*RESERVED, *(f"{prefix}..." for prefix in RESERVED_PREFIXES)]
            yield Finding(path, "reserved_id", {"value": value, "reserved": ", ".join(forbidden)})


def _keywords(data: Any) -> Iterator[Finding]:
    """Yield keywords given twice, and keywords of a measure that its own text has."""
    for pattern in ("measures.*", "units.*", "topics.*", "invest"):
        for path, record in select(data, pattern):
            for lang in LANGUAGES:
                patterns = (f"title.{lang}", f"sentences.*.{lang}", f"sentences.*.{lang}.*")
                texts = [value for pattern in patterns for _, value in select(record, pattern)]
                text = "\n".join(value for value in texts if isinstance(value, str)).lower()
                keywords = [entry for entry in select(record, "keywords", lang, "*") if isinstance(entry[1], str)]
                yield from find_repeated(((*path, *inner), word.lower()) for inner, word in keywords)
                # Most words are not in the text, and compiling an expression for each would take long.
                for inner, word in ((inner, word) for inner, word in keywords if word.lower() in text):
                    if re.search(WHOLE_WORD[lang].format(re.escape(word.lower())), text):
                        yield Finding((*path, *inner), "keyword_in_text", {"value": word})


def find_future(data: Any, path: YamlPath = ()) -> Iterator[Finding]:
    """Yield the days to come on which plain data says that something has been confirmed or checked."""
    # Where an editor is, a day may have begun that has not begun where the check runs.
    tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011 - a day of the calendar here
    for key in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        value = data[key]
        if key in {"en_confirmed", "checked", "looked_for"} and type(value) is date and value > tomorrow:
            yield Finding((*path, key), "future_date", {"value": value.isoformat()})
        yield from find_future(value, (*path, key))


def find_answered(phrases: Iterable[tuple[YamlPath, str]], plan: Any, lang: str) -> Iterator[Finding]:
    """Yield the phrases that a measure of a plan, given as plain data, has in its title, sentences or keywords."""
    patterns = f"title.{lang} sentences.*.{lang} sentences.*.{lang}.* keywords.{lang}.*".split()
    texts = {
        measure["number"]: "\n".join(
            text for pattern in patterns for _, text in select(measure, pattern) if isinstance(text, str)
        ).lower()
        for _, measure in select(plan, "measures.*")
    }
    for path, phrase in phrases:
        for number, text in texts.items():
            if phrase.lower() in text and re.search(WHOLE_WORD[lang].format(re.escape(phrase.lower())), text):
                yield Finding(path, "answered_phrase", {"value": phrase, "measure": number})
                break


def _numbered(data: Any, pattern: str) -> Iterator[Finding]:
    """Yield the numbers that do not run from 1 without gaps, allowing for what earlier mistakes may have shifted."""
    seen: set[int] = set()
    offsets = {1}
    for at, (path, number) in enumerate(select(data, pattern)):
        if number - at in offsets:
            offsets = {number - at}
        elif number in seen:
            # Reported as repeated: it may be meant for another number, or be one too many.
            offsets |= {offset - 1 for offset in offsets}
        else:
            expected = {at + offset for offset in offsets}
            yield Finding(path, "wrong_number", {"value": number, "expected": min(expected - seen or expected)})
            # It may be meant for another number, or others have been lost.
            offsets.add(number - at)
        seen.add(number)


def _ordered(data: Any) -> Iterator[Finding]:
    """Yield the fewest measures whose section breaks the ascending order."""
    known = {number for _, number in select(data, "themes.*.sections.*.number")}
    sections = [entry for entry in select(data, "measures.*.section") if entry[1] in known]
    kept: list[tuple[YamlPath, int]] = []
    for entry, follower in zip(sections, [*sections[1:], None], strict=True):
        if not kept or entry[1] >= kept[-1][1]:
            kept.append(entry)
            continue
        odd, side, other = entry, "after", kept[-1][1]
        if all(value <= entry[1] for _, value in kept[:-1]) and follower and follower[1] < other:
            odd, side, other = kept.pop(), "before", entry[1]
            kept.append(entry)
        yield Finding(odd[0], "wrong_order", {"value": odd[1], "side": side, "other": other})


def _referred(data: Any, kind: str) -> Iterator[Finding]:
    """Yield references to ids that do not exist, or else the ids that nothing uses."""
    ids, uses, others = (_references(data, patterns) for patterns in REFERENCES[kind])
    known = {value: path for path, value in ids}
    used = {value for _, value in uses}
    # Where a number is wrong, any measure that is not found may be the one.
    if kind == "measure" and any(_numbered(data, REFERENCES[kind][0])):
        return
    if uses and used <= known.keys():
        unused = ((path, value) for value, path in known.items() if value not in used)
        code = "no_topic" if kind == "measure" else "unused"
        yield from (Finding(path, code, {"kind": kind, "value": value}) for path, value in unused)
    named: dict[Any, list[YamlPath]] = {}
    for path, value in uses + others:
        named.setdefault(value, []).append(path)
    # An id that is given twice has been reported; one of the two may be meant for one that is not found.
    for value in [value for value in named if value not in known][len(ids) - len(known) :]:
        meant = nearest_match(value, [other for other in known if other not in named])
        if meant and len(named[value]) > 1:
            path = next(path for other, path in known.items() if str(other) == meant)
            details = {"kind": kind, "value": meant, "times": len(named[value]), "named": value}
            yield Finding(path, "named_otherwise", details)
        else:
            details = {"kind": kind, "value": value, "allowed": list(known)}
            yield from (Finding(path, "unknown_id", details) for path in named[value])


def nearest_match(value: object, allowed: list[Any], likeness: float = 0.4) -> str | None:
    """Return the allowed name that a person most likely meant, or None where none is close."""
    if isinstance(value, int) and allowed and all(isinstance(number, int) for number in allowed):
        return str(min(allowed, key=lambda number: abs(number - value)))
    names = [str(name) for name in allowed]
    # A name of two letters typed backwards ("ne") is less like it than the cutoff asks for.
    swapped = [name for name in names if name == str(value)[::-1]]
    return next(iter(swapped or get_close_matches(str(value), names, n=1, cutoff=likeness)), None)


def _excerpts(data: Any) -> Iterator[Finding]:
    """Yield sentences that a topic or a stage quotes and that their measure does not have."""
    lengths = {measure["number"]: len(measure["sentences"]) for measure in data["measures"]}
    excerpts = (entry for pattern in EXCERPTS for entry in select(data, pattern))
    # Of two measures with the same number, either may be the one that is meant.
    for path, excerpt in excerpts if len(lengths) == len(data["measures"]) else ():
        numbers = range(1, lengths.get(excerpt["measure"], 0) + 1)
        for inner, sentence in select(excerpt, "sentences.*") if numbers else ():
            if sentence not in numbers:
                details = {"kind": "sentence", "value": sentence, "allowed": list(numbers)}
                yield Finding((*path, *inner), "unknown_id", details)


def _firmness(data: Any) -> Iterator[Finding]:
    """Yield sentences of measures that do not say how firm each of their statements is, in a plan in which any does."""
    sentences = select(data, "measures.*.sentences.*")
    for path, sentence in sentences if any("firmness" in sentence for _, sentence in sentences) else ():
        if "firmness" not in sentence:
            english = sentence.get("en")
            yield Finding(path, "no_firmness", {"needed": len(english) if isinstance(english, list) and english else 1})


def _names(data: Any) -> dict[str, list[str]]:
    """Return {unit id: its name and aliases}, with no names for an id that two units have."""
    names: dict[str, list[str]] = {}
    for unit in data["units"]:
        own = [unit["name"]["zh"], *(alias for _, alias in select(unit, "aliases.*.zh"))]
        names[unit["id"]] = [] if unit["id"] in names else own
    return names


def _ambiguous(data: Any) -> Iterator[Finding]:
    """Yield units with a name of another unit."""
    names, owners = _names(data), dict[str, str]()
    for path, unit in select(data, "units.*.id"):
        for name in names[unit]:
            if (other := owners.setdefault(name, unit)) != unit:
                yield Finding(path[:2], "ambiguous_name", {"value": name, "other": other})


def _clauses(data: Any) -> Iterator[Finding]:
    """Yield wordings that are no name of their unit, and clauses given as printed without need or with other words."""
    names = _names(data)
    joint = {unit["id"] for unit in data["units"] if unit.get("joint")}
    for path, clause in [*select(data, "measures.*.responsibility"), *select(data, "safeguards.*.responsibility")]:
        entries = [{"unit": entry} if isinstance(entry, str) else entry for entry in clause["units"]]
        mentions = [(names.get(entry["unit"]), entry.get("as"), entry["unit"]) for entry in entries]
        for at, (known, wording, unit) in enumerate(mentions):
            if known and wording and wording not in known:
                details = {"value": wording, "unit": unit, "allowed": known}
                yield Finding((*path, "units", at, "as"), "unknown_wording", details)
        printed = clause.get("printed")
        if printed and all(known for known, *_ in mentions):
            wordings = [(wording or (known or [""])[0], unit in joint) for known, wording, unit in mentions]
            expected = responsibility_clause(clause["role"], wordings)
            if printed == expected:
                yield Finding((*path, "printed"), "printed_needless")
            elif _without_punctuation(printed) != _without_punctuation(expected):
                yield Finding((*path, "printed"), "printed_differs", {"expected": expected})


def _without_punctuation(text: str) -> str:
    return "".join(character for character in text if not unicodedata.category(character).startswith("P"))


_NAMES = "units.*.id units.*.name.zh"
RULES: list[tuple[Callable[[Any], Iterator[Finding]], str]] = [
    (partial(_numbered, pattern="measures.*.number"), "measures.*.number"),
    (partial(_numbered, pattern="themes.*.sections.*.number"), "themes.*.sections.*.number"),
    (_ordered, "measures.*.section themes.*.sections.*.number"),
    *((partial(_referred, kind=kind), " ".join(patterns)) for kind, patterns in REFERENCES.items()),
    (_excerpts, f"measures.*.number measures.*.sentences {' '.join(EXCERPTS)}"),
    (_firmness, "measures.*.sentences"),
    (_ambiguous, _NAMES),
    (_clauses, f"{_NAMES} units.*.joint measures.*.responsibility safeguards.*.responsibility"),
]
"""(rule, patterns of the values that it reads)"""
