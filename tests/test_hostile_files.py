"""Files made to exhaust whoever reads them are refused soon, in little memory, with lines that say why."""

import json
import math
import os
import re
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import SMALL_PLAN, copy_project, run
from plansite.source.yaml_reader import read_yaml

MB = 1_000_000
CPU_S = 10
"""CPU seconds after which a file is taken to exhaust its reader; how fast one is refused is for a benchmark to say."""
MEMORY = 500 * MB
PLAN = SMALL_PLAN.read_bytes()


def spoiled(old: bytes, new: bytes) -> bytes:
    """Return the plan of three measures with something else in one place."""
    assert PLAN.count(old) == 1, old
    return PLAN.replace(old, new)


NUMBER = b"  - number: 3\n    section"
DATE = b"date: 2021-05-11"
ENGLISH = b"It will extend credit loans."
LAUGHS = b"a0: &a0 [ha]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (i, i, b", ".join([b"*a%d" % (i - 1)] * 9)) for i in range(1, 12)
)
DEEP, BIG, LARGE = "is nested more deeply", "is one value more", "has more than 25 MB"
ALIAS, UNREADABLE = "uses a YAML alias (*name) or tag", "cannot be read from here on"
UNSEEN, ENCODING = "control character U+0000", "is not UTF-8 text"
LONG, NO_NUMBER = "has more than the 4000 characters", "which looks like a date or number"
FILES: Mapping[str, tuple[bytes, str]] = {
    "aliases of aliases": (LAUGHS, f"a1[1]: {ALIAS}"),
    "an alias within itself": (b"notice: &a [*a]\n", f"notice[1]: {ALIAS}"),
    "an alias of nothing": (b"a: 1\nb: *x\n", ':2:4: b: begins with "*", which is no text for YAML'),
    "an anchor twice": (b"a: &x 1\nb: &x 2\n", ':2:4: b: begins with "&", which is no text for YAML'),
    "brackets": (b"[" * 100_000, f":1:21: plan: {DEEP}"),
    "brackets that are closed": (b"[" * 100_000 + b"]" * 100_000, DEEP),
    "braces": (b"{a: " * 100_000, DEEP),
    "dashes": (b"- " * 100_000, DEEP),
    "questions": (b"? " * 100_000, DEEP),
    "indentation": (b"".join(b" " * at + b"a:\n" for at in range(3_000)), f":21:21: plan: {DEEP}"),
    "brackets behind a quote": (b'a: "\n' + b"[" * 100_000, UNREADABLE),
    "dashes behind a mistake": (b"a: b: c\n" + b"- " * 100_000, "has a colon with a space"),
    "a number beyond all": (spoiled(NUMBER, b"  - number: 1.0e+400\n    section"), "is a decimal number"),
    "a long number": (spoiled(NUMBER, b"  - number: " + b"1" * MB + b"\n    section"), NO_NUMBER),
    "a long hexadecimal number": (spoiled(NUMBER, b"  - number: 0x" + b"f" * MB + b"\n    section"), NO_NUMBER),
    "a long number to the base 60": (spoiled(NUMBER, b"  - number: 1" + b":1" * MB + b"\n    section"), NO_NUMBER),
    "no number by its tag": (spoiled(NUMBER, b'  - number: !!int ""\n    section'), f"measures[3].number: {ALIAS}"),
    "no truth by its tag": (spoiled(b"joint: true", b"joint: !!bool no idea"), ALIAS),
    "no date by its tag": (spoiled(DATE, b"date: !!timestamp soon"), f"notice.date: {ALIAS}"),
    "a command": (spoiled(DATE, b"date: !!python/object/apply:os.system [touch done]"), f"notice.date: {ALIAS}"),
    "two documents": (PLAN + b"---\n" + PLAN, UNREADABLE),
    "NUL": (spoiled(b"Market env", b"Market\0env"), f"name.en: contains the invisible or {UNSEEN}"),
    "NUL only": (b"\0" * MB, UNSEEN),
    "not UTF-8": (spoiled(b"Market env", b"Market\xff\xfeenv"), ENCODING),
    "UTF-8 cut short": (PLAN.rstrip() + b" \xe5\x8c", ENCODING),
    "UTF-16": (PLAN.decode().encode("utf-16"), ENCODING),
    "UTF-16 without a mark": (PLAN.decode().encode("utf-16-le"), ENCODING),
    "a long text": (spoiled(ENGLISH, b"a" * MB), f"sentences[1].en: {LONG}"),
    "a long name of a field": (spoiled(ENGLISH, ENGLISH + b"\n        ? " + b"a" * 5_000 + b"\n        : b"), LONG),
    "lists without end": (spoiled(ENGLISH, b"a, and " * 570), "measures[2]"),
    "100 MB on one line": (b"a" * 100 * MB, LARGE),
    "100 MB of lines": (b"a: b\n" * 20 * MB, LARGE),
    "100 MB of dashes": (b"- " * 50 * MB, LARGE),
    "100 MB of brackets": (b"[" * 100 * MB, LARGE),
    "as many fields as fit": (b"a: b\n" * 5 * MB, BIG),
    "as many entries as fit": (b"[" + b"a," * 12 * MB, BIG),
    "as many brackets as fit": (b"[" * 25 * MB, DEEP),
    "as many quotes as fit": (b"'" * 25 * MB, LONG),
    "as many tabs as fit": (b"\t- \n" * 6 * MB, "has a tab"),
    "as much Chinese as fits": ("汉：".encode() * 4 * MB, LONG),
    "as many lines as fit": (b"\n" * 25 * MB, "plan: is empty"),
}
"""What a file holds, and what is said of it."""

# One process for all, so that starting it does not take most of the time; what each file takes is counted by itself.
CHECK = """
import contextlib, io, json, sys
from plansite.cli import main
for file in sys.argv[1:]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main(["check", "--lang", "en", file])
    print(json.dumps([file, code, said.getvalue()[:2000]]), flush=True)
"""


def limited(*command: str, cwd: Path, seconds: float) -> tuple[int, str, str]:
    """Run a command with 500 MB and some seconds; return its exit code, what it prints, and its errors."""
    program, pipe = str(Path(sys.executable).with_name(command[0])), subprocess.PIPE
    with subprocess.Popen([program, *command[1:]], cwd=cwd, stdout=pipe, stderr=pipe, text=True) as process:
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds)))
        out, err = process.communicate()
    return process.returncode, out, err


def test_files_that_exhaust_are_refused_with_what_is_wrong(tmp_path: Path) -> None:
    for name, (content, _) in FILES.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "plan.yaml").write_bytes(content)
        (folder / "glossary.yaml").write_bytes(SMALL_PLAN.with_name("glossary.yaml").read_bytes())
    files = [f"{name}/plan.yaml" for name in FILES]
    code, out, err = limited("python", "-c", CHECK, *files, cwd=tmp_path, seconds=CPU_S * len(files))
    said = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, ""), f"ended after {said[-1:]}"
    assert [file for file, *_ in said] == files
    for (file, code, lines), (_, expected) in zip(said, FILES.values(), strict=True):
        assert code == 1, file
        assert any(expected in line for line in lines.splitlines()), (file, lines[:500])
        assert all(line.startswith(f"{file}:") for line in lines.splitlines()[:-1]), (file, lines[:500])
    assert not list(tmp_path.rglob("done"))


@pytest.mark.parametrize("name", ["aliases of aliases", "brackets", "100 MB on one line"])
def test_the_command_takes_little_time_and_memory(name: str, tmp_path: Path) -> None:
    content, expected = FILES[name]
    (tmp_path / "plan.yaml").write_bytes(content)
    code, out, err = limited("plansite", "check", "--lang", "en", "plan.yaml", cwd=tmp_path, seconds=CPU_S)
    assert (code, err) == (1, "")
    assert expected in out


HOSTILE = ["brackets", "100 MB on one line", "NUL only"]


@pytest.mark.parametrize("file", ["data/glossary.yaml", "macros/labels.yaml"])
def test_the_other_files_are_refused_alike(file: str, tmp_path: Path) -> None:
    copy_project(tmp_path, with_notice=False)
    for part in ("plan.yaml", "glossary.yaml", "site.yaml", "updates.yaml"):
        (tmp_path / "data" / part).write_bytes(SMALL_PLAN.with_name(part).read_bytes())
    for name in HOSTILE:
        content, expected = FILES[name]
        (tmp_path / file).write_bytes(content)
        done = run("plansite", "check", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (1, "")
        assert re.match(rf"{file}:\d+:\d+: {Path(file).stem}: ", done.stdout)
        assert expected.rpartition("plan: ")[2] in done.stdout


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    reasons = {
        "pipe": "it is a device or a pipe",
        "zero": "it is a device or a pipe",
        "folder": "it is a folder",
        "loop": "Too many levels of symbolic links",
        "absent": "there is no such file",
    }
    for name, reason in reasons.items():
        done = run("plansite", "check", f"{name}.yaml", cwd=tmp_path)
        expected = f"{name}.yaml:1:1: {name}: cannot be read ({reason}); it has to be a file in YAML\n"
        assert (done.returncode, done.stdout, done.stderr) == (1, expected, "")


def test_a_file_that_nobody_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may read everything, so that only the answer of the system can be tried.
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    plan = tmp_path / "plan.yaml"
    plan.touch()
    assert "you may not read it" in read_yaml(plan).problems[0].text_line("en")


def test_what_is_read_does_nothing_to_a_terminal_or_a_log(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text('"a\\e[2J\\n::error::b\\u202e": 1\nnotice: "\\e[31m"\n', "utf-8")
    done = run("plansite", "check", "plan.yaml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert 'unknown field "a\\u001b[2J\\u000a::error::b\\u202e"' in done.stdout
    assert all(line.startswith(("plan.yaml:", "glossary.yaml:")) for line in done.stdout.splitlines())
    assert done.stdout.replace("\n", "").isprintable()
