"""Gives each language a search index of its own, so that neither lists hits of the other."""

import json
from html import escape
from pathlib import Path

from plansite.problems import LANGUAGES, Lang

INDEX = "search/search_index.json"
# Chinese pages hold Latin words such as RCEP, which lunr's Chinese trimmer drops unless English is loaded as well.
LUNR_LANGUAGES: dict[Lang, list[str]] = {"zh": ["en", "zh"], "en": ["en"]}
FOLDER: dict[Lang, str] = {"zh": "", "en": "en/"}


def split_index(site: Path) -> None:
    """Split the combined index that the search plugin wrote into one for each language, at search/ and en/search/."""
    combined = json.loads((site / INDEX).read_text("utf-8"))
    for lang in LANGUAGES:
        documents = [
            entry | {"location": entry["location"].removeprefix(FOLDER[lang]), "title": _title(entry)}
            for entry in combined["docs"]
            if entry["location"].startswith(FOLDER["en"]) == (lang == "en")
        ]
        index = {"config": combined["config"] | {"lang": LUNR_LANGUAGES[lang]}, "docs": documents}
        path = site / FOLDER[lang] / INDEX
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _title(entry: dict[str, str]) -> str:
    """Return a title as HTML, which is how the result list takes it.

    Headings inside a page come as HTML already; the title of a page itself comes as plain text from its front matter.
    """
    return entry["title"] if "#" in entry["location"] else escape(entry["title"], quote=False)
