"""Only root prints without the browser's sandbox, and a browser that fails is quoted."""

import os
from pathlib import Path

import pytest

from plansite.build.release import print_notice
from plansite.errors import BuildError


@pytest.mark.parametrize(("user", "without"), [(0, True), (1000, False)])
def test_only_root_goes_without_the_sandbox(
    user: int,
    without: bool,  # noqa: FBT001 - a case
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "$@" >&2\necho "No usable sandbox!" >&2\nexit 1\n', "utf-8")
    browser.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with pytest.raises(BuildError, match=r"did not make notice\.zh\.pdf: (?s:.*)No usable sandbox!") as raised:
        print_notice(str(browser), tmp_path, tmp_path)
    assert ("--no-sandbox" in str(raised.value)) == without


def test_a_browser_that_writes_nothing_has_not_printed(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"did not make notice\.zh\.pdf"):
        print_notice("true", tmp_path, tmp_path)
