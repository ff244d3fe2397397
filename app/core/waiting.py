"""What an event loop may be kept waiting for: it serves all requests, so that long work is done in a thread.

To hand work to a thread and back takes longer than to answer most questions, so they are answered on the loop. What
turns out to take long raises TakesLong there, and is begun again in a thread, where the same code does not raise.
"""

import asyncio
from dataclasses import dataclass

import apsw
from sqlalchemy.exc import OperationalError

STEPS = 10_000  # of SQLite's machine, a millisecond at most: enough for a page of a list, or a series
ROWS = 1_000  # of an answer, some milliseconds: many of them may be made without a step of the database


class TakesLong(Exception):
    """This is no work for an event loop."""


def loop_waits() -> bool:
    """True on the thread of an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def leave_loop() -> None:
    """Raise TakesLong on the thread of an event loop."""
    if loop_waits():
        raise TakesLong


@dataclass
class Patience:
    """What one connection of SQLite calls after so many steps; true breaks the statement off."""

    calls: int = 0

    def __call__(self) -> bool:
        """True for the second call while a loop waits: steps are counted on from when the statement ran before."""
        self.calls += 1
        return self.calls > 1 and loop_waits()


def was_broken_off(error: Exception) -> bool:
    """True for a statement that took more steps than a loop may wait for; `database.py` sets that up."""
    return isinstance(error, OperationalError) and isinstance(error.orig, apsw.InterruptError)
