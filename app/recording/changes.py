"""The sequence of changes as a list to read."""

import difflib
from typing import Any

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import ColumnElement, exists, or_, select, union_all

from app.core.columns import col
from app.core.dates import UtcMoment
from app.core.errors import Complaint, InvalidRequest
from app.core.history import Change, Origin
from app.core.keys import possible_keys
from app.core.names import Names
from app.core.queries import Listing, Match
from app.core.shapes import AnyOf, FilterInt, FilterText, ListQuery, Out
from app.recording.feed import ended, recorded
from app.recording.kinds import KIND_BY_PATH, Kind


class ChangeOut(Out):
    """One act of writing; every revision names the change that recorded it."""

    number: int = Field(description="Place in the sequence, from 1, without gaps.", examples=[12])
    author: str = Field(description="Who wrote.", examples=["seed"])
    accepted_by: str | None = Field(
        None, description="Who accepted it, where two pairs of eyes are asked for; null elsewhere.", examples=[None]
    )
    reason: str = Field(description="Why.", examples=["Seed file missions.csv"])
    origin: Origin = Field(description="The way it came in.", examples=["seed"])
    recorded_at: UtcMoment = Field(description="When it was recorded, UTC.", examples=["2026-11-23T12:00:00Z"])


class ChangeQuery(ListQuery):
    since: FilterInt | None = Field(None, description="Changes after this number.", examples=[10])
    origin: AnyOf[Origin] | None = Field(None, description="Ways in.", examples=[["seed"]])
    author: FilterText | None = Field(None, description="Author, exactly as shown.", examples=["seed"])
    noun: FilterText | None = Field(
        None,
        description="Changes that touched records of this kind.",
        examples=["headcounts"],
        json_schema_extra={"enum": [*sorted(KIND_BY_PATH)]},
    )
    record: FilterText | None = Field(
        None,
        description="Key of the one record that was touched; only together with `noun`.",
        examples=["10334"],
    )

    @field_validator("record")
    @classmethod
    def _of_a_noun(cls, record: str | None, others: ValidationInfo) -> str | None:
        if record is not None and others.data.get("noun") is None:
            raise ValueError("say in `noun` what kind of record it is")
        return record


def _of_noun(query: Any, _names: Names) -> ColumnElement[bool]:
    """Changes that recorded or ended any record of a kind."""
    table = _kind(query).ledger.table
    return or_(
        exists().where(table.c.recorded_in == Change.number, recorded(table)),
        exists().where(table.c.superseded_in == Change.number, ended(table)),
    )


def _of_record(query: Any, names: Names) -> ColumnElement[bool]:
    """Changes that recorded or ended one record."""
    kind = _kind(query)
    table = kind.ledger.table
    is_it = kind.ledger.key_column.in_(possible_keys(kind.listing, query.record, names))
    touched = union_all(
        select(table.c.recorded_in).where(is_it, recorded(table)),
        select(table.c.superseded_in).where(is_it, ended(table)),
    )
    return col(Change.number).in_(touched)


def _kind(query: Any) -> Kind:
    found = KIND_BY_PATH.get(query.noun)
    if found is None:
        detail = f"There are no records called '{query.noun[:60]}'."
        near = difflib.get_close_matches(query.noun[:60], KIND_BY_PATH, n=3) or sorted(KIND_BY_PATH)
        raise InvalidRequest(detail, [Complaint(message=detail, parameter="noun", near=near)])
    return found


CHANGE_LIST = Listing(
    row=Change,
    out=ChangeOut,
    query=ChangeQuery,
    key="number",
    filters={
        "since": Match(col(Change.number), operator="gt"),
        "origin": Match(col(Change.origin)),
        "author": Match(col(Change.author)),
        "noun": Match(col(Change.number), among=_of_noun),
        "record": Match(col(Change.number), among=_of_record),
    },
    sorts=("number",),
    default_sort=("number",),
)
