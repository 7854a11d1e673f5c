"""Feeds the pages of the plan to MkDocs; the only module that knows MkDocs."""

import logging
import os
from pathlib import Path

from jinja2 import Environment
from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from plansite.export import plan_json, plan_schema
from plansite.load import load
from plansite.problems import LANGUAGES, Lang, PlanError, lang_of_locale, report
from plansite.render import Repository, day, handwritten, labels_in, load_labels, render
from plansite.search import FOLDER, split_index
from plansite.theme import check_theme
from plansite.views import PlanView

SEARCH_PLUGIN = "material/search"


class PlanConfig(base.Config):
    """Options of the plugin in mkdocs.yml; paths are relative to that file."""

    plan = config_options.File(exists=False, default="data/plan.yaml")
    macros = config_options.Dir(exists=True, default="macros")
    repository = config_options.Type(str, default="")
    branch = config_options.Type(str, default="main")


class PlanPlugin(BasePlugin[PlanConfig]):
    """Adds one virtual Markdown page for each page of the plan; nothing generated is written under docs/."""

    def __init__(self) -> None:
        self.plan: PlanView | None = None
        self.markdown: dict[str, str] = {}

    def on_config(self, config: MkDocsConfig) -> None:
        """Read the plan and render every page before MkDocs empties the site folder, so that no mistake costs it."""
        if self.plan:
            return
        # jieba, which the search plugin uses, reports its own loading on every run.
        logging.getLogger("jieba").setLevel(logging.WARNING)
        repository = Repository(self.config.repository, self.config.branch) if self.config.repository else None
        try:
            self.plan = PlanView(load(Path(self.config.plan)))
            check_theme(Path(config.theme.custom_dir or "overrides"), load_labels(Path(self.config.macros)))
            pages = handwritten(Path(config.docs_dir))
            self.markdown = render(self.plan, Path(self.config.macros), pages, repository)
        except PlanError as error:
            message = report(error.problems, "text", lang_of_locale(os.environ))
            raise PluginError(f"\n{message}") from None

    @event_priority(100)
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages before the i18n plugin sorts all files by language."""
        for name in self.markdown:
            files.append(File(name, config.docs_dir, config.site_dir, config.use_directory_urls))
        return files

    def on_page_read_source(self, page: Page, config: MkDocsConfig) -> str | None:
        """Give the Markdown of a page that is no file on disk."""
        return self.markdown.get(page.file.src_uri)

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Give the theme the words of the interface in the language being built."""
        lang = _lang(config)
        labels = load_labels(Path(self.config.macros))
        env.globals |= {
            "labels": labels_in(labels, lang),
            "plan": self.plan,
            "site_lang": lang,
            "other_lang": _other(lang),
            "root": FOLDER[lang],
            "other_root": FOLDER[_other(lang)],
        }
        env.filters["day"] = day
        return env

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
        """Write the data files and, after the i18n plugin has merged the search indexes, part them again."""
        site = Path(config.site_dir)
        if self.plan:
            (site / "plan.json").write_text(plan_json(self.plan, config.site_url or ""), "utf-8")
            (site / "plan.schema.json").write_text(plan_schema(), "utf-8")
        if SEARCH_PLUGIN in config.plugins:
            split_index(site)


def _lang(config: MkDocsConfig) -> Lang:
    current: Lang = config.plugins["i18n"].current_language  # type: ignore[attr-defined]
    return current


def _other(lang: Lang) -> Lang:
    return next(other for other in LANGUAGES if other != lang)
