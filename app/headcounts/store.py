"""All SQL of headcounts."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlmodel import Session

from app.core.columns import col
from app.core.history import Change, Ledger, View, retract, retract_all, standing
from app.core.queries import Listing, Match
from app.countries.models import Country
from app.headcounts.models import Headcount, HeadcountOut, HeadcountQuery
from app.headcounts.sums import keep_sums
from app.printed_totals.models import PrintedTotal
from app.printed_totals.store import PRINTED_TOTALS
from app.reports.models import Report
from app.reports.store import REPORTS
from app.sources.models import Source

HEADCOUNTS = Ledger(Headcount, beside=keep_sums)


def _with_report(statement: Select[Any], view: View) -> Select[Any]:
    """A headcount stands only while its report does."""
    return statement.join(Report, and_(col(Report.id) == Headcount.report, standing(Report, view)))


# Conditions on other tables pick keys first, so that the index on the key serves and nothing scans all headcounts.


def _of_country(condition: ColumnElement[bool], view: View) -> ColumnElement[bool]:
    return col(Headcount.country).in_(select(col(Country.iso3)).where(standing(Country, view), condition))


def _of_report(condition: ColumnElement[bool], view: View) -> ColumnElement[bool]:
    return col(Headcount.report).in_(select(col(Report.id)).where(standing(Report, view), condition).correlate(None))


def _of_source(condition: ColumnElement[bool], view: View) -> ColumnElement[bool]:
    return _of_report(col(Report.source).in_(select(col(Source.id)).where(standing(Source, view), condition)), view)


HEADCOUNT_LIST = Listing(
    row=Headcount,
    out=HeadcountOut,
    query=HeadcountQuery,
    key="id",
    columns={"source": lambda _: col(Report.source), "as_of": lambda _: col(Report.as_of)},
    join=_with_report,
    filters={
        "country": Match(col(Headcount.country), "country"),
        "region": Match(col(Country.un_region), within=_of_country),
        "mission": Match(col(Headcount.mission), "mission"),
        "personnel_type": Match(col(Headcount.personnel_type)),
        "source": Match(col(Report.source), within=_of_report),
        "source_kind": Match(col(Source.kind), within=_of_source),
        "report": Match(col(Headcount.report)),
        "contingent": Match(col(Headcount.contingent)),
        "measure": Match(col(Headcount.measure)),
        "bound": Match(col(Headcount.bound)),
        "status": Match(col(Headcount.status)),
        "as_of": Match(col(Report.as_of), "date", _of_report),
        "total": Match(col(Headcount.total)),
        "women": Match(col(Headcount.women)),
    },
    sorts=("id", "as_of", "country", "mission", "personnel_type", "total", "women", "men", "report", "recorded_in"),
    default_sort=("id",),
)


def retract_report(session: Session, change: Change, report: str) -> None:
    """Retract a report with all its headcounts and printed totals: none comes back when it is recorded again."""
    retract(session, change, REPORTS, report)
    retract_all(session, change, HEADCOUNTS, col(Headcount.report) == report)
    retract_all(session, change, PRINTED_TOTALS, col(PrintedTotal.report) == report)
