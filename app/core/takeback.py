"""Takes a whole change back, through the ledger: what it made stands no longer, and what it replaced stands again."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from app.core.history import Change, Ledger

_BATCH = 5_000
_LEDGER_COLUMNS = {"revision", "recorded_in", "recorded_at", "superseded_in", "superseded_at"}


def changed_since(session: Session, ledger: Ledger, number: int) -> list[Any]:
    """Up to three keys of records that a change made and that were changed again after it."""
    table = ledger.table
    statement = select(ledger.key_column).where(table.c.recorded_in == number, table.c.superseded_in.is_not(None))
    return list(session.execute(statement.order_by(ledger.key_column).limit(3)).scalars())


def take_back(session: Session, change: Change, ledger: Ledger, number: int) -> None:
    """End the revisions that a change recorded, and record those anew that it had superseded.

    Nothing of it may have been changed since. Records with lists are ended only, as no import corrects them.
    """
    table = ledger.table
    session.execute(
        update(table)
        .where(table.c.recorded_in == number, table.c.superseded_in.is_(None))
        .values(superseded_in=change.number, superseded_at=change.recorded_at)
    )
    for rows in _replaced(session, ledger, number):
        for row in rows:
            row |= {"recorded_in": change.number, "recorded_at": change.recorded_at}
        session.connection().execute(insert(table), rows)


def _replaced(session: Session, ledger: Ledger, number: int) -> Iterator[list[dict[str, Any]]]:
    """The revisions that a change superseded by others, numbered to follow those, in batches."""
    before, after = ledger.table.alias("before"), ledger.table.alias("after")
    key = before.c[ledger.key]
    columns = [column for column in before.c if column.name not in _LEDGER_COLUMNS]
    statement = (
        select(*columns, (after.c.revision + 1).label("revision"))
        .join(after, (after.c[ledger.key] == key) & (after.c.recorded_in == number))
        .where(before.c.superseded_in == number)
        .order_by(key)
        .limit(_BATCH)
    )
    last = None
    while True:
        found = session.execute(statement if last is None else statement.where(key > last)).all()
        if not found:
            return
        rows = [dict(row._mapping) for row in found]
        last = rows[-1][ledger.key]
        yield rows
