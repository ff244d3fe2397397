"""Pledges: what a country offers, with or without a mission, a number or a unit."""

from enum import StrEnum

from pydantic import BaseModel, Field
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from app.core.columns import (
    KEY_TEXT,
    enum_column,
    listed_key_column,
    partial_date_check,
    persons_check,
    reference,
    text_enum,
)
from app.core.dates import PartialDate
from app.core.history import LedgerRow, key_table, part_of, record_key, while_standing
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, AnyOf, Codes, Dates, LedgerOut, ListQuery, Shape, Words
from app.core.vocabulary import Iso3, Line, MissionCode, Persons, Slug, Text

PLEDGE_KEYS = key_table("pledge")


class UnitKind(StrEnum):
    """Kinds of units and of individually deployed people that are offered and planned."""

    MILITARY_OBSERVERS = "military_observers"
    STAFF_OFFICERS = "staff_officers"
    INFANTRY = "infantry"
    RESERVE_COMPANY = "reserve_company"
    MEDICAL = "medical"
    RECONNAISSANCE = "reconnaissance"
    ENGINEERING = "engineering"
    AVIATION = "aviation"
    SIGNALS = "signals"
    TRANSPORT = "transport"
    FORMED_POLICE_UNIT = "formed_police_unit"
    INDIVIDUAL_POLICE = "individual_police"
    OTHER = "other"


class Readiness(StrEnum):
    """Readiness of a pledge in the UN's register of capabilities."""

    LEVEL_1 = "level_1"
    LEVEL_2 = "level_2"
    LEVEL_3 = "level_3"
    RAPID_DEPLOYMENT = "rapid_deployment"


class PledgeStatus(StrEnum):
    """What became of a pledge."""

    MADE = "made"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    FULFILLED = "fulfilled"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class PledgeFields(BaseModel):
    id: Slug = Field(description="Stable id.", examples=["kaz-offer-2024-01-19"])
    country: Iso3 = Field(description="Country that offers.", examples=["KAZ"])
    mission: MissionCode | None = Field(None, description="Mission it is meant for, if named.", examples=["UNDOF"])
    made_on: PartialDate | None = Field(None, description="When it was made.", examples=["2024-01-19"])
    forum: Line | None = Field(None, description="Where it was made.", examples=["joint session of Parliament"])
    unit_kinds: list[UnitKind] = Field([], description="Kinds of units offered.", examples=[["infantry", "medical"]])
    units: Persons | None = Field(None, description="Number of units offered, if stated.", examples=[1])
    persons: Persons | None = Field(
        None, description="Number of people offered, if stated. Never a count.", examples=[850]
    )
    readiness: Readiness | None = Field(None, description="Level in the UN's register.", examples=["level_1"])
    status: PledgeStatus = Field(description="What became of it.", examples=["made"])
    source: Slug = Field(description="Source it rests on.", examples=["caspian-news-2024-01-20"])
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["The source gives no day; the month is that of the report."],
    )


class PledgeIn(PledgeFields, Shape):
    pass


class PledgeOut(LedgerOut, PledgeFields):
    named = {"country": "country", "mission": "mission"}

    country_name: str | None = COUNTRY_NAME
    mission_name: str | None = MISSION_NAME


class Pledge(LedgerRow, table=True):
    __tablename__ = "pledge"
    __table_args__ = (
        *record_key("pledge"),
        *persons_check("pledge", "units", "persons"),
        *partial_date_check("pledge", "made_on"),
        while_standing("ix_pledge_country", "country"),
    )

    id: str = listed_key_column("pledge")
    country: str = reference("country")
    mission: str | None = reference("mission", optional=True)
    made_on: str | None
    forum: str | None
    units: int | None
    persons: int | None
    readiness: Readiness | None = enum_column(Readiness, "ck_pledge_readiness", optional=True)
    status: PledgeStatus = enum_column(PledgeStatus, "ck_pledge_status")
    source: str = reference("source")
    note: str | None


class PledgeUnit(SQLModel, table=True):
    __tablename__ = "pledge_unit"
    __table_args__ = (part_of("pledge"),)

    pledge: str = Column(primary_key=True, sa_type=KEY_TEXT)  # type: ignore[call-overload]
    revision: int = Column(primary_key=True)
    unit_kind: UnitKind = Column(
        primary_key=True,
        sa_type=text_enum(UnitKind, "ck_pledge_unit_unit_kind"),  # type: ignore[call-overload]
    )


class PledgeQuery(ListQuery):
    id: Words | None = Field(None, description="Pledge ids.", examples=[["kaz-offer-2024-01-19"]])
    country: Codes | None = Field(None, description="Countries by code or name.", examples=[["KAZ"]])
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNDOF"]])
    unit_kind: AnyOf[UnitKind] | None = Field(None, description="Kinds of units offered.", examples=[["medical"]])
    status: AnyOf[PledgeStatus] | None = Field(None, description="What became of it.", examples=[["made"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["caspian-news-2024-01-20"]])
    made_on: Dates | None = Field(None, description="Year, month or day it was made.", examples=[["2024-01"]])
    made_on__gte: PartialDate | None = Field(None, description="Made then or later.", examples=["2024"])
    made_on__lte: PartialDate | None = Field(None, description="Made then or before.", examples=["2024"])
