"""Packs a built site for publication: compressed forms beside each text, a list of hashes, the same bytes each time."""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

from plansite.build import MARK
from plansite.git import git
from plansite.problems import BuildError

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
