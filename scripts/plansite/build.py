"""Builds the site beside the old one and swaps it in whole, so that a failed build loses nothing."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from plansite.pages import PDFS
from plansite.problems import FOLDER

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""What prints, the first that there is."""
PATIENCE = 120
"""Seconds that printing one file may take."""


class BuildError(Exception):
    """The build failed: why, or what MkDocs had to say, without its progress."""


def build(site: Path, *, pdf: bool = False) -> str:
    """Build into `site` and return one line: pages, languages, seconds, where it is, how to preview it.

    With `pdf` the whole notice is printed as well. Raises BuildError when MkDocs reports an error or a warning, where
    `site` is no site, and where there is no browser to print with.
    """
    start = time.monotonic()
    browser = _browser() if pdf else ""
    if _holds_something_else(site):
        raise BuildError(f"{site} holds something else than a site, which would be lost; name a new or an empty folder")
    site.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=site.parent) as side:
        fresh, old = Path(side, "new"), Path(side, "old")
        # Not --quiet: it drops warnings before strict mode can count them.
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(fresh)]
        environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PLAN_PDF": str(pdf).lower()}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("INFO ")]
            raise BuildError("\n".join([*said, _fate(site)]))
        if pdf and (complaint := _print_notice(browser, fresh, Path(side))):
            raise BuildError(f"{complaint}\n{_fate(site)}")
        if site.exists():
            site.rename(old)
        fresh.rename(site)
        # mkdtemp makes private folders; the site is to be read by a web server.
        site.chmod(0o755)
    pages = len(list(site.rglob("index.html")))
    seconds = time.monotonic() - start
    return f"{pages} pages in 2 languages built in {seconds:.1f} s: {site}/ (preview: make serve)"


def _browser() -> str:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise BuildError(f"printing needs one of {', '.join(BROWSERS)}; see scripts/ensure-chromium")
    return browser


def _fate(site: Path) -> str:
    return f"{site}/ was left as it was" if site.exists() else "nothing was built"


def _print_notice(browser: str, site: Path, scratch: Path) -> str | None:
    """Print the page of the whole notice into the site as PDF; return what went wrong, if anything.

    `scratch` is a folder for what the browser keeps meanwhile.
    """
    for name, file in PDFS.items():
        address = (site / FOLDER["en" if name == "en" else "zh"] / "text" / "index.html").resolve().as_uri()
        command = [
            browser,
            # Root, as in a container, has no sandbox; what is opened is our own page.
            *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", "--no-pdf-header-footer"),
            "--generate-pdf-document-outline",
            f"--user-data-dir={scratch / 'browser'}",
            f"--print-to-pdf={site / file}",
            address + ("?both" if name == "both" else ""),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)  # noqa: S603 - found on PATH
        except subprocess.TimeoutExpired:
            return f"{browser} has not printed {file} in {PATIENCE} seconds"
        except (subprocess.CalledProcessError, OSError) as error:
            return f"{browser} did not print {file}: {error}"
        if not (site / file).is_file() or not (site / file).read_bytes().startswith(b"%PDF-"):
            return f"{browser} did not print {file}"
    return None


def _holds_something_else(folder: Path) -> bool:
    """Return whether a folder is neither new nor empty nor a site; a checkout of one holds its history besides."""
    if not folder.is_dir():
        return folder.exists()
    held = {path.name for path in folder.iterdir()}
    return bool(held) and ("index.html" not in held or ".git" in held)
