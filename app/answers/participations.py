"""Claims that a country took part in a mission, told beside the counts and never turned into one."""

from pydantic import BaseModel, Field
from sqlalchemy import select

from app.answers.asking import Ask
from app.answers.scope import Scope
from app.core.columns import col
from app.core.history import standing
from app.core.shapes import COUNTRY_NAME, MISSION_NAME
from app.core.vocabulary import Certainty
from app.sources.models import Claim, ClaimKind


class Participation(BaseModel):
    """A claim that a country took part in a mission. It carries no count, and none is made of it."""

    claim: str = Field(description="Claim, see `/v1/claims/{id}`.", examples=["caspian-news-2024-01-20.a30-unoci"])
    country: str | None = Field(description="Country it is about.", examples=["KAZ"])
    country_name: str | None = COUNTRY_NAME
    mission: str | None = Field(description="Mission it is about; null: it names none.", examples=["UNOCI"])
    mission_name: str | None = MISSION_NAME
    about: str | None = Field(description="Time it is about, where it names one.", examples=["2003-08"])
    certainty: Certainty = Field(description="How it follows from its source.", examples=["stated"])
    statement: str = Field(
        description="What the source says, in plain words of ours.",
        examples=["In recent years Kazakhstan has sent people to Côte d'Ivoire."],
    )
    source: str = Field(description="Source it stands in.", examples=["caspian-news-2024-01-20"])
    locator: str | None = Field(description="Place in the source.", examples=["statement 30 of 32, part 1 of 5"])


def participations(ask: Ask, scope: Scope) -> list[Participation]:
    """Claims without a count, of the countries, missions and sources asked about; one statement."""
    fields = [name for name in Participation.model_fields if name != "claim" and not name.endswith("_name")]
    statement = select(col(Claim.id).label("claim"), *(Claim.__table__.c[name] for name in fields))  # type: ignore[attr-defined]
    statement = statement.where(standing(Claim, ask.view), col(Claim.kind) == ClaimKind.PARTICIPATION)
    asked = ((Claim.country, scope.countries), (Claim.mission, scope.missions), (Claim.source, scope.sources))
    for column, values in asked:
        if values is not None:
            statement = statement.where(col(column).in_(values))
    names = ask.facts.names
    found = [Participation.model_validate(dict(row._mapping)) for row in ask.session.execute(statement)]
    for one in found:
        one.country_name = None if one.country is None else names.name("country", one.country)
        one.mission_name = None if one.mission is None else names.name("mission", one.mission)
    return sorted(found, key=lambda one: (one.country or "", one.mission or "", one.claim))
