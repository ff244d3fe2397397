"""Where people are counted in a mission that had not begun, or was over."""

from collections.abc import Iterator, Sequence

from sqlalchemy import String, and_, column, or_, values

from app.answers.disagreements.counts import TABLE, CellSum, cells, find_sums
from app.answers.disagreements.found import DiscrepancyKind, Found, Search, StatedValue, people
from app.answers.rules import Statement
from app.core.columns import col
from app.core.dates import first_day
from app.core.history import standing
from app.reports.models import Report

_NEVER = "9999-12-31"


def find_people_outside_missions(search: Search) -> Iterator[Found]:
    """People counted in a mission before its first day or after its last, report by report; one statement."""
    days = [one.as_of_last for one in search.reports]
    lives = [] if search.countries is not None or not days else list(_lives(search, min(days), max(days)))
    if not lives:
        return
    names, day = ("mission", "first_on", "last_on"), col(Report.as_of_last)
    life = values(*(column(name, String()) for name in names), name="life").data(lives).cte("life")
    statement = (
        cells(search, [one.report for one in search.reports], or_(day < life.c.first_on, day > life.c.last_on))
        .join(life, life.c.mission == TABLE.c.mission)
        .join(Report, and_(col(Report.id) == TABLE.c.report, standing(Report, search.ask.view)))
    )
    sums: dict[tuple[str, str], list[CellSum]] = {}
    for cell in find_sums(search, statement):
        if cell.total and cell.mission is not None:
            sums.setdefault((cell.report, cell.mission), []).append(cell)
    for (report, mission), found in sums.items():
        yield _outside(search, search.by_id[report], mission, found)


def _lives(search: Search, first: str, last: str) -> Iterator[tuple[str, str, str]]:
    """First and last day of every mission that began or was over between two days."""
    for code, one in search.ask.facts.missions.items():
        if search.missions is not None and code not in search.missions:
            continue
        began = "" if one.started_on is None else first_day(one.started_on)
        if began > first or one.over_by(last):
            yield code, began, one.last_on or _NEVER


def _outside(search: Search, report: Statement, mission: str, found: Sequence[CellSum]) -> Found:
    facts = search.ask.facts.missions[mission]
    total = sum(cell.total for cell in found if cell.total is not None)
    countries = "1 country" if len(found) == 1 else f"{len(found)} countries"
    is_over = facts.over_by(report.as_of_last)
    when = f"the last day of which was {facts.last_on}" if is_over else f"which began on {facts.started_on}"
    return Found(
        DiscrepancyKind.AFTER_MISSION_END if is_over else DiscrepancyKind.BEFORE_MISSION_START,
        (mission, report.report),
        as_of=report.as_of,
        size=total,
        detail=f"{report.report} counts {people(total)} of {countries} in {mission}, {when}.",
        values=[
            StatedValue(
                report=report.report,
                source=report.source,
                total=total,
                says=f"{people(total)} of {countries}.",
                trace=search.counts(report.report, mission=mission, total__gte="1"),
            )
        ],
        mission=mission,
        is_disputed=any(cell.disputed for cell in found),
    )
