"""What the answers must know of countries and missions beside their names: regions, kinds, hosts, dates, lineage."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from app.core.columns import col
from app.core.dates import first_day, last_day
from app.core.history import View, standing
from app.core.names import Names
from app.core.vocabulary import Region
from app.countries.models import Country
from app.missions.models import Mission, MissionHost, MissionKind, MissionLineage
from app.missions.store import HOST_OF_MISSION, NAMED


@dataclass(frozen=True)
class CountryFacts:
    """`valid_from` and `valid_to` (exclusive) bound its existence where the record knows it; `m49` keys its shape."""

    region: Region | None
    valid_from: str | None
    valid_to: str | None
    m49: int | None = None

    def existed_on(self, day: str) -> bool:
        """True unless the record says otherwise."""
        began = self.valid_from is None or first_day(self.valid_from) <= day
        return began and (self.valid_to is None or first_day(self.valid_to) > day)


@dataclass(frozen=True)
class MissionFacts:
    """`last_on` is the last day on which people may be counted: that of the withdrawal, or of the mandate.

    `place` is the latitude and longitude of its headquarters.
    """

    kind: MissionKind
    parent: str | None
    started_on: str | None
    ended_on: str | None
    last_on: str | None
    hosts: tuple[str, ...]
    place: tuple[float, float] | None = None

    def started_by(self, day: str) -> bool:
        """True unless the record says that it began later."""
        return self.started_on is None or first_day(self.started_on) <= day

    def over_by(self, day: str) -> bool:
        """True if its last day lies before this one."""
        return self.last_on is not None and self.last_on < day


@dataclass(frozen=True)
class Facts:
    """Countries and missions of one view of the record, by code."""

    names: Names
    countries: Mapping[str, CountryFacts]
    missions: Mapping[str, MissionFacts]
    lineage: frozenset[tuple[str, str]]  # (predecessor, successor)

    def chain(self, codes: Iterable[str]) -> list[str]:
        """The missions given, with all that came before them and all that came after them."""
        backwards = {(successor, predecessor) for predecessor, successor in self.lineage}
        return sorted(_reached(codes, self.lineage) | _reached(codes, backwards))

    def lines(self, codes: Iterable[str]) -> dict[str, str]:
        """Each mission's line: the missions that follow one another, named by the one that began last."""
        left = set(codes)
        lines: dict[str, str] = {}
        while left:
            line, queue = set[str](), [min(left)]
            while queue:
                code = queue.pop()
                line.add(code)
                near = {b if a == code else a for a, b in self.lineage if code in (a, b)}
                queue += (near & left) - line
            name = max(line, key=lambda code: (self.missions[code].started_on or "", code))
            lines |= dict.fromkeys(line, name)
            left -= line
        return lines


def _reached(codes: Iterable[str], steps: Set[tuple[str, str]]) -> set[str]:
    found, queue = set(codes), list(codes)
    while queue:
        code = queue.pop()
        new = {end for start, end in steps if start == code} - found
        found |= new
        queue += new
    return found


FACTUAL = (*NAMED, MissionLineage)  # what facts are read off


def load_facts(session: Session, view: View, names: Names) -> Facts:
    """All countries and missions of a view, four statements."""
    wanted = (Country.iso3, Country.un_region, Country.valid_from, Country.valid_to, Country.m49)
    countries = select(*map(col, wanted)).where(standing(Country, view))
    hosts: dict[str, list[str]] = {}
    hosting = select(col(MissionHost.mission), col(MissionHost.country)).join(Mission, HOST_OF_MISSION)
    for mission, host in session.execute(hosting.where(standing(Mission, view))):
        hosts.setdefault(mission, []).append(host)
    lineage = select(col(MissionLineage.predecessor), col(MissionLineage.successor))
    return Facts(
        names=names,
        countries={iso3: CountryFacts(*rest) for iso3, *rest in session.execute(countries)},
        missions={
            row.code: MissionFacts(
                kind=row.kind,
                parent=row.parent,
                started_on=row.started_on,
                ended_on=row.ended_on,
                last_on=_last_on(row.drawdown_ended_on or row.ended_on),
                hosts=tuple(sorted(hosts.get(row.code, []))),
                place=None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude),
            )
            for row in session.execute(select(Mission.__table__).where(standing(Mission, view)))  # type: ignore
        },
        lineage=frozenset(
            (one, other) for one, other in session.execute(lineage.where(standing(MissionLineage, view)))
        ),
    )


def _last_on(partial: str | None) -> str | None:
    return None if partial is None else last_day(partial)
