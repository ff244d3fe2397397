"""Printed totals: sums that a source prints itself, kept to check the counts and never added to anything."""

from enum import StrEnum

from pydantic import BaseModel, Field, computed_field
from sqlalchemy.types import BigInteger
from sqlmodel import Field as Column

from app.core.columns import enum_column, persons_check, reference
from app.core.dates import PartialDate
from app.core.history import LedgerRow, record_key, while_standing
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, AnyOf, Codes, Dates, LedgerOut, ListQuery, Shape, Words
from app.core.vocabulary import Iso3, MissionCode, Persons, Slug, Text


class PrintedLevel(StrEnum):
    """What a printed total is a total of."""

    GRAND = "grand"
    MISSION = "mission"
    COUNTRY = "country"
    COUNTRY_IN_MISSION = "country_in_mission"


class PrintedTotalFields(BaseModel):
    id: int | None = Field(None, description="Given by the service.", examples=[None])
    report: Slug = Field(description="Report whose source prints it.", examples=["un-dpo-2024-03-31"])
    mission: MissionCode | None = Field(
        None, description="Mission it is the total of; null: over all missions.", examples=["UNDOF"]
    )
    country: Iso3 | None = Field(
        None,
        description="Country it is the total of, ISO 3166-1 alpha-3; null: over all countries.",
        examples=["KAZ"],
    )
    women: Persons | None = Field(None, description="Women as printed, persons; null: not printed.", examples=[94])
    men: Persons | None = Field(None, description="Men as printed, persons; null: not printed.", examples=[1167])
    # No rule ties it to women and men: where the source adds up wrongly, that is what has to be kept.
    total: Persons = Field(
        description="All persons as printed, even where women and men add up to another number.", examples=[1261]
    )
    note: Text | None = Field(
        None, description="What a reader should know about it.", examples=["The digits are hard to read."]
    )


class PrintedTotalIn(PrintedTotalFields, Shape):
    @computed_field  # type: ignore[prop-decorator]
    @property
    def level(self) -> PrintedLevel:
        """Follows from which of mission and country is given."""
        if self.mission is None:
            return PrintedLevel.GRAND if self.country is None else PrintedLevel.COUNTRY
        return PrintedLevel.MISSION if self.country is None else PrintedLevel.COUNTRY_IN_MISSION


class PrintedTotalOut(LedgerOut, PrintedTotalFields):
    named = {"country": "country", "mission": "mission"}

    id: int = Field(description="Number of the printed total.", examples=[1])
    level: PrintedLevel = Field(
        description="What it is a total of; follows from which of mission and country is given.", examples=["mission"]
    )
    source: str = Field(description="Source of the report.", examples=["un-dpo-2024-03-31"])
    as_of: str = Field(description="Date the total is about, to its precision.", examples=["2024-03-31"])
    country_name: str | None = COUNTRY_NAME
    mission_name: str | None = MISSION_NAME


class PrintedTotal(LedgerRow, table=True):
    __tablename__ = "printed_total"
    __table_args__ = (
        *record_key("printed_total"),
        *persons_check("printed_total", "women", "men", "total"),
        while_standing(
            "uq_printed_total_standing", "report", "coalesce(mission, '')", "coalesce(country, '')", unique=True
        ),
    )

    id: int = Column(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    report: str = reference("report", index=True)
    mission: str | None = reference("mission", optional=True)
    country: str | None = reference("country", optional=True)
    level: PrintedLevel = enum_column(PrintedLevel, "ck_printed_total_level")
    women: int | None
    men: int | None
    total: int
    note: str | None


class PrintedTotalQuery(ListQuery):
    country: Codes | None = Field(None, description="Countries by code or name.", examples=[["KAZ"]])
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNDOF"]])
    level: AnyOf[PrintedLevel] | None = Field(None, description="What they are totals of.", examples=[["grand"]])
    report: Words | None = Field(None, description="Ids of reports.", examples=[["un-dpo-2024-03-31"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["un-dpo-2024-03-31"]])
    as_of: Dates | None = Field(
        None, description="Year, month or day of the report that prints them.", examples=[["2024-03-31"]]
    )
    as_of__gte: PartialDate | None = Field(None, description="About then or later.", examples=["2024-01"])
    as_of__gt: PartialDate | None = Field(None, description="About a later time.", examples=["2024-01"])
    as_of__lte: PartialDate | None = Field(None, description="About then or before.", examples=["2024-06"])
    as_of__lt: PartialDate | None = Field(None, description="About an earlier time.", examples=["2024-06"])
    total__gte: Persons | None = Field(None, description="Total at least, persons.", examples=[1])
    total__lte: Persons | None = Field(None, description="Total at most, persons.", examples=[1000])
