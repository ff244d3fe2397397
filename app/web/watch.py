"""The look-out for new changes that all streams of a process share."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from app.core.database import Database
from app.core.errors import Unavailable
from app.core.history import open_view

_LOG = logging.getLogger("peacekeeping")
_KEPT = 4


@dataclass(frozen=True)
class Event:
    """One change as it is sent."""

    number: int
    content: bytes


class Watch:
    """Looks for new changes while somebody listens, and reads them once for all who want the same.

    Streams hold no session. Together they take one connection at a time, however many there are.
    """

    def __init__(self, database: Database, tell: Callable[[int], None]) -> None:
        self.last = 0  # number of the last change seen
        self.streams = 0
        self.most_streams = 200
        self.look_every = 0.5  # seconds
        self.quiet_at_most = 15.0  # seconds, after which a sign of life is sent
        self._database = database
        self._tell = tell  # others who have to know of a change before a client hears of it and asks
        self._looking: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()
        self._turn = asyncio.Lock()
        self._kept: dict[int, Sequence[Event]] = {}  # what a change did never changes, so it stays true

    @contextmanager
    def joined(self) -> Iterator[None]:
        """The time during which one stream listens; Unavailable if there are too many of them."""
        if self.streams >= self.most_streams:
            raise Unavailable(
                f"{self.streams} clients follow the changes already. Ask /v1/changes?since= now and then."
            )
        self.streams += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self.streams -= 1
            if self.streams == 0:
                self._looking.cancel()
                self._looking = None
                self._kept.clear()

    def saw(self, number: int) -> None:
        """Tell those who wait that the record has grown to this change."""
        if number > self.last:
            self.last = number
            self._tell(number)
            self._moved.set()
            self._moved = asyncio.Event()

    async def beyond(self, number: int) -> bool:
        """True as soon as there is a change after this number; False if it stays quiet for too long."""
        if self.last <= number:
            try:
                async with asyncio.timeout(self.quiet_at_most):
                    await self._moved.wait()
            except TimeoutError:
                return False
        return self.last > number

    async def after(self, number: int, read: Callable[[int], Sequence[Event]]) -> Sequence[Event]:
        """The next changes after a number, in their order."""
        async with self._turn:
            if number not in self._kept:
                self._kept[number] = await run_in_threadpool(read, number)
                while len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
            return self._kept[number]

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self.look_every)
            try:
                self.saw(await run_in_threadpool(newest_change, self._database))
            except SQLAlchemyError as error:
                _LOG.warning("cannot look for changes: %s", type(error).__name__)


def newest_change(database: Database) -> int:
    """Number of the last change in the record."""
    with database.read() as session:
        return open_view(session).revision
