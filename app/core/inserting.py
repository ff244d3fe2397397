"""Inserts rows through the driver itself: SQLAlchemy takes as long over their values as the database to keep them."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Table, insert

from app.core.prepared import binder_of

_BATCH = 5_000
_KEPT = 256  # values of a column; kinds, moments and the like come row after row


class _Plan(NamedTuple):
    """How rows of some columns get into a table: the statement, and what turns a value into one of the driver's."""

    statement: str
    order: tuple[str, ...]
    is_positional: bool
    binders: tuple[Callable[[Any], Any] | None, ...]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns; IntegrityError if one breaks a rule of the table."""
    if not rows:
        return
    plan = _plan_of(table, tuple(rows[0]), connection.dialect)
    for start in range(0, len(rows), _BATCH):
        bound = [
            tuple(
                row[name] if bind is None else bind(row[name])
                for name, bind in zip(plan.order, plan.binders, strict=True)
            )
            for row in rows[start : start + _BATCH]
        ]
        given: Any = bound if plan.is_positional else [dict(zip(plan.order, values, strict=True)) for values in bound]
        connection.exec_driver_sql(plan.statement, given)


@lru_cache(256)
def _plan_of(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    order = tuple(compiled.positiontup or names)
    return _Plan(
        str(compiled), order, compiled.positiontup is not None, tuple(_binder(table, name, dialect) for name in order)
    )


def _binder(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    bind = binder_of(table.c[name].type, dialect)
    return None if bind is None else lru_cache(_KEPT)(bind)
