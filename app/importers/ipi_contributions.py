"""The IPI Peacekeeping Database: country and mission in a row, kinds of people and sexes in columns."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from app.core.vocabulary import PersonnelType
from app.importers.cells import BadCell, needed, or_na, read_count, read_iso3, read_text
from app.importers.days import read_month_end
from app.importers.layouts import Importer
from app.importers.lines import Readers, read_lines
from app.importers.statements import Count, PrintedSum, Statement
from app.importers.table import Table

_KINDS = {
    "individual_police": PersonnelType.INDIVIDUAL_POLICE,
    "formed_police_units": PersonnelType.FORMED_POLICE,
    "experts_on_mission": PersonnelType.MILITARY_OBSERVER,
    "troops": PersonnelType.TROOPS,
}
_PRINTED = {kind: name.replace("_", " ").title().replace(" On ", " on ") for name, kind in _KINDS.items()}
_SEXES = ("male", "female", "total")


def _read_name(text: str) -> str | None:
    name = read_text(text)
    # Later versions of the file have a stray quote behind names.
    return name.rstrip("'").rstrip() if name else None


def _read_iso3(text: str) -> str | None:
    return None if text.strip().lower() == "all" else read_iso3(text)


_READERS: Readers = {
    "date": read_month_end,
    "contributor": needed(_read_name, "no_country", "No contributor is named. Write its name, or `all` for a sum."),
    "contributor_iso_3": or_na(_read_iso3),
    "mission": needed(_read_name, "no_mission", "No mission is named. Write its name, or `all` for a sum."),
    **{f"{kind}_{sex}": or_na(read_count) for kind in (*_KINDS, "total") for sex in _SEXES},
}


class _Numbers(NamedTuple):
    men: int | None
    women: int | None
    total: int | None


class _Row(NamedTuple):
    as_of: str
    country: str | None  # None: sum over all
    iso3: str | None
    mission: str | None  # None: sum over all
    kinds: list[_Numbers]
    all_kinds: _Numbers


def _row(values: Iterable[Any]) -> _Row:
    as_of, country, iso3, mission, *numbers = values
    *kinds, all_kinds = (_Numbers(*numbers[place : place + 3]) for place in range(0, len(numbers), 3))
    return _Row(as_of, _unless_all(country), iso3, _unless_all(mission), kinds, all_kinds)


def _unless_all(name: str) -> str | None:
    return None if name.lower() == "all" else name


def _statements(number: int, row: _Row) -> list[Count] | list[PrintedSum]:
    if row.country is None or row.mission is None:
        return _sums(number, row)
    return _counts(number, row, row.country, row.mission)


def _sums(number: int, row: _Row) -> list[PrintedSum]:
    men, women, total = row.all_kinds
    if total is None:
        return []
    return [PrintedSum(number, row.as_of, row.country, row.iso3, row.mission, women, men, total)]


def _counts(number: int, row: _Row, country: str, mission: str) -> list[Count]:
    counts: list[Count] = []
    for kind, name, numbers in zip(_KINDS.values(), _KINDS, row.kinds, strict=True):
        if numbers == (None, None, None):
            continue
        men, women, total = _settled(numbers, f"{name}_total")
        counts.append(Count(number, row.as_of, country, row.iso3, mission, kind, _PRINTED[kind], women, men, total))
    _check(counts, row.all_kinds.total)
    return counts


def _settled(numbers: _Numbers, column: str) -> tuple[int | None, int | None, int]:
    """Men, women and total; the total stands alone where men and women do not add up to it."""
    men, women, total = numbers
    if total is None:
        if men is None or women is None:
            raise BadCell("no_count", "The total is missing. Write it, or both men and women.", column)
        return men, women, men + women
    if men is None or women is None or men + women != total:
        return None, None, total
    return men, women, total


def _check(counts: list[Count], total: int | None) -> None:
    summed = sum(count.total for count in counts)
    if not counts and total is None:
        raise BadCell(
            "no_count",
            "The row has no number at all: unknown, which is not zero. Write the number, or take the row out and "
            "import the report as a partial one.",
            "total_total",
        )
    if total is not None and summed != total:
        raise BadCell(
            "parts_mismatch", f"The kinds of people add up to {summed}, not to the total {total}.", "total_total"
        )


def _parse(table: Table) -> Iterator[Statement]:
    return read_lines(table, _READERS, _row, _statements)


IMPORTER = Importer(
    name="ipi-contributions",
    title="IPI contributions by country, mission and sex",
    description=(
        "Month-end contributions from November 2009 on by country and mission, as the Providing for Peacekeeping "
        "project of the International Peace Institute read them out of the UN's reports. A row gives a count for each "
        "kind of people it has numbers for; rows over all missions or all countries are printed totals."
    ),
    columns={
        "date": "a day of the month; the counts are about its last day",
        "contributor": "country as printed; `all`: the row is a sum over all countries",
        "contributor_iso_3": "its ISO 3166-1 alpha-3 code",
        "mission": "mission as printed; `all`: the row is a sum over all missions",
        **{
            f"{kind}_{sex}": f"{ {'male': 'men', 'female': 'women', 'total': 'all'}[sex] }, persons; NA: none"
            for kind in (*_KINDS, "total")
            for sex in _SEXES
        },
    },
    required=frozenset({"date", "contributor", "mission", *(f"{kind}_total" for kind in (*_KINDS, "total"))}),
    quirks=(
        "NA for one kind of people means that there are none; no count is made of it.",
        "NA for all kinds is a number the file does not have, above all the people of the United States until "
        "December 2012: the row over all countries counts them. Such a row is a fault, because leaving it out of a "
        "complete report would state zero.",
        "Where men and women do not add up to the total (17 rows, 16 of Egypt), the total alone is kept.",
        "The kinds of people have to add up to the total of the row.",
        "February 2012 is dated the 28th; the last day of the month is taken for every date.",
        "A stray quote behind a name (`Zimbabwe'`), as later versions of the file have it, is taken off.",
    ),
    what="counts",
    source="ipi-contributions",
    parse=_parse,
)
