"""Types queries into the search boxes of our site and of stock Material over the same pages, and prints how both do.

Run by `make bench-search`. The queries stand in tests/data/search/: SET-LANG.json, each {q, expect, kind} with the
numbers of the measures that answer it; none of them for what the plan does not answer. Each set but dev was written by
somebody who had read the plan and not seen the search; blind only when first run, it has served development since.
"""

import gzip
import json
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from statistics import median
from typing import TypedDict
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response, sync_playwright

from conftest import CHROMIUM, CHROMIUM_FLAGS, DATA, PROJECT, run, serving
from plansite.errors import LANGUAGES, Lang
from plansite.site.assemble import Sources, assemble, write_pages
from plansite.site.graph import PlanView
from plansite.site.search_index import FieldName, SearchDocument, documents, index_of, index_script
from plansite.validate import load_labels, load_plan
from stock import stock_project

QUERIES = DATA / "search"
FIRST: dict[Lang, str] = {"zh": "营业执照", "en": "business license"}
VISITS = 9
"""How often the first query of a visit is timed."""
SEARCH = Path(__file__).with_name("search")
"""The scripts that ask the search in Node.js."""
SHOWN = 10
"""How many results Material shows before one scrolls."""
SIZES = (500, 5000)
"""Numbers of made-up measures."""
BOX = "[data-md-component=search-query]"
# Notes when a query is asked and when its answer is in the page: Material puts it there as the worker's message comes.
CLOCK = """
  window.answerTo = (query) => new Promise((resolve, reject) => {
    const check = () => { if (window.answer === query) resolve(window.answered - window.asked); };
    addEventListener("answered", check);
    setTimeout(() => reject(new Error(`no answer to ${query.slice(0, 99)}`)), 30000);
    check();
  });
  let ready;
  window.ready = new Promise((resolve) => { ready = resolve; });
  let typed = false;
  addEventListener("input", () => { typed = true; }, true);
  addEventListener("keyup", () => {
    if (typed) window.asked = performance.now();
    typed = false;
  }, true);
  const Native = Worker;
  window.Worker = class extends Native {
    queries = [];

    constructor(...address) {
      super(...address);
      this.addEventListener("message", ({ data }) => { if (data.type === 1) ready(); });
    }

    // Listens last, when what the page does with an answer has been done.
    listen() {
      if (this.listening) return;
      this.listening = true;
      this.addEventListener("message", ({ data }) => {
        if (data.type !== 3) return;
        Object.assign(window, { answer: this.queries.shift(), answered: performance.now() });
        dispatchEvent(new Event("answered"));
      });
    }

    postMessage(message) {
      if (message.type === 2) {
        this.listen();
        this.queries.push(message.data);
      }
      super.postMessage(message);
    }
  };
"""


class Query(TypedDict):
    """A query with the numbers of the measures that answer it."""

    q: str
    expect: list[int]
    kind: str


class Answer(TypedDict):
    """What the worker answers: the places to which each result leads, whether one is sure, how many are elsewhere."""

    items: list[list[str]]
    sure: bool
    elsewhere: int


@dataclass
class Tally:
    """What became of queries."""

    asked: int = 0
    first: int = 0
    """The first measure in the list of results is right."""
    top: int = 0
    """So is the first result of all: neither a unit nor a theme, a term or another page stands before it."""
    five: int = 0
    reciprocal: float = 0.0
    empty: int = 0
    sure: int = 0

    def add(self, results: list[int], expect: list[int], *, sure: bool) -> int:
        """Count a query by its results, each the number of a measure or 0 for another page; return the rank."""
        measures = list(dict.fromkeys(measure for measure in results if measure))
        rank = next((place for place, measure in enumerate(measures, start=1) if measure in expect), 0)
        self.asked += 1
        self.first += rank == 1
        self.top += bool(results) and results[0] in expect
        self.five += 1 <= rank <= 5
        self.reciprocal += 1 / rank if rank else 0
        self.empty += not results
        self.sure += sure
        return rank

    def row(self) -> str:
        """Return shares as a line of a table."""
        values = (self.first, self.top, self.five, self.reciprocal, self.empty)
        return f"{self.asked:>4} " + " ".join(f"{value / self.asked:>6.2f}" for value in values)


@dataclass
class Run:
    """What a search did with a set of queries."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    times: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def count(self, entry: Query, found: list[int], *, sure: bool = True) -> None:
        """Count a query by its results, each the number of a measure or 0 for another page."""
        expect = entry["expect"]
        rank = self.tallies["all" if expect else "unanswerable"].add(found, expect, sure=sure)
        if found if not expect else rank != 1:
            self.misses.append(f"{entry['q']}: expected {expect}, rank {rank or '-'}, shows {found[:3]}")


def stock_site(pages: Path, lang: Lang, folder: Path) -> Path:
    """Build the pages of one language with Material as it comes, its search set for that language."""
    done = run("mkdocs", "build", "--quiet", cwd=stock_project(pages, lang, folder))
    assert done.returncode == 0, done.stderr
    return folder / "site"


def ask(page: Page, query: str) -> float:
    """Type a query into the box and wait for its answer; return how many milliseconds that took.

    Nobody types before the last answer has been painted: the page is let come to rest first.
    """
    page.keyboard.press("Control+A")
    page.evaluate("new Promise((resolve) => requestIdleCallback(resolve, { timeout: 500 }))")
    page.keyboard.insert_text(query)
    page.keyboard.press("Shift")
    return float(page.evaluate("query => window.answerTo(query)", query))


def results(page: Page) -> list[int]:
    """Return where the links in the list of results lead, in order: the number of a measure, 0 for another page."""
    links = page.evaluate("[...document.querySelectorAll('.md-search-result__item a')].map(link => link.pathname)")
    return [measure_at(path) for path in links]


def measure_at(path: str) -> int:
    """Return the number of the measure at an address, 0 for another page."""
    found = re.fullmatch(r"(?:/|/en/)?measures/([0-9]+)/", path.partition("#")[0])
    return int(found[1]) if found else 0


def try_queries(browser: Browser, address: str, queries: list[Query]) -> Run:
    """Ask every query of a set on one page, as somebody does who goes on searching."""
    done = Run()
    page = fresh_page(browser, address)
    page.locator(BOX).focus()
    for entry in queries:
        done.times.append(ask(page, entry["q"]))
        done.count(entry, results(page))
    page.context.close()
    return done


def try_worker(site: Path, lang: Lang, queries: list[Query]) -> Run:
    """Ask the worker of our site every query of a set in Node.js: the same results, without their times."""
    done = Run()
    for entry, answer in zip(queries, answers(site, lang, [entry["q"] for entry in queries]), strict=True):
        places = [measure_at(place) for item in answer["items"][:SHOWN] for place in item]
        done.count(entry, places, sure=answer["sure"])
    return done


def answers(site: Path, lang: Lang, queries: list[str]) -> list[Answer]:
    """Return what the worker of a built site answers to queries."""
    command = ["node", str(SEARCH / "worker.mjs"), str(site), lang]
    asked = json.dumps(queries)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[Answer] = json.loads(done.stdout)
    return found


def fresh_page(browser: Browser, address: str) -> Page:
    """Open the site as on a first visit, with the search out of sight."""
    page = browser.new_context().new_page()
    page.add_init_script(CLOCK)
    page.goto(address, wait_until="networkidle")
    return page


def first_query(browser: Browser, address: str, query: str, *, patient: bool) -> tuple[float, int, int]:
    """Return the milliseconds of a first query, and the gzipped bytes fetched to search: unasked, and in all.

    `patient`: typed once the search has loaded, as by a hand that comes to the keys; else pasted with the first focus.
    """
    page = browser.new_context().new_page()
    page.add_init_script(CLOCK)
    fetched: list[Response] = []
    page.context.on("response", lambda response: fetched.append(response))  # noqa: PLW0108 - append takes no attributes
    page.goto(address, wait_until="networkidle")

    def weight() -> int:
        paths = {urlsplit(response.url).path: response for response in fetched}
        searching = [r for path, r in paths.items() if "/search" in path and not path.endswith("search-box.js")]
        return sum(len(gzip.compress(response.body(), 9)) for response in searching)

    before = weight()
    page.locator(BOX).focus()
    if patient:
        page.evaluate("window.ready")
    taken = ask(page, query)
    after = weight()
    page.context.close()
    return taken, before, after


def made_up(found: list[SearchDocument], size: int) -> Iterator[SearchDocument]:
    """Yield as many measures as asked for, of sentences and keywords of real ones with their words exchanged."""
    random = Random(size)  # noqa: S311 - repeatable, not secret
    measures = [document for document in found if document.kind == "measure"]
    for number in range(1, size + 1):
        model = random.choice(measures)
        texts: dict[FieldName, list[str]] = {
            field: [_mixed(text, random.choice(random.choice(measures).texts[field]), random) for text in own]
            for field, own in model.texts.items()
        }
        yield replace(model, location=f"measures/{number}/", names=(str(number),), texts=texts)


def _mixed(text: str, other: str, random: Random) -> str:
    cut, paste = random.randint(0, len(text)), random.randint(0, len(other))
    return text[:cut] + other[paste:] or text


def pace(times: list[float]) -> str:
    """Return what is said of the milliseconds that queries took."""
    return f"{len(times)} queries, median {median(times):.1f} ms, longest {max(times):.1f} ms"


def compare(browser: Browser, ours: str, stock: dict[Lang, str]) -> None:
    """Print how well stock Material finds, set by set, and how fast both answer."""
    print(f"\nstock Material\n{'':<12}{'n':>4} {'hit@1':>6} {'top':>6} {'hit@5':>6} {'MRR':>6} {'none':>6}")
    for name in sorted(path.stem for path in QUERIES.glob("*.json")):
        done = try_queries(browser, stock["zh" if name.endswith("zh") else "en"], queries_of(name))
        print(f"{name:<12}{done.tallies['all'].row()}")
        if shown := done.tallies["unanswerable"]:
            print(f"  of {shown.asked} queries that the plan does not answer it finds nothing for {shown.empty}")
    for lang in LANGUAGES:
        queries = [*queries_of(f"dev-{lang}"), *queries_of(f"real-{lang}")]
        for site, address in (("ours", home(ours, lang)), ("stock", stock[lang])):
            print(f"{lang} {site:<6} {pace(try_queries(browser, address, queries).times)}")


def first_queries(browser: Browser, ours: str, stock: dict[Lang, str]) -> None:
    """Print what the first query of a visit costs."""
    print("\nfirst query of a visit, median ms: once the search has loaded; pasted with the first focus")
    print("gzipped bytes fetched to search: before the box is used; before the first result")
    for lang, query in FIRST.items():
        for name, address in (("ours", home(ours, lang)), ("stock", stock[lang])):
            typed = [first_query(browser, address, query, patient=True) for _ in range(VISITS)]
            pasted = [first_query(browser, address, query, patient=False) for _ in range(VISITS)]
            times = [f"{median(taken for taken, _, _ in tries):>6.1f}" for tries in (typed, pasted)]
            print(f"{lang} {name:<6} {' '.join(times)} ms {typed[0][1]:>8} {typed[0][2]:>8}")


def growth(browser: Browser, site: Path, folder: Path) -> None:
    """Print size and speed of the search in plans of other sizes."""
    plan, labels = PlanView(load_plan(Path("data/plan.yaml"))), load_labels(Path("macros/labels.yaml"))
    print("\nmade-up measures: bytes of the index, gzipped; the development queries")
    for size in SIZES:
        copy = folder / str(size)
        shutil.copytree(site, copy)
        for lang in LANGUAGES:
            found = list(documents(plan, labels, lang))
            rest = [document for document in found if document.kind != "measure"]
            index = index_of([*made_up(found, size), *rest], labels, lang)
            text = index_script(index, lang).encode()
            (copy / "search" / f"{lang}.js").write_bytes(text)
            with serving(copy) as address:
                times = try_queries(browser, home(address, lang), queries_of(f"dev-{lang}")).times
            print(f"{size:>5} {lang} {len(text):>9} {len(gzip.compress(text, 9)):>8}; {pace(times)}")


def queries_of(name: str) -> list[Query]:
    """Return a set of queries."""
    queries: list[Query] = json.loads((QUERIES / f"{name}.json").read_text("utf-8"))
    return queries


def home(address: str, lang: Lang) -> str:
    """Return the home page of our site in one language."""
    return f"{address}/" if lang == "zh" else f"{address}/en/"


def main() -> None:
    """Build both sites and print every table."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        done = run("plansite", "build", str(folder / "ours"), cwd=PROJECT)
        assert done.returncode == 0, done.stderr
        for script in ("table.mjs", "thresholds.mjs", "ablations.mjs"):
            print(f"\n{script}", flush=True)
            command = ["node", str(SEARCH / script), str(folder / "ours")]
            subprocess.run(command, check=True)
        write_pages(assemble(Sources()), Path("docs"), folder / "pages")
        sites = {lang: stock_site(folder / "pages", lang, folder / lang) for lang in LANGUAGES}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        with serving(folder / "ours") as ours, serving(sites["zh"]) as zh, serving(sites["en"]) as en:
            stock: dict[Lang, str] = {"zh": f"{zh}/", "en": f"{en}/"}
            compare(browser, ours, stock)
            first_queries(browser, ours, stock)
        growth(browser, folder / "ours", folder)
        browser.close()


if __name__ == "__main__":
    main()
