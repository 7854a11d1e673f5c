"""This module tests what the site answers about the plan and itself, on a page and above the results of a search."""

import re
import shutil
from pathlib import Path

import pytest
from markdown import markdown
from mkdocs.utils.meta import get_data
from playwright.sync_api import Page, expect

from bench_search import answers
from conftest import PROJECT, RESULTS, SEARCH_BOX, SMALL_PLAN, search
from plansite.errors import LANGUAGES, Lang
from plansite.site.documents import render_document
from plansite.site.graph import PlanView
from plansite.site.search_index import SearchDocument, static_page_documents
from plansite.validate import load_labels, load_plan

LABELS = load_labels(PROJECT / "macros" / "labels.yaml")
END = re.compile(r"[。？！]|[.?!](?= |$)")
"""The end of a sentence."""
ASKED: dict[Lang, dict[str, str]] = {
    "zh": {
        "还有效吗": "in-force", "有效期": "in-force", "过期了吗": "in-force", "失效": "in-force", "废止": "in-force",
        "这份计划现在还有效吗？": "in-force", "這個政策還有效嗎": "in-force",
        "相城区优化营商环境创新行动2022还有效吗": "in-force",
        "2023": "newer-plan", "最新": "newer-plan", "有没有2023年的新计划": "newer-plan",
        "进展": "progress", "完成情况": "progress", "最新进展怎么样了": "progress", "落实情况": "progress",
        "是官方的吗": "official", "官网": "official", "相城区政府官网": "official",
        "谁发布的": "publisher", "这个网站是谁做的": "publisher", "谁印发的": "publisher",
        "联系电话": "ask", "怎么联系": "ask", "电话号码是多少": "ask", "邮箱": "ask", "该问谁": "ask",
        "原文在哪里": "original", "英文是官方译文吗": "english", "可以转载吗": "quote",
        "引用": "cite", "怎么引用这句话": "cite", "打印": "tasks", "怎么打印某个部门的任务": "tasks",
        "下载": "download", "pdf": "download", "哪里可以下载PDF": "download", "ＰＤＦ下载": "download",
        "报错": "mistake", "有错别字": "mistake", "怎么报告错误": "mistake",
    },
    "en": {
        "still valid": "in-force", "is this still in force": "in-force", "expired": "in-force",
        "Has this plan expired?": "in-force", "are the measures still in effect": "in-force",
        "newer plan": "newer-plan", "2023": "newer-plan", "latest version": "newer-plan",
        "progress": "progress", "what came of it": "progress",
        "official": "official", "Is this an official government website?": "official",
        "who wrote this site": "publisher", "who runs this website": "publisher", "who issued this": "publisher",
        "contact": "ask", "phone number": "ask", "email": "ask", "who do I ask": "ask", "Whom do I contact?": "ask",
        "original": "original", "original document in Chinese": "original", "is the translation official": "english",
        "who translated this": "english", "may I quote this": "quote", "cite": "cite", "how do I cite this?": "cite",
        "print": "tasks", "how do I print a department's tasks": "tasks",
        "download pdf": "download", "download": "download", "where can I download the data": "download",
        "report a mistake": "mistake", "there's an error on this page": "mistake",
    },
}  # fmt: skip
OF_MATTERS: dict[Lang, list[str]] = {
    "zh": [
        "有效发明专利", "营业执照过期", "官方公章", "税务局电话", "联系企业专员", "政务服务热线",
        "竣工完成", "最新技术", "引用专利", "下载江苏税务", "政府公开数据在哪里下载", "打印营业执照", "反馈", "执行",
        "地址变更", "审批结果", "承诺兑现", "版权", "评估", "数据", "计划", "怎么办",
    ],
    "en": [
        "force majeure", "productive forces", "official seal", "contact center", "contact person", "valid contract",
        "expired license", "print invoices", "phone line for businesses", "address", "feedback", "copyright", "export",
        "share transfer", "trust", "permission", "results of research", "data", "plan", "who", "force",
    ],
}  # fmt: skip
"""Queries of which a part alone would be a question about the plan."""


@pytest.mark.site
@pytest.mark.parametrize("lang", ASKED)
def test_a_question_about_the_plan_is_answered_above_all_results(site: Path, lang: Lang) -> None:
    found = answers(site, lang, list(ASKED[lang]))
    first = {query: answer["items"][0][0] for query, answer in zip(ASKED[lang], found, strict=True) if answer["items"]}
    assert first == {query: f"questions/#{anchor}" for query, anchor in ASKED[lang].items()}


@pytest.mark.site
@pytest.mark.parametrize("lang", OF_MATTERS)
def test_what_is_sought_in_the_plan_brings_up_no_answer(site: Path, lang: Lang) -> None:
    found = zip(OF_MATTERS[lang], answers(site, lang, OF_MATTERS[lang]), strict=True)
    places = {query: [place for item in answer["items"] for place in item] for query, answer in found}
    assert [query for query, leads in places.items() if any(place.startswith("questions/#") for place in leads)] == []


def answered(lang: Lang, plan: PlanView) -> dict[str, SearchDocument]:
    """Return what the page answers for a plan, by the ids of the questions."""
    text, head = get_data(render_document(PROJECT / "docs" / f"questions.{lang}.md", plan, LABELS, lang))
    html = markdown(text, extensions=["attr_list"])
    found = static_page_documents("questions/", head["title"], html, head["answers"])
    made = {document.location.partition("#")[2]: document for document in found if document.kind == "answer"}
    assert list(made) == list(head["answers"]) == re.findall(r'<h2 id="([a-z-]+)"', html), "each question has words"
    return made


def other_plan(folder: Path, site: str, notice: str = "", *, updates: bool = False) -> PlanView:
    """Return the plan of three measures with another site.yaml, and with more fields in its notice."""
    for name in ("plan.yaml", "glossary.yaml", *(["updates.yaml"] if updates else [])):
        shutil.copy(SMALL_PLAN.with_name(name), folder)
    path = folder / "plan.yaml"
    path.write_text(path.read_text("utf-8").replace("notice:\n", f"notice:\n{notice}", 1), "utf-8")
    (folder / "site.yaml").write_text(site, "utf-8")
    return PlanView(load_plan(path))


def texts(lang: Lang, plan: PlanView) -> dict[str, str]:
    """Return the text of each answer; a plan may say as much as it likes, but each answer is short."""
    made = {anchor: " ".join(document.texts["sentence"]) for anchor, document in answered(lang, plan).items()}
    assert {anchor: text for anchor, text in made.items() if not 1 <= len(END.findall(text)) <= 3} == {}
    return made


def test_both_languages_answer_the_same_questions_each_word_leads_to_one(small_view: PlanView) -> None:
    chinese, english = (answered(lang, small_view) for lang in LANGUAGES)
    assert list(chinese) == list(english)
    for made in (chinese, english):
        words = [word for document in made.values() for word in document.names]
        assert sorted(words) == sorted(set(words))
        assert all(word == word.strip().lower() for word in words)


def test_answers_say_what_is_true_of_the_plan(small_view: PlanView) -> None:
    english, chinese = texts("en", small_view), texts("zh", small_view)
    assert english["in-force"].startswith("A plan issued May 11, 2021. It states no end date;")
    assert english["newer-plan"].startswith("No later plan was found. We last looked on November 20, 2026.")
    assert "issued by the Small District Committee and the People's Government of Small District" in english["official"]
    assert english["publisher"].startswith("It is published by Small District Office.")
    assert "contact plan@example.org, 0123 456-789, contact form." in english["ask"]
    assert english["quote"].startswith("The notice is an official document, its translation free to use.")
    assert english["mistake"].startswith("Send us the address of the page")
    assert chinese["in-force"].startswith("2021年5月11日印发的计划。通知没有写明有效期；")
    assert chinese["publisher"].startswith("本站由小区办公室发布。")
    assert "请联系：plan@example.org，0123 456-789，联系表单。" in chinese["ask"]


def test_what_nobody_has_named_is_said_plainly(tmp_path: Path) -> None:
    plan = other_plan(tmp_path, "english: own\n")
    english, chinese = texts("en", plan), texts("zh", plan)
    assert english["newer-plan"] == "We do not know of one."
    assert english["publisher"].startswith("No publisher is named for this site.")
    assert "This site gives no contact of its own and takes no applications" in english["ask"]
    assert english["quote"].startswith("This site states no terms of use.")
    assert "see Contribute." in english["mistake"]
    assert chinese["publisher"].startswith("本站没有写明发布者。")
    assert "本站自己没有写明联系方式，也不受理申请" in chinese["ask"]


def test_an_issuer_answers_for_itself_and_for_what_replaces_its_plan(tmp_path: Path) -> None:
    site = "publisher:\n  name: {zh: 小区办公室, en: Small District Office}\nofficial: true\nenglish: issuer\n"
    notice = "  year: 2024\n  withdrawn: 2025-01-02\n  replaced_by: {zh: 新计划, en: New Plan}\n"
    plan = other_plan(tmp_path, site, notice, updates=True)
    english, chinese = texts("en", plan), texts("zh", plan)
    assert english["in-force"].startswith("A plan for 2024, issued May 11, 2021. It was withdrawn on January 2, 2025.")
    assert english["newer-plan"].startswith("Yes. It has been replaced by New Plan. Later developments")
    assert english["official"] == "Yes. It is published by Small District Office."
    assert english["english"].startswith("Yes, the English is the issuer's own.")
    assert english["ask"].endswith("This site gives no contact of its own.")
    assert chinese["newer-plan"].startswith("有。已由《新计划》取代。")
    years = [word for word in answered("en", plan)["newer-plan"].names if word.isdecimal()]
    assert years == ["2025", "2026", "2027", "2028", "2029"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("root", "query", "question", "said"),
    [
        ("/", "还有效吗", "这份计划还有效吗？", "本站没有核实"),
        ("/en/", "Is this official?", "Is this an official website?", "No. This site republishes a notice"),
    ],
)
def test_the_answer_stands_in_the_result_itself(page: Page, root: str, query: str, question: str, said: str) -> None:
    page.goto(root)
    search(page, "")
    page.locator(SEARCH_BOX).fill(query)
    first = page.locator(RESULTS).first
    expect(first.locator("h1")).to_have_text(question)
    expect(first.locator(".search-answer")).to_contain_text(said)
    expect(first.locator(".search-answer")).to_be_visible()
    expect(page.locator(".search-answer")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/questions/#[a-z-]+$"))
    expect(page.locator("h2:target")).to_have_text(question)
