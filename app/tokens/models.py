"""Tokens: who may write. They stand beside the record: what they allow is no statement about peacekeepers."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field as Column
from sqlmodel import SQLModel

from app.core.columns import KEY_TEXT, UtcDateTime, enum_column, key_column


class Role(StrEnum):
    """What the holder of a token may do; who has none is a reader."""

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
