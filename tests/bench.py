"""Prints how fast builds, rebuilds, the preview and the check are, and how they grow: one table out of one run.

Run by `make bench`; ROWS=cold,rebuild prints some rows only, RUNS=3 takes the medians of other than five runs. What is
compared is run by turns, so that whatever else the machine does meets all alike. A target that is missed is said, and
no failure.
"""

import argparse
import hashlib
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

from conftest import BINARIES, CHROMIUM, CHROMIUM_FLAGS, PROJECT, copy_project, environment
from plansite.errors import FOLDER, LANGUAGES, Lang
from stock import stock_project
from synthetic import make_project, marked

PAGES = (260, 1000, 5000)
"""Sizes of projects to build."""
MEASURES = (58, 1000, 5000)
"""Sizes of projects to check."""
MEASURE = 7
"""The measure that is edited."""
COLD, REBUILD, REFRESH, CHECK, LINEAR, MEMORY = 0.6, 0.25, 1.0, 0.5, 1.2, 1000
"""What is aimed at: shares of stock and of a cold build, seconds, the growth of a page's costs, MB."""
UNSEARCHED = ("targets",)
"""What Zensical refuses to index at 5,000 pages: more than 32,768 words under one heading."""
KIB = 1024
"""In what Linux counts the memory of processes."""
PATIENCE = 120
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
    """What a command has taken."""

    seconds: float
    memory: float
    """The most that its processes have held at a time, in MB."""


def cold(folder: Path, runs: int) -> Iterator[Row]:
    """Build the real plan with its history and without any cache, and the same Markdown with stock Material."""
    project = checkout(folder / "project")
    stock = other_projects(project, folder)
    times: dict[str, list[float]] = defaultdict(list)
    for _ in turns("cold", runs):
        clean(project)
        times["ours"].append(cost("plansite", "build", cwd=project).seconds)
        times["stock"].append(sum(cost("mkdocs", "build", "--quiet", cwd=other).seconds for other in stock))
    ours, theirs = (median(times[name][1:]) for name in ("ours", "stock"))
    measured = f"{ours:.2f} s, stock {theirs:.2f} s: {ours / theirs:.2f}"
    yield Row("cold build of the real plan, both languages", measured, f"<= {COLD}", ours / theirs <= COLD)


def rebuild(folder: Path, runs: int) -> Iterator[Row]:
    """Build again after edits, each time followed by a cold build of the same sources for comparison."""
    project = checkout(folder / "project")
    cost("plansite", "build", cwd=project)
    edits: dict[str, Sequence[Lang]] = {
        "nothing changed": (),
        "an English sentence changed": ("en",),
        "a sentence changed in both, confirmed": LANGUAGES,
    }
    warm: dict[str, list[float]] = defaultdict(list)
    without: list[float] = []
    odd: dict[str, set[str]] = defaultdict(set)
    for _ in turns("rebuild", runs):
        for what, languages in edits.items():
            if languages:
                edit(project, languages)
            warm[what].append(cost("plansite", "build", cwd=project).seconds)
            kept = digests(project / "site")
            clean(project)
            without.append(cost("plansite", "build", cwd=project).seconds)
            made = digests(project / "site")
            odd[what] |= {name for name in kept.keys() | made.keys() if kept.get(name) != made.get(name)}
    full = median(without[len(edits) :])
    for what, seconds in warm.items():
        taken = median(seconds[1:])
        same = f"{len(odd[what])} files differ: {', '.join(sorted(odd[what])[:3])}" if odd[what] else "the same bytes"
        measured = f"{taken:.2f} s, cold {full:.2f} s: {taken / full:.2f}, {same}"
        met = taken / full <= REBUILD and not odd[what]
        yield Row(f"rebuild, {what}", measured, f"<= {REBUILD}, the same bytes", met)


def serve(folder: Path, runs: int) -> Iterator[Row]:
    """Save the plan while its pages are open in a browser, and wait for the new words to be seen in both languages."""
    project, scratch = checkout(folder / "project"), checkout(folder / "scratch")
    times: dict[str, list[float]] = defaultdict(list)
    with previewed(project) as address, sync_playwright() as playwright:
        context = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS).new_context()
        pages = {lang: context.new_page() for lang in LANGUAGES}
        for lang, page in pages.items():
            page.goto(f"{address}/{FOLDER[lang]}measures/{MEASURE}/")
        for _ in turns("serve", runs):
            word = edit(scratch, LANGUAGES)
            saved = time.monotonic()
            shutil.copyfile(scratch / "data" / "plan.yaml", project / "data" / "plan.yaml")
            for lang, page in pages.items():
                see(page, word)
                times[lang].append(time.monotonic() - saved)
            # Nobody saves again at once.
            pages["zh"].wait_for_timeout(1000)
    zh, both = (median(times[lang][1:]) for lang in LANGUAGES)
    measured = f"Chinese page {zh:.2f} s, both {both:.2f} s"
    yield Row("saved file to refreshed page, both languages open", measured, f"<= {REFRESH} s", both <= REFRESH)


def growth(folder: Path, runs: int) -> Iterator[Row]:
    """Build projects of several sizes, and the same Markdown with Zensical where it is installed."""
    ours: dict[int, list[Cost]] = defaultdict(list)
    theirs: dict[int, list[Cost]] = defaultdict(list)
    sizes: list[int] = []
    zensical = (BINARIES / "zensical").exists()
    for wanted in PAGES:
        project = folder / str(wanted)
        size = make_project(project, pages=wanted)
        sizes.append(size)
        others = other_projects(project, folder / f"{wanted}-others", UNSEARCHED) if zensical else []
        for _ in turns(f"growth to {size} pages", runs):
            clean(project)
            ours[size].append(cost("plansite", "build", cwd=project, watched=True))
            for other in others:
                shutil.rmtree(other / "site", ignore_errors=True)
            builds = [cost("zensical", "build", "--clean", cwd=other, watched=True) for other in others]
            theirs[size] += [Cost(sum(b.seconds for b in builds), max(b.memory for b in builds))] if builds else []
    seconds = {size: median(c.seconds for c in costs[1:]) for size, costs in ours.items()}
    memory = {size: median(c.memory for c in costs[1:]) for size, costs in ours.items()}
    most = sizes[-1]
    said = ", ".join(f"{size:,}: {seconds[size]:.2f}" for size in sizes)
    yield growing(f"seconds by pages ({said})", seconds, "ms")
    said = ", ".join(f"{size:,}: {memory[size]:.0f}" for size in sizes)
    yield growing(f"MB by pages ({said})", memory, "kB")
    yield Row(f"peak memory at {most:,} pages", f"{memory[most]:.0f} MB", f"<= {MEMORY} MB", memory[most] <= MEMORY)
    what = f"{most:,} pages beside Zensical"
    if zensical:
        taken = {size: median(c.seconds for c in costs[1:]) for size, costs in theirs.items()}
        measured = f"{seconds[most]:.2f} s, Zensical {taken[most]:.2f} s: {seconds[most] / taken[most]:.2f}"
        yield Row(what, measured, "<= 1", seconds[most] <= taken[most])
        said = ", ".join(f"{size:,}: {taken[size]:.2f}" for size in sizes)
        memory_used = median(c.memory for c in theirs[most][1:])
        yield Row(f"Zensical, seconds by pages ({said})", f"{memory_used:.0f} MB at {most:,}", "", None)
    else:
        yield Row(what, "Zensical is not installed", "<= 1", None)


def check(folder: Path, runs: int) -> Iterator[Row]:
    """Check plans of several sizes in their projects, templates included."""
    times: dict[int, list[float]] = {}
    for measures in MEASURES:
        project = folder / str(measures)
        make_project(project, measures=measures)
        times[measures] = [cost("plansite", "check", cwd=project).seconds for _ in turns(f"check {measures}", runs)]
    seconds = {measures: median(taken[1:]) for measures, taken in times.items()}
    real = seconds[MEASURES[0]]
    yield Row(f"plansite check, {MEASURES[0]} measures", f"{real:.2f} s", f"<= {CHECK} s", real <= CHECK)
    said = ", ".join(f"{measures:,}: {taken:.2f}" for measures, taken in seconds.items())
    yield growing(f"plansite check, seconds by measures ({said})", seconds, "ms")


ROWS = {function.__name__: function for function in (cold, rebuild, serve, growth, check)}


def growing(what: str, costs: dict[int, float], unit: str) -> Row:
    """Return the row that says what each further page costs, in thousandths: up to the middle size, and from there."""
    small, middle, large = costs
    first, then = ((costs[b] - costs[a]) / (b - a) * 1000 for a, b in ((small, middle), (middle, large)))
    measured = f"{first:.2f}, then {then:.2f} {unit} for one more: {then / first:.2f}"
    return Row(what, measured, f"<= {LINEAR}", then / first <= LINEAR)


def turns(name: str, runs: int) -> Iterator[int]:
    """Yield the runs, and one before them that does not count: it fills what the system keeps of files."""
    for turn in range(runs + 1):
        print(f"{name}: {f'run {turn} of {runs}' if turn else 'warming up'}", file=sys.stderr)
        yield turn


def checkout(target: Path) -> Path:
    """Copy the project as it stands, with its history."""
    subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(target)], check=True)  # noqa: S607
    for name in ("data", "docs", "macros", "overrides"):
        shutil.rmtree(target / name)
    return copy_project(target, with_notice=False)


def other_projects(project: Path, folder: Path, unsearched: Collection[str] = ()) -> list[Path]:
    """Lay out the Markdown of a project for a generator that builds one language at a time."""
    cost("plansite", "pages", str(folder / "pages"), cwd=project)
    return [stock_project(folder / "pages", lang, folder / lang, unsearched) for lang in LANGUAGES]


def clean(project: Path) -> None:
    """Remove a site and all that has been kept to build it faster, as `make clean` does."""
    subprocess.run(["make", "--silent", "--file", str(PROJECT / "Makefile"), "clean"], cwd=project, check=True)  # noqa: S607


def edit(project: Path, languages: Sequence[Lang]) -> str:
    """Put a word that nobody has seen into a sentence, confirmed where it is not only English; return the word."""
    word = "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))
    plan = project / "data" / "plan.yaml"
    text = plan.read_text("utf-8")
    measures = yaml.load(text, yaml.CSafeLoader)["measures"]
    sentence = measures[MEASURE - 1]["sentences"][0]
    for lang in languages:
        assert text.count(sentence[lang]) == 1
        text = text.replace(sentence[lang], marked(sentence, word)[lang])
    plan.write_text(text, "utf-8")
    if "zh" in languages:
        cost("plansite", "confirm", str(MEASURE), cwd=project)
    return word


def digests(site: Path) -> dict[str, str]:
    """Return {file: hash} of a whole folder."""
    files = (path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def cost(*command: str, cwd: Path, watched: bool = False) -> Cost:
    """Run one of the commands in our environment, and see what it takes; ends the program where it fails.

    Memory is that of the largest process, or where `watched` that of all processes together, five times a second.
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
    return Cost(seconds, max(usage.ru_maxrss * KIB / 1e6, *seen, 0))


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
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with suppress(URLError, ConnectionError), urlopen(address):  # noqa: S310 - loopback
            return
        time.sleep(0.2)
    sys.exit("make serve does not answer")


def see(page: Page, word: str) -> None:
    """Wait until a page shows a word."""
    page.locator("article").get_by_text(word).first.wait_for(timeout=PATIENCE * 1000)


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
