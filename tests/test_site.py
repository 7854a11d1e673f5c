"""This module tests the finished site: each page in its language, nothing from elsewhere, nothing lost by a mistake."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from conftest import PROJECT, build_site, copy_small_project, edit, one, parsed, run, without
from plansite.build.release import MARK
from plansite.errors import Lang
from plansite.source.rules import RESERVED, RESERVED_PREFIXES
from plansite.validate import LoadedPlan, load_labels

pytestmark = pytest.mark.site

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")
SPOKEN = (
    "aria-label",
    "title",
    "placeholder",
    "alt",
    "data-copied",
    "data-by-hand",
    "data-label",
    "data-source",
    "data-citation",
)
LATIN = re.compile(r"[A-Za-z]{2,}")
# Latin that stands alone in Chinese pages: the name of a file or a licence.
LATIN_IN_CHINESE = re.compile(r"plan\.json|sentences\.csv|CC-BY-4\.0")


def html_files(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def test_every_page_of_the_plan_is_there_twice(site: Path, real: LoadedPlan) -> None:
    for root in (site, site / "en"):
        for measure in real.plan.measures:
            assert (root / "measures" / str(measure.number) / "index.html").is_file()
        for unit in real.plan.units:
            assert (root / "units" / unit.id / "index.html").is_file()
        for theme in real.plan.themes:
            assert (root / "themes" / theme.id / "index.html").is_file()
        for name in ("", "text", "measures", "units", "themes", "about", "accessibility", "contribute", "questions"):
            assert (root / name / "index.html").is_file()
        assert (root / "404.html").is_file()
    plan = real.plan
    for kind, records in {"measures": plan.measures, "units": plan.units, "themes": plan.themes}.items():
        moved = sum(redirect.origin.startswith(f"{kind}/") for redirect in plan.redirects)
        for root in (site, site / "en"):
            assert len(list(root.glob(f"{kind}/*/index.html"))) == len(records) + moved


def test_measure_pages_name_the_units_of_the_notice_in_order(site: Path, real: LoadedPlan) -> None:
    for measure in real.plan.measures:
        for root in (site, site / "en"):
            page = parsed(root / "measures" / str(measure.number) / "index.html")
            links = [link.attributes["href"] for link in page.css(".responsibility li a")]
            assert links == [f"../../units/{mention.unit}/" for mention in measure.responsibility.units]
            role = measure.responsibility.role
            assert page.css_first(f".responsibility--{role}") is not None


def test_sentences_have_their_anchors(site: Path, real: LoadedPlan) -> None:
    for measure in real.plan.measures:
        page = parsed(site / "measures" / str(measure.number) / "index.html")
        for number in range(1, len(measure.sentences) + 1):
            item = one(page, f"#s{number}")
            assert item.css_first(".sentence") is not None
            assert item.css_first(f"a.pass-on[href='#s{number}']") is not None


def test_the_toggle_leads_to_the_same_page_and_names_the_language_in_itself(site: Path) -> None:
    for path in html_files(site):
        toggle = one(parsed(path), "a.language-toggle")
        relative = path.relative_to(site)
        english = relative.parts[0] == "en"
        twin = Path(*relative.parts[1:]) if english else Path("en", relative)
        address = urljoin("/" + relative.as_posix(), str(toggle.attributes["href"]))
        assert address == "/" + twin.as_posix().removesuffix("index.html")
        assert toggle.text() == ("中文" if english else "English")
        assert toggle.attributes["lang"] == toggle.attributes["hreflang"] == ("zh-Hans" if english else "en")


def texts(page: LexborHTMLParser) -> list[tuple[str, str]]:
    """Return (language, text) for all that a page says, in its elements and in attributes that people meet."""
    html = one(page, "html")
    spoken = list(texts_of(html, ""))
    translations = json.loads(one(page, "#__config").text())["translations"]
    return spoken + [(str(html.attributes["lang"]), word) for word in translations.values()]


def texts_of(element: LexborNode, lang: str) -> Iterator[tuple[str, str]]:
    """Yield (language, text) for an element and all in it; `lang` is the language around it."""
    given = element.attributes
    lang = given.get("lang") or lang
    yield from ((lang, given[name] or "") for name in SPOKEN if name in given)
    if element.tag == "meta" and given.get("name") == "description":
        yield lang, given["content"] or ""
    for child in element.iter(include_text=True):
        if child.is_element_node:
            yield from texts_of(child, lang)
        elif child.is_text_node and element.tag not in {"script", "style", "code"}:
            yield lang, child.text()


def test_nothing_is_in_the_wrong_language(site: Path) -> None:
    wrong = []
    for path in html_files(site):
        page = parsed(path)
        english = path.relative_to(site).parts[0] == "en"
        assert one(page, "html").attributes["lang"] == ("en" if english else "zh-Hans")
        for lang, text in texts(page):
            if lang == "en" and HAN.search(text):
                wrong.append(f"{path}: Chinese in English: {text.strip()[:60]}")
            if lang == "zh-Hans" and LATIN.search(LATIN_IN_CHINESE.sub("", text)) and not HAN.search(text):
                wrong.append(f"{path}: English in Chinese: {text.strip()[:60]}")
    assert wrong == []


def test_every_sentence_is_there_in_both_languages(site: Path, real: LoadedPlan) -> None:
    for measure in real.plan.measures:
        languages: list[tuple[Path, Lang, Lang]] = [(site, "zh", "en"), (site / "en", "en", "zh")]
        for root, own, other in languages:
            page = parsed(root / "measures" / str(measure.number) / "index.html")
            sentences = without(one(page, ".sentences"), ".term__card, .firm")
            stated = [[tag.text().strip() for tag in item.css(".sentence")] for item in sentences.css("li")]
            twins = sentences.css(".twin")
            assert stated == [[s.zh] if own == "zh" else list(s.en) for s in measure.sentences]
            assert [twin.text() for twin in twins] == [sentence[other] for sentence in measure.sentences]
            assert {twin.attributes["lang"] for twin in twins} == {"en" if other == "en" else "zh-Hans"}


def test_every_english_page_carries_the_notice_on_translation(site: Path) -> None:
    labels = load_labels(PROJECT / "macros" / "labels.yaml")
    said = labels["chinese_prevails"].en
    for path in sorted((site / "en").rglob("*.html")):
        assert one(parsed(path), "#translation-notice").text() == f"{labels['unofficial'].en}. {said}"


def test_titles_and_descriptions_are_each_pages_own(site: Path) -> None:
    titles: dict[str, Path] = {}
    for path in html_files(site):
        page = parsed(path)
        title = one(page, "head title").text()
        assert title not in titles, f"{path} and {titles[title]} share a title"
        titles[title] = path
        assert len(page.css("h1")) == 1
        assert one(page, "meta[name=description]").attributes["content"]


def names_in(data: Any) -> list[Any]:
    """Return every name and title in plain data."""
    if isinstance(data, list):
        return [name for entry in data for name in names_in(entry)]
    if not isinstance(data, dict):
        return []
    named = [value for key, value in data.items() if key in {"name", "title", "names", "alternateName"}]
    own = [name for value in named for name in (value if isinstance(value, list) else [value])]
    return own + [name for value in data.values() for name in names_in(value)]


def test_everything_has_a_name(site: Path) -> None:
    found: dict[Path, list[Any]] = {}
    for path in html_files(site):
        page = parsed(path)
        headings = page.css("head title, h1, h2, h3, h4, h5, h6, dt, th, caption, legend, summary, option")
        titles = page.css("meta[property='og:title'], meta[property='og:site_name'], meta[name=description]")
        things = [json.loads(script.text()) for script in page.css("script[type='application/ld+json']")]
        texts = [heading.text() for heading in headings]
        found[path] = [*texts, *(title.attributes["content"] for title in titles), *names_in(things)]
    for path in site.glob("search/*.js"):
        text = re.fullmatch(r"self\.indexes\.\w+ = JSON\.parse\('(.*)'\);\n", path.read_text("utf-8"), re.DOTALL)
        assert text is not None
        found[path] = names_in(json.loads(re.sub(r"\\([\\'])", r"\1", text[1])))
    for path in (*site.rglob("changes.xml"), *site.rglob("updates.xml")):
        feed = ET.parse(path).getroot()  # noqa: S314 - our own feed
        found[path] = [title.text for title in feed.iterfind(".//{*}title")]
    for path, names in found.items():
        assert {str(name or "").strip() for name in names}.isdisjoint({"", "None"}), path
    documents = found[site / "search" / "en.js"]
    assert {"About", "Accessibility", "Contribute"} <= set(documents)


def linked(page: LexborHTMLParser) -> dict[str, dict[str, Any]]:
    """Return what the JSON-LD of a page describes, by type."""
    data = json.loads(one(page, "script[type='application/ld+json']").text())
    assert data["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in data["@graph"]}


def addresses_in(data: Any) -> list[str]:
    """Return every address that JSON-LD gives."""
    if isinstance(data, list):
        return [address for entry in data for address in addresses_in(entry)]
    if not isinstance(data, dict):
        return []
    own = [value for key, value in data.items() if key in {"@id", "url", "item"} and isinstance(value, str)]
    return own + [address for value in data.values() for address in addresses_in(value)]


def test_every_page_describes_itself_to_other_programs(site: Path) -> None:
    for path in site.rglob("index.html"):
        page = parsed(path)
        if page.css_first("meta[http-equiv=refresh]"):
            continue  # it only leads on to another one
        english = path.relative_to(site).parts[0] == "en"
        place = "/" + path.parent.relative_to(site).as_posix().removeprefix(".")
        here = f"{place.rstrip('/')}/"
        things = linked(page)
        steps = things.pop("BreadcrumbList")["itemListElement"]
        assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
        assert steps[-1]["item"] == here
        (about,) = things.values()
        if not about["@type"].endswith("Organization"):
            assert about["inLanguage"] == ("en" if english else "zh-Hans")
        for address in addresses_in([about, steps]):
            file, _, anchor = address.partition("#")
            target = site / file.lstrip("/") / "index.html"
            assert target.is_file(), address
            assert not anchor or parsed(target).css_first(f"[id='{anchor}']"), address
        properties = {
            str(meta.attributes["property"]): str(meta.attributes["content"]) for meta in page.css("meta[property]")
        }
        assert properties["og:description"] == one(page, "meta[name=description]").attributes["content"]
        assert one(page, "head title").text().startswith(properties["og:title"])
        assert properties["og:locale"] == ("en_US" if english else "zh_CN")


def test_the_description_of_a_page_says_what_it_is_about(site: Path, real: LoadedPlan) -> None:
    roots: list[tuple[str, Lang]] = [("", "zh"), ("en", "en")]
    collectives = {unit.id for unit in real.plan.units if unit.kind == "collective"}
    for root, lang in roots:
        notice = linked(parsed(site / root / "text" / "index.html"))["Legislation"]
        assert notice["legislationDate"] == real.plan.notice.date.isoformat()
        assert len(notice["hasPart"]) == len(real.plan.measures)
        # What is shown here is a republication, in English a translation of it.
        assert notice["encoding"]["legislationLegalValue"].endswith("UnofficialLegalValue")
        assert ("translationOfWork" in notice) == (lang == "en")
        for measure in real.plan.measures:
            work = linked(parsed(site / root / "measures" / str(measure.number) / "index.html"))["CreativeWork"]
            assert work["position"] == measure.number
            whole = (" " if lang == "en" else "").join(s[lang] for s in measure.sentences)
            assert work["text"] == re.sub(r" ?\[.*?\]", "", whole)
            assert work["isPartOf"] == {"@id": notice["@id"]}
            units = [mention["@id"].split("/")[-2] for mention in work["mentions"]]
            named = [mention.unit for mention in measure.responsibility.units]
            assert units == [unit for unit in named if unit not in collectives]
        for unit in real.plan.units:
            things = linked(parsed(site / root / "units" / unit.id / "index.html"))
            if unit.kind in {"government", "judicial", "vertical", "zone"}:
                assert things["GovernmentOrganization"]["name"] == unit.official_name[lang]
            assert ("WebPage" in things) == (unit.kind == "collective")


def test_the_data_describe_themselves_and_are_all_there(site: Path) -> None:
    described = {
        resource["path"] for resource in json.loads((site / "datapackage.json").read_text("utf-8"))["resources"]
    }
    for root in ("", "en"):
        page = parsed(site / root / "data" / "index.html")
        data = linked(page)["Dataset"]
        offered = {part["name"]: part["contentUrl"] for part in data["distribution"]}
        assert set(offered) == described | {"datapackage.json", "plan.schema.json"}
        assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
        assert len(data["description"]) >= 50, "what search engines ask for"
        for name, address in offered.items():
            assert (site / address.lstrip("/")).is_file()
            assert "download" in one(page, f"a[href$='/{name}']").attributes


def test_no_page_asks_another_host(site: Path) -> None:
    foreign = re.compile(r"(?:src|href|srcset|action|data)=[\"'](?:https?:)?//|url\([\"']?(?:https?:)?//|@import")
    allowed = re.compile(r"<a [^>]*href=[\"']https?://[^>]*>")
    for path in [*html_files(site), *site.rglob("*.css")]:
        assert foreign.search(allowed.sub("", path.read_text("utf-8"))) is None, path


def test_the_data_file_holds_the_plan(small_site: Path, small: LoadedPlan) -> None:
    data = json.loads((small_site / "plan.json").read_text("utf-8"))
    assert [measure["number"] for measure in data["measures"]] == [1, 2, 3]
    first = data["measures"][0]
    assert set(first) == {
        "number", "theme", "section", "title", "sentences", "responsibility", "topics", "audiences", "keywords",
        "targets", "translation", "en_confirmed", "url",
    }  # fmt: skip
    assert first["url"] == {"zh": "/measures/1/", "en": "/en/measures/1/"}
    assert {"id": "government-office", "as_written": "区政府办"} in first["responsibility"]["units"]
    unit = next(unit for unit in data["units"] if unit["id"] == "government-office")
    assert unit["measures"] == [1, 2]
    assert unit["aliases"] == ["区政府办"]
    assert (len(data["units"]), len(data["themes"]), len(data["sections"])) == (4, 2, 3)
    records = [data["notice"], *data["themes"], *data["units"], *data["measures"], *data["safeguards"]]
    assert [record["translation"] for record in records if record["translation"] != "current"] == ["missing"]
    assert [[sentence["zh"] for sentence in measure["sentences"]] for measure in data["measures"]] == [
        [sentence.zh for sentence in measure.sentences] for measure in small.plan.measures
    ]


def test_every_search_result_leads_to_a_page(site: Path) -> None:
    for root, lang in ((site, "zh"), (site / "en", "en")):
        index = (site / "search" / f"{lang}.js").read_text("utf-8")
        quoted = index.removeprefix(f"self.indexes.{lang} = JSON.parse('").removesuffix("');\n")
        found = json.loads(quoted.replace("\\'", "'").replace("\\\\", "\\"))["documents"]
        by_hand = {"about/", "accessibility/", "contribute/", "questions/"}
        # The search makes the place of a term from its title; what is not answered has none.
        found = [document for document in found if document["kind"] not in {"term", "unanswered"}]
        assert {document["location"] for document in found} >= by_hand
        for document in found:
            sentences = document["texts"]["sentence"] if document["kind"] == "measure" else []
            anchors = [f"#s{number}" for number, _ in enumerate(sentences, start=1)]
            for place in [document["location"], *(document["location"] + anchor for anchor in anchors)]:
                path, _, anchor = place.partition("#")
                page = parsed(root / path / "index.html")
                assert not anchor or page.css_first(f"[id='{anchor}']"), place


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


MISTAKES = {
    "a unit that does not exist": (
        "data/plan.yaml",
        "units: [district-court]",
        "units: [district-cort]",
        r'data/plan\.yaml:\d+:15: measures\[3\]\..*units\[1\]: names the unit "district-cort".*"district-court"',
    ),
    "a name that a page template does not know": (
        "macros/unit.html.j2",
        '<h1 id="{{ anchor }}">{{ it.name[lang] | words }}',
        '<h1 id="{{ anchor }}">{{ it.nam[lang] }}',
        r"macros/unit\.html\.j2:10:1: unit\.html\.j2: .*has no attribute 'nam'; ",
    ),
    "a link that leads nowhere": (
        "docs/about.zh.md",
        "(glossary.md)",
        "(glosary.md)",
        r"Doc file 'about\.zh\.md' contains a link 'glosary\.md'",
    ),
}
"""What is wrong with a plan, a page template and a page written by hand; test_compose.py has the theme's templates."""


def last_good_site(project: Path) -> dict[str, str]:
    """Put a site of ours into a project; return its digest."""
    (project / "site").mkdir()
    for name in (MARK, "index.html"):
        (project / "site" / name).write_text("the last good site", "utf-8")
    return digest(project / "site")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_failed_build_says_why_and_leaves_the_last_good_site(mistake: str, tmp_path: Path) -> None:
    name, good, bad, expected = MISTAKES[mistake]
    project = copy_small_project(tmp_path / "project")
    before = last_good_site(project)
    edit(project / name, good, bad)
    done = run("plansite", "build", cwd=project)
    assert done.returncode == 1
    assert re.search(expected, done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert digest(project / "site") == before
    assert [entry.name for entry in project.glob(".site-*")] == []


def test_mkdocs_itself_leaves_the_last_good_site_when_the_plan_is_wrong(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    before = last_good_site(project)
    edit(project / "data" / "plan.yaml", "kind: judicial", "kind: judical")
    done = run("mkdocs", "build", cwd=project)
    assert done.returncode == 1
    assert 'kind: is "judical", which may not stand here (did you mean "judicial"?); allowed: gov' in done.stderr
    assert "Traceback" not in done.stderr
    assert digest(project / "site") == before


def test_mkdocs_itself_makes_the_same_site_but_for_our_mark(small_site: Path, tmp_path: Path) -> None:
    done = run("mkdocs", "build", "--quiet", "--site-dir", str(tmp_path), cwd=small_site.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    made = digest(small_site)
    del made[MARK]
    assert digest(tmp_path) == made


def test_a_known_address_and_host_reach_every_page(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    environment = {"SITE_URL": "https://plan.example.org/", "PLAN_REPOSITORY": "https://git.example.org/a/plan"}
    site = build_site(project, project / "site", **environment)
    urls = ET.parse(site / "sitemap.xml").getroot()  # noqa: S314 - our own file
    assert len(urls) == len(list(site.rglob("index.html")))
    twins = {url[0].text: {(link.get("hreflang"), link.get("href")) for link in url[1:]} for url in urls}
    assert twins["https://plan.example.org/measures/1/"] == {
        ("zh-Hans", "https://plan.example.org/measures/1/"),
        ("en", "https://plan.example.org/en/measures/1/"),
        ("x-default", "https://plan.example.org/measures/1/"),
    }
    assert twins["https://plan.example.org/"] == twins["https://plan.example.org/en/"]
    page = parsed(site / "en" / "measures" / "1" / "index.html")
    address = "https://plan.example.org/en/measures/1/"
    assert one(page, "link[rel=canonical]").attributes["href"] == address
    assert one(page, "meta[property='og:url']").attributes["content"] == address
    assert linked(page)["CreativeWork"]["url"] == address
    edit = str(one(page, "a.tools__edit").attributes["href"])
    line = int(edit.removeprefix("https://git.example.org/a/plan/edit/main/data/plan.yaml#L"))
    assert (project / "data" / "plan.yaml").read_text("utf-8").splitlines()[line - 1] == "  - number: 1"
    reports = [dict(parse_qsl(urlsplit(str(link.attributes["href"])).query)) for link in page.css("a.tools__report")]
    assert [report["address"] for report in reports[-2:]] == [f"{address}#s2", address]
    data = json.loads((site / "plan.json").read_text("utf-8"))
    assert data["measures"][0]["url"]["en"] == address


def test_a_wrong_host_builds_nothing_and_is_said_in_the_language_of_the_reader(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    done = run("plansite", "build", cwd=project, PLAN_REPOSITORY="javascript:alert(1)", LANG="zh_CN.UTF-8")
    assert done.returncode == 1
    assert "mkdocs.yml:1:1: PLAN_REPOSITORY: 为“javascript:alert(1)”，不是项目分支的网页地址；" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / "site").exists()


def test_every_id_beside_those_of_records_is_reserved(small_site: Path, small: LoadedPlan) -> None:
    plan = small.plan
    records = {theme.id for theme in plan.themes} | {stage.id for stage in plan.invest.stages}
    records |= {term.id for term in small.glossary.terms}
    with_records = ("text", "measures", "themes", "units/tax-service", "invest", "glossary")
    for path in (small_site / root / page / "index.html" for root in ("", "en") for page in with_records):
        ids = [str(element.id) for element in parsed(path).css("[id]")]
        assert len(ids) == len(set(ids)), path
        assert {id_ for id_ in ids if not id_.startswith(("__", *RESERVED_PREFIXES))} <= records | set(RESERVED)


def test_changed_chinese_is_shown_as_unconfirmed_until_somebody_confirms_it(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    plan = project / "data" / "plan.yaml"
    before = plan.read_text("utf-8").splitlines()
    edit(plan, "zh: 推广信用贷产品。", "zh: 推广信用贷。")
    done = run("plansite", "check", cwd=project)
    assert done.returncode == 1
    stale = re.search(
        r"^data/plan\.yaml:(\d+):13: measures\[2\]\.en_for: is not of this Chinese, which has changed since; once the "
        r'English is right, run "plansite confirm 2" or write "([0-9a-f]{8})"$',
        done.stdout,
        re.MULTILINE,
    )
    assert stale is not None, done.stdout
    build_site(project, project / "site")
    warning = "The Chinese has changed since this English was last checked, on November 23, 2026. "
    for path in ("en/measures/2/index.html", "en/text/index.html"):
        notices = [notice.text() for notice in parsed(project / "site" / path).css(".notice--stale")]
        assert notices == [warning + "Until it has been checked again, rely on the Chinese."]
    assert parsed(project / "site" / "measures" / "2" / "index.html").css(".notice--stale") == []
    measures = json.loads((project / "site" / "plan.json").read_text("utf-8"))["measures"]
    assert [measure["number"] for measure in measures if measure["translation"] == "stale"] == [2]

    assert run("plansite", "confirm", "2", cwd=project).returncode == 0
    assert "measures[2]" not in run("plansite", "check", cwd=project).stdout
    lines = plan.read_text("utf-8").splitlines()
    changed = [number for number, (new, old) in enumerate(zip(lines, before, strict=True), start=1) if new != old]
    assert changed[0] == int(stale[1])
    assert lines[changed[0] - 1] == f'    en_for: "{stale[2]}"'
