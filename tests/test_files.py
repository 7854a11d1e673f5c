"""A file in data/ is replaced whole or not at all, and a file that is not UTF-8 is named with its line."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import BINARIES, PROJECT, SMALL_PLAN, copy_project, environment, run
from plansite.editor import add_addresses, write_file


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The small plan with the real templates, with something to write for each command."""
    project = copy_project(tmp_path / "project", with_notice=False)
    for name in ("plan.yaml", "glossary.yaml", "site.yaml", "updates.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), project / "data" / name)
    (project / "data" / "addresses.txt").write_bytes(b"# Published\r\ntext\r\n")
    return project


@pytest.mark.parametrize(
    ("command", "file"),
    [(["confirm", "2"], "plan.yaml"), (["fmt"], "plan.yaml"), (["addresses"], "addresses.txt")],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_full_disk_leaves_the_file_as_it_was(command: list[str], file: str, project: Path) -> None:
    if command == ["fmt"]:
        with (project / "data" / file).open("ab") as plan:
            plan.write(b"\n\n")
    path = project / "data" / file
    before, beside = path.read_bytes(), sorted(path.parent.iterdir())
    # No file that the command writes may have more bytes than this, as on a disk that becomes full.
    limit = ["/usr/bin/prlimit", f"--fsize={len(before) // 2}", str(BINARIES / "plansite")]
    # Python itself would leave half of a module that it compiles.
    settings = environment(PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run([*limit, *command], cwd=project, env=settings, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"data/{file} could not be written (File too large); it was left as it was\n"
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == beside
    assert run("plansite", *command, cwd=project).returncode == 0
    assert path.read_bytes() != before


def test_mode_and_link_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_file(link, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777, link.is_symlink()) == (b"new", 0o640, True)
    assert sorted(tmp_path.iterdir()) == [file, link]


def test_what_the_list_of_addresses_holds_stays_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt"
    path.write_bytes(b"\xef\xbb\xbf# Published\r\ntext")
    assert add_addresses(path, ["text", "units"]) == ["units"]
    assert path.read_bytes() == b"\xef\xbb\xbf# Published\r\ntext\nunits\n"


@pytest.mark.parametrize(
    "file",
    [
        "docs/about.zh.md",
        "docs/about.en.md",
        "macros/measure.html.j2",
        "macros/labels.yaml",
        "overrides/main.html",
        "overrides/partials/footer.html",
        "overrides/assets/site.css",
        "overrides/assets/site.js",
        "overrides/assets/favicon.svg",
        "data/glossary.yaml",
    ],
)
def test_a_file_in_another_encoding_is_named_with_its_line(file: str, project: Path) -> None:
    path = project / file
    whole = path.read_bytes() + b"\n"
    lines = whole.count(b"\n") + 1
    path.write_bytes(whole + "相城区".encode("gbk"))
    done = run("plansite", "check", cwd=project)
    assert (done.returncode, done.stderr) == (1, "")
    [said] = [line for line in done.stdout.splitlines() if "UTF-8" in line]
    assert said.startswith(f"{file}:{lines}:1: ")
    assert said.endswith("is not UTF-8 text from this byte on; save the file as UTF-8")


@pytest.mark.parametrize(
    ("table", "command"),
    [
        ("messages", ["check"]),
        ("source/fields", ["schema", "plan"]),
        ("site/tables", ["export", "out"]),
        ("site/synonyms", ["build"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_so_is_a_table_of_the_program(table: str, command: list[str], project: Path, tmp_path: Path) -> None:
    package = tmp_path / "scripts" / "plansite"
    shutil.copytree(PROJECT / "scripts" / "plansite", package)
    path = package / f"{table}.yaml"
    path.write_bytes(b"# one\n# two\n\xcf\xe0\n" + path.read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "plansite.cli", *command],
        cwd=project,
        env=environment(PYTHONPATH=str(package.parent)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"{path}:3:1: ")
    assert "is not UTF-8 text" in done.stderr
    assert "Traceback" not in done.stderr
