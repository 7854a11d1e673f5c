"""This module does in a browser what people do with a site: switch, tab, tap, copy, read without scripts, preview."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, ViewportSize, expect

from conftest import BINARIES, CHROMIUM, CHROMIUM_FLAGS, DESKTOP, Watched, copy_small_project, edit, free_port
from plansite.errors import Lang
from plansite.validate import LoadedPlan

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def address(small_address: str) -> str:
    """The site of the plan of three measures on loopback."""
    return small_address


@pytest.mark.parametrize("path", ["measures/1/", "units/tax-service/", "themes/legal/", "text/", ""])
def test_the_toggle_stays_on_the_page(page: Page, path: str) -> None:
    page.goto(f"/{path}")
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(re.compile(rf"/en/{path}$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="中文", exact=True).click()
    expect(page).to_have_url(re.compile(rf":[0-9]+/{path}$"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


@pytest.mark.parametrize("path", ["measures/1/#s2", "themes/legal/#section-3", "text/#measure-3"])
def test_the_toggle_keeps_the_place_in_the_page(page: Page, path: str) -> None:
    page.goto(f"/{path}")
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(re.compile(rf"/en/{re.escape(path)}$"))
    expect(page.locator(f"#{path.split('#')[1]}")).to_be_in_viewport()


def test_the_toggle_follows_a_place_chosen_later(page: Page) -> None:
    page.goto("/measures/1/")
    page.evaluate("location.hash = '#s2'")
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(re.compile(r"/en/measures/1/#s2$"))


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent || document.activeElement.ariaLabel || ''")).strip()


def tab_to(page: Page, text: str) -> None:
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if seen[-1] == text:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{text} shows no focus"
            return
    pytest.fail(f"{text!r} was not reached by Tab, only {seen}")


def test_the_keyboard_alone_reaches_everything(page: Page) -> None:
    page.goto("/measures/1/")
    page.keyboard.press("Tab")
    assert focused(page) == "跳到正文"
    tab_to(page, "全部措施")
    tab_to(page, "English")
    tab_to(page, "区税务局")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/units/tax-service/$"))
    tab_to(page, "English")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/en/units/tax-service/$"))


def test_a_choice_of_light_or_dark_is_remembered(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    page.locator(".menu summary").click()
    page.get_by_role("radio", name="深色").check()
    expect(page.locator("html")).to_have_attribute("data-colors", "dark")
    page.goto("/en/measures/1/")
    expect(page.locator("html")).to_have_attribute("data-colors", "dark")
    page.locator(".menu summary").click()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    page.get_by_role("radio", name="System setting").check()
    expect(page.locator("html")).to_have_attribute("data-colors", "light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-colors", "dark")


def test_a_choice_of_text_size_is_remembered(page: Page) -> None:
    def size() -> float:
        return float(page.locator("#s1").evaluate("element => parseFloat(getComputedStyle(element).fontSize)"))

    page.goto("/measures/1/")
    normal = size()
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="特大").check()
    assert size() > 1.4 * normal
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio", name="特大")).to_be_hidden()
    expect(page.locator(".menu summary")).to_be_focused()
    page.goto("/en/measures/1/")
    assert size() > 1.4 * normal


def test_the_display_panel_fits_the_screen_and_closes_when_focus_leaves_it(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for path in ("/", "/en/"):
        page.goto(path)
        for size in ("normal", "large", "larger"):
            page.locator(".menu summary").click()
            page.locator(f"[name=text_size][value={size}]").check()
            box = page.locator(".menu__panel").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
            page.locator("[name=colors]").last.focus()
            page.keyboard.press("Tab")
            expect(page.locator(".menu__panel")).to_be_hidden()


def test_pages_read_and_link_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("link", name="市场环境").click()
        page.get_by_role("link", name="清理准入许可").click()
        expect(page.locator("#s1")).to_contain_text("全面清理准入许可")
        page.get_by_role("link", name="English", exact=True).click()
        expect(page.locator("h1")).to_contain_text("Clear access permits")


def test_both_languages_side_by_side_and_remembered(page: Page) -> None:
    page.goto("/en/measures/1/")
    sentence, twin = page.locator("#s2 .sentence"), page.locator("#s2 .twin")
    expect(twin).to_be_hidden()
    page.locator(".both summary").first.click()
    expect(twin).to_contain_text("0.5个工作日办结开店")
    left, right = sentence.bounding_box(), twin.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]
    assert abs(left["y"] - right["y"]) < 10
    for path, place in [
        ("/measures/2/", "#s1 .twin"),
        ("/en/text/", "#measure-2 ~ p .twin >> nth=0"),
        ("/topics/taxation/", ".answer .twin >> nth=0"),
        ("/invest/", ".answer .twin >> nth=0"),
    ]:
        page.goto(path)
        expect(page.locator(place)).to_be_visible()
    page.locator(".both summary").first.click()
    page.goto("/en/measures/1/")
    expect(twin).to_be_hidden()
    page.goto("/en/measures/1/?both")
    expect(twin).to_be_visible()


def test_a_whole_section_opens_only_where_it_is_asked_for(page: Page) -> None:
    twin = page.locator("#measure-1 + p .twin")
    page.goto("/themes/market/")
    page.get_by_text("中英对照阅读本节全文").first.click()
    expect(twin).to_be_visible()
    page.reload()
    expect(twin).to_be_hidden()


def test_both_languages_are_stacked_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/measures/1/")
    page.locator(".both summary").first.click()
    above, below = page.locator("#s1 .sentence").bounding_box(), page.locator("#s1 .twin").bounding_box()
    assert above is not None
    assert below is not None
    assert above["x"] == below["x"]
    assert above["y"] + above["height"] <= below["y"]
    for path in ("/measures/2/", "/en/text/", "/en/themes/market/"):
        page.goto(path)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert excess == 0, path


def test_both_languages_and_terms_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        for path, twin in (("/en/measures/1/", "#s1 .twin"), ("/text/", ".document .twin >> nth=0")):
            page.goto(path)
            expect(page.locator(twin)).to_be_hidden()
            page.locator(".both summary").click()
            expect(page.locator(twin)).to_be_visible()
        page.goto("/en/measures/1/")
        page.locator("#s1").get_by_role("link", name="access permits").click()
        expect(page).to_have_url(re.compile("/en/glossary/#access-permits$"))
        entry = page.locator("#access-permits")
        expect(entry).to_be_in_viewport()
        expect(entry).to_contain_text("准入许可")


def test_a_term_explains_itself_to_mouse_and_keyboard(page: Page) -> None:
    page.goto("/en/measures/1/")
    term = page.locator("#s1").get_by_role("link", name="access permits")
    card = page.locator("#term-access-permits")
    expect(card).to_be_hidden()
    term.hover()
    expect(card).to_contain_text("准入许可")
    expect(card).to_contain_text("What one needs to enter a market")
    card.hover()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.locator("h1").hover()
    term.focus()
    expect(card).to_be_visible()
    expect(term).to_have_accessible_description(re.compile("准入许可 What one needs"))
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


@pytest.mark.parametrize("low", [False, True], ids=["high on the screen", "where the explanation comes to be"])
def test_a_term_explains_itself_to_a_finger_first_and_leads_on_second(
    browser: Browser, address: str, *, low: bool
) -> None:
    with browser.new_context(base_url=address, viewport=PHONE, has_touch=True) as context:
        page = context.new_page()
        page.goto("/measures/1/")
        name = page.locator(".sentences").get_by_role("link", name="准入许可", exact=True)
        word, text = name.bounding_box(), None
        assert word is not None
        if low:
            page.set_viewport_size(PHONE | {"height": int(word["y"] + 2 * word["height"])})
        name.tap()
        card = page.locator("#term-access-permits")
        expect(card).to_be_in_viewport(ratio=1)
        expect(page).to_have_url(re.compile("/measures/1/$"))
        word, text = name.bounding_box(), card.bounding_box()
        assert word is not None
        assert text is not None
        assert word["y"] + word["height"] <= text["y"]
        name.tap()
        expect(page).to_have_url(re.compile("/glossary/#access-permits$"))


def test_the_printed_page_is_the_text_and_who_answers(page: Page) -> None:
    page.goto("/measures/1/")
    page.emulate_media(media="print")
    expect(page.locator("#s1")).to_be_visible()
    expect(page.locator(".responsibility")).to_be_visible()
    for hidden in ("header.head", ".breadcrumb", ".neighbors", ".foreign", ".pass-on >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()


def test_print_shows_what_the_reader_has_opened_in_light_colors(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    for path, twin in (("/en/measures/1/", "#s1 .twin"), ("/en/themes/market/", "#measure-1 + p .twin")):
        page.goto(path)
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.locator(twin)).to_be_hidden()
        expect(page.locator(".both summary").first).to_be_hidden()
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(20, 32, 29)"
        page.emulate_media(media="screen")
    page.goto("/en/measures/1/")
    page.locator(".both summary").click()
    page.emulate_media(media="print")
    expect(page.locator("#s1 .twin")).to_be_visible()


@pytest.mark.parametrize("size", [{"width": 640, "height": 450}, {"width": 1440, "height": 800}])
def test_an_explanation_is_in_view_beside_its_term(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    page.goto("/en/measures/1/")
    for name in page.locator(".sentences .term__name").all():
        name.focus()
        word = name.bounding_box()
        card = page.locator(f"#{name.get_attribute('aria-describedby')}").bounding_box()
        assert word is not None
        assert card is not None
        assert card["y"] + card["height"] <= size["height"]
        assert card["y"] >= word["y"] + word["height"] or card["y"] + card["height"] <= word["y"]


def test_open_pages_follow_the_preview_and_name_a_mistake(browser: Browser, tmp_path: Path) -> None:
    """`make serve`: a mistake is named in open pages of both languages, and once mended the edit shows up in them."""
    plan = copy_small_project(tmp_path) / "data" / "plan.yaml"
    command = [str(BINARIES / "plansite"), "serve", "--lang=en", f"--port={(port := free_port())}"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stderr is not None
            assert next(line for line in server.stdout if "follows what you edit" in line)
            with browser.new_context(base_url=f"http://127.0.0.1:{port}") as context:
                watched = Watched(context.new_page())
                chinese, english = context.new_page(), watched.page
                chinese.goto("/measures/2/")
                english.goto("/en/measures/2/")
                text = plan.read_text("utf-8")
                edit(plan, "kind: judicial", "kind: judical")
                line = text[: text.index("kind: judicial")].count("\n") + 1
                for page in (chinese, english):
                    alert = page.get_by_role("alert")
                    expect(alert).to_contain_text(f"data/plan.yaml:{line}:", timeout=60_000)
                    expect(alert).to_contain_text('did you mean "judicial"?')
                said = next(said for said in server.stderr if '"judical"' in said)
                assert said.startswith(f"data/plan.yaml:{line}:")
                text = text.replace("信用贷产品", "超级信用贷产品").replace('Extend "credit', 'Extend "edited')
                plan.write_text(text, "utf-8")
                expect(chinese.locator("#s1")).to_contain_text("超级信用贷", timeout=60_000)
                expect(english.locator("h1")).to_contain_text('Extend "edited', timeout=60_000)
                expect(english.get_by_role("alert")).to_have_count(0)
                assert watched.complaints == []
        finally:
            server.terminate()


STORAGES = {
    "null, as in a WebView without storage": "Object.defineProperty(window, 'localStorage', { get: () => null })",
    "forbidden by the settings": """Object.defineProperty(window, 'localStorage', {
        get() { throw new DOMException('denied', 'SecurityError'); },
    })""",
    "full": """for (let size = 2 ** 23, n = 0; size >= 1; size /= 2)
        for (;;) try { localStorage.setItem(`other${n}`, 'x'.repeat(size)); n += 1; } catch { break; }""",
}


@pytest.mark.parametrize("storage", STORAGES)
def test_choices_take_effect_where_nothing_can_be_stored(browser: Browser, address: str, storage: str) -> None:
    with browser.new_context(base_url=address, color_scheme="dark") as context:
        watched = Watched(context.new_page())
        page = watched.page
        page.add_init_script(STORAGES[storage])
        page.goto("/en/measures/1/")
        expect(page.locator("html")).to_have_attribute("data-colors", "dark")
        page.locator(".menu summary").click()
        page.get_by_role("radio", name="Light").check()
        expect(page.locator("html")).to_have_attribute("data-colors", "light")
        page.get_by_role("radio", name="Larger").check()
        expect(page.locator("html")).to_have_attribute("data-text-size", "larger")
        expect(page.locator("html")).to_have_attribute("data-colors", "light")
        page.locator(".both summary").first.click()
        expect(page.locator("#s2 .twin")).to_be_visible()
        assert watched.complaints == []


def test_a_page_from_the_back_forward_cache_takes_over_later_choices(playwright: Playwright, address: str) -> None:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=CHROMIUM_FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    with browser, browser.new_page(base_url=address, color_scheme="light") as page:
        page.goto("/en/measures/1/")
        page.evaluate("addEventListener('pageshow', ({ persisted }) => { window.cameBack = persisted; })")
        page.locator(".neighbors [rel=next]").click()
        expect(page).to_have_url(re.compile("/measures/2/$"))
        page.locator(".menu summary").click()
        page.get_by_role("radio", name="Dark").check()
        page.get_by_role("radio", name="Larger").check()
        page.evaluate("history.back()")
        page.wait_for_function("window.cameBack")
        expect(page).to_have_url(re.compile("/measures/1/$"))
        expect(page.locator("html")).to_have_attribute("data-colors", "dark")
        expect(page.locator("html")).to_have_attribute("data-text-size", "larger")
        page.locator(".menu summary").click()
        expect(page.get_by_role("radio", name="Dark")).to_be_checked()
        expect(page.get_by_role("radio", name="Larger")).to_be_checked()


COPIED = """(selector) => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector(selector));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return getSelection().toString().trim();
}"""


def test_a_sentence_is_copied_without_its_sign(page: Page, small: LoadedPlan) -> None:
    pages: list[tuple[str, Lang]] = [("/measures/2/", "zh"), ("/en/measures/2/", "en")]
    for path, lang in pages:
        page.goto(path)
        assert page.evaluate(COPIED, "#s1") == small.plan.measures[1].sentences[0][lang]


def test_an_english_sentence_has_its_own_link_and_the_toggle_leads_to_the_chinese_one(page: Page) -> None:
    page.goto("/en/measures/2/#s2-2")
    expect(page.locator("#s2-2")).to_contain_text("Encourage shops to make use of it.")
    expect(page.locator("#s2-2 .firm")).to_have_attribute("href", "../../glossary/#strength-encourages")
    page.locator(".language-toggle").first.click()
    expect(page).to_have_url(re.compile(r"[^n]/measures/2/#s2$"))
    expect(page.locator("#s2")).to_contain_text("探索凭信用放款")


CONTROLS = ".filters, .display, .search, .search-open"
"""What does nothing without scripts."""
UNREADABLE = {
    # The engine of an old browser, down to which of our scripts it does not read; Material's it does.
    "none of ours": (re.compile(r"/assets/(?!javascripts/)[^/]*\.js|/(en/)?(measures/)?$"), CONTROLS),
    "the filters": (re.compile(r"/assets/filter\."), ".filters, .who__help"),
    "the search box": (re.compile(r"/assets/search-box\."), ".search, .search-open"),
    "Material's": (re.compile(r"/assets/javascripts/bundle\."), ".search, .search-open"),
    "the display": (re.compile(r"/assets/site\."), ".display"),
}


def unread(route: Route) -> None:
    """Answer as the site does, with scripts of ours that this browser cannot read."""
    if route.request.resource_type == "document":
        # The policy names the script within the page by its hash, without which it is not run.
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r"script-src 'self'[^;]*", "script-src 'self'", answer.text()))
    elif route.request.resource_type == "script":
        route.fulfill(content_type="text/javascript", body="let = ;")
    else:
        route.continue_()


@pytest.mark.parametrize("scripts", UNREADABLE)
def test_controls_that_cannot_work_are_hidden(browser: Browser, address: str, scripts: str) -> None:
    pattern, dead = UNREADABLE[scripts]
    with browser.new_context(base_url=address, viewport=PHONE) as context:
        page = context.new_page()
        page.route(pattern, unread)
        for path in ("/", "/en/measures/"):
            page.goto(path)
            for control in page.locator(dead).all():
                expect(control).to_be_hidden()
            expect(page.locator("main a:visible").first).to_be_visible()
            if dead == CONTROLS:
                for control in page.locator(".filters").all():
                    expect(control).to_have_css("display", "none")


def test_nothing_depends_on_selectors_that_supported_browsers_lack(browser: Browser, address: str) -> None:
    def older(route: Route) -> None:
        route.fulfill(response=route.fetch(), body=re.sub(r":(is|has)\(", ":unknown(", route.fetch().text()))

    with browser.new_context(base_url=address, viewport=DESKTOP) as context:
        page = context.new_page()
        page.route(re.compile(r"/assets/site\.[0-9a-f]+\.css"), older)
        page.goto("/en/measures/1/")
        page.locator(".both summary").first.click()
        expect(page.locator("#s1 .twin")).to_be_visible()
        card = page.locator("#term-access-permits")
        expect(card).to_be_hidden()
        page.locator("#s1").get_by_role("link", name="access permits").focus()
        expect(card).to_be_visible()
        page.goto("/en/measures/?topic=taxation")
        expect(page.locator(".card[data-number]:visible")).to_have_count(2)


def test_the_404_page_of_servers_that_have_one_speaks_both_languages(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.goto("/404.html")
        expect(page).to_have_title(re.compile("^没有这个页面 · Page not found"))
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
        english = page.locator("main [lang=en]")
        expect(english.get_by_role("heading", name="Page not found")).to_be_visible()
        for part, home, path in ((english, "Home", "/en/"), (page.locator("main"), "首页", "/")):
            page.goto("/404.html")
            part.get_by_role("link", name=home, exact=True).click()
            expect(page).to_have_url(f"{address}{path}")
        page.goto("/en/404.html")
        expect(page.locator("main")).not_to_contain_text(re.compile("[\u4e00-\u9fff]"))
