"""Every dimension along which answers can be asked, as clients write them and as the count query takes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlmodel import Session

from app.answers.facts import Facts
from app.answers.values import Sex
from app.core.columns import col
from app.core.dates import Moment, Month, PartialDate
from app.core.errors import Complaint, InvalidRequest, UnknownCode
from app.core.history import View, standing
from app.core.shapes import AnyOf, Codes, Form, Format, Words
from app.core.vocabulary import PersonnelType, Region
from app.missions.models import MissionKind
from app.sources.models import Source

DEFAULT_MAX_AGE = 92
NOT_ADDED = {MissionKind.COMPONENT, MissionKind.NON_UN}
MaxAge = Annotated[int, Field(ge=0, le=36_525)]


class ScopeQuery(BaseModel):
    """Parameters that every answer takes."""

    model_config = ConfigDict(extra="forbid")

    country: Codes | None = Field(None, description="Contributors by code or name.", examples=[["KAZ"]])
    region: AnyOf[Region] | None = Field(None, description="UN regions of the contributors.", examples=[["Asia"]])
    mission: Codes | None = Field(None, description="Missions by code or name.", examples=[["UNDOF"]])
    mission_kind: AnyOf[MissionKind] | None = Field(
        None,
        description="Kinds of mission. Unless kinds or missions are named: every kind but `component`, which is "
        "counted in its parent, and `non_un`.",
        examples=[["peacekeeping"]],
    )
    host: Codes | None = Field(None, description="Host countries of the missions, by code or name.", examples=[["SYR"]])
    personnel_type: AnyOf[PersonnelType] | None = Field(None, description="Kinds of people.", examples=[["troops"]])
    sex: Sex | None = Field(
        None,
        description="Count women or men alone, or (`unknown`) people counted without a split by sex.",
        examples=["women"],
    )
    source: Words | None = Field(
        None, description="Answer from these sources alone, by id.", examples=[["un-dpo-2024-01-31"]]
    )
    completeness: Literal["any", "complete"] = Field(
        "any", description="`complete`: answer from complete reports alone.", examples=["complete"]
    )
    lineage: bool = Field(
        False,
        description="`true` takes missions that followed one another as one, named by the latest of them.",
        examples=[True],
    )
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


class DrawnQuery(ScopeQuery):
    """An answer that can be had as a picture too."""

    format: Form | None = Field(  # type: ignore[assignment]
        None,
        description="`json`, `csv` or `ndjson`; as a picture `svg`, `png` or `vega-lite`, its specification. Wins over "
        "the `Accept` header.",
        examples=["csv"],
    )


class AsOfQuery(ScopeQuery):
    """Answers about one date."""

    as_of: PartialDate | None = Field(
        None,
        description="The date asked about; a month or year means its last day. Unless given: the date of the latest "
        "report in scope.",
        examples=["2024-01-31"],
    )
    max_age: MaxAge = Field(
        DEFAULT_MAX_AGE,
        description="Days after which a statement no longer counts for a later date.",
        examples=[DEFAULT_MAX_AGE],
    )


class MonthsQuery(ScopeQuery):
    """Answers about several months; each is answered from its own reports and nothing is carried over."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Month | None = Field(
        None,
        alias="from",
        description="First month. Unless given: eleven months before the last.",
        examples=["2024-01"],
    )
    to: Month | None = Field(
        None, description="Last month. Unless given: the month of the latest report in scope.", examples=["2024-06"]
    )


@dataclass(frozen=True)
class Scope:
    """What is asked, resolved to codes. None means all; `left_out` are missions whose people are not added up."""

    view: View
    countries: tuple[str, ...] | None = None
    missions: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()
    types: tuple[PersonnelType, ...] | None = None
    sex: Sex | None = None
    sources: tuple[str, ...] | None = None
    complete_only: bool = False
    lines: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # values asked for by name, by dimension


def resolve(session: Session, query: ScopeQuery, view: View, facts: Facts) -> Scope:
    """Raises UnknownCode for what the record does not know, InvalidRequest for missions that cannot be added."""
    countries = _countries(query, facts)
    missions = _missions(query, facts)
    _refuse_parts(missions or (), facts)
    _refuse_mixed_types(query)
    chosen = tuple(facts.missions) if missions is None else missions
    lines = facts.lines(chosen) if query.lineage else {}
    named: dict[str, tuple[str, ...]] = {}
    if query.country is not None:
        named["country"] = countries or ()
    if query.region is not None:
        named["region"] = tuple(region.value for region in query.region)
    if query.mission is not None:
        named["mission"] = tuple(dict.fromkeys(lines.get(code, code) for code in chosen))
    if query.personnel_type is not None:
        named["personnel_type"] = tuple(kind.value for kind in query.personnel_type)
    return Scope(
        view=view,
        countries=countries,
        missions=missions,
        left_out=tuple(sorted(code for code, one in facts.missions.items() if one.kind in NOT_ADDED)),
        types=tuple(query.personnel_type) if query.personnel_type else None,
        sex=query.sex,
        sources=_sources(session, query.source, view),
        complete_only=query.completeness == "complete",
        lines=lines,
        named=named,
    )


def _countries(query: ScopeQuery, facts: Facts) -> tuple[str, ...] | None:
    found: set[str] | None = None
    if query.country is not None:
        found = set(facts.names.country.resolve("country", query.country))
    if query.region is not None:
        inside = {code for code, one in facts.countries.items() if one.region in query.region}
        found = inside if found is None else found & inside
    return None if found is None else tuple(sorted(found))


def _missions(query: ScopeQuery, facts: Facts) -> tuple[str, ...] | None:
    found: set[str] | None = None
    if query.mission is not None:
        found = set(facts.names.mission.resolve("mission", query.mission))
        if query.lineage:
            found = set(facts.chain(found))
    if query.mission_kind is not None:
        found = _both(found, {code for code, one in facts.missions.items() if one.kind in query.mission_kind})
    if query.host is not None:
        hosts = set(facts.names.country.resolve("host", query.host))
        added = {code for code, one in facts.missions.items() if hosts & set(one.hosts)}
        if query.mission is None and query.mission_kind is None:
            added = {code for code in added if facts.missions[code].kind not in NOT_ADDED}
        found = _both(found, added)
    return None if found is None else tuple(sorted(found))


def _both(found: set[str] | None, other: set[str]) -> set[str]:
    return other if found is None else found & other


def _refuse_parts(missions: Sequence[str], facts: Facts) -> None:
    for code in missions:
        parent = facts.missions[code].parent
        if parent in missions:
            message = f"{code} is a part of {parent}: its people are counted there, so the two cannot be added."
            raise InvalidRequest(message, [Complaint(message=message, parameter="mission")])


def _refuse_mixed_types(query: ScopeQuery) -> None:
    kinds = set(query.personnel_type or ())
    if PersonnelType.UNSPECIFIED in kinds and len(kinds) > 1:
        message = (
            "`unspecified` is the total of a source that names no kinds of people: it cannot be added to kinds. "
            "Ask for it alone, or leave `personnel_type` out."
        )
        raise InvalidRequest(message, [Complaint(message=message, parameter="personnel_type")])


def _sources(session: Session, asked: Iterable[str] | None, view: View) -> tuple[str, ...] | None:
    if asked is None:
        return None
    wanted = tuple(dict.fromkeys(asked))
    statement = select(col(Source.id)).where(standing(Source, view), col(Source.id).in_(wanted))
    unknown = set(wanted) - set(session.execute(statement).scalars())
    if unknown:
        faults = [
            Complaint(message=f"'{one}' is no known source. They are listed at /v1/sources.", parameter="source")
            for one in sorted(unknown)
        ]
        raise UnknownCode(faults[0].message, faults)
    return wanted


class ScopeMeta(BaseModel):
    """What was asked, as resolved."""

    countries: list[str] | None = Field(description="Contributors; null: all.", examples=[["KAZ"]])
    missions: list[str] | None = Field(description="Missions; null: all that are added up.", examples=[["UNDOF"]])
    left_out: list[str] = Field(
        description="Missions whose people are not added: parts counted in their parent, and missions not of the UN.",
        examples=[["MNF-I"]],
    )
    personnel_types: list[PersonnelType] | None = Field(description="Kinds of people; null: all.", examples=[None])
    sex: Sex | None = Field(description="Women or men alone; null: all.", examples=[None])
    sources: list[str] | None = Field(description="Sources; null: all.", examples=[None])
    completeness: Literal["any", "complete"] = Field(description="Which reports count.", examples=["any"])
    max_age: int | None = Field(
        description="Days a statement counts; null: only reports of the month itself count.", examples=[92]
    )
    lineage: bool = Field(description="True if successive missions are taken as one.", examples=[False])


class Coverage(BaseModel):
    """What the numbers rest on."""

    cells: int = Field(description="Pairs of country and mission counted.", examples=[4])
    unknown: int = Field(description="Counts left out because they are disputed or not exact.", examples=[0])
    oldest: str | None = Field(description="Earliest date of a statement that counts.", examples=["2024-01-31"])
    all_complete: bool = Field(description="True if every count comes from a complete report.", examples=[True])
