"""What is odd about records that were just written, without being impossible: the discrepancies they take part in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from pydantic import BaseModel, Field
from sqlalchemy import select

from app.answers.asking import Ask
from app.answers.disagreements.ceilings import TYPES_OF
from app.answers.disagreements.found import DiscrepancyKind, Found, Search
from app.answers.discrepancies import find_discrepancies
from app.answers.rules import Statement, in_order, window_start
from app.answers.scope import DEFAULT_MAX_AGE, Scope
from app.answers.statements import find_statements, latest_day
from app.core.columns import col
from app.core.dates import first_day, last_day
from app.core.history import standing
from app.headcounts.models import Measure
from app.reports.models import Report

_MOST = 20
_OF_CELLS = {DiscrepancyKind.SOURCES_DISAGREE, DiscrepancyKind.KINDS_AND_TOTAL}
_OF_MISSIONS = {
    DiscrepancyKind.ABOVE_CEILING,
    DiscrepancyKind.BEFORE_MISSION_START,
    DiscrepancyKind.AFTER_MISSION_END,
}
_OF_PLANS = {DiscrepancyKind.PLAN_WITHOUT_AUTHORISATION, DiscrepancyKind.PLAN_ABOVE_AUTHORISATION}

Record = Mapping[str, object]


class EntryWarning(BaseModel):
    """Something odd about what was written. It is recorded all the same, and is a discrepancy of the record."""

    code: DiscrepancyKind = Field(description="How it is odd: the kind of the discrepancy.", examples=["above_ceiling"])
    message: str = Field(
        description="What is odd, in one sentence.",
        examples=["UNDOF had 1,261 military people, 11 more than the 1,250 of S/RES/350 (1974)."],
    )
    discrepancy: str = Field(
        description="Id of the discrepancy, see `/v1/discrepancies?id=`.",
        examples=["above-ceiling.undof.military.2024-03-31"],
    )


def warnings_about(ask: Ask, kind_path: str, records: Sequence[Record]) -> list[EntryWarning]:
    """The discrepancies that records of one kind take part in, at most 20: by kind, the largest of a kind first.

    `records` are the stored fields of what was just written, `ask` asks inside the same transaction. Records of a kind
    of which nothing is looked for have no warnings.
    """
    about = _ABOUT.get(kind_path)
    if about is None or not records:
        return []
    order = list(DiscrepancyKind)
    found = sorted(about(ask, records), key=lambda one: (order.index(one.kind), -one.size, one.id))
    return [EntryWarning(code=one.kind, message=one.detail, discrepancy=one.id) for one in found[:_MOST]]


def _about_headcounts(ask: Ask, records: Sequence[Record]) -> Iterator[Found]:
    """What is odd in the months of the counts, and in the first counts after them; ten statements at most."""
    present = [record for record in records if record.get("measure") == Measure.PRESENT]
    days = _days_of(ask, _texts(present, "report"))
    if not days:
        return
    first, last = first_day(min(days.values())[:7]), last_day(max(days.values())[:7])
    missions = tuple(sorted(_texts(present, "mission")))
    by_mission = all(record.get("mission") is not None for record in present)
    near = Search(
        ask,
        every=_statements(ask, window_start(first, DEFAULT_MAX_AGE), _later(last)),
        first=first,
        last=last,
        countries=tuple(sorted(_texts(present, "country"))),
        missions=missions if by_mission else None,
    )
    cells = {(record["report"], record["country"], record.get("mission")) for record in present}
    kinds = _OF_CELLS | ({DiscrepancyKind.WOMEN_AND_MEN} if any(map(_is_half_split, present)) else set())
    # The count after this one may now be far from it.
    after = replace(near, last=_later(last))
    for one in (
        *find_discrepancies(after, {DiscrepancyKind.FAR_FROM_LAST_COUNT}),
        *find_discrepancies(near, kinds),
    ):
        if any((value.report, one.country, one.mission) in cells for value in one.values):
            yield one
    if missions:
        whole = replace(near, countries=None, missions=missions)
        for one in find_discrepancies(whole, _OF_MISSIONS):
            if any(_takes_part(one, record, days) for record in present):
                yield one


def _days_of(ask: Ask, reports: Collection[str]) -> dict[str, str]:
    """Last day of the date of each report."""
    statement = select(col(Report.id), col(Report.as_of_last)).where(
        standing(Report, ask.view), col(Report.id).in_(reports)
    )
    return {report: day for report, day in ask.session.execute(statement)}  # noqa: C416  (typed)


def _takes_part(one: Found, record: Record, days: Mapping[str, str]) -> bool:
    """True if a count is among the people that a discrepancy of a whole mission is about."""
    report = str(record["report"])
    if record.get("mission") != one.mission or report not in days:
        return False
    if one.category is None:
        return any(value.report == report for value in one.values)
    return days[report][:7] == one.as_of[:7] and record.get("personnel_type") in TYPES_OF[one.category]


def _is_half_split(record: Record) -> bool:
    """True if women or men alone are stated: with both, they make the total of what the record takes."""
    return (record.get("women") is None) != (record.get("men") is None)


def _about_ceilings(ask: Ask, records: Sequence[Record]) -> Iterator[Found]:
    """More people than a ceiling allows, in the latest month that a complete report speaks of its mission."""
    day = latest_day(ask.session, Scope(view=ask.view, complete_only=True))
    if day is None:
        return
    missions, ids = tuple(sorted(_texts(records, "mission"))), _texts(records, "id")
    first, last = window_start(day, DEFAULT_MAX_AGE), last_day(day[:7])
    search = Search(ask, _statements(ask, first, last), first, last, missions=missions)
    latest = {
        mission: next((one.as_of_last[:7] for one in search.every if search.speaks_of(one, mission)), None)
        for mission in missions
    }
    months = [month for month in latest.values() if month is not None]
    if not months:
        return
    for one in find_discrepancies(replace(search, first=first_day(min(months))), {DiscrepancyKind.ABOVE_CEILING}):
        is_latest = one.mission is not None and one.as_of[:7] == latest[one.mission]
        if is_latest and any(value.ceiling in ids for value in one.values):
            yield one


def _about_contingents(ask: Ask, records: Sequence[Record]) -> Iterator[Found]:
    ids = _texts(records, "id")
    return (one for one in _plans_of(ask, records) if any(value.contingent in ids for value in one.values))


def _about_authorisations(ask: Ask, records: Sequence[Record]) -> Iterator[Found]:
    ids = _texts(records, "id")
    return (one for one in _plans_of(ask, records) if any(value.authorisation in ids for value in one.values))


def _plans_of(ask: Ask, records: Sequence[Record]) -> Iterator[Found]:
    """What is odd among the plans of the countries of the records; three statements."""
    countries = tuple(sorted(_texts(records, "country")))
    return find_discrepancies(Search(ask, (), "0001-01-01", "9999-12-31", countries=countries), _OF_PLANS)


_ABOUT: Mapping[str, Callable[[Ask, Sequence[Record]], Iterator[Found]]] = {
    "headcounts": _about_headcounts,
    "ceilings": _about_ceilings,
    "contingents": _about_contingents,
    "authorisations": _about_authorisations,
}


def _texts(records: Iterable[Record], name: str) -> set[str]:
    """The values of a field, without null."""
    return {value for value in (record.get(name) for record in records) if isinstance(value, str)}


def _statements(ask: Ask, first: str, last: str) -> list[Statement]:
    return in_order(find_statements(ask.session, Scope(view=ask.view), first, last))


def _later(day: str) -> str:
    """The last day on which a count of a day still stands."""
    return (date.fromisoformat(day) + timedelta(days=DEFAULT_MAX_AGE)).isoformat()
