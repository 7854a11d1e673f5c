"""This module builds the site beside the old one and swaps it in whole, so that a failed build loses nothing."""

import ctypes
import fcntl
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from jinja2 import TemplateError
from mkdocs.commands.build import build as build_with_mkdocs
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from plansite.pdf import find_browser, print_notice
from plansite.plugin import PlanPlugin
from plansite.problems import LANGUAGES, BuildError, Lang, PlanError, shown
from plansite.render import problem_of
from plansite.site import Site
from plansite.theme import NAMES


def build(site: Path, *, pdf: bool = False) -> str:
    """Build into `site` and return one line: pages, languages, seconds, where it is, how to preview it.

    With `pdf` the whole notice is printed as well. Raises PlanError where the plan or a template is wrong, BuildError
    when MkDocs warns of anything, where `site` is no site or cannot be written, and where there is no browser to print
    with. Whenever it is interrupted, the site that stood there stands there whole.
    """
    start = time.monotonic()
    target = site.resolve()
    if _holds_something_else(target):
        raise BuildError(
            f"{shown(target)} holds something else than a site, which would be lost; name a new or an empty folder"
        )
    browser = find_browser() if pdf else ""
    try:
        assembled = _assemble(pdf=pdf)
        with (
            _build_lock(target),
            tempfile.TemporaryDirectory(prefix=_staging_prefix(target), dir=target.parent) as staging,
        ):
            stage = _render_languages(assembled, Path(staging), pdf=pdf)
            if pdf:
                print_notice(browser, stage, Path(staging))
            _swap_in(stage, target)
    except BuildError as error:
        raise BuildError(f"{error}\n{_outcome(target)}") from None
    except OSError as error:
        raise BuildError(
            f"{error.filename2 or error.filename or shown(target)}: {error.strerror}\n{_outcome(target)}"
        ) from None
    pages = sum(1 for _ in target.rglob("index.html"))
    return f"{pages} pages in 2 languages built in {time.monotonic() - start:.1f} s: {shown(target)}/ (preview: make serve)"


def _assemble(*, pdf: bool) -> Site:
    config, plugin = configure(LANGUAGES[0], pdf=pdf)
    plugin.assemble(config)
    return plugin.site


def _render_languages(site: Site, staging: Path, *, pdf: bool) -> Path:
    """Have MkDocs render each language in a process of its own; return the folder that holds all of them."""
    first, *others = LANGUAGES
    folders = {lang: staging / lang for lang in LANGUAGES}
    context = get_context("fork")  # so that the children have the site without reading it again
    with ProcessPoolExecutor(len(others), context, initializer=_adopt, initargs=(site,)) as pool:
        results = [pool.submit(_render_adopted, lang, folders[lang], pdf=pdf) for lang in others]
        render_language(site, first, folders[first], pdf=pdf)
        for lang, result in zip(others, results, strict=True):
            result.result()
            _merge(folders[lang], folders[first])
    # mkdtemp makes private folders; the site is to be read by a web server.
    folders[first].chmod(0o755)
    return folders[first]


_adopted: list[Site] = []
"""The site that a child process renders."""


def _adopt(site: Site) -> None:
    _adopted.append(site)


def _render_adopted(lang: Lang, folder: Path, *, pdf: bool) -> None:
    render_language(_adopted[0], lang, folder, pdf=pdf)


def render_language(site: Site, lang: Lang, folder: Path, *, pdf: bool) -> None:
    """Render the pages of one language into a folder, and with the first language what belongs to none.

    Raises BuildError where MkDocs warns of anything, PlanError where a template is wrong.
    """
    config, plugin = configure(lang, pdf=pdf)
    plugin.site = site
    config.site_dir = str(folder)
    try:
        with _strictly():
            config.plugins.on_startup(command="build", dirty=False)
            build_with_mkdocs(config)
    except TemplateError as error:
        problem = problem_of(error, Path(config.theme.custom_dir or ""), "main.html", sorted(NAMES))
        if problem is None:
            raise
        raise PlanError([problem]) from error


def configure(lang: Lang, *, pdf: bool) -> tuple[MkDocsConfig, PlanPlugin]:
    """Read mkdocs.yml for one language and return it with our plugin; raises BuildError."""
    os.environ["PLAN_LOCALE"] = lang
    with _strictly():
        config = load_config(strict=True)
    plugin = config.plugins["plansite"]
    assert isinstance(plugin, PlanPlugin)
    plugin.pdf = pdf
    return config, plugin


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
        raise BuildError("\n".join([*complaints.lines, str(error)])) from None
    finally:
        logger.removeHandler(complaints)


@contextmanager
def _build_lock(site: Path) -> Iterator[None]:
    """Wait until no other build is going on beside this one, and clear away what is left of one that was killed."""
    site.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(site.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        for left in site.parent.glob(f"{_staging_prefix(site)}*"):
            shutil.rmtree(left)
        yield
    finally:
        os.close(folder)


def _merge(source: Path, target: Path) -> None:
    """Move all that a folder holds into another; a folder that is not there yet moves as a whole."""
    for path in source.iterdir():
        if (target / path.name).is_dir():
            _merge(path, target / path.name)
        else:
            path.rename(target / path.name)


def _staging_prefix(site: Path) -> str:
    """Return how the names of folders begin in which a site is built, beside the one that stands."""
    return f".{site.name}-building-"


def _swap_in(fresh: Path, site: Path) -> None:
    """Put a new site in the place of the old one, which is left where the new one was.

    On Linux they change places in one step (renameat2), so that there is a site at every moment.
    """
    if not site.exists():
        fresh.rename(site)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    at_cwd, exchange = -100, 2
    paths = os.fsencode(fresh), os.fsencode(site)
    if not hasattr(libc, "renameat2") or libc.renameat2(at_cwd, paths[0], at_cwd, paths[1], exchange):
        old = fresh.with_name("old")
        site.rename(old)
        fresh.rename(site)


def _outcome(site: Path) -> str:
    return f"{shown(site)}/ was left as it was" if site.exists() else "nothing was built"


def _holds_something_else(folder: Path) -> bool:
    """Return whether a folder is neither new nor empty nor a site; a checkout of one holds its history besides."""
    if not folder.is_dir():
        return folder.exists()
    held = {path.name for path in folder.iterdir()}
    return bool(held) and ("index.html" not in held or ".git" in held)
