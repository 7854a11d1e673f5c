"""This module makes up plans and spoils real ones, 5,000 of them: each is built right or refused right: `make fuzz`.

Half are made of the records of the model with any text in them (hypothesis), half are the plan of three measures, or
the real one, with bytes and tokens lost, repeated and put elsewhere.
"""

import json
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, reduce
from operator import getitem
from pathlib import Path
from typing import Any, TypeVar

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from conftest import PROJECT, REAL_PLAN, SMALL_PLAN
from hostile import CHINESE, LATIN, UNSEEN, consistent, shape, slots, whole, written
from plansite.errors import LANGUAGES, PlanError, Problem
from plansite.site.assemble import Site, Sources, assemble
from plansite.site.templates import RenderedPage
from plansite.source.chinese import notice_text
from plansite.source.yaml_reader import YamlPath
from plansite.validate import load_plan

FAILED = PROJECT / ".cache" / "fuzz"
"""Where a plan is kept that is neither built right nor refused right."""
SEED = 20220511
REAL = 25
"""One in so many spoiled plans is the real one, which takes ten times as long."""
T = TypeVar("T")
HAN = re.compile("[\u4e00-\u9fff]")


class Bench:
    """Tries plans one after the other in a folder of its own; `every` how many that can be read, one is rendered."""

    def __init__(self, folder: Path, every: int = 1) -> None:
        self.folder, self.every = folder, every
        self.plan = folder / "plan.yaml"
        self.counts: Counter[str] = Counter()
        (folder / "glossary.yaml").write_bytes(SMALL_PLAN.with_name("glossary.yaml").read_bytes())

    def attempt(self, content: bytes, name: str) -> None:
        """Try a plan; raise AssertionError with where it has been kept unless it is built right or refused right."""
        self.plan.write_bytes(content)
        try:
            self.counts[self.outcome(content)] += 1
        except Exception as error:
            FAILED.mkdir(parents=True, exist_ok=True)
            kept = FAILED / f"{name}.yaml"
            kept.write_bytes(content)
            raise AssertionError(f"{kept}: {type(error).__name__}: {error}") from error

    def outcome(self, content: bytes) -> str:
        """Return what has become of a plan: refused, read or rendered."""
        loaded = attempted(lambda: load_plan(self.plan))
        refused_right(loaded if isinstance(loaded, list) else loaded.warnings, content.decode("utf-8", "replace"))
        if isinstance(loaded, list):
            return "refused"
        text = notice_text(loaded.plan)
        assert all(sentence.zh in text for measure in loaded.plan.measures for sentence in measure.sentences)
        if (self.counts["read"] + self.counts["rendered"]) % self.every:
            return "read"
        sources = Sources(self.plan, PROJECT / "macros", PROJECT / "docs", PROJECT / "overrides")
        pages = attempted(lambda: rendered(assemble(sources)))
        if isinstance(pages, list):
            # Only where redirects lead is seen later than by the check of the plan alone.
            assert {problem.code for problem in pages} <= {"taken_address", "unknown_address"}
            return "refused"
        rendered_right(pages)
        return "rendered"


def attempted(step: Callable[[], T]) -> T | list[Problem]:
    """Return what a step makes, or why it is refused."""
    try:
        return step()
    except PlanError as error:
        if error.problems:
            return error.problems
        raise


def refused_right(problems: Sequence[Problem], text: str) -> None:
    """Assert that each problem has a place in a file and a sentence in both languages that is one line."""
    lines = {"plan": len(text.splitlines()) + 1, "glossary": 10**6}
    for problem in problems:
        assert 1 <= problem.line <= lines[Path(problem.file).stem], problem
        assert problem.column >= 1, problem
        said = {lang: problem.message(lang) for lang in LANGUAGES}
        assert HAN.search(said["zh"]), said
        assert re.search("[a-z]{2}", said["en"]), said
        assert all(line.isprintable() for line in (problem.path, *said.values())), problem


def rendered(site: Site) -> dict[str, tuple[RenderedPage, str]]:
    """Return {file: (page, its JSON-LD)} of all generated pages."""
    return {page.file: (made, site.json_ld(page, made.title)) for page, made in site.render_all(site.pages.values())}


def rendered_right(pages: Mapping[str, tuple[RenderedPage, str]]) -> None:
    """Assert that no page holds an element, an attribute or an address that the usual ones do not hold."""
    for name, (page, described) in pages.items():
        assert set(shape(page.body)) <= usual(), name
        assert "<" not in described, name
        json.loads(described)


@cache
def usual() -> frozenset[tuple[str, ...]]:
    """Return what the pages of the real plan consist of, and of that of three measures with every field it may have."""
    with tempfile.TemporaryDirectory() as folder:
        complete = Path(folder, SMALL_PLAN.name)
        written(whole("plan"), complete)
        shutil.copy(SMALL_PLAN.with_name("glossary.yaml"), folder)
        plans = (SMALL_PLAN, REAL_PLAN, complete)
        sites = [assemble(Sources(plan, PROJECT / "macros", PROJECT / "docs")) for plan in plans]
    return frozenset(part for site in sites for page, _ in rendered(site).values() for part in shape(page.body))


# Spoiled plans.

TOKENS = [token.encode() for token in (*LATIN, *CHINESE, *UNSEEN)] + [
    b"\xff", b"\xe5\x8c", b"\x00", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\n", b"\n\n", b"\t", b"  ", b"- ", b": ", b":",
    b"? ", b"[", b"]", b"{", b"}", b",", b"'", b'"', b"|\n", b">\n", b"#", b"&a ", b"*a", b"!x ", b"!!int ", b"!!bool ",
    b"!!float ", b"!!binary ", b"!!set ", b"<<: ", b"---\n", b"...\n", b"%YAML 1.1\n", b"~", b"null", b"true", b"no",
    b"0", b"-1", b"1.5", b".inf", b".nan", b"1e400", b"0x1F", b"0b1", b"017", b"1_000", b"1:30", b"9" * 50,
    b"2022-05-11", b"2022-13-41", b"0000-00-00", b"2022-05-11T10:00:00Z", b"zh: ", b"en: ", b"id: ", b"number: ",
    b"sentences: ", b"units: ", b"targets: ", b"redirects: ", b"[[[[[[[[[[", b"\xe3\x80\x80", b"\xef\xbc\x9a",
]  # fmt: skip
Change = Callable[[bytes, random.Random], bytes]


def _span(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + int(chance.paretovariate(0.7)))


def _lost(content: bytes, chance: random.Random) -> bytes:
    start, end = _span(content, chance)
    return content[:start] + content[end:]


def _repeated(content: bytes, chance: random.Random) -> bytes:
    start, end = _span(content, chance)
    return content[:end] + content[start:]


def _moved(content: bytes, chance: random.Random) -> bytes:
    start, end = _span(content, chance)
    at = chance.randrange(len(content) + 1)
    return content[:at] + content[start:end] + content[at:]


def _put(content: bytes, chance: random.Random) -> bytes:
    start, end = _span(content, chance)
    return content[:start] + chance.choice(TOKENS) + content[end if chance.random() < 0.3 else start :]


def _flipped(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _token(content: bytes, chance: random.Random) -> bytes:
    """Put a token in place of a word, a number or a mark, where YAML looks for one."""
    words = list(re.finditer(rb"(?<=[ \[{])[^\s,\[\]{}:]+", content))
    if not words:
        return content
    word = chance.choice(words)
    return content[: word.start()] + chance.choice([*TOKENS, chance.choice(words)[0]]) + content[word.end() :]


def _lines(content: bytes, chance: random.Random) -> bytes:
    """Lose, repeat, swap or shift lines."""
    lines = content.split(b"\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[at] = chance.choice([lines[other], b"", b" " + lines[at], lines[at][1:], lines[at] + b"\n" + lines[at]])
    return b"\n".join(lines)


CHANGES: list[Change] = [_lost, _repeated, _moved, _put, _flipped, _token, _token, _token, _lines, _lines]


def spoiled(number: int, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield (seed, plan) for so many spoiled plans, the same for the same seed; the seeds count up from the first."""
    plans = {path: path.read_bytes() for path in (SMALL_PLAN, REAL_PLAN)}
    for own in range(first, first + number):
        chance = random.Random(own)  # noqa: S311 - repeatable, not secret
        content = plans[SMALL_PLAN if own % REAL else REAL_PLAN]
        for _ in range(chance.choice([1, 1, 1, 2, 3, 8])):
            content = chance.choice(CHANGES)(content, chance)
        yield own, content


# Plans that are made up.

FIT = {
    "zh": st.one_of(
        st.sampled_from([*CHINESE, "准入许可", "推广", "破产等", "市场"]),
        st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=20),
        st.text("的一是0123456789十百万亿半、，。；：（）“”《》和及等", min_size=1, max_size=30),
    ),
    "en": st.one_of(
        st.sampled_from([*LATIN, "access permits", "bankruptcy", "extend credit loans"]),
        st.text(st.characters(max_codepoint=0x24F), min_size=1, max_size=20),
        st.lists(st.sampled_from("one half , ; and or such as including 3 10% 1,000 [us] May".split()), min_size=1).map(
            " ".join
        ),
    ),
}
"""What may be added to most texts of a language."""
WORDS = st.one_of(st.text(max_size=20), st.sampled_from([*UNSEEN, "", " ", "x" * 4_001]), *FIT.values())
OTHERS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.binary(max_size=5),
    st.lists(WORDS, max_size=3), st.dictionaries(WORDS, WORDS, max_size=2), st.just([[]]), st.just({}), WORDS,
)  # fmt: skip


def places(data: Any, steps: YamlPath = ()) -> Iterator[YamlPath]:
    """Yield the way to every value of plain data."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*steps, key)
        yield from places(value, (*steps, key))


TEXTS = [steps for steps, _ in slots(whole("plan"))]
PLACES = list(places(whole("plan")))


@st.composite
def made_up(draw: st.DrawFn) -> Any:
    """Draw a plan: the plan of three measures with everything a plan can hold, some of it lost, repeated or other."""
    data = yaml.load(_whole(), yaml.CSafeLoader)
    for steps in draw(st.lists(st.sampled_from([steps for steps in TEXTS if steps[-1] in FIT]), max_size=12)):
        _edit(data, steps, "more", draw(FIT[str(steps[-1])]), None)
    consistent(data)
    for edit in draw(
        st.lists(st.sampled_from(["text", "lost", "twice", "other"]), max_size=draw(st.sampled_from([0, 0, 1, 5])))
    ):
        steps = draw(st.sampled_from(TEXTS if edit == "text" else PLACES))
        _edit(data, steps, edit, draw(WORDS), draw(OTHERS) if edit == "other" else None)
    return data


@cache
def _whole() -> str:
    return yaml.safe_dump(whole("plan"))


def _edit(data: Any, steps: YamlPath, edit: str, words: str, other: Any) -> None:
    """Change one place of a plan."""
    *way, last = steps
    key: Any = last
    try:
        record = reduce(getitem, way, data)
        value = record[key]
    except (LookupError, TypeError):
        return  # an edit before has taken it away
    if edit == "lost" and isinstance(record, dict | list):
        del record[key]
    elif edit == "twice" and isinstance(record, list):
        record.append(value)
    elif edit == "more":
        record[key] = f"{value}{words}"
    elif isinstance(record, dict | list):
        record[key] = words if edit == "text" else other


def try_made_up(bench: Bench, number: int, base: int | None = None) -> None:
    """Try so many plans that hypothesis makes up: others each time for another `base`, always the same without."""

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=base is None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(made_up())
    def one(data: Any) -> None:
        bench.attempt(yaml.dump(data, Dumper=yaml.CSafeDumper, width=10**9, sort_keys=False).encode(), "made-up")

    (one if base is None else seed(base)(one))()


def main(number: int = 5_000, base: int = SEED) -> None:
    """Try so many plans, half of each sort, and print what became of them."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for own, content in spoiled(number // 2, base):
            bench.attempt(content, f"spoiled-{own}")
        try_made_up(bench, number - number // 2, base)
    print(f"{dict(bench.counts)} in {time.monotonic() - start:.0f} s, none wrong; seed {base}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
