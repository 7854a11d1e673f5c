"""This module holds what the tests share: two plans (ours and one of three measures), their sites, and a browser."""

import fcntl
import functools
import http.server
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)
from selectolax.lexbor import LexborHTMLParser, LexborNode

from plansite.site.graph import PlanView
from plansite.validate import LoadedPlan, load_plan

PROJECT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"
BINARIES = Path(sys.executable).parent
"""Where our commands are installed."""
SMALL_PLAN = DATA / "plan.yaml"
REAL_PLAN = PROJECT / "data" / "plan.yaml"
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
SEARCH_BOX = "[data-md-component=search-query]"
RESULTS = ".md-search-result__item"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Chromium as root in a container needs --no-sandbox; the rest keeps it from calling home.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the expected pages anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest test, so that no worker waits for it alone in the end."""
    items.sort(key=lambda item: item.get_closest_marker("planted") is None)


@pytest.fixture(scope="session")
def real() -> LoadedPlan:
    """Our plan."""
    return load_plan(REAL_PLAN)


@pytest.fixture(scope="session")
def real_view(real: LoadedPlan) -> PlanView:
    """Our plan with its records linked."""
    return PlanView(real)


@pytest.fixture(scope="session")
def small() -> LoadedPlan:
    """The plan of three measures."""
    return load_plan(SMALL_PLAN)


@pytest.fixture(scope="session")
def small_view(small: LoadedPlan) -> PlanView:
    """The plan of three measures with its records linked."""
    return PlanView(small)


def copy_project(target: Path, *, with_notice: bool = True) -> Path:
    """Copy what a build needs to a folder where a test may break it.

    Without the notice in data/source/ a plan may have any wording, which the check then compares with nothing.
    """
    left_out = shutil.ignore_patterns() if with_notice else shutil.ignore_patterns("source")
    for name in ("data", "docs", "macros", "overrides"):
        shutil.copytree(PROJECT / name, target / name, ignore=left_out)
    shutil.copy(PROJECT / "mkdocs.yml", target)
    return target


def copy_small_project(target: Path) -> Path:
    """Copy what a build needs to a folder, with the plan of three measures in place of ours and nothing published."""
    copy_project(target, with_notice=False)
    for name in ("plan.yaml", "glossary.yaml", "site.yaml", "updates.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), target / "data")
    (target / "data" / "addresses.txt").unlink()
    shutil.rmtree(target / "data" / "cards")
    (target / ".gitignore").write_text("/site/\n", "utf-8")
    return target


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first of some words in a file, which has to hold them."""
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")


def edit_notice(project: Path, old: str, new: str) -> None:
    """Replace some words in the plan and in the notice that it is compared with, whatever lines these take there."""
    plan, notice = project / "data" / "plan.yaml", project / "data" / "source" / "notice-2022.txt"
    text, count = re.subn(r"\s*".join(map(re.escape, old)), new, notice.read_text("utf-8"))
    assert count == 1, old
    notice.write_text(text, "utf-8")
    written = plan.read_text("utf-8")
    assert old in written, old
    plan.write_text(written.replace(old, new), "utf-8")


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of a person who reads English, with some settings."""
    return {"PATH": f"{BINARIES}:/usr/bin:/bin", "LANG": "C.UTF-8", "NO_MKDOCS_2_WARNING": "1", **settings}


def run(*command: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one of our commands as a person would, with English messages."""
    program = str(BINARIES / command[0])
    return subprocess.run(
        [program, *command[1:]], cwd=cwd, env=environment(**settings), capture_output=True, text=True, check=False
    )


class Repository:
    """A scratch repository of a folder, made where there is none, whose data/plan.yaml a test edits and commits."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.plan = folder, folder / "data" / "plan.yaml"
        if (folder / ".git").exists():
            return
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("2026-01-01T08:00:00+08:00")

    def git(self, *command: str, **environment: str) -> str:
        """Run git as an editor would; return what it prints."""
        identity = ("-c", "user.name=Editor", "-c", "user.email=editor@localhost")
        done = subprocess.run(
            ["git", *identity, *command],  # noqa: S607 - wherever it is installed
            cwd=self.folder,
            env=os.environ | environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def edit(self, old: str, new: str) -> None:
        """Replace some text in the plan."""
        text = self.plan.read_text("utf-8")
        assert old in text, old
        self.plan.write_text(text.replace(old, new), "utf-8")

    def commit(self, time: str) -> str:
        """Commit everything at a time; return the commit."""
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=edit", GIT_COMMITTER_DATE=time, GIT_AUTHOR_DATE=time)
        return self.git("rev-parse", "HEAD")


@contextmanager
def shared_folder(factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """Yield a folder that the workers of a run share, and whether it is new and to be filled before others see it."""
    base = factory.getbasetemp()
    # The folders of the workers lie side by side.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, not (folder / "filled").exists()
        (folder / "filled").touch()


def build_site(project: Path, target: Path, *options: str, **settings: str) -> Path:
    """Build the site of a project, which has to go without a warning; return its folder."""
    done = run("plansite", "build", *options, str(target), cwd=project, **settings)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return target


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of our plan, built once as `make site` builds it."""
    with shared_folder(tmp_path_factory, "site") as (folder, new):
        return build_site(PROJECT, folder / "site") if new else folder / "site"


UNIT_CONTACT = """    contact:
      telephone: 0123 456-789
      address: {zh: 小区大街一号, en: 1 High Street}
      website: https://tax.example.org/
      hours: {zh: 周一至周五, en: Monday to Friday}
      source: {url: 'https://tax.example.org/contact', by: {zh: 某县税务网, en: Tax Site}}
      checked: 2026-11-20
"""


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the plan of three measures, whose English has been edited once."""
    with shared_folder(tmp_path_factory, "small-site") as (folder, new):
        project = folder / "project"
        if new:
            copy_small_project(project)
            edit(project / "data" / "plan.yaml", "    kind: vertical\n", f"    kind: vertical\n{UNIT_CONTACT}")
            edit(project / "data" / "plan.yaml", "It will extend credit loans.", "It will spread credit loans.")
            repository = Repository(project)
            repository.edit("spread credit loans", "extend credit loans")
            repository.commit("2026-11-23T08:00:00+08:00")
            build_site(project, project / "site")
        return project / "site"


@functools.cache
def parsed(path: Path) -> LexborHTMLParser:
    """Parse a page of a finished site as browsers do; all tests share its tree, which none may change."""
    return LexborHTMLParser(path.read_text("utf-8"))


def one(within: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """Return the first element that a selector finds; there has to be one."""
    found = within.css_first(selector)
    assert found is not None, selector
    return found


def without(element: LexborNode, selector: str) -> LexborNode:
    """Return a copy of an element without what a selector finds in it."""
    copy = element.clone()
    for inner in copy.css(selector):
        inner.decompose()
    return copy


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep the test output free of an access log."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; gives its address."""
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def free_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The site of our plan on loopback."""
    with serving(site) as address:
        yield address


@pytest.fixture(scope="session")
def small_address(small_site: Path) -> Iterator[str]:
    """The site of the plan of three measures on loopback."""
    with serving(small_site) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers; where there is no Chromium, the tests fail and say how to get it."""
    if CHROMIUM is None:
        pytest.fail("no Chromium found; run scripts/ensure-chromium", pytrace=False)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium."""
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
    yield chromium
    chromium.close()


class Watched:
    """A page with all that it asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dialog)

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh desktop page that must end without a complaint and without a request to another host."""
    with browser.new_context(base_url=address, viewport=DESKTOP) as context:
        watched = Watched(context.new_page())
        yield watched.page
        assert watched.complaints == []
        assert {urlsplit(url).netloc for url in watched.requests} == {urlsplit(address).netloc}


def search(page: Page, query: str) -> None:
    """Open the search box by its key and type into it."""
    page.keyboard.press("/")
    expect(page.locator(SEARCH_BOX)).to_be_focused()
    page.keyboard.type(query)
