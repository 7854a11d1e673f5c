"""This module tests that of each slip in a plan the check names the line; `make mutations` tries the real plan."""

from collections.abc import Iterator

import pytest

import mutations
from conftest import SMALL_PLAN


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have slips made in the plan of three measures."""
    remembered = (mutations.lines, mutations.spots, mutations.untouched)
    for function in remembered:
        function.cache_clear()
    monkeypatch.setattr(mutations, "PLAN", SMALL_PLAN)
    yield
    for function in remembered:
        function.cache_clear()


def all_right(row: mutations.Row) -> None:
    """Assert that of each slip the check named the line first, and no line without a slip."""
    assert row.right == row.made, row.wrong
    assert (row.tracebacks, row.passed, row.noisy) == (0, 0, 0), row.wrong


def test_there_are_300_mutations() -> None:
    assert sum(number for number, _ in mutations.KINDS.values()) == 300


@pytest.mark.planted
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", mutations.KINDS)
def test_the_line_to_mend_is_named(kind: str) -> None:
    row = mutations.counted(kind)
    assert row.made == mutations.KINDS[kind][0]
    all_right(row)


@pytest.mark.planted
def test_the_line_is_named_in_the_real_plan_too() -> None:
    for kind, (number, _) in mutations.KINDS.items():
        all_right(mutations.counted(kind, every=number))
