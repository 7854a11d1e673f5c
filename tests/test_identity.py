"""This module tests what a site says of itself: from site.yaml, or from the plan where that says nothing."""

import csv
import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader
from selectolax.lexbor import LexborHTMLParser

from conftest import (
    PROJECT,
    SMALL_PLAN,
    Repository,
    build_site,
    copy_small_project,
    edit,
    one,
    parsed,
    run,
    shared_folder,
)
from plansite.errors import LANGUAGES, Lang, PlanError
from plansite.site.about import PALETTE, SiteView
from plansite.site.graph import PlanView
from plansite.site.pages import Publication, pages
from plansite.site.templates import Phrases, Templates, force_line, format_date
from plansite.source.identity import Identity
from plansite.validate import LoadedPlan, load_labels, load_plan

LABELS = load_labels(PROJECT / "macros" / "labels.yaml")
WRONG = [
    ("website: https://office.example.org/", "website: office.example.org", "publisher.website", "no address of a"),
    ("email: plan@example.org", "email: plan at example.org", "contact.email", "which is no e-mail address"),
    ("telephone: 0123 456-789", "telephone: ask us", "contact.telephone", "which is no telephone number"),
    ('light: "#3d6a1f"', "light: green", "accents.market.light", "which is no color"),
    ("  market: {", "  markt: {", "accents.markt", 'the theme "markt", which does not exist (did you mean "market"?)'),
    ("level: district", "level: parish", "place.level", '"parish"'),
    ("official: false", "official: no idea", "official", "must be true or false"),
    ("short_name:", "shortname:", "shortname", 'unknown field "shortname" (did you mean "short_name"?)'),
]


@pytest.mark.parametrize(("right", "wrong", "path", "said"), WRONG, ids=[path for _, _, path, _ in WRONG])
def test_a_slip_is_named_with_its_line(tmp_path: Path, right: str, wrong: str, path: str, said: str) -> None:
    for name in ("plan.yaml", "glossary.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), tmp_path)
    text = SMALL_PLAN.with_name("site.yaml").read_text("utf-8")
    assert text.count(right) == 1
    (tmp_path / "site.yaml").write_text(text.replace(right, wrong), "utf-8")
    with pytest.raises(PlanError) as found:
        load_plan(tmp_path / "plan.yaml")
    line = text[: text.index(right)].count("\n") + 1
    [problem] = found.value.problems
    assert (Path(problem.file).name, problem.line) == ("site.yaml", line)
    assert path.rpartition(".")[2] in problem.text_line("en")
    assert said in problem.text_line("en")
    assert problem.text_line("zh") != problem.text_line("en")


def test_without_a_file_the_plan_says_who_it_is(small: LoadedPlan, tmp_path: Path) -> None:
    for name in ("plan.yaml", "glossary.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), tmp_path)
    site = SiteView(load_plan(tmp_path / "plan.yaml").identity, small.plan.notice)
    assert site.name == site.short_name == small.plan.notice.title
    assert (site.publisher, site.contact, site.place) == (None, None, None)


def age(lang: Lang, small: LoadedPlan, **changes: Any) -> str:
    """Return the line on the age of a plan whose notice has other fields."""
    environment = Environment(loader=FileSystemLoader(PROJECT / "overrides"), autoescape=True)
    environment.filters |= {"format_date": format_date, "url": str}
    site = SiteView(Identity(english="issuer"), small.plan.notice.model_copy(update=changes))
    template = environment.get_template("partials/age.html")
    html = template.render(
        site=site, labels=Phrases(LABELS, lang), force_line=partial(force_line, LABELS, lang), site_lang=lang, root=""
    )
    return " ".join(one(LexborHTMLParser(html), "p").text().split())


@pytest.mark.parametrize(
    ("changes", "chinese", "english"),
    [
        (
            {},
            "2021年5月11日印发的计划。通知没有写明有效期",
            "A plan issued May 11, 2021. It states no end date",
        ),
        ({"year": 2022}, "2022年的计划，2021年5月11日印发。", "A plan for 2022, issued May 11, 2021."),
        ({"valid_until": date(2025, 12, 31)}, "有效期至2025年12月31日。", "It is valid until December 31, 2025."),
        (
            {"replaced_by": {"zh": "新计划", "en": "New Plan"}},
            "已由《新计划》取代。",
            "It has been replaced by New Plan.",
        ),
        ({"withdrawn": date(2024, 1, 2)}, "已于2024年1月2日废止。", "It was withdrawn on January 2, 2024."),
    ],
    ids=["open", "for a year", "until", "replaced", "withdrawn"],
)
def test_every_page_says_whether_the_plan_is_in_force(
    small: LoadedPlan, changes: dict[str, Any], chinese: str, english: str
) -> None:
    for lang, said in zip(LANGUAGES, (chinese, english), strict=True):
        assert said in age(lang, small, **changes)


def luminance(color: str) -> float:
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one_color: str, other: str) -> float:
    """Return the contrast of two colors (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((luminance(one_color), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colors_can_be_read_on_their_ground(real: LoadedPlan) -> None:
    for accent in (*PALETTE, *real.identity.accents.values()):
        assert contrast(accent.light, "#ffffff") >= 4.5
        assert contrast(accent.light, "#f5f6f8") >= 4.5
        assert contrast(accent.dark, "#11161d") >= 4.5
        assert contrast(accent.dark, "#1a212b") >= 4.5


def test_each_theme_has_its_color() -> None:
    site = SiteView(Identity(), load_plan(SMALL_PLAN).plan.notice)
    css = site.stylesheet([f"t{at}" for at in range(10)])
    assert css.count(".theme-t") == 20
    assert ".theme-t8{--theme:#1f5c99}" in css, "the colors begin anew"


@pytest.mark.site
def test_pages_say_who_publishes_or_that_nobody_is_named(site: Path, small_site: Path) -> None:
    footer = one(parsed(small_site / "en" / "index.html"), ".site-foot")
    links = [str(link.attributes["href"]) for link in footer.css("a")]
    assert {"https://office.example.org/", "mailto:plan@example.org", "tel:0123456-789"} <= set(links)
    assert "Published by Small District Office." in " ".join(footer.text().split())
    for root, said in (
        ("", "本站未写明发布者。没有写明联系方式。"),
        ("en", "No publisher is named for this site. No contact is given."),
    ):
        assert said in " ".join(one(parsed(site / root / "about" / "index.html"), ".site-foot").text().split())


def test_whoever_publishes_is_told_what_the_site_does_not_name(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path / "project")
    assert run("plansite", "check", cwd=project).stdout == ""
    (project / "data" / "site.yaml").write_text("official: false\n", "utf-8")
    hints = ["names no publisher", "gives no contact"]
    checked = run("plansite", "check", cwd=project)
    assert checked.returncode == 0
    assert [hint in line for hint, line in zip(hints, checked.stdout.splitlines(), strict=True)] == [True, True]
    assert run("plansite", "build", "out", cwd=project).stderr == ""
    published = run("plansite", "build", "out", cwd=project, SITE_URL="https://example.org/")
    assert [hint in line for hint, line in zip(hints, published.stderr.splitlines(), strict=True)] == [True, True]


@pytest.mark.site
def test_what_has_happened_since_stands_where_it_belongs_with_its_source(small_site: Path) -> None:
    for address in ("measures/1", "units/tax-service", "topics/taxation", "updates"):
        [entry] = [
            entry
            for entry in parsed(small_site / "en" / address / "index.html").css(".update")
            if "The rules on permits changed." in entry.text()
        ]
        assert one(entry, "time").text() == "March 2023"
        source = one(entry, ".update__source a[rel=external]")
        assert (source.text(), source.attributes["href"]) == ("Some Paper", "https://www.news.example.org/permits")
        assert "checked November 20, 2026" in entry.text()
    assert parsed(small_site / "en" / "measures" / "2" / "index.html").css(".update") == []
    every = parsed(small_site / "updates" / "index.html")
    assert [time.text() for time in every.css(".update time")] == ["2024年2月3日", "2023年3月"]
    assert "news.example.org" in one(every, ".update__source").text(), "the host, where nobody is named"


def test_an_update_about_what_does_not_exist_is_named(tmp_path: Path) -> None:
    for name in ("plan.yaml", "glossary.yaml", "updates.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), tmp_path)
    edit(tmp_path / "updates.yaml", "measures: [1], units: [tax-service]", "measures: [4], units: [tax-servce]")
    with pytest.raises(PlanError) as found:
        load_plan(tmp_path / "plan.yaml")
    said = [problem.text_line("en").partition(": ")[2] for problem in found.value.problems]
    assert [line.partition("; allowed")[0] for line in said] == [
        'updates[1].about.measures[1]: names the measure "4", which does not exist (did you mean "3"?)',
        'updates[1].about.units[1]: names the unit "tax-servce", which does not exist (did you mean "tax-service"?)',
    ]


def test_a_phrase_that_the_plan_has_or_that_stands_twice_is_named(tmp_path: Path) -> None:
    for name in ("plan.yaml", "glossary.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), tmp_path)
    (tmp_path / "unanswered.yaml").write_text(
        "matters:\n"
        "  - name: {zh: 护照, en: Passports}\n"
        "    phrases: {zh: [办护照, 办证], en: [passport, Bank loan]}\n"
        "  - name: {zh: 签证, en: Visas}\n"
        "    phrases: {zh: [办护照], en: [visa]}\n",
        "utf-8",
    )
    with pytest.raises(PlanError) as found:
        load_plan(tmp_path / "plan.yaml")
    said = [problem.text_line("en").partition(": ")[2].partition(";")[0] for problem in found.value.problems]
    assert said == [
        'matters[1].phrases.zh[2]: "办证" stands in measure 1, so the plan does say something about it',
        'matters[1].phrases.en[2]: "Bank loan" stands in measure 2, so the plan does say something about it',
        'matters[2].phrases.zh[1]: repeats "办护照", first used on line 3',
    ]


OURS = re.compile(
    r"相城|Xiangcheng|苏州|Suzhou|B-READY|58 measures|58条|(?<![0-9A-Za-z])2022(?![0-9A-Za-z])", re.IGNORECASE
)


def contents(path: Path) -> Iterator[str]:
    """Yield the text of a file of a site, that of each file within a workbook or document, and other bytes as text."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("utf-8") for name in archive.namelist())
    else:
        yield path.read_bytes().decode("utf-8", "replace")
        yield path.read_bytes().decode("utf-16-be", "replace")  # as PDF writes its titles


@pytest.mark.site
def test_nothing_of_our_plan_is_left_in_the_site_of_another(small_site: Path) -> None:
    files = [path for path in small_site.rglob("*") if path.is_file()]
    assert {".html", ".js", ".css", ".json", ".csv", ".xlsx", ".xml"} <= {path.suffix for path in files}
    left = [
        (str(path.relative_to(small_site)), found[0])
        for path in files
        for text in (path.name, *contents(path))
        for found in OURS.finditer(text)
        # The years after a plan's own are words with which people ask for a newer one.
        if found[0] != "2022" or path.parent.name != "search"
    ]
    assert left == []


@pytest.mark.site
def test_who_is_reached_how_stands_with_its_source_wherever_the_unit_answers(small_site: Path) -> None:
    for address in ("units/tax-service", "measures/1", "topics/taxation"):
        known = one(parsed(small_site / "en" / address / "index.html"), ".contact")
        telephone = one(known, "a[href^='tel:']")
        assert (telephone.text(), telephone.attributes["href"]) == ("0123 456-789", "tel:0123456-789")
        said = " ".join(known.text().split())
        for part in ("tax.example.org", "1 High Street", "Monday to Friday", "not part of the notice", "Tax Site"):
            assert part in said
        assert "checked November 20, 2026" in said
    assert "小区大街一号" in one(parsed(small_site / "units" / "tax-service" / "index.html"), ".contact").text()
    described = one(parsed(small_site / "units" / "tax-service" / "index.html"), "script[type='application/ld+json']")
    assert {"telephone": "0123 456-789", "sameAs": "https://tax.example.org/"}.items() <= json.loads(described.text())[
        "@graph"
    ][0].items()
    without = parsed(small_site / "en" / "units" / "district-court" / "index.html")
    assert without.css(".contact") == []
    assert "No contact in the notice; none verified here." in without.text()
    assert without.css("a[href^='tel:']:not(.site-foot a)") == []


@pytest.mark.site
def test_about_says_where_the_text_comes_from_and_how_to_check_that(site: Path, small_site: Path) -> None:
    for root, link in (("", "../notice.txt"), ("en", "../../notice.txt")):
        page = parsed(site / root / "about" / "index.html")
        assert [a.attributes["href"] for a in page.css("a[download]")] == [link]
        assert hashlib.sha256((site / "notice.txt").read_bytes()).hexdigest() in page.text()
    # Nothing is said of a file that this plan does not have.
    assert not (small_site / "notice.txt").exists()
    for root in ("", "en"):
        assert "SHA-256" not in parsed(small_site / root / "about" / "index.html").text()
        assert parsed(small_site / root / "data" / "index.html").css("a[href$='notice.txt']") == []


@pytest.mark.site
def test_the_site_of_another_plan_says_what_is_true_of_it(small_site: Path) -> None:
    for root, said in (
        ("", ["2021年5月11日印发", "3条措施", "小区委员会、小区人民政府", "发布：小区办公室"]),
        ("en", ["issued May 11, 2021", "3 measures", "Small District Committee and the People's Government"]),
    ):
        text = " ".join(parsed(small_site / root / "index.html").body.text().split())  # type: ignore[union-attr]
        assert [words for words in said if words not in text] == []
        told = one(parsed(small_site / root / "measures" / "1" / "index.html"), ".provenance").text()
        assert "通知未载" in told or "Not stated in the notice" in told
    for root, level in (("", "区政府部门"), ("en", "District government bodies")):
        assert level in one(parsed(small_site / root / "units" / "index.html"), "#government").text()
    described = json.loads((small_site / "datapackage.json").read_text("utf-8"))
    assert described["licenses"] == [
        {
            "name": "CC0-1.0",
            "path": "https://licence.example.org/zero/",
            "title": "通知原文属官方文件，译文可以自由使用。"
            " / The notice is an official document, its translation free to use.",
        }
    ]
    assert described["contributors"] == [
        {"title": "小区办公室 / Small District Office", "path": "https://office.example.org/", "role": "publisher"}
    ]
    assert described["title"] == "小区优化环境行动：数据 / Small District Actions: data"
    page = parsed(small_site / "en" / "data" / "index.html")
    [dataset, _] = json.loads(one(page, "script[type='application/ld+json']").text())["@graph"]
    assert dataset["license"] == "https://licence.example.org/zero/"
    assert dataset["publisher"] == {
        "@type": "Organization",
        "name": "Small District Office",
        "url": "https://office.example.org/",
    }
    assert "translation and curation under CC0-1.0" in one(page, "#terms + .facts").text()
    assert "Small District Actions" in one(parsed(small_site / "404.html"), "title").text() + one(page, "title").text()


@pytest.mark.parametrize(
    ("level", "heading"),
    [("county", "县政府部门"), ("city", "市政府部门"), ("ministry", "部内机构"), (None, "政府部门")],
)
def test_units_are_called_by_the_level_of_their_government(small: LoadedPlan, level: str | None, heading: str) -> None:
    place = small.identity.place
    assert place is not None
    changed = place.model_copy(update={"level": level}) if level else None
    plan = PlanView(replace(small, identity=small.identity.model_copy(update={"place": changed})))
    page = next(page for page in pages(plan) if (page.address, page.lang) == ("units", "zh"))
    rendered = Templates(PROJECT / "macros", LABELS).render_page(page, plan, addresses(plan), Publication())
    assert one(LexborHTMLParser(rendered.body), "#government").text().startswith(heading)


def addresses(plan: PlanView) -> set[str]:
    return {page.address for page in pages(plan)} | {"about", "questions"}


BARE = """
place:
  level: district
  name: {zh: 小区, en: Small District}
official: true
english: issuer
ways: []
home: [map, topics, units]
"""
"""What the issuers themselves may say, who offer no ways of ours and state no licence."""


@pytest.fixture(scope="session")
def bare_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the plan of three measures with nothing of ours."""
    with shared_folder(tmp_path_factory, "bare-site") as (folder, new):
        project = folder / "project"
        if new:
            copy_small_project(project)
            (project / "data" / "site.yaml").write_text(BARE, "utf-8")
            repository = Repository(project)
            repository.edit("怎样纳税", "如何纳税")
            repository.commit("2026-11-23T08:00:00+08:00")
            build_site(project, project / "site", SITE_URL="")
        return project / "site"


@pytest.mark.site
def test_a_way_that_is_not_offered_is_nowhere(bare_site: Path, small_site: Path) -> None:
    left_out = re.compile(r"(?:^|/)(?:topics|invest|targets|glossary)(?:/|#|$)|[?&](?:topic|audience|figures)=")
    for path in bare_site.rglob("*.html"):
        assert not left_out.search(path.relative_to(bare_site).as_posix())
        page = parsed(path)
        assert [a for a in page.css("[href]") if left_out.search(str(a.attributes["href"]))] == [], path
        assert page.css(".term, .targets, #filter-topic, #filter-audience, #filter-figures, [data-topic]") == []
    for lang in LANGUAGES:
        index = (bare_site / "search" / f"{lang}.js").read_text("utf-8")
        assert not re.search(r'"kind":"(?:topic|term)"|"location":"(?:topics|invest|targets|glossary)/', index)
    mark = one(parsed(bare_site / "en" / "measures" / "2" / "index.html"), ".firm--explores")
    assert (mark.tag, mark.attributes["title"]) == ("span", LABELS["strength_explores_help"].en)
    bare, full = (json.loads((site / "plan.json").read_text("utf-8")) for site in (bare_site, small_site))
    assert {name for name in full if name != "about" and len(bare[name]) != len(full[name])} == set()
    assert bare["measures"][0]["targets"] == full["measures"][0]["targets"]


@pytest.mark.site
def test_home_lists_what_it_is_told_to_in_that_order(bare_site: Path, small_site: Path) -> None:
    orders = {bare_site: ["map", "by-unit"], small_site: ["by-topic", "map", "by-unit", "by-stage"]}
    for site, order in orders.items():
        assert [h.id for h in parsed(site / "index.html").css(".page h2")] == order


@pytest.mark.site
def test_without_a_licence_none_is_claimed(bare_site: Path) -> None:
    described = json.loads((bare_site / "datapackage.json").read_text("utf-8"))
    assert "licenses" not in described
    assert json.loads((bare_site / "plan.json").read_text("utf-8"))["about"]["licence"] is None
    with (bare_site / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["licence"] for row in csv.DictReader(file)} == {""}
    for path in bare_site.rglob("*.html"):
        assert not re.search('creativecommons|CC-BY|CC BY|"license"', path.read_text("utf-8")), path
    page = parsed(bare_site / "en" / "data" / "index.html")
    assert LABELS["data_licence"].en not in [term.text() for term in page.css("#terms + .facts dt")]


@pytest.mark.site
def test_what_the_issuers_publish_themselves_is_not_called_unofficial(bare_site: Path, small_site: Path) -> None:
    for path in bare_site.rglob("*.html"):
        assert not re.search("nofficial|非官方|不是政府网站|not a government website", path.read_text("utf-8")), path
    notice = one(parsed(bare_site / "en" / "index.html"), "#translation-notice").text()
    assert notice.startswith("The English is the issuers' own.")
    assert "UnofficialLegalValue" in (small_site / "index.html").read_text("utf-8")
