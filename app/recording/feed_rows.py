"""How a change is told: which records it touched, what it did to each, and their own fields before and after."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, create_model, model_validator

from app.headcounts.models import HeadcountStatus
from app.recording.kinds import Kind
from app.recording.models import Act


def act_of(before: str | None, after: str | None) -> Act:
    """What was done to a record. A side is its status then, any other word if it has none, None if no record stood.

    A record that is recorded again after a retraction is created anew: nothing stood before.
    """
    if before is None:
        return Act.CREATE
    if after is None:
        return Act.RETRACT
    marks: dict[tuple[str, str], Act] = {
        (HeadcountStatus.REPORTED, HeadcountStatus.DISPUTED): Act.DISPUTE,
        (HeadcountStatus.DISPUTED, HeadcountStatus.REPORTED): Act.RESOLVE,
    }
    return marks.get((before, after), Act.CORRECT)


class RecordFields(BaseModel):
    """A record's own fields, as it is posted: those of its noun, without names and without what other records add."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})

    @model_validator(mode="before")
    @classmethod
    def _in_order(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """The order of the lists inside a record means nothing; that of their text is the same on both engines."""
        return {name: sorted(value, key=repr) if isinstance(value, list) else value for name, value in values.items()}


@cache
def fields_of(kind: Kind) -> type[RecordFields]:
    """The own fields of one kind of record. What is in the record already is not checked again."""
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in kind.shape.model_fields.items()}
    key = kind.listing.out.model_fields[kind.key]
    fields[kind.key] = (key.annotation, key)
    name = kind.shape.__name__.removesuffix("In") + "Fields"
    return cast(type[RecordFields], create_model(name, __base__=RecordFields, **fields))


class RecordAct(BaseModel):
    """What one change did to one record."""

    noun: str = Field(description="Kind of the record, as in its address.", examples=["headcounts"])
    record: str = Field(description="Key of the record, as in its address.", examples=["10334"])
    act: Act = Field(description="What was done.", examples=["correct"])
    revision: int = Field(
        description="Revision that the change recorded; of a retraction, the one that it ended.", examples=[2]
    )
    before: SerializeAsAny[RecordFields] | None = Field(
        description="Fields of the record before the change, as it is posted; null: it did not stand.",
        examples=[{"id": 10334, "report": "un-dpo-2024-03-31", "country": "KAZ", "mission": "UNDOF", "total": 139}],
    )
    after: SerializeAsAny[RecordFields] | None = Field(
        description="Fields of the record after the change, as it is posted; null: it was retracted.",
        examples=[{"id": 10334, "report": "un-dpo-2024-03-31", "country": "KAZ", "mission": "UNDOF", "total": 140}],
    )


class ActCount(BaseModel):
    """How many records of one kind a change did the same to."""

    noun: str = Field(description="Kind of the records, as in their address.", examples=["headcounts"])
    act: Act = Field(description="What was done to them.", examples=["create"])
    count: int = Field(description="Number of records.", examples=[899])


class TouchedRecords(BaseModel):
    """The records a change touched."""

    count: int = Field(description="Number of records touched.", examples=[900])
    acts: list[ActCount] = Field(description="The same by noun and act.")
    complete: bool = Field(
        description="True if `data` holds them all. False if they are too many for this page: read them at `all`.",
        examples=[False],
    )
    data: list[RecordAct] = Field(description="What was done to each record, by noun and key; all of them or none.")
    all: str = Field(
        description="Address of the same records in pages, however many there are.",
        examples=["/v1/changes/102/records"],
    )
