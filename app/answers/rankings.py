"""Contributors in order of their people in one month, from the complete reports of that month alone."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, Field

from app.answers.asking import (
    Answer,
    AnswerMeta,
    Ask,
    By,
    Grouping,
    coverage_of,
    known_at_text,
    reports_used,
    scope_meta,
)
from app.answers.rules import Bucket
from app.answers.scope import DrawnQuery, resolve
from app.answers.series import rows_link
from app.answers.totals import sources_of, sums_of, value_fields
from app.answers.values import Reason, Tally, value_of
from app.core.dates import Month
from app.core.errors import Complaint, InvalidRequest, TrackerError
from app.core.shapes import COUNTRY_NAME


class NoReport(TrackerError):
    code = "no_report"
    status = 404
    title = "No report"
    help = (
        "No report in scope states counts for that month. `/v1/reports` lists what there is; nothing older stands in."
    )


class RankedBy(StrEnum):
    """What contributors are ranked by."""

    TOTAL = "total"
    WOMEN = "women"


class RankingRow(BaseModel):
    """One contributor."""

    rank: int = Field(description="Place; equal numbers share one: 1, 2, 2, 4.", examples=[82])
    country: str = Field(description="Contributor, ISO 3166-1 alpha-3.", examples=["KAZ"])
    country_name: str | None = COUNTRY_NAME
    total: int | None = Field(description="People, persons.", examples=[19])
    women: int | None = Field(description="Women, persons; null: unknown or not asked for.", examples=[1])
    men: int | None = Field(description="Men, persons; null: unknown or not asked for.", examples=[18])
    share_women: float | None = Field(description="Women by women and men, 0 to 1; four decimals.", examples=[0.0526])
    at_least: bool = Field(description="True if more people may be there, of whom nothing is known.", examples=[False])
    reason: Reason | None = Field(description="Why a value is null.", examples=[None])
    rank_against: int | None = Field(
        None, description="Place in the month of `against`; null: none there.", examples=[81]
    )
    rank_change: int | None = Field(
        None, description="Places won (above zero) or lost since the month of `against`.", examples=[-1]
    )
    total_against: int | None = Field(None, description="People in the month of `against`.", examples=[19])
    sources: list[str] = Field(description="Sources of the counts.", examples=[["un-dpo-2024-01-31"]])
    rows: str = Field(
        description="Address of the counts behind the number.",
        examples=["/v1/deployments?country=KAZ&as_of=2024-01-31&max_age=30"],
    )


class RankingsQuery(DrawnQuery):
    month: Month | None = Field(
        None, description="The month; the latest with a complete report unless given.", examples=["2024-01"]
    )
    by: RankedBy = Field(RankedBy.TOTAL, description="What to rank by.", examples=["women"])
    against: Month | None = Field(
        None, description="Another month, to show how places have changed since.", examples=["2023-12"]
    )
    completeness: Literal["complete"] = Field(
        "complete", description="Rankings always come from complete reports.", examples=["complete"]
    )


class RankingMeta(AnswerMeta):
    """What was resolved to rank."""

    month: str = Field(description="The month.", examples=["2024-01"])
    against: str | None = Field(description="The month compared with.", examples=["2023-12"])


def rankings(ask: Ask, query: RankingsQuery) -> Answer:
    """One row a contributor with people, by rank and then by code. Raises NoReport for a month without one."""
    asked = resolve(ask.session, query, ask.view, ask.facts)
    # A country keeps its place among all: `country` picks rows, the other filters pick what is ranked.
    everybody = resolve(ask.session, query.model_copy(update={"country": None}), ask.view, ask.facts)
    scope = replace(everybody, complete_only=True)
    month = query.month or (ask.latest_day(scope) or "")[:7]
    if query.by is RankedBy.WOMEN and query.sex is not None:
        message = "A ranking by women needs both sexes; leave `sex` out."
        raise InvalidRequest(message, [Complaint(message=message, parameter="sex")])
    grouping = Grouping((By.COUNTRY,), scope, ask.facts)
    bucket = _bucket(ask, grouping, month, "month")
    now = grouping.fold(sums_of(ask, grouping, [bucket]))
    then: Mapping[Any, Tally] = {}
    if query.against is not None:
        then = grouping.fold(sums_of(ask, grouping, [_bucket(ask, grouping, query.against, "against")]))
    ranks, before = _ranks(now, query), _ranks(then, query)
    rows = []
    for country, rank in sorted(ranks.items(), key=lambda pair: (pair[1], pair[0])):
        if asked.countries is not None and country not in asked.countries:
            continue
        row = _row(ask, query, grouping, bucket, country, now[(country,)])
        row.rank = rank
        if query.against is not None:
            row.rank_against = before.get(country)
            row.rank_change = None if country not in before else before[country] - rank
            row.total_against = then[(country,)].total if (country,) in then else 0
        rows.append(row)
    meta = RankingMeta(
        revision=ask.view.revision,
        known_at=known_at_text(query),
        month=month,
        against=query.against,
        scope=scope_meta(query, asked, None),
        reports=reports_used([bucket]),
        coverage=coverage_of(bucket, now.values()),
        at_least=any(row.at_least for row in rows),
    )
    left_out = {"rows"} | (set() if query.against else {"rank_against", "rank_change", "total_against"})
    return Answer(rows, meta, [name for name in RankingRow.model_fields if name not in left_out])


def _bucket(ask: Ask, grouping: Grouping, month: str, parameter: str) -> Bucket:
    [bucket] = ask.months(grouping.scope, [month]) if month else [Bucket("", "", ())]
    whole = Grouping((), grouping.scope, ask.facts)
    why = whole.reason(bucket, (), ask.today) if bucket.statements else Reason.NO_REPORT
    if why is not None:
        detail = (
            f"No complete report of {month or 'any month'} answers this ({why.value}). "
            "/v1/reports?scope=all_missions shows which months there are."
        )
        raise NoReport(detail, [Complaint(message=detail, parameter=parameter)])
    return bucket


def _ranks(tallies: Mapping[Any, Tally], query: RankingsQuery) -> dict[str, int]:
    """Ranks of all contributors with people; equal numbers share the place of the first of them."""
    numbers: dict[str, int] = {}
    for (country,), tally in tallies.items():
        value = value_of(tally, None, query.sex)
        number = value.women if query.by is RankedBy.WOMEN else value.total
        if number is not None and number > 0:
            numbers[country] = number
    ordered = sorted(numbers.values(), reverse=True)
    places = {number: place for place, number in reversed(list(enumerate(ordered, start=1)))}
    return {country: places[number] for country, number in numbers.items()}


def _row(ask: Ask, query: RankingsQuery, grouping: Grouping, bucket: Bucket, country: str, tally: Tally) -> RankingRow:
    value = value_of(tally, None, query.sex)
    split = tally.women + tally.men
    return RankingRow(
        rank=0,
        country=country,
        country_name=ask.facts.names.name("country", country),
        share_women=round(tally.women / split, 4) if split and query.sex is None else None,
        **value_fields(value, sources_of(bucket, tally, value.total)),
        rows=rows_link(query, grouping, (country,), None) + bucket.month_filter + "&completeness=complete",
    )
