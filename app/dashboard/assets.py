"""The files that pages are made of: kept in memory, packed once, at addresses that change when any of them does."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response

from app.charts.bundle import bundle
from app.core.errors import NotFound
from app.web.formats import choose_coding

_SWAGGER = files("fastapi_swagger") / "resources"
_STATIC = Path(__file__).parent / "static"
# Out of installed packages, and put together when first asked for: not every page needs them.
_PACKAGED: dict[str, Callable[[], bytes]] = {
    "vega-embed.js": bundle,
    "swagger-ui.js": (_SWAGGER / "swagger-ui-bundle.js").read_bytes,
    "swagger-ui.css": (_SWAGGER / "swagger-ui.css").read_bytes,
}
_PACKAGES = ("vl-convert-python", "fastapi-swagger")
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@dataclass(frozen=True)
class Asset:
    """One file; `packed` is made when it is first asked for."""

    media_type: str
    content: bytes

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.content, 9, mtime=0)

    @cached_property
    def imports(self) -> list[str]:
        """The modules that it imports."""
        lines = [line for line in self.content.decode().splitlines() if ' from "./' in line]
        told = [line for line in lines if line.startswith(("import ", "} from ", "export "))]
        return [line.partition(' from "./')[2].partition('"')[0] for line in told]


class Assets:
    """All files by name. `root` is the folder they are served under; modules name each other relative to it."""

    def __init__(self) -> None:
        self._files = {
            path.relative_to(_STATIC).as_posix(): Asset(_MEDIA_TYPES[path.suffix], path.read_bytes())
            for path in sorted(_STATIC.rglob("*"))
            if path.suffix in _MEDIA_TYPES
        }
        digest = hashlib.blake2b("".join(map(version, _PACKAGES)).encode(), digest_size=8)
        for name, asset in self._files.items():
            digest.update(b"%s %d " % (name.encode(), len(asset.content)))
            digest.update(asset.content)
        self.digest = digest.hexdigest()
        self.root = f"/assets/{self.digest}"

    def imports_of(self, name: str) -> list[str]:
        """The modules that a module needs from the start, itself first; each once."""
        found = [name]
        for module in found:
            found += [needed for needed in dict.fromkeys(self._files[module].imports) if needed not in found]
        return found

    def answer(self, request: Request, digest: str, name: str) -> Response:
        """The file; NotFound for a version that is no longer served."""
        asset = self._find(name) if digest == self.digest else None
        if asset is None:
            raise NotFound("There is no such file, or no longer. Load the page anew.")
        if choose_coding(request.headers.get("accept-encoding", ""), ("gzip",)):
            return Response(asset.packed, media_type=asset.media_type, headers={**_FOREVER, "Content-Encoding": "gzip"})
        return Response(asset.content, media_type=asset.media_type, headers=_FOREVER)

    def _find(self, name: str) -> Asset | None:
        if name in _PACKAGED and name not in self._files:
            self._files[name] = Asset(_MEDIA_TYPES[Path(name).suffix], _PACKAGED[name]())
        return self._files.get(name)
