"""This module prints the notice as PDF, makes the pictures of cards, and packs a built site for a web server."""

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli

from plansite.errors import BuildError
from plansite.history.git import git
from plansite.site.cards import MADE_FROM, Card
from plansite.site.pages import FOLDER, PDFS

MARK = ".plansite"
"""Name of the file that marks a folder as a site built here; a build replaces no other folder."""
BROWSERS = ("google-chrome", "chromium", "chromium-browser")
"""Commands that can print, the best first: Ubuntu 24.04 allows Chrome its sandbox, and few other browsers."""
TIMEOUT_S = 120
"""Seconds that printing one PDF may take."""


def find_browser() -> str:
    """Return the command of a browser that can print; raises BuildError where none is installed."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise BuildError("no_browser", {"browsers": ", ".join(BROWSERS)})
    return browser


def print_notice(browser: str, site: Path, scratch: Path) -> None:
    """Print the page /text/ of a site as PDF, in each language and side by side; raises BuildError.

    `scratch` is a folder for the profile of the browser.
    """
    for name, file in PDFS.items():
        address = (site / FOLDER["en" if name == "en" else "zh"] / "text" / "index.html").resolve().as_uri()
        options = "--no-pdf-header-footer", "--generate-pdf-document-outline", f"--print-to-pdf={site / file}"
        said = _run(_browse(browser, scratch, *options, address + ("?both" if name == "both" else "")), file)
        if not (site / file).is_file() or not (site / file).read_bytes().startswith(b"%PDF-"):
            raise _not_made(browser, file, said)


def make_cards(cards: Sequence[Card]) -> list[str]:
    """Make the pictures of cards that are not current; return their names.

    Each has 64 colors at most. Raises BuildError where a browser or pngquant is missing or fails.
    """
    browser, missing = find_browser(), [card for card in cards if not card.is_current]
    folder = cards[0].picture.parent
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory() as name:
        page = Path(name, "card.html")
        for card in missing:
            page.write_text(card.html, "utf-8")
            size, target = f"--window-size={card.width},{card.height}", card.picture.resolve()
            options = size, "--hide-scrollbars", "--disable-lcd-text", "--force-device-scale-factor=1"
            _run(_browse(browser, page.parent, *options, f"--screenshot={target}", page.as_uri()), target.name)
            _run(
                ["pngquant", "--force", "--strip", "--nofs", "--speed=1", "--ext=.png", "64", str(target)], target.name
            )
    lines = "".join(f"{card.fingerprint}  {card.picture.name}\n" for card in cards)
    (folder / MADE_FROM).write_text(lines, "utf-8")
    return [card.picture.name for card in missing]


def _browse(browser: str, scratch: Path, *options: str) -> list[str]:
    """Return the command of a browser that shows nothing and calls nobody; its profile is in `scratch`."""
    return [
        browser,
        # Chromium refuses to run as root with its sandbox, as in a container; what is opened is our own page.
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        *("--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
        *("--disable-component-update", "--disable-sync", f"--user-data-dir={scratch / 'browser'}"),
        *options,
    ]


def _run(command: list[str], file: str) -> bytes:
    """Run a command that makes a file; return what it says on stderr."""
    try:
        return subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=True).stderr  # noqa: S603 - on PATH
    except subprocess.TimeoutExpired:
        details: dict[str, object] = {"browser": command[0], "file": file, "seconds": TIMEOUT_S}
        raise BuildError("not_printed_in_time", details) from None
    except subprocess.CalledProcessError as error:
        raise _not_made(command[0], file, error.stderr) from None
    except OSError as error:
        raise _not_made(command[0], file, str(error).encode()) from None


def _not_made(program: str, file: str, said: bytes) -> BuildError:
    """Return the error with the last lines that the program printed."""
    reason = "\n".join(said.decode(errors="replace").splitlines()[-3:])
    return BuildError("not_printed", {"browser": program, "file": file, "reason": reason})


COMPRESSED = {".css", ".csv", ".html", ".js", ".json", ".map", ".svg", ".xml"}
"""Suffixes of the files that are packed compressed as well."""
SUMS = "SHA256SUMS"
DAY_S = 86_400


def package(site: Path, folder: Path) -> str:
    """Write site.tar.gz and its SHA-256 into a folder; return one line: files, bytes, hash, where it is.

    The archive holds the site as site/ and the list SHA256SUMS of its files, for `sha256sum --check`. It depends on
    nothing but the files and the time (SOURCE_DATE_EPOCH, or that of the commit). Raises BuildError where there is no
    site, SOURCE_DATE_EPOCH is no time, or the folder cannot be written.
    """
    if not (site / "index.html").is_file():
        raise BuildError("no_site", {"folder": site})
    time, target = _time(), folder / "site.tar.gz"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        count = _write(target, site, time)
        whole = hashlib.sha256(target.read_bytes()).hexdigest()
        (folder / f"{target.name}.sha256").write_text(f"{whole}  {target.name}\n", "utf-8")
    except OSError as error:
        raise BuildError("package_not_written", {"file": target, "reason": error.strerror}) from None
    return f"{count} files in {target.stat().st_size:,} bytes, SHA-256 {whole}: {target}"


def _time() -> int:
    given = os.environ.get("SOURCE_DATE_EPOCH") or (git(Path(), "log", "-1", "--format=%ct") or b"0").decode()
    try:
        return max(int(given), DAY_S)
    except ValueError:
        raise BuildError("not_a_time", {"value": given}) from None


def _write(target: Path, site: Path, time: int) -> int:
    """Write the archive; return how many files it holds, SHA256SUMS apart."""
    lines = []
    files = sorted(path for path in site.rglob("*") if path.is_file() and path != site / MARK)
    with (
        target.open("wb") as file,
        # Without its name and time, so that its bytes are the same.
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        # Both compressors release Python's lock.
        ThreadPoolExecutor() as pool,
    ):
        for path, forms in pool.map(_forms, files):
            # Servers tell versions of a file by time and size: two built from one commit, with other versions of a
            # dependency say, must not pass for the same.
            modified = time - zlib.crc32(forms[""]) % DAY_S
            for suffix, content in forms.items():
                name = f"site/{path.relative_to(site).as_posix()}{suffix}"
                _add(archive, name, content, modified)
                lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        _add(archive, SUMS, "".join(lines).encode(), time)
    return len(lines)


def _forms(path: Path) -> tuple[Path, dict[str, bytes]]:
    """Return a file and its contents by the suffix added to its name: "" plain, and ".br" and ".gz" of a text."""
    content = path.read_bytes()
    if path.suffix not in COMPRESSED:
        return path, {"": content}
    return path, {"": content, ".br": brotli.compress(content), ".gz": gzip.compress(content, mtime=0)}


def _add(archive: tarfile.TarFile, name: str, content: bytes, modified: int) -> None:
    """Add a file that belongs to root and is readable by everybody."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o644, modified
    archive.addfile(entry, io.BytesIO(content))
