"""Where the rows of a file wait until all of them are checked: a small database of their own on disk.

So memory stays the same whatever the file holds, and what is doubled or does not add up is found by one statement.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from app.core import sqlite
from app.importers.statements import Fault

_TABLES = """
CREATE TABLE count (
    row INTEGER, as_of TEXT, country TEXT, mission TEXT, kind TEXT, women INTEGER, men INTEGER, total INTEGER,
    country_as_printed TEXT, mission_as_printed TEXT, type_as_printed TEXT
);
CREATE TABLE printed (row INTEGER, as_of TEXT, country TEXT, mission TEXT, women INTEGER, men INTEGER, total INTEGER);
CREATE TABLE stood (as_of TEXT, country TEXT, mission TEXT, total INTEGER);
CREATE TABLE other (row INTEGER, key TEXT, said TEXT);
CREATE TABLE fault (row INTEGER, field TEXT, code TEXT, message TEXT);
"""


class StagedCount(NamedTuple):
    """A count with its names resolved."""

    row: int
    as_of: str
    country: str
    mission: str | None
    kind: str
    women: int | None
    men: int | None
    total: int
    country_as_printed: str
    mission_as_printed: str | None
    type_as_printed: str | None


class StagedSum(NamedTuple):
    """A printed total with its names resolved."""

    row: int
    as_of: str
    country: str | None
    mission: str | None
    women: int | None
    men: int | None
    total: int


class Stage:
    """Rows put aside, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.database = sqlite.connect(str(path))
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -20000"):
            self.database.execute(f"PRAGMA {pragma}")
        self.database.execute(_TABLES)
        self.database.execute("BEGIN")  # and never committed: nothing of it is meant to last

    @staticmethod
    @contextmanager
    def open(path: Path) -> "Iterator[Stage]":
        """A stage in a file that is made for it; the caller removes the file."""
        stage = Stage(path)
        with closing(stage.database):
            yield stage

    def fill(self, table: str, rows: Iterable[Sequence[Any]], width: int) -> None:
        """Put rows into a table."""
        places = ", ".join("?" * width)
        self.database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)

    def ask(self, statement: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Rows of a statement, as they come."""
        return self.database.execute(statement, values)

    def number(self, statement: str, *values: object) -> int:
        """The one number that a statement gives."""
        return int(self.database.execute(statement, values).get)

    def refuse(self, faults: Iterable[Fault]) -> None:
        """Note what is wrong with rows, and leave them out."""
        self.fill("fault", faults, 4)

    def refuse_where(
        self, table: str, condition: str, field: str | None, code: str, message: str, *values: object
    ) -> None:
        """Refuse the rows of a table that meet a condition; `message` is an expression of SQL."""
        statement = f"INSERT INTO fault SELECT row, ?, ?, {message} FROM {table} WHERE {condition}"
        self.database.execute(statement, (field, code, *values))

    def refuse_dates(self, table: str, date: str, field: str, today: str) -> None:
        """Refuse rows whose `date`, an expression of SQL, lies in the future or before the United Nations."""
        late, early = f"{date} || ' lies in the future; today is {today}.'", f"{date} || ' lies before 1945.'"
        self.refuse_where(table, f"{date} > ?", field, "date_in_future", late, today)
        self.refuse_where(table, f"{date} < '1945'", field, "date_too_early", early)

    def leave_out(self) -> None:
        """Drop the rows of which something is wrong."""
        for table in ("count", "printed", "other"):
            self.database.execute(f"DELETE FROM {table} WHERE row IN (SELECT row FROM fault)")
