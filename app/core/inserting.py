"""Inserts rows through the driver itself: SQLAlchemy takes as long over their values as the database to keep them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Table, insert

from app.core.prepared import binder_of, told_by_sqlalchemy

_BATCH = 5_000
_KEPT = 256  # values of a column; kinds, moments and the like come row after row
_GROUP = 250  # rows of one statement; SQLite takes 32,766 values in it
_FEW = 50  # rows that are not worth the start of a copy

_Row = tuple[Any, ...]


class _Plan(NamedTuple):
    """How rows of some columns get into a table: what turns their values into the driver's, and the statements."""

    order: tuple[str, ...]
    binders: tuple[Callable[[Any], Any] | None, ...]
    insert: str
    many: str
    write: Callable[[Connection, "_Plan", list[_Row]], None]


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], shared: Mapping[str, Any] | None = None
) -> None:
    """Insert rows that all have the same columns, `shared` being those that say the same in all of them.

    IntegrityError if one breaks a rule of the table.
    """
    if not rows:
        return
    alike = shared or {}
    plan = _plan_of(table, (*rows[0], *alike), connection.dialect)
    for start in range(0, len(rows), _BATCH):
        plan.write(connection, plan, _bound(plan, rows[start : start + _BATCH], alike))


def _bound(plan: _Plan, rows: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]) -> list[_Row]:
    """The values as the driver takes them, column by column: no code of ours is run for a single one."""
    columns: list[Iterable[Any]] = []
    for name, bind in zip(plan.order, plan.binders, strict=True):
        column = repeat(shared[name], len(rows)) if name in shared else map(itemgetter(name), rows)
        columns.append(column if bind is None else map(bind, column))
    return list(zip(*columns, strict=True))


@lru_cache(256)
def _plan_of(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    order = tuple(compiled.positiontup or names)
    one = str(compiled)
    if dialect.name == "sqlite":
        head, values = one.split(" VALUES ")
        many, write = f"{head} VALUES {', '.join([values] * _GROUP)}", _write_groups
    else:
        columns = ", ".join(map(compiled.preparer.quote, order))
        many, write = f"COPY {compiled.preparer.format_table(table)} ({columns}) FROM STDIN", _copy
    return _Plan(order, tuple(_binder(table, name, dialect) for name in order), one, many, write)


def _write_groups(connection: Connection, plan: _Plan, rows: list[_Row]) -> None:
    """SQLite prepares the rules of a table anew for every statement: many rows by one of them take a third less."""
    whole = len(rows) - len(rows) % _GROUP
    groups = [tuple(chain.from_iterable(rows[start : start + _GROUP])) for start in range(0, whole, _GROUP)]
    for statement, given in ((plan.many, groups), (plan.insert, rows[whole:])):
        if given:
            connection.exec_driver_sql(statement, given)


def _copy(connection: Connection, plan: _Plan, rows: list[_Row]) -> None:
    """PostgreSQL takes many rows as one stream in less than half the time."""
    if len(rows) < _FEW:
        connection.exec_driver_sql(plan.insert, [dict(zip(plan.order, row, strict=True)) for row in rows])
        return
    driver: Any = connection.dialect.dbapi
    try:
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(plan.many) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:
        raise told_by_sqlalchemy(connection, plan.many, error) from error


def _binder(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    bind = binder_of(table.c[name].type, dialect)
    return None if bind is None else lru_cache(_KEPT)(bind)
