"""Finds the reports that a question looks at; `rules.py` puts them into their order."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, select, text
from sqlmodel import Session

from app.answers.rules import Bucket, Buckets, Statement, carried_bucket, monthly_buckets, window_start
from app.answers.scope import NOT_ADDED, Scope
from app.core.columns import col, json_array
from app.core.dates import first_day, last_day
from app.core.history import View, standing
from app.core.prepared import Shelf
from app.headcounts.models import Headcount, Measure
from app.headcounts.sums import HeadcountSum, SumOver
from app.missions.models import Mission
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
    unadded = exists().where(
        col(HeadcountSum.report) == Report.id,
        col(HeadcountSum.over) == SumOver.MISSION,
        col(HeadcountSum.code) == Mission.code,
        standing(Mission, scope.view),
        col(Mission.kind).in_(NOT_ADDED),
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
        unadded.correlate(Report).label("has_unadded"),
        missions.correlate(Report).scalar_subquery().label("missions"),
    )
    statement = _reports_in_scope(statement, scope).where(
        col(Report.as_of_last) >= first, col(Report.as_of_last) <= last
    )
    return [Statement(**_named(row)) for row in session.execute(statement)]


def _named(row: Row[Any]) -> dict[str, Any]:
    values = dict(row._mapping)
    values["missions"] = tuple(sorted(values["missions"]))
    for name in ("doubtful", "has_unadded"):
        values[name] = bool(values[name])
    return values


@dataclass(frozen=True)
class Reports:
    """All reports of one view of the record, kept in memory: those that stand, by date."""

    every: tuple[Statement, ...]
    days: tuple[str, ...]
    _months: dict[str, Bucket] = field(default_factory=dict)
    _spans: Shelf = field(default_factory=lambda: Shelf(64))  # by first and last month
    _days: Shelf = field(default_factory=Shelf)  # by day and age

    def find(self, scope: Scope, first: str, last: str) -> list[Statement]:
        """What `find_statements` finds."""
        found = self._dated(first, last)
        return [one for one in found if _is_in(scope, one)] if _is_narrow(scope) else list(found)

    def _dated(self, first: str, last: str) -> Sequence[Statement]:
        return self.every[bisect_left(self.days, first) : bisect_right(self.days, last)]

    def latest_day(self, scope: Scope, until: str | None = None) -> str | None:
        """What `latest_day` finds."""
        end = len(self.days) if until is None else bisect_right(self.days, until)
        return next((one.as_of_last for one in reversed(self.every[:end]) if _is_in(scope, one)), None)

    def day(self, scope: Scope, until: str, max_age: int) -> Bucket:
        """The reports that can matter for a day."""

        def make() -> Bucket:
            return carried_bucket(until, self.find(scope, window_start(until, max_age), until))

        return make() if _is_narrow(scope) else self._days.take((until, max_age), make)  # type: ignore[no-any-return]

    def months(self, scope: Scope, months: Sequence[str]) -> Buckets:
        """The reports of each of some months that follow one another."""
        first, last = months[0], months[-1]
        if _is_narrow(scope):
            return monthly_buckets(months, self.find(scope, first_day(first), last_day(last)))
        if len(months) > _LONGEST_SPAN:
            return self._made(months)
        return self._spans.take((first, last), lambda: self._made(months))  # type: ignore[no-any-return]

    def _made(self, months: Sequence[str]) -> Buckets:
        unknown = [month for month in months if month not in self._months]
        made: dict[str, Bucket] = {}
        if unknown:
            found = self._dated(first_day(unknown[0]), last_day(unknown[-1]))
            made = {bucket.name: bucket for bucket in monthly_buckets(unknown, found)}
            # Months before the first report and after the last are without end.
            span = (self.days[0][:7], self.days[-1][:7]) if self.days else ("9999-99", "")
            self._months.update({name: bucket for name, bucket in made.items() if span[0] <= name <= span[1]})
        return Buckets(made.get(month) or self._months[month] for month in months)


_LONGEST_SPAN = 1_000  # months


def _is_narrow(scope: Scope) -> bool:
    return scope.sources is not None or scope.complete_only


def _is_in(scope: Scope, one: Statement) -> bool:
    return (scope.sources is None or one.source in scope.sources) and (one.is_complete or not scope.complete_only)


REPORTING = (Report, Source, Headcount, Mission)  # what reports are read off


def load_reports(session: Session, view: View) -> Reports:
    """All reports of a view; one statement."""
    found = find_statements(session, Scope(view=view), "0001-01-01", "9999-12-31")
    every = tuple(sorted(found, key=lambda one: (one.as_of_last, one.report)))
    return Reports(every, tuple(one.as_of_last for one in every))


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
