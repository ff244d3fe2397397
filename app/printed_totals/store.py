"""All SQL of printed totals."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlmodel import Session

from app.core.columns import col
from app.core.history import Ledger, View, open_view, standing
from app.core.queries import Listing, Match
from app.printed_totals.models import PrintedTotal, PrintedTotalOut, PrintedTotalQuery
from app.reports.models import Report

PRINTED_TOTALS = Ledger(PrintedTotal)


def _with_report(statement: Select[Any], view: View) -> Select[Any]:
    """A printed total stands only while its report does."""
    return statement.join(Report, and_(col(Report.id) == PrintedTotal.report, standing(Report, view)))


def _of_report(condition: ColumnElement[bool], view: View) -> ColumnElement[bool]:
    return col(PrintedTotal.report).in_(select(col(Report.id)).where(standing(Report, view), condition).correlate(None))


PRINTED_TOTAL_LIST = Listing(
    row=PrintedTotal,
    out=PrintedTotalOut,
    query=PrintedTotalQuery,
    key="id",
    columns={"source": lambda _: col(Report.source), "as_of": lambda _: col(Report.as_of)},
    join=_with_report,
    filters={
        "country": Match(col(PrintedTotal.country), "country"),
        "mission": Match(col(PrintedTotal.mission), "mission"),
        "level": Match(col(PrintedTotal.level)),
        "report": Match(col(PrintedTotal.report)),
        "source": Match(col(Report.source), within=_of_report),
        "as_of": Match(col(Report.as_of), "date", _of_report),
        "total": Match(col(PrintedTotal.total)),
    },
    sorts=("id", "as_of", "country", "mission", "level", "total", "women", "men", "report", "recorded_in"),
    default_sort=("id",),
)


def reports_without_printed_totals(session: Session, reports: Collection[str]) -> set[str]:
    """Those of the reports that stand and for which no printed total was ever recorded."""
    statement = select(col(Report.id)).where(
        standing(Report, open_view(session)),
        col(Report.id).in_(reports),
        col(Report.id).not_in(select(col(PrintedTotal.report))),
    )
    return set(session.execute(statement).scalars())
