"""This module finds every address that a finished site gives, those that lead nowhere, and those of other hosts.

`make external-links` prints the foreign ones, each with the pages that give it.
"""

import csv
import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree as ET

from selectolax.lexbor import LexborHTMLParser

from conftest import PROJECT, parsed, run
from plansite.errors import Lang
from plansite.site.pages import FOLDER

# The attributes of HTML that hold one address; srcset holds several.
ATTRIBUTES = ("href", "src", "action", "formaction", "data", "poster", "cite")
# Text that is nothing but an address: of another host, or from the root of this one.
ADDRESS = re.compile(r"https?://\S+|/\S*")
REFRESH = re.compile(r"\s*[\d.]+\s*[;,]\s*url\s*=\s*['\"]?([^'\"]+)", re.IGNORECASE)
IN_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
SOURCE_MAP = re.compile(r"[#@] sourceMappingURL=(\S+)")
# What a browser does not ask a server for.
WITHIN = ("data", "mailto", "tel")


@dataclass(frozen=True)
class Link:
    """An address with the place that gives it, both absolute."""

    place: str
    target: str


class Site:
    """The files of a finished site as a server gives them; `address` is the site's own, where it knows it."""

    def __init__(self, folder: Path, address: str = "https://site.invalid/") -> None:
        self.folder, self.address = folder, address

    def place(self, path: Path) -> str:
        """Return the address of a file."""
        return self.address + path.relative_to(self.folder).as_posix().removesuffix("index.html")

    def file(self, address: str) -> Path | None:
        """Return the file at an address of the site, or None where there is none."""
        path = unquote(urlsplit(address.removeprefix(self.address)).path)
        file = self.folder / path / ("index.html" if path.endswith("/") or not path else "")
        return file if file.is_file() else None

    @cached_property
    def links(self) -> list[Link]:
        """Every address that a file of the site gives."""
        found = []
        for path in sorted(path for path in self.folder.rglob("*") if path.suffix in READERS):
            place = self.place(path)
            for address in READERS[path.suffix](path.read_text("utf-8-sig")):
                target = urljoin(place, address.strip())
                if urlsplit(target).scheme not in WITHIN:
                    found.append(Link(place, target))
        return found

    @cached_property
    def ids(self) -> dict[Path, Counter[str]]:
        """How often each id stands on each page."""
        pages = sorted(self.folder.rglob("*.html"))
        return {path: Counter(str(tag.attributes["id"]) for tag in parsed(path).css("[id]")) for path in pages}

    def broken(self) -> list[str]:
        """Return the links into the site that lead to no file, or to no element of a page."""
        host = urljoin(self.address, "/")
        own = [link for link in self.links if link.target.startswith(host)]
        return [f"{link.place} -> {link.target}" for link in own if not self._leads(link.target)]

    def _leads(self, target: str) -> bool:
        address, fragment = urldefrag(target)
        file = self.file(address) if address.startswith(self.address) else None
        return file is not None and (not fragment or unquote(fragment) in self.ids.get(file, {}))

    def repeated(self) -> list[str]:
        """Return the ids that a page gives to more than one element."""
        return [
            f"{self.place(path)}: {name}"
            for path, names in self.ids.items()
            for name, count in names.items()
            if count > 1
        ]

    def clicks(self, lang: Lang) -> dict[str, int]:
        """Return {address: the least clicks that lead to it from home} for what pages of a language link to."""
        home = self.address + FOLDER[lang]
        reached, pending = {home: 0}, [home]
        for here in pending:
            file = self.file(here)
            if file is None or file.suffix != ".html":
                continue
            for link in parsed(file).css("a[href]"):
                target = urljoin(here, link.attributes["href"]).partition("#")[0].partition("?")[0]
                if target not in reached and self.language(target) == lang:
                    reached[target] = reached[here] + 1
                    pending.append(target)
        return reached

    def moved(self, address: str) -> bool:
        """Return whether the page at an address does nothing but lead on to another one."""
        file = self.file(address)
        return file is not None and parsed(file).css_first("meta[http-equiv=refresh]") is not None

    def language(self, address: str) -> Lang | None:
        """Return the language in whose folder an address is, or None if it is none of this site."""
        inside, english = (address.startswith(self.address + folder) for folder in FOLDER.values())
        return "en" if english else "zh" if inside else None

    def foreign(self) -> dict[str, list[str]]:
        """Return {address of another host: the places that give it}."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for link in self.links:
            if urlsplit(link.target).netloc != urlsplit(self.address).netloc:
                found[urldefrag(link.target).url][link.place] = None
        return {address: list(found[address]) for address in sorted(found)}


def in_html(text: str) -> Iterator[str]:
    """Yield the addresses in a page, those that it gives to other programs included."""
    page = LexborHTMLParser(text)
    for name in ATTRIBUTES:
        yield from (element.attributes[name] or "" for element in page.css(f"[{name}]"))
    for element in page.css("[srcset]"):
        yield from (candidate.split()[0] for candidate in str(element.attributes["srcset"]).split(","))
    for element in page.css("meta[http-equiv=refresh]"):
        yield from REFRESH.findall(str(element.attributes["content"]))
    for element in page.css("meta[property='og:url'], meta[property='og:image']"):
        yield str(element.attributes["content"])
    for element in page.css("style"):
        yield from in_css(element.text())
    for element in page.css("[style]"):
        yield from in_css(str(element.attributes["style"]))
    for element in page.css("script[type='application/ld+json']"):
        yield from in_json(element.text())


def in_xml(text: str) -> Iterator[str]:
    """Yield the addresses in a sitemap or a feed, those in the HTML of its entries included."""
    for element in ET.fromstring(text).iter():  # noqa: S314 - our own file
        yield from (element.attrib[name] for name in ("href", "src") if name in element.attrib)
        if element.get("type") == "html":
            yield from in_html(element.text or "")
        elif ADDRESS.fullmatch(words := (element.text or "").strip()):
            yield words


def in_json(text: str) -> Iterator[str]:
    """Yield the addresses in data, which are known by their form."""
    pending = [json.loads(text)]
    while pending:
        data = pending.pop()
        if isinstance(data, dict | list):
            pending += data.values() if isinstance(data, dict) else data
        elif isinstance(data, str) and ADDRESS.fullmatch(data):
            yield data


def in_csv(text: str) -> Iterator[str]:
    """Yield the addresses in a table."""
    return (cell for row in csv.reader(text.splitlines()) for cell in row if ADDRESS.fullmatch(cell))


def in_css(text: str) -> Iterator[str]:
    """Yield the addresses in a style sheet."""
    yield from ("".join(found) for found in IN_STYLE.findall(text))
    yield from in_script(text)


def in_script(text: str) -> Iterator[str]:
    """Yield the address of the source of a script or a style sheet, where it gives one."""
    return iter(SOURCE_MAP.findall(text))


READERS = {".html": in_html, ".xml": in_xml, ".json": in_json, ".csv": in_csv, ".css": in_css, ".js": in_script}
"""What finds the addresses in a file, by its ending."""


def main() -> int:
    """Build the site and print every address of another host that it gives, with the places that give it."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "site")
        built = run("plansite", "build", str(target), cwd=PROJECT)
        if built.returncode:
            print(built.stderr, file=sys.stderr)
            return 1
        site = Site(target)
        for address, places in site.foreign().items():
            print(address)
            print(*(f"  {place.removeprefix(site.address) or '(home)'}" for place in places), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
