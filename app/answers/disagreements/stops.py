"""Where a series ends without a word: people in one complete report, and no count of them in any later one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import CTE, Select, String, and_, column, exists, func, not_, or_, select, values

from app.answers.disagreements.counts import (
    TABLE,
    CellSum,
    cell_value,
    cells,
    report_value,
    stated,
    sum_of,
)
from app.answers.disagreements.found import DiscrepancyKind, Found, Search, StatedValue, people
from app.answers.rules import Statement
from app.core.columns import col
from app.core.history import standing
from app.missions.models import MissionKind
from app.reports.models import Breakdown, Report
from app.reports.models import Scope as ReportScope

_ANY = ""  # stands for every mission without complete reports of its own
Step = tuple[str, str, str, str]  # mission, report, the next complete report, the date of that one


def find_series_that_stop(search: Search) -> Iterator[Found]:
    """The last people of a country in a mission, or of a whole mission, with complete reports after them that do not
    name them, not even with zero, while the mission is at work; one statement. Dated by the first of those reports.
    """
    steps = list(_steps(search))
    if not steps:
        return
    stops: dict[tuple[str, str, str, bool], list[CellSum]] = {}
    for row in search.ask.session.execute(_stopped(search, steps)):
        cell = sum_of(row)
        facts = search.mission(row.mission)
        if cell.total and not (facts is not None and facts.over_by(row.next_day)):
            stops.setdefault((row.mission, row.report, row.next_report, not row.goes_on), []).append(cell)
    for (mission, report, following, is_whole), found in stops.items():
        last, after = search.by_id[report], search.by_id[following]
        if not is_whole:
            yield from (_country_stops(search, cell, last, after) for cell in found)
        elif search.countries is None:
            yield _mission_stops(search, mission, found, last, after)


def _country_stops(search: Search, cell: CellSum, last: Statement, after: Statement) -> Found:
    size, where = cell.total or 0, search.place(cell.country, cell.mission)
    return Found(
        DiscrepancyKind.SERIES_STOPS,
        (cell.mission, cell.country, after.as_of_last),
        as_of=after.as_of,
        size=size,
        detail=f"{last.report} counts {people(size)} of {where}; {after.report} and all later reports name none, not "
        "even zero.",
        values=[cell_value(search, cell, last), _silence(search, after)],
        country=cell.country,
        mission=cell.mission,
        is_disputed=cell.disputed > 0,
    )


def _mission_stops(search: Search, mission: str, found: Sequence[CellSum], last: Statement, after: Statement) -> Found:
    size = sum(cell.total for cell in found if cell.total is not None)
    return Found(
        DiscrepancyKind.SERIES_STOPS,
        (mission, None, after.as_of_last),
        as_of=after.as_of,
        size=size,
        detail=f"{last.report} counts {people(size)} in {mission}; {after.report} and all later reports name the "
        "mission no more, and the record knows no end of it by then.",
        values=[
            StatedValue(
                report=last.report,
                source=last.source,
                total=size,
                says=f"{people(size)} of all kinds.",
                trace=search.counts(last.report, mission=mission),
            ),
            _silence(search, after),
        ],
        mission=mission,
        is_disputed=any(cell.disputed for cell in found),
    )


def _silence(search: Search, after: Statement) -> StatedValue:
    return report_value(search, after, 0, "No count, which is zero in a complete report.")


def _steps(search: Search) -> Iterator[Step]:
    """From each complete report by mission to the next one, of those whose next lies between the two days."""
    complete = [one for one in search.every if one.is_complete and one.breakdown is Breakdown.MISSION]
    yield from _chain(search, _ANY, [one for one in complete if one.scope is ReportScope.ALL_MISSIONS])
    for mission in _listed(search):
        yield from _chain(search, mission, [one for one in complete if search.speaks_of(one, mission)])


def _listed(search: Search) -> list[str]:
    """Missions that have complete reports of their own."""
    return sorted({code for one in search.every if one.scope is ReportScope.LISTED_MISSIONS for code in one.missions})


def _chain(search: Search, mission: str, reports: Iterable[Statement]) -> Iterator[Step]:
    in_time = sorted(reports, key=lambda one: one.as_of_last)  # keeps the order of one date
    firsts = [next(found) for _, found in groupby(in_time, key=lambda one: one.as_of_last)]
    for one, following in pairwise(firsts):
        if search.holds(following.as_of_last):
            yield mission, one.report, following.report, following.as_of_last


def _stopped(search: Search, steps: Sequence[Step]) -> Select[Any]:
    """The sums of countries in missions that no report counts from the next one on.

    Behind the columns of a sum: `next_report`, `next_day`, and `goes_on`, true if the mission is counted from then on.
    """
    silent = _silent(search, steps)
    seen = _last_seen(search, silent)
    missions = select(seen.c.mission, func.max(seen.c.day).label("day")).group_by(seen.c.mission).cte("missions")
    last, last_of_mission = (func.coalesce(one.c.day, "") for one in (seen, missions))
    return (
        select(silent, (last_of_mission >= silent.c.next_day).label("goes_on"))
        .outerjoin(seen, and_(seen.c.country == silent.c.country, seen.c.mission == silent.c.mission))
        .outerjoin(missions, missions.c.mission == silent.c.mission)
        .where(last < silent.c.next_day)
    )


def _silent(search: Search, steps: Sequence[Step]) -> CTE:
    """The sums of countries in missions that the next complete report does not count."""
    names = ("mission", "report", "next_report", "next_day")
    step = values(*(column(name, String()) for name in names), name="step").data(list(steps)).cte("step")
    missions = search.ask.facts.missions
    apart = {*_listed(search), *(code for code, one in missions.items() if one.kind is MissionKind.NON_UN)}
    of_step = or_(
        TABLE.c.mission == step.c.mission, and_(step.c.mission == _ANY, TABLE.c.mission.not_in(sorted(apart)))
    )
    other = TABLE.alias()
    counted = exists().where(
        other.c.report == step.c.next_report,
        other.c.country == TABLE.c.country,
        other.c.mission == TABLE.c.mission,
        *stated(search, other),
    )
    statement = (
        cells(search, sorted({report for _, report, _, _ in steps}), not_(counted.correlate_except(other)))
        .add_columns(step.c.next_report, step.c.next_day)
        .join(step, and_(step.c.report == TABLE.c.report, of_step))
        .group_by(step.c.next_report, step.c.next_day)
    )
    return statement.cte("silent").prefix_with("MATERIALIZED")


def _last_seen(search: Search, silent: CTE) -> CTE:
    """Date of the last report that counts a country in a mission, be it zero; in all countries of these missions."""
    everywhere = replace(search, countries=None)
    statement = (
        select(TABLE.c.country, TABLE.c.mission, func.max(col(Report.as_of_last)).label("day"))
        .join(Report, and_(col(Report.id) == TABLE.c.report, standing(Report, search.ask.view)))
        .where(
            *stated(everywhere, TABLE),
            TABLE.c.mission.in_(select(silent.c.mission)),
            col(Report.as_of_last) >= select(func.min(silent.c.next_day)).scalar_subquery(),
        )
        .group_by(TABLE.c.country, TABLE.c.mission)
    )
    return statement.cte("seen").prefix_with("MATERIALIZED")
