"""This module tests that plans, spoiled or made up, are each built right or refused right; `make fuzz` tries 5,000."""

from pathlib import Path

import pytest

import fuzz
from hostile import shape

SPOILED, MADE_UP = 100, 50
EVERY = 20
"""Of the plans that can be read, one in so many is rendered, which takes most of the time."""


@pytest.mark.planted
def test_spoiled_plans(tmp_path: Path) -> None:
    bench = fuzz.Bench(tmp_path, EVERY)
    for own, content in fuzz.spoiled(SPOILED):
        bench.attempt(content, f"spoiled-{own}")
    assert bench.counts.total() == SPOILED
    assert min(bench.counts[what] for what in ("refused", "read", "rendered")) > 0


@pytest.mark.planted
def test_made_up_plans(tmp_path: Path) -> None:
    bench = fuzz.Bench(tmp_path, EVERY)
    fuzz.try_made_up(bench, MADE_UP)
    assert bench.counts.total() == MADE_UP
    assert bench.counts["refused"] < MADE_UP * 0.8
    assert bench.counts["rendered"] > 0


def test_a_plan_that_is_read_wrongly_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "FAILED", tmp_path / "kept")
    monkeypatch.setattr(fuzz, "load_plan", lambda _: 1 / 0)
    with pytest.raises(AssertionError, match=r"spoiled-7\.yaml: ZeroDivisionError"):
        fuzz.Bench(tmp_path).attempt(b"a plan", "spoiled-7")
    assert (tmp_path / "kept" / "spoiled-7.yaml").read_bytes() == b"a plan"


@pytest.mark.planted
def test_markup_that_acts_is_found() -> None:
    for page in ("<b onclick=x>y</b>", "<em onclick=y>x</em>", '<a href="javascript:y">x</a>', "<!-- x -->"):
        assert not set(shape(f"<p>{page}</p>")) <= fuzz.usual()
