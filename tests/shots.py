"""This module photographs the finished site, so that a person can leaf through how every kind of page looks.

`make shots` takes each kind in both languages on a phone, a tablet and a desktop, light and dark, with the largest text
and on paper, into .shots/, whose index.html shows them all; `ONLY=` takes those whose file names have a match.
"""

import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from conftest import CHROMIUM, CHROMIUM_FLAGS, PROJECT, REAL_PLAN, serving
from plansite.errors import LANGUAGES
from plansite.site.assemble import static_addresses
from plansite.site.graph import PlanView
from plansite.site.pages import FOLDER, absolute_url, pages
from plansite.validate import load_plan

SITE, SHOTS = PROJECT / "site", PROJECT / ".shots"


class Look(NamedTuple):
    """A way in which a page is seen; on paper, `width` is what A4 has between its margins."""

    name: str
    width: int
    colors: Literal["light", "dark"] = "light"
    media: Literal["screen", "print"] = "screen"
    text_size: str = "normal"


LOOKS = [Look(f"{width}-light", width) for width in (360, 768, 1440)]
LOOKS += [Look(f"{width}-dark", width, "dark") for width in (360, 768, 1440)]
LOOKS += [Look("larger", 360, text_size="larger"), Look("paper", 643, media="print")]


def kinds(plan: PlanView) -> Iterator[str]:
    """Yield the addresses of every kind of page; of a kind that has several, those of the longest and the shortest."""
    sizes: dict[str, dict[str, int]] = defaultdict(dict)
    for page in pages(plan):
        if page.lang == LANGUAGES[0] and page.template != "redirect.html.j2":
            sizes[page.template][page.address] = (SITE / page.address / "index.html").stat().st_size
    for of_kind in sizes.values():
        yield from sorted({max(of_kind, key=of_kind.__getitem__), min(of_kind, key=of_kind.__getitem__)})
    yield f"measures?theme={plan.themes[0].id}&unit={plan.busiest_units[0].id}"
    yield from static_addresses(PROJECT / "docs")


def take(browser: Browser, base: str, urls: list[str], look: Look, only: str) -> Iterator[tuple[str, Path]]:
    """Photograph the pages at some URLs in one way; yield each with its picture."""
    with browser.new_context(
        base_url=base, viewport={"width": look.width, "height": 800}, color_scheme=look.colors, reduced_motion="reduce"
    ) as context:
        context.add_init_script(f"""localStorage["plansite.text_size"] = "{look.text_size}"
            localStorage["plansite.language_line"] = "seen" """)
        page = context.new_page()
        page.emulate_media(media=look.media)
        for url in urls:
            name = re.sub(r"\W+", "-", url).strip("-") or "home"
            path = SHOTS / f"{name}.{look.name}.png"
            if re.search(only, path.name):
                page.goto(url)
                wide = look.media == "print" and page.evaluate("getComputedStyle(document.body).page") == "landscape"
                page.set_viewport_size({"width": 1009 if wide else look.width, "height": 800})
                page.screenshot(path=path, full_page=True)
                yield url, path


def index(taken: dict[str, list[Path]]) -> str:
    """Return the page that shows all pictures, those of each URL in a row."""
    picture = '<a href="{0}"><img src="{0}" alt="{0}" loading="lazy"></a>'.format
    rows = (f"<h2>{escape(url)}</h2><p>{''.join(picture(p.name) for p in paths)}</p>" for url, paths in taken.items())
    style = "p { display: flex; gap: 8px; overflow: auto; align-items: start } img { height: 480px }"
    return f"<!doctype html><meta charset=utf-8><title>Shots</title><style>{style}</style>{''.join(rows)}"


def main(only: str = "") -> None:
    """Take all pictures anew."""
    urls = [absolute_url(address, lang, "") for address in kinds(PlanView(load_plan(REAL_PLAN))) for lang in LANGUAGES]
    urls += [f"/{folder}404.html" for folder in FOLDER.values()]
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir()
    taken: dict[str, list[Path]] = defaultdict(list)
    with serving(SITE) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        for look in LOOKS:
            for url, path in take(browser, base, urls, look, only):
                taken[url].append(path)
    (SHOTS / "index.html").write_text(index(taken), "utf-8")
    print(f"{sum(map(len, taken.values()))} pictures of {len(taken)} pages: {SHOTS.name}/index.html")


if __name__ == "__main__":
    main(*sys.argv[1:])
