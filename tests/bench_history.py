"""Prints what 200 versions of the plan cost a build: with what is kept of them, without, and without any history."""

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from conftest import Repository, copy_project, run

VERSIONS, ROUNDS = 200, 5


def seconds(project: Path) -> float:
    """Build a site; return how long it took."""
    start = time.monotonic()
    done = run("plansite", "build", cwd=project)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - start


def edited(project: Path) -> None:
    """Make a repository of a project with as many versions, each with another English sentence changed."""
    repository = Repository(project)
    lines = repository.plan.read_text("utf-8").splitlines()
    english = [number for number, line in enumerate(lines) if line.startswith("        en: ") and line.endswith(".")]
    for place in range(VERSIONS - 1):
        number = english[place % len(english)]
        lines[number] = lines[number][:-1] + f" (version {place})."
        repository.plan.write_text("\n".join(lines) + "\n", "utf-8")
        repository.commit(f"2027-01-01T{place // 60:02}:{place % 60:02}:00+08:00")
    # The last version is a plan that the check accepts.
    repository.git("checkout", "--quiet", "HEAD~" + str(VERSIONS - 1), "--", "data")
    repository.commit("2027-01-02T00:00:00+08:00")


def main() -> None:
    """Build by turns, so that whatever else the machine does meets all alike."""
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder, "project"))
        (project / ".gitignore").write_text("/site/\n/.cache/\n")
        edited(project)
        git, away = project / ".git", Path(folder, "away")
        times: dict[str, list[float]] = {"none": [], "first": [], "kept": []}
        for _ in range(ROUNDS):
            git.rename(away)
            times["none"].append(seconds(project))
            away.rename(git)
            shutil.rmtree(project / ".cache", ignore_errors=True)
            times["first"].append(seconds(project))
            times["kept"].append(seconds(project))
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"Builds of the real plan with {VERSIONS + 1} versions, medians of {ROUNDS}, by turns\n")
    for name, words in (("none", "no history"), ("first", "history, nothing kept"), ("kept", "history, kept")):
        print(f"{words:24}{medians[name]:6.2f} s{medians[name] / medians['none'] - 1:+9.1%}")


if __name__ == "__main__":
    main()
