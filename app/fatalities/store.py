"""All SQL of fatalities, but that of their sums."""

from app.core.columns import col
from app.core.history import Ledger
from app.core.queries import Listing, Match
from app.fatalities.models import Fatality, FatalityOut, FatalityQuery

FATALITIES = Ledger(Fatality)

FATALITY_LIST = Listing(
    row=Fatality,
    out=FatalityOut,
    query=FatalityQuery,
    key="id",
    filters={
        "id": Match(col(Fatality.id)),
        "country": Match(col(Fatality.nationality), "country"),
        "mission": Match(col(Fatality.mission), "mission"),
        "personnel_type": Match(col(Fatality.personnel_type)),
        "incident_type": Match(col(Fatality.incident_type)),
        "sex": Match(col(Fatality.sex)),
        "source": Match(col(Fatality.source)),
        "incident_date": Match(col(Fatality.incident_date), "date"),
    },
    sorts=(
        "id",
        "incident_date",
        "mission",
        "nationality",
        "personnel_type",
        "incident_type",
        "sex",
        "recorded_in",
    ),
    default_sort=("incident_date",),
)
