"""What all writes share: one transaction, repeats told apart, and proposals where they are asked for."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.core.database import Database
from app.core.errors import Complaint, InvalidRequest, NotFound, RevisionNeeded
from app.core.faults import validated
from app.core.history import hold_ledger, open_view
from app.core.keys import key_value
from app.core.names import Names
from app.core.shapes import Shape
from app.core.vocabulary import Line
from app.recording.acts import Desk, Draft, Key
from app.recording.proposals import record_proposal
from app.recording.replays import Reply, find_reply, keep_reply, request_digest
from app.tokens.models import Role
from app.tokens.store import Holder, note_use
from app.web.formats import row_json
from app.web.items import missing
from app.web.noun import Noun
from app.web.outcomes import WriteMeta, body_of, write

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})(?:-[\w-]{1,80})?"', re.ASCII)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The `ETag` of the record as you read it, so that nothing is overwritten unseen.",
        examples=['"1-119"'],
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 200 visible ASCII characters, new for every request. The same request under the same key is "
        "answered as the first time, with `Idempotency-Replayed: true`, and records nothing again.",
        examples=["5b0c1d1e-2b2c-4c53-9a55-0b7e8ddc8a55"],
    ),
]


class _NoQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _no_parameters(query: Annotated[_NoQuery, Query()]) -> None:
    """A write takes no parameters; a mistyped one would be ignored otherwise."""
    del query


NO_PARAMETERS = [Depends(_no_parameters)]


class Reasoned(Shape):
    """Why something is done, for everybody to read."""

    reason: Line = Field(description="Why, in one line; everybody can read it.", examples=["The table was reissued."])


def seen_revision(if_match: str | None) -> int:
    """The revision that `If-Match` names, -1 for one that no record has; RevisionNeeded if it names none."""
    if if_match is None or if_match.strip() in ("", "*"):
        raise RevisionNeeded("Say in `If-Match` which revision you saw: send the `ETag` of the record.")
    match = _ETAG.fullmatch(if_match.strip())
    return int(match.group(1)) if match else -1


def reason_of(body: dict[str, object], default: str | None = None) -> str:
    """The reason, taken out of a body; InvalidRequest if it is needed and not there."""
    given = {"reason": body.pop("reason")} if "reason" in body else {}
    if default is not None and not given:
        return default
    return validated(Reasoned, given).reason


def check_key(key: str | None) -> None:
    """InvalidRequest for an Idempotency-Key that can be none."""
    if key is not None and not _KEY.fullmatch(key):
        detail = "An Idempotency-Key has 1 to 200 visible ASCII characters and no spaces."
        raise InvalidRequest(detail, [Complaint(message=detail, parameter="Idempotency-Key")])


def once(
    request: Request,
    holder: Holder,
    key: str | None,
    body: Mapping[str, object],
    act: Callable[[Session, datetime], Reply],
) -> Response:
    """Do something in one transaction and answer; a request repeated under its key is answered as the first time."""
    check_key(key)
    database: Database = request.app.state.database
    digest = request_digest(request.method, request.scope["path"], request.headers.get("if-match", ""), body)
    with database.write() as session:
        hold_ledger(session)
        now = datetime.now(UTC)
        note_use(session, holder, now)
        kept = None if key is None else find_reply(session, holder.name, key, digest)
        if kept is not None:
            return _response(kept, {"Idempotency-Replayed": "true"})
        reply = act(session, now)
        if key is not None:
            keep_reply(session, holder.name, key, digest, reply, now)
    return _response(reply, {})


def _response(reply: Reply, headers: Mapping[str, str]) -> Response:
    every = {"Cache-Control": "no-store", **reply.headers, **headers}
    return Response(reply.body, reply.status, every, media_type="application/json")


def names_now(request: Request, session: Session) -> Names:
    """The names by which codes are known, before this write."""
    names: Names = request.app.state.names.of(session, open_view(session))
    return names


def key_of(noun: Noun, key: str, names: Names) -> Key:
    """The key in an address as it is stored; NotFound if it can be none."""
    found = key_value(noun.listing, key, names)
    if found is None:
        raise NotFound(*missing(noun, key, names))
    return found


def carry_out(request: Request, session: Session, draft: Draft, holder: Holder, names: Names, now: datetime) -> Reply:
    """Do what a draft says, or put it aside where two pairs of eyes are asked for."""
    desk = Desk(holder.name, now.date().isoformat(), names, resolves_all=holder.role is Role.ADMIN)
    if not request.app.state.settings.four_eyes:
        return write(request, session, draft, desk).reply
    # What is proposed is checked by doing it and taking it back.
    trial = session.begin_nested()
    warnings = write(request, session, draft, desk).warnings
    trial.rollback()
    proposal = record_proposal(session, draft, holder.name, now)
    headers = {"Location": f"/v1/proposals/{proposal.id}"}
    return Reply(202, headers, body_of(row_json(proposal), warnings, WriteMeta(change=None, revision=None)))
