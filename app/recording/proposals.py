"""Proposals: writes that wait for a second pair of eyes, apart from the record."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from app.core.columns import col
from app.core.dates import UtcMoment
from app.core.errors import NotFound, RecordConflict
from app.core.shapes import Out
from app.recording.acts import Draft
from app.recording.kinds import KIND_BY_PATH
from app.recording.models import Act, Proposal, ProposalState


class ProposalOut(Out):
    """A write that waits, or waited, for a second pair of eyes."""

    id: int = Field(description="Number of the proposal.", examples=[1])
    act: Act = Field(description="What is proposed.", examples=["create"])
    noun: str = Field(description="Noun of the record, as in its address.", examples=["headcounts"])
    record: str | None = Field(None, description="Key of the record; null: a new one.", examples=["10334"])
    revision: int | None = Field(None, description="Revision of it that the author saw.", examples=[1])
    body: dict[str, Any] = Field(description="The fields proposed, as posted.", examples=[{"total": 140}])
    reason: str = Field(description="Why, in the author's words.", examples=["The table was reissued."])
    author: str = Field(description="Who proposes.", examples=["A. Analyst"])
    proposed_at: UtcMoment = Field(description="When, UTC.", examples=["2026-11-24T12:00:00Z"])
    state: ProposalState = Field(description="What became of it.", examples=["open"])
    decided_by: str | None = Field(None, description="Who decided.", examples=["B. Analyst"])
    decided_at: UtcMoment | None = Field(None, description="When, UTC.", examples=["2026-11-24T13:00:00Z"])
    decision: str | None = Field(None, description="Why it was decided so.", examples=["Seen in the table."])
    change: int | None = Field(None, description="Change that recorded it, once accepted.", examples=[120])


def record_proposal(session: Session, draft: Draft, author: str, now: datetime) -> ProposalOut:
    """Put a write aside; the ledger has to be held, so that numbers are given once."""
    number = session.execute(select(func.coalesce(func.max(col(Proposal.id)), 0))).scalar_one() + 1
    values = {
        "id": number,
        "act": draft.act,
        "noun": draft.kind.path,
        "record": None if draft.record is None else str(draft.record),
        "revision": draft.revision,
        "body": json.dumps(draft.body, ensure_ascii=False),
        "reason": draft.reason,
        "author": author,
        "proposed_at": now,
        "state": ProposalState.OPEN,
    }
    session.execute(insert(Proposal).values(**values))
    return get_proposal(session, number)


def get_proposal(session: Session, number: int) -> ProposalOut:
    """One proposal; NotFound if there is none."""
    [*found] = _proposals(session, select(Proposal.__table__).where(col(Proposal.id) == number))  # type: ignore[attr-defined]
    if not found:
        raise NotFound(f"There is no proposal {number}; see /v1/proposals.")
    return found[0]


def list_proposals(
    session: Session, states: Sequence[ProposalState] | None, after: int, limit: int
) -> list[ProposalOut]:
    """Proposals after a number, in order."""
    statement = select(Proposal.__table__).where(col(Proposal.id) > after)  # type: ignore[attr-defined]
    if states is not None:
        statement = statement.where(col(Proposal.state).in_(states))
    return _proposals(session, statement.order_by(col(Proposal.id)).limit(limit))


def _proposals(session: Session, statement: Any) -> list[ProposalOut]:
    return [
        ProposalOut.model_validate({**row._mapping, "body": json.loads(row.body)}) for row in session.execute(statement)
    ]


def get_open(session: Session, number: int, accepter: str | None) -> ProposalOut:
    """A proposal that is not decided yet; RecordConflict if it is, or if it is that of who wants to accept it."""
    found = get_proposal(session, number)
    if found.state is not ProposalState.OPEN:
        raise RecordConflict(f"Proposal {number} was {found.state} already, by {found.decided_by}.")
    if found.author == accepter:
        raise RecordConflict(f"Proposal {number} is your own; another analyst has to accept it.")
    return found


def draft_of(proposal: ProposalOut) -> Draft:
    """The write that was put aside."""
    kind = KIND_BY_PATH[proposal.noun]
    record: str | int | None = proposal.record
    if record is not None and kind.is_numbered:
        record = int(record)
    return Draft(proposal.act, kind, proposal.reason, proposal.body, record, proposal.revision)


def decide(
    session: Session,
    proposal: ProposalOut,
    state: ProposalState,
    decider: str,
    decision: str | None,
    now: datetime,
    change: int | None = None,
) -> ProposalOut:
    """Close a proposal and return it as it is now."""
    values = {"state": state, "decided_by": decider, "decision": decision, "decided_at": now, "change": change}
    session.execute(update(Proposal).where(col(Proposal.id) == proposal.id).values(**values))
    return get_proposal(session, proposal.id)
