"""Which report stands before which, and how far back the reports of a date are looked at.

Pure. The rules are those of the design, sections 2 and 3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from pydantic import BaseModel, ConfigDict, Field

from app.core.dates import last_day
from app.missions.models import MissionKind
from app.reports.models import Breakdown, Scope
from app.sources.models import SourceKind


class ReportUsed(BaseModel):
    """A report whose counts were looked at."""

    model_config = ConfigDict(use_enum_values=True)

    id: str = Field(description="Report, see `/v1/reports/{id}`.", examples=["un-dpo-2024-01-31"])
    source: str = Field(description="Source that states it.", examples=["un-dpo-2024-01-31"])
    as_of: str = Field(description="Date it is about.", examples=["2024-01-31"])
    scope: Scope = Field(description="For what it is complete.", examples=["all_missions"])
    breakdown: Breakdown = Field(description="What its counts are broken down by.", examples=["mission"])

    @cached_property
    def json_text(self) -> str:
        """As JSON, written once: answers about many months tell the same hundreds of reports."""
        return self.model_dump_json()


# The UN before governments before the press; data sets and research are copies of others, so they stand between.
_KIND_ORDER = (
    SourceKind.UN_MONTHLY_REPORT,
    SourceKind.UN_RESOLUTION,
    SourceKind.GOVERNMENT,
    SourceKind.DATASET,
    SourceKind.RESEARCH,
    SourceKind.NEWS,
)


@dataclass(frozen=True)
class Statement:
    """A report as the rules see it. `doubtful`: some of its counts are disputed or not exact; `has_unadded`: some are
    of missions whose people are not added up, such as parts of others.
    """

    report: str
    revision: int
    source: str
    kind: SourceKind
    as_of: str
    as_of_last: str
    scope: Scope
    breakdown: Breakdown
    published_on: str | None
    recorded_in: int
    doubtful: bool = False
    has_unadded: bool = False
    missions: tuple[str, ...] = ()

    @cached_property
    def is_complete(self) -> bool:
        """True if what it leaves out of its scope is zero."""
        return self.scope is not Scope.PARTIAL

    @cached_property
    def used(self) -> ReportUsed:
        """As answers tell that they looked at it."""
        return ReportUsed(
            id=self.report, source=self.source, as_of=self.as_of, scope=self.scope, breakdown=self.breakdown
        )

    @property
    def settles(self) -> bool:
        """True if nothing older can matter: it speaks of everybody everywhere, without doubt."""
        return self.scope is Scope.ALL_MISSIONS and not self.doubtful


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """The statement that stands comes first: latest date; on one date complete before partial, by mission before
    by country, the UN before governments before the press, then later publication, then later recording.
    """
    return sorted(
        statements,
        key=lambda one: (
            one.as_of_last,
            one.is_complete,
            one.breakdown is Breakdown.MISSION,
            -_KIND_ORDER.index(one.kind),
            last_day(one.published_on) if one.published_on else "",
            one.recorded_in,
            one.report,
        ),
        reverse=True,
    )


@dataclass(frozen=True)
class Bucket:
    """The statements that can matter for one date or month, in their order; the last one may settle the rest."""

    name: str
    until: str  # last day asked about
    statements: tuple[Statement, ...]
    carries_over: bool = False  # it looks back beyond the month asked about

    @cached_property
    def is_simple(self) -> bool:
        """True if there is nothing to pick: one report at most, all whose counts can stand."""
        return len(self.statements) < 2 and not any(one.doubtful for one in self.statements)

    @cached_property
    def is_settled(self) -> bool:
        """True if every country and mission has a statement."""
        return bool(self.statements) and self.statements[-1].settles

    @cached_property
    def by_country_only(self) -> bool:
        """True if the counts that stand are given for countries as a whole, not by mission."""
        if self.is_settled:
            return self.statements[-1].breakdown is Breakdown.COUNTRY
        return bool(self.statements) and all(one.breakdown is Breakdown.COUNTRY for one in self.statements)

    def covers(self, mission: str, kind: MissionKind | None) -> bool:
        """True if a complete report says something, zero included, of every country in the mission.

        A report on all missions is one of the UN's, so it is silent about missions of others.
        """
        for one in self.statements:
            if one.breakdown is Breakdown.COUNTRY:
                continue
            if one.scope is Scope.ALL_MISSIONS and kind is not MissionKind.NON_UN:
                return True
            if one.scope is Scope.LISTED_MISSIONS and mission in one.missions:
                return True
        return False

    @cached_property
    def only_sources(self) -> tuple[str, ...] | None:
        """The source of all that is known, if one complete report tells all of it."""
        return self.complete_sources if len(self.statements) == 1 and self.statements[0].is_complete else None

    @cached_property
    def complete_sources(self) -> tuple[str, ...]:
        """The sources that say zero by leaving out, in order."""
        return tuple(sorted({one.source for one in self.statements if one.is_complete}))

    def sources_of(self, reports: frozenset[str]) -> tuple[str, ...]:
        """The sources of some of the reports, in order."""
        if len(self.statements) == 1 == len(reports):
            return (self.statements[0].source,)
        return tuple(sorted({one.source for one in self.statements if one.report in reports}))

    @cached_property
    def month_filter(self) -> str:
        """Parameters of `/v1/deployments`: the counts of a month's last day that are no older than the month."""
        return f"as_of={self.until}&max_age={int(self.until[8:]) - 1}"

    @cached_property
    def covers_all(self) -> bool:
        """True if a report complete for all missions is among the statements, by mission or by country."""
        return any(one.scope is Scope.ALL_MISSIONS for one in self.statements)

    @cached_property
    def covers_all_missions(self) -> bool:
        """The same, by mission."""
        return any(one.scope is Scope.ALL_MISSIONS and one.breakdown is Breakdown.MISSION for one in self.statements)


class Buckets(tuple[Bucket, ...]):
    """Several buckets in order of time, with what is true of all. Equal only to itself, so that it may be a key."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(bucket.name for bucket in self)

    @cached_property
    def only_sources(self) -> tuple[tuple[str, ...], ...] | None:
        """The source of all that is known in each of them, if one complete report tells it everywhere."""
        told = tuple(bucket.only_sources for bucket in self)
        return None if None in told else told  # type: ignore[return-value]

    @cached_property
    def month_filters(self) -> tuple[str, ...]:
        """The `month_filter` of each of them."""
        return tuple(bucket.month_filter for bucket in self)

    @cached_property
    def have_countries_only(self) -> bool:
        """True if in some of them the counts that stand are given for countries as a whole."""
        return any(bucket.by_country_only for bucket in self)

    @cached_property
    def is_simple(self) -> bool:
        """True if there is nothing to pick in any of them."""
        return all(bucket.is_simple for bucket in self)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements, bucket by bucket."""
        return tuple(one for bucket in self for one in bucket.statements)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """By report, the place of its bucket; no two buckets share one."""
        return {one.report: place for place, bucket in enumerate(self) for one in bucket.statements}

    @cached_property
    def reports(self) -> tuple[frozenset[str], ...]:
        """The reports of each of them."""
        return tuple(frozenset(one.report for one in bucket.statements) for bucket in self)

    @cached_property
    def has_unadded(self) -> bool:
        """True if some counts are of missions whose people are not added up."""
        return any(one.has_unadded for one in self.statements)

    @cached_property
    def used(self) -> list[ReportUsed]:
        """The statements as answers tell that they looked at them."""
        return [one.used for one in self.statements]


def fill_bucket(name: str, until: str, statements: Iterable[Statement], *, carries_over: bool = False) -> Bucket:
    """Put the statements into their order and drop those behind the one that settles everything."""
    kept: list[Statement] = []
    for one in in_order(statements):
        kept.append(one)
        if one.settles:
            break
    return Bucket(name, until, tuple(kept), carries_over)


def carried_bucket(day: str, statements: Iterable[Statement] = ()) -> Bucket:
    """The bucket of one day, for which older statements still count."""
    return fill_bucket(day, day, statements, carries_over=True)


def monthly_buckets(months: Sequence[str], statements: Iterable[Statement]) -> Buckets:
    """One bucket a month, of the reports of that month alone; a report dated by its year belongs to none."""
    by_month: dict[str, list[Statement]] = {month: [] for month in months}
    for one in statements:
        if len(one.as_of) > 4 and one.as_of[:7] in by_month:
            by_month[one.as_of[:7]].append(one)
    return Buckets(fill_bucket(month, last_day(month), found) for month, found in by_month.items())


def window_start(until: str, max_age: int) -> str:
    """First day whose statements still count on the day `until`."""
    day = date.fromisoformat(until)
    return (day - timedelta(days=min(max_age, (day - date.min).days))).isoformat()


@lru_cache(64)
def months_between(first: str, last: str) -> Sequence[str]:
    """All months from one to another, both included, in order."""
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return tuple(f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, end + 1))
