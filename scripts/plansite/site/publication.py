"""This module holds the settings with which a site is published: its URL, its repository and its version."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from plansite.errors import PlanError, Problem
from plansite.history.changelog import Version

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
    if value and not SITE_URL.fullmatch(value):
        raise PlanError([Problem("mkdocs.yml", 1, 1, "SITE_URL", "not_a_site_address", {"value": value})])
    return f"{value.rstrip('/')}/" if value else ""
