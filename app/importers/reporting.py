"""The reports that the counts of a file belong to: those that stand, or new ones with their sources."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from app.core.columns import col
from app.core.errors import InvalidRequest, RecordConflict
from app.core.faults import validated
from app.importers.recorder import Recorder
from app.importers.sourcing import need_sources
from app.importers.stage import Stage
from app.importers.target import Target
from app.reports.models import Breakdown, Report, ReportIn, Scope
from app.reports.store import REPORTS

_NOT_WHOLE = (
    "Rows of the file are left out, and a complete report would state zero for them. Say `scope=partial`, or mend them."
)
_FEW_COUNTRIES = 20  # fewer than any month of all missions ever had


class ReportTable(NamedTuple):
    """The counts of the file that belong to one report."""

    as_of: str
    where: str
    scope: Scope
    report: str


def report_tables(recorder: Recorder, stage: Stage, target: Target) -> list[ReportTable]:
    """What the file has of each report; those that are not there are recorded, with their sources."""
    is_whole = not stage.number("SELECT count(*) FROM fault")
    parts = list(stage.ask("SELECT DISTINCT as_of, mission IS NULL FROM count ORDER BY 1, 2"))
    standing = _standing_reports(recorder.session, {target.source_of(as_of) for as_of, _ in parts})
    tables: list[ReportTable] = []
    new: dict[str, ReportIn] = {}
    for as_of, is_by_country in parts:
        breakdown = Breakdown.COUNTRY if is_by_country else Breakdown.MISSION
        where = f"as_of = ? AND mission IS {'NULL' if is_by_country else 'NOT NULL'}"
        scope = target.scope or _safe_scope(stage, where, as_of)
        if scope is not Scope.PARTIAL and not is_whole:
            raise InvalidRequest(_NOT_WHOLE)
        # Part of a table corrects the complete report of it, if there is one: a partial one beside it never counts.
        scopes = [Scope.ALL_MISSIONS, scope] if scope is Scope.PARTIAL else [scope]
        keys = ((target.source_of(as_of), as_of, breakdown, one) for one in scopes)
        report = next((standing[key] for key in keys if key in standing), None)
        if report is None:
            made = _new_report(target, as_of, breakdown, scope)
            report, new[made.id] = made.id, made
        tables.append(ReportTable(as_of, where, scope, report))
    _record_reports(recorder, target, new)
    return tables


def _safe_scope(stage: Stage, where: str, as_of: str) -> Scope:
    """A table of the UN is complete; InvalidRequest where so little is in the file that it can hardly be."""
    countries = stage.number(f"SELECT count(DISTINCT country) FROM count WHERE {where}", as_of)
    if countries < _FEW_COUNTRIES:
        shown = "1 country" if countries == 1 else f"{countries} countries"
        raise InvalidRequest(
            f"The file has {shown} on {as_of}, and a complete report states zero for all others. "
            "Say `scope=partial`, or `scope=all_missions` if nobody else was there."
        )
    return Scope.ALL_MISSIONS


def _new_report(target: Target, as_of: str, breakdown: Breakdown, scope: Scope) -> ReportIn:
    if scope is Scope.LISTED_MISSIONS:
        message = "A file does not list the missions it is complete for. Post the report first, then send its counts."
        raise InvalidRequest(message)
    return validated(
        ReportIn,
        {
            "id": _report_id(target, as_of, breakdown, scope),
            "source": target.source_of(as_of),
            "as_of": as_of,
            "scope": scope,
            "breakdown": breakdown,
        },
    )


def _record_reports(recorder: Recorder, target: Target, reports: Mapping[str, ReportIn]) -> None:
    if not reports:
        return
    need_sources(recorder, target, [report.as_of for report in reports.values()])
    of_these_ids = select(col(Report.id)).where(col(Report.superseded_in).is_(None), col(Report.id).in_(list(reports)))
    taken = recorder.session.execute(of_these_ids.order_by(col(Report.as_of_last))).scalars().first()
    if taken is not None:
        raise RecordConflict(f"The report '{taken}' stands already, of another date, source or scope. Look at it.")
    recorder.accompany(REPORTS, *reports.values())
    for report in reports.values():
        recorder.reports.setdefault((report.source, report.as_of), []).append(report)


def _report_id(target: Target, as_of: str, breakdown: Breakdown, scope: Scope) -> str:
    dated = "" if target.is_dated else f".{as_of}"
    kind = "" if breakdown is Breakdown.MISSION else ".by-country"
    return target.source_of(as_of) + dated + kind + (".partial" if scope is Scope.PARTIAL else "")


def _standing_reports(session: Session, sources: Collection[str]) -> dict[tuple[Any, ...], str]:
    """Ids of the reports of these sources by source, date, breakdown and scope."""
    keys = (col(Report.source), col(Report.as_of), col(Report.breakdown), col(Report.scope))
    statement = select(*keys, col(Report.id)).where(
        col(Report.superseded_in).is_(None), col(Report.source).in_(sources)
    )
    return {tuple(key): report for *key, report in session.execute(statement)}
