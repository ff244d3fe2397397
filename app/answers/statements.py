"""Finds the reports that a question looks at; `rules.py` puts them into their order."""

from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, select, text
from sqlmodel import Session

from app.answers.rules import Statement
from app.answers.scope import Scope
from app.core.columns import col, json_array
from app.core.history import standing
from app.headcounts.models import Headcount, Measure
from app.reports.models import Report, ReportMission
from app.reports.models import Scope as ReportScope
from app.sources.models import Source

# As in the index over doubtful counts, which serves only if it is written the same.
_DOUBTFUL = text("(headcount.status = 'disputed' OR headcount.bound <> 'exactly')")


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
    statement = _reports_in_scope(statement, scope).where(
        col(Report.as_of_last) >= first, col(Report.as_of_last) <= last
    )
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
