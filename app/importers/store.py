"""All SQL of imports: what was sent, how far it is, what came of it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from app.core.columns import col
from app.core.errors import NotFound
from app.importers.models import FaultOut, FileImport, ImportFault, ImportOut, ImportState, Order, Told, told_of

_BATCH = 5_000
# A process tells its progress every second or so; one that is silent this long is gone.
LOST_AFTER = timedelta(seconds=120)
_UNDER_WAY = (ImportState.WAITING, ImportState.RUNNING)


def record_import(session: Session, order: Order, file: dict[str, Any], author: str, reason: str, now: datetime) -> int:
    """Note that a file was sent; the ledger has to be held, so that numbers are given once. Returns the number."""
    number = int(session.execute(select(func.coalesce(func.max(col(FileImport.id)), 0))).scalar_one()) + 1
    values = order.model_dump(include={"mode", "on_error", "importer", "source", "scope"})
    session.execute(
        insert(FileImport).values(
            id=number,
            state=ImportState.WAITING,
            author=author,
            reason=reason,
            sent_at=now,
            beat_at=now,
            rows_read=0,
            created=0,
            unchanged=0,
            corrected=0,
            rejected=0,
            faults=0,
            told=Told().model_dump_json(),
            **file,
            **values,
        )
    )
    return number


def update_import(session: Session, number: int, **values: Any) -> None:
    """Set what is known of an import by now."""
    session.execute(update(FileImport).where(col(FileImport.id) == number).values(**values))


def end_import(session: Session, number: int, now: datetime, **values: Any) -> bool:
    """Set what came of an import; False if that was told before, which then stays."""
    statement = update(FileImport).where(col(FileImport.id) == number, col(FileImport.state).in_(_UNDER_WAY))
    ended = statement.values(finished_at=now, beat_at=now, **values).returning(col(FileImport.id))
    return session.execute(ended).first() is not None


def keep_alive(session: Session, numbers: Collection[int], now: datetime) -> None:
    """Note that these imports are not lost, though one may have to wait, or has nothing to tell for a while."""
    session.execute(update(FileImport).where(col(FileImport.id).in_(numbers)).values(beat_at=now))


def record_faults(session: Session, number: int, faults: Iterable[tuple[int, str | None, str, str]]) -> None:
    """Keep what is wrong with the rows, as (row, column, code, message)."""
    remaining = enumerate(faults, start=1)
    while batch := list(islice(remaining, _BATCH)):
        rows = [
            {"import_id": number, "place": place, "row": row, "column": column, "code": code, "message": message}
            for place, (row, column, code, message) in batch
        ]
        session.connection().execute(insert(ImportFault.__table__), rows)  # type: ignore[attr-defined]


def get_import(session: Session, number: int, now: datetime, here: Collection[int] = ()) -> ImportOut:
    """One import; NotFound if there is none. Those under way `here`, in this process, are surely not lost."""
    statement = select(FileImport.__table__).where(col(FileImport.id) == number)  # type: ignore[attr-defined]
    found = _imports(session, statement, now, here)
    if not found:
        raise NotFound(f"There is no import {number}; see /v1/imports.")
    return found[0]


def list_imports(
    session: Session,
    states: Sequence[ImportState] | None,
    before: int | None,
    limit: int,
    now: datetime,
    here: Collection[int] = (),
) -> list[ImportOut]:
    """Imports below a number, the newest first."""
    statement = select(FileImport.__table__).order_by(col(FileImport.id).desc()).limit(limit)  # type: ignore[attr-defined]
    if before is not None:
        statement = statement.where(col(FileImport.id) < before)
    if states is not None:
        statement = statement.where(col(FileImport.state).in_(states))
    return _imports(session, statement, now, here)


def list_faults(session: Session, number: int, after: int, limit: int) -> list[FaultOut]:
    """Faults of an import behind a place, in order."""
    statement = (
        select(ImportFault.__table__)  # type: ignore[attr-defined]
        .where(col(ImportFault.import_id) == number, col(ImportFault.place) > after)
        .order_by(col(ImportFault.place))
        .limit(limit)
    )
    return [
        FaultOut(row=row.row, column=row.column, code=row.code, message=row.message)
        for row in session.execute(statement)
    ]


def find_same(session: Session, sha256: str, importer: str) -> int | None:
    """The last import that recorded the very same file and was not taken back."""
    statement = (
        select(col(FileImport.id))
        .where(
            col(FileImport.sha256) == sha256,
            col(FileImport.importer) == importer,
            col(FileImport.state) == ImportState.COMMITTED,
            col(FileImport.change).is_not(None),
        )
        .order_by(col(FileImport.id).desc())
    )
    found: int | None = session.execute(statement.limit(1)).scalar_one_or_none()
    return found


def give_up_lost(session: Session, now: datetime, here: Collection[int] = ()) -> None:
    """Mark as failed what a process that is gone has left under way. Nothing of it is in the record."""
    told = Told(problem="The service stopped while it was at work on this. Nothing was recorded; send the file again.")
    session.execute(
        update(FileImport)
        .where(
            col(FileImport.state).in_(_UNDER_WAY),
            col(FileImport.beat_at) < now - LOST_AFTER,
            col(FileImport.id).not_in(here),
        )
        .values(state=ImportState.FAILED, finished_at=now, told=told.model_dump_json())
    )


def _imports(session: Session, statement: Any, now: datetime, here: Collection[int]) -> list[ImportOut]:
    found = []
    for row in session.execute(statement):
        values = {name: value for name, value in row._mapping.items() if name not in ("beat_at", "told")}
        told = told_of(row.told)
        if row.state in _UNDER_WAY and row.beat_at < now - LOST_AFTER and row.id not in here:
            values["state"] = ImportState.FAILED
            told["problem"] = "The service stopped while it was at work on this. Send the file again."
        found.append(ImportOut.model_validate({**values, **told}))
    return found
