"""All SQL of missions, their other names and their lineage."""

from sqlalchemy import and_, exists
from sqlmodel import Session, col, select

from app.core.history import Ledger, Part, View, standing
from app.core.names import Names, Register
from app.core.queries import Listing, Match, json_rows
from app.countries.store import country_register
from app.missions.models import (
    MISSION_KEYS,
    Mission,
    MissionAlias,
    MissionAliasOut,
    MissionAliasQuery,
    MissionHost,
    MissionLineage,
    MissionLineageOut,
    MissionLineageQuery,
    MissionOut,
    MissionQuery,
)

MISSIONS = Ledger(Mission, key="code", keys=MISSION_KEYS, parts={"hosts": Part(MissionHost, "mission")})
MISSION_ALIASES = Ledger(MissionAlias)
MISSION_LINEAGES = Ledger(MissionLineage)

_HOST_OF_MISSION = and_(col(MissionHost.mission) == Mission.code, col(MissionHost.revision) == Mission.revision)

MISSION_LIST = Listing(
    row=Mission,
    out=MissionOut,
    query=MissionQuery,
    key="code",
    columns={
        "hosts": json_rows(MissionHost, _HOST_OF_MISSION, "country", "contested"),
        "aliases": json_rows(MissionAlias, col(MissionAlias.mission) == Mission.code, "name", "valid_from", "valid_to"),
    },
    filters={
        "q": Match(col(Mission.code), "mission_spelling"),
        "mission": Match(col(Mission.code), "mission"),
        "kind": Match(col(Mission.kind)),
        "status": Match(col(Mission.status)),
        "host": Match(col(MissionHost.country), "country", lambda c, _: exists().where(_HOST_OF_MISSION, c)),
        "name": Match(col(Mission.name)),
        "started_on": Match(col(Mission.started_on), "date"),
        "ended_on": Match(col(Mission.ended_on), "date"),
    },
    sorts=("code", "name", "kind", "status", "started_on", "ended_on", "recorded_in"),
    default_sort=("code",),
)

MISSION_ALIAS_LIST = Listing(
    row=MissionAlias,
    out=MissionAliasOut,
    query=MissionAliasQuery,
    key="id",
    filters={
        "mission": Match(col(MissionAlias.mission), "mission"),
        "language": Match(col(MissionAlias.language)),
        "name": Match(col(MissionAlias.name)),
    },
    sorts=("id", "mission", "name", "recorded_in"),
    default_sort=("id",),
)

MISSION_LINEAGE_LIST = Listing(
    row=MissionLineage,
    out=MissionLineageOut,
    query=MissionLineageQuery,
    key="id",
    filters={
        "predecessor": Match(col(MissionLineage.predecessor), "mission"),
        "successor": Match(col(MissionLineage.successor), "mission"),
    },
    sorts=("id", "predecessor", "successor", "on", "recorded_in"),
    default_sort=("id",),
)


def load_names(session: Session, view: View) -> Names:
    """Codes and spellings of all countries and missions in a view, four statements."""
    rows = session.exec(select(Mission.code, Mission.name, Mission.name_fr).where(standing(Mission, view))).all()
    aliases = session.exec(select(MissionAlias.name, MissionAlias.mission).where(standing(MissionAlias, view))).all()
    spellings: list[tuple[str | None, str]] = list(aliases)
    for code, *texts in rows:
        spellings += [(spelling, code) for spelling in texts]
    mission = Register.build("mission", {row[0]: row[1] for row in rows}, spellings)
    return Names(country=country_register(session, view), mission=mission)
