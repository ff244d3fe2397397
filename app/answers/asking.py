"""What all answers share: the state asked about, the groups of a sum, and the parts that say what was resolved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import product
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.answers.facts import CountryFacts, Facts, MissionFacts
from app.answers.rules import Bucket, Buckets, ReportUsed, Statement, carried_bucket, monthly_buckets, window_start
from app.answers.scope import AsOfQuery, Coverage, Scope, ScopeMeta, ScopeQuery
from app.answers.statements import Reports, find_statements, latest_day
from app.answers.values import (
    Reason,
    Sex,
    Tallies,
    Tally,
    Value,
    unknown_reason,
    unknown_reasons,
    value_columns,
    value_of,
)
from app.core.dates import first_day, last_day
from app.core.history import View

_MOST_NAMED = 10_000
_MANY = 10  # reports; of fewer it takes longer to put their JSON together than to write it


class By(StrEnum):
    """What a sum can be split by."""

    COUNTRY = "country"
    MISSION = "mission"
    REGION = "region"
    HOST = "host"
    PERSONNEL_TYPE = "personnel_type"
    SEX = "sex"
    MONTH = "month"


class CellBy(StrEnum):
    """What cells can be put together by."""

    COUNTRY = "country"
    MISSION = "mission"
    REGION = "region"
    HOST = "host"
    PERSONNEL_TYPE = "personnel_type"


@dataclass(frozen=True)
class Ask:
    """Who asks: one snapshot of the database, the state of the record looked at, and the day it is today."""

    session: Session
    view: View
    facts: Facts
    today: str
    reports: Reports | None = None  # all of the view, where they are kept in memory

    def statements(self, scope: Scope, first: str, last: str) -> list[Statement]:
        """The reports in scope whose date lies between two days, both included."""
        kept = self._kept(scope)
        return find_statements(self.session, scope, first, last) if kept is None else kept.find(scope, first, last)

    def latest_day(self, scope: Scope, until: str | None = None) -> str | None:
        """Date of the latest report in scope, the latest up to a day if one is given."""
        kept = self._kept(scope)
        return latest_day(self.session, scope, until) if kept is None else kept.latest_day(scope, until)

    def day(self, scope: Scope, until: str, max_age: int) -> Bucket:
        """The reports that can matter for a day."""
        kept = self._kept(scope)
        if kept is not None:
            return kept.day(scope, until, max_age)
        return carried_bucket(until, self.statements(scope, window_start(until, max_age), until))

    def months(self, scope: Scope, months: Sequence[str]) -> Buckets:
        """The reports of each of some months that follow one another."""
        if not months:
            return Buckets()
        kept = self._kept(scope)
        if kept is not None:
            return kept.months(scope, months)
        return monthly_buckets(months, self.statements(scope, first_day(months[0]), last_day(months[-1])))

    def _kept(self, scope: Scope) -> Reports | None:
        return self.reports if scope.view == self.view else None


Row = BaseModel | Struct


class AnswerMeta(BaseModel):
    """What was resolved to answer."""

    revision: int = Field(description="Number of the last change the answer takes into account.", examples=[120])
    known_at: str | None = Field(description="The moment asked about, UTC; null: now.", examples=[None])
    scope: ScopeMeta = Field(description="The scope asked about, resolved to codes.")
    reports: list[ReportUsed] = Field(description="Reports looked at, the one that stands before the others first.")
    coverage: Coverage | None = Field(None, description="What the numbers rest on.")
    at_least: bool | None = Field(
        None, description="True if any number of the answer is a lower bound.", examples=[False]
    )

    def json_text(self) -> str:
        """As JSON; of many reports what each of them has ready."""
        if len(self.reports) < _MANY:
            return self.model_dump_json(by_alias=True)
        rest = self.model_copy(update={"reports": []}).model_dump_json(by_alias=True)
        reports = ",".join([one.json_text for one in self.reports])
        return rest.replace('"reports":[]', f'"reports":[{reports}]', 1)


class DayMeta(AnswerMeta):
    """What was resolved to answer about one date."""

    as_of: str | None = Field(
        description="The date asked about; null if there is no report at all.", examples=["2024-01-31"]
    )


@dataclass
class Answer:
    """Rows in order, what was resolved, and lists beside the rows. `columns` are the fields of a CSV."""

    rows: Iterable[Row]
    meta: BaseModel
    columns: Sequence[str]
    beside: Mapping[str, Sequence[BaseModel]] = field(default_factory=dict)
    next_offset: int | None = None


def day_bucket(ask: Ask, scope: Scope, query: AsOfQuery) -> Bucket | None:
    """The statements that can matter for `as_of`, or for the latest report in scope; None if there is no report."""
    until = last_day(query.as_of) if query.as_of else ask.latest_day(scope)
    if until is None:
        return None
    if until > ask.today:
        return carried_bucket(until)  # nobody can have counted people of tomorrow
    return ask.day(scope, until, query.max_age)


def scope_meta(query: ScopeQuery, scope: Scope, max_age: int | None) -> ScopeMeta:
    """What was asked, as resolved."""
    return ScopeMeta(
        countries=_listed(scope.countries),
        missions=_listed(scope.missions),
        left_out=[] if scope.missions is not None else list(scope.left_out),
        personnel_types=_listed(scope.types),
        sex=scope.sex,
        sources=_listed(scope.sources),
        completeness=query.completeness,
        max_age=max_age,
        lineage=query.lineage,
    )


def _listed(values: Sequence[Any] | None) -> list[Any] | None:
    return None if values is None else list(values)


def reports_used(buckets: Iterable[Bucket]) -> list[ReportUsed]:
    """The reports of the buckets, each with what it is complete for."""
    if isinstance(buckets, Buckets):
        return buckets.used
    return [one.used for bucket in buckets for one in bucket.statements]


def coverage_of(bucket: Bucket | None, tallies: Iterable[Tally]) -> Coverage:
    """What the numbers rest on, over all groups."""
    sums = list(tallies)
    reports = frozenset().union(*[one.reports for one in sums])
    used = [] if bucket is None else [one for one in bucket.statements if one.report in reports]
    return Coverage(
        cells=sum([one.cells for one in sums]),
        unknown=sum([one.disputed + one.inexact for one in sums]),
        oldest=min([one.as_of_last for one in used], default=None),
        all_complete=all(one.is_complete for one in used),
    )


def known_at_text(query: ScopeQuery) -> str | None:
    """`known_at` as it is echoed."""
    return None if query.known_at is None else query.known_at.isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Grouping:
    """How the cells of a scope are put together: the words of `by`, in their order."""

    by: tuple[By, ...]
    scope: Scope
    facts: Facts
    _missions: dict[tuple[Any, ...], dict[str, MissionFacts] | None] = field(default_factory=dict)

    @cached_property
    def words(self) -> tuple[By, ...]:
        """The words that make groups: sex and month split what a group holds."""
        return tuple(one for one in self.by if one not in (By.SEX, By.MONTH))

    @cached_property
    def needs_missions(self) -> bool:
        """True if only counts by mission can answer."""
        return self.scope.missions is not None or By.MISSION in self.by or By.HOST in self.by

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """What SQL groups by; regions, hosts and lines are put together afterwards."""
        wanted = {
            "country": By.COUNTRY in self.by or By.REGION in self.by,
            "mission": By.MISSION in self.by or By.HOST in self.by or bool(self.scope.lines),
            "personnel_type": By.PERSONNEL_TYPE in self.by,
        }
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)

    def group_of(self, codes: Mapping[str, Any]) -> tuple[Any, ...]:
        """The group that a cell belongs to, without sex and month."""
        return tuple(self._value(one, codes) for one in self.words)

    def _value(self, one: By, codes: Mapping[str, Any]) -> Any:
        if one is By.REGION:
            region = self.facts.countries[codes["country"]].region
            return None if region is None else region.value
        if one is By.HOST:
            return self.host_of(codes["mission"])
        if one is By.MISSION:
            return self.scope.lines.get(codes["mission"], codes["mission"])
        return codes[one.value]

    def host_of(self, mission: str) -> str | None:
        """All hosts of a mission as one value: a mission counts once, so groups by host add up."""
        hosts = self.facts.missions[mission].hosts if mission in self.facts.missions else ()
        return ";".join(hosts) or None

    def fold(self, sums: Mapping[tuple[Any, ...], Tally], lead: int = 0) -> Mapping[tuple[Any, ...], Tally]:
        """Sums by the dimensions of SQL, put together into groups; the first `lead` parts of a key stay before them."""
        if not self.scope.lines and self.dimensions == tuple(word.value for word in self.words):
            return sums
        groups: dict[tuple[Any, ...], Tally] = {}
        for key, tally in sums.items():
            codes = dict(zip(self.dimensions, key[lead:], strict=True))
            group, told = (*key[:lead], *self.group_of(codes)), tally
            if self.scope.lines and tally.total > 0 and "mission" in codes:
                told = replace(tally, missions=frozenset({codes["mission"]}))
            groups[group] = groups[group] + told if group in groups else told
        return groups

    def named(self) -> Iterator[tuple[Any, ...]]:
        """The groups that the question names, which are answered even if nothing was counted."""
        if not all(word.value in self.scope.named for word in self.words):
            return
        values = [self.scope.named[word.value] for word in self.words]
        size = 1
        for one in values:
            size *= len(one)
        if size <= _MOST_NAMED:
            yield from product(*values)

    def missions_of(self, group: tuple[Any, ...]) -> dict[str, MissionFacts] | None:
        """The missions that a group sums over; None: all that are added up."""
        if not self.needs_missions:
            return None
        if group not in self._missions:
            self._missions[group] = self._find_missions(dict(zip(self.words, group, strict=True)))
        return self._missions[group]

    def _find_missions(self, told: Mapping[By, Any]) -> dict[str, MissionFacts] | None:
        codes: Iterable[str] | None = self.scope.missions
        if By.MISSION in told and By.HOST not in told and not self.scope.lines:
            code = told[By.MISSION]
            is_inside = code not in self.scope.left_out if codes is None else code in codes
            return {code: self.facts.missions[code]} if is_inside and code in self.facts.missions else {}
        if By.MISSION in told or By.HOST in told:
            pool = self.facts.missions.keys() - set(self.scope.left_out)
            codes = [
                code
                for code in (sorted(pool) if self.scope.missions is None else self.scope.missions)
                if told.get(By.MISSION, self.scope.lines.get(code, code)) == self.scope.lines.get(code, code)
                and told.get(By.HOST, self.host_of(code)) == self.host_of(code)
            ]
        return None if codes is None else {code: self.facts.missions[code] for code in codes}

    def filters(self, group: tuple[Any, ...]) -> dict[str, object]:
        """The filters that keep one group alone."""
        told = dict(zip(self.words, group, strict=True))
        values: dict[str, object] = {
            str(one): told[one] for one in (By.COUNTRY, By.REGION, By.PERSONNEL_TYPE) if one in told
        }
        if By.MISSION in told or By.HOST in told:
            values["mission"] = ",".join(sorted(self.missions_of(group) or ()))
        return values

    def country_of(self, group: tuple[Any, ...]) -> str | None:
        """The one country a group sums over, if it is one."""
        if By.COUNTRY in self.by:
            return str(group[self.words.index(By.COUNTRY)])
        if self.scope.countries is not None and len(self.scope.countries) == 1:
            return self.scope.countries[0]
        return None

    def is_one_cell(self, group: tuple[Any, ...]) -> bool:
        """True if a group is one country in one mission, so that one statement tells all of it."""
        missions = self.missions_of(group)
        return self.country_of(group) is not None and missions is not None and len(missions) == 1

    def reason(self, bucket: Bucket, group: tuple[Any, ...], today: str) -> Reason | None:
        """Why nothing counted in a group is not zero; None if it is."""
        return unknown_reason(bucket, *self._facts_of(group), today, by_mission=self.needs_missions)

    def reasons(self, buckets: Buckets, group: tuple[Any, ...], today: str) -> Sequence[Reason | None]:
        """The same for several buckets."""
        return unknown_reasons(buckets, *self._facts_of(group), today, by_mission=self.needs_missions)

    def _facts_of(self, group: tuple[Any, ...]) -> tuple[dict[str, MissionFacts] | None, CountryFacts | None]:
        code = self.country_of(group)
        return self.missions_of(group), None if code is None else self.facts.countries[code]


def group_order(group: Sequence[Any]) -> list[tuple[bool, str]]:
    """Sort key of groups: unknown first, then by text."""
    return [(value is not None, str(value)) for value in group]


def value_in(grouping: Grouping, group: tuple[Any, ...], tally: Tally | None, why: Reason | None) -> Value:
    """The value of a group; `why` tells why nothing counted is not zero."""
    return value_of(tally, None if is_told(grouping, group, tally) else why, grouping.scope.sex)


def is_told(grouping: Grouping, group: tuple[Any, ...], tally: Tally | None) -> bool:
    """True if one count tells all of a group, so that nothing else can be unknown."""
    return tally is not None and tally.cells == 1 and grouping.is_one_cell(group)


def values_of(
    grouping: Grouping, tallies: Tallies, whys: Sequence[Reason | None]
) -> Iterator[tuple[Sex | None, Sequence[Sequence[Any]], Sequence[bool] | None]]:
    """The fields of the values of sums as columns, once, or once for each sex where the question splits by it.

    Behind them, whether each is a row of the answer, unless all are: nobody may be counted without a split by sex.
    """
    asked = grouping.scope.sex
    if By.SEX not in grouping.by:
        yield None, value_columns(tallies, whys, asked), None
        return
    for sex in [asked] if asked else [Sex.WOMEN, Sex.MEN, Sex.UNKNOWN]:
        told = [people > 0 for people in tallies.unsplit] if sex is Sex.UNKNOWN else None
        yield sex, value_columns(tallies, whys, sex), told


def linked(query: ScopeQuery, *, without: Sequence[str] = ()) -> dict[str, Any]:
    """What a query asks that links repeat."""
    return query.model_dump(
        mode="json", exclude_none=True, exclude_unset=True, by_alias=True, exclude={"format", "hxl", *without}
    )


def link(path: str, query: ScopeQuery, *, without: Sequence[str] = (), **values: object) -> str:
    """An address that asks the same scope of another route; `values` are added or put in the place of others."""
    return link_to(path, linked(query, without=without), **values)


def link_to(path: str, repeated: Mapping[str, Any], **values: object) -> str:
    """The same, for many links that repeat the same."""
    asked = dict(repeated)
    if "mission" in values:
        asked.pop("lineage", None)  # the missions of a line are all named
    asked |= {name: value for name, value in values.items() if value is not None}
    return f"{path}?{'&'.join([_pair(name, _text(value)) for name, value in asked.items()])}"


@lru_cache(4096)  # rows of one answer, and of the next, ask the same
def _pair(name: str, text: str) -> str:
    return urlencode([(name, text)])


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
