"""Headers of every layout, and tables out of text and out of the real files."""

import csv
from collections.abc import Iterable

import pytest

from app.headcounts.models import HeadcountOut
from app.importers.files import open_table
from app.importers.registry import recognise as recognise_any
from app.importers.statements import Fault, Statement
from app.importers.table import Table, column_name
from app.web.formats import csv_columns
from tests.conftest import SHARED

DATA = SHARED / "data"
real_files = pytest.mark.skipif(not DATA.exists(), reason="the real files are not here")

MONTHLY = (
    "last_reporting_date,mission_acronym,contributing_country,isocode3,personnel_type,female_personnel,male_personnel"
)
RANKING = (
    "ISOCode3,M49_Code,Contributing_Country,Personnel_Contribution_Rank,Female_Personnel,Male_Personnel,"
    "Total_Uniformed_Personnel,Last_Reporting_Date"
)
TOTALS = (
    "last_reporting_date,scope,mission_acronym,contributing_country,isocode3,male_personnel,female_personnel,"
    "total_personnel"
)
IPI = "Date,Contributor,Contributor_ISO-3,Mission," + ",".join(
    f"{kind}_{sex}"
    for kind in ("Individual_Police", "Formed_Police_Units", "Experts_on_Mission", "Troops", "Total")
    for sex in ("Male", "Female", "Total")
)
MISSIONS = (
    "id,mission_acronym,mission_name,lead_department,mission_isactive,start_date,end_date,mission_location,"
    "mission_longitude,mission_latitude,last_update"
)
DEATHS = (
    "id,incident_date,casualty_id,mission_acronym,type_of_casualty,gender,casualty_nationality,"
    "casualty_personnel_type,type_of_incident,m49_code,isocode3,last_update"
)
TRACKER = ",".join(csv_columns(HeadcountOut))
HEADERS = {
    "un-monthly": MONTHLY,
    "un-ranking": RANKING,
    "un-printed-totals": TOTALS,
    "ipi-contributions": IPI,
    "un-missions": MISSIONS,
    "un-fatalities": DEATHS,
    "tracker-csv": TRACKER,
}


def table_of(lines: Iterable[str]) -> Table:
    """A table out of the lines of a CSV, as it would come out of a file."""
    rows = csv.reader(lines)
    header = tuple(column_name(name) for name in next(rows))
    return Table(header, ((rows.line_num, row) for row in rows if any(row)))


def read(header: str, *rows: str) -> list[Statement]:
    table = table_of([header, *rows])
    return list(recognise_any(table.header).read(table))


def faults(header: str, *rows: str) -> list[tuple[int, str | None, str]]:
    """Row, column and code of every fault; anything else fails."""
    found = read(header, *rows)
    assert all(isinstance(one, Fault) for one in found), found
    return [one[:3] for one in found]


def read_real(name: str) -> list[Statement]:
    with open_table(DATA / name, name) as table:
        return list(recognise_any(table.header).read(table))
