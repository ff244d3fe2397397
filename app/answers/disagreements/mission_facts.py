"""Where a source tells another beginning, end or activity of a mission than the record has."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, select

from app.answers.disagreements.found import DiscrepancyKind, Found, Search, StatedValue
from app.core.columns import col
from app.core.dates import last_day
from app.core.history import standing
from app.missions.models import Mission, MissionStatus
from app.sources.models import Claim, ClaimKind, Source

MISSION_FACTS = ("is_active", "started_on", "ended_on")  # units of claims that tell a field of a mission


def find_missions_told_otherwise(search: Search) -> Iterator[Found]:
    """Claims about a mission whose `unit` is one of its facts and that tell it otherwise; one statement."""
    if search.countries is not None:
        return
    statement = (
        select(
            *map(col, (Claim.id, Claim.source, Claim.statement, Claim.unit, Claim.value, Claim.about)),
            *map(col, (Mission.code, Mission.status, Mission.started_on, Mission.ended_on, Source.published_on)),
        )
        .join(Mission, and_(col(Mission.code) == Claim.mission, standing(Mission, search.ask.view)))
        .join(Source, and_(col(Source.id) == Claim.source, standing(Source, search.ask.view)))
        .where(
            standing(Claim, search.ask.view),
            col(Claim.kind) == ClaimKind.MISSION,
            col(Claim.unit).in_(MISSION_FACTS),
        )
    )
    if search.missions is not None:
        statement = statement.where(col(Claim.mission).in_(search.missions))
    for row in search.ask.session.execute(statement):
        as_of = row.about or row.published_on or search.ask.today
        if _is_told_otherwise(row) and search.holds(last_day(as_of)):
            yield _found(search, row, as_of)


def _is_told_otherwise(row: Any) -> bool:
    if row.unit == "is_active":
        is_active = row.status is MissionStatus.ACTIVE
        return row.status is not MissionStatus.UNKNOWN and row.value is not None and is_active != bool(row.value)
    told, recorded = row.about, row.started_on if row.unit == "started_on" else row.ended_on
    return told is not None and recorded is not None and not dates_agree(told, recorded)


def dates_agree(told: str, recorded: str) -> bool:
    """True where two dates agree to the precision of both; the first of a month is often told for the month."""
    shortest = min(len(told), len(recorded), 7 if told.endswith("-01") else 10)
    return told[:shortest] == recorded[:shortest]


def _found(search: Search, row: Any, as_of: str) -> Found:
    return Found(
        DiscrepancyKind.MISSION_TOLD_OTHERWISE,
        (row.code, row.id),
        as_of=as_of,
        size=0,
        detail=row.statement,
        values=[
            StatedValue(
                report=None,
                source=row.source,
                total=None,
                says=row.statement,
                trace=search.address(f"claims/{row.id}", include="source_record"),
            )
        ],
        mission=row.code,
    )
