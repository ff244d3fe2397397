"""Reports: what one source says about one date, and for which scope it says everything."""

from enum import StrEnum

from pydantic import BaseModel, Field, computed_field
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from app.core.columns import KEY_TEXT, enum_column, listed_key_column, partial_date_check, reference
from app.core.dates import PartialDate, last_day
from app.core.history import LedgerRow, key_table, part_of, record_key, while_standing
from app.core.shapes import AnyOf, Codes, Dates, LedgerOut, ListQuery, Shape, Words
from app.core.vocabulary import MissionCode, Slug, Text

REPORT_KEYS = key_table("report")


class Scope(StrEnum):
    """For what a report is complete; inside it, a country left out had zero."""

    ALL_MISSIONS = "all_missions"
    LISTED_MISSIONS = "listed_missions"
    PARTIAL = "partial"


class Breakdown(StrEnum):
    """Whether a report gives its counts by mission, or for countries as a whole."""

    MISSION = "mission"
    COUNTRY = "country"


class ReportFields(BaseModel):
    id: Slug = Field(description="Stable id.", examples=["un-dpo-2024-03-31"])
    source: Slug = Field(description="Source that states it.", examples=["un-dpo-2024-03-31"])
    as_of: PartialDate = Field(description="Date the counts are about, to its precision.", examples=["2024-03-31"])
    as_of_inferred: bool = Field(
        False,
        description="True where the source says 'currently' and its day of publication stands in.",
        examples=[False],
    )
    scope: Scope = Field(
        description="`all_missions` or `listed_missions`: complete, so what it leaves out there is zero; "
        "`partial`: states nothing about what it leaves out.",
        examples=["all_missions"],
    )
    missions: list[MissionCode] = Field([], description="The missions of scope `listed_missions`.", examples=[[]])
    breakdown: Breakdown = Field(Breakdown.MISSION, description="What the counts are broken down by.")
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["The source gives no day; the month is that of the report."],
    )


class ReportIn(ReportFields, Shape):
    @computed_field  # type: ignore[prop-decorator]
    @property
    def as_of_last(self) -> str:
        """Last day of the span `as_of` covers: the day by which reports are ordered."""
        return last_day(self.as_of)


class ReportOut(LedgerOut, ReportFields):
    pass


class Report(LedgerRow, table=True):
    __tablename__ = "report"
    __table_args__ = (
        *record_key("report"),
        *partial_date_check("report", "as_of"),
        CheckConstraint("length(as_of_last) = 10", name="ck_report_as_of_last_day"),
        while_standing("uq_report_standing", "source", "as_of", "scope", "breakdown", unique=True),
        # Over all revisions: the past is asked as often as the present.
        Index("ix_report_as_of_last", "as_of_last"),
    )

    id: str = listed_key_column("report")
    source: str = reference("source")
    as_of: str
    as_of_last: str = Column(sa_type=KEY_TEXT)  # type: ignore[call-overload]
    as_of_inferred: bool
    scope: Scope = enum_column(Scope, "ck_report_scope")
    breakdown: Breakdown = enum_column(Breakdown, "ck_report_breakdown")
    note: str | None


class ReportMission(SQLModel, table=True):
    __tablename__ = "report_mission"
    __table_args__ = (part_of("report"),)

    report: str = Column(primary_key=True, sa_type=KEY_TEXT)  # type: ignore[call-overload]
    revision: int = Column(primary_key=True)
    mission: str = Column(primary_key=True, foreign_key="mission_key.key", sa_type=KEY_TEXT)  # type: ignore[call-overload]


class ReportQuery(ListQuery):
    id: Words | None = Field(None, description="Report ids.", examples=[["un-dpo-2024-03-31"]])
    source: Words | None = Field(None, description="Ids of sources.", examples=[["un-dpo-2024-03-31"]])
    scope: AnyOf[Scope] | None = Field(None, description="Scopes.", examples=[["all_missions"]])
    breakdown: AnyOf[Breakdown] | None = Field(None, description="Breakdowns.", examples=[["mission"]])
    mission: Codes | None = Field(None, description="Missions listed in the scope.", examples=[["UNDOF"]])
    as_of: Dates | None = Field(None, description="Year, month or day the counts are about.", examples=[["2024-03"]])
    as_of__gte: PartialDate | None = Field(None, description="About then or later.", examples=["2024-01"])
    as_of__gt: PartialDate | None = Field(None, description="About a later time.", examples=["2024-01"])
    as_of__lte: PartialDate | None = Field(None, description="About then or before.", examples=["2024-06"])
    as_of__lt: PartialDate | None = Field(None, description="About an earlier time.", examples=["2024-06"])
