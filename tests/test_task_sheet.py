"""This module tests the task sheets of units: what they hold as page, workbook and document, and how they print."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from conftest import PROJECT, build_site, copy_small_project, one, parsed, serving, shared_folder
from hostile import LATIN
from plansite.errors import LANGUAGES, Lang
from plansite.exports.task_sheet import sheet_files
from plansite.site.graph import PlanView
from plansite.site.pages import FOLDER
from plansite.site.tasks import qr_code, task_sheets
from plansite.source.schema import Plan
from plansite.validate import LoadedPlan, load_labels

LABELS = load_labels(PROJECT / "macros" / "labels.yaml")
ADDRESS = "https://plan.example.org/2022/"
HEADINGS: dict[Lang, list[str]] = {
    "zh": ["编号", "措施或保障", "句", "句子", "责任方式", "同列单位", "进展", "日期", "备注"],
    "en": "No.|Measure or safeguard|Sentence no.|Sentence|Role|Named with|Progress|Date|Remarks".split("|"),
}
BLANK = (None, None, None)
OF_COURT = (
    "Measure 3: Improve bankruptcy [Part of this page has not yet been translated. The original Chinese is shown "
    "instead.]"
)
TASKS: dict[tuple[str, Lang], list[tuple[Any, ...]]] = {
    ("tax-service", "zh"): [
        (1, "第1条 清理准入许可", 1, "牵头单位", "区政府办，各镇（街道、区）"),
        (1, "第1条 清理准入许可", 2, "牵头单位", "区政府办，各镇（街道、区）"),
        (2, "第2条 推广“信用贷”", 1, "责任单位", "区政府办（大数据局）"),
        (2, "第2条 推广“信用贷”", 2, "责任单位", "区政府办（大数据局）"),
        (None, "（一）加强领导", 1, "责任单位", "仅列本单位"),
    ],
    ("all-towns", "en"): [
        (1, "Measure 1: Clear access permits", 1, "Lead units", "District Tax Service; District Government Office"),
        (1, "Measure 1: Clear access permits", 2, "Lead units", "District Tax Service; District Government Office"),
    ],
    ("district-court", "en"): [
        (3, OF_COURT, 1, "Responsible unit", "only department named"),
        (3, OF_COURT, 2, "Responsible unit", "only department named"),
    ],
}
"""By unit and language: the number and title of the measure, the number of the sentence, the role, the other units."""


def sentences(plan: PlanView, unit: str, lang: Lang) -> list[str]:
    """Return the sentences that a task sheet has to hold, in order."""
    record = plan.unit_by_id[unit]
    return [s.shown(lang) for clause in (*record.measures, *record.safeguards) for s in clause.sentences]


def made(plan: PlanView, lang: Lang, site_url: str = "") -> dict[str, bytes]:
    return {address: make() for address, make in sheet_files(plan, LABELS, lang, site_url).items()}


@pytest.fixture(scope="module")
def files(small_view: PlanView) -> dict[str, bytes]:
    """The files of the task sheets of the plan of three measures, of a site with an address."""
    return made(small_view, "zh", ADDRESS) | made(small_view, "en", ADDRESS)


def test_every_unit_has_its_files_in_each_language(files: dict[str, bytes], small_view: PlanView) -> None:
    units = [unit.id for unit in small_view.units]
    assert [sheet.unit.id for sheet in task_sheets(small_view)] == units
    names = [f"units/{unit}/tasks{suffix}" for unit in units for suffix in (".xlsx", ".docx")]
    assert set(files) == {*names, *(f"en/{name}" for name in names)}


@pytest.mark.parametrize(("unit", "lang"), TASKS)
def test_a_workbook_has_a_row_for_each_sentence(
    unit: str, lang: Lang, files: dict[str, bytes], small_view: PlanView
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files[f"{FOLDER[lang]}units/{unit}/tasks.xlsx"]))
    sheet = book.worksheets[0]
    heading, *rows = sheet.iter_rows(values_only=True, min_row=5)
    assert list(heading) == HEADINGS[lang]
    told = zip(TASKS[unit, lang], sentences(small_view, unit, lang), strict=True)
    assert rows == [(*task[:3], sentence, *task[3:], *BLANK) for task, sentence in told]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$5:$5"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A6", f"A5:I{5 + len(rows)}")
    assert sheet["H6"].number_format == "yyyy-mm-dd"
    assert f"{ADDRESS}{FOLDER[lang]}units/{unit}/tasks/" in str(sheet.oddFooter.left.text)


@pytest.mark.parametrize(("unit", "lang"), TASKS)
def test_a_document_has_a_table_whose_heading_is_repeated(
    unit: str, lang: Lang, files: dict[str, bytes], small_view: PlanView
) -> None:
    document = Document(io.BytesIO(files[f"{FOLDER[lang]}units/{unit}/tasks.docx"]))
    [table] = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == [HEADINGS[lang][place] for place in (0, 3, 6, 7, 8)]
    told = zip(TASKS[unit, lang], sentences(small_view, unit, lang), strict=True)
    assert [row for row in rows[1:] if len(set(row)) > 1] == [
        [f"{number}.{place}" if number else str(place), sentence, "", "", ""]
        for (number, _, place, *_), sentence in told
    ]
    titles = dict(row[0].split("\n") for row in rows[1:] if len(set(row)) == 1)
    assert list(titles) == list(dict.fromkeys(task[1] for task in TASKS[unit, lang]))
    for _, title, _, role, others in TASKS[unit, lang]:
        assert role in titles[title]
        assert others in titles[title]
    properties = [[part.tag for part in row.iter()] for row in document.element.body.iter(qn("w:trPr"))]
    assert [qn("w:tblHeader") in tags for tags in properties] == [True, *(False for _ in rows[1:])]
    assert all(qn("w:cantSplit") in tags for tags in properties)


@pytest.mark.parametrize(("lang", "locale"), [("zh", "zh-CN"), ("en", "en-US")])
def test_a_document_is_a_sheet_of_a4_across_in_its_language(lang: Lang, locale: str, files: dict[str, bytes]) -> None:
    address = f"{FOLDER[lang]}units/tax-service/tasks"
    document = Document(io.BytesIO(files[f"{address}.docx"]))
    section, about = document.sections[0], document.core_properties
    assert [round(length.mm) for length in (section.page_width, section.page_height) if length] == [297, 210]
    assert f"{ADDRESS}{address}/" in [paragraph.text for paragraph in section.footer.paragraphs]
    assert (about.language, about.author, about.comments) == (locale, "", "")
    title = document.paragraphs[0]
    assert (title.text, title.style and title.style.name) == (about.title, "Heading 1")
    [defaults] = document.styles.element.iter(qn("w:docDefaults"))
    [spoken] = defaults.iter(qn("w:lang"))
    assert (spoken.get(qn("w:val")), spoken.get(qn("w:eastAsia"))) == ("en-US", "zh-CN")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_that_the_notice_does_not_divide_the_work_is_said_where_several_share_it(
    lang: Lang, files: dict[str, bytes]
) -> None:
    for unit, several in (("tax-service", True), ("district-court", False)):
        document = Document(io.BytesIO(files[f"{FOLDER[lang]}units/{unit}/tasks.docx"]))
        assert any(LABELS["undivided"][lang] in paragraph.text for paragraph in document.paragraphs) == several


def test_without_an_address_none_is_given(small_view: PlanView) -> None:
    for content in made(small_view, "zh").values():
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            assert not any(b"/tasks/" in parts.read(name) for name in parts.namelist())


def test_the_same_plan_gives_the_same_bytes(files: dict[str, bytes], small: LoadedPlan) -> None:
    assert made(PlanView(small), "zh", ADDRESS) | made(PlanView(small), "en", ADDRESS) == files
    for content in files.values():
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_documents_name_nothing_outside_themselves_and_have_no_macros(files: dict[str, bytes]) -> None:
    for content in files.values():
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            assert not [name for name in parts.namelist() if "vba" in name.lower()]
            for name in parts.namelist():
                assert b'TargetMode="External"' not in parts.read(name), name


# Brackets would be glosses.
MEAN = " ".join(text for text in LATIN if not re.search(r"[\[\]]", text))


def spoiled(value: Any, key: str = "") -> Any:
    """Return plain data of a plan with hostile English before every text."""
    if isinstance(value, dict):
        return {name: spoiled(inner, name if name in LANGUAGES else key) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [spoiled(inner, key) for inner in value]
    return f"=1+1 {MEAN} {value}" if isinstance(value, str) and key == "en" else value


def test_text_stays_text(small: LoadedPlan) -> None:
    plan = PlanView(replace(small, plan=Plan.model_validate(spoiled(small.plan.model_dump(by_alias=True)))))
    for name, content in made(plan, "en", ADDRESS).items():
        sentence = plan.unit_by_id[name.split("/")[2]].measures[0].sentences[0].shown("en")
        if name.endswith(".docx"):
            texts = [cell.text for row in Document(io.BytesIO(content)).tables[0].rows for cell in row.cells]
        else:
            cells = [
                cell for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows() for cell in row
            ]
            assert {cell.data_type for cell in cells} <= {"s", "n"}
            assert [cell for cell in cells if cell.hyperlink] == []
            assert all(cell.quotePrefix for cell in cells if cell.row > 5 and str(cell.value).startswith("="))
            texts = [str(cell.value) for cell in cells]
        assert sentence in texts, name


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the plan of three measures at an address, with so much to do for a unit that it takes two sheets."""
    with shared_folder(tmp_path_factory, "published") as (folder, new):
        project = folder / "project"
        if new:
            copy_small_project(project)
            plan = project / "data" / "plan.yaml"
            one = "      - {{zh: 推广第{n}种信用贷。, en: It will extend loan {n}., firmness: [improves]}}\n"
            more = "".join(one.format(n=n) for n in range(3, 25))
            text = plan.read_text("utf-8")
            start = text.index("      - zh: 推广信用贷产品。")
            plan.write_text(text[:start] + more + text[start:], "utf-8")
            build_site(project, project / "site", SITE_URL=ADDRESS)
        return project / "site"


@pytest.fixture
def sheet(browser: Browser, published: Path) -> Iterator[Page]:
    """The task sheet of a unit in Chinese."""
    with serving(published) as address, browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.goto("/units/tax-service/tasks/")
        yield page


def spaceless(text: str) -> str:
    """Return text of a PDF without spaces; Chromium writes radicals for some characters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


@pytest.mark.browser
def test_a_task_sheet_prints_across_with_its_address_and_heading_on_each_sheet(sheet: Page) -> None:
    reader = PdfReader(io.BytesIO(sheet.pdf(prefer_css_page_size=True)))
    texts = [spaceless(page.extract_text()) for page in reader.pages]
    assert len(texts) >= 2
    for page, text in zip(reader.pages, texts, strict=True):
        assert [round(length * 25.4 / 72) for length in (page.mediabox.width, page.mediabox.height)] == [297, 210]
        assert f"{ADDRESS}units/tax-service/tasks/" in text
        assert "非官方整理" in text
    tables = [text for text in texts if "推广第" in text]
    assert len(tables) >= 2
    assert all("编号句子进展日期备注" in text for text in tables)


@pytest.mark.browser
def test_the_code_of_the_address_is_on_paper(sheet: Page) -> None:
    code = sheet.get_by_role("img", name="本页网址的二维码", include_hidden=True)
    expect(code).to_be_hidden()
    sheet.emulate_media(media="print")
    expect(code).to_be_visible()
    made_again = re.findall(r' d="([^"]+)"', qr_code(f"{ADDRESS}units/tax-service/tasks/"))
    assert [code.locator("path").get_attribute("d")] == made_again
    expect(sheet.locator(".qr-code")).to_contain_text(f"{ADDRESS}units/tax-service/tasks/")


@pytest.mark.browser
def test_a_task_sheet_is_printed_by_a_button_and_read_without_scripts(browser: Browser, published: Path) -> None:
    with serving(published) as address:
        for scripts in (True, False):
            with browser.new_context(base_url=address, java_script_enabled=scripts) as context:
                page = context.new_page()
                page.goto("/en/units/tax-service/")
                page.get_by_role("link", name="Task sheet (print, Excel, Word)").click()
                button = page.get_by_role("button", name="Print")
                expect(button).to_be_visible(visible=scripts)
                expect(page.locator(".tasks tbody")).to_have_count(3)
                for name in ("Excel workbook", "Word document"):
                    with page.expect_download() as download:
                        page.get_by_role("link", name=name).click()
                    assert download.value.path().stat().st_size > 1_000


@pytest.mark.site
def test_there_is_no_code_without_an_address(small_site: Path) -> None:
    page = parsed(small_site / "units" / "tax-service" / "tasks" / "index.html")
    assert page.css(".qr-code") == []
    assert '"\\00002funits\\00002ftax' not in one(page, "style").text()
    assert one(page, "h1").text() == "任务清单：区税务局"
