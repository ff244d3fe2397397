"""Imports one after the other, in a thread of their own, so that no request waits for a large file."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from app.importers.run import Job, Workshop, run_import


class ImportQueue:
    """The imports of this process. What it had not ended when it stops is told to have failed; nothing is half done."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._pool: ThreadPoolExecutor | None = None
        self._stop = Event()

    def send(self, job: Job) -> Future[None]:
        """Put an import behind those that wait."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="import")
        return self._pool.submit(run_import, self._shop, job, self._stop.is_set)

    def close(self) -> None:
        """Break off what is under way, and wait until that is noted."""
        self._stop.set()
        if self._pool is not None:
            self._pool.shutdown(wait=True)
