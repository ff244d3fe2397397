"""All SQL of contingents and their status events."""

from sqlalchemy import ColumnElement, exists

from app.contingents.models import (
    CONTINGENT_KEYS,
    Contingent,
    ContingentOut,
    ContingentQuery,
    StatusEvent,
    StatusEventOut,
    StatusEventQuery,
)
from app.core.columns import col
from app.core.history import Ledger, View, standing
from app.core.queries import Listing, Match

CONTINGENTS = Ledger(Contingent, keys=CONTINGENT_KEYS)
STATUS_EVENTS = Ledger(StatusEvent)

CONTINGENT_LIST = Listing(
    row=Contingent,
    out=ContingentOut,
    query=ContingentQuery,
    key="id",
    filters={
        "id": Match(col(Contingent.id)),
        "country": Match(col(Contingent.country), "country"),
        "mission": Match(col(Contingent.mission), "mission"),
        "unit_kind": Match(col(Contingent.unit_kind)),
        "authorisation": Match(col(Contingent.authorisation)),
        "pledge": Match(col(Contingent.pledge)),
        "source": Match(col(Contingent.source)),
        "planned_from": Match(col(Contingent.planned_from), "date"),
        "planned_persons": Match(col(Contingent.planned_persons)),
    },
    sorts=("id", "country", "mission", "planned_from", "planned_persons", "recorded_in"),
    default_sort=("id",),
)


def _of_contingent(condition: ColumnElement[bool], view: View) -> ColumnElement[bool]:
    return exists().where(col(Contingent.id) == StatusEvent.contingent, standing(Contingent, view), condition)


STATUS_EVENT_LIST = Listing(
    row=StatusEvent,
    out=StatusEventOut,
    query=StatusEventQuery,
    key="id",
    filters={
        "id": Match(col(StatusEvent.id)),
        "contingent": Match(col(StatusEvent.contingent)),
        "kind": Match(col(StatusEvent.kind)),
        "country": Match(col(Contingent.country), "country", _of_contingent),
        "mission": Match(col(Contingent.mission), "mission", _of_contingent),
        "source": Match(col(StatusEvent.source)),
        "on": Match(col(StatusEvent.on), "date"),
    },
    sorts=("id", "contingent", "kind", "on", "recorded_in"),
    default_sort=("contingent", "on"),
)
