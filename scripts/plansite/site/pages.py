"""This module lists the pages of a site, says where the site is published, and checks that no address is lost."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlencode, urlsplit

from plansite.editor import read_addresses
from plansite.errors import LANGUAGES, Lang, PlanError, Problem, display_path
from plansite.history.changelog import Version
from plansite.site.graph import MeasureView, PlanView, ThemeView, TopicView, UnitView
from plansite.site.tasks import TaskSheet, task_sheets
from plansite.source.rules import nearest_match
from plansite.source.schema import Redirect
from plansite.source.texts import is_file
from plansite.validate import LoadedPlan

Subject = PlanView | MeasureView | UnitView | TaskSheet | ThemeView | TopicView | Redirect
FOLDER: dict[Lang, str] = {"zh": "", "en": "en/"}
"""The folder of the pages of each language, from the root of the site."""

PDFS = {"zh": "notice.zh.pdf", "en": "notice.en.pdf", "both": "notice.zh-en.pdf"}
"""The PDFs of the whole notice: in one language, and side by side."""
FEED, UPDATES_FEED = "changes.xml", "updates.xml"
"""The Atom feeds of changes and of updates in the folder of each language."""


@dataclass(frozen=True)
class Page:
    """A generated page; its `address` ("measures/7") is the same in both languages."""

    address: str
    lang: Lang
    template: str
    subject: Subject
    index: bool = False

    @property
    def file(self) -> str:
        """The name of its Markdown file for MkDocs and its i18n plugin: measures/7.zh.md."""
        folder = f"{self.address}/" if self.address and self.index else self.address
        return f"{folder}{'index' if self.index else ''}.{self.lang}.md"


def path_of(address: str) -> str:
    """Return an address without its query and fragment: "measures" of "measures?theme=market#who"."""
    return address.partition("#")[0].partition("?")[0]


def absolute_url(address: str, lang: Lang, site_url: str) -> str:
    """Return the URL of an address ("measures/7#s1", "measures?theme=market") in one language.

    It begins at the root of the site ("/en/measures/7/#s1") where `site_url` is "".
    """
    path = path_of(address)
    return (site_url or "/") + FOLDER[lang] + (f"{path}/" if path else "") + address[len(path) :]


def relative_path(start: str, target: str) -> str:
    """Return the relative path from one address to another: "../../units" from "measures/7" to "units"."""
    here, there = (address.strip("/").split("/") if address.strip("/") else [] for address in (start, target))
    shared = 0
    while shared < len(here) and shared < len(there) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:]) or "."


INDEXES = ("measures", "units", "themes", "topics")
SINGLE_PAGES = ("text", *INDEXES, "invest", "targets", "glossary", "changes", "updates", "data")
"""The addresses of the pages about the whole plan, besides home."""


def pages(plan: PlanView) -> Iterator[Page]:
    """Yield every generated page of the site."""
    left_out = plan.site.left_out | (set() if plan.updates.updates else {"updates"})
    moved = [redirect for redirect in plan.redirects if not is_file(redirect.origin)]
    for lang in LANGUAGES:
        yield Page("", lang, "home.html.j2", plan, index=True)
        for address in SINGLE_PAGES:
            if address not in left_out:
                yield Page(address, lang, f"{address}.html.j2", plan, index=address in INDEXES)
        yield from (Page(measure.address, lang, "measure.html.j2", measure) for measure in plan.measures)
        yield from (Page(unit.address, lang, "unit.html.j2", unit) for unit in plan.units)
        yield from (Page(sheet.address, lang, "tasks.html.j2", sheet) for sheet in task_sheets(plan))
        yield from (Page(theme.address, lang, "theme.html.j2", theme) for theme in plan.themes)
        if "topics" not in left_out:
            yield from (Page(topic.address, lang, "topic.html.j2", topic) for topic in plan.topics)
        yield from (Page(redirect.origin, lang, "redirect.html.j2", redirect) for redirect in moved)


SITE_URL = re.compile(r"""https?://[\w.\[\]:-]+(/[^\s?#<>"\\]*)?""")
# https://HOST/OWNER/PROJECT/tree/BRANCH; a name or password before the host would be published.
BRANCH_URL = re.compile(
    r"(?P<host>https?://[\w.-]+(?::\d+)?)/(?P<project>[^/?#\s]+/[^/?#\s]+)(?:/tree/(?P<branch>[^?#\s]+?))?/?"
)


@dataclass(frozen=True)
class Repository:
    """A branch of the project on GitHub, or on a host with the same URLs."""

    url: str
    branch: str

    @classmethod
    def at(cls, url: str) -> "Repository":
        """Return the branch that is shown at a URL, main where it names none; raises PlanError for any other URL."""
        match = BRANCH_URL.fullmatch(url)
        if match is None:
            raise PlanError([Problem("mkdocs.yml", 1, 1, "PLAN_REPOSITORY", "not_a_repository", {"value": url})])
        project, branch = (quote(unquote(match[part] or "main")) for part in ("project", "branch"))
        return cls(f"{match['host']}/{project}", branch)

    def edit(self, file: str, line: int) -> str:
        """Return the URL of the editor at a line of a file."""
        return f"{self.url}/edit/{self.branch}/{quote(file)}#L{line}"

    def report(self, fields: dict[str, str]) -> str:
        """Return the URL of the form for mistakes with `fields`, {id: text}, filled in."""
        return f"{self.url}/issues/new?{urlencode({'template': 'mistake.yml'} | fields, quote_via=quote)}"


@dataclass(frozen=True)
class Publication:
    """The publishing settings of a site; `version` is the commit that it is built from."""

    repository: Repository | None = None
    site_url: str = ""
    pdf: bool = False
    history: Callable[[], Sequence[Version] | None] = lambda: None
    """Returns the versions of the plan, the newest first."""
    version: str = ""


def site_address(environment: Mapping[str, str]) -> str:
    """Return SITE_URL with a slash at its end, "" where it is not set; raises PlanError where it is no URL."""
    value = environment.get("SITE_URL", "").strip()
    if value and not _is_site_url(value):
        raise PlanError([Problem("mkdocs.yml", 1, 1, "SITE_URL", "not_a_site_address", {"value": value})])
    return f"{value.rstrip('/')}/" if value else ""


def _is_site_url(value: str) -> bool:
    """Return whether a text is the URL of a folder on a web server."""
    try:
        return bool(SITE_URL.fullmatch(value) and urlsplit(value).hostname)
    except ValueError:  # brackets that hold no IPv6 address
        return False


FRAME, FOLDERS = {"index.html", "404.html", "sitemap.xml"}, {"assets", "search", "en"}
"""Files and folders of the site whose addresses no redirect may take."""


def check_addresses(path: Path, addresses: Collection[str], loaded: LoadedPlan) -> Iterator[Problem]:
    """Yield the problems of the list of published addresses and of the plan's redirects.

    `addresses` are those of all pages ("units/tax-service") and files ("plan.json") of one language; they are the same
    in the other. An address that the list lacks does not block. Without a list nothing has been published.
    """
    known = read_addresses(path)
    kept = {redirect.origin for redirect in loaded.plan.redirects}
    fresh = [address for address in addresses if address not in known and known]
    lost = [address for address in known if address not in addresses and address not in kept]
    for address in lost:
        details: dict[str, object] = {"value": address}
        instead = [other for other in fresh if _kind(other) == _kind(address)]
        # Of several nobody can say which is which; nor does a likeness of names tell where a text has gone.
        if len(instead) == 1 and [_kind(other) for other in lost].count(_kind(address)) == 1:
            details["instead"] = instead[0]
        code = "lost_address" if "instead" in details else "gone_address"
        yield Problem(display_path(path), known[address], 1, address, code, details)
    end = max(known.values(), default=0) + 1
    for address in fresh:
        yield Problem(display_path(path), end, 1, address, "new_address", {"value": address}, blocks=False)
    for index, redirect in enumerate(loaded.plan.redirects):
        position = (loaded.file, loaded.lines["redirects", index], 1, f"redirects[{index + 1}]")
        if redirect.origin in addresses or redirect.origin in FRAME or redirect.origin.partition("/")[0] in FOLDERS:
            yield Problem(*position, "taken_address", {"value": redirect.origin})
        allowed = [address for address in addresses if is_file(address) == is_file(redirect.origin)]
        if redirect.to not in allowed:
            details = {"value": redirect.to, "nearest": nearest_match(redirect.to, allowed), "allowed": allowed}
            yield Problem(*position, "unknown_address", details)


def _kind(address: str) -> tuple[str, int, bool]:
    """Return the first folder of an address, how many it has, and whether it is that of a file."""
    return address.rpartition("/")[0].partition("/")[0], address.count("/"), is_file(address)
