"""What became of plans by a day, and how much of an authorisation they and the people there leave over.

Pure. A date known by its month or year counts from the last day of its span: before that day nobody can say that it
has happened.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.answers.rules import Bucket, Statement
from app.answers.values import Reason, Value
from app.contingents.models import StatusEventKind
from app.core.dates import first_day, last_day
from app.core.vocabulary import Bound
from app.missions.models import MissionKind


class PlanStatus(StrEnum):
    """How far a plan has come."""

    PLANNED = "planned"
    AGREED = "agreed"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    ROTATED = "rotated"
    REPATRIATED = "repatriated"
    CANCELLED = "cancelled"


_STATUS = {
    StatusEventKind.PROPOSED: PlanStatus.PLANNED,
    StatusEventKind.APPROVED: PlanStatus.PLANNED,
    StatusEventKind.AGREEMENT_SIGNED: PlanStatus.AGREED,
    StatusEventKind.DEPARTED: PlanStatus.DEPLOYING,
    StatusEventKind.ARRIVED: PlanStatus.DEPLOYED,
    StatusEventKind.TOOK_OVER: PlanStatus.DEPLOYED,
    StatusEventKind.ROTATED: PlanStatus.ROTATED,
    StatusEventKind.REPATRIATED: PlanStatus.REPATRIATED,
    StatusEventKind.CANCELLED: PlanStatus.CANCELLED,
}
_FURTHEST = list(PlanStatus)
_USUAL_ORDER = list(StatusEventKind)
_ENDS = (PlanStatus.ROTATED, PlanStatus.REPATRIATED, PlanStatus.CANCELLED)
_HOME_AGAIN = (PlanStatus.ROTATED, PlanStatus.REPATRIATED)
_NOT_LEFT = (PlanStatus.PLANNED, PlanStatus.AGREED)
# Whoever is there has left home, and whoever was relieved or came home has been there.
_ARRIVED = (PlanStatus.DEPLOYED, *_HOME_AGAIN)
_DEPARTED = (PlanStatus.DEPLOYING, *_ARRIVED)
# In such a cell there is nobody to be unknown.
_NOBODY = (Reason.MISSION_NOT_STARTED, Reason.MISSION_ENDED, Reason.COUNTRY_NOT_EXISTING)


@dataclass(frozen=True)
class Step:
    """One status event of a plan."""

    event: str
    contingent: str
    kind: StatusEventKind
    on: str
    persons: int | None
    bound: Bound | None
    source: str
    note: str | None = None

    @property
    def status(self) -> PlanStatus:
        """How far it brings a plan."""
        return _STATUS[self.kind]


@dataclass(frozen=True)
class Plan:
    """A contingent planned under an authorisation, or without one, with its steps in any order."""

    contingent: str
    country: str
    mission: str
    label: str
    planned_persons: int | None
    planned_bound: Bound | None
    planned_from: str | None
    planned_to: str | None
    authorisation: str | None
    source: str
    steps: tuple[Step, ...] = ()
    recorded_at: datetime | None = None

    @property
    def number(self) -> int | None:
        """The planned people where that can be added up: an exact number or a lower bound."""
        return _addable(self.planned_persons, self.planned_bound)


@dataclass(frozen=True)
class People:
    """A number of people announced, or stated on steps. `at_least`: there are more of whom no number is given."""

    number: int | None
    at_least: bool


def _addable(persons: int | None, bound: Bound | None) -> int | None:
    return persons if bound in (None, Bound.EXACTLY, Bound.AT_LEAST) else None


def _added(parts: Sequence[People]) -> People:
    numbers = [part.number for part in parts if part.number is not None]
    open_ended = len(numbers) < len(parts) or any(part.at_least for part in parts)
    return People(sum(numbers) if numbers else None, bool(numbers) and open_ended)


def steps_by(plan: Plan, day: str) -> list[Step]:
    """The steps that have happened by a day, in any order."""
    return [step for step in plan.steps if last_day(step.on) <= day]


def status_of(plan: Plan, day: str) -> tuple[PlanStatus, Step | None]:
    """How far a plan has come by a day, and the first step that brought it there; a plan without steps is planned.

    The furthest step tells, not the latest: of several groups the last may leave when others have taken over. An end
    (rotated, repatriated, cancelled) stands unless later steps begin anew.
    """
    steps = steps_by(plan, day)
    if not steps:
        return PlanStatus.PLANNED, None
    ends = [step for step in steps if step.status in _ENDS]
    if ends:
        ended_on = max(last_day(step.on) for step in ends)
        anew = [step for step in steps if first_day(step.on) > ended_on]
        steps = anew or [step for step in ends if last_day(step.on) == ended_on]
    furthest = max((step.status for step in steps), key=_FURTHEST.index)
    return furthest, min((step for step in steps if step.status is furthest), key=lambda one: last_day(one.on))


def counted_plans(plans: Sequence[Plan], day: str) -> list[Plan]:
    """The plans whose people are planned on a day: not the cancelled ones, and of successive ones the last.

    A contingent that is home again gives its place to another plan for the same mission, one that is still open or
    one that was planned for later.
    """
    status = {plan.contingent: status_of(plan, day)[0] for plan in plans}
    kept = [plan for plan in plans if status[plan.contingent] is not PlanStatus.CANCELLED]

    def is_followed(plan: Plan) -> bool:
        return status[plan.contingent] in _HOME_AGAIN and any(
            other.mission == plan.mission
            and (status[other.contingent] not in _HOME_AGAIN or (other.planned_from or "") > (plan.planned_from or ""))
            for other in kept
        )

    return [plan for plan in kept if not is_followed(plan)]


def planned_people(plans: Sequence[Plan]) -> People:
    """The people of the plans that count; 0 if there are none, and null if none has a number to add."""
    if not plans:
        return People(0, at_least=False)
    numbers = [plan.number for plan in plans if plan.number is not None]
    open_ended = len(numbers) < len(plans) or any(plan.planned_bound is Bound.AT_LEAST for plan in plans)
    return People(sum(numbers) if numbers else None, open_ended)


def agreed_plans(plans: Iterable[Plan], day: str) -> int:
    """The number of plans of which an agreement with the UN was signed by a day."""
    return sum(any(step.status is PlanStatus.AGREED for step in steps_by(plan, day)) for plan in plans)


def departed(plans: Iterable[Plan], day: str) -> tuple[int, People]:
    """The number of plans with people who have left home by a day, and the people stated on their departures."""
    gone = [plan for plan in plans if any(step.status in _DEPARTED for step in steps_by(plan, day))]
    return len(gone), _added([_stated(steps_by(plan, day), StatusEventKind.DEPARTED) for plan in gone])


def arrived(plans: Iterable[Plan], day: str) -> tuple[int, People]:
    """The number of plans with people who have been there by a day, and the people stated on their arrivals.

    Those who arrive and those who take over are the same people: take-overs tell only where arrivals do not.
    """
    there = [plan for plan in plans if any(step.status in _ARRIVED for step in steps_by(plan, day))]
    stated = []
    for plan in there:
        steps = steps_by(plan, day)
        arrivals = _stated(steps, StatusEventKind.ARRIVED)
        stated.append(arrivals if arrivals.number is not None else _stated(steps, StatusEventKind.TOOK_OVER))
    return len(there), _added(stated)


def _stated(steps: Iterable[Step], kind: StatusEventKind) -> People:
    parts = [
        People(_addable(step.persons, step.bound), step.bound is Bound.AT_LEAST) for step in steps if step.kind is kind
    ]
    return _added(parts)


def is_overdue(plan: Plan, day: str, today: str, *, seen: bool) -> bool:
    """True if the planned start has passed and neither a step nor a count (`seen`) shows people there or on the way.

    Never on a day to come: what will have happened by then is not known.
    """
    if plan.planned_from is None or day > today or seen or last_day(plan.planned_from) >= day:
        return False
    return status_of(plan, day)[0] in _NOT_LEFT


def rest_of(ceiling: int | None, bound: Bound | None, used: int | None, *, at_least: bool) -> int | None:
    """What a ceiling leaves over, below zero if more is used; null unless both numbers are sharp."""
    if ceiling is None or bound in (Bound.AT_LEAST, Bound.ABOUT) or used is None or at_least:
        return None
    return ceiling - used


def is_announced(proposed_on: str | None, approved_on: str | None, day: str) -> bool:
    """True from the earlier of proposal and approval on; always if neither date is known."""
    dates = [last_day(one) for one in (proposed_on, approved_on) if one is not None]
    return not dates or min(dates) <= day


def is_in_force(approved_on: str | None, effective_to: str | None, day: str) -> bool | None:
    """True from approval to the end (exclusive); null if it is not known when it was approved."""
    if effective_to is not None and first_day(effective_to) <= day:
        return False
    return None if approved_on is None else last_day(approved_on) <= day


def together(values: Sequence[Value]) -> Value:
    """The people of several missions; `at_least` if those of some are unknown, null with a reason if of all."""
    known = [one for one in values if one.total is not None]
    reasons = {one.reason for one in values if one.total is None and one.reason is not None}
    if not known:
        return Value(None, reason=reasons.pop() if len(reasons) == 1 else Reason.NO_OBSERVATION)
    open_ended = any(one.at_least for one in known) or bool(reasons - set(_NOBODY))
    return Value(sum(one.total for one in known if one.total is not None), at_least=open_ended)


def said_zero(bucket: Bucket, mission: str, kind: MissionKind) -> Statement | None:
    """The complete report that says zero of whom it leaves out of a mission."""
    alone = (Bucket(bucket.name, bucket.until, (one,)) for one in bucket.statements)
    return next((one.statements[0] for one in alone if one.covers(mission, kind)), None)


def story_day(step: Step, steps: Iterable[Step]) -> str:
    """The day by which a step is put into order: the last of its span, but before a later step that falls into it."""
    place = _USUAL_ORDER.index(step.kind)
    later = [
        last_day(other.on)
        for other in steps
        if _USUAL_ORDER.index(other.kind) > place and first_day(other.on) >= first_day(step.on)
    ]
    return min([last_day(step.on), *later])
