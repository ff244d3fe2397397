"""The counts that stand on one date, row by row, each with its report and source."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from pydantic import BaseModel, Field

from app.answers.asking import (
    Answer,
    Ask,
    By,
    DayMeta,
    Grouping,
    day_bucket,
    known_at_text,
    reports_used,
    scope_meta,
)
from app.answers.cells import Count, list_counts
from app.answers.plans import RelatedPlan, related_plans
from app.answers.rules import Bucket, Statement, fill_bucket, in_order
from app.answers.scope import AsOfQuery, Coverage, Scope, resolve
from app.answers.totals import Unknown
from app.answers.values import Reason, Sex, Tally, Value, value_of
from app.core.errors import Complaint, InvalidRequest
from app.core.shapes import COUNTRY_NAME, MISSION_NAME
from app.core.vocabulary import PersonnelType

_MOST_PAIRS = 10_000


class Alternative(BaseModel):
    """What another source states for the same country, mission and date. It does not stand."""

    report: str = Field(description="Report that states it.", examples=["caspian-news-2024-01-20"])
    source: str = Field(description="Its source.", examples=["caspian-news-2024-01-20"])
    as_of: str = Field(description="Date it is about.", examples=["2024-01-20"])
    total: int = Field(description="People of all kinds, persons.", examples=[6])


class DeploymentRow(BaseModel):
    """One count that stands; or what is said of a country and mission that were asked for by name and have none."""

    country: str = Field(description="Contributor, ISO 3166-1 alpha-3.", examples=["KAZ"])
    country_name: str | None = COUNTRY_NAME
    mission: str = Field(description="Mission.", examples=["UNDOF"])
    mission_name: str | None = MISSION_NAME
    personnel_type: PersonnelType | None = Field(
        description="Kind of people; null where no count is stated.", examples=["troops"]
    )
    as_of: str | None = Field(description="Date of the statement that stands.", examples=["2024-03-31"])
    total: int | None = Field(description="People, persons; null: unknown.", examples=[139])
    women: int | None = Field(description="Women, persons; null: unknown or not asked for.", examples=[7])
    men: int | None = Field(description="Men, persons; null: unknown or not asked for.", examples=[132])
    reason: Reason | None = Field(description="Why a value is null.", examples=[None])
    report: str | None = Field(
        description="Report that states it; for a zero that nobody printed, the complete report that says it.",
        examples=["un-dpo-2024-03-31"],
    )
    source: str | None = Field(description="Source of the report.", examples=["un-dpo-2024-03-31"])
    headcount: int | None = Field(
        description="Headcount, see `/v1/headcounts/{id}`; null for a zero that nobody printed.", examples=[1]
    )
    trace: str | None = Field(
        description="Address of the record behind the number.",
        examples=["/v1/headcounts/1?include=report_record,source_record"],
    )
    alternatives: list[Alternative] = Field(
        [], description="With `alternatives=true`: what others state for the same date."
    )
    plans: list[RelatedPlan] = Field([], description="Where the count is unknown: plans. They are no counts.")


COLUMNS = [name for name in DeploymentRow.model_fields if name not in ("trace", "alternatives", "plans")]


class DeploymentsQuery(AsOfQuery):
    alternatives: bool = Field(
        False, description="`true` adds what other sources state for the same date.", examples=[True]
    )
    limit: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="Rows on a page, 1 to 1000. JSON: 100 unless given. CSV and NDJSON: all unless given.",
        examples=[100],
    )
    cursor: str | None = Field(
        None,
        max_length=4000,
        description="Place to go on from: taken out of `links.next`, never made up. "
        "All pages of a crawl show one state of the record.",
    )


def deployments(ask: Ask, query: DeploymentsQuery) -> Answer:
    """Rows by country, mission and kind of people. Pairs of a named country and a named mission are always told."""
    scope = resolve(ask.session, query, ask.view, ask.facts)
    bucket = day_bucket(ask, scope, query)
    counts = [] if bucket is None else list_counts(ask.session, scope, ask.facts, [bucket])
    rows = [_row(ask, bucket, count, scope.sex) for count in counts if bucket is not None]
    rows += _unprinted(ask, query, scope, bucket, {(row.country, row.mission) for row in rows})
    rows.sort(key=lambda row: (row.country, row.mission, row.personnel_type or ""))
    if query.alternatives and bucket is not None:
        _add_alternatives(ask, scope, bucket, rows)
    meta = DayMeta(
        revision=ask.view.revision,
        known_at=known_at_text(query),
        as_of=None if bucket is None else bucket.until,
        scope=scope_meta(query, scope, query.max_age),
        reports=reports_used([] if bucket is None else [bucket]),
        coverage=_coverage(bucket, counts, rows),
        at_least=None,
    )
    return Answer(rows, meta, COLUMNS)


def _row(ask: Ask, bucket: Bucket, count: Count, sex: Sex | None) -> DeploymentRow:
    statement = bucket.statements[count.place]
    value = value_of(_tally(count), None, sex)
    assert count.mission is not None  # noqa: S101  (counts by country alone are not listed)
    return DeploymentRow(
        country=count.country,
        country_name=ask.facts.names.name("country", count.country),
        mission=count.mission,
        mission_name=ask.facts.names.name("mission", count.mission),
        personnel_type=count.personnel_type,
        as_of=statement.as_of,
        total=value.total,
        women=value.women,
        men=value.men,
        reason=value.reason,
        report=statement.report,
        source=statement.source,
        headcount=count.headcount,
        trace=f"/v1/headcounts/{count.headcount}?include=report_record,source_record",
    )


def _tally(count: Count) -> Tally:
    if count.women is None or count.men is None:
        return Tally(total=count.total, unsplit=count.total, cells=1)
    return Tally(total=count.total, women=count.women, men=count.men, cells=1)


def _unprinted(
    ask: Ask, query: DeploymentsQuery, scope: Scope, bucket: Bucket | None, told: set[tuple[str, str]]
) -> list[DeploymentRow]:
    """Zero or unknown, for every named country in every named mission of which no count stands."""
    countries, missions = scope.named.get("country"), scope.missions if "mission" in scope.named else None
    if countries is None or missions is None:
        return []
    pairs = [pair for pair in product(countries, missions) if pair not in told]
    if len(pairs) > _MOST_PAIRS:
        message = f"{len(countries)} countries in {len(missions)} missions are too many pairs; name fewer."
        raise InvalidRequest(message, [Complaint(message=message, parameter="mission")])
    if not pairs:
        return []
    grouping = Grouping((By.COUNTRY, By.MISSION), replace(scope, lines={}), ask.facts)
    unknown = Unknown(ask, query, grouping, bucket)
    sums = unknown.doubts()
    plans: list[RelatedPlan] | None = None
    rows = []
    for country, mission in pairs:
        pair = (country, mission)
        value = unknown.with_age(pair, value_of(sums.get(pair), unknown.reason(pair)))
        row = _unprinted_row(ask, bucket, pair, value)
        if value.total is None:
            plans = related_plans(ask, countries, missions) if plans is None else plans
            row.plans = [plan for plan in plans if (plan.country, plan.mission) == pair]
        rows.append(row)
    return rows


def _unprinted_row(ask: Ask, bucket: Bucket | None, pair: tuple[str, str], value: Value) -> DeploymentRow:
    country, mission = pair
    said = None if bucket is None or value.total is None else _said_zero(ask, bucket, mission)
    return DeploymentRow(
        country=country,
        country_name=ask.facts.names.name("country", country),
        mission=mission,
        mission_name=ask.facts.names.name("mission", mission),
        personnel_type=None,
        as_of=None if said is None else said.as_of,
        total=value.total,
        women=value.women,
        men=value.men,
        reason=value.reason,
        report=None if said is None else said.report,
        source=None if said is None else said.source,
        headcount=None,
        trace=None if said is None else link_to_report(said.report),
    )


def link_to_report(report: str) -> str:
    """Address of a report with its source."""
    return f"/v1/reports/{report}?include=source_record"


def _said_zero(ask: Ask, bucket: Bucket, mission: str) -> Statement | None:
    """The complete report that says zero by leaving out."""
    kind = ask.facts.missions[mission].kind
    for one in bucket.statements:
        if Bucket(bucket.name, bucket.until, (one,)).covers(mission, kind):
            return one
    return None


def _coverage(bucket: Bucket | None, counts: Sequence[Count], rows: Sequence[DeploymentRow]) -> Coverage:
    used = {bucket.statements[count.place] for count in counts} if bucket is not None else set()
    return Coverage(
        cells=len({(count.country, count.mission) for count in counts}),
        unknown=sum(row.total is None for row in rows),
        oldest=min((one.as_of_last for one in used), default=None),
        all_complete=all(one.is_complete for one in used),
    )


def _add_alternatives(ask: Ask, scope: Scope, bucket: Bucket, rows: Sequence[DeploymentRow]) -> None:
    """What other reports state for the same country, mission and date as the one that stands."""
    days = {row.as_of for row in rows} - {None}
    dates = {one.as_of_last for one in bucket.statements if one.as_of in days}
    if not dates:
        return
    found = in_order(ask.statements(scope, min(dates), max(dates)))
    others = _stated(ask, scope, found)
    last_days = {one.report: one.as_of_last for one in found}
    for row in rows:
        if row.report is None:
            continue
        day = last_days[row.report]
        row.alternatives = [
            Alternative(report=one.report, source=one.source, as_of=one.as_of, total=total)
            for one, total in others.get((row.country, row.mission), ())
            if one.as_of_last == day and one.report != row.report
        ]


def _stated(
    ask: Ask, scope: Scope, found: Sequence[Statement]
) -> Mapping[tuple[str, str], list[tuple[Statement, int]]]:
    """Every report's own total of each country and mission, in the order in which they would stand."""
    # Each report alone in a bucket of its own states everything it says.
    buckets = [fill_bucket(one.report, one.as_of_last, [one]) for one in found]
    by_pair: dict[tuple[str, str], dict[str, int]] = {}
    for count in list_counts(ask.session, scope, ask.facts, buckets):
        if count.mission is not None:
            totals = by_pair.setdefault((count.country, count.mission), {})
            totals[count.report] = totals.get(count.report, 0) + count.total
    return {
        pair: [(one, totals[one.report]) for one in found if one.report in totals] for pair, totals in by_pair.items()
    }
