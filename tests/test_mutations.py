"""Of slips in the real plan the check names the line to mend, and lets none pass; `make mutations` tries all 300."""

import pytest

import mutations

EVERY = 3
"""Here one in so many is tried, which takes seconds."""


def test_there_are_300_mutations() -> None:
    assert sum(number for number, _ in mutations.KINDS.values()) == 300


@pytest.mark.planted
@pytest.mark.parametrize("kind", mutations.KINDS)
def test_the_line_to_mend_is_named(kind: str) -> None:
    row = mutations.counted(kind, every=EVERY)
    assert row.made == -(-mutations.KINDS[kind][0] // EVERY)
    assert row.right == row.made, row.wrong
    assert (row.tracebacks, row.passed, row.noisy) == (0, 0, 0), row.wrong
