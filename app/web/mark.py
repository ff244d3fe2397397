"""Which change of the record is the last one: known without a statement for each request, in every process."""

import asyncio
import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import apsw

from app.core import sqlite
from app.core.database import Database
from app.core.history import LEDGER_CHANNEL

if TYPE_CHECKING:
    import psycopg

_LOG = logging.getLogger("peacekeeping")
_LAST = "SELECT number, recorded_at FROM change ORDER BY number DESC LIMIT 1"
_LOOK_EVERY = 5.0  # seconds between looks at the record while no notice comes


@dataclass(frozen=True)
class Last:
    """The last change and its moment; number 0 for an empty record."""

    number: int
    recorded_at: datetime | None


class Mark(Protocol):
    """Tells the last change at once, or None while it cannot be known."""

    def last(self) -> Last | None: ...

    def wrote(self, number: int) -> None:
        """This process has recorded a change."""

    def close(self) -> None: ...


def mark_of(database: Database) -> Mark:
    """The mark of a database."""
    if database.url.get_backend_name() == "sqlite":
        return _SqliteMark(str(database.url.database))
    return _PostgresqlMark(database)


class _SqliteMark:
    """Asks the engine whether any connection changed the file since: once in a turn of the event loop.

    Whatever begins in one turn had arrived before the turn began, so what is found in it is new enough for all of it.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._is_fresh = False  # found in this turn
        self._connection: sqlite.Connection | None = None
        self._version: int | None = None
        self._last: Last | None = None

    def last(self) -> Last | None:
        if not self._is_fresh:
            self._look()
            self._is_fresh = True
            asyncio.get_running_loop().call_soon(self._turn)
        return self._last

    def _turn(self) -> None:
        """The next turn begins."""
        self._is_fresh = False

    def _look(self) -> None:
        try:
            if self._connection is None:
                # The probe never writes: its own writes would not change the version it sees.
                address = f"file:{self._path}?mode=ro"
                self._connection = sqlite.connect(address, uri=True)
            version = self._connection.execute("PRAGMA data_version").get
            if version != self._version:
                row = self._connection.execute(_LAST).fetchone()
                self._last = Last(0, None) if row is None else Last(row[0], _moment(row[1]))
                self._version = version
        except apsw.Error:
            self.close()

    def wrote(self, number: int) -> None:
        """Nothing to do: the version tells."""

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._version = self._last = None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class _PostgresqlMark:
    """Listens for the notice that every change gives when it is committed."""

    def __init__(self, database: Database) -> None:
        self._address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._last: Last | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def last(self) -> Last | None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen, name="ledger-mark", daemon=True)
            self._thread.start()
        return self._last

    def wrote(self, number: int) -> None:
        """What this process wrote it sees at once; when, it is told."""
        with self._lock:
            if self._last is not None and number > self._last.number:
                self._last = Last(number, self._last.recorded_at)

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_LOOK_EVERY + 1)

    def _listen(self) -> None:
        import psycopg  # a service on SQLite starts without it

        while not self._stop.is_set():
            try:
                with psycopg.connect(self._address, autocommit=True) as connection:
                    connection.execute(f"LISTEN {LEDGER_CHANNEL}")
                    while not self._stop.is_set():
                        self._look(connection)
                        # All that came: the connection is free only when the generator has ended.
                        for _ in connection.notifies(timeout=0.25, stop_after=1):
                            pass
            except psycopg.Error as error:
                with self._lock:
                    self._last = None
                _LOG.warning("cannot listen for changes: %s", type(error).__name__)
                self._stop.wait(1.0)

    def _look(self, connection: "psycopg.Connection[tuple[int, datetime]]") -> None:
        row = connection.execute(_LAST).fetchone()
        found = Last(0, None) if row is None else Last(row[0], row[1])
        with self._lock:
            if self._last is None or found.number >= self._last.number:
                self._last = found
