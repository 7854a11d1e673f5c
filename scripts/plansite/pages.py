"""Which pages the site has: one entry for each address and language, with what its template shows."""

from collections.abc import Iterator
from dataclasses import dataclass

from plansite.problems import LANGUAGES, Lang
from plansite.tables import Package, package
from plansite.views import MeasureView, PlanView, ThemeView, TopicView, UnitView

Subject = PlanView | MeasureView | UnitView | ThemeView | TopicView | Package

PDFS = {"zh": "notice.zh.pdf", "en": "notice.en.pdf", "both": "notice.zh-en.pdf"}
"""The whole notice in print: in one language, and side by side."""


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


def pages(plan: PlanView, version: str = "") -> Iterator[Page]:
    """Yield every generated page of the site; `version` is the commit that it is made from."""
    for lang in LANGUAGES:
        yield Page("", lang, "home.md.j2", plan, index=True)
        yield Page("text", lang, "text.md.j2", plan)
        yield Page("measures", lang, "measures.md.j2", plan, index=True)
        yield Page("units", lang, "units.md.j2", plan, index=True)
        yield Page("themes", lang, "themes.md.j2", plan, index=True)
        yield Page("topics", lang, "topics.md.j2", plan, index=True)
        yield Page("invest", lang, "invest.md.j2", plan)
        yield Page("targets", lang, "targets.md.j2", plan)
        yield Page("glossary", lang, "glossary.md.j2", plan)
        yield Page("data", lang, "data.md.j2", package(plan, version=version))
        yield from (Page(measure.address, lang, "measure.md.j2", measure) for measure in plan.measures)
        yield from (Page(unit.address, lang, "unit.md.j2", unit) for unit in plan.units)
        yield from (Page(theme.address, lang, "theme.md.j2", theme) for theme in plan.themes)
        yield from (Page(topic.address, lang, "topic.md.j2", topic) for topic in plan.topics)
