"""Tokens: who may write. They stand beside the record: what they allow is no statement about peacekeepers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from app.core.columns import KEY_TEXT, UtcDateTime, enum_column, key_column
from app.core.dates import Moment, UtcMoment
from app.core.shapes import Out, Shape
from app.core.vocabulary import Line, check_text, normalise

NAME_LENGTH = 80
# Authors of changes and makers of tokens that are no person.
RESERVED_NAMES = ("seed", "cli")
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


class Role(StrEnum):
    """What the holder of a token may do, from less to more; who has none is a reader."""

    ANALYST = "analyst"
    ADMIN = "admin"


class Token(SQLModel, table=True):
    """One token; of its text only the digest is kept."""

    __tablename__ = "token"

    id: str = key_column()
    name: str = Column(sa_type=KEY_TEXT, index=True)  # type: ignore[call-overload]
    role: Role = enum_column(Role, "ck_token_role")
    digest: str
    created_at: datetime = Column(sa_type=UtcDateTime)
    created_by: str
    expires_at: datetime = Column(sa_type=UtcDateTime)
    last_used_at: datetime | None = Column(None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Column(None, sa_type=UtcDateTime)


def check_name(name: str) -> str:
    """A name as it is kept; ValueError if nobody can be called so."""
    cleaned = check_text(name)
    if not cleaned or len(cleaned) > NAME_LENGTH or cleaned.splitlines() != [cleaned] or "\t" in cleaned:
        raise ValueError(f"a name has 1 to {NAME_LENGTH} characters and stands on one line")
    if normalise(cleaned) in RESERVED_NAMES:
        raise ValueError(f"'{cleaned}' is a name that the service uses itself; choose another")
    return cleaned


def _read_moment(value: object) -> object:
    # Strict reading of JSON would refuse the text that `Moment` makes of a day.
    try:
        return None if value is None else _MOMENT.validate_python(value)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


class TokenIn(Shape):
    """A token to be made."""

    name: Annotated[Line, Field(max_length=NAME_LENGTH), AfterValidator(check_name)] = Field(
        description="Who holds it, on one line; the author of what is written with it.", examples=["Jane Doe"]
    )
    role: Role = Field(
        description="What its holder may do: an `analyst` writes, an `admin` looks after tokens too.",
        examples=["analyst"],
    )
    expires_at: Annotated[datetime | None, BeforeValidator(_read_moment)] = Field(
        None,
        description="Moment at which it ends, UTC unless an offset is given; a day means its start. At most 730 days "
        "ahead; 365 days unless given.",
        examples=["2027-06-30T00:00:00Z"],
    )


class TokenOut(Out):
    """A token as it now is; its text is shown only when it is made."""

    id: str = Field(description="Id; it stands in the text of the token, and is no secret.", examples=["k3f09x2mqa"])
    name: str = Field(description="Who holds it.", examples=["Jane Doe"])
    role: Role = Field(description="What its holder may do.", examples=["analyst"])
    created_at: UtcMoment = Field(description="Moment it was made, UTC.", examples=["2026-11-24T12:00:00Z"])
    created_by: str = Field(description="Admin who made it; `cli`: the program did.", examples=["cli"])
    expires_at: UtcMoment = Field(description="Moment at which it ends, UTC.", examples=["2027-11-24T12:00:00Z"])
    last_used_at: UtcMoment | None = Field(
        description="Moment of the last write with it, UTC; null: never. Reading is not noted.",
        examples=["2026-11-25T08:30:00Z"],
    )
    revoked_at: UtcMoment | None = Field(
        description="Moment it was revoked, UTC; null: it was not.", examples=["2026-12-01T09:00:00Z"]
    )
    is_live: bool = Field(description="True until it ends or is revoked.", examples=[True])


class TokenMade(TokenOut):
    """A new token with its text, which is shown this once."""

    token: str = Field(
        description="The text to send as `Authorization: Bearer ...`. Keep it as you keep a password.",
        examples=["pkt_<id>_<secret>_<check>"],
    )
