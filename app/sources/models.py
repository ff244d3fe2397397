"""Sources (who said it) and claims (what exactly they said, and where it stands)."""

from enum import StrEnum

from pydantic import BaseModel, Field
from sqlalchemy import Index
from sqlalchemy.types import BigInteger
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from app.core.columns import (
    KEY_TEXT,
    enum_column,
    key_column,
    listed_key_column,
    partial_date_check,
    reference,
    text_enum,
)
from app.core.dates import PartialDate
from app.core.history import LedgerRow, key_table, part_of, record_key, while_standing
from app.core.shapes import (
    COUNTRY_NAME,
    INT64_MAX,
    MISSION_NAME,
    AnyOf,
    Codes,
    Dates,
    FilterInt,
    FilterText,
    LedgerOut,
    ListQuery,
    Shape,
    Words,
)
from app.core.vocabulary import Bound, Certainty, Iso3, Line, MissionCode, Slug, Text

SOURCE_KEYS = key_table("source")


class SourceKind(StrEnum):
    """What kind of publication a source is."""

    UN_MONTHLY_REPORT = "un_monthly_report"
    UN_RESOLUTION = "un_resolution"
    GOVERNMENT = "government"
    NEWS = "news"
    DATASET = "dataset"
    RESEARCH = "research"


class SourceFields(BaseModel):
    id: Slug = Field(description="Stable id.", examples=["caspian-news-2024-01-20"])
    kind: SourceKind = Field(description="Kind of publication.", examples=["news"])
    title: Line = Field(
        description="Title as printed; a title in square brackets is ours.",
        examples=["Kazakhstan to Deploy Troops in MEA for UN Peace Missions"],
    )
    publisher: Line | None = Field(None, description="Who published it.", examples=["Caspian News"])
    author: Line | None = Field(None, description="Person named as author.", examples=["Vusala Abbasova"])
    published_on: PartialDate | None = Field(
        None, description="Day of publication, to its precision.", examples=["2024-01-20"]
    )
    url: Line | None = Field(None, description="Public address.", examples=["https://undocs.org/S/RES/2718(2023)"])
    language: Line | None = Field(None, description="Language of the text, ISO 639-1.", examples=["en"])
    licence: Line | None = Field(None, description="Terms under which its data may be used.", examples=["CC BY-IGO"])
    retrieved_on: PartialDate | None = Field(None, description="Day it was read.", examples=["2024-04-29"])
    note: Text | None = Field(None, description="What a reader should know about it.", examples=["Undated."])


class SourceIn(SourceFields, Shape):
    pass


class SourceOut(LedgerOut, SourceFields):
    pass


class Source(LedgerRow, table=True):
    __tablename__ = "source"
    __table_args__ = (
        *record_key("source"),
        *partial_date_check("source", "published_on", "retrieved_on"),
    )

    id: str = listed_key_column("source")
    kind: SourceKind = enum_column(SourceKind, "ck_source_kind")
    title: str
    publisher: str | None
    author: str | None
    published_on: str | None
    url: str | None
    language: str | None
    licence: str | None
    retrieved_on: str | None
    note: str | None


class SourceQuery(ListQuery):
    id: Words | None = Field(None, description="Source ids.", examples=[["caspian-news-2024-01-20"]])
    kind: AnyOf[SourceKind] | None = Field(None, description="Kinds of source.", examples=[["news"]])
    publisher: Words | None = Field(None, description="Publishers, exactly as shown.", examples=[["Caspian News"]])
    publisher__contains: FilterText | None = Field(
        None, description="Part of the publisher's name, any case.", examples=["news"]
    )
    title__contains: FilterText | None = Field(None, description="Part of the title, any case.", examples=["Troops"])
    published_on: Dates | None = Field(None, description="Year, month or day of publication.", examples=[["2024-01"]])
    published_on__gte: PartialDate | None = Field(None, description="Published then or later.", examples=["2024"])
    published_on__lte: PartialDate | None = Field(None, description="Published then or before.", examples=["2024"])


class ClaimKind(StrEnum):
    """What sort of statement a claim is."""

    DECISION = "decision"
    AUTHORISATION = "authorisation"
    OFFER = "offer"
    PLAN = "plan"
    MONEY = "money"
    HEADCOUNT = "headcount"
    PARTICIPATION = "participation"
    OUTCOME = "outcome"
    CONTEXT = "context"
    OPINION = "opinion"
    ATTRIBUTION = "attribution"
    AGREEMENT = "agreement"
    FIGURE = "figure"
    MISSION = "mission"
    CEILING = "ceiling"


class SubjectNoun(StrEnum):
    """Nouns a claim can be about, named as in their addresses."""

    COUNTRIES = "countries"
    MISSIONS = "missions"
    CEILINGS = "ceilings"
    AUTHORISATIONS = "authorisations"
    PLEDGES = "pledges"
    CONTINGENTS = "contingents"
    STATUS_EVENTS = "status-events"
    REPORTS = "reports"
    HEADCOUNTS = "headcounts"


class Subject(BaseModel):
    """A record that rests on a claim."""

    noun: SubjectNoun = Field(description="Noun of the record.", examples=["contingents"])
    record: Line = Field(description="Its id or code.", examples=["kaz-undof-2024"])

    def __str__(self) -> str:
        return f"{self.noun}:{self.record}"


class ClaimFields(BaseModel):
    id: Slug = Field(description="Stable id.", examples=["caspian-news-2024-01-20.a10"])
    source: Slug = Field(description="Source the claim stands in.", examples=["caspian-news-2024-01-20"])
    locator: Line | None = Field(None, description="Place in the source.", examples=["statement 10 of 32"])
    kind: ClaimKind = Field(description="What sort of statement it is.", examples=["plan"])
    certainty: Certainty = Field(
        description="`stated` in the source, `inferred` from it, or `derived` by calculation.", examples=["stated"]
    )
    statement: Text = Field(
        description="What the source says, in plain words of ours.",
        examples=["A first contingent of 139 military personnel is to be sent."],
    )
    quote: Text | None = Field(None, description="The words as printed, where they are kept.", examples=["up to 430"])
    country: Iso3 | None = Field(None, description="Country the claim is about, ISO 3166-1 alpha-3.", examples=["KAZ"])
    mission: MissionCode | None = Field(None, description="Mission the claim is about.", examples=["UNDOF"])
    value: int | None = Field(
        None, ge=0, le=INT64_MAX, description="The figure, in units of `unit`; never added to counts.", examples=[139]
    )
    unit: Line | None = Field(None, description="Unit of the figure.", examples=["persons"])
    bound: Bound | None = Field(None, description="What the figure says about the true one.", examples=["exactly"])
    about: PartialDate | None = Field(None, description="Time it is about, to its precision.", examples=["2024-03"])
    note: Text | None = Field(
        None,
        description="Conflicts with other sources, doubts, how verified.",
        examples=["The source gives no day; the month is that of the report."],
    )


class ClaimIn(ClaimFields, Shape):
    subjects: list[Subject] = Field([], description="Records that rest on it.")


class ClaimOut(LedgerOut, ClaimFields):
    named = {"country": "country", "mission": "mission"}

    country_name: str | None = COUNTRY_NAME
    mission_name: str | None = MISSION_NAME
    subjects: list[Subject] = Field([], description="Records that rest on it.")


class Claim(LedgerRow, table=True):
    __tablename__ = "claim"
    __table_args__ = (
        *record_key("claim"),
        *partial_date_check("claim", "about"),
        while_standing("ix_claim_source_standing", "source"),
    )

    id: str = key_column()
    source: str = reference("source")
    locator: str | None
    kind: ClaimKind = enum_column(ClaimKind, "ck_claim_kind")
    certainty: Certainty = enum_column(Certainty, "ck_claim_certainty")
    statement: str
    quote: str | None
    country: str | None = reference("country", optional=True)
    mission: str | None = reference("mission", optional=True)
    value: int | None = Column(None, sa_type=BigInteger)
    unit: str | None
    bound: Bound | None = enum_column(Bound, "ck_claim_bound", optional=True)
    about: str | None
    note: str | None


class ClaimSubject(SQLModel, table=True):
    __tablename__ = "claim_subject"
    __table_args__ = (part_of("claim"), Index("ix_claim_subject_record", "noun", "record"))

    claim: str = Column(primary_key=True, sa_type=KEY_TEXT)  # type: ignore[call-overload]
    revision: int = Column(primary_key=True)
    noun: SubjectNoun = Column(
        primary_key=True,
        sa_type=text_enum(SubjectNoun, "ck_claim_subject_noun"),  # type: ignore[call-overload]
    )
    record: str = Column(primary_key=True, sa_type=KEY_TEXT)  # type: ignore[call-overload]


class ClaimQuery(ListQuery):
    id: Words | None = Field(None, description="Claim ids.", examples=[["caspian-news-2024-01-20.a10"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["caspian-news-2024-01-20"]])
    kind: AnyOf[ClaimKind] | None = Field(None, description="Kinds of claim.", examples=[["headcount"]])
    certainty: AnyOf[Certainty] | None = Field(None, description="How it follows.", examples=[["stated"]])
    country: Codes | None = Field(None, description="Countries by code or name.", examples=[["KAZ"]])
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNDOF"]])
    subject: Words | None = Field(
        None, description="Ids of the records that rest on it.", examples=[["kaz-undof-2024"]]
    )
    value__gte: FilterInt | None = Field(None, description="Figure at least this.", examples=[100])
    value__lte: FilterInt | None = Field(None, description="Figure at most this.", examples=[500])
    about: Dates | None = Field(None, description="Year, month or day it is about.", examples=[["2024-03"]])
