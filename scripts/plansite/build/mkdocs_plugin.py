"""This module is the MkDocs plugin: it adds the pages of the plan to a build, and all files that are no pages."""

import hashlib
import os
from base64 import b64encode
from functools import partial
from pathlib import Path
from typing import Any

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

from plansite.errors import FOLDER, LANGUAGES, Lang, PlanError, Problem, format_problems, lang_of_locale
from plansite.exports.files import data_files
from plansite.history.changelog import read_history
from plansite.history.git import version
from plansite.site import pages as generated
from plansite.site.assemble import Site, Sources, assemble
from plansite.site.pages import FEED
from plansite.site.search_index import SearchDocument, search_script, static_page_document
from plansite.site.templates import Phrases, Publication, Repository, format_date
from plansite.source.schema import is_file


def digest(text: str) -> str:
    """Return the source that stands for a script or style of this text (CSP 3, 2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


MINIFIED = {".css": cssmin, ".js": jsmin}
"""What takes the comments out of our styles and scripts."""
UNUSED = ("assets/javascripts/lunr/", "assets/javascripts/workers/")
"""Files of Material's that no page asks for: a search engine other than ours."""


class PlanConfig(base.Config):
    """Options of the plugin in mkdocs.yml; paths are relative to that file."""

    plan = config_options.File(exists=False, default="data/plan.yaml")
    macros = config_options.Dir(exists=True, default="macros")
    repository = config_options.Type(str, default="")


class PlanPlugin(BasePlugin[PlanConfig]):
    """Adds one virtual page for each page of the plan; nothing generated is written under docs/."""

    site: Site
    """What is published."""
    pdf = False
    """Whether the whole notice is printed as well."""

    def __init__(self) -> None:
        self._handwritten: list[SearchDocument] = []
        self._problems: dict[str, Problem] = {}

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
            return  # builder.py has, or this is the i18n plugin's build of a further language
        try:
            self.site = self.assemble(config)
        except PlanError as error:
            raise plugin_error(error) from None

    @event_priority(100)
    def _add_pages(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages of a language before the i18n plugin sorts all files by language."""
        self._handwritten = []
        for page in self.site.pages.values():
            if page.lang == _lang(config):
                files.append(File(page.file, config.docs_dir, config.site_dir, config.use_directory_urls))
        return files

    @event_priority(-200)
    def _place_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Put English below en/ where the i18n plugin builds it alone, and leave out what no page asks for."""
        lang = _lang(config)
        written_later = {f"assets/{path.name}" for path, _ in self._assets(config)}
        for file in list(files):
            if file.is_documentation_page():
                if not file.dest_uri.startswith(FOLDER[lang]):
                    file.dest_uri = FOLDER[lang] + file.dest_uri
                    file.url = FOLDER[lang] + file.url.removeprefix("./")
                    file.abs_dest_path = str(Path(config.site_dir, file.dest_uri))
            elif file.src_uri.startswith(UNUSED) or file.src_uri in written_later:
                files.remove(file)
        return files

    on_files = CombinedEvent(_add_pages, _place_files)

    def _assets(self, config: MkDocsConfig) -> list[tuple[Path, str]]:
        """Return [(style or script of ours, where it is published), ...]."""
        folder = Path(config.theme.custom_dir or "overrides", "assets")
        return [(path, published_name(path)) for path in sorted(folder.iterdir()) if path.suffix in MINIFIED]

    def on_page_read_source(self, page: Page, config: MkDocsConfig) -> str | None:
        """Give an empty source to a page that is no file on disk."""
        return "" if page.file.src_uri in self.site.pages else None

    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Keep the pages written by hand for the search; what it knows of the others it has from the plan."""
        if page.file.src_uri not in self.site.pages:
            place = page.url.removeprefix(FOLDER[_lang(config)])
            self._handwritten.append(static_page_document(place, str(page.title), html))

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Give the theme the words of the interface in the language being built."""
        lang = _lang(config)
        env.globals |= {
            "assets": {f"assets/{path.name}": published for path, published in self._assets(config)},
            "labels": Phrases(self.site.labels, lang),
            "notice_date": self.site.plan.notice.date,
            "has_history": bool(self.site.plan.history),
            "site_lang": lang,
            "other_labels": Phrases(self.site.labels, _other(lang)),
            "other_lang": _other(lang),
            "root": FOLDER[lang],
            "other_root": FOLDER[_other(lang)],
        }
        env.filters |= {
            "css": css,
            "format_date": format_date,
            "digest": digest,
            "jsmin": jsmin,
            "json_ld": self._json_ld,
        }
        env.filters["twin"] = partial(_twin, lang)
        return env

    def on_page_context(
        self, context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Render a generated page when its turn comes, so that thousands of them are not held at a time."""
        generated_page = self.site.pages.get(page.file.src_uri)
        if generated_page is None:
            return context
        try:
            rendered = self.site.render(generated_page)
        except PlanError as error:
            # Told at the end, with the problems of all other pages.
            self._problems |= {problem.text_line("en"): problem for problem in error.problems}
            return context
        page.content = rendered.body
        page.toc = get_toc([{"id": rendered.anchor, "name": rendered.title, "level": 1, "children": []}])
        page.title = rendered.title
        page.meta = {"description": rendered.description, "script": rendered.script, "moved_to": rendered.moved_to}
        return context

    def _json_ld(self, page: Page) -> Markup:
        """Return what describes a page to other programs."""
        lang: Lang = page.file.locale  # type: ignore[attr-defined]
        address = page.url.removeprefix(FOLDER[lang]).strip("./")
        shown = self.site.pages.get(page.file.src_uri) or generated.Page(address, lang, "", self.site.plan)
        # JSON in which nothing can end the element.
        return Markup(self.site.json_ld(shown, str(page.title)))  # noqa: S704

    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> None:
        """Let go of what a page holds once it is done."""
        if page.file.src_uri in self.site.pages:
            page.content = None

    def on_post_template(self, output_content: str, template_name: str, config: MkDocsConfig) -> str:
        """Keep the 404 page of each language; the sitemap of all pages is written when they are done."""
        if template_name == "404.html" and _lang(config) == "en":
            target = Path(config.site_dir, FOLDER["en"], template_name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(output_content, "utf-8")
            return ""
        return "" if template_name == "sitemap.xml" else output_content

    def on_post_build(self, config: MkDocsConfig) -> None:
        """Write all files of a language that are no pages; with the first, those that belong to none."""
        try:
            self.raise_problems()
        except PlanError as error:
            raise plugin_error(error) from None
        for name, content in self.other_files(config).items():
            path = Path(config.site_dir, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def raise_problems(self) -> None:
        """Raise PlanError with the mistakes in templates met since this was asked last, if there are any."""
        problems, self._problems = self._problems, {}
        if problems:
            raise PlanError(problems.values())

    def other_files(self, config: MkDocsConfig) -> dict[str, bytes]:
        """Return {name: content} of a language's files that are no pages; with the first, those of no language."""
        lang = _lang(config)
        texts = {
            FOLDER[lang] + FEED: self.site.feed(lang),
            f"search/{lang}.js": search_script(self.site.plan, self.site.labels, lang, self._handwritten),
        }
        texts |= {published: MINIFIED[path.suffix](path.read_text("utf-8")) for path, published in self._assets(config)}
        files = {name: text.encode() for name, text in texts.items() if text is not None}
        if lang == LANGUAGES[0]:
            files |= data_files(self.site.plan, config.site_url or "")
            if sitemap := self.site.sitemap():
                files["sitemap.xml"] = sitemap.encode()
        for redirect in self.site.plan.redirects:
            # A program that reads a file follows no page: the file itself stands at its old address too.
            for folder in FOLDER.values():
                if is_file(redirect.origin) and folder + redirect.to in files:
                    files[folder + redirect.origin] = files[folder + redirect.to]
        return files


def plugin_error(error: PlanError) -> PluginError:
    """Return an error that MkDocs shows without a traceback."""
    return PluginError(f"\n{format_problems(error.problems, 'text', lang_of_locale(os.environ))}")


def _twin(lang: Lang, url: str) -> str:
    """Return the address of a page in the other language."""
    return FOLDER[_other(lang)] + url.removeprefix(FOLDER[lang]).removeprefix("./") or "./"


def css(text: str) -> Markup:
    """Return text as a string of CSS, in which only letters and digits stand as they are."""
    escaped = "".join(c if c.isalnum() else f"\\{ord(c):06x}" for c in text)
    return Markup(f'"{escaped}"')  # noqa: S704 - nothing in it can end the string


def published_name(asset: Path) -> str:
    """Return where a style or script of ours is published: a name that no other content has, to be kept for good."""
    content = MINIFIED[asset.suffix](asset.read_text("utf-8"))
    return f"assets/{asset.stem}.{hashlib.sha256(content.encode()).hexdigest()[:8]}{asset.suffix}"


def _lang(config: MkDocsConfig) -> Lang:
    i18n: Any = config.plugins["i18n"]
    current: Lang = i18n.current_language
    return current


def _other(lang: Lang) -> Lang:
    return next(other for other in LANGUAGES if other != lang)
