"""A file as the UN publishes it: made up, or the real one where it lies beside the checkout."""

import csv
import gzip
import shutil
from pathlib import Path

from benchmarks.processes import ROOT
from benchmarks.rows import make_months

REAL = ROOT.parent / "shared" / "data" / "un-dpo_contributions_by_mission_2015-01_2025-07.csv.gz"
REAL_ROWS = 99_878
COLUMNS = (
    "last_reporting_date", "mission_acronym", "contributing_country", "isocode3", "personnel_type",
    "male_personnel", "female_personnel", "total_personnel",
)  # fmt: skip
_LABELS = {
    "troops": "Troops",
    "military_observer": "Experts on Mission",
    "staff_officer": "Staff Officer",
    "individual_police": "Individual Police",
    "formed_police": "Formed Police Units",
}


def monthly_file(path: Path, rows: int) -> int:
    """Write a file of about so many rows and return their number."""
    if rows == 100_000 and REAL.exists():
        with gzip.open(REAL) as packed, path.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
        return REAL_ROWS
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for day, counts in make_months(rows):
            writer.writerows(
                (day, one.mission, one.country, one.country, _LABELS[one.personnel_type], one.men, one.women, one.total)
                for one in counts
            )
    return rows
