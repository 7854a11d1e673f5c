"""Long work shows on a terminal how far it is, and nowhere else."""

import io
import sys

import pytest

from plansite import progress as shown
from plansite.progress import progress


class Screen(io.StringIO):
    """What somebody looks at, or a log."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        """Return whether somebody looks at it."""
        return self.terminal


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> None:
    screen = Screen(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(shown, "DELAY", 0)
    assert list(progress("abc", 3, "pages")) == ["a", "b", "c"]
    assert ("pages" in screen.getvalue()) == terminal


def test_what_takes_no_time_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr(sys, "stderr", screen)
    assert list(progress("abc", 3, "pages")) == ["a", "b", "c"]
    assert screen.getvalue() == ""
