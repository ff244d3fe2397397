"""The history of one record: every revision, who made it and why, and how it ended."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from app.core.database import Database
from app.core.dates import Moment, UtcMoment
from app.core.errors import (
    BadCursor,
    InvalidRequest,
    NotAcceptable,
    NotFound,
    TrackerError,
    Unavailable,
    UnknownParameter,
    UriTooLong,
)
from app.core.history import View, open_view
from app.core.names import Names
from app.core.queries import DEFAULT_LIMIT, SQLITE_INT_MAX, Cursor, fingerprint_of
from app.core.shapes import Format
from app.recording.kinds import Kind
from app.recording.revisions import find_recorded, list_revisions, revision_of
from app.web.formats import MEDIA_TYPES, choose_format, row_json
from app.web.items import missing
from app.web.noun import Noun
from app.web.nouns import key_in_path
from app.web.problems import problem_docs
from app.web.requests import ListLinks, page_links, refuse_repeats

_ERRORS = (
    InvalidRequest, UnknownParameter, BadCursor, NotFound, NotAcceptable, UriTooLong, Unavailable, TrackerError,
)  # fmt: skip


class RevisionsQuery(BaseModel):
    """Parameters of the revisions of a record."""

    model_config = ConfigDict(extra="forbid")

    known_at: Moment | None = Field(
        None,
        description="The history as known at this moment (UTC unless an offset is given; a day means its start).",
        examples=["2026-11-25T12:00:00Z"],
    )
    limit: int | None = Field(
        None, ge=1, le=1000, description="Revisions on a page, 1 to 1000; 100 unless given.", examples=[100]
    )
    cursor: Annotated[str, Field(max_length=4000)] | None = Field(
        None, description="Place to go on from: taken out of `links.next`, never made up."
    )


class RevisionsMeta(BaseModel):
    """What was resolved to answer."""

    revision: int = Field(description="Number of the last change the answer takes into account.", examples=[120])
    known_at: UtcMoment | None = Field(
        description="The moment asked about, UTC; null: now.", examples=["2026-11-25T12:00:00Z"]
    )
    key: str = Field(description="Key of the record, as it is stored.", examples=["10334"])


def revisions_router(noun: Noun, kind: Kind) -> APIRouter:
    """GET /{noun}/{key}/revisions."""
    router = APIRouter(prefix="/v1", tags=[noun.path])
    row = revision_of(kind)
    body = create_model(
        f"{row.__name__}List",
        data=(list[row], Field(description="The revisions, from the first on.")),  # type: ignore[valid-type]
        meta=(RevisionsMeta, Field(description="What was resolved.")),
        links=(ListLinks, Field(description="Addresses of this page and the next.")),
    )

    @router.get(
        f"/{noun.path}/{{key}}/revisions",
        summary=f"Read the history of one {noun.title}",
        description="Every revision in order, of a record that stands or was retracted: its own fields, what its "
        "change did, who made it and why, and how it ended.",
        operation_id=f"list_revisions_of_{noun.title.replace(' ', '_')}",
        response_model=body,
        responses=problem_docs(*_ERRORS),
    )
    def list_record_revisions(
        request: Request,
        key: key_in_path(noun),  # type: ignore[valid-type]
        query: Annotated[RevisionsQuery, Query()],
    ) -> Response:
        return _answer(request, noun, kind, key, query)

    return router


def _answer(request: Request, noun: Noun, kind: Kind, key: str, query: RevisionsQuery) -> Response:
    refuse_repeats(request, query)
    choose_format(None, request.headers.get("accept"), (Format.JSON,))
    database: Database = request.app.state.database
    with database.read() as session:
        view = open_view(session, query.known_at)
        names: Names = request.app.state.names.of(session, view)
        stored = find_recorded(session, kind, key, names, view)
        if stored is None:
            raise NotFound(*missing(noun, key, names))
        name = fingerprint_of(f"{noun.path}/{stored}/revisions", query, {"cursor", "limit"})
        view, behind = _place(view, query, name)
        rows, last = list_revisions(session, kind, stored, view, query.limit or DEFAULT_LIMIT, behind)
    links = page_links(request, None if last is None else Cursor(view.revision, name, [last]).encode())
    meta = RevisionsMeta(revision=view.revision, known_at=query.known_at, key=str(stored))
    data = b",".join(map(row_json, rows))
    content = b'{"data":[' + data + b'],"meta":' + row_json(meta) + b',"links":' + row_json(links) + b"}"
    headers = {"Vary": "Accept"} | ({"Link": f'<{links.next}>; rel="next"'} if links.next else {})
    return Response(content, media_type=MEDIA_TYPES[Format.JSON], headers=headers)


def _place(view: View, query: RevisionsQuery, name: str) -> tuple[View, int]:
    """The state looked at, and the revision behind which the page begins: those of the cursor if there is one."""
    if query.cursor is None:
        return view, 0
    cursor = Cursor.decode(query.cursor)
    if cursor.query != name:
        raise BadCursor("The cursor belongs to another query. Keep every other parameter as it was.")
    match cursor.keys:
        case [int(behind)] if cursor.revision <= view.revision and 0 < behind <= SQLITE_INT_MAX:
            return View(cursor.revision, is_current=False), behind
    raise BadCursor("The cursor cannot be read. Start again without `cursor`.")
