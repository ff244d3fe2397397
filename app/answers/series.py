"""How many people month by month, each month from its own reports: nothing is carried over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from app.answers.asking import (
    Answer,
    AnswerMeta,
    AnswerTooLarge,
    Ask,
    By,
    Grouping,
    group_order,
    known_at_text,
    link,
    reports_used,
    scope_meta,
    values_of,
)
from app.answers.rules import Bucket, Sex, Tally, monthly_buckets, months_between
from app.answers.scope import DrawnQuery, MonthsQuery, Scope, ScopeQuery, resolve
from app.answers.totals import GroupFields, ValueFields, columns_of, group_values, sources_of, sums_of, value_fields
from app.core.dates import first_day, last_day
from app.core.errors import Complaint, InvalidRequest
from app.core.shapes import AnyOf, Maker
from app.core.vocabulary import Region

MOST_ROWS = 250_000
_MONTHS_AT_ONCE = 24


class SeriesRow(ValueFields, GroupFields):
    """One group in one month."""

    missions: list[str] = Field(
        [], description="With `lineage=true`: the missions that had people in that month.", examples=[["MONUSCO"]]
    )
    rows: str = Field(
        description="Address of the counts behind the number.",
        examples=["/v1/deployments?country=KAZ&as_of=2024-01-31&max_age=30"],
    )


class SeriesQuery(DrawnQuery, MonthsQuery):
    by: AnyOf[By] | None = Field(None, description="What to split each month by.", examples=[["mission"]])


class MonthsMeta(AnswerMeta):
    """What was resolved to answer about several months."""

    from_: str | None = Field(alias="from", description="First month; null: there is no report.", examples=["2024-01"])
    to: str | None = Field(description="Last month; null: there is no report.", examples=["2024-06"])


def series(ask: Ask, query: SeriesQuery) -> Answer:
    """One row a group and month, by month; each group that has a count in any month, or is named, is in every month."""
    scope = resolve(ask.session, query, ask.view, ask.facts)
    months = months_of(ask, scope, query)
    buckets = buckets_of(ask, scope, months)
    by = tuple(one for one in dict.fromkeys(query.by or ()) if one is not By.MONTH)
    grouping = Grouping((*by, By.MONTH), scope, ask.facts)
    meta = MonthsMeta.model_validate(
        {
            "revision": ask.view.revision,
            "known_at": known_at_text(query),
            "from": months[0] if months else None,
            "to": months[-1] if months else None,
            "scope": scope_meta(query, scope, None),
            "reports": reports_used(buckets),
        }
    )
    columns = columns_of(grouping.by)
    columns += [*ValueFields.model_fields, *(["missions"] if query.lineage else [])]
    return Answer(_rows(ask, query, grouping, buckets), meta, columns)


def months_of(ask: Ask, scope: Scope, query: MonthsQuery) -> list[str]:
    """The months asked about, in order; none if there is no report. Raises InvalidRequest if the first is the later."""
    to = query.to
    if to is None:
        latest = ask.latest_day(scope)
        if latest is None and query.from_ is None:
            return []
        to = max(latest[:7] if latest else "", query.from_ or "")
    first = query.from_ or _back(to, 11)
    if first > to:
        message = f"`from` ({first}) lies after `to` ({to}); put the earlier month first."
        raise InvalidRequest(message, [Complaint(message=message, parameter="from")])
    return months_between(first, to)


def _back(month: str, steps: int) -> str:
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - steps
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def buckets_of(ask: Ask, scope: Scope, months: Sequence[str]) -> list[Bucket]:
    """The reports of each month; one statement."""
    if not months:
        return []
    if ask.reports is not None and scope.view == ask.view:
        return ask.reports.months(scope, months)
    return monthly_buckets(months, ask.statements(scope, first_day(months[0]), last_day(months[-1])))


def _rows(ask: Ask, query: SeriesQuery, grouping: Grouping, buckets: Sequence[Bucket]) -> Iterator[SeriesRow]:
    # Sums of two dimensions may be many: they are read some months at a time.
    step = _MONTHS_AT_ONCE if len(grouping.dimensions) > 1 else max(1, len(buckets))
    chunks = [buckets[start : start + step] for start in range(0, len(buckets), step)]
    if len(chunks) == 1:
        sums = _by_month(ask, grouping, chunks[0])
        groups = {group for tallies in sums.values() for group in tallies}
    else:
        groups = set(grouping.fold(sums_of(ask, grouping, buckets)))
    groups |= set(grouping.named())
    if len(groups) * len(buckets) > MOST_ROWS:
        raise AnswerTooLarge(
            f"{len(groups)} groups in {len(buckets)} months are {len(groups) * len(buckets):,} rows; {MOST_ROWS:,} are "
            "allowed. Ask for fewer months, or name countries or missions.",
            [Complaint(message="Ask for fewer months, or name countries or missions.", parameter="by")],
        )
    ordered, told = sorted(groups, key=group_order), _Told(query, grouping, ask.today)
    for chunk in chunks:
        if len(chunks) > 1:
            sums = _by_month(ask, grouping, chunk)
        for bucket in chunk:
            for group in ordered:
                yield from _group_rows(query, grouping, bucket, group, sums.get(bucket.name, {}), told)


_made = Maker(SeriesRow)

Sums = dict[tuple[Any, ...], Tally]


def _by_month(ask: Ask, grouping: Grouping, buckets: Sequence[Bucket]) -> dict[str, Sums]:
    by_month: dict[str, dict[tuple[Any, ...], Tally]] = {}
    for key, tally in sums_of(ask, grouping, buckets, by_bucket=True).items():
        by_month.setdefault(key[0], {})[key[1:]] = tally
    return {month: grouping.fold(sums) for month, sums in by_month.items()}


def _group_rows(
    query: SeriesQuery, grouping: Grouping, bucket: Bucket, group: tuple[Any, ...], sums: Sums, told: "_Told"
) -> Iterator[SeriesRow]:
    tally, why = sums.get(group), grouping.reason(bucket, group, told.today)
    for sex, value in values_of(grouping, group, tally, why):
        fields = {**told.values(group, sex), "month": bucket.name}
        fields |= value_fields(value, sources_of(bucket, tally, value))
        row = _made({**fields, "rows": told.link(group, sex) + month_filter(bucket)})
        if query.lineage:
            row.missions = sorted(tally.missions) if tally else []
        yield row


@dataclass(frozen=True)
class _Told:
    """What the rows of one group have in common, put together once and not in every month."""

    query: SeriesQuery
    grouping: Grouping
    today: str
    _values: dict[Any, dict[str, Any]] = field(default_factory=dict)
    _links: dict[Any, str] = field(default_factory=dict)

    def values(self, group: tuple[Any, ...], sex: Sex | None) -> dict[str, Any]:
        if (group, sex) not in self._values:
            values = group_values(self.grouping, group, sex, None)
            if values.get("region") is not None:
                values["region"] = Region(values["region"])  # rows are made without being checked
            self._values[group, sex] = values
        return self._values[group, sex]

    def link(self, group: tuple[Any, ...], sex: Sex | None) -> str:
        if (group, sex) not in self._links:
            self._links[group, sex] = rows_link(self.query, self.grouping, group, sex)
        return self._links[group, sex]


def rows_link(query: ScopeQuery, grouping: Grouping, group: tuple[Any, ...], sex: Sex | None) -> str:
    """Address of the counts behind a group, to which a `month_filter` belongs."""
    values = {**grouping.filters(group), "sex": sex}
    return link("/v1/deployments", query, without=("by", "from_", "to", "month", "against"), **values)


def month_filter(bucket: Bucket) -> str:
    """The rest of that address: the counts of a month's last day that are no older than the month."""
    return f"&as_of={bucket.until}&max_age={int(bucket.until[8:]) - 1}"
