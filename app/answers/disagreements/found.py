"""What a disagreement is, whatever its kind: where it lies, how large it is, and who says what."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from app.answers.asking import Ask
from app.answers.facts import MissionFacts
from app.answers.rules import Bucket, Statement
from app.ceilings.rules import Category
from app.core.vocabulary import PersonnelType, slug
from app.reports.models import Breakdown, Scope

_LONGEST_ID = 120
_AS_IT_IS = re.compile(r"[a-z0-9][a-z0-9.-]*")


class DiscrepancyKind(StrEnum):
    """How the record disagrees with itself."""

    SOURCES_DISAGREE = "sources_disagree"
    KINDS_AND_TOTAL = "kinds_and_total"
    PARTS_AND_PRINTED_TOTAL = "parts_and_printed_total"
    WOMEN_AND_MEN = "women_and_men"
    ABOVE_CEILING = "above_ceiling"
    BEFORE_MISSION_START = "before_mission_start"
    AFTER_MISSION_END = "after_mission_end"
    NOT_PUBLISHED_BY_MISSION = "not_published_by_mission"
    SERIES_STOPS = "series_stops"
    FAR_FROM_LAST_COUNT = "far_from_last_count"
    PLAN_WITHOUT_AUTHORISATION = "plan_without_authorisation"
    PLAN_ABOVE_AUTHORISATION = "plan_above_authorisation"
    MISSION_TOLD_OTHERWISE = "mission_told_otherwise"


class DiscrepancyState(StrEnum):
    """`disputed`: a count involved is disputed, so it no longer stands and the disagreement is dealt with."""

    OPEN = "open"
    DISPUTED = "disputed"


class StatedValue(BaseModel):
    """One side of a disagreement."""

    report: str | None = Field(
        description="Report that states it; null for a ceiling, a plan or an authorisation.",
        examples=["un-dpo-2024-01-31"],
    )
    source: str = Field(description="Its source.", examples=["un-dpo-2024-01-31"])
    headcount: int | None = Field(
        None, description="The headcount, where it is one alone, see `/v1/headcounts/{id}`.", examples=[1]
    )
    printed_total: int | None = Field(
        None, description="The printed total, see `/v1/printed-totals/{id}`.", examples=[None]
    )
    ceiling: str | None = Field(None, description="The ceiling, see `/v1/ceilings/{id}`.", examples=[None])
    contingent: str | None = Field(
        None, description="The contingent planned, see `/v1/contingents/{id}`.", examples=[None]
    )
    authorisation: str | None = Field(
        None, description="The authorisation, see `/v1/authorisations/{id}`.", examples=[None]
    )
    total: int | None = Field(description="What it says, persons; null: no number.", examples=[9])
    women: int | None = Field(None, description="Women, persons; null: not stated or not compared.", examples=[None])
    men: int | None = Field(None, description="Men, persons; null: not stated or not compared.", examples=[None])
    says: str = Field(description="The same in words.", examples=["9 people of all kinds."])
    trace: str = Field(
        description="Address of the record or records behind it.",
        examples=["/v1/headcounts/1?include=report_record,source_record"],
    )


@dataclass(frozen=True)
class Found:
    """One disagreement. `key` tells it from others of its kind, whatever the numbers; None in it means all."""

    kind: DiscrepancyKind
    key: tuple[str | None, ...]
    as_of: str
    size: int
    detail: str
    values: Sequence[StatedValue]
    country: str | None = None
    mission: str | None = None
    personnel_type: PersonnelType | None = None
    category: Category | None = None
    is_disputed: bool = False

    @cached_property
    def id(self) -> str:
        """The same for the same disagreement, on every engine and whatever else is recorded or corrected."""
        parts = ["all" if part is None else part if _AS_IT_IS.fullmatch(part) else slug(part) for part in self.key]
        text = ".".join([slug(self.kind), *parts])
        if len(text) <= _LONGEST_ID:
            return text
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        return f"{text[: _LONGEST_ID - 9].strip('.-')}-{digest}"


@dataclass(frozen=True)
class Search:
    """Where to look: between two days, both included; at countries and missions, where None means all.

    `every` are reports of the view, the one that stands before the others first: all of them where series that stop
    are looked for, else at least those of the months looked at and of `DEFAULT_MAX_AGE` days before.
    """

    ask: Ask
    every: Sequence[Statement]
    first: str
    last: str
    countries: tuple[str, ...] | None = None
    missions: tuple[str, ...] | None = None
    known_at: str | None = None

    @cached_property
    def reports(self) -> list[Statement]:
        """The reports between the two days."""
        return [one for one in self.every if self.holds(one.as_of_last)]

    @cached_property
    def by_id(self) -> dict[str, Statement]:
        """All reports by their id."""
        return {one.report: one for one in self.every}

    @cached_property
    def place_of(self) -> dict[str, int]:
        """The place of every report in their order."""
        return {one.report: place for place, one in enumerate(self.every)}

    def holds(self, day: str) -> bool:
        """True if a day lies between the two."""
        return self.first <= day <= self.last

    def mission(self, code: str) -> MissionFacts | None:
        """What is known of a mission; None if its record was retracted and its counts were not."""
        return self.ask.facts.missions.get(code)

    def speaks_of(self, report: Statement, mission: str) -> bool:
        """True if a report says something, zero included, of every country in a mission."""
        facts = self.mission(mission)
        return Bucket("", "", (report,)).covers(mission, None if facts is None else facts.kind)

    def says_zero(self, report: Statement, mission: str | None) -> bool:
        """True if a report says zero of a country in a mission, or of a country as a whole, by leaving it out."""
        if mission is None:
            return report.scope is Scope.ALL_MISSIONS and report.breakdown is Breakdown.COUNTRY
        return self.speaks_of(report, mission)

    def place(self, country: str | None, mission: str | None) -> str:
        """A country and mission in a sentence."""
        if country is None:
            return mission or "all missions"
        name = self.ask.facts.names.name("country", country) or country
        return name if mission is None else f"{name} in {mission}"

    def address(self, path: str, **asked: str | None) -> str:
        """Address below /v1 that shows the same state of the record."""
        told = {name: value for name, value in {**asked, "known_at": self.known_at}.items() if value is not None}
        return f"/v1/{path}?{urlencode(told, safe=',:')}"

    def record(self, path: str, key: object) -> str:
        """Address of a row of a report, with its report and source."""
        return self.address(f"{path}/{key}", include="report_record,source_record")

    def counts(self, report: str, **filters: str | None) -> str:
        """Address of the headcounts of a report, of one country or mission where they are named."""
        return self.address("headcounts", report=report, **filters, measure="present")


def people(number: int) -> str:
    """A number of people in a sentence."""
    return "1 person" if number == 1 else f"{number:,} people"


def with_sexes(total: int, women: int | None, men: int | None) -> str:
    """The same with those of each sex, where they are known."""
    sexes = [f"{number:,} {word}" for number, word in ((women, "women"), (men, "men")) if number is not None]
    return people(total) + (f" ({', '.join(sexes)})" if sexes else "")
