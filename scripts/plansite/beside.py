"""Does two things at once, each on a core of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

from plansite.problems import BuildError, PlanError

T = TypeVar("T")


@contextmanager
def beside(work: Callable[..., T], *arguments: object) -> Iterator[Callable[[], T]]:
    """Do some work in a process of its own meanwhile; gives what waits for its result, or raises what it raised."""
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)

    def run() -> None:
        try:
            there.send((work(*arguments), None))
        except (PlanError, BuildError, OSError) as error:
            there.send((None, error))
        except KeyboardInterrupt:
            pass  # the other side has been interrupted too, and says so

    def result() -> T:
        try:
            value: T
            error: Exception | None
            value, error = here.recv()
        except EOFError:
            raise BuildError("half of the build was ended from outside") from None
        if error:
            raise error
        return value

    process = context.Process(target=run)
    process.start()
    there.close()
    try:
        yield result
    finally:
        # After a failure on this side nobody waits for the other.
        process.terminate()
        process.join()
