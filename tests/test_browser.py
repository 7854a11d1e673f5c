"""What people do with the site, in a real browser: switch, tab, tap, copy, read without scripts, preview."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, ViewportSize, expect

from conftest import CHROMIUM, CHROMIUM_FLAGS, DESKTOP, Watched, copy_project, edit_notice, free_port
from plansite.validate import LoadedPlan

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 780}
KINDS = [
    "", "text/", "measures/", "measures/24/", "units/", "units/government-office/", "units/towns-subdistricts-zones/",
    "themes/", "themes/services/", "glossary/", "about/", "accessibility/", "contribute/", "404.html",
]  # fmt: skip
BOTH = [f"/{lang}{kind}" for lang in ("", "en/") for kind in KINDS]


def test_every_kind_of_page_follows_the_system_into_the_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    for path in BOTH:
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 22, 29)", path


@pytest.mark.parametrize("path", ["measures/7/", "units/tax-service/", "themes/legal/", "text/", ""])
def test_the_toggle_stays_on_the_page(page: Page, path: str) -> None:
    page.goto(f"/{path}")
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(re.compile(rf"/en/{path}$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="中文", exact=True).click()
    expect(page).to_have_url(re.compile(rf":[0-9]+/{path}$"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


@pytest.mark.parametrize("path", ["measures/7/#s2", "themes/legal/#section-15", "text/#measure-30"])
def test_the_toggle_keeps_the_place_in_the_page(page: Page, path: str) -> None:
    page.goto(f"/{path}")
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(re.compile(rf"/en/{re.escape(path)}$"))
    expect(page.locator(f"#{path.split('#')[1]}")).to_be_in_viewport()


def test_the_toggle_follows_a_place_chosen_later(page: Page) -> None:
    page.goto("/measures/24/")
    page.locator("#s3 .anchor").click()
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(re.compile(r"/en/measures/24/#s3$"))


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
    page.goto("/measures/24/")
    page.keyboard.press("Tab")
    assert focused(page) == "跳到正文"
    tab_to(page, "English")
    tab_to(page, "全部措施")
    tab_to(page, "区行政审批局")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/units/administrative-approval-bureau/$"))
    tab_to(page, "English")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/en/units/administrative-approval-bureau/$"))


def test_nothing_scrolls_sideways_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for path in BOTH:
        page.goto(path)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert excess == 0, path


def test_a_sentence_has_a_link_to_copy(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto("/en/measures/24/")
        page.get_by_label("Copy link to sentence 3").click()
        said = page.get_by_role("status").filter(has_text="Link copied")
        expect(said).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == f"{address}/en/measures/24/#s3"


def test_light_and_dark_can_be_chosen_and_stay_chosen(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    page.locator(".display").get_by_text("显示").click()
    page.get_by_role("radio", name="深色").check()
    expect(page.locator("html")).to_have_attribute("data-colors", "dark")
    page.goto("/en/measures/7/")
    expect(page.locator("html")).to_have_attribute("data-colors", "dark")
    page.locator(".display").get_by_text("Display").click()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    page.get_by_role("radio", name="As the system").check()
    expect(page.locator("html")).to_have_attribute("data-colors", "light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-colors", "dark")


def test_the_text_can_be_enlarged_and_stays_so(page: Page) -> None:
    def size() -> float:
        return float(page.locator("#s1").evaluate("element => parseFloat(getComputedStyle(element).fontSize)"))

    page.goto("/measures/7/")
    normal = size()
    page.locator(".display summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="特大").check()
    assert size() > 1.4 * normal
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio", name="特大")).to_be_hidden()
    expect(page.locator(".display summary")).to_be_focused()
    page.goto("/en/measures/7/")
    assert size() > 1.4 * normal


def test_the_panel_of_the_display_is_seen_whole_and_closes_when_somebody_turns_elsewhere(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for path in ("/", "/en/"):
        page.goto(path)
        for size in ("normal", "large", "larger"):
            page.locator(".display summary").click()
            page.locator(f"[name=text_size][value={size}]").check()
            box = page.locator(".display__panel").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
            page.locator("[name=colors]").last.focus()
            page.keyboard.press("Tab")
            expect(page.locator(".display__panel")).to_be_hidden()


def test_pages_read_and_link_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("link", name="市场环境").click()
        page.get_by_role("link", name="全面落实市场准入负面清单").click()
        expect(page.locator("#s1")).to_contain_text("贯彻落实国家市场准入负面清单")
        page.get_by_role("link", name="English", exact=True).click()
        expect(page.locator("h1")).to_contain_text("Fully implement the negative lists for market access")


def test_both_languages_side_by_side_and_remembered(page: Page) -> None:
    page.goto("/en/measures/7/")
    sentence, twin = page.locator("#s2 .sentence"), page.locator("#s2 .twin")
    expect(twin).to_be_hidden()
    page.get_by_text("Side by side: Chinese and English").click()
    expect(twin).to_contain_text("积极探索依托中日（苏州）地方发展合作示范区")
    left, right = sentence.bounding_box(), twin.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]
    assert abs(left["y"] - right["y"]) < 10
    for path, place in [
        ("/measures/24/", "#s1 .twin"),
        ("/en/text/", "#measure-58 ~ p .twin >> nth=0"),
        ("/topics/taxation/", ".answer .twin >> nth=0"),
        ("/invest/", ".answer .twin >> nth=0"),
    ]:
        page.goto(path)
        expect(page.locator(place)).to_be_visible()
    page.get_by_text("中英对照").first.click()
    page.goto("/en/measures/7/")
    expect(twin).to_be_hidden()
    page.goto("/en/measures/7/?both")
    expect(twin).to_be_visible()


def test_a_whole_section_opens_only_where_it_is_asked_for(page: Page) -> None:
    twin = page.locator("#measure-37 + p .twin")
    page.goto("/themes/legal/")
    page.get_by_text("中英对照阅读本节全文").first.click()
    expect(twin).to_be_visible()
    page.reload()
    expect(twin).to_be_hidden()


def test_both_languages_are_stacked_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/measures/24/")
    page.get_by_text("中英对照").click()
    above, below = page.locator("#s1 .sentence").bounding_box(), page.locator("#s1 .twin").bounding_box()
    assert above is not None
    assert below is not None
    assert above["x"] == below["x"]
    assert above["y"] + above["height"] <= below["y"]
    for path in ("/measures/25/", "/en/text/", "/en/themes/society/"):
        page.goto(path)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert excess == 0, path


def test_both_languages_and_terms_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        for path, twin in (("/en/measures/7/", "#s1 .twin"), ("/text/", ".document .twin >> nth=0")):
            page.goto(path)
            expect(page.locator(twin)).to_be_hidden()
            page.locator(".both summary").click()
            expect(page.locator(twin)).to_be_visible()
        page.goto("/en/measures/42/")
        page.locator("#s1").get_by_role("link", name="double random, one public").click()
        expect(page).to_have_url(re.compile("/en/glossary/#double-random-one-public$"))
        entry = page.locator("#double-random-one-public")
        expect(entry).to_be_in_viewport()
        expect(entry).to_contain_text("双随机、一公开")


def test_a_term_explains_itself_to_mouse_and_keyboard(page: Page) -> None:
    page.goto("/en/measures/42/")
    term = page.locator("#s1").get_by_role("link", name="double random, one public")
    card = page.locator("#term-double-random-one-public")
    expect(card).to_be_hidden()
    term.hover()
    expect(card).to_contain_text("双随机、一公开")
    expect(card).to_contain_text("Inspection targets and inspectors are chosen by chance")
    card.hover()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.locator("h1").hover()
    term.focus()
    expect(card).to_be_visible()
    expect(term).to_have_accessible_description(re.compile("双随机、一公开 Inspection targets"))
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


@pytest.mark.parametrize(
    ("path", "term", "place"),
    [
        ("/measures/42/", "双随机、一公开", "double-random-one-public"),
        # Low on the screen, where the explanation comes to stand.
        ("/measures/48/", "管理人", "bankruptcy-administrator"),
    ],
)
def test_a_term_explains_itself_to_a_finger_first_and_leads_on_second(
    browser: Browser, address: str, path: str, term: str, place: str
) -> None:
    with browser.new_context(base_url=address, viewport=PHONE, has_touch=True) as context:
        page = context.new_page()
        page.goto(path)
        name = page.locator(".sentences").get_by_role("link", name=term, exact=True).first
        name.tap()
        card = page.locator(f"#term-{place}")
        expect(card).to_be_in_viewport(ratio=1)
        expect(page).to_have_url(re.compile(f"{path}$"))
        word, text = name.bounding_box(), card.bounding_box()
        assert word is not None
        assert text is not None
        assert word["y"] + word["height"] <= text["y"]
        name.tap()
        expect(page).to_have_url(re.compile(f"/glossary/#{place}$"))


def test_the_printed_page_is_the_text_and_who_answers(page: Page) -> None:
    page.goto("/measures/24/")
    page.emulate_media(media="print")
    expect(page.locator("#s1")).to_be_visible()
    expect(page.locator(".responsibility")).to_be_visible()
    for hidden in ("header.md-header", ".site-nav", ".neighbors", ".anchor >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()


def test_paper_shows_what_the_reader_has_opened_in_the_colors_of_the_light(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    for path, twin in (("/en/measures/24/", "#s1 .twin"), ("/en/themes/legal/", "#measure-37 + p .twin")):
        page.goto(path)
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.locator(twin)).to_be_hidden()
        expect(page.locator(".both summary").first).to_be_hidden()
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(22, 32, 44)"
        page.emulate_media(media="screen")
    page.goto("/en/measures/24/")
    page.locator(".both summary").click()
    page.emulate_media(media="print")
    expect(page.locator("#s1 .twin")).to_be_visible()


@pytest.mark.parametrize("size", [{"width": 640, "height": 450}, {"width": 1440, "height": 800}])
def test_an_explanation_is_seen_whole_beside_its_term(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    page.goto("/en/measures/24/")
    for name in page.locator(".sentences .term__name").all():
        name.focus()
        word = name.bounding_box()
        card = page.locator(f"#{name.get_attribute('aria-describedby')}").bounding_box()
        assert word is not None
        assert card is not None
        assert card["y"] + card["height"] <= size["height"]
        assert card["y"] >= word["y"] + word["height"] or card["y"] + card["height"] <= word["y"]


def test_the_preview_follows_an_edit_in_both_languages(browser: Browser, tmp_path: Path) -> None:
    """`make serve`: a mistake is named, and once mended the edit shows up in open pages of both languages."""
    project = copy_project(tmp_path / "project")
    plan = project / "data" / "plan.yaml"
    port = free_port()
    command = [str(Path(sys.executable).with_name("plansite")), "serve", "--lang=en", f"--port={port}"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stderr is not None
            assert next(line for line in server.stdout if "follows what you edit" in line)
            with browser.new_context(base_url=f"http://127.0.0.1:{port}") as context:
                watched = Watched(context.new_page())
                chinese, english = context.new_page(), watched.page
                chinese.goto("/measures/31/")
                english.goto("/en/measures/31/")
                text = plan.read_text("utf-8")
                plan.write_text(text.replace("kind: judicial", "kind: judical", 1), "utf-8")
                said = next(line for line in server.stderr if '"judical"' in line)
                assert 'did you mean "judicial"?' in said
                plan.write_text(text.replace("Build an integrated smart", "Build an edited smart", 1), "utf-8")
                edit_notice(project, "充分运用大数据、", "充分运用超级大数据、")
                expect(chinese.locator("#s1")).to_contain_text("超级大数据", timeout=60_000)
                expect(english.locator("h1")).to_contain_text("Build an edited smart", timeout=60_000)
                expect(english.locator("#s1")).to_contain_text("超级大数据")
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
def test_what_is_chosen_is_shown_where_nothing_can_be_kept(browser: Browser, address: str, storage: str) -> None:
    with browser.new_context(base_url=address, color_scheme="dark") as context:
        watched = Watched(context.new_page())
        page = watched.page
        page.add_init_script(STORAGES[storage])
        page.goto("/en/measures/7/")
        expect(page.locator("html")).to_have_attribute("data-colors", "dark")
        page.locator(".display summary").click()
        page.get_by_role("radio", name="Light").check()
        expect(page.locator("html")).to_have_attribute("data-colors", "light")
        page.get_by_role("radio", name="Larger").check()
        expect(page.locator("html")).to_have_attribute("data-text-size", "larger")
        expect(page.locator("html")).to_have_attribute("data-colors", "light")
        page.get_by_text("Side by side: Chinese and English").click()
        expect(page.locator("#s2 .twin")).to_be_visible()
        assert watched.complaints == []


def test_a_page_that_comes_back_is_displayed_as_was_chosen_since(playwright: Playwright, address: str) -> None:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=CHROMIUM_FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    with browser, browser.new_page(base_url=address, color_scheme="light") as page:
        page.goto("/en/measures/7/")
        page.evaluate("addEventListener('pageshow', ({ persisted }) => { window.cameBack = persisted; })")
        page.locator(".neighbors__next").click()
        expect(page).to_have_url(re.compile("/measures/8/$"))
        page.locator(".display summary").click()
        page.get_by_role("radio", name="Dark").check()
        page.get_by_role("radio", name="Larger").check()
        page.evaluate("history.back()")
        page.wait_for_function("window.cameBack")
        expect(page).to_have_url(re.compile("/measures/7/$"))
        expect(page.locator("html")).to_have_attribute("data-colors", "dark")
        expect(page.locator("html")).to_have_attribute("data-text-size", "larger")
        page.locator(".display summary").click()
        expect(page.get_by_role("radio", name="Dark")).to_be_checked()
        expect(page.get_by_role("radio", name="Larger")).to_be_checked()


COPIED = """(selector) => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector(selector));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return getSelection().toString().trim();
}"""


def test_a_sentence_is_copied_without_its_sign(page: Page, real: LoadedPlan) -> None:
    page.context.grant_permissions(["clipboard-write"])
    for path, lang in (("/measures/7/", "zh"), ("/en/measures/7/", "en")):
        page.goto(path)
        page.locator("#s1 .anchor").click()
        expect(page.locator("#s1 .copied")).to_be_visible()
        assert page.evaluate(COPIED, "#s1") == getattr(real.plan.measures[6].sentences[0], lang)


CONTROLS = ".filters, .display, .home__search, .md-search, .search-open, .who__help"
"""What does nothing without scripts."""
UNREADABLE = {
    # The engine of an old browser, down to which of our scripts it does not read; Material's it does.
    "none of ours": (re.compile(r"/assets/(?!javascripts/)[^/]*\.js|/(en/)?(measures/)?$"), CONTROLS),
    "the filters": (re.compile(r"/assets/filter\."), ".filters, .who__help"),
    "the search box": (re.compile(r"/assets/search-box\."), ".home__search, .md-search, .search-open"),
    "Material's": (re.compile(r"/assets/javascripts/bundle\."), ".home__search, .md-search, .search-open"),
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
def test_what_a_browser_cannot_do_is_not_offered(browser: Browser, address: str, scripts: str) -> None:
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
                for control in page.locator(".filters, .home__search").all():
                    expect(control).to_have_css("display", "none")


def test_what_works_does_without_selectors_that_supported_browsers_lack(browser: Browser, address: str) -> None:
    def older(route: Route) -> None:
        route.fulfill(response=route.fetch(), body=re.sub(r":(is|has)\(", ":unknown(", route.fetch().text()))

    with browser.new_context(base_url=address, viewport=DESKTOP) as context:
        page = context.new_page()
        page.route(re.compile(r"/assets/site\.[0-9a-f]+\.css"), older)
        page.goto("/en/measures/42/")
        page.get_by_text("Side by side: Chinese and English").click()
        expect(page.locator("#s1 .twin")).to_be_visible()
        card = page.locator("#term-double-random-one-public")
        expect(card).to_be_hidden()
        page.locator("#s1").get_by_role("link", name="double random, one public").focus()
        expect(card).to_be_visible()
        page.goto("/en/measures/?topic=taxation")
        expect(page.locator(".card[data-number]:visible")).to_have_count(6)


def test_the_404_page_of_servers_that_have_one_speaks_both_languages(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.goto("/404.html")
        expect(page).to_have_title(re.compile("^没有这个页面 · Page not found"))
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
        english = page.locator("main [lang=en]")
        expect(english.get_by_role("heading", name="Page not found")).to_be_visible()
        for part, home, title in (
            (english, "Home", "Xiangcheng Business Environment"),
            (page.locator("main"), "首页", "相城区优化营商环境"),
        ):
            page.goto("/404.html")
            part.get_by_role("link", name=home, exact=True).click()
            expect(page).to_have_title(re.compile(title))
        page.goto("/en/404.html")
        expect(page.locator("main")).not_to_contain_text(re.compile("[\u4e00-\u9fff]"))
