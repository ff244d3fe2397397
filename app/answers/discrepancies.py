"""Where the record disagrees with itself, found anew for each request: nothing is stored, and nothing is decided."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.answers.asking import Answer, Ask
from app.answers.disagreements.ceilings import find_people_above_ceilings
from app.answers.disagreements.found import DiscrepancyKind, DiscrepancyState, Found, Search, StatedValue
from app.answers.disagreements.jumps import find_counts_far_from_the_last
from app.answers.disagreements.lifetimes import find_people_outside_missions
from app.answers.disagreements.mission_facts import find_missions_told_otherwise
from app.answers.disagreements.plans import find_plans_against_authorisations
from app.answers.disagreements.sexes import find_women_and_men_unlike_total
from app.answers.disagreements.sources import find_counts_not_published, find_sources_that_disagree
from app.answers.disagreements.stops import find_series_that_stop
from app.answers.disagreements.sums import find_parts_unlike_printed, find_totals_unlike_kinds
from app.answers.rules import in_order
from app.answers.scope import Scope, ScopeQuery, resolve
from app.ceilings.rules import Category
from app.core.dates import Moment, Month, first_day, last_day
from app.core.errors import Complaint, InvalidRequest
from app.core.shapes import COUNTRY_NAME, MISSION_NAME, AnyOf, Codes, Format, Words
from app.core.vocabulary import PersonnelType, Persons, Region, slug

Finder = Callable[[Search], Iterable[Found]]

_FINDERS: Mapping[DiscrepancyKind, Finder] = {
    DiscrepancyKind.SOURCES_DISAGREE: find_sources_that_disagree,
    DiscrepancyKind.KINDS_AND_TOTAL: find_totals_unlike_kinds,
    DiscrepancyKind.PARTS_AND_PRINTED_TOTAL: find_parts_unlike_printed,
    DiscrepancyKind.WOMEN_AND_MEN: find_women_and_men_unlike_total,
    DiscrepancyKind.ABOVE_CEILING: find_people_above_ceilings,
    DiscrepancyKind.BEFORE_MISSION_START: find_people_outside_missions,
    DiscrepancyKind.AFTER_MISSION_END: find_people_outside_missions,
    DiscrepancyKind.NOT_PUBLISHED_BY_MISSION: find_counts_not_published,
    DiscrepancyKind.SERIES_STOPS: find_series_that_stop,
    DiscrepancyKind.FAR_FROM_LAST_COUNT: find_counts_far_from_the_last,
    DiscrepancyKind.PLAN_WITHOUT_AUTHORISATION: find_plans_against_authorisations,
    DiscrepancyKind.PLAN_ABOVE_AUTHORISATION: find_plans_against_authorisations,
    DiscrepancyKind.MISSION_TOLD_OTHERWISE: find_missions_told_otherwise,
}


class DiscrepancyRow(BaseModel):
    """One disagreement and what each side of it says."""

    id: str = Field(
        description="Stable: made of kind, country, mission and date, report or plan, never of numbers.",
        examples=["above-ceiling.unisfa.military.2019-12-31"],
    )
    kind: DiscrepancyKind = Field(description="How the record disagrees.", examples=["above_ceiling"])
    state: DiscrepancyState = Field(
        description="`disputed` where a count involved is disputed, which deals with it.", examples=["open"]
    )
    as_of: str = Field(
        description="Date it is about: that of the report, or the start of a plan (the day it was recorded, where no "
        "start is known).",
        examples=["2019-12-31"],
    )
    size: int = Field(description="How far the sides are apart, persons.", examples=[209])
    country: str | None = Field(
        description="Contributor, ISO 3166-1 alpha-3; null: it is about all of them.", examples=["KAZ"]
    )
    country_name: str | None = COUNTRY_NAME
    mission: str | None = Field(description="Mission; null: it is about all of them.", examples=["UNISFA"])
    mission_name: str | None = MISSION_NAME
    personnel_type: PersonnelType | None = Field(
        description="Kind of people; null: of all kinds, or of a category.", examples=["troops"]
    )
    category: Category | None = Field(
        description="Category of the ceiling that is exceeded; null for other kinds.", examples=["military"]
    )
    detail: str = Field(
        description="What is at odds, in one sentence.",
        examples=["UNISFA had 3,759 military people, 209 more than the 3,550 of S/RES/2497 (2019)."],
    )
    reports: list[str] = Field(description="Reports involved.", examples=[["un-dpo-2019-12-31"]])
    sources: list[str] = Field(
        description="Sources involved, those of ceilings, plans and authorisations among them.",
        examples=[["s-res-2497-2019"]],
    )
    values: list[StatedValue] = Field(description="What each side says; what stands before the others comes first.")


class DiscrepanciesQuery(BaseModel):
    """Which disagreements to show."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    id: Words | None = Field(
        None, description="Ids of discrepancies.", examples=[["above-ceiling.unisfa.military.2019-12-31"]]
    )
    kind: AnyOf[DiscrepancyKind] | None = Field(
        None, description="How the record disagrees.", examples=[["above_ceiling"]]
    )
    state: AnyOf[DiscrepancyState] | None = Field(
        None, description="Open, or dealt with by a dispute.", examples=[["open"]]
    )
    country: Codes | None = Field(
        None,
        description="Contributors by code or name. Leaves out what is about all contributors of a mission or report.",
        examples=[["KAZ"]],
    )
    region: AnyOf[Region] | None = Field(None, description="UN regions of the contributors.", examples=[["Asia"]])
    mission: Codes | None = Field(
        None,
        description="Missions by code or name. Leaves out what is about all missions.",
        examples=[["UNISFA"]],
    )
    source: Words | None = Field(
        None, description="Sources, by id; any of those involved.", examples=[["un-dpo-2019-12-31"]]
    )
    from_: Month | None = Field(
        None, alias="from", description="First month. Unless given: that of the first report.", examples=["2019-01"]
    )
    to: Month | None = Field(
        None, description="Last month. Unless given: that of the last report.", examples=["2019-12"]
    )
    size__gte: Persons | None = Field(None, description="At least this far apart, persons.", examples=[10])
    known_at: Moment | None = Field(
        None,
        description="Answer as the record stood at this moment (UTC unless an offset is given; a day means its start).",
        examples=["2026-11-23T12:00:00Z"],
    )
    limit: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="Rows on a page, 1 to 1000. JSON: 100 unless given. CSV and NDJSON: all unless given.",
        examples=[100],
    )
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        None,
        description="Place to go on from: taken out of `links.next`, never made up. "
        "All pages of a crawl show one state of the record.",
    )
    format: Format | None = Field(
        None, description="`json`, `csv` or `ndjson`; wins over the `Accept` header.", examples=["csv"]
    )
    hxl: Literal["1"] | None = Field(
        None, description="`1` adds the row of HXL hashtags below the header of a CSV.", examples=["1"]
    )


class KindCount(BaseModel):
    """How many discrepancies of one kind were found, over all pages."""

    kind: DiscrepancyKind = Field(description="How the record disagrees.", examples=["above_ceiling"])
    open: int = Field(description="Those open.", examples=[1])
    disputed: int = Field(description="Those dealt with by a dispute.", examples=[0])


class DiscrepanciesMeta(BaseModel):
    """What was resolved to answer."""

    revision: int = Field(description="Number of the last change the answer takes into account.", examples=[120])
    known_at: str | None = Field(description="The moment asked about, UTC; null: now.", examples=[None])
    from_: str | None = Field(alias="from", description="First month; null: no bound.", examples=["2019-01"])
    to: str | None = Field(description="Last month; null: no bound.", examples=["2019-12"])
    countries: list[str] | None = Field(description="Contributors; null: all.", examples=[["KAZ"]])
    missions: list[str] | None = Field(description="Missions; null: all.", examples=[["UNISFA"]])
    sources: list[str] | None = Field(description="Sources; null: all.", examples=[None])
    found: list[KindCount] = Field(description="How many were found of each kind, over all pages.")


def discrepancies(ask: Ask, query: DiscrepanciesQuery) -> Answer:
    """One row a disagreement: the newest date first, then the larger size, then by id."""
    search, sources = _look(ask, query)
    found = [one for one in find_discrepancies(search, _kinds(query)) if _is_asked(one, query, sources)]
    found.sort(key=lambda one: (-one.size, one.id))
    found.sort(key=lambda one: last_day(one.as_of), reverse=True)
    meta = DiscrepanciesMeta.model_validate(
        {
            "revision": ask.view.revision,
            "known_at": _known_at(query),
            "from": query.from_,
            "to": query.to,
            "countries": _listed(search.countries),
            "missions": _listed(search.missions),
            "sources": _listed(sources),
            "found": _counted(found),
        }
    )
    columns = [name for name in DiscrepancyRow.model_fields if name != "values"]
    return Answer([_row(ask, one) for one in found], meta, columns)


def _look(ask: Ask, query: DiscrepanciesQuery) -> tuple[Search, tuple[str, ...] | None]:
    """Where to look, and the sources asked for. Raises UnknownCode for what the record does not know."""
    if query.from_ is not None and query.to is not None and query.from_ > query.to:
        message = f"`from` ({query.from_}) lies after `to` ({query.to}); put the earlier month first."
        raise InvalidRequest(message, [Complaint(message=message, parameter="from")])
    asked = ScopeQuery(country=query.country, region=query.region, source=query.source)
    scope = resolve(ask.session, asked, ask.view, ask.facts)
    missions = None
    if query.mission is not None:
        missions = tuple(sorted(set(ask.facts.names.mission.resolve("mission", query.mission))))
    search = Search(
        ask,
        every=in_order(ask.statements(Scope(view=ask.view), "0001-01-01", "9999-12-31")),
        first=first_day(query.from_ or "0001"),
        last=last_day(query.to or "9999"),
        countries=scope.countries,
        missions=missions,
        known_at=_known_at(query),
    )
    return search, scope.sources


def _known_at(query: DiscrepanciesQuery) -> str | None:
    return None if query.known_at is None else query.known_at.isoformat().replace("+00:00", "Z")


def _kinds(query: DiscrepanciesQuery) -> set[DiscrepancyKind]:
    """The kinds that can answer: an id begins with its kind."""
    kinds = set(query.kind or DiscrepancyKind)
    if query.id is not None:
        kinds = {kind for kind in kinds if any(one.startswith(f"{slug(kind)}.") for one in query.id)}
    return kinds


def find_discrepancies(search: Search, kinds: Collection[DiscrepancyKind]) -> Iterator[Found]:
    """All disagreements of some kinds, in no order."""
    for finder in dict.fromkeys(_FINDERS[kind] for kind in DiscrepancyKind if kind in kinds):
        yield from (one for one in finder(search) if one.kind in kinds)


def _is_asked(one: Found, query: DiscrepanciesQuery, sources: tuple[str, ...] | None) -> bool:
    return (
        (query.id is None or one.id in query.id)
        and (query.state is None or _state(one) in query.state)
        and (query.size__gte is None or one.size >= query.size__gte)
        and (sources is None or any(value.source in sources for value in one.values))
    )


def _state(one: Found) -> DiscrepancyState:
    return DiscrepancyState.DISPUTED if one.is_disputed else DiscrepancyState.OPEN


def _counted(found: Iterable[Found]) -> list[KindCount]:
    numbers = Counter((one.kind, one.is_disputed) for one in found)
    return [
        KindCount(kind=kind, open=numbers[kind, False], disputed=numbers[kind, True])
        for kind in DiscrepancyKind
        if numbers[kind, False] or numbers[kind, True]
    ]


def _listed(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def _row(ask: Ask, one: Found) -> DiscrepancyRow:
    names = ask.facts.names
    return DiscrepancyRow(
        id=one.id,
        kind=one.kind,
        state=_state(one),
        as_of=one.as_of,
        size=one.size,
        country=one.country,
        country_name=None if one.country is None else names.name("country", one.country),
        mission=one.mission,
        mission_name=None if one.mission is None else names.name("mission", one.mission),
        personnel_type=one.personnel_type,
        category=one.category,
        detail=one.detail,
        reports=list(dict.fromkeys(value.report for value in one.values if value.report is not None)),
        sources=list(dict.fromkeys(value.source for value in one.values)),
        # Answers leave out fields that were not given; every side tells all of them.
        values=[StatedValue(**dict(value)) for value in one.values],
    )
