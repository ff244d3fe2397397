"""Which report stands before which, how far back the reports of a date are looked at, and why a value is unknown.

Pure. The rules are those of the design, sections 2 and 3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field

from app.answers.facts import CountryFacts, MissionFacts
from app.core.dates import last_day
from app.missions.models import MissionKind
from app.reports.models import Breakdown, Scope
from app.sources.models import SourceKind


class Reason(StrEnum):
    """Why a value is null."""

    NO_OBSERVATION = "no_observation"
    NO_REPORT = "no_report"
    STALE = "stale"
    FUTURE_DATE = "future_date"
    NOT_PUBLISHED_BY_MISSION = "not_published_by_mission"
    MISSION_NOT_STARTED = "mission_not_started"
    MISSION_ENDED = "mission_ended"
    COUNTRY_NOT_EXISTING = "country_not_existing"
    DISPUTED = "disputed"
    NOT_EXACT = "not_exact"
    NOT_SPLIT_BY_TYPE = "not_split_by_type"
    NOT_SPLIT_BY_SEX = "not_split_by_sex"
    NO_CEILING = "no_ceiling"
    NOT_YET_EFFECTIVE = "not_yet_effective"
    NO_TARGET = "no_target"
    NO_PEOPLE = "no_people"


class ReportUsed(BaseModel):
    """A report whose counts were looked at."""

    model_config = ConfigDict(use_enum_values=True)

    id: str = Field(description="Report, see `/v1/reports/{id}`.", examples=["un-dpo-2024-01-31"])
    source: str = Field(description="Source that states it.", examples=["un-dpo-2024-01-31"])
    as_of: str = Field(description="Date it is about.", examples=["2024-01-31"])
    scope: Scope = Field(description="For what it is complete.", examples=["all_missions"])
    breakdown: Breakdown = Field(description="What its counts are broken down by.", examples=["mission"])


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
    def alone(self) -> frozenset[str]:
        """Its id, as what a sum of its counts alone rests on."""
        return frozenset((self.report,))

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


def fill_bucket(name: str, until: str, statements: Iterable[Statement], *, carries_over: bool = False) -> Bucket:
    """Put the statements into their order and drop those behind the one that settles everything."""
    kept: list[Statement] = []
    for one in in_order(statements):
        kept.append(one)
        if one.settles:
            break
    return Bucket(name, until, tuple(kept), carries_over)


def monthly_buckets(months: Sequence[str], statements: Iterable[Statement]) -> list[Bucket]:
    """One bucket a month, of the reports of that month alone; a report dated by its year belongs to none."""
    by_month: dict[str, list[Statement]] = {month: [] for month in months}
    for one in statements:
        if len(one.as_of) > 4 and one.as_of[:7] in by_month:
            by_month[one.as_of[:7]].append(one)
    return [fill_bucket(month, last_day(month), found) for month, found in by_month.items()]


def window_start(until: str, max_age: int) -> str:
    """First day whose statements still count on the day `until`."""
    day = date.fromisoformat(until)
    return (day - timedelta(days=min(max_age, (day - date.min).days))).isoformat()


def unknown_reason(
    bucket: Bucket,
    missions: Mapping[str, MissionFacts] | None,
    country: CountryFacts | None,
    today: str,
    *,
    by_mission: bool,
) -> Reason | None:
    """Why a sum that nothing was counted for is not zero; None if it is zero. `missions` None: all of the UN's."""
    if bucket.name > today[: len(bucket.name)]:
        return Reason.FUTURE_DATE
    if missions and not any(one.started_by(bucket.until) for one in missions.values()):
        return Reason.MISSION_NOT_STARTED
    if country is not None and not country.existed_on(bucket.until):
        return Reason.COUNTRY_NOT_EXISTING
    if by_mission and bucket.by_country_only:
        return Reason.NOT_PUBLISHED_BY_MISSION
    if missions is None and (bucket.covers_all_missions if by_mission else bucket.covers_all):
        return None
    if missions is not None and all(bucket.covers(code, one.kind) for code, one in missions.items()):
        return None
    if missions and all(one.over_by(bucket.until) for one in missions.values()):
        return Reason.MISSION_ENDED
    return Reason.NO_OBSERVATION if bucket.statements else Reason.NO_REPORT


@lru_cache(64)
def months_between(first: str, last: str) -> Sequence[str]:
    """All months from one to another, both included, in order."""
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return tuple(f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, end + 1))


class Tally(Struct, frozen=True):
    """Sums over the counts that stand, as SQL adds them up. All persons but `cells`, `partial`, `left_out`.

    `women` and `men` are over counts split by sex, `unsplit` over the others. `untyped` are people of whom a
    question about kinds of people knows only the number. `left_out`: counts that are the newest of their cell and
    cannot be used, disputed or inexact ones. `missions` are told only where a question takes several as one.
    """

    total: int = 0
    women: int = 0
    men: int = 0
    unsplit: int = 0
    untyped: int = 0
    cells: int = 0
    partial: int = 0
    disputed: int = 0
    inexact: int = 0
    oldest: str | None = None
    reports: frozenset[str] = frozenset()
    missions: frozenset[str] = frozenset()

    def __add__(self, other: "Tally") -> "Tally":
        days = [day for day in (self.oldest, other.oldest) if day is not None]
        return Tally(
            self.total + other.total,
            self.women + other.women,
            self.men + other.men,
            self.unsplit + other.unsplit,
            self.untyped + other.untyped,
            self.cells + other.cells,
            self.partial + other.partial,
            self.disputed + other.disputed,
            self.inexact + other.inexact,
            min(days) if days else None,
            self.reports | other.reports,
            self.missions | other.missions,
        )


class Sex(StrEnum):
    """`unknown`: people counted without a split by sex."""

    WOMEN = "women"
    MEN = "men"
    UNKNOWN = "unknown"


class Value(Struct, frozen=True):
    """A sum as it is told. `at_least`: more people may be there, in cells that nothing is known of."""

    total: int | None
    women: int | None = None
    men: int | None = None
    at_least: bool = False
    reason: Reason | None = None


ZERO = Value(0, 0, 0)
_NOTHING = Tally()


def value_of(tally: Tally | None, why_unknown: Reason | None, sex: Sex | None = None) -> Value:
    """What is told of a sum; `why_unknown` is None if reports speak of all its cells, so that nothing is zero."""
    if tally is None or tally == _NOTHING:
        return ZERO if why_unknown is None else Value(None, reason=why_unknown)
    if sex is not None:
        return _of_one_sex(tally, why_unknown, sex)
    doubt = tally.disputed + tally.inexact + tally.untyped
    if tally.cells == 0 or (tally.total == 0 and tally.untyped > 0):
        return Value(None, reason=doubt_of(tally) or why_unknown)
    if tally.unsplit > 0:
        return Value(tally.total, None, None, why_unknown is not None or doubt > 0, Reason.NOT_SPLIT_BY_SEX)
    return Value(tally.total, tally.women, tally.men, why_unknown is not None or doubt > 0)


def _of_one_sex(tally: Tally, why_unknown: Reason | None, sex: Sex) -> Value:
    number = {Sex.WOMEN: tally.women, Sex.MEN: tally.men, Sex.UNKNOWN: tally.unsplit}[sex]
    open_ended = sex is not Sex.UNKNOWN and tally.unsplit > 0
    doubt = tally.disputed + tally.inexact + tally.untyped
    if tally.cells == 0 or (number == 0 and (open_ended or tally.untyped > 0)):
        reason = Reason.NOT_SPLIT_BY_SEX if open_ended else doubt_of(tally) or why_unknown
        return Value(None, reason=reason)
    return Value(
        number,
        number if sex is Sex.WOMEN else None,
        number if sex is Sex.MEN else None,
        why_unknown is not None or doubt > 0 or open_ended,
    )


def doubt_of(tally: Tally) -> Reason | None:
    """What keeps a sum from being sharp, whatever reports there are."""
    if tally.untyped:
        return Reason.NOT_SPLIT_BY_TYPE
    if tally.disputed:
        return Reason.DISPUTED
    return Reason.NOT_EXACT if tally.inexact else None
