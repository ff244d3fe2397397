"""Records that say the same thing twice: by key, or by what makes them the one record of their matter."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlmodel import Session

from app.core.errors import Complaint
from app.core.faults import fault
from app.core.history import Ledger
from app.recording.kinds import Kind


@cache
def natural_keys(kind: Kind) -> tuple[tuple[str, ...], ...]:
    """The sets of fields of which no two standing records have the same, read off the unique indexes."""
    columns = [index.info["columns"] for index in kind.ledger.table.indexes if index.unique]
    return tuple(sorted(tuple(_field(column) for column in one) for one in columns))


def _field(column: str) -> str:
    """`mission` for `mission` and for `coalesce(mission, '')`."""
    return re.sub(r"^coalesce\((\w+),.*$", r"\1", column)


def find_twin(session: Session, kind: Kind, shape: BaseModel, key: object) -> object | None:
    """Key of a standing record that already says what a new one, or a corrected one of that key, would say."""
    values = {**shape.model_dump(), kind.ledger.key: key}
    own = kind.ledger.key_column
    matches = [_equal(kind, fields, values) for fields in natural_keys(kind) if fields != (kind.ledger.key,)]
    return _first(session, kind, or_(*matches), own.is_distinct_from(key)) if matches else None


def find_namesake(session: Session, kind: Kind, key: object) -> object | None:
    """The key, if a record of that key stands."""
    return None if key is None else _first(session, kind, kind.ledger.key_column == key)


def _first(session: Session, kind: Kind, *conditions: ColumnElement[bool]) -> object | None:
    statement = select(kind.ledger.key_column).where(kind.ledger.table.c.superseded_in.is_(None), *conditions)
    found: object | None = session.execute(statement.limit(1)).scalar_one_or_none()
    return found


def _equal(kind: Kind, fields: Sequence[str], values: Mapping[str, Any]) -> ColumnElement[bool]:
    columns = kind.ledger.table.c
    if any(values[field] is None and field not in _folded(kind) for field in fields):
        return false()  # to the index no two nulls are the same, unless it folds them
    return and_(*(columns[field].is_not_distinct_from(values[field]) for field in fields))


@cache
def _folded(kind: Kind) -> frozenset[str]:
    """Fields whose nulls count as the same."""
    columns = [column for index in kind.ledger.table.indexes if index.unique for column in index.info["columns"]]
    return frozenset(_field(column) for column in columns if _field(column) != column)


def twins_inside(kind: Kind, shapes: Sequence[tuple[str, BaseModel]]) -> Iterator[Complaint]:
    """Faults of records that one request gives twice; `shapes` are (place in the body, record)."""
    for fields in natural_keys(kind):
        if fields == (kind.ledger.key,):
            continue
        first: dict[tuple[object, ...], str] = {}
        for place, shape in shapes:
            values = tuple(getattr(shape, field) for field in fields)
            if values in first:
                same = ", ".join(f"{f}" for f in fields)
                yield fault(place, f"this is the same as {first[values]}: one record a {same}.")
            first.setdefault(values, place)


def repeated_items(ledger: Ledger, values: Mapping[str, Any], place: str = "") -> Iterator[Complaint]:
    """Faults of lists inside a record that name one thing twice."""
    for name, part in ledger.parts.items():
        columns = part.row.__table__.primary_key.columns  # type: ignore[attr-defined]
        keys = [column.name for column in columns if column.name not in (part.owner, "revision")]
        seen = set[str]()
        items = values.get(name)
        for number, item in enumerate(items if isinstance(items, list) else []):
            told = [item] if part.value else [item.get(key) for key in keys] if isinstance(item, dict) else []
            text = " ".join(str(one) for one in told)
            if text and text in seen:
                yield fault(f"{place}/{name}/{number}", f"'{text[:80]}' stands in the list twice.")
            seen.add(text)
