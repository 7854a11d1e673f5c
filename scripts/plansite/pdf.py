"""Prints the whole notice with a browser, for those who want it on paper."""

import os
import shutil
import subprocess
from pathlib import Path

from plansite.pages import PDFS
from plansite.problems import FOLDER, BuildError

BROWSERS = ("google-chrome", "chromium", "chromium-browser")
"""What prints, the first that there is. Ubuntu 24.04 allows Chrome its sandbox, and few others."""
PATIENCE = 120
"""Seconds that printing one file may take."""


def find_browser() -> str:
    """Return what prints; raises BuildError where there is nothing."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise BuildError("no_browser", {"browsers": ", ".join(BROWSERS)})
    return browser


def print_notice(browser: str, site: Path, scratch: Path) -> None:
    """Print the page of the whole notice into the site as PDF; raises BuildError.

    `scratch` is a folder for what the browser keeps meanwhile.
    """
    for name, file in PDFS.items():
        address = (site / FOLDER["en" if name == "en" else "zh"] / "text" / "index.html").resolve().as_uri()
        command = [
            browser,
            # Chromium refuses to run as root with its sandbox, as in a container; what is opened is our own page.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            *("--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", "--no-pdf-header-footer"),
            "--generate-pdf-document-outline",
            f"--user-data-dir={scratch / 'browser'}",
            f"--print-to-pdf={site / file}",
            address + ("?both" if name == "both" else ""),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)  # noqa: S603 - on PATH
        except subprocess.TimeoutExpired:
            raise BuildError("not_printed_in_time", {"browser": browser, "file": file, "seconds": PATIENCE}) from None
        except subprocess.CalledProcessError as error:
            raise _not_printed(browser, file, error.stderr) from None
        except OSError as error:
            raise _not_printed(browser, file, str(error).encode()) from None
        if not (site / file).is_file() or not (site / file).read_bytes().startswith(b"%PDF-"):
            raise _not_printed(browser, file, done.stderr)


def _not_printed(browser: str, file: str, said: bytes) -> BuildError:
    """Return the error with the last lines that the browser printed."""
    reason = "\n".join(said.decode(errors="replace").splitlines()[-3:])
    return BuildError("not_printed", {"browser": browser, "file": file, "reason": reason})
