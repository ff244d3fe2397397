"""How many people, summed along any dimensions, on one date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple
from pydantic import BaseModel, Field

from app.answers.asking import (
    Answer,
    Ask,
    By,
    DayMeta,
    Grouping,
    coverage_of,
    day_bucket,
    group_order,
    is_told,
    known_at_text,
    link_to,
    linked,
    reports_used,
    scope_meta,
    values_of,
)
from app.answers.cells import sum_cells
from app.answers.explain import Explained, explain
from app.answers.plans import RelatedPlan, related_plans
from app.answers.rules import Bucket, fill_bucket, window_start
from app.answers.scope import AsOfQuery, DrawnQuery, resolve
from app.answers.values import Reason, Sex, Tallies, Tally, Value, unknown_reason
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, AnyOf, row_type
from app.core.vocabulary import PersonnelType, Region
from app.core.waiting import ROWS, leave_loop

LOOKED_AT = (Reason.NO_OBSERVATION, Reason.NO_REPORT)


class CellFields(BaseModel):
    """The fields by which cells are put into groups; a row has those that were asked for."""

    country: str | None = Field(
        None, description="Contributor, ISO 3166-1 alpha-3; with `by=country`.", examples=["KAZ"]
    )
    country_name: str | None = COUNTRY_NAME
    region: Region | None = Field(
        None, description="UN region of the contributors; null: none. With `by=region`.", examples=["Asia"]
    )
    mission: str | None = Field(None, description="Mission; with `by=mission`.", examples=["UNIFIL"])
    mission_name: str | None = MISSION_NAME
    host: str | None = Field(
        None,
        description="All hosts of the missions, joined by `;`, so that each mission counts once. With `by=host`.",
        examples=["LBN"],
    )
    personnel_type: PersonnelType | None = Field(
        None, description="Kind of people; with `by=personnel_type`.", examples=["troops"]
    )


class GroupFields(CellFields):
    """The fields of `by`; a row has those that were asked for."""

    sex: Sex | None = Field(None, description="With `by=sex`.", examples=["women"])
    month: str | None = Field(None, description="Month; with `by=month`, and in series.", examples=["2024-01"])


class ValueFields(BaseModel):
    """A sum and what it is worth."""

    total: int | None = Field(description="People, persons; null: unknown.", examples=[19])
    women: int | None = Field(description="Women, persons; null: unknown or not asked for.", examples=[1])
    men: int | None = Field(description="Men, persons; null: unknown or not asked for.", examples=[18])
    at_least: bool = Field(description="True if more people may be there, of whom nothing is known.", examples=[False])
    reason: Reason | None = Field(description="Why a value is null.", examples=[None])
    sources: list[str] = Field(description="Sources of the counts, or of the zero.", examples=[["un-dpo-2024-01-31"]])


class TotalRow(ValueFields, GroupFields):
    """One group and its sum."""

    rows: str = Field(
        description="Address of the counts behind the number.",
        examples=["/v1/deployments?country=KAZ&as_of=2024-01-31"],
    )
    plans: list[RelatedPlan] = Field(
        [], description="Where nothing is known of a country in a mission: the plans for it. Plans are no counts."
    )


class TotalsQuery(DrawnQuery, AsOfQuery):
    by: AnyOf[By] | None = Field(None, description="What to split the sum by.", examples=[["mission"]])
    explain: bool = Field(
        False,
        description="`true` lists the counts that the sum rests on, and those it does not, each with the reason.",
        examples=[True],
    )


def totals(ask: Ask, query: TotalsQuery) -> Answer:
    """One row a group, in order of the groups; one row in all without `by`."""
    scope = resolve(ask.session, query, ask.view, ask.facts)
    grouping = Grouping(tuple(dict.fromkeys(query.by or ())), scope, ask.facts)
    bucket = day_bucket(ask, scope, query)
    groups: Mapping[tuple[Any, ...], Tally] = {}
    if bucket is not None:
        groups = grouping.fold(sums_of(ask, grouping, [bucket]))
    rows: list[Any] = list(_rows(ask, query, grouping, bucket, groups))
    meta = DayMeta(
        revision=ask.view.revision,
        known_at=known_at_text(query),
        as_of=None if bucket is None else bucket.until,
        scope=scope_meta(query, scope, query.max_age),
        reports=reports_used([] if bucket is None else [bucket]),
        coverage=coverage_of(bucket, _cells(ask, grouping, bucket, groups)),
        at_least=any(row.at_least for row in rows),
    )
    beside: dict[str, Sequence[Explained]] = {}
    if query.explain:
        counted, not_counted = explain(ask, scope, bucket, query.max_age)
        beside = {"counted": counted, "not_counted": not_counted}
    return Answer(rows, meta, [*columns_of(grouping.by), *ValueFields.model_fields], beside)


def rest_reason(ask: Ask, query: TotalsQuery) -> Reason | None:
    """Why nothing is known of contributors that an answer `by=country` has no row of; None: they have nobody there."""
    scope = replace(resolve(ask.session, query, ask.view, ask.facts), countries=None)
    return Unknown(ask, query, Grouping((), scope, ask.facts), day_bucket(ask, scope, query)).reason(())


def _cells(ask: Ask, grouping: Grouping, bucket: Bucket | None, groups: Mapping[Any, Tally]) -> Iterable[Tally]:
    """The sums without a split by kinds of people, so that each country in a mission is one cell."""
    if By.PERSONNEL_TYPE not in grouping.by or bucket is None:
        return groups.values()
    by = tuple(one for one in grouping.by if one is not By.PERSONNEL_TYPE)
    whole = Grouping(by, grouping.scope, ask.facts)
    return sums_of(ask, whole, [bucket]).values()


def sums_of(
    ask: Ask, grouping: Grouping, buckets: Sequence[Bucket], *, by_bucket: bool = False
) -> dict[tuple[Any, ...], Tally]:
    """The sums of a grouping by the dimensions of SQL, the bucket first if asked for."""
    by = (*(("bucket",) if by_bucket else ()), *grouping.dimensions)
    return sum_cells(ask.session, grouping.scope, ask.facts, buckets, by, by_mission=grouping.needs_missions)


def columns_of(by: Sequence[By]) -> list[str]:
    """The fields of `by`, the name of a code right behind the code."""
    return [name for one in by for name in ([one.value, f"{one.value}_name"] if one in NAMED else [one.value])]


NAMED = (By.COUNTRY, By.MISSION)


def group_values(grouping: Grouping, group: tuple[Any, ...], sex: Sex | None, month: str | None) -> dict[str, Any]:
    """The fields of `by` of one row, with the names of codes."""
    values: dict[str, Any] = {}
    parts = iter(group)
    names = grouping.facts.names
    for one in grouping.by:
        word = str(one)  # `value` takes five times as long
        values[word] = sex if one is By.SEX else month if one is By.MONTH else next(parts)
        if one in NAMED:
            values[f"{word}_name"] = names.name(word, values[word])  # type: ignore[arg-type]
    return values


def value_fields(value: Value, sources: Sequence[str]) -> dict[str, Any]:
    """The fields of a value."""
    return {
        "total": value.total,
        "women": value.women,
        "men": value.men,
        "at_least": value.at_least,
        "reason": value.reason,
        "sources": sources,
    }


def sources_of(bucket: Bucket | None, tally: Tally | None, total: int | None) -> Sequence[str]:
    """Sources of the counts behind a sum, or of the complete reports that say zero; none where nothing is known."""
    if bucket is None or total is None:
        return ()
    if bucket.only_sources is not None:
        return bucket.only_sources
    return bucket.complete_sources if tally is None or not tally.reports else bucket.sources_of(tally.reports)


def _rows(
    ask: Ask, query: TotalsQuery, grouping: Grouping, bucket: Bucket | None, groups: Mapping[tuple[Any, ...], Tally]
) -> Iterable[Struct]:
    asked = {*groups, *grouping.named()}
    if len(asked) > ROWS:
        leave_loop()
    ordered, write = sorted(asked, key=group_order), _Rows(ask, query, grouping, bucket)
    tallies = [groups.get(group) for group in ordered]
    whys = [
        None if is_told(grouping, group, tally) else write.unknown.reason(group)
        for group, tally in zip(ordered, tallies, strict=True)
    ]
    by_sex = []
    for sex, values, are_told in values_of(grouping, Tallies.of(tallies), whys) if ordered else ():
        sums = zip(ordered, tallies, zip(*values, strict=True), are_told or repeat(True), strict=False)
        by_sex.append([write.row(group, sex, tally, value) if told else None for group, tally, value, told in sums])
    return filter(None, chain.from_iterable(zip(*by_sex, strict=True)))


class _Rows:
    """Makes rows of values."""

    def __init__(self, ask: Ask, query: TotalsQuery, grouping: Grouping, bucket: Bucket | None) -> None:
        self.grouping, self.bucket = grouping, bucket
        self.unknown = Unknown(ask, query, grouping, bucket)
        self.month = None if bucket is None else bucket.until[:7]
        self.repeated = linked(query, without=("by", "explain"))
        fields = (*columns_of(grouping.by), *ValueFields.model_fields, "rows")
        self.known_row, self.unknown_row = row_type(fields), row_type((*fields, "plans"))

    def row(self, group: tuple[Any, ...], sex: Sex | None, tally: Tally | None, value: Sequence[Any]) -> Struct:
        """One row; plans stand beside what is unknown."""
        codes = group_values(self.grouping, group, sex, self.month).values()
        day = None if self.bucket is None else self.bucket.until
        link = link_to("/v1/deployments", self.repeated, **self.grouping.filters(group), sex=sex, as_of=day)
        if value[0] is not None:
            return self.known_row(*codes, *value, sources_of(self.bucket, tally, value[0]), link)
        aged = astuple(self.unknown.with_age(group, Value(*value)))
        return self.unknown_row(*codes, *aged, (), link, self.unknown.plans(group))


def _earlier_groups(ask: Ask, grouping: Grouping, before: str) -> tuple[Bucket, set[tuple[Any, ...]]]:
    """What was stated before a day: the bucket of all reports until then, and the groups it counts people of."""
    found = ask.statements(grouping.scope, "0001-01-01", before)
    bucket = fill_bucket(before, before, found)
    return bucket, set(grouping.fold(sums_of(ask, grouping, [bucket])))


class Unknown:
    """Says why groups are unknown; looks at what is older only if some are."""

    def __init__(self, ask: Ask, query: AsOfQuery, grouping: Grouping, bucket: Bucket | None) -> None:
        self.ask, self.query, self.grouping, self.bucket = ask, query, grouping, bucket
        self._earlier: tuple[Bucket, set[tuple[Any, ...]]] | None = None

    def reason(self, group: tuple[Any, ...]) -> Reason | None:
        """None if the group is zero where nothing is counted."""
        if self.bucket is None:
            return Reason.NO_REPORT
        return self.grouping.reason(self.bucket, group, self.ask.today)

    def doubts(self) -> Mapping[tuple[Any, ...], Tally]:
        """The sums of the groups, those of counts that cannot be used among them."""
        return {} if self.bucket is None else self.grouping.fold(sums_of(self.ask, self.grouping, [self.bucket]))

    def with_age(self, group: tuple[Any, ...], value: Value) -> Value:
        """The value, `stale` if something was stated about the group that is too old to count."""
        if value.total is not None or value.reason not in LOOKED_AT or self.bucket is None:
            return value
        if self._earlier is None:
            first = window_start(self.bucket.until, self.query.max_age)
            self._earlier = _earlier_groups(self.ask, self.grouping, first)
        bucket, stated = self._earlier
        missions = self.grouping.missions_of(group)
        was_zero = unknown_reason(bucket, missions, None, self.ask.today, by_mission=self.grouping.needs_missions)
        if group in stated or (was_zero is None and bucket.statements):
            return Value(None, reason=Reason.STALE)
        return value

    def plans(self, group: tuple[Any, ...]) -> list[RelatedPlan]:
        """Plans for the one country and the missions that a group is about."""
        country, missions = self.grouping.country_of(group), self.grouping.missions_of(group)
        if country is None or missions is None or self.bucket is None:
            return []
        return related_plans(self.ask, [country], sorted(missions))
