"""Engines and sessions: one that only reads, one that writes, the same on SQLite and PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlmodel import Session

from app.core import sqlite
from app.core.settings import Settings
from app.core.waiting import STEPS, Patience


class Database:
    """The store of one service. `read()` sessions see one snapshot; `write()` sessions commit or leave no trace."""

    def __init__(self, settings: Settings) -> None:
        self.on_change: Callable[[int], None] | None = None  # told the number of a change once it is committed
        self.url = make_url(settings.database_url)
        if self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        if self.url.get_backend_name() == "sqlite":
            self.url = self.url.set(drivername=sqlite.DRIVER)
            self.reader = _sqlite_engine(self.url, read_only=True)
            self.writer = _sqlite_engine(self.url, read_only=False)
        else:
            self.reader = _postgresql_engine(self.url, settings, read_only=True)
            self.writer = _postgresql_engine(self.url, settings, read_only=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent snapshot that cannot write."""
        with self.reader.connect() as connection, Session(connection) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits when the block ends well and rolls back otherwise."""
        with Session(self.writer) as session:
            with session.begin():
                yield session
            if self.on_change is not None and "change" in session.info:
                self.on_change(session.info["change"])

    def analyze(self) -> None:
        """Let the engine count its rows, so that it picks the right index; worth it after many were added."""
        with self.writer.begin() as connection:
            connection.execute(text("ANALYZE"))

    def close(self) -> None:
        """Give all connections back; SQLite folds its write-ahead log into the file."""
        self.reader.dispose()
        self.writer.dispose()


def connection_of(session: Session) -> Connection:
    """The connection of a session; a reader has it from the start, a writer once it is asked for."""
    bind = session.get_bind()
    return bind if isinstance(bind, Connection) else session.connection()


def _sqlite_engine(url: URL, *, read_only: bool) -> Engine:
    # As many connections as the server has threads, and more: they are cheap, and none waits for another.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=50,
        max_overflow=0,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite.Connection, _record: Any) -> None:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"query_only = {'ON' if read_only else 'OFF'}",
            # What a statement of many rows would have to undo is then kept in memory; large answers sort on disk.
            f"temp_store = {'DEFAULT' if read_only else 'MEMORY'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    if read_only:

        @event.listens_for(engine, "connect")
        def _bound(connection: sqlite.Connection, record: Any) -> None:
            # Steps are counted while statements are prepared too: of the first that would read the whole schema.
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            record.info["patience"] = Patience()
            connection.set_progress_handler(record.info["patience"], STEPS)

        # A reader sees one snapshot from when it gets its connection to when it gives it back.
        @event.listens_for(engine, "checkout")
        def _begin(connection: sqlite.Connection, _record: Any, _proxy: Any) -> None:
            connection.execute("BEGIN")

        # To give it back is never broken off, however many steps it was used for.
        @event.listens_for(engine, "reset")
        def _forget(_connection: sqlite.Connection, record: Any, _state: Any) -> None:
            record.info["patience"].calls = 0
    else:

        @event.listens_for(engine, "begin")
        def _begin_immediate(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: Any, settings: Settings, *, read_only: bool) -> Engine:
    # What is asked often lies in memory: at the price of a spinning disk PostgreSQL reads a whole index in the order of
    # a list rather than the few rows of a mission.
    options = "-c timezone=UTC -c random_page_cost=1.1"
    if read_only:
        options += f" -c statement_timeout={int(settings.statement_timeout * 1000)}"
        options += " -c default_transaction_read_only=on"
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_timeout,
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        connect_args={"options": options},
    )
