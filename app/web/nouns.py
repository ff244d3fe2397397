"""The two routes every noun has, a list and one record, made from its listing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field, create_model
from sqlmodel import Session

from app.answers.asking import Ask
from app.core.database import Database
from app.core.errors import (
    BadCursor,
    Complaint,
    InvalidRequest,
    NotAcceptable,
    NotFound,
    TrackerError,
    Unavailable,
    UnknownCode,
    UnknownParameter,
    UriTooLong,
)
from app.core.history import View, open_view
from app.core.names import Names
from app.core.queries import Page, list_page, view_of_list
from app.core.shapes import Format, ItemQuery, ListQuery, Out
from app.core.waiting import leave_loop
from app.web.formats import MEDIA_TYPES, choose_format, csv_columns, csv_head, csv_lines, row_json
from app.web.items import etag_of, read_item
from app.web.noun import AnyInclude, Noun
from app.web.problems import problem_docs
from app.web.reads import KEY_LENGTH, Reads
from app.web.requests import ListLinks, page_links, refuse_repeats
from app.web.rows import RowWriter, writer_of

_BATCH, _LARGE_BATCH = 2000, 1000  # rows read at once for a whole list
_LIST_ERRORS = (
    InvalidRequest, UnknownParameter, UnknownCode, BadCursor, NotAcceptable, UriTooLong, Unavailable, TrackerError,
)  # fmt: skip
_ITEM_ERRORS = (InvalidRequest, UnknownParameter, NotFound, NotAcceptable, UriTooLong, Unavailable, TrackerError)


class ListMeta(BaseModel):
    """What was resolved to answer a list."""

    revision: int = Field(description="Number of the last change the answer takes into account.", examples=[120])
    known_at: datetime | None = Field(
        None, description="The moment asked about, UTC; null: now.", examples=["2026-11-23T12:00:00Z"]
    )
    count: int | None = Field(None, description="All rows found, with `count=exact`.", examples=[139])


def noun_router(noun: Noun, reads: Reads) -> APIRouter:
    """GET /{noun} and GET /{noun}/{key}."""
    router = APIRouter(prefix="/v1", tags=[noun.path])
    listing = noun.listing
    row = noun.model
    body = create_model(
        f"{row.__name__}List",
        data=(list[row], Field(description="The rows, in the order asked for.")),  # type: ignore[valid-type]
        meta=(ListMeta, Field(description="What was resolved.")),
        links=(ListLinks, Field(description="Addresses of this page and the next.")),
    )
    list_docs: dict[int | str, dict[str, Any]] = {
        200: {
            "description": f"The {noun.path} found; an empty list if none is.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
            "headers": {"Link": {"description": "RFC 8288 link to the next page.", "schema": {"type": "string"}}},
        },
        **problem_docs(*_LIST_ERRORS),
    }

    @router.get(
        f"/{noun.path}",
        summary=f"List {noun.path.replace('-', ' ')}",
        description=noun.description,
        operation_id=f"list_{noun.path.replace('-', '_')}",
        response_model=body,
        responses=list_docs,
    )
    def list_rows(request: Request, query: Annotated[listing.query, Query()]) -> Response:  # type: ignore[name-defined]
        return _answer_list(request, noun, query)

    reads.add(f"/v1/{noun.path}", listing.query, list_rows, is_brief=True)

    @router.get(
        f"/{noun.path}/{{key}}",
        summary=f"Read one {noun.title}",
        description=f"One {noun.title} by its {listing.key}.",
        operation_id=f"read_{noun.title.replace(' ', '_')}",
        response_model=row,
        responses=problem_docs(*_ITEM_ERRORS),
    )
    def read_row(
        request: Request,
        key: key_in_path(noun),  # type: ignore[valid-type]
        query: Annotated[ItemQuery, Query()],
    ) -> Response:
        return _answer_item(request, noun, key, query)

    reads.add(f"/v1/{noun.path}/{{key}}", ItemQuery, read_row, is_brief=True)
    return router


def key_in_path(noun: Noun) -> Any:
    """The parameter that names one record of a noun."""
    key = noun.listing.key
    examples = noun.listing.out.model_fields[key].examples or ["1"]
    return Annotated[str, Path(description=f"The {key}.", examples=[str(examples[0])], max_length=KEY_LENGTH)]


def _answer_list(request: Request, noun: Noun, query: ListQuery) -> Response:
    refuse_repeats(request, query)
    output = choose_format(query.format, request.headers.get("accept"))
    if query.include and output is Format.CSV:
        detail = "A CSV has fixed columns; ask for `format=json` or `ndjson` to include related records."
        raise InvalidRequest(detail, [Complaint(message=detail, parameter="include")])
    shown = [] if output is Format.CSV else noun.shown(query.include or [])
    if shown or output is not Format.JSON or query.count is not None:
        leave_loop()
    if output is not Format.JSON and query.limit is None:
        return _stream(request, noun, query, output, shown)
    database: Database = request.app.state.database
    with database.read() as session:
        view, names, page = _read_page(request, session, noun, query, shown)
    write = _Rows(noun, shown, _day_of(query))
    links = page_links(request, page.next_cursor)
    headers = {"Link": f'<{links.next}>; rel="next"'} if links.next else {}
    if output is Format.JSON:
        meta = ListMeta(revision=view.revision, known_at=query.known_at, count=page.count)
        content = (
            b'{"data":' + write.json(page, names) + b',"meta":' + row_json(meta) + b',"links":' + row_json(links) + b"}"
        )
    elif output is Format.CSV:
        content = csv_head(csv_columns(noun.listing.out), hxl=query.hxl == "1") + write.csv_lines(page, names)
    else:
        content = write.json_lines(page, names)
    return Response(content, media_type=MEDIA_TYPES[output], headers={"Vary": "Accept", **headers})


@dataclass(frozen=True)
class _Rows:
    """Writes the rows of pages: straight from SQL where they hold plain values, else as their model says."""

    noun: Noun
    shown: Sequence[AnyInclude]
    day: date

    def json(self, page: Page, names: Names) -> bytes:
        """The rows as one JSON list."""
        writer = self._writer(page)
        if writer is not None:
            return writer.json(page.raw, names)
        return b"[" + b",".join(self._objects(page, names)) + b"]"

    def json_lines(self, page: Page, names: Names) -> bytes:
        """The rows as NDJSON."""
        writer = self._writer(page)
        if writer is not None:
            return writer.json_lines(page.raw, names)
        return b"".join(row + b"\n" for row in self._objects(page, names))

    def _objects(self, page: Page, names: Names) -> Iterable[bytes]:
        hidden = self.noun.hidden(self.shown)
        return (row_json(row, hidden) for row in self.shaped(page, names))

    def csv_lines(self, page: Page, names: Names) -> bytes:
        """The rows as CSV without a header."""
        writer = self._writer(page)
        if writer is not None:
            return writer.csv_lines(page.raw, names)
        return csv_lines(self.shaped(page, names), csv_columns(self.noun.listing.out))

    def shaped(self, page: Page, names: Names) -> list[Out]:
        """The rows as their model shows them."""
        return [self.noun.shape(values, self.shown, names, self.day) for values in page.rows]

    def _writer(self, page: Page) -> RowWriter | None:
        return None if self.shown else writer_of(self.noun.listing.out, page.fields)


def _read_page(
    request: Request, session: Session, noun: Noun, query: ListQuery, shown: Sequence[AnyInclude]
) -> tuple[View, Names, Page]:
    view = view_of_list(session, noun.listing, query)
    names: Names = request.app.state.names.of(session, view)
    page = list_page(session, noun.listing, query, view, names, noun.related(shown))
    if shown:
        noun.work_out(page.rows, shown, lambda: _ask(request, session, view, query), query.known_at)
    return view, names, page


def _ask(request: Request, session: Session, view: View, query: ItemQuery) -> Ask:
    state = request.app.state
    reports = state.reports.of(session, view)
    return Ask(session, view, state.facts.of(session, view), _day_of(query).isoformat(), reports)


def _day_of(query: ItemQuery) -> date:
    """The day on which an answer stands: that of `known_at`, so that it stays the same, or today."""
    return (query.known_at or datetime.now(UTC)).date()


def _stream(request: Request, noun: Noun, query: ListQuery, output: Format, shown: Sequence[AnyInclude]) -> Response:
    """The whole list in batches, each with a short session of its own, all on one state of the record."""
    write = _Rows(noun, shown, _day_of(query))
    is_csv = output is Format.CSV
    written = write.csv_lines if is_csv else write.json_lines
    rest = (written(page, names) for page, names in _pages(request, noun, query, shown))
    head = csv_head(csv_columns(noun.listing.out), hxl=query.hxl == "1") if is_csv else b""
    # What goes wrong with the first batch is told as a problem, before anything is sent.
    parts = chain([head + next(rest)], rest)
    content = parts if is_csv else _ended_with_problem(parts)
    return StreamingResponse(content, media_type=MEDIA_TYPES[output], headers={"Vary": "Accept"})


def _ended_with_problem(lines: Iterable[bytes]) -> Iterator[bytes]:
    """NDJSON whose last record tells what broke it off: its status is sent already."""
    try:
        yield from lines
    except Exception:
        yield TrackerError("The list breaks off here; ask again.").problem().model_dump_json().encode() + b"\n"
        raise


def _pages(request: Request, noun: Noun, query: ListQuery, shown: Sequence[AnyInclude]) -> Iterator[tuple[Page, Names]]:
    database: Database = request.app.state.database
    # Rows with others inside them are large: fewer at a time.
    size = _LARGE_BATCH if shown else _BATCH
    step = query.model_copy(update={"limit": size, "count": None})
    while True:
        with database.read() as session:
            _, names, page = _read_page(request, session, noun, step, shown)
        yield page, names
        if page.next_cursor is None:
            return
        step = step.model_copy(update={"cursor": page.next_cursor})


def rows_of(request: Request, noun: Noun, query: ListQuery) -> Sequence[Out]:
    """The rows of one page of a list, each as the list shows it when nothing more is asked for."""
    database: Database = request.app.state.database
    shown = noun.shown([])
    with database.read() as session:
        _, names, page = _read_page(request, session, noun, query, shown)
    return _Rows(noun, shown, _day_of(query)).shaped(page, names)


def _answer_item(request: Request, noun: Noun, key: str, query: ItemQuery) -> Response:
    refuse_repeats(request, query)
    choose_format(None, request.headers.get("accept"), (Format.JSON,))
    shown = noun.shown(query.include or [])
    database: Database = request.app.state.database
    with database.read() as session:
        view = open_view(session, query.known_at)
        names: Names = request.app.state.names.of(session, view)
        page = read_item(session, noun, key, view, names, shown)
        if shown:
            noun.work_out(page.rows, shown, lambda: _ask(request, session, view, query), query.known_at)
    row = _Rows(noun, shown, _day_of(query)).json(page, names)[1:-1]
    headers = {"Vary": "Accept"}
    if "revision" in page.fields:
        headers["ETag"] = etag_of(page.raw[0][page.fields.index("revision")], view)
    return Response(row, media_type=MEDIA_TYPES[Format.JSON], headers=headers)
