"""Which pages the site has: one entry for each address and language, with what its template shows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from plansite.model import Redirect, is_file
from plansite.problems import FOLDER, LANGUAGES, Lang, PlanError, Problem
from plansite.tables import Package
from plansite.views import MeasureView, PlanView, ThemeView, TopicView, UnitView

Subject = PlanView | MeasureView | UnitView | ThemeView | TopicView | Package | Redirect

PDFS = {"zh": "notice.zh.pdf", "en": "notice.en.pdf", "both": "notice.zh-en.pdf"}
"""The whole notice in print: in one language, and side by side."""
FEED = "changes.xml"
"""The Atom feed of changes, one in the folder of each language."""
FILES = (
    FEED,
    *("plan.json", "plan.json.schema.json", "plan.schema.json", "plan.xlsx"),
    *("measures.csv", "sentences.csv", "units.csv", "datapackage.json"),
)
"""The data files of every site."""
SITE_ADDRESS = re.compile(r"""https?://[\w.\[\]:-]+(/[^\s?#<>"\\]*)?""")
"""What SITE_URL may be."""


@dataclass(frozen=True)
class Page:
    """One page: `address` is its path on the site ("measures/7"), the same in both languages."""

    address: str
    lang: Lang
    template: str
    subject: Subject
    index: bool = False

    @property
    def file(self) -> str:
        """The Markdown file that this page is, as MkDocs and its i18n plugin name it: measures/7.zh.md."""
        parts = [self.address] if self.address else []
        parts += ["index"] if self.index else []
        return f"{'/'.join(parts)}.{self.lang}.md"


def site_address(environment: Mapping[str, str]) -> str:
    """Return SITE_URL with the slash that ends it, "" where it is not set; raises PlanError where it is no address."""
    value = environment.get("SITE_URL", "").strip()
    if value and not SITE_ADDRESS.fullmatch(value):
        raise PlanError([Problem("mkdocs.yml", 1, 1, "SITE_URL", "not_a_site_address", {"value": value})])
    return f"{value.rstrip('/')}/" if value else ""


def located(address: str, lang: Lang, site_url: str) -> str:
    """Return where a page stands on the web, or from the root of the site where the site's address is not known."""
    return urljoin(site_url or "/", FOLDER[lang] + (f"{address}/" if address else ""))


def pages(plan: PlanView) -> Iterator[Page]:
    """Yield every generated page of the site."""
    for lang in LANGUAGES:
        yield Page("", lang, "home.html.j2", plan, index=True)
        yield Page("text", lang, "text.html.j2", plan)
        yield Page("measures", lang, "measures.html.j2", plan, index=True)
        yield Page("units", lang, "units.html.j2", plan, index=True)
        yield Page("themes", lang, "themes.html.j2", plan, index=True)
        yield Page("topics", lang, "topics.html.j2", plan, index=True)
        yield Page("invest", lang, "invest.html.j2", plan)
        yield Page("targets", lang, "targets.html.j2", plan)
        yield Page("glossary", lang, "glossary.html.j2", plan)
        yield Page("changes", lang, "changes.html.j2", plan)
        yield Page("data", lang, "data.html.j2", Package(plan))
        yield from (Page(measure.address, lang, "measure.html.j2", measure) for measure in plan.measures)
        yield from (Page(unit.address, lang, "unit.html.j2", unit) for unit in plan.units)
        yield from (Page(theme.address, lang, "theme.html.j2", theme) for theme in plan.themes)
        yield from (Page(topic.address, lang, "topic.html.j2", topic) for topic in plan.topics)
        moved = [redirect for redirect in plan.redirects if not is_file(redirect.origin)]
        yield from (Page(redirect.origin, lang, "redirect.html.j2", redirect) for redirect in moved)
