"""What every report states of every country and mission, added up in SQL: the sums that disagreements are found in.

Unlike in `cells.py` nothing is picked here: all reports speak, and disputed counts speak with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, Table, and_, case, func, not_, or_, select

from app.answers.disagreements.found import Search, StatedValue, people
from app.answers.rules import Statement
from app.core.history import standing
from app.core.vocabulary import Bound, PersonnelType
from app.headcounts.models import Headcount, HeadcountStatus, Measure

TABLE: Table = Headcount.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class CellSum:
    """What one report states of one country and mission: counts of kinds, and a count without kind.

    `women` and `men` are over the counts of kinds; `unsplit` counts say nothing of them. `rows` are all counts, of
    which `headcount` is one, `inexact` ones that state no exact number, and `disputed` ones that do not stand.
    """

    report: str
    country: str
    mission: str | None
    by_kind: int | None
    untyped: int | None
    women: int
    men: int
    unsplit: int
    inexact: int
    disputed: int
    rows: int
    headcount: int

    @property
    def total(self) -> int | None:
        """People; a count without kind is the total of those beside it. None: no exact number is stated."""
        return self.untyped if self.by_kind is None else self.by_kind


def cells(search: Search, reports: Iterable[str], *conditions: ColumnElement[bool]) -> Select[Any]:
    """The statement of the sums, one row a report, country and mission; columns as in `CellSum`."""
    is_exact = TABLE.c.bound == Bound.EXACTLY
    is_total = TABLE.c.personnel_type == PersonnelType.UNSPECIFIED
    of_kind = and_(is_exact, not_(is_total))
    is_split = or_(TABLE.c.total == 0, and_(TABLE.c.women.is_not(None), TABLE.c.men.is_not(None)))
    statement = select(
        TABLE.c.report,
        TABLE.c.country,
        TABLE.c.mission,
        func.sum(case((of_kind, TABLE.c.total))).label("by_kind"),
        func.sum(case((and_(is_exact, is_total), TABLE.c.total))).label("untyped"),
        _sum(of_kind, func.coalesce(TABLE.c.women, 0)).label("women"),
        _sum(of_kind, func.coalesce(TABLE.c.men, 0)).label("men"),
        _sum(or_(is_total, not_(is_split)), 1).label("unsplit"),
        _sum(not_(is_exact), 1).label("inexact"),
        _sum(TABLE.c.status == HeadcountStatus.DISPUTED, 1).label("disputed"),
        func.count().label("rows"),
        func.min(TABLE.c.id).label("headcount"),
    ).where(*stated(search, TABLE), TABLE.c.contingent.is_(None), TABLE.c.report.in_(list(reports)), *conditions)
    return statement.group_by(TABLE.c.report, TABLE.c.country, TABLE.c.mission)


def _sum(condition: ColumnElement[bool], value: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


def stated(search: Search, row: FromClause) -> list[ColumnElement[bool]]:
    """Present people in the countries and missions looked at; `row` are headcounts, or an alias of them."""
    conditions = [standing(Headcount, search.ask.view, row), row.c.measure == Measure.PRESENT]
    if search.countries is not None:
        conditions.append(row.c.country.in_(search.countries))
    if search.missions is not None:
        conditions.append(row.c.mission.in_(search.missions))
    return conditions


def find_sums(search: Search, statement: Select[Any]) -> list[CellSum]:
    """The sums that a statement of `cells` finds, in no order."""
    return [sum_of(row) for row in search.ask.session.execute(statement)]


def sum_of(row: Row[Any]) -> CellSum:
    """A row with the columns of `cells`, and maybe others behind them, as a sum."""
    return CellSum(*row[: len(CellSum.__annotations__)])


def cell_value(search: Search, cell: CellSum, report: Statement, says: str | None = None) -> StatedValue:
    """What a report states of a country and mission, as one side of a disagreement."""
    is_one = cell.rows == 1
    total = cell.total
    return StatedValue(
        report=report.report,
        source=report.source,
        headcount=cell.headcount if is_one else None,
        total=total,
        says=says or (f"{people(total)} of all kinds." if total is not None else "No exact number."),
        trace=search.record("headcounts", cell.headcount)
        if is_one
        else search.counts(report.report, country=cell.country, mission=cell.mission),
    )


def report_value(search: Search, report: Statement, total: int | None, says: str) -> StatedValue:
    """What a report says by what it is, not by a count."""
    return StatedValue(
        report=report.report,
        source=report.source,
        total=total,
        says=says,
        trace=search.address(f"reports/{report.report}", include="source_record"),
    )
