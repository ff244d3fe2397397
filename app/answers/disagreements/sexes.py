"""Where women and men do not make the total they are given with."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    String,
    Table,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)

from app.answers.disagreements.found import DiscrepancyKind, Found, Search, StatedValue, with_sexes
from app.core.history import LedgerRow, standing
from app.core.vocabulary import Bound, PersonnelType
from app.headcounts.models import Headcount, HeadcountStatus, Measure
from app.printed_totals.models import PrintedTotal

_COUNTED: Table = Headcount.__table__  # type: ignore[attr-defined]
_PRINTED: Table = PrintedTotal.__table__  # type: ignore[attr-defined]
_FIELDS = ("id", "report", "country", "mission", "women", "men", "total")


def find_women_and_men_unlike_total(search: Search) -> Iterator[Found]:
    """Women and men who do not make the total, or alone are more than it; one statement.

    Women and men of a headcount always make its total where all three are given: the record takes nothing else.
    """
    for row in search.ask.session.execute(_unlike_total(search)):
        report = search.by_id[row.report]
        kind = None if row.personnel_type is None else PersonnelType(row.personnel_type)
        found = sum(number for number in (row.women, row.men) if number is not None)
        told = with_sexes(row.total, row.women, row.men)
        where = search.place(row.country, row.mission) + ("" if kind is None else f" as {kind.value}")
        yield Found(
            DiscrepancyKind.WOMEN_AND_MEN,
            (row.mission, row.country, *_key_of(row), row.report),
            as_of=report.as_of,
            size=abs(found - row.total),
            detail=f"{row.report} {'prints' if kind is None else 'counts'} {told} of {where}, which does not add up.",
            values=[
                StatedValue(
                    report=report.report,
                    source=report.source,
                    headcount=None if kind is None else row.id,
                    printed_total=row.id if kind is None else None,
                    total=row.total,
                    women=row.women,
                    men=row.men,
                    says=f"{told}, {'as printed' if kind is None else 'counted'}.",
                    trace=search.record("printed-totals" if kind is None else "headcounts", row.id),
                )
            ],
            country=row.country,
            mission=row.mission,
            personnel_type=kind,
            is_disputed=row.disputed == 1,
        )


def _key_of(row: Row[Any]) -> list[str]:
    """What tells the numbers of one report, country and mission apart."""
    if row.personnel_type is None:
        return ["printed"]
    measure = None if row.measure == Measure.PRESENT.value else row.measure
    return [part for part in (row.personnel_type, measure, row.contingent) if part is not None]


def _unlike_total(search: Search) -> CompoundSelect[Any]:
    """Headcounts, and printed totals without kind of people, with numbers that cannot be."""
    disputed = case((_COUNTED.c.status == HeadcountStatus.DISPUTED, 1), else_=0)
    words = [cast(_COUNTED.c[name], String).label(name) for name in ("personnel_type", "measure", "contingent")]
    nothing = [cast(null(), String).label(word.name) for word in words]
    counted = select(*(_COUNTED.c[name] for name in _FIELDS), *words, disputed.label("disputed"))
    counted = counted.where(*_wrong(search, Headcount), _COUNTED.c.bound == Bound.EXACTLY)
    printed = select(*(_PRINTED.c[name] for name in _FIELDS), *nothing, literal(0).label("disputed"))
    return union_all(counted, printed.where(*_wrong(search, PrintedTotal)))


def _wrong(search: Search, row: type[LedgerRow]) -> Iterator[ColumnElement[bool]]:
    """Conditions of numbers that cannot be, in the reports, countries and missions looked at."""
    columns = row.__table__.c  # type: ignore[attr-defined]
    women, men, total = columns.women, columns.men, columns.total
    yield standing(row, search.ask.view)
    yield columns.report.in_([one.report for one in search.reports])
    yield or_(women > total, men > total, women + men != total)
    if search.countries is not None:
        yield columns.country.in_(search.countries)
    if search.missions is not None:
        yield columns.mission.in_(search.missions)
