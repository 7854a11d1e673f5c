"""The finished site: complete, whole, each page in its language, nothing from elsewhere, nothing lost by a mistake."""

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

from conftest import copy_project, edit_notice, one, parsed, run, without
from plansite.errors import Lang
from plansite.source.rules import RESERVED, RESERVED_PREFIXES
from plansite.validate import LoadedPlan

pytestmark = pytest.mark.site

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")
SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-copied")
LATIN = re.compile(r"[A-Za-z]{2,}")
# Latin that stands alone in Chinese pages: the name of a file or a licence.
LATIN_IN_CHINESE = re.compile(r"plan\.json|sentences\.csv|CC BY 4\.0")


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
        for name in ("", "text", "measures", "units", "themes", "about", "accessibility", "contribute"):
            assert (root / name / "index.html").is_file()
        assert (root / "404.html").is_file()
    assert len(list(site.glob("measures/*/index.html"))) == len(list(site.glob("en/measures/*/index.html"))) == 58
    assert len(list(site.glob("units/*/index.html"))) == len(list(site.glob("en/units/*/index.html"))) == 47
    assert len(list(site.glob("themes/*/index.html"))) == len(list(site.glob("en/themes/*/index.html"))) == 4


def test_measure_pages_name_the_units_of_the_notice_in_order(site: Path, real: LoadedPlan) -> None:
    mentioned = 0
    for measure in real.plan.measures:
        for root, climb in ((site, "../../"), (site / "en", "../../")):
            page = parsed(root / "measures" / str(measure.number) / "index.html")
            links = [link.attributes["href"] for link in page.css(".responsibility a")]
            assert links == [f"{climb}units/{mention.unit}/" for mention in measure.responsibility.units]
            role = measure.responsibility.role
            assert page.css_first(f".responsibility--{role}") is not None
        mentioned += len(measure.responsibility.units)
    assert mentioned == 197


def test_sentences_have_their_anchors(site: Path, real: LoadedPlan) -> None:
    for measure in real.plan.measures:
        page = parsed(site / "measures" / str(measure.number) / "index.html")
        for number in range(1, len(measure.sentences) + 1):
            item = one(page, f"#s{number}")
            assert item.css_first(".sentence") is not None
            assert item.css_first(f"a.anchor[href='#s{number}']") is not None


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


def test_every_sentence_stands_in_both_languages_and_nothing_is_left_to_confirm(site: Path, real: LoadedPlan) -> None:
    for path in html_files(site):
        assert parsed(path).css(".notice--missing, .notice--stale, .original") == [], path
    for measure in real.plan.measures:
        for root, own, other in ((site, "zh", "en"), (site / "en", "en", "zh")):
            page = parsed(root / "measures" / str(measure.number) / "index.html")
            sentences = without(one(page, ".sentences"), ".term__card")
            own_texts = [tag.text().removesuffix("#") for tag in sentences.css(".sentence")]
            twins = sentences.css(".twin")
            assert own_texts == [getattr(sentence, own) for sentence in measure.sentences]
            assert [twin.text() for twin in twins] == [getattr(sentence, other) for sentence in measure.sentences]
            assert {twin.attributes["lang"] for twin in twins} == {"en" if other == "en" else "zh-Hans"}


def test_every_english_page_carries_the_notice_on_translation(site: Path) -> None:
    for path in sorted((site / "en").rglob("*.html")):
        assert one(parsed(path), "#translation-notice").text() == (
            "Unofficial English translation. English translation for reference only. In case of any discrepancy, the "
            "Chinese text prevails. This is not an official translation and is not legal advice. The text is dated "
            "May 11, 2022; programs and contacts may have changed, so please check with the responsible unit."
        )


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


def test_nothing_is_without_a_name(site: Path) -> None:
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
    for path in site.rglob("changes.xml"):
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
        assert notice["legislationDate"] == "2022-05-11"
        assert len(notice["hasPart"]) == 58
        # What is shown here is a republication, in English a translation of it.
        assert notice["encoding"]["legislationLegalValue"].endswith("UnofficialLegalValue")
        assert ("translationOfWork" in notice) == (lang == "en")
        for measure in real.plan.measures:
            work = linked(parsed(site / root / "measures" / str(measure.number) / "index.html"))["CreativeWork"]
            assert work["position"] == measure.number
            whole = (" " if lang == "en" else "").join(getattr(s, lang) for s in measure.sentences)
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


def test_the_data_file_holds_the_plan(site: Path, real: LoadedPlan) -> None:
    data = json.loads((site / "plan.json").read_text("utf-8"))
    assert [measure["number"] for measure in data["measures"]] == list(range(1, 59))
    first = data["measures"][35]
    assert set(first) == {
        "number", "theme", "section", "title", "sentences", "responsibility", "topics", "audiences", "keywords",
        "targets", "translation", "en_confirmed", "url",
    }  # fmt: skip
    assert first["url"] == {"zh": "/measures/36/", "en": "/en/measures/36/"}
    assert {"id": "market-regulation-administration", "as_written": "区市场监督局"} in first["responsibility"]["units"]
    unit = next(unit for unit in data["units"] if unit["id"] == "market-regulation-administration")
    assert unit["measures"] == [1, 19, 20, 30, 33, 36, 38, 40, 42, 43, 44, 48, 58]
    assert unit["aliases"] == ["区市场监督局"]
    assert (len(data["units"]), len(data["themes"]), len(data["sections"])) == (47, 4, 19)
    records = [data["notice"], *data["themes"], *data["units"], *data["measures"], *data["safeguards"]]
    assert {record["translation"] for record in records} == {"current"}
    plan = real.plan
    assert [[s["zh"] for s in m["sentences"]] for m in data["measures"]] == [
        [sentence.zh for sentence in measure.sentences] for measure in plan.measures
    ]


def test_whatever_is_found_is_there(site: Path) -> None:
    for root, lang in ((site, "zh"), (site / "en", "en")):
        index = (site / "search" / f"{lang}.js").read_text("utf-8")
        quoted = index.removeprefix(f"self.indexes.{lang} = JSON.parse('").removesuffix("');\n")
        found = json.loads(quoted.replace("\\'", "'").replace("\\\\", "\\"))["documents"]
        by_hand = {"about/", "accessibility/", "contribute/"}
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
        "units: [tax-service]",
        "units: [tax-servise]",
        r'data/plan\.yaml:\d+:15: measures\[31\]\..*units\[1\]: names the unit "tax-servise".*"tax-service"',
    ),
    "YAML that cannot be read": (
        "data/plan.yaml",
        "notice:\n  en_for:",
        "notice:\n\ten_for:",
        r"data/plan\.yaml:\d+:1: plan: has a tab before the text; ",
    ),
    "a name that no template may use": (
        "macros/unit.md.j2",
        "{{ it.name[lang] }} {: #unit }",
        "{{ it.nam[lang] }} {: #unit }",
        r"macros/unit\.md\.j2:10:1: unit\.md\.j2: 'plansite\.views\.UnitView object' has no attribute 'nam'; ",
    ),
    "a link that leads nowhere": (
        "docs/about.md",
        "58条措施",
        "[58条措施](measuers.md)",
        r"Doc file 'about\.md' contains a link 'measuers\.md'",
    ),
    "an override that cannot be read": (
        "overrides/main.html",
        "{% block tabs %}",
        "{% block %}",
        r"overrides/main\.html:55:1: main\.html: expected token 'name', got 'end of statement block'",
    ),
    "a word that no label gives": (
        "overrides/partials/footer.html",
        "labels.republication",
        "labels.republicaton",
        r'overrides/partials/footer\.html:7:1: footer\.html: uses the label "republicaton", which macros/labels\.yaml ',
    ),
    "a name that the theme does not know": (
        "overrides/404.html",
        "root | url",
        "rooot | url",
        r"overrides/404\.html:8:1: 404\.html: 'rooot' is undefined",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_failed_build_says_why_and_leaves_the_last_good_site(mistake: str, tmp_path: Path) -> None:
    name, good, bad, expected = MISTAKES[mistake]
    project = copy_project(tmp_path / "project")
    target = project / "site"
    target.mkdir()
    (target / "index.html").write_text("the last good site")
    before = digest(target)
    path = project / name
    text = path.read_text("utf-8")
    assert good in text
    path.write_text(text.replace(good, bad, 1), "utf-8")
    done = run("plansite", "build", cwd=project)
    assert done.returncode == 1
    assert re.search(expected, done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert digest(target) == before
    assert [entry.name for entry in project.glob(".site-*")] == []


def test_mkdocs_itself_leaves_the_last_good_site_when_the_plan_is_wrong(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    (project / "site").mkdir()
    (project / "site" / "index.html").write_text("the last good site")
    plan = project / "data" / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("kind: judicial", "kind: judical", 1), "utf-8")
    done = run("mkdocs", "build", cwd=project)
    assert done.returncode == 1
    assert 'kind: is "judical", which may not stand here (did you mean "judicial"?); allowed: gov' in done.stderr
    assert "Traceback" not in done.stderr
    assert (project / "site" / "index.html").read_text() == "the last good site"


def test_a_known_address_and_host_reach_every_page(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    environment = {"SITE_URL": "https://plan.example.org/", "PLAN_REPOSITORY": "https://git.example.org/a/plan"}
    done = run("plansite", "build", cwd=project, **environment)
    assert done.returncode == 0, done.stderr
    site = project / "site"
    urls = ET.parse(site / "sitemap.xml").getroot()  # noqa: S314 - our own file
    assert len(urls) == 274
    twins = {url[0].text: {(link.get("hreflang"), link.get("href")) for link in url[1:]} for url in urls}
    assert twins["https://plan.example.org/measures/7/"] == {
        ("zh-Hans", "https://plan.example.org/measures/7/"),
        ("en", "https://plan.example.org/en/measures/7/"),
        ("x-default", "https://plan.example.org/measures/7/"),
    }
    assert twins["https://plan.example.org/"] == twins["https://plan.example.org/en/"]
    page = parsed(site / "en" / "measures" / "7" / "index.html")
    address = "https://plan.example.org/en/measures/7/"
    assert one(page, "link[rel=canonical]").attributes["href"] == address
    assert one(page, "meta[property='og:url']").attributes["content"] == address
    assert linked(page)["CreativeWork"]["url"] == address
    edit = str(one(page, "a.tools__edit").attributes["href"])
    line = int(edit.removeprefix("https://git.example.org/a/plan/edit/main/data/plan.yaml#L"))
    assert (project / "data" / "plan.yaml").read_text("utf-8").splitlines()[line - 1] == "  - number: 7"
    reports = [dict(parse_qsl(urlsplit(str(link.attributes["href"])).query)) for link in page.css("a.tools__report")]
    assert [report["address"] for report in reports[-2:]] == [f"{address}#s2", address]
    data = json.loads((site / "plan.json").read_text("utf-8"))
    assert data["measures"][6]["url"]["en"] == address


def test_a_wrong_host_builds_nothing_and_is_said_in_the_language_of_the_reader(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    done = run("plansite", "build", cwd=project, PLAN_REPOSITORY="javascript:alert(1)", LANG="zh_CN.UTF-8")
    assert done.returncode == 1
    assert "mkdocs.yml:1:1: PLAN_REPOSITORY: 为“javascript:alert(1)”，不是项目分支的网页地址；" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / "site").exists()


@pytest.mark.parametrize("page", ["text", "measures", "themes", "units/tax-service", "invest", "glossary"])
def test_every_id_beside_those_of_records_is_reserved(page: str, site: Path, real: LoadedPlan) -> None:
    plan = real.plan
    records = {theme.id for theme in plan.themes} | {stage.id for stage in plan.invest.stages}
    records |= {term.id for term in real.glossary.terms}
    for folder in ("", "en"):
        ids = [str(element.id) for element in parsed(site / folder / page / "index.html").css("[id]")]
        assert len(ids) == len(set(ids))
        assert {id_ for id_ in ids if not id_.startswith(("__", *RESERVED_PREFIXES))} <= records | set(RESERVED)


def test_changed_chinese_is_shown_as_unconfirmed_until_somebody_confirms_it(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    plan = project / "data" / "plan.yaml"
    text = plan.read_text("utf-8")
    edit_notice(project, "简化港澳投资者商事登记的流程和材料。", "简化港澳投资者商事登记的流程。")
    done = run("plansite", "check", cwd=project)
    assert done.returncode == 1
    stale = re.fullmatch(
        r"data/plan\.yaml:(\d+):13: measures\[1\]\.en_for: is not of this Chinese, which has changed since; once the "
        r'English is right, run "plansite confirm 1" or write "([0-9a-f]{8})"\n',
        done.stdout,
    )
    assert stale is not None, done.stdout
    done = run("plansite", "build", cwd=project)
    assert done.returncode == 0, done.stderr
    warning = "The Chinese has changed since this English was last confirmed, on November 23, 2026. "
    pages = {path: parsed(project / "site" / path) for path in ("en/measures/1/index.html", "en/text/index.html")}
    for page in pages.values():
        notices = [notice.text() for notice in page.css(".notice--stale")]
        assert notices == [warning + "Until it has been checked again, rely on the Chinese."]
    assert parsed(project / "site" / "measures" / "1" / "index.html").css(".notice--stale") == []
    measures = json.loads((project / "site" / "plan.json").read_text("utf-8"))["measures"]
    assert [measure["number"] for measure in measures if measure["translation"] == "stale"] == [1]

    assert run("plansite", "confirm", "1", cwd=project).returncode == 0
    assert run("plansite", "check", cwd=project).returncode == 0
    lines, before = plan.read_text("utf-8").splitlines(), text.splitlines()
    changed = [number for number, (new, old) in enumerate(zip(lines, before, strict=True), start=1) if new != old]
    assert changed[0] == int(stale[1])
    assert lines[changed[0] - 1] == f'    en_for: "{stale[2]}"'


def test_what_is_no_site_is_not_built_over(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    before = digest(project)
    done = run("plansite", "build", "docs", cwd=project)
    assert done.returncode == 1
    assert done.stderr.startswith("docs holds something else than a site built here (it has no .plansite, or a .git), ")
    assert digest(project) == before
