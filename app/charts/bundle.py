"""The script that draws specifications in a page: Vega-Embed with Vega and Vega-Lite, without any other host.

It is an ES module that exports `vegaEmbed`, of the same versions that draw SVG and PNG. About 900 KB, 300 KB as gzip;
it is made in one to four seconds, once per process, when it is first asked for.

A page may serve it under `script-src 'self'` and `style-src 'self'`, without `unsafe-eval` and `unsafe-inline`, if it
passes these options:

    import { vegaEmbed } from "...";
    vegaEmbed(element, specification, {
      ast: true,            // expressions are interpreted; compiled ones need `unsafe-eval`
      actions: false,       // the menu brings styles of its own, and a link to another host
      defaultStyle: false,  // and so does Vega-Embed itself
      tooltip: { disableDefaultStyle: true },  // the page styles #vg-tooltip-element
      config: { ... }       // colours of text and background, light or dark
    });
"""

from threading import Lock

from app.charts.drawing import DRAWING

_MADE: list[bytes] = []
_ONE_AT_A_TIME = Lock()


def bundle() -> bytes:
    """The module, UTF-8. Raises NotDrawn."""
    with _ONE_AT_A_TIME:
        if not _MADE:
            _MADE.append(DRAWING.draw("bundle", b"export { vegaEmbed };"))
    return _MADE[0]
