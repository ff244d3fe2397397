"""The UN's monthly contributions: country, mission and kind of people, men and women side by side."""

from collections.abc import Iterator
from typing import NamedTuple

from app.importers.cells import read_count, read_country, read_iso3, read_text, whole
from app.importers.days import read_reporting_date
from app.importers.labels import Label, kind_of, read_label
from app.importers.layouts import Importer
from app.importers.lines import Readers, read_lines
from app.importers.statements import Count, Statement
from app.importers.table import Table

_READERS: Readers = {
    "last_reporting_date": read_reporting_date,
    "mission_acronym": read_text,
    "contributing_country": read_country,
    "country_as_printed": read_text,
    "isocode3": read_iso3,
    "personnel_type": read_label,
    "personnel_type_as_printed": read_text,
    "female_personnel": read_count,
    "male_personnel": read_count,
    "total_personnel": read_count,
}


class _Row(NamedTuple):
    as_of: str
    mission: str | None
    country: str
    country_as_printed: str | None
    iso3: str | None
    label: Label
    type_as_printed: str | None
    women: int | None
    men: int | None
    total: int | None


def _count(number: int, row: _Row) -> tuple[Count]:
    women, men, total = whole(row.women, row.men, row.total, "total_personnel")
    return (
        Count(
            number,
            row.as_of,
            row.country_as_printed or row.country,
            row.iso3,
            row.mission,
            kind_of(row.label, row.as_of),
            row.type_as_printed or row.label.printed,
            women,
            men,
            total,
        ),
    )


def _parse(table: Table) -> Iterator[Statement]:
    return read_lines(table, _READERS, _Row._make, _count)


IMPORTER = Importer(
    name="un-monthly",
    title="UN monthly contributions",
    description=(
        "Uniformed personnel on the last day of a month by mission, country and kind of people, as the UN Peace and "
        "Security Data Hub publishes them (data set DPO-UCHISTORICAL) and as the monthly reports print them. Months "
        "that the UN published by country alone have no missions."
    ),
    columns={
        "last_reporting_date": "day the counts are about",
        "contributing_country": "country as printed",
        "isocode3": "its ISO 3166-1 alpha-3 code",
        "m49_code": "its M49 code; not read",
        "mission_acronym": "mission as printed; empty or absent: the report is by country alone",
        "personnel_type": "kind of people as printed",
        "female_personnel": "women, persons; empty: not split by sex",
        "male_personnel": "men, persons; empty: not split by sex",
        "total_personnel": "all, persons; empty or absent: women and men are added up",
        "country_as_printed": "spelling of the month's own table, taken before that of contributing_country",
        "personnel_type_as_printed": "label of the month's own table, kept as printed",
        "contribution_id": "the UN's number of the row; not read",
    },
    required=frozenset({"last_reporting_date", "contributing_country", "personnel_type"}),
    either=(frozenset({"female_personnel", "male_personnel"}), frozenset({"total_personnel"})),
    quirks=(
        "Rows of zero women and zero men are counts of zero, as the UN prints them.",
        "One label for one kind changes from year to year; all spellings since 2009 are known.",
        "`Police` means individual police; before November 2009, when the kinds were not split, police of any kind.",
        "Staff officers are shown apart since May 2017 only; before, they are among the others.",
        "The date is kept as printed, also where it is not the last day of its month.",
        "On 2015-05-31, 51 keys of MINUSTAH come twice, one row of each pair all zero. Both are read.",
    ),
    what="counts",
    source="un-dpo-{as_of}",
    parse=_parse,
)
