"""What stands beside the record while it is written: answers kept for repeated requests, and proposals."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from app.core.columns import KEY_TEXT, UtcDateTime, enum_column


class Act(StrEnum):
    """What a change does to one record."""

    CREATE = "create"
    CORRECT = "correct"
    RETRACT = "retract"
    DISPUTE = "dispute"
    RESOLVE = "resolve"


class ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class KeptAnswer(SQLModel, table=True):
    """The answer to a request that carried an Idempotency-Key, kept to be given again."""

    __tablename__ = "kept_answer"

    author: str = Column(primary_key=True, sa_type=KEY_TEXT)  # type: ignore[call-overload]
    key: str = Column(primary_key=True, sa_type=KEY_TEXT)  # type: ignore[call-overload]
    request: str  # digest of method, address and body
    status: int
    headers: str  # JSON
    body: str
    kept_at: datetime = Column(sa_type=UtcDateTime, index=True)


class Proposal(SQLModel, table=True):
    """A write that waits for a second pair of eyes; nothing of it is in the record."""

    __tablename__ = "proposal"

    id: int = Column(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    act: Act = enum_column(Act, "ck_proposal_act")
    noun: str
    record: str | None
    revision: int | None  # the one the author saw
    body: str  # JSON
    reason: str
    author: str
    proposed_at: datetime = Column(sa_type=UtcDateTime)
    state: ProposalState = enum_column(ProposalState, "ck_proposal_state")
    decided_by: str | None
    decided_at: datetime | None = Column(None, sa_type=UtcDateTime)
    decision: str | None
    change: int | None = Column(None, sa_type=BigInteger, foreign_key="change.number", index=True)
