"""Shows on a terminal how far something is that takes longer than a moment."""

import sys
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
DELAY = 2
"""Seconds after which somebody wonders."""


def progress(steps: Iterable[T], total: int, what: str) -> Iterable[T]:
    """Return the steps, counted on a terminal while they are taken; where nobody looks on, as they are."""
    if not sys.stderr.isatty():
        return steps
    from tqdm import tqdm  # noqa: PLC0415 - where nobody looks on, nobody waits for it to load

    bar: Iterable[T] = tqdm(steps, desc=what, total=total, delay=DELAY, leave=False)
    return bar
