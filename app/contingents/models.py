"""Contingents: plans and tours of one country's unit in one mission, and the events that move them."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, model_validator
from sqlalchemy import CheckConstraint
from sqlalchemy.types import Numeric
from sqlmodel import Field as Column

from app.core.columns import enum_column, key_column, listed_key_column, partial_date_check, persons_check, reference
from app.core.dates import PartialDate
from app.core.history import LedgerRow, key_table, record_key, while_standing
from app.core.patterns import Written
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, AnyOf, Codes, Dates, LedgerOut, ListQuery, Shape, Words
from app.core.vocabulary import Bound, Certainty, Iso3, Line, MissionCode, Persons, Slug, Text
from app.pledges.models import UnitKind

CONTINGENT_KEYS = key_table("contingent")


# Whether it comes from a column or out of JSON, an amount has two decimals.
Money = Annotated[
    Decimal,
    Field(ge=0, max_digits=16, decimal_places=2),
    AfterValidator(lambda amount: amount.quantize(Decimal("0.01"))),
]
Currency = Annotated[str, Written("^[A-Z]{3}$", "write a currency as its three capital letters, such as USD")]


class TransportBy(StrEnum):
    """Who moves a contingent."""

    CONTRIBUTOR = "contributor"
    UN = "un"
    THIRD_PARTY = "third_party"


class ContingentFields(BaseModel):
    id: Slug = Field(description="Stable id.", examples=["kaz-undof-2024"])
    country: Iso3 = Field(description="Country that sends it.", examples=["KAZ"])
    mission: MissionCode = Field(description="Mission it is meant for.", examples=["UNDOF"])
    label: Line = Field(description="What it is called.", examples=["First independent national contingent"])
    unit_kind: UnitKind | None = Field(None, description="Kind of unit.", examples=["reserve_company"])
    planned_persons: Persons | None = Field(
        None, description="Planned strength, persons. A plan, never a count.", examples=[139]
    )
    planned_bound: Bound | None = Field(None, description="What the planned number says.", examples=["exactly"])
    planned_from: PartialDate | None = Field(None, description="Planned start, to its precision.", examples=["2024-03"])
    planned_to: PartialDate | None = Field(
        None, description="Planned end (exclusive), where stated.", examples=["2025-03"]
    )
    authorisation: Slug | None = Field(None, description="Authorisation it falls under.", examples=["kaz-2024-01-19"])
    pledge: Slug | None = Field(None, description="Pledge it keeps, where linked.", examples=["kaz-offer-2024-01-19"])
    is_reserve: bool | None = Field(None, description="True for a force reserve; null: not stated.", examples=[True])
    transport_by: TransportBy | None = Field(None, description="Who moves it.", examples=["contributor"])
    cost_amount: Money | None = Field(None, description="Stated cost, in `cost_currency`.", examples=["8000000.00"])
    cost_currency: Currency | None = Field(None, description="Currency of the cost, ISO 4217.", examples=["USD"])
    cost_approximate: bool | None = Field(None, description="True where the cost is approximate.", examples=[True])
    cost_note: Text | None = Field(
        None, description="What the cost pays for.", examples=["Transport of weapons and equipment, not of people."]
    )
    equipment_note: Text | None = Field(
        None, description="What it brings along.", examples=["With its own equipment, weapons and property."]
    )
    source: Slug = Field(description="Source it rests on.", examples=["caspian-news-2024-01-20"])
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["The source gives no day; the month is that of the report."],
    )


class ContingentIn(ContingentFields, Shape):
    @model_validator(mode="after")
    def _check_currency(self) -> "ContingentIn":
        if (self.cost_amount is None) != (self.cost_currency is None):
            raise ValueError("give cost_amount and cost_currency together or not at all")
        return self


class ContingentOut(LedgerOut, ContingentFields):
    named = {"country": "country", "mission": "mission"}

    country_name: str | None = COUNTRY_NAME
    mission_name: str | None = MISSION_NAME


class Contingent(LedgerRow, table=True):
    __tablename__ = "contingent"
    __table_args__ = (
        *record_key("contingent"),
        *persons_check("contingent", "planned_persons", "cost_amount"),
        *partial_date_check("contingent", "planned_from", "planned_to"),
        CheckConstraint("(cost_amount IS NULL) = (cost_currency IS NULL)", name="ck_contingent_cost_currency"),
        while_standing("ix_contingent_country_mission", "country", "mission"),
        while_standing("ix_contingent_mission", "mission"),
        while_standing("ix_contingent_authorisation", "authorisation"),
    )

    id: str = listed_key_column("contingent")
    country: str = reference("country")
    mission: str = reference("mission")
    label: str
    unit_kind: UnitKind | None = enum_column(UnitKind, "ck_contingent_unit_kind", optional=True)
    planned_persons: int | None
    planned_bound: Bound | None = enum_column(Bound, "ck_contingent_planned_bound", optional=True)
    planned_from: str | None
    planned_to: str | None
    authorisation: str | None = reference("authorisation", optional=True)
    pledge: str | None = reference("pledge", optional=True)
    is_reserve: bool | None
    transport_by: TransportBy | None = enum_column(TransportBy, "ck_contingent_transport_by", optional=True)
    cost_amount: Decimal | None = Column(None, sa_type=Numeric(16, 2))  # type: ignore[call-overload]
    cost_currency: str | None
    cost_approximate: bool | None
    cost_note: str | None
    equipment_note: str | None
    source: str = reference("source")
    note: str | None


class ContingentQuery(ListQuery):
    id: Words | None = Field(None, description="Contingent ids.", examples=[["kaz-undof-2024"]])
    country: Codes | None = Field(None, description="Countries by code or name.", examples=[["KAZ"]])
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNDOF"]])
    unit_kind: AnyOf[UnitKind] | None = Field(None, description="Kinds of unit.", examples=[["reserve_company"]])
    authorisation: Words | None = Field(None, description="Authorisations.", examples=[["kaz-2024-01-19"]])
    pledge: Words | None = Field(None, description="Pledges.", examples=[["kaz-offer-2024-01-19"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["caspian-news-2024-01-20"]])
    planned_from: Dates | None = Field(None, description="Year, month or day planned for.", examples=[["2024-03"]])
    planned_from__gte: PartialDate | None = Field(None, description="Planned for then or later.", examples=["2024"])
    planned_from__lte: PartialDate | None = Field(None, description="Planned for then or before.", examples=["2024"])
    planned_persons__gte: Persons | None = Field(None, description="Planned at least, persons.", examples=[100])
    planned_persons__lte: Persons | None = Field(None, description="Planned at most, persons.", examples=[200])


class StatusEventKind(StrEnum):
    """Steps in the life of a contingent, in their usual order."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    AGREEMENT_SIGNED = "agreement_signed"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    TOOK_OVER = "took_over"
    ROTATED = "rotated"
    REPATRIATED = "repatriated"
    CANCELLED = "cancelled"


class StatusEventFields(BaseModel):
    id: Slug = Field(description="Stable id.", examples=["kaz-undof-2024.took-over-2024-03-18"])
    contingent: Slug = Field(description="Contingent it moves.", examples=["kaz-undof-2024"])
    kind: StatusEventKind = Field(description="What happened.", examples=["took_over"])
    on: PartialDate = Field(description="When, to its precision.", examples=["2024-03-18"])
    persons: Persons | None = Field(None, description="People it concerned, persons, where stated.", examples=[27])
    bound: Bound | None = Field(None, description="What that number says.", examples=["exactly"])
    certainty: Certainty = Field(description="How it follows from the source.", examples=["stated"])
    source: Slug = Field(description="Source it rests on.", examples=["bnn-breaking-2024-03-18"])
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["The source gives no day; the month is that of the report."],
    )


class StatusEventIn(StatusEventFields, Shape):
    pass


class StatusEventOut(LedgerOut, StatusEventFields):
    pass


class StatusEvent(LedgerRow, table=True):
    __tablename__ = "status_event"
    __table_args__ = (
        *record_key("status_event"),
        *persons_check("status_event", "persons"),
        *partial_date_check("status_event", '"on"'),
        while_standing("uq_status_event_standing", "contingent", "kind", "on", unique=True),
    )

    id: str = key_column()
    contingent: str = reference("contingent")
    kind: StatusEventKind = enum_column(StatusEventKind, "ck_status_event_kind")
    on: str
    persons: int | None
    bound: Bound | None = enum_column(Bound, "ck_status_event_bound", optional=True)
    certainty: Certainty = enum_column(Certainty, "ck_status_event_certainty")
    source: str = reference("source")
    note: str | None


class StatusEventQuery(ListQuery):
    id: Words | None = Field(None, description="Event ids.", examples=[["kaz-undof-2024.took-over-2024-03-18"]])
    contingent: Words | None = Field(None, description="Contingents.", examples=[["kaz-undof-2024"]])
    kind: AnyOf[StatusEventKind] | None = Field(None, description="Steps.", examples=[["departed"]])
    country: Codes | None = Field(None, description="Countries of the contingents.", examples=[["KAZ"]])
    mission: Codes | None = Field(None, description="Missions of the contingents.", examples=[["UNDOF"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["bnn-breaking-2024-03-18"]])
    on: Dates | None = Field(None, description="Year, month or day it happened.", examples=[["2024-03"]])
    on__gte: PartialDate | None = Field(None, description="Then or later.", examples=["2024"])
    on__lte: PartialDate | None = Field(None, description="Then or before.", examples=["2024"])
