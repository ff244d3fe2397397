"""When each country was first and last seen in each mission, from the reports of each month alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from app.answers.asking import (
    Answer,
    Ask,
    By,
    Grouping,
    group_order,
    known_at_text,
    reports_used,
    scope_meta,
    value_in,
)
from app.answers.participations import participations
from app.answers.rules import Bucket, Buckets, Statement, monthly_buckets, months_between
from app.answers.scope import DEFAULT_MAX_AGE, MonthsQuery, Scope, resolve
from app.answers.series import MonthsMeta, rows_link
from app.answers.totals import sums_of
from app.answers.values import Reason, Tally, Value, unknown_reason
from app.core.dates import Month, first_day, last_day
from app.core.errors import Complaint, InvalidRequest
from app.core.shapes import COUNTRY_NAME, MISSION_NAME

Pair = tuple[Any, ...]
_BY = (By.COUNTRY, By.MISSION, By.MONTH)
_FIRST_DAY, _LAST_DAY = "0001-01-01", "9999-12-31"


class PresenceRow(BaseModel):
    """One country in one mission."""

    country: str = Field(description="Contributor, ISO 3166-1 alpha-3.", examples=["KAZ"])
    country_name: str | None = COUNTRY_NAME
    mission: str = Field(description="Mission.", examples=["UNDOF"])
    mission_name: str | None = MISSION_NAME
    first_month: str | None = Field(
        description="First month whose own reports count people; null: none does.", examples=["2024-02"]
    )
    last_month: str | None = Field(
        description="Last month whose own reports count people; null: none does.", examples=["2025-07"]
    )
    first_total: int | None = Field(description="People in the first month, persons.", examples=[20])
    last_total: int | None = Field(description="People in the last month, persons.", examples=[143])
    peak_month: str | None = Field(description="Month with the most people, the first of them.", examples=["2024-11"])
    peak_total: int | None = Field(description="People in that month, persons.", examples=[143])
    at_least: bool = Field(
        description="True if any of these numbers is a lower bound: more people may have been there.", examples=[False]
    )
    months: int = Field(description="Months with people.", examples=[18])
    months_reported: int = Field(
        description="Months from the first to the last with people whose reports tell how many, zero or more; where "
        "there were never any people, of all months asked about.",
        examples=[18],
    )
    still_there: bool | None = Field(
        description="True if there were people in the month of `told_until`; null if that is unknown, or so long "
        f"before the last month asked about ({DEFAULT_MAX_AGE} days) that it says nothing of it.",
        examples=[True],
    )
    told_until: str | None = Field(
        description="Latest month whose own reports tell how many there were, zero or more.", examples=["2025-07"]
    )
    reason: Reason | None = Field(
        description="Why nothing is told; null also where reports tell that there was nobody.", examples=[None]
    )
    first_reports: list[str] = Field(
        description="Reports that count the people of the first month.", examples=[["un-dpo-2024-02-29"]]
    )
    last_reports: list[str] = Field(
        description="Reports that count the people of the last month.", examples=[["un-dpo-2025-07-31"]]
    )
    sources: list[str] = Field(
        description="Sources of these reports.", examples=[["un-dpo-2024-02-29", "un-dpo-2025-07-31"]]
    )
    rows_first: str | None = Field(
        description="Address of the counts of the first month.",
        examples=["/v1/deployments?country=KAZ&mission=UNDOF&as_of=2024-02-29&max_age=28"],
    )
    rows_last: str | None = Field(
        description="Address of the counts of the last month.",
        examples=["/v1/deployments?country=KAZ&mission=UNDOF&as_of=2025-07-31&max_age=30"],
    )


COLUMNS = [name for name in PresenceRow.model_fields if name not in ("rows_first", "rows_last")]


class PresencesQuery(MonthsQuery):
    from_: Month | None = Field(
        None,
        alias="from",
        description="First month looked at. Unless given: the month of the first report in scope.",
        examples=["2015-01"],
    )
    to: Month | None = Field(
        None,
        description="Last month looked at. Unless given: the month of the latest report in scope.",
        examples=["2025-07"],
    )


def presences(ask: Ask, query: PresencesQuery) -> Answer:
    """One row a country and mission with people in any month, or named both, by country and mission."""
    scope = resolve(ask.session, query, ask.view, ask.facts)
    grouping = Grouping(_BY, scope, ask.facts)
    buckets = _buckets(ask, scope, query)
    rows = list(_rows(ask, query, grouping, buckets)) if buckets else []
    meta = MonthsMeta.model_validate(
        {
            "revision": ask.view.revision,
            "known_at": known_at_text(query),
            "from": buckets[0].name if buckets else query.from_,
            "to": buckets[-1].name if buckets else query.to,
            "scope": scope_meta(query, scope, None),
            "reports": reports_used(buckets),
        }
    )
    return Answer(rows, meta, COLUMNS, {"participations": participations(ask, scope)})


def _buckets(ask: Ask, scope: Scope, query: PresencesQuery) -> Buckets:
    """The months looked at, each with its own reports; one statement. None if there is no report to begin with."""
    if query.from_ is not None and query.to is not None and query.from_ > query.to:
        message = f"`from` ({query.from_}) lies after `to` ({query.to}); put the earlier month first."
        raise InvalidRequest(message, [Complaint(message=message, parameter="from")])
    first = first_day(query.from_) if query.from_ else _FIRST_DAY
    found = ask.statements(scope, first, last_day(query.to) if query.to else _LAST_DAY)
    reported = sorted(one.as_of[:7] for one in found if _is_of_month(one))
    start = query.from_ or (reported[0] if reported else query.to)
    end = query.to or (reported[-1] if reported else query.from_)
    return monthly_buckets(months_between(start, end), found) if start and end else Buckets()


def _is_of_month(one: Statement) -> bool:
    return len(one.as_of) > 4


@dataclass(frozen=True)
class _Month:
    """What a month's own reports tell of one country in one mission."""

    place: int
    value: Value
    tally: Tally | None

    @property
    def people(self) -> int:
        """People, of a month that tells."""
        return -1 if self.value.total is None else self.value.total


class _Record:
    """What the months tell, for all pairs of country and mission."""

    def __init__(self, ask: Ask, grouping: Grouping, buckets: Sequence[Bucket]) -> None:
        self.ask, self.grouping, self.buckets = ask, grouping, buckets
        self.sums = grouping.fold(sums_of(ask, grouping, buckets, by_bucket=True), lead=1)
        self._silent: dict[tuple[int, str], Reason | None] = {}

    def pairs(self) -> set[Pair]:
        """All pairs that any month counts."""
        return {(country, mission) for _, country, mission in self.sums}

    def told(self, pair: Pair) -> list[_Month]:
        """The months whose reports tell of a pair, zero or more, in order."""
        months = [self.month(place, pair) for place, one in enumerate(self.buckets) if one.statements]
        return [month for month in months if month.value.total is not None]

    def month(self, place: int, pair: Pair) -> _Month:
        """What one month tells of a pair."""
        tally = self.sums.get((self.buckets[place].name, *pair))
        value = value_in(self.grouping, pair, tally, self._why_silent(place, pair))
        return _Month(place, value, tally)

    def _why_silent(self, place: int, pair: Pair) -> Reason | None:
        """Why nothing counted is not zero; None if it is. What missions decide is found once for all countries."""
        country, mission = pair
        bucket = self.buckets[place]
        if (place, mission) not in self._silent:
            missions = self.grouping.missions_of(pair)
            self._silent[place, mission] = unknown_reason(bucket, missions, None, self.ask.today, by_mission=True)
        why = self._silent[place, mission]
        if why in (Reason.FUTURE_DATE, Reason.MISSION_NOT_STARTED):
            return why
        return why if self.ask.facts.countries[country].existed_on(bucket.until) else Reason.COUNTRY_NOT_EXISTING

    def name(self, month: _Month | None) -> str | None:
        """The month as text."""
        return None if month is None else self.buckets[month.place].name

    def names(self, pair: Pair) -> dict[str, str | None]:
        """Codes and names of a pair."""
        names = self.ask.facts.names
        country, mission = pair
        return {
            "country": country,
            "country_name": names.name("country", country),
            "mission": mission,
            "mission_name": names.name("mission", mission),
        }

    def link(self, query: PresencesQuery, pair: Pair, month: _Month | None) -> str | None:
        """Address of the counts of one month."""
        if month is None:
            return None
        return rows_link(query, self.grouping, pair, None) + self.buckets[month.place].month_filter


def _rows(ask: Ask, query: PresencesQuery, grouping: Grouping, buckets: Sequence[Bucket]) -> Iterator[PresenceRow]:
    record = _Record(ask, grouping, buckets)
    named = set(grouping.named())
    for pair in sorted(record.pairs() | named, key=group_order):
        told = record.told(pair)
        present = [month for month in told if month.people > 0]
        if present or pair in named:
            yield _row(query, record, pair, told, present)


def _row(
    query: PresencesQuery, record: _Record, pair: Pair, told: Sequence[_Month], present: Sequence[_Month]
) -> PresenceRow:
    first, last = (present[0], present[-1]) if present else (None, None)
    # Of equal months the first is the peak: `max` keeps the one it meets first.
    peak = max(present, key=lambda month: month.people, default=None)
    ends = [month for month in (first, last) if month is not None]
    within = [month for month in told if not ends or ends[0].place <= month.place <= ends[1].place]
    reports = [_reports(month) for month in (first, last)]
    statements = [one for month in ends for one in record.buckets[month.place].statements]
    return PresenceRow(
        **record.names(pair),
        first_month=record.name(first),
        last_month=record.name(last),
        first_total=_total(first),
        last_total=_total(last),
        peak_month=record.name(peak),
        peak_total=_total(peak),
        at_least=any(month.value.at_least for month in (first, last, peak) if month is not None),
        months=len(present),
        months_reported=len(within),
        still_there=_still_there(record, told),
        told_until=record.name(told[-1] if told else None),
        reason=None if told else record.month(len(record.buckets) - 1, pair).value.reason,
        first_reports=reports[0],
        last_reports=reports[1],
        sources=sorted({one.source for one in statements if one.report in (*reports[0], *reports[1])}),
        rows_first=record.link(query, pair, first),
        rows_last=record.link(query, pair, last),
    )


def _reports(month: _Month | None) -> list[str]:
    return [] if month is None or month.tally is None else sorted(month.tally.reports)


def _total(month: _Month | None) -> int | None:
    return None if month is None else month.value.total


def _still_there(record: _Record, told: Sequence[_Month]) -> bool | None:
    """What the latest month told says, while it is young enough to say something of the last month asked about."""
    if not told:
        return None
    days = [date.fromisoformat(record.buckets[place].until) for place in (told[-1].place, -1)]
    return None if (days[1] - days[0]).days > DEFAULT_MAX_AGE else told[-1].people > 0
