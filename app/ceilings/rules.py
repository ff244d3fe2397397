"""Which ceiling binds a mission on a day. Pure; the rules are those of the design, sections 2 and 3."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, Field

from app.ceilings.models import CeilingBasis, CeilingFields
from app.core.dates import first_day, last_day


class NoCeiling(StrEnum):
    """Why no number binds a mission."""

    NO_CEILING = "no_ceiling"
    NOT_YET_EFFECTIVE = "not_yet_effective"
    MISSION_ENDED = "mission_ended"


class Category(StrEnum):
    """What a ceiling is set for: the military and the police as a whole, and parts of them."""

    MILITARY = "military"
    OBSERVERS_STAFF = "observers_staff"
    POLICE = "police"
    INDIVIDUAL_POLICE = "individual_police"
    FORMED_POLICE = "formed_police"


WHOLE_OF = {
    Category.OBSERVERS_STAFF: Category.MILITARY,
    Category.INDIVIDUAL_POLICE: Category.POLICE,
    Category.FORMED_POLICE: Category.POLICE,
}


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


@dataclass(frozen=True)
class InForce:
    """The decision whose number binds a category, or why none does; and the later steps already adopted, in order."""

    category: Category
    decision: CeilingFields | None
    reason: NoCeiling | None
    scheduled: tuple[CeilingFields, ...] = ()

    @property
    def ceiling(self) -> int | None:
        """The number, persons."""
        return None if self.decision is None else number_of(self.decision, self.category)


# These end every number before them. MINURSO's plan was never reached nor restated, so it binds nothing.
_ENDING = {CeilingBasis.TERMINATION, CeilingBasis.NO_NUMERIC_CEILING, CeilingBasis.PLAN_NOT_CONFIRMED}


def number_of(ceiling: CeilingFields, category: Category) -> int | None:
    """The number that a decision sets for a category, persons."""
    number: int | None = getattr(ceiling, category.value)
    return number


def ceilings_in_force(ceilings: Sequence[CeilingFields], ended_on: str | None, on: date) -> CeilingsInForce:
    """The military and the police ceiling of a day, as pages of missions show them; see `ceiling_in_force`."""
    day = on.isoformat()
    return CeilingsInForce(
        as_of=on,
        military=_shown(ceiling_in_force(ceilings, Category.MILITARY, ended_on, day)),
        police=_shown(ceiling_in_force(ceilings, Category.POLICE, ended_on, day)),
    )


def ceiling_in_force(ceilings: Sequence[CeilingFields], category: Category, ended_on: str | None, day: str) -> InForce:
    """The latest stated number of a category that is effective on the day.

    A renewal that restates no number leaves the earlier one in force; a termination ends it, and so does the
    end of the mission (`ended_on`, a partial date: over after its last day). The number of a part ends as well
    with a decision that states the whole anew and no number for the part.
    """
    if ended_on is not None and last_day(ended_on) < day:
        return InForce(category, None, NoCeiling.MISSION_ENDED)
    in_order = sorted(ceilings, key=lambda c: (first_day(c.effective_from), c.adopted_on or "", c.id))
    scheduled = tuple(c for c in in_order if number_of(c, category) is not None and _is_scheduled(c, day))
    for ceiling in reversed(_effective(in_order, day)):
        if number_of(ceiling, category) is not None:
            return InForce(category, ceiling, None, scheduled)
        if category in WHOLE_OF and number_of(ceiling, WHOLE_OF[category]) is not None:
            break
    reason = NoCeiling.NOT_YET_EFFECTIVE if scheduled else NoCeiling.NO_CEILING
    return InForce(category, None, reason, scheduled)


def _effective(in_order: Sequence[CeilingFields], day: str) -> list[CeilingFields]:
    """The decisions that apply on a day: none behind one that ends them all, none after its own end."""
    begun = [c for c in in_order if first_day(c.effective_from) <= day]
    for place in range(len(begun) - 1, -1, -1):
        if begun[place].basis in _ENDING:
            begun = begun[place + 1 :]
            break
    return [c for c in begun if c.effective_to is None or first_day(c.effective_to) > day]


def _is_scheduled(ceiling: CeilingFields, day: str) -> bool:
    """True for what applies later and was adopted by the day; without a day of adoption, it began with its effect."""
    return first_day(ceiling.effective_from) > day and first_day(ceiling.adopted_on or ceiling.effective_from) <= day


def _shown(found: InForce) -> CategoryCeiling:
    if found.decision is None:
        return CategoryCeiling(ceiling=None, reason=found.reason)
    return CategoryCeiling(
        ceiling=found.ceiling,
        record=found.decision.id,
        decision=found.decision.decision,
        effective_from=found.decision.effective_from,
        source=found.decision.source,
    )
