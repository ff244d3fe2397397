"""What one change did to each record, in pages: for changes that touched more records than a list of changes shows."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.core.database import Database
from app.core.errors import (
    BadCursor,
    Complaint,
    InvalidRequest,
    NotAcceptable,
    NotFound,
    TrackerError,
    Unavailable,
    UnknownParameter,
    UriTooLong,
)
from app.core.history import Change
from app.core.queries import DEFAULT_LIMIT, SQLITE_INT_MAX, Cursor, fingerprint_of
from app.core.shapes import Format
from app.recording.feed import Place, list_acts
from app.recording.feed_rows import RecordAct
from app.recording.kinds import KIND_BY_PATH, KINDS
from app.web.formats import MEDIA_TYPES, choose_format, json_lines, row_json
from app.web.problems import problem_docs
from app.web.requests import ListLinks, page_links, refuse_repeats

_BATCH = 1000
_ERRORS = (
    InvalidRequest, UnknownParameter, BadCursor, NotFound, NotAcceptable, UriTooLong, Unavailable, TrackerError,
)  # fmt: skip


class RecordsQuery(BaseModel):
    """Parameters of the records of a change. What a change did stays as it is, so there is no `known_at`."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[Format.JSON, Format.NDJSON] | None = Field(
        None, description="`json` or `ndjson`; wins over the `Accept` header.", examples=["ndjson"]
    )
    limit: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="Records on a page, 1 to 1000. JSON: 100 unless given. NDJSON: all of them unless given.",
        examples=[100],
    )
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        None, description="Place to go on from: taken out of `links.next`, never made up."
    )


class RecordsMeta(BaseModel):
    """Which change it is about."""

    change: int = Field(description="Number of the change.", examples=[12])


class ChangeRecords(BaseModel):
    """A page of the records a change touched."""

    data: list[RecordAct] = Field(description="What was done to each record, by noun and key.")
    meta: RecordsMeta = Field(description="The change itself.")
    links: ListLinks = Field(description="Addresses of this page and the next.")


def change_records_router() -> APIRouter:
    """GET /changes/{number}/records."""
    router = APIRouter(prefix="/v1", tags=["changes"])

    @router.get(
        "/changes/{number}/records",
        summary="List the records of a change",
        description="What one change did to each record it touched, with the record's own fields before and after: "
        "everything that a mirror needs, however large the change is.",
        operation_id="list_change_records",
        response_model=ChangeRecords,
        responses={
            200: {
                "description": "The records touched; an empty list if none was.",
                "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
                "headers": {"Link": {"description": "RFC 8288 link to the next page.", "schema": {"type": "string"}}},
            },
            **problem_docs(*_ERRORS),
        },
    )
    def list_change_records(
        request: Request,
        number: Annotated[str, Path(description="The number of the change.", examples=["12"], max_length=100)],
        query: Annotated[RecordsQuery, Query()],
    ) -> Response:
        refuse_repeats(request, query)
        output = choose_format(query.format, request.headers.get("accept"), (Format.JSON, Format.NDJSON))
        return _answer(request, _existing(request, number), query, output)

    return router


def _existing(request: Request, number: str) -> int:
    """The number of a change that was made; NotFound otherwise."""
    database: Database = request.app.state.database
    if number.isascii() and number.isdigit() and len(number) < 19:
        with database.read() as session:
            if session.get(Change, int(number)) is not None:
                return int(number)
    shown = "".join(c if c.isprintable() else "?" for c in number[:80])
    detail = f"There is no change '{shown}'. The list is at /v1/changes."
    raise NotFound(detail, [Complaint(message=detail, parameter="number")])


def _answer(request: Request, number: int, query: RecordsQuery, output: Format) -> Response:
    name = fingerprint_of(f"changes/{number}/records", query, {"cursor", "limit", "format"})
    behind = None if query.cursor is None else _place(query.cursor, name)
    if output is Format.NDJSON and query.limit is None:
        first = _read(request, number, _BATCH, behind)
        return StreamingResponse(_lines(request, number, first), media_type=MEDIA_TYPES[output], headers=_VARY)
    acts, end = _read(request, number, query.limit or DEFAULT_LIMIT, behind)
    cursor = None if end is None else Cursor(number, name, [KINDS[end[0]].path, end[1]]).encode()
    links = page_links(request, cursor)
    headers = {**_VARY, "Link": f'<{links.next}>; rel="next"'} if links.next else _VARY
    if output is Format.NDJSON:
        return Response(json_lines(acts, frozenset()), media_type=MEDIA_TYPES[output], headers=headers)
    body = ChangeRecords(data=acts, meta=RecordsMeta(change=number), links=links)
    return Response(row_json(body), media_type=MEDIA_TYPES[output], headers=headers)


_VARY = {"Vary": "Accept"}


_Batch = tuple[Sequence[RecordAct], Place | None]


def _read(request: Request, number: int, limit: int, behind: Place | None) -> _Batch:
    database: Database = request.app.state.database
    with database.read() as session:
        return list_acts(session, number, limit, behind)


def _lines(request: Request, number: int, batch: _Batch) -> Iterator[bytes]:
    """All records in batches, each with a short session of its own."""
    try:
        while True:
            acts, behind = batch
            yield json_lines(acts, frozenset())
            if behind is None:
                return
            batch = _read(request, number, _BATCH, behind)
    except Exception:
        # The status is sent already: an error record tells the reader that the rest is missing.
        yield TrackerError("The list breaks off here; ask again.").problem().model_dump_json().encode() + b"\n"
        raise


def _place(text: str, name: str) -> Place:
    """The place behind which a page begins; BadCursor for one that no page of this list ended with."""
    cursor = Cursor.decode(text)
    if cursor.query != name:
        raise BadCursor("The cursor belongs to another query. Keep every other parameter as it was.")
    match cursor.keys:
        case [str(noun), key] if (kind := KIND_BY_PATH.get(noun)) and _can_be_key(key, is_number=kind.is_numbered):
            return KINDS.index(kind), key
    raise BadCursor("The cursor cannot be read. Start again without `cursor`.")


def _can_be_key(key: Any, *, is_number: bool) -> bool:
    if is_number:
        return isinstance(key, int) and abs(key) <= SQLITE_INT_MAX
    return isinstance(key, str) and key.isprintable()
