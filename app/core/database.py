"""Engines and sessions: one that only reads, one that writes, the same on SQLite and PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlmodel import Session

from app.core.settings import Settings


class Database:
    """The store of one service. `read()` sessions see one snapshot; `write()` sessions commit or leave no trace."""

    def __init__(self, settings: Settings) -> None:
        self.on_change: Callable[[int], None] | None = None  # told the number of a change once it is committed
        self.url = make_url(settings.database_url)
        if self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        if self.url.get_backend_name() == "sqlite":
            self.reader = _sqlite_engine(str(self.url), "BEGIN", query_only=True)
            self.writer = _sqlite_engine(str(self.url), "BEGIN IMMEDIATE", query_only=False)
        else:
            self.reader = _postgresql_engine(self.url, settings, read_only=True)
            self.writer = _postgresql_engine(self.url, settings, read_only=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent snapshot that cannot write."""
        with Session(self.reader) as session:
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


def _sqlite_engine(url: str, begin: str, *, query_only: bool) -> Engine:
    # As many connections as the server has threads: they are cheap, and none waits for another.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=40,
        max_overflow=0,
        connect_args={"timeout": 15, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction handling would commit before DDL and begin late: switch it off.
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"query_only = {'ON' if query_only else 'OFF'}",
            # What a statement of many rows would have to undo is then kept in memory; large answers sort on disk.
            f"temp_store = {'DEFAULT' if query_only else 'MEMORY'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql_engine(url: Any, settings: Settings, *, read_only: bool) -> Engine:
    options = "-c timezone=UTC"
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
