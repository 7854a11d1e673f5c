"""Prints the whole notice with a browser, for those who want it on paper."""

import shutil
import subprocess
from pathlib import Path

from plansite.pages import PDFS
from plansite.problems import FOLDER, BuildError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""What prints, the first that there is."""
PATIENCE = 120
"""Seconds that printing one file may take."""


def find_browser() -> str:
    """Return what prints; raises BuildError where there is nothing."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise BuildError(f"printing needs one of {', '.join(BROWSERS)}; see scripts/ensure-chromium")
    return browser


def print_notice(browser: str, site: Path, scratch: Path) -> None:
    """Print the page of the whole notice into the site as PDF; raises BuildError.

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
            raise BuildError(f"{browser} has not printed {file} in {PATIENCE} seconds") from None
        except (subprocess.CalledProcessError, OSError) as error:
            raise BuildError(f"{browser} did not print {file}: {error}") from None
        if not (site / file).is_file() or not (site / file).read_bytes().startswith(b"%PDF-"):
            raise BuildError(f"{browser} did not print {file}")
