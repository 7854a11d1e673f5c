"""This module tests that the pages of our plan, which has the longest of each kind, are light."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response, ViewportSize

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}
BYTES, BYTES_OF_WHOLE = 90_000, 120_000
"""What a page may take to load, all files compressed; the whole notice and all terms in both languages: more."""


def longest_of_each_kind(site: Path) -> list[str]:
    """Return the addresses of the longest page of each kind in either language."""
    pages: dict[str, Path] = {}
    for path in sorted(site.rglob("index.html"), key=lambda path: path.stat().st_size):
        pages[re.sub(r"^en/?|(?<=s/).*", "", path.parent.relative_to(site).as_posix())] = path
    return [f"/{path.parent.relative_to(site).as_posix()}/" for path in pages.values()]


def weight(browser: Browser, address: str, path: str) -> int:
    """Return how many bytes a page loads, compressed, into a context of its own, in whose cache nothing is yet."""
    responses: list[Response] = []
    with browser.new_context(base_url=address, viewport=PHONE) as context:
        page = context.new_page()
        page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - append takes no attributes
        page.goto(path)
        return sum(len(gzip.compress(response.body(), 6)) for response in responses)


def test_the_longest_pages_are_light(browser: Browser, address: str, site: Path) -> None:
    pages = longest_of_each_kind(site)
    assert len(pages) > 15
    weights = {path: weight(browser, address, path) for path in pages}
    limits = {path: BYTES_OF_WHOLE if path.endswith(("/text/", "/glossary/")) else BYTES for path in pages}
    assert {path: found for path, found in weights.items() if found > limits[path]} == {}
