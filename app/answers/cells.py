"""The one place that picks the count that stands, for every country and mission on a date or in a month.

`rules.py` puts the reports into their order; the statements here look at the headcounts of those reports alone:

- a count can stand if it is present people, an exact number, not disputed, and not of a single contingent;
- of each country and mission, the first report that has such counts stands, with all its kinds of people together;
- unless a complete report before it says nothing of them, which means zero;
- a count without kind is the total of those with kinds beside it in the same report, so it stands only alone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    String,
    Table,
    and_,
    case,
    column,
    distinct,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from app.answers.facts import Facts
from app.answers.rules import Bucket, Tally
from app.answers.scope import Scope
from app.core.columns import col, json_set
from app.core.history import standing
from app.core.vocabulary import Bound, PersonnelType
from app.headcounts.models import Headcount, HeadcountStatus, Measure
from app.reports.models import Breakdown, ReportMission
from app.reports.models import Scope as ReportScope

_TABLE: Table = Headcount.__table__  # type: ignore[attr-defined]
_FIELDS = ("id", "report", "country", "mission", "personnel_type", "women", "men", "total", "status")


def sum_cells(
    session: Session, scope: Scope, facts: Facts, buckets: Sequence[Bucket], by: Sequence[str], *, by_mission: bool
) -> dict[tuple[Any, ...], Tally]:
    """Sums of the counts that stand, by `bucket`, `country`, `mission` or `personnel_type` in the order given.

    `by_mission`: the question needs missions, so what is published by country alone cannot answer it.
    """
    if not any(bucket.statements for bucket in buckets):
        return {}
    rows = _counts(session, scope, facts, buckets, by_mission=by_mission)
    asked, stands = _asked_type(rows, scope), _stands(rows)
    counted = and_(stands, asked)
    split = and_(counted, rows.c.women.is_not(None), rows.c.men.is_not(None))
    left_out = and_(rows.c.usable == 0, rows.c.spoken == 0, rows.c.unanswered == 1, asked)
    disputed = rows.c.status == HeadcountStatus.DISPUTED
    untyped: ColumnElement[bool] = false()
    if scope.types is not None and PersonnelType.UNSPECIFIED not in scope.types:
        untyped = and_(stands, rows.c.personnel_type == PersonnelType.UNSPECIFIED, rows.c.total > 0)
    cell = rows.c.country.concat("|").concat(func.coalesce(rows.c.mission, ""))
    dimensions = [rows.c[name] for name in by]
    statement = select(
        *dimensions,
        _sum(counted, rows.c.total),
        _sum(split, rows.c.women),
        _sum(split, rows.c.men),
        _sum(and_(counted, not_(split)), rows.c.total),
        _sum(untyped, rows.c.total),
        func.count(distinct(case((counted, cell)))),
        _sum(and_(counted, rows.c.complete == 0), 1),
        _sum(and_(left_out, disputed), 1),
        _sum(and_(left_out, not_(disputed)), 1),
        func.min(case((counted, rows.c.as_of_last))),
        json_set(case((counted, rows.c.report))),
    ).where(or_(counted, left_out, untyped))
    found = session.execute(statement.group_by(*dimensions)) if dimensions else session.execute(statement)
    width = len(dimensions)
    sums = {tuple(row[:width]): _tally(row[width:]) for row in found}
    return {key: tally for key, tally in sums.items() if tally != Tally()}


def _tally(values: Sequence[Any]) -> Tally:
    total, women, men, unsplit, untyped, cells, partial, disputed, inexact, oldest, reports = values
    used = frozenset(reports) - {None}
    return Tally(total, women, men, unsplit, untyped, cells, partial, disputed, inexact, oldest, used)


def _sum(condition: ColumnElement[bool], value: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


@dataclass(frozen=True)
class Count:
    """One headcount, and whether it stands."""

    headcount: int
    report: str
    bucket: str
    place: int
    country: str
    mission: str | None
    personnel_type: PersonnelType
    women: int | None
    men: int | None
    total: int
    stands: bool
    stands_with: bool  # its report stands for its country and mission


def list_counts(
    session: Session, scope: Scope, facts: Facts, buckets: Sequence[Bucket], *, standing_only: bool = True
) -> list[Count]:
    """The counts themselves, by country, mission and kind; with the others that can be used, if asked for."""
    if not any(bucket.statements for bucket in buckets):
        return []
    rows = _counts(session, scope, facts, buckets, by_mission=True)
    fields = [name for name in Count.__annotations__ if name not in ("headcount", "stands", "stands_with")]
    statement = select(
        rows.c.id.label("headcount"),
        *(rows.c[name] for name in fields),
        _stands(rows).label("stands"),
        _stands_with(rows).label("stands_with"),
    ).where(_asked_type(rows, scope), _stands(rows) if standing_only else rows.c.usable == 1)
    order = (rows.c.bucket, rows.c.country, rows.c.mission, rows.c.personnel_type, rows.c.place)
    return [Count(**row._mapping) for row in session.execute(statement.order_by(*order))]


def _asked_type(rows: CTE, scope: Scope) -> ColumnElement[bool]:
    return true() if scope.types is None else rows.c.personnel_type.in_(scope.types)


def _stands_with(rows: CTE) -> ColumnElement[bool]:
    """True for a usable count of the first report that speaks of its country and mission."""
    return and_(rows.c.usable == 1, rows.c.spoken == 0)


def _stands(rows: CTE) -> ColumnElement[bool]:
    """The same, without a total beside its kinds."""
    return and_(_stands_with(rows), rows.c.has_kinds == 0)


def _counts(session: Session, scope: Scope, facts: Facts, buckets: Sequence[Bucket], *, by_mission: bool) -> CTE:
    """The headcounts in scope of the reports in the buckets, with what decides whether each stands, as 0 or 1:

    `usable`: it can stand; `spoken`: a report before its own speaks of its country and mission; `has_kinds`: it is
    the total of counts beside it; `unanswered`: it cannot be used, and no other count stands for it.
    """
    placed = _placed(session, buckets)
    usable = and_(*_usable(_TABLE))
    is_total = and_(usable, _TABLE.c.personnel_type == PersonnelType.UNSPECIFIED)
    statement = (
        select(
            *(_TABLE.c[name] for name in _FIELDS),
            placed.c.bucket,
            placed.c.place,
            placed.c.as_of_last,
            placed.c.complete,
            case((usable, 1), else_=0).label("usable"),
            case((placed.c.place == 0, 0), (_spoken_before(placed, scope), 1), else_=0).label("spoken"),
            case((not_(is_total), 0), (_kinds_beside(scope), 1), else_=0).label("has_kinds"),
            case((usable, 0), (_unanswered(placed, scope), 1), else_=0).label("unanswered"),
        )
        .select_from(placed)
        .join(Headcount, _TABLE.c.report == placed.c.report)
        .where(
            # Says the same as the join, in a way that lets PostgreSQL see how few reports there are.
            _TABLE.c.report.in_([one.report for bucket in buckets for one in bucket.statements]),
            standing(Headcount, scope.view),
            *_present(_TABLE),
            *_in_scope(scope, placed, facts, buckets, by_mission=by_mission),
        )
    )
    # Written down once: the engines would otherwise decide anew for each sum whether a count stands.
    return statement.cte("counts").prefix_with("MATERIALIZED")


def _present(row: FromClause) -> tuple[ColumnElement[bool], ...]:
    """People present, of a country's whole strength: those of one contingent are inside that, not beside it."""
    return (row.c.measure == Measure.PRESENT, row.c.contingent.is_(None))


def _usable(row: FromClause) -> tuple[ColumnElement[bool], ...]:
    """An exact number that is not disputed."""
    return (row.c.status == HeadcountStatus.REPORTED, row.c.bound == Bound.EXACTLY)


def _other_count(scope: Scope, report: ColumnElement[str], *conditions: str) -> ColumnElement[bool]:
    """True if a report states a count of the same country and mission: a usable one, one of a kind, or any."""
    other = _TABLE.alias()
    found = exists().where(
        other.c.report == report,
        other.c.country == _TABLE.c.country,
        other.c.mission.is_not_distinct_from(_TABLE.c.mission),
        standing(Headcount, scope.view, other),
        *_present(other),
    )
    if "usable" in conditions:
        found = found.where(*_usable(other))
    if "of a kind" in conditions:
        found = found.where(other.c.personnel_type != PersonnelType.UNSPECIFIED)
    return found.correlate_except(other)


def _kinds_beside(scope: Scope) -> ColumnElement[bool]:
    return _other_count(scope, _TABLE.c.report, "usable", "of a kind")


def _spoken_before(placed: CTE, scope: Scope) -> ColumnElement[bool]:
    """True if a report before this one speaks of the country and mission."""
    before = placed.alias("before")
    return _speaks(before, placed, scope, before.c.place < placed.c.place)


def _unanswered(placed: CTE, scope: Scope) -> ColumnElement[bool]:
    """True if a count that cannot be used leaves a hole: beside it others stand, or no report speaks in its place."""
    behind = placed.alias("behind")
    spoken_behind = _speaks(behind, placed, scope, behind.c.place > placed.c.place)
    return or_(_other_count(scope, _TABLE.c.report, "usable"), not_(spoken_behind))


def _speaks(other: FromClause, placed: CTE, scope: Scope, where: ColumnElement[bool]) -> ColumnElement[bool]:
    """True if another report of the bucket speaks of the country and mission.

    It does by a usable count, and a complete one also by leaving them out, which means zero.
    """
    listed = exists().where(
        col(ReportMission.report) == other.c.report,
        col(ReportMission.revision) == other.c.revision,
        col(ReportMission.mission) == _TABLE.c.mission,
    )
    says_zero = and_(
        other.c.complete == 1,
        (other.c.by_mission == 1) == _TABLE.c.mission.is_not(None),
        or_(other.c.all_missions == 1, listed.correlate_except(ReportMission)),
        not_(_other_count(scope, other.c.report)),
    )
    spoken = exists().where(
        other.c.bucket == placed.c.bucket, where, or_(_other_count(scope, other.c.report, "usable"), says_zero)
    )
    return spoken.correlate_except(other)


def _in_scope(
    scope: Scope, placed: Any, facts: Facts, buckets: Sequence[Bucket], *, by_mission: bool
) -> list[ColumnElement[bool]]:
    country, mission = col(Headcount.country), col(Headcount.mission)
    conditions: list[ColumnElement[bool]] = []
    if scope.countries is not None:
        conditions.append(country.in_(scope.countries))
    if scope.missions is not None:
        conditions.append(mission.in_(scope.missions))
    elif scope.left_out:
        conditions.append(or_(mission.is_(None), mission.not_in(scope.left_out)))
    by_country = [bucket.name for bucket in buckets if bucket.by_country_only]
    if by_mission or not by_country:
        conditions.append(mission.is_not(None))
    else:
        conditions.append(
            or_(
                and_(placed.c.bucket.in_(by_country), mission.is_(None)),
                and_(placed.c.bucket.not_in(by_country), mission.is_not(None)),
            )
        )
    conditions += [
        not_(and_(placed.c.bucket == bucket.name, mission == code, placed.c.as_of_last <= one.last_on))
        for bucket in buckets
        for code, one in facts.missions.items()
        if one.last_on is not None and _oldest(bucket) <= one.last_on < bucket.until
    ]
    return conditions


def _oldest(bucket: Bucket) -> str:
    """Date of the oldest statement that a bucket carries over; the counts of a month are its own."""
    if not bucket.carries_over:
        return bucket.until
    return min((one.as_of_last for one in bucket.statements), default=bucket.until)


_PLACED: dict[str, TypeEngine[Any]] = {
    "report": String(),
    "revision": Integer(),
    "bucket": String(),
    "place": Integer(),
    "as_of_last": String(),
    "complete": Integer(),
    "all_missions": Integer(),
    "by_mission": Integer(),
}


def _placed(session: Session, buckets: Sequence[Bucket]) -> CTE:
    """The reports of the buckets with their places, as one JSON text, so that the statement is always the same."""
    rows = [
        [
            one.report,
            one.revision,
            bucket.name,
            place,
            one.as_of_last,
            int(one.is_complete),
            int(one.scope is ReportScope.ALL_MISSIONS),
            int(one.breakdown is Breakdown.MISSION),
        ]
        for bucket in buckets
        for place, one in enumerate(bucket.statements)
    ]
    if session.get_bind().dialect.name == "sqlite":
        parts = [f"json_extract(value, '$[{number}]') AS {name}" for number, name in enumerate(_PLACED)]
        source = "json_each(:placed)"
    else:
        parts = [
            f"CAST(value->>{number} AS {'integer' if isinstance(kind, Integer) else 'text'}) AS {name}"
            for number, (name, kind) in enumerate(_PLACED.items())
        ]
        source = "jsonb_array_elements(CAST(:placed AS jsonb)) AS value"
    statement = text(f"SELECT {', '.join(parts)} FROM {source}").bindparams(placed=json.dumps(rows))
    return statement.columns(*(column(name, kind) for name, kind in _PLACED.items())).cte("placed")
