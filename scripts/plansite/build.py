"""Builds the site beside the old one and swaps it in whole, so that a failed build loses nothing."""

import ctypes
import gc
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plansite.beside import beside
from plansite.built import MARK, Built, digests, inputs
from plansite.kept import CACHE
from plansite.problems import LANGUAGES, BuildError, shown

GARBAGE = 100_000
"""After how many objects more than are gone there is a collection: Python's 700 cost a tenth of the time."""


def build(site: Path, *, pdf: bool = False) -> str:
    """Build into `site` and return one line: pages, languages, seconds, where it is, how to preview it.

    With `pdf` the whole notice is printed as well. Raises PlanError where the plan or a template is wrong, BuildError
    when MkDocs warns of anything, where `site` is no site or cannot be written, and where there is no browser to print
    with. Whenever it is interrupted, the site that stood there stands there whole.
    """
    if not hasattr(os, "fork"):
        raise BuildError("no_fork")
    start = time.monotonic()
    site = site.resolve()
    if _holds_something_else(site):
        raise BuildError("not_our_folder", {"folder": shown(site), "mark": MARK})
    try:
        with _alone(site):
            last = Built.at(site)
            done = "unchanged since it was built:" if last.current(pdf=pdf) else ""
            if not done:
                _build(site, last, pdf=pdf)
                done = f"built in {time.monotonic() - start:.1f} s:"
    except BuildError as error:
        raise _with_fate(error, site) from None
    except OSError as error:
        file = error.filename2 or error.filename or shown(site)
        raise _with_fate(BuildError("system", {"file": file, "reason": error.strerror}), site) from None
    pages = sum(1 for _ in site.rglob("index.html"))
    return f"{pages} pages in 2 languages {done} {shown(site)}/ (preview: make serve)"


def _build(site: Path, last: Built, *, pdf: bool) -> None:
    # Whatever is needed to build takes longer to load than to find that there is nothing to build.
    from plansite.generator import build_language, configure  # noqa: PLC0415
    from plansite.pdf import find_browser, print_notice  # noqa: PLC0415

    # Loading makes nothing that can be collected, and what is loaded stays: no collection need look at it.
    gc.disable()
    browser = find_browser() if pdf else ""
    config, plugin = configure(pdf=pdf)
    plugin.last = last
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()
    with tempfile.TemporaryDirectory(prefix=_side(site), dir=site.parent, ignore_cleanup_errors=True) as side:
        folders = {lang: Path(side, lang) for lang in LANGUAGES}
        first, second = LANGUAGES
        with beside(build_language, config, second, folders[second]) as result:
            made = build_language(config, first, folders[first])
            made |= result()
        fresh = folders[first]
        _merge(folders[second], fresh)
        if pdf:
            print_notice(browser, fresh, Path(side))
        (fresh / MARK).write_text("plansite built this folder and replaces all of it at the next build.\n", "utf-8")
        # A web server is to read the site, whatever the umask.
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        files = digests(fresh)
        _swap(fresh, site)
        _discard(Path(side))
    # What was edited meanwhile may be in it or not.
    after = inputs(plugin.sources, pdf=pdf)
    Built(site, plugin.sources, after if after == plugin.inputs else "", files, plugin.frame, made).remember()


@contextmanager
def _alone(site: Path) -> Iterator[None]:
    """Wait until no other build is going on beside this one, and clear away what is left of one that was killed."""
    import fcntl  # noqa: PLC0415 - Windows has none, and there only the commands that build are refused

    site.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(site.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        for left in site.parent.glob(f"{_side(site)}*"):
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


def _side(site: Path) -> str:
    """Return how the names of folders begin in which a site is built, beside the one that stands."""
    return f".{site.name}-building-"


def _discard(folder: Path) -> None:
    """Have a folder removed while nobody waits for it; some file systems take longer for that than a build takes."""
    old = CACHE / "old"
    try:
        old.mkdir(parents=True, exist_ok=True)
        folder.rename(old / folder.name)
    except OSError:
        shutil.rmtree(folder)
    # What an earlier build left, if it was killed at this point, is removed with it.
    command, nowhere = ["rm", "-rf", str(old)], subprocess.DEVNULL
    subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)  # noqa: S603


def _swap(fresh: Path, site: Path) -> None:
    """Put a new site in the place of the one that stands, which is left where the new one was.

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


def _with_fate(error: BuildError, site: Path) -> BuildError:
    """Return an error that says besides what has become of the site."""
    code = "left_as_it_was" if site.exists() else "nothing_built"
    return BuildError(code, {"why": error, "folder": shown(site)})


def _holds_something_else(folder: Path) -> bool:
    """Return whether a folder is neither new nor empty nor a site of ours; a checkout of one holds its history too."""
    if not folder.is_dir():
        return folder.exists()
    held = {path.name for path in folder.iterdir()}
    return bool(held) and (MARK not in held or ".git" in held)
