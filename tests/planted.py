"""This module plants 260 errors in texts of the real plan and counts how many the check finds: `make planted`."""

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from plansite.source.schema import Glossary, Sentence, Text
from plansite.translation.checks import check_text, checked_text, source_hash
from plansite.translation.glossary import GlossaryMatcher

PLAN = Path(__file__).parent.parent / "data" / "plan.yaml"
SEED = 20220511
NUMBER_WORDS = "two three four five six seven eight nine ten".split()
# Bodies and places of one kind, any of which could be mistaken for another.
NAMES = [
    ["Suzhou", "Shanghai", "Nanjing"],
    ["Main Board", "ChiNext", "STAR Market", "Beijing Stock Exchange"],
    ["Xiangke Loan", "Xiangzhi Loan", "Miaopu Loan", "Gaoqi Loan"],
    ["Yangtze River Delta Advanced Materials Research Institute", "Hohai University Suzhou Research Institute"],
    ["Shanghai Science and Technology Exchange Center", "National Eastern Tech-Transfer Center"],
    ["Supreme People's Court", "District Court"],
    ["Suzhou Government Services Website", "Suzhou Xiangcheng Credit Platform"],
    ["working day", "calendar day", "week"],
    ["working days", "months"],
    ["Every month", "Every year", "Every week"],
    ["annual", "monthly"],
    ["provincial and municipal", "national and provincial"],
    ["small and medium-sized enterprises (SMEs)", "large enterprises", "micro and small enterprises"],
    ["flagship enterprises", "leading enterprises"],
    ["high-tech enterprises", "technology enterprises"],
    ["foreign-invested enterprises", "domestic enterprises"],
    ["real estate registration", "vehicle registration"],
    ["enterprise income tax", "value-added tax"],
    ["bankruptcy administrator", "liquidator"],
    ["administrative penalties", "criminal penalties"],
]
WEAKER = {
    "must not": ["should not", "may not"],
    "must": ["should", "may"],
    "Improve": ["Try to improve", "Consider improving", "Explore ways to improve"],
    "Promote": ["Explore promoting", "Consider promoting"],
    "Strengthen": ["Try to strengthen", "Possibly strengthen"],
    "Support": ["Consider supporting"],
    "Establish": ["Explore establishing", "Plan to establish"],
    "Introduce": ["Consider introducing", "Explore"],
    "Speed up": ["Try to speed up", "Gradually speed up"],
    "Continue to": ["Consider whether to", "Try to"],
    "fully": ["partly"],
    "strictly": ["generally"],
    "accelerate": ["gradually accelerate"],
    "every eligible": ["selected"],
    "in accordance with laws and regulations": ["as appropriate"],
}
FIRMER = {
    "Explore": ["Carry out", "Complete", "Introduce"],
    "Encourage": ["Require"],
    "Seek": ["Achieve"],
    "Strive to": ["Proceed to"],
    "On a trial basis, ": [""],
    " on a trial basis": [""],
    "may": ["must", "will"],
}
ELSEWHERE = {"in and outside the Chinese mainland": ["at home and abroad", "abroad", "in China and abroad"]}
OPEN = {
    "such as": ["namely", "consisting of"],
    "including": ["namely"],
    " and others": [""],
    " and other such": [" and such"],
    "and the like": ["and funds"],
    "or the like": ["at all"],
}


@dataclass(frozen=True)
class Planted:
    """A text with one error: the kind of error, what was written for what, and the text as plain data."""

    kind: str
    place: "Place"
    wrong: str
    text: dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A text of the plan and one of its English sentences, and the way to them in plain data."""

    name: str
    kind: str
    index: int
    steps: tuple[Any, ...]
    part: int | None
    """Which of several English sentences it is."""
    zh: str
    en: str

    @property
    def is_title(self) -> bool:
        """Whether it is the title of a measure or safeguard, rather than a sentence."""
        return self.steps == ("title",)

    @property
    def record(self) -> str:
        """The measure or safeguard that it belongs to, as the check names it."""
        return self.name.partition(".")[0]

    def in_gloss(self, at: int) -> bool:
        """Return whether a place in the English is within a gloss, which is ours and translates nothing."""
        return self.en.count("[", 0, at) > self.en.count("]", 0, at)


def places(plan: dict[str, Any]) -> list[Place]:
    """Return every English sentence of the measures and safeguards, and their titles."""
    found = []
    for kind in ("measures", "safeguards"):
        for index, item in enumerate(plan[kind]):
            name = f"{kind}[{item.get('number') or item['id']}]"
            for at, sentence in enumerate(item["sentences"]):
                several = isinstance(sentence["en"], list)
                for part, en in enumerate(sentence["en"] if several else [sentence["en"]]):
                    steps = ("sentences", at)
                    way = Place(f"{name}.{at + 1}", kind, index, steps, part if several else None, sentence["zh"], en)
                    found.append(way)
            title = item["title"]
            found.append(Place(f"{name}.title", kind, index, ("title",), None, title["zh"], title["en"]))
    return found


def swapped(words: dict[str, list[str]]) -> Callable[[Place, random.Random], Iterator[tuple[str, str]]]:
    """Return what plants another word for one of those given; glosses, which are ours, are left alone."""

    def plant(place: Place, chance: random.Random) -> Iterator[tuple[str, str]]:
        for right, wrong in words.items():
            for match in re.finditer(rf"(?<!\w){re.escape(right)}(?!\w)", place.en):
                if not place.in_gloss(match.start()):
                    other = chance.choice(wrong)
                    yield f"{right} > {other}", place.en[: match.start()] + other + place.en[match.end() :]

    return plant


def changed_figure(place: Place, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the sentence with one of its figures changed."""
    for match in re.finditer(rf"(?<![\w.])(?:[0-9]+(?:\.[0-9]+)?|{'|'.join(NUMBER_WORDS)})(?![\w.])", place.en):
        if place.in_gloss(match.start()):
            continue
        if match[0] in NUMBER_WORDS:
            other = chance.choice([word for word in NUMBER_WORDS if word != match[0]])
        else:
            at = chance.choice([index for index, character in enumerate(match[0]) if character != "."])
            other = match[0][:at] + chance.choice("123456789".replace(match[0][at], "")) + match[0][at + 1 :]
        yield f"{match[0]} > {other}", place.en[: match.start()] + other + place.en[match.end() :]


def dropped_item(place: Place, _: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the sentence without one item of a list of three or more that the Chinese joins by 、."""
    items_of = [part.split("、") for part in re.split("[，。；：等]", place.zh)]
    counts = {len(items) + bool(re.search(".(?:和|及|与)", items[-1])) for items in items_of if len(items) > 1} - {2}
    item = r"[\w'\"\-+&() ]{3,70}?"
    for run in re.finditer(rf"(?:such as|including|in|of|for|like|between|:) ({item}(?:, {item})+) and ", place.en):
        items = run[1].split(", ")
        if place.in_gloss(run.start(1)) or any(entry.count("(") != entry.count(")") for entry in items):
            continue
        # A clause that only begins like a list is none.
        if len(items) + 1 not in counts or any(re.match("and |or |with |so |to |it ", entry) for entry in items):
            continue
        for index in range(len(items)):
            rest = ", ".join(items[:index] + items[index + 1 :])
            yield f"without {items[index]}", place.en[: run.start(1)] + rest + place.en[run.end(1) :]


def foreign_script(place: Place, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the sentence with a Chinese word or mark in its English."""
    for match in re.finditer(r"(?<= )[a-z]{4,}(?= )", place.en):
        if not place.in_gloss(match.start()):
            mark = chance.choice(["企业", "服务", "，", "（"])
            yield mark, place.en[: match.start()] + mark + place.en[match.end() :]


def stale(place: Place, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the Chinese with a word more, a word less or another figure."""
    middle = len(place.zh) // 2
    yield "word added", place.zh[:middle] + chance.choice(["尽快", "原则上", "部分"]) + place.zh[middle:]
    yield "character lost", place.zh[: middle - 1] + place.zh[middle:]


def half_width(place: Place, _: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the Chinese with a mark of the Latin keyboard."""
    yield "half-width comma", place.zh.replace("，", ",", 1) if "，" in place.zh else place.zh[:-1] + "."


def lost_word(place: Place, _: random.Random) -> Iterator[tuple[str, str]]:
    """Yield a title without one of its words, which may narrow or widen it."""
    for match in re.finditer(r"(?<= )[a-z-]{5,} ", place.en) if place.is_title else ():
        if not place.in_gloss(match.start()):
            yield f"without {match[0].strip()}", place.en[: match.start()] + place.en[match.end() :]


Plant = Callable[[Place, random.Random], Iterator[tuple[str, str]]]
KINDS: list[tuple[str, int, str, Plant]] = [
    ("changed figure", 30, "en", changed_figure),
    ("dropped item", 40, "en", dropped_item),
    ("swapped unit or name", 30, "en", swapped({a: [b for b in group if b != a] for group in NAMES for a in group})),
    ("weakened verb", 40, "en", swapped(WEAKER)),
    ("lost 等", 20, "en", swapped(OPEN)),
    ("Chinese in English", 10, "en", foreign_script),
    ("half-width mark in Chinese", 10, "zh", half_width),
    ("stale sentence", 20, "zh", stale),
    ("firmer verb", 30, "en", swapped(FIRMER)),
    ("境外 as abroad", 5, "en", swapped(ELSEWHERE)),
    ("word lost in a title", 25, "en", lost_word),
]
CERTAIN = {"half-width mark in Chinese", "stale sentence"}
"""Kinds that no check can miss: such a mark is allowed nowhere, and any other Chinese has another fingerprint."""
FOR_PEOPLE = {"word lost in a title"}
"""Kinds of which the check finds only those that concern an agreed term; the rest stays for readers."""


def planted(plan: dict[str, Any], seed: int = SEED) -> Iterator[Planted]:
    """Yield 260 texts with one error each, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for kind, number, lang, plant in KINDS:
        where = [place for place in places(plan) if place.is_title == (kind in FOR_PEOPLE)]
        found = [(place, wrong, text) for place in where for wrong, text in plant(place, chance)]
        # Where the plan has fewer places than errors, each place is taken before any is taken again.
        rounds = [chance.sample(found, len(found)) for _ in range(-(-number // len(found)))]
        for place, wrong, text in [entry for each in rounds for entry in each][:number]:
            right = text_at(plan, place)
            spoiled = text if lang == "zh" or place.part is None else list(right["en"])
            if isinstance(spoiled, list) and place.part is not None:
                spoiled[place.part] = text
            yield Planted(kind, place, wrong, right | {lang: spoiled})


def record_at(plan: dict[str, Any], place: Place) -> dict[str, Any]:
    """Return the measure or safeguard that a sentence belongs to."""
    record: dict[str, Any] = plan[place.kind][place.index]
    return record


def text_at(plan: dict[str, Any], place: Place) -> dict[str, Any]:
    """Return a sentence or title as plain data."""
    text: dict[str, Any] = reduce(getitem, place.steps, record_at(plan, place))
    return text


def is_caught(error: Planted, plan: dict[str, Any], agreed: GlossaryMatcher) -> bool:
    """Return whether the schema, the proof of the sentence or the fingerprint of its record finds the error."""
    try:
        (Text if error.place.is_title else Sentence).model_validate(error.text)
    except ValidationError:
        return True
    spoiled = deepcopy(plan)
    text_at(spoiled, error.place).update(error.text)
    record = record_at(spoiled, error.place)
    stale = source_hash(record) != record["en_for"]
    return stale or bool(check_text(agreed, checked_text(error.text, is_sentence=not error.place.is_title)))


def run(seed: int = SEED) -> tuple[Counter[str], Counter[str], list[Planted]]:
    """Return by kind how many errors were planted and how many caught, and those that were missed."""
    plan = yaml.load(PLAN.read_text("utf-8"), yaml.CSafeLoader)
    glossary = yaml.load(PLAN.with_name("glossary.yaml").read_text("utf-8"), yaml.CSafeLoader)
    agreed = GlossaryMatcher(Glossary.model_validate(glossary))
    errors = list(planted(plan, seed))
    missed = [error for error in errors if not is_caught(error, plan, agreed)]
    total = Counter(error.kind for error in errors)
    return total, total - Counter(error.kind for error in missed), missed


def main(seed: int = SEED) -> None:
    """Print the table: the kinds that have to be judged, and apart from them those that no check can miss."""
    total, caught, missed = run(seed)
    print(f"{'planted error':<28}{'planted':>8}{'caught':>8}{'share':>8}")
    groups = {
        "judged": [kind for kind in total if kind not in CERTAIN | FOR_PEOPLE],
        "certain": [kind for kind in total if kind in CERTAIN],
        "for people": [kind for kind in total if kind in FOR_PEOPLE],
    }
    for name, kinds in groups.items():
        for kind in kinds:
            print(f"{kind:<28}{total[kind]:>8}{caught[kind]:>8}{caught[kind] / total[kind]:>8.0%}")
        number, found = (sum(counts[kind] for kind in kinds) for counts in (total, caught))
        print(f"{name:<28}{number:>8}{found:>8}{found / number:>8.1%}")
    for error in missed:
        print(f"missed: {error.kind}: {error.place.name}: {error.wrong}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEED)
