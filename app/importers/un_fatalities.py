"""The UN's list of fatalities in missions."""

from collections.abc import Iterator
from typing import NamedTuple

from app.importers.cells import BadCell, needed, read_iso3, read_mission, read_text, shown
from app.importers.days import read_date
from app.importers.layouts import Importer
from app.importers.lines import Readers, read_lines
from app.importers.statements import Death, Statement
from app.importers.table import Table


def _read_casualty(text: str) -> str:
    if text.strip().lower() not in ("", "fatality"):
        raise BadCell(
            "not_a_fatality", f"{shown(text)} is no fatality, and only fatalities are read. Take the row out."
        )
    return text


def _read_sex(text: str) -> str | None:
    sex = text.strip().upper()
    if sex not in ("", "F", "M"):
        raise BadCell("unknown_sex", f"{shown(text)} is no sex the list knows. Write F or M, or leave it empty.")
    return sex or None


def _read_nationality(text: str) -> str | None:
    name = read_text(text)
    return None if name == "ZZ [Undetermined]" else name


_READERS: Readers = {
    "casualty_id": needed(read_text, "no_casualty_id", "The row has no casualty_id. Write the one the source prints."),
    "incident_date": needed(read_date, "bad_date", "There is no date. Write the day of the incident."),
    "mission_acronym": read_mission,
    "type_of_casualty": _read_casualty,
    "casualty_nationality": _read_nationality,
    "isocode3": read_iso3,
    "casualty_personnel_type": read_text,
    "type_of_incident": read_text,
    "gender": _read_sex,
    "last_update": read_date,
}


class _Row(NamedTuple):
    casualty_id: str
    incident_date: str
    mission: str
    casualty: str
    country: str | None
    iso3: str | None
    personnel_type: str | None
    incident_type: str | None
    sex: str | None
    as_of: str | None


def _death(number: int, row: _Row) -> tuple[Death]:
    return (
        Death(
            number,
            row.casualty_id,
            row.incident_date,
            row.mission,
            row.country,
            row.iso3,
            row.personnel_type,
            row.incident_type,
            row.sex,
            row.as_of,
        ),
    )


def _parse(table: Table) -> Iterator[Statement]:
    return read_lines(table, _READERS, _Row._make, _death)


IMPORTER = Importer(
    name="un-fatalities",
    title="UN list of fatalities",
    description=(
        "Deaths in UN missions since 1948, one row a person, without names (data set DPPADPOSS-FATALITIES of the UN "
        "Peace and Security Data Hub). Staff and local people are in it beside uniformed personnel."
    ),
    columns={
        "casualty_id": "the UN's id of the casualty",
        "incident_date": "day of the incident",
        "mission_acronym": "mission as printed",
        "type_of_casualty": "always Fatality",
        "gender": "F or M; empty: not told",
        "casualty_nationality": "country as printed; empty or `ZZ [Undetermined]`: not known",
        "isocode3": "its ISO 3166-1 alpha-3 code",
        "m49_code": "its M49 code; not read",
        "casualty_personnel_type": "kind of person as printed: Military, Police, Local ...",
        "type_of_incident": "kind of incident as printed: Illness, Malicious Act ...",
        "last_update": "day the list is of",
        "id": "the UN's number of the row; not read",
    },
    required=frozenset({"casualty_id", "incident_date", "mission_acronym"}),
    quirks=(
        "A casualty_id can come twice: six people of 2003 to 2005 stand once under Montenegro and once under Serbia "
        "and Montenegro. Both rows are read, and make one record.",
        "Spaces around texts are taken off (`Local `).",
        "Names of countries differ from those of the monthly tables (Türkiye, Côte dIvoire); the code tells which.",
        "Missions of older periods are among them (81 acronyms in 2025); entries before 2000 are incomplete.",
    ),
    what="fatalities",
    source="un-data-hub-fatalities-{as_of}",
    parse=_parse,
)
