"""What a child process raises is raised here, whatever it is; nothing else is said in its place."""

import os
import signal

import pytest
from plansite.beside import beside

from plansite.errors import BuildError, PlanError, Problem

PROBLEM = Problem(
    "plan.yaml", 3, 5, "units", "unknown_id", {"kind": "unit", "value": "x", "nearest": "", "allowed": []}
)


class AwkwardError(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


@pytest.mark.parametrize(
    "error",
    [
        PlanError([PROBLEM]),
        BuildError("left_as_it_was", {"why": BuildError("no_site", {"folder": "a"}), "folder": "b"}),
        KeyError("date"),
        OSError(28, "No space left on device", "file"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_arrives_as_it_was_raised_with_its_traceback(error: Exception) -> None:
    def fail() -> None:
        raise error

    with beside(fail) as result, pytest.raises(type(error)) as raised:
        result()
    assert str(raised.value) == str(error)
    assert "in fail" in raised.value.__notes__[0]


@pytest.mark.parametrize("error", [AwkwardError(1, 2), ValueError(lambda: None)], ids=["remade", "pickled"])
def test_one_that_cannot_be_sent_is_told_with_its_traceback(error: Exception) -> None:
    def fail() -> None:
        raise error

    with beside(fail) as result, pytest.raises(RuntimeError, match=rf"(?s)in fail.*{type(error).__name__}: "):
        result()


def test_so_is_a_result_that_cannot_be_sent() -> None:
    with beside(lambda: lambda: None) as result, pytest.raises(AttributeError, match="pickle"):
        result()


def test_a_child_that_was_killed_is_said_to_be() -> None:
    with beside(lambda: os.kill(os.getpid(), signal.SIGKILL)) as result, pytest.raises(BuildError, match="ended from"):
        result()
