"""The changes as they happen: server-sent events that can be taken up again where they broke off."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from app.core.errors import Complaint, InvalidRequest, TrackerError, Unavailable, UnknownParameter, UriTooLong
from app.core.shapes import INT64_MAX
from app.recording.changes import ChangeQuery
from app.web.formats import row_json
from app.web.noun import Noun
from app.web.nouns import rows_of
from app.web.problems import problem_docs
from app.web.reads import Reads
from app.web.requests import refuse_repeats
from app.web.watch import Event, Watch, newest_change

STREAM_PATH = "/v1/changes/stream"

_LOG = logging.getLogger("peacekeeping")
_BATCH = 50
_RETRY_AFTER = 2  # seconds
_ERRORS = (InvalidRequest, UnknownParameter, UriTooLong, Unavailable, TrackerError)
_EXAMPLE = 'retry: 2000\n\nid: 120\nevent: change\ndata: {"number":120,"author":"aigerim",...}\n\n: nothing new\n\n'


class StreamQuery(BaseModel):
    """Parameters of the stream."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[int, Field(ge=0, le=INT64_MAX)] | None = Field(
        None,
        description="Begin with the change after this number; 0 is the beginning. `Last-Event-ID` wins over it.",
        examples=[115],
    )


LastEventId = Annotated[
    Annotated[int, Field(ge=0, le=INT64_MAX)] | None,
    Header(
        alias="Last-Event-ID",
        description="Number of the last change received: the stream goes on after it. Browsers send it by themselves.",
        examples=[119],
    ),
]


class EventStream(StreamingResponse):
    """Sends events until the client leaves. Nothing is left behind then, whatever it was waiting for."""

    media_type = "text/event-stream"

    def __init__(self, watch: Watch, events: AsyncGenerator[bytes, None]) -> None:
        # Proxies are told not to gather events before they pass them on.
        super().__init__(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._watch, self._events = watch, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._events):
            with self._watch.joined():
                await super().__call__(scope, receive, send)


def stream_router(noun: Noun, reads: Reads) -> APIRouter:
    """GET /changes/stream; to be included before the route of one change, whose address looks the same."""
    router = APIRouter(tags=[noun.path])
    reads.leave(STREAM_PATH)

    @router.get(
        STREAM_PATH,
        summary="Follow the changes as they happen",
        description="Server-sent events, one a change: `id` is its number, `data` the row of /v1/changes. Without "
        "`Last-Event-ID` and `since` it begins with the next change. The connection stays open; a comment is sent "
        "after 15 quiet seconds. After a break, go on with `Last-Event-ID`: nothing is lost, nothing comes twice.",
        operation_id="follow_changes",
        response_class=StreamingResponse,
        responses={
            200: {
                "description": "The events, without an end.",
                "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
            },
            **problem_docs(*_ERRORS),
        },
    )
    def follow_changes(
        request: Request, query: Annotated[StreamQuery, Query()], last_event_id: LastEventId = None
    ) -> EventStream:
        refuse_repeats(request, query)
        newest = newest_change(request.app.state.database)
        given = {"Last-Event-ID": last_event_id} if last_event_id is not None else {"since": query.since}
        [(name, last)] = given.items()
        if last is not None and last > newest:
            detail = f"Change {last} is not in the record, whose last one is {newest}: nothing could follow it."
            raise InvalidRequest(detail, [Complaint(message=detail, parameter=name)])
        watch: Watch = request.app.state.watch
        return EventStream(watch, _events(request, noun, watch, newest if last is None else last, newest))

    return router


async def _events(request: Request, noun: Noun, watch: Watch, last: int, newest: int) -> AsyncGenerator[bytes, None]:
    """What a client is sent who knows the changes up to `last`. A slow one is waited for, so nothing piles up."""
    watch.saw(newest)
    yield f"retry: {_RETRY_AFTER * 1000}\n\n".encode()
    while True:
        if not await watch.beyond(last):
            yield b": nothing new\n\n"
            continue
        try:
            events = await watch.after(last, partial(_read, request, noun))
        except SQLAlchemyError as error:
            _LOG.warning("cannot read changes for a stream: %s", type(error).__name__)
            yield b": the record cannot be read now\n\n"
            await asyncio.sleep(_RETRY_AFTER)
            continue
        for event in events:
            yield event.content
            last = event.number


def _read(request: Request, noun: Noun, last: int) -> Sequence[Event]:
    rows = rows_of(request, noun, ChangeQuery(since=last, limit=_BATCH))
    numbers: list[int] = [row.number for row in rows]  # type: ignore[attr-defined]
    return [
        Event(number, b"id: %d\nevent: change\ndata: %s\n\n" % (number, row_json(row)))
        for number, row in zip(numbers, rows, strict=True)
    ]
