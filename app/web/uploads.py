"""Takes a file out of a request without ever holding it in memory."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from app.core.errors import BadRequest, BodyTooLarge, BodyTooSlow
from app.core.faults import fault, invalid
from app.core.settings import Settings

_MOST_FIELDS = 20


@dataclass(frozen=True)
class Upload:
    """A file on disk, its name and size, its SHA-256, and the fields that came with it."""

    path: Path
    name: str
    size: int
    sha256: str
    fields: dict[str, str]


class _Form(MultiPartParser):
    """A form that knows whether it came to its end: what is cut off in the middle of a file is no error otherwise."""

    is_whole = False

    def on_end(self) -> None:
        self.is_whole = True

    def close(self) -> None:
        """Close the files that are not whole."""
        for file in self._files_to_close_on_error:
            file.close()


async def read_upload(request: Request) -> Upload:
    """The file of a multipart form; BodyTooLarge, BodyTooSlow, BadRequest or InvalidRequest if there is none.

    The caller removes the file.
    """
    settings: Settings = request.app.state.settings
    limit = settings.max_import_bytes
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > limit:
        raise _too_large(limit)
    try:
        parser = _Form(request.headers, _pieces(request, settings), max_files=1, max_fields=_MOST_FIELDS)
        form = await parser.parse()
    except MultiPartException as error:
        raise BadRequest(f"The form cannot be read: {error.message}") from error
    except ClientDisconnect as error:
        raise BadRequest("The request ended before its body was complete.") from error
    if not parser.is_whole:
        parser.close()
        raise BadRequest("The form is cut off: its last boundary is missing, and rows of the file may be, too.")
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise invalid([fault("/file", "send the file in a part named `file`, with a file name.")])
        given = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        fields = dict(given)
        if len(fields) < len(given):
            raise invalid([fault("", "a field stands in the form twice. Send each of them once.")])
        return await _save(file, fields)
    finally:
        await form.close()


async def _pieces(request: Request, settings: Settings) -> AsyncGenerator[bytes, None]:
    """The body as it comes; BodyTooLarge or, where nothing comes for too long, BodyTooSlow."""
    size, pieces = 0, request.stream()
    while True:
        try:
            async with asyncio.timeout(settings.body_timeout):
                piece = await anext(pieces, None)
        except TimeoutError as error:
            raise BodyTooSlow(f"Nothing of the file came for {settings.body_timeout:g} seconds.") from error
        if piece is None:
            return
        size += len(piece)
        if size > settings.max_import_bytes:
            raise _too_large(settings.max_import_bytes)
        yield piece


async def _save(file: UploadFile, fields: dict[str, str]) -> Upload:
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(prefix="tracker-upload-", delete=False) as target:
        try:
            while chunk := await file.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        except BaseException:
            Path(target.name).unlink()
            raise
    name = "".join(c for c in (file.filename or "").replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())[:200]
    return Upload(Path(target.name), name or "file", size, digest.hexdigest(), fields)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The file has more than {limit:,} bytes, the most that is taken.")
