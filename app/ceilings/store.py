"""All SQL of ceilings."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session

from app.ceilings.models import Ceiling, CeilingFields, CeilingOut, CeilingQuery
from app.core.columns import col
from app.core.history import Ledger, View, standing
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


def list_ceilings_of(session: Session, view: View, missions: Sequence[str] | None) -> dict[str, list[CeilingFields]]:
    """All ceilings of a view, by mission; of some missions, or of all (None). One statement, no order."""
    statement = select(*(Ceiling.__table__.c[name] for name in CeilingFields.model_fields)).where(  # type: ignore[attr-defined]
        standing(Ceiling, view)
    )
    if missions is not None:
        statement = statement.where(col(Ceiling.mission).in_(missions))
    found: dict[str, list[CeilingFields]] = {}
    for row in session.execute(statement):
        found.setdefault(row.mission, []).append(CeilingFields.model_validate(dict(row._mapping)))
    return found
