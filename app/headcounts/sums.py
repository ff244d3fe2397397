"""What the counts of each report add up to, kept beside them: nobody adds up a whole month again for each question.

The sums of a report are worked out anew in the transaction of every change that touches its counts, so that the two
never differ. They are of what stands now; the past is added up from its counts.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Executable,
    Index,
    PrimaryKeyConstraint,
    Select,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    distinct,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.types import BigInteger
from sqlmodel import Field, Session, SQLModel

from app.core.columns import KEY_TEXT, enum_column
from app.core.history import View, standing
from app.headcounts.counting import UNTYPED, kinds_beside, present
from app.headcounts.models import Headcount

_COUNTS: Table = Headcount.__table__  # type: ignore[attr-defined]
_NOW = View(0)  # its number matters for the past alone
_BATCH = 20  # reports at a time, so that little is sorted in memory


class SumOver(StrEnum):
    """What a sum adds up: all countries and missions, those of one country, or those of one mission."""

    ALL = "all"
    COUNTRY = "country"
    MISSION = "mission"


class HeadcountSum(SQLModel, table=True):
    """People by one report, in all or of the country or mission `code`. Counts without a mission are in no sum.

    `women` and `men` are over the counts split by sex, `unsplit` over the others; `cells` are pairs of country and
    mission.
    """

    __tablename__ = "headcount_sum"
    __table_args__ = (
        PrimaryKeyConstraint("over", "code", "report"),
        Index("ix_headcount_sum_report", "report", "over"),
        {"sqlite_with_rowid": False},
    )

    over: SumOver = enum_column(SumOver, "ck_headcount_sum_over")
    code: str = Field(sa_type=KEY_TEXT)  # type: ignore[call-overload]
    report: str = Field(sa_type=KEY_TEXT)  # type: ignore[call-overload]
    total: int = Field(sa_type=BigInteger)
    women: int = Field(sa_type=BigInteger)
    men: int = Field(sa_type=BigInteger)
    unsplit: int = Field(sa_type=BigInteger)
    cells: int = Field(sa_type=BigInteger)


SUMS: Table = HeadcountSum.__table__  # type: ignore[attr-defined]


def keep_sums(session: Session, change: int) -> None:
    """Work out the sums of the reports whose counts a change touched."""
    replace_sums(session, sorted(session.execute(_touched(), {"change": change}).scalars()))


def replace_sums(session: Session, reports: Sequence[str]) -> None:
    """Work out the sums of these reports."""
    for batch in _batches(reports):
        for statement in _replacing():
            session.execute(statement, {"reports": batch})


def wrong_sums(session: Session) -> Iterator[str]:
    """The reports whose sums are not what their counts add up to."""
    every = select(_COUNTS.c.report).distinct().union(select(SUMS.c.report).distinct())
    kept = select(SUMS).where(SUMS.c.report.in_(_REPORTS))
    for batch in _batches(sorted(session.execute(every).scalars())):
        right = {tuple(row) for statement in _all_sums() for row in session.execute(statement, {"reports": batch})}
        found = {tuple(row) for row in session.execute(kept, {"reports": batch})}
        yield from sorted({row[2] for row in right ^ found})


def _batches(reports: Sequence[str]) -> Iterator[Sequence[str]]:
    return (reports[start : start + _BATCH] for start in range(0, len(reports), _BATCH))


# To put these statements together takes longer than a small change takes to be written: each is made once.
_REPORTS: BindParameter[Any] = bindparam("reports", expanding=True)


@cache
def _touched() -> CompoundSelect[Any]:
    """The reports whose counts a change recorded or ended."""
    columns = (_COUNTS.c.recorded_in, _COUNTS.c.superseded_in)
    # Few reports, of maybe a million counts: SQLite would sort all that both sides of the union find.
    return union(*(select(_COUNTS.c.report).where(column == bindparam("change")).distinct() for column in columns))


@cache
def _replacing() -> tuple[Executable, ...]:
    """What takes the sums of some reports away, and what adds them up anew."""
    taken = delete(SUMS).where(SUMS.c.report.in_(_REPORTS))
    return (taken, *(insert(SUMS).from_select(SUMS.c.keys(), one) for one in _all_sums()))


def _all_sums() -> tuple[Select[Any] | CompoundSelect[Any], ...]:
    """All sums of some reports; those over all countries rest on those of each, so they come last."""
    return union_all(_added_up(SumOver.COUNTRY), _added_up(SumOver.MISSION)), _all_together()


def _added_up(over: SumOver) -> Select[Any]:
    """The sums of some reports as their counts add up, in the columns of the table."""
    row = _COUNTS.c
    code, other = (row.country, row.mission) if over is SumOver.COUNTRY else (row.mission, row.country)
    is_split = and_(row.women.is_not(None), row.men.is_not(None))
    statement = select(
        literal(over, SUMS.c.over.type).label("over"),
        code.label("code"),
        row.report,
        func.sum(row.total),
        func.sum(case((is_split, row.women), else_=0)),
        func.sum(case((is_split, row.men), else_=0)),
        func.sum(case((is_split, 0), else_=row.total)),
        func.count(distinct(other)),
    ).where(
        row.report.in_(_REPORTS),
        standing(Headcount, _NOW),
        *present(_COUNTS),
        row.mission.is_not(None),
        or_(row.personnel_type != UNTYPED, not_(kinds_beside(_NOW))),
    )
    return statement.group_by(row.report, code)


def _all_together() -> Select[Any]:
    """The sums over all countries, as those of each country add up: a cell is in one of them alone."""
    row = SUMS.c
    added = [cast(func.sum(row[name]), BigInteger) for name in ("total", "women", "men", "unsplit", "cells")]
    statement = select(literal(SumOver.ALL, row.over.type).label("over"), literal("").label("code"), row.report, *added)
    return statement.where(row.over == SumOver.COUNTRY, row.report.in_(_REPORTS)).group_by(row.report)
