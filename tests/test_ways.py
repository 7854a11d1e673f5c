"""This module tests the ways into a plan: topics, the page for foreign enterprises, targets, filters, and the PDF."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader
from pypdf.generic import Destination

from conftest import build_site, copy_small_project, one, parsed, run, search, shared_folder, without
from plansite.build.release import BROWSERS, MARK
from plansite.errors import Lang
from plansite.validate import LoadedPlan

ROOTS: list[tuple[str, Lang]] = [("", "zh"), ("en/", "en")]
RADICALS = str.maketrans("⻓⻆⻅⻔⻋⻛⻚⻢⻬⻰⻄⻘⺠", "长角见门车风页马齐龙西青民")
"""Radicals that Chromium writes into a PDF for the characters of the same form, and that NFKC leaves."""
in_site = pytest.mark.site
in_browser = pytest.mark.browser


@pytest.fixture(scope="module")
def address(small_address: str) -> str:
    """The site of the plan of three measures on loopback: the tests in a browser are about it."""
    return small_address


def said(text: str) -> str:
    """Return text as a page or a PDF says it, apart from spacing and width."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(RADICALS)


@in_site
def test_a_topic_says_in_short_what_its_sentences_say_in_the_order_of_use(site: Path, real: LoadedPlan) -> None:
    for root, lang in ROOTS:
        for topic in real.plan.topics:
            page = parsed(site / root / "topics" / topic.id / "index.html")
            short = one(page, ".ours.short")
            assert one(short, ".ours__mark").text().strip().startswith(("Written by this site", "本站导读"))
            assert said(topic.not_stated[lang]) in said(one(short, ".short__not").text())
            assert [str(link.attributes["href"]) for link in short.css("dt a")] == [f"#{p.id}" for p in topic.parts]
            sections = page.css("section.part")
            for part, line, section in zip(topic.parts, short.css("dd"), sections, strict=True):
                assert said(line.text()).startswith(said(part.short[lang]))
                places = [f"../../measures/{e.measure}/#s{e.sentences[0]}" for e in part.excerpts]
                assert [str(link.attributes["href"]) for link in line.css("small a")] == places
                assert (one(section, "h2").id, one(section, "h2").text()) == (part.id, part.name[lang])
                for excerpt, card in zip(part.excerpts, section.css(".answer"), strict=True):
                    measure = real.plan.measures[excerpt.measure - 1]
                    quotes = [without(quote, ".quote__place, .firms") for quote in card.css(".statements")]
                    sentences = [measure.sentences[number - 1][lang] for number in excerpt.sentences]
                    assert [said(quote.text()) for quote in quotes] == [said(sentence) for sentence in sentences]
                    named = [str(unit.attributes["href"]).split("/")[-2] for unit in card.css(".clause a")]
                    assert named == [mention.unit for mention in measure.responsibility.units]


@in_site
def test_each_question_has_its_answer_in_one_line_where_they_are_listed(site: Path, real: LoadedPlan) -> None:
    for root, lang in ROOTS:
        for address in ("", "topics"):
            links = parsed(site / root / address / "index.html").css(".directory a")
            shown = [
                (
                    str(link.attributes["href"]).split("/")[-2],
                    one(link, ".directory__question").text(),
                    one(link, ".directory__answer").text(),
                )
                for link in links
            ]
            assert shown == [(topic.id, topic.question[lang], topic.answer[lang]) for topic in real.plan.topics]


@in_site
def test_the_page_for_foreign_enterprises_quotes_its_sentences_in_order(site: Path, real: LoadedPlan) -> None:
    for root, lang in ROOTS:
        page = parsed(site / root / "invest" / "index.html")
        stages = page.css(".stage")
        assert [one(stage, "h2").id for stage in stages] == [stage.id for stage in real.plan.invest.stages]
        for stage, section in zip(real.plan.invest.stages, stages, strict=True):
            quotes = [said(quote.text()) for quote in without(section, ".quote__place, .firms").css(".statements")]
            sentences = [
                real.plan.measures[excerpt.measure - 1].sentences[number - 1]
                for excerpt in stage.measures
                for number in excerpt.sentences
            ]
            assert quotes == [said(sentence[lang]) for sentence in sentences]
            assert len(section.css(".clause")) == len(stage.measures)


@in_site
def test_every_figure_stands_with_its_sentence_its_units_and_the_way_to_it(site: Path, real: LoadedPlan) -> None:
    units = {unit.id: unit for unit in real.plan.units}
    stated = [
        (target, measure, number, sentence)
        for measure in real.plan.measures
        for number, sentence in enumerate(measure.sentences, start=1)
        for target in sentence.targets
    ]
    for root, lang in ROOTS:
        page = parsed(site / root / "targets" / "index.html")
        assert len(page.css(".tile")) == len(stated)
        for kind in ("target", "cadence", "count"):
            own = [entry for entry in stated if entry[0].kind == kind]
            for (target, measure, number, sentence), tile in zip(own, page.css(f".tile--{kind}"), strict=True):
                # Only mere counts are shut away, all of them.
                assert bool(page.css(f"details.shut .tile--{kind}")) == (kind == "count")
                unit = target.unit[lang] if target.unit else ""
                assert said(one(tile, ".tile__value").text()) == said(target.value + unit)
                assert said(one(tile, ".tile__what").text()) == said(target.what[lang])
                first = units[measure.responsibility.units[0].unit]
                assert one(tile, ".tile__who").text().startswith(first.name[lang])
                opened = one(tile, "details")
                place = (
                    f"第{measure.number}条第{number}句"
                    if lang == "zh"
                    else f"Measure {measure.number}, sentence {number}"
                )
                assert one(opened, "summary.tile__place").text() == place
                address = f"../measures/{measure.number}/#s{number}"
                quote = one(opened, f"blockquote[cite='{address}']")
                assert one(quote, ".quote__place").attributes["href"] == address
                assert said(without(quote, ".quote__place").text()) == said(sentence[lang])
                marked = said("".join(mark.text() for mark in quote.css("mark")))
                assert said(target.words[lang])[:4] in marked


@in_site
def test_figures_in_lists_and_in_the_data_have_their_sentences(site: Path, real: LoadedPlan) -> None:
    data = json.loads((site / "plan.json").read_text("utf-8"))
    for measure, record in zip(real.plan.measures, data["measures"], strict=True):
        expected = [
            (number, target.kind, target.value)
            for number, sentence in enumerate(measure.sentences, start=1)
            for target in sentence.targets
        ]
        assert [(target["sentence"], target["kind"], target["value"]) for target in record["targets"]] == expected
        for target in record["targets"]:
            sentence = record["sentences"][target["sentence"] - 1]
            assert target["words"]["zh"] in sentence["zh"]
            assert any(target["words"]["en"] in english for english in sentence["en"])
    # In a list of measures stand only targets to reach; their measure, which has the sentences, is one step away.
    for path in site.rglob("index.html"):
        lang: Lang = "en" if path.is_relative_to(site / "en") else "zh"
        for card in parsed(path).css(".card:has(.targets)"):
            measure = real.plan.measures[int(one(card, ".card__number").text()) - 1]
            assert str(one(card, ".card__link").attributes["href"]).split("/")[-2] == str(measure.number)
            targets = [t for sentence in measure.sentences for t in sentence.targets if t.kind == "target"]
            shown = [said(target.text()) for target in card.css(".card__targets .target")]
            assert shown == [said(t.value + (t.unit[lang] if t.unit else "") + t.what[lang]) for t in targets], path
    for root, _ in ROOTS:
        for measure in real.plan.measures:
            rail = one(parsed(site / root / "measures" / str(measure.number) / "index.html"), ".rail")
            stating = [(n, s) for n, s in enumerate(measure.sentences, start=1) if s.targets]
            assert [place.attributes["href"] for place in rail.css("p .quote__place")] == [
                f"./#s{number}" for number, _ in stating
            ]
            for (_, sentence), shown_here in zip(stating, rail.css(".targets:has(+ p .quote__place)"), strict=True):
                assert len(shown_here.css(".target")) == len(sentence.targets)


@in_site
def test_the_table_of_units_and_themes_shows_each_measure_in_its_place(site: Path, real: LoadedPlan) -> None:
    themes = {section.number: theme.id for theme in real.plan.themes for section in theme.sections}
    of_theme = {t.id: [m for m in real.plan.measures if themes[m.section] == t.id] for t in real.plan.themes}
    for root, _ in ROOTS:
        rows = parsed(site / root / "units" / "index.html").css(".matrix tbody tr:has(td)")
        assert len(rows) == len(real.plan.units)
        for row in rows:
            unit = str(one(row, "th a").attributes["href"]).split("/")[-2]
            answered = [m for m in real.plan.measures if unit in {named.unit for named in m.responsibility.units}]
            *cells, total = row.css("td")
            for (theme, measures), cell in zip(of_theme.items(), cells, strict=True):
                places = [measures.index(m) for m in answered if m in measures]
                assert [int(str(rect.attributes["x"])) // 13 for rect in cell.css("rect")] == places
                links = [link.attributes["href"] for link in cell.css("a")]
                assert links == [f"../measures/?theme={theme}&unit={unit}"] * bool(places)
            if answered:
                assert one(total, "a").attributes["href"] == f"../measures/?unit={unit}"
                assert int(total.text()) == len(answered)


def cards(page: Page) -> Locator:
    return page.locator(".card[data-number]:visible")


def numbers(page: Page) -> list[int]:
    return [int(card.get_attribute("data-number") or 0) for card in cards(page).all()]


def count_of(option: Locator) -> int:
    found = re.search(r"[（(](\d+)[）)]$", option.inner_text())
    assert found is not None
    return int(found[1])


@in_browser
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_filters_combine_count_and_are_part_of_the_address(page: Page, lang: str) -> None:
    page.goto("/measures/" if lang == "zh" else "/en/measures/")
    status = page.locator(".filters [role=status]")
    expect(cards(page)).to_have_count(3)
    page.locator("[name=topic]").select_option("taxation")
    assert numbers(page) == [1, 2]
    expect(status).to_have_text("3条措施中的2条" if lang == "zh" else "2 of 3 measures")
    # An option says how many measures it leaves.
    option = page.locator("[name=unit] option[value=all-towns]")
    left = count_of(option)
    page.locator("[name=unit]").select_option("all-towns")
    expect(cards(page)).to_have_count(left)
    page.locator("[name=unit]").select_option("government-office")
    expect(page).to_have_url(re.compile(r"/measures/\?topic=taxation&unit=government-office$"))
    page.locator("[name=figures]").check()
    assert numbers(page) == [1]
    # A theme of which nothing is left goes with its heading.
    expect(page.locator(".group:visible")).to_have_count(1)
    page.go_back()
    expect(page.locator("[name=figures]")).not_to_be_checked()
    page.go_back()
    page.go_back()
    assert numbers(page) == [1, 2]
    address = page.url
    page.goto("/en/" if lang == "zh" else "/")
    page.goto(address)
    assert numbers(page) == [1, 2]
    page.locator(".filters [type=reset]").click()
    expect(cards(page)).to_have_count(3)
    expect(page).to_have_url(re.compile("/measures/$"))
    expect(page.locator("[name=text]")).to_be_focused()


@in_browser
def test_every_choice_leaves_what_the_plan_says(page: Page, small: LoadedPlan) -> None:
    page.goto("/en/measures/")
    measures = small.plan.measures
    sections = {section.number: theme.id for theme in small.plan.themes for section in theme.sections}
    quoted = {topic.id: {e.measure for part in topic.parts for e in part.excerpts} for topic in small.plan.topics}
    chosen: dict[str, Any] = {
        "topic": lambda m, value: m.number in quoted[value],
        "audience": lambda m, value: value in m.audiences,
        "unit": lambda m, value: value in {mention.unit for mention in m.responsibility.units},
        "theme": lambda m, value: sections[m.section] == value,
        "section": lambda m, value: str(m.section) == value,
        "firm": lambda m, value: value in {firmness for sentence in m.sentences for firmness in sentence.firmness},
    }
    for name, meets in chosen.items():
        select = page.locator(f"[name={name}]")
        for value in select.locator("option").evaluate_all("all => all.map(({ value }) => value).filter(Boolean)"):
            select.select_option(value)
            expected = [measure.number for measure in measures if meets(measure, value)]
            found = page.evaluate(
                """() => [...document.querySelectorAll(".card[data-number]:not([hidden])")]
                    .map((card) => Number(card.dataset.number))"""
            )
            assert found == expected, (name, value)
        select.select_option("")
    page.locator("[name=figures]").check()
    assert numbers(page) == [m.number for m in measures if any(s.targets for s in m.sentences)]


@in_browser
def test_text_filters_as_the_search_finds(page: Page) -> None:
    page.goto("/measures/")
    box = page.get_by_role("searchbox", name="关键词")
    box.fill("办证")
    expect(page.locator(".filters [role=status]")).to_have_text("3条措施中的1条")
    assert numbers(page) == [1]
    page.locator("[name=topic]").select_option("taxation")
    assert numbers(page) == [1]
    box.fill("天气预报")
    expect(page.locator(".filters [role=status]")).to_have_text("没有符合全部条件的措施，请减少条件")
    expect(page).to_have_url(re.compile(r"text=%E5%A4%A9"))
    page.reload()
    expect(page.locator(".filters [role=status]")).to_have_text("没有符合全部条件的措施，请减少条件")
    page.goto("/en/measures/?text=paperwork")
    expect(page.locator(".filters [role=status]")).to_contain_text("of 3 measures")
    assert 1 in numbers(page)


@in_browser
def test_the_table_leads_into_the_filtered_list(page: Page) -> None:
    page.goto("/en/units/")
    row = page.get_by_role("row", name=re.compile("^District Tax Service"))
    row.get_by_role("link", name=re.compile("Market environment: 2 measures")).click()
    expect(page).to_have_url(re.compile(r"/en/measures/\?theme=market&unit=tax-service$"))
    expect(cards(page)).to_have_count(2)
    expect(page.locator(".filters")).to_be_in_viewport()
    page.go_back()
    expect(page).to_have_url(re.compile("/en/units/$"))
    # Where the table once stood a link leads to it.
    page.goto("/en/measures/#who")
    page.locator("#who").get_by_role("link", name="Who does what").click()
    expect(page.locator(".matrix")).to_be_visible()
    page.goto("/en/topics/taxation/")
    page.get_by_role("link", name=re.compile("^District Tax Service: ")).click()
    expect(page.locator("[name=topic]")).to_have_value("taxation")
    expect(page.locator("[name=unit]")).to_have_value("tax-service")


@in_browser
def test_a_link_of_the_table_counts_whatever_was_chosen_before(page: Page) -> None:
    page.goto("/en/measures/?topic=insolvency&section=nonsense")
    expect(cards(page)).to_have_count(1)
    expect(page.locator("[name=section]")).to_have_value("")
    page.goto("/en/units/")
    link = page.locator(".matrix a[href='../measures/?unit=tax-service']")
    expected = int(link.inner_text())
    link.click()
    expect(page.locator("[name=topic]")).to_have_value("")
    expect(cards(page)).to_have_count(expected)
    expect(page.locator(".filters__chosen")).to_contain_text("District Tax Service")
    # Both languages have the same choices.
    page.get_by_role("link", name="中文").click()
    expect(cards(page)).to_have_count(expected)


@in_browser
def test_the_filters_go_on_where_the_search_cannot_be_loaded(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.route("**/search/*.js", lambda route: route.abort())
        page.goto("/en/measures/?text=paperwork&topic=taxation")
        status = page.locator(".filters [role=status]")
        expect(status).to_contain_text("The search could not be loaded")
        assert numbers(page) == [1, 2]
        page.unroute("**/search/*.js")
        page.locator("[name=topic]").select_option("")
        page.locator("[name=text]").fill("liquidation")
        expect(status).to_have_text("1 of 3 measures")
        assert numbers(page) == [3]


@in_browser
@pytest.mark.parametrize("script", ["**/assets/search.*", "**/search/en.js"])
def test_a_search_that_the_browser_cannot_read_is_not_taken_for_one_that_finds_all(
    browser: Browser, address: str, script: str
) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.route(script, lambda route: route.fulfill(body="let = ;", content_type="text/javascript"))
        page.goto("/en/measures/?text=bankruptcy")
        expect(page.locator(".filters [role=status]")).to_contain_text("The search could not be loaded")
        search(page, "bankruptcy")
        expect(page.locator(".md-search-result__meta")).to_contain_text("The search could not be loaded")


@in_browser
def test_a_filtered_list_says_on_paper_by_what_and_has_its_sentences_if_asked(page: Page) -> None:
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto("/measures/?topic=taxation&figures=yes")
    expect(cards(page)).to_have_count(1)
    sentences, told = page.locator(".card__sentences:visible"), page.locator(".filters-told")
    expect(told).to_be_hidden()
    page.get_by_role("button", name="打印所选措施全文").click()
    page.wait_for_function("window.printed")
    expect(sentences).to_have_count(0)
    page.emulate_media(media="print")
    expect(told).to_have_text("3条措施中的1条：办事问题为“纳税”，含有数字。")
    expect(sentences).to_have_text("全面清理准入许可。0.5个工作日办结开店、变更、注销等“3+7”事项。")
    for hidden in (".filters", ".contents", "#who", ".group small", ".card__targets"):
        expect(page.locator(f"{hidden}:visible")).to_have_count(0)
    page.goto("/en/measures/?text=liquidation&theme=legal")
    expect(told).to_have_text("1 of 3 measures: Keywords: liquidation; Chapter: Legal environment.")
    expect(page.locator(".card__units:visible")).to_have_count(1)
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Print these measures in full").click()
    page.emulate_media(media="print")
    expect(sentences.locator("li")).to_have_text(["完善破产制度。", "加强履职监督。"])
    expect(sentences.locator("li[lang='zh-Hans']")).to_have_count(2)


@in_browser
def test_all_measures_are_printed_as_a_list(page: Page) -> None:
    page.goto("/measures/")
    expect(page.locator(".filters__print")).to_be_hidden()
    page.emulate_media(media="print")
    expect(cards(page)).to_have_count(3)
    for hidden in (".filters", ".contents", "#who"):
        expect(page.locator(f"{hidden}:visible")).to_have_count(0)
    expect(page.locator(".filters-told")).to_have_text("")


@in_browser
def test_sentences_that_cannot_be_had_are_not_printed_as_if_there_were_none(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.add_init_script("window.print = () => { window.printed = true; }")
        page.route("**/en/text/", lambda route: route.abort())
        page.goto("/en/measures/?topic=taxation")
        page.get_by_role("button", name="Print these measures in full").click()
        expect(page.locator(".filters [role=status]")).to_contain_text("The text could not be loaded")
        assert not page.evaluate("window.printed")


@in_browser
def test_all_measures_are_there_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/en/measures/?theme=legal")
        expect(cards(page)).to_have_count(3)
        expect(page.locator(".filters")).to_be_hidden()
        page.goto("/en/units/")
        expect(page.locator(".matrix tbody tr").first).to_be_visible()


def titles(outline: list[Any]) -> list[str]:
    found = []
    for entry in outline:
        found += titles(entry) if isinstance(entry, list) else [str(entry.title)]
        assert isinstance(entry, list | Destination)
    return found


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the plan of three measures with the whole notice as PDF, as `make pdf` builds it."""
    with shared_folder(tmp_path_factory, "printed") as (folder, new):
        project = folder / "project"
        return build_site(copy_small_project(project), project / "site", "--pdf") if new else project / "site"


@in_browser
def test_the_notice_as_pdf_is_whole_in_both_languages_and_side_by_side(printed: Path, small: LoadedPlan) -> None:
    files: dict[str, list[Lang]] = {"notice.zh.pdf": ["zh"], "notice.en.pdf": ["en"], "notice.zh-en.pdf": ["zh", "en"]}
    for file, langs in files.items():
        reader = PdfReader(printed / file)
        pages = [said(page.extract_text()) for page in reader.pages]
        text = "".join(pages)
        outline = said("\n".join(titles(reader.outline)))
        for measure in small.plan.measures:
            for lang in langs:
                assert said(measure.title[lang]) in outline
        for lang in langs:
            # The end of a page cuts a sentence: it is there when its beginning or its end is.
            every = [sentence for measure in small.plan.measures for sentence in measure.sentences]
            # Where there is no English yet, the Chinese is printed.
            sentences = [sentence.shown(lang) for sentence in every]
            ends = [(said(sentence)[:8], said(sentence)[-8:]) for sentence in sentences]
            missing = [(first, last) for first, last in ends if first not in text and last not in text]
            assert missing == []
        chinese = langs[0] == "zh"
        for number, page in enumerate(pages, start=1):
            assert f"{number}/{len(pages)}" in page
            assert f"/{'' if chinese else 'en/'}text/" in page, "where it stands on the site"
            assert ("2021年5月11日" if chinese else "May11,2021") in page
            assert ("以发布机关印发的通知为准" if chinese else "Unofficial;thenoticeasissued") in page


@in_site
@in_browser
def test_the_page_of_the_notice_offers_the_pdfs_that_there_are(printed: Path, small_site: Path) -> None:
    for root, climb in (("", "../"), ("en/", "../../")):
        offers, none = (
            parsed(built / root / "text" / "index.html").css("a[type='application/pdf']")
            for built in (printed, small_site)
        )
        links = [link.attributes["href"] for link in offers]
        files = ["notice.zh.pdf", "notice.en.pdf", "notice.zh-en.pdf"]
        assert links == [f"{climb}{file}" for file in files]
        assert none == []
        data = [parsed(built / root / "data" / "index.html").css(".files a") for built in (printed, small_site)]
        offered, without = ([link.attributes["href"] for link in found] for found in data)
        assert offered == [*without, *links]


@in_browser
def test_without_a_browser_there_is_no_pdf_and_the_last_good_site_stays(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path / "project")
    (project / "site").mkdir()
    (project / "site" / MARK).touch()
    (project / "site" / "index.html").write_text("the last good site")
    done = run("plansite", "build", "--pdf", cwd=project, PATH=str(tmp_path))
    assert done.returncode == 1
    assert f"this needs one of {', '.join(BROWSERS)}; see scripts/ensure-chromium" in done.stderr
    assert (project / "site" / "index.html").read_text() == "the last good site"
