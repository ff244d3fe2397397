"""Authorisations: the most people a country's parliament or government lets go, over one mission or several."""

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
)
from app.core.dates import PartialDate
from app.core.history import LedgerRow, key_table, part_of, record_key, while_standing
from app.core.shapes import COUNTRY_NAME, Codes, Dates, LedgerOut, ListQuery, Shape, Words
from app.core.vocabulary import Bound, Iso3, Line, MissionCode, Persons, Slug, Text

AUTHORISATION_KEYS = key_table("authorisation")


class AuthorisationFields(BaseModel):
    id: Slug = Field(description="Stable id.", examples=["kaz-2024-01-19"])
    country: Iso3 = Field(description="Country that authorises.", examples=["KAZ"])
    missions: list[MissionCode] = Field(
        [],
        description="Missions covered; the number is shared among them, with no split unless stated.",
        examples=[["UNDOF", "UNTSO", "UNMISS", "UNISFA"]],
    )
    max_persons: Persons | None = Field(
        None, description="Number authorised, persons. A bound, never a count.", examples=[430]
    )
    bound: Bound | None = Field(None, description="What the number says.", examples=["up_to"])
    categories: Line | None = Field(None, description="Categories of people covered.", examples=["military"])
    body: Line | None = Field(None, description="Who approved.", examples=["Parliament of Kazakhstan"])
    outcome: Line | None = Field(None, description="How it was decided.", examples=["approved unanimously"])
    proposer: Line | None = Field(None, description="Who proposed it.", examples=["President Kassym-Jomart Tokayev"])
    proposed_on: PartialDate | None = Field(None, description="When it was proposed.", examples=["2024-01"])
    approved_on: PartialDate | None = Field(None, description="When it was approved.", examples=["2024-01-19"])
    effective_to: PartialDate | None = Field(
        None, description="Until when it holds (exclusive), where stated.", examples=["2024-07-01"]
    )
    source: Slug = Field(description="Source it rests on.", examples=["caspian-news-2024-01-20"])
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["The source gives no day; the month is that of the report."],
    )


class AuthorisationIn(AuthorisationFields, Shape):
    pass


class AuthorisationOut(LedgerOut, AuthorisationFields):
    named = {"country": "country"}

    country_name: str | None = COUNTRY_NAME


class Authorisation(LedgerRow, table=True):
    __tablename__ = "authorisation"
    __table_args__ = (
        *record_key("authorisation"),
        *persons_check("authorisation", "max_persons"),
        *partial_date_check("authorisation", "proposed_on", "approved_on", "effective_to"),
        while_standing("ix_authorisation_country", "country"),
    )

    id: str = listed_key_column("authorisation")
    country: str = reference("country")
    max_persons: int | None
    bound: Bound | None = enum_column(Bound, "ck_authorisation_bound", optional=True)
    categories: str | None
    body: str | None
    outcome: str | None
    proposer: str | None
    proposed_on: str | None
    approved_on: str | None
    effective_to: str | None
    source: str = reference("source")
    note: str | None


class AuthorisationMission(SQLModel, table=True):
    __tablename__ = "authorisation_mission"
    __table_args__ = (part_of("authorisation"),)

    authorisation: str = Column(primary_key=True, sa_type=KEY_TEXT)  # type: ignore[call-overload]
    revision: int = Column(primary_key=True)
    mission: str = Column(primary_key=True, foreign_key="mission_key.key", sa_type=KEY_TEXT)  # type: ignore[call-overload]


class AuthorisationQuery(ListQuery):
    id: Words | None = Field(None, description="Authorisation ids.", examples=[["kaz-2024-01-19"]])
    country: Codes | None = Field(None, description="Countries by code or name.", examples=[["KAZ"]])
    mission: Codes | None = Field(None, description="Missions covered, by code or name.", examples=[["UNDOF"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["caspian-news-2024-01-20"]])
    approved_on: Dates | None = Field(None, description="Year, month or day of approval.", examples=[["2024-01"]])
    approved_on__gte: PartialDate | None = Field(None, description="Approved then or later.", examples=["2024"])
    approved_on__lte: PartialDate | None = Field(None, description="Approved then or before.", examples=["2024"])
    max_persons__gte: Persons | None = Field(None, description="Number at least, persons.", examples=[100])
    max_persons__lte: Persons | None = Field(None, description="Number at most, persons.", examples=[500])
