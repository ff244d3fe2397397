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
from functools import cached_property
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    JSON,
    ColumnElement,
    Enum,
    Integer,
    Select,
    String,
    and_,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.engine import Dialect
from sqlmodel import Session, SQLModel

from app.core.columns import KEY_TEXT, bytewise, json_array, json_object_of
from app.core.errors import BadCursor, Complaint, InvalidRequest
from app.core.filters import Filter, filters_of
from app.core.filters import Match as Match
from app.core.history import View, open_state, open_view, standing
from app.core.names import Names
from app.core.prepared import Prepared, Row, Shelf, open_value, prepare
from app.core.shapes import ListQuery, Out

DEFAULT_LIMIT = 100
SQLITE_INT_MAX = 2**63 - 1


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
    """Rows of one page in order, the cursor behind the last of them, and the number of all if asked for.

    `raw` holds the values of `fields` as the driver hands them out.
    """

    raw: list[Row]
    plan: "_Plan"
    next_cursor: str | None
    count: int | None
    revision: int

    @property
    def fields(self) -> tuple[str, ...]:
        return self.plan.fields

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries by field, the related records among them."""
        return [dict(zip(self.fields, self.plan.statement.read(row), strict=False)) for row in self.raw]


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

    def behind(self, key: ColumnElement[Any], *, or_at: bool = False) -> ColumnElement[bool]:
        if self.falling:
            return self.column <= key if or_at else self.column < key
        return self.column >= key if or_at else self.column > key


@dataclass(frozen=True)
class _Plan:
    """How one form of a list is read: the fields of its rows, its order, and its statements."""

    fields: tuple[str, ...]
    order: Sequence[_Sort]
    statement: Prepared
    counting: Prepared


_SHELF = Shelf()


def list_page(
    session: Session, listing: Listing, query: ListQuery, view: View, names: Names, includes: Sequence[Include] = ()
) -> Page:
    """One page of rows, with the related records to include. It is read in one statement.

    Raises UnknownCode, InvalidRequest or BadCursor for values that cannot be used.
    """
    asked = _asked_order(listing, query)
    filters = list(filters_of(listing.filters, query, names))
    forms = tuple(one.form for one in filters)
    dialect = session.get_bind().dialect

    def make() -> _Plan:
        return _plan(listing, dialect, view, asked, filters, includes, behind=query.cursor is not None)

    shown = tuple(one.name for one in includes)
    form = (dialect.name, listing.out, view.is_current, asked, forms, shown, query.cursor is not None)
    plan: _Plan = make() if None in forms else _SHELF.take(form, make)
    limit = query.limit or DEFAULT_LIMIT
    values: dict[str, Any] = {"view_revision": view.revision}
    for one in filters:
        values |= one.bound
    paging: dict[str, Any] = {"row_limit": limit + 1}
    if query.cursor is not None:
        paging |= _key_values(plan.order, Cursor.decode(query.cursor).keys)
    found = plan.statement.fetch(session, values | paging)
    next_cursor = None
    if len(found) > limit:
        last = list(found[limit - 1][len(plan.fields) :])
        next_cursor = Cursor(view.revision, fingerprint(listing, query), last).encode()
        del found[limit:]
    count = plan.counting.fetch(session, values)[0][0] if query.count == "exact" else None
    return Page(found, plan, next_cursor, count, view.revision)


def _plan(
    listing: Listing,
    dialect: Dialect,
    view: View,
    asked: Sequence[str],
    filters: Sequence[Filter],
    includes: Sequence[Include],
    *,
    behind: bool,
) -> _Plan:
    state = open_state(view)
    columns = listing.selected(state) | {one.name: one.column(listing.row, state) for one in includes}
    order = [_sort(columns[name.removeprefix("-")], falling=name.startswith("-")) for name in asked]
    wanted = [column.label(name) for name, column in columns.items()]
    keys = [sort.column.label(f"sort_{place}") for place, sort in enumerate(order)]
    conditions = [one.condition(state) for one in filters]
    statement = listing.rows([*wanted, *keys], state).where(*conditions)
    if behind:
        statement = statement.where(_behind(order))
    statement = statement.order_by(*(s.column.desc() if s.falling else s.column.asc() for s in order))
    counting = listing.rows([func.count()], state).where(*conditions)
    return _Plan(
        tuple(columns),
        order,
        prepare(statement.limit(open_value("row_limit", Integer())), dialect),
        prepare(counting, dialect),
    )


def find_item(
    session: Session, listing: Listing, key: str | int, view: View, includes: Sequence[Include] = ()
) -> Page | None:
    """The one record of a key as stored, as a page; None if it does not stand in the view."""
    dialect = session.get_bind().dialect

    def make() -> _Plan:
        state = open_state(view)
        columns = listing.selected(state) | {one.name: one.column(listing.row, state) for one in includes}
        statement = listing.rows([column.label(name) for name, column in columns.items()], state)
        statement = statement.where(columns[listing.key] == open_value("record_key", columns[listing.key].type))
        prepared = prepare(statement, dialect)
        return _Plan(tuple(columns), (), prepared, prepared)

    form = (dialect.name, listing.out, view.is_current, tuple(one.name for one in includes))
    plan: _Plan = _SHELF.take(form, make)
    found = plan.statement.fetch(session, {"view_revision": view.revision, "record_key": key})
    return Page(found, plan, None, None, view.revision) if found else None


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
    asked = query.model_dump_json(exclude=set(left_out), exclude_none=True)
    return hashlib.sha256(f"{name} {asked}".encode()).hexdigest()[:16]


def conditions_of(listing: Listing, query: ListQuery, view: View, names: Names) -> Iterator[ColumnElement[bool]]:
    """One condition a filter that is set."""
    for one in filters_of(listing.filters, query, names):
        yield one.condition(view)


def _asked_order(listing: Listing, query: ListQuery) -> tuple[str, ...]:
    """The fields to sort by, the key among them; InvalidRequest for one that lists are not sorted by."""
    asked = query.sort or listing.default_sort
    names = [name.removeprefix("-") for name in asked]
    for name in names:
        if name not in listing.sorts:
            detail = f"Lists of this kind cannot be sorted by '{name[:40]}'."
            raise InvalidRequest(detail, [Complaint(message=detail, parameter="sort", near=sorted(listing.sorts))])
    return (*asked,) if listing.key in names else (*asked, listing.key)


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


def _behind(order: Sequence[_Sort]) -> ColumnElement[bool]:
    """Rows after the keys of a cursor in the given order."""
    keys = [open_value(f"after_{place}", sort.column.type) for place, sort in enumerate(order)]
    steps = [
        and_(*(s.column == k for s, k in zip(order[:place], keys[:place], strict=True)), sort.behind(keys[place]))
        for place, sort in enumerate(order)
    ]
    # The first comparison repeats what the steps imply, so that an index on the first key can be used.
    return and_(order[0].behind(keys[0], or_at=True), or_(*steps))


def _key_values(order: Sequence[_Sort], keys: Sequence[str | int]) -> dict[str, Any]:
    if len(keys) != len(order) or not all(s.accepts(k) for s, k in zip(order, keys, strict=True)):
        raise BadCursor("The cursor does not fit the order asked for. Start again without `cursor`.")
    return {f"after_{place}": key for place, key in enumerate(keys)}
