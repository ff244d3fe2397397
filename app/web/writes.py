"""The routes by which records are written: POST, PATCH and DELETE of every kind, disputes of headcounts."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.core.errors import KeyReused, NotFound, RevisionNeeded, RevisionStale
from app.core.faults import validated
from app.core.vocabulary import Line
from app.recording.acts import Draft
from app.recording.kinds import Kind
from app.recording.models import Act
from app.recording.replays import Reply
from app.tokens.store import Holder
from app.web.authority import analyst
from app.web.bodies import JSON_BODY, PATCH_BODY, Body, json_body
from app.web.noun import Noun
from app.web.nouns import key_in_path
from app.web.write_shapes import BODY_ERRORS, TOKEN_NEEDED, answer_model, body_docs, patch_model, post_model, write_docs
from app.web.writing import (
    NO_PARAMETERS,
    IdempotencyKey,
    IfMatch,
    Reasoned,
    carry_out,
    key_of,
    names_now,
    once,
    reason_of,
    seen_revision,
)

_REVISION_ERRORS = (NotFound, RevisionNeeded, RevisionStale)
Analyst = Annotated[Holder, Depends(analyst)]


class RetractQuery(BaseModel):
    """Why a record is retracted."""

    model_config = ConfigDict(extra="forbid")

    reason: Line = Field(
        description="Why it is retracted, in one line; everybody can read it.",
        examples=["Posted to the wrong mission."],
    )


def writing_router(noun: Noun, kind: Kind) -> APIRouter:
    """POST /{noun}; PATCH and DELETE /{noun}/{key}; of headcounts POST .../dispute and .../resolve."""
    router = APIRouter(prefix="/v1", tags=[noun.path])
    _add_recording(router, noun, kind)
    _add_correction(router, noun, kind)
    _add_retraction(router, noun, kind)
    if noun.path == "headcounts":
        _add_mark(router, noun, kind, "dispute", Act.DISPUTE)
        _add_mark(router, noun, kind, "resolve", Act.RESOLVE)
    return router


def _add_recording(router: APIRouter, noun: Noun, kind: Kind) -> None:
    @router.post(
        f"/{noun.path}",
        summary=f"Record {_one(noun)}",
        description="Needs the token of an analyst. Countries and missions may be given by any known name. What is odd "
        "without being impossible is recorded all the same, and told in `warnings`.",
        operation_id=f"record_{_name(noun)}",
        status_code=201,
        dependencies=NO_PARAMETERS,
        response_model=answer_model(noun),
        responses=write_docs(*BODY_ERRORS, KeyReused),
        openapi_extra={**TOKEN_NEEDED, **body_docs(post_model(noun, kind), *JSON_BODY)},
    )
    def create(
        request: Request,
        holder: Analyst,
        body: Annotated[Body, Depends(json_body(*JSON_BODY))],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        fields = dict(body)
        reason = reason_of(fields, f"New {noun.title}")

        def act(session: Session, now: datetime) -> Reply:
            names = names_now(request, session)
            return carry_out(request, session, Draft(Act.CREATE, kind, reason, fields), holder, names, now)

        return once(request, holder, idempotency_key, body, act)


def _add_correction(router: APIRouter, noun: Noun, kind: Kind) -> None:
    @router.patch(
        f"/{noun.path}/{{key}}",
        summary=f"Correct {_one(noun)}",
        description="Supersedes the revision that stands by a new one (a JSON merge patch: `null` takes a value away). "
        "The revision before stays readable. A patch that changes nothing records nothing.",
        operation_id=f"correct_{_name(noun)}",
        dependencies=NO_PARAMETERS,
        response_model=answer_model(noun),
        responses=write_docs(*BODY_ERRORS, *_REVISION_ERRORS),
        openapi_extra={**TOKEN_NEEDED, **body_docs(patch_model(noun, kind), *PATCH_BODY)},
    )
    def correct(
        request: Request,
        holder: Analyst,
        body: Annotated[Body, Depends(json_body(*PATCH_BODY))],
        key: key_in_path(noun),  # type: ignore[valid-type]
        if_match: IfMatch = None,
    ) -> Response:
        seen, fields = seen_revision(if_match), dict(body)
        reason = reason_of(fields)

        def act(session: Session, now: datetime) -> Reply:
            names = names_now(request, session)
            draft = Draft(Act.CORRECT, kind, reason, fields, key_of(noun, key, names), seen)
            return carry_out(request, session, draft, holder, names, now)

        return once(request, holder, None, body, act)


def _add_retraction(router: APIRouter, noun: Noun, kind: Kind) -> None:
    along = " Its headcounts and printed totals go with it." if noun.path == "reports" else ""

    @router.delete(
        f"/{noun.path}/{{key}}",
        summary=f"Retract {_one(noun)}",
        description=f"The record stands no longer; its revisions stay readable, and so does the past.{along}",
        operation_id=f"retract_{_name(noun)}",
        response_model=answer_model(noun),
        responses=write_docs(*_REVISION_ERRORS),
        openapi_extra=TOKEN_NEEDED,
    )
    def retract(
        request: Request,
        holder: Analyst,
        key: key_in_path(noun),  # type: ignore[valid-type]
        query: Annotated[RetractQuery, Query()],
        if_match: IfMatch = None,
    ) -> Response:
        seen = seen_revision(if_match)

        def act(session: Session, now: datetime) -> Reply:
            names = names_now(request, session)
            draft = Draft(Act.RETRACT, kind, query.reason, {}, key_of(noun, key, names), seen)
            return carry_out(request, session, draft, holder, names, now)

        return once(request, holder, None, {}, act)


_MARKS = {
    Act.DISPUTE: "The count stays and is shown, and is left out of every total until the dispute is resolved.",
    Act.RESOLVE: "The count enters totals again. Whoever raised the dispute may resolve it, and so may every admin.",
}


def _add_mark(router: APIRouter, noun: Noun, kind: Kind, word: str, what: Act) -> None:
    @router.post(
        f"/{noun.path}/{{key}}/{word}",
        summary=f"{word.capitalize()} {_one(noun)}",
        description=_MARKS[what],
        operation_id=f"{word}_{_name(noun)}",
        dependencies=NO_PARAMETERS,
        response_model=answer_model(noun),
        responses=write_docs(*BODY_ERRORS, *_REVISION_ERRORS, KeyReused),
        openapi_extra={**TOKEN_NEEDED, **body_docs(Reasoned, *JSON_BODY)},
    )
    def mark(
        request: Request,
        holder: Analyst,
        body: Annotated[Body, Depends(json_body(*JSON_BODY))],
        key: key_in_path(noun),  # type: ignore[valid-type]
        if_match: IfMatch = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        seen, reason = seen_revision(if_match), validated(Reasoned, body).reason

        def act(session: Session, now: datetime) -> Reply:
            names = names_now(request, session)
            draft = Draft(what, kind, reason, {}, key_of(noun, key, names), seen)
            return carry_out(request, session, draft, holder, names, now)

        return once(request, holder, idempotency_key, body, act)


def _name(noun: Noun) -> str:
    return noun.title.replace(" ", "_")


def _one(noun: Noun) -> str:
    return f"{'an' if noun.title[0] in 'aeio' else 'a'} {noun.title}"
