"""Keeps what took time to work out, in files that anybody may damage or delete: they are believed only when whole."""

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

CACHE = Path(".cache", "plansite")
"""Where in a project things are kept."""
PACKAGE = Path(__file__).parent


def keep(file: Path, key: str, content: bytes) -> None:
    """Keep content in a file for those who ask with the same key; where that cannot be, it costs time, nothing else."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            fresh.write_bytes(_seal(key, content) + content)
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)


def recall(file: Path, key: str) -> bytes | None:
    """Return what a file keeps under a key, None where that is nothing or no longer what was kept."""
    with suppress(OSError):
        held = file.read_bytes()
        seal, content = held[: len(_seal("", b""))], held[len(_seal("", b"")) :]
        return content if seal == _seal(key, content) else None
    return None


def _seal(key: str, content: bytes) -> bytes:
    return hashlib.sha256(b"\0".join((key.encode(), content))).digest()


def looked_up(name: str, asked: Iterable[str], find: Callable[[list[str]], Iterable[Any]]) -> dict[str, Any]:
    """Return {what is asked: what there is to know of it}, as plain data; only what is not kept yet has to be found."""
    asked = set(asked)
    kept = recall(CACHE / name, program())
    known: dict[str, Any] = json.loads(kept) if kept else {}
    if unknown := sorted(asked - known.keys()):
        known |= zip(unknown, find(unknown), strict=True)
        keep(CACHE / name, program(), json.dumps(known).encode())
    return known


def fingerprint(sources: Iterable[Path], *words: str) -> str:
    """Return what tells whether files, those in folders included, and words are still the same, names and all."""
    found = hashlib.sha256("\0".join(words).encode())
    for source in sources:
        for file in (source, *sorted(source.rglob("*"))):
            if file.is_file() and "__pycache__" not in file.parts:
                found.update(f"\0{file}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return found.hexdigest()


@cache
def program() -> str:
    """Return what tells whether what makes things is still the same: Python, the packages, and this one's own files."""
    packages = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    return fingerprint([PACKAGE], sys.version, *packages)
