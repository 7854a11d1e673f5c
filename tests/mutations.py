"""Spoils the real plan in 300 ways, one at a time, and counts how often the check names the line: `make mutations`."""

import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from plansite.errors import PlanError, Problem
from plansite.validate import LoadedPlan, load_plan

PLAN = Path(__file__).parent.parent / "data" / "plan.yaml"
SEED = 20220511
OPTIONAL = set("note targets waivers aliases joint unverified printed as sentence safeguards".split())
"""Fields that may be left out, so that nobody can miss them."""
REFERENCES = set("section measure sentence unit topic".split())
DEFINED = {("units", "*", "id"), ("topics", "*", "id"), ("audiences", "*", "id")}
"""Ids that others name."""
UNSEEN = "\ufeff\u200b\u200e\u2060\u00ad"


@dataclass(frozen=True)
class Mutation:
    """A spoiled plan: its kind, where and how it was spoiled, and the lines (from 1) on which a person would mend it.

    Where `mend` is empty nothing is wrong but the form of the file as a whole: the plan has to be read as it was.
    """

    kind: str
    place: str
    text: str
    mend: frozenset[int]


@dataclass(frozen=True)
class Spot:
    """A field or a list entry of the plan as YAML has it, with the lines (from 0) that it takes."""

    path: tuple[str | int, ...]
    key: yaml.ScalarNode | None
    value: yaml.Node
    parent: yaml.CollectionNode
    first: int
    last: int

    @property
    def part(self) -> str:
        """Which part of the file it belongs to."""
        within = next((name for name in ("targets", "sentences", "responsibility") if name in self.path[:-1]), None)
        return within if within and self.path[0] == "measures" else str(self.path[0])

    @property
    def name(self) -> str:
        """The name of the field, or of the field whose list it is an entry of."""
        return str(next(step for step in reversed(self.path) if isinstance(step, str)))

    @property
    def plain(self) -> bool:
        """Whether it is a text without quotes."""
        return isinstance(self.value, yaml.ScalarNode) and not self.value.style and self.value.tag.endswith(":str")


Change = tuple[str, list[str], set[int]]
"""What was done, the lines of the plan after it, and those (from 0) on which a person would mend it."""
Spoil = Callable[[Spot, random.Random], Change | None]


@cache
def lines() -> tuple[str, ...]:
    """Return the lines of the plan."""
    return tuple(PLAN.read_text("utf-8").split("\n"))


@cache
def spots() -> tuple[Spot, ...]:
    """Return every field and list entry of the plan."""
    node = yaml.compose("\n".join(lines()), yaml.CSafeLoader)
    return tuple(_spots(node, ())) if node else ()


def _spots(node: yaml.Node, path: tuple[str | int, ...]) -> Iterator[Spot]:
    if isinstance(node, yaml.CollectionNode):
        mapping = isinstance(node, yaml.MappingNode)
        for index, entry in enumerate(node.value):
            key, value = entry if mapping else (None, entry)
            inner = (*path, key.value if key else index)
            first = (key or value).start_mark.line
            yield Spot(inner, key, value, node, first, _last(value))
            yield from _spots(value, inner)


def _last(node: yaml.Node) -> int:
    # A block ends where its last entry does; YAML's own mark stands before whatever comes next.
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        return _last(node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1])
    return int(node.end_mark.line)


def edited(first: int, last: int, *new: str) -> list[str]:
    """Return the lines of the plan with those from `first` to `last` replaced."""
    return [*lines()[:first], *new, *lines()[last + 1 :]]


def one(at: int, new: str) -> list[str]:
    """Return the lines of the plan with one of them replaced."""
    return edited(at, at, new)


def rewritten(node: yaml.Node, text: str) -> list[str]:
    """Return the lines of the plan with something on one line written in another way."""
    line = lines()[node.start_mark.line]
    return one(node.start_mark.line, line[: node.start_mark.column] + text + line[node.end_mark.column :])


def indentation(line: str) -> str:
    """Return the spaces at the beginning of a line."""
    return line[: len(line) - len(line.lstrip(" "))]


def typo(word: str, chance: random.Random) -> str:
    """Return a word with two letters swapped, one lost or one doubled."""
    at = chance.randrange(len(word) - 1)
    wrong = [
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
    ]
    return chance.choice([other for other in wrong if other != word])


def removed(spot: Spot, _: random.Random) -> Change | None:
    """Take a field out that has to be there."""
    optional = spot.name in OPTIONAL or (spot.name in {"keywords", "topics"} and spot.path[0] != "measures")
    optional |= spot.name == "unit" and "targets" in spot.path
    if spot.key is None or optional or ("keywords" in spot.path[:-1] and spot.path[0] != "measures"):
        return None
    record, at = spot.parent.start_mark.line, spot.first
    after = [key for key, _ in spot.parent.value if key.start_mark.index > spot.key.start_mark.index]
    if spot.parent.flow_style:
        if not after or after[0].start_mark.line != at:
            return None
        line = lines()[at]
        without = line[: spot.key.start_mark.column] + line[after[0].start_mark.column :]
        return "removed", edited(at, at, without), {at}
    mend = {record, at - 1, at}
    if record != at or "-" not in lines()[at][: spot.key.start_mark.column]:
        new_first = {after[0].start_mark.line - (spot.last + 1 - at)} if record == at and after else set()
        return "removed", edited(at, spot.last), mend | new_first
    if not after:
        return None
    # The first field of a list entry leaves its dash to the next one.
    follower = after[0].start_mark.line
    dashed = lines()[at][: spot.key.start_mark.column] + lines()[follower].lstrip()
    return "removed", edited(at, follower, dashed), mend


def misspelt(spot: Spot, chance: random.Random) -> Change | None:
    """Misspell the name of a field."""
    if spot.key is None or len(spot.key.value) == 1:
        return None
    wrong = typo(spot.key.value, chance)
    return None if wrong in {"zh", "en", "n"} else (wrong, rewritten(spot.key, wrong), {spot.first})


def mistyped(spot: Spot, chance: random.Random) -> Change | None:
    """Give a value of another type."""
    if spot.key is None or spot.name in {"en_for", "waivers"} or spot.value.start_mark.line < spot.first:
        return None
    if spot.parent.flow_style and spot.value.start_mark.line != spot.last:
        return None
    others = {
        "str": ["[x]", "5", "{a: b}", "true", "2022-05-11"] + ["~"] * (spot.name not in OPTIONAL | {"en"}),
        "int": ["one", "1.5", "'1'", "[1]", "true"],
        "bool": ["maybe", "1", "'true'"],
        "timestamp": ["soon", "2022", "2022-13-41", "2022-05-11T10:00:00"],
        "seq": ["words", "5", "{a: b}"],
        "map": ["words", "5", "[a, b]"],
    }[spot.value.tag.rpartition(":")[2]]
    # An id of a list entry may be a mapping too, and a mapping an id.
    wrong = chance.choice(others)
    line = lines()[spot.first]
    if spot.first == spot.value.end_mark.line:
        return wrong, rewritten(spot.value, wrong), {spot.first}
    head = line[: spot.key.end_mark.column]
    return wrong, edited(spot.first, spot.last, f"{head}: {wrong}"), {spot.first}


def misdirected(spot: Spot, chance: random.Random) -> Change | None:
    """Name a unit, topic, audience, section, measure or sentence that does not exist."""
    if not isinstance(spot.value, yaml.ScalarNode):
        return None
    if pattern(spot) in DEFINED:
        users = {
            other.first
            for other in spots()
            if other != spot and "keywords" not in other.path and getattr(other.value, "value", "") == spot.value.value
        }
        wrong = typo(spot.value.value, chance)
        # Where a single line names it, either may be the one that is misspelt.
        return wrong, rewritten(spot.value, wrong), {spot.first} | (users if len(users) == 1 else set())
    listed = isinstance(spot.path[-1], int) and spot.name in {"units", "topics", "audiences", "sentences"}
    if not listed and spot.name not in REFERENCES:
        return None
    if spot.value.tag.endswith(":int"):
        wrong = str(int(spot.value.value) + 70)
    else:
        wrong = chance.choice([typo(spot.value.value, chance), f"no-such-{spot.name}"])
    return wrong, rewritten(spot.value, wrong), {spot.first}


def repeated(spot: Spot, chance: random.Random) -> Change | None:
    """Give a field, an id, a number or a list entry twice."""
    line = lines()[spot.first]
    if spot.name in {"id", "number"}:
        same = [o for o in spots() if o.name == spot.name and o.path[:-2] == spot.path[:-2] and o != spot]
        if not same:
            return None
        twin = chance.choice(same)
        return f"{twin.value.value} twice", rewritten(spot.value, twin.value.value), {spot.first, twin.first}
    if spot.key and not spot.parent.flow_style and spot.first == spot.last:
        again = " " * spot.key.start_mark.column + line[spot.key.start_mark.column :]
        end = max(_last(value) for _, value in spot.parent.value)
        at = chance.choice([spot.first, end])
        return "field twice", edited(at, at, lines()[at], again), {spot.first, at + 1}
    if isinstance(spot.path[-1], int) and isinstance(spot.value, yaml.ScalarNode) and spot.name != "sentences":
        if not spot.parent.flow_style:
            return "entry twice", edited(spot.first, spot.first, line, line), {spot.first, spot.first + 1}
        value = line[spot.value.start_mark.column : spot.value.end_mark.column]
        return "entry twice", rewritten(spot.value, f"{value}, {value}"), {spot.first}
    return None


def pattern(spot: Spot) -> tuple[str, ...]:
    """Return the path of a spot with every place in a list alike."""
    return tuple(step if isinstance(step, str) else "*" for step in spot.path)


def misaligned(spot: Spot, chance: random.Random) -> Change | None:
    """Move a field or list entry by one space."""
    at, line = spot.first, lines()[spot.first]
    more = chance.random() < 0.5 or not line.startswith(" ")
    if spot.parent.flow_style:
        return None
    changed = edited(at, at, f" {line}" if more else line[1:])
    # An entry that stands alone may be moved.
    harmless = len(spot.parent.value) == 1 and meant_by(changed) == meant_by(lines())
    return "one space more" if more else "one space less", changed, set() if harmless else {at}


def meant_by(text: Sequence[str]) -> Any:
    """Return lines of YAML as plain data, None where they cannot be read."""
    try:
        return yaml.load("\n".join(text), yaml.CSafeLoader)
    except yaml.YAMLError:
        return None


def tabbed(spot: Spot, chance: random.Random) -> Change | None:
    """Indent with a tab."""
    line = lines()[spot.first]
    if spot.parent.flow_style or not (spaces := indentation(line)):
        return None
    tabs = chance.choice(["\t" * (len(spaces) // 2), "\t", "\t" + spaces, spaces + "\t", spaces[:-2] + "\t"])
    return repr(tabs), one(spot.first, tabs + line.lstrip()), {spot.first}


def with_colon(spot: Spot, chance: random.Random) -> Change | None:
    """Write a colon and a space within a text that has no quotes."""
    text = spot.value.value if spot.plain else ""
    gaps = [match.end() for match in re.finditer(r"\w(?=[ ，、]\w)", text)]
    if spot.first != spot.last or not gaps:
        return None
    at = chance.choice(gaps)
    return text[at - 1 : at + 2], rewritten(spot.value, f"{text[:at]}: {text[at + 1 :]}"), {spot.first}


def unclosed(spot: Spot, chance: random.Random) -> Change | None:
    """Open a quote that is never closed, or take the closing one away."""
    if not isinstance(spot.value, yaml.ScalarNode) or spot.first != spot.last:
        return None
    line = lines()[spot.first]
    text = line[spot.value.start_mark.column : spot.value.end_mark.column]
    if spot.value.style in {"'", '"'}:
        return f"{text[0]} not closed", rewritten(spot.value, text[:-1]), {spot.first}
    if not spot.plain:
        return None
    mark = chance.choice("'\"")
    return f"{mark} not closed", rewritten(spot.value, mark + text), {spot.first}


def full_width(spot: Spot, chance: random.Random) -> Change | None:
    """Write the colon of a field as a Chinese keyboard has it."""
    if spot.key is None:
        return None
    line, end = lines()[spot.first], spot.key.end_mark.column
    rest = line[end + 1 :]
    rest = rest.lstrip() if chance.random() < 0.7 else rest
    return "：", one(spot.first, f"{line[:end]}：{rest}"), {spot.first}


def with_unseen(spot: Spot, chance: random.Random) -> Change | None:
    """Write an invisible character somewhere on a line: a byte order mark, a zero-width space and the like."""
    line, mark = lines()[spot.first], chance.choice(UNSEEN)
    at = chance.choice(
        [len(indentation(line)), spot.value.start_mark.column, chance.randrange(len(line)), 0, len(line)]
    )
    if spot.value.start_mark.line != spot.first:
        at = min(at, len(line) - 1)
    return f"U+{ord(mark):04X} at {at}", one(spot.first, line[:at] + mark + line[at:]), {spot.first}


def byte_order_mark(_: Spot, __: random.Random) -> Change | None:
    """Begin the file with a byte order mark, as some Windows editors do; the plan is read all the same."""
    return "at the start", ["\ufeff" + lines()[0], *lines()[1:]], set()


def windows(spot: Spot, chance: random.Random) -> Change | None:
    """End all lines, or some, as Windows does; the plan is read all the same, and other mistakes keep their line."""
    if spot.key is None:
        return None
    share = chance.choice([1.0, 0.5, 0.01])
    change = misspelt(spot, chance) if chance.random() < 0.5 else ("harmless", list(lines()), set())
    if change is None:
        return None
    done, text, mend = change
    return f"{share:.0%}, {done}", [line + "\r" * (chance.random() < share) for line in text[:-1]] + text[-1:], mend


def conflicting(spot: Spot, chance: random.Random) -> Change | None:
    """Leave the marks of a merge conflict around some lines, one of which differs."""
    at = spot.first
    end = min(spot.last, at + chance.randrange(3))
    ours, theirs = list(lines()[at : end + 1]), list(lines()[at : end + 1])
    theirs[-1] += "另" if chance.random() < 0.5 else " more"
    base = ["||||||| 161e233", *ours] if chance.random() < 0.3 else []
    block = ["<<<<<<< HEAD", *ours, *base, "=======", *theirs, ">>>>>>> wording"]
    marks = {at + index for index, line in enumerate(block) if re.match(r"[<|=>]{7}", line)}
    return f"{len(block)} lines", edited(at, end, *block), marks


KINDS: dict[str, tuple[int, Spoil]] = {
    "field removed": (24, removed),
    "field misspelt": (24, misspelt),
    "wrong type": (24, mistyped),
    "bad reference": (24, misdirected),
    "duplicate": (24, repeated),
    "indentation": (30, misaligned),
    "tab": (24, tabbed),
    "stray colon": (24, with_colon),
    "unclosed quote": (30, unclosed),
    "full-width colon": (24, full_width),
    "BOM, invisible character": (14, with_unseen),
    "BOM at the start": (2, byte_order_mark),
    "Windows line ends": (10, windows),
    "merge conflict": (22, conflicting),
}


def mutations(kind: str, seed: int = SEED) -> Iterator[Mutation]:
    """Yield spoiled plans of a kind, the same for the same seed, spread evenly over the parts of the file."""
    chance = random.Random(f"{seed} {kind}")  # noqa: S311 - repeatable, not secret
    number, spoil = KINDS[kind]
    by_part: dict[str, list[Spot]] = {}
    for spot in chance.sample(spots(), len(spots())):
        by_part.setdefault(spot.part, []).append(spot)
    changes = {part: _changes(there, spoil, chance) for part, there in by_part.items()}
    made = 0
    while made < number:
        for part in chance.sample(sorted(changes), len(changes)):
            change = next(changes[part], None)
            if change is not None and made < number:
                made += 1
                yield Mutation(kind, *change)


def _changes(there: list[Spot], spoil: Spoil, chance: random.Random) -> Iterator[tuple[str, str, frozenset[int]]]:
    for spot in there:
        if change := spoil(spot, chance):
            done, text, mend = change
            place = ".".join(map(str, spot.path))
            yield f"{place}: {done}", "\n".join(text), frozenset(line + 1 for line in mend)


@dataclass
class Row:
    """What the check said of the mutations of one kind: a line of the table."""

    made: int = 0
    harmless: int = 0
    reported: int = 0
    right: int = 0
    tracebacks: int = 0
    passed: int = 0
    noisy: int = 0
    problems: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self, mutation: Mutation, found: list[Problem] | Exception, *, alike: bool) -> None:
        """Add one mutation: what was found, and whether the plan was read as if nothing had been touched."""
        self.made += 1
        self.harmless += not mutation.mend
        if isinstance(found, Exception):
            self.tracebacks += 1
            self.wrong.append(f"{mutation.kind}: {mutation.place}: {type(found).__name__}: {found}")
            return
        lines_of = [(problem.line if problem.file.endswith("plan.yaml") else 0) for problem in found]
        self.reported += bool(found)
        self.problems += len(found)
        self.passed += bool(mutation.mend) and not found
        right = lines_of[0] in mutation.mend if found else not mutation.mend and alike
        self.right += right
        noisy = self.noisy
        self.noisy += any(line not in mutation.mend for line in lines_of[1:])
        if not right or self.noisy > noisy:
            said = "; ".join(problem.text_line("en")[:150] for problem in found[:4]) or "nothing"
            word = "noise" if right else "WRONG"
            self.wrong.append(f"{word}: {mutation.kind}: {sorted(mutation.mend)} {mutation.place}: {said}")


def checked(mutation: Mutation, folder: Path) -> tuple[list[Problem] | Exception, bool]:
    """Return what `plansite check` would say of it, and whether it reads the plan as it was."""
    path = folder / "plan.yaml"
    path.write_bytes(mutation.text.encode())
    try:
        loaded = load_plan(path)
    except PlanError as error:
        return error.problems, False
    except Exception as error:  # noqa: BLE001 - what a person must never meet is counted
        return error, False
    return list(loaded.warnings), loaded.plan == untouched().plan


@cache
def untouched() -> LoadedPlan:
    """Return the plan without a slip."""
    return load_plan(PLAN)


def counted(kind: str, seed: int = SEED, every: int = 1) -> Row:
    """Return what the check says of the mutations of a kind, or of one in so many of them."""
    row = Row()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "glossary.yaml").write_bytes(PLAN.with_name("glossary.yaml").read_bytes())
        for mutation in islice(mutations(kind, seed), 0, None, every):
            found, alike = checked(mutation, Path(folder))
            row.count(mutation, found, alike=alike)
    return row


COLUMNS = "made harmless reported right tracebacks passed noisy".split()


def main(seed: int = SEED) -> None:
    """Print the table."""
    with ProcessPoolExecutor() as pool:
        rows = dict(zip(KINDS, pool.map(partial(counted, seed=seed), KINDS), strict=True))
    print(f"{'mutation':<26}" + "".join(f"{name:>11}" for name in COLUMNS) + f"{'mean':>7}")
    total = Row()
    for kind, row in rows.items():
        for name in [*COLUMNS, "problems"]:
            setattr(total, name, getattr(total, name) + getattr(row, name))
        print(_line(kind, row))
    print(_line("all", total) + f"   right: {total.right / total.made:.1%}")
    for row in rows.values():
        for wrong in row.wrong:
            print(wrong)


def _line(kind: str, row: Row) -> str:
    return f"{kind:<26}" + "".join(f"{getattr(row, name):>11}" for name in COLUMNS) + f"{row.problems / row.made:>7.1f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEED)
