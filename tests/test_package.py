"""This module tests the package of a site: complete, and the same bytes for the same site only."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from conftest import run
from plansite.build.release import MARK

MOMENT = "1700000000"


def small_site(folder: Path, text: str = "<p>Hello</p>") -> Path:
    (folder / "en").mkdir(parents=True)
    for name in ("index.html", "en/index.html", "plan.xlsx", MARK):
        (folder / name).write_text(text, "utf-8")
    return folder


def packed(site: Path, to: Path, **environment: str) -> Path:
    done = run("plansite", "package", str(site), "--to", str(to), cwd=site.parent, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return to / "site.tar.gz"


def test_one_site_gives_one_package_wherever_and_whenever(tmp_path: Path) -> None:
    here, there = small_site(tmp_path / "here"), small_site(tmp_path / "elsewhere" / "there")
    for place, path in enumerate(sorted(there.rglob("*"), reverse=True)):
        os.utime(path, (place, place))
        path.chmod(0o700)
    first = packed(here, tmp_path / "1", SOURCE_DATE_EPOCH=MOMENT, TZ="UTC")
    second = packed(there, tmp_path / "2", SOURCE_DATE_EPOCH=MOMENT, TZ="Asia/Shanghai", LANG="zh_CN.UTF-8")
    assert first.read_bytes() == second.read_bytes()


def test_a_package_holds_each_file_and_of_texts_their_compressed_forms(tmp_path: Path) -> None:
    with tarfile.open(packed(small_site(tmp_path / "site"), tmp_path / "dist", SOURCE_DATE_EPOCH=MOMENT)) as archive:
        entries = archive.getmembers()
    pages = [f"site/{page}{form}" for page in ("en/index.html", "index.html") for form in ("", ".br", ".gz")]
    assert [entry.name for entry in entries] == [*pages, "site/plan.xlsx", "SHA256SUMS"]
    assert {(entry.uid, entry.gid, entry.uname, entry.mode) for entry in entries} == {(0, 0, "", 0o644)}
    assert {entry.mtime for entry in entries} <= set(range(int(MOMENT) - 86_400, int(MOMENT) + 1))


def test_checksums_are_found_right_and_a_changed_byte_wrong(tmp_path: Path) -> None:
    package = packed(small_site(tmp_path / "site"), tmp_path / "dist")

    def check(sums: str) -> int:
        command = ["sha256sum", "--check", "--strict", "--status", sums]
        return subprocess.run(command, cwd=package.parent, check=False).returncode

    with tarfile.open(package) as archive:
        archive.extractall(package.parent, filter="data")
    assert check("site.tar.gz.sha256") == check("SHA256SUMS") == 0
    (package.parent / "site" / "en" / "index.html.gz").write_bytes(b"another")
    assert check("SHA256SUMS") == 1
    package.write_bytes(package.read_bytes()[:-1])
    assert check("site.tar.gz.sha256") == 1


def test_what_has_changed_has_another_time_even_at_the_same_moment_and_size(tmp_path: Path) -> None:
    times = []
    for text in ("<p>Hello</p>", "<p>Hallo</p>"):
        with tarfile.open(packed(small_site(tmp_path / text[4], text), tmp_path / f"of {text[4]}")) as archive:
            times.append({archive.getmember(f"site/index.html{form}").mtime for form in ("", ".br", ".gz")})
    assert len(times[0]) == len(times[1]) == 1, "all forms of a file are of one time"
    assert times[0] != times[1]


@pytest.mark.parametrize(
    ("folder", "moment", "said"),
    [
        ("docs", MOMENT, "docs is no site; build it first: make site\n"),
        ("site", "May", "SOURCE_DATE_EPOCH is 'May'; it is a number: seconds since 1970\n"),
        ("site", MOMENT, "site/index.html/site.tar.gz cannot be written: "),
    ],
)
def test_what_cannot_be_packed_is_said_in_a_line(folder: str, moment: str, said: str, tmp_path: Path) -> None:
    small_site(tmp_path / "site")
    done = run("plansite", "package", folder, "--to", "site/index.html", cwd=tmp_path, SOURCE_DATE_EPOCH=moment)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(said)
