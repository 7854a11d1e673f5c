"""This module photographs the finished site, so that a person can leaf through how every kind of page looks.

`make shots` takes each kind in both languages on a phone, a tablet and a desktop, light and dark, with the largest text
and on paper, into .shots/, whose index.html shows them all; `ONLY=` takes those whose file names have a match.
"""

import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, product
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from conftest import CHROMIUM, CHROMIUM_FLAGS, PROJECT, REAL_PLAN, serving
from plansite.errors import LANGUAGES
from plansite.site.assemble import static_addresses
from plansite.site.graph import PlanView
from plansite.site.pages import FOLDER, absolute_url, pages
from plansite.validate import load_plan

SITE, SHOTS = PROJECT / "site", PROJECT / ".shots"
PICTURE = '<a href="{0}"><img src="{0}" alt="{0}" height="480" loading="lazy"></a> '


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


def urls(plan: PlanView) -> Iterator[str]:
    """Yield the URLs of every kind of page; of a kind that has several, those of the longest and the shortest."""
    sizes: dict[str, dict[str, int]] = defaultdict(dict)
    for page in pages(plan):
        if page.lang == LANGUAGES[0] and page.template != "redirect.html.j2":
            sizes[page.template][page.address] = (SITE / page.address / "index.html").stat().st_size
    addresses = {choose(kind, key=kind.__getitem__): None for kind in sizes.values() for choose in (min, max)}
    filtered = f"measures?theme={plan.themes[0].id}&unit={plan.busiest_units[0].id}"
    for lang in LANGUAGES:
        for address in (*addresses, filtered, *static_addresses(PROJECT / "docs")):
            yield absolute_url(address, lang, "")
        yield f"/{FOLDER[lang]}404.html"


def take(browser: Browser, base: str, url: str, look: Look, only: str) -> None:
    """Photograph a page in one way, if the name of its picture has a match for `only`."""
    path = SHOTS / ((re.sub(r"\W+", "-", url).strip("-") or "home") + f".{look.name}.png")
    if not re.search(only, path.name):
        return
    with browser.new_page(
        base_url=base, viewport={"width": look.width, "height": 800}, color_scheme=look.colors, reduced_motion="reduce"
    ) as page:
        page.add_init_script(f"""localStorage["plansite.text_size"] = "{look.text_size}"
            localStorage["plansite.language_line"] = "seen" """)
        page.emulate_media(media=look.media)
        page.goto(url)
        if look.media == "print" and page.evaluate("getComputedStyle(document.body).page") == "landscape":
            page.set_viewport_size({"width": 1009, "height": 800})
        page.screenshot(path=path, full_page=True)


def main(only: str = "") -> None:
    """Take all pictures anew."""
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir()
    with serving(SITE) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        for url, look in product(urls(PlanView(load_plan(REAL_PLAN))), LOOKS):
            take(browser, base, url, look, only)
    names = sorted(path.name for path in SHOTS.glob("*.png"))
    pages_ = groupby(names, lambda name: name.partition(".")[0])
    rows = [f"<h2>{page}</h2>{''.join(map(PICTURE.format, of))}" for page, of in pages_]
    (SHOTS / "index.html").write_text(f"<!doctype html><meta charset=utf-8>{''.join(rows)}", "utf-8")
    print(f"{len(names)} pictures of {len(rows)} pages: {SHOTS.name}/index.html")


if __name__ == "__main__":
    main(*sys.argv[1:])
