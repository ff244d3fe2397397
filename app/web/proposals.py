"""The routes of proposals: seen, accepted and rejected by analysts; nothing of them is in the record."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.core.database import Database
from app.core.errors import KeyReused, NotFound, RevisionStale
from app.core.faults import validated
from app.core.shapes import AnyOf, Shape
from app.core.vocabulary import Line
from app.recording.acts import Desk
from app.recording.models import ProposalState
from app.recording.proposals import ProposalOut, decide, draft_of, get_open, get_proposal, list_proposals
from app.recording.replays import Reply
from app.tokens.store import Holder
from app.web.authority import analyst
from app.web.bodies import JSON_BODY, Body, json_body
from app.web.formats import row_json
from app.web.outcomes import write
from app.web.write_shapes import BODY_ERRORS, TOKEN_NEEDED, body_docs, write_docs
from app.web.writing import NO_PARAMETERS, IdempotencyKey, Reasoned, names_now, once

Analyst = Annotated[Holder, Depends(analyst)]
_Number = Annotated[int, Path(description="Number of the proposal.", examples=[1], ge=1, le=2**62)]


class ProposalQuery(BaseModel):
    """Which proposals to show."""

    model_config = ConfigDict(extra="forbid")

    state: AnyOf[ProposalState] | None = Field(None, description="States.", examples=[["open"]])
    after: int = Field(0, ge=0, le=2**62, description="Proposals after this number.", examples=[0])
    limit: int = Field(100, ge=1, le=1000, description="Most proposals to show, 1 to 1000.", examples=[100])


class ProposalList(BaseModel):
    """Proposals in the order in which they were made."""

    data: list[ProposalOut] = Field(description="The proposals.")


class ProposalDecided(BaseModel):
    """A proposal as it now is."""

    data: ProposalOut = Field(description="The proposal.")


class _Opinion(Shape):
    """Why a proposal is accepted, if there is more to say."""

    reason: Line | None = Field(None, description="Why it is accepted.", examples=["Seen in the table."])


def proposal_router() -> APIRouter:
    """GET /proposals, GET /proposals/{number}, POST .../accept and .../reject."""
    router = APIRouter(prefix="/v1", tags=["proposals"])
    _add_reading(router)
    _add_deciding(router)
    return router


def _add_reading(router: APIRouter) -> None:
    @router.get(
        "/proposals",
        summary="List proposals",
        description="Writes that wait, or waited, for a second pair of eyes. Needs the token of an analyst.",
        operation_id="list_proposals",
        responses=write_docs(status=200),
        openapi_extra=TOKEN_NEEDED,
    )
    def list_them(request: Request, _holder: Analyst, query: Annotated[ProposalQuery, Query()]) -> ProposalList:
        database: Database = request.app.state.database
        with database.read() as session:
            return ProposalList(data=list_proposals(session, query.state, query.after, query.limit))

    @router.get(
        "/proposals/{number}",
        summary="Read one proposal",
        description="One proposal by its number. Needs the token of an analyst.",
        operation_id="read_proposal",
        dependencies=NO_PARAMETERS,
        responses=write_docs(NotFound, status=200),
        openapi_extra=TOKEN_NEEDED,
    )
    def read_it(request: Request, _holder: Analyst, number: _Number) -> ProposalDecided:
        database: Database = request.app.state.database
        with database.read() as session:
            return ProposalDecided(data=get_proposal(session, number))


def _add_deciding(router: APIRouter) -> None:
    @router.post(
        "/proposals/{number}/accept",
        summary="Accept a proposal",
        description="Does what is proposed, under the name of its author, and answers as the write itself would. "
        "Another analyst than the author decides.",
        operation_id="accept_proposal",
        dependencies=NO_PARAMETERS,
        responses=write_docs(*BODY_ERRORS, NotFound, RevisionStale, KeyReused, status=200),
        openapi_extra={**TOKEN_NEEDED, **body_docs(_Opinion, *JSON_BODY, required=False)},
    )
    def accept(
        request: Request,
        holder: Analyst,
        body: Annotated[Body, Depends(json_body(*JSON_BODY, optional=True))],
        number: _Number,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        opinion = validated(_Opinion, body).reason

        def act(session: Session, now: datetime) -> Reply:
            proposal = get_open(session, number, holder.name)
            # What only some may do was decided when it was proposed.
            desk = Desk(
                proposal.author,
                now.date().isoformat(),
                names_now(request, session),
                resolves_all=True,
                accepted_by=holder.name,
            )
            outcome = write(request, session, draft_of(proposal), desk)
            decide(session, proposal, ProposalState.ACCEPTED, holder.name, opinion, now, outcome.change)
            return outcome.reply

        return once(request, holder, idempotency_key, body, act)

    @router.post(
        "/proposals/{number}/reject",
        summary="Reject a proposal",
        description="Closes it with a reason; the record does not change. The author may take a proposal of his own "
        "back in the same way.",
        operation_id="reject_proposal",
        dependencies=NO_PARAMETERS,
        response_model=ProposalDecided,
        responses=write_docs(*BODY_ERRORS, NotFound, KeyReused, status=200),
        openapi_extra={**TOKEN_NEEDED, **body_docs(Reasoned, *JSON_BODY)},
    )
    def reject(
        request: Request,
        holder: Analyst,
        body: Annotated[Body, Depends(json_body(*JSON_BODY))],
        number: _Number,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        reason = validated(Reasoned, body).reason

        def act(session: Session, now: datetime) -> Reply:
            proposal = get_open(session, number, None)
            rejected = decide(session, proposal, ProposalState.REJECTED, holder.name, reason, now)
            return Reply(200, {}, (b'{"data":' + row_json(rejected) + b"}").decode())

        return once(request, holder, idempotency_key, body, act)
