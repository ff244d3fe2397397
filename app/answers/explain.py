"""Which counts a sum rests on and which not, each with the reason."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import or_, select

from app.answers.asking import Ask
from app.answers.cells import list_counts
from app.answers.rules import Bucket, Statement, in_order, window_start
from app.answers.scope import Scope
from app.core.columns import col
from app.core.history import standing
from app.core.vocabulary import Bound, PersonnelType
from app.headcounts.models import Headcount, HeadcountStatus, Measure

MOST_EXPLAINED = 1000


class NotCounted(StrEnum):
    """Why a count is not part of a sum."""

    OLDER_STATEMENT = "older_statement"
    OTHER_STATEMENT_STANDS = "other_statement_stands"
    DISPUTED = "disputed"
    NOT_EXACT = "not_exact"
    NOT_PRESENT = "not_present"
    PART_OF_COUNT = "part_of_count"
    TOTAL_OF_KINDS = "total_of_kinds"
    NOT_BY_MISSION = "not_by_mission"
    PART_OF_MISSION = "part_of_mission"
    MISSION_ENDED = "mission_ended"


class Explained(BaseModel):
    """A count that a sum rests on, or not."""

    headcount: int = Field(description="Headcount, see `/v1/headcounts/{id}`.", examples=[1])
    report: str = Field(description="Report that states it.", examples=["caspian-news-2024-01-20"])
    source: str = Field(description="Source of the report.", examples=["caspian-news-2024-01-20"])
    as_of: str = Field(description="Date the count is about.", examples=["2024-01-20"])
    country: str = Field(description="Contributor.", examples=["KAZ"])
    mission: str | None = Field(description="Mission.", examples=["MINURSO"])
    personnel_type: PersonnelType = Field(description="Kind of people.", examples=["unspecified"])
    total: int = Field(description="People, persons.", examples=[6])
    reason: NotCounted | None = Field(description="Why it does not count; null: it does.", examples=["older_statement"])


def explain(ask: Ask, scope: Scope, bucket: Bucket | None, max_age: int) -> tuple[list[Explained], list[Explained]]:
    """Counts of the reports young enough: those in the sum, and those not; at most 1,000 of each."""
    if bucket is None:
        return [], []
    found = ask.statements(scope, window_start(bucket.until, max_age), bucket.until)
    by_report = {one.report: one for one in in_order(found)}
    counts = list_counts(ask.session, scope, ask.facts, [bucket], standing_only=False)
    case = _Case(
        bucket,
        scope,
        ask,
        by_report,
        stands={one.headcount for one in counts if one.stands},
        beside={one.headcount for one in counts if one.stands_with},
        dates={(one.country, one.mission): bucket.statements[one.place].as_of_last for one in counts if one.stands},
    )
    counted: list[Explained] = []
    others: list[Explained] = []
    for row in _all_counts(ask, scope, list(by_report)):
        into = counted if row.id in case.stands else others
        if len(into) < MOST_EXPLAINED:
            reason = None if row.id in case.stands else case.reason(row)
            into.append(_explained(row, by_report[row.report], reason))
    return counted, others


@dataclass(frozen=True)
class _Case:
    """What was found to stand: `dates` of the statements that stand, by country and mission."""

    bucket: Bucket
    scope: Scope
    ask: Ask
    by_report: Mapping[str, Statement]
    stands: Set[int]
    beside: Set[int]
    dates: Mapping[tuple[str, str | None], str]

    def reason(self, row: Any) -> NotCounted:
        """Why a count is not part of the sum."""
        if row.measure is not Measure.PRESENT:
            return NotCounted.NOT_PRESENT
        if row.contingent is not None:
            return NotCounted.PART_OF_COUNT
        if row.status is HeadcountStatus.DISPUTED:
            return NotCounted.DISPUTED
        if row.bound is not Bound.EXACTLY:
            return NotCounted.NOT_EXACT
        if row.id in self.beside:
            return NotCounted.TOTAL_OF_KINDS
        if (row.mission is None) != self.bucket.by_country_only:
            return NotCounted.NOT_BY_MISSION
        if self.scope.missions is None and row.mission in self.scope.left_out:
            return NotCounted.PART_OF_MISSION
        return self._other_statement(row)

    def _other_statement(self, row: Any) -> NotCounted:
        day = self.by_report[row.report].as_of_last
        complete = next((one.as_of_last for one in self.bucket.statements if one.is_complete), None)
        standing_day = self.dates.get((row.country, row.mission), complete)
        if standing_day is not None and standing_day <= day:
            return NotCounted.OTHER_STATEMENT_STANDS
        mission = self.ask.facts.missions.get(row.mission)
        if standing_day is None and mission is not None and mission.over_by(self.bucket.until):
            return NotCounted.MISSION_ENDED
        return NotCounted.OLDER_STATEMENT


def _all_counts(ask: Ask, scope: Scope, reports: list[str]) -> list[Any]:
    table = Headcount.__table__  # type: ignore[attr-defined]
    statement = select(table).where(standing(Headcount, ask.view), col(Headcount.report).in_(reports))
    if scope.countries is not None:
        statement = statement.where(col(Headcount.country).in_(scope.countries))
    if scope.missions is not None:
        mission = col(Headcount.mission)
        statement = statement.where(or_(mission.in_(scope.missions), mission.is_(None)))
    if scope.types is not None:
        statement = statement.where(col(Headcount.personnel_type).in_(scope.types))
    order = (Headcount.country, Headcount.mission, Headcount.report, Headcount.personnel_type, Headcount.id)
    return list(ask.session.execute(statement.order_by(*map(col, order))))


def _explained(row: Any, statement: Statement, reason: NotCounted | None) -> Explained:
    return Explained(
        headcount=row.id,
        report=row.report,
        source=statement.source,
        as_of=statement.as_of,
        country=row.country,
        mission=row.mission,
        personnel_type=row.personnel_type,
        total=row.total,
        reason=reason,
    )
