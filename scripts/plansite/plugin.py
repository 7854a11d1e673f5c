"""Feeds the pages of the plan to MkDocs."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markdown import Markdown
from markupsafe import Markup
from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc
from rcssmin import cssmin
from rjsmin import jsmin

from plansite import pages as generated
from plansite.beside import beside
from plansite.built import Built, BuiltPage, inputs
from plansite.export import write_data
from plansite.git import version
from plansite.history import history
from plansite.kept import fingerprint, program
from plansite.linked import linked_data
from plansite.model import is_file
from plansite.pages import FEED, located
from plansite.problems import FOLDER, LANGUAGES, Lang, PlanError, lang_of_locale, report
from plansite.progress import progress
from plansite.render import Compiled, Publication, Repository
from plansite.search import Document, handwritten, write_search
from plansite.site import Made, Site, Sources, compose
from plansite.theme import THEME_FILTERS, theme_globals

MINIFIED = {".css": cssmin, ".js": jsmin}
"""What takes the comments out of our styles and scripts."""


class PlanConfig(base.Config):
    """Options of the plugin in mkdocs.yml; paths are relative to that file."""

    plan = config_options.File(exists=False, default="data/plan.yaml")
    macros = config_options.Dir(exists=True, default="macros")
    repository = config_options.Type(str, default="")


class PlanPlugin(BasePlugin[PlanConfig]):
    """Adds one virtual Markdown page for each page of the plan; nothing generated is written under docs/."""

    site: Site
    """What this build publishes."""
    sources: list[str]
    """The files and folders that it is made from."""
    inputs: str
    """The fingerprint of these and of all else that decides how it comes out, from before they were read."""
    frame: str
    """The fingerprint of all that surrounds its pages."""
    due: dict[str, Made]
    """The generated pages in the languages that it builds, but for those that stand already as they would come out."""
    pdf = False
    """Whether the whole notice is printed as well."""
    last = Built()
    """The site that stands already: whatever would come out the same is taken from it."""

    def __init__(self) -> None:
        self.made: dict[str, BuiltPage] = {}
        """{file: what it was made from} for every generated page."""
        self._handwritten: list[Document] = []
        self._steps: Iterator[int] = iter(())

    def read(self, config: MkDocsConfig) -> None:
        """Read and check all that the site is made of; raises PlanError."""
        overrides = Path(config.theme.custom_dir or "overrides")
        sources = Sources(Path(self.config.plan), Path(self.config.macros), Path(config.docs_dir), overrides)
        folders = (sources.plan.parent, sources.docs, sources.macros, overrides)
        self.sources = [config.config_file_path, *map(str, folders)]
        self.inputs = inputs(self.sources, pdf=self.pdf)
        with beside(history, sources.plan) as versions:
            publication = Publication(
                Repository.at(self.config.repository) if self.config.repository else None,
                config.site_url or "",
                self.pdf,
                history=versions,
                version=version(sources.plan),
            )
            self.site = compose(sources, publication)
        around = [Path(config.config_file_path), sources.macros / "labels.yaml", overrides]
        settings = (config.site_url, self.config.repository, self.pdf, self.site.plan.notice.date)
        self.frame = fingerprint(around, program(), *map(str, (*settings, bool(self.site.plan.history))))

    def on_config(self, config: MkDocsConfig) -> None:
        """Read everything and render it before MkDocs empties the site folder, so that no mistake costs it."""
        self._prepare(config)
        if hasattr(self, "site"):
            return  # generator.py has, or this is the i18n plugin's own build of a further language
        try:
            self.read(config)
            self.due = self.site.made()
        except PlanError as error:
            raise PluginError(f"\n{report(error.problems, 'text', lang_of_locale(os.environ))}") from None

    def _prepare(self, config: MkDocsConfig) -> None:
        """Have the theme's templates compiled once and for all, its other files listed for one language only."""
        made = config.theme.get_env

        def environment() -> Environment:
            env = made()
            files = _lang(config) == LANGUAGES[-1]
            env.loader, env.bytecode_cache = ThemeFiles(config.theme.dirs, listed=files), Compiled()
            return env

        config.theme.get_env = environment  # type: ignore[method-assign]

    @event_priority(100)
    def _add_pages(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages of a language before the i18n plugin sorts all files by language."""
        for page in self.site.pages.values():
            if page.lang == _lang(config):
                files.append(File(page.file, config.docs_dir, config.site_dir, config.use_directory_urls))
        return files

    @event_priority(-200)
    def _take_pages(self, files: Files, config: MkDocsConfig) -> Files:
        """Take from the last site whatever would come out the same; other pages may link to it still."""
        converter = Markdown(extensions=config.markdown_extensions, extension_configs=config.mdx_configs)
        for file in files.documentation_pages(inclusion=InclusionLevel.all):
            name, stands = file.src_uri, self.last.pages.get(file.src_uri)
            if made := self.due.get(name):
                look = fingerprint([], self.frame, made.text, made.linked)
                self.made[name] = BuiltPage(made.read, made.key, look, file.dest_uri)
                if stands is None or stands.look != look or not self.last.holds(stands):
                    GeneratedPage(file, config, converter)
                    continue
            elif stands:
                self.made[name] = stands
            else:
                continue
            file.inclusion = InclusionLevel.EXCLUDED
            self.last.take(file.dest_uri, Path(config.site_dir))
        if _lang(config) == LANGUAGES[0]:  # the others take as long
            # MkDocs goes through the pages twice: for their content, and for what surrounds it.
            steps = 2 * sum(file.inclusion != InclusionLevel.EXCLUDED for file in files.documentation_pages())
            self._steps = iter(progress(range(steps), steps, "pages"))
        return files

    on_files = CombinedEvent(_add_pages, _take_pages)

    def on_page_read_source(self, page: Page, config: MkDocsConfig) -> str | None:
        """Give the Markdown of a page that is no file on disk."""
        made = self.due.get(page.file.src_uri)
        if made is None:
            return None
        self.due[page.file.src_uri] = replace(made, text="")
        return made.text

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Give the theme the words of the interface in the language being built."""
        lang = _lang(config)
        ours = Path(config.theme.custom_dir or "overrides", "assets")
        assets = {f"assets/{path.name}": published_name(path) for path in ours.iterdir() if path.suffix in MINIFIED}
        for file in files:
            file.dest_uri = assets.get(file.src_uri, file.dest_uri)
        plan = self.site.plan
        env.globals |= theme_globals(self.site.labels, lang, plan.notice.date, assets, history=bool(plan.history))
        env.filters |= THEME_FILTERS | {"jsmin": jsmin, "linked_data": self._linked_data, "twin": partial(_twin, lang)}
        return env

    def _linked_data(self, page: Page) -> Markup:
        """Return what describes a page to other programs."""
        if made := self.due.get(page.file.src_uri):
            data = made.linked
        else:
            # Of a page written by hand there is no more to say than where it is.
            lang: Lang = page.file.locale  # type: ignore[attr-defined]
            shown = generated.Page(page.url.removeprefix(FOLDER[lang]).strip("/"), lang, "", self.site.plan)
            locate = partial(located, site_url=self.site.publication.site_url)
            data = linked_data(shown, str(page.title), self.site.plan, self.site.labels, locate)
        return Markup(data)  # noqa: S704 - JSON in which nothing can end the element

    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Keep the pages written by hand for the search; what it knows of the others it has from the plan."""
        # MkDocs has no title for a page without Markdown, which of thousands of pages takes much memory.
        page.title, page.markdown = str(page.title), None
        next(self._steps, None)
        if page.file.src_uri not in self.site.pages:
            place = page.url.removeprefix(FOLDER[_lang(config)])
            self._handwritten.append(handwritten(place, str(page.title), html))

    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> None:
        """Count a page that is done, of which nothing more is needed."""
        page.content = None
        next(self._steps, None)

    def on_post_template(self, output_content: str, template_name: str, config: MkDocsConfig) -> str:
        """Keep one 404 page for each language; the sitemap of all of them is written when they are done."""
        if template_name == "404.html" and _lang(config) == "en":
            target = Path(config.site_dir, FOLDER["en"], template_name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(output_content, "utf-8")
            return ""
        return "" if template_name == "sitemap.xml" else output_content

    def on_post_build(self, config: MkDocsConfig) -> None:
        """Write the search index and the feed of a language; with one of them, what belongs to no language."""
        lang, site = _lang(config), Path(config.site_dir)
        texts = self._feed(lang, site)
        if lang == LANGUAGES[0]:
            texts["sitemap.xml"] = self.site.sitemap()
            write_data(self.site.plan, site, config.site_url or "")
        else:
            for suffix, minified in MINIFIED.items():
                files = (site / "assets").glob(f"*{suffix}")
                texts |= {str(file): minified(file.read_text("utf-8")) for file in files}
        for name, text in texts.items():
            if text is not None:
                (site / name).write_text(text, "utf-8")
        write_search(self.site.plan, self.site.labels, lang, self._handwritten, site)
        self._handwritten = []
        for redirect in self.site.plan.redirects:
            # A program that reads a file follows no page: the file itself stands at its old address too.
            for folder in FOLDER.values() if is_file(redirect.origin) else ():
                old, new = site / folder / redirect.origin, site / folder / redirect.to
                # Only feeds stand in the folder of each language, and only where there is a history.
                if new.exists():
                    old.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(new, old)

    def _feed(self, lang: Lang, site: Path) -> dict[str, str | None]:
        """Return {file: Atom} of the changes in one language, or take it from the last site."""
        name = FOLDER[lang] + FEED
        stands = self.last.pages.get(name)
        if stands and stands.key == self.site.key(stands.read) and self.last.holds(stands):
            self.made[name] = stands
            self.last.take(name, site)
        elif feed := self.site.feed(lang):
            self.made[name] = BuiltPage(feed.read, feed.key, feed.key, name)
            return {name: feed.text}
        return {}


class GeneratedPage(Page):
    """A page whose links are addresses already, and whose anchors the tests look for in the finished site.

    To find them, MkDocs would go through all of its HTML once more.
    """

    def __init__(self, file: File, config: MkDocsConfig, converter: Markdown) -> None:
        super().__init__(None, file, config)
        self._converter = converter

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Turn its Markdown into HTML."""
        self.content = self._converter.reset().convert(self.markdown or "")
        self.toc = get_toc(self._converter.toc_tokens)  # type: ignore[attr-defined]


class ThemeFiles(FileSystemLoader):
    """The theme's templates and files; only those are listed that a page may ask for."""

    UNUSED = (".icons", "lunr", "workers")
    """Folders of Material's: ten thousand icons that templates include, and a search engine other than ours."""

    def __init__(self, folders: Sequence[str], *, listed: bool) -> None:
        super().__init__(folders)
        self._listed = listed

    def list_templates(self) -> list[str]:
        """Return the names of all files but those in unused folders."""
        found = set()
        for root in self.searchpath if self._listed else ():
            for folder, inner, files in os.walk(root):
                inner[:] = [name for name in inner if name not in self.UNUSED]
                found |= {Path(folder, name).relative_to(root).as_posix() for name in files}
        return sorted(found)


def _twin(lang: Lang, url: str) -> str:
    """Return the address of a page in the other language."""
    return FOLDER[_other(lang)] + url.removeprefix(FOLDER[lang]).removeprefix("./") or "./"


def published_name(asset: Path) -> str:
    """Return where a style or script of ours is published: a name that no other content has, to be kept for good."""
    content = MINIFIED[asset.suffix](asset.read_text("utf-8"))
    return f"assets/{asset.stem}.{hashlib.sha256(content.encode()).hexdigest()[:8]}{asset.suffix}"


def _lang(config: MkDocsConfig) -> Lang:
    current: Lang = config.plugins["i18n"].current_language  # type: ignore[attr-defined]
    return current


def _other(lang: Lang) -> Lang:
    return next(other for other in LANGUAGES if other != lang)
