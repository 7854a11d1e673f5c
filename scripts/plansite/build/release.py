"""Packs a built site for publication: compressed forms beside each text, a list of hashes, the same bytes each time."""

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

from plansite.errors import FOLDER, BuildError
from plansite.history.git import git
from plansite.site.pages import PDFS

MARK = ".plansite"
"""The file in each built site that says that we built it: only a folder with it is replaced."""
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


TEXTS = {".css", ".csv", ".html", ".js", ".json", ".map", ".svg", ".xml"}
"""What is worth compressing."""
SUMS = "SHA256SUMS"
DAY = 86_400


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
        return max(int(given), DAY)
    except ValueError:
        raise BuildError("not_a_time", {"value": given}) from None


def _write(target: Path, site: Path, time: int) -> int:
    """Write the archive; return how many files it holds besides their list."""
    lines = []
    files = sorted(path for path in site.rglob("*") if path.is_file() and path != site / MARK)
    with (
        target.open("wb") as file,
        # Without a name and a time of its own.
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        # Both compressors let others work meanwhile.
        ThreadPoolExecutor() as pool,
    ):
        for path, forms in pool.map(_forms, files):
            # Servers tell versions of a file by time and size: two that have been made of one commit, with another
            # version of a dependency say, must not pass for the same.
            modified = time - zlib.crc32(forms[""]) % DAY
            for suffix, content in forms.items():
                name = f"site/{path.relative_to(site).as_posix()}{suffix}"
                _add(archive, name, content, modified)
                lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        _add(archive, SUMS, "".join(lines).encode(), time)
    return len(lines)


def _forms(path: Path) -> tuple[Path, dict[str, bytes]]:
    """Return a file with its content as {what is added to its name: content}: as it is, and of a text compressed."""
    content = path.read_bytes()
    if path.suffix not in TEXTS:
        return path, {"": content}
    return path, {"": content, ".br": brotli.compress(content), ".gz": gzip.compress(content, mtime=0)}


def _add(archive: tarfile.TarFile, name: str, content: bytes, modified: int) -> None:
    """Add a file that belongs to root and that everybody may read."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o644, modified
    archive.addfile(entry, io.BytesIO(content))
