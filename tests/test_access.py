"""This module tests each kind of page in both languages: by axe, by keyboard, without scripts, enlarged and narrow."""

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from conftest import DESKTOP, PROJECT, SEARCH_BOX, Watched, search

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}
KINDS = [
    "", "measures/", "measures/1/", "measures/3/", "units/", "units/tax-service/", "units/district-court/",
    "units/all-towns/", "themes/", "themes/market/", "topics/", "topics/taxation/", "invest/", "targets/", "text/",
    "glossary/", "changes/", "data/", "about/", "accessibility/", "contribute/", "questions/", "404.html",
]  # fmt: skip
"""One page of each kind; of measures and units also those that hold what others lack."""
PAGES = [root + kind for root in ("/", "/en/") for kind in KINDS]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
RULES_OF_LOOKS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]},
    "resultTypes": ["violations"],
}
"""The rules whose result may be another one in other colors or on another screen."""
REQUESTS, SHIFT = 8, 0.02
"""How many files a page may fetch, and how much of it may move while it loads (layout shift score)."""
SCRIPTS = 20_000
"""Bytes, compressed, of all scripts of our own together."""


@pytest.fixture(scope="module")
def address(small_address: str) -> str:
    """The site of the plan of three measures on loopback."""
    return small_address


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A context for pages that hold still."""
    with browser.new_context(base_url=address, viewport=DESKTOP, reduced_motion="reduce") as context:
        yield context


@pytest.fixture(scope="module")
def contexts(browser: Browser, address: str) -> Iterator[dict[bool, BrowserContext]]:
    """Two contexts for pages in which nothing is chosen: one that runs scripts, and one that does not."""
    with (
        browser.new_context(base_url=address, viewport=DESKTOP, reduced_motion="reduce") as scripted,
        browser.new_context(base_url=address, viewport=DESKTOP, java_script_enabled=False) as unscripted,
    ):
        yield {True: scripted, False: unscripted}


def violations(page: Page, within: str = "html", rules: dict[str, Any] = RULES) -> list[str]:
    """Return what axe finds wrong in a part of a page, with the first element that each rule is about."""
    found: list[dict[str, Any]] = Axe().run(page, within, options=rules).response["violations"]
    return [f"{page.url} {rule['id']} ({len(rule['nodes'])}): {rule['nodes'][0]['html'][:200]}" for rule in found]


Look = tuple[Literal["light", "dark"], ViewportSize]
"""Colors and size of the screen."""


def looks(path: str) -> list[tuple[Look, dict[str, Any]]]:
    """Return how a page is looked at, and by which rules: by all in one look, Chinese and English pages in another."""
    both: list[Look] = [("light", DESKTOP), ("dark", PHONE)]
    return list(zip(both[:: -1 if path.startswith("/en/") else 1], (RULES, RULES_OF_LOOKS), strict=True))


def axe_finds_nothing(page: Page, path: str) -> None:
    for (colors, size), rules in looks(path):
        page.emulate_media(color_scheme=colors)
        page.set_viewport_size(size)
        expect(page.locator("html")).to_have_attribute("data-colors", colors)
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(15, 23, 25)") == (colors == "dark"), "the page follows the system"
        assert violations(page, rules=rules) == []


def open_search(page: Page) -> None:
    search(page, "2")
    expect(page.locator(".md-search-result__item").first).to_be_visible()


def find_nothing(page: Page) -> None:
    search(page, "qqqq")
    expect(page.locator(".search-nothing a").last).to_be_visible()


def apply_filter(page: Page) -> None:
    if page.locator(".filters__more:not([open])").count():
        page.locator(".filters__more summary").click()
    page.locator("[name=topic]").select_option("taxation")
    expect(page.locator(".filters [type=reset]")).to_be_visible()


def filter_all_away(page: Page) -> None:
    page.locator("[name=text]").fill("qqqq")
    expect(page.locator(".card:visible")).to_have_count(0)


def open_display(page: Page) -> None:
    page.locator(".menu summary").click()


def open_share(page: Page) -> None:
    page.locator(".tile summary").first.click()
    page.locator(".pass-on").first.click()
    expect(page.locator("dialog.share")).to_be_visible()


OPENED: dict[Callable[[Page], None], str] = {
    open_search: ".head",
    find_nothing: ".head",
    open_display: ".head",
    open_share: "dialog",
    apply_filter: "main",
    filter_all_away: "main",
}
"""What one may open, and the part of the page that it changes."""


@pytest.mark.parametrize("root", ["/", "/en/"])
@pytest.mark.parametrize("opened", OPENED)
def test_axe_finds_nothing_in_what_opens(context: BrowserContext, root: str, opened: Callable[[Page], None]) -> None:
    page = context.new_page()
    for (colors, size), rules in looks(root):
        page.emulate_media(color_scheme=colors)
        page.set_viewport_size(size)
        page.goto(f"{root}{'targets' if opened is open_share else 'measures'}/")
        opened(page)
        assert violations(page, OPENED[opened], rules) == []


@pytest.mark.parametrize("root", ["/", "/en/"])
def test_axe_finds_nothing_side_by_side_or_in_an_explanation(context: BrowserContext, root: str) -> None:
    page = context.new_page()
    for path in ("measures/1/", "text/", "topics/taxation/", "invest/"):
        page.goto(f"{root}{path}?both")
        expect(page.locator(".twin:visible").first).to_be_visible()
        assert violations(page) == []
    page.goto(f"{root}measures/1/")
    page.locator(".term__name").first.focus()
    expect(page.locator(".term__card:visible")).to_have_count(1)
    assert violations(page) == []


# What can take the focus and is seen, in the order of the page; of radio buttons Tab reaches only one of a group.
STOPS = """() => [...document.querySelectorAll("a[href], button, input:not([type=radio]), select, summary, [tabindex]")]
    .filter((element) => element.tabIndex >= 0 && !element.disabled
        && element.checkVisibility({ visibilityProperty: true }))"""
WATCH = """() => {
    window.reached = [];
    addEventListener("focusin", ({ target }) => {
        const style = getComputedStyle(target);
        const framed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
        const { width, height } = target.getBoundingClientRect();
        reached.push({ target, seen: width > 0 && height > 0 && (framed || target.matches(".search__input")) });
    });
}"""
MISSED = f"""() => {{
    const stops = ({STOPS})(), got = new Set(reached.map(({{ target }}) => target));
    const show = (element) => element.outerHTML.slice(0, 160);
    return {{
        missed: stops.filter((stop) => !got.has(stop)).map(show),
        unseen: reached.filter(({{ seen }}) => !seen).map(({{ target }}) => show(target)),
    }};
}}"""


def the_keyboard_reaches_everything_and_shows_where_it_is(page: Page) -> None:
    stops = page.evaluate(f"({STOPS})().length")
    page.evaluate(WATCH)
    page.keyboard.press("Tab")
    # The first stop leads past the frame, to the text.
    skip = page.locator(".md-skip")
    if skip.count():
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
    for _ in range(stops):
        page.keyboard.press("Tab")
    assert page.evaluate(MISSED) == {"missed": [], "unseen": []}


SCRIPTED = ".filters, .find, .display, .menu__wide, .search, .search-open, .search-often, .foreign"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_scripts_lacks_nothing_but_what_needs_them(
    contexts: dict[bool, BrowserContext], path: str
) -> None:
    seen = []
    for scripted, context in contexts.items():
        with context.new_page() as page:
            page.set_viewport_size(DESKTOP)
            page.goto(path)
            if scripted:
                page.evaluate("selector => document.querySelectorAll(selector).forEach((e) => e.remove())", SCRIPTED)
            else:
                for control in page.locator(SCRIPTED).all():
                    expect(control).to_be_hidden()
            text = page.locator("body").inner_text()
            links = page.locator("main a[href]:visible, footer a[href]:visible").count()
            assert links > 0
            seen.append((re.sub(r"\s+", "", text), links))
    assert seen[0] == seen[1]


# The parts of the header that cover one another.
OVERLAPPING = """() => {
    const parts = [...document.querySelectorAll(".brand, .menu, .search-open, .language-toggle")]
        .filter((part) => part.checkVisibility()).map((part) => [part.className, part.getBoundingClientRect()]);
    return parts.flatMap(([name, a], i) => parts.slice(i + 1)
        .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
        .map(([other]) => [name, other]));
}"""


def nothing_has_to_be_scrolled_sideways(page: Page) -> None:
    for width, size in ((320, "normal"), (360, "larger"), (640, "larger"), (1280, "larger")):
        page.set_viewport_size({"width": width, "height": 640})
        page.evaluate("size => { document.documentElement.dataset.textSize = size; }", size)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wide = """() => [...document.querySelectorAll("main *, header *, footer *")].filter((e) => e.checkVisibility()
            && e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map((e) => e.outerHTML.slice(0, 160))"""
        assert excess <= 0, (width, size, page.evaluate(wide))
        assert page.evaluate(OVERLAPPING) == [], (width, size)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everyone(contexts: dict[bool, BrowserContext], path: str) -> None:
    with contexts[True].new_page() as page:
        page.set_viewport_size(PHONE if path.startswith("/en/") else DESKTOP)
        page.goto(path)
        the_keyboard_reaches_everything_and_shows_where_it_is(page)
        page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
        axe_finds_nothing(page, path)
        nothing_has_to_be_scrolled_sideways(page)


def test_nothing_moves_for_those_who_prefer_that(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/measures/")
    moving = """() => [...document.querySelectorAll("*")].filter((element) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element);
        return [transitionDuration, animationDuration].join().split(",").some((time) => parseFloat(time) > 0.001);
    }).length"""
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_quiet_and_holds_still(browser: Browser, address: str, path: str) -> None:
    # A context of its own, in whose cache nothing is yet.
    with browser.new_context(base_url=address, viewport=PHONE) as context:
        watched = Watched(context.new_page())
        page = watched.page
        page.goto(path)
        assert watched.complaints == []
        assert {urlsplit(url).netloc for url in watched.requests} == {urlsplit(address).netloc}, "no other host"
        assert len(watched.requests) <= REQUESTS, watched.requests
        shift = page.evaluate(
            """() => new Promise((done) => new PerformanceObserver((list) => done(list.getEntries()
                .reduce((sum, { value }) => sum + value, 0))).observe({ type: "layout-shift", buffered: true })
                || setTimeout(() => done(0), 100))"""
        )
        assert shift <= SHIFT
        assert not page.locator(SEARCH_BOX).evaluate("box => box === document.activeElement")


def test_our_own_scripts_are_small_and_say_what_they_are_for(small_site: Path) -> None:
    scripts = sorted((small_site / "assets").glob("*.js"))
    names = {script.name.split(".")[0] for script in scripts}
    assert names == {"contents", "filter", "find", "map", "not-found", "search-box", "search", "share", "site"}
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) <= SCRIPTS
    for script in (PROJECT / "overrides" / "assets").glob("*.js"):
        assert script.read_text("utf-8").startswith("// ")
