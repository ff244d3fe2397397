"""Which ceiling binds a mission on a day. Pure; the rules are those of the design, sections 2 and 3."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, Field

from app.ceilings.models import CeilingBasis, CeilingOut
from app.core.dates import first_day, last_day


class NoCeiling(StrEnum):
    """Why no number binds a mission."""

    NO_CEILING = "no_ceiling"
    NOT_YET_EFFECTIVE = "not_yet_effective"
    MISSION_ENDED = "mission_ended"


class CategoryCeiling(BaseModel):
    """The number in force for one category, and the decision that set it."""

    ceiling: int | None = Field(description="Most people allowed, persons.", examples=[1250])
    reason: NoCeiling | None = Field(None, description="Why there is no number.", examples=["no_ceiling"])
    record: str | None = Field(None, description="Ceiling record that set it.", examples=["undof-1974-05-31"])
    decision: str | None = Field(None, description="Deciding resolution.", examples=["S/RES/350 (1974)"])
    effective_from: str | None = Field(None, description="Since when it applies.", examples=["1974-05-31"])
    source: str | None = Field(None, description="Source of the decision.", examples=["s-res-350-1974"])


class CeilingsInForce(BaseModel):
    """What binds a mission on a day, per category."""

    as_of: date = Field(description="The day asked about.", examples=["2026-11-23"])
    military: CategoryCeiling = Field(description="Military personnel.")
    police: CategoryCeiling = Field(description="Police, individual and formed together.")


# These end every number before them. MINURSO's plan was never reached nor restated, so it binds nothing.
_ENDING = {CeilingBasis.TERMINATION, CeilingBasis.NO_NUMERIC_CEILING, CeilingBasis.PLAN_NOT_CONFIRMED}


def ceilings_in_force(ceilings: Sequence[CeilingOut], ended_on: str | None, on: date) -> CeilingsInForce:
    """The latest stated number of each category that is effective on the day.

    A renewal that restates no number leaves the earlier one in force; a termination ends it, and so does the
    end of the mission (`ended_on`, a partial date: over after its last day).
    """
    day = on.isoformat()
    if ended_on is not None and last_day(ended_on) < day:
        over = CategoryCeiling(ceiling=None, reason=NoCeiling.MISSION_ENDED)
        return CeilingsInForce(as_of=on, military=over, police=over)
    in_order = sorted(ceilings, key=lambda c: (first_day(c.effective_from), c.adopted_on or "", c.id))
    effective = [c for c in in_order if first_day(c.effective_from) <= day]
    for place in range(len(effective) - 1, -1, -1):
        if effective[place].basis in _ENDING:
            effective = effective[place + 1 :]
            break
    return CeilingsInForce(
        as_of=on,
        military=_category("military", effective, in_order, day),
        police=_category("police", effective, in_order, day),
    )


def _category(category: str, effective: Sequence[CeilingOut], every: Sequence[CeilingOut], day: str) -> CategoryCeiling:
    for ceiling in reversed(effective):
        number = getattr(ceiling, category)
        if number is None:
            continue
        if ceiling.effective_to is not None and first_day(ceiling.effective_to) <= day:
            continue
        return CategoryCeiling(
            ceiling=number,
            record=ceiling.id,
            decision=ceiling.decision,
            effective_from=ceiling.effective_from,
            source=ceiling.source,
        )
    waiting = any(getattr(c, category) is not None and first_day(c.effective_from) > day for c in every)
    adopted = any((c.adopted_on or c.effective_from) <= day for c in every if first_day(c.effective_from) > day)
    reason = NoCeiling.NOT_YET_EFFECTIVE if waiting and adopted else NoCeiling.NO_CEILING
    return CategoryCeiling(ceiling=None, reason=reason)
