"""Missions: codes, kinds, dates with precision, hosts; other names; which mission followed which."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from sqlalchemy import CheckConstraint
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from app.core.aliases import AliasFields, AliasIn, AliasRow, AliasShown
from app.core.columns import KEY_TEXT, enum_column, key_column, listed_key_column, partial_date_check, reference
from app.core.dates import PartialDate
from app.core.history import LedgerRow, key_table, part_of, record_key, while_standing
from app.core.shapes import MISSION_NAME, AnyOf, Codes, Dates, FilterText, LedgerOut, ListQuery, Out, Shape, Words
from app.core.vocabulary import Iso3, Line, MissionCode, Slug, Text, name_key, slug

MISSION_KEYS = key_table("mission")
MISSION_KEYS.append_constraint(
    CheckConstraint(
        "length(key) BETWEEN 2 AND 20 AND substr(key, 1, 1) = upper(substr(key, 1, 1))", name="ck_mission_key_code"
    )
)


class MissionKind(StrEnum):
    """What kind of operation a mission is."""

    PEACEKEEPING = "peacekeeping"
    SPECIAL_POLITICAL = "special_political"
    SUPPORT_OFFICE = "support_office"
    COMPONENT = "component"
    EARLY_OBSERVATION = "early_observation"
    GUARD_CONTINGENT = "guard_contingent"
    NON_UN = "non_un"


class MissionStatus(StrEnum):
    """Whether a mission is at work."""

    ACTIVE = "active"
    ENDED = "ended"
    UNKNOWN = "unknown"


class Host(BaseModel):
    """A country or territory in which a mission works."""

    country: Iso3 = Field(description="ISO 3166-1 alpha-3 code.", examples=["SYR"])
    contested: bool = Field(False, description="True where the territory is contested (Abyei).", examples=[False])

    def __str__(self) -> str:
        return self.country + ("?" if self.contested else "")


class HostOut(Out, Host):
    named = {"country": "country"}

    country_name: str | None = Field(None, description="Short English name.", examples=["Syrian Arab Republic"])


class MissionFields(BaseModel):
    code: MissionCode = Field(description="English acronym, the key of the mission.")
    name: Line = Field(description="English name.", examples=["United Nations Disengagement Observer Force"])
    name_fr: Line | None = Field(
        None, description="French name.", examples=["Force des Nations Unies chargée d'observer le désengagement"]
    )
    kind: MissionKind = Field(description="Kind of operation.", examples=["peacekeeping"])
    status: MissionStatus = Field(description="Whether it is at work.", examples=["active"])
    parent: MissionCode | None = Field(None, description="Mission a component belongs to.", examples=["UNMIBH"])
    authorised_on: PartialDate | None = Field(None, description="When it was decided.", examples=["1974-05-31"])
    started_on: PartialDate | None = Field(
        None, description="When it began, to its precision.", examples=["1974-05-31"]
    )
    ended_on: PartialDate | None = Field(None, description="When its mandate ended.", examples=["2023-06-30"])
    drawdown_ended_on: PartialDate | None = Field(
        None, description="When its withdrawal was done; people may be counted until then.", examples=["2023-12-31"]
    )
    headquarters: Line | None = Field(None, description="Place of the headquarters.", examples=["Camp Faouar"])
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = Field(
        None, description="Latitude of the headquarters, degrees north.", examples=[33.2367]
    )
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = Field(
        None, description="Longitude of the headquarters, degrees east.", examples=[35.9211]
    )
    established_by: Line | None = Field(None, description="Establishing decision.", examples=["S/RES/350 (1974)"])
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["The source gives no day; the month is that of the report."],
    )


class MissionIn(MissionFields, Shape):
    hosts: list[Host] = Field([], description="Countries and territories it works in.")


class MissionOut(LedgerOut, MissionFields):
    hosts: list[HostOut] = Field([], description="Countries and territories it works in.")
    aliases: list[AliasShown] = Field([], description="Other names under which reports print it.")


class Mission(LedgerRow, table=True):
    __tablename__ = "mission"
    __table_args__ = (
        *record_key("mission", "code"),
        *partial_date_check("mission", "authorised_on", "started_on", "ended_on", "drawdown_ended_on"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="ck_mission_latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="ck_mission_longitude"),
    )

    code: str = listed_key_column("mission")
    name: str
    name_fr: str | None
    kind: MissionKind = enum_column(MissionKind, "ck_mission_kind")
    status: MissionStatus = enum_column(MissionStatus, "ck_mission_status")
    parent: str | None = reference("mission", optional=True)
    authorised_on: str | None
    started_on: str | None
    ended_on: str | None
    drawdown_ended_on: str | None
    headquarters: str | None
    latitude: float | None
    longitude: float | None
    established_by: str | None
    note: str | None


class MissionHost(SQLModel, table=True):
    __tablename__ = "mission_host"
    __table_args__ = (part_of("mission", "code"),)

    mission: str = Column(primary_key=True, sa_type=KEY_TEXT)  # type: ignore[call-overload]
    revision: int = Column(primary_key=True)
    country: str = Column(primary_key=True, foreign_key="country_key.key", sa_type=KEY_TEXT)  # type: ignore[call-overload]
    contested: bool


class MissionQuery(ListQuery):
    q: FilterText | None = Field(
        None, description="A name or acronym as printed: finds the mission it belongs to, if any.", examples=["FNUOD"]
    )
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNDOF"]])
    kind: AnyOf[MissionKind] | None = Field(None, description="Kinds of operation.", examples=[["peacekeeping"]])
    status: AnyOf[MissionStatus] | None = Field(None, description="Whether at work.", examples=[["active"]])
    host: Codes | None = Field(None, description="Host countries by code or name.", examples=[["SDN"]])
    name__contains: FilterText | None = Field(None, description="Part of the name, any case.", examples=["Observer"])
    started_on: Dates | None = Field(None, description="Year, month or day it began.", examples=[["1974"]])
    started_on__gte: PartialDate | None = Field(None, description="Began then or later.", examples=["2010"])
    started_on__lte: PartialDate | None = Field(None, description="Began then or before.", examples=["1990"])
    ended_on__gte: PartialDate | None = Field(None, description="Ended then or later.", examples=["2020"])
    ended_on__lte: PartialDate | None = Field(None, description="Ended then or before.", examples=["2020"])


class MissionAliasFields(AliasFields):
    mission: MissionCode = Field(description="Mission the name belongs to.", examples=["UNDOF"])


class MissionAliasIn(MissionAliasFields, AliasIn):
    def default_key(self) -> str:
        """The id unless one is given."""
        return name_key(self.mission, self.name)


class MissionAliasOut(LedgerOut, MissionAliasFields):
    named = {"mission": "mission"}

    id: str = Field(description="Stable id of the alias.", examples=["undof.fnuod"])
    mission_name: str | None = MISSION_NAME


class MissionAlias(AliasRow, table=True):
    __tablename__ = "mission_alias"
    __table_args__ = (
        *record_key("mission_alias"),
        *partial_date_check("mission_alias", "valid_from", "valid_to"),
        while_standing("uq_mission_alias_standing", "normalised", "mission", unique=True),
        while_standing("ix_mission_alias_mission", "mission"),
    )

    id: str = key_column()
    mission: str = reference("mission")


class MissionAliasQuery(ListQuery):
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNDOF"]])
    language: Words | None = Field(None, description="Languages, ISO 639-1.", examples=[["fr"]])
    name__contains: FilterText | None = Field(None, description="Part of the name, any case.", examples=["FNU"])


class MissionLineageFields(BaseModel):
    id: Slug | None = Field(None, description="Stable id; made of both codes unless given.", examples=["a.b"])
    predecessor: MissionCode = Field(description="Mission before.", examples=["MONUC"])
    successor: MissionCode = Field(description="Mission after.", examples=["MONUSCO"])
    on: PartialDate | None = Field(None, description="When one followed the other.", examples=["2010-07-01"])
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["The source gives no day; the month is that of the report."],
    )


class MissionLineageIn(MissionLineageFields, Shape):
    @field_validator("successor")
    @classmethod
    def _check_two(cls, successor: str, others: ValidationInfo) -> str:
        if successor == others.data.get("predecessor"):
            raise ValueError("nothing comes out of itself")
        return successor

    def default_key(self) -> str:
        return f"{slug(self.predecessor)}.{slug(self.successor)}"


class MissionLineageOut(LedgerOut, MissionLineageFields):
    named = {"predecessor": "mission", "successor": "mission"}

    id: str = Field(description="Stable id.", examples=["monuc.monusco"])
    predecessor_name: str | None = MISSION_NAME
    successor_name: str | None = MISSION_NAME


class MissionLineage(LedgerRow, table=True):
    __tablename__ = "mission_lineage"
    __table_args__ = (
        *record_key("mission_lineage"),
        *partial_date_check("mission_lineage", '"on"'),
        while_standing("uq_mission_lineage_standing", "predecessor", "successor", unique=True),
        while_standing("ix_mission_lineage_successor", "successor"),
        CheckConstraint("predecessor <> successor", name="ck_mission_lineage_two"),
    )

    id: str = key_column()
    predecessor: str = reference("mission")
    successor: str = reference("mission")
    on: str | None
    note: str | None


class MissionLineageQuery(ListQuery):
    predecessor: Codes | None = Field(None, description="Missions before.", examples=[["MONUC"]])
    successor: Codes | None = Field(None, description="Missions after.", examples=[["MONUSCO"]])
