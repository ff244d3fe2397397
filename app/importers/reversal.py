"""Takes an import back as a unit: through the ledger, if nothing rests on it by now."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, Table, literal, select, union_all
from sqlmodel import Session

from app.core.errors import Complaint, RecordConflict
from app.core.history import Origin, begin_change
from app.core.takeback import changed_since, take_back
from app.importers.models import ImportOut, ImportState
from app.importers.store import get_import, update_import
from app.recording.kinds import KINDS, Kind
from app.recording.references import Reference, references_of

_SHOWN = 3


def revert_import(session: Session, number: int, author: str, reason: str, now: datetime) -> ImportOut:
    """Take back all that an import recorded; RecordConflict if there is nothing, or if something rests on it."""
    found = get_import(session, number, now)
    if found.state is not ImportState.COMMITTED or found.change is None:
        raise RecordConflict(f"Import {number} is {found.state} and recorded nothing that could be taken back.")
    holders = [*_changed_since(session, found.change), *_resting_on(session, found.change)]
    if holders:
        message = f"Import {number} cannot be taken back: {', '.join(holders)} came after it. Retract those first."
        raise RecordConflict(message, [Complaint(message="This came after it.", record=one) for one in holders])
    change = begin_change(session, author, reason, Origin.IMPORT)
    for kind in reversed(KINDS):
        take_back(session, change, kind.ledger, found.change)
    update_import(session, number, state=ImportState.REVERTED, reverted_in=change.number)
    return get_import(session, number, now)


def _changed_since(session: Session, change: int) -> list[str]:
    """Records that the change made and that stand otherwise by now."""
    return [f"/v1/{kind.path}/{key}" for kind in KINDS for key in changed_since(session, kind.ledger, change)]


def _resting_on(session: Session, change: int) -> list[str]:
    """Standing records beside those that a change made, and that refer to one of them."""
    made = [kind for kind in KINDS if session.execute(_touched(kind, change).limit(1)).first() is not None]
    branches = [
        _referring(other, reference, change)
        for other in KINDS
        for reference in references_of(other)
        if reference.to in made
    ]
    found = session.execute(union_all(*branches)).all() if branches else []
    return sorted({f"/v1/{path}/{key}" for path, key in found})


def _referring(other: Kind, reference: Reference, change: int) -> Any:
    table, own = other.ledger.table, other.ledger.key_column
    statement = select(literal(other.path, String()).label("path"), own.cast(String()).label("key"))
    if len(reference.path) == 1:
        field: Any = table.c[reference.path[0]]
    else:
        part = other.ledger.parts[reference.path[0]]
        rows: Table = part.row.__table__  # type: ignore[attr-defined]
        field = rows.c[part.value or reference.path[2]]
        statement = statement.join(rows, (rows.c[part.owner] == own) & (rows.c.revision == table.c.revision))
    statement = statement.where(
        table.c.superseded_in.is_(None), field.in_(_new(reference.to, change)), own.not_in(_touched(other, change))
    )
    return select(statement.limit(_SHOWN).subquery())


def _touched(kind: Kind, change: int) -> Select[Any]:
    """Keys of the records that a change recorded; they go with it."""
    return select(kind.ledger.key_column).where(kind.ledger.table.c.recorded_in == change)


def _new(kind: Kind, change: int) -> Select[Any]:
    """Those of them that did not stand before."""
    corrected = select(kind.ledger.key_column).where(kind.ledger.table.c.superseded_in == change)
    return _touched(kind, change).where(kind.ledger.key_column.not_in(corrected))
