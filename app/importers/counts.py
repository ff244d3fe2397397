"""Counts and printed totals of a file, compared with what the record has of the same reports."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.core.columns import col
from app.core.errors import InvalidRequest
from app.core.history import Ledger, LedgerRow
from app.core.vocabulary import Bound
from app.headcounts.models import Headcount, HeadcountStatus, Measure
from app.headcounts.store import HEADCOUNTS
from app.importers.recorder import Recorder
from app.importers.resolving import Resolver, fault_of
from app.importers.sourcing import need_source
from app.importers.stage import Stage, StagedCount, StagedSum
from app.importers.statements import Count, Fault, PrintedSum, Statement
from app.importers.target import Target
from app.printed_totals.models import PrintedLevel, PrintedTotal
from app.printed_totals.store import PRINTED_TOTALS
from app.reports.models import Breakdown, Report, ReportIn, Scope
from app.reports.store import REPORTS

_CHUNK = 10_000
_NOT_WHOLE = (
    "Rows of the file are left out, and a complete report would state zero for them. Say `scope=partial`, or mend them."
)
_FEW_COUNTRIES = 20  # fewer than any month of all missions ever had


def stage_counts(stage: Stage, statements: Iterator[Statement], resolver: Resolver, told: Callable[[int], None]) -> int:
    """Put all rows aside with their names resolved; returns the number of rows read."""
    rows = 0
    for chunk in _chunks(statements):
        counts: list[StagedCount] = []
        sums: list[StagedSum] = []
        faults: list[Fault] = []
        for one in chunk:
            if isinstance(one, Count):
                staged = _resolved(one, resolver)
                counts.append(staged) if isinstance(staged, StagedCount) else faults.append(staged)
            elif isinstance(one, PrintedSum):
                printed = _resolved_sum(one, resolver)
                sums.append(printed) if isinstance(printed, StagedSum) else faults.append(printed)
            elif isinstance(one, Fault):
                faults.append(one)
        stage.fill("count", counts, len(StagedCount._fields))
        stage.fill("printed", sums, len(StagedSum._fields))
        stage.refuse(faults)
        rows = max(rows, chunk[-1].row)
        told(rows - 1)
    return max(0, rows - 1)


def _chunks(statements: Iterator[Statement]) -> Iterator[list[Statement]]:
    chunk: list[Statement] = []
    for one in statements:
        chunk.append(one)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _resolved(one: Count, resolver: Resolver) -> StagedCount | Fault:
    country, wrong = resolver.country(one.country, one.iso3)
    if country is None:
        return fault_of(one.row, "country", wrong)
    mission = None
    if one.mission is not None:
        mission, wrong = resolver.mission(one.mission)
        if mission is None:
            return fault_of(one.row, "mission", wrong)
    return StagedCount(
        one.row,
        one.as_of,
        country,
        mission,
        one.personnel_type.value,
        one.women,
        one.men,
        one.total,
        one.country,
        one.mission,
        one.type_as_printed,
    )


def _resolved_sum(one: PrintedSum, resolver: Resolver) -> StagedSum | Fault:
    country = mission = None
    if one.country is not None or one.iso3 is not None:
        country, wrong = resolver.country(one.country or "", one.iso3)
        if country is None:
            return fault_of(one.row, "country", wrong)
    if one.mission is not None:
        mission, wrong = resolver.mission(one.mission)
        if mission is None:
            return fault_of(one.row, "mission", wrong)
    return StagedSum(one.row, one.as_of, country, mission, one.women, one.men, one.total)


# What is wrong among the rows


def check_counts(stage: Stage, today: str) -> Iterator[str]:
    """Refuse what lies in the future or is told twice in two ways; yields what is odd without being wrong."""
    for table in ("count", "printed"):
        future = stage.ask(f"SELECT row, as_of FROM {table} WHERE as_of > ?", today)
        stage.refuse(
            [
                Fault(row, "as_of", "date_in_future", f"{as_of} lies in the future; today is {today}.")
                for row, as_of in future
            ]
        )
    yield from _doubles(stage)
    yield from _sums_unlike(stage)


def _doubles(stage: Stage) -> Iterator[str]:
    """Of rows with one key the largest stays; a second that says nothing or the same is dropped, another is a fault."""
    doubled = """
        WITH placed AS (
            SELECT rowid AS id, *, row_number() OVER key AS place, first_value(row) OVER key AS first,
                   first_value(total) OVER key AS most, first_value(women) OVER key AS women_of_most
            FROM count
            WINDOW key AS (PARTITION BY as_of, country, mission, kind ORDER BY total DESC, row)
        )
        SELECT id, row, first, total, most, women IS women_of_most FROM placed WHERE place > 1
    """
    dropped, faults = [], []
    for place, row, first, total, most, same_women in list(stage.ask(doubled)):
        if total == 0 or (total == most and same_women):
            dropped.append((place, row))
        else:
            message = f"the same country, mission, kind and date stand in row {first} with {most}. Keep one of them."
            faults.append(Fault(row, None, "doubled_row", message))
    stage.refuse(faults)
    if dropped:
        stage.database.executemany("DELETE FROM count WHERE rowid = ?", [(place,) for place, _ in dropped])
        shown = ", ".join(str(row) for _, row in dropped[:10])
        yield (
            f"{len(dropped)} rows repeat a row of the same key as zero or in the same words, and are left out: "
            f"{shown}{', ...' if len(dropped) > 10 else ''}."
        )


def _sums_unlike(stage: Stage) -> Iterator[str]:
    """Printed totals that are not the sum of the rows of the same file."""
    if not stage.number("SELECT count(*) FROM count"):
        return
    unlike = """
        SELECT p.row, p.as_of, p.country, p.mission, p.total, c.total
        FROM printed p JOIN (
            SELECT as_of, NULL AS country, NULL AS mission, sum(total) AS total FROM count GROUP BY as_of
            UNION ALL SELECT as_of, country, NULL, sum(total) FROM count GROUP BY as_of, country
            UNION ALL SELECT as_of, NULL, mission, sum(total) FROM count GROUP BY as_of, mission
            UNION ALL SELECT as_of, country, mission, sum(total) FROM count GROUP BY as_of, country, mission
        ) c ON c.as_of = p.as_of AND c.country IS p.country AND c.mission IS p.mission
        WHERE c.total <> p.total ORDER BY p.row
    """
    found = list(stage.ask(unlike))
    for row, as_of, country, mission, printed, summed in found[:20]:
        of = " ".join(part for part in (country, mission) if part) or "all"
        yield f"Row {row}: the total printed for {of} on {as_of} is {printed:,}; the rows add up to {summed:,}."
    if len(found) > 20:
        yield f"{len(found) - 20} more printed totals are not what the rows add up to."


# Comparing with the record


def compare_counts(recorder: Recorder, stage: Stage, target: Target) -> Iterator[str]:
    """Record what is new or differs, report by report; yields what is odd without being wrong."""
    is_whole = not stage.number("SELECT count(*) FROM fault")
    groups = list(stage.ask("SELECT DISTINCT as_of, mission IS NULL FROM count ORDER BY 1, 2"))
    for as_of, is_by_country in groups:
        breakdown = Breakdown.COUNTRY if is_by_country else Breakdown.MISSION
        where = f"as_of = ? AND mission IS {'NULL' if is_by_country else 'NOT NULL'}"
        scope = target.scope or _safe_scope(stage, where, as_of)
        if scope is not Scope.PARTIAL and not is_whole:
            raise InvalidRequest(_NOT_WHOLE)
        report = _report(recorder, target, as_of, breakdown, scope, is_alone=len(groups) == 1)
        columns = ", ".join(StagedCount._fields)
        rows = (StagedCount(*row) for row in stage.ask(f"SELECT {columns} FROM count WHERE {where}", as_of))
        missing = _compare(recorder, HEADCOUNTS, _headcounts_of(recorder.session, report), _headcounts(rows, report))
        if missing:
            yield f"{missing} counts of {report} are not in the file; they stay as they are."


def _safe_scope(stage: Stage, where: str, as_of: str) -> Scope:
    """A table of the UN is complete; InvalidRequest where so little is in the file that it can hardly be."""
    countries = stage.number(f"SELECT count(DISTINCT country) FROM count WHERE {where}", as_of)
    if countries < _FEW_COUNTRIES:
        raise InvalidRequest(
            f"The file has {countries} countries on {as_of}, and a complete report states zero for all others. "
            "Say `scope=partial`, or `scope=all_missions` if nobody else was there."
        )
    return Scope.ALL_MISSIONS


def _report(
    recorder: Recorder, target: Target, as_of: str, breakdown: Breakdown, scope: Scope, *, is_alone: bool
) -> str:
    """Id of the report of a date, which is recorded, with its source, if it is not there."""
    source = target.source.replace("{as_of}", as_of)
    statement = select(col(Report.id)).where(
        col(Report.superseded_in).is_(None),
        col(Report.source) == source,
        col(Report.as_of) == as_of,
        col(Report.breakdown) == breakdown,
    )
    found: str | None = recorder.session.execute(statement).scalars().first()
    if found is not None:
        return found
    told = "{as_of}" in target.source or is_alone
    report = (source if told else f"{source}.{as_of}") + ("" if breakdown is Breakdown.MISSION else ".by-country")
    need_source(recorder, target, as_of)
    recorder.accompany(REPORTS, ReportIn(id=report, source=source, as_of=as_of, scope=scope, breakdown=breakdown))
    return report


Key = tuple[str | None, ...]
Rows = Iterator[tuple[Key, dict[str, Any]]]


def _compare(recorder: Recorder, ledger: Ledger, existing: Mapping[Key, dict[str, Any]], rows: Rows) -> int:
    """Add and mend; returns the number of records of the report that the file does not have."""
    new: list[dict[str, Any]] = []
    other: list[dict[str, Any]] = []
    same = 0
    for key, row in rows:
        stands = existing.get(key)
        if stands is None:
            new.append(row)
        elif row["total"] == stands["total"] and (
            row["women"] is None or (row["women"], row["men"]) == (stands["women"], stands["men"])
        ):
            same += 1
        else:
            numbers = {name: row[name] for name in ("women", "men", "total")}
            other.append({**stands, **numbers})
    recorder.found(same)
    recorder.add(ledger, new)
    recorder.mend(ledger, other)
    return len(existing) - same - len(other)


def _headcounts(rows: Iterator[StagedCount], report: str) -> Rows:
    for one in rows:
        yield (
            (one.country, one.mission, one.kind),
            {
                "id": None,
                "report": report,
                "country": one.country,
                "mission": one.mission,
                "personnel_type": one.kind,
                "women": one.women,
                "men": one.men,
                "total": one.total,
                "bound": Bound.EXACTLY,
                "measure": Measure.PRESENT,
                "contingent": None,
                "status": HeadcountStatus.REPORTED,
                "country_as_printed": one.country_as_printed,
                "mission_as_printed": one.mission_as_printed,
                "type_as_printed": one.type_as_printed,
                "comment": None,
            },
        )


def _headcounts_of(session: Session, report: str) -> dict[Key, dict[str, Any]]:
    """The counts of people present that stand in a report, by country, mission and kind."""
    rows = _standing_rows(
        session, Headcount, report, col(Headcount.measure) == Measure.PRESENT, col(Headcount.contingent).is_(None)
    )
    return {(row["country"], row["mission"], str(row["personnel_type"].value)): row for row in rows}


def compare_printed(recorder: Recorder, stage: Stage, target: Target) -> Iterator[str]:
    """Record printed totals with their reports, which have to be there; yields what is odd."""
    unknown: list[str] = []
    for (as_of,) in list(stage.ask("SELECT DISTINCT as_of FROM printed ORDER BY 1")):
        report = _report_of(recorder.session, target.source.replace("{as_of}", as_of), as_of)
        if report is None:
            unknown.append(as_of)
            continue
        columns = ", ".join(StagedSum._fields)
        rows = (StagedSum(*row) for row in stage.ask(f"SELECT {columns} FROM printed WHERE as_of = ?", as_of))
        _compare(recorder, PRINTED_TOTALS, _printed_of(recorder.session, report), _printed(rows, report))
    if unknown:
        shown = ", ".join(unknown[:10])
        yield f"There is no report for the printed totals of {len(unknown)} dates, so they are left out: {shown}."


def _report_of(session: Session, source: str, as_of: str) -> str | None:
    statement = (
        select(col(Report.id))
        .where(col(Report.superseded_in).is_(None), col(Report.source) == source, col(Report.as_of) == as_of)
        .order_by(col(Report.breakdown).desc())  # by mission before by country
    )
    found: str | None = session.execute(statement).scalars().first()
    return found


def _printed(rows: Iterator[StagedSum], report: str) -> Rows:
    for one in rows:
        level = {
            (False, False): PrintedLevel.GRAND,
            (False, True): PrintedLevel.MISSION,
            (True, False): PrintedLevel.COUNTRY,
            (True, True): PrintedLevel.COUNTRY_IN_MISSION,
        }[one.country is not None, one.mission is not None]
        yield (
            (one.country, one.mission),
            {
                "id": None,
                "report": report,
                "mission": one.mission,
                "country": one.country,
                "level": level,
                "women": one.women,
                "men": one.men,
                "total": one.total,
                "note": None,
            },
        )


def _printed_of(session: Session, report: str) -> dict[Key, dict[str, Any]]:
    return {(row["country"], row["mission"]): row for row in _standing_rows(session, PrintedTotal, report)}


def _standing_rows(session: Session, row: type[LedgerRow], report: str, *conditions: Any) -> list[dict[str, Any]]:
    """The standing rows of a report, without what the ledger adds."""
    table = row.__table__  # type: ignore[attr-defined]
    columns = [column for column in table.columns if column.name not in LedgerRow.model_fields]
    statement = select(*columns).where(table.c.report == report, table.c.superseded_in.is_(None), *conditions)
    return [dict(found._mapping) for found in session.execute(statement)]
