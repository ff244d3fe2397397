"""What a command shows while something takes its time, and how it is stopped."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from app.remote import shown

Told = Callable[[str, int, int | None], None]
"""Shows what is being done, how far it is, and of how much; None: nobody knows."""


class AskedToStop(BaseException):
    """Ctrl-C, or a signal that means the same; `status` is what the program then ends with."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise AskedToStop on Ctrl-C and SIGTERM, so that something can be said about it."""

    def stop(number: int, _frame: object) -> NoReturn:
        raise AskedToStop(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def progress() -> Iterator[Told]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _of: None
        return
    # It takes time to load, and only terminals need it.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:

        def tell(what: str, done: int, of: int | None) -> None:
            # A task cannot go back to an unknown end: what has another end is another task.
            if bar.tasks and bar.tasks[0].total != of:
                bar.remove_task(bar.tasks[0].id)
            if not bar.tasks:
                bar.add_task("", total=of)
            bar.update(bar.tasks[0].id, description=shown(what), completed=done)

        yield tell
