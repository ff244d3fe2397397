"""All SQL of missions, their other names and their lineage."""

from sqlalchemy import and_, exists, select
from sqlmodel import Session

from app.core.columns import col
from app.core.history import Ledger, Part, View, standing
from app.core.names import Names, Register
from app.core.queries import Listing, Match, json_rows
from app.countries.models import Country, CountryAlias
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

HOST_OF_MISSION = and_(col(MissionHost.mission) == Mission.code, col(MissionHost.revision) == Mission.revision)

MISSION_LIST = Listing(
    row=Mission,
    out=MissionOut,
    query=MissionQuery,
    key="code",
    columns={
        "hosts": json_rows(MissionHost, HOST_OF_MISSION, "country", "contested"),
        "aliases": json_rows(MissionAlias, col(MissionAlias.mission) == Mission.code, "name", "valid_from", "valid_to"),
    },
    filters={
        "q": Match(col(Mission.code), "mission_spelling"),
        "mission": Match(col(Mission.code), "mission"),
        "kind": Match(col(Mission.kind)),
        "status": Match(col(Mission.status)),
        "host": Match(col(MissionHost.country), "country", lambda c, _: exists().where(HOST_OF_MISSION, c)),
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


NAMED = (Country, CountryAlias, Mission, MissionAlias)  # what names are read off


def load_names(session: Session, view: View) -> Names:
    """Codes and spellings of all countries and missions in a view, four statements."""
    columns = (Mission.code, Mission.name, Mission.name_fr)
    rows = session.execute(select(*map(col, columns)).where(standing(Mission, view))).all()
    aliases = select(col(MissionAlias.name), col(MissionAlias.mission)).where(standing(MissionAlias, view))
    spellings = [(name, code) for name, code in session.execute(aliases)]
    spellings += [(spelling, code) for code, *others in rows for spelling in others if spelling is not None]
    mission = Register.build("mission", {row.code: row.name for row in rows}, spellings)
    return Names(country=country_register(session, view), mission=mission)
