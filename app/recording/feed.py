"""All SQL of the feed: what changes did to which records.

A revision that was recorded and ended by the same change stood at no time, so the feed does not know it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlmodel import Session

from app.core.columns import KEY_TEXT, bytewise
from app.core.history import View
from app.headcounts.models import Headcount
from app.recording.feed_rows import ActCount, RecordAct, RecordFields, TouchedRecords, act_of, fields_of
from app.recording.kinds import KINDS, Kind
from app.recording.models import Act

MOST_SHOWN = 1_000  # records shown inside all changes of a page

Key = str | int
Place = tuple[int, Key]  # where a record stands among those of its change: number of its kind, key
_Acts = Counter[tuple[int, Act]]  # records by number of the kind, and act


def recorded(rows: FromClause) -> ColumnElement[bool]:
    """True for the revisions that stood when their change was done."""
    return or_(rows.c.superseded_in.is_(None), rows.c.superseded_in > rows.c.recorded_in)


def ended(rows: FromClause) -> ColumnElement[bool]:
    """True for the revisions that stood until a later change ended them."""
    return rows.c.superseded_in > rows.c.recorded_in


def own_columns(kind: Kind) -> dict[str, ColumnElement[Any]]:
    """The own fields of a kind of record; a list inside it belongs to its revision, whatever the state looked at."""
    return {
        name: kind.listing.columns[name](View(0)) if name in kind.ledger.parts else kind.ledger.table.c[name]
        for name in kind.shape.model_fields
    }


def touched_records(session: Session, numbers: Sequence[int]) -> dict[int, TouchedRecords]:
    """What each of the changes did: one statement for them all, and one more for each kind of record shown.

    Changes show their records in the order given, as long as a page has room; one that does not fit shows none.
    """
    acts = _count_acts(session, numbers)
    fitting = _fitting(acts, numbers)
    data: dict[int, list[RecordAct]] = {number: [] for number in numbers}
    for place, kind in enumerate(KINDS):
        concerned = [number for number in fitting if any(one == place for one, _ in acts[number])]
        if concerned:
            for (number, _), act in sorted(_read_acts(session, kind, concerned).items()):
                data[number].append(act)
    return {
        number: TouchedRecords(
            count=acts[number].total(),
            acts=[
                ActCount(noun=KINDS[place].path, act=act, count=acts[number][place, act])
                for place, act in sorted(acts[number], key=lambda one: (one[0], list(Act).index(one[1])))
            ],
            complete=number in fitting,
            data=data[number],
            all=f"/v1/changes/{number}/records",
        )
        for number in numbers
    }


def _fitting(acts: dict[int, _Acts], numbers: Sequence[int]) -> set[int]:
    """The changes whose records are shown."""
    fitting, room = set(), MOST_SHOWN
    for number in numbers:
        if (count := acts[number].total()) <= room:
            fitting.add(number)
            room -= count
    return fitting


def _count_acts(session: Session, numbers: Sequence[int]) -> dict[int, _Acts]:
    """How many records each change did what to; one statement."""
    acts: dict[int, _Acts] = {number: Counter() for number in numbers}
    if not numbers:
        return acts
    for number, place, before, after, count in session.execute(_counts(), {"numbers": list(numbers)}):
        if after is None:
            # All revisions the change ended; those that it followed by another one are counted there, and taken off.
            acts[number][place, Act.RETRACT] += count
            continue
        acts[number][place, act_of(before, after)] += count
        if before is not None:
            acts[number][place, Act.RETRACT] -= count
    return {number: +counted for number, counted in acts.items()}


@cache
def _counts() -> CompoundSelect[Any]:
    """Rows (change, kind, status before, status after, records): of what was recorded, then of all that was ended."""
    # Written out in the statement: no engine takes so many parameters, and both see which index serves.
    numbers: BindParameter[Any] = bindparam("numbers", expanding=True, literal_execute=True)
    none = cast(null(), String)
    branches: list[Select[Any]] = []
    for place, kind in enumerate(KINDS):
        after, before = kind.ledger.table.alias(), kind.ledger.table.alias()
        made_in, ended_in = after.c.recorded_in, before.c.superseded_in
        same = and_(ended_in == made_in, before.c[kind.key] == after.c[kind.key], ended(before))
        was, became = _status(kind, before), _status(kind, after)
        made = (
            select(made_in, literal(place, Integer), was, became, func.count())
            .select_from(after.outerjoin(before, same))
            .where(made_in.in_(numbers), recorded(after))
            .group_by(made_in, was, became)
        )
        gone = (
            select(ended_in, literal(place, Integer), none, none, func.count())
            .where(ended_in.in_(numbers), ended(before))
            .group_by(ended_in)
        )
        branches += [made, gone]
    return union_all(*branches)


def _status(kind: Kind, rows: FromClause) -> ColumnElement[Any]:
    """The word by which acts are told apart, null where there is no row; only headcounts have such words."""
    if kind.ledger.row is Headcount:
        return type_coerce(rows.c.status, String())
    return case((rows.c.revision.is_not(None), "stands"))


def _read_acts(
    session: Session, kind: Kind, numbers: Sequence[int], keys: tuple[Key, Key] | None = None
) -> dict[tuple[int, Key], RecordAct]:
    """What the changes did to records of one kind, by change and key, between two keys if they are given."""
    table, key = kind.ledger.table, kind.ledger.key_column
    own, here = own_columns(kind), [key >= keys[0], key <= keys[1]] if keys else []
    condition = or_(
        and_(table.c.recorded_in.in_(numbers), recorded(table), *here),
        and_(table.c.superseded_in.in_(numbers), ended(table), *here),
    )
    statement = select(key, table.c.revision, table.c.recorded_in, table.c.superseded_in, *own.values())
    before: dict[tuple[int, Key], tuple[int, RecordFields]] = {}
    after: dict[tuple[int, Key], tuple[int, RecordFields]] = {}
    shape, wanted = fields_of(kind), set(numbers)
    for one, revision, recorded_in, ended_in, *values in session.execute(statement.where(condition)):
        side = revision, shape.model_validate(dict(zip(own, values, strict=True)))
        if recorded_in in wanted and ended_in != recorded_in:
            after[recorded_in, one] = side
        if ended_in in wanted and ended_in != recorded_in:
            before[ended_in, one] = side
    return {place: _act(kind, place[1], before.get(place), after.get(place)) for place in before.keys() | after.keys()}


def _act(
    kind: Kind, key: Key, before: tuple[int, RecordFields] | None, after: tuple[int, RecordFields] | None
) -> RecordAct:
    sides = [None if side is None else getattr(side[1], "status", "") for side in (before, after)]
    revisions = [side[0] for side in (before, after) if side is not None]
    return RecordAct(
        noun=kind.path,
        record=str(key),
        act=act_of(*sides),
        revision=revisions[-1],
        before=before and before[1],
        after=after and after[1],
    )


def list_acts(
    session: Session, number: int, limit: int, behind: Place | None = None
) -> tuple[list[RecordAct], Place | None]:
    """What one change did to each record, by noun and key, and the place of the last one if more follow.

    One statement for the keys of the page, and one more for each kind among them, however much the change did.
    """
    found = [
        (place, text if numbered is None else numbered)
        for place, text, numbered in session.execute(_keys(number, limit + 1, behind))
    ]
    places = found[:limit]
    acts: list[RecordAct] = []
    for place in sorted({place for place, _ in places}):
        keys = [key for one, key in places if one == place]
        read = _read_acts(session, KINDS[place], [number], (keys[0], keys[-1]))
        acts += [read[number, key] for key in keys]
    return acts, places[-1] if len(found) > limit else None


def _keys(number: int, limit: int, behind: Place | None) -> Select[Any]:
    """The first keys behind a place that a change recorded or ended, each once; every index gives its own first."""
    first, last_key = behind or (0, None)
    branches: list[Select[Any]] = []
    for place, kind in enumerate(KINDS):
        table, key = kind.ledger.table, kind.ledger.key_column
        columns = [literal(place, Integer).label("place"), *_key_columns(kind)]
        follows = [key > last_key] if last_key is not None and place == first else []
        if place >= first:
            for column, stood in ((table.c.recorded_in, recorded(table)), (table.c.superseded_in, ended(table))):
                some = select(*columns).where(column == number, stood, *follows).order_by(key).limit(limit).subquery()
                branches.append(select(some.c.place, some.c.text, some.c.numbered))
    keys = union(*branches).subquery()
    return (
        select(keys.c.place, keys.c.text, keys.c.numbered)
        .order_by(keys.c.place, bytewise(keys.c.text), keys.c.numbered)
        .limit(limit)
    )


def _key_columns(kind: Kind) -> Iterator[ColumnElement[Any]]:
    """The key as a text and as a number, one of them null, since all branches of a union have the same columns."""
    key, none = kind.ledger.key_column, null()
    yield (cast(none, KEY_TEXT) if kind.is_numbered else key).label("text")
    yield (key if kind.is_numbered else cast(none, BigInteger)).label("numbered")
