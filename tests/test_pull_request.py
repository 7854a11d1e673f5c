"""This module goes through a pull request from the first edit to the published change, in a scratch repository."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conftest import Repository, build_site, copy_small_project, one, parsed, run

pytestmark = pytest.mark.site

OLD, NEW = "推广信用贷产品。", "推广新信用贷产品。"
ATOM = "{http://www.w3.org/2005/Atom}"


def test_an_edit_of_the_chinese_from_the_first_line_to_the_published_change(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path / "project")
    repository = Repository(project)

    # An editor changes the Chinese, and nothing of the English.
    repository.git("switch", "--quiet", "--create=proposal")
    repository.edit(OLD, NEW)

    # The check names the line of the translation that has become stale, on the lines of the pull request.
    done = run("plansite", "check", "--format", "github", "--lang", "zh", cwd=project)
    assert done.returncode == 1
    stale = re.search(
        r"^::error file=data/plan\.yaml,line=(\d+),col=13::measures\[2\].en_for: 不是现有中文的指纹，中文已改，"
        r"英文尚未确认；译文核对无误后，请运行 plansite confirm 2，或改为“[0-9a-f]{8}”$",
        done.stdout,
        re.MULTILINE,
    )
    assert stale is not None, done.stdout
    assert repository.plan.read_text("utf-8").splitlines()[int(stale[1]) - 1].startswith("    en_for: ")

    # What it does is said in words, in both languages.
    marked = "推广<ins>新</ins>信用贷产品。"
    in_chinese = run("plansite", "diff", "main", "--lang", "zh", cwd=project, SITE_URL="https://example.org/")
    assert in_chinese.stderr == ""
    assert '<a href="https://example.org/measures/2/">第2条 ' in in_chinese.stdout
    assert f"<li>第1句（中文）：<span>{marked}</span></li>\n" in in_chinese.stdout
    assert "<li><strong>中文已改，英文尚未重新核对</strong></li>\n" in in_chinese.stdout
    in_english = run("plansite", "diff", "main", "--lang", "en", cwd=project).stdout
    assert f'<li>Sentence 1 (Chinese): <span lang="zh-Hans">{marked}</span></li>\n' in in_english
    warning = "The Chinese has changed; the English has not been checked against it since"
    assert f"<li><strong>{warning}</strong></li>\n" in in_english
    assert "<code>/measures/2/</code>, <code>/en/measures/2/</code>" in in_english

    # Somebody reads the English against it, mends and confirms it; now the check is silent.
    assert run("plansite", "confirm", "2", cwd=project).returncode == 0
    assert "measures[2]" not in run("plansite", "check", cwd=project).stdout
    repository.commit("2027-03-04T10:00:00+08:00")
    assert run("plansite", "diff", "main", "proposal", cwd=project).stdout.count("English checked") == 1

    # It is merged and published: the page of changes, the feed and the measure show it.
    repository.git("switch", "--quiet", "main")
    repository.git(
        "merge", "--quiet", "--no-ff", "--message=merge", "proposal", GIT_COMMITTER_DATE="2027-03-05T23:30:00+08:00"
    )
    build_site(project, project / "site", SITE_URL="https://example.org/")
    # Each language tells its own text in full, and counts the edits of the other.
    for folder, day, told, content in (
        ("", "2027年3月5日", f"第1句（中文）：{NEW}", marked),
        ("en", "March 5, 2027", "Chinese text: 1 edit", "Chinese text: 1 edit"),
    ):
        site = project / "site" / folder
        newest = one(parsed(site / "changes" / "index.html"), ".version")
        assert [heading.text() for heading in newest.css("h2")] == [day]
        assert day in one(parsed(site / "changes" / "index.html"), ".notice strong").text(), "its Chinese was changed"
        assert one(newest, ".edits > li").text() == told
        feed = ET.parse(site / "changes.xml").getroot()  # noqa: S314 - our own feed
        entry = feed.find(f"{ATOM}entry")
        assert entry is not None
        assert entry.findtext(f"{ATOM}updated") == "2027-03-05T23:30:00+08:00"
        assert content in (entry.findtext(f"{ATOM}content") or "")
        offered = parsed(site / "index.html").css('link[rel~="alternate"][type="application/atom+xml"]')
        assert [link.attributes["href"] for link in offered] == ["changes.xml"]
        measure = parsed(site / "measures" / "2" / "index.html")
        assert [time.attributes["datetime"] for time in measure.css(".provenance .facts time")] == ["2021-05-11"]
        assert [time.attributes["datetime"] for time in measure.css(".history time")] == ["2027-03-05", "2026-01-01"]


def test_without_history_the_site_says_so(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    site = build_site(project, project / "site")
    said = {
        "": "没有修改记录：生成本站时未取得版本历史。",
        "en": "No history is available: this site was built without its version history.",
    }
    for folder, words in said.items():
        assert words in one(parsed(site / folder / "changes" / "index.html"), "main").text()
        assert not (site / folder / "changes.xml").exists()
        for page in ("changes", "measures/1", "units/tax-service"):
            head = parsed(site / folder / page / "index.html")
            assert head.css('link[type="application/atom+xml"], .history, a[href$="changes.xml"]') == []
