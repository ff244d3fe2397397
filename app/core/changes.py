"""The sequence of changes as a list to read."""

from pydantic import Field

from app.core.columns import col
from app.core.dates import UtcMoment
from app.core.history import Change, Origin
from app.core.queries import Listing, Match
from app.core.shapes import AnyOf, FilterInt, FilterText, ListQuery, Out


class ChangeOut(Out):
    """One act of writing; every revision names the change that recorded it."""

    number: int = Field(description="Place in the sequence, from 1, without gaps.", examples=[12])
    author: str = Field(description="Who wrote.", examples=["seed"])
    reason: str = Field(description="Why.", examples=["Seed file missions.csv"])
    origin: Origin = Field(description="The way it came in.", examples=["seed"])
    recorded_at: UtcMoment = Field(description="When it was recorded, UTC.", examples=["2026-11-23T12:00:00Z"])


class ChangeQuery(ListQuery):
    number__gt: FilterInt | None = Field(None, description="Changes after this number.", examples=[10])
    origin: AnyOf[Origin] | None = Field(None, description="Ways in.", examples=[["seed"]])
    author: FilterText | None = Field(None, description="Author, exactly as shown.", examples=["seed"])


CHANGE_LIST = Listing(
    row=Change,
    out=ChangeOut,
    query=ChangeQuery,
    key="number",
    filters={
        "number": Match(col(Change.number)),
        "origin": Match(col(Change.origin)),
        "author": Match(col(Change.author)),
    },
    sorts=("number",),
    default_sort=("number",),
)
