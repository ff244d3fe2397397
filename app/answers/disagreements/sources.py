"""Where sources state different numbers, and where one states what no complete report can confirm."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from sqlalchemy import or_, select

from app.answers.disagreements.counts import TABLE, CellSum, cell_value, cells, find_sums, report_value, stated
from app.answers.disagreements.found import DiscrepancyKind, Found, Search, StatedValue, people
from app.answers.rules import Statement
from app.reports.models import Breakdown

Cell = tuple[str, str | None]  # country, mission


def find_sources_that_disagree(search: Search) -> Iterator[Found]:
    """Reports of one date that state different totals of a country in a mission; one statement.

    A complete report states zero for whom it leaves out.
    """
    by_day = shared_days(search.reports)
    first = {reports[0].report for reports in by_day.values()}
    others = [one.report for reports in by_day.values() for one in reports[1:]]
    if not others:
        return
    # Of the report that stands first only what concerns countries that others speak of; unless another
    # complete report of its date may say zero by leaving out.
    rivals = [
        one.report
        for reports in by_day.values()
        for one in reports
        if one.report in others or any(other.is_complete for other in reports if other is not one)
    ]
    spoken_of = select(TABLE.c.country).where(*stated(search, TABLE), TABLE.c.report.in_(others))
    among = or_(TABLE.c.report.in_(rivals), TABLE.c.country.in_(spoken_of))
    sums: dict[str, dict[Cell, dict[str, CellSum]]] = {}
    for one in find_sums(search, cells(search, [*first, *others], among)):
        day = search.by_id[one.report].as_of_last
        sums.setdefault(day, {}).setdefault((one.country, one.mission), {})[one.report] = one
    for day, of_cells in sums.items():
        for cell, stating in of_cells.items():
            yield from _compared(search, by_day[day], cell, stating)


def shared_days(reports: Iterable[Statement]) -> dict[str, list[Statement]]:
    """The reports of every date that has several, in their order."""
    in_time = sorted(reports, key=lambda one: one.as_of_last)  # keeps the order of one date
    days = {day: list(found) for day, found in groupby(in_time, key=lambda one: one.as_of_last)}
    return {day: found for day, found in days.items() if len(found) > 1}


def _compared(
    search: Search, reports: Sequence[Statement], cell: Cell, stating: Mapping[str, CellSum]
) -> Iterator[Found]:
    country, mission = cell
    values: list[StatedValue] = []
    for report in reports:
        if report.report in stating:
            if stating[report.report].total is not None:
                values.append(cell_value(search, stating[report.report], report))
        elif search.says_zero(report, mission):
            values.append(report_value(search, report, 0, "No count, which is zero in a complete report."))
    totals = [value.total for value in values if value.total is not None]
    if len(set(totals)) < 2:
        return
    told = ", ".join(f"{value.total:,} ({value.report})" for value in values)
    yield Found(
        DiscrepancyKind.SOURCES_DISAGREE,
        (mission, country, reports[0].as_of_last),
        as_of=reports[0].as_of,
        size=max(totals) - min(totals),
        detail=f"Reports of one date state different numbers of people of {search.place(country, mission)}: {told}.",
        values=values,
        country=country,
        mission=mission,
        is_disputed=any(one.disputed for one in stating.values()),
    )


def find_counts_not_published(search: Search) -> Iterator[Found]:
    """Counts by mission of a month whose complete reports all count countries as a whole; one statement."""
    complete = _by_country_alone(search)
    reports = [
        one.report
        for one in search.reports
        if one.breakdown is Breakdown.MISSION and len(one.as_of) > 4 and one.as_of[:7] in complete
    ]
    if not reports:
        return
    for cell in find_sums(search, cells(search, reports, TABLE.c.mission.is_not(None))):
        if not cell.total:
            continue
        report = search.by_id[cell.report]
        others = complete[report.as_of[:7]]
        where = search.place(cell.country, cell.mission)
        yield Found(
            DiscrepancyKind.NOT_PUBLISHED_BY_MISSION,
            (cell.mission, cell.country, cell.report),
            as_of=report.as_of,
            size=cell.total,
            detail=f"{cell.report} counts {people(cell.total)} of {where}; the complete report of that month counts "
            "countries as a whole, so it can neither confirm nor deny it.",
            values=[
                cell_value(search, cell, report),
                *(report_value(search, one, None, "Complete, and not broken down by mission.") for one in others),
            ],
            country=cell.country,
            mission=cell.mission,
            is_disputed=cell.disputed > 0,
        )


def _by_country_alone(search: Search) -> dict[str, list[Statement]]:
    """The complete reports of every month that has some, all of them by country."""
    months: dict[str, list[Statement]] = {}
    for one in search.every:
        if one.is_complete and len(one.as_of) > 4:
            months.setdefault(one.as_of[:7], []).append(one)
    return {
        month: reports
        for month, reports in months.items()
        if all(one.breakdown is Breakdown.COUNTRY for one in reports)
    }
