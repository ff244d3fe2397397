"""A process of its own that draws: specifications in, pictures out. Run by `drawing.py`, not to be imported.

The library that draws holds Python's lock for as long as it takes, a third of a second or so: inside the service it
would stop every other request. Here it stops nobody, and its memory is given back when nobody asks for pictures.
"""

import os
import sys
from collections.abc import Callable
from threading import Timer
from typing import BinaryIO

import vl_convert

_IDLE = 300.0  # seconds after which it ends
_SCALE = 2.0  # pixels of a PNG for one of the specification


def _svg(spec: str, config: dict[str, object]) -> bytes:
    return vl_convert.vegalite_to_svg(spec, config=config, allowed_base_urls=[]).encode()


def _png(spec: str, config: dict[str, object]) -> bytes:
    return vl_convert.vegalite_to_png(spec, config=config, scale=_SCALE, allowed_base_urls=[])


def _bundle(snippet: str, _config: dict[str, object]) -> bytes:
    return vl_convert.javascript_bundle(snippet).encode()


# No address is allowed: whatever a specification says, nothing is fetched.
_FORMS: dict[str, Callable[[str, dict[str, object]], bytes]] = {"svg": _svg, "png": _png, "bundle": _bundle}

_INK, _FAINT = "#1b1f24", "#4a505a"
_ON_PAPER: dict[str, object] = {
    "background": "white",
    "padding": 16,
    "title": {"color": _INK, "subtitleColor": _FAINT},
    "axis": {"labelColor": _INK, "titleColor": _FAINT},
    "legend": {"labelColor": _INK, "titleColor": _FAINT},
    "text": {"color": _INK},
}


def serve(asked: BinaryIO, told: BinaryIO) -> None:
    """Answer `FORM LENGTH` and a body with `ok LENGTH` or `no LENGTH` and a body, until nobody asks any more."""
    while True:
        idle = Timer(_IDLE, os._exit, [0])
        idle.daemon = True
        idle.start()
        head = asked.readline().split()
        idle.cancel()
        if len(head) != 2:
            return
        form, body = head[0].decode(), asked.read(int(head[1]))
        try:
            word, answer = b"ok", _FORMS[form](body.decode(), _ON_PAPER)
        except Exception as error:  # noqa: BLE001  (whatever it is, the service is told)
            word, answer = b"no", str(error).encode()
        told.write(b"%s %d\n" % (word, len(answer)))
        told.write(answer)
        told.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
