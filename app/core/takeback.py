"""Takes a whole change back, through the ledger: what it made stands no longer, and what it replaced stands again."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.core.errors import RecordConflict
from app.core.history import Change, Ledger, LedgerRow, touch
from app.core.inserting import insert_rows

_BATCH = 5_000


def changed_since(session: Session, ledger: Ledger, number: int) -> list[Any]:
    """Up to three keys of records that a change made and that stand otherwise by now.

    One that was retracted since is none of them, nor one whose later changes were taken back again.
    """
    made, now = ledger.table.alias("made"), ledger.table.alias("now")
    key = made.c[ledger.key]
    differs = or_(*(made.c[name].is_distinct_from(now.c[name]) for name in _own_columns(ledger)))
    statement = (
        select(key)
        .join(now, (now.c[ledger.key] == key) & now.c.superseded_in.is_(None))
        # Lists are not compared: a record that has some counts as changed.
        .where(made.c.recorded_in == number, made.c.superseded_in.is_not(None), true() if ledger.parts else differs)
    )
    return list(session.execute(statement.order_by(key).limit(3)).scalars())


def take_back(session: Session, change: Change, ledger: Ledger, number: int) -> None:
    """End what stands of the records that a change made, and record anew what it had superseded of them.

    RecordConflict if another record has taken the place of one. Nothing of it may stand otherwise by now. Records with
    lists are ended only, as no import corrects them.
    """
    touch(session, change, ledger)
    table = ledger.table
    # What a statement may have to undo is kept in memory on SQLite, so it must not end everything at once.
    for keys in _made(session, ledger, number):
        session.execute(
            update(table)
            .where(ledger.key_column.in_(keys), table.c.superseded_in.is_(None))
            .values(superseded_in=change.number, superseded_at=change.recorded_at)
        )
    try:
        stamp = {"recorded_in": change.number, "recorded_at": change.recorded_at}
        for rows in _replaced(session, change, ledger, number):
            insert_rows(session.connection(), table, rows, stamp)
    except IntegrityError as error:
        message = f"Another {table.name.replace('_', ' ')} says by now what one said before it was corrected."
        raise RecordConflict(f"{message} Retract it first.") from error


def _made(session: Session, ledger: Ledger, number: int) -> Iterator[Sequence[Any]]:
    """The keys of the records that a change made, in batches."""
    key = ledger.key_column
    statement = select(key).where(ledger.table.c.recorded_in == number).distinct().order_by(key).limit(_BATCH)
    keys = session.execute(statement).scalars().all()
    while keys:
        yield keys
        keys = session.execute(statement.where(key > keys[-1])).scalars().all()


def _replaced(session: Session, change: Change, ledger: Ledger, number: int) -> Iterator[list[dict[str, Any]]]:
    """The revisions that a change superseded, of the records that were just ended, in batches."""
    before, ended = ledger.table.alias("before"), ledger.table.alias("ended")
    key = before.c[ledger.key]
    statement = (
        select(*(before.c[name] for name in _own_columns(ledger)), (ended.c.revision + 1).label("revision"))
        .join(ended, (ended.c[ledger.key] == key) & (ended.c.superseded_in == change.number))
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


def _own_columns(ledger: Ledger) -> list[str]:
    return [column.name for column in ledger.table.columns if column.name not in LedgerRow.model_fields]
