"""Whoever calls plansite learns from its exit code what became of it, and from its help what the codes mean."""

from pathlib import Path

import pytest

from conftest import DATA, PROJECT, SMALL_PLAN, run

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
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(command: list[str], code: int) -> None:
    done = run("plansite", *command, cwd=PROJECT)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert bool(done.stdout + done.stderr) == (command != ["check"])


def test_the_help_says_what_they_mean(tmp_path: Path) -> None:
    said = run("plansite", "--help", cwd=tmp_path).stdout
    assert "Exit codes: 0 all is well, 1 the plan, a template or the build is wrong" in said
    assert "2 the command was called wrongly" in " ".join(said.split())
