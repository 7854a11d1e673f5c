"""This module tests the Content-Security-Policy: in every page, strict, and able to stop what is smuggled in."""

import hashlib
from base64 import b64encode
from contextlib import nullcontext
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from conftest import Watched, build_site, copy_small_project, serving

DATA_BLOCKS = {"application/json", "application/ld+json"}
SMUGGLED = """
<script>alert("script")</script>
<img src="missing.png" alt="" onerror="alert('event')">
<p style="color: red">attribute</p>
<style>h1 { display: none }</style>
"""


class Inline(HTMLParser):
    """What a page runs and styles of its own, and where its policy stands."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.policies: list[tuple[int, str]] = []
        self.texts: set[tuple[str, str]] = set()
        self.attributes: list[str] = []
        self._within: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, the policy it states, and attributes that act."""
        given = dict(attrs)
        self.tags.append(tag)
        if (given.get("http-equiv") or "").lower() == "content-security-policy":
            self.policies.append((len(self.tags), str(given["content"])))
        self.attributes += [name for name in given if name.startswith("on") or name == "style"]
        data = given.get("type") in DATA_BLOCKS
        self._within = f"{tag}-src" if tag in {"script", "style"} and "src" not in given and not data else None

    def handle_data(self, data: str) -> None:
        """Note the text of a script or style, which comes whole."""
        if self._within:
            self.texts.add((self._within, f"'sha256-{b64encode(hashlib.sha256(data.encode()).digest()).decode()}'"))
            self._within = None


@pytest.mark.site
def test_every_page_says_first_what_it_may_run_and_nothing_else_is_in_it(site: Path) -> None:
    for path in site.rglob("*.html"):
        page = Inline(path.read_text("utf-8"))
        [(place, policy)] = page.policies
        assert page.tags[: place - 1] == ["html", "head", "meta"], f"{path}: only the charset comes before"
        directives = {name: set(values) for name, *values in map(str.split, policy.split(";"))}
        allowed = {
            (name, value) for name in ("script-src", "style-src") for value in directives[name] if value != "'self'"
        }
        assert page.texts <= allowed, path
        assert page.attributes == [], path
        assert all(value.startswith("'sha256-") for _, value in allowed), path
        del directives["script-src"], directives["style-src"]
        assert directives == {
            "default-src": {"'none'"},
            "worker-src": {"'self'"},
            "connect-src": {"'self'"},
            "img-src": {"'self'", "data:"},
            "base-uri": {"'none'"},
            "form-action": {"'none'"},
        }, path


@pytest.mark.browser
def test_what_a_text_smuggles_into_a_page_neither_runs_nor_styles(browser: Browser, tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    with (project / "docs" / "about.en.md").open("a", encoding="utf-8") as text:
        text.write(SMUGGLED)
    build_site(project, project / "site")
    shown = {}
    with serving(project / "site") as address:
        for bypassed in (True, False):
            with browser.new_context(base_url=address, bypass_csp=bypassed) as context:
                watched = Watched(context.new_page())
                page = watched.page
                acts = page.expect_event("dialog", lambda said: said.message == "event") if bypassed else nullcontext()
                with acts:
                    page.goto("/en/about/", wait_until="networkidle")
                dialogs = [said for said in watched.complaints if said.startswith("dialog")]
                shown[bypassed] = (dialogs, watched.page.locator("h1").is_visible())
                refused = [said for said in watched.complaints if "Content Security Policy" in said]
    # A page without the policy shows what it is there for.
    assert shown == {True: (["dialog: script", "dialog: event"], False), False: ([], True)}
    assert len(refused) == 4
