"""Missions of a list compared with the record: new ones are recorded, and differences are kept as claims.

A list never overwrites the record: where both differ, somebody has to decide.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from app.answers.disagreements.mission_facts import dates_agree
from app.core.columns import col
from app.core.vocabulary import Certainty, slug
from app.importers.recorder import Recorder
from app.importers.resolving import Resolver
from app.importers.sourcing import need_source
from app.importers.stage import Stage
from app.importers.statements import Fault, MissionFact, Statement
from app.importers.target import Target
from app.missions.models import Mission, MissionIn, MissionKind, MissionStatus
from app.missions.store import MISSIONS
from app.sources.models import Claim, ClaimIn, ClaimKind, Subject, SubjectNoun
from app.sources.store import CLAIMS


def stage_missions(
    stage: Stage, statements: Iterator[Statement], resolver: Resolver, told: Callable[[int], None]
) -> int:
    """Put all missions aside under the code the record knows them by; returns the number of rows read."""
    rows: list[tuple[int, str, str]] = []
    faults: list[Fault] = []
    last = 1
    for one in statements:
        last = one.row
        if isinstance(one, Fault):
            faults.append(one)
        elif isinstance(one, MissionFact):
            code = resolver.known_mission(one.code, one.name)
            wrong = None if code is not None else _unfit(one)
            if wrong is not None:
                faults.append(wrong)
            rows.append((one.row, code or one.code, json.dumps([code is not None, one._asdict()])))
    stage.fill("other", rows, 3)
    stage.refuse(faults)
    told(last - 1)
    return last - 1


def _unfit(one: MissionFact) -> Fault | None:
    """What keeps a mission the record does not know from being recorded."""
    try:
        _new(one._asdict())
    except ValidationError as error:
        message = f"The mission cannot be recorded: {error.errors()[0]['msg']}. Post it by hand, or teach its alias."
        return Fault(one.row, "mission_acronym", "unfit_mission", message)
    return None


def check_missions(stage: Stage, _today: str) -> Iterator[str]:
    """Leave out the second row of a mission that a list has under two names; yields each."""
    doubled = "SELECT row, key, first_value(row) OVER (PARTITION BY key ORDER BY row) AS first FROM other"
    for row, code, first in list(stage.ask(doubled)):
        if row != first:
            stage.database.execute("DELETE FROM other WHERE row = ?", (row,))
            yield f"Row {row} is {code}, as is row {first}; the first of them is looked at."


def compare_missions(recorder: Recorder, stage: Stage, target: Target) -> Iterator[str]:
    """Record missions that are new, and claims of what the list has otherwise; yields each difference."""
    known = {
        row["code"]: row
        for row in (
            dict(found._mapping)
            for found in recorder.session.execute(
                select(Mission.__table__).where(col(Mission.superseded_in).is_(None))  # type: ignore[attr-defined]
            )
        )
    }
    claimed = set(recorder.session.execute(select(col(Claim.id)).where(col(Claim.superseded_in).is_(None))).scalars())
    for _, code, said in stage.ask("SELECT row, key, said FROM other ORDER BY row"):
        _, fact = json.loads(said)
        mission = known.get(code)
        if mission is None:
            recorder.accompany(MISSIONS, _new(fact))
            recorder.created += 1
            continue
        claims = list(_differences(mission, fact))
        recorder.unchanged += not claims
        for unit, value, about, words in claims:
            source = need_source(recorder, target, fact["as_of"] or "undated")
            claim = f"{source}.{slug(code)}-{slug(unit)}"[:80]
            yield words
            if claim in claimed:
                recorder.unchanged += 1
                continue
            recorder.accompany(CLAIMS, _claim(claim, source, code, (unit, value, about, words)))
            recorder.created += 1


Difference = tuple[str, int | None, str | None, str]


def _differences(mission: dict[str, Any], fact: dict[str, Any]) -> Iterator[Difference]:
    code = mission["code"]
    is_active = None if mission["status"] is MissionStatus.UNKNOWN else mission["status"] is MissionStatus.ACTIVE
    if fact["is_active"] is not None and is_active is not None and fact["is_active"] != is_active:
        words = f"The list has {code} as {_activity(fact['is_active'])}; the record has it {_activity(is_active)}."
        yield "is_active", int(fact["is_active"]), fact["as_of"], words
    for unit, verb in (("started_on", "beginning"), ("ended_on", "ending")):
        listed, recorded = fact[unit], mission[unit]
        if listed is not None and recorded is not None and not dates_agree(listed, recorded):
            yield unit, None, listed, f"The list has {code} {verb} on {listed}; the record has {recorded}."


def _activity(is_active: bool) -> str:
    return "active" if is_active else "ended"


def _claim(claim: str, source: str, code: str, difference: Difference) -> ClaimIn:
    unit, value, about, words = difference
    return ClaimIn(
        id=claim,
        source=source,
        kind=ClaimKind.MISSION,
        certainty=Certainty.STATED,
        statement=words,
        mission=code,
        value=value,
        unit=unit,
        about=about,
        subjects=[Subject(noun=SubjectNoun.MISSIONS, record=code)],
    )


def _new(fact: dict[str, Any]) -> MissionIn:
    has_ended = fact["ended_on"] is not None or fact["is_active"] is False
    return MissionIn(
        code=fact["code"],
        name=fact["name"],
        kind=MissionKind.PEACEKEEPING,
        status=MissionStatus.ENDED if has_ended else MissionStatus.ACTIVE,
        started_on=fact["started_on"],
        ended_on=fact["ended_on"],
        headquarters=fact["headquarters"],
        latitude=fact["latitude"],
        longitude=fact["longitude"],
        note="Recorded with an import of a list of missions.",
    )
