"""Where the counts of one report do not add up to the totals it gives beside them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from app.answers.disagreements.counts import TABLE, cells, find_sums, stated
from app.answers.disagreements.found import (
    DiscrepancyKind,
    Found,
    Search,
    StatedValue,
    people,
    with_sexes,
)
from app.answers.rules import Statement
from app.core.history import standing
from app.core.vocabulary import PersonnelType
from app.printed_totals.models import PrintedLevel, PrintedTotal
from app.reports.models import Breakdown

_PRINTED: Table = PrintedTotal.__table__  # type: ignore[attr-defined]
_KINDS = ",".join(kind.value for kind in PersonnelType if kind is not PersonnelType.UNSPECIFIED)


def find_totals_unlike_kinds(search: Search) -> Iterator[Found]:
    """A count without kind beside counts of kinds that do not add up to it; one statement."""
    reports = [one.report for one in search.reports]
    with_totals = select(TABLE.c.report).where(
        *stated(search, TABLE), TABLE.c.report.in_(reports), TABLE.c.personnel_type == PersonnelType.UNSPECIFIED
    )
    # Few reports give a total without kind, so that only theirs are added up.
    for cell in find_sums(search, cells(search, reports, TABLE.c.report.in_(with_totals))):
        if cell.by_kind is None or cell.untyped is None or cell.by_kind == cell.untyped:
            continue
        report, where = search.by_id[cell.report], search.place(cell.country, cell.mission)
        filters = {"country": cell.country, "mission": cell.mission}
        of_kinds = search.counts(cell.report, **filters, personnel_type=_KINDS)
        in_all = search.counts(cell.report, **filters, personnel_type=PersonnelType.UNSPECIFIED.value)
        yield Found(
            DiscrepancyKind.KINDS_AND_TOTAL,
            (cell.mission, cell.country, cell.report),
            as_of=report.as_of,
            size=abs(cell.by_kind - cell.untyped),
            detail=f"{cell.report} counts {people(cell.untyped)} of {where} in all, and {people(cell.by_kind)} by "
            "kind. The kinds stand.",
            values=[
                _value(report, cell.by_kind, "of the kinds told apart, added up.", of_kinds),
                _value(report, cell.untyped, "in all, without kind.", in_all),
            ],
            country=cell.country,
            mission=cell.mission,
            is_disputed=cell.disputed > 0,
        )


def _value(report: Statement, total: int, says: str, trace: str, **more: int | None) -> StatedValue:
    """A number of a report; `more` are its women and men, and the record it is."""
    says = f"{people(total)} {says}"
    return StatedValue(report=report.report, source=report.source, total=total, says=says, trace=trace, **more)


def find_parts_unlike_printed(search: Search) -> Iterator[Found]:
    """Counts of a complete report that do not add up to a total its source prints, at any level; one statement.

    Women and men are compared where they are printed and all counts are split by sex. Counts that state no exact
    number cannot be added up, so nothing is said of the totals they are part of.
    """
    for row in search.ask.session.execute(_unlike_printed(search)):
        report = search.by_id[row.report]
        women, men = (row.sum_women, row.sum_men) if row.is_split else (None, None)
        pairs = [(row.total, row.sum_total), (row.women, women), (row.men, men)]
        where = search.place(row.country, row.mission)
        parts = search.counts(row.report, country=row.country, mission=row.mission)
        printed = search.record("printed-totals", row.id)
        yield Found(
            DiscrepancyKind.PARTS_AND_PRINTED_TOTAL,
            (row.mission, row.country, row.report),
            as_of=report.as_of,
            size=max(abs(printed - added) for printed, added in pairs if printed is not None and added is not None),
            detail=f"The counts of {where} in {row.report} add up to {with_sexes(row.sum_total, women, men)}; printed "
            f"are {with_sexes(row.total, row.women, row.men)}.",
            values=[
                _value(report, row.sum_total, "counted, added up.", parts, women=women, men=men),
                _value(report, row.total, "as printed.", printed, printed_total=row.id, women=row.women, men=row.men),
            ],
            country=row.country,
            mission=row.mission,
            is_disputed=row.disputed > 0,
        )


def _unlike_printed(search: Search) -> Select[Any]:
    complete = [one for one in search.reports if one.is_complete]
    sums = _sums_by_level(search, complete)
    total, women, men = (func.coalesce(sums.c[name], 0) for name in ("total", "women", "men"))
    is_split = func.coalesce(sums.c.unsplit, 0) == 0
    differs = or_(_PRINTED.c.total != total, and_(is_split, or_(_PRINTED.c.women != women, _PRINTED.c.men != men)))
    same = and_(
        sums.c.report == _PRINTED.c.report,
        sums.c.mission == func.coalesce(_PRINTED.c.mission, ""),
        sums.c.country == func.coalesce(_PRINTED.c.country, ""),
    )
    return (
        select(
            *(_PRINTED.c[name] for name in ("id", "report", "mission", "country", "women", "men", "total")),
            total.label("sum_total"),
            women.label("sum_women"),
            men.label("sum_men"),
            is_split.label("is_split"),
            func.coalesce(sums.c.disputed, 0).label("disputed"),
        )
        .select_from(_PRINTED)
        .outerjoin(sums, same)
        .where(
            *_printed_in(search),
            _PRINTED.c.report.in_([one.report for one in complete]),
            _PRINTED.c.level.in_(_levels(search)),
            differs,
            func.coalesce(sums.c.inexact, 0) == 0,
        )
    )


def _printed_in(search: Search) -> Iterator[ColumnElement[bool]]:
    yield standing(PrintedTotal, search.ask.view)
    if search.countries is not None:
        yield _PRINTED.c.country.in_(search.countries)
    if search.missions is not None:
        yield _PRINTED.c.mission.in_(search.missions)


def _levels(search: Search) -> list[PrintedLevel]:
    """The totals of which all parts are looked at."""
    levels = [PrintedLevel.COUNTRY_IN_MISSION]
    if search.missions is None:
        levels.append(PrintedLevel.COUNTRY)
    if search.countries is None:
        levels.append(PrintedLevel.MISSION)
    return levels if len(levels) < 3 else [*levels, PrintedLevel.GRAND]


def _sums_by_level(search: Search, complete: list[Statement]) -> CTE:
    """The counts of complete reports added up for every total they may print; no mission or country is ''."""
    by_mission = [one.report for one in complete if one.breakdown is Breakdown.MISSION]
    # A report counts either in missions or for countries as a whole; its other counts would be added twice.
    right_way = TABLE.c.report.in_(by_mission) == TABLE.c.mission.is_not(None)
    found = cells(search, [one.report for one in complete], right_way).cte("cells").prefix_with("MATERIALIZED")
    mission, country, none = func.coalesce(found.c.mission, ""), found.c.country, literal("", String())
    parts: dict[PrintedLevel, tuple[ColumnElement[str], ColumnElement[str]]] = {
        PrintedLevel.GRAND: (none, none),
        PrintedLevel.MISSION: (mission, none),
        PrintedLevel.COUNTRY: (none, country),
        PrintedLevel.COUNTRY_IN_MISSION: (mission, country),
    }
    statements = []
    for level in _levels(search):
        one, other = parts[level]
        statement = select(
            found.c.report,
            one.label("mission"),
            other.label("country"),
            _whole(func.coalesce(found.c.by_kind, found.c.untyped)).label("total"),
            *(_whole(found.c[name]).label(name) for name in ("women", "men", "unsplit", "inexact", "disputed")),
        )
        if one is mission:
            statement = statement.where(found.c.mission.is_not(None))
        statements.append(statement.group_by(found.c.report, *(part for part in (one, other) if part is not none)))
    return union_all(*statements).cte("sums").prefix_with("MATERIALIZED")


def _whole(number: ColumnElement[int]) -> ColumnElement[int]:
    """A sum as a whole number: PostgreSQL would make decimals of sums of sums."""
    return cast(func.sum(number), BigInteger)
