"""Statements written down once: the text the driver takes, and how values go in and come out.

To put a statement together and to look up what it was compiled to costs more than most reads, so what is asked often
is compiled once and then sent as text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Enum, Float, Numeric, Select, String, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from app.core.database import connection_of

Row = tuple[Any, ...]
_Process = Callable[[Any], Any]


@dataclass(frozen=True)
class Prepared:
    """A compiled statement. `places` are the names of its values in order, None where the driver takes names."""

    text: str
    places: tuple[str, ...] | None
    constants: Mapping[str, Any]
    binders: Mapping[str, _Process]
    readers: tuple[tuple[int, _Process], ...]  # of the columns whose values the driver does not read itself

    def fetch(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """All rows as the driver hands them out; `read` makes of them what the columns say."""
        given: dict[str, Any] = {**self.constants, **values}
        for name, bind in self.binders.items():
            given[name] = bind(given[name])
        sent: Any = given
        if self.places is not None:
            sent = tuple([given[name] for name in self.places])
        return run_text(connection_of(session), self.text, sent)

    def read(self, row: Row) -> Sequence[Any]:
        """The values of a row as Python knows them: enumerations, moments, lists."""
        if not self.readers:
            return row
        values = list(row)
        for place, process in self.readers:
            values[place] = process(values[place])
        return values


def run_text(connection: Connection, text: str, values: Any) -> list[Row]:
    """All rows of a statement, run by the driver itself: SQLAlchemy takes longer to run a small one than the engine."""
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(text, values).fetchall()  # type: ignore[no-any-return]
    except connection.dialect.dbapi.Error as error:  # type: ignore[union-attr]
        raise told_by_sqlalchemy(connection, text, error) from error


def told_by_sqlalchemy(connection: Connection, text: str, error: Exception) -> BaseException:
    """An error of the driver as SQLAlchemy would tell it, so that it is caught as any other."""
    driver: Any = connection.dialect.dbapi
    return DBAPIError.instance(text, None, error, driver.Error, dialect=connection.dialect)


def prepare(statement: Select[Any], dialect: Dialect) -> Prepared:
    """Compile a statement; values it holds already are kept, those it leaves open are given to each `fetch`."""
    compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    constants = dict(compiled.construct_params())
    binders = {name: binder_of(bind.type, dialect) for name, bind in compiled.binds.items() if name in constants}
    columns = list(statement.selected_columns)
    readers = [(place, _reader(column.type, dialect)) for place, column in enumerate(columns)]
    return Prepared(
        text=compiled.string,
        places=tuple(compiled.positiontup) if compiled.positional else None,
        constants=constants,
        binders={name: bind for name, bind in binders.items() if bind is not None},
        readers=tuple((place, read) for place, read in readers if read is not None),
    )


def open_value(name: str, kind: TypeEngine[Any], value: Any = None) -> BindParameter[Any]:
    """A value that each run of a statement may give; texts are compared as the column says, not as the value would."""
    is_text = isinstance(kind, String) and not isinstance(kind, Enum)
    return bindparam(name, value, String() if is_text else kind)


def binder_of(kind: TypeEngine[Any], dialect: Dialect) -> _Process | None:
    """What makes a value one of the driver's; None if it is one already."""
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> _Process | None:
    if isinstance(kind, Numeric | Float) and dialect.name == "postgresql":
        return None  # its driver knows decimal numbers
    return kind.dialect_impl(dialect).result_processor(dialect, None)


class Shelf:
    """Things by what tells them apart, such as prepared statements by their form; all are taken off once it is full."""

    def __init__(self, most: int = 500) -> None:
        self._kept: dict[object, Any] = {}
        self._most = most

    def take(self, key: object, make: Callable[[], Any]) -> Any:
        """What was made for the key, made now if it was not."""
        kept = self._kept.get(key)
        if kept is None:
            kept = make()
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept[key] = kept
        return kept
