"""The route of every question: asks on one snapshot of the record, and sends rows as JSON, CSV or NDJSON."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, create_model
from sqlmodel import Session

from app.answers.asking import Answer, AnswerMeta, Ask, Row
from app.answers.questions import Question
from app.answers.scope import ScopeQuery
from app.charts.drawing import NotDrawn
from app.charts.frame import Unchartable
from app.charts.pictures import PICTURES
from app.charts.render import encoded
from app.core.database import Database
from app.core.errors import (
    BadCursor,
    InvalidRequest,
    NotAcceptable,
    TrackerError,
    Unavailable,
    UnknownCode,
    UnknownParameter,
    UriTooLong,
)
from app.core.history import View, open_view
from app.core.queries import DEFAULT_LIMIT, Cursor, fingerprint_of
from app.core.shapes import Format, Picture
from app.core.waiting import leave_loop
from app.web.formats import JSON, MEDIA_TYPES, choose_format, csv_head, csv_lines
from app.web.problems import problem_docs
from app.web.reads import Reads
from app.web.requests import ListLinks, page_links, refuse_repeats

_ERRORS = (InvalidRequest, UnknownParameter, UnknownCode, NotAcceptable, UriTooLong, Unavailable, TrackerError)
_UNDRAWN = (Unchartable, NotDrawn)
_NOT_ASKED = frozenset({"cursor", "limit", "format", "hxl"})
_DRAWN = {
    MEDIA_TYPES[Picture.SVG]: {"schema": {"type": "string", "description": "The answer as a picture."}},
    MEDIA_TYPES[Picture.PNG]: {
        "schema": {"type": "string", "format": "binary", "description": "The same, two pixels for one."}
    },
    MEDIA_TYPES[Picture.VEGA_LITE]: {
        "schema": {"type": "object", "description": "The specification of the picture in Vega-Lite, with its numbers."}
    },
}


def question_router(question: Question, reads: Reads) -> APIRouter:
    """GET /v1/{path}."""
    router = APIRouter(prefix="/v1", tags=["answers"])
    is_paged, is_drawn = "cursor" in question.query.model_fields, question.path in PICTURES
    errors = (*_ERRORS, *question.errors, *((BadCursor,) if is_paged else ()), *(_UNDRAWN if is_drawn else ()))

    @router.get(
        f"/{question.path}",
        summary=question.title,
        description=question.description,
        operation_id=f"ask_{question.path.replace('-', '_')}",
        response_model=body_of(question),
        responses={
            200: {
                "description": "The answer.",
                "content": {
                    "text/csv": {"schema": {"type": "string"}},
                    "application/x-ndjson": {"schema": {"type": "string"}},
                    **(_DRAWN if is_drawn else {}),
                },
            },
            **problem_docs(*errors),
        },
    )
    def answer(request: Request, query: Annotated[question.query, Query()]) -> Response:  # type: ignore[name-defined]
        return _answer(request, question, query)

    reads.add(f"/v1/{question.path}", question.query, answer, is_brief=question.is_brief)
    return router


def body_of(question: Question) -> type[BaseModel]:
    """The JSON body of an answer."""
    fields: dict[str, Any] = {
        "data": (list[question.row], Field(description="The rows, in order.")),  # type: ignore[name-defined]
        "meta": (question.meta, Field(description="What was resolved.")),
        "links": (ListLinks, Field(description="Addresses of this answer and of the next page.")),
    }
    when = " Only with `explain=true`." if "explain" in question.query.model_fields else ""
    for name, row in question.beside.items():
        description = f"Beside the rows, {name.replace('_', ' ')}: {_purpose(row)}{when}"
        fields[name] = (list[row], Field([], description=description))  # type: ignore[valid-type]
    return cast(type[BaseModel], create_model(question.row.__name__.removesuffix("Row") + "Answer", **fields))


def _purpose(row: type[BaseModel]) -> str:
    """What one of the rows is, as its class says."""
    return (row.__doc__ or "").strip().partition("\n")[0]


def _answer(request: Request, question: Question, query: ScopeQuery) -> Response:
    refuse_repeats(request, query)
    offered = (*Format, *Picture) if question.path in PICTURES else tuple(Format)
    output: Format | Picture = choose_format(query.format, request.headers.get("accept"), offered)
    database: Database = request.app.state.database
    if isinstance(output, Picture):
        leave_loop()
        with database.read() as session:
            spec = PICTURES[question.path](_ask(request, session, open_view(session, query.known_at)), query)
        return Response(encoded(spec, output), media_type=MEDIA_TYPES[output], headers={"Vary": "Accept"})
    with database.read() as session:
        view, start = _place(session, question, query)
        answer = question.answer(_ask(request, session, view), query)
        rows, end = _page(answer.rows, query, output, start)
        cursor = None if end is None else Cursor(view.revision, _fingerprint(question, query), [end]).encode()
        links = page_links(request, cursor)
        # Rows may still have to be read: they are written down before the snapshot is given back.
        content = _encoded(replace(answer, rows=rows), output, links, hxl=query.hxl == "1")
    headers = {"Link": f'<{links.next}>; rel="next"'} if links.next else {}
    return Response(content, media_type=MEDIA_TYPES[output], headers={"Vary": "Accept", **headers})


def _ask(request: Request, session: Session, view: View) -> Ask:
    state = request.app.state
    today = datetime.now(UTC).date().isoformat()
    return Ask(session, view, state.facts.of(session, view), today, state.reports.of(session, view))


def _place(session: Session, question: Question, query: ScopeQuery) -> tuple[View, int]:
    """The state of the record looked at, and the number of rows shown before; that of the cursor if there is one."""
    view = open_view(session, query.known_at)
    text = getattr(query, "cursor", None)
    if text is None:
        return view, 0
    cursor = Cursor.decode(text)
    if cursor.query != _fingerprint(question, query):
        raise BadCursor("The cursor belongs to another query. Keep every other parameter as it was.")
    if cursor.revision > view.revision or len(cursor.keys) != 1 or type(cursor.keys[0]) is not int:
        raise BadCursor("The cursor cannot be read. Start again without `cursor`.")
    return View(cursor.revision, is_current=False), max(0, cursor.keys[0])


def _fingerprint(question: Question, query: ScopeQuery) -> str:
    return fingerprint_of(question.path, query, _NOT_ASKED)


def _page(rows: Iterable[Row], query: ScopeQuery, output: Format, start: int) -> tuple[Iterable[Row], int | None]:
    """The rows to show, and the number of rows shown by then if there are more."""
    if "cursor" not in type(query).model_fields:
        return rows, None
    limit: int | None = getattr(query, "limit", None)
    if limit is None and output is not Format.JSON:
        return list(rows)[start:], None
    every, end = list(rows), start + (limit or DEFAULT_LIMIT)
    return every[start:end], end if end < len(every) else None


def _encoded(answer: Answer, output: Format, links: ListLinks, *, hxl: bool) -> bytes:
    if output is Format.CSV:
        return csv_head(answer.columns, hxl=hxl) + csv_lines(answer.rows, answer.columns)
    if output is Format.NDJSON:
        return JSON.encode_lines(answer.rows)
    meta = answer.meta
    told = meta.json_text() if isinstance(meta, AnswerMeta) else meta.model_dump_json(by_alias=True)
    parts = {"data": JSON.encode(list(answer.rows)), "meta": told.encode(), "links": links.model_dump_json().encode()}
    parts |= {name: JSON.encode(rows) for name, rows in answer.beside.items()}
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), value) for name, value in parts.items()) + b"}"
