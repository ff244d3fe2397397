"""A client of the service over HTTP: the program reads and writes a record through it that another process keeps."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from app import __version__
from app.core.errors import Complaint, Problem
from app.core.settings import RemoteSettings
from app.remote_events import StreamEvent, read_events

if TYPE_CHECKING:
    import httpx  # loaded where it is used: `serve` speaks to nobody and starts sooner without

Json = dict[str, Any]
_Shape = TypeVar("_Shape", bound=BaseModel)

# Seconds. The stream sends a sign of life far more often; a line that stays silent longer is dead.
_TIMEOUT, _TO_CONNECT = 60.0, 5.0
_IS_IT_RUNNING = "Is the service running (`make run`), and is PEACEKEEPING_URL its address?"
_IS_IT_THE_TRACKER = "Is PEACEKEEPING_URL the address of a peacekeeping deployment tracker?"
_ADVICE = {"unauthorised": "Put the token of an analyst into PEACEKEEPING_TOKEN."}


class RemoteProblem(Exception):
    """What went wrong, in words to show: a sentence, and below it a line for each fault."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ConnectionBroken(RemoteProblem):
    """The request was sent and no answer came: it is open whether it was carried out."""


class _RemoteComplaint(Complaint):
    model_config = ConfigDict(extra="ignore")  # a later service may say more


class _RemoteProblemBody(Problem):
    errors: list[_RemoteComplaint] = []  # type: ignore[assignment]


@dataclass(frozen=True)
class Answer:
    """An answer of status 2xx."""

    status: int
    headers: Mapping[str, str]
    body: Json

    def read(self, shape: type[_Shape]) -> _Shape:
        """The body as a shape; RemoteProblem if it has another one."""
        try:
            return shape.model_validate(self.body)
        except ValidationError as error:
            raise RemoteProblem(
                f"The service answered in a form that is not known here. {_IS_IT_THE_TRACKER}"
            ) from error


@dataclass(frozen=True)
class Form:
    """A file to send, what to call it, and the fields that go with it."""

    file: BinaryIO
    name: str
    fields: Mapping[str, str]


class RemoteService:
    """The service at one address, spoken to with one token."""

    def __init__(self, settings: RemoteSettings) -> None:
        self.address = _checked_address(settings.url)
        headers = {"User-Agent": f"peacekeeping/{__version__}", "Accept": "application/json"}
        token = settings.token.get_secret_value().strip()
        if token:
            if not (token.isascii() and token.isprintable()):
                raise RemoteProblem("PEACEKEEPING_TOKEN holds characters that no token has. Copy it anew.")
            headers["Authorization"] = f"Bearer {token}"
        import httpx

        timeout = httpx.Timeout(_TIMEOUT, connect=_TO_CONNECT)
        self._client = httpx.Client(base_url=self.address, headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer:
        return self._ask("GET", path, parameters=parameters)

    def rows(self, path: str, parameters: Mapping[str, str]) -> Iterator[Json]:
        """The rows of a list, page after page."""
        answer = self.get(path, parameters)
        while True:
            page = answer.read(_Page)
            yield from page.data
            if page.links.next is None:
                return
            answer = self.get(page.links.next)

    def post(self, path: str, body: Json | Form, key: str | None = None) -> Answer:
        """Post, and post once more if the connection breaks: under its Idempotency-Key nothing is recorded twice."""
        key = key or str(uuid4())
        headers = {"Idempotency-Key": key}
        try:
            return self._ask("POST", path, body, headers)
        except ConnectionBroken:
            pass
        try:
            return self._ask("POST", path, body, headers)
        except RemoteProblem as error:
            if error.status is not None:
                raise
            raise RemoteProblem(
                f"{error}\n  It is open whether it was recorded. Repeat it with --key {key}: nothing is recorded twice."
            ) from error

    def post_on(self, path: str, etag: str, body: Json) -> Answer:
        """Post about the revision of a record that was seen."""
        return self._ask("POST", path, body, {"If-Match": etag, "Idempotency-Key": str(uuid4())})

    def patch(self, path: str, etag: str, body: Json) -> Answer:
        return self._ask("PATCH", path, body, {"If-Match": etag})

    def delete(self, path: str, etag: str | None, reason: str) -> Answer:
        """Take a record back; `etag` is the revision of it that was seen, None for what has no revisions."""
        headers = {} if etag is None else {"If-Match": etag}
        return self._ask("DELETE", path, None, headers, {"reason": reason})

    def save(self, path: str, parameters: Mapping[str, str], target: BinaryIO) -> None:
        """Write what a path answers to a file, as it comes."""
        with self._in_words(), self._client.stream("GET", path, params=parameters) as response:
            if not response.is_success:
                response.read()
                raise _problem_of(response)
            target.writelines(response.iter_bytes())

    def stream(self, path: str, last_event: str) -> Iterator[StreamEvent]:
        """Events after the last one seen, until the service ends the stream; ConnectionBroken if it breaks off."""
        import httpx

        headers = {"Accept": "text/event-stream", "Last-Event-ID": last_event}
        try:
            with self._client.stream("GET", path, headers=headers) as response:
                if response.status_code != 200:
                    response.read()
                    raise _problem_of(response)
                yield from read_events(response.iter_bytes())
        except httpx.RequestError as error:
            raise ConnectionBroken(_no_answer(self.address, error)) from error

    def _ask(
        self,
        method: str,
        path: str,
        body: Json | Form | None = None,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = dict(headers or {})
        more: dict[str, Any] = {}
        if isinstance(body, Form):
            more = {"data": body.fields, "files": {"file": (body.name, body.file, "application/octet-stream")}}
        elif body is not None:
            # As ASCII: what is no valid text reaches the service too, and is refused there by its place.
            more = {"content": _json_bytes(body)}
            headers["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        with self._in_words():
            response = self._client.request(method, path, headers=headers, params=parameters, **more)
        if not response.is_success:
            raise _problem_of(response)
        answered = json_object(response.content, f"The answer of {self.address}")
        return Answer(response.status_code, response.headers, answered)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Whatever keeps an answer from coming, as a RemoteProblem."""
        import httpx

        try:
            yield
        except UnicodeEncodeError as error:
            raise RemoteProblem("An argument holds bytes that are no text. Write it in UTF-8.") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise RemoteProblem(f"There is no service at {self.address} ({_words(error)}). {_IS_IT_RUNNING}") from error
        except httpx.RequestError as error:
            raise ConnectionBroken(_no_answer(self.address, error)) from error


class _Links(BaseModel):
    next: str | None = None


class _Page(BaseModel):
    data: list[Json]
    links: _Links


def _checked_address(text: str) -> str:
    import httpx

    try:
        address = httpx.URL(text.strip())
    except (httpx.InvalidURL, UnicodeError) as error:
        raise RemoteProblem(f"PEACEKEEPING_URL is no address ({error}). Write it as http://127.0.0.1:8000.") from error
    is_plain = address.path in ("", "/") and not (address.query or address.fragment or address.userinfo)
    if address.scheme not in ("http", "https") or not address.host or not is_plain:
        raise RemoteProblem(
            "PEACEKEEPING_URL has to be the scheme, host and port of the service alone, as http://127.0.0.1:8000."
        )
    return str(address).rstrip("/")


def _json_bytes(body: Json) -> bytes:
    return json.dumps(body, allow_nan=False).encode("ascii")


def json_object(text: str | bytes, what: str) -> Json:
    """The JSON object in a text; RemoteProblem, naming what the text is, if there is none."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise RemoteProblem(f"{what} is something else than JSON. {_IS_IT_THE_TRACKER}")
    return body


def _no_answer(address: str, error: "httpx.RequestError") -> str:
    return f"{address} gave no whole answer ({_words(error)}). Try again in a moment."


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _problem_of(response: "httpx.Response") -> RemoteProblem:
    status = response.status_code
    if response.has_redirect_location:
        target = response.headers["location"]
        return RemoteProblem(
            f"{response.request.url} has moved to {target}. Set PEACEKEEPING_URL to that host.", status
        )
    try:
        problem = _RemoteProblemBody.model_validate_json(response.content)
    except ValidationError:
        where = f"{response.request.method} {response.request.url}"
        return RemoteProblem(f"{where} was answered {status} without a problem body. {_IS_IT_THE_TRACKER}", status)
    return RemoteProblem(_sentence_of(problem), status)


def _sentence_of(problem: Problem) -> str:
    """The problem as text: what it is, and each fault with its place, near matches and record on lines of their own."""
    lines = [f"{problem.title} ({problem.status} {problem.code})."]
    said = " ".join(dict.fromkeys(fault.message for fault in problem.errors))
    if not said.startswith(problem.detail):
        lines[0] = f"{lines[0]} {problem.detail}"
    for fault in problem.errors:
        lines += _lines_of(fault)
    if problem.code in _ADVICE:
        lines.append(f"  {_ADVICE[problem.code]}")
    return "\n".join(shown(line) for line in lines)


def _lines_of(fault: Complaint) -> Iterator[str]:
    place = fault.pointer or fault.parameter
    near = ", ".join(fault.near or [])
    message = fault.message.removesuffix(f" Near: {near}.") if near else fault.message
    yield f"  {message}" if place is None or place in message else f"  {place}: {message}"
    if near:
        yield f"    near: {near}"
    if fault.record and fault.record not in message:
        yield f"    record: {fault.record}"


def shown(text: str) -> str:
    """A text of another machine as one line that does nothing to the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
