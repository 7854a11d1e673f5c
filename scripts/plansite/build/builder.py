"""This module builds the site beside the old one and swaps it in whole, so that a failed build loses nothing."""

import ctypes
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

from mkdocs.commands.build import build as build_with_mkdocs
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from plansite.build.mkdocs_plugin import PlanPlugin
from plansite.build.release import MARK, find_browser, print_notice
from plansite.errors import LANGUAGES, BuildError, Lang, PlanError, display_path
from plansite.site.assemble import Site
from plansite.site.pages import site_address
from plansite.site.templates import TEMPLATE_ERRORS, template_problem


def build(folder: Path, *, pdf: bool = False) -> str:
    """Build the site into `folder`; return one line: pages, languages, seconds, where it is, how to preview it.

    With `pdf` the whole notice is printed as well. Raises PlanError where the plan or a template is wrong, BuildError
    when MkDocs warns of anything, where `folder` is no site of ours or cannot be written, and where there is no
    browser to print with. Where it fails or is interrupted, the site that was there before is still there, whole.
    """
    if not hasattr(os, "fork"):
        raise BuildError("no_fork")
    start = time.monotonic()
    target = folder.resolve()
    if _holds_something_else(target):
        raise BuildError("not_our_folder", {"folder": display_path(target), "mark": MARK})
    try:
        browser = find_browser() if pdf else ""
        site = assemble_site(pdf=pdf)
        with _build_lock(target), _staging(target) as staging:
            stage = _render_languages(site, staging, pdf=pdf)
            if pdf:
                print_notice(browser, stage, staging)
            _finish(stage)
            _swap_in(stage, target)
    except BuildError as error:
        raise _with_outcome(error, target) from None
    except OSError as error:
        file = error.filename2 or error.filename or display_path(target)
        raise _with_outcome(BuildError("system", {"file": file, "reason": error.strerror}), target) from None
    pages = sum(1 for _ in target.rglob("index.html"))
    done = f"{pages} pages in {len(LANGUAGES)} languages built in {time.monotonic() - start:.1f} s"
    return f"{done}: {display_path(target)}/ (preview: make serve)"


def assemble_site(*, pdf: bool = False) -> Site:
    """Read and check everything that mkdocs.yml leads to; raises PlanError with every problem, BuildError."""
    config, plugin = configure(LANGUAGES[0], pdf=pdf)
    return plugin.assemble(config)


def _render_languages(site: Site, staging: Path, *, pdf: bool) -> Path:
    """Have MkDocs render each language in a process of its own; return the folder that holds all of them."""
    first, *others = LANGUAGES
    folders = {lang: staging / lang for lang in LANGUAGES}
    # Forked, so that the other processes have the site and its templates without reading them again.
    site.templates.load()
    with ProcessPoolExecutor(len(others), get_context("fork"), initializer=_inherit, initargs=(site,)) as pool:
        results = {lang: pool.submit(_render_inherited, lang, folders[lang], pdf=pdf) for lang in others}
        render_language(site, first, folders[first], pdf=pdf)
        try:
            for lang, result in results.items():
                result.result()
                _merge(folders[lang], folders[first])
        except BrokenProcessPool:
            raise BuildError("process_ended") from None
    return folders[first]


_inherited: list[Site] = []
"""In a forked process, the one site that it renders; empty in the first process."""


def _inherit(site: Site) -> None:
    _inherited.append(site)
    # The pool would wait for work for ever once the first process has been killed.
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _render_inherited(lang: Lang, folder: Path, *, pdf: bool) -> None:
    render_language(_inherited[0], lang, folder, pdf=pdf)


def render_language(site: Site, lang: Lang, folder: Path, *, pdf: bool) -> None:
    """Render the pages of one language into a folder, with the last language also data files and sitemap.

    Raises BuildError where MkDocs warns of anything, PlanError where a template is wrong.
    """
    config, plugin = configure(lang, pdf=pdf)
    plugin.site = site
    config.site_dir = str(folder)
    with strictly(), theme_errors(config):
        config.plugins.on_startup(command="build", dirty=False)
        build_with_mkdocs(config)


@contextmanager
def theme_errors(config: MkDocsConfig) -> Iterator[None]:
    """Turn what a mistake in overrides/ raises into a PlanError with its line."""
    try:
        yield
    except TEMPLATE_ERRORS as error:
        problem = template_problem(error, Path(config.theme.custom_dir or ""), "main.html", [])
        if problem is None:
            raise
        raise PlanError([problem]) from error


def configure(lang: Lang, *, pdf: bool = False) -> tuple[MkDocsConfig, PlanPlugin]:
    """Read mkdocs.yml for one language; return it with our plugin. Raises BuildError, PlanError."""
    os.environ["PLAN_LOCALE"] = lang
    with strictly():
        # Without the variable, what mkdocs.yml says.
        config = load_config(strict=True, site_url=site_address(os.environ) or None)
    plugin = config.plugins["plansite"]
    if not isinstance(plugin, PlanPlugin):
        raise TypeError(plugin)
    plugin.pdf = pdf
    return config, plugin


class _Warnings(logging.Handler):
    """Collects what MkDocs warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname}: {record.getMessage().strip()}")


@contextmanager
def strictly() -> Iterator[None]:
    """Turn the warnings of MkDocs into one BuildError with all of them."""
    logger, warnings = logging.getLogger("mkdocs"), _Warnings()
    logger.addHandler(warnings)
    try:
        yield
        if warnings.lines:
            raise BuildError("mkdocs", {"said": "\n".join(warnings.lines)})
    except MkDocsException as error:
        raise BuildError("mkdocs", {"said": "\n".join([*warnings.lines, str(error)])}) from None
    finally:
        logger.removeHandler(warnings)


@contextmanager
def _build_lock(site: Path) -> Iterator[None]:
    """Wait until no other build is going on beside this one, and clear away what a killed one has left."""
    import fcntl  # noqa: PLC0415 - Windows has none, and there only the commands that build are refused

    site.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(site.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        for left in site.parent.glob(f"{_staging_prefix(site)}*"):
            shutil.rmtree(left)
        yield
    finally:
        os.close(folder)


@contextmanager
def _staging(site: Path) -> Iterator[Path]:
    """Yield a folder beside the site, on the same disk, that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=_staging_prefix(site), dir=site.parent, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _staging_prefix(site: Path) -> str:
    return f".{site.name}-building-"


def _merge(source: Path, target: Path) -> None:
    """Move all that a folder holds into another; a folder that is not there yet moves as a whole."""
    for path in source.iterdir():
        if (target / path.name).is_dir():
            _merge(path, target / path.name)
        else:
            path.rename(target / path.name)


def _finish(stage: Path) -> None:
    """Mark a new site as ours, and let a web server read it under any umask."""
    (stage / MARK).write_text("plansite built this folder and replaces all of it at the next build.\n", "utf-8")
    for path in (stage, *stage.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _swap_in(stage: Path, site: Path) -> None:
    """Put a new site in the place of the old one, which is left where the new one was.

    On Linux they change places in one step (renameat2), so that there is a site at every moment.
    """
    if not site.exists():
        stage.rename(site)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    at_cwd, exchange = -100, 2
    paths = os.fsencode(stage), os.fsencode(site)
    if not hasattr(libc, "renameat2") or libc.renameat2(at_cwd, paths[0], at_cwd, paths[1], exchange):
        old = stage.with_name("old")
        site.rename(old)
        stage.rename(site)


def _with_outcome(error: BuildError, site: Path) -> BuildError:
    """Return an error that says besides what has become of the site."""
    code = "left_as_it_was" if site.exists() else "nothing_built"
    return BuildError(code, {"why": error, "folder": display_path(site)})


def _holds_something_else(folder: Path) -> bool:
    """Return whether a folder must not be replaced: it is a file, or holds something without our mark, or .git."""
    if not folder.is_dir():
        return folder.exists()
    held = {path.name for path in folder.iterdir()}
    return bool(held) and (MARK not in held or ".git" in held)
