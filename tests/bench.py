"""Prints how fast the build, the preview, the check and the diff are, and how they grow: one table out of one run.

Run by `make bench`; ROWS=cold,serve prints some rows only, RUNS=3 takes the medians of other than five runs. What is
compared is run by turns, so that whatever else the machine does meets all alike. A target that is missed is said, and
no failure.
"""

import argparse
import os
import re
import secrets
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event, Thread
from urllib.error import URLError
from urllib.request import urlopen

import yaml
from playwright.sync_api import Page, sync_playwright

from conftest import BINARIES, CHROMIUM, CHROMIUM_FLAGS, PROJECT, Repository, copy_project, environment
from plansite.errors import LANGUAGES
from plansite.site.pages import FOLDER
from plansite.translation.checks import source_hash
from stock import stock_project
from synthetic import make_project, marked

PAGES = (260, 1000, 5000)
"""Sizes of projects to build."""
MEASURES = (58, 1000, 5000)
"""Sizes of projects to check."""
VERSIONS = 200
"""Versions of the plan in a long history."""
MEASURE = 7
"""The measure that is edited."""
UNSEARCHED = ("targets",)
"""What Zensical refuses to index at 5,000 pages: more than 32,768 words under one heading."""
KIB = 1024
"""Bytes of the unit in which Linux counts the memory of processes."""
TIMEOUT_S = 120
"""Seconds for the preview to start, or to show an edit."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    measured: str
    target: str
    met: bool | None
    """None where there is nothing to compare with."""


@dataclass(frozen=True)
class Cost:
    """What a command, or several one after the other, has taken; a second core saves seconds, not CPU seconds."""

    seconds: float = 0
    cpu: float = 0
    """CPU seconds, user and system, of all its processes."""
    memory: float = 0
    """The most that its processes have held at a time, in MB."""

    def __add__(self, other: "Cost") -> "Cost":
        """Return the cost of both, one after the other."""
        return Cost(self.seconds + other.seconds, self.cpu + other.cpu, max(self.memory, other.memory))


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the medians of runs, the first of which does not count."""
    return Cost(*(median(getattr(cost, name) for cost in costs[1:]) for name in ("seconds", "cpu", "memory")))


def cold(folder: Path, runs: int) -> Iterator[Row]:
    """Build the real plan with its history, and the same pages with stock Material."""
    project = checkout(folder / "project")
    stock = other_projects(project, folder)
    costs: dict[str, list[Cost]] = defaultdict(list)
    for _ in turns("cold", runs):
        costs["ours"].append(cost("plansite", "build", cwd=project))
        costs["stock"].append(sum((cost("mkdocs", "build", "--quiet", cwd=other) for other in stock), Cost()))
    ours, theirs = middle(costs["ours"]), middle(costs["stock"])
    for what, mine, other, target in (("CPU", ours.cpu, theirs.cpu, 0.55), ("wall", ours.seconds, theirs.seconds, 0.4)):
        measured = f"{mine:.2f} s, stock Material {other:.2f} s: {mine / other:.2f}"
        yield Row(f"cold build, both languages, {what}", measured, f"<= {target}", mine / other <= target)


def history(folder: Path, runs: int) -> Iterator[Row]:
    """Build the real plan with many versions, and without a history."""
    project = copy_project(folder / "project", with_notice=False)
    (project / ".gitignore").write_text("/site/\n", "utf-8")
    commit_versions(Repository(project))
    git, away = project / ".git", folder / "away"
    costs: dict[str, list[Cost]] = defaultdict(list)
    for _ in turns("history", runs):
        costs["with"].append(cost("plansite", "build", cwd=project))
        git.rename(away)
        costs["without"].append(cost("plansite", "build", cwd=project))
        away.rename(git)
    long, none = middle(costs["with"]), middle(costs["without"])
    measured = f"{long.seconds:.2f} s, CPU {long.cpu:.2f} s; without a history {none.seconds:.2f} s, {none.cpu:.2f} s"
    yield Row(f"cold build with {VERSIONS} versions", measured, "", None)


def commit_versions(repository: Repository) -> None:
    """Commit many versions of a plan, each with another English sentence changed; the last is as it was."""
    good = repository.plan.read_text("utf-8")
    lines = good.splitlines()
    english = [number for number, line in enumerate(lines) if line.startswith("        en: ") and line.endswith(".")]
    for version in range(VERSIONS - 2):
        number = english[version % len(english)]
        lines[number] = lines[number][:-1] + f" (version {version})."
        repository.plan.write_text("\n".join(lines) + "\n", "utf-8")
        repository.commit(f"2027-01-01T{version // 60:02}:{version % 60:02}:00+08:00")
    repository.plan.write_text(good, "utf-8")
    repository.commit("2027-01-02T00:00:00+08:00")


def serve(folder: Path, runs: int) -> Iterator[Row]:
    """Save the plan while its pages are open in a browser, and wait for the new words to be seen in both languages."""
    for measures, target in ((MEASURES[0], 0.5), (MEASURES[1], 2)):
        project = folder / str(measures)
        make_project(project, measures=measures)
        seconds = []
        with previewed(project) as address, sync_playwright() as playwright:
            context = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS).new_context()
            pages = {lang: context.new_page() for lang in LANGUAGES}
            for lang, page in pages.items():
                page.goto(f"{address}/{FOLDER[lang]}measures/{MEASURE}/", timeout=TIMEOUT_S * 1000)
            for _ in turns(f"serve {measures}", runs):
                word, text = edited(project / "data" / "plan.yaml")
                saved = time.monotonic()
                (project / "data" / "plan.yaml").write_text(text, "utf-8")
                for page in pages.values():
                    see(page, word)
                seconds.append(time.monotonic() - saved)
        taken = median(seconds[1:])
        what = f"saved file to both open pages refreshed, {measures:,} measures"
        yield Row(what, f"{taken:.2f} s", f"<= {target} s", taken <= target)


def growth(folder: Path, runs: int) -> Iterator[Row]:
    """Build projects of several sizes, and the same pages with Zensical."""
    ours: dict[int, Cost] = {}
    theirs: dict[int, Cost] = {}
    for wanted in PAGES:
        project = folder / str(wanted)
        size = make_project(project, pages=wanted)
        others = other_projects(project, folder / f"{wanted}-others", UNSEARCHED)
        costs: dict[str, list[Cost]] = defaultdict(list)
        for _ in turns(f"growth to {size} pages", runs):
            costs["ours"].append(cost("plansite", "build", cwd=project, watched=True))
            for other in others:
                shutil.rmtree(other / "site", ignore_errors=True)
            builds = [cost("zensical", "build", "--clean", cwd=other, watched=True) for other in others]
            costs["theirs"].append(sum(builds, Cost()))
        ours[size], theirs[size] = middle(costs["ours"]), middle(costs["theirs"])
    for what, unit, name in (("seconds", "ms", "seconds"), ("CPU seconds", "ms", "cpu"), ("MB", "kB", "memory")):
        values = {size: getattr(cost, name) for size, cost in ours.items()}
        listed = ", ".join(f"{size:,}: {value:.2f}" for size, value in values.items())
        yield growing(f"{what} by pages ({listed})", values, unit)
    most = max(ours)
    mine, beside = ours[most], theirs[most]
    yield Row(f"peak memory at {most:,} pages", f"{mine.memory:.0f} MB", "<= 600 MB", mine.memory <= 600)
    ratio = mine.seconds / beside.seconds
    cpu = f"CPU {mine.cpu:.2f} s, {beside.cpu:.2f} s"
    measured = f"{mine.seconds:.2f} s, Zensical {beside.seconds:.2f} s: {ratio:.2f} ({cpu})"
    yield Row(f"{most:,} pages beside Zensical", measured, "<= 0.7", ratio <= 0.7)


def check(folder: Path, runs: int) -> Iterator[Row]:
    """Check plans of several sizes in their projects, templates included."""
    costs = {}
    for measures in MEASURES:
        project = folder / str(measures)
        make_project(project, measures=measures)
        costs[measures] = middle([cost("plansite", "check", cwd=project) for _ in turns(f"check {measures}", runs)])
    for measures, target in ((MEASURES[0], 0.35), (MEASURES[-1], 12)):
        taken = costs[measures]
        measured = f"{taken.seconds:.2f} s, CPU {taken.cpu:.2f} s"
        yield Row(f"plansite check, {measures:,} measures", measured, f"<= {target} s", taken.seconds <= target)
    listed = ", ".join(f"{measures:,}: {taken.seconds:.2f}" for measures, taken in costs.items())
    yield growing(f"plansite check, seconds by measures ({listed})", {m: c.seconds for m, c in costs.items()}, "ms")


def diff(folder: Path, runs: int) -> Iterator[Row]:
    """Say what has changed where nothing has."""
    project = checkout(folder / "project")
    taken = middle([cost("plansite", "diff", "HEAD", cwd=project) for _ in turns("diff", runs)])
    measured = f"{taken.seconds:.2f} s, CPU {taken.cpu:.2f} s"
    yield Row("plansite diff HEAD, nothing changed", measured, "CPU <= 0.4 s", taken.cpu <= 0.4)


ROWS = {function.__name__: function for function in (cold, history, serve, growth, check, diff)}


def growing(what: str, costs: dict[int, float], unit: str) -> Row:
    """Return the row that says what each further page costs, in thousandths: up to the middle size, and from there."""
    small, middle_size, large = costs
    first, then = ((costs[b] - costs[a]) / (b - a) * 1000 for a, b in ((small, middle_size), (middle_size, large)))
    measured = f"{first:.2f}, then {then:.2f} {unit} for one more: {then / first:.2f}"
    return Row(what, measured, "<= 1.2", then / first <= 1.2)


def turns(name: str, runs: int) -> Iterator[int]:
    """Yield the runs, and one before them that does not count: it fills what the system keeps of files."""
    for turn in range(runs + 1):
        print(f"{name}: {f'run {turn} of {runs}' if turn else 'warming up'}", file=sys.stderr)
        yield turn


def checkout(target: Path) -> Path:
    """Copy the project as it stands, with its history."""
    command = ["git", "clone", "--quiet", str(PROJECT), str(target)]
    subprocess.run(command, check=True)
    for name in ("data", "docs", "macros", "overrides"):
        shutil.rmtree(target / name)
    return copy_project(target, with_notice=False)


def other_projects(project: Path, folder: Path, unsearched: Collection[str] = ()) -> list[Path]:
    """Lay out the Markdown of a project for a generator that builds one language at a time."""
    cost("plansite", "pages", str(folder / "pages"), cwd=project)
    return [stock_project(folder / "pages", lang, folder / lang, unsearched) for lang in LANGUAGES]


def edited(plan: Path) -> tuple[str, str]:
    """Return a word that nobody has seen, and the text of a plan with it in a sentence of both languages."""
    word = "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))
    text = plan.read_text("utf-8")
    measure = yaml.load(text, yaml.CSafeLoader)["measures"][MEASURE - 1]
    sentence = measure["sentences"][0]
    marked_sentence = marked(sentence, word)
    for lang in LANGUAGES:
        text = text.replace(sentence[lang], marked_sentence[lang], 1)
    old = source_hash(measure)
    measure["sentences"][0] = marked_sentence
    return word, text.replace(old, source_hash(measure), 1)


def cost(*command: str, cwd: Path, watched: bool = False) -> Cost:
    """Run one of the commands in our environment, and see what it takes; ends the program where it fails.

    Memory is that of all processes together, looked at five times a second where `watched`; the system's own figure for
    a process begins with what this program holds.
    """
    with tempfile.TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen(
            [BINARIES / command[0], *command[1:]],
            cwd=cwd,
            env=environment(),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        with watching(process.pid) if watched else nothing_seen() as seen:
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{said.read().decode()}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, max(seen, default=0))


@contextmanager
def nothing_seen() -> Iterator[list[float]]:
    """Give the list that `watching` gives, empty."""
    yield []


@contextmanager
def watching(session: int) -> Iterator[list[float]]:
    """Note time and again how many MB the processes of a session hold; what they share counts once."""
    seen: list[float] = []
    ended = Event()

    def watch() -> None:
        while not ended.wait(0.2):
            seen.append(sum(map(held, processes(session))) / 1e6)

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def processes(session: int) -> Iterator[int]:
    """Yield the processes of a session, where the system lists them as Linux does."""
    for folder in Path("/proc").glob("[0-9]*"):
        # One that has ended meanwhile is in no session.
        with suppress(ProcessLookupError):
            if os.getsid(int(folder.name)) == session:
                yield int(folder.name)


def held(process: int) -> int:
    """Return how many bytes a process holds, with its share of what it has in common with others; 0 if it has ended."""
    with suppress(OSError):
        found = re.search(r"^Pss: +(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text("ascii"), re.MULTILINE)
        return int(found[1]) * KIB if found else 0
    return 0


@contextmanager
def previewed(project: Path) -> Iterator[str]:
    """Run `make serve` in a copy of the project, with the packages of this one; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    done = BINARIES.parent / "site.done"
    command = ["make", "--file", str(PROJECT / "Makefile"), f"VENV={BINARIES.parent}", f"PORT={port}", "serve"]
    process = subprocess.Popen(
        # The copy's list of packages is newer than what has been installed, and the same.
        [*command, "--old-file", str(done)],
        cwd=project,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + TIMEOUT_S
    while process.poll() is None and time.monotonic() < until:
        with suppress(URLError, ConnectionError), urlopen(address):  # noqa: S310 - loopback
            return
        time.sleep(0.2)
    sys.exit("make serve does not answer")


def see(page: Page, word: str) -> None:
    """Wait until a page shows a word."""
    page.locator("article").get_by_text(word).first.wait_for(timeout=TIMEOUT_S * 1000)


def main() -> None:
    """Print the table; what is being done goes to the terminal meanwhile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(ROWS), help="the rows to print (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="how many runs (default: %(default)s)")
    options = parser.parse_args()
    rows: list[Row] = []
    names = options.rows.split(",")
    if unknown := [name for name in names if name not in ROWS]:
        parser.error(f"no row {unknown[0]}; there are {', '.join(ROWS)}")
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            rows += ROWS[name](Path(folder), options.runs)
    print(f"Medians of {options.runs} runs by turns on {os.cpu_count()} cores\n")
    said = {True: "met", False: "missed", None: ""}
    table = [(row.what, row.measured, row.target, said[row.met]) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
