"""This module tests the workflows: nothing of a fork runs with a token that writes, and only main is published."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import PROJECT

FOLDER = PROJECT / ".github" / "workflows"
# YAML 1.1 reads the key `on` as a truth value; as text, everything is what GitHub reads.
WORKFLOWS: dict[str, Any] = {
    path.stem: yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - makes plain text only
    for path in sorted(FOLDER.iterdir())
}
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"].values()]
STEPS = [(name, step) for name, job in JOBS for step in job["steps"]]


def used(name: str) -> set[str]:
    """Return the actions that a workflow uses, without their versions."""
    return {step["uses"].partition("@")[0] for workflow, step in STEPS if workflow == name and "uses" in step}


def test_every_token_may_do_exactly_what_its_job_needs() -> None:
    assert {name: workflow["permissions"] for name, workflow in WORKFLOWS.items()} == {name: {} for name in WORKFLOWS}
    granted = {
        f"{name}.{job}": body["permissions"] for name, flow in WORKFLOWS.items() for job, body in flow["jobs"].items()
    }
    assert granted == {
        "check.check": {"contents": "read"},
        "preview.preview": {"contents": "read", "pages": "read"},
        "comment.comment": {"actions": "read", "pull-requests": "write"},
        "publish.build": {"contents": "read", "pages": "read"},
        "publish.audit": {"contents": "read"},
        "publish.deploy": {"pages": "write", "id-token": "write"},
        "nightly.fuzz": {"contents": "read"},
        "links.links": {"contents": "read"},
    }


def test_workflows_start_when_they_should_and_never_as_the_base_of_a_fork() -> None:
    main = {"branches": ["main"]}
    assert {name: workflow["on"] for name, workflow in WORKFLOWS.items()} == {
        "check": {"pull_request": "", "push": main},
        "preview": {"pull_request": main},
        "comment": {"workflow_run": {"workflows": ["preview"], "types": ["completed"]}},
        "publish": {"push": main, "workflow_dispatch": ""},
        "nightly": {"schedule": [{"cron": "17 19 * * *"}], "workflow_dispatch": ""},
        "links": {"schedule": [{"cron": "23 4 * * 1"}], "workflow_dispatch": ""},
    }


def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    for path in FOLDER.iterdir():
        text = path.read_text("utf-8")
        pinned = re.findall(r"uses: (?:actions|lycheeverse)/[a-z-]+@[0-9a-f]{40}  # v[0-9]+\.[0-9]+\.[0-9]+\n", text)
        assert len(pinned) == text.count("uses:") > 0, path


def test_the_same_action_is_the_same_commit_everywhere() -> None:
    pins = {step["uses"] for _, step in STEPS if "uses" in step}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_secret_is_used_and_no_token_stays_on_disk(name: str) -> None:
    assert "secrets." not in FOLDER.joinpath(f"{name}.yml").read_text("utf-8")
    for workflow, step in STEPS:
        if workflow == name and step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"fetch-depth": "0", "persist-credentials": "false"}


def test_nothing_that_others_name_is_part_of_a_command() -> None:
    assert [step["run"] for _, step in STEPS if "${{" in step.get("run", "")] == []


def test_a_pipe_fails_where_its_first_command_fails() -> None:
    piped = [
        step for _, step in STEPS if "|" in list(shlex.shlex(step.get("run", ""), posix=True, punctuation_chars=True))
    ]
    assert piped
    assert {step.get("shell") for step in piped} == {"bash"}


def test_every_job_ends() -> None:
    assert all(0 < int(job["timeout-minutes"]) <= 30 for _, job in JOBS)


def test_what_may_write_to_pull_requests_takes_nothing_from_them_but_a_text() -> None:
    assert [name for name, job in JOBS if job["permissions"].get("pull-requests") == "write"] == ["comment"]
    fetch, write, send = WORKFLOWS["comment"]["jobs"]["comment"]["steps"]
    assert fetch["uses"].startswith("actions/download-artifact@")
    assert fetch["with"]["name"] == "diff"
    assert set(write["env"]) == {"RUN"}, "what reads the text has no token"
    assert not re.search(r"\b(git|make|pip|python3?|plansite|bash|sh|eval|source)\b", send["run"])
    assert "diff" not in send["run"]


def written(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the step that turns the text of an artifact into a comment, as a runner would."""
    _, write, _ = WORKFLOWS["comment"]["jobs"]["comment"]["steps"]
    assert write["shell"] == "python"
    command = [sys.executable, "-c", write["run"]]
    environment = {"RUN": "https://github.com/someone/plan/actions/runs/1", "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_comment_calls_nobody_and_fits(tmp_path: Path) -> None:
    text = "\n".join(["改动 @someone $(touch taken) `touch taken` ${{ github.token }}", *(["| 第7条 |"] * 20000)])
    (tmp_path / "diff").mkdir()
    (tmp_path / "diff" / "diff.md").write_bytes(text.encode() + b"\xff")
    done = written(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    body = json.loads((tmp_path / "comment.json").read_text("utf-8"))["body"]
    assert body.startswith("<!-- change in words -->\n本条由")
    assert "改动 @\u200bsomeone $(touch taken) `touch taken` ${{ github.token }}\n| 第7条 |\n" in body
    assert body.endswith("| 第7条 |\n\n……（后略 / cut）")
    assert 50_000 < len(body) < 65_536
    assert not (tmp_path / "taken").exists()


def test_a_link_in_an_artifact_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a token")
    (tmp_path / "diff").mkdir()
    (tmp_path / "diff" / "diff.md").symlink_to(tmp_path / "secret")
    done = written(tmp_path)
    assert done.returncode == 1
    assert done.stderr == "::error::the artifact holds no diff.md\n"
    assert not (tmp_path / "comment.json").exists()


def test_only_a_site_from_main_that_was_built_is_published() -> None:
    build, audit, deploy = (WORKFLOWS["publish"]["jobs"][job] for job in ("build", "audit", "deploy"))
    assert build["if"] == "github.ref == 'refs/heads/main'"
    assert deploy["needs"] == ["build", "audit"]
    assert "if" not in deploy
    assert "if" not in audit
    assert deploy["environment"]["name"] == "github-pages"
    assert [step["uses"].partition("@")[0] for step in deploy["steps"]] == ["actions/deploy-pages"]
    commands = [step["run"] for step in build["steps"] if "run" in step]
    assert commands == ["make package"]
    assert audit["steps"][-1]["run"] == "make audit"
    assert WORKFLOWS["publish"]["concurrency"] == {"group": "pages", "cancel-in-progress": "false"}
    assert not [step for job in (build, audit, deploy) for step in job["steps"] if "continue-on-error" in step]
