"""Totals that the UN's monthly tables print themselves, kept to check the counts by."""

from collections.abc import Iterator
from typing import NamedTuple

from app.importers.cells import BadCell, needed, read_count, read_iso3, read_text, shown
from app.importers.days import read_reporting_date
from app.importers.layouts import Importer
from app.importers.lines import Readers, read_lines
from app.importers.statements import PrintedSum, Statement
from app.importers.table import Table

# Which of mission and country a scope has.
_SCOPES = {
    "grand_total": (False, False),
    "mission_total": (True, False),
    "country_total": (False, True),
    "mission_country_total": (True, True),
}


def _read_scope(text: str) -> str:
    scope = text.strip().lower()
    if scope not in _SCOPES:
        raise BadCell("unknown_scope", f"{shown(text)} is no scope of a total. Write one of {', '.join(_SCOPES)}.")
    return scope


def _read_mission(text: str) -> str | None:
    mission = read_text(text)
    # What the tables print where the mission of other rows stands.
    return None if mission == "Grand Total" else mission


_READERS: Readers = {
    "last_reporting_date": read_reporting_date,
    "scope": _read_scope,
    "mission_acronym": _read_mission,
    "contributing_country": read_text,
    "isocode3": read_iso3,
    "female_personnel": read_count,
    "male_personnel": read_count,
    "total_personnel": needed(read_count, "no_count", "No total is given. Write it, or take the row out."),
}


class _Row(NamedTuple):
    as_of: str
    scope: str
    mission: str | None
    country: str | None
    iso3: str | None
    women: int | None
    men: int | None
    total: int


def _sum(number: int, row: _Row) -> tuple[PrintedSum]:
    is_named = (row.mission is not None, row.country is not None or row.iso3 is not None)
    if is_named != _SCOPES[row.scope]:
        message = f"{row.scope} names {_fields(_SCOPES[row.scope])}; the row names {_fields(is_named)}."
        raise BadCell("scope_mismatch", message, "scope")
    return (PrintedSum(number, row.as_of, row.country, row.iso3, row.mission, row.women, row.men, row.total),)


def _fields(is_named: tuple[bool, bool]) -> str:
    names = [name for name, there in zip(("mission", "country"), is_named, strict=True) if there]
    return " and ".join(names) or "neither mission nor country"


def _parse(table: Table) -> Iterator[Statement]:
    return read_lines(table, _READERS, _Row._make, _sum)


IMPORTER = Importer(
    name="un-printed-totals",
    title="Totals printed in UN monthly reports",
    description=(
        "Sums that the UN's monthly tables print themselves: over all, by mission, by country, and by country in a "
        "mission. They check the counts of the same reports and are never added to anything."
    ),
    columns={
        "last_reporting_date": "day the totals are about",
        "scope": "grand_total, mission_total, country_total or mission_country_total",
        "mission_acronym": "mission as printed; empty: over all missions",
        "contributing_country": "country as printed; empty: over all countries",
        "isocode3": "its ISO 3166-1 alpha-3 code",
        "female_personnel": "women as printed, persons; empty: not printed",
        "male_personnel": "men as printed, persons; empty: not printed",
        "total_personnel": "all as printed, persons",
    },
    required=frozenset({"last_reporting_date", "scope", "total_personnel"}),
    quirks=(
        "Women and men need not add up to the total: where the source's own arithmetic fails, that is kept as printed.",
        "`Grand Total` in the place of a mission means over all missions.",
    ),
    what="printed_totals",
    source="un-dpo-{as_of}",
    parse=_parse,
)
