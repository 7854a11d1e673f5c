"""This module passes sentences on in a browser, in every way, and is told of the other language."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from conftest import DESKTOP, parsed
from plansite.errors import Lang
from plansite.site.graph import PlanView
from plansite.site.templates import format_date

PHONE: ViewportSize = {"width": 360, "height": 740}
ROOTS: list[tuple[str, Lang]] = [("", "zh"), ("en/", "en")]

in_site = pytest.mark.site
in_browser = pytest.mark.browser


@pytest.fixture(scope="module")
def address(small_address: str) -> str:
    """The site of the plan of three measures on loopback."""
    return small_address


@in_site
def test_every_sentence_can_be_passed_on_wherever_it_is_quoted(site: Path) -> None:
    for root, _ in ROOTS:
        kinds = ("measures/*", "topics/*", "text", "invest", "targets", "themes/*")
        pages = [path for kind in kinds for path in (site / root).glob(f"{kind}/index.html")]
        quoting = [path for path in pages if parsed(path).css_first(".sentences, .quote, .document")]
        assert len(quoting) > len(pages) / 2
        for path in quoting:
            page = parsed(path)
            for quote in page.css(".answer .quote"):
                assert [link.attributes["href"] for link in quote.css(".pass-on")] == [quote.attributes["cite"]]
            for number, sentence in enumerate(page.css(".sentences > li"), start=1):
                assert [link.attributes["href"] for link in sentence.css(".pass-on")] == [f"#s{number}"]
            assert len(page.css("dialog.share")) == 1
            assert len(page.css("script[src*='assets/share.']")) == 1
    assert parsed(site / "about" / "index.html").css_first("dialog, script[src*='share.']") is None


@in_site
def test_every_sentence_of_the_plan_can_be_passed_on_from_the_whole_text(site: Path, real_view: PlanView) -> None:
    notice = real_view.notice
    for root, _ in ROOTS:
        links = [str(link.attributes["href"]) for link in parsed(site / root / "text" / "index.html").css(".pass-on")]
        measures = [f"../measures/{m.number}/#s{n}" for m in real_view.measures for n in range(1, len(m.sentences) + 1)]
        opening = [f"#opening-{n}" for n in range(1, len(notice.preamble) + 1)]
        general = [f"#general-{n}" for n in range(1, len(notice.general_requirements.sentences) + 1)]
        safeguards = [f"#{s.anchor}-{n}" for s in real_view.safeguards for n in range(1, len(s.sentences) + 1)]
        assert links == [*opening, *general, *measures, *safeguards]


@contextmanager
def opened(
    browser: Browser, address: str, path: str, script: str = "", **settings: Any
) -> Iterator[tuple[Page, Locator]]:
    """Yield a page that may use the clipboard, and its dialog; a script may take something from the browser before."""
    settings = {"viewport": DESKTOP, "permissions": ["clipboard-read", "clipboard-write"]} | settings
    with browser.new_context(base_url=address, **settings) as context:
        context.add_init_script(script)
        page = context.new_page()
        page.goto(path)
        page.evaluate("for (const closed of document.querySelectorAll('.tile details, .shut')) closed.open = true")
        yield page, page.locator("dialog.share")


def text_of(dialog: Locator) -> str:
    return dialog.get_by_role("textbox").input_value()


def said_by(dialog: Locator) -> Locator:
    return dialog.get_by_role("status")


def facts_of(plan: PlanView, lang: Lang) -> tuple[str, list[str]]:
    """Return the title of the plan and its issuers."""
    return plan.notice.title[lang], [issuer[lang] for issuer in plan.notice.issuers]


@in_browser
def test_a_sentence_its_link_and_a_citation_are_copied(browser: Browser, address: str, small_view: PlanView) -> None:
    cases: list[tuple[str, Lang, str, str]] = [
        ("/measures/1/", "zh", "转发或引用：第1条第2句", "已复制"),
        ("/en/measures/1/", "en", "Share or cite: Measure 1, sentence 2", "Copied"),
    ]
    for path, lang, name, done in cases:
        title, issuers = facts_of(small_view, lang)
        issued, words = format_date(small_view.notice.date, lang), small_view.measures[0].sentences[1][lang]
        with opened(browser, address, path) as (page, dialog):
            page.get_by_role("link", name=name, exact=True).click()
            expect(dialog).to_have_accessible_name(name)
            for way in ("sentence", "link", "plain"):
                dialog.locator(f"[name={way}]").click()
                expect(said_by(dialog)).to_have_text(done)
                text = page.evaluate("navigator.clipboard.readText()")
                assert text == text_of(dialog)
                assert text.endswith(f"{address}{path}#s2")
                if way == "sentence":
                    assert text.splitlines()[0] == words
                if way == "plain":
                    assert words.translate(WITHIN_QUOTES) in text
                    assert format_date(date.fromisoformat(page.evaluate(TODAY)), lang) in text
                if way != "link":
                    assert all(fact in text for fact in (title, *issuers, issued, name.split("：")[-1].split(": ")[-1]))
                    assert ("Unofficial English translation." if lang == "en" else "（非官方整理）") in text


WITHIN_QUOTES = str.maketrans('“”"', "‘’'")
TODAY = """() => {
    const pad = (number) => String(number).padStart(2, "0"), now = new Date();
    return [now.getFullYear(), pad(now.getMonth() + 1), pad(now.getDate())].join("-");
}"""
TROUBLE = r'"50% of #1" & {a_b \ ~5 ^2 $'
"""Text that means something else to TeX."""
FROM_TEX = TROUBLE.replace("{", "").replace("^", "ˆ")
"""The same as pylatexenc reads it, which knows \\textbraceleft not at all and \\textasciicircum as another sign."""


def with_trouble(page: Page) -> None:
    """Open the dialog of a sentence with such text in its middle."""
    page.locator("#s2 .sentence").evaluate("(sentence, text) => sentence.prepend(text)", f"{TROUBLE} ")
    page.locator("#s2 .pass-on").click()


@in_browser
@pytest.mark.parametrize(("root", "lang"), ROOTS)
def test_citations_are_read_by_the_programs_they_are_for(
    browser: Browser, address: str, small_view: PlanView, root: str, lang: Lang
) -> None:
    title, issuers = facts_of(small_view, lang)
    day, words = small_view.notice.date, str(small_view.measures[0].sentences[1][lang])
    remark = "Unofficial English translation. " if lang == "en" else "（非官方整理）"
    with opened(browser, address, f"/{root}measures/1/") as (page, dialog):
        today, url = page.evaluate(TODAY), f"{address}/{root}measures/1/#s2"
        place = page.locator("#s2 .pass-on").get_attribute("data-place")
        with_trouble(page)

        dialog.locator("[name=bibtex]").click()
        library = parse_string(text_of(dialog), append_middleware=[LatexDecodingMiddleware()])
        assert library.failed_blocks == []
        (entry,) = library.entries
        assert r"\& \textbraceleft{}a\_b \textbackslash{}" in text_of(dialog)
        assert (entry.entry_type, entry.key) == ("misc", "small-district-plan-measures-1-s2")
        assert {field.key: field.value for field in entry.fields} == {
            "author": " and ".join(issuers),
            "title": title,
            "year": str(day.year),
            "month": str(day.month),
            "day": str(day.day),
            "howpublished": place,
            "note": f"{remark}{FROM_TEX} {words}",
            "url": url,
            "urldate": today,
            "language": "zh-Hans" if lang == "zh" else "en",
        }

        dialog.locator("[name=ris]").click()
        (record,) = rispy.loads(text_of(dialog))
        assert record["type_of_reference"] == "GOVDOC"
        assert (record["title"], record["section"], record["abstract"]) == (title, place, f"{TROUBLE} {words}")
        assert (record["year"], record["date"]) == (str(day.year), f"{day:%Y/%m/%d}")
        assert all(issuer in record["publisher"] for issuer in issuers)
        assert record["notes"] == [remark.strip()]
        assert (record["urls"], record["access_date"]) == ([url], today.replace("-", "/"))
        assert "unknown_tag" not in record


@in_browser
@pytest.mark.parametrize(("root", "lang"), ROOTS)
def test_the_words_passed_on_are_those_of_the_plan(
    browser: Browser, address: str, small_view: PlanView, root: str, lang: Lang
) -> None:
    for path in ("measures/2/", "measures/3/", "text/?both", "topics/taxation/", "targets/", "invest/"):
        with opened(browser, address, f"/{root}{path}") as (page, dialog):
            for link in page.locator(".pass-on").all():
                link.click()
                words, source, url = text_of(dialog).splitlines()
                found = re.fullmatch(r".*?(?:measures/(\d+)/)?#(?:\D+|safeguard-1-)(\d+)(?:-(\d+))?", url)
                assert found is not None
                number, sentence, part = found.groups()
                dialog.locator("[name=close]").click()
                assert "?" not in url
                if number is None:
                    assert words in page.locator(f"{url[url.index('#') :]}").inner_text()
                    continue
                record = small_view.measures[int(number) - 1].sentences[int(sentence) - 1]
                whole = record[lang] or record.zh
                assert words == (record.en[int(part) - 1] if part else whole)
                place = f"第{number}条第{sentence}句" if lang == "zh" else f"Measure {number}, sentence {sentence}"
                assert place in source
                said = dialog.get_by_role("textbox", include_hidden=True).get_attribute("lang")
                assert said == ("en" if record[lang] and lang == "en" else "zh-Hans")


REFUSALS = {
    "refused": """Clipboard.prototype.writeText = async () => {
        throw new DOMException("Write permission denied.", "NotAllowedError");
    };""",
    "missing, as within other apps": "Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });",
}


@in_browser
@pytest.mark.parametrize("refusal", REFUSALS)
def test_where_the_clipboard_is_closed_the_text_stands_there_selected(
    browser: Browser, address: str, refusal: str
) -> None:
    with opened(browser, address, "/measures/1/", REFUSALS[refusal]) as (page, dialog):
        page.locator("#s2 .pass-on").click()
        box = dialog.get_by_role("textbox")
        for way in ("sentence", "link", "plain", "bibtex", "ris"):
            dialog.locator(f"[name={way}]").click()
            expect(said_by(dialog)).to_contain_text("请自己复制")
            expect(box).to_be_focused()
            assert box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd) === box.value")
            expect(box).not_to_be_editable()


@in_browser
def test_a_page_opened_from_the_disk_passes_sentences_on(browser: Browser, small_site: Path) -> None:
    with opened(browser, "", (small_site / "en" / "measures" / "1" / "index.html").as_uri()) as (page, dialog):
        page.locator("#s2 .pass-on").click()
        dialog.locator("[name=link]").click()
        expect(said_by(dialog)).not_to_be_empty()
        assert text_of(dialog) == f"{small_site.as_uri()}/en/measures/1/index.html#s2"


# As browsers have it: for a click only, and rejected where its reader turns back.
SHARES = """Navigator.prototype.share = async function (data) {
    if (!(this instanceof Navigator)) throw new TypeError("Illegal invocation");
    if (!this.userActivation.isActive) throw new DOMException("Must be handling a user gesture", "NotAllowedError");
    if (window.refusal) throw new DOMException("Share failed", window.refusal);
    window.shared = data;
};"""


@in_browser
def test_a_sentence_is_handed_to_the_apps_of_the_device(browser: Browser, address: str, small_view: PlanView) -> None:
    with opened(browser, address, "/en/measures/1/") as (page, dialog):
        page.locator("#s2 .pass-on").click()
        expect(dialog.locator("[name=share]")).to_be_hidden()
    with opened(browser, address, "/en/measures/1/", SHARES) as (page, dialog):
        page.locator("#s2 .pass-on").click()
        button = dialog.get_by_role("button", name="Share", exact=True)
        button.click()
        shared = page.evaluate("shared")
        assert shared["url"] == f"{address}/en/measures/1/#s2"
        assert shared["text"].startswith(small_view.measures[0].sentences[1].shown("en"))
        page.evaluate("refusal = 'AbortError'")
        button.click()
        expect(said_by(dialog)).to_be_empty()
        page.evaluate("refusal = 'NotAllowedError'")
        button.click()
        expect(said_by(dialog)).to_contain_text("copy it yourself")
        expect(dialog.get_by_role("textbox")).to_be_focused()


@in_browser
def test_the_keyboard_passes_a_sentence_on_and_comes_back(browser: Browser, address: str) -> None:
    with opened(browser, address, "/en/measures/1/") as (page, dialog):
        link = page.locator("#s2 .pass-on")
        link.focus()
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("button", name="Copy sentence with source")).to_be_focused()
        page.keyboard.press("Enter")
        expect(said_by(dialog)).to_have_text("Copied")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(link).to_be_focused()
        expect(page).to_have_url(f"{address}/en/measures/1/")
        link.click()
        expect(said_by(dialog)).to_be_empty()
        # What is around the dialog closes it.
        page.mouse.click(5, 5)
        expect(dialog).to_be_hidden()
        expect(link).to_be_focused()


NO_DIALOG = "delete HTMLDialogElement.prototype.showModal;"


@in_browser
@pytest.mark.parametrize("settings", [{"java_script_enabled": False}, {}], ids=["no scripts", "no dialogs"])
def test_the_link_is_a_link_where_nothing_more_can_be_done(
    browser: Browser, address: str, settings: dict[str, Any]
) -> None:
    with opened(browser, address, "/en/topics/taxation/", NO_DIALOG, **settings) as (page, dialog):
        link = page.locator(".answer .pass-on").first
        expect(link).to_have_accessible_name("Measure 2, sentence 1")
        expect(dialog).to_be_hidden()
        link.click()
        expect(page).to_have_url(f"{address}/en/measures/2/#s1")


@in_browser
def test_the_link_still_opens_in_a_tab_of_its_own(browser: Browser, address: str) -> None:
    with opened(browser, address, "/en/topics/taxation/") as (page, dialog):
        with page.context.expect_page() as opening:
            page.locator(".answer .pass-on").first.click(modifiers=["Control"])
        expect(opening.value).to_have_url(f"{address}/en/measures/2/#s1")
        expect(dialog).to_be_hidden()


# How far a link reaches from its middle, and whether lines are as high as without it.
REACH = """(link) => {
    link.scrollIntoView({ block: "center" });
    const { left, top, width, height } = link.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const at = (right, down) => document.elementFromPoint(x + right, y + down);
    // Where two stand one above the other the lower reaches over the frame of the upper.
    const around = [at(-21, 0), at(21, 0), at(0, -21), at(0, 21)];
    const hit = at(0, 0) === link && around.every((element) => element.matches(".pass-on"));
    const text = link.closest("p, .sentence, .statements") ?? link.closest("li").querySelector(".statements");
    const high = () => text.getBoundingClientRect().height / parseFloat(getComputedStyle(text).lineHeight);
    const lines = high();
    link.style.display = "none";
    const more = lines - high();
    link.style.display = "";
    const even = more < 0.02 || more > 0.9; // nothing, or another line
    return { hit, wide: width >= 44, high: height >= 44, whole: link.getClientRects().length === 1, even };
}"""


@in_browser
@pytest.mark.parametrize("path", ["/measures/1/", "/en/measures/3/", "/text/", "/en/text/", "/targets/", "/invest/"])
def test_a_finger_finds_the_link_and_the_dialog_and_lines_stay_as_high(
    browser: Browser, address: str, path: str
) -> None:
    touch: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    with opened(browser, address, path, **touch) as (page, dialog):
        links = page.locator(".pass-on:visible").all()
        assert links
        for link in links:
            assert link.evaluate(REACH) == dict.fromkeys(("hit", "wide", "high", "whole", "even"), True)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        links[0].tap()
        for button in dialog.get_by_role("button").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44
        box = dialog.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]
        assert 0 <= box["y"] <= box["y"] + box["height"] <= PHONE["height"]


ENGLISH, CHINESE = "This page is also in English", "本页有中文版"
LANGUAGES: dict[tuple[str, ...], tuple[str, str]] = {
    ("de-DE",): (ENGLISH, ""),
    ("en-US", "en"): (ENGLISH, ""),
    ("zh-CN",): ("", CHINESE),
    ("zh-TW", "de"): ("", CHINESE),
    ("zh-CN", "en"): ("", ""),
    ("en", "zh-CN"): ("", ""),
    (): ("", ""),
}
"""{what a browser asks for: the line on a Chinese and on an English page}"""


def line_of(page: Page) -> str:
    line = page.locator(".foreign")
    return line.get_by_role("link").inner_text() if line.is_visible() else ""


@in_browser
@pytest.mark.parametrize("languages", LANGUAGES)
def test_a_browser_of_the_other_language_is_told_of_it(
    browser: Browser, address: str, languages: tuple[str, ...]
) -> None:
    asked = f"Object.defineProperty(Navigator.prototype, 'languages', {{ get: () => {[*languages]} }});"
    with opened(browser, address, "/measures/1/", asked) as (page, _):
        chinese = line_of(page)
        page.goto("/en/measures/1/")
        assert (chinese, line_of(page)) == LANGUAGES[languages]
        expect(page).to_have_url(f"{address}/en/measures/1/")


def foreign(browser: Browser, address: str, locale: str) -> BrowserContext:
    return browser.new_context(base_url=address, viewport=PHONE, locale=locale)


@in_browser
def test_the_line_of_the_other_language_is_remembered(browser: Browser, address: str) -> None:
    with foreign(browser, address, "de-DE") as context:
        page = context.new_page()
        page.goto("/measures/1/#s2")
        page.get_by_role("link", name=ENGLISH).click()
        expect(page).to_have_url(f"{address}/en/measures/1/#s2")
        for path in ("/measures/1/", "/"):
            page.goto(path)
            expect(page.locator(".foreign")).to_be_hidden()
    with foreign(browser, address, "zh-CN") as context:
        page = context.new_page()
        page.goto("/en/")
        line = page.locator(".foreign")
        expect(line.get_by_role("link", name=CHINESE)).to_be_visible()
        close = line.get_by_role("button", name="关闭")
        box = close.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
        close.click()
        expect(line).to_be_hidden()
        page.goto("/en/measures/1/")
        expect(line).to_be_hidden()
    with browser.new_context(base_url=address, locale="de-DE", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.locator(".foreign")).to_be_hidden()
