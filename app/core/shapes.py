"""Base classes of the shapes that come in (In), go out (Out) and ask (Query)."""

from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from msgspec import Struct, defstruct
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.core.dates import Moment, PartialDate, UtcMoment
from app.core.names import Kind, Names
from app.core.vocabulary import check_text

INT64_MAX = 2**63 - 1


class Shape(BaseModel):
    """What comes in: no unknown fields; texts are trimmed, in NFC and free of invisible characters."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="after")
    @classmethod
    def _clean(cls, value: object) -> object:
        if type(value) is not str:
            return value
        text = check_text(value)
        if value and not text:
            raise ValueError("the text is blank")
        return text


class Out(BaseModel):
    """What goes out. Fields `X_name` beside a code `X` are filled from the names the validation context carries."""

    model_config = ConfigDict(extra="forbid")

    named: ClassVar[dict[str, Kind]] = {}
    ordered: ClassVar[frozenset[str]] = frozenset()  # lists that come in their order already

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any, info: ValidationInfo) -> Any:
        """Fill in names, and put the lists that SQL gathered into an order that is the same on both engines."""
        names: Names | None = info.context
        if names is None or not isinstance(values, dict):
            return values
        complete = {
            name: sorted(value, key=repr) if isinstance(value, list) and name not in cls.ordered else value
            for name, value in values.items()
        }
        for field, kind in cls.named.items():
            code = values.get(field)
            complete[f"{field}_name"] = None if code is None else names.name(kind, str(code))
        return complete


@lru_cache(512)
def row_type(fields: tuple[str, ...]) -> type[Struct]:
    """A class of plain rows of what is right already: a model would check it again, which costs more than the rest."""
    return defstruct("Row", [(name, Any) for name in fields], gc=False)


class LedgerOut(Out):
    """A record of the ledger, with the revision shown and when it was recorded."""

    revision: int = Field(description="Number of this revision of the record, from 1.", examples=[1])
    recorded_in: int = Field(description="Number of the change that recorded this revision.", examples=[12])
    recorded_at: UtcMoment = Field(description="Moment of that change, UTC.", examples=["2026-11-23T12:00:00.000000Z"])


COUNTRY_NAME = Field(None, description="Short English name of the country.", examples=["Kazakhstan"])
MISSION_NAME = Field(
    None,
    description="English name of the mission.",
    examples=["United Nations Disengagement Observer Force"],
)


def _one_line(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the text holds a NUL character")
    return check_text(text)


def _split(values: Any) -> Any:
    if not isinstance(values, list):
        return values
    return [part.strip() for value in values for part in str(value).split(",")]


FilterText = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_one_line)]
# A comma may be part of a name, so lists of codes are taken apart only where names are known.
Codes = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=8192), AfterValidator(_one_line)]], Field(max_length=300)
]
_T = TypeVar("_T")
AnyOf = Annotated[list[_T], BeforeValidator(_split), Field(max_length=300)]
Dates = Annotated[list[PartialDate], BeforeValidator(_split), Field(max_length=300)]
Words = Annotated[list[FilterText], BeforeValidator(_split), Field(max_length=300)]
FilterInt = Annotated[int, Field(ge=-INT64_MAX, le=INT64_MAX)]


class Format(StrEnum):
    """Forms in which a list can be had."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"


class ItemQuery(BaseModel):
    """Parameters of every route that answers one record."""

    model_config = ConfigDict(extra="forbid")

    known_at: Moment | None = Field(
        None,
        description="Answer as the record stood at this moment (UTC unless an offset is given; a day means its start).",
        examples=["2026-11-23T12:00:00Z"],
    )
    include: Words | None = Field(
        None, description="Related records to add, one level deep: see the fields of the answer.", examples=[["claims"]]
    )


class ListQuery(ItemQuery):
    """Parameters of every list route. Nouns add their filters."""

    format: Format | None = Field(
        None, description="`json`, `csv` or `ndjson`; wins over the `Accept` header.", examples=["csv"]
    )
    limit: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="Rows on a page, 1 to 1000. JSON: 100 unless given. CSV and NDJSON: the whole list unless given.",
        examples=[100],
    )
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        None,
        description="Place to go on from: taken out of `links.next`, never made up. "
        "All pages of a crawl show one state of the record.",
    )
    sort: Words | None = Field(
        None, description="Fields to sort by, `-` before one that falls.", examples=[["-recorded_in"]]
    )
    count: Literal["exact"] | None = Field(
        None, description="`exact` adds the number of all rows found to `meta.count`.", examples=["exact"]
    )
    hxl: Literal["1"] | None = Field(
        None, description="`1` adds the row of HXL hashtags below the header of a CSV.", examples=["1"]
    )


class Picture(StrEnum):
    """Forms in which an answer can be had as a picture, where there is one."""

    SVG = "svg"
    PNG = "png"
    VEGA_LITE = "vega-lite"


Form = Literal[Format.JSON, Format.CSV, Format.NDJSON, Picture.SVG, Picture.PNG, Picture.VEGA_LITE]
LIST_CONTROLS = frozenset(ListQuery.model_fields)
