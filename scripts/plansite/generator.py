"""Has MkDocs build the site, language by language; with plugin.py and serve.py all that knows MkDocs."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from plansite.built import BuiltPage
from plansite.pages import site_address
from plansite.plugin import PlanPlugin
from plansite.problems import BuildError, Lang, PlanError
from plansite.render import TEMPLATE_ERRORS, problem_of


class _Complaints(logging.Handler):
    """Collects what MkDocs warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname}: {record.getMessage().strip()}")


@contextmanager
def _strictly() -> Iterator[None]:
    """Turn whatever MkDocs warns of into a BuildError that says it all."""
    logger, complaints = logging.getLogger("mkdocs"), _Complaints()
    logger.addHandler(complaints)
    try:
        yield
    except MkDocsException as error:
        raise BuildError("mkdocs", {"said": "\n".join([*complaints.lines, str(error)])}) from None
    finally:
        logger.removeHandler(complaints)


def configure(*, pdf: bool) -> tuple[MkDocsConfig, PlanPlugin]:
    """Read mkdocs.yml and all that it leads to; raises BuildError or PlanError."""
    with _strictly():
        # Without the variable, what mkdocs.yml says.
        config = load_config(strict=True, site_url=site_address(os.environ) or None)
        plugin: PlanPlugin = config.plugins["plansite"]  # type: ignore[assignment]
        plugin.pdf = pdf
        plugin.read(config)
        config.plugins.on_startup(command="build", dirty=False)
    return config, plugin


def build_language(config: MkDocsConfig, lang: Lang, folder: Path) -> dict[str, BuiltPage]:
    """Build the pages of one language into a folder, and what belongs to none with one of them.

    Returns {file: what it was made from} for the generated pages. Raises BuildError where MkDocs
    warns of anything, PlanError where a template is broken.
    """
    i18n: Any = config.plugins["i18n"]
    # As if the plugin had come to this language on its round, and would go no further.
    i18n.current_language, i18n.building = lang, True
    config.site_dir = str(folder)
    plugin: PlanPlugin = config.plugins["plansite"]  # type: ignore[assignment]
    plugin.due = plugin.site.made([lang], plugin.last.standing(plugin.frame))
    try:
        with _strictly():
            build(config)
    except TEMPLATE_ERRORS as error:
        overrides = Path(config.theme.custom_dir or "")
        problem = problem_of(error, overrides, "main.html", [])
        if problem is None:
            raise
        raise PlanError([problem]) from error
    return plugin.made
