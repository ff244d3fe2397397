"""Imports one after the other, in a thread of their own, so that no request waits for a large file."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from app.importers.run import Job, Workshop, run_import
from app.importers.store import keep_alive

_LOG = logging.getLogger("peacekeeping")
_BEAT_EVERY = 20.0  # seconds; well below the silence after which an import is given up


class ImportQueue:
    """The imports of this process. What it had not ended when it stops is told to have failed; nothing is half done."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._under_way: set[int] = set()
        self._stop = Event()
        self._beats = Thread(target=self._beat, name="import-beat", daemon=True)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="import", initializer=self._beats.start)

    def send(self, job: Job) -> Future[None]:
        """Put an import behind those that wait."""
        self._under_way.add(job.number)
        sent = self._pool.submit(run_import, self._shop, job, self._stop.is_set)
        sent.add_done_callback(lambda _: self._under_way.discard(job.number))
        return sent

    @property
    def under_way(self) -> tuple[int, ...]:
        """Numbers of the imports that wait or are being done in this process."""
        return tuple(self._under_way)

    def close(self) -> None:
        """Break off what is under way, and wait until that is noted."""
        self._stop.set()
        self._pool.shutdown(wait=True)
        if self._beats.is_alive():
            self._beats.join()

    def _beat(self) -> None:
        """Tell from time to time that imports are not lost: those that wait, and the one that has nothing to tell."""
        while not self._stop.wait(_BEAT_EVERY):
            if self.under_way:
                try:
                    with self._shop.database.write() as session:
                        keep_alive(session, self.under_way, datetime.now(UTC))
                except SQLAlchemyError as error:
                    _LOG.info("imports could not be noted to be alive: %s", type(error).__name__)
