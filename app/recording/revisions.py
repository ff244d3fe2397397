"""All SQL of revisions: the history of one record."""

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from pydantic import BaseModel, Field, create_model
from sqlalchemy import and_, select
from sqlmodel import Session

from app.core.columns import col
from app.core.dates import UtcMoment
from app.core.history import Change, View
from app.core.keys import Key, possible_keys
from app.core.names import Names
from app.recording.feed import own_columns, recorded
from app.recording.feed_rows import act_of, fields_of
from app.recording.kinds import Kind
from app.recording.models import Act


class RevisionFields(BaseModel):
    """How a revision came and went."""

    revision: int = Field(description="Number of the revision of this record, from 1.", examples=[2])
    act: Act = Field(description="What its change did: `create` where nothing stood before.", examples=["correct"])
    recorded_in: int = Field(description="Number of the change that recorded it.", examples=[120])
    recorded_at: UtcMoment = Field(description="Moment of that change, UTC.", examples=["2026-11-24T12:00:00.000000Z"])
    recorded_by: str = Field(description="Author of that change.", examples=["aigerim"])
    accepted_by: str | None = Field(
        description="Who accepted that change, where two pairs of eyes are asked for; null elsewhere.", examples=[None]
    )
    reason: str = Field(description="Why it was recorded.", examples=["The table was reissued."])
    superseded_in: int | None = Field(
        description="Number of the change that ended it; null while it stands.", examples=[130]
    )
    superseded_at: UtcMoment | None = Field(
        description="Moment of that change, UTC; null while it stands.", examples=["2026-11-25T12:00:00.000000Z"]
    )
    retracted_by: str | None = Field(
        description="Who retracted it; null while it stands, or if another revision followed at once.",
        examples=["daniyar"],
    )
    retraction_reason: str | None = Field(
        description="Why it was retracted; null where it was not.", examples=["Posted to the wrong mission."]
    )


@cache
def revision_of(kind: Kind) -> type[BaseModel]:
    """A revision of one kind of record: its own fields, and how it came and went."""
    name = kind.shape.__name__.removesuffix("In") + "Revision"
    doc = f"One revision of the {kind.title}: its own fields, and how it came and went."
    return cast(type[BaseModel], create_model(name, __base__=(RevisionFields, fields_of(kind)), __doc__=doc))


def find_recorded(session: Session, kind: Kind, key: str, names: Names, view: View) -> Key | None:
    """The key of a record that was recorded up to a view, whether it stands or not; None if there is none."""
    possible = possible_keys(kind.listing, key, names)
    table, column = kind.ledger.table, kind.ledger.key_column
    known = table.c.recorded_in <= view.revision, recorded(table)
    found = set(session.execute(select(column).where(column.in_(possible), *known)).scalars())
    return next((one for one in possible if one in found), None)


def find_retraction(session: Session, kind: Kind, key: Key, view: View) -> int | None:
    """Number of the change that retracted a record which does not stand in a view; None if it stands itself."""
    table = kind.ledger.table
    statement = (
        select(table.c.superseded_in)
        .where(kind.ledger.key_column == key, table.c.recorded_in <= view.revision)
        .order_by(table.c.revision.desc())
        .limit(1)
    )
    number: int | None = session.execute(statement).scalar_one_or_none()
    return number if number is not None and number <= view.revision else None


def list_revisions(
    session: Session, kind: Kind, key: Key, view: View, limit: int, behind: int = 0
) -> tuple[list[BaseModel], int | None]:
    """The revisions of a record in order, as a view knows them, and the number of the last one if more follow.

    One statement. They begin behind the revision given, which is read too: it tells what the next one did.
    """
    rows: list[_Row | None] = [*_rows(session, kind, key, view, limit + 2, behind)]
    before, after = [None, *rows], [*rows[1:], None]
    places = [place for place, row in enumerate(rows) if row is not None and row["revision"] > behind]
    shown = [_shaped(kind, before[place], rows[place] or {}, after[place]) for place in places[:limit]]
    return shown, shown[-1].revision if len(places) > limit else None  # type: ignore[attr-defined]


_Row = dict[str, Any]


def _rows(session: Session, kind: Kind, key: Key, view: View, limit: int, start: int) -> Iterator[_Row]:
    """Revisions from `start` on with the changes that recorded and ended them; those no state ever showed are none."""
    table, ending = kind.ledger.table, col(Change.number).table.alias("ending")
    columns = {
        **own_columns(kind),
        **{name: table.c[name] for name in ("revision", "recorded_in", "recorded_at")},
        "recorded_by": col(Change.author),
        "accepted_by": col(Change.accepted_by),
        "reason": col(Change.reason),
        "superseded_in": ending.c.number,
        "superseded_at": ending.c.recorded_at,
        "retracted_by": ending.c.author,
        "retraction_reason": ending.c.reason,
    }
    is_known = and_(ending.c.number == table.c.superseded_in, ending.c.number <= view.revision)
    statement = (
        select(*columns.values())
        .select_from(table)
        .join(Change, col(Change.number) == table.c.recorded_in)
        .outerjoin(ending, is_known)
        .where(kind.ledger.key_column == key, table.c.revision >= start)
        .where(recorded(table), table.c.recorded_in <= view.revision)
        .order_by(table.c.revision)
        .limit(limit)
    )
    for row in session.execute(statement):
        yield dict(zip(columns, row, strict=True))


def _shaped(kind: Kind, before: _Row | None, row: _Row, after: _Row | None) -> BaseModel:
    """A revision, told by those around it: one that stood until this one began, one that began when this one ended."""
    stood = before is not None and before["superseded_in"] == row["recorded_in"]
    act = act_of(str(before.get("status", "")) if before and stood else None, str(row.get("status", "")))
    if after is not None and after["recorded_in"] == row["superseded_in"]:
        row = {**row, "retracted_by": None, "retraction_reason": None}
    return revision_of(kind).model_validate({**row, "act": act})
