"""The one place that picks the count that stands, for every country and mission on a date or in a month.

`rules.py` puts the reports into their order; the statements here look at the headcounts of those reports alone:

- a count can stand if it is present people, an exact number, not disputed, and not of a single contingent;
- of each country and mission, the first report that has such counts stands, with all its kinds of people together;
- unless a complete report before it says nothing of them, which means zero;
- a count without kind is the total of those with kinds beside it in the same report, so it stands only alone.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
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
from app.answers.rules import Bucket, Statement, Tally
from app.answers.scope import Scope
from app.core.columns import col, json_array, json_set
from app.core.history import View, standing
from app.core.vocabulary import Bound, PersonnelType
from app.headcounts.models import Headcount, HeadcountStatus, Measure
from app.reports.models import Breakdown, Report, ReportMission
from app.reports.models import Scope as ReportScope
from app.sources.models import Source

# As in the index over doubtful counts, which serves only if it is written the same.
_DOUBTFUL = text("(headcount.status = 'disputed' OR headcount.bound <> 'exactly')")
# People present, of a country's whole strength: those of one contingent are inside that, not beside it.
_PRESENT = (col(Headcount.measure) == Measure.PRESENT, col(Headcount.contingent).is_(None))


def find_statements(session: Session, scope: Scope, first: str, last: str) -> list[Statement]:
    """The reports in scope whose date lies between two days, both included; one statement, no order."""
    missions = select(json_array(col(ReportMission.mission))).where(
        col(ReportMission.report) == Report.id, col(ReportMission.revision) == Report.revision
    )
    doubtful = exists().where(
        col(Headcount.report) == Report.id,
        standing(Headcount, scope.view),
        col(Headcount.measure) == Measure.PRESENT,
        _DOUBTFUL,
    )
    statement = select(
        col(Report.id).label("report"),
        col(Report.revision),
        col(Report.source),
        col(Source.kind),
        col(Report.as_of),
        col(Report.as_of_last),
        col(Report.scope),
        col(Report.breakdown),
        col(Source.published_on),
        col(Report.recorded_in),
        doubtful.correlate(Report).label("doubtful"),
        missions.correlate(Report).scalar_subquery().label("missions"),
    )
    statement = _reports_in_scope(statement, scope).where(col(Report.as_of_last).between(first, last))
    return [Statement(**_named(row)) for row in session.execute(statement)]


def _named(row: Row[Any]) -> dict[str, Any]:
    values = dict(row._mapping)
    values["missions"] = tuple(sorted(values["missions"]))
    values["doubtful"] = bool(values["doubtful"])
    return values


def latest_day(session: Session, scope: Scope, until: str | None = None) -> str | None:
    """Date of the latest report in scope, the latest up to a day if one is given."""
    statement = _reports_in_scope(select(func.max(col(Report.as_of_last))), scope)
    if until is not None:
        statement = statement.where(col(Report.as_of_last) <= until)
    return session.execute(statement).scalar_one()  # type: ignore[no-any-return]


def _reports_in_scope(statement: Select[Any], scope: Scope) -> Select[Any]:
    statement = statement.join_from(Report, Source, and_(col(Source.id) == Report.source)).where(
        standing(Report, scope.view), standing(Source, scope.view)
    )
    if scope.sources is not None:
        statement = statement.where(col(Report.source).in_(scope.sources))
    if scope.complete_only:
        statement = statement.where(col(Report.scope) != ReportScope.PARTIAL)
    return statement


def sum_cells(
    session: Session, scope: Scope, facts: Facts, buckets: Sequence[Bucket], by: Sequence[str], *, by_mission: bool
) -> dict[tuple[Any, ...], Tally]:
    """Sums of the counts that stand, by `bucket`, `country`, `mission` or `personnel_type` in the order given.

    `by_mission`: the question needs missions, so what is published by country alone cannot answer it.
    """
    counts = _counts(session, scope, facts, buckets, by_mission=by_mission)
    rows = counts.rows
    stands, asked = _stands(counts, buckets, scope.view), _asked_type(rows, scope)
    counted = and_(stands, asked)
    split = and_(counted, rows.c.women.is_not(None), rows.c.men.is_not(None))
    newest = or_(rows.c.place == rows.c.first, and_(rows.c.first.is_(None), rows.c.settled == 0))
    left_out = and_(rows.c.usable == 0, newest, asked)
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
        _sum(and_(left_out, rows.c.disputed == 1), 1),
        _sum(and_(left_out, rows.c.disputed == 0), 1),
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
    has_kinds: bool  # counts with kinds stand beside it in its report
    first: int | None  # place of the first report with usable counts of its country and mission


def list_counts(
    session: Session, scope: Scope, facts: Facts, buckets: Sequence[Bucket], *, standing_only: bool = True
) -> list[Count]:
    """The counts themselves, by country, mission and kind; with the others that can be used, if asked for."""
    counts = _counts(session, scope, facts, buckets, by_mission=True)
    rows = counts.rows
    stands = _stands(counts, buckets, scope.view)
    first = and_(rows.c.usable == 1, rows.c.place == rows.c.first)
    statement = select(
        rows.c.id.label("headcount"),
        rows.c.report,
        rows.c.bucket,
        rows.c.place,
        rows.c.country,
        rows.c.mission,
        rows.c.personnel_type,
        rows.c.women,
        rows.c.men,
        rows.c.total,
        stands.label("stands"),
        first.label("stands_with"),
        rows.c.has_kinds,
        rows.c.first,
    ).where(_asked_type(rows, scope), stands if standing_only else rows.c.usable == 1)
    statement = statement.order_by(rows.c.bucket, rows.c.country, rows.c.mission, rows.c.personnel_type, rows.c.place)
    return [Count(**row._mapping) for row in session.execute(statement)]


def _asked_type(rows: Any, scope: Scope) -> ColumnElement[bool]:
    return true() if scope.types is None else rows.c.personnel_type.in_(scope.types)


def usable() -> ColumnElement[bool]:
    """True for a headcount that can stand."""
    return and_(
        col(Headcount.status) == HeadcountStatus.REPORTED,
        col(Headcount.bound) == Bound.EXACTLY,
    )


@dataclass(frozen=True)
class _Counts:
    """The headcounts a question looks at, and the reports they belong to with their places."""

    placed: CTE
    rows: CTE


def _counts(session: Session, scope: Scope, facts: Facts, buckets: Sequence[Bucket], *, by_mission: bool) -> _Counts:
    """The headcounts of the reports in the buckets, with what decides whether each stands."""
    placed = _placed(session, buckets)
    can_stand = case((usable(), 1), else_=0)
    cell = (placed.c.bucket, col(Headcount.country), col(Headcount.mission))
    has_kind = and_(usable(), col(Headcount.personnel_type) != PersonnelType.UNSPECIFIED)
    statement = (
        select(
            col(Headcount.id),
            col(Headcount.report),
            col(Headcount.country),
            col(Headcount.mission),
            col(Headcount.personnel_type),
            col(Headcount.women),
            col(Headcount.men),
            col(Headcount.total),
            case((col(Headcount.status) == HeadcountStatus.DISPUTED, 1), else_=0).label("disputed"),
            can_stand.label("usable"),
            placed.c.bucket,
            placed.c.place,
            placed.c.as_of_last,
            placed.c.complete,
            placed.c.complete_before,
            placed.c.settled,
            func.min(case((usable(), placed.c.place))).over(partition_by=cell).label("first"),
            func.max(case((has_kind, 1), else_=0)).over(partition_by=(*cell, placed.c.place)).label("has_kinds"),
        )
        .select_from(placed)
        .join(Headcount, col(Headcount.report) == placed.c.report)
        .where(
            standing(Headcount, scope.view),
            *_PRESENT,
            *_in_scope(scope, placed, facts, buckets, by_mission=by_mission),
        )
    )
    return _Counts(placed, statement.cte("counts"))


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


def _stands(counts: "_Counts", buckets: Sequence[Bucket], view: View) -> ColumnElement[bool]:
    rows = counts.rows
    alone = not_(and_(rows.c.personnel_type == PersonnelType.UNSPECIFIED, rows.c.has_kinds == 1))
    stands = and_(rows.c.usable == 1, rows.c.place == rows.c.first, alone)
    if not any(one.is_complete for bucket in buckets for one in bucket.statements[:-1]):
        return stands
    return and_(stands, or_(rows.c.complete_before == 0, not_(_zero_before(counts, view))))


def _zero_before(counts: "_Counts", view: View) -> ColumnElement[bool]:
    """True if a complete report before it says nothing of the country in the mission, which means zero there."""
    rows, before = counts.rows, counts.placed.alias("before")
    listed = exists().where(
        col(ReportMission.report) == before.c.report,
        col(ReportMission.revision) == before.c.revision,
        col(ReportMission.mission) == rows.c.mission,
    )
    said = exists().where(
        col(Headcount.report) == before.c.report,
        col(Headcount.country) == rows.c.country,
        func.coalesce(col(Headcount.mission), "") == func.coalesce(rows.c.mission, ""),
        standing(Headcount, view),
        *_PRESENT,
    )
    return exists().where(
        before.c.bucket == rows.c.bucket,
        before.c.place < rows.c.place,
        before.c.complete == 1,
        (before.c.by_mission == 1) == rows.c.mission.is_not(None),
        or_(before.c.all_missions == 1, listed),
        not_(said),
    )


def _placed(session: Session, buckets: Sequence[Bucket]) -> CTE:
    """The reports of the buckets with their places, as one JSON text, so that the statement is always the same."""
    rows = [row for bucket in buckets for row in _places(bucket)]
    columns: dict[str, TypeEngine[Any]] = {
        "report": String(), "revision": Integer(), "bucket": String(), "place": Integer(), "as_of_last": String(),
        "complete": Integer(), "complete_before": Integer(), "all_missions": Integer(), "by_mission": Integer(),
        "settled": Integer(),
    }  # fmt: skip
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    parts = []
    for number, (name, kind) in enumerate(columns.items()):
        if is_sqlite:
            parts.append(f"json_extract(value, '$[{number}]') AS {name}")
        elif isinstance(kind, Integer):
            parts.append(f"CAST(value->>{number} AS integer) AS {name}")
        else:
            parts.append(f"value->>{number} AS {name}")
    source = "json_each(:placed)" if is_sqlite else "jsonb_array_elements(CAST(:placed AS jsonb)) AS value"
    statement = text(f"SELECT {', '.join(parts)} FROM {source}").bindparams(placed=json.dumps(rows))
    return statement.columns(*(column(name, kind) for name, kind in columns.items())).cte("placed")


def _places(bucket: Bucket) -> Iterator[list[object]]:
    complete = 0
    for place, one in enumerate(bucket.statements):
        yield [
            one.report, one.revision, bucket.name, place, one.as_of_last, int(one.is_complete), complete,
            int(one.scope is ReportScope.ALL_MISSIONS), int(one.breakdown is Breakdown.MISSION),
            int(bucket.is_settled),
        ]  # fmt: skip
        complete += one.is_complete
