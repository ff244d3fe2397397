"""What a sum is worth, once the reports are in their order: why nothing counted is not zero, and what is told of a sum.

Pure. The rules are those of the design, sections 2 and 3.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from app.answers.facts import CountryFacts, MissionFacts
from app.answers.rules import Bucket, Buckets


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


def unknown_reasons(
    buckets: Buckets,
    missions: Mapping[str, MissionFacts] | None,
    country: CountryFacts | None,
    today: str,
    *,
    by_mission: bool,
) -> Sequence[Reason | None]:
    """The same for several buckets; worked out once for all countries that existed all the time."""
    ends = (buckets[0].until, buckets[-1].until) if buckets else ()
    if ends and (country is None or all(country.existed_on(end) for end in ends)):
        return _anywhere(buckets, None if missions is None else tuple(missions.items()), today, by_mission)
    return [unknown_reason(one, missions, country, today, by_mission=by_mission) for one in buckets]


@lru_cache(128)
def _anywhere(
    buckets: Buckets, missions: tuple[tuple[str, MissionFacts], ...] | None, today: str, by_mission: bool
) -> tuple[Reason | None, ...]:
    told = None if missions is None else dict(missions)
    return tuple(unknown_reason(one, told, None, today, by_mission=by_mission) for one in buckets)


class Tally(Struct, frozen=True, gc=False):
    """Sums over the counts that stand, as SQL adds them up. All persons but `cells`, `disputed` and `inexact`.

    `women` and `men` are over counts split by sex, `unsplit` over the others. `untyped` are people of whom a
    question about kinds of people knows only the number. `disputed` and `inexact` are counts that are the
    newest of their cell and cannot be used. `reports` are those of the counts. `missions` are told only where a
    question takes several as one.
    """

    total: int = 0
    women: int = 0
    men: int = 0
    unsplit: int = 0
    untyped: int = 0
    cells: int = 0
    disputed: int = 0
    inexact: int = 0
    reports: frozenset[str] = frozenset()
    missions: frozenset[str] = frozenset()

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.total + other.total,
            self.women + other.women,
            self.men + other.men,
            self.unsplit + other.unsplit,
            self.untyped + other.untyped,
            self.cells + other.cells,
            self.disputed + other.disputed,
            self.inexact + other.inexact,
            self.reports | other.reports,
            self.missions | other.missions,
        )


_NOTHING = Tally()


class Tallies(NamedTuple):
    """Tallies column by column, as there may be many of them: the fields of `Tally`, in their order."""

    total: Sequence[int]
    women: Sequence[int]
    men: Sequence[int]
    unsplit: Sequence[int]
    untyped: Sequence[int]
    cells: Sequence[int]
    disputed: Sequence[int]
    inexact: Sequence[int]
    reports: Sequence[frozenset[str]]
    missions: Sequence[frozenset[str]]

    @staticmethod
    def of(tallies: Iterable[Tally | None]) -> "Tallies":
        """The columns of at least one tally; None: nothing was counted."""
        return Tallies(*zip(*map(astuple, [tally or _NOTHING for tally in tallies]), strict=True))

    def each(self) -> Iterator[Tally]:
        """The tallies one by one."""
        return map(Tally, *self)


class Sex(StrEnum):
    """`unknown`: people counted without a split by sex."""

    WOMEN = "women"
    MEN = "men"
    UNKNOWN = "unknown"


class Value(Struct, frozen=True, gc=False):
    """A sum as it is told. `at_least`: more people may be there, in cells that nothing is known of."""

    total: int | None
    women: int | None = None
    men: int | None = None
    at_least: bool = False
    reason: Reason | None = None


ZERO = Value(0, 0, 0)


def value_of(tally: Tally | None, why_unknown: Reason | None, sex: Sex | None = None) -> Value:
    """What is told of a sum; `why_unknown` is None if reports speak of all its cells, so that nothing is zero."""
    if tally is None or (tally.cells == 0 and tally == _NOTHING):
        return ZERO if why_unknown is None else Value(None, reason=why_unknown)
    if sex is not None:
        return _of_one_sex(tally, why_unknown, sex)
    doubt = tally.disputed + tally.inexact + tally.untyped
    if tally.cells == 0 or (tally.total == 0 and tally.untyped > 0):
        return Value(None, reason=doubt_of(tally) or why_unknown)
    if tally.unsplit > 0:
        return Value(tally.total, None, None, why_unknown is not None or doubt > 0, Reason.NOT_SPLIT_BY_SEX)
    return Value(tally.total, tally.women, tally.men, why_unknown is not None or doubt > 0)


def value_columns(tallies: Tallies, whys: Sequence[Reason | None], sex: Sex | None = None) -> Sequence[Sequence[Any]]:
    """The fields of the values of at least one sum, each as a column; sums without any doubt are told as they are."""
    doubts = (tallies.unsplit, tallies.untyped, tallies.disputed, tallies.inexact)
    if sex is None and not any(whys) and not any(map(any, doubts)):
        return tallies.total, tallies.women, tallies.men, (False,) * len(whys), (None,) * len(whys)
    values = [astuple(value_of(tally, why, sex)) for tally, why in zip(tallies.each(), whys, strict=True)]
    return list(zip(*values, strict=True))


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
