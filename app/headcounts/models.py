"""Headcounts: one count of people for a country, a mission and a kind of people, as one report states it."""

from enum import StrEnum

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.types import BigInteger
from sqlmodel import Field as Column

from app.core.columns import enum_column, persons_check, reference
from app.core.dates import PartialDate
from app.core.history import LedgerRow, record_key, while_standing
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, AnyOf, Codes, Dates, LedgerOut, ListQuery, Shape, Words
from app.core.vocabulary import Bound, Iso3, Line, MissionCode, PersonnelType, Persons, Region, Slug, Text
from app.sources.models import SourceKind


class Measure(StrEnum):
    """What a count counts; only `present` ever enters a total."""

    PRESENT = "present"
    CUMULATIVE_SERVED = "cumulative_served"
    PEAK = "peak"


class HeadcountStatus(StrEnum):
    """A disputed count is kept and shown, and left out of totals."""

    REPORTED = "reported"
    DISPUTED = "disputed"


class HeadcountFields(BaseModel):
    id: int | None = Field(None, description="Given by the service.", examples=[None])
    report: Slug = Field(description="Report that states it.", examples=["un-dpo-2024-03-31"])
    country: Iso3 = Field(description="Country of the people counted, ISO 3166-1 alpha-3.", examples=["KAZ"])
    mission: MissionCode | None = Field(
        None,
        description="Mission they serve in; null where the report is not broken down by mission.",
        examples=["UNDOF"],
    )
    personnel_type: PersonnelType = Field(
        description="Kind of people; `unspecified` where the source gives none.", examples=["troops"]
    )
    women: Persons | None = Field(None, description="Women, persons; null: not split by sex.", examples=[7])
    men: Persons | None = Field(None, description="Men, persons; null: not split by sex.", examples=[132])
    total: Persons = Field(description="People in all, persons; 0 is a true zero.", examples=[139])
    bound: Bound = Field(Bound.EXACTLY, description="What the total says about the true one.", examples=["exactly"])
    measure: Measure = Field(
        Measure.PRESENT, description="What is counted; only `present` enters totals.", examples=["present"]
    )
    contingent: Slug | None = Field(
        None, description="Contingent counted, where the source names it.", examples=["kaz-undof-2024"]
    )
    status: HeadcountStatus = Field(HeadcountStatus.REPORTED, description="`disputed` counts stay out of totals.")
    country_as_printed: Line | None = Field(None, description="Country as the source prints it.", examples=["Turkey"])
    mission_as_printed: Line | None = Field(None, description="Mission or place as printed.", examples=["Lebanon"])
    type_as_printed: Line | None = Field(None, description="Kind of people as printed.", examples=["Contingent Troop"])
    comment: Text | None = Field(
        None, description="What a reader should know about it.", examples=["Mission inferred from the place."]
    )


class HeadcountIn(HeadcountFields, Shape):
    # Of the total, which comes after both, so that it is checked whatever else is wrong.
    @field_validator("total")
    @classmethod
    def _check_sum(cls, total: int, others: ValidationInfo) -> int:
        women, men = others.data.get("women"), others.data.get("men")
        if women is not None and men is not None and women + men != total:
            raise ValueError(f"women {women} + men {men} is not the total {total}")
        return total


class HeadcountOut(LedgerOut, HeadcountFields):
    named = {"country": "country", "mission": "mission"}

    id: int = Field(description="Number of the headcount.", examples=[1])
    source: str = Field(description="Source of the report.", examples=["un-dpo-2024-03-31"])
    as_of: str = Field(description="Date the count is about, to its precision.", examples=["2024-03-31"])
    country_name: str | None = COUNTRY_NAME
    mission_name: str | None = MISSION_NAME


# Counts that do not enter totals as they are; few, whatever the table holds.
_DOUBTFUL = text("status = 'disputed' OR bound <> 'exactly'")


class Headcount(LedgerRow, table=True):
    __tablename__ = "headcount"
    __table_args__ = (
        *record_key("headcount"),
        *persons_check("headcount", "women", "men", "total"),
        # NULL on either side makes a CHECK pass, so the sum binds only where all three are given.
        CheckConstraint("women + men = total", name="ck_headcount_sum"),
        while_standing(
            "uq_headcount_standing",
            "report",
            "country",
            "coalesce(mission, '')",
            "personnel_type",
            "measure",
            "coalesce(contingent, '')",
            unique=True,
        ),
        # Over all revisions: the past is asked as often as the present, and every answer picks reports first.
        Index("ix_headcount_report_country_mission", "report", "country", "mission"),
        # In the order of lists, so that a page is read and not sorted, however many counts there are.
        Index("ix_headcount_mission_id", "mission", "id"),
        Index("ix_headcount_country_id", "country", "id"),
        Index("ix_headcount_doubtful", "report", sqlite_where=_DOUBTFUL, postgresql_where=_DOUBTFUL),
    )

    id: int = Column(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    report: str = reference("report")
    country: str = reference("country")
    mission: str | None = reference("mission", optional=True)
    personnel_type: PersonnelType = enum_column(PersonnelType, "ck_headcount_personnel_type")
    women: int | None
    men: int | None
    total: int
    bound: Bound = enum_column(Bound, "ck_headcount_bound")
    measure: Measure = enum_column(Measure, "ck_headcount_measure")
    contingent: str | None = reference("contingent", optional=True)
    status: HeadcountStatus = enum_column(HeadcountStatus, "ck_headcount_status")
    country_as_printed: str | None
    mission_as_printed: str | None
    type_as_printed: str | None
    comment: str | None


class HeadcountQuery(ListQuery):
    country: Codes | None = Field(None, description="Countries by code or name.", examples=[["KAZ"]])
    region: AnyOf[Region] | None = Field(None, description="UN regions of the countries.", examples=[["Asia"]])
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNDOF"]])
    personnel_type: AnyOf[PersonnelType] | None = Field(None, description="Kinds of people.", examples=[["troops"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["caspian-news-2024-01-20"]])
    source_kind: AnyOf[SourceKind] | None = Field(None, description="Kinds of source.", examples=[["news"]])
    report: Words | None = Field(None, description="Ids of reports.", examples=[["un-dpo-2024-03-31"]])
    contingent: Words | None = Field(None, description="Ids of contingents.", examples=[["kaz-undof-2024"]])
    measure: AnyOf[Measure] | None = Field(None, description="What is counted.", examples=[["present"]])
    bound: AnyOf[Bound] | None = Field(None, description="What the total says.", examples=[["exactly"]])
    status: AnyOf[HeadcountStatus] | None = Field(None, description="Reported or disputed.", examples=[["reported"]])
    as_of: Dates | None = Field(
        None,
        description="Year, month or day of the report: what was stated about that time.",
        examples=[["2024-03-31"]],
    )
    as_of__gte: PartialDate | None = Field(None, description="About then or later.", examples=["2024-01"])
    as_of__gt: PartialDate | None = Field(None, description="About a later time.", examples=["2024-01"])
    as_of__lte: PartialDate | None = Field(None, description="About then or before.", examples=["2024-06"])
    as_of__lt: PartialDate | None = Field(None, description="About an earlier time.", examples=["2024-06"])
    total__gte: Persons | None = Field(None, description="Total at least, persons.", examples=[1])
    total__lte: Persons | None = Field(None, description="Total at most, persons.", examples=[1000])
    women__gte: Persons | None = Field(None, description="Women at least, persons.", examples=[1])
    women__lte: Persons | None = Field(None, description="Women at most, persons.", examples=[100])
