"""Sees to it that no published address is ever lost: each stays a page, a file or a redirect to one."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from plansite.editor import read_addresses
from plansite.errors import LANGUAGES, Lang, Problem, display_path
from plansite.site.graph import MeasureView, PlanView, ThemeView, TopicView, UnitView
from plansite.source.rules import nearest_match
from plansite.source.schema import Redirect, is_file
from plansite.validate import LoadedPlan

Subject = PlanView | MeasureView | UnitView | ThemeView | TopicView | Redirect
FOLDER: dict[Lang, str] = {"zh": "", "en": "en/"}
"""The folder of the pages of each language, from the root of the site."""

PDFS = {"zh": "notice.zh.pdf", "en": "notice.en.pdf", "both": "notice.zh-en.pdf"}
"""The whole notice in print: in one language, and side by side."""
FEED = "changes.xml"
"""The Atom feed of changes, one in the folder of each language."""
DATA_FILES = (
    FEED,
    *("plan.json", "plan.json.schema.json", "plan.schema.json", "plan.xlsx"),
    *("measures.csv", "sentences.csv", "units.csv", "datapackage.json"),
)
"""The data files of every site."""


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


def path_of(address: str) -> str:
    """Return an address without its query and fragment: "measures" of "measures?theme=market#who"."""
    return address.partition("#")[0].partition("?")[0]


def absolute_url(address: str, lang: Lang, site_url: str) -> str:
    """Return the URL of an address ("measures/7#s1", "measures?theme=market") in one language.

    It begins at the root of the site ("/en/measures/7/#s1") where `site_url` is "".
    """
    path = path_of(address)
    return urljoin(site_url or "/", FOLDER[lang] + (f"{path}/" if path else "") + address[len(path) :])


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
        yield Page("data", lang, "data.html.j2", plan)
        yield from (Page(measure.address, lang, "measure.html.j2", measure) for measure in plan.measures)
        yield from (Page(unit.address, lang, "unit.html.j2", unit) for unit in plan.units)
        yield from (Page(theme.address, lang, "theme.html.j2", theme) for theme in plan.themes)
        yield from (Page(topic.address, lang, "topic.html.j2", topic) for topic in plan.topics)
        moved = [redirect for redirect in plan.redirects if not is_file(redirect.origin)]
        yield from (Page(redirect.origin, lang, "redirect.html.j2", redirect) for redirect in moved)


FRAME, FOLDERS = {"index.html", "404.html", "sitemap.xml"}, {"assets", "search", "en"}
"""Files and folders of the site that are no data of the plan."""


def check_addresses(path: Path, addresses: Collection[str], loaded: LoadedPlan) -> Iterator[Problem]:
    """Yield what is wrong with the list of published addresses and with the plan's redirects.

    `addresses` are those that the site has now, of pages ("units/tax-service") and files ("plan.json"), in one
    language: they are the same in the other. What does not block is an address that the list does not have yet; where
    there is no list, nothing has been published.
    """
    known = read_addresses(path)
    kept = {redirect.origin for redirect in loaded.plan.redirects}
    fresh = [address for address in addresses if address not in known and known]
    lost = [address for address in known if address not in addresses and address not in kept]
    for address in lost:
        place = (display_path(path), known[address], 1, address)
        instead = [other for other in fresh if _kind(other) == _kind(address)]
        # Of several nobody can say which is which; nor does a likeness of names tell where a text has gone.
        if len(instead) == 1 and [_kind(other) for other in lost].count(_kind(address)) == 1:
            yield Problem(*place, "lost_address", {"value": address, "instead": instead[0]})
        else:
            yield Problem(*place, "gone_address", {"value": address})
    end = max(known.values(), default=0) + 1
    for address in fresh:
        yield Problem(display_path(path), end, 1, address, "new_address", {"value": address}, blocks=False)
    for index, redirect in enumerate(loaded.plan.redirects):
        place = (loaded.file, loaded.lines["redirects", index], 1, f"redirects[{index + 1}]")
        if redirect.origin in addresses or redirect.origin in FRAME or redirect.origin.partition("/")[0] in FOLDERS:
            yield Problem(*place, "taken_address", {"value": redirect.origin})
        allowed = [address for address in addresses if is_file(address) == is_file(redirect.origin)]
        if redirect.to not in allowed:
            details: dict[str, object] = {
                "value": redirect.to,
                "nearest": nearest_match(redirect.to, allowed),
                "allowed": allowed,
            }
            yield Problem(*place, "unknown_address", details)


def _kind(address: str) -> tuple[str, bool]:
    """Return what kind of address it is: its folder, and whether it is that of a file."""
    return address.rpartition("/")[0], is_file(address)
