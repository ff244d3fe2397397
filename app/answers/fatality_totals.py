"""How many deaths the record lists, summed along any dimensions, over any span of time."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, case, func, select

from app.answers.asking import Answer, Ask, group_order
from app.answers.scope import ScopeQuery, resolve
from app.core.columns import col, json_set
from app.core.dates import Moment, PartialDate, first_day, last_day
from app.core.errors import Complaint, InvalidRequest
from app.core.history import standing
from app.core.queries import conditions_of
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, AnyOf, Codes, Format, Words
from app.fatalities.models import Fatality, FatalityPersonnel, FatalityQuery, FatalitySex, IncidentType
from app.fatalities.store import FATALITY_LIST


class FatalityBy(StrEnum):
    """What a sum of deaths can be split by."""

    COUNTRY = "country"
    MISSION = "mission"
    PERSONNEL_TYPE = "personnel_type"
    INCIDENT_TYPE = "incident_type"
    SEX = "sex"
    YEAR = "year"
    MONTH = "month"


class FatalityReason(StrEnum):
    """Why something about deaths is null, or nothing is told."""

    NOT_STATED = "not_stated"
    DATE_NOT_PRECISE = "date_not_precise"
    NO_FATALITIES = "no_fatalities"
    NONE_IN_SCOPE = "none_in_scope"


_DATE = col(Fatality.incident_date)
_COLUMNS: Mapping[FatalityBy, ColumnElement[Any]] = {
    FatalityBy.COUNTRY: col(Fatality.nationality),
    FatalityBy.MISSION: col(Fatality.mission),
    FatalityBy.PERSONNEL_TYPE: col(Fatality.personnel_type),
    FatalityBy.INCIDENT_TYPE: col(Fatality.incident_type),
    FatalityBy.SEX: col(Fatality.sex),
    FatalityBy.YEAR: func.substr(_DATE, 1, 4),
    FatalityBy.MONTH: case((func.length(_DATE) >= 7, func.substr(_DATE, 1, 7))),
}


class FatalityTotalRow(BaseModel):
    """One group and its deaths; a row has those fields of `by` that were asked for."""

    country: str | None = Field(
        None,
        description="Nationality, ISO 3166-1 alpha-3; null: not told. With `by=country`.",
        examples=["FRA"],
    )
    country_name: str | None = COUNTRY_NAME
    mission: str | None = Field(
        None, description="Mission; null: none that the record knows. With `by=mission`.", examples=["UNIFIL"]
    )
    mission_name: str | None = MISSION_NAME
    personnel_type: FatalityPersonnel | None = Field(
        None, description="Who died; with `by=personnel_type`.", examples=["military"]
    )
    incident_type: IncidentType | None = Field(
        None, description="Cause of death; with `by=incident_type`.", examples=["accident"]
    )
    sex: FatalitySex | None = Field(None, description="Sex; null: not told. With `by=sex`.", examples=["male"])
    year: str | None = Field(None, description="Year of the incident; with `by=year`.", examples=["1978"])
    month: str | None = Field(
        None,
        description="Month of the incident; null: only the year is known. With `by=month`.",
        examples=["1978-04"],
    )
    deaths: int = Field(description="Deaths listed, persons; at least 1.", examples=[10])
    reason: FatalityReason | None = Field(description="Why a field of `by` is null.", examples=[None])
    sources: list[str] = Field(description="Sources that list them.", examples=[["un-data-hub-fatalities-2025-04-04"]])
    rows: str | None = Field(
        description="Address of the deaths behind the number; null where a field of `by` is: no filter finds nulls.",
        examples=["/v1/fatalities?mission=UNIFIL&incident_date=1978"],
    )


class FatalityTotalsQuery(BaseModel):
    """Which deaths to count, and what to split them by."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    by: AnyOf[FatalityBy] | None = Field(
        None, description="What to split the sum by.", examples=[["year", "incident_type"]]
    )
    country: Codes | None = Field(None, description="Nationalities, by code or name.", examples=[["FRA"]])
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNIFIL"]])
    personnel_type: AnyOf[FatalityPersonnel] | None = Field(None, description="Who died.", examples=[["military"]])
    incident_type: AnyOf[IncidentType] | None = Field(None, description="Causes of death.", examples=[["illness"]])
    sex: AnyOf[FatalitySex] | None = Field(None, description="Sexes.", examples=[["female"]])
    source: Words | None = Field(
        None, description="Answer from these sources alone, by id.", examples=[["caspian-news-2024-01-20"]]
    )
    from_: PartialDate | None = Field(
        None, alias="from", description="First year, month or day of incidents.", examples=["2000"]
    )
    to: PartialDate | None = Field(None, description="Last year, month or day of incidents.", examples=["2009"])
    known_at: Moment | None = Field(
        None,
        description="Answer as the record stood at this moment (UTC unless an offset is given; a day means its start).",
        examples=["2026-11-23T12:00:00Z"],
    )
    format: Format | None = Field(
        None, description="`json`, `csv` or `ndjson`; wins over the `Accept` header.", examples=["csv"]
    )
    hxl: Literal["1"] | None = Field(
        None, description="`1` adds the row of HXL hashtags below the header of a CSV.", examples=["1"]
    )


class FatalityScope(BaseModel):
    """What was asked, as resolved."""

    countries: list[str] | None = Field(description="Nationalities; null: all.", examples=[["FRA"]])
    missions: list[str] | None = Field(description="Missions; null: all.", examples=[["UNIFIL"]])
    personnel_types: list[FatalityPersonnel] | None = Field(description="Who died; null: all.", examples=[None])
    incident_types: list[IncidentType] | None = Field(description="Causes of death; null: all.", examples=[None])
    sexes: list[FatalitySex] | None = Field(description="Sexes; null: all.", examples=[None])
    sources: list[str] | None = Field(description="Sources; null: all.", examples=[None])
    from_: str | None = Field(alias="from", description="First date; null: no bound.", examples=["2000"])
    to: str | None = Field(description="Last date; null: no bound.", examples=["2009"])


class FatalityCoverage(BaseModel):
    """What the record lists, whatever is asked."""

    fatalities: int = Field(description="Deaths that the record lists.", examples=[4423])
    first: str | None = Field(description="Date of the first incident; null: none is listed.", examples=["1948-07-06"])
    last: str | None = Field(description="Date of the last incident; null: none is listed.", examples=["2025-02-18"])


class FatalityTotalsMeta(BaseModel):
    """What was resolved to answer."""

    revision: int = Field(description="Number of the last change the answer takes into account.", examples=[120])
    known_at: str | None = Field(description="The moment asked about, UTC; null: now.", examples=[None])
    scope: FatalityScope = Field(description="The scope asked about, resolved to codes.")
    coverage: FatalityCoverage = Field(description="What the sums rest on.")
    deaths: int | None = Field(description="Deaths in scope, persons; null: none is listed.", examples=[251])
    reason: FatalityReason | None = Field(
        description="Why there are no rows: `no_fatalities`, the record lists no death at all; `none_in_scope`, it "
        "lists none in scope. Neither says that nobody died.",
        examples=[None],
    )


def fatality_totals(ask: Ask, query: FatalityTotalsQuery) -> Answer:
    """One row a group that has deaths, in order of the groups; one row in all without `by`. Never a zero."""
    listed = _listed(ask, query)
    by = tuple(dict.fromkeys(query.by or ()))
    rows = sorted(_rows(ask, listed, by), key=lambda row: group_order([getattr(row, one) for one in by]))
    coverage = _coverage(ask)
    reason = None
    if not rows:
        reason = FatalityReason.NONE_IN_SCOPE if coverage.fatalities else FatalityReason.NO_FATALITIES
    meta = FatalityTotalsMeta(
        revision=ask.view.revision,
        known_at=_known_at(query.known_at),
        scope=_scope(listed),
        coverage=coverage,
        deaths=sum(row.deaths for row in rows) if rows else None,
        reason=reason,
    )
    return Answer(rows, meta, [*_columns(by), "deaths", "reason", "sources"])


def _listed(ask: Ask, query: FatalityTotalsQuery) -> FatalityQuery:
    """The list whose rows are counted. Raises UnknownCode for what the record does not know."""
    if query.from_ and query.to and first_day(query.from_) > last_day(query.to):
        message = f"`from` ({query.from_}) lies after `to` ({query.to}); put the earlier date first."
        raise InvalidRequest(message, [Complaint(message=message, parameter="from")])
    scope = resolve(ask.session, ScopeQuery(country=query.country, source=query.source), ask.view, ask.facts)
    missions = None
    if query.mission is not None:
        missions = sorted(set(ask.facts.names.mission.resolve("mission", query.mission)))
    filters = {
        "country": scope.countries,
        "mission": missions,
        "personnel_type": query.personnel_type,
        "incident_type": query.incident_type,
        "sex": query.sex,
        "source": scope.sources,
        "incident_date__gte": query.from_,
        "incident_date__lte": query.to,
        "known_at": query.known_at,
    }
    given = {name: value for name, value in filters.items() if value is not None}
    return FatalityQuery.model_validate(
        {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    )


def _rows(ask: Ask, listed: FatalityQuery, by: Sequence[FatalityBy]) -> Iterator[FatalityTotalRow]:
    statement = (
        select(*(_COLUMNS[one].label(one.value) for one in by), func.count(), json_set(col(Fatality.source)))
        .where(standing(Fatality, ask.view), *conditions_of(FATALITY_LIST, listed, ask.view, ask.facts.names))
        # By name, because an expression with its own parameters is not the same one to PostgreSQL.
        .group_by(*(one.value for one in by))
    )
    for *group, deaths, sources in ask.session.execute(statement):
        if deaths:
            told = dict(zip(by, group, strict=True))
            yield FatalityTotalRow(
                **_named(ask, told),
                deaths=deaths,
                reason=_reason(told),
                sources=sorted(sources),
                rows=_address(listed, told),
            )


def _named(ask: Ask, told: Mapping[FatalityBy, Any]) -> dict[str, Any]:
    """The fields of a group, with the names of codes."""
    values: dict[str, Any] = {one.value: value for one, value in told.items()}
    if FatalityBy.COUNTRY in told:
        code = told[FatalityBy.COUNTRY]
        values["country_name"] = None if code is None else ask.facts.names.name("country", code)
    if FatalityBy.MISSION in told:
        code = told[FatalityBy.MISSION]
        values["mission_name"] = None if code is None else ask.facts.names.name("mission", code)
    return values


def _reason(told: Mapping[FatalityBy, Any]) -> FatalityReason | None:
    unknown = {one for one, value in told.items() if value is None}
    if unknown == {FatalityBy.MONTH}:
        return FatalityReason.DATE_NOT_PRECISE
    return FatalityReason.NOT_STATED if unknown else None


def _address(listed: FatalityQuery, told: Mapping[FatalityBy, Any]) -> str | None:
    """The list of the deaths of one group."""
    if None in told.values():
        return None
    values = listed.model_dump(mode="json", exclude_unset=True, exclude={"known_at"})
    values |= {one.value: value for one, value in told.items() if one not in (FatalityBy.YEAR, FatalityBy.MONTH)}
    date = told.get(FatalityBy.MONTH) or told.get(FatalityBy.YEAR)
    if date is not None:
        values["incident_date"] = date
    if listed.known_at is not None:
        values["known_at"] = _known_at(listed.known_at)
    pairs = [(name, ",".join(value) if isinstance(value, list) else value) for name, value in values.items()]
    return f"/v1/fatalities?{urlencode(pairs)}" if pairs else "/v1/fatalities"


def _coverage(ask: Ask) -> FatalityCoverage:
    statement = select(func.count(), func.min(_DATE), func.max(_DATE)).where(standing(Fatality, ask.view))
    fatalities, first, last = ask.session.execute(statement).one()
    return FatalityCoverage(fatalities=fatalities, first=first, last=last)


def _scope(listed: FatalityQuery) -> FatalityScope:
    return FatalityScope.model_validate(
        {
            "countries": listed.country,
            "missions": listed.mission,
            "personnel_types": listed.personnel_type,
            "incident_types": listed.incident_type,
            "sexes": listed.sex,
            "sources": listed.source,
            "from": listed.incident_date__gte,
            "to": listed.incident_date__lte,
        }
    )


def _known_at(moment: Moment | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _columns(by: Sequence[FatalityBy]) -> list[str]:
    """The fields of `by`, the name of a code right behind the code."""
    named = (FatalityBy.COUNTRY, FatalityBy.MISSION)
    return [name for one in by for name in ([one.value, f"{one.value}_name"] if one in named else [one.value])]
