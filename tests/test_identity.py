"""This module tests what a site says of itself: from site.yaml, or from the plan where that says nothing."""

import shutil
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader
from selectolax.lexbor import LexborHTMLParser

from conftest import PROJECT, SMALL_PLAN, copy_small_project, edit, one, parsed, run
from plansite.errors import LANGUAGES, Lang, PlanError
from plansite.site.about import PALETTE, SiteView
from plansite.site.templates import Phrases, force_line, format_date
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
            "A plan issued May 11, 2021. The notice states no end date",
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


def test_each_theme_has_its_color_and_the_stripe_has_all() -> None:
    site = SiteView(Identity(), load_plan(SMALL_PLAN).plan.notice)
    css = site.stylesheet([f"t{at}" for at in range(10)])
    assert css.count(".theme-t") == 20
    assert ".theme-t8{--theme:#1f5fae}" in css, "the colors begin anew"
    assert "--stripe:linear-gradient(90deg,#1f5fae 0% 10%" in css


@pytest.mark.site
def test_pages_say_who_publishes_or_that_nobody_is_named(site: Path, small_site: Path) -> None:
    footer = one(parsed(small_site / "en" / "index.html"), ".site-footer")
    links = [str(link.attributes["href"]) for link in footer.css("a")]
    assert {"https://office.example.org/", "mailto:plan@example.org", "tel:0123456-789"} <= set(links)
    assert "Published by Small District Office." in " ".join(footer.text().split())
    for root, said in (
        ("", "本站未写明发布者。没有写明联系方式。"),
        ("en", "No publisher is named for this site. No contact is given."),
    ):
        assert said in " ".join(one(parsed(site / root / "about" / "index.html"), ".site-footer").text().split())


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


@pytest.mark.site
def test_nothing_of_our_plan_is_left_in_the_site_of_another(small_site: Path) -> None:
    names = ("相城", "Xiangcheng", "苏州", "Suzhou", "B-READY", "58 measures", "58条")
    files = [path for path in small_site.rglob("*") if path.suffix in {".html", ".json", ".csv", ".xml", ".js", ".css"}]
    assert len(files) > 50
    left = [
        (str(path.relative_to(small_site)), name) for path in files for name in names if name in path.read_text("utf-8")
    ]
    assert left == []
