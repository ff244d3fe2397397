"""SQLite as SQLAlchemy speaks to it, by way of apsw: a driver that hands over rows in half the time of Python's own.

It brings its own SQLite, so that all machines run the same one. A process must not open one file by two copies of
SQLite, since to close it in one gives up the locks of the other: whatever opens the database here does it by `connect`.
"""

from itertools import islice
from types import SimpleNamespace
from typing import Any

import apsw
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

DRIVER = "sqlite+apsw"

# The kinds of error of SQLite by what SQLAlchemy calls them; those not named here are of the database in general.
_ERRORS = {
    "IntegrityError": ("ConstraintError", "MismatchError"),
    "OperationalError": (
        "AbortError",
        "AuthError",
        "BusyError",
        "CantOpenError",
        "FullError",
        "IOError",
        "InterruptError",
        "LockedError",
        "NoMemError",
        "PermissionsError",
        "ProtocolError",
        "ReadOnlyError",
        "SQLError",
        "SchemaChangeError",
    ),
    "ProgrammingError": ("BindingsError", "ConnectionClosedError", "CursorClosedError", "MisuseError", "RangeError"),
    "DataError": ("TooBigError",),
    "DatabaseError": ("Error",),
}


class Cursor(apsw.Cursor):
    """A cursor that tells its columns even where no row was found, and how many rows a statement changed."""

    arraysize = 1
    description: Any = None  # type: ignore[assignment]

    def execute(self, statement: str, values: Any = None) -> "Cursor":  # type: ignore[override]
        """Run a statement up to its first row."""
        self.exec_trace = _note_columns
        super().execute(statement, values)
        return self

    def close(self, force: bool = False) -> None:
        """Give the statement back."""
        self.connection.forget(self)  # type: ignore[attr-defined]
        super().close(force)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows, so many at most."""
        return list(islice(self, self.arraysize if size is None else size))

    @property
    def rowcount(self) -> int:
        """Rows that the last statement changed."""
        return self.connection.changes()


def _note_columns(cursor: Any, _statement: str, _values: Any) -> bool:
    """Called once a statement is ready and before it runs: afterwards its columns are told only if it found rows."""
    cursor.description = tuple((name, None, None, None, None, None, None) for name, *_ in cursor.get_description())
    return True


class Connection(apsw.Connection):
    """A connection whose transactions begin with a statement and end as SQLAlchemy ends them.

    It is given from thread to thread, so no cursor must outlive its turn: what an error leaves behind would be cleared
    up by whichever thread collects garbage, while another one uses the connection.
    """

    def __init__(self, path: str, flags: int) -> None:
        super().__init__(path, flags=flags)
        self._open: set[Cursor] = set()

    def cursor(self) -> Cursor:
        """A cursor for SQLAlchemy; it lives until it is closed, or the connection given back."""
        cursor = Cursor(self)
        self._open.add(cursor)
        return cursor

    def forget(self, cursor: Cursor) -> None:
        """A cursor was closed."""
        self._open.discard(cursor)

    def execute(self, statement: str, values: Any = None) -> apsw.Cursor:  # type: ignore[override]
        """Run a statement the short way, with a cursor that tells less and is closed with the connection."""
        return super().cursor().execute(statement, values)

    def executemany(self, statement: str, values: Any) -> apsw.Cursor:  # type: ignore[override]
        """The same for each of many values."""
        return super().cursor().executemany(statement, values)

    def commit(self) -> None:
        """Keep what was written; nothing if nothing was begun."""
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        """Undo what was written and end what was left unread; the pool calls it for every connection given back."""
        for cursor in tuple(self._open):
            cursor.close()
        if self.in_transaction:
            self.execute("ROLLBACK")


def connect(path: str, *, timeout: float = 15, uri: bool = False, **_: Any) -> Connection:
    """Open a database; a writer waits `timeout` seconds for another."""
    # Two threads never use one connection at a time, so that it needs no lock of its own around every value.
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_NOMUTEX
    connection = Connection(path, flags | (apsw.SQLITE_OPEN_URI if uri else 0))
    connection.set_busy_timeout(int(timeout * 1000))
    # One plan for a statement, whatever its values: to plan anew for each takes several times as long as most reads.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    return connection


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's dialect of SQLite over this driver."""

    driver = "apsw"
    supports_statement_cache = True
    supports_sane_multi_rowcount = False
    dbapi_exception_translation_map = {kind: name for name, kinds in _ERRORS.items() for kind in kinds}

    @classmethod
    def import_dbapi(cls) -> Any:
        """What SQLAlchemy looks for in a driver."""
        version = tuple(map(int, apsw.sqlite_lib_version().split(".")))
        return SimpleNamespace(connect=connect, Error=apsw.Error, paramstyle="qmark", sqlite_version_info=version)

    def on_connect(self) -> None:  # type: ignore[override]
        """Nothing to add: the functions that SQLAlchemy would define are there."""

    def is_disconnect(self, error: Any, _connection: Any, _cursor: Any) -> bool:
        """True if the connection was closed."""
        return isinstance(error, apsw.ConnectionClosedError)


registry.register("sqlite.apsw", __name__, Dialect.__name__)
