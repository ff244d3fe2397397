"""In front of everything: answers that were given before are given again until the record changes.

What is kept belongs to one change of the record, one day and one request, so it never has to be taken back. It is kept
around the whole application, because what the application does for a request costs more than most answers.
"""

import asyncio
import hashlib
import sys
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.dates import Moment
from app.web.formats import choose_coding
from app.web.mark import Last, Mark

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_DAY = 86_400
_LARGEST_SHARE = 8  # no answer takes more than this part of the room
_WORTH_PACKING = 600  # bytes
_ZSTD_LEVEL = 6
_PACK_ASIDE = 50_000  # bytes from which packing is done in a thread
# Not of the record, without end, or different for everybody.
_NOT_KEPT = ("/v1/changes/stream", "/v1/imports", "/v1/proposals", "/v1/tokens")
# Of an answer that the client has: what it has of the rest stays true (RFC 9110, 15.4.5).
_SAID_AGAIN = (b"access-control-", b"cache-control", b"etag", b"vary")
_CURRENT = b"public, no-cache"
_FOREVER = b"public, max-age=31536000, immutable"
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)

Headers = list[tuple[bytes, bytes]]
Key = tuple[object, ...]


@dataclass
class Kept:
    """One answer: its bytes as they are and packed, each with its headers, and its ETag without quotes."""

    key: Key
    etag: bytes
    headers: Headers
    body: bytes
    not_modified: Headers
    packed: dict[bytes, tuple[Headers, bytes]] = field(default_factory=dict)  # by content coding

    @property
    def size(self) -> int:
        """Bytes it takes, the packed ones included."""
        return len(self.body) + sum(len(body) for _, body in self.packed.values()) + 500


class Front:
    """An ASGI application around another; `room` is the number of bytes kept."""

    def __init__(self, app: ASGIApp, mark: Mark, room: int) -> None:
        self.app = app
        self.mark = mark
        self.room = room
        self.hits = self.misses = 0
        self.size = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._number = -1
        self._under_way: dict[Key, asyncio.Future[Kept | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not _may_be_kept(scope["path"]):
            await self.app(scope, receive, send)
            return
        asked = _Asked(scope)
        last = None if asked.is_authorised else self.mark.last()
        if last is None:
            await self.app(scope, receive, send)
            return
        if last.number != self._number:
            self._forget(last.number)
        key = (last.number, int(time.time()) // _DAY, *asked.key)
        kept = self._kept.get(key)
        if kept is not None:
            self.hits += 1
            self._kept.move_to_end(key)
            await self._send(kept, asked, send)
            return
        await self._answer(scope, receive, send, asked, key, last)

    def _forget(self, number: int) -> None:
        self._kept.clear()
        self.size = 0
        self._number = number

    async def _answer(self, scope: Scope, receive: Receive, send: Send, asked: "_Asked", key: Key, last: Last) -> None:
        """Ask the application, or wait for who asks it the same already."""
        under_way = self._under_way.get(key)
        if under_way is not None:
            kept = await under_way
            if kept is None:
                await self.app(scope, receive, send)
            else:
                self.hits += 1
                await self._send(kept, asked, send)
            return
        self.misses += 1
        future = self._under_way[key] = asyncio.get_running_loop().create_future()
        kept = None
        try:
            catch = _Catch(send, self.room // _LARGEST_SHARE, is_head=asked.is_head)
            await self.app({**scope, "method": "GET"}, receive, catch)
            if catch.is_whole:
                kept = _made(key, catch, _cache_control(scope, last))
                self._keep(kept)
        finally:
            del self._under_way[key]
            future.set_result(kept)
        if kept is not None:
            await self._send(kept, asked, send)
        else:
            await catch.let_go()

    def _keep(self, kept: Kept) -> None:
        if kept.key[0] != self._number:
            return
        self._kept[kept.key] = kept
        self.size += kept.size
        self._make_room()

    def _make_room(self) -> None:
        while self.size > self.room:
            _, oldest = self._kept.popitem(last=False)
            self.size -= oldest.size

    async def _send(self, kept: Kept, asked: "_Asked", send: Send) -> None:
        if asked.if_none_match and _matches(asked.if_none_match, kept.etag):
            await send({"type": "http.response.start", "status": 304, "headers": kept.not_modified})
            await send({"type": "http.response.body", "body": b""})
            return
        headers, body = kept.headers, kept.body
        if asked.coding and len(body) >= _WORTH_PACKING:
            headers, body = kept.packed.get(asked.coding) or await self._pack(kept, asked.coding)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if asked.is_head else body})

    async def _pack(self, kept: Kept, coding: bytes) -> tuple[Headers, bytes]:
        """The answer in a content coding, made once."""
        pack = _PACKERS[coding]
        packed = await run_in_threadpool(pack, kept.body) if len(kept.body) > _PACK_ASIDE else pack(kept.body)
        replaced = {b"content-length": b"%d" % len(packed), b"etag": b'"%s-%s"' % (kept.etag, coding)}
        headers = [(name, replaced.get(name, value)) for name, value in kept.headers]
        packing = ([*headers, (b"content-encoding", coding)], packed)
        if coding not in kept.packed and self._kept.get(kept.key) is kept:
            self.size += len(packed)
        kept.packed[coding] = packing
        self._make_room()
        return packing


def _may_be_kept(path: str) -> bool:
    return path.startswith("/v1/") and not path.startswith(_NOT_KEPT)


def _name_of(pair: bytes) -> bytes:
    return pair.partition(b"=")[0]


class _Asked:
    """What tells one request from another."""

    def __init__(self, scope: Scope) -> None:
        accept: bytes = b""
        origin: bytes = b""
        self.is_authorised = False
        self.is_head = scope["method"] == "HEAD"
        self.coding = b""  # of the body, as the client likes it best
        self.if_none_match = b""
        for name, value in scope["headers"]:
            if name == b"accept":
                accept = accept + value + b","
            elif name == b"accept-encoding":
                self.coding = _coding(value)
            elif name == b"if-none-match":
                self.if_none_match = value
            elif name == b"origin":
                origin = value
            elif name == b"authorization":
                self.is_authorised = True
        # The order of parameters says nothing; that of the values of one does.
        query: bytes = scope["query_string"]
        if b"&" in query:
            pairs = sorted(query.split(b"&"), key=_name_of)
            query = b"&".join(pairs)
        self.key = (scope["path"], query, accept, origin)


@lru_cache(64)  # browsers and libraries send few different ones
def _coding(accepted: bytes) -> bytes:
    """The best coding that a client takes: zstd is smaller and quicker than gzip; none if it takes neither."""
    chosen = choose_coding(accepted.decode("latin-1"), [one.decode() for one in _PACKERS])
    return (chosen or "").encode()


class _Catch:
    """Takes an answer in; once it is too large to be kept, or no success, it goes straight on."""

    def __init__(self, send: Send, most: int, *, is_head: bool) -> None:
        self._send = send
        self._most = most
        self._is_head = is_head
        self._start: Message | None = None
        self._gone = False
        self._ended = False
        self._parts: list[bytes] = []
        self._size = 0

    async def __call__(self, message: Message) -> None:
        if self._gone:
            await self._pass(message)
        elif message["type"] == "http.response.start":
            self._start = message
        else:
            self._parts.append(message.get("body", b""))
            self._size += len(self._parts[-1])
            self._ended = not message.get("more_body", False)
            if self._size > self._most and not self._ended:
                await self.let_go()

    @property
    def is_whole(self) -> bool:
        """True for a success that may be kept."""
        if self._gone or not self._ended or self._start is None or self._start["status"] != 200:
            return False
        return self._size <= self._most and not any(
            name == b"cache-control" and b"no-store" in value for name, value in self._start["headers"]
        )

    @property
    def headers(self) -> Iterable[tuple[bytes, bytes]]:
        return self._start["headers"] if self._start else []

    @property
    def body(self) -> bytes:
        return b"".join(self._parts)

    async def let_go(self) -> None:
        """Send on what was taken in."""
        if self._gone or self._start is None:
            return
        self._gone = True
        await self._send(self._start)
        await self._pass({"type": "http.response.body", "body": self.body, "more_body": not self._ended})
        self._parts.clear()

    async def _pass(self, message: Message) -> None:
        await self._send({**message, "body": b""} if self._is_head and "body" in message else message)


def _made(key: Key, catch: "_Catch", cache_control: bytes) -> Kept:
    """An answer to keep, with an ETag made of its bytes, behind that of the record it shows."""
    body = catch.body
    found = {name.lower(): value for name, value in catch.headers}
    digest = hashlib.blake2b(body, digest_size=9).hexdigest().encode()
    # What a record shows beside itself may change with the day, so its revision alone does not tell its bytes.
    etag = b"-".join(part for part in (found.get(b"etag", b"").strip(b'"'), digest) if part)
    vary = {part.strip() for part in found.get(b"vary", b"").split(b",") if part.strip()} | {b"Accept-Encoding"}
    found |= {
        b"etag": b'"%s"' % etag,
        b"vary": b", ".join(sorted(vary)),
        b"cache-control": cache_control,
        b"content-length": b"%d" % len(body),
    }
    short = [(name, value) for name, value in found.items() if name.startswith(_SAID_AGAIN)]
    return Kept(key, etag, list(found.items()), body, short)


def _matches(if_none_match: bytes, etag: bytes) -> bool:
    """True if a client has the answer, packed or not."""
    if if_none_match.strip() == b"*":
        return True
    told = {part.strip().removeprefix(b"W/").strip(b'"') for part in if_none_match.split(b",")}
    return not told.isdisjoint((etag, *(b"%s-%s" % (etag, coding) for coding in _PACKERS)))


def _cache_control(scope: Scope, last: Last) -> bytes:
    """A state of the record that lies before its last change never changes again; all else has to be asked about."""
    if b"known_at=" not in scope["query_string"] or last.recorded_at is None:
        return _CURRENT
    asked = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("known_at", "")
    try:
        moment = _MOMENT.validate_python(asked)
    except ValidationError:
        return _CURRENT
    return _FOREVER if moment <= last.recorded_at else _CURRENT


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def _zstd(body: bytes) -> bytes:
    return zstd.compress(body, level=_ZSTD_LEVEL)


_PACKERS: dict[bytes, Callable[[bytes], bytes]] = {b"zstd": _zstd, b"gzip": _gzip}
