"""Rows in the shape of the UN's month-end tables, made up but the same in every run: real codes, real lifetimes.

35 years of months. In each month the missions of that time have contributors, most of whom stay from month to month,
and a few countries send most of the people. More rows mean more contributors a month, never more months.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from app.core.dates import last_day
from app.core.vocabulary import PersonnelType

SEED_DATA = Path(__file__).parent.parent / "seed_data"
FIRST_MONTH, MONTHS = (1990, 11), 420
_SEED = 1948
_KINDS = {  # how often a kind is sent, and how many people at most
    PersonnelType.TROOPS: (6, 1500),
    PersonnelType.MILITARY_OBSERVER: (8, 30),
    PersonnelType.STAFF_OFFICER: (6, 25),
    PersonnelType.INDIVIDUAL_POLICE: (4, 80),
    PersonnelType.FORMED_POLICE: (1, 420),
}


class Count(NamedTuple):
    """People of one country in one mission."""

    country: str
    mission: str
    personnel_type: PersonnelType
    women: int
    men: int

    @property
    def total(self) -> int:
        return self.women + self.men


@dataclass(frozen=True)
class _Cell:
    """A country, a mission and a kind, with the months in which both exist and the people usually sent."""

    country: str
    mission: str
    personnel_type: PersonnelType
    first: str
    last: str
    persons: int
    share_women: float


def days() -> list[str]:
    """The last days of the months, in order."""
    year, month = FIRST_MONTH
    numbers = [year * 12 + month - 1 + step for step in range(MONTHS)]
    return [last_day(f"{number // 12:04d}-{number % 12 + 1:02d}") for number in numbers]


def make_months(rows: int) -> Iterator[tuple[str, list[Count]]]:
    """The counts of each month, `rows` in all, as (last day of the month, counts by mission, country and kind)."""
    cells = _cells()
    for place, day in enumerate(days()):
        wanted = rows * (place + 1) // MONTHS - rows * place // MONTHS
        chance = random.Random(f"{_SEED} {day}")
        counts = [_count(cell, chance) for cell in _standing(cells, day, wanted)]
        yield day, sorted(counts, key=lambda one: (one.mission, one.country, one.personnel_type))


def _cells() -> Sequence[_Cell]:
    """All that could be counted, what is counted first in front."""
    chance = random.Random(_SEED)
    countries = [row for row in _read("countries.csv") if row["status"] == "un_member"]
    missions = [row for row in _read("missions.csv") if row["kind"] == "peacekeeping"]
    chance.shuffle(countries)
    placed: list[tuple[float, _Cell]] = []
    for rank, country in enumerate(countries):
        for mission in missions:
            for kind, (often, most) in _KINDS.items():
                weight = often / (10 + rank)
                cell = _Cell(
                    country["iso3"],
                    mission["code"],
                    kind,
                    max(mission["started_on"], country["valid_from"])[:7],
                    (mission["drawdown_ended_on"] or mission["ended_on"] or "9999")[:7],
                    1 + int(most * chance.random() ** 4),
                    chance.random() ** 3 / 2,
                )
                placed.append((chance.random() ** (1 / weight), cell))
    return [cell for _, cell in sorted(placed, key=lambda pair: -pair[0])]


def _read(name: str) -> list[dict[str, str]]:
    with (SEED_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _standing(cells: Sequence[_Cell], day: str, wanted: int) -> list[_Cell]:
    """The first cells whose country and mission exist; where there are too few, some of other times beside them."""
    month = day[:7]
    found: list[_Cell] = []
    others: list[_Cell] = []
    for cell in cells:
        if len(found) == wanted:
            return found
        # A mission counts until the month before it ends, a country from the month after it began.
        (found if cell.first < month < cell.last else others).append(cell)
    if len(found) + len(others) < wanted:
        raise ValueError(f"{len(cells) * MONTHS:,} rows can be made at most")
    return found + others[: wanted - len(found)]


def _count(cell: _Cell, chance: random.Random) -> Count:
    total = max(1, round(cell.persons * (0.9 + 0.2 * chance.random())))
    women = round(total * cell.share_women)
    return Count(cell.country, cell.mission, cell.personnel_type, women, total - women)
