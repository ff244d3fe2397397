"""What changed between two dates, or between two states of the record about one date."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import Session

from app.answers.asking import (
    Answer,
    AnswerMeta,
    Ask,
    By,
    Grouping,
    day_bucket,
    group_order,
    known_at_text,
    link,
    reports_used,
    scope_meta,
    values_of,
)
from app.answers.cells import latest_day
from app.answers.facts import load_facts
from app.answers.rules import Bucket, Reason, Statement, Tally, Value, unknown_reason
from app.answers.scope import AsOfQuery, Scope, resolve
from app.answers.totals import Unknown, columns_of, group_values, sums_of
from app.core.columns import col
from app.core.dates import Moment, PartialDate, last_day
from app.core.errors import Complaint, InvalidRequest
from app.core.history import Change, View, open_view
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, AnyOf
from app.core.vocabulary import PersonnelType, Region
from app.missions.store import load_names

Group = tuple[Any, ...]


class ComparedBy(StrEnum):
    """What a difference can be split by."""

    COUNTRY = "country"
    MISSION = "mission"
    REGION = "region"
    HOST = "host"
    PERSONNEL_TYPE = "personnel_type"


class Movement(StrEnum):
    """What became of a number of people; `unknown`: what is known of the two sides does not tell."""

    JOINED = "joined"
    LEFT = "left"
    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


def movement_of(before: Value, after: Value) -> Movement | None:
    """None if the number stayed the same. A lower bound tells a direction only where it leaves no other."""
    if before.total is None or after.total is None:
        return Movement.UNKNOWN
    if after.total > before.total and not before.at_least:
        return Movement.JOINED if before.total == 0 else Movement.UP
    if before.total > after.total and not after.at_least:
        return Movement.LEFT if after.total == 0 else Movement.DOWN
    return Movement.UNKNOWN if before.at_least or after.at_least else None


def delta_of(before: Value, after: Value) -> int | None:
    """People more (above zero) or fewer; None unless both numbers are known exactly."""
    if before.total is None or after.total is None or before.at_least or after.at_least:
        return None
    return after.total - before.total


class DifferenceRow(BaseModel):
    """One group of which the two sides do not say the same."""

    country: str | None = Field(
        None, description="Contributor, ISO 3166-1 alpha-3; with `by=country`.", examples=["KAZ"]
    )
    country_name: str | None = COUNTRY_NAME
    region: Region | None = Field(
        None, description="UN region of the contributors; null: none. With `by=region`.", examples=["Asia"]
    )
    mission: str | None = Field(None, description="Mission; with `by=mission`.", examples=["UNDOF"])
    mission_name: str | None = MISSION_NAME
    host: str | None = Field(
        None,
        description="All hosts of the missions, joined by `;`, so that each mission counts once. With `by=host`.",
        examples=["SYR"],
    )
    personnel_type: PersonnelType | None = Field(
        None, description="Kind of people; with `by=personnel_type`.", examples=["troops"]
    )
    change: Movement = Field(description="What became of the number.", examples=["joined"])
    before: int | None = Field(description="People on the earlier side, persons; null: unknown.", examples=[0])
    after: int | None = Field(description="People on the later side, persons; null: unknown.", examples=[139])
    delta: int | None = Field(
        description="People more (above zero) or fewer; null unless both numbers are known exactly.", examples=[139]
    )
    at_least_before: bool = Field(description="True if `before` is a lower bound.", examples=[False])
    at_least_after: bool = Field(description="True if `after` is a lower bound.", examples=[False])
    reason_before: Reason | None = Field(description="Why `before` is null.", examples=[None])
    reason_after: Reason | None = Field(description="Why `after` is null.", examples=[None])
    reports_before: list[str] = Field(
        description="Reports behind `before`, or behind its zero.", examples=[["un-dpo-2024-01-31"]]
    )
    reports_after: list[str] = Field(
        description="Reports behind `after`, or behind its zero.", examples=[["un-dpo-2024-03-31"]]
    )
    sources: list[str] = Field(
        description="Sources of these reports.", examples=[["un-dpo-2024-01-31", "un-dpo-2024-03-31"]]
    )
    rows_before: str = Field(
        description="Address of the counts behind `before`.",
        examples=["/v1/deployments?country=KAZ&as_of=2024-01-31&mission=UNDOF"],
    )
    rows_after: str = Field(
        description="Address of the counts behind `after`.",
        examples=["/v1/deployments?country=KAZ&as_of=2024-03-31&mission=UNDOF"],
    )


class DifferencesQuery(AsOfQuery):
    """Two dates (`from`, `to`), or one date in two states of the record (`as_of`, `known_from`, `known_to`)."""

    as_of: PartialDate | None = Field(
        None,
        description="With `known_from` or `known_to`: the one date looked at in both states; unless given, the date "
        "of the latest report in scope. Without them it means `to`.",
        examples=["2024-01-31"],
    )
    from_: PartialDate | None = Field(
        None,
        alias="from",
        description="The earlier date; a month or year means its last day. Unless given: the date of the latest "
        "report before the month of `to`.",
        examples=["2024-01-31"],
    )
    to: PartialDate | None = Field(
        None,
        description="The later date; a month or year means its last day. Unless given: the date of the latest report "
        "in scope.",
        examples=["2024-03-31"],
    )
    known_from: Moment | None = Field(
        None,
        description="Compare the record as it stood at this moment with `known_to`. Unless given beside `known_to`: "
        "the moment of the change before the last one that `known_to` takes into account.",
        examples=["2024-02-15T12:00:00Z"],
    )
    known_to: Moment | None = Field(
        None,
        description="The later state of the record, with `known_from`; now unless given.",
        examples=["2024-04-15T12:00:00Z"],
    )
    by: AnyOf[ComparedBy] = Field(
        [ComparedBy.COUNTRY, ComparedBy.MISSION], description="What to split the numbers by.", examples=[["mission"]]
    )


class MovementCounts(BaseModel):
    """Rows of each kind of change."""

    joined: int = Field(description="Groups that had nobody and have people.", examples=[1])
    left: int = Field(description="Groups that had people and have nobody.", examples=[0])
    up: int = Field(description="Groups with more people.", examples=[0])
    down: int = Field(description="Groups with fewer people.", examples=[0])
    unknown: int = Field(description="Groups of which the change is not known.", examples=[0])


class DifferencesMeta(AnswerMeta):
    """What was resolved to compare. Either `from` and `to` are told, or `as_of`, `known_from` and `known_to`."""

    from_: str | None = Field(
        alias="from", description="The earlier date; null: one date, or no report before.", examples=["2024-01-31"]
    )
    to: str | None = Field(description="The later date; null: one date, or no report.", examples=["2024-03-31"])
    as_of: str | None = Field(description="The one date in two states of the record.", examples=["2024-01-31"])
    known_from: str | None = Field(
        description="Moment of the earlier state, UTC; null: two dates, or before everything.",
        examples=["2024-02-15T12:00:00Z"],
    )
    known_to: str | None = Field(
        description="Moment of the later state, UTC; null: two dates, or now.", examples=["2024-04-15T12:00:00Z"]
    )
    revision_before: int = Field(description="Last change that the earlier side takes into account.", examples=[120])
    revision_after: int = Field(description="Last change that the later side takes into account.", examples=[120])
    reports_before: list[str] = Field(
        description="Reports looked at for the earlier side, in the order in which they stand.",
        examples=[["un-dpo-2024-01-31"]],
    )
    reports_after: list[str] = Field(
        description="Reports looked at for the later side, in the order in which they stand.",
        examples=[["un-dpo-2024-03-31"]],
    )
    summary: MovementCounts = Field(description="How many rows there are of each kind of change.")
    total_before: int | None = Field(description="People in all groups before, persons; null: unknown.", examples=[19])
    total_after: int | None = Field(description="People in all groups after, persons; null: unknown.", examples=[158])
    delta: int | None = Field(
        description="People more (above zero) or fewer in all; null unless both totals are known exactly.",
        examples=[139],
    )
    reason_before: Reason | None = Field(description="Why `total_before` is null.", examples=[None])
    reason_after: Reason | None = Field(description="Why `total_after` is null.", examples=[None])


@dataclass(frozen=True)
class _Side:
    """A date in a state of the record, and what is counted there.

    `missing`: dimensions of which the question names codes that this state does not know.
    """

    ask: Ask
    query: DifferencesQuery
    grouping: Grouping
    bucket: Bucket | None
    sums: Mapping[Group, Tally]
    missing: frozenset[By]
    unknown: Unknown

    def value(self, group: Group) -> Value:
        """The number of a group with what it is worth."""
        if not self._knows(group):
            return self._unheard()
        [(_, value)] = values_of(self.grouping, group, self.sums.get(group), self.unknown.reason(group))
        return self.unknown.with_age(group, value)

    def total(self) -> Value:
        """The number of all groups together."""
        if self.missing or self.bucket is None:
            return self._unheard()
        whole = Grouping((), self.grouping.scope, self.ask.facts)
        tally = sum(self.sums.values(), Tally())
        country = whole.country_of(())
        why = unknown_reason(
            self.bucket,
            whole.missions_of(()),
            None if country is None else self.ask.facts.countries[country],
            self.ask.today,
            by_mission=self.grouping.needs_missions,
        )
        if tally.cells > 0 and whole.is_one_cell(()):
            why = None
        [(_, value)] = values_of(whole, (), tally, why)
        return Unknown(self.ask, self.query, whole, self.bucket).with_age((), value)

    def _knows(self, group: Group) -> bool:
        """True if this state knows the country and missions of a group, and can tell them from those it does not."""
        country, missions = self.grouping.country_of(group), self.grouping.missions_of(group)
        if (country is not None and country not in self.ask.facts.countries) or missions == {}:
            return False
        if By.COUNTRY in self.missing and By.COUNTRY not in self.grouping.by:
            return False
        return By.MISSION not in self.missing or By.MISSION in self.grouping.by

    def _unheard(self) -> Value:
        has_reports = self.bucket is not None and bool(self.bucket.statements)
        return Value(None, reason=Reason.NO_OBSERVATION if has_reports else Reason.NO_REPORT)

    def statements(self, group: Group, value: Value) -> list[Statement]:
        """The reports behind a number, or the complete ones behind a zero."""
        if self.bucket is None or value.total is None:
            return []
        reports = self.sums[group].reports if group in self.sums else frozenset()
        if reports:
            return [one for one in self.bucket.statements if one.report in reports]
        return [one for one in self.bucket.statements if one.is_complete]

    def rows(self, group: Group) -> str:
        """Address of the counts behind the number of a group."""
        values = {**self.grouping.filters(group), "as_of": None if self.bucket is None else self.bucket.until}
        without = ("by", "from_", "to", "known_from", "known_to")
        return link("/v1/deployments", self.query, without=without, **values)


def differences(ask: Ask, query: DifferencesQuery) -> Answer:
    """One row a group of which the two sides do not say the same, in order of the groups."""
    states = query.known_from is not None or query.known_to is not None
    _refuse_mixtures(query, states=states)
    before, after = _two_states(ask, query) if states else _two_dates(ask, query)
    rows = list(_rows(before, after))
    columns = [*columns_of(after.grouping.by), *DifferenceRow.model_fields]
    left_out = {"rows_before", "rows_after"} | (set(columns_of(tuple(By))) - set(columns_of(after.grouping.by)))
    shown = [name for name in dict.fromkeys(columns) if name not in left_out]
    return Answer(rows, _meta(query, before, after, rows, states=states), shown)


def _refuse_mixtures(query: DifferencesQuery, *, states: bool) -> None:
    named = {
        "from": query.from_,
        "to": query.to,
        "as_of": query.as_of,
        "known_from": query.known_from,
        "known_to": query.known_to,
    }
    dates = [name for name in ("from", "to") if named[name] is not None]
    moments = [name for name in ("known_from", "known_to") if named[name] is not None]
    if dates and (moments or query.as_of is not None):
        other = (moments or ["as_of"])[0]
        _refuse(
            f"`{dates[0]}` and `{other}` cannot be mixed: compare two dates (`from`, `to`), "
            "or one date (`as_of`) in two states of the record (`known_from`, `known_to`).",
            other,
        )
    if states and query.known_at is not None:
        _refuse("`known_at` cannot be mixed with `known_from` and `known_to`, which name two states.", "known_at")


def _refuse(message: str, parameter: str) -> None:
    raise InvalidRequest(message, [Complaint(message=message, parameter=parameter)])
