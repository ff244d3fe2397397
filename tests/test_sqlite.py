"""SQLite and its driver as the service uses them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from app.core import sqlite
from app.core.database import Database
from app.core.settings import Settings

SOUND = (3, 51, 3)  # older ones may lose a committed change


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(Settings(database_url=f"sqlite:///{tmp_path / 'things.db'}"))
    with database.write() as session:
        session.execute(
            text("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size INTEGER CHECK (size > 0))")
        )
        session.execute(text("INSERT INTO thing VALUES (1, 'one', 1), (2, 'two', 2)"))
    yield database
    database.close()


def test_the_engine_is_one_that_loses_nothing(database: Database):
    for engine in (database.reader, database.writer):
        with engine.connect() as connection:
            version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
            assert tuple(map(int, version.split("."))) >= SOUND
            assert connection.dialect.server_version_info >= SOUND
            assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"


def test_a_statement_has_one_plan_whatever_its_values(database: Database):
    with database.reader.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, -1)


def test_columns_are_told_where_no_row_is_found(database: Database):
    with database.read() as session:
        found = session.execute(text("SELECT id, name AS called FROM thing WHERE id = :id"), {"id": 9})
        assert list(found.keys()) == ["id", "called"]
        assert found.all() == []


def test_rows_are_fetched_in_parts_and_changed_ones_are_counted(database: Database):
    with database.write() as session:
        found = session.execute(text("SELECT id FROM thing ORDER BY id"))
        assert found.fetchmany(1) == [(1,)]
        assert found.fetchmany(5) == [(2,)]
        assert session.execute(text("UPDATE thing SET size = size + 1")).rowcount == 2
        assert session.execute(text("UPDATE thing SET size = 1 WHERE id = 9")).rowcount == 0
        assert session.execute(text("DELETE FROM thing WHERE id = 1")).rowcount == 1


@pytest.mark.parametrize(
    ("statement", "kind", "told"),
    [
        ("INSERT INTO thing VALUES (3, 'one', 1)", IntegrityError, "UNIQUE constraint failed: thing.name"),
        ("INSERT INTO thing VALUES (3, 'three', 0)", IntegrityError, "CHECK constraint failed"),
        ("INSERT INTO thing VALUES ('x', 'three', 1)", IntegrityError, "datatype mismatch"),
        ("SELECT * FROM nowhere", OperationalError, "no such table: nowhere"),
        ("SELECT no FROM thing", OperationalError, "no such column: no"),
        ("SELEC", OperationalError, "syntax error"),
    ],
)
def test_errors_are_of_the_kinds_of_sqlalchemy(database: Database, statement: str, kind: type[DBAPIError], told: str):
    with pytest.raises(kind, match=told), database.write() as session:
        session.execute(text(statement))
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM thing")).scalar_one() == 2


def test_a_reader_cannot_write(database: Database):
    with pytest.raises(OperationalError, match="readonly"), database.read() as session:
        session.execute(text("DELETE FROM thing"))


def test_a_writer_that_waited_long_enough_is_told(database: Database, tmp_path: Path):
    with closing(sqlite.connect(str(tmp_path / "things.db"), timeout=0.05)) as other, database.write() as session:
        session.execute(text("DELETE FROM thing"))
        with pytest.raises(apsw.BusyError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM thing").get == 2


def test_a_reader_sees_one_snapshot_until_it_ends(database: Database):
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM thing")).scalar_one() == 2
        with database.write() as writer:
            writer.execute(text("DELETE FROM thing"))
        assert session.execute(text("SELECT count(*) FROM thing")).scalar_one() == 2
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM thing")).scalar_one() == 0


def test_a_connection_closes_though_rows_are_left_unread(tmp_path: Path):
    connection = sqlite.connect(str(tmp_path / "things.db"))
    connection.execute("CREATE TABLE thing (id INTEGER)")
    connection.executemany("INSERT INTO thing VALUES (?)", [(1,), (2,), (3,)])
    rows = connection.execute("SELECT id FROM thing")
    assert next(rows) == (1,)
    connection.close()
    with pytest.raises(apsw.Error):
        next(rows)


def test_what_a_driver_says_of_a_closed_connection_ends_the_connection(database: Database):
    with database.reader.connect() as connection:
        connection.connection.driver_connection.close()
        with pytest.raises(DBAPIError) as told:
            connection.execute(text("SELECT 1"))
        assert told.value.connection_invalidated
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM thing")).scalar_one() == 2


def test_nothing_is_left_open_on_a_connection_that_is_given_back(database: Database):
    with database.reader.connect() as connection:
        driver = connection.connection.driver_connection
        rows = iter(connection.execute(text("SELECT id FROM thing ORDER BY id")))
        assert next(rows) == (1,)
        assert len(driver._open) == 1
    assert driver._open == set()
    with database.reader.connect() as connection:
        assert connection.connection.driver_connection is driver
    with pytest.raises((apsw.Error, DBAPIError)):
        next(rows)
