"""Specifications made into SVG and PNG, by Vega without a browser and without a network."""

import html
import json
import logging
import re

from app.charts.drawing import DRAWING, NotDrawn
from app.charts.frame import Spec
from app.core.shapes import Picture

_LOG = logging.getLogger("peacekeeping")
_PUT_BEFORE = "https://vega.github.io/vega-datasets/"


def encoded(spec: Spec, output: Picture) -> bytes:
    """A specification in the form asked for. Raises NotDrawn, or Unavailable if too many pictures are asked for."""
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).encode()
    if output is Picture.VEGA_LITE:
        return text
    try:
        drawn = DRAWING.draw(output.value, text)
    except NotDrawn as error:
        _LOG.error("a picture could not be drawn", exc_info=error)
        raise
    return drawn if output is Picture.PNG else _named(drawn.decode(), spec).encode()


def _named(svg: str, spec: Spec) -> str:
    """The SVG with its title and alternative text, which Vega leaves out of the file."""
    # Links are addresses of this service; the library puts a host of its own before them.
    svg = svg.replace(f'<a xlink:href="{_PUT_BEFORE}/', '<a xlink:href="/')
    told = f"<title>{html.escape(spec['title']['text'])}</title><desc>{html.escape(spec['description'])}</desc>"
    return re.sub(r"^<svg ([^>]*)>", lambda found: f'<svg role="img" {found[1]}>{told}', svg, count=1)
