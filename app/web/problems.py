"""Turns every failure into one problem body (RFC 9457); nothing of the inside is shown."""

import difflib
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.core.errors import (
    BadRequest,
    Complaint,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    RevisionStale,
    TrackerError,
    Unauthorised,
    Unavailable,
    UnknownParameter,
)
from app.web.reads import Read

PROBLEM_JSON = "application/problem+json"
_LOG = logging.getLogger("peacekeeping")
_RETRY_AFTER = "2"
_NO_SUCH = ("42P01", "42703")  # table, column: states of PostgreSQL


def problem_response(error: TrackerError, headers: dict[str, str] | None = None) -> Response:
    """The problem of an error, as a response."""
    body = error.problem().model_dump_json(exclude_none=True, ensure_ascii=True)
    return Response(body, status_code=error.status, media_type=PROBLEM_JSON, headers=headers)


def problem_docs(*errors: type[TrackerError]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the errors a route can answer with, one a status."""
    docs: dict[int | str, dict[str, Any]] = {}
    for error in sorted(errors, key=lambda kind: kind.status):
        schema = {"$ref": "#/components/schemas/Problem"}
        entry = docs.setdefault(error.status, {"description": "", "content": {PROBLEM_JSON: {"schema": schema}}})
        entry["description"] += f"{' ' if entry['description'] else ''}`{error.code}`: {error.help}"
    return docs


def add_problem_handlers(app: FastAPI) -> None:
    """Install one handler for each family of failures."""

    @app.exception_handler(TrackerError)
    def _tracker_error(_request: Request, error: TrackerError) -> Response:
        return problem_response(error, _headers_of(error))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        return problem_response(_validation_problem(error.errors(), _parameters_of(request)))

    @app.exception_handler(HTTPException)
    def _http_error(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods_of(request))
        return problem_response(_http_problem(request, error), headers)

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    def _database_error(request: Request, error: Exception) -> Response:
        if _lacks_tables(error):
            detail = "The database is not migrated to this version. Its operator runs `peacekeeping migrate`."
        elif isinstance(error, OperationalError | InterfaceError | PoolTimeout):
            detail = "The database cannot be reached or is busy. Try again in a moment."
        else:
            return _unexpected(request, error)
        _LOG.error("database unavailable: %s", type(error).__name__, exc_info=error)
        return problem_response(Unavailable(detail), {"Retry-After": _RETRY_AFTER})

    @app.exception_handler(Exception)
    def _unexpected(_request: Request, error: Exception) -> Response:
        _LOG.error("unexpected failure", exc_info=error)
        return problem_response(TrackerError("The service failed on this request. The failure has been logged."))


def _lacks_tables(error: Exception) -> bool:
    """True if the database is older than the service, or empty."""
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", None) in _NO_SUCH or str(cause).startswith(("no such table", "no such column"))


def _headers_of(error: TrackerError) -> dict[str, str] | None:
    """What a client needs beside the body to try again."""
    if isinstance(error, Unauthorised):
        return {"WWW-Authenticate": 'Bearer realm="peacekeeping"'}
    if isinstance(error, RevisionStale):
        return {"ETag": error.current}
    return {"Retry-After": _RETRY_AFTER} if error.status == 503 else None


def _methods_of(request: Request) -> list[str]:
    """All methods of an address; every method is a route of its own, and the framework tells those of one alone."""
    path = getattr(request.scope.get("route"), "path_format", "")
    methods = set(_operations(request.app).get(path, ("GET",)))
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def _http_problem(request: Request, error: HTTPException) -> TrackerError:
    if error.status_code == 405:
        return MethodNotAllowed(f"{request.method[:20]} is not offered here.")
    if error.status_code == 404:
        near = difflib.get_close_matches(request.scope["path"][:100], _operations(request.app), n=3, cutoff=0.7)
        complaint = [Complaint(message="Addresses that look alike.", near=near)] if near else []
        return NotFound("There is nothing at this address. The reference is at /docs.", complaint)
    return BadRequest("The request could not be read.")


def _parameters_of(request: Request) -> list[str]:
    """Names of the query parameters the matched route accepts."""
    if isinstance(request.scope.get("route"), Read):
        return list(request.scope["route"].parameters)
    path = getattr(request.scope.get("route"), "path_format", "")
    operation = _operations(request.app).get(path, {}).get(request.method)
    if operation is None:
        return []
    names: list[str] = []
    for field in operation.dependant.query_params:
        shape = field.field_info.annotation
        is_shape = isinstance(shape, type) and issubclass(shape, BaseModel)
        names += [one.alias or name for name, one in shape.model_fields.items()] if is_shape else [field.alias]
    return names


def _operations(app: FastAPI) -> dict[str, dict[str, Any]]:
    """The documented addresses and their routes by method. The document itself takes a second to make."""
    if not hasattr(app.state, "operations"):
        found: dict[str, dict[str, Any]] = {}
        routes: Iterable[Any] = iter_route_contexts(app.routes)
        for one in routes:
            if getattr(one, "include_in_schema", False):
                found.setdefault(one.path_format, {}).update(dict.fromkeys(one.methods, one))
        app.state.operations = found
    return app.state.operations  # type: ignore[no-any-return]


def _validation_problem(errors: Sequence[Any], parameters: Sequence[str]) -> TrackerError:
    complaints = [_complaint(error, parameters) for error in errors]
    unknown = [c for c, error in zip(complaints, errors, strict=True) if error["type"] == "extra_forbidden"]
    detail = " ".join(dict.fromkeys(c.message for c in complaints))[:2000]
    return UnknownParameter(detail, complaints) if unknown else InvalidRequest(detail, complaints)


def _complaint(error: Any, parameters: Sequence[str]) -> Complaint:
    place, *path = error["loc"]
    name = str(path[0])[:80] if path else ""
    if error["type"] == "extra_forbidden" and place == "query":
        near = difflib.get_close_matches(name, parameters, n=3, cutoff=0.5)
        hint = f" Near: {', '.join(near)}." if near else ""
        return Complaint(message=f"There is no parameter '{name}' here.{hint}", parameter=name, near=near)
    message = error["msg"].removeprefix("Value error, ")
    if place == "body":
        pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
        return Complaint(message=f"{pointer or 'The body'}: {message}.", pointer=pointer)
    return Complaint(message=f"{name}: {message}.", parameter=name)
