"""Fatalities of a list compared with the record, casualty by casualty."""

import json
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from app.answers.facts import CountryFacts
from app.core.columns import col
from app.core.vocabulary import slug
from app.countries.models import Country
from app.fatalities.models import FatalityIn, FatalityPersonnel, FatalitySex, IncidentType
from app.fatalities.rules import settle
from app.fatalities.store import FATALITIES
from app.importers.recorder import Recorder
from app.importers.resolving import Resolver, Wrong
from app.importers.sourcing import need_source
from app.importers.stage import Stage
from app.importers.statements import Death, Fault, Statement
from app.importers.target import Target

_CHUNK = 1_000
_SEXES = {"F": FatalitySex.FEMALE, "M": FatalitySex.MALE, None: None}


def stage_fatalities(
    stage: Stage, statements: Iterator[Statement], resolver: Resolver, told: Callable[[int], None]
) -> int:
    """Put all deaths aside; returns the number of rows read."""
    last = 1
    while chunk := list(islice(statements, 5_000)):
        last = chunk[-1].row
        rows, faults = [], []
        for one in chunk:
            staged = _staged(one, resolver) if isinstance(one, Death) else one
            if isinstance(staged, Fault):
                faults.append(staged)
            elif isinstance(staged, tuple):
                rows.append(staged)
        stage.fill("other", rows, 3)
        stage.refuse(faults)
        told(last - 1)
    return last - 1


def _staged(one: Death, resolver: Resolver) -> Any:
    """The death as (row, casualty, fields), or what is wrong with it."""
    nationality = resolver.country(one.country or "", one.iso3) if one.country or one.iso3 else None
    if isinstance(nationality, Wrong):
        return Fault(one.row, "casualty_nationality", *nationality)
    mission = resolver.mission(one.mission)
    fields = {
        "casualty_id": one.casualty_id,
        "incident_date": one.incident_date,
        # Also offices that are no missions lose people; the name as printed is kept.
        "mission": None if isinstance(mission, Wrong) else mission,
        "mission_as_printed": one.mission,
        "nationality": nationality,
        "nationality_as_printed": one.country,
        "personnel_type": _word(one.personnel_type, FatalityPersonnel.OTHER),
        "incident_type": _word(one.incident_type, IncidentType.UNKNOWN),
        "sex": _SEXES.get(one.sex),
        "source": "source",
    }
    try:
        FatalityIn.model_validate(fields)
    except ValidationError as error:
        wrong_field = error.errors()[0]
        column = str(wrong_field["loc"][0]) if wrong_field["loc"] else None
        return Fault(one.row, column, "bad_value", f"{wrong_field['msg']}.")
    return one.row, one.casualty_id, json.dumps([one.as_of, fields])


def _word(printed: str | None, otherwise: str) -> str:
    """A word of a closed list as the UN prints it: `Malicious Act`, `Self-Inflicted`."""
    return slug(printed).replace("-", "_") if printed else otherwise


def check_fatalities(stage: Stage, today: str) -> Iterator[str]:
    """Refuse dates that cannot be."""
    stage.refuse_dates("other", "json_extract(said, '$[1].incident_date')", "incident_date", today)
    yield from ()


def compare_fatalities(recorder: Recorder, stage: Stage, target: Target) -> Iterator[str]:
    """Record casualties that are new or told otherwise; yields how many stand in the list more than once."""
    statement = select(*map(col, (Country.iso3, Country.un_region, Country.valid_from, Country.valid_to)))
    countries = {
        iso3: CountryFacts(*facts)
        for iso3, *facts in recorder.session.execute(statement.where(col(Country.superseded_in).is_(None)))
    }
    doubled = 0
    staged = stage.ask("SELECT key, said FROM other ORDER BY key, row")
    casualties = groupby(staged, key=lambda row: str(row[0]))
    while chunk := [[json.loads(said) for _, said in rows] for _, rows in islice(casualties, _CHUNK)]:
        doubled += sum(len(rows) > 1 for rows in chunk)
        shapes = []
        for rows in chunk:
            source = need_source(recorder, target, rows[0][0] or "undated")
            listed = [FatalityIn.model_validate({**fields, "source": source}) for _, fields in rows]
            shapes.append(settle(listed, lambda iso3, day: countries[iso3].existed_on(day)))
        _record(recorder, shapes)
    unplaced = stage.number("SELECT count(*) FROM other WHERE json_extract(said, '$[1].mission') IS NULL")
    if unplaced:
        yield f"{unplaced} rows name a mission the record does not know; it is kept as printed, see the unknown names."
    if doubled:
        yield f"{doubled} casualties stand in the list more than once; each is one record, its note names the others."


def _record(recorder: Recorder, shapes: list[FatalityIn]) -> None:
    table = FATALITIES.table
    names = list(FatalityIn.model_fields)
    keys = [shape.default_key() for shape in shapes]
    statement = select(*(table.c[name] for name in names)).where(table.c.superseded_in.is_(None), table.c.id.in_(keys))
    standing = {row.id: dict(row._mapping) for row in recorder.session.execute(statement)}
    new, other = [], []
    for key, shape in zip(keys, shapes, strict=True):
        values = {**shape.model_dump(), "id": key}
        stands = standing.get(key)
        if stands is None:
            new.append(values)
        elif {**stands, "source": None} == {**values, "source": None}:
            recorder.found(1)
        else:
            other.append(values)
    recorder.add(FATALITIES, new)
    recorder.mend(FATALITIES, other)
