"""Reads the body of a write: its type, its length, its time, and JSON that means one thing only."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from app.core.errors import BadRequest, BodyTooLarge, BodyTooSlow, UnsupportedMediaType
from app.core.settings import Settings

JSON_BODY = ("application/json",)
PATCH_BODY = ("application/merge-patch+json", "application/json")

Body = dict[str, object]


def json_body(*media_types: str, optional: bool = False) -> Callable[[Request], Awaitable[Body]]:
    """A dependency that reads a JSON object; an empty body is an empty object where the body is `optional`.

    It belongs behind the dependency that asks who writes: nobody unknown makes the service read a body.
    """

    async def read(request: Request) -> Body:
        settings: Settings = request.app.state.settings
        content = await _read(request, settings)
        if not content and optional:
            return {}
        _check_type(request.headers.get("content-type", ""), media_types)
        return parse_object(content)

    return read


def _check_type(given: str, media_types: tuple[str, ...]) -> None:
    media, *parameters = (part.strip().lower() for part in given.split(";"))
    charset = next((p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if media not in media_types or charset not in ("utf-8", "utf8", "us-ascii"):
        shown = "".join(c if c.isprintable() else "?" for c in given[:80])
        was = f"'{shown}'" if given else "missing"
        raise UnsupportedMediaType(f"The Content-Type is {was}; send {' or '.join(media_types)}, in UTF-8.")


async def _read(request: Request, settings: Settings) -> bytes:
    limit = settings.max_body_bytes
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > limit:
        raise _too_large(limit)
    content = bytearray()
    try:
        async with asyncio.timeout(settings.body_timeout):
            async for chunk in request.stream():
                content += chunk
                if len(content) > limit:
                    raise _too_large(limit)
    except TimeoutError as error:
        detail = f"The body did not arrive within {settings.body_timeout:g} seconds."
        raise BodyTooSlow(detail) from error
    except ClientDisconnect as error:
        raise BadRequest("The request ended before its body was complete.") from error
    return bytes(content)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body has more than {limit:,} bytes, the most that is taken.")


def parse_object(content: bytes) -> Body:
    """The JSON object in a body; BadRequest for what is no JSON, or could be read in two ways."""
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8: the byte at {error.start} does not fit.") from error
    except RecursionError as error:
        raise BadRequest("The body is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is no JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except ValueError as error:
        raise BadRequest(f"The body is no JSON: {str(error)[:200]}.") from error
    if not isinstance(value, dict):
        raise BadRequest("The body has to be a JSON object: { ... }.")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadRequest("The body holds half of a surrogate pair, which is no character.") from error
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> Body:
    values: Body = {}
    for name, value in pairs:
        if name in values:
            raise ValueError(f"the member '{name[:80]}' stands twice in one object")
        values[name] = value
    return values


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")
