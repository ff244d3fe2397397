"""The routes by which admins look after tokens."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.core.database import Database
from app.core.errors import (
    Complaint,
    Forbidden,
    InvalidRequest,
    NotFound,
    RecordConflict,
    TrackerError,
    Unauthorised,
    Unavailable,
    UnknownParameter,
    UriTooLong,
)
from app.core.faults import validated
from app.core.history import hold_ledger
from app.tokens.models import Token, TokenIn, TokenMade, TokenOut
from app.tokens.store import (
    Holder,
    create_token,
    get_token,
    is_live,
    list_tokens,
    note_use,
    revoke_token,
    rotate_token,
)
from app.web.authority import admin
from app.web.bodies import JSON_BODY, Body, json_body
from app.web.problems import problem_docs
from app.web.write_shapes import BODY_ERRORS, TOKEN_NEEDED, body_docs
from app.web.writing import NO_PARAMETERS

_ERRORS = (Unauthorised, Forbidden, UnknownParameter, UriTooLong, Unavailable, TrackerError)
_NEW = {
    "description": "The new token, with its text; it is shown this once.",
    "headers": {"Location": {"description": "Address of the new token.", "schema": {"type": "string"}}},
}
_T = TypeVar("_T")

Admin = Annotated[Holder, Depends(admin)]
_Id = Annotated[str, Path(description="Id of the token.", examples=["k3f09x2mqa"], max_length=100)]


class TokenList(BaseModel):
    """All tokens, ended ones too; their texts are shown nowhere."""

    data: list[TokenOut] = Field(description="The tokens, by name and the moment they were made.")


class TokenAnswer(BaseModel):
    """One token."""

    data: TokenOut = Field(description="The token as it now is.")


class TokenMadeAnswer(BaseModel):
    """A new token."""

    data: TokenMade = Field(description="The token, with its text.")


def token_router() -> APIRouter:
    """GET and POST /tokens; GET and DELETE /tokens/{id}; POST /tokens/{id}/rotate."""
    router = APIRouter(prefix="/v1", tags=["tokens"], dependencies=NO_PARAMETERS)
    _add_reading(router)
    _add_making(router)
    _add_revoking(router)
    return router


def _add_reading(router: APIRouter) -> None:
    @router.get(
        "/tokens",
        summary="List tokens",
        description="All tokens, ended ones too. Needs the token of an admin.",
        operation_id="list_tokens",
        response_model=TokenList,
        responses=problem_docs(*_ERRORS),
        openapi_extra=TOKEN_NEEDED,
    )
    def list_all(request: Request, _holder: Admin) -> Response:
        now = datetime.now(UTC)
        with _database(request).read() as session:
            return _answer(TokenList(data=[_shown(token, now) for token in list_tokens(session)]))

    @router.get(
        "/tokens/{id}",
        summary="Read one token",
        description="One token by its id. Needs the token of an admin.",
        operation_id="read_token",
        response_model=TokenAnswer,
        responses=problem_docs(*_ERRORS, NotFound, InvalidRequest),
        openapi_extra=TOKEN_NEEDED,
    )
    def read_one(request: Request, _holder: Admin, id: _Id) -> Response:  # noqa: A002  (named as in the address)
        with _database(request).read() as session:
            return _answer(TokenAnswer(data=_shown(get_token(session, id), datetime.now(UTC))))


def _add_making(router: APIRouter) -> None:
    @router.post(
        "/tokens",
        summary="Make a token",
        description="Needs the token of an admin. One name has two live tokens at most. The text of the token is shown "
        "this once and never kept, so there is no repeating under an `Idempotency-Key`: leave it out.",
        operation_id="create_token",
        status_code=201,
        response_model=TokenMadeAnswer,
        responses={201: _NEW, **problem_docs(*_ERRORS, *BODY_ERRORS, InvalidRequest, RecordConflict)},
        openapi_extra={**TOKEN_NEEDED, **body_docs(TokenIn, *JSON_BODY)},
    )
    def create(request: Request, holder: Admin, body: Annotated[Body, Depends(json_body(*JSON_BODY))]) -> Response:
        _refuse_key(request)
        wanted = validated(TokenIn, body)
        return _write(
            request,
            holder,
            lambda session, now: _made(
                *create_token(session, wanted.name, wanted.role, wanted.expires_at, holder.name, now), now
            ),
        )

    @router.post(
        "/tokens/{id}/rotate",
        summary="Rotate a token",
        description="Makes a new token of the same name, role and length of life; the old one goes on for 24 hours, or "
        "until it ends before. Needs the token of an admin, and no body.",
        operation_id="rotate_token",
        status_code=201,
        response_model=TokenMadeAnswer,
        responses={201: _NEW, **problem_docs(*_ERRORS, NotFound, InvalidRequest, RecordConflict)},
        openapi_extra=TOKEN_NEEDED,
    )
    def rotate(request: Request, holder: Admin, id: _Id) -> Response:  # noqa: A002
        _refuse_key(request)
        return _write(request, holder, lambda session, now: _made(*rotate_token(session, id, holder.name, now), now))


def _add_revoking(router: APIRouter) -> None:
    @router.delete(
        "/tokens/{id}",
        summary="Revoke a token",
        description="Ends a token at once, whoever uses it; revoking it again changes nothing. "
        "Needs the token of an admin.",
        operation_id="revoke_token",
        response_model=TokenAnswer,
        responses=problem_docs(*_ERRORS, NotFound, InvalidRequest),
        openapi_extra=TOKEN_NEEDED,
    )
    def revoke(request: Request, holder: Admin, id: _Id) -> Response:  # noqa: A002
        return _write(
            request,
            holder,
            lambda session, now: _answer(TokenAnswer(data=_shown(revoke_token(session, id, now), now))),
        )


def _write(request: Request, holder: Holder, act: Callable[[Session, datetime], _T]) -> _T:
    with _database(request).write() as session:
        hold_ledger(session)
        now = datetime.now(UTC)
        note_use(session, holder, now)
        return act(session, now)


def _refuse_key(request: Request) -> None:
    """Who sends a key counts on being answered the same again, and the text of a token is not kept."""
    if "idempotency-key" in request.headers:
        detail = "An answer that shows a token is not kept to be given again; send no Idempotency-Key."
        raise InvalidRequest(detail, [Complaint(message=detail, parameter="Idempotency-Key")])


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _shown(token: Token, now: datetime) -> TokenOut:
    return TokenOut(**token.model_dump(exclude={"digest"}), is_live=is_live(token, now))


def _made(token: Token, text: str, now: datetime) -> Response:
    made = TokenMade(**_shown(token, now).model_dump(), token=text)
    return _answer(TokenMadeAnswer(data=made), 201, {"Location": f"/v1/tokens/{token.id}"})


def _answer(body: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    every = {"Cache-Control": "no-store", **(headers or {})}
    return Response(body.model_dump_json(), status, every, media_type="application/json")
