"""Feeds the pages of the plan to MkDocs; the only module that knows MkDocs."""

import os
import shutil
from functools import partial
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from rcssmin import cssmin
from rjsmin import jsmin

from plansite import pages as generated
from plansite.export import write_data
from plansite.history import history, version
from plansite.linked import linked_data
from plansite.model import is_file
from plansite.pages import located
from plansite.problems import FOLDER, LANGUAGES, Lang, PlanError, lang_of_locale, report
from plansite.render import Publication, Repository, day, labels_in
from plansite.search import Document, handwritten, write_search
from plansite.site import Site, Sources, compose


class PlanConfig(base.Config):
    """Options of the plugin in mkdocs.yml; paths are relative to that file."""

    plan = config_options.File(exists=False, default="data/plan.yaml")
    macros = config_options.Dir(exists=True, default="macros")
    repository = config_options.Type(str, default="")
    pdf = config_options.Type(bool, default=False)


class PlanPlugin(BasePlugin[PlanConfig]):
    """Adds one virtual Markdown page for each page of the plan; nothing generated is written under docs/."""

    site: Site
    """What this build publishes; set by on_config, the first of the events."""
    handwritten: dict[Lang, list[Document]]
    """What the search can find in docs/; filled page by page."""

    def on_config(self, config: MkDocsConfig) -> None:
        """Read the plan and render every page before MkDocs empties the site folder, so that no mistake costs it."""
        if hasattr(self, "site"):
            return  # the i18n plugin starts a build of its own for each further language
        overrides = Path(config.theme.custom_dir or "overrides")
        sources = Sources(Path(self.config.plan), Path(self.config.macros), Path(config.docs_dir), overrides)
        try:
            repository = Repository.at(self.config.repository) if self.config.repository else None
            publication = Publication(
                repository,
                config.site_url or "",
                self.config.pdf,
                versions=history(sources.plan),
                version=version(sources.plan),
            )
            self.site = compose(sources, publication)
        except PlanError as error:
            message = report(error.problems, "text", lang_of_locale(os.environ))
            raise PluginError(f"\n{message}") from None
        self.handwritten = {lang: [] for lang in LANGUAGES}

    @event_priority(100)
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages before the i18n plugin sorts all files by language."""
        for name in self.site.markdown:
            files.append(File(name, config.docs_dir, config.site_dir, config.use_directory_urls))
        return files

    def on_page_read_source(self, page: Page, config: MkDocsConfig) -> str | None:
        """Give the Markdown of a page that is no file on disk."""
        return self.site.markdown.get(page.file.src_uri)

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Give the theme the words of the interface in the language being built."""
        lang = _lang(config)
        env.globals |= {
            "labels": labels_in(self.site.labels, lang),
            "plan": self.site.plan,
            "site_lang": lang,
            "other_lang": _other(lang),
            "root": FOLDER[lang],
            "other_root": FOLDER[_other(lang)],
        }
        env.filters |= {"css": css, "day": day, "jsmin": jsmin, "linked_data": partial(self._linked_data, config)}
        return env

    def _linked_data(self, config: MkDocsConfig, page: Page) -> Markup:
        """Return what describes a page to other programs."""
        lang = _lang(config)

        # Of a page written by hand there is no more to say than where it is.
        address = page.url.removeprefix(FOLDER[lang]).strip("/")
        shown = self.site.pages.get(page.file.src_uri) or generated.Page(address, lang, "", self.site.plan)
        locate = partial(located, site_url=config.site_url or "")
        data = linked_data(shown, str(page.title), self.site.plan, self.site.labels, locate)
        return Markup(data)  # noqa: S704 - JSON in which nothing can end the element

    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Keep the pages written by hand for the search; what it knows of the others it has from the plan."""
        if page.file.src_uri not in self.site.markdown:
            lang = _lang(config)
            place = page.url.removeprefix(FOLDER[lang])
            self.handwritten[lang].append(handwritten(place, str(page.title), html))

    def on_post_template(self, output_content: str, template_name: str, config: MkDocsConfig) -> str:
        """Keep one 404 page for each language, and no sitemap where the address of the site is not known."""
        if template_name == "404.html" and _lang(config) == "en":
            target = Path(config.site_dir, FOLDER["en"], template_name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(output_content, "utf-8")
            return ""
        return "" if template_name == "sitemap.xml" and not config.site_url else output_content

    @event_priority(-200)
    def on_post_build(self, config: MkDocsConfig) -> None:
        """Write the data files, our scripts and styles without comments, and the search indexes of all languages."""
        site = Path(config.site_dir)
        write_data(self.site.plan, site, config.site_url or "")
        for name, feed in self.site.feeds.items():
            (site / name).write_text(feed, "utf-8")
        for redirect in self.site.plan.redirects:
            # A program that reads a file follows no page: the file itself stands at its old address too.
            for folder in FOLDER.values() if is_file(redirect.origin) else ():
                old, new = site / folder / redirect.origin, site / folder / redirect.to
                # Only feeds stand in the folder of each language, and only where there is a history.
                if new.exists():
                    old.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(new, old)
        for pattern, minified in (("*.js", jsmin), ("*.css", cssmin)):
            for file in (site / "assets").glob(pattern):
                file.write_text(minified(file.read_text("utf-8")), "utf-8")
        for lang in LANGUAGES:
            write_search(self.site.plan, self.site.labels, lang, self.handwritten[lang], site)


def css(text: str) -> Markup:
    """Return text as a string of CSS, in which only letters and digits stand as they are."""
    escaped = "".join(c if c.isalnum() else f"\\{ord(c):06x}" for c in text)
    return Markup(f'"{escaped}"')  # noqa: S704 - nothing in it can end the string


def _lang(config: MkDocsConfig) -> Lang:
    current: Lang = config.plugins["i18n"].current_language  # type: ignore[attr-defined]
    return current


def _other(lang: Lang) -> Lang:
    return next(other for other in LANGUAGES if other != lang)
