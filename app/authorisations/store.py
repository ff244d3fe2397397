"""All SQL of national authorisations."""

from sqlalchemy import and_, exists

from app.authorisations.models import (
    AUTHORISATION_KEYS,
    Authorisation,
    AuthorisationMission,
    AuthorisationOut,
    AuthorisationQuery,
)
from app.core.columns import col
from app.core.history import Ledger, Part
from app.core.queries import Listing, Match, json_rows

AUTHORISATIONS = Ledger(
    Authorisation,
    keys=AUTHORISATION_KEYS,
    parts={"missions": Part(AuthorisationMission, "authorisation", "mission")},
)

_MISSION_OF_AUTHORISATION = and_(
    col(AuthorisationMission.authorisation) == Authorisation.id,
    col(AuthorisationMission.revision) == Authorisation.revision,
)

AUTHORISATION_LIST = Listing(
    row=Authorisation,
    out=AuthorisationOut,
    query=AuthorisationQuery,
    key="id",
    columns={"missions": json_rows(AuthorisationMission, _MISSION_OF_AUTHORISATION, "mission")},
    filters={
        "id": Match(col(Authorisation.id)),
        "country": Match(col(Authorisation.country), "country"),
        "mission": Match(
            col(AuthorisationMission.mission), "mission", lambda c, _: exists().where(_MISSION_OF_AUTHORISATION, c)
        ),
        "source": Match(col(Authorisation.source)),
        "approved_on": Match(col(Authorisation.approved_on), "date"),
        "max_persons": Match(col(Authorisation.max_persons)),
    },
    sorts=("id", "country", "approved_on", "max_persons", "recorded_in"),
    default_sort=("id",),
)
