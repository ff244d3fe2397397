"""Takes an import back as a unit: through the ledger, if nothing rests on it by now."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, literal, select, union_all
from sqlmodel import Session

from app.core.errors import Complaint, RecordConflict
from app.core.history import Origin, begin_change
from app.core.takeback import changed_since, take_back
from app.importers.models import ImportOut, ImportState
from app.importers.store import get_import, update_import
from app.recording.kinds import KINDS, Kind
from app.recording.references import references_of

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
    return [f"/v1/{kind.path}/{key}" for kind in KINDS for key in changed_since(session, kind.ledger, change)]


def _resting_on(session: Session, change: int) -> list[str]:
    """Standing records of other changes that refer to records which this one made; one statement."""
    branches = [
        _referring(other, reference.path[0], reference.to, change)
        for other in KINDS
        for reference in references_of(other)
        if len(reference.path) == 1
    ]
    found = session.execute(union_all(*branches)).all()
    return sorted({f"/v1/{path}/{key}" for path, key in found})


def _referring(other: Kind, field: str, to: Kind, change: int) -> Any:
    table, target = other.ledger.table, to.ledger.table
    # A record that was only corrected stays when the import goes.
    corrected = select(to.ledger.key_column).where(target.c.superseded_in == change)
    made = select(to.ledger.key_column).where(target.c.recorded_in == change, to.ledger.key_column.not_in(corrected))
    statement = (
        select(literal(other.path, String()).label("path"), other.ledger.key_column.cast(String()).label("key"))
        .where(table.c[field].in_(made), table.c.superseded_in.is_(None), table.c.recorded_in != change)
        .limit(_SHOWN)
    )
    return select(statement.subquery())
