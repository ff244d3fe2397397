"""Announced against actual: what each authorisation allows, what is planned under it, and who was counted there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from app.answers.announcements import Announced, list_announced
from app.answers.asking import (
    Answer,
    Ask,
    By,
    Grouping,
    coverage_of,
    day_bucket,
    known_at_text,
    link,
    reports_used,
    scope_meta,
    value_in,
)
from app.answers.reconciliation_rows import (
    COLUMNS,
    ObservedRow,
    PlanRow,
    ReconciliationMeta,
    ReconciliationQuery,
    ReconciliationRow,
)
from app.answers.reconciliation_rules import (
    Plan,
    agreed_plans,
    arrived,
    counted_plans,
    departed,
    is_in_force,
    is_overdue,
    planned_people,
    rest_of,
    said_zero,
    status_of,
    together,
)
from app.answers.reconciliation_timeline import Timelines
from app.answers.rules import Bucket, Statement, carried_bucket
from app.answers.scope import Scope, resolve
from app.answers.totals import Unknown, sources_of, sums_of
from app.answers.values import Reason, Tally, Value, unknown_reason, value_of
from app.authorisations.models import AuthorisationFields


def reconciliation(ask: Ask, query: ReconciliationQuery) -> Answer:
    """One row an authorisation announced by the date, by country and approval.

    Without `as_of` and without any report the date is today, so that announcements are told all the same.
    """
    asked = resolve(ask.session, query, ask.view, ask.facts)
    bucket = day_bucket(ask, asked, query) or carried_bucket(ask.today)
    announced = list_announced(ask, asked, query.authorisation, bucket.until)
    day = _Day(ask, query, bucket, _counted(asked, announced), asked.left_out)
    timelines = Timelines(ask, query, day.scope, bucket.until, announced) if query.timeline and announced else None
    rows = [_row(day, one, timelines) for one in announced]
    reports = reports_used([bucket, *(timelines.buckets if timelines else ())])
    meta = ReconciliationMeta(
        revision=ask.view.revision,
        known_at=known_at_text(query),
        as_of=bucket.until,
        scope=scope_meta(query, asked, query.max_age),
        reports=list({report.id: report for report in reports}.values()),
        coverage=coverage_of(bucket, [day.sums[cell] for cell in _covered(announced) if cell in day.sums]),
        at_least=any(row.observed_at_least or row.elsewhere_at_least or row.planned_at_least for row in rows),
    )
    return Answer(rows, meta, COLUMNS)


def _covered(announced: Iterable[Announced]) -> list[tuple[str, str]]:
    """The cells under any authorisation, each once."""
    return sorted({(one.record.country, mission) for one in announced for mission in one.record.missions})


def _counted(asked: Scope, announced: Sequence[Announced]) -> Scope:
    """All people of the countries, in whatever mission; those of parts and of others only where they are covered."""
    countries = {one.record.country for one in announced} | {plan.country for one in announced for plan in one.plans}
    covered = {mission for one in announced for mission in one.record.missions}
    covered |= {plan.mission for one in announced for plan in one.plans}
    return replace(
        asked,
        countries=tuple(sorted(countries)),
        missions=None,
        left_out=tuple(code for code in asked.left_out if code not in covered),
        named={},
    )


@dataclass(frozen=True)
class _Elsewhere:
    """People in other missions, the missions where some are, and the sources that say so."""

    value: Value
    missions: tuple[str, ...]
    sources: Sequence[str]


@dataclass(frozen=True)
class _Day:
    """What was counted by the date, of the countries that authorise."""

    ask: Ask
    query: ReconciliationQuery
    bucket: Bucket
    scope: Scope
    never_added: tuple[str, ...]  # parts counted in their parents, and missions of others

    @cached_property
    def grouping(self) -> Grouping:
        return Grouping((By.COUNTRY, By.MISSION), self.scope, self.ask.facts)

    @cached_property
    def sums(self) -> Mapping[tuple[Any, ...], Tally]:
        """The counts that stand, by country and mission."""
        return self.grouping.fold(sums_of(self.ask, self.grouping, [self.bucket])) if self.scope.countries else {}

    @cached_property
    def unknown(self) -> Unknown:
        return Unknown(self.ask, self.query, self.grouping, self.bucket)

    def value(self, country: str, mission: str) -> Value:
        """The people of one country in one mission."""
        cell = (country, mission)
        if country not in self.ask.facts.countries or mission not in self.ask.facts.missions:
            return Value(None, reason=Reason.NO_OBSERVATION)
        value = value_in(self.grouping, cell, self.sums.get(cell), self.unknown.reason(cell))
        return self.unknown.with_age(cell, value)

    def elsewhere(self, record: AuthorisationFields) -> "_Elsewhere":
        """The people of the country in missions that are not covered.

        People of a part are counted in its parent too, so the parent of a mission covered is left aside.
        """
        facts = self.ask.facts
        parents = {facts.missions[code].parent for code in record.missions if code in facts.missions} - {None}
        near = {*record.missions, *parents, *self.never_added}
        others = {code: self.sums.get((record.country, code)) for code in facts.missions if code not in near}
        counted = {code: tally for code, tally in others.items() if tally is not None}
        tally = sum(counted.values(), Tally())
        why: Reason | None = Reason.NO_OBSERVATION
        if record.country in facts.countries and parents <= set(record.missions):
            country = facts.countries[record.country]
            why = unknown_reason(self.bucket, None, country, self.ask.today, by_mission=True)
        value = self._aged(record.country, others, value_of(tally, why))
        seen = tuple(code for code, one in counted.items() if one.total > 0)
        return _Elsewhere(value, seen, sources_of(self.bucket, tally, value.total))

    def _aged(self, country: str, missions: Iterable[str], value: Value) -> Value:
        """The value, `stale` if anything that is too old was stated of the country in any of the missions."""
        if value.total is not None or country not in self.ask.facts.countries:
            return value
        aged = (self.unknown.with_age((country, mission), value) for mission in missions)
        return next((one for one in aged if one.reason is Reason.STALE), value)

    def statement(self, country: str, mission: str, value: Value) -> Statement | None:
        """The report that states a count, or the complete one that says zero by leaving out; None if unknown."""
        if value.total is None:
            return None
        tally = self.sums.get((country, mission))
        if tally is not None and tally.reports:
            return next(one for one in self.bucket.statements if one.report in tally.reports)
        return said_zero(self.bucket, mission, self.ask.facts.missions[mission].kind)

    def rows_link(self, country: str, missions: Sequence[str]) -> str | None:
        """Address of the counts of a country in some missions."""
        if not missions:
            return None
        values = {"country": country, "mission": ",".join(sorted(missions)), "as_of": self.bucket.until}
        return link("/v1/deployments", self.query, without=("authorisation", "timeline"), **values)


def _row(day: _Day, one: Announced, timelines: Timelines | None) -> ReconciliationRow:
    record = one.record
    observed = [_observed(day, record.country, mission) for mission in record.missions]
    counted = counted_plans(one.plans, day.bucket.until)
    plans = [_plan(day, plan, counted) for plan in one.plans]
    elsewhere = day.elsewhere(record)
    values = {
        "authorisation": record.id,
        "country": record.country,
        "country_name": day.ask.facts.names.name("country", record.country),
        "missions": record.missions,
        "ceiling": record.max_persons,
        "bound": record.bound,
        "approved_on": record.approved_on,
        "body": record.body,
        "effective_to": record.effective_to,
        "in_force": is_in_force(record.approved_on, record.effective_to, day.bucket.until),
        "plans": plans,
        "overdue": [plan.contingent for plan in plans if plan.overdue],
        "observed": observed,
        "source": record.source,
        "sources": sorted({*_sources(record, plans, observed), *elsewhere.sources}),
        "rows": day.rows_link(record.country, record.missions),
        **_planned_fields(one, day.bucket.until),
        **_step_fields(one, day.bucket.until),
        **_observed_fields(day, record),
        "observed_elsewhere": elsewhere.value.total,
        "elsewhere_at_least": elsewhere.value.at_least,
        "elsewhere_reason": elsewhere.value.reason if elsewhere.value.total is None else None,
        "rows_elsewhere": day.rows_link(record.country, elsewhere.missions),
    }
    if timelines is not None:
        values["timeline"] = timelines.of(one)
    return ReconciliationRow(**values)


def _sources(record: AuthorisationFields, plans: Iterable[PlanRow], observed: Iterable[ObservedRow]) -> set[str]:
    stated = {record.source, *(plan.source for plan in plans)}
    stated |= {plan.status_source for plan in plans if plan.status_source is not None}
    return stated | {one.source for one in observed if one.source is not None}


def _planned_fields(one: Announced, day: str) -> dict[str, Any]:
    planned = planned_people(counted_plans(one.plans, day))
    rest = rest_of(one.record.max_persons, one.record.bound, planned.number, at_least=planned.at_least)
    return {"planned": planned.number, "planned_at_least": planned.at_least, "unplanned_rest": rest}


def _step_fields(one: Announced, day: str) -> dict[str, Any]:
    values: dict[str, Any] = {"agreed_plans": agreed_plans(one.plans, day)}
    for step, (plans, people) in {"departed": departed(one.plans, day), "arrived": arrived(one.plans, day)}.items():
        values[f"{step}_plans"] = plans
        values[f"{step}_persons"] = people.number
        values[f"{step}_at_least"] = people.at_least
        values[f"{step}_reason"] = Reason.NO_OBSERVATION if people.number is None else None
    return values


def _observed_fields(day: _Day, record: AuthorisationFields) -> dict[str, Any]:
    facts = day.ask.facts
    cells = {mission: day.value(record.country, mission) for mission in record.missions}
    # People of a part are counted in its parent: where both are covered, they are added once.
    added = [
        value
        for mission, value in cells.items()
        if mission not in facts.missions or facts.missions[mission].parent not in cells
    ]
    observed = together(added)
    return {
        "observed_total": observed.total,
        "observed_at_least": observed.at_least,
        "observed_reason": observed.reason,
        "observed_cells": sum(value.total is not None for value in cells.values()),
        "unobserved_rest": rest_of(record.max_persons, record.bound, observed.total, at_least=observed.at_least),
    }


def _plan(day: _Day, plan: Plan, counted: Sequence[Plan]) -> PlanRow:
    until = day.bucket.until
    status, step = status_of(plan, until)
    seen = bool(day.value(plan.country, plan.mission).total)
    return PlanRow(
        contingent=plan.contingent,
        mission=plan.mission,
        mission_name=day.ask.facts.names.name("mission", plan.mission),
        label=plan.label,
        planned_persons=plan.planned_persons,
        planned_bound=plan.planned_bound,
        planned_from=plan.planned_from,
        planned_to=plan.planned_to,
        in_planned=plan in counted and plan.number is not None,
        status=status,
        status_on=None if step is None else step.on,
        status_source=None if step is None else step.source,
        overdue=is_overdue(plan, until, day.ask.today, seen=seen),
        source=plan.source,
    )


def _observed(day: _Day, country: str, mission: str) -> ObservedRow:
    value = day.value(country, mission)
    said = day.statement(country, mission, value)
    return ObservedRow(
        mission=mission,
        mission_name=day.ask.facts.names.name("mission", mission),
        total=value.total,
        women=value.women,
        men=value.men,
        at_least=value.at_least,
        reason=value.reason,
        as_of=None if said is None else said.as_of,
        report=None if said is None else said.report,
        source=None if said is None else said.source,
        rows=day.rows_link(country, [mission]) or "",
    )
