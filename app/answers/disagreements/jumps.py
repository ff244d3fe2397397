"""Where the people of a country in a mission are far from the count that stood before.

Units come and leave whole, so such a jump may be true. It may as well be a slipped digit, the row of another country or
a row that was lost, and nothing in the record tells them apart: each is shown, and nothing is decided.

The counts that stand are found here by a statement of its own, as that of `cells.py` takes four times as long over all
dates at once. A test holds the two against one another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, takewhile
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Row,
    Select,
    String,
    and_,
    case,
    column,
    exists,
    func,
    not_,
    or_,
    select,
    values,
)

from app.answers.disagreements.counts import TABLE, report_value, stated
from app.answers.disagreements.found import DiscrepancyKind, Found, Search, StatedValue, people
from app.answers.disagreements.sources import shared_days
from app.answers.rules import Statement, window_start
from app.answers.scope import DEFAULT_MAX_AGE
from app.core.columns import col
from app.core.dates import last_day
from app.core.history import standing
from app.core.vocabulary import Bound, PersonnelType
from app.headcounts.models import HeadcountStatus
from app.reports.models import Report
from app.reports.models import Scope as ReportScope

_COMPANY = 100  # persons: about the smallest unit that is sent as a whole; fewer people come and go one by one
Named = Mapping[tuple[str, str | None], set[str]]  # countries, by report and mission


def is_far(total: int, last: int) -> bool:
    """True if at least a hundred people came or left, and more than half of the larger number."""
    return abs(total - last) >= _COMPANY and 2 * abs(total - last) > max(total, last)


@dataclass(frozen=True)
class _Sum:
    """The people of all kinds that a report states; `headcount` is one of its `rows`. No rows: zero by silence."""

    report: Statement
    total: int
    rows: int = 0
    headcount: int | None = None


@dataclass(frozen=True)
class _Jump:
    """A count that may be far from the one before it.

    `last` is the last number stated before. Reports that say zero unless they name the country: `rivals` are of the
    same date and stand before it, `between` lie between the two, the latest first.
    """

    country: str
    mission: str | None
    now: _Sum
    last: _Sum | None
    rivals: Sequence[Statement]
    between: Sequence[Statement]

    @property
    def reports(self) -> set[str]:
        """The reports that say zero unless they name the country."""
        return {one.report for one in (*self.rivals, *self.between)}


def find_counts_far_from_the_last(search: Search) -> Iterator[Found]:
    """Counts that stand on their date and are far from the last one that stood before it; at most two statements.

    What a report states is compared, with zero by silence among what stood before: in the UN's tables of ten years five
    of six arrivals of a hundred people from zero are slips, such as the people of Tanzania in the row of Thailand. What
    has to happen is left out: people leaving a mission whose mandate is over, and the first people of a mission that
    nobody was counted in. So is the zero of a report that leaves a country out, as a series that ends without a word is
    a disagreement of its own.
    """
    reports = [one for one in search.every if _oldest(search.first) <= one.as_of_last <= search.last]
    if not any(search.holds(one.as_of_last) for one in reports):
        return
    jumps = [_jump(search, row) for row in search.ask.session.execute(_candidates(search, reports))]
    named = _named(search, jumps)
    for jump in jumps:
        stands = not any(_says_zero(one, jump, named) for one in jump.rivals)
        last = _last(jump, named) if stands else None
        if last is not None and is_far(jump.now.total, last.total) and not _is_withdrawal(search, jump, last):
            yield _found(search, jump, last)


def _oldest(day: str) -> str:
    """The first day whose counts still stand on a day."""
    return window_start(day, DEFAULT_MAX_AGE)


def _last(jump: _Jump, named: Named) -> _Sum | None:
    """The count that stood before; None if nothing is known, or nobody was counted in the mission."""
    silent = next((one for one in jump.between if _says_zero(one, jump, named)), None)
    if silent is not None:
        begins = jump.mission is not None and (silent.report, jump.mission) not in named
        return None if begins else _Sum(silent, 0)
    if jump.last is None or jump.last.report.as_of_last < _oldest(jump.now.report.as_of_last):
        return None
    return jump.last


def _is_withdrawal(search: Search, jump: _Jump, last: _Sum) -> bool:
    """True for fewer people in a mission whose mandate has ended."""
    facts = None if jump.mission is None else search.mission(jump.mission)
    if facts is None or facts.ended_on is None or jump.now.total > last.total:
        return False
    return last_day(facts.ended_on) < jump.now.report.as_of_last


def _says_zero(report: Statement, jump: _Jump, named: Named) -> bool:
    return jump.country not in named.get((report.report, jump.mission), ())


def _found(search: Search, jump: _Jump, last: _Sum) -> Found:
    now, size = jump.now, abs(jump.now.total - last.total)
    where = search.place(jump.country, jump.mission)
    told = f"{now.report.report} counts {people(now.total)} of {where}"
    if last.rows == 0:
        detail = f"{told}; {last.report.report} counts none."
    else:
        word = "more" if now.total > last.total else "less"
        detail = f"{told}, {size:,} {word} than the {last.total:,} of {last.report.report}."
    return Found(
        DiscrepancyKind.FAR_FROM_LAST_COUNT,
        (jump.mission, jump.country, now.report.as_of_last),
        as_of=now.report.as_of,
        size=size,
        detail=detail,
        values=[_value(search, jump, now), _value(search, jump, last)],
        country=jump.country,
        mission=jump.mission,
    )


def _value(search: Search, jump: _Jump, one: _Sum) -> StatedValue:
    if one.rows == 0:
        return report_value(search, one.report, 0, "No count, which is zero in a complete report.")
    is_one = one.rows == 1
    return StatedValue(
        report=one.report.report,
        source=one.report.source,
        headcount=one.headcount if is_one else None,
        total=one.total,
        says=f"{people(one.total)} of all kinds.",
        trace=search.record("headcounts", one.headcount)
        if is_one
        else search.counts(one.report.report, country=jump.country, mission=jump.mission),
    )


def _jump(search: Search, row: Row[Any]) -> _Jump:
    now = _Sum(search.by_id[row.report], row.total, row.rows, row.headcount)
    last = None
    if row.last_report is not None:
        last = _Sum(search.by_id[row.last_report], row.last_total, row.last_rows, row.last_headcount)
    day, place = now.report.as_of_last, search.place_of[now.report.report]
    until = len(search.every) if last is None else search.place_of[last.report.report]
    rivals = takewhile(lambda one: one.as_of_last == day, reversed(search.every[:place]))
    between = takewhile(lambda one: one.as_of_last >= _oldest(day), search.every[place + 1 : until])
    return _Jump(
        row.country,
        row.mission,
        now,
        last,
        rivals=[one for one in rivals if search.says_zero(one, row.mission)],
        between=[one for one in between if one.as_of_last < day and search.says_zero(one, row.mission)],
    )


def _named(search: Search, jumps: Sequence[_Jump]) -> Named:
    """The countries that are counted in the missions of jumps by the reports that would say zero of others."""
    reports = {report for jump in jumps for report in jump.reports}
    if not reports:
        return {}
    missions = {jump.mission for jump in jumps if jump.reports}
    of_missions = TABLE.c.mission.in_(sorted(missions - {None}))
    statement = select(TABLE.c.report, TABLE.c.mission, TABLE.c.country).where(
        *stated(replace(search, countries=None), TABLE),
        TABLE.c.report.in_(sorted(reports)),
        or_(of_missions, TABLE.c.mission.is_(None)) if None in missions else of_missions,
    )
    named: dict[tuple[str, str | None], set[str]] = {}
    for report, mission, country in search.ask.session.execute(statement.distinct()):
        named.setdefault((report, mission), set()).add(country)
    return named


def _candidates(search: Search, reports: Sequence[Statement]) -> Select[Any]:
    """Counts that stand on their date and may be far from the last one: all that are, and some more.

    Beside each the last number stated before it, in columns that begin with `last_`.
    """
    sums = _sums(search, reports)
    names = ("report", "day", "total", "rows", "headcount")
    lasts = [
        func.lag(sums.c[name], type_=sums.c[name].type)
        .over(partition_by=(sums.c.country, sums.c.mission), order_by=sums.c.day)
        .label(f"last_{name}")
        for name in names
    ]
    step = select(sums, *lasts).subquery("step")
    other = Report.__table__.alias()  # type: ignore[attr-defined]
    # A complete report since then may say zero, by leaving the country out.
    complete_since = exists().where(
        standing(Report, search.ask.view, other),
        other.c.scope != ReportScope.PARTIAL,
        other.c.as_of_last >= step.c.last_day,
        other.c.as_of_last < step.c.day,
        other.c.id != step.c.last_report,
    )
    changed = func.abs(step.c.total - step.c.last_total) >= _COMPANY
    anew = or_(step.c.last_day.is_(None), complete_since.correlate(step))
    return select(step).where(
        step.c.day >= search.first,
        step.c.day <= search.last,
        or_(changed, and_(step.c.total >= _COMPANY, anew)),
    )


def _sums(search: Search, reports: Sequence[Statement]) -> CTE:
    """The people of all kinds in every country and mission, by the report that stands first of those of its date."""
    of_kind = TABLE.c.personnel_type != PersonnelType.UNSPECIFIED
    day = col(Report.as_of_last)
    return (
        select(
            TABLE.c.report,
            TABLE.c.country,
            TABLE.c.mission,
            day.label("day"),
            func.coalesce(func.sum(case((of_kind, TABLE.c.total))), func.sum(TABLE.c.total)).label("total"),
            func.count().label("rows"),
            func.min(TABLE.c.id).label("headcount"),
        )
        .join(Report, and_(col(Report.id) == TABLE.c.report, standing(Report, search.ask.view)))
        .where(*_usable(search, TABLE), TABLE.c.report.in_([one.report for one in reports]), *_first(search, reports))
        .group_by(TABLE.c.report, TABLE.c.country, TABLE.c.mission, day)
        .cte("sums")
    )


def _usable(search: Search, row: FromClause) -> list[ColumnElement[bool]]:
    """Counts that can stand: exact ones of a country's whole strength, not disputed."""
    return [
        *stated(search, row),
        row.c.contingent.is_(None),
        row.c.bound == Bound.EXACTLY,
        row.c.status == HeadcountStatus.REPORTED,
    ]


def _first(search: Search, reports: Sequence[Statement]) -> Iterator[ColumnElement[bool]]:
    """True for the counts of a country in a mission that no report before theirs states on the same date."""
    pairs = [pair for found in shared_days(reports).values() for pair in combinations(found, 2)]
    if not pairs:
        return
    names = ("first", "second")
    rows = [(one.report, other.report) for one, other in pairs]
    pair = values(*(column(name, String()) for name in names), name="pair").data(rows).cte("pair")
    rival = TABLE.alias()
    stated_before = exists().where(
        pair.c.second == TABLE.c.report,
        rival.c.report == pair.c.first,
        rival.c.country == TABLE.c.country,
        rival.c.mission.is_not_distinct_from(TABLE.c.mission),
        *_usable(search, rival),
    )
    seconds = sorted({other.report for _, other in pairs})
    yield or_(TABLE.c.report.not_in(seconds), not_(stated_before.correlate(TABLE)))
