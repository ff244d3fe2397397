"""All SQL of pledges."""

from sqlalchemy import and_, exists

from app.core.columns import col
from app.core.history import Ledger, Part
from app.core.queries import Listing, Match, json_rows
from app.pledges.models import PLEDGE_KEYS, Pledge, PledgeOut, PledgeQuery, PledgeUnit

PLEDGES = Ledger(Pledge, keys=PLEDGE_KEYS, parts={"unit_kinds": Part(PledgeUnit, "pledge", "unit_kind")})

_UNIT_OF_PLEDGE = and_(col(PledgeUnit.pledge) == Pledge.id, col(PledgeUnit.revision) == Pledge.revision)

PLEDGE_LIST = Listing(
    row=Pledge,
    out=PledgeOut,
    query=PledgeQuery,
    key="id",
    columns={"unit_kinds": json_rows(PledgeUnit, _UNIT_OF_PLEDGE, "unit_kind")},
    filters={
        "id": Match(col(Pledge.id)),
        "country": Match(col(Pledge.country), "country"),
        "mission": Match(col(Pledge.mission), "mission"),
        "unit_kind": Match(col(PledgeUnit.unit_kind), within=lambda c, _: exists().where(_UNIT_OF_PLEDGE, c)),
        "status": Match(col(Pledge.status)),
        "source": Match(col(Pledge.source)),
        "made_on": Match(col(Pledge.made_on), "date"),
    },
    sorts=("id", "country", "mission", "made_on", "status", "recorded_in"),
    default_sort=("id",),
)
