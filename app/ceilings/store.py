"""All SQL of ceilings."""

from app.ceilings.models import Ceiling, CeilingOut, CeilingQuery
from app.core.columns import col
from app.core.history import Ledger
from app.core.queries import Listing, Match

CEILINGS = Ledger(Ceiling)

CEILING_LIST = Listing(
    row=Ceiling,
    out=CeilingOut,
    query=CeilingQuery,
    key="id",
    filters={
        "id": Match(col(Ceiling.id)),
        "mission": Match(col(Ceiling.mission), "mission"),
        "decision": Match(col(Ceiling.decision)),
        "basis": Match(col(Ceiling.basis)),
        "confidence": Match(col(Ceiling.confidence)),
        "source": Match(col(Ceiling.source)),
        "adopted_on": Match(col(Ceiling.adopted_on), "date"),
        "effective_from": Match(col(Ceiling.effective_from), "date"),
        "military": Match(col(Ceiling.military)),
    },
    sorts=("id", "mission", "effective_from", "adopted_on", "military", "police", "recorded_in"),
    default_sort=("mission", "effective_from"),
)
