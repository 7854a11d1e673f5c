"""Each kind of page, in both languages, on a plan of three measures; and what happens when a template is wrong."""

import re
import shutil
from pathlib import Path
from typing import Any

import markdown
import pytest
import yaml

from conftest import PROJECT, SMALL_PLAN
from plansite.load import load, load_labels
from plansite.pages import pages
from plansite.problems import PlanError
from plansite.render import Publication, Repository, counted, protect, render
from plansite.views import PlanView

MACROS = PROJECT / "macros"
GOLDEN = Path(__file__).parent / "golden"
LABELS = load_labels(MACROS / "labels.yaml")
HANDWRITTEN = ["about", "accessibility", "contribute"]
SHOWN = [
    "index", "text", "measures/index", "measures/1", "measures/2",
    "units/index", "units/government-office", "units/all-towns", "themes/index", "themes/market",
    "topics/index", "topics/taxation", "invest", "targets", "glossary", "data",
]  # fmt: skip


@pytest.mark.parametrize("name", [f"{page}.{lang}.md" for page in SHOWN for lang in ("zh", "en")])
def test_pages_are_as_agreed(name: str, small_view: PlanView, request: pytest.FixtureRequest) -> None:
    rendered = render(small_view, MACROS, LABELS, HANDWRITTEN)[name]
    golden = GOLDEN / name
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(rendered, "utf-8")
    assert rendered == golden.read_text("utf-8")


def test_every_page_exists_in_both_languages(real_view: PlanView) -> None:
    addresses = {lang: [page.address for page in pages(real_view) if page.lang == lang] for lang in ("zh", "en")}
    assert addresses["zh"] == addresses["en"]
    assert len(addresses["zh"]) == len(set(addresses["zh"])) == 10 + 58 + 47 + 4 + 14


def test_links_lead_to_the_source_where_the_project_is_hosted(small_view: PlanView) -> None:
    repository = Repository("https://example.org/plan/", "main")
    page = render(small_view, MACROS, LABELS, HANDWRITTEN, Publication(repository))["measures/2.en.md"]
    assert 'href="https://example.org/plan/edit/main/data/plan.yaml#L142"' in page
    assert "https://example.org/plan/issues/new?title=Measure+2%3A+Extend+%22credit+loans%22&amp;body=" in page
    assert "blob%2Fmain%2Fdata%2Fplan.yaml%23L142" in page


def test_the_page_of_the_data_says_which_version_they_are(small_view: PlanView) -> None:
    for lang, unknown in (("zh", "未记录"), ("en", "Not recorded")):
        known = render(small_view, MACROS, LABELS, HANDWRITTEN, Publication(version="1f2e3d4c"))[f"data.{lang}.md"]
        assert known.count("1f2e3d4c") == 2, "among the facts and in the citation"
        assert unknown not in known
        assert unknown in render(small_view, MACROS, LABELS, HANDWRITTEN)[f"data.{lang}.md"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{{ it.titel }}", "'plansite.views.MeasureView object' has no attribute 'titel'"),
        ("{{ measure.title }}", "'measure' is undefined"),
        ("{{ labels.nonsense }}", "'dict object' has no attribute 'nonsense'"),
        ("{{ it.number | nonsense }}", "No filter named 'nonsense'."),
        ("{% if %}", "Expected an expression, got 'end of statement block'"),
        ("{{ link('measures/99') }}", 'link to "measures/99", which is not a page of the site'),
        ("{{ counted('mesures', 3) }}", 'labels.yaml has no "mesures_counted"'),
        ("{{ labels.measure_title.format(n=3) }}", "KeyError: 'title'"),
        (
            "{{ edit_link() }}",
            "TypeError: _context.<locals>.edit_link() missing 1 required positional argument: 'line'",
        ),
        ("{{ it.number + 'x' }}", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
    ],
)
def test_a_wrong_template_is_named_with_its_line(
    line: str, reason: str, small_view: PlanView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MACROS, tmp_path / "macros")
    template = tmp_path / "macros" / "measure.md.j2"
    template.write_text(template.read_text("utf-8") + line + "\n", "utf-8")
    last = len(template.read_text("utf-8").splitlines())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PlanError) as raised:
        render(small_view, Path("macros"), LABELS, HANDWRITTEN)
    allowed = "answering, counted, edit_link, file_link, it, labels, lang, link, pdfs, plan, report_link, titled"
    assert [problem.line_of_text("en") for problem in raised.value.problems] == [
        f"macros/measure.md.j2:{last}:1: measure.md.j2: {reason}; a template may use: {allowed}"
    ]


HOSTILE = "*a* _b_ `c` [d](javascript:e) ![f](g) {: onclick=h } <script>i</script> &lt; | ~~j~~ \\ # - 1. k"


def test_text_never_becomes_markup() -> None:
    html = markdown.markdown(f"# {protect(HOSTILE)} {{: #id }}\n", extensions=["attr_list", "tables", "toc"])
    assert html == (
        '<h1 id="id">*a* _b_ `c` [d](javascript:e) ![f](g) {: onclick=h } '
        "&lt;script&gt;i&lt;/script&gt; &amp;lt; | ~~j~~ \\ # - 1. k</h1>"
    ).replace("*", "&#42;").replace("_", "&#95;").replace("`", "&#96;").replace("[", "&#91;").replace(
        "]", "&#93;"
    ).replace("!", "&#33;").replace("{", "&#123;").replace("}", "&#125;").replace("|", "&#124;").replace(
        "~", "&#126;"
    ).replace("\\", "&#92;")


@pytest.mark.parametrize("start", ["1. a", "- a", "+ a", "# a", "> a", "    a", "=== a", "~~~ a", "| a | b |", "* a"])
def test_text_never_starts_a_block(start: str) -> None:
    html = markdown.markdown(str(protect(start)), extensions=["tables", "fenced_code"])
    # The plan's texts have no space at their edges; what is indented is code by its indentation alone.
    assert re.findall("<([a-z0-9]+)", html) == (["pre", "code"] if start.startswith("    ") else ["p"])


def test_hostile_text_in_every_place_stays_text(tmp_path: Path) -> None:
    """The same mean text in each field of a plan; no page gains an element, an attribute or a link by it."""
    plan = yaml.safe_load(SMALL_PLAN.read_text("utf-8"))
    mean_en = (
        '</title></script><img src=x onerror=alert(1)> [x](javascript:alert(1)) {: onclick="x" } *a* `b` {{ 7*7 }}'
    )

    def spoil(value: object) -> object:
        if isinstance(value, dict):
            # A fingerprint of other Chinese, so that the proof keeps back what it finds.
            value |= {"en_for": "00000000"} if "en_for" in value else {}
            return {k: mean_en if k == "en" and isinstance(v, str) else spoil(v) for k, v in value.items()}
        return [spoil(entry) for entry in value] if isinstance(value, list) else value

    def spoil_glossary(value: Any) -> Any:
        terms = [term | {"en": mean_en, "note": {"zh": term["note"]["zh"], "en": mean_en}} for term in value["terms"]]
        return value | {"terms": terms}

    path = tmp_path / "plan.yaml"
    path.write_text(yaml.safe_dump(spoil(plan), allow_unicode=True), "utf-8")
    glossary = yaml.safe_load(SMALL_PLAN.with_name("glossary.yaml").read_text("utf-8"))
    path.with_name("glossary.yaml").write_text(yaml.safe_dump(spoil_glossary(glossary), allow_unicode=True), "utf-8")
    for name, page in render(PlanView(load(path)), MACROS, LABELS, HANDWRITTEN).items():
        body = page.split("\n---\n", 1)[1]
        html = markdown.markdown(body, extensions=["attr_list", "tables", "toc"])
        assert "<img" not in html, name
        assert "<script" not in html, name
        assert "49" not in html, name
        assert 'href="javascript' not in html, name
        assert "onclick=&" in html or "onclick" not in html, name
        assert "<em>" not in html, name
        assert "<code>" not in html, name


def test_counts_follow_the_grammar_of_their_language() -> None:
    assert counted(LABELS, "en", "measures", 1) == "1 measure"
    assert counted(LABELS, "en", "measures", 2) == "2 measures"
    assert counted(LABELS, "zh", "measures", 1) == "1条措施"


def test_every_label_is_used() -> None:
    templates = [*MACROS.glob("*.j2"), *(PROJECT / "overrides").rglob("*.html")]
    code = [PROJECT / "scripts" / "plansite" / f"{name}.py" for name in ("render", "search")]
    used = set(re.findall(r"[a-z_]+", " ".join(path.read_text("utf-8") for path in [*templates, *code])))
    used |= {"lead_one", "responsible_one"}  # chosen by the number of units
    for name in LABELS:
        # Some are chosen by what a record or a list in a template says.
        chosen = name.startswith(("kind_", "figure_", "pdf_", "text_size_", "colors_"))
        assert chosen or name.removesuffix("_counted") in used, f"no template uses {name}"
