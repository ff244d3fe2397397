"""What may be asked about announced and actual people, and what a row of the answer tells."""

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, Field

from app.answers.asking import AnswerMeta
from app.answers.reconciliation_rules import PlanStatus
from app.answers.scope import AsOfQuery, DrawnQuery
from app.answers.values import Reason
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, Codes, Words
from app.core.vocabulary import Bound


class ReconciliationQuery(DrawnQuery, AsOfQuery):
    # An authorisation is one number for all its missions and people: what picks some of them is no parameter here.
    region: ClassVar[None] = None  # type: ignore[misc]
    mission_kind: ClassVar[None] = None  # type: ignore[misc]
    host: ClassVar[None] = None  # type: ignore[misc]
    personnel_type: ClassVar[None] = None  # type: ignore[misc]
    sex: ClassVar[None] = None  # type: ignore[misc]
    lineage: ClassVar[bool] = False  # type: ignore[misc]

    country: Codes | None = Field(None, description="Countries that authorise, by code or name.", examples=[["KAZ"]])
    mission: Codes | None = Field(
        None,
        description="Authorisations that cover any of these missions, by code or name. Rows stay whole: the number is "
        "shared by all missions covered.",
        examples=[["UNDOF"]],
    )
    source: Words | None = Field(
        None,
        description="Answer from these sources alone, by id: authorisations, plans, their steps and offers as well as "
        "counts.",
        examples=[["caspian-news-2024-01-20"]],
    )
    authorisation: Words | None = Field(None, description="Authorisations by id.", examples=[["kaz-2024-01-19"]])
    timeline: bool = Field(
        False,
        description="`true` adds to each authorisation its story: dated entries from the proposal to the latest count.",
        examples=[True],
    )


class ReconciliationMeta(AnswerMeta):
    """What was resolved to answer."""

    as_of: str = Field(
        description="The date asked about; unless given, that of the latest report in scope, or today without any.",
        examples=["2024-03-31"],
    )


class PlanRow(BaseModel):
    """A contingent planned under an authorisation. Plans are no counts."""

    contingent: str = Field(description="Contingent, see `/v1/contingents/{id}`.", examples=["kaz-undof-2024"])
    mission: str = Field(description="Mission it is meant for.", examples=["UNDOF"])
    mission_name: str | None = MISSION_NAME
    label: str = Field(description="What it is called.", examples=["First independent national contingent"])
    planned_persons: int | None = Field(description="Planned strength, persons. A plan, never a count.", examples=[139])
    planned_bound: Bound | None = Field(description="What the planned number says.", examples=["exactly"])
    planned_from: str | None = Field(description="Planned start, to its precision.", examples=["2024-03"])
    planned_to: str | None = Field(description="Planned end (exclusive), where stated.", examples=["2025-03"])
    in_planned: bool = Field(description="True if its number is part of `planned`.", examples=[True])
    status: PlanStatus = Field(description="How far it has come by the date asked about.", examples=["deployed"])
    status_on: str | None = Field(
        description="Date of the first step that brought it there; null: no step by then.", examples=["2024-03-18"]
    )
    status_source: str | None = Field(description="Source of that step.", examples=["bnn-breaking-2024-03-18"])
    overdue: bool = Field(
        description="True if the planned start has passed and neither a departure, an arrival, a take-over nor a count "
        "above zero of the country in the mission is known.",
        examples=[False],
    )
    source: str = Field(description="Source of the plan.", examples=["caspian-news-2024-01-20"])


class ObservedRow(BaseModel):
    """The count that stands, of the country in one mission covered."""

    mission: str = Field(description="Mission covered.", examples=["UNDOF"])
    mission_name: str | None = MISSION_NAME
    total: int | None = Field(description="People of all kinds, persons; null: unknown.", examples=[139])
    women: int | None = Field(description="Women, persons; null: unknown.", examples=[7])
    men: int | None = Field(description="Men, persons; null: unknown.", examples=[132])
    at_least: bool = Field(description="True if more people may be there, of whom nothing is known.", examples=[False])
    reason: Reason | None = Field(description="Why a value is null.", examples=[None])
    as_of: str | None = Field(description="Date of the statement that stands.", examples=["2024-03-31"])
    report: str | None = Field(
        description="Report that states it; for a zero that nobody printed, the complete report that says it.",
        examples=["un-dpo-2024-03-31"],
    )
    source: str | None = Field(description="Source of the report.", examples=["un-dpo-2024-03-31"])
    rows: str = Field(
        description="Address of the counts behind the number.",
        examples=["/v1/deployments?country=KAZ&mission=UNDOF&as_of=2024-03-31"],
    )


class TimelineKind(StrEnum):
    """What an entry of a timeline tells. Entries of one day stand in this order."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    OFFERED = "offered"
    PLANNED = "planned"
    AGREEMENT_SIGNED = "agreement_signed"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    TOOK_OVER = "took_over"
    ROTATED = "rotated"
    REPATRIATED = "repatriated"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FIRST_OBSERVED = "first_observed"
    OBSERVED = "observed"


class TimelineEntry(BaseModel):
    """One dated entry in the story of an authorisation."""

    on: str = Field(description="When, to its precision.", examples=["2024-03"])
    kind: TimelineKind = Field(
        description="What happened. With `contingent` it is a step of that plan, without of the authorisation.",
        examples=["planned"],
    )
    mission: str | None = Field(description="Mission, if it is about one.", examples=["UNDOF"])
    persons: int | None = Field(
        description="Persons authorised, offered, planned, moved or counted, as `kind` says; null: not stated.",
        examples=[139],
    )
    women: int | None = Field(description="Women among people counted, persons; null: unknown.", examples=[7])
    men: int | None = Field(description="Men among people counted, persons; null: unknown.", examples=[132])
    bound: Bound | None = Field(description="What `persons` says; `at_least`: more may be there.", examples=["exactly"])
    contingent: str | None = Field(description="Contingent, if it is about one.", examples=["kaz-undof-2024"])
    source: str = Field(description="Source it rests on.", examples=["caspian-news-2024-01-20"])
    report: str | None = Field(description="Report of a count.", examples=["un-dpo-2024-03-31"])
    text: str | None = Field(description="What the record says of it in words.", examples=["approved unanimously"])
    trace: str = Field(
        description="Address of the record, or of the counts, behind it.",
        examples=["/v1/contingents/kaz-undof-2024"],
    )


class ReconciliationRow(BaseModel):
    """One authorisation: what is allowed, planned, on the way and observed under it."""

    authorisation: str = Field(description="Authorisation, see `/v1/authorisations/{id}`.", examples=["kaz-2024-01-19"])
    country: str = Field(description="Country that authorises.", examples=["KAZ"])
    country_name: str | None = COUNTRY_NAME
    missions: list[str] = Field(
        description="Missions covered; they share the number.", examples=[["UNDOF", "UNISFA", "UNMISS", "UNTSO"]]
    )
    ceiling: int | None = Field(description="Number authorised, persons. A bound, never a count.", examples=[430])
    bound: Bound | None = Field(description="What the number says.", examples=["up_to"])
    approved_on: str | None = Field(description="When it was approved.", examples=["2024-01-19"])
    body: str | None = Field(description="Who approved.", examples=["Parliament of Kazakhstan"])
    effective_to: str | None = Field(
        description="Until when it holds (exclusive), where stated.", examples=["2025-01-19"]
    )
    in_force: bool | None = Field(
        description="True from approval until the end, if one is stated; null: the date of approval is not known.",
        examples=[True],
    )
    planned: int | None = Field(
        description="People planned under it, persons: the plans not cancelled, and of successive ones for a mission "
        "the last. Numbers that are exact or lower bounds are added. 0: no plan is recorded; null: no plan has a "
        "number to add.",
        examples=[139],
    )
    planned_at_least: bool = Field(
        description="True if more people are planned than `planned` says: a plan has no exact number.", examples=[False]
    )
    unplanned_rest: int | None = Field(
        description="Ceiling less planned, persons; below zero: more is planned than allowed. Null unless both are "
        "known exactly.",
        examples=[291],
    )
    plans: list[PlanRow] = Field(description="The plans under it, by start.")
    agreed_plans: int = Field(
        description="Plans, in number, of which an agreement with the UN was signed.", examples=[1]
    )
    departed_plans: int = Field(
        description="Plans, in number, whose people left home: by a departure, or a later step.", examples=[1]
    )
    departed_persons: int | None = Field(
        description="People stated on departures, persons, added up over all departures; null: none states a number.",
        examples=[60],
    )
    departed_at_least: bool = Field(description="True if a departure states no exact number.", examples=[False])
    departed_reason: Reason | None = Field(description="Why `departed_persons` is null.", examples=["no_observation"])
    arrived_plans: int = Field(
        description="Plans, in number, whose people were there: by an arrival, a take-over or a later step.",
        examples=[1],
    )
    arrived_persons: int | None = Field(
        description="People stated on arrivals, or else on take-overs, persons; null: none states a number.",
        examples=[27],
    )
    arrived_at_least: bool = Field(description="True if an arrival states no exact number.", examples=[False])
    arrived_reason: Reason | None = Field(description="Why `arrived_persons` is null.", examples=["no_observation"])
    overdue: list[str] = Field(description="Contingents whose plan is overdue.", examples=[["kaz-undof-2024"]])
    observed_total: int | None = Field(
        description="People of the country in the missions covered, persons, whether under a plan or not; null: of no "
        "mission it is known.",
        examples=[139],
    )
    observed_at_least: bool = Field(
        description="True if more people may be there: of some missions nothing is known.", examples=[False]
    )
    observed_reason: Reason | None = Field(description="Why `observed_total` is null.", examples=[None])
    observed_cells: int = Field(description="Missions covered of which the count is known, 0 included.", examples=[4])
    unobserved_rest: int | None = Field(
        description="Ceiling less observed, persons; below zero: more people than allowed. Null unless both are known "
        "exactly.",
        examples=[291],
    )
    observed: list[ObservedRow] = Field(description="The count that stands of each mission covered, by mission.")
    observed_elsewhere: int | None = Field(
        description="People of the country in missions that are not covered, persons: they never use up the ceiling. "
        "Null: unknown.",
        examples=[19],
    )
    elsewhere_at_least: bool = Field(description="True if more people may be elsewhere.", examples=[False])
    elsewhere_reason: Reason | None = Field(description="Why `observed_elsewhere` is null.", examples=[None])
    source: str = Field(description="Source of the authorisation.", examples=["caspian-news-2024-01-20"])
    sources: list[str] = Field(
        description="Sources of the authorisation, of its plans and of the counts.",
        examples=[["caspian-news-2024-01-20", "un-dpo-2024-03-31"]],
    )
    rows: str | None = Field(
        description="Address of the counts in the missions covered; null: it names no mission.",
        examples=["/v1/deployments?country=KAZ&mission=UNDOF,UNISFA,UNMISS,UNTSO&as_of=2024-03-31"],
    )
    rows_elsewhere: str | None = Field(
        description="Address of the counts elsewhere; null: there are none.",
        examples=["/v1/deployments?country=KAZ&mission=MINURSO,MINUSCA,MONUSCO,UNIFIL&as_of=2024-03-31"],
    )
    timeline: list[TimelineEntry] = Field([], description="With `timeline=true`: its story, in order of time.")


COLUMNS = [
    name
    for name in ReconciliationRow.model_fields
    if name not in ("plans", "observed", "rows", "rows_elsewhere", "timeline")
]
