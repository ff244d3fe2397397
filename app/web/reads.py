"""The short way to what is read most: lists, records and answers.

The framework looks through its routes one by one and takes parameters apart field by field, which costs more than most
statements. Here an address is looked up, its query is checked by its shape in one go, and the answer is worked out
where it is asked for if that is soon done, else in one of few threads: more of them only wait for one another. The
routes of the framework describe the same addresses.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args, get_origin

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from sqlalchemy.exc import OperationalError
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from app.core.waiting import TakesLong, was_broken_off

KEY_LENGTH = 100
_LONGEST_TURN = 0.001  # seconds of answers, before the event loop turns to what else arrived
_KEY: TypeAdapter[str] = TypeAdapter(Annotated[str, Field(max_length=KEY_LENGTH)])


@dataclass(frozen=True)
class Read:
    """One address that is read: its path as documented, the shape of its query, and what answers it."""

    path_format: str
    shape: type[BaseModel]
    answer: Callable[..., Response]
    parameters: tuple[str, ...]
    lists: frozenset[str]  # the parameters that may be given several times
    is_brief: bool  # may be answered while the event loop waits, up to where it raises TakesLong


@dataclass
class Reads(BaseRoute):
    """All addresses that are read the short way; stands before the other routes."""

    threads: int
    is_embedded: bool  # the database runs inside this process
    _by_path: dict[str, Read] = field(default_factory=dict)
    _left: set[str] = field(default_factory=set)
    _pool: ThreadPoolExecutor | None = None
    _turned: float = 0
    _turning: asyncio.Handle | None = None

    def add(
        self, path: str, shape: type[BaseModel], answer: Callable[..., Response], *, is_brief: bool = False
    ) -> None:
        """Answer GET of a path; `{key}` at its end stands for any key, which `answer` takes behind the request."""
        names = {one.alias or name: one.annotation for name, one in shape.model_fields.items()}
        lists = frozenset(name for name, kind in names.items() if _is_list(kind))
        self._by_path[path.removesuffix("{key}")] = Read(path, shape, answer, tuple(names), lists, is_brief)

    def leave(self, path: str) -> None:
        """Leave an address to the other routes, though it looks like that of a record."""
        self._left.add(path)

    def close(self) -> None:
        """End the threads once they have answered."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Full for GET of a path that was added."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope.get("root_path"):
            return Match.NONE, {}
        path: str = scope["path"]
        read, given = self._by_path.get(path), {}
        if path in self._left:
            return Match.NONE, {}
        if read is None or path.endswith("/"):
            start, _, key = path.rpartition("/")
            read, given = self._by_path.get(f"{start}/"), {"key": key}
            if read is None or not key:
                return Match.NONE, {}
        return Match.FULL, {"route": read, "path_params": given}

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """No address is made here."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at once what is soon done, and all else as one of few at a time."""
        request = Request(scope, receive, send)
        response = await self._at_once(request) if self.is_embedded and scope["route"].is_brief else None
        if response is None:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self.threads, "read")
            response = await asyncio.get_running_loop().run_in_executor(self._pool, _answered, request)
        await response(scope, receive, send)

    async def _at_once(self, request: Request) -> Response | None:
        """The answer, unless it takes longer than an event loop may wait; now and then the loop turns to all else."""
        while time.monotonic() - self._turned > _LONGEST_TURN:
            if self._turning is None:
                self._turning = asyncio.get_running_loop().call_soon(self._turn)
            await asyncio.sleep(0)
        return _unless_long(request)

    def _turn(self) -> None:
        """What arrived in between has had its turn: begin the next."""
        self._turned, self._turning = time.monotonic(), None


def _unless_long(request: Request) -> Response | None:
    try:
        return _answered(request)
    except TakesLong:
        return None
    except OperationalError as error:
        if was_broken_off(error):
            return None
        raise


def _answered(request: Request) -> Response:
    read: Read = request.scope["route"]
    key = request.path_params.get("key")
    faults: list[Any] = []
    if key is not None and len(key) > KEY_LENGTH:
        faults += _faults(_KEY.validate_python, key, "path", "key")
    try:
        query = read.shape.model_validate(_given(read, request.query_params))
    except ValidationError as error:
        faults += _located(error, "query")
    if faults:
        raise RequestValidationError(faults)
    return read.answer(request, query) if key is None else read.answer(request, key, query)


def _given(read: Read, params: QueryParams) -> dict[str, Any]:
    """Parameters by name: all values of lists, the last of others; what is unknown as it is given, to be refused."""
    given: dict[str, Any] = {}
    for name, value in params.multi_items():
        if name in read.lists:
            given.setdefault(name, []).append(value)
        else:
            given[name] = value
    return given


def _faults(check: Callable[[str], object], value: str, *place: str) -> list[Any]:
    try:
        check(value)
    except ValidationError as error:
        return _located(error, *place)
    return []


def _located(error: ValidationError, *place: str) -> list[Any]:
    return [{**one, "loc": (*place, *one["loc"])} for one in error.errors(include_url=False)]


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) is list:
        return True
    return any(_is_list(one) for one in get_args(annotation)) if annotation is not None else False
