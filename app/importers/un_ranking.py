"""The UN's ranking of contributors: one row a country, over all missions and kinds of people."""

from collections.abc import Iterator
from typing import NamedTuple

from app.core.vocabulary import PersonnelType
from app.importers.cells import read_count, read_country, read_iso3, whole
from app.importers.days import read_reporting_date
from app.importers.layouts import Importer
from app.importers.lines import Readers, read_lines
from app.importers.statements import Count, Statement
from app.importers.table import Table

_READERS: Readers = {
    "last_reporting_date": read_reporting_date,
    "contributing_country": read_country,
    "isocode3": read_iso3,
    "female_personnel": read_count,
    "male_personnel": read_count,
    "total_uniformed_personnel": read_count,
}


class _Row(NamedTuple):
    as_of: str
    country: str
    iso3: str | None
    women: int | None
    men: int | None
    total: int | None


def _count(number: int, row: _Row) -> tuple[Count]:
    women, men, total = whole(row.women, row.men, row.total, "total_uniformed_personnel")
    kind = PersonnelType.UNSPECIFIED
    return (Count(number, row.as_of, row.country, row.iso3, None, kind, None, women, men, total),)


def _parse(table: Table) -> Iterator[Statement]:
    return read_lines(table, _READERS, _Row._make, _count)


IMPORTER = Importer(
    name="un-ranking",
    title="UN ranking of contributors",
    description=(
        "Contributors of one month in order of their people, over all missions and kinds of people (data set "
        "DPO-UCLATEST of the UN Peace and Security Data Hub). Each row is a count without a mission, of people whose "
        "kind is not stated."
    ),
    columns={
        "last_reporting_date": "day the counts are about",
        "contributing_country": "country as printed",
        "isocode3": "its ISO 3166-1 alpha-3 code",
        "m49_code": "its M49 code; not read",
        "personnel_contribution_rank": "rank; not read, the service ranks by itself",
        "female_personnel": "women, persons",
        "male_personnel": "men, persons",
        "total_uniformed_personnel": "all, persons",
        "id": "the UN's number of the row; not read",
    },
    required=frozenset({"last_reporting_date", "contributing_country", "total_uniformed_personnel"}),
    quirks=(
        "The portal's file begins with a byte order mark, ends with an empty line and has women before men.",
        "Dates are printed as 31-Jan-21. Years 48 to 99 are 1948 to 1999, years 00 to 47 are 2000 to 2047.",
        "Names are the long ones of the UN, some with a curly apostrophe; the code beside them tells the country.",
    ),
    what="counts",
    source="un-dpo-ranking-{as_of}",
    parse=_parse,
)
