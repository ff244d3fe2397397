"""Counts and printed totals of a file compared with what the record has of the same reports."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlmodel import Session

from app.core.columns import col
from app.core.history import Ledger, LedgerRow
from app.core.vocabulary import Bound, PersonnelType
from app.headcounts.models import HeadcountStatus, Measure
from app.headcounts.store import HEADCOUNTS
from app.importers.counts import sums_unlike
from app.importers.recorder import Recorder
from app.importers.reporting import report_tables
from app.importers.stage import Stage
from app.importers.target import Target
from app.printed_totals.models import PrintedLevel
from app.printed_totals.store import PRINTED_TOTALS
from app.reports.models import Breakdown, Report, Scope

_CHUNK = 1_000
_NUMBERS = ("women", "men", "total")
_COUNTED = "country, mission, kind, women, men, total, country_as_printed, mission_as_printed, type_as_printed"
_COUNTED_SO = {"bound": Bound.EXACTLY, "measure": Measure.PRESENT, "status": HeadcountStatus.REPORTED}
_LEVELS = {
    (False, False): PrintedLevel.GRAND,
    (False, True): PrintedLevel.MISSION,
    (True, False): PrintedLevel.COUNTRY,
    (True, True): PrintedLevel.COUNTRY_IN_MISSION,
}


# Counts


def compare_counts(recorder: Recorder, stage: Stage, target: Target) -> Iterator[str]:
    """Record what is new or differs; yields what is odd without being wrong."""
    odd: list[str] = []
    try:
        _compare(recorder, HEADCOUNTS, _headcounts(recorder, stage, target, odd), _COUNTED_SO)
    finally:
        yield from odd  # also of a file that is refused


def _headcounts(recorder: Recorder, stage: Stage, target: Target, odd: list[str]) -> "Rows":
    """The counts of the file beside those that stand, report by report; what is odd is added to a list.

    Columns that are empty or say the same in all rows are not in them: to say so of every row takes time.
    """
    for as_of, where, scope, report in report_tables(recorder, stage, target):
        standing = _headcounts_of(recorder.session, report)
        statement = f"SELECT {_COUNTED} FROM count WHERE {where} ORDER BY row"
        for country, mission, kind, women, men, total, *printed in stage.ask(statement, as_of):
            country_as_printed, mission_as_printed, type_as_printed = printed
            yield (
                standing.pop((country, mission, kind), None),
                {
                    "id": None,
                    "report": report,
                    "country": country,
                    "mission": mission,
                    "personnel_type": kind,
                    "women": women,
                    "men": men,
                    "total": total,
                    "country_as_printed": country_as_printed,
                    "mission_as_printed": mission_as_printed,
                    "type_as_printed": type_as_printed,
                },
            )
        if standing and scope is not Scope.PARTIAL:
            odd.append(f"{len(standing)} counts of {report} are not in the file; they stay as they are.")


def _headcounts_of(session: Session, report: str) -> dict["Key", "_Stands"]:
    """The counts of people present that stand in a report, by country, mission and kind."""
    table = HEADCOUNTS.table
    of_people = (table.c.measure == Measure.PRESENT, table.c.contingent.is_(None))
    return _standing(session, HEADCOUNTS, report, ("country", "mission", "personnel_type"), *of_people)


# Printed totals


def compare_printed(recorder: Recorder, stage: Stage, target: Target) -> Iterator[str]:
    """Record printed totals with their reports, which have to be there; yields what is odd."""
    unknown: list[str] = []
    is_alone = not stage.number("SELECT count(*) FROM count")
    whole: dict[str, str] = {}  # dates of complete reports
    reports: dict[str, str] = {}
    for (as_of,) in list(stage.ask("SELECT DISTINCT as_of FROM printed ORDER BY 1")):
        report = _report_of(recorder, target.source_of(as_of), as_of)
        if report is None:
            unknown.append(as_of)
            continue
        reports[as_of] = report.id
        if is_alone and report.scope is not Scope.PARTIAL:
            whole[report.id] = as_of
    _compare(recorder, PRINTED_TOTALS, _printed(recorder.session, stage, reports))
    if whole:
        stage.fill("stood", _stood(recorder.session, whole), 4)
        yield from sums_unlike(stage, "stood")
    if unknown:
        shown = ", ".join(unknown[:10]) + (", ..." if len(unknown) > 10 else "")
        yield f"There is no report for the printed totals of {len(unknown)} dates, so they are left out: {shown}."


def _report_of(recorder: Recorder, source: str, as_of: str) -> Any | None:
    """The report a source's totals belong to: a complete one before a partial one, by mission before by country."""
    statement = select(col(Report.id), col(Report.scope), col(Report.breakdown)).where(
        col(Report.superseded_in).is_(None), col(Report.source) == source, col(Report.as_of) == as_of
    )
    # While a file is only checked, its own reports are in no table.
    found = [*recorder.session.execute(statement), *recorder.reports.get((source, as_of), [])]
    found.sort(key=lambda one: (one.scope is Scope.PARTIAL, one.breakdown is Breakdown.COUNTRY))
    return found[0] if found else None


def _stood(session: Session, dates: Mapping[str, str]) -> Iterator[tuple[str, str, str | None, int]]:
    """What reports count by date, country and mission: the kinds told apart, or else those that are not."""
    columns = HEADCOUNTS.table.c
    group = (columns.report, columns.country, columns.mission)
    of_kinds = case((columns.personnel_type != PersonnelType.UNSPECIFIED, columns.total))
    statement = (
        select(*group, func.coalesce(func.sum(of_kinds), func.sum(columns.total)))
        .where(columns.report.in_(dates), columns.superseded_in.is_(None), columns.measure == Measure.PRESENT)
        .where(columns.contingent.is_(None))
        .group_by(*group)
    )
    for report, country, mission, total in session.execute(statement):
        yield dates[report], country, mission, int(total)


def _printed(session: Session, stage: Stage, reports: Mapping[str, str]) -> "Rows":
    """The printed totals of the file beside those that stand, report by report."""
    for as_of, report in reports.items():
        standing = _standing(session, PRINTED_TOTALS, report, ("country", "mission"))
        statement = "SELECT country, mission, women, men, total FROM printed WHERE as_of = ? ORDER BY row"
        for country, mission, women, men, total in stage.ask(statement, as_of):
            yield (
                standing.get((country, mission)),
                {
                    "id": None,
                    "report": report,
                    "mission": mission,
                    "country": country,
                    "level": _LEVELS[country is not None, mission is not None],
                    "women": women,
                    "men": men,
                    "total": total,
                },
            )


# Both

Key = tuple[str | None, ...]


class _Stands(NamedTuple):
    """What the record has under a key."""

    id: int
    women: int | None
    men: int | None
    total: int


Rows = Iterator[tuple[_Stands | None, dict[str, Any]]]


def _standing(
    session: Session, ledger: Ledger, report: str, keys: tuple[str, ...], *conditions: Any
) -> dict[Key, _Stands]:
    """The standing rows of a report by their keys."""
    columns = ledger.table.c
    statement = select(*(columns[name] for name in (*keys, "id", *_NUMBERS)))
    statement = statement.where(columns.report == report, columns.superseded_in.is_(None), *conditions)
    width = len(keys)
    return {row[:width]: _Stands(*row[width:]) for row in session.execute(statement)}


def _compare(recorder: Recorder, ledger: Ledger, rows: Rows, shared: Mapping[str, Any] | None = None) -> None:
    """Add and mend what the record does not have, or has otherwise."""
    while chunk := list(islice(rows, _CHUNK)):
        new: list[dict[str, Any]] = []
        other: dict[int, dict[str, Any]] = {}
        for stands, row in chunk:
            if stands is None:
                new.append(row)
            elif not _says_the_same(row, stands):
                other[stands.id] = {name: row[name] for name in _NUMBERS}
        recorder.found(len(chunk) - len(new) - len(other))
        recorder.mend(ledger, _corrected(recorder.session, ledger, other))
        recorder.add(ledger, new, shared)


def _says_the_same(row: Mapping[str, Any], stands: _Stands) -> bool:
    """A file that does not tell women and men says nothing against those of the record."""
    sexes = ((row["women"], stands.women), (row["men"], stands.men))
    return row["total"] == stands.total and all(told is None or told == known for told, known in sexes)


def _corrected(session: Session, ledger: Ledger, numbers: Mapping[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """The standing rows of these ids with other numbers."""
    if not numbers:
        return []
    table = ledger.table
    columns = [column for column in table.c if column.name not in LedgerRow.model_fields]
    statement = select(*columns).where(table.c.id.in_(numbers), table.c.superseded_in.is_(None))
    return [{**row._mapping, **numbers[row.id]} for row in session.execute(statement)]
