"""Knows which texts something was made from: while these stay the same, it need not be made again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Known:
    """What is known of a page that was made: which texts it reads, by name, and of all it was made from, a key."""

    read: Sequence[str]
    key: str


class Reading:
    """Notes what is read of that which changes often: texts of measures, by their numbers, and the version."""

    def __init__(self) -> None:
        self._read: set[str] = set()

    def note(self, *names: str) -> None:
        """Note that these texts have been read, or something that depends on them."""
        self._read.update(names)

    def taken(self) -> set[str]:
        """Return what has been read since this was asked last."""
        read, self._read = self._read, set()
        return read


class remembered(Generic[T]):  # noqa: N801 - used like cached_property
    """A property of a view that is worked out once; whoever asks for it has read all that it was made from.

    The view has a `reading`.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work, self.__doc__ = work, work.__doc__

    def __set_name__(self, view: type, name: str) -> None:
        """Learn under which name it is remembered."""
        self._name = f"remembered {name}"

    def __get__(self, view: Any, _: type | None = None) -> T:
        """Return what it is, worked out before or now."""
        known: tuple[T, set[str]] | None = view.__dict__.get(self._name)
        if known is None:
            before = view.reading.taken()
            known = view.__dict__[self._name] = (self._work(view), view.reading.taken())
            view.reading.note(*before)
        view.reading.note(*known[1])
        return known[0]

    def __set__(self, view: Any, value: T) -> None:
        """Refuse: it is what it is worked out to be."""
        raise AttributeError(self._name)
