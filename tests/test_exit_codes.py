"""Whoever calls plansite learns from its exit code what became of it, and from its help what the codes mean."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import BINARIES, DATA, PROJECT, SMALL_PLAN, environment, run
from plansite.cli import main

SMALL = ("--plan", str(SMALL_PLAN))
BAD = str(DATA / "bad" / "several-at-once.yaml")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["check"], 0),
        (["text", *SMALL], 0),
        (["check", BAD], 1),
        (["text", "--plan", BAD], 1),
        (["fmt", "nowhere.yaml"], 1),
        (["diff", "no-such-version"], 1),
        (["build", "data"], 1),
        (["export", *SMALL, "README.md/folder"], 1),
        ([], 2),
        (["chekc"], 2),
        (["check", "--lang", "fr"], 2),
        (["serve", "--port", "70000"], 2),
        (["serve", "--port", "http"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(command: list[str], code: int) -> None:
    done = run("plansite", *command, cwd=PROJECT)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    said = (done.stdout + done.stderr).splitlines()
    # Nobody has named a publisher of this site yet.
    assert all("site: " in line for line in said) if command == ["check"] else said


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "English sentences: 8; words a sentence: mean 8.5, longest 21, 0 with more than 40\n"),
        ("zh", "英文共8句；每句词数：平均8.5，最长21，超过40的0句\n"),
    ],
)
def test_statistics_are_said_in_each_language_and_never_within_json(lang: str, said: str, tmp_path: Path) -> None:
    for name in ("plan.yaml", "glossary.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), tmp_path)
    command = ["plansite", "check", "--statistics", "--lang", lang]
    assert run(*command, "plan.yaml", cwd=tmp_path).stdout == said
    done = run(*command, "--format", "json", "plan.yaml", cwd=tmp_path)
    assert (json.loads(done.stdout), done.stderr) == ([], said)


def test_the_help_says_what_they_mean(tmp_path: Path) -> None:
    said = run("plansite", "--help", cwd=tmp_path).stdout
    assert "Exit codes: 0 all is well, 1 the plan, a template or the build is wrong" in said
    assert "2 the command was called wrongly" in " ".join(said.split())


@pytest.mark.parametrize("encoding", ["gbk", "big5", "latin-1", "ascii", "utf-8"])
def test_messages_are_written_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(SMALL_PLAN.read_text("utf-8").replace("en: ", "en: 𠮷 ", 1), "utf-8")
    for lang in ("zh", "en"):
        command = [str(BINARIES / "plansite"), "check", str(plan), "--lang", lang]
        done = subprocess.run(
            command, cwd=PROJECT, env=environment(PYTHONIOENCODING=encoding), capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (1, b"")
        said = done.stdout.decode(encoding)
        assert ("𠮷" if encoding == "utf-8" else "\\U00020bb7") in said
        assert lang == "en" or "文" in said or encoding in {"latin-1", "ascii"}


@pytest.mark.parametrize(
    "command",
    [["schema", "plan"], ["text", *SMALL], ["check", "--format", "json", "--lang", "zh", BAD]],
    ids=lambda command: command[0],
)
def test_documents_are_utf_8_in_any_encoding(command: list[str]) -> None:
    output = {
        encoding: subprocess.run(
            [str(BINARIES / "plansite"), *command],
            cwd=PROJECT,
            env=environment(PYTHONIOENCODING=encoding),
            capture_output=True,
            check=False,
        ).stdout
        for encoding in ("gbk", "latin-1", "utf-8")
    }
    assert set(output.values()) == {output["utf-8"]}
    assert "通知" in output["utf-8"].decode() or json.loads(output["utf-8"])


@pytest.mark.parametrize("command", [["check", BAD], ["text", *SMALL], ["schema", "plan"]], ids=lambda line: line[0])
def test_whoever_stops_reading_hears_no_more(command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    program = [str(BINARIES / "plansite"), *command]
    with os.fdopen(writer, "wb") as nobody:
        done = subprocess.run(
            program, cwd=PROJECT, env=environment(), stdout=nobody, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("command", ["build", "serve"])
def test_where_no_process_can_fork_it_is_said_in_one_line(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(os, "fork")
    assert main([command, "--lang", "en"]) == 1
    assert capsys.readouterr().err == "this command needs Linux or macOS; on Windows, run it in WSL\n"


def test_the_check_needs_nothing_that_windows_lacks() -> None:
    script = f"""
import sys
sys.modules["fcntl"] = None
import plansite.build.builder
from plansite.cli import main
sys.exit(main(["check", {str(SMALL_PLAN)!r}]))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
