"""Which headcounts can enter a sum at all, told once: the answers and the sums kept beside the counts say the same."""

from sqlalchemy import ColumnElement, FromClause, Table, exists, literal_column

from app.core.history import View, standing
from app.core.vocabulary import Bound, PersonnelType
from app.headcounts.models import Headcount, HeadcountStatus

_TABLE: Table = Headcount.__table__  # type: ignore[attr-defined]
UNTYPED: ColumnElement[str] = literal_column(f"'{PersonnelType.UNSPECIFIED.value}'")


def present(row: FromClause) -> tuple[ColumnElement[bool], ...]:
    """People present, of a country's whole strength: those of one contingent are inside that, not beside it."""
    return (row.c.measure == literal_column("'present'"), row.c.contingent.is_(None))


def usable(row: FromClause) -> tuple[ColumnElement[bool], ...]:
    """An exact number that is not disputed."""
    return (row.c.status == HeadcountStatus.REPORTED, row.c.bound == Bound.EXACTLY)


def other_count(view: View, report: ColumnElement[str], *conditions: str) -> ColumnElement[bool]:
    """True if a report states a count of the same country and mission: a usable one, one of a kind, or any."""
    other = _TABLE.alias()
    found = exists().where(
        other.c.report == report,
        other.c.country == _TABLE.c.country,
        other.c.mission.is_not_distinct_from(_TABLE.c.mission),
        standing(Headcount, view, other),
        *present(other),
    )
    if "usable" in conditions:
        found = found.where(*usable(other))
    if "of a kind" in conditions:
        found = found.where(other.c.personnel_type != PersonnelType.UNSPECIFIED)
    return found.correlate_except(other)


def kinds_beside(view: View) -> ColumnElement[bool]:
    """True if a count without kind is the total of those with kinds beside it in the same report."""
    return other_count(view, _TABLE.c.report, "usable", "of a kind")
