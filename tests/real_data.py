"""The UN's month-end tables of 2015 to 2025 as they were published, recorded whole where the files are at hand."""

import csv
import gzip
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from app.core.database import Database
from app.core.history import record
from app.headcounts.models import HeadcountIn
from app.headcounts.store import HEADCOUNTS
from app.reports.store import REPORTS
from app.sources.store import SOURCES
from tests.conftest import SHARED
from tests.rows import make_change, make_report, make_source

BY_MISSION = SHARED / "data" / "un-dpo_contributions_by_mission_2015-01_2025-07.csv.gz"
BY_COUNTRY = SHARED / "data" / "un-dpo_contributions_by_country_2018-03_2019-08_2023-09.csv"
TYPES = {
    "Troops": "troops",
    "Staff Officer": "staff_officer",
    "Experts on Mission": "military_observer",
    "Individual Police": "individual_police",
    "Formed Police Units": "formed_police",
}


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    yield from csv.DictReader(text.splitlines())


def record_un_tables(database: Database) -> int:
    """Record every month of both files as a complete report, one change a month; returns the number of headcounts."""
    done = 0
    for path, breakdown in ((BY_MISSION, "mission"), (BY_COUNTRY, "country")):
        for day, rows in groupby(rows_of(path), key=lambda row: row["last_reporting_date"]):
            done += _record_month(database, day, breakdown, list(rows))
    database.analyze()
    return done


def _record_month(database: Database, day: str, breakdown: str, rows: list[dict[str, str]]) -> int:
    key = f"real-{breakdown}-{day}"
    counts: dict[tuple[str, ...], HeadcountIn] = {}
    for row in rows:
        mission = row.get("mission_acronym") or None
        sexes = {"women": row["female_personnel"], "men": row["male_personnel"]}
        count = HeadcountIn.model_validate(
            {
                "report": key,
                "country": row["isocode3"],
                "mission": mission,
                "personnel_type": TYPES[row["personnel_type"]],
                "total": int(row["total_personnel"]),
                **{name: int(text) for name, text in sexes.items() if text},
            }
        )
        cell = (count.country, mission or "", count.personnel_type)
        # On 2015-05-31 some rows come twice, one of each pair all zero.
        if cell not in counts or count.total > 0:
            counts[cell] = count
    with database.write() as session:
        change = make_change(session)
        record(session, change, SOURCES, [make_source(id=key, kind="un_monthly_report", title=f"Table of {day}")])
        report = make_report(id=key, source=key, as_of=day, scope="all_missions", breakdown=breakdown)
        record(session, change, REPORTS, [report])
        record(session, change, HEADCOUNTS, list(counts.values()))
    return len(counts)
