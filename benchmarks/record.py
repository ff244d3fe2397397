"""The same counts in every store: through the ledger into a record of the service, into a plain table for others."""

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from app import seeds
from app.core.database import Database
from app.core.history import Origin, begin_change, record, record_rows
from app.core.settings import Settings
from app.headcounts.models import HeadcountFields
from app.headcounts.store import HEADCOUNTS
from app.migrate import migrate
from app.reports.models import ReportIn
from app.reports.store import REPORTS
from app.sources.models import SourceIn
from app.sources.store import SOURCES
from benchmarks.rows import Count, make_months

_NOW = datetime(2026, 1, 1, tzinfo=UTC)  # of all changes, so that both engines answer the same bytes
_BLANK = {name: field.get_default() for name, field in HeadcountFields.model_fields.items() if not field.is_required()}

# What /v1/headcounts shows, column by column, names included: nobody has to join anything.
_PLAIN = """
CREATE TABLE headcount (
    id INTEGER PRIMARY KEY, report TEXT, country TEXT, country_name TEXT, mission TEXT, mission_name TEXT,
    personnel_type TEXT, women INTEGER, men INTEGER, total INTEGER, bound TEXT, measure TEXT, contingent TEXT,
    status TEXT, country_as_printed TEXT, mission_as_printed TEXT, type_as_printed TEXT, comment TEXT, source TEXT,
    as_of TEXT, month TEXT, revision INTEGER, recorded_in INTEGER, recorded_at TEXT
);
INSERT INTO headcount
SELECT h.id, h.report, h.country, c.name, h.mission, m.name, h.personnel_type, h.women, h.men, h.total, h.bound,
    h.measure, h.contingent, h.status, h.country_as_printed, h.mission_as_printed, h.type_as_printed, h.comment,
    r.source, r.as_of, substr(r.as_of, 1, 7), h.revision, h.recorded_in, h.recorded_at
FROM record.headcount AS h
JOIN record.report AS r ON r.id = h.report
JOIN record.country AS c ON c.iso3 = h.country
JOIN record.mission AS m ON m.code = h.mission
ORDER BY h.id;
CREATE INDEX ix_headcount_mission ON headcount (mission, id);
CREATE INDEX ix_headcount_as_of ON headcount (as_of, mission, total, women, men);
CREATE INDEX ix_headcount_country ON headcount (country, month, total, women, men);
CREATE VIEW totals AS
    SELECT as_of, mission, sum(total) AS total, sum(women) AS women, sum(men) AS men
    FROM headcount GROUP BY as_of, mission;
CREATE VIEW series AS
    SELECT country, month, sum(total) AS total, sum(women) AS women, sum(men) AS men
    FROM headcount GROUP BY country, month;
ANALYZE;
"""


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database at the current schema."""
    database = Database(Settings(database_url=url))
    migrate(database)
    try:
        yield database
    finally:
        database.close()


def record_places(database: Database) -> None:
    """The seeds without reports and counts: countries, missions, their other names."""
    with database.write() as session:
        for file in seeds._FILES:
            seeds._seed_file(session, file, seeds.SEED_DATA)


def record_months(database: Database, rows: int) -> None:
    """Every month as a complete report of a source of its own, one change a month."""
    for day, counts in make_months(rows):
        with database.write() as session:
            _record_month(session, day, counts)
    database.analyze()


def _record_month(session: Session, day: str, counts: list[Count]) -> None:
    key = f"table-{day}"
    change = begin_change(session, "benchmark", f"Table of {day}", Origin.IMPORT, lambda: _NOW)
    source = {"id": key, "kind": "un_monthly_report", "title": f"Table of {day}", "published_on": day}
    report = {"id": key, "source": key, "as_of": day, "scope": "all_missions"}
    record(session, change, SOURCES, [SourceIn.model_validate(source)])
    record(session, change, REPORTS, [ReportIn.model_validate(report)])
    record_rows(session, change, HEADCOUNTS, [_columns(key, one) for one in counts])


def _columns(report: str, one: Count) -> dict[str, Any]:
    return {
        **_BLANK,
        "report": report,
        "country": one.country,
        "mission": one.mission,
        "personnel_type": one.personnel_type,
        "women": one.women,
        "men": one.men,
        "total": one.total,
        "country_as_printed": one.country,
        "mission_as_printed": one.mission,
        "type_as_printed": one.personnel_type.value,
    }


def write_plain(path: Path, record_path: Path) -> None:
    """One wide table with the counts of a record, and an index for every question."""
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("ATTACH ? AS record", (str(record_path),))
        plain.executescript(_PLAIN)


def write_csv(path: Path, plain_path: Path) -> None:
    """The plain table as CSV."""
    with closing(sqlite3.connect(plain_path)) as plain, path.open("w", encoding="utf-8", newline="") as file:
        rows = plain.execute("SELECT * FROM headcount ORDER BY id")
        writer = csv.writer(file)
        writer.writerow([column[0] for column in rows.description])
        writer.writerows(rows)
