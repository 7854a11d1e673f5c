"""Builds the site beside the old one and swaps it in whole, so that a failed build loses nothing."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


class BuildError(Exception):
    """The build failed: why, or what MkDocs had to say, without its progress."""


def build(site: Path) -> str:
    """Build into `site` and return one line: pages, languages, seconds, where it is, how to preview it.

    Raises BuildError when MkDocs reports an error or a warning, and where `site` is no site.
    """
    start = time.monotonic()
    if _holds_something_else(site):
        raise BuildError(f"{site} holds something else than a site, which would be lost; name a new or an empty folder")
    site.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=site.parent) as side:
        fresh, old = Path(side, "new"), Path(side, "old")
        # Not --quiet: it drops warnings before strict mode can count them.
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(fresh)]
        environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("INFO ")]
            fate = f"{site}/ was left as it was" if site.exists() else "nothing was built"
            raise BuildError("\n".join([*said, fate]))
        if site.exists():
            site.rename(old)
        fresh.rename(site)
        # mkdtemp makes private folders; the site is to be read by a web server.
        site.chmod(0o755)
    pages = len(list(site.rglob("index.html")))
    seconds = time.monotonic() - start
    return f"{pages} pages in 2 languages built in {seconds:.1f} s: {site}/ (preview: make serve)"


def _holds_something_else(folder: Path) -> bool:
    """Return whether a folder is neither new nor empty nor a site; a checkout of one holds its history besides."""
    if not folder.is_dir():
        return folder.exists()
    held = {path.name for path in folder.iterdir()}
    return bool(held) and ("index.html" not in held or ".git" in held)
