"""This module runs work in a child process while the caller goes on.

concurrent.futures.ProcessPoolExecutor is no substitute yet: it pickles the arguments, and the configured plugin cannot
be pickled; and its worker never ends when the parent has been killed (seen on Python 3.11).
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from traceback import format_exception
from typing import TypeVar

from plansite.problems import BuildError

T = TypeVar("T")


@contextmanager
def beside(work: Callable[..., T], *arguments: object) -> Iterator[Callable[[], T]]:
    """Run `work(*arguments)` in a child process; yield a function that returns its result or raises its exception.

    The exception carries the child's traceback as a note. Raises BuildError where the child was killed.
    """
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)

    def run() -> None:
        try:
            there.send((work(*arguments), None))
        except Exception as error:  # noqa: BLE001 - raised again on the other side
            there.send((None, _picklable(error)))
        except KeyboardInterrupt:
            pass  # the other side has been interrupted too, and says so

    def result() -> T:
        try:
            value: T
            error: Exception | None
            value, error = here.recv()
        except EOFError:
            raise BuildError("process_ended") from None
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


def _picklable(error: Exception) -> Exception:
    """Return an error with its traceback as a note; a RuntimeError with that as text where it cannot be pickled."""
    trace = "".join(format_exception(error))
    error.add_note(trace)
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever its class raises
        return RuntimeError(trace)
    return error
