"""Whatever stands in a text of the plan, the glossary or the labels is shown as text, or refused with its line."""

from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from conftest import SMALL_PLAN
from hostile import CHINESE, LATIN, MODELS, UNSEEN, changed, consistent, pattern, patterns, slots, whole, written
from plansite.document import LONGEST, parse
from plansite.load import load, load_labels
from plansite.problems import PlanError, Problem
from plansite.rules import Steps

Slot = tuple[str, Steps]
"""A file (plan, glossary or labels), and the way to one of its texts."""
Kind = tuple[str, tuple[str, ...]]
"""A file, and the way to texts of a kind."""
def kind(slot: Slot) -> Kind:
    name, steps = slot
    return name, pattern(steps, name)


SLOTS: dict[Slot, str] = {(name, steps): text for name in MODELS for steps, text in slots(whole(name))}
KINDS = {kind(slot) for slot in SLOTS}
FEW = {slot: text for number, (slot, text) in enumerate(SLOTS.items()) if slot[0] != "labels" or number % 10 == 0}
"""All but most of the labels, which are alike."""
UNPUBLISHED = {"waivers", "wordings", "also", "except"}
"""What only the check reads."""


@pytest.mark.parametrize("name", MODELS)
def test_every_text_of_the_model_is_tried(name: str) -> None:
    assert set(patterns(MODELS[name])) <= {way for file, way in map(kind, SLOTS) if file == name}


def problems(texts: dict[Slot, str], folder: Path) -> list[Problem]:
    """Return what keeps the three files from being published once some of their texts are others."""
    for name in MODELS:
        data = changed(whole(name), lambda steps, text, name=name: texts.get((name, steps), text))
        written(consistent(data) if name == "plan" else data, folder / f"{name}.yaml")
    found: list[Problem] = []
    for read, name in ((load, "plan"), (load_labels, "labels")):
        try:
            read(folder / f"{name}.yaml")
        except PlanError as error:
            found += [problem for problem in error.problems if problem.blocks]
    return found


def refused(texts: dict[Slot, str], folder: Path) -> set[Slot]:
    """Return which of these texts are refused, each with its line; nothing else may be wrong."""
    found = {(Path(problem.file).stem, problem.line) for problem in problems(texts, folder)}
    lines = {}
    for name in MODELS:
        values = parse(name, (folder / f"{name}.yaml").read_bytes()).values
        lines |= {(name, values[steps][0]): (name, steps) for file, steps in texts if file == name}
    return {lines[place] for place in found}


@pytest.mark.parametrize("unseen", [*UNSEEN, "x" * (LONGEST + 1)], ids=ascii)
def test_what_nobody_sees_or_would_read_is_refused_everywhere(unseen: str, tmp_path: Path) -> None:
    texts = {slot: text + unseen for slot, text in FEW.items()}
    assert refused(texts, tmp_path) == set(texts)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[Slot, str]:
    """Every text that may be published, with every hostile text behind it that is not refused there."""
    folder = tmp_path_factory.mktemp("tried")
    passed: dict[Kind, list[str]] = defaultdict(list)
    for hostile in (*LATIN, *CHINESE):
        kinds = {kind(slot) for slot in refused({slot: text + hostile for slot, text in FEW.items()}, folder)}
        for one in KINDS - kinds:
            passed[one].append(hostile)
    found = {}
    for slot, text in SLOTS.items():
        hostile = passed[kind(slot)]
        # Each comes first somewhere: what begins a line means more to Markdown.
        first = len(text) % (len(hostile) or 1)
        gap = " " if kind(slot)[1][-1] in {"en", "en_one"} else ""
        found[slot] = gap.join([*hostile[first:], text, *hostile[:first]])
    # Names that others use in turn: of units in a clause as it is printed.
    names = {SLOTS[slot]: text for slot, text in found.items() if slot[1][-2:] == ("name", "zh")}
    return found


def test_y(texts: dict[Slot, str], tmp_path: Path) -> None:
    for p in problems(texts, tmp_path): print(p.line_of_text("en")[:300])
