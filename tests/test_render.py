"""Each kind of page, in both languages, on a plan of three measures; and what happens when a template is wrong."""

import copy
import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest
import yaml
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from conftest import PROJECT, SMALL_PLAN, edit
from plansite.errors import LANGUAGES, Lang, PlanError
from plansite.exports.change_report import report_changes
from plansite.exports.task_sheet import COLUMNS
from plansite.history.changelog import MAX_EDITS_PER_VERSION, HistoryView, Version
from plansite.history.diff import KINDS, Change, Edit, Words, diff_plans
from plansite.site.assemble import Sources
from plansite.site.graph import PlanView
from plansite.site.pages import FEED, FOLDER, PDFS, UPDATES_FEED, Publication, Repository, pages
from plansite.site.templates import (
    Phrase,
    Templates,
    count_label,
)
from plansite.source.chinese import notice_text
from plansite.source.identity import Place
from plansite.source.rules import RESERVED, RESERVED_PREFIXES
from plansite.source.schema import Kind, Responsibility, Strength
from plansite.validate import LoadedPlan, load_labels, load_plan

MACROS = PROJECT / "macros"
GOLDEN = Path(__file__).parent / "golden"
LABELS = load_labels(MACROS / "labels.yaml")
TEMPLATES = Templates(MACROS, LABELS)
NOWHERE = Publication()
HANDWRITTEN = ["about", "accessibility", "contribute", "questions"]
SHOWN = [
    "index", "text", "measures/index", "measures/1", "measures/2",
    "units/index", "units/government-office", "units/all-towns", "themes/index", "themes/market",
    "units/tax-service/tasks", "units/district-court/tasks",
    "topics/index", "topics/taxation", "invest", "targets", "glossary", "changes", "data",
]  # fmt: skip


@pytest.mark.parametrize("name", [f"{page}.{lang}" for page in SHOWN for lang in ("zh", "en")])
def test_pages_are_as_agreed(name: str, small_view: PlanView, request: pytest.FixtureRequest) -> None:
    as_agreed(f"{name}.html", rendered(small_view)[name], request)


def test_a_plan_that_does_not_say_how_firm_it_is_has_no_marks(small: LoadedPlan, tmp_path: Path) -> None:
    for name in ("plan", "glossary"):
        text = SMALL_PLAN.with_name(f"{name}.yaml").read_text("utf-8")
        (tmp_path / f"{name}.yaml").write_text(re.sub(r" +firmness: .*\n", "", text), "utf-8")
    silent, told = (
        {name: page for name, page in rendered(PlanView(plan)).items() if 'class="firm' in page}
        for plan in (load_plan(tmp_path / "plan.yaml"), small)
    )
    assert {"measures/2.zh", "topics/taxation.en", "themes/market.zh", "units/tax-service.en"} <= set(told)
    # The glossary still says what words of strength mean.
    assert set(silent) == {"glossary.zh", "glossary.en"}
    assert 'id="strength-explores"' in silent["glossary.zh"]
    assert "strength-does" not in silent["glossary.zh"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_marks_lead_to_what_they_mean_and_old_addresses_stay(small_view: PlanView, lang: Lang) -> None:
    pages_ = rendered(small_view)
    ids = set(re.findall(r'id="(strength[\w-]*)"', pages_[f"glossary.{lang}"]))
    assert {"strength", "strength-explored", "strength-encouraged"} <= ids
    linked = {found for page in pages_.values() for found in re.findall(r"glossary/#(strength[\w-]*)", page)}
    assert len(linked) > 1
    assert linked <= ids


ID = re.compile(r'(?:\bid="|set anchor = ")((?!\{\{ anchor)(?:\{\{.*?\}\}|[^"\s}])+)')


def test_no_record_can_be_called_as_a_part_of_its_page_is(small_view: PlanView) -> None:
    """The ids that rules.RESERVED keeps for the pages are those that stand in the templates, no more and no fewer."""
    in_templates = {path.name: ID.findall(path.read_text("utf-8")) for path in MACROS.glob("*.j2")}
    with_records = [ids for ids in in_templates.values() if any(re.fullmatch(r"\{\{ \w+\.id \}\}", id_) for id_ in ids)]
    assert len(with_records) == 7, "themes, a unit, all measures, the whole text; stages; terms; a topic"
    frame = [ID.findall(path.read_text("utf-8")) for path in (PROJECT / "overrides").rglob("*.html")]
    ids = {id_ for found in [*with_records, in_templates["parts.html.j2"], *frame] for id_ in found}
    # Ids of Material's frame begin with two underscores, as no id of ours can.
    ids = {id_ for id_ in ids if not id_.startswith("__")}
    anchors = [section.anchor for section in small_view.themes[0].sections]
    anchors += [safeguard.anchor for safeguard in small_view.safeguards]
    prefixes = {id_.partition("{{")[0] for id_ in ids} | {re.sub(r"\d+", "", anchor) for anchor in anchors}
    prefixes = {prefix for prefix in prefixes if prefix.endswith("-")}
    fixed = {id_ for id_ in ids if "{{" not in id_ and not id_.startswith(tuple(prefixes))}
    assert sorted(fixed) == sorted(RESERVED)
    assert sorted(prefixes) == sorted(RESERVED_PREFIXES)


def rendered(plan: PlanView, templates: Templates = TEMPLATES, publication: Publication = NOWHERE) -> dict[str, str]:
    """Return {page and language: what its template sets for the head, and the HTML of its body} of a plan."""
    every = list(pages(plan))
    addresses = {page.address for page in every} | set(HANDWRITTEN)
    found = {}
    for page in every:
        made = vars(templates.render_page(page, plan, addresses, publication))
        head = "".join(f"{name}: {value}\n" for name, value in made.items() if name != "body" and value)
        found[page.file.removesuffix(".md")] = f"{head}\n{made['body']}"
    return found


def as_agreed(name: str, text: str, request: pytest.FixtureRequest) -> None:
    golden = GOLDEN / name
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def versions(now: Any) -> list[Version]:
    """Return a history of the plan: one day many edits, one day another name, one day the beginning."""
    before = copy.deepcopy(now)
    first, second, _ = before["measures"]
    first["sentences"][1]["en"] = "Matters will be settled in half a working day."
    first["sentences"][1]["targets"] = []
    first["sentences"][0]["firmness"] = ["explores"]
    first["responsibility"]["units"] = ["tax-service", "all-towns"]
    second["sentences"][0]["zh"] = "推广信用贷款。"
    second["sentences"].insert(0, {"zh": "<b>从*前*有</b>此一句。", "en": "There was a [*sentence*](x) here."})
    second["title"]["en"] = "Extend loans"
    next(unit for unit in before["units"] if unit["id"] == "government-office")["id"] = "office"
    second["responsibility"]["units"][0] = "office"
    begun = copy.deepcopy(before)
    begun["measures"].reverse()
    for number, measure in enumerate(begun["measures"], start=1):
        measure["number"] = number
        measure["keywords"] = {"zh": [], "en": []}
    data = [now, before, begun, None]
    days = (datetime(2026, 2, day, 9, tzinfo=UTC) for day in (3, 2, 1))
    return [
        Version(str(place) * 40, day, tuple(diff_plans(old, new)))
        for place, (new, old, day) in enumerate(zip(data, data[1:], days, strict=False))
    ]


@pytest.mark.parametrize("page", ["changes", "measures/1", "units/government-office"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_has_changed_is_said_in_words(page: str, lang: Lang, request: pytest.FixtureRequest) -> None:
    data = yaml.safe_load(SMALL_PLAN.read_text("utf-8"))
    plan = PlanView(load_plan(SMALL_PLAN), versions(data))
    as_agreed(f"history/{page}.{lang}.html", rendered(plan)[f"{page}.{lang}"], request)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_feed_says_the_same_in_words(lang: Lang, request: pytest.FixtureRequest) -> None:
    plan = PlanView(load_plan(SMALL_PLAN), versions(yaml.safe_load(SMALL_PLAN.read_text("utf-8"))))
    feed = TEMPLATES.render_feed(FEED, plan, lang, "https://example.org/plan/")
    as_agreed(f"history/{lang}.xml", feed, request)
    root = ET.fromstring(feed)  # noqa: S314 - our own feed
    assert root.findtext("{*}updated") == "2026-02-03T09:00:00+00:00"
    ids = [identifier.text for identifier in root.iter("{http://www.w3.org/2005/Atom}id")]
    assert len(ids) == len(set(ids)) == 1 + 3
    for entry in root.iterfind("{*}entry"):
        link, content = entry.find("{*}link"), entry.find("{*}content")
        assert link is not None
        assert content is not None
        assert link.attrib["href"].startswith(f"https://example.org/plan/{FOLDER[lang]}changes/#v")
        assert content.attrib["type"] == "html"
        assert "<b>" not in (content.text or "")


def updates_feed(folder: Path, lang: Lang, *, edits: Iterable[tuple[str, str]] = ()) -> Any:
    """Return the feed of updates of the plan of three measures, as feedparser reads it, after edits of updates.yaml."""
    for name in ("plan.yaml", "glossary.yaml", "site.yaml", "updates.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), folder)
    for old, new in edits:
        edit(folder / "updates.yaml", old, new)
    plan = PlanView(load_plan(folder / "plan.yaml"))
    read = feedparser.parse(TEMPLATES.render_feed(UPDATES_FEED, plan, lang, "https://example.org/plan/"))
    assert (read.bozo, read.version) == (False, "atom10"), "well-formed"
    return read


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_feed_of_updates_says_what_its_page_does(lang: Lang, tmp_path: Path, small_view: PlanView) -> None:
    read = updates_feed(tmp_path, lang)
    page = LexborHTMLParser(rendered(small_view)[f"updates.{lang}"])
    address = f"https://example.org/plan/{FOLDER[lang]}updates/"
    assert [(link.rel, link.href) for link in read.feed.links] == [
        ("self", f"https://example.org/plan/{FOLDER[lang]}updates.xml"),
        ("alternate", address),
    ]
    office = {"zh": "小区办公室", "en": "Small District Office"}[lang]
    assert read.feed.author_detail == {"name": office, "href": "https://office.example.org/"}
    assert read.feed.updated == max(entry.updated for entry in read.entries) == "2026-11-20T00:00:00Z"
    for entry, item in zip(read.entries, page.css(".update"), strict=True):
        source = item.css_first("a[rel=external]")
        assert source is not None
        links = {link.rel: link.href for link in entry.links}
        assert links == {"alternate": f"{address}#{item.id}", "via": source.attributes["href"]}
        title, told = item.css_first(".update__title"), LexborHTMLParser(entry.content[0].value).text()
        assert title is not None
        assert re.findall(r"\w+", entry.title) == re.findall(r"\w+", title.text())
        assert title.text().split() + told.split() == item.text().split()


def test_an_update_is_the_same_one_when_its_words_are_edited(tmp_path: Path) -> None:
    ids = [entry.id for lang in LANGUAGES for entry in updates_feed(tmp_path, lang).entries]
    assert len(set(ids)) == len(ids), "an update is told from others, and its Chinese from its English"
    words = [("Permits changed", "Other permits"), ("某省印发计划", "某省也印发计划"), ("某报", "某日报")]
    days = [("checked: 2026-11-20", "checked: 2026-11-21")]
    later = [entry for lang in LANGUAGES for entry in updates_feed(tmp_path, lang, edits=words + days).entries]
    assert [entry.id for entry in later] == ids
    assert "2026-11-21T00:00:00Z" in {entry.updated for entry in later}


def test_without_a_publisher_the_author_of_a_feed_is_the_site(small: LoadedPlan) -> None:
    unnamed = replace(small, identity=small.identity.model_copy(update={"publisher": None}))
    read = feedparser.parse(TEMPLATES.render_feed(UPDATES_FEED, PlanView(unnamed), "en", ""))
    assert (read.bozo, read.feed.author_detail) == (False, {"name": "Small District Actions"})


def test_an_update_given_twice_is_named(tmp_path: Path) -> None:
    same = "title: {zh: 同一天, en: That day}\n    text: {zh: 又记一次。, en: Noted again.}\n"
    same += '    source: {url: "https://www.news.example.org/plan"}\n    checked: 2026-11-20\n'
    with pytest.raises(PlanError) as raised:
        updates_feed(
            tmp_path,
            "en",
            edits=[("  - date: 2024-02-03\n", f"  - date: 2024-02-03\n    {same}  - date: 2024-02-03\n")],
        )
    [problem] = raised.value.problems
    assert 'repeats "2024-02-03 https://www.news.example.org/plan", first used on line' in problem.message("en")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("site_url", ["", "https://example.org/plan/"], ids=["unknown", "hosted"])
def test_a_pull_request_is_told_in_words(site_url: str, lang: Lang, request: pytest.FixtureRequest) -> None:
    version = HistoryView(versions(yaml.safe_load(SMALL_PLAN.read_text("utf-8")))).versions[0]
    pages = [("", "Home", "changed"), ("units/office", "Office", "removed")]
    text = TEMPLATES.render_diff(version, pages, lang, site_url)
    as_agreed(f"history/diff{'-hosted' if site_url else ''}.{lang}.html", text, request)


@pytest.mark.parametrize("count", [1, MAX_EDITS_PER_VERSION + 1], ids=["edit by edit", "in counts"])
def test_characters_are_shown_as_themselves(count: int) -> None:
    """A translator's note with signs that HTML escapes, removed `count` times: on the page, in the feed, in a diff."""
    note = """R&D <b> "quoted" 'single' """.strip()
    edit = Edit("removed", ("sentences", 1, "note"), "en", {"zh": note, "en": note}, None)
    version = Version(
        "1" * 40, datetime(2026, 2, 1, tzinfo=UTC), (Change("measures", "1", NOTE, edits=(edit,) * count),)
    )
    plan = PlanView(load_plan(SMALL_PLAN), [version])
    feed = ET.fromstring(TEMPLATES.render_feed(FEED, plan, "en", ""))  # noqa: S314 - our own feed
    texts = [
        rendered(plan)["changes.en"],
        feed.findtext("{*}entry/{*}content") or "",
        TEMPLATES.render_diff(HistoryView([version]).versions[0], [], "en", ""),
    ]
    for text in texts:
        shown = LexborHTMLParser(text).text()
        assert "ranslator's note" in shown
        assert "&" not in shown.replace("R&D", "")
        assert note in shown or (count > MAX_EDITS_PER_VERSION and text is not texts[2])


NOTE: Words = {"zh": "标题", "en": "A title"}


def test_a_label_filled_with_html_is_escaped_once() -> None:
    phrase = Phrase("{text} & 'co' ({n})")
    assert phrase.format(text="<i>", n=1) == "<i> & 'co' (1)"
    assert phrase.format(text=Markup("<i>a&amp;b</i>"), n="*") == "<i>a&amp;b</i> &amp; &#39;co&#39; (*)"


def test_what_the_plan_no_longer_has_is_told_without_a_link() -> None:
    """A plan of another government takes the place of this one and is not committed yet."""
    data = yaml.safe_load(SMALL_PLAN.read_text("utf-8"))
    other = copy.deepcopy(data)
    other["measures"].append(other["measures"][0] | {"number": 58, "title": {"zh": "已删措施", "en": "Gone"}})
    for kind in ("units", "topics", "themes", "audiences", "safeguards"):
        other[kind].append(other[kind][0] | {"id": f"gone-{kind}", "name": {"zh": "已删", "en": "Gone"}})
    told = tuple(diff_plans(None, other))
    gone = [replace(change, edits=()) for change in told if change.key == "58" or change.key.startswith("gone-")]
    assert len(gone) == 6
    pages = rendered(
        PlanView(load_plan(SMALL_PLAN), [Version("1" * 40, datetime(2026, 2, 1, tzinfo=UTC), tuple(gone))])
    )
    for lang in LANGUAGES:
        shown = LexborHTMLParser(pages[f"changes.{lang}"])
        assert len(shown.css(".change__record")) == 6
        assert shown.css(".change__record a") == []


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", '<li>约定英文（英文）：<span lang="en"><del>permission</del><ins>permit</ins></span></li>\n'),
        ("en", "<li>Agreed English (English): <span><del>permission</del><ins>permit</ins></span></li>\n"),
    ],
)
def test_a_term_with_other_english_is_told(lang: Lang, told: str) -> None:
    old, new = ({"terms": [{"id": "permit", "zh": "许可", "en": en}]} for en in ("permission", "permit"))
    version = HistoryView([Version("", datetime(2026, 2, 1, tzinfo=UTC), tuple(diff_plans(old, new)))]).versions[0]
    assert told in TEMPLATES.render_diff(version, [], lang, "")


def test_pages_are_rendered_only_where_data_differ(tmp_path: Path) -> None:
    shutil.copytree(MACROS, tmp_path / "macros")
    (tmp_path / "macros" / "measure.html.j2").write_text("{{ nobody }}", "utf-8")
    for name in ("plan.yaml", "glossary.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), tmp_path)
    sources = Sources(tmp_path / "plan.yaml", tmp_path / "macros", PROJECT / "docs")
    unchanged, unknown = "The content of this site has not changed.", "The pages affected cannot be listed"
    assert report_changes(sources, str(SMALL_PLAN), None, "en").split("\n")[1] == f"<p>{unchanged}</p>"
    text = SMALL_PLAN.read_text("utf-8")
    sources.plan.write_text(f"{text}# Another form only.\n", "utf-8")
    assert report_changes(sources, str(SMALL_PLAN), None, "en").split("\n")[1] == f"<p>{unchanged}</p>"
    sources.plan.write_text(text.replace("en: Market environment", "en: Markets"), "utf-8")
    assert unknown in report_changes(sources, str(SMALL_PLAN), None, "en")


def test_no_heading_without_safeguards(tmp_path: Path) -> None:
    data = yaml.safe_load(SMALL_PLAN.read_text("utf-8"))
    del data["safeguards"]
    named = {
        mention["unit"] if isinstance(mention, dict) else mention
        for m in data["measures"]
        for mention in m["responsibility"]["units"]
    }
    data["units"] = [unit for unit in data["units"] if unit["id"] in named]
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    shutil.copy(SMALL_PLAN.with_name("glossary.yaml"), tmp_path)
    loaded = load_plan(tmp_path / "plan.yaml")
    for name, page in rendered(PlanView(loaded)).items():
        assert "#safeguards" not in page, name
        assert 'id="safeguards"' not in page, name
    assert data["notice"]["safeguards_title"]["zh"] not in notice_text(loaded.plan)


def test_every_page_exists_in_both_languages(real_view: PlanView) -> None:
    addresses = {lang: [page.address for page in pages(real_view) if page.lang == lang] for lang in ("zh", "en")}
    assert addresses["zh"] == addresses["en"]
    plan = real_view
    records = [*plan.measures, *plan.units, *plan.themes, *plan.topics, *plan.redirects]
    assert len(addresses["zh"]) == len(set(addresses["zh"])) == 12 + len(records) + len(plan.units)


def hrefs(page: str, role: str) -> list[str]:
    return [str(link.attributes["href"]) for link in LexborHTMLParser(page).css(f"a.tools__{role}")]


def queries(page: str) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(href).query)) for href in hrefs(page, "report")]


def test_links_lead_to_the_source_where_the_project_is_hosted(small_view: PlanView) -> None:
    repository = Repository.at("https://github.com/someone/plan/tree/改/a%23b/")
    found = rendered(small_view, publication=Publication(repository, "https://plan.example.org/x/"))
    page = found["measures/2.zh"]
    branch = "%E6%94%B9/a%23b"
    line = small_view.measures[1].line
    assert hrefs(page, "edit") == [f"https://github.com/someone/plan/edit/{branch}/tests/data/plan.yaml#L{line}"]
    assert all(href.startswith("https://github.com/someone/plan/issues/new?") for href in hrefs(page, "report"))
    name = {"template": "mistake.yml", "title": "第2条 推广“信用贷”", "measure": "第2条 推广“信用贷”"}
    address = "https://plan.example.org/x/measures/2/"
    assert queries(page) == [
        name | {"sentence": "第1句：推广信用贷产品。", "address": f"{address}#s1"},
        name | {"sentence": "第2句：探索凭信用放款，鼓励店铺使用。", "address": f"{address}#s2"},
        name | {"address": address},
    ]
    unit = found["units/tax-service.en"]
    assert hrefs(unit, "edit") == [f"https://github.com/someone/plan/edit/{branch}/tests/data/plan.yaml#L45"]
    name = dict.fromkeys(("title", "measure"), "District Tax Service")
    assert queries(unit) == [
        name | {"template": "mistake.yml", "address": "https://plan.example.org/x/en/units/tax-service/"}
    ]


def test_without_a_known_address_a_report_gives_the_path(small_view: PlanView) -> None:
    publication = Publication(Repository.at("http://localhost:3000/someone/plan"))
    page = rendered(small_view, publication=publication)["measures/2.en"]
    at = f"edit/main/tests/data/plan.yaml#L{small_view.measures[1].line}"
    assert hrefs(page, "edit") == [f"http://localhost:3000/someone/plan/{at}"]
    assert [query["address"] for query in queries(page)] == [f"/en/measures/2/{end}" for end in ("#s1", "#s2", "")]


def test_reports_fill_fields_that_the_form_has_and_stay_short_enough(real_view: PlanView) -> None:
    form = yaml.safe_load((PROJECT / ".github" / "ISSUE_TEMPLATE" / "mistake.yml").read_text("utf-8"))
    fields = {part["id"] for part in form["body"] if "id" in part}
    publication = Publication(Repository.at("https://github.com/someone/plan"), "https://plan.example.org/")
    pages = rendered(real_view, publication=publication).values()
    filled = [set(query) - {"template", "title"} for page in pages for query in queries(page)]
    sentences = sum(len(measure.sentences) for measure in real_view.measures)
    assert len(filled) == 2 * (sentences + len(real_view.measures) + len(real_view.units))
    assert set.union(*filled) == {"measure", "sentence", "address"} <= fields
    # GitHub answers 414 to longer addresses.
    assert max(len(href) for page in pages for href in hrefs(page, "report")) < 8192


def test_no_page_offers_to_edit_or_report_where_the_project_is_hosted_nowhere(real_view: PlanView) -> None:
    for name, page in rendered(real_view).items():
        assert "tools__edit" not in page, name
        assert "tools__report" not in page, name


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)//github.com/someone/plan",
        "github.com/someone/plan",
        "https://github.com/",
        "https:///someone/plan",
        "https://github.com/someone",
        "https://name:password@github.com/someone/plan",
        "https://github.com/someone/plan?tab=readme",
        "https://github.com/someone/plan/blob/main/README.md",
        'https://github.com/someone/pl an" onclick="x',
    ],
)
def test_only_the_address_of_a_branch_becomes_links(address: str) -> None:
    with pytest.raises(PlanError) as raised:
        Repository.at(address)
    assert raised.value.problems[0].message("en") == (
        f'is "{address}", which is not where a branch of a project is shown; write '
        "https://github.com/OWNER/PROJECT/tree/BRANCH with nothing after it, or leave it empty"
    )


def test_the_page_of_the_data_says_which_version_they_are(small_view: PlanView) -> None:
    for lang, unknown in (("zh", "未记录"), ("en", "Not recorded")):
        plan = PlanView(load_plan(SMALL_PLAN), version="1f2e3d4c")
        known = rendered(plan)[f"data.{lang}"]
        assert known.count("1f2e3d4c") == 2, "among the facts and in the citation"
        assert unknown not in known
        assert unknown in rendered(small_view)[f"data.{lang}"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{{ it.titel }}", "'plansite.site.graph.MeasureView object' has no attribute 'titel'"),
        ("{{ measure.title }}", "'measure' is undefined"),
        ("{{ labels.nonsense }}", 'labels.yaml has no "nonsense"'),
        ("{{ it.number | nonsense }}", "No filter named 'nonsense'."),
        ("{% if %}", "Expected an expression, got 'end of statement block'"),
        ("{{ link('measures/99') }}", 'link to "measures/99", which is not a page of the site'),
        ("{{ count_label('mesures', 3) }}", 'labels.yaml has no "mesures_counted"'),
        ("{{ labels.measure_title.format(n=3) }}", "KeyError: 'title'"),
        (
            "{{ edit_link() }}",
            "TypeError: page_context.<locals>.edit_link() missing 1 required positional argument: 'line'",
        ),
        ("{{ it.number + 'x' }}", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
    ],
)
def test_a_wrong_template_is_named_with_its_line(
    line: str, reason: str, small_view: PlanView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MACROS, tmp_path / "macros")
    template = tmp_path / "macros" / "measure.html.j2"
    template.write_text(template.read_text("utf-8") + line + "\n", "utf-8")
    last = len(template.read_text("utf-8").splitlines())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PlanError) as raised:
        rendered(small_view, Templates(Path("macros"), LABELS))
    allowed = (
        "count_label, edit_link, feed, file_link, it, labels, lang, lead_unit_label, link, measure_title, package, "
        "page_url, pdfs, plan, report_link, root"
    )
    assert [problem.text_line("en") for problem in raised.value.problems] == [
        f"macros/measure.html.j2:{last}:1: measure.html.j2: {reason}; a template may use: {allowed}"
    ]


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
    hosted = Publication(Repository.at("https://github.com/someone/plan"))
    for name, page in rendered(PlanView(load_plan(path)), publication=hosted).items():
        html = page.split("\n\n", 1)[1]
        assert "<img" not in html, name
        assert "<script" not in html, name
        assert "49" not in html, name
        assert 'href="javascript' not in html, name
        assert "onclick=&" in html or "onclick" not in html, name
        assert "<em>" not in html, name
        assert "<code>" not in html, name


def test_counts_follow_the_grammar_of_their_language() -> None:
    assert count_label(LABELS, "en", "measures", 1) == "1 measure"
    assert count_label(LABELS, "en", "measures", 2) == "2 measures"
    assert count_label(LABELS, "zh", "measures", 1) == "1条措施"


def chosen_labels() -> set[str]:
    """Return the labels whose names a template or a module puts together, by all values that they are made of."""
    levels = get_args(Place.model_fields["level"].annotation)
    choices: dict[str, Iterable[str]] = {
        "kind": (*get_args(Kind), *(f"{kind}_{level}" for kind in ("government", "state-owned") for level in levels)),
        "pdf": (f"{name}{words}" for name in PDFS for words in ("", "_means")),
        "task": COLUMNS,
        "text_size": ("normal", "large", "larger"),
        "colors": ("auto", "light", "dark"),
        "record": ({*KINDS, "added", "removed"} - {"measures"}),
        "change": ("added", "removed", "changed", "english"),
        "translation": ("stale", "confirmed"),
        "told": get_args(Responsibility.model_fields["role"].annotation),
        "strength": (f"{strength}{words}" for strength in get_args(Strength) for words in ("", "_help")),
    }
    made = {f"{prefix}_{value}" for prefix, values in choices.items() for value in values}
    made |= {f"{kind}_counted" for kind in KINDS}
    return made | {"text_size", "colors", "responsible", "responsible_one", "lead", "lead_one", "home", "text"}


def test_labels_and_their_uses_are_the_same() -> None:
    """No label is missing, whatever value asks for it, and none is written that nothing shows."""
    templates = [*MACROS.glob("*.j2"), *(PROJECT / "overrides").rglob("*.html")]
    text = "\n".join(path.read_text("utf-8") for path in templates)
    code = "\n".join(path.read_text("utf-8") for path in (PROJECT / "scripts" / "plansite").rglob("*.py"))
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    used = set(re.findall(r"\b(?:other_)?labels\.([\w-]+)", text)) | chosen_labels()
    by_name = r"""\b(?:labels|words)\[["'](\w+)["']\]|\bformat_label\(labels, lang, "(\w+)\""""
    used |= {one or other for one, other in re.findall(by_name, code)}
    used |= {f"{name}_counted" for name in re.findall(r'\bcount_label\((?:labels, lang, )?"(\w+)"', text + code)}
    nav = (PROJECT / "overrides" / "partials" / "site-nav.html").read_text("utf-8")
    used |= set(re.findall(r'\("(\w+)", "[\w/]*"\)', nav))
    assert set(LABELS) == used - set(LANGUAGES)
