"""Fatalities: one record a death in a mission, as a source lists it, without names of persons."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field
from sqlalchemy import Index
from sqlmodel import Field as Column

from app.core.columns import KEY_TEXT, enum_column, key_column, partial_date_check, reference
from app.core.dates import PartialDate
from app.core.history import LedgerRow, record_key, while_standing
from app.core.patterns import Written
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, AnyOf, Codes, Dates, LedgerOut, ListQuery, Shape, Words
from app.core.vocabulary import Iso3, Line, MissionCode, Slug, Text, slug

CasualtyId = Annotated[
    str,
    Written(
        "^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,79}$",
        "write up to 80 letters, digits, spaces, dots, underscores, slashes and hyphens, first a letter or digit",
    ),
]


class FatalityPersonnel(StrEnum):
    """Who died; wider than the kinds of uniformed people, because missions lose civilians too."""

    MILITARY = "military"
    POLICE = "police"
    MILITARY_OBSERVER = "military_observer"
    INTERNATIONAL_CIVILIAN = "international_civilian"
    LOCAL = "local"
    OTHER = "other"


class IncidentType(StrEnum):
    """What somebody died of."""

    MALICIOUS_ACT = "malicious_act"
    ACCIDENT = "accident"
    ILLNESS = "illness"
    SELF_INFLICTED = "self_inflicted"
    TO_BE_DETERMINED = "to_be_determined"
    UNKNOWN = "unknown"


class FatalitySex(StrEnum):
    """Sex of one person, as the source tells it."""

    FEMALE = "female"
    MALE = "male"


class FatalityFields(BaseModel):
    id: Slug | None = Field(
        None, description="Stable id; made of the casualty id unless given.", examples=["unifil-1978-04-12442"]
    )
    casualty_id: CasualtyId = Field(
        description="Id by which the source names the casualty, as printed. One casualty is one record.",
        examples=["UNIFIL-1978-04-12442"],
    )
    incident_date: PartialDate = Field(
        description="Date of the incident, which may lie before the death.", examples=["1978-04-23"]
    )
    mission: MissionCode | None = Field(
        None,
        description="Mission in which the person served; null: none the record knows, see `mission_as_printed`.",
        examples=["UNIFIL"],
    )
    mission_as_printed: Line | None = Field(None, description="Mission as the source prints it.", examples=["UNIFIL"])
    nationality: Iso3 | None = Field(
        None, description="Nationality, ISO 3166-1 alpha-3; null: the source does not tell it.", examples=["FRA"]
    )
    nationality_as_printed: Line | None = Field(
        None, description="Nationality as the source prints it.", examples=["France"]
    )
    personnel_type: FatalityPersonnel = Field(description="Who died.", examples=["military"])
    incident_type: IncidentType = Field(description="What they died of.", examples=["malicious_act"])
    sex: FatalitySex | None = Field(
        None, description="Sex of the person; null: the source does not tell it.", examples=["male"]
    )
    source: Slug = Field(description="Source that lists it.", examples=["un-data-hub-fatalities-2025-04-04"])
    note: Text | None = Field(
        None,
        description="What a reader should know about it. No names of persons.",
        examples=["The source lists the casualty under Montenegro as well."],
    )


class FatalityIn(FatalityFields, Shape):
    def default_key(self) -> str:
        """The id unless one is given."""
        return slug(self.casualty_id)


class FatalityOut(LedgerOut, FatalityFields):
    named = {"mission": "mission", "nationality": "country"}

    id: str = Field(description="Stable id of the fatality.", examples=["unifil-1978-04-12442"])
    mission_name: str | None = MISSION_NAME
    nationality_name: str | None = COUNTRY_NAME


class Fatality(LedgerRow, table=True):
    __tablename__ = "fatality"
    __table_args__ = (
        *record_key("fatality"),
        *partial_date_check("fatality", "incident_date"),
        while_standing("uq_fatality_standing", "casualty_id", unique=True),
        # Over all revisions: the past is asked as often as the present.
        Index("ix_fatality_incident_date", "incident_date", "id"),
        Index("ix_fatality_mission", "mission", "incident_date"),
        Index("ix_fatality_nationality", "nationality", "incident_date"),
    )

    id: str = key_column()
    casualty_id: str
    incident_date: str = Column(sa_type=KEY_TEXT)  # type: ignore[call-overload]
    mission: str | None = reference("mission", optional=True)
    mission_as_printed: str | None
    nationality: str | None = reference("country", optional=True)
    nationality_as_printed: str | None
    personnel_type: FatalityPersonnel = enum_column(FatalityPersonnel, "ck_fatality_personnel_type")
    incident_type: IncidentType = enum_column(IncidentType, "ck_fatality_incident_type")
    sex: FatalitySex | None = enum_column(FatalitySex, "ck_fatality_sex", optional=True)
    source: str = reference("source")
    note: str | None


class FatalityQuery(ListQuery):
    id: Words | None = Field(None, description="Ids of fatalities.", examples=[["unifil-1978-04-12442"]])
    country: Codes | None = Field(None, description="Nationalities, by code or name.", examples=[["FRA"]])
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNIFIL"]])
    personnel_type: AnyOf[FatalityPersonnel] | None = Field(None, description="Who died.", examples=[["military"]])
    incident_type: AnyOf[IncidentType] | None = Field(None, description="Causes of death.", examples=[["illness"]])
    sex: AnyOf[FatalitySex] | None = Field(None, description="Sexes.", examples=[["female"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["un-data-hub-fatalities-2025-04-04"]])
    incident_date: Dates | None = Field(None, description="Year, month or day of the incident.", examples=[["2013-04"]])
    incident_date__gte: PartialDate | None = Field(None, description="Then or later.", examples=["2000"])
    incident_date__gt: PartialDate | None = Field(None, description="Later than that.", examples=["1999"])
    incident_date__lte: PartialDate | None = Field(None, description="Then or before.", examples=["2009"])
    incident_date__lt: PartialDate | None = Field(None, description="Before that.", examples=["2010"])
