"""Other names of countries and missions, as both keep them."""

from pydantic import BaseModel, Field, computed_field
from sqlmodel import Field as Column

from app.core.columns import KEY_TEXT
from app.core.dates import PartialDate
from app.core.history import LedgerRow
from app.core.shapes import Shape
from app.core.vocabulary import Line, Slug, Text, normalise


class AliasFields(BaseModel):
    id: Slug | None = Field(
        None, description="Stable id; made of the code and the name unless given.", examples=["tur.turkey"]
    )
    name: Line = Field(description="The name as printed.", examples=["Turkey"])
    language: Line | None = Field(None, description="Language, ISO 639-1.", examples=["en"])
    valid_from: PartialDate | None = Field(None, description="Since when it was in use.", examples=["2005-05"])
    valid_to: PartialDate | None = Field(
        None, description="Until when it was in use (exclusive).", examples=["2022-06"]
    )
    note: Text | None = Field(
        None, description="Where it is met.", examples=["The source gives no day; the month is that of the report."]
    )


class AliasIn(AliasFields, Shape):
    @computed_field  # type: ignore[prop-decorator]
    @property
    def normalised(self) -> str:
        """The form in which names are compared."""
        return normalise(self.name)


class AliasRow(LedgerRow):
    """Columns of a table of names; the noun adds whose name it is."""

    name: str
    normalised: str = Column(sa_type=KEY_TEXT)  # type: ignore[call-overload]
    language: str | None
    valid_from: str | None
    valid_to: str | None
    note: str | None


class AliasShown(BaseModel):
    """A name inside the record it belongs to."""

    name: str = Field(description="The name as printed.", examples=["Turkey"])
    valid_from: str | None = Field(None, description="Since when it was in use.", examples=["2005-05"])
    valid_to: str | None = Field(None, description="Until when (exclusive).", examples=["2022-06"])

    def __str__(self) -> str:
        return self.name
