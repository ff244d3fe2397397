"""The UN's list of peacekeeping missions."""

from collections.abc import Iterator
from typing import NamedTuple

from app.importers.cells import BadCell, needed, read_degrees, read_mission, read_text, read_yes_no
from app.importers.days import read_date
from app.importers.layouts import Importer
from app.importers.lines import Readers, read_lines
from app.importers.statements import MissionFact, Statement
from app.importers.table import Table

_READERS: Readers = {
    "mission_acronym": read_mission,
    "mission_name": needed(read_text, "no_name", "The mission has no name. Write it as the source prints it."),
    "mission_isactive": read_yes_no,
    "start_date": read_date,
    "end_date": read_date,
    "mission_location": read_text,
    "mission_latitude": read_degrees,
    "mission_longitude": read_degrees,
    "last_update": read_date,
}


class _Row(NamedTuple):
    code: str
    name: str
    is_active: bool | None
    started_on: str | None
    ended_on: str | None
    headquarters: str | None
    latitude: float | None
    longitude: float | None
    as_of: str | None


def _fact(number: int, row: _Row) -> tuple[MissionFact]:
    latitude, longitude = _placed(row.latitude, row.longitude)
    return (MissionFact(number, *row._replace(latitude=latitude, longitude=longitude)),)


def _placed(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """Latitude and longitude, exchanged only where they cannot be as printed."""
    if latitude is None or abs(latitude) <= 90:
        return latitude, longitude
    if longitude is None or abs(longitude) > 90:
        raise BadCell("bad_coordinate", f"{latitude} is no latitude: it lies beyond 90 degrees.", "mission_latitude")
    return longitude, latitude


def _parse(table: Table) -> Iterator[Statement]:
    return read_lines(table, _READERS, _Row._make, _fact)


IMPORTER = Importer(
    name="un-missions",
    title="UN list of missions",
    description=(
        "Peacekeeping missions since 1948 with start, end and headquarters (data set DPPADPOSS-PKO of the UN Peace and "
        "Security Data Hub). Each row is what the list tells about one mission."
    ),
    columns={
        "mission_acronym": "acronym as printed",
        "mission_name": "name as printed",
        "mission_isactive": "Yes or No",
        "start_date": "day it began; empty: not told",
        "end_date": "day it ended; empty: not ended, or not told",
        "mission_location": "place of the headquarters",
        "mission_longitude": "longitude of the headquarters, degrees",
        "mission_latitude": "latitude of the headquarters, degrees",
        "last_update": "day the list is of",
        "lead_department": "department in the lead; not read",
        "id": "the UN's number of the row; not read",
    },
    required=frozenset({"mission_acronym", "mission_name", "start_date", "end_date"}),
    quirks=(
        "Coordinates have a decimal comma.",
        "Longitude and latitude are exchanged in some rows (MINUSMA and six others in 2024). They are put right only "
        "where a latitude would lie beyond 90 degrees, and left as printed otherwise.",
        "Day 01 often stands for a month of which the day is not known; it stays as printed.",
        "A mission without an end date may have ended: the list still called MINUSMA active in February 2024.",
        "Names stay as printed, also a cut-off one with a stray quote (DOMREP).",
        "Special political missions are not in the list; summary rows stand beside their parts (UNEF, UNEF I).",
    ),
    what="missions",
    source="un-data-hub-missions-{as_of}",
    parse=_parse,
)
