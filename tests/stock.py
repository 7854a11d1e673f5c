"""This module lays out our pages for generators that know neither our plugin nor two languages."""

import shutil
from collections.abc import Collection
from pathlib import Path

import yaml

from conftest import PROJECT
from plansite.errors import Lang


def stock_project(pages: Path, lang: Lang, folder: Path, unsearched: Collection[str] = ()) -> Path:
    """Write the pages of one language to a folder of their own, with a mkdocs.yml; return the folder.

    `pages` is what `plansite pages` has written. The navigation is ours, and the search is Material's own, set for that
    language, without the pages at the addresses `unsearched`.
    """
    english = pages / "en"
    source, other = (pages, "en") if lang == "zh" else (english, "")
    shutil.copytree(source, folder / "docs", ignore=lambda at, _: [other] if Path(at) == pages else [])
    for address in unsearched:
        path = folder / "docs" / address / "index.md"
        path.write_text(path.read_text("utf-8").replace("---\n", "---\nsearch: {exclude: true}\n", 1), "utf-8")
    # Knows none of the tags that our file has, and needs not.
    ours = yaml.load((PROJECT / "mkdocs.yml").read_bytes(), yaml.BaseLoader)  # noqa: S506 - our own file
    links = ("not_found", "absolute_links", "unrecognized_links", "anchors")
    settings = {
        "site_name": "Stock",
        "theme": {"name": "material", "language": lang, "font": False},
        "plugins": [{"search": {"lang": lang}}],
        "markdown_extensions": ["attr_list"],
        "nav": [name if name.endswith("index.md") else name.replace(".md", "/index.md") for name in ours["nav"]],
        # Whether our links are right is not for others to look up.
        "validation": {"nav": {"omitted_files": "ignore"}, "links": dict.fromkeys(links, "ignore")},
    }
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(settings), "utf-8")
    return folder
