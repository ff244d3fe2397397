"""Where more people are planned than a country authorises, or people are planned under no authorisation."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Table, select

from app.answers.announcements import list_plans
from app.answers.disagreements.found import DiscrepancyKind, Found, Search, StatedValue, people
from app.answers.reconciliation_rules import Plan, PlanStatus, counted_plans, planned_people, rest_of, status_of
from app.authorisations.models import Authorisation, AuthorisationFields
from app.contingents.models import Contingent
from app.core.columns import col
from app.core.dates import last_day
from app.core.history import standing

_AUTHORISATION: Table = Authorisation.__table__  # type: ignore[attr-defined]
_EVER = "9999-12-31"  # an end counts as soon as it is recorded
_ENDED = (PlanStatus.REPATRIATED, PlanStatus.CANCELLED)


def find_plans_against_authorisations(search: Search) -> Iterator[Found]:
    """Plans that name no authorisation, and plans that exceed the one they name; three statements.

    Plans that were cancelled, and those whose people are home again, are over and not looked at.
    """
    of_countries: list[ColumnElement[bool]] = []
    if search.countries is not None:
        of_countries.append(col(Contingent.country).in_(search.countries))
    plans = list_plans(search.ask, of_countries)
    for found in (*_without(search, plans), *_above(search, plans)):
        if search.holds(last_day(found.as_of)) and (search.missions is None or found.mission in search.missions):
            yield found


def _is_live(plan: Plan) -> bool:
    return status_of(plan, _EVER)[0] not in _ENDED


def _date_of(plan: Plan) -> str:
    """The planned start, or the day of recording where none is known."""
    assert plan.recorded_at is not None  # noqa: S101  (plans out of the record have it)
    return plan.planned_from or plan.recorded_at.date().isoformat()


def _without(search: Search, plans: Sequence[Plan]) -> Iterator[Found]:
    for plan in plans:
        if plan.authorisation is not None or plan.planned_persons is None or not _is_live(plan):
            continue
        yield Found(
            DiscrepancyKind.PLAN_WITHOUT_AUTHORISATION,
            (plan.mission, plan.country, plan.contingent),
            as_of=_date_of(plan),
            size=plan.planned_persons,
            detail=f"{plan.contingent} plans {people(plan.planned_persons)} of "
            f"{search.place(plan.country, plan.mission)} and names no authorisation.",
            values=[_planned(search, plan)],
            country=plan.country,
            mission=plan.mission,
        )


def _above(search: Search, plans: Sequence[Plan]) -> Iterator[Found]:
    for record in _authorisations(search):
        under = [plan for plan in plans if plan.authorisation == record.id and plan.country == record.country]
        live = [plan for plan in counted_plans(under, _EVER) if _is_live(plan) and plan.number is not None]
        planned = planned_people(live).number
        # More people may be planned than the numbers add up to, never less.
        rest = rest_of(record.max_persons, record.bound, planned, at_least=False)
        if record.max_persons is None or planned is None or rest is None or rest >= 0:
            continue
        missions = {plan.mission for plan in live}
        yield Found(
            DiscrepancyKind.PLAN_ABOVE_AUTHORISATION,
            (None, record.country, record.id),
            as_of=max((_date_of(plan) for plan in live), key=last_day),
            size=-rest,
            detail=f"{people(planned)} of {search.place(record.country, None)} are planned under {record.id}, "
            f"{-rest:,} more than the {record.max_persons:,} it allows.",
            values=[*(_planned(search, plan) for plan in live), _allowed(search, record, record.max_persons)],
            country=record.country,
            mission=missions.pop() if len(missions) == 1 else None,
        )


def _authorisations(search: Search) -> list[AuthorisationFields]:
    """Those with a number; their missions are left out."""
    names = [name for name in AuthorisationFields.model_fields if name != "missions"]
    statement = select(*(_AUTHORISATION.c[name] for name in names)).where(
        standing(Authorisation, search.ask.view), _AUTHORISATION.c.max_persons.is_not(None)
    )
    if search.countries is not None:
        statement = statement.where(_AUTHORISATION.c.country.in_(search.countries))
    return [AuthorisationFields.model_validate(row._mapping) for row in search.ask.session.execute(statement)]


def _planned(search: Search, plan: Plan) -> StatedValue:
    assert plan.planned_persons is not None  # noqa: S101  (plans without a number are not shown)
    return StatedValue(
        report=None,
        source=plan.source,
        contingent=plan.contingent,
        total=plan.planned_persons,
        says=f"{people(plan.planned_persons)} planned for {plan.mission}.",
        trace=search.address(f"contingents/{plan.contingent}", include="source_record"),
    )


def _allowed(search: Search, record: AuthorisationFields, number: int) -> StatedValue:
    return StatedValue(
        report=None,
        source=record.source,
        authorisation=record.id,
        total=number,
        says=f"At most {people(number)}, approved{f' on {record.approved_on}' if record.approved_on else ''}.",
        trace=search.address(f"authorisations/{record.id}", include="source_record,claims"),
    )
