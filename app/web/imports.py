"""The routes of imports: a file is sent, its import is watched, its faults are read, and it is taken back."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.core.database import Database
from app.core.errors import Forbidden, KeyReused, NotFound, RecordConflict
from app.core.faults import validated
from app.core.history import hold_ledger
from app.core.shapes import AnyOf, Format
from app.core.vocabulary import Line
from app.importers.models import FaultOut, ImportMode, ImportOut, ImportState, Order, OrderFromUrl
from app.importers.reversal import revert_import
from app.importers.run import Job
from app.importers.store import get_import, give_up_lost, list_faults, list_imports, record_import
from app.importers.tracker_csv import template
from app.recording.replays import Reply, find_reply, keep_reply, request_digest
from app.tokens.models import Role
from app.tokens.store import Holder, note_use
from app.web.authority import admin, analyst
from app.web.bodies import JSON_BODY, json_body
from app.web.formats import MEDIA_TYPES, csv_head, csv_lines, row_json
from app.web.uploads import Upload, read_upload
from app.web.write_shapes import BODY_ERRORS, TOKEN_NEEDED, body_docs, write_docs
from app.web.writing import NO_PARAMETERS, IdempotencyKey, check_key

Analyst = Annotated[Holder, Depends(analyst)]
Admin = Annotated[Holder, Depends(admin)]
_Number = Annotated[int, Path(description="Number of the import.", examples=[1], ge=1, le=2**62)]
_FAULT_COLUMNS = list(FaultOut.model_fields)
_BATCH = 1000


class ImportQuery(BaseModel):
    """Which imports to show."""

    model_config = ConfigDict(extra="forbid")

    state: AnyOf[ImportState] | None = Field(None, description="States.", examples=[["committed"]])
    before: int | None = Field(None, ge=1, le=2**62, description="Imports below this number.", examples=[100])
    limit: int = Field(100, ge=1, le=1000, description="Most imports to show, 1 to 1000.", examples=[100])


class FaultQuery(BaseModel):
    """Which faults to show, and how."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=2**62, description="Faults behind so many.", examples=[0])
    limit: int = Field(1000, ge=1, le=1000, description="Most faults to show in JSON, 1 to 1000.", examples=[1000])
    format: Format | None = Field(None, description="`json`, or `csv` for all of them.", examples=["csv"])


class RevertQuery(BaseModel):
    """Why an import is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Line = Field(description="Why, in one line; everybody can read it.", examples=["It was the wrong month."])


class ImportAnswer(BaseModel):
    """One import as it now is."""

    data: ImportOut = Field(description="The import.")


class ImportList(BaseModel):
    """Imports, the newest first."""

    data: list[ImportOut] = Field(description="The imports.")


class FaultList(BaseModel):
    """Faults of an import, in the order of the rows."""

    data: list[FaultOut] = Field(description="The faults.")


async def _sent(request: Request, _holder: Analyst) -> Upload | dict[str, object]:
    """The file of a form, or the JSON that says where it is."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await read_upload(request)
    return await json_body(*JSON_BODY, "multipart/form-data")(request)


Sent = Annotated[Upload | dict[str, object], Depends(_sent)]


def import_router() -> APIRouter:
    """POST and GET /imports, GET /imports/{number} and its faults, DELETE to take it back, the empty template."""
    router = APIRouter(prefix="/v1", tags=["imports"])
    _add_sending(router)
    _add_reading(router)
    _add_reverting(router)
    return router


def _add_sending(router: APIRouter) -> None:
    form = {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "The file."},
                    **Order.model_json_schema()["properties"],
                },
            }
        }
    }
    body = body_docs(OrderFromUrl, *JSON_BODY)
    body["requestBody"]["content"] |= form

    @router.post(
        "/imports",
        summary="Import a file",
        description="A form with the file, or JSON with its address. The file is checked, compared and recorded as one "
        "change, or not at all. Answers 201 when it has ended within a few seconds, else 202: look at the address in "
        "`Location` until `state` is `committed`, `validated`, `refused` or `failed`.",
        operation_id="send_import",
        status_code=201,
        response_model=ImportAnswer,
        dependencies=NO_PARAMETERS,
        responses={
            202: {"model": ImportAnswer, "description": "Under way."},
            **write_docs(*BODY_ERRORS, KeyReused, status=201),
        },
        openapi_extra={**TOKEN_NEEDED, **body},
    )
    def send(request: Request, holder: Analyst, sent: Sent, idempotency_key: IdempotencyKey = None) -> Response:
        try:
            order = _order(sent)
            check_key(idempotency_key)
            return _import(request, holder, sent, order, idempotency_key)
        except BaseException:
            if isinstance(sent, Upload):
                sent.path.unlink(missing_ok=True)
            raise


def _order(sent: Upload | dict[str, object]) -> Order:
    if isinstance(sent, Upload):
        return validated(Order, {name: value for name, value in sent.fields.items() if value != ""})
    return validated(OrderFromUrl, sent)


def _import(
    request: Request, holder: Holder, sent: Upload | dict[str, object], order: Order, key: str | None
) -> Response:
    if request.app.state.settings.four_eyes and order.mode is ImportMode.COMMIT and holder.role is not Role.ADMIN:
        raise Forbidden("With two pairs of eyes asked for, an analyst may validate a file, and an admin commits it.")
    database: Database = request.app.state.database
    file = _file(sent)
    told = {**order.model_dump(mode="json"), "sha256": file["sha256"]}
    digest = request_digest("POST", "/v1/imports", "", told)
    reason = order.reason or f"Import of {file['file_name']}"[:300]
    with database.write() as session:
        hold_ledger(session)
        now = datetime.now(UTC)
        note_use(session, holder, now)
        kept = None if key is None else find_reply(session, holder.name, key, digest)
        if kept is None:
            give_up_lost(session, now, request.app.state.imports.under_way)
            number = record_import(session, order, file, holder.name, reason, now)
            if key is not None:
                keep_reply(session, holder.name, key, digest, Reply(202, {}, str(number)), now)
    if kept is not None:
        if isinstance(sent, Upload):
            sent.path.unlink()
        return _answer(request, int(kept.body), {"Idempotency-Replayed": "true"})
    path = sent.path if isinstance(sent, Upload) else _new_file()
    url = order.url if isinstance(order, OrderFromUrl) else None
    job = Job(number, path, str(file["file_name"]), str(file["sha256"]), order, holder.name, reason, url)
    under_way = request.app.state.imports.send(job)
    with suppress(NotYet):
        under_way.result(timeout=request.app.state.settings.import_wait)
    return _answer(request, number, {})


def _file(sent: Upload | dict[str, object]) -> dict[str, Any]:
    if isinstance(sent, Upload):
        return {"file_name": sent.name, "size": sent.size, "sha256": sent.sha256, "url": None}
    url = str(sent["url"])
    return {"file_name": url.partition("?")[0].rsplit("/", 1)[-1][:200] or "file", "size": 0, "sha256": "", "url": url}


def _new_file() -> FilePath:
    with tempfile.NamedTemporaryFile(prefix="tracker-upload-", delete=False) as target:
        return FilePath(target.name)


def _answer(request: Request, number: int, headers: dict[str, str]) -> Response:
    """The import as it is: 202 while it is under way."""
    database: Database = request.app.state.database
    with database.read() as session:
        found = get_import(session, number, datetime.now(UTC), request.app.state.imports.under_way)
    status = 202 if found.state in (ImportState.WAITING, ImportState.RUNNING) else 201
    headers = {"Location": f"/v1/imports/{number}", "Cache-Control": "no-store", **headers}
    return Response(b'{"data":' + row_json(found) + b"}", status, headers, media_type="application/json")


def _add_reading(router: APIRouter) -> None:
    @router.get(
        "/imports",
        summary="List imports",
        description="Every file that was sent and what came of it, the newest first.",
        operation_id="list_imports",
        responses=write_docs(status=200),
    )
    def list_them(request: Request, query: Annotated[ImportQuery, Query()]) -> ImportList:
        database: Database = request.app.state.database
        with database.read() as session:
            now, here = datetime.now(UTC), request.app.state.imports.under_way
            return ImportList(data=list_imports(session, query.state, query.before, query.limit, now, here))

    @router.get(
        "/imports/template.csv",
        summary="An empty file to fill in",
        description="The header line of the `tracker-csv` layout, with the columns a person fills in.",
        operation_id="read_import_template",
        dependencies=NO_PARAMETERS,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
        response_class=Response,
    )
    def read_template() -> Response:
        headers = {"Content-Disposition": 'attachment; filename="headcounts.csv"'}
        return Response(template(), media_type=MEDIA_TYPES[Format.CSV], headers=headers)

    @router.get(
        "/imports/{number}",
        summary="Read one import",
        description="One import by its number; while it is under way `rows_read` tells how far it is.",
        operation_id="read_import",
        dependencies=NO_PARAMETERS,
        responses=write_docs(NotFound, status=200),
    )
    def read_it(request: Request, number: _Number) -> ImportAnswer:
        database: Database = request.app.state.database
        with database.read() as session:
            here = request.app.state.imports.under_way
            return ImportAnswer(data=get_import(session, number, datetime.now(UTC), here))

    @router.get(
        "/imports/{number}/faults",
        summary="List what is wrong with the rows of a file",
        description="Every fault by row, column, code and message; as CSV all of them.",
        operation_id="list_import_faults",
        response_model=FaultList,
        responses={
            200: {"description": "The faults.", "content": {"text/csv": {"schema": {"type": "string"}}}},
            **{status: docs for status, docs in write_docs(NotFound, status=200).items() if status != 200},
        },
    )
    def list_faults_of(request: Request, number: _Number, query: Annotated[FaultQuery, Query()]) -> Response:
        return _faults(request, number, query)


def _faults(request: Request, number: int, query: FaultQuery) -> Response:
    database: Database = request.app.state.database
    with database.read() as session:
        get_import(session, number, datetime.now(UTC))
        if query.format is not Format.CSV:
            rows = list_faults(session, number, query.after, query.limit)
            body = b'{"data":[' + b",".join(row_json(row) for row in rows) + b"]}"
            return Response(body, media_type=MEDIA_TYPES[Format.JSON])
    headers = {"Content-Disposition": f'attachment; filename="import-{number}-faults.csv"'}
    lines = _fault_lines(database, number, query.after)
    return StreamingResponse(lines, media_type=MEDIA_TYPES[Format.CSV], headers=headers)


def _fault_lines(database: Database, number: int, after: int) -> Iterator[bytes]:
    """All faults behind a place as CSV, in batches, each with a short session of its own: they change no more."""
    yield csv_head(_FAULT_COLUMNS, hxl=False)
    rows: list[FaultOut] | None = None
    while rows is None or len(rows) == _BATCH:
        with database.read() as session:
            rows = list_faults(session, number, after, _BATCH)
        after += len(rows)
        yield csv_lines(rows, _FAULT_COLUMNS)


def _add_reverting(router: APIRouter) -> None:
    @router.delete(
        "/imports/{number}",
        summary="Take an import back",
        description="All that it recorded stands no longer, and what it corrected stands as before; one change. Needs "
        "the token of an admin. 409 if something recorded later rests on it.",
        operation_id="revert_import",
        responses=write_docs(NotFound, RecordConflict, status=200),
        openapi_extra=TOKEN_NEEDED,
    )
    def revert(
        request: Request, holder: Admin, number: _Number, query: Annotated[RevertQuery, Query()]
    ) -> ImportAnswer:
        database: Database = request.app.state.database
        with database.write() as session:
            hold_ledger(session)
            now = datetime.now(UTC)
            note_use(session, holder, now)
            return ImportAnswer(data=revert_import(session, number, holder.name, query.reason, now))
