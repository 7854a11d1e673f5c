"""This module tests how the site looks: what fills a page, how many sizes of type it has, where lines break."""

import statistics
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from conftest import one, parsed
from plansite.site.graph import PlanView

pytestmark = pytest.mark.browser
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
KINDS = [
    *("", "measures/", "measures/47/", "units/", "units/tax-service/", "topics/", "topics/dispute-resolution/"),
    *(
        "themes/",
        "themes/legal/",
        "targets/",
        "invest/",
        "text/",
        "glossary/",
        "changes/",
        "updates/",
        "data/",
        "about/",
    ),
]
SHARE = """() => document.querySelector(".sentences").getBoundingClientRect().height
    / document.documentElement.scrollHeight"""
SIZES = """() => [...new Set([...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((e) => getComputedStyle(e).fontSize))]"""
STOPS = """() => [...document.querySelectorAll("a[href], button, input:not([type=radio]), select, summary, [tabindex]")]
    .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true })).length"""
# Where a line of a heading ends other than at a mark: within its text, no line may, as <wbr> parts it into words.
BROKEN = """() => [...document.querySelectorAll("h1, h2, h3, .card__title, .directory__question")]
    .filter((heading) => heading.checkVisibility() && heading.closest("[lang]").lang === "zh-Hans")
    .flatMap((heading) => {
        const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
        const broken = [];
        while (texts.nextNode()) {
            const { data } = texts.currentNode;
            const range = document.createRange();
            let above = null;
            for (let at = 0; at < data.length; at += 1) {
                range.setStart(texts.currentNode, at);
                range.setEnd(texts.currentNode, at + 1);
                const { top, width } = range.getBoundingClientRect();
                if (!width) continue;
                const mark = /[\\s，、；：。？！”》）]/.test(data[at - 1]) || /[“《（]/.test(data[at]);
                if (above !== null && top > above + 5 && !mark) broken.push(data);
                above = top;
            }
        }
        return broken;
    })"""


def visit(page: Page, address: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    page.goto(address)


@pytest.mark.parametrize(
    ("root", "size", "least"),
    [("/", DESKTOP, 0.4), ("/en/", DESKTOP, 0.5), ("/", PHONE, 0.4), ("/en/", PHONE, 0.46)],
    ids=["zh desktop", "en desktop", "zh phone", "en phone"],
)
def test_the_text_of_a_measure_fills_its_page(
    page: Page, real_view: PlanView, root: str, size: ViewportSize, least: float
) -> None:
    shares = []
    # A reader whose language it is sees no line that offers the other one.
    page.add_init_script('localStorage["plansite.language_line"] = "seen"')
    for measure in real_view.measures:
        visit(page, f"{root}{measure.address}/", size)
        shares.append(page.evaluate(SHARE))
    assert statistics.median(shares) >= least


@pytest.mark.parametrize("root", ["/", "/en/"])
def test_a_page_has_six_sizes_of_type_and_no_heading_broken_within_a_word(page: Page, root: str) -> None:
    for size in (DESKTOP, PHONE):
        for address in KINDS:
            visit(page, root + address, size)
            assert len(page.evaluate(SIZES)) <= 6, (address, size)
            assert page.evaluate(BROKEN) == [], (address, size)


@pytest.mark.parametrize("root", ["/", "/en/"])
def test_the_head_leaves_a_phone_to_the_page(page: Page, root: str) -> None:
    visit(page, f"{root}measures/47/", PHONE)
    bottom = "document.querySelector('.head').getBoundingClientRect().bottom"
    assert page.evaluate(bottom) <= 96
    page.evaluate("document.documentElement.dataset.textSize = 'larger'")
    assert page.evaluate(bottom) <= 140


@pytest.mark.parametrize("root", ["/", "/en/"])
def test_the_keyboard_is_through_the_home_page_in_sixty_steps_and_walks_the_map_by_arrows(
    page: Page, real_view: PlanView, root: str
) -> None:
    visit(page, root, DESKTOP)
    assert page.evaluate(STOPS) <= 60
    first = page.locator(".plan-map__cells a").first
    first.focus()
    expect(first.locator(".plan-map__title")).to_be_visible()
    below = real_view.sections[0].measures[1].number
    page.keyboard.press("ArrowDown")
    expect(page.locator(".plan-map__cells a:focus")).to_have_attribute("href", f"measures/{below}/")
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()


def test_the_map_and_its_table_say_the_same(site: Path, real_view: PlanView) -> None:
    for root in ("", "en"):
        page = parsed(site / root / "index.html")
        titles = [link.text() for link in page.css(".plan-map__title")]
        rows = one(page, ".screen-reader table").text()
        assert len(titles) == len(real_view.measures)
        assert all(title in rows for title in titles)


def test_a_missing_page_offers_the_measure_of_its_address(page: Page, site: Path) -> None:
    page.route("**/measure-45.html", lambda route: route.fulfill(path=site / "404.html"))
    page.goto("/measure-45.html")
    offer = page.locator(".not-found__measure").first
    expect(offer).to_be_visible()
    expect(offer.get_by_role("link")).to_have_attribute("href", "/measures/45/")


def test_a_term_is_found_while_typing(page: Page) -> None:
    page.goto("/en/glossary/")
    page.get_by_label("Find a term").fill("one-window")
    assert page.locator(".group dt:visible").count() < 5
    page.get_by_label("Find a term").fill("no such term")
    expect(page.get_by_text("No such term.")).to_be_visible()


def test_a_long_page_marks_where_one_reads(page: Page) -> None:
    visit(page, "/text/", DESKTOP)
    page.locator("#section-10").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#section-10').scrollIntoView()")
    expect(page.locator(".contents [aria-current]")).to_have_attribute("href", "#section-10")
    visit(page, "/text/", PHONE)
    expect(page.locator(".contents nav")).to_be_hidden()
    page.locator(".contents summary").click()
    page.locator(".contents a[href='#section-10']").click()
    expect(page.locator("#section-10")).to_be_in_viewport()
    expect(page.locator(".contents nav")).to_be_hidden()


def test_a_choice_is_taken_back_by_its_chip(page: Page) -> None:
    visit(page, "/en/measures/?unit=tax-service&theme=services", PHONE)
    expect(page.locator(".filters__choices")).to_be_hidden()
    chips = page.locator(".filters__chosen button")
    expect(chips).to_have_count(2)
    chips.first.click()
    expect(chips).to_have_count(1)
    visit(page, "/en/measures/?unit=tax-service&theme=legal", PHONE)
    expect(chips.first).to_contain_text("Without")
    chips.first.click()
    expect(page.locator(".card:visible").first).to_be_visible()
