"""Specifications made into SVG and PNG, by Vega without a browser and without a network."""

import html
import json
import logging
import re
from threading import Lock
from typing import Any

from app.charts.frame import Spec
from app.core.errors import TrackerError
from app.core.shapes import Picture

_LOG = logging.getLogger("peacekeeping")
# The library starts an engine of JavaScript at its first picture; two at once would need two.
_ONE_AT_A_TIME = Lock()
_PUT_BEFORE = "https://vega.github.io/vega-datasets/"
_SCALE = 2.0  # pixels of a PNG for one of the specification
_INK = "#1b1f24"
_ON_PAPER: Spec = {
    "background": "white",
    "padding": 16,
    "title": {"color": _INK, "subtitleColor": "#4a505a"},
    "axis": {"labelColor": _INK, "titleColor": "#4a505a"},
    "legend": {"labelColor": _INK, "titleColor": "#4a505a"},
    "text": {"color": _INK},
    "header": {"labelColor": _INK, "titleColor": "#4a505a"},
}


class NotDrawn(TrackerError):
    code = "not_drawn"
    status = 500
    title = "Not drawn"
    help = (
        "The service could not draw the picture; the failure is logged. `format=vega-lite` gives what is to be drawn."
    )


def encoded(spec: Spec, output: Picture) -> bytes:
    """A specification in the form asked for. Raises NotDrawn."""
    if output is Picture.VEGA_LITE:
        return json.dumps(spec, ensure_ascii=False, separators=(",", ":")).encode()
    # Only who asks for a picture pays for the library: 90 MB of code.
    import vl_convert

    # No address is allowed: whatever a specification says, nothing is fetched.
    rules: dict[str, Any] = {"config": _ON_PAPER, "allowed_base_urls": []}
    try:
        with _ONE_AT_A_TIME:
            if output is Picture.PNG:
                return vl_convert.vegalite_to_png(spec, scale=_SCALE, **rules)
            drawn = vl_convert.vegalite_to_svg(spec, **rules)
    except Exception as error:
        _LOG.error("a picture could not be drawn", exc_info=error)
        raise NotDrawn("The picture could not be drawn. The failure has been logged.") from error
    # Links are addresses of this service; the library puts a host of its own before them.
    drawn = drawn.replace(f'<a xlink:href="{_PUT_BEFORE}/', '<a xlink:href="/')
    return _named(drawn, spec["title"]["text"], spec["description"]).encode()


def _named(svg: str, title: str, description: str) -> str:
    """The SVG with its title and alternative text, which Vega leaves out of the file."""
    told = f"<title>{html.escape(title)}</title><desc>{html.escape(description)}</desc>"
    return re.sub(r"^<svg ([^>]*)>", lambda found: f'<svg role="img" {found[1]}>{told}', svg, count=1)
