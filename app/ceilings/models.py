"""Ceilings: the most people the Security Council allows a mission, per category, from a date on."""

from enum import StrEnum

from pydantic import BaseModel, Field

from app.core.columns import enum_column, key_column, partial_date_check, persons_check, reference
from app.core.dates import PartialDate
from app.core.history import LedgerRow, record_key, while_standing
from app.core.shapes import MISSION_NAME, AnyOf, Codes, Dates, LedgerOut, ListQuery, Shape, Words
from app.core.vocabulary import Line, MissionCode, Persons, Slug, Text

_CATEGORIES = ("military", "observers_staff", "individual_police", "formed_police", "police", "corrections")


class CeilingBasis(StrEnum):
    """How the figures of a decision are to be read."""

    ABSOLUTE = "absolute"
    INCREASE = "increase"
    CONDITIONAL = "conditional"
    SCHEDULED = "scheduled"
    TEMPORARY_INCREASE = "temporary_increase"
    TERMINATION = "termination"
    RENEWAL_UNCHANGED = "renewal_unchanged"
    RENEWAL_NO_NUMBER = "renewal_no_number"
    FINAL_EXTENSION = "final_extension"
    NO_NUMERIC_CEILING = "no_numeric_ceiling"
    PLAN_NOT_CONFIRMED = "plan_not_confirmed"


class Confidence(StrEnum):
    """How well a figure of the reference table is confirmed."""

    CONFIRMED = "confirmed"
    PARTIAL = "partial"
    GENERAL_KNOWLEDGE = "general_knowledge"


class CeilingFields(BaseModel):
    id: Slug = Field(description="Stable id.", examples=["monusco-2024-07-01"])
    mission: MissionCode = Field(description="Mission bounded by it.", examples=["MONUSCO"])
    decision: Line = Field(description="Deciding resolution.", examples=["S/RES/2717 (2023)"])
    adopted_on: PartialDate | None = Field(None, description="When it was adopted.", examples=["2023-12-19"])
    effective_from: PartialDate = Field(description="First day it applies.", examples=["2024-07-01"])
    effective_to: PartialDate | None = Field(
        None, description="Day from which it no longer applies, where stated.", examples=["2024-07-01"]
    )
    military: Persons | None = Field(
        None, description="Military personnel allowed, persons; null: no number stated.", examples=[11500]
    )
    observers_staff: Persons | None = Field(
        None,
        description="Observers and staff officers where they have a ceiling of their own, persons.",
        examples=[600],
    )
    individual_police: Persons | None = Field(None, description="Individual police, persons.", examples=[443])
    formed_police: Persons | None = Field(None, description="People in formed police units, persons.", examples=[1270])
    police: Persons | None = Field(None, description="All police, persons.", examples=[1713])
    corrections: Persons | None = Field(None, description="Corrections officers, persons.", examples=[88])
    basis: CeilingBasis = Field(description="How the figures are to be read.", examples=["scheduled"])
    confidence: Confidence = Field(description="How well they are confirmed.", examples=["confirmed"])
    source: Slug = Field(description="Source of the decision.", examples=["s-res-2717-2023"])
    note: Text | None = Field(
        None,
        description="Parts, conditions, contradictions between texts.",
        examples=["The source gives no day; the month is that of the report."],
    )


class CeilingIn(CeilingFields, Shape):
    pass


class CeilingOut(LedgerOut, CeilingFields):
    named = {"mission": "mission"}

    mission_name: str | None = MISSION_NAME


class Ceiling(LedgerRow, table=True):
    __tablename__ = "ceiling"
    __table_args__ = (
        *record_key("ceiling"),
        *persons_check("ceiling", *_CATEGORIES),
        *partial_date_check("ceiling", "adopted_on", "effective_from", "effective_to"),
        while_standing("uq_ceiling_standing", "mission", "effective_from", "decision", unique=True),
    )

    id: str = key_column()
    mission: str = reference("mission")
    decision: str
    adopted_on: str | None
    effective_from: str
    effective_to: str | None
    military: int | None
    observers_staff: int | None
    individual_police: int | None
    formed_police: int | None
    police: int | None
    corrections: int | None
    basis: CeilingBasis = enum_column(CeilingBasis, "ck_ceiling_basis")
    confidence: Confidence = enum_column(Confidence, "ck_ceiling_confidence")
    source: str = reference("source")
    note: str | None


class CeilingQuery(ListQuery):
    id: Words | None = Field(None, description="Ceiling ids.", examples=[["monusco-2024-07-01"]])
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["MONUSCO"]])
    decision: Words | None = Field(None, description="Resolutions, as shown.", examples=[["S/RES/2717 (2023)"]])
    basis: AnyOf[CeilingBasis] | None = Field(None, description="How figures are to be read.", examples=[["scheduled"]])
    confidence: AnyOf[Confidence] | None = Field(None, description="How well confirmed.", examples=[["confirmed"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["s-res-2717-2023"]])
    adopted_on: Dates | None = Field(None, description="Year, month or day of adoption.", examples=[["2023"]])
    effective_from: Dates | None = Field(None, description="Year, month or day it applies from.", examples=[["2024"]])
    effective_from__gte: PartialDate | None = Field(None, description="Applies from then or later.", examples=["2020"])
    effective_from__lte: PartialDate | None = Field(None, description="Applies from then or before.", examples=["2024"])
    military__gte: Persons | None = Field(None, description="Military at least, persons.", examples=[10000])
    military__lte: Persons | None = Field(None, description="Military at most, persons.", examples=[5000])
