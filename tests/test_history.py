"""The history of the plan comes from git alone, and is not missed where there is none."""

import json
import shutil
from pathlib import Path

import pytest

from conftest import SMALL_PLAN, Repository
from plansite.cli import main
from plansite.history.changelog import HistoryView, Version, read_history
from plansite.history.git import contents, version
from plansite.site.graph import PlanView
from plansite.validate import load_plan


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    plan = tmp_path / "project" / "data" / "plan.yaml"
    plan.parent.mkdir(parents=True)
    shutil.copy(SMALL_PLAN, plan)
    return Repository(tmp_path / "project")


def versions(repository: Repository) -> list[Version]:
    found = read_history(repository.plan)
    assert found is not None
    return list(found)


def test_every_commit_that_changed_the_plan_is_a_version_the_newest_first(repository: Repository) -> None:
    repository.edit("It will extend credit loans.", "It will extend loans.")
    commit = repository.commit("2026-02-03T23:30:00+08:00")
    (repository.folder / "README").touch()
    repository.git("add", "README")
    repository.git("commit", "--quiet", "--message=another file")
    newest, first = versions(repository)
    assert (newest.commit, newest.time.isoformat()) == (commit, "2026-02-03T23:30:00+08:00")
    assert [(change.kind, change.key, change.action) for change in newest.changes] == [("measures", "2", "changed")]
    assert {change.action for change in first.changes} == {"added"}


def test_a_merge_is_one_version(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create=proposal")
    for words in ("extend loans", "extend more loans"):
        repository.edit("extend credit loans" if words == "extend loans" else "extend loans", words)
        repository.commit("2026-02-03T08:00:00+08:00")
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message=merge", "proposal")
    merged, _ = versions(repository)
    [edit] = merged.changes[0].edits
    assert edit.after == dict.fromkeys(("zh", "en"), "It will extend more loans.")


def test_a_version_that_cannot_be_read_has_changed_nothing(repository: Repository) -> None:
    good = repository.plan.read_text("utf-8")
    repository.plan.write_text("measures: [", "utf-8")
    repository.commit("2026-02-03T08:00:00+08:00")
    repository.plan.write_text(good.replace("extend credit loans", "extend loans"), "utf-8")
    repository.commit("2026-02-04T08:00:00+08:00")
    mended, broken, _ = versions(repository)
    assert (len(mended.changes), broken.changes) == (1, ())


def test_without_a_history_there_is_none(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(SMALL_PLAN, tmp_path)
    assert read_history(tmp_path / "plan.yaml") is None, "no repository"
    assert version(tmp_path / "plan.yaml") == ""
    repository.edit("extend credit loans", "extend loans")
    repository.commit("2026-02-03T08:00:00+08:00")
    shallow = tmp_path / "shallow"
    repository.git("clone", "--quiet", "--depth=1", repository.folder.as_uri(), str(shallow))
    assert read_history(shallow / "data" / "plan.yaml") is None, "only the tip of the branch"
    shutil.copy(SMALL_PLAN, repository.plan.with_name("untracked.yaml"))
    assert read_history(repository.plan.with_name("untracked.yaml")) is None, "not in the repository"
    monkeypatch.setenv("PATH", "")
    assert read_history(repository.plan) is None, "git is not installed"


def test_the_version_of_the_files_is_their_commit(repository: Repository) -> None:
    shutil.copy(SMALL_PLAN.with_name("glossary.yaml"), repository.plan.parent)
    repository.commit("2026-02-01T08:00:00+08:00")
    commit = repository.git("rev-parse", "HEAD")
    assert version(repository.plan) == commit
    folder = repository.folder / "out"
    assert main(["export", "--plan", str(repository.plan), str(folder)]) == 0
    assert json.loads((folder / "plan.json").read_text("utf-8"))["about"]["version"] == commit
    repository.edit("extend credit loans", "extend loans")
    assert version(repository.plan) == f"{commit}-modified"


def test_a_link_to_the_plan_has_its_history(repository: Repository) -> None:
    link = repository.folder / "data" / "other.yaml"
    link.symlink_to("plan.yaml")
    assert read_history(link) == read_history(repository.plan)


def test_a_record_keeps_its_history_under_another_name(repository: Repository) -> None:
    repository.edit("- id: tax-service", "- id: tax-bureau")
    repository.edit("units: [tax-service", "units: [tax-bureau")
    repository.edit(", tax-service]", ", tax-bureau]")
    repository.commit("2026-02-03T08:00:00+08:00")
    repository.edit("name: {zh: 区税务局, en: District Tax Service}", "name: {zh: 区税务局, en: Tax Bureau}")
    repository.commit("2026-02-04T08:00:00+08:00")
    found = HistoryView(versions(repository))
    of_unit = found.of("units", "tax-bureau")
    assert [(str(change.date), change.key, change.was) for change in of_unit] == [
        ("2026-02-04", "tax-bureau", ""),
        ("2026-02-03", "tax-bureau", "tax-service"),
        ("2026-01-01", "tax-service", ""),
    ]
    assert {change.address for change in of_unit} == {"units/tax-bureau"}, "each leads to the page of today"
    assert found.of("units", "tax-service") == []


def test_what_was_edited_and_is_gone_leads_nowhere(repository: Repository) -> None:
    repository.edit("  - id: everyone\n", "  - {id: passers-by, name: {zh: 路人, en: Passers-by}}\n  - id: everyone\n")
    repository.commit("2026-02-03T08:00:00+08:00")
    repository.edit("en: Passers-by", "en: People who pass by")
    repository.commit("2026-02-04T08:00:00+08:00")
    repository.edit("  - {id: passers-by, name: {zh: 路人, en: People who pass by}}\n", "")
    repository.commit("2026-02-05T08:00:00+08:00")
    found = HistoryView(versions(repository))
    told = [(change.action, change.address) for version in found.versions[:3] for change in version.changes]
    assert told == [("removed", None), ("changed", None), ("added", None)]


def test_a_line_tells_where_only_the_english_was_changed(repository: Repository) -> None:
    repository.edit("en: Improve bankruptcy}", "en: Better bankruptcy}")
    repository.edit("title: {zh: 推广“信用贷”", "title: {zh: 推行“信用贷”")
    repository.commit("2026-02-03T08:00:00+08:00")
    newest = HistoryView(versions(repository)).versions[0]
    assert [(action, [change.key for change in changes]) for _, action, changes, _ in newest.summary] == [
        ("changed", ["2"]),
        ("english", ["3"]),
    ]


def test_a_version_that_only_changed_the_form_is_not_told(repository: Repository) -> None:
    repository.edit('value: "0.5"', "value: '0.5'")
    repository.commit("2026-02-03T08:00:00+08:00")
    read_history = PlanView(load_plan(SMALL_PLAN), versions(repository)).history
    assert read_history is not None
    assert [str(version.date) for version in read_history.versions] == ["2026-01-01"]


def test_values_that_no_plan_may_have_are_read_as_well_as_can_be(repository: Repository) -> None:
    repository.edit("en_confirmed: 2026-11-23", "en_confirmed: 2026-13-45")
    repository.commit("2026-02-03T08:00:00+08:00")
    repository.edit("keywords:\n", "5: [&a [*a]]\n    keywords:\n")
    repository.commit("2026-02-04T08:00:00+08:00")
    for text in ("=", "<<"):
        repository.edit("date: 2021-05-11", f"date: {text}")
        repository.commit("2026-02-05T08:00:00+08:00")
        repository.edit(f"date: {text}", "date: 2021-05-11")
    assert len(versions(repository)) == 5


def test_only_one_file_of_one_commit_is_asked_for(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("--output=x", "HEAD..HEAD", "^HEAD", ""):
        assert contents(repository.plan, [name]) == [None], name
    assert contents(repository.plan, ["main"]) == [repository.plan.read_bytes()]
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert contents(repository.plan, ["main"]) == [repository.plan.read_bytes()], "as within a hook"


def test_a_number_that_another_measure_has_now_is_not_its_history(repository: Repository) -> None:
    text = repository.plan.read_text("utf-8")
    for old, new in (("  - number: 1\n", "  - number: 9\n"), ("  - number: 2\n", "  - number: 1\n")):
        text = text.replace(old, new)
    repository.plan.write_text(text.replace("  - number: 9\n", "  - number: 2\n"), "utf-8")
    repository.commit("2026-02-03T08:00:00+08:00")
    found = HistoryView(versions(repository))
    assert [(change.title["zh"], change.was) for change in found.of("measures", "1")] == [
        ("推广“信用贷”", "2"),
        ("推广“信用贷”", ""),
    ]
