"""This module is the MkDocs plugin: it adds the pages of the plan to a build, and the files that are no pages."""

import hashlib
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc
from mkdocs.utils.templates import TemplateContext
from rcssmin import cssmin
from rjsmin import jsmin

from plansite.errors import LANGUAGES, Lang, PlanError, Problem, format_problems, lang_of_locale
from plansite.exports.files import data_files
from plansite.exports.task_sheet import SUFFIXES, sheet_files
from plansite.history.changelog import read_history
from plansite.history.git import version
from plansite.site import pages
from plansite.site.assemble import Site, Sources, assemble
from plansite.site.cards import Card
from plansite.site.pages import FEED, FOLDER, UPDATES_FEED, Publication, Repository
from plansite.site.search_index import SearchDocument, search_script, static_page_documents
from plansite.site.tables import Package
from plansite.site.templates import FIELDS, FILTERS, Phrases, UnknownNameError, count_label, force_line, format_date

MINIFIERS = {".css": cssmin, ".js": jsmin}
"""What takes the comments out of our styles and scripts, by suffix."""
IMPORT = re.compile(r'@import "(css/[\w-]+\.css)";|importScripts\("(search/[\w-]+\.js)"\);')
"""How one of our stylesheets imports a component, and the search its parts."""
UNUSED = (
    "assets/css/",
    "assets/search/",
    "assets/javascripts/lunr/",
    "assets/javascripts/workers/",
    "assets/stylesheets/",
    "partials/",
)
"""Folders whose files are not published: parts of styles, scripts and templates, Material's own search and styles."""


class PlanConfig(base.Config):
    """Options of the plugin in mkdocs.yml; paths are relative to that file."""

    plan = config_options.File(exists=False, default="data/plan.yaml")
    macros = config_options.Dir(exists=True, default="macros")
    repository = config_options.Type(str, default="")


class PlanPlugin(BasePlugin[PlanConfig]):
    """Adds one virtual file for each page of the plan to a build; nothing generated is written under docs/."""

    site: Site
    """What is published."""
    pdf = False
    """Whether the whole notice is printed as well."""

    def __init__(self) -> None:
        self._lang: Lang = LANGUAGES[0]
        """The language being built."""
        self._assets: dict[str, Asset] = {}
        """{file in overrides/: the asset that is published for it}"""
        self._static_documents: list[SearchDocument] = []
        """What the search finds of the pages in docs/, in the language being built."""
        self._problems: dict[str, Problem] = {}
        """{message: mistake in a template} met since raise_problems was called last."""

    def assemble(self, config: MkDocsConfig) -> Site:
        """Read and check everything that the site is made of; raises PlanError."""
        overrides = Path(config.theme.custom_dir or "overrides")
        sources = Sources(Path(self.config.plan), Path(self.config.macros), Path(config.docs_dir), overrides)
        publication = Publication(
            Repository.at(self.config.repository) if self.config.repository else None,
            config.site_url or "",
            self.pdf,
            history=partial(read_history, sources.plan),
            version=version(sources.plan),
        )
        return assemble(sources, publication)

    def on_config(self, config: MkDocsConfig) -> None:
        """Assemble the site before MkDocs empties its folder, so that no mistake costs it."""
        if hasattr(self, "site"):
            return  # set by builder.py, or by the build of another language before
        try:
            self.site = self.assemble(config)
        except PlanError as error:
            raise _plugin_error(error) from None

    @event_priority(100)
    def _add_pages(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the generated pages of a language, before the i18n plugin sorts all files by language."""
        i18n: Any = config.plugins["i18n"]
        self._lang = i18n.current_language
        plan = self.site.plan
        config.site_name = plan.site.name[self._lang]
        colors = plan.site.stylesheet([theme.id for theme in plan.themes])
        self._assets = dict(_read_assets(Path(config.theme.custom_dir or "overrides"), {"site.css": colors}))
        self._static_documents = []
        for page in self.site.pages.values():
            if page.lang == self._lang:
                files.append(File(page.file, config.docs_dir, config.site_dir, config.use_directory_urls))
        return files

    @event_priority(-200)
    def _place_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Move pages below en/ where the i18n plugin builds English alone; remove files that no page asks for."""
        folder = FOLDER[self._lang]
        for file in list(files):
            if file.src_uri.startswith(UNUSED) or file.src_uri in self._assets:
                files.remove(file)
            elif file.is_documentation_page() and not file.dest_uri.startswith(folder):
                file.dest_uri = folder + file.dest_uri
                file.url = folder + file.url.removeprefix("./")
                file.abs_dest_path = str(Path(config.site_dir, file.dest_uri))
        return files

    on_files = CombinedEvent(_add_pages, _place_files)

    def on_page_read_source(self, page: Page, config: MkDocsConfig) -> str | None:
        """Return the source of a page: nothing for a generated one, which is no file on disk."""
        if page.file.src_uri in self.site.pages:
            return ""
        return self.site.render_document(Path(page.file.abs_src_path or ""), self._lang)

    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Keep the text of a page in docs/ for the search; that of generated pages comes from the plan."""
        if page.file.src_uri not in self.site.pages:
            address = page.url.removeprefix(FOLDER[self._lang])
            answers = page.meta.get("answers", {})
            self._static_documents += static_page_documents(address, str(page.title), html, answers)

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Add the names and filters that templates in overrides/ use (templates.THEME_NAMES, THEME_FILTERS)."""
        other: Lang = next(lang for lang in LANGUAGES if lang != self._lang)
        env.globals |= {
            "assets": _AssetAddresses((name, asset.address) for name, asset in self._assets.items()),
            "count_label": partial(count_label, self.site.labels, self._lang),
            "force_line": partial(force_line, self.site.labels, self._lang),
            "has_history": bool(self.site.plan.history),
            "has_updates": bool(self.site.plan.updates.updates),
            "labels": Phrases(self.site.labels, self._lang),
            "other_labels": Phrases(self.site.labels, other),
            "other_lang": other,
            "other_root": FOLDER[other],
            "plan": self.site.plan,
            "root": FOLDER[self._lang],
            "site": self.site.plan.site,
            "site_lang": self._lang,
        }
        env.filters |= {"css": css, "digest": digest, "format_date": format_date, "jsmin": jsmin}
        env.filters |= {"json_ld": self._json_ld, "cards": self._cards, "twin": partial(_twin, self._lang, other)}
        env.filters["words"] = FILTERS["words"]
        return env

    def on_page_context(
        self, context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Render a generated page when its turn comes, so that thousands of them are not held at a time."""
        generated = self.site.pages.get(page.file.src_uri)
        if generated is None:
            return context
        try:
            rendered = self.site.render(generated)
        except PlanError as error:
            # Told at the end, with the problems of all other pages.
            self._problems |= {problem.text_line("en"): problem for problem in error.problems}
            return context
        page.content = rendered.body
        page.title = rendered.title
        page.toc = get_toc([{"id": rendered.anchor, "name": rendered.title, "level": 1, "children": []}])
        page.meta = {name: getattr(rendered, name) for name in FIELDS["meta"]}
        return context

    def _address(self, page: Page) -> str:
        """Return the address of a page, which is the same in both languages."""
        return page.url.removeprefix(FOLDER[self._lang]).strip("./")

    def _cards(self, page: Page) -> list[Card]:
        """Return the cards whose pictures stand for a page where its link is shared."""
        return self.site.cards_of(self._address(page), self._lang)

    def _json_ld(self, page: Page) -> Markup:
        """Return the JSON-LD of a page, for its <script> element."""
        address = self._address(page)
        described = self.site.pages.get(page.file.src_uri) or pages.Page(address, self._lang, "", self.site.plan)
        return Markup(self.site.json_ld(described, str(page.title)))  # noqa: S704 - nothing in it ends the element

    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> None:
        """Drop the HTML of a generated page that is done."""
        if page.file.src_uri in self.site.pages:
            page.content = None

    def on_post_template(self, output_content: str, template_name: str, config: MkDocsConfig) -> str:
        """Write the English 404 page to its own folder; leave out MkDocs's sitemap, which has one language only."""
        if template_name == "404.html" and FOLDER[self._lang]:
            target = Path(config.site_dir, FOLDER[self._lang], template_name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(output_content, "utf-8")
            return ""
        return "" if template_name == "sitemap.xml" else output_content

    def on_post_build(self, config: MkDocsConfig) -> None:
        """Write the files of a language that are no pages, or raise the mistakes met in templates."""
        try:
            self.raise_problems()
        except PlanError as error:
            raise _plugin_error(error) from None
        for name, make in self.other_files(config).items():
            if (content := make()) is not None:
                path = Path(config.site_dir, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

    def raise_problems(self) -> None:
        """Raise PlanError with the mistakes met in templates since this was called last, if there are any."""
        problems, self._problems = self._problems, {}
        if problems:
            raise PlanError(problems.values())

    def other_files(self, config: MkDocsConfig) -> dict[str, Callable[[], bytes | None]]:
        """Return {name: what makes it} for files that are no pages; with the last language, data files and sitemap too.

        There is no such file where its content is None: no feed without a history, no sitemap without a URL.
        """
        site, lang = self.site, self._lang
        texts: dict[str, Callable[[], str | None]] = {
            **{FOLDER[lang] + name: partial(site.feed, name, lang) for name in (FEED, UPDATES_FEED)},
            f"search/{lang}.js": partial(search_script, site.plan, site.labels, lang, self._static_documents),
            **{asset.address: partial(str, asset.content) for asset in self._assets.values()},
        }
        files: dict[str, Callable[[], bytes | None]] = {}
        if lang == LANGUAGES[-1]:
            texts["sitemap.xml"] = site.sitemap
            data = cache(partial(data_files, site.plan, config.site_url or ""))
            files = {name: partial(_item, data, name) for name in Package(site.plan).files}
            files |= {card.address: card.picture.read_bytes for card in site.pictured}
        files |= {name: partial(_encoded, text) for name, text in texts.items()}
        files |= sheet_files(site.plan, site.labels, lang, config.site_url or "")
        for redirect, folder, suffix in product(site.plan.redirects, FOLDER.values(), ("", *SUFFIXES)):
            # Who opens a file follows no page: a file itself, or those beside a page, stay at the old address too.
            if (made := files.get(f"{folder}{redirect.to}{suffix}")) is not None:
                files[f"{folder}{redirect.origin}{suffix}"] = made
        return files


def _item(data: Callable[[], dict[str, bytes]], name: str) -> bytes:
    return data()[name]


def _encoded(text: Callable[[], str | None]) -> bytes | None:
    made = text()
    return None if made is None else made.encode()


@dataclass(frozen=True)
class Asset:
    """A style or script of ours, minified, at an address that no other content has, so that it is never stale."""

    address: str
    content: str


class _AssetAddresses(dict[str, str]):
    """{file in overrides/: the address of its asset}; any other file raises UnknownNameError."""

    def __missing__(self, file: str) -> NoReturn:
        raise UnknownNameError(f'overrides/ has no "{file}"')


def _read_assets(overrides: Path, more: Mapping[str, str]) -> Iterator[tuple[str, Asset]]:
    """Yield (file in overrides/, its asset), with `more` at the end of a file's content, {file name: text}.

    It has in it what it imports, so that browsers ask for it once.
    """
    for path in sorted((overrides / "assets").iterdir()):
        if minify := MINIFIERS.get(path.suffix):
            content = minify(_with_imports(path)) + more.get(path.name, "")
            address = f"assets/{path.stem}.{hashlib.sha256(content.encode()).hexdigest()[:8]}{path.suffix}"
            yield f"assets/{path.name}", Asset(address, content)


def _with_imports(path: Path) -> str:
    """Return a style or script with the components in the place of their imports."""
    return IMPORT.sub(lambda found: Path(path.parent, found[1] or found[2]).read_text("utf-8"), path.read_text("utf-8"))


def _plugin_error(error: PlanError) -> PluginError:
    """Return an error that MkDocs shows without a traceback."""
    return PluginError(f"\n{format_problems(error.problems, 'text', lang_of_locale(os.environ))}")


def _twin(lang: Lang, other: Lang, url: str) -> str:
    """Return the address of a page in the other language."""
    return FOLDER[other] + url.removeprefix(FOLDER[lang]).removeprefix("./") or "./"


def css(text: str) -> Markup:
    """Return text as a string of CSS, in which only letters and digits stand as they are."""
    escaped = "".join(c if c.isalnum() else f"\\{ord(c):06x}" for c in text)
    return Markup(f'"{escaped}"')  # noqa: S704 - nothing in it can end the string


def digest(text: str) -> str:
    """Return the Content-Security-Policy source of a script or style with this text (CSP 3, 2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
