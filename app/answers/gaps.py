"""How far the people in each mission are from the ceiling in force, per category, on one date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec.structs import replace
from pydantic import BaseModel, Field

from app.answers.asking import (
    Answer,
    Ask,
    By,
    DayMeta,
    Grouping,
    coverage_of,
    day_bucket,
    known_at_text,
    link,
    reports_used,
    scope_meta,
)
from app.answers.cells import sum_cells
from app.answers.rules import Bucket, carried_bucket
from app.answers.scope import AsOfQuery, DrawnQuery, Scope, resolve
from app.answers.totals import Unknown, sources_of
from app.answers.values import Reason, Tally, Value, doubt_of, value_of
from app.ceilings.models import CeilingBasis, CeilingFields, Confidence
from app.ceilings.rules import WHOLE_OF, Category, InForce, ceiling_in_force, number_of
from app.ceilings.store import list_ceilings_of
from app.core.shapes import MISSION_NAME, AnyOf, Words
from app.core.vocabulary import PersonnelType

_INDIVIDUAL_MILITARY = (PersonnelType.STAFF_OFFICER, PersonnelType.MILITARY_OBSERVER)
_COUNTED = {
    Category.MILITARY: (PersonnelType.TROOPS, *_INDIVIDUAL_MILITARY),
    Category.OBSERVERS_STAFF: _INDIVIDUAL_MILITARY,
    Category.POLICE: (PersonnelType.INDIVIDUAL_POLICE, PersonnelType.FORMED_POLICE, PersonnelType.POLICE_UNSPECIFIED),
    Category.INDIVIDUAL_POLICE: (PersonnelType.INDIVIDUAL_POLICE,),
    Category.FORMED_POLICE: (PersonnelType.FORMED_POLICE,),
}
# People of these kinds may be military or police.
_EITHER = (PersonnelType.UNSPECIFIED, PersonnelType.OTHER_UNIFORMED)


class ScheduledStep(BaseModel):
    """A number that was adopted by the day and applies later."""

    effective_from: str = Field(description="First day it applies.", examples=["2024-07-01"])
    ceiling: int = Field(description="Most people allowed from then on, persons.", examples=[11500])
    decision: str = Field(description="Deciding resolution.", examples=["S/RES/2717 (2023)"])
    record: str = Field(description="Ceiling record, see `/v1/ceilings/{id}`.", examples=["monusco-2024-07-01"])
    basis: CeilingBasis = Field(description="How the number is to be read.", examples=["scheduled"])

    def __str__(self) -> str:
        return f"{self.effective_from}: {self.ceiling}"


class GapRow(BaseModel):
    """One category of one mission."""

    mission: str = Field(description="Mission.", examples=["UNMISS"])
    mission_name: str | None = MISSION_NAME
    category: Category = Field(description="What the ceiling is set for.", examples=["military"])
    ceiling: int | None = Field(description="Most people allowed, persons; null: no number binds.", examples=[17000])
    deployed: int | None = Field(description="People there, persons; null: unknown.", examples=[13851])
    gap: int | None = Field(
        description="Ceiling less deployed, persons; below zero: more people than allowed. Null unless both are known "
        "exactly.",
        examples=[3149],
    )
    at_least: bool = Field(
        description="True if more people may be there: `deployed` is a lower bound then.",
        examples=[False],
    )
    reason: Reason | None = Field(
        description="Why `gap` is null: that of the ceiling, or else that of the people.", examples=[None]
    )
    deployed_reason: Reason | None = Field(
        description="Why `deployed` is null or not sharp. `not_split_by_type` beside a number: some of the people may "
        "belong to another category, or some of another to this one.",
        examples=[None],
    )
    ceiling_record: str | None = Field(
        description="Ceiling record in force, see `/v1/ceilings/{id}`.", examples=["unmiss-2023-03-15"]
    )
    decision: str | None = Field(description="Deciding resolution.", examples=["S/RES/2677 (2023)"])
    effective_from: str | None = Field(description="Since when the number applies.", examples=["2023-03-15"])
    effective_to: str | None = Field(
        description="Day from which it no longer applies, where stated.", examples=["2024-07-01"]
    )
    basis: CeilingBasis | None = Field(description="How the number is to be read.", examples=["absolute"])
    confidence: Confidence | None = Field(description="How well it is confirmed.", examples=["confirmed"])
    ceiling_note: str | None = Field(
        description="Note of the ceiling record: parts, conditions, often until when the mandate ran.",
        examples=["Resolution number from general knowledge."],
    )
    scheduled: list[ScheduledStep] = Field(description="Later steps that were adopted by the day, in order.")
    counted_types: list[PersonnelType] = Field(
        description="Kinds of people that `deployed` adds up.",
        examples=[["troops", "staff_officer", "military_observer"]],
    )
    sources: list[str] = Field(
        description="Sources of the counts, or of the zero, and of the decision.",
        examples=[["s-res-2677-2023", "un-dpo-2024-01-31"]],
    )
    rows: str = Field(
        description="Address of the counts behind `deployed`.",
        examples=["/v1/deployments?mission=UNMISS&as_of=2024-01-31&personnel_type=troops"],
    )


COLUMNS = [name for name in GapRow.model_fields if name != "rows"]


class GapsQuery(DrawnQuery, AsOfQuery):
    # A ceiling binds a whole mission, whoever serves there: what picks people is no parameter here.
    country: ClassVar[None] = None  # type: ignore[misc]
    region: ClassVar[None] = None  # type: ignore[misc]
    personnel_type: ClassVar[None] = None  # type: ignore[misc]
    sex: ClassVar[None] = None  # type: ignore[misc]
    lineage: ClassVar[bool] = False  # type: ignore[misc]

    source: Words | None = Field(
        None,
        description="Take the people from these sources alone, by id. Ceilings are those of any source.",
        examples=[["un-dpo-2024-01-31"]],
    )
    category: AnyOf[Category] | None = Field(
        None,
        description="Categories. For missions named beside it a part is told even if no number is set for it.",
        examples=[["military"]],
    )


def gaps(ask: Ask, query: GapsQuery) -> Answer:
    """Rows by mission and category: of the missions named, or else of those that have a ceiling or people to compare.

    Without `as_of` and without any report the date is today, so that ceilings are told all the same.
    """
    scope = resolve(ask.session, query, ask.view, ask.facts)
    bucket = day_bucket(ask, scope, query) or carried_bucket(ask.today)
    sums = sum_cells(ask.session, scope, ask.facts, [bucket], ("mission", "personnel_type"), by_mission=True)
    day = _Day(
        ask=ask,
        query=query,
        bucket=bucket,
        sums=sums,
        ceilings=list_ceilings_of(ask.session, ask.view, scope.missions),
        unknown=Unknown(ask, query, Grouping((By.MISSION,), scope, ask.facts), bucket),
    )
    rows = [_row(day, mission, category) for mission in _missions(day, scope) for category in _categories(day, mission)]
    # A pair of country and mission has counts of several kinds: only a sum without kinds tells pairs.
    whole = sum_cells(ask.session, scope, ask.facts, [bucket], (), by_mission=True)
    meta = DayMeta(
        revision=ask.view.revision,
        known_at=known_at_text(query),
        as_of=bucket.until,
        scope=scope_meta(query, scope, query.max_age),
        reports=reports_used([bucket]),
        coverage=coverage_of(bucket, whole.values()),
        at_least=any(row.at_least for row in rows),
    )
    return Answer(rows, meta, COLUMNS)


@dataclass(frozen=True)
class _Day:
    """What is known on the day: people by mission and kind, and all ceilings by mission."""

    ask: Ask
    query: GapsQuery
    bucket: Bucket
    sums: Mapping[tuple[str, PersonnelType], Tally]
    ceilings: Mapping[str, Sequence[CeilingFields]]
    unknown: Unknown

    def in_force(self, mission: str, category: Category) -> InForce:
        """The ceiling of a category."""
        ended_on = self.ask.facts.missions[mission].ended_on
        return ceiling_in_force(self.ceilings.get(mission, ()), category, ended_on, self.bucket.until)

    def people(self, mission: str, types: Iterable[PersonnelType]) -> Tally:
        """The counts of some kinds of people, added up."""
        return sum((self.sums.get((mission, kind), Tally()) for kind in types), Tally())


def _missions(day: _Day, scope: Scope) -> list[str]:
    """The missions named; or else those at work, those with people, and those whose ceiling is yet to apply."""
    pool = day.ask.facts.missions.keys() - set(scope.left_out) if scope.missions is None else scope.missions
    if day.query.mission is not None:
        return sorted(pool)
    shown = {mission for (mission, _), tally in day.sums.items() if tally.total > 0}
    with_ceilings = day.ceilings.keys() & pool
    shown |= {code for code in with_ceilings if any(day.in_force(code, category).scheduled for category in Category)}
    return sorted(code for code in pool if code in shown or _is_at_work(day, code))


def _is_at_work(day: _Day, mission: str) -> bool:
    """A mission of which no start is on record is none that is known to be at work."""
    facts = day.ask.facts.missions[mission]
    return facts.started_on is not None and facts.started_by(day.bucket.until) and not facts.over_by(day.bucket.until)


def _categories(day: _Day, mission: str) -> Iterator[Category]:
    """Military and police; a part of them where the decision in force sets a number for it, or where it is named."""
    wanted = day.query.category
    is_named = wanted is not None and day.query.mission is not None
    for category in Category:
        if wanted is not None and category not in wanted:
            continue
        if category not in WHOLE_OF or is_named or day.in_force(mission, category).decision is not None:
            yield category


def _row(day: _Day, mission: str, category: Category) -> GapRow:
    found = day.in_force(mission, category)
    types = _counted_types(day, mission, category)
    tally = _tally(day, mission, category, types)
    why = day.unknown.reason((mission,))
    value = day.unknown.with_age((mission,), value_of(tally, why))
    doubt = _doubt(day, mission, types, tally, value) or (why if value.at_least else None)
    ceiling, set_by = found.ceiling, found.decision
    return GapRow(
        mission=mission,
        mission_name=day.ask.facts.names.name("mission", mission),
        category=category,
        ceiling=ceiling,
        deployed=value.total,
        gap=None if ceiling is None or value.total is None or doubt is not None else ceiling - value.total,
        at_least=value.at_least,
        reason=doubt if found.reason is None else Reason(found.reason.value),
        deployed_reason=doubt,
        ceiling_record=None if set_by is None else set_by.id,
        decision=None if set_by is None else set_by.decision,
        effective_from=None if set_by is None else set_by.effective_from,
        effective_to=None if set_by is None else set_by.effective_to,
        basis=None if set_by is None else set_by.basis,
        confidence=None if set_by is None else set_by.confidence,
        ceiling_note=None if set_by is None else set_by.note,
        scheduled=[_step(later, category) for later in found.scheduled],
        counted_types=list(types),
        sources=sorted({*sources_of(day.bucket, tally, value.total), *([] if set_by is None else [set_by.source])}),
        rows=_rows_link(day, mission, types),
    )


def _step(ceiling: CeilingFields, category: Category) -> ScheduledStep:
    number = number_of(ceiling, category)
    assert number is not None  # noqa: S101  (steps without a number are not scheduled)
    return ScheduledStep(
        effective_from=ceiling.effective_from,
        ceiling=number,
        decision=ceiling.decision,
        record=ceiling.id,
        basis=ceiling.basis,
    )


def _counted_types(day: _Day, mission: str, category: Category) -> tuple[PersonnelType, ...]:
    """The kinds that a category is made of. Observers and staff with a ceiling of their own are not military too."""
    if category is Category.MILITARY and day.in_force(mission, Category.OBSERVERS_STAFF).decision is not None:
        return (PersonnelType.TROOPS,)
    return _COUNTED[category]


def _tally(day: _Day, mission: str, category: Category, types: Sequence[PersonnelType]) -> Tally:
    """The people of a category; `untyped` are those of other kinds who may belong to it too. Sexes do not matter."""
    counted, others = day.people(mission, types), day.people(mission, _may_hold(day, mission, category))
    return replace(
        counted,
        unsplit=0,
        untyped=others.total,
        disputed=counted.disputed + others.disputed,
        inexact=counted.inexact + others.inexact,
    )


def _may_hold(day: _Day, mission: str, category: Category) -> tuple[PersonnelType, ...]:
    if category in (Category.INDIVIDUAL_POLICE, Category.FORMED_POLICE):
        return (*_EITHER, PersonnelType.POLICE_UNSPECIFIED)
    if category is Category.OBSERVERS_STAFF and _hides_staff(day, mission):
        return (*_EITHER, PersonnelType.TROOPS)
    return _EITHER


def _hides_staff(day: _Day, mission: str) -> bool:
    """True if no staff officer is told apart: older tables of the UN count them as troops."""
    return day.people(mission, (PersonnelType.STAFF_OFFICER,)).cells == 0


def _doubt(day: _Day, mission: str, types: Sequence[PersonnelType], tally: Tally, value: Value) -> Reason | None:
    """Why the number is null, or what is doubtful about the people it counts."""
    if value.total is None:
        return value.reason
    if tally.untyped or (tuple(types) == (PersonnelType.TROOPS,) and tally.total and _hides_staff(day, mission)):
        return Reason.NOT_SPLIT_BY_TYPE
    return doubt_of(tally)


def _rows_link(day: _Day, mission: str, types: Sequence[PersonnelType]) -> str:
    values = {"mission": mission, "personnel_type": types, "as_of": day.bucket.until}
    return link("/v1/deployments", day.query, without=("category",), **values)
