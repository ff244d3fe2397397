"""The ledger: the one door through which rows are written, and the one filter by recorded time.

Every noun is a table of revisions with the key (id, revision). A revision is inserted once and never edited;
the only thing ever set later is when it stopped standing. Each write belongs to one numbered change.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    FromClause,
    Index,
    PrimaryKeyConstraint,
    Table,
    and_,
    func,
    or_,
    select,
    text,
    true,
    union_all,
    update,
)
from sqlmodel import Field, Session, SQLModel

from app.core.beside import Keep, put_right_later
from app.core.columns import KEY_TEXT, UtcDateTime, text_enum
from app.core.conflicts import conflicts
from app.core.errors import NotFound
from app.core.inserting import insert_rows
from app.core.prepared import Prepared, Shelf, open_value, prepare
from app.core.vocabulary import Line

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

LEDGER_CHANNEL = "ledger"  # on which PostgreSQL tells of every change when it is committed
_LEDGER_LOCK = 7_301_948  # any fixed number; names the ledger among PostgreSQL's advisory locks
_BATCH = 5_000


class Origin(StrEnum):
    """The way a change came in."""

    SEED = "seed"
    API = "api"
    IMPORT = "import"
    CLI = "cli"


class Change(SQLModel, table=True):
    """One act of writing: a record, a report with its headcounts, a seed file, an import."""

    __tablename__ = "change"
    __table_args__ = (CheckConstraint("number > 0", name="ck_change_number_positive"),)

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    author: str
    accepted_by: str | None = None  # where two pairs of eyes are asked for
    reason: str
    origin: Origin = Field(sa_type=text_enum(Origin, "ck_change_origin"))  # type: ignore[call-overload]
    recorded_at: datetime = Field(sa_type=UtcDateTime, unique=True)


class LedgerRow(SQLModel):
    """Columns of every revision. `superseded_*` stay empty while the revision stands."""

    revision: int = Field(primary_key=True, ge=1)
    recorded_in: int = Field(foreign_key="change.number", sa_type=BigInteger)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    superseded_in: int | None = Field(None, foreign_key="change.number", sa_type=BigInteger)
    superseded_at: datetime | None = Field(None, sa_type=UtcDateTime)


def key_table(noun: str) -> Table:
    """The keys ever given out for a noun, so that foreign keys have something to point at."""
    return Table(f"{noun}_key", SQLModel.metadata, Column("key", KEY_TEXT, primary_key=True))


def part_of(noun: str, key: str = "id") -> ForeignKeyConstraint:
    """Ties the rows of a list inside a record to one revision of it."""
    return ForeignKeyConstraint([noun, "revision"], [f"{noun}.{key}", f"{noun}.revision"])


def while_standing(name: str, *columns: str | ColumnElement[Any], unique: bool = False) -> Index:
    """An index over standing revisions only; `unique` makes them the one record of their natural key."""
    where = text("superseded_in IS NULL")
    fields = [text(c) if isinstance(c, str) and "(" in c else c for c in columns]
    return Index(name, *fields, unique=unique, sqlite_where=where, postgresql_where=where, info={"columns": columns})


def record_key(noun: str, key: str = "id") -> tuple[PrimaryKeyConstraint, Index, Index, Index]:
    """A record has many revisions and at most one that stands; what a change did to it is found by its number."""
    ended = text("superseded_in IS NOT NULL")
    return (
        PrimaryKeyConstraint(key, "revision"),
        while_standing(f"uq_{noun}_{key}_standing", key, unique=True),
        Index(f"ix_{noun}_recorded_in", "recorded_in", key),
        Index(f"ix_{noun}_superseded_in", "superseded_in", key, sqlite_where=ended, postgresql_where=ended),
    )


@dataclass(frozen=True)
class Part:
    """A list inside a record, kept as rows that belong to one revision: `owner` names the column of its key."""

    row: type[SQLModel]
    owner: str
    value: str | None = None  # the one column of a list of plain values; None for a list of objects

    def rows(self, key: object, revision: int, items: Sequence[Any]) -> Iterator[dict[str, Any]]:
        for item in items:
            columns = {self.value: item} if self.value else dict(item)
            yield {self.owner: key, "revision": revision, **columns}


@dataclass(frozen=True)
class Ledger:
    """How one noun is kept: its table, its key column, the lists inside it, and where its keys are listed."""

    row: type[LedgerRow]
    key: str = "id"
    keys: Table | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)
    beside: Keep | None = None  # puts right what is kept beside the rows a change touched

    @property
    def table(self) -> Table:
        table: Table = self.row.__table__  # type: ignore[attr-defined]
        return table

    @property
    def key_column(self) -> Column[Any]:
        return self.table.c[self.key]


@dataclass(frozen=True)
class View:
    """The state of the record a request looks at: everything up to change `revision`."""

    revision: int
    is_current: bool = True


def open_view(session: Session, known_at: datetime | None = None) -> View:
    """The record as it stands, or as it stood at a moment (change 0: before anything was recorded)."""
    if known_at is not None:
        until = _LAST.where(Change.recorded_at <= known_at)  # type: ignore[arg-type]
        return View(session.execute(until).scalar_one(), is_current=False)
    dialect = session.get_bind().dialect
    opening: Prepared = _OPENINGS.take(dialect.name, lambda: prepare(_LAST, dialect))
    return View(opening.fetch(session, {})[0][0])


_LAST = select(func.coalesce(func.max(Change.number), 0))
_OPENINGS = Shelf()


def open_state(view: View) -> View:
    """The view with its number left open, for statements that are written down once: each run gives `view_revision`."""
    return View(open_value("view_revision", BigInteger()), view.is_current)  # type: ignore[arg-type]


def standing(row: type[SQLModel], view: View, alias: FromClause | None = None) -> ColumnElement[bool]:
    """True for the rows that stood in a view; those of its `alias` if one is given. Every read filters through here.

    Rows of a list inside a record stand with their revision, so there is nothing to filter.
    """
    columns = (row.__table__ if alias is None else alias).c  # type: ignore[attr-defined]
    if issubclass(row, Change):
        return columns.number <= view.revision  # type: ignore[no-any-return]
    if not issubclass(row, LedgerRow):
        return true()
    if view.is_current:
        return columns.superseded_in.is_(None)  # type: ignore[no-any-return]
    return and_(
        columns.recorded_in <= view.revision,
        or_(columns.superseded_in.is_(None), columns.superseded_in > view.revision),
    )


def last_touched(session: Session, rows: Sequence[type[LedgerRow]], view: View) -> int:
    """Number of the last change, up to a view, that recorded or ended a row of the tables; 0 if none did."""
    columns = [row.__table__.c[name] for row in rows for name in ("recorded_in", "superseded_in")]  # type: ignore[attr-defined]
    branches = [select(func.max(column).label("number")).where(column <= view.revision) for column in columns]
    touched = union_all(*branches).subquery()
    return int(session.execute(select(func.coalesce(func.max(touched.c.number), 0))).scalar_one())


def hold_ledger(session: Session) -> None:
    """Wait for every writer before, so that what is read from here on stays true until this transaction ends."""
    # On SQLite the transaction of a writer holds the whole database from its start.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LEDGER_LOCK})


def utc_now() -> datetime:
    """The moment, as the clock of this machine tells it."""
    return datetime.now(UTC)


def begin_change(
    session: Session,
    author: Line,
    reason: Line,
    origin: Origin,
    clock: Callable[[], datetime] = utc_now,
    accepted_by: Line | None = None,
) -> Change:
    """Take the ledger and give the next number.

    Changes are written one after the other, so numbers have no gaps and become visible in their order.
    The clock is read once the ledger is held, and `recorded_at` never goes back, whatever the clock does.
    """
    hold_ledger(session)
    now = clock()
    statement = select(Change.number, Change.recorded_at).order_by(Change.number.desc()).limit(1)  # type: ignore
    last = session.execute(statement).one_or_none()
    number, moment = 1, now
    if last is not None:
        number, moment = last.number + 1, max(now, last.recorded_at + timedelta(microseconds=1))
    change = Change(
        number=number, author=author, accepted_by=accepted_by, reason=reason, origin=origin, recorded_at=moment
    )
    session.add(change)
    session.flush()
    session.info["change"] = number
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": LEDGER_CHANNEL})
    return change


def touch(session: Session, change: Change, ledger: Ledger) -> None:
    """Note that a change touches rows, so that what is kept beside them is put right in the same transaction."""
    if ledger.beside is not None:
        put_right_later(session, ledger.beside, change.number)


def record(session: Session, change: Change, ledger: Ledger, shapes: Sequence[BaseModel]) -> list[Any]:
    """Insert new records and return their keys in order; RecordConflict if one is there already."""
    touch(session, change, ledger)
    rows = [_columns(ledger, shape) for shape in shapes]
    _give_numbers(session, ledger, rows)
    keys = [row[ledger.key] for row in rows]
    revisions = _last_revisions(session, ledger, keys)
    with conflicts(ledger.table.name):
        if ledger.keys is not None:
            new = [{"key": key} for key in keys if key not in revisions]
            insert_rows(session.connection(), ledger.keys, new)
        for row in rows:
            row["revision"] = revisions.get(row[ledger.key], 0) + 1
        _insert_revisions(session, change, ledger, rows, shapes)
    return keys


def correct(session: Session, change: Change, ledger: Ledger, shape: BaseModel) -> None:
    """Supersede the standing revision of a record by a new one; NotFound if none stands."""
    row = _columns(ledger, shape)
    row["revision"] = retract(session, change, ledger, row[ledger.key]) + 1
    with conflicts(ledger.table.name):
        _insert_revisions(session, change, ledger, [row], [shape])


def retract(session: Session, change: Change, ledger: Ledger, key: object) -> int:
    """Mark the standing revision of a record as superseded and return its number; NotFound if none stands."""
    touch(session, change, ledger)
    table = ledger.table
    statement = (
        update(table)
        .where(ledger.key_column == key, table.c.superseded_in.is_(None))
        .values(superseded_in=change.number, superseded_at=change.recorded_at)
        .returning(table.c.revision)
    )
    revision = session.execute(statement).scalar_one_or_none()
    if revision is None:
        raise NotFound(f"No {table.name.replace('_', ' ')} {key!r} stands, so it cannot be changed.")
    return int(revision)


def record_rows(
    session: Session,
    change: Change,
    ledger: Ledger,
    rows: Sequence[dict[str, Any]],
    shared: Mapping[str, Any] | None = None,
) -> None:
    """Insert new records that were checked already, by the thousand: columns by name, without lists.

    `shared` are the columns that say the same in all of them.
    """
    touch(session, change, ledger)
    given = [row[ledger.key] for row in rows if row[ledger.key] is not None]
    revisions = _last_revisions(session, ledger, given)
    _give_numbers(session, ledger, rows)
    alike = {**(shared or {}), "recorded_in": change.number, "recorded_at": change.recorded_at}
    if revisions:
        for row in rows:
            row["revision"] = revisions.get(row[ledger.key], 0) + 1
    else:
        alike["revision"] = 1
    with conflicts(ledger.table.name):
        insert_rows(session.connection(), ledger.table, rows, alike)


def correct_rows(session: Session, change: Change, ledger: Ledger, rows: Sequence[dict[str, Any]]) -> None:
    """Supersede standing records by new revisions that were checked already; NotFound if one stands no longer."""
    touch(session, change, ledger)
    table = ledger.table
    for start in range(0, len(rows), _BATCH):
        batch = {row[ledger.key]: row for row in rows[start : start + _BATCH]}
        ended = (
            update(table)
            .where(ledger.key_column.in_(batch), table.c.superseded_in.is_(None))
            .values(superseded_in=change.number, superseded_at=change.recorded_at)
            .returning(ledger.key_column, table.c.revision)
        )
        revisions = {key: revision for key, revision in session.execute(ended)}  # noqa: C416  (typed)
        if len(revisions) < len(batch):
            raise NotFound(f"A {table.name.replace('_', ' ')} was retracted meanwhile, so it cannot be corrected.")
        for key, row in batch.items():
            row |= {"revision": revisions[key] + 1, "recorded_in": change.number, "recorded_at": change.recorded_at}
        with conflicts(ledger.table.name):
            insert_rows(session.connection(), table, list(batch.values()))


def retract_all(session: Session, change: Change, ledger: Ledger, condition: ColumnElement[bool]) -> None:
    """Mark every standing revision that meets a condition as superseded."""
    touch(session, change, ledger)
    table = ledger.table
    session.execute(
        update(table)
        .where(table.c.superseded_in.is_(None), condition)
        .values(superseded_in=change.number, superseded_at=change.recorded_at)
    )


def known_keys(session: Session, ledger: Ledger, keys: Sequence[object]) -> set[Any]:
    """Those of the keys under which anything was ever recorded."""
    return set(_last_revisions(session, ledger, keys))


def _columns(ledger: Ledger, shape: BaseModel) -> dict[str, Any]:
    columns = shape.model_dump(exclude=set(ledger.parts))
    if columns.get(ledger.key) is None:
        columns[ledger.key] = shape.default_key() if hasattr(shape, "default_key") else None
    return columns


def _give_numbers(session: Session, ledger: Ledger, rows: Sequence[dict[str, Any]]) -> None:
    """Number the rows whose key the service gives (safe: the ledger is held by this change)."""
    unnumbered = [row for row in rows if row[ledger.key] is None]
    if unnumbered:
        last = session.execute(select(func.coalesce(func.max(ledger.key_column), 0))).scalar_one()
        for number, row in enumerate(unnumbered, start=last + 1):
            row[ledger.key] = number


def _last_revisions(session: Session, ledger: Ledger, keys: Sequence[object]) -> dict[Any, int]:
    column = ledger.key_column
    found: dict[Any, int] = {}
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        statement = select(column, func.max(ledger.table.c.revision)).where(column.in_(batch)).group_by(column)
        found.update({key: revision for key, revision in session.execute(statement)})  # noqa: C416  (typed)
    return found


def _insert_revisions(
    session: Session,
    change: Change,
    ledger: Ledger,
    rows: Sequence[dict[str, Any]],
    shapes: Sequence[BaseModel],
) -> None:
    stamp = {"recorded_in": change.number, "recorded_at": change.recorded_at}
    insert_rows(session.connection(), ledger.table, [{**row, **stamp} for row in rows])
    for name, part in ledger.parts.items():
        part_rows = [
            part_row
            for row, shape in zip(rows, shapes, strict=True)
            for part_row in part.rows(row[ledger.key], row["revision"], getattr(shape, name))
        ]
        insert_rows(session.connection(), part.row.__table__, part_rows)  # type: ignore[attr-defined]
