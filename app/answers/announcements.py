"""What was announced: authorisations, the plans under them with their steps, and what their countries offered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, exists, select

from app.answers.asking import Ask
from app.answers.reconciliation_rules import Plan, Step, is_announced
from app.answers.scope import Scope
from app.authorisations.models import Authorisation, AuthorisationFields, AuthorisationMission
from app.authorisations.store import AUTHORISATION_LIST
from app.contingents.models import Contingent, StatusEvent
from app.core.columns import col
from app.core.dates import first_day, last_day
from app.core.history import standing
from app.pledges.models import Pledge

_CONTINGENT: Table = Contingent.__table__  # type: ignore[attr-defined]
_EVENT: Table = StatusEvent.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Announced:
    """One authorisation and the plans under it, by start."""

    record: AuthorisationFields
    plans: tuple[Plan, ...]


@dataclass(frozen=True)
class Offer:
    """A pledge, made on a known date."""

    pledge: str
    country: str
    mission: str | None
    made_on: str
    persons: int | None
    source: str
    note: str | None


def list_announced(ask: Ask, scope: Scope, ids: Sequence[str] | None, day: str) -> list[Announced]:
    """The authorisations in scope that were announced by a day, by country, approval and id; three statements."""
    wanted = _wanted(ask, scope, ids)
    plans = _plans(ask, scope, wanted)
    columns = AUTHORISATION_LIST.selected(ask.view)
    labelled = [columns[name].label(name) for name in AuthorisationFields.model_fields]
    found = ask.session.execute(AUTHORISATION_LIST.rows(labelled, ask.view).where(*wanted))
    records = [AuthorisationFields.model_validate(row._mapping) for row in found]
    kept = [record for record in records if is_announced(record.proposed_on, record.approved_on, day)]
    for record in kept:
        record.missions.sort()
    kept.sort(key=lambda record: (record.country, record.approved_on or record.proposed_on or "", record.id))
    return [Announced(record, tuple(plans.get(record.id, ()))) for record in kept]


def _wanted(ask: Ask, scope: Scope, ids: Sequence[str] | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [standing(Authorisation, ask.view)]
    if ids is not None:
        conditions.append(col(Authorisation.id).in_(ids))
    if scope.countries is not None:
        conditions.append(col(Authorisation.country).in_(scope.countries))
    if scope.sources is not None:
        conditions.append(col(Authorisation.source).in_(scope.sources))
    if scope.missions is not None:
        covers = exists().where(
            col(AuthorisationMission.authorisation) == Authorisation.id,
            col(AuthorisationMission.revision) == Authorisation.revision,
            col(AuthorisationMission.mission).in_(scope.missions),
        )
        conditions.append(covers)
    return conditions


def _plans(ask: Ask, scope: Scope, wanted: Sequence[ColumnElement[bool]]) -> dict[str | None, list[Plan]]:
    """The plans by authorisation; two statements."""
    under = exists().where(col(Authorisation.id) == Contingent.authorisation, *wanted)
    by_authorisation: dict[str | None, list[Plan]] = {}
    for plan in list_plans(ask, [under], scope.sources):
        by_authorisation.setdefault(plan.authorisation, []).append(plan)
    return by_authorisation


def list_plans(ask: Ask, conditions: Sequence[ColumnElement[bool]], sources: Sequence[str] | None = None) -> list[Plan]:
    """The contingents that meet the conditions, each with its steps, by start; two statements."""
    planned = [standing(Contingent, ask.view), *conditions]
    if sources is not None:
        planned.append(col(Contingent.source).in_(sources))
    steps = _steps(ask, select(_CONTINGENT.c.id).where(*planned), sources)
    names = [name for name in Plan.__annotations__ if name not in ("contingent", "steps")]
    statement = select(_CONTINGENT.c.id.label("contingent"), *(_CONTINGENT.c[name] for name in names)).where(*planned)
    plans = [Plan(**row._mapping, steps=tuple(steps.get(row.contingent, ()))) for row in ask.session.execute(statement)]
    return sorted(plans, key=lambda plan: (plan.planned_from or "", plan.mission, plan.contingent))


def _steps(ask: Ask, plans: Select[Any], sources: Sequence[str] | None) -> Mapping[str, list[Step]]:
    names = [name for name in Step.__annotations__ if name != "event"]
    statement = select(_EVENT.c.id.label("event"), *(_EVENT.c[name] for name in names)).where(
        standing(StatusEvent, ask.view), _EVENT.c.contingent.in_(plans)
    )
    if sources is not None:
        statement = statement.where(col(StatusEvent.source).in_(sources))
    steps: dict[str, list[Step]] = {}
    for row in ask.session.execute(statement.order_by(col(StatusEvent.id))):
        steps.setdefault(row.contingent, []).append(Step(**row._mapping))
    return steps


def list_offers(ask: Ask, scope: Scope, countries: Sequence[str], day: str) -> list[Offer]:
    """The pledges that countries made by a day, where the date is known; one statement."""
    made_on: Any = col(Pledge.made_on)
    names = [name for name in Offer.__annotations__ if name != "pledge"]
    statement = select(col(Pledge.id).label("pledge"), *(col(getattr(Pledge, name)) for name in names)).where(
        standing(Pledge, ask.view), col(Pledge.country).in_(countries), made_on.is_not(None)
    )
    if scope.sources is not None:
        statement = statement.where(col(Pledge.source).in_(scope.sources))
    offers = [Offer(**row._mapping) for row in ask.session.execute(statement.order_by(col(Pledge.id)))]
    return [offer for offer in offers if last_day(offer.made_on) <= day]


def offers_under(offers: Sequence[Offer], record: AuthorisationFields) -> list[Offer]:
    """The offers of the country since the proposal, or else the approval, that name no mission or one covered."""
    dates = [first_day(one) for one in (record.proposed_on, record.approved_on) if one is not None]
    if not dates:
        return []
    return [
        offer
        for offer in offers
        if offer.country == record.country
        and first_day(offer.made_on) >= min(dates)
        and (offer.mission is None or offer.mission in record.missions)
    ]
