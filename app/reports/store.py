"""All SQL of reports."""

from sqlalchemy import and_, exists

from app.core.columns import col
from app.core.history import Ledger, Part
from app.core.queries import Listing, Match, json_rows
from app.reports.models import REPORT_KEYS, Report, ReportMission, ReportOut, ReportQuery

REPORTS = Ledger(Report, keys=REPORT_KEYS, parts={"missions": Part(ReportMission, "report", "mission")})

_MISSION_OF_REPORT = and_(col(ReportMission.report) == Report.id, col(ReportMission.revision) == Report.revision)

REPORT_LIST = Listing(
    row=Report,
    out=ReportOut,
    query=ReportQuery,
    key="id",
    columns={"missions": json_rows(ReportMission, _MISSION_OF_REPORT, "mission")},
    filters={
        "id": Match(col(Report.id)),
        "source": Match(col(Report.source)),
        "scope": Match(col(Report.scope)),
        "breakdown": Match(col(Report.breakdown)),
        "mission": Match(col(ReportMission.mission), "mission", lambda c, _: exists().where(_MISSION_OF_REPORT, c)),
        "as_of": Match(col(Report.as_of), "date"),
    },
    sorts=("id", "as_of", "source", "scope", "recorded_in"),
    default_sort=("as_of",),
)
