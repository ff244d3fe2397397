"""The share of women, along any dimensions, on one date, against the UN's targets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from app.answers.asking import (
    Answer,
    Ask,
    By,
    CellBy,
    DayMeta,
    Grouping,
    coverage_of,
    day_bucket,
    group_order,
    known_at_text,
    link,
    reports_used,
    scope_meta,
    value_in,
)
from app.answers.cells import sum_cells
from app.answers.rules import Bucket
from app.answers.scope import AsOfQuery, resolve
from app.answers.totals import CellFields, Unknown, columns_of, group_values, sources_of, sums_of
from app.answers.values import Reason, Tally, Value, doubt_of
from app.core.shapes import AnyOf
from app.core.vocabulary import PersonnelType

# Uniformed Gender Parity Strategy 2018-2028, UN Department of Peace Operations: women per cent, by year. Individual
# military are staff officers and military observers. Of police only the last year's targets are known.
_TROOPS = dict(zip(range(2018, 2029), range(5, 16), strict=True))
_INDIVIDUAL_MILITARY = dict(zip(range(2018, 2029), range(15, 26), strict=True))
TARGETS: Mapping[PersonnelType, Mapping[int, int]] = {
    PersonnelType.TROOPS: _TROOPS,
    PersonnelType.STAFF_OFFICER: _INDIVIDUAL_MILITARY,
    PersonnelType.MILITARY_OBSERVER: _INDIVIDUAL_MILITARY,
    PersonnelType.FORMED_POLICE: {2028: 20},
    PersonnelType.INDIVIDUAL_POLICE: {2028: 30},
}


def target_of(kinds: Iterable[PersonnelType], year: int) -> float | None:
    """The share of women that the UN means to reach in a year; None if there is none, or not one for all the kinds."""
    wanted = {TARGETS.get(kind, {}).get(year) for kind in kinds}
    if len(wanted) != 1:
        return None
    [percent] = wanted
    return None if percent is None else percent / 100


class ShareRow(CellFields):
    """One group, its women and men, and the target for its kind of people."""

    women: int | None = Field(description="Women among those counted by sex, persons; null: unknown.", examples=[4047])
    men: int | None = Field(description="Men among those counted by sex, persons; null: unknown.", examples=[51138])
    counted: int | None = Field(
        description="People counted by sex, women and men, persons: what the share is of. Null: unknown.",
        examples=[55185],
    )
    total: int | None = Field(
        description="All people, those counted without sex among them, persons; null: unknown.", examples=[55185]
    )
    share_women: float | None = Field(
        description="Women by women and men, 0 to 1; four decimals. Null: unknown, or nobody is there.",
        examples=[0.0733],
    )
    target: float | None = Field(
        description="Share the UN means to reach in the year, 0 to 1. Null: none is set for the kind of people and "
        "the year, or the row is about several kinds.",
        examples=[0.11],
    )
    target_year: int | None = Field(description="Year of the target: that of the date.", examples=[2024])
    target_reason: Reason | None = Field(description="Why there is no target.", examples=[None])
    gap_to_target: float | None = Field(
        description="Share less target; below zero: fewer women than meant. Null if either is.", examples=[-0.0367]
    )
    at_least: bool = Field(description="True if more people may be there, of whom nothing is known.", examples=[False])
    reason: Reason | None = Field(
        description="Why the share is null. `not_split_by_sex` beside a share: it leaves some of the people out.",
        examples=[None],
    )
    sources: list[str] = Field(description="Sources of the counts, or of the zero.", examples=[["un-dpo-2024-01-31"]])
    rows: str = Field(
        description="Address of the counts behind the number.",
        examples=["/v1/deployments?personnel_type=troops&as_of=2024-01-31"],
    )


_GROUPS = {"country", "country_name", "region", "mission", "mission_name", "host", "personnel_type"}
COLUMNS = [name for name in ShareRow.model_fields if name not in _GROUPS | {"rows"}]


class SharesQuery(AsOfQuery):
    sex: ClassVar[None] = None  # type: ignore[misc]  # a share needs both

    by: AnyOf[CellBy] = Field(
        [CellBy.PERSONNEL_TYPE], description="What to split the people by.", examples=[["mission"]]
    )


def shares(ask: Ask, query: SharesQuery) -> Answer:
    """One row a group, in order of the groups."""
    scope = resolve(ask.session, query, ask.view, ask.facts)
    grouping = Grouping(tuple(dict.fromkeys(By(one.value) for one in query.by)), scope, ask.facts)
    bucket = day_bucket(ask, scope, query)
    sums: Mapping[tuple[Any, ...], Tally] = {}
    whole: Iterable[Tally] = ()
    if bucket is not None:
        sums = grouping.fold(sums_of(ask, grouping, [bucket]))
        # A pair of country and mission has counts of several kinds: only a sum without kinds tells pairs.
        once = sum_cells(ask.session, scope, ask.facts, [bucket], (), by_mission=grouping.needs_missions)
        whole = once.values()
    groups = _Groups(query, grouping, bucket, sums, Unknown(ask, query, grouping, bucket))
    rows = list(groups.rows())
    meta = DayMeta(
        revision=ask.view.revision,
        known_at=known_at_text(query),
        as_of=None if bucket is None else bucket.until,
        scope=scope_meta(query, scope, query.max_age),
        reports=reports_used([] if bucket is None else [bucket]),
        coverage=coverage_of(bucket, whole),
        at_least=any(row.at_least for row in rows),
    )
    return Answer(rows, meta, [*columns_of(grouping.by), *COLUMNS])


@dataclass(frozen=True)
class _Groups:
    """The people of the day, by group."""

    query: SharesQuery
    grouping: Grouping
    bucket: Bucket | None
    sums: Mapping[tuple[Any, ...], Tally]
    unknown: Unknown

    def rows(self) -> Iterator[ShareRow]:
        """Those that are counted or named; where nothing at all is counted, every kind of people with a target."""
        groups = {*self.sums, *self.grouping.named()}
        if not groups and self.grouping.by == (By.PERSONNEL_TYPE,):
            groups = {(kind.value,) for kind in TARGETS}
        for group in sorted(groups, key=group_order):
            yield self._row(group)

    def _row(self, group: tuple[Any, ...]) -> ShareRow:
        tally, why = self.sums.get(group, Tally()), self.unknown.reason(group)
        value = value_in(self.grouping, group, tally, why)
        value = self.unknown.with_age(group, value)
        split = _split(tally, value)
        share = round(split.women / split.counted, 4) if split.women is not None and split.counted else None
        target = self._target(group)
        return ShareRow(
            **group_values(self.grouping, group, None, None),
            women=split.women,
            men=split.men,
            counted=split.counted,
            total=value.total,
            share_women=share,
            target=target,
            target_year=None if target is None else self._year(),
            target_reason=Reason.NO_TARGET if target is None else None,
            gap_to_target=None if share is None or target is None else round(share - target, 4),
            at_least=value.at_least,
            reason=_reason(tally, value, why),
            sources=sources_of(self.bucket, tally, value.total),
            rows=self._link(group),
        )

    def _year(self) -> int | None:
        return None if self.bucket is None else int(self.bucket.until[:4])

    def _target(self, group: tuple[Any, ...]) -> float | None:
        kinds: Sequence[PersonnelType] = self.grouping.scope.types or ()
        if By.PERSONNEL_TYPE in self.grouping.words:
            kinds = [PersonnelType(group[self.grouping.words.index(By.PERSONNEL_TYPE)])]
        year = self._year()
        return None if year is None else target_of(kinds, year)

    def _link(self, group: tuple[Any, ...]) -> str:
        values = {**self.grouping.filters(group), "as_of": None if self.bucket is None else self.bucket.until}
        return link("/v1/deployments", self.query, without=("by",), **values)


@dataclass(frozen=True)
class _Split:
    """People counted by sex; None: unknown."""

    women: int | None
    men: int | None
    counted: int | None


def _split(tally: Tally, value: Value) -> _Split:
    if value.total is None:
        return _Split(None, None, None)
    if tally.women + tally.men == 0 and tally.unsplit > 0:
        return _Split(None, None, 0)
    return _Split(tally.women, tally.men, tally.women + tally.men)


def _reason(tally: Tally, value: Value, why: Reason | None) -> Reason | None:
    """Why there is no share, or that it leaves people out."""
    if value.total is None:
        return value.reason
    if tally.unsplit > 0:
        return Reason.NOT_SPLIT_BY_SEX
    if value.total > 0:
        return None
    return (doubt_of(tally) or why or Reason.NO_PEOPLE) if value.at_least else Reason.NO_PEOPLE
