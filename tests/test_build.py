"""This module tests that a build makes the same site from the same sources, and never loses the last good one."""

import hashlib
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import BINARIES, Repository, copy_small_project, edit, environment, run
from plansite.build.release import MARK

pytestmark = pytest.mark.site

KILLED = 6


def digest(folder: Path) -> dict[str, str]:
    """Return {file: digest} of everything in a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def build(project: Path, **settings: str) -> dict[str, str]:
    """Build the site of a project; return its digest."""
    done = run("plansite", "build", cwd=project, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return digest(project / "site")


def cold(project: Path, scratch: Path, **settings: str) -> dict[str, str]:
    """Build a copy of a project without a site; return the digest of its site."""
    shutil.copytree(project, scratch, ignore=shutil.ignore_patterns("site"))
    return build(scratch, **settings)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of three measures with our templates and a history of one commit."""
    return Repository(copy_small_project(tmp_path / "project")).folder


EDITS: list[tuple[str, str, str]] = [
    ("data/plan.yaml", "extend credit loans", "extend more credit loans"),
    ("data/plan.yaml", "\nmeasures:", "\n# a remark\n# of two lines\nmeasures:"),
    ("data/glossary.yaml", "What one", "What everybody"),
    ("macros/labels.yaml", "en: Home}", "en: Front page}"),
    ("docs/about.zh.md", "# ", "# 新"),
    ("macros/measure.html.j2", 'class="measure ', 'class="measure other '),
    ("overrides/partials/footer.html", "<footer ", '<footer data-new="" '),
    ("overrides/assets/css/base.css", "{", "{ --new: 1px; "),
    ("mkdocs.yml", "permalink: false", "permalink: true"),
    ("data/site.yaml", "小区优化环境行动", "小区新优化环境行动"),
    ("data/updates.yaml", "许可有变", "许可又有变"),
]
"""An edit of each kind of file that a site is made of."""


def test_a_build_over_another_makes_what_a_build_from_nothing_makes(project: Path, tmp_path: Path) -> None:
    settings = {"SITE_URL": "https://plan.example.org/", "PLAN_REPOSITORY": "https://git.example.org/a/plan"}
    before = build(project, **settings)
    for file, old, new in EDITS:
        edit(project / file, old, new)
    after = build(project)
    assert after != before
    assert after == cold(project, tmp_path / "cold")


def test_the_same_sources_make_the_same_site_anywhere_and_at_any_time(project: Path, tmp_path: Path) -> None:
    here = build(project, TZ="Asia/Shanghai", LANG="C.UTF-8")
    other = tmp_path / "somewhere else" / "another name"
    other.parent.mkdir()
    shutil.copytree(project, other, ignore=shutil.ignore_patterns("site"))
    command = ["faketime", "2031-03-01 23:30:00", str(BINARIES / "plansite"), "build"]
    settings = environment(TZ="America/St_Johns", LANG="zh_CN.UTF-8", LC_ALL="C.UTF-8")
    done = subprocess.run(command, cwd=other, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert digest(other / "site") == here


def test_killed_at_any_moment_a_build_leaves_a_whole_site_and_the_next_one_heals(project: Path) -> None:
    plan = project / "data" / "plan.yaml"
    text = plan.read_text("utf-8")
    texts = [text, text.replace("extend credit loans", "extend more credit loans")]
    good = [build(project)]
    plan.write_text(texts[1], "utf-8")
    start = time.monotonic()
    good.append(build(project))
    duration = time.monotonic() - start
    chance = random.Random(2022)  # noqa: S311 - moments, not secrets
    killed = 0
    while killed < KILLED:
        present = good.index(digest(project / "site"))
        plan.write_text(texts[1 - present], "utf-8")
        with subprocess.Popen(
            [str(BINARIES / "plansite"), "build"],
            cwd=project,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            moment = chance.uniform(0, duration)
            try:
                process.wait(timeout=moment)
                # It was quicker than the one that was measured.
                duration = moment
            except subprocess.TimeoutExpired:
                process.send_signal(chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
                killed += 1
        assert digest(project / "site") in good
    plan.write_text(text, "utf-8")
    assert build(project) == good[0]
    assert left_beside(project) == []


def left_beside(project: Path) -> list[str]:
    """Return the names of what builds leave beside the site while they are at work."""
    return [path.name for path in project.iterdir() if path.name.startswith(".site")]


def on_a_disk(project: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a project with its own view of the disks, as root of that view."""
    return subprocess.run(
        ["/usr/bin/unshare", "--map-root-user", "--mount", "sh", "-ec", script],
        cwd=project,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_full_disk_costs_no_site(project: Path) -> None:
    script = f"""
        mkdir disk && mount -t tmpfs -o size=24m tmpfs disk
        {BINARIES}/plansite build disk/site >/dev/null
        sha256sum disk/site/index.html disk/site/en/measures/2/index.html > before
        sed -i 's/extend credit loans/extend more credit loans/' data/plan.yaml
        dd if=/dev/zero of=disk/full bs=1k status=none 2>/dev/null || true
        if {BINARIES}/plansite build disk/site; then exit 9; fi
        sha256sum --check --quiet before
        ls -A disk
        rm disk/full
        {BINARIES}/plansite build disk/site >/dev/null
        if sha256sum --check --quiet before >/dev/null 2>&1; then exit 8; fi
    """
    done = on_a_disk(project, script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["full", "site"]
    why, fate = done.stderr.splitlines()
    assert why.endswith(": No space left on device")
    assert fate == "disk/site/ was left as it was"


def test_a_folder_that_cannot_be_written_costs_no_site(project: Path) -> None:
    good = build(project)
    edit(project / "data" / "plan.yaml", "extend credit loans", "extend more credit loans")
    script = f"mount --bind . . && mount -o remount,ro,bind . && cd $PWD && {BINARIES}/plansite build"
    done = on_a_disk(project, script)
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr
    assert "site/ was left as it was" in done.stderr
    assert "Traceback" not in done.stderr
    assert digest(project / "site") == good


@pytest.mark.parametrize("mark", ["none", "ours, in a repository"])
def test_a_folder_that_is_not_ours_is_left_as_it_is_and_the_way_on_is_said(mark: str, project: Path) -> None:
    other = project / "other"
    other.mkdir()
    for name in ["index.html", "photos.txt", *([MARK, ".git"] if mark != "none" else [])]:
        (other / name).write_text("precious", "utf-8")
    before = digest(other)
    done = run("plansite", "build", "other", cwd=project)
    assert done.returncode == 1
    assert done.stderr.startswith("other holds something else than a site built here")
    assert "remove the folder, otherwise name another one" in done.stderr
    assert "Traceback" not in done.stderr
    assert digest(other) == before


def test_a_web_server_may_read_the_site_whatever_the_umask(project: Path) -> None:
    (project / "empty").mkdir()
    script = f"umask 077 && {BINARIES}/plansite build empty"
    subprocess.run(["/bin/sh", "-ec", script], cwd=project, env=environment(), check=True)
    modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in (project / "empty", *project.rglob("empty/**/*"))}
    assert modes == {(True, 0o755), (False, 0o644)}
    assert (project / "empty" / MARK).is_file()


def test_an_error_in_the_other_language_only_is_named(project: Path) -> None:
    edit(project / "overrides" / "404.html", "{%", "{% if site_lang == 'en' %}{{ 1 / 0 }}{% endif %}{%")
    done = run("plansite", "build", cwd=project)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "ended from outside" not in done.stderr


def test_two_builds_at_once_leave_one_whole_site(project: Path) -> None:
    command = [str(BINARIES / "plansite"), "build"]
    both = [subprocess.Popen(command, cwd=project, env=environment(), stdout=subprocess.PIPE) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    for process in both:
        process.communicate()
    site = digest(project / "site")
    shutil.rmtree(project / "site")
    assert build(project) == site
    assert left_beside(project) == []
