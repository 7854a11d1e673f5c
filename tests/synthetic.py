"""This module makes projects of any size: the real plan, with further measures made of its sentences.

It keeps the real plan's proportions: with each further round of measures come as many sections and units as the
real ones have, linked among themselves. Themes and topics stay as many as they are: pages that list all of them, one
for each topic and one row for each unit, would grow as the square of a plan.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import yaml

from conftest import REAL_PLAN, copy_project
from plansite.editor import ADDRESS_LIST, format_files, read_addresses
from plansite.errors import LANGUAGES, Lang
from plansite.source.texts import is_file
from plansite.translation.checks import source_hash

Record = dict[str, Any]
KEYWORDS = 6
"""How many keywords a measure needs at least in each language."""


class PlainDumper(yaml.CSafeDumper):
    """Writes a value again where it stands twice; a plan has no aliases."""

    def ignore_aliases(self, _: Any) -> bool:
        """Return that nothing becomes an alias."""
        return True


def make_project(target: Path, *, pages: int = 0, measures: int = 0) -> int:
    """Write a project with at least so many pages or measures to a new folder; return how many pages it has.

    None is smaller than the real one. The same size gives the same project, whose pages count both languages.
    """
    copy_project(target, with_notice=False)
    plan, addresses = target / "data" / "plan.yaml", target / "data" / ADDRESS_LIST
    larger = LargerPlan(yaml.load(plan.read_bytes(), yaml.CSafeLoader))
    others = 1 + sum(not is_file(address) for address in read_addresses(addresses)) - larger.records
    while len(LANGUAGES) * (larger.records + others) < pages or len(larger.made) < measures:
        larger.add_measure()
    plan.write_text(yaml.dump(larger.plan(), Dumper=PlainDumper, allow_unicode=True, sort_keys=False), "utf-8")
    format_files([plan])
    # Nothing of it has been published.
    addresses.unlink()
    return len(LANGUAGES) * (larger.records + others)


class LargerPlan:
    """The real plan and what has been made so far to go with it."""

    def __init__(self, real: Record) -> None:
        self.real = real
        self.random = Random(REAL_PLAN.name)  # noqa: S311 - repeatable, not secret
        measures: list[Record] = real["measures"]
        self.made = [(0, measure["section"], measure) for measure in measures]
        """(which round through the real measures, the section of the real one, the measure)."""
        self.sentences: list[Record] = [sentence for measure in measures for sentence in measure["sentences"]]
        self.keywords = {lang: [word for m in measures for word in m["keywords"][lang]] for lang in LANGUAGES}
        self.used: Counter[str] = Counter()
        self.units: dict[str, Record] = {unit["id"]: unit for unit in real["units"]}

    @property
    def records(self) -> int:
        """How many measures and units there are, each with a page."""
        return len(self.made) + len(self.units)

    def add_measure(self) -> None:
        """Add a measure shaped like the real one whose turn it is, of sentences of any."""
        turn, place = divmod(len(self.made), len(self.real["measures"]))
        model = self.real["measures"][place]
        title, sentences = _numbered(model["title"], turn), [self._sentence() for _ in model["sentences"]]
        responsibility = model["responsibility"]
        units = [self._mention(mention, turn) for mention in responsibility["units"]]
        own = {
            "title": title,
            "sentences": sentences,
            "responsibility": {"role": responsibility["role"], "units": units},
            "keywords": {lang: self._keywords(lang, model, [title, *sentences]) for lang in LANGUAGES},
        }
        self.made.append((turn, model["section"], _confirmed(model | own)))

    def plan(self) -> Record:
        """Return the plan as plain data, its sections and measures numbered in order."""
        sections: dict[tuple[int, int], int] = {}
        themes = [self._theme(theme, sections) for theme in self.real["themes"]]
        ordered = sorted(self.made, key=lambda entry: sections[entry[:2]])
        measures = [
            measure | {"number": number, "section": sections[turn, section]}
            for number, (turn, section, measure) in enumerate(ordered, start=1)
        ]
        moved: dict[int, list[int]] = defaultdict(list)
        for number, (_, _, measure) in enumerate(ordered, start=1):
            moved[measure["number"]].append(number)
        stages = [
            stage | {"measures": [excerpt | {"measure": moved[excerpt["measure"]][0]} for excerpt in stage["measures"]]}
            for stage in self.real["invest"]["stages"]
        ]
        topics = [topic | {"parts": [_part(part, moved) for part in topic["parts"]]} for topic in self.real["topics"]]
        invest, units = self.real["invest"] | {"stages": stages}, list(self.units.values())
        return self.real | {"themes": themes, "units": units, "topics": topics, "measures": measures, "invest": invest}

    def _theme(self, theme: Record, sections: dict[tuple[int, int], int]) -> Record:
        """Return a theme with its sections of every round, whose numbers are noted by round and real number."""
        own = {section["number"]: section["title"] for section in theme["sections"]}
        kept = []
        for key in sorted({(turn, section) for turn, section, _ in self.made if section in own}):
            sections[key] = len(sections) + 1
            kept.append({"number": sections[key], "title": _numbered(own[key[1]], key[0])})
        return _confirmed(theme | {"sections": kept})

    def _sentence(self) -> Record:
        """Return a sentence of any measure; numbered, so that no two are the same."""
        sentence = self.random.choice(self.sentences)
        self.used[sentence["zh"]] += 1
        return _numbered(sentence, self.used[sentence["zh"]])

    def _mention(self, mention: str | Record, turn: int) -> Record:
        """Return a mention of the copy that a round has of a real unit."""
        named: Record = mention if isinstance(mention, dict) else {"unit": mention}
        model = self.units[named["unit"]]
        copy = _all_numbered(model, turn) | {"id": f"{model['id']}-{turn}"}
        self.units.setdefault(copy["id"], _confirmed(copy))
        wording = {"as": _numbered({"zh": named["as"], "en": ""}, turn)["zh"]} if "as" in named else {}
        return named | {"unit": copy["id"]} | wording

    def _keywords(self, lang: Lang, model: Record, texts: list[Record]) -> list[str]:
        """Return the model's keywords that do not stand in the texts, and as many of other measures as are wanting."""
        text = "\n".join(record[lang] for record in texts).lower()
        own = model["keywords"][lang]
        others = self.random.sample(self.keywords[lang], len(self.keywords[lang]))
        fitting = {word.lower(): word for word in (*own, *others) if word.lower() not in text}
        return list(fitting.values())[: max(KEYWORDS, len(own))]


def _part(part: Record, moved: Mapping[int, list[int]]) -> Record:
    """Return a part of a topic that quotes each round of a measure."""
    return part | {
        "excerpts": [excerpt | {"measure": n} for excerpt in part["excerpts"] for n in moved[excerpt["measure"]]]
    }


def _confirmed(record: Record) -> Record:
    return record | {"en_for": source_hash(record)}


def marked(text: Record, sign: str) -> Record:
    """Return a text with a sign before the full stop of each language: 措施（Q3）。 measures (Q3)."""
    signs = {"zh": f"（{sign}）", "en": f" ({sign})"}
    return text | {lang: re.sub(r"(?=[。；：？.;:?]?$)", sign, text[lang], count=1) for lang, sign in signs.items()}


def _numbered(text: Record, number: int) -> Record:
    return marked(text, f"Q{number}") if number else text


def _all_numbered(record: Any, number: int) -> Any:
    """Return a record with every text in it numbered, keywords left as they are."""
    if isinstance(record, dict) and isinstance(record.get("zh"), str):
        return _numbered(record, number)
    if isinstance(record, dict):
        return {key: value if key == "keywords" else _all_numbered(value, number) for key, value in record.items()}
    return [_all_numbered(entry, number) for entry in record] if isinstance(record, list) else record
