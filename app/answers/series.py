"""How many people month by month, each month from its own reports: nothing is carried over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat, starmap
from typing import Any

from msgspec import Struct
from pydantic import Field

from app.answers.asking import (
    Answer,
    AnswerMeta,
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
from app.answers.cells import sum_buckets
from app.answers.rules import Buckets, months_between
from app.answers.scope import DrawnQuery, MonthsQuery, Scope, ScopeQuery, resolve
from app.answers.totals import GroupFields, ValueFields, columns_of, group_values, sources_of, sums_of
from app.answers.values import Sex, Tallies, Tally, Value
from app.core.errors import Complaint, InvalidRequest, TrackerError
from app.core.shapes import AnyOf, row_type
from app.core.waiting import ROWS, leave_loop

MOST_ROWS = 250_000
_MONTHS_AT_ONCE = 24

Sums = Mapping[tuple[Any, ...], Tallies]  # of groups, month by month


class AnswerTooLarge(TrackerError):
    code = "answer_too_large"
    status = 422
    title = "Answer too large"
    help = "The answer would have too many rows for JSON. Ask for CSV or NDJSON, which stream, or for less."


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
    buckets = ask.months(scope, months)
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
    rows = _rows(ask, query, grouping, buckets) if buckets else ()
    return Answer(rows, meta, columns)


def months_of(ask: Ask, scope: Scope, query: MonthsQuery) -> Sequence[str]:
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
    if int(to[:4]) - int(first[:4]) > ROWS // 12:
        leave_loop()
    return months_between(first, to)


def _back(month: str, steps: int) -> str:
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - steps
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _rows(ask: Ask, query: SeriesQuery, grouping: Grouping, buckets: Buckets) -> Iterable[Struct]:
    sums: Sums = {}
    # Sums of two dimensions may be many: they are read some months at a time.
    is_large = len(grouping.dimensions) > 1
    if is_large:
        groups = set(grouping.fold(sums_of(ask, grouping, buckets)))
    else:
        sums = _by_month(ask, grouping, buckets)
        groups = set(sums)
    groups |= set(grouping.named())
    if len(groups) * len(buckets) > MOST_ROWS:
        raise AnswerTooLarge(
            f"{len(groups)} groups in {len(buckets)} months are {len(groups) * len(buckets):,} rows; {MOST_ROWS:,} are "
            "allowed. Ask for fewer months, or name countries or missions.",
            [Complaint(message="Ask for fewer months, or name countries or missions.", parameter="by")],
        )
    if len(groups) * len(buckets) > ROWS:
        leave_loop()
    ordered = sorted(groups, key=group_order)
    if not is_large:
        return _rows_of(ask, query, grouping, ordered, buckets, sums)
    chunks = [Buckets(buckets[at : at + _MONTHS_AT_ONCE]) for at in range(0, len(buckets), _MONTHS_AT_ONCE)]
    return chain.from_iterable(
        _rows_of(ask, query, grouping, ordered, chunk, _by_month(ask, grouping, chunk)) for chunk in chunks
    )


def _by_month(ask: Ask, grouping: Grouping, buckets: Buckets) -> Sums:
    """The sums of the groups that have any."""
    if not grouping.dimensions:
        by_mission = grouping.needs_missions
        return {(): sum_buckets(ask.session, grouping.scope, ask.facts, buckets, by_mission=by_mission)}
    found: dict[tuple[Any, ...], dict[str, Tally]] = {}
    for (month, *group), tally in grouping.fold(sums_of(ask, grouping, buckets, by_bucket=True), lead=1).items():
        found.setdefault(tuple(group), {})[month] = tally
    return {group: Tallies.of(map(months.get, buckets.names)) for group, months in found.items()}


def _rows_of(
    ask: Ask,
    query: SeriesQuery,
    grouping: Grouping,
    groups: Sequence[tuple[Any, ...]],
    buckets: Buckets,
    sums: Sums,
) -> Iterable[Struct]:
    """The rows of all groups, month by month."""
    columns = [one for group in groups for one in _columns(query, grouping, group, buckets, sums, ask.today)]
    rows = chain.from_iterable(zip(*columns, strict=True))
    return filter(None, rows) if By.SEX in grouping.by else rows  # type: ignore[return-value]


def _columns(
    query: SeriesQuery,
    grouping: Grouping,
    group: tuple[Any, ...],
    buckets: Buckets,
    sums: Sums,
    today: str,
) -> Iterator[Iterable[Struct | None]]:
    """The rows of one group through the months, or one such column a sex; None where a month has no such row."""
    tallies = sums[group] if group in sums else Tallies.of([None] * len(buckets))
    whys = grouping.reasons(buckets, group, today)
    if grouping.is_one_cell(group):
        whys = [None if cells == 1 else why for cells, why in zip(tallies.cells, whys, strict=True)]
    for sex, values, are_told in values_of(grouping, tallies, whys):
        link = rows_link(query, grouping, group, sex)
        columns: dict[str, Iterable[Any]] = {
            **{name: repeat(value) for name, value in group_values(grouping, group, sex, None).items()},
            "month": buckets.names,
            **dict(zip(Value.__struct_fields__, values, strict=True)),
            "sources": _sources(buckets, tallies, values[0]),
        }
        if query.lineage:
            columns["missions"] = map(sorted, tallies.missions)
        columns["rows"] = map(link.__add__, buckets.month_filters)
        rows = starmap(row_type(tuple(columns)), zip(*columns.values(), strict=False))
        yield rows if are_told is None else [row if told else None for row, told in zip(rows, are_told, strict=True)]


def _sources(buckets: Buckets, tallies: Tallies, totals: Sequence[int | None]) -> Iterable[Sequence[str]]:
    if buckets.only_sources is not None and None not in totals:
        return buckets.only_sources
    return map(sources_of, buckets, tallies.each(), totals)


def rows_link(query: ScopeQuery, grouping: Grouping, group: tuple[Any, ...], sex: Sex | None) -> str:
    """Address of the counts behind a group, up to where the `month_filter` of a bucket belongs."""
    values = {**grouping.filters(group), "sex": sex}
    address = link("/v1/deployments", query, without=("by", "from_", "to", "month", "against"), **values)
    return address if address.endswith("?") else f"{address}&"
