"""How lists are read: which columns, filters and orders a noun has, and pages that start behind a key.

A `Listing` describes one noun; `list_page` reads one page of it in one statement.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import JSON, ColumnElement, Enum, Integer, Select, String, and_, false, func, or_, select, type_coerce
from sqlmodel import Session, SQLModel

from app.core.columns import KEY_TEXT, bytewise, json_array, json_object_of
from app.core.dates import first_day, first_day_sql, last_day
from app.core.errors import BadCursor, Complaint, InvalidRequest
from app.core.history import View, open_view, standing
from app.core.names import Names
from app.core.shapes import LIST_CONTROLS, ListQuery, Out

DEFAULT_LIMIT = 100
SQLITE_INT_MAX = 2**63 - 1


@dataclass(frozen=True)
class Match:
    """What a filter compares. `date` columns hold partial dates; codes and spellings go through the names first."""

    column: ColumnElement[Any]
    kind: Literal["plain", "country", "mission", "date", "country_spelling", "mission_spelling"] = "plain"
    within: Callable[[ColumnElement[bool], View], ColumnElement[bool]] | None = None
    operator: str = ""  # of a filter whose name does not end in one
    among: Callable[[Any, Names], ColumnElement[bool]] | None = None  # condition of a filter that reads the whole query


Columns = Mapping[str, Callable[[View], ColumnElement[Any]]]


@dataclass(frozen=True)
class Listing:
    """One noun as lists see it. Fields of `out` are columns of `row` unless `columns` says otherwise."""

    row: type[SQLModel]
    out: type[Out]
    query: type[ListQuery]
    key: str
    filters: Mapping[str, Match]
    sorts: tuple[str, ...]
    default_sort: tuple[str, ...]
    columns: Columns = field(default_factory=dict)
    join: Callable[[Select[Any], View], Select[Any]] = lambda statement, _: statement

    def selected(self, view: View) -> dict[str, ColumnElement[Any]]:
        """Field name to expression, for every field of `out` that comes out of SQL."""
        table = self.row.__table__  # type: ignore[attr-defined]
        found: dict[str, ColumnElement[Any]] = {}
        for name in self.out.model_fields:
            if name in self.columns:
                found[name] = self.columns[name](view)
            elif name in table.c:
                found[name] = table.c[name]
        return found

    def rows(self, columns: Sequence[ColumnElement[Any]], view: View) -> Select[Any]:
        """A statement over the standing rows."""
        statement = select(*columns).select_from(self.row).where(standing(self.row, view))  # type: ignore[arg-type]
        return self.join(statement, view)


@dataclass(frozen=True)
class Include:
    """Related records shown inside a record: `on` joins them, `fold` makes one value of them."""

    name: str
    listing: Listing
    on: ColumnElement[bool]
    description: str
    many: bool = True
    always: bool = False
    sort: tuple[str, ...] = ()  # order of the related rows; that of their own list unless given
    through: tuple[type[SQLModel], ...] = ()  # tables beside the record's own that `on` looks at
    fold: Callable[[list[Any], Mapping[str, Any], date], BaseModel] | None = None  # related rows, record, today
    folded: type[BaseModel] | None = None

    def column(self, row: type[SQLModel], view: View) -> ColumnElement[Any]:
        """The related records of a row as one JSON list, in no particular order."""
        columns = [json_array(json_object_of(self.listing.selected(view)))]
        related = self.listing.rows(columns, view).where(self.on)
        return related.correlate(row, *self.through).scalar_subquery()

    def shape(self, record: Mapping[str, Any], names: Names, today: date) -> object:
        """The related records of a record as they are shown, in the order of their own list."""
        listing = self.listing
        shown: list[Any] = [listing.out.model_validate(value, context=names) for value in record[self.name]]
        order = (*(self.sort or listing.default_sort), listing.key)
        shown.sort(key=lambda one: [_order(getattr(one, name)) for name in order])
        if self.fold is not None:
            return self.fold(shown, record, today)
        if self.many:
            return shown
        return shown[0] if shown else None


def _order(value: object) -> tuple[bool, Any]:
    """Unknown first; the words of a closed list in the order in which it names them."""
    if isinstance(value, StrEnum):
        return (True, list(type(value)).index(value))
    return (value is not None, value)


def json_rows(row: type[SQLModel], on: ColumnElement[bool], *fields: str) -> Callable[[View], ColumnElement[Any]]:
    """The list inside a record as correlated JSON: plain values for one field, objects for several."""
    table = row.__table__  # type: ignore[attr-defined]
    columns = {name: table.c[name] for name in fields}
    value = columns[fields[0]] if len(fields) == 1 else json_object_of(columns)
    rows = select(json_array(value)).select_from(row).where(on)
    return lambda view: rows.where(standing(row, view)).correlate_except(row).scalar_subquery()  # type: ignore[arg-type]


@dataclass(frozen=True)
class Page:
    """Rows of one page in order, the cursor behind the last of them, and the number of all if asked for."""

    rows: list[dict[str, Any]]
    next_cursor: str | None
    count: int | None
    revision: int


@dataclass(frozen=True)
class Cursor:
    """Where a crawl stands: the state it looks at, the query it belongs to and the last key shown."""

    revision: int
    query: str
    keys: list[str | int]

    def encode(self) -> str:
        text = json.dumps([self.revision, self.query, self.keys], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @staticmethod
    def decode(text: str) -> "Cursor":
        """Read a cursor; BadCursor for anything this service did not write."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            revision, query, keys = json.loads(raw)
        except (ValueError, TypeError, binascii.Error, RecursionError) as error:
            raise BadCursor("The cursor cannot be read. Start again without `cursor`.") from error
        well_formed = (
            type(revision) is int
            and 0 <= revision <= SQLITE_INT_MAX
            and isinstance(query, str)
            and isinstance(keys, list)
            and all(type(key) in (str, int) for key in keys)
        )
        if not well_formed:
            raise BadCursor("The cursor cannot be read. Start again without `cursor`.")
        return Cursor(revision, query, keys)


@dataclass(frozen=True)
class _Sort:
    column: ColumnElement[Any]
    falling: bool
    is_number: bool

    def accepts(self, key: str | int) -> bool:
        if self.is_number:
            return type(key) is int and abs(key) <= SQLITE_INT_MAX
        return isinstance(key, str) and "\x00" not in key and not any("\ud800" <= c <= "\udfff" for c in key)

    def behind(self, key: str | int, *, or_at: bool = False) -> ColumnElement[bool]:
        if self.falling:
            return self.column <= key if or_at else self.column < key
        return self.column >= key if or_at else self.column > key


def list_page(
    session: Session,
    listing: Listing,
    query: ListQuery,
    view: View,
    names: Names,
    extra: Mapping[str, ColumnElement[Any]] | None = None,
) -> Page:
    """One page of rows as dictionaries by field of `out` (and of `extra`, the included lists).

    Raises UnknownCode, InvalidRequest or BadCursor for values that cannot be used.
    """
    columns = {**listing.selected(view), **(extra or {})}
    order = _order_of(listing, query, columns)
    limit = query.limit or DEFAULT_LIMIT
    wanted = [column.label(name) for name, column in columns.items()]
    keys = [sort.column.label(f"sort_{place}") for place, sort in enumerate(order)]
    conditions = list(conditions_of(listing, query, view, names))
    statement = listing.rows([*wanted, *keys], view).where(*conditions)
    if query.cursor is not None:
        statement = statement.where(_behind(order, Cursor.decode(query.cursor).keys))
    statement = statement.order_by(*(s.column.desc() if s.falling else s.column.asc() for s in order))
    found = session.execute(statement.limit(limit + 1)).all()
    fields = tuple(columns)
    rows = [dict(zip(fields, row, strict=False)) for row in found[:limit]]
    next_cursor = None
    if len(found) > limit:
        last = list(found[limit - 1][len(fields) :])
        next_cursor = Cursor(view.revision, fingerprint(listing, query), last).encode()
    count = None
    if query.count == "exact":
        counted = listing.rows([func.count()], view).where(*conditions)
        count = session.execute(counted).scalar_one()
    return Page(rows, next_cursor, count, view.revision)


def view_of_list(session: Session, listing: Listing, query: ListQuery) -> View:
    """The state a list looks at: that of its cursor, or of `known_at`, or the current one.

    Raises BadCursor if the cursor belongs to another query or names a state that never was.
    """
    view = open_view(session, query.known_at)
    if query.cursor is None:
        return view
    cursor = Cursor.decode(query.cursor)
    if cursor.query != fingerprint(listing, query):
        raise BadCursor("The cursor belongs to another query. Keep every other parameter as it was.")
    if cursor.revision > view.revision:
        raise BadCursor("The cursor cannot be read. Start again without `cursor`.")
    return View(cursor.revision, is_current=False)


def fingerprint(listing: Listing, query: ListQuery) -> str:
    """Short hash of everything that decides which rows a crawl shows and in which order."""
    return fingerprint_of(listing.out.__name__, query, {"cursor", "limit", "format", "count", "hxl"})


def fingerprint_of(name: str, query: BaseModel, left_out: Set[str]) -> str:
    """Short hash of a query, without the parameters that may change from page to page."""
    asked = query.model_dump(mode="json", exclude=set(left_out), exclude_none=True)
    text = json.dumps([name, asked], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def conditions_of(listing: Listing, query: ListQuery, view: View, names: Names) -> Iterator[ColumnElement[bool]]:
    """One condition a filter that is set; OR inside a list of values."""
    for name in sorted(query.model_fields_set - LIST_CONTROLS):
        value = getattr(query, name)
        if value is None:
            continue
        field_name, _, operator = name.partition("__")
        match = listing.filters[field_name]
        if match.among:
            yield match.among(query, names)
            continue
        condition = _condition(match, name, operator or match.operator, value, names)
        yield match.within(condition, view) if match.within else condition


def _condition(match: Match, name: str, operator: str, value: Any, names: Names) -> ColumnElement[bool]:
    if match.kind in ("country", "mission"):
        register = names.country if match.kind == "country" else names.mission
        return match.column.in_(register.resolve(name, value))
    if match.kind in ("country_spelling", "mission_spelling"):
        register = names.country if match.kind == "country_spelling" else names.mission
        return match.column.in_(register.find(value))
    if match.kind == "date":
        return _date_condition(match.column, operator, value)
    if operator == "contains":
        return func.lower(match.column).contains(value.lower(), autoescape=True)
    if operator in _COMPARE:
        return _COMPARE[operator](match.column, value)
    return match.column.in_(value) if isinstance(value, list) else match.column == value


_COMPARE: dict[str, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    "gte": lambda column, value: column >= value,
    "gt": lambda column, value: column > value,
    "lte": lambda column, value: column <= value,
    "lt": lambda column, value: column < value,
}


def _date_condition(column: ColumnElement[Any], operator: str, value: str | list[str]) -> ColumnElement[bool]:
    """A year or month as a value means its whole span, and what lies wholly inside it is found.

    So `2024-03-01` does not find "March 2024", but `2024` does. Ranges look at the first day of a column's span.
    """
    if isinstance(value, list):
        text = bytewise(column)
        return or_(false(), *(text.between(one, f"{one}-99") for one in value))
    start = first_day_sql(column)
    bounds = {
        "gte": start >= first_day(value),
        "gt": start > last_day(value),
        "lte": start <= last_day(value),
        "lt": start < first_day(value),
    }
    return bounds[operator]


def _order_of(listing: Listing, query: ListQuery, columns: Mapping[str, ColumnElement[Any]]) -> list[_Sort]:
    asked = query.sort or list(listing.default_sort)
    order: list[_Sort] = []
    for name in asked:
        field_name = name.removeprefix("-")
        if field_name not in listing.sorts:
            detail = f"Lists of this kind cannot be sorted by '{field_name[:40]}'."
            raise InvalidRequest(detail, [Complaint(message=detail, parameter="sort", near=sorted(listing.sorts))])
        order.append(_sort(columns[field_name], falling=name.startswith("-")))
    if listing.key not in [name.removeprefix("-") for name in asked]:
        order.append(_sort(columns[listing.key], falling=False))
    return order


def _sort(column: ColumnElement[Any], *, falling: bool) -> _Sort:
    if isinstance(column.type, JSON):
        raise TypeError("a list cannot be sorted by a list")
    if isinstance(column.type, Enum):
        column = type_coerce(column, String())
    is_number = isinstance(column.type, Integer)
    if getattr(column, "nullable", True):
        column = func.coalesce(column, -1 if is_number else "")
    if not is_number and column.type is not KEY_TEXT:
        column = bytewise(column)
    return _Sort(column, falling, is_number)


def _behind(order: Sequence[_Sort], keys: Sequence[str | int]) -> ColumnElement[bool]:
    """Rows after the given keys in the given order."""
    if len(keys) != len(order) or not all(s.accepts(k) for s, k in zip(order, keys, strict=True)):
        raise BadCursor("The cursor does not fit the order asked for. Start again without `cursor`.")
    steps = [
        and_(*(s.column == k for s, k in zip(order[:place], keys[:place], strict=True)), sort.behind(keys[place]))
        for place, sort in enumerate(order)
    ]
    # The first comparison repeats what the steps imply, so that an index on the first key can be used.
    return and_(order[0].behind(keys[0], or_at=True), or_(*steps))
