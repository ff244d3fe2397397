"""Fills an empty record from `seed_data/`, through the same door as every other write.

One file is one change, and so is one report with its headcounts. What was recorded before is left as it stands,
so seeding twice changes nothing and never undoes a correction.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from app.authorisations.models import AuthorisationIn
from app.authorisations.store import AUTHORISATIONS
from app.ceilings.models import CeilingIn
from app.ceilings.store import CEILINGS
from app.contingents.models import ContingentIn, StatusEventIn
from app.contingents.store import CONTINGENTS, STATUS_EVENTS
from app.core.database import Database
from app.core.history import Ledger, Origin, begin_change, hold_ledger, known_keys, record
from app.core.packaged import SEED_DATA
from app.core.vocabulary import PersonnelType
from app.countries.models import CountryAliasIn, CountryIn, CountrySuccessionIn
from app.countries.store import COUNTRIES, COUNTRY_ALIASES, COUNTRY_SUCCESSIONS
from app.headcounts.models import HeadcountIn
from app.headcounts.store import HEADCOUNTS
from app.missions.models import MissionAliasIn, MissionIn, MissionLineageIn
from app.missions.store import MISSION_ALIASES, MISSION_LINEAGES, MISSIONS
from app.pledges.models import PledgeIn
from app.pledges.store import PLEDGES
from app.printed_totals.models import PrintedTotalIn
from app.printed_totals.store import PRINTED_TOTALS, reports_without_printed_totals
from app.reports.models import ReportIn
from app.reports.store import REPORTS
from app.sources.models import ClaimIn, SourceIn
from app.sources.store import CLAIMS, SOURCES

AUTHOR = "seed"


class SeedError(Exception):
    """A row of a seed file that cannot be used: the files and the code do not fit together."""


@dataclass(frozen=True)
class _File:
    """One CSV: `lists` names its columns of several values, each with the way to read one value."""

    name: str
    ledger: Ledger
    shape: type[BaseModel]
    lists: dict[str, Callable[[str], object]]


def _host(text: str) -> dict[str, object]:
    return {"country": text.rstrip("?"), "contested": text.endswith("?")}


def _subject(text: str) -> dict[str, str]:
    noun, _, key = text.partition(":")
    return {"noun": noun, "record": key}


# In an order in which every row finds what it refers to. The article comes before what the UN counted,
# so that the record can be asked what was known when only the announcement was.
_FILES = (
    _File("countries.csv", COUNTRIES, CountryIn, {}),
    _File("country_aliases.csv", COUNTRY_ALIASES, CountryAliasIn, {}),
    _File("country_successions.csv", COUNTRY_SUCCESSIONS, CountrySuccessionIn, {}),
    _File("missions.csv", MISSIONS, MissionIn, {"hosts": _host}),
    _File("mission_aliases.csv", MISSION_ALIASES, MissionAliasIn, {}),
    _File("mission_lineages.csv", MISSION_LINEAGES, MissionLineageIn, {}),
    _File("sources.csv", SOURCES, SourceIn, {}),
    _File("ceilings.csv", CEILINGS, CeilingIn, {}),
    _File("authorisations.csv", AUTHORISATIONS, AuthorisationIn, {"missions": str}),
    _File("pledges.csv", PLEDGES, PledgeIn, {"unit_kinds": str}),
    _File("contingents.csv", CONTINGENTS, ContingentIn, {}),
    _File("status_events.csv", STATUS_EVENTS, StatusEventIn, {}),
    _File("claims.csv", CLAIMS, ClaimIn, {"subjects": _subject}),
)


def seed(database: Database, folder: Path = SEED_DATA) -> int:
    """Record what the seed files hold and the record never did; returns the number of new revisions.

    One transaction: all or nothing, whatever happens meanwhile. Raises SeedError naming file and row.
    """
    with database.write() as session:
        hold_ledger(session)
        added = sum(_seed_file(session, file, folder) for file in _FILES)
        added += sum(_seed_report(session, *report) for report in _reports(folder))
        added += _seed_printed_totals(session, folder)
    if added:
        database.analyze()
    return added


def _seed_file(session: Session, file: _File, folder: Path) -> int:
    shapes = list(_shapes(folder / file.name, file.shape, file.lists))
    keys = [_key(file.ledger, shape) for shape in shapes]
    known = known_keys(session, file.ledger, keys)
    new = [shape for key, shape in zip(keys, shapes, strict=True) if key not in known]
    if new:
        change = begin_change(session, AUTHOR, f"Seed file {file.name}", Origin.SEED)
        record(session, change, file.ledger, new)
    return len(new)


def _seed_report(session: Session, report: ReportIn, headcounts: Sequence[HeadcountIn]) -> int:
    if known_keys(session, REPORTS, [report.id]):
        return 0
    change = begin_change(session, AUTHOR, f"Seed report {report.id}", Origin.SEED)
    record(session, change, REPORTS, [report])
    record(session, change, HEADCOUNTS, headcounts)
    return 1 + len(headcounts)


def _seed_printed_totals(session: Session, folder: Path) -> int:
    """The totals of all reports as one change.

    Their keys are numbers that the service gives, so what is known is decided by report: one that ever had printed
    totals is left as it is, and so is one that was retracted.
    """
    shapes: list[PrintedTotalIn] = list(_shapes(folder / "printed_totals.csv", PrintedTotalIn, {}))
    lacking = reports_without_printed_totals(session, {shape.report for shape in shapes})
    new = [shape for shape in shapes if shape.report in lacking]
    if new:
        change = begin_change(session, AUTHOR, "Seed file printed_totals.csv", Origin.SEED)
        record(session, change, PRINTED_TOTALS, new)
    return len(new)


def _key(ledger: Ledger, shape: BaseModel) -> object:
    return getattr(shape, ledger.key) or shape.default_key()  # type: ignore[attr-defined]


def _reports(folder: Path) -> Iterator[tuple[ReportIn, list[HeadcountIn]]]:
    """Every report with its headcounts, in the order of `reports.csv`."""
    counts: dict[str, list[HeadcountIn]] = {}
    for shape in _shapes(folder / "headcounts.csv", HeadcountIn, {}):
        assert isinstance(shape, HeadcountIn)  # noqa: S101  (narrows the type)
        counts.setdefault(shape.report, []).append(shape)
    for path in sorted((folder / "un_headcounts").glob("*.csv")):
        for report_id, rows in groupby(_un_headcounts(path), key=lambda shape: shape.report):
            counts.setdefault(report_id, []).extend(rows)
    for report in _shapes(folder / "reports.csv", ReportIn, {"missions": str}):
        assert isinstance(report, ReportIn)  # noqa: S101
        yield report, counts.get(report.id, [])


def _un_headcounts(path: Path) -> Iterator[HeadcountIn]:
    """The compact form of the UN's tables: men and women side by side, the total left to be added up."""
    for number, row in _rows(path):
        try:
            men, women = int(row["men"]), int(row["women"])
            yield HeadcountIn(
                report=row["report"],
                country=row["country"],
                mission=row["mission"],
                personnel_type=PersonnelType(row["personnel_type"]),
                men=men,
                women=women,
                total=men + women,
                country_as_printed=row["country_as_printed"],
                mission_as_printed=row["mission"],
                type_as_printed=row["type_as_printed"],
                comment=row["comment"] or None,
            )
        except (ValueError, KeyError) as error:
            raise SeedError(f"{path.name}, row {number}: {error}") from error


def _shapes(path: Path, shape: type[BaseModel], lists: dict[str, Callable[[str], object]]) -> Iterator[Any]:
    for number, row in _rows(path):
        values: dict[str, object] = {name: text for name, text in row.items() if text != "" and name not in lists}
        for name, read in lists.items():
            values[name] = [read(part) for part in row[name].split(";") if part]
        try:
            yield shape.model_validate(values)
        except ValidationError as error:
            raise SeedError(f"{path.name}, row {number}: {error}") from error


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from enumerate(csv.DictReader(file), start=2)
