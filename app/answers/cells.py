"""The one place that picks the count that stands, for every country and mission on a date or in a month.

`rules.py` puts the reports into their order; the statements here look at the headcounts of those reports alone:

- a count can stand if it is present people, an exact number, not disputed, and not of a single contingent;
- of each country and mission, the first report that has such counts stands, with all its kinds of people together;
- unless a complete report before it says nothing of them, which means zero;
- a count without kind is the total of those with kinds beside it in the same report, so it stands only alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    case,
    distinct,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlmodel import Session

from app.answers.asked import Asked, asked_of, placed_reports
from app.answers.facts import Facts
from app.answers.kept_sums import kept_sums, kept_tallies, over_of
from app.answers.rules import Bucket, Buckets
from app.answers.scope import Scope
from app.answers.values import Tallies, Tally
from app.core.beside import is_behind
from app.core.columns import col, json_set
from app.core.prepared import Prepared, Shelf, prepare
from app.core.vocabulary import PersonnelType
from app.headcounts.counting import UNTYPED, kinds_beside, other_count, present, usable
from app.headcounts.models import Headcount, HeadcountStatus
from app.headcounts.sums import SumOver
from app.reports.models import ReportMission

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
    asked = asked_of(scope, facts, buckets, by_mission=by_mission)
    over = _kept_over(session, asked, by)
    return _added_up(session, asked, by) if over is None else kept_sums(session, asked, over, by)


def sum_buckets(session: Session, scope: Scope, facts: Facts, buckets: Buckets, *, by_mission: bool) -> Tallies:
    """Sums of all counts that stand, one a bucket."""
    if not buckets.statements:
        return Tallies.of([None] * len(buckets))
    asked = asked_of(scope, facts, buckets, by_mission=by_mission)
    over = _kept_over(session, asked, ())
    if over is not None:
        return kept_tallies(session, asked, over)
    sums = _added_up(session, asked, ("bucket",))
    return Tallies.of(sums.get((name,)) for name in buckets.names)


def _kept_over(session: Session, asked: Asked, by: Sequence[str]) -> SumOver | None:
    # While a change is being written, its sums are not there yet.
    return None if is_behind(session) else over_of(asked, by)


def _added_up(session: Session, asked: Asked, by: Sequence[str]) -> dict[tuple[Any, ...], Tally]:
    """The sums from the counts themselves."""
    dialect = session.get_bind().dialect
    form = (dialect.name, "sums", tuple(by), asked.form)
    sums: Prepared = _SHELF.take(form, lambda: prepare(_sums(asked, dialect.name, by), dialect))
    found = map(sums.read, sums.fetch(session, asked.values(dialect.name)))
    width = len(by)
    tallies = {tuple(row[:width]): _tally(row[width:]) for row in found}
    return {key: tally for key, tally in tallies.items() if tally != _NOTHING}


_SHELF = Shelf()
_NOTHING = Tally()


def _sums(asked: Asked, dialect: str, by: Sequence[str]) -> Select[Any]:
    if asked.buckets.is_simple:
        return _simple_sums(asked, dialect, by)
    rows = _counts(asked, dialect)
    of_type, stands = asked.of_type(rows), _stands(rows)
    counted = and_(stands, of_type)
    left_out = and_(rows.c.usable == 0, rows.c.spoken == 0, rows.c.unanswered == 1, of_type)
    disputed = rows.c.status == HeadcountStatus.DISPUTED
    untyped: ColumnElement[bool] = false()
    if asked.leaves_out_untyped:
        untyped = and_(stands, rows.c.personnel_type == PersonnelType.UNSPECIFIED, rows.c.total > 0)
    dimensions = [rows.c[name] for name in by]
    statement = select(
        *dimensions,
        *_added(counted, rows.c.total, rows.c.women, rows.c.men),
        _sum(untyped, rows.c.total),
        func.count(distinct(case((counted, _cell(rows.c, by))))),
        _sum(and_(left_out, disputed), 1),
        _sum(and_(left_out, not_(disputed)), 1),
        json_set(case((counted, rows.c.report))),
    ).where(or_(counted, left_out, untyped))
    return statement.group_by(*dimensions) if dimensions else statement


def _simple_sums(asked: Asked, dialect: str, by: Sequence[str]) -> Select[Any]:
    """The same where each bucket has one report and none is in doubt: all its counts stand, but for totals."""
    placed = placed_reports(dialect)
    of_type, is_untyped = asked.of_type(_TABLE), _TABLE.c.personnel_type == UNTYPED
    untyped: ColumnElement[bool] = false()
    if asked.leaves_out_untyped:
        untyped = and_(is_untyped, _TABLE.c.total > 0)
    dimensions = [placed.c.bucket if name == "bucket" else _TABLE.c[name] for name in by]
    report = case((of_type, placed.c.report))
    statement = (
        select(
            *dimensions,
            *_added(of_type, _TABLE.c.total, _TABLE.c.women, _TABLE.c.men),
            _sum(untyped, _TABLE.c.total),
            func.count(distinct(case((of_type, _cell(_TABLE.c, by))))),
            literal_column("0"),
            literal_column("0"),
            func.min(report) if asked.is_one_bucket or "bucket" in by else json_set(report),
        )
        .select_from(placed)
        .join(Headcount, _TABLE.c.report == placed.c.report)
        .where(
            *asked.conditions(placed, dialect),
            *present(_TABLE),
            or_(not_(is_untyped), not_(kinds_beside(asked.state))),
            or_(of_type, untyped),
        )
    )
    return statement.group_by(*dimensions) if dimensions else statement


def _added(counted: ColumnElement[bool], total: Any, women: Any, men: Any) -> list[ColumnElement[int]]:
    """People in all, women and men where the counts are split by sex, and people where they are not."""
    split = and_(counted, women.is_not(None), men.is_not(None))
    return [
        _sum(counted, total),
        _sum(split, women),
        _sum(split, men),
        _sum(and_(counted, or_(women.is_(None), men.is_(None))), total),
    ]


def _cell(columns: Any, by: Sequence[str]) -> ColumnElement[Any]:
    """What tells the cells of a group from one another."""
    mission = func.coalesce(columns.mission, "")
    if "mission" in by:
        return columns.country  # type: ignore[no-any-return]
    return mission if "country" in by else columns.country.concat("|").concat(mission)


def _tally(values: Sequence[Any]) -> Tally:
    total, women, men, unsplit, untyped, cells, disputed, inexact, reports = values
    used = frozenset([reports] if isinstance(reports, str) else reports or ()) - {None}
    return Tally(total, women, men, unsplit, untyped, cells, disputed, inexact, used)


def _sum(condition: ColumnElement[bool], value: Any) -> ColumnElement[int]:
    if condition is true():
        return func.coalesce(func.sum(value), 0)
    return (
        literal_column("0") if condition is false() else func.coalesce(func.sum(case((condition, value), else_=0)), 0)
    )


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
    asked = asked_of(scope, facts, buckets, by_mission=True)
    dialect = session.get_bind().dialect
    form = (dialect.name, "counts", standing_only, asked.form)
    counts: Prepared = _SHELF.take(
        form, lambda: prepare(_listed(asked, dialect.name, standing_only=standing_only), dialect)
    )
    return [Count(*counts.read(row)) for row in counts.fetch(session, asked.values(dialect.name))]


def _listed(asked: Asked, dialect: str, *, standing_only: bool) -> Select[Any]:
    rows = _counts(asked, dialect)
    fields = [name for name in Count.__annotations__ if name not in ("headcount", "stands", "stands_with")]
    statement = select(
        rows.c.id.label("headcount"),
        *(rows.c[name] for name in fields),
        _stands(rows).label("stands"),
        _stands_with(rows).label("stands_with"),
    ).where(asked.of_type(rows), _stands(rows) if standing_only else rows.c.usable == 1)
    order = (rows.c.bucket, rows.c.country, rows.c.mission, rows.c.personnel_type, rows.c.place)
    return statement.order_by(*order)


def _stands_with(rows: CTE) -> ColumnElement[bool]:
    """True for a usable count of the first report that speaks of its country and mission."""
    return and_(rows.c.usable == 1, rows.c.spoken == 0)


def _stands(rows: CTE) -> ColumnElement[bool]:
    """The same, without a total beside its kinds."""
    return and_(_stands_with(rows), rows.c.has_kinds == 0)


def _counts(asked: Asked, dialect: str) -> CTE:
    """The headcounts in scope of the reports in the buckets, with what decides whether each stands, as 0 or 1:

    `usable`: it can stand; `spoken`: a report before its own speaks of its country and mission; `has_kinds`: it is
    the total of counts beside it; `unanswered`: it cannot be used, and no other count stands for it.
    """
    placed = placed_reports(dialect)
    can_stand = and_(*usable(_TABLE))
    is_total = and_(can_stand, _TABLE.c.personnel_type == PersonnelType.UNSPECIFIED)
    statement = (
        select(
            *(_TABLE.c[name] for name in _FIELDS),
            placed.c.bucket,
            placed.c.place,
            case((can_stand, 1), else_=0).label("usable"),
            case((placed.c.place == 0, 0), (_spoken_before(placed, asked), 1), else_=0).label("spoken"),
            case((not_(is_total), 0), (kinds_beside(asked.state), 1), else_=0).label("has_kinds"),
            case((can_stand, 0), (_unanswered(placed, asked), 1), else_=0).label("unanswered"),
        )
        .select_from(placed)
        .join(Headcount, _TABLE.c.report == placed.c.report)
        .where(*asked.conditions(placed, dialect), *present(_TABLE))
    )
    # Written down once: the engines would otherwise decide anew for each sum whether a count stands.
    return statement.cte("counts").prefix_with("MATERIALIZED")


def _spoken_before(placed: CTE, asked: Asked) -> ColumnElement[bool]:
    """True if a report before this one speaks of the country and mission."""
    before = placed.alias("before")
    return _speaks(before, placed, asked, before.c.place < placed.c.place)


def _unanswered(placed: CTE, asked: Asked) -> ColumnElement[bool]:
    """True if a count that cannot be used leaves a hole: beside it others stand, or no report speaks in its place."""
    behind = placed.alias("behind")
    spoken_behind = _speaks(behind, placed, asked, behind.c.place > placed.c.place)
    return or_(other_count(asked.state, _TABLE.c.report, "usable"), not_(spoken_behind))


def _speaks(other: FromClause, placed: CTE, asked: Asked, where: ColumnElement[bool]) -> ColumnElement[bool]:
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
        not_(other_count(asked.state, other.c.report)),
    )
    spoken = exists().where(
        other.c.bucket == placed.c.bucket, where, or_(other_count(asked.state, other.c.report, "usable"), says_zero)
    )
    return spoken.correlate_except(other)
