"""Plans beside a count that is unknown. They are shown, and never turn into a count."""

from collections.abc import Sequence

from pydantic import BaseModel, Field
from sqlalchemy import select

from app.answers.asking import Ask
from app.contingents.models import Contingent
from app.core.columns import col
from app.core.history import standing
from app.core.vocabulary import Bound


class RelatedPlan(BaseModel):
    """A contingent planned for the country and mission asked about."""

    contingent: str = Field(description="Contingent, see `/v1/contingents/{id}`.", examples=["kaz-undof-2024"])
    country: str = Field(description="Country that sends it.", examples=["KAZ"])
    mission: str = Field(description="Mission it is meant for.", examples=["UNDOF"])
    planned_persons: int | None = Field(description="Planned strength, persons. A plan, never a count.", examples=[139])
    planned_bound: Bound | None = Field(description="What the planned number says.", examples=["exactly"])
    planned_from: str | None = Field(description="Planned start, to its precision.", examples=["2024-03"])
    planned_to: str | None = Field(description="Planned end (exclusive), where stated.", examples=[None])
    source: str = Field(description="Source of the plan.", examples=["caspian-news-2024-01-20"])


def related_plans(ask: Ask, countries: Sequence[str], missions: Sequence[str]) -> list[RelatedPlan]:
    """Plans of the countries for the missions, by country, mission and start; one statement."""
    fields = [name for name in RelatedPlan.model_fields if name != "contingent"]
    statement = select(col(Contingent.id).label("contingent"), *(Contingent.__table__.c[name] for name in fields))  # type: ignore[attr-defined]
    found = ask.session.execute(
        statement.where(
            standing(Contingent, ask.view),
            col(Contingent.country).in_(countries),
            col(Contingent.mission).in_(missions),
        )
    )
    plans = [RelatedPlan(**row._mapping) for row in found]
    return sorted(plans, key=lambda plan: (plan.country, plan.mission, plan.planned_from or "", plan.contingent))
