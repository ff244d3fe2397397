"""The current strength of missions and countries: the counts that stand on the date of the latest report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from app.answers.asking import Ask, By, Grouping, day_bucket, link, value_in
from app.answers.cells import sum_cells
from app.answers.rules import Bucket
from app.answers.scope import AsOfQuery, Scope, resolve
from app.answers.totals import Unknown
from app.answers.values import Reason, Tally, Value, value_of
from app.core.shapes import COUNTRY_NAME, MISSION_NAME
from app.core.vocabulary import PersonnelType

_DIMENSIONS = ("country", "mission", "personnel_type")


_TOTAL = Field(description="People, persons; null: unknown.", examples=[1171])
_WOMEN = Field(description="Women, persons; null: unknown.", examples=[93])
_MEN = Field(description="Men, persons; null: unknown.", examples=[1078])
_REASON = Field(description="Why a value is null.", examples=[None])


class StrengthByType(BaseModel):
    """The people of one kind."""

    personnel_type: PersonnelType = Field(description="Kind of people.", examples=["troops"])
    total: int | None = _TOTAL
    women: int | None = _WOMEN
    men: int | None = _MEN
    reason: Reason | None = _REASON


class StrengthByCountry(BaseModel):
    """The people of one contributor."""

    country: str = Field(description="Contributor.", examples=["NPL"])
    country_name: str | None = COUNTRY_NAME
    total: int | None = _TOTAL
    women: int | None = _WOMEN
    men: int | None = _MEN
    reason: Reason | None = _REASON


class StrengthByMission(BaseModel):
    """The people in one mission."""

    mission: str = Field(description="Mission.", examples=["UNDOF"])
    mission_name: str | None = MISSION_NAME
    total: int | None = _TOTAL
    women: int | None = _WOMEN
    men: int | None = _MEN
    reason: Reason | None = _REASON


class StrengthFields(BaseModel):
    as_of: str | None = Field(
        description="Date of the latest report in the record; null: there is none.", examples=["2025-07-31"]
    )
    total: int | None = _TOTAL
    women: int | None = _WOMEN
    men: int | None = _MEN
    at_least: bool = Field(description="True if more people may be there, of whom nothing is known.", examples=[False])
    reason: Reason | None = _REASON
    reports: list[str] = Field(
        description="Reports behind the number, or behind its zero.", examples=[["un-dpo-2025-07-31"]]
    )
    by_type: list[StrengthByType] = Field(description="The same by kind of people.")


class MissionStrength(StrengthFields):
    """The people of a mission on the date of the latest report."""

    contributors: list[StrengthByCountry] = Field(description="The same by contributor, most people first.")
    rows: str | None = Field(
        description="Address of the counts behind the number; null where there is no report.",
        examples=["/v1/deployments?as_of=2025-07-31&mission=UNDOF"],
    )
    totals: str | None = Field(
        description="Address of the same sums by contributor; null where there is no report.",
        examples=["/v1/totals?as_of=2025-07-31&mission=UNDOF&by=country"],
    )


class CountryStrength(StrengthFields):
    """The people of a country in missions on the date of the latest report."""

    missions: list[StrengthByMission] | None = Field(
        description="The same by mission, most people first; null where counts are published by country alone."
    )
    rows: str | None = Field(
        description="Address of the counts behind the number; null where there is no report.",
        examples=["/v1/deployments?as_of=2025-07-31&country=KAZ"],
    )
    totals: str | None = Field(
        description="Address of the same sums by mission; null where there is no report.",
        examples=["/v1/totals?as_of=2025-07-31&country=KAZ&by=mission"],
    )


Sums = Mapping[tuple[Any, ...], Tally]


@dataclass(frozen=True)
class _Day:
    """The counts that stand on the date of the latest report, by country, mission and kind; `by`: whose they are."""

    ask: Ask
    query: AsOfQuery
    by: By
    bucket: Bucket | None
    grouping: Grouping
    unknown: Unknown
    sums: Mapping[str, Sums]

    def people(self, key: str) -> Sums:
        """What is counted for one mission or country."""
        return self.sums.get(key, {})

    def fields(self, key: str) -> dict[str, Any]:
        """What missions and countries tell alike."""
        sums = self.people(key)
        tally = sum(sums.values(), Tally()) if sums else None
        value = value_in(self.grouping, (key,), tally, self.unknown.reason((key,)))
        value = self.unknown.with_age((key,), value)
        return {
            **_people(value),
            "as_of": None if self.bucket is None else self.bucket.until,
            "at_least": value.at_least,
            "reports": self._reports(value, tally),
            "by_type": self._by_type(sums),
            "rows": self.address("/v1/deployments", key),
            "totals": self.address("/v1/totals", key, "country" if self.by is By.MISSION else "mission"),
        }

    def _by_type(self, sums: Sums) -> list[StrengthByType]:
        kinds = _added(sums, 2)
        return [
            StrengthByType(personnel_type=kind, **_people(value_of(kinds[kind], None)))
            for kind in PersonnelType
            if kind in kinds
        ]

    def _reports(self, value: Value, tally: Tally | None) -> list[str]:
        if self.bucket is None or value.total is None:
            return []
        if tally is not None and tally.reports:
            return sorted(tally.reports)
        return sorted(one.report for one in self.bucket.statements if one.is_complete)

    def address(self, path: str, key: str, by: str | None = None) -> str | None:
        """Address of another answer about the same key and date."""
        if self.bucket is None:
            return None
        values = {"as_of": self.bucket.until, self.by.value: key, "by": by}
        return link(path, self.query, without=(), **values)


def mission_strength(ask: Ask, keys: Sequence[str], known_at: datetime | None) -> dict[str, MissionStrength]:
    """The current strength of each of the missions, zero and unknown too; a fixed number of statements."""
    day = _look(ask, By.MISSION, keys, known_at)
    names = ask.facts.names
    found = {}
    for key in keys:
        contributors = [
            StrengthByCountry(country=code, country_name=names.name("country", code), **_people(value))
            for code, value in _ordered(day.people(key), 0)
        ]
        found[key] = MissionStrength(**day.fields(key), contributors=contributors)
    return found


def country_strength(ask: Ask, keys: Sequence[str], known_at: datetime | None) -> dict[str, CountryStrength]:
    """The current strength of each of the countries, zero and unknown too; a fixed number of statements."""
    day = _look(ask, By.COUNTRY, keys, known_at)
    names = ask.facts.names
    found = {}
    for key in keys:
        values, missions = day.fields(key), None
        if day.bucket is not None and day.bucket.by_country_only:
            values["reason"] = values["reason"] or Reason.NOT_PUBLISHED_BY_MISSION
        else:
            missions = [
                StrengthByMission(mission=code, mission_name=names.name("mission", code), **_people(value))
                for code, value in _ordered(day.people(key), 1)
            ]
        found[key] = CountryStrength(**values, missions=missions)
    return found


def _look(ask: Ask, by: By, keys: Sequence[str], known_at: datetime | None) -> _Day:
    query = AsOfQuery(known_at=known_at) if known_at is not None else AsOfQuery()
    everything = resolve(ask.session, query, ask.view, ask.facts)
    scope = _narrowed(everything, by, keys)
    grouping = Grouping((by,), scope, ask.facts)
    bucket = day_bucket(ask, scope, query)
    sums: dict[str, dict[tuple[Any, ...], Tally]] = {}
    if bucket is not None:
        found = sum_cells(ask.session, scope, ask.facts, [bucket], _DIMENSIONS, by_mission=grouping.needs_missions)
        for cell, tally in found.items():
            sums.setdefault(cell[_DIMENSIONS.index(by.value)], {})[cell] = tally
    return _Day(ask, query, by, bucket, grouping, Unknown(ask, query, grouping, bucket), sums)


def _narrowed(scope: Scope, by: By, keys: Sequence[str]) -> Scope:
    """Missions that are part of another may stand beside it: each is a sum of its own."""
    codes = tuple(sorted(keys))
    return replace(scope, missions=codes) if by is By.MISSION else replace(scope, countries=codes)


def _added(sums: Sums, place: int) -> dict[Any, Tally]:
    """Sums of cells, added up by one of their dimensions."""
    added: dict[Any, Tally] = {}
    for cell, tally in sums.items():
        added[cell[place]] = added.get(cell[place], Tally()) + tally
    return added


def _ordered(sums: Sums, place: int) -> Iterable[tuple[str, Value]]:
    """Codes with people, or with an unknown number of them, most people first and unknown last."""
    values = [(code, value_of(tally, None)) for code, tally in _added(sums, place).items()]
    told = [(code, value) for code, value in values if value.total != 0]
    return sorted(told, key=lambda one: (one[1].total is None, -_known(one[1]), one[0]))


def _known(value: Value) -> int:
    return -1 if value.total is None else value.total


def _people(value: Value) -> dict[str, Any]:
    return {"total": value.total, "women": value.women, "men": value.men, "reason": value.reason}
