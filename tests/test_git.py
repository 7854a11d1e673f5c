"""The version of the published data is a commit that holds the plan; what git does not give is said with its remedy."""

import shutil
from pathlib import Path

import pytest

from conftest import SMALL_PLAN, Repository, copy_project, run
from plansite.errors import path_in_repository
from plansite.history.git import obstacle, version


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with the small plan, its glossary and another file."""
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    for name in ("plan.yaml", "glossary.yaml"):
        shutil.copy(SMALL_PLAN.with_name(name), folder / "data")
    (folder / "README.md").write_text("Read me.\n", "utf-8")
    return Repository(folder)


@pytest.mark.parametrize(
    ("file", "modified"),
    [("data/plan.yaml", True), ("data/glossary.yaml", True), ("data/new.txt", False), ("README.md", False)],
)
def test_only_what_the_data_is_made_from_counts_as_modified(file: str, modified: bool, repository: Repository) -> None:  # noqa: FBT001 - a case
    commit = repository.git("rev-parse", "HEAD")
    assert version(repository.plan) == commit
    with (repository.folder / file).open("a", encoding="utf-8") as changed:
        changed.write("# more\n")
    assert version(repository.plan) == commit + ("-modified" if modified else "")


@pytest.mark.parametrize("ignored", ["/archive/\n", ""], ids=["ignored", "not added"])
def test_a_repository_around_the_plan_that_does_not_hold_it_is_no_version(ignored: str, repository: Repository) -> None:
    (repository.folder / ".gitignore").write_text(ignored, "utf-8")
    repository.commit("2026-02-01T08:00:00+08:00")
    data = shutil.copytree(repository.folder / "data", repository.folder / "archive" / "data")
    assert version(data / "plan.yaml") == ""
    assert version(data / "nowhere.yaml") == ""


def test_without_a_repository_there_is_neither_a_version_nor_an_obstacle(tmp_path: Path) -> None:
    plan = Path(shutil.copy(SMALL_PLAN, tmp_path))
    assert version(plan) == ""
    assert obstacle(plan) is None


def shallow(repository: Repository, target: Path) -> Path:
    """Return the plan in a clone of the last commit only."""
    repository.edit("extend credit loans", "extend more credit loans")
    repository.commit("2026-02-01T08:00:00+08:00")
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(target))
    return target / "data" / "plan.yaml"


def test_a_shallow_clone_is_said_with_its_remedy(repository: Repository, tmp_path: Path) -> None:
    plan = shallow(repository, tmp_path / "clone")
    found = obstacle(plan)
    assert found is not None
    assert found.message("en").endswith("to have them: git fetch --unshallow")
    assert found.message("zh").endswith("请运行 git fetch --unshallow")
    Repository(tmp_path / "clone").git("fetch", "--quiet", "--unshallow")
    assert obstacle(plan) is None


def test_a_clone_of_another_owner_is_said_with_its_remedy(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # git's own switch for tests, which our own call of git would not let pass.
    command = tmp_path / "bin" / "git"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"\n', "utf-8")
    command.chmod(0o755)
    assert obstacle(repository.plan) is None
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")
    found = obstacle(repository.plan)
    assert found is not None
    assert str(found).endswith(f"git config --global --add safe.directory {repository.folder}")
    assert version(repository.plan) == ""


@pytest.mark.site
def test_a_build_says_it_once(repository: Repository, tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project of three measures")
    shutil.rmtree(project / "data")
    (project / "data").mkdir()
    clone = shallow(repository, tmp_path / "clone")
    shutil.copytree(clone.parent, project / "data", dirs_exist_ok=True)
    shutil.copytree(tmp_path / "clone" / ".git", project / ".git")
    done = run("plansite", "build", cwd=project)
    assert done.returncode == 0
    assert done.stderr.count("git fetch --unshallow") == done.stderr.count("\n") == 1


def test_a_path_is_that_in_its_repository_wherever_the_command_was_started(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (repository.folder, repository.folder / "data"):
        monkeypatch.chdir(folder)
        assert path_in_repository(repository.plan) == "data/plan.yaml"
    nested = repository.folder / "sites" / "one" / "data"
    nested.mkdir(parents=True)
    monkeypatch.chdir(nested.parent)
    assert path_in_repository(Path("data/plan.yaml")) == "sites/one/data/plan.yaml"
