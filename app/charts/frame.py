"""What all pictures share: title, scope, sources, alternative text, colours and letters.

A specification carries no background and no colour of text: a page gives both, dark or light, by its own `config`.
The renderer adds white and near black.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.charts.words import wrapped
from app.core.errors import TrackerError

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
MOST_ROWS = 5_000  # in one picture
WIDTH = 720  # pixels, with the labels left of the bars
LABELS = 210  # pixels left of the bars

# Okabe and Ito: told apart by colour-blind readers, and legible on white and on black.
BLUE, VERMILION, GREEN, PINK, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
GREY = "#8a8f98"
COLOURS = (BLUE, ORANGE, GREEN, VERMILION, SKY, PINK)

CONFIG: Spec = {
    "font": "Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
    "numberFormat": ",d",
    "view": {"stroke": None},
    "title": {"anchor": "start", "frame": "bounds", "offset": 16, "fontSize": 18, "subtitleFontSize": 13},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": GREY,
        "gridOpacity": 0.25,
        "domain": False,
        "tickColor": GREY,
    },
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 220},
    "text": {"fontSize": 12},
}


class Unchartable(TrackerError):
    code = "unchartable"
    status = 422
    title = "Cannot be drawn"
    help = (
        "There is no picture of this question as it was asked. `detail` says how to ask; JSON and CSV answer it as is."
    )


@dataclass(frozen=True)
class Words:
    """The words of a picture: `lines` stand below the title, `notes` and `source` below the picture."""

    title: str
    lines: Sequence[str]
    source: str
    description: str
    notes: Sequence[str] = field(default=())


def framed(words: Words, body: Spec) -> Spec:
    """A whole specification around the views of `body`."""
    return {
        "$schema": SCHEMA,
        "title": {"text": words.title, "subtitle": wrapped(words.lines)},
        "description": " ".join([words.description, *words.notes, words.source]),
        "config": CONFIG,
        **body,
    }


def footer(words: Words, below: int, left: int = 0, height: int | None = None) -> Spec:
    """A layer that writes notes and sources `below` pixels under a view, whose `height` is told where it is one of
    several."""
    return {
        "data": {"values": [{}]},
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "top",
            "x": -left,
            "y": {"expr": f"height + {below}"} if height is None else height + below,
            "text": wrapped([*words.notes, words.source]),
            "fontSize": 11,
            "lineHeight": 15,
            "opacity": 0.8,
            "aria": False,
        },
    }


def nothing(words: Words) -> Spec:
    """The picture of an answer without rows."""
    text = "Nothing is recorded for this question"
    told = Words(words.title, words.lines, words.source, f"{words.title}. {text}.")
    message: Spec = {
        "data": {"values": [{}]},
        "mark": {
            "type": "text",
            "text": text,
            "x": {"expr": "width / 2"},
            "y": {"expr": "height / 2"},
            "fontSize": 16,
        },
    }
    return framed(told, {"width": WIDTH, "height": 160, "layer": [message, footer(told, 12)]})


def refuse_many(rows: int, how: str) -> None:
    """Raises Unchartable for more rows than a picture can show; `how` says how to ask for less."""
    if rows > MOST_ROWS:
        raise Unchartable(f"A picture shows at most {MOST_ROWS:,} rows; this has more. {how}")


def tooltip(**titles: str) -> list[Spec]:
    """Fields and their titles, all of them words already."""
    return [{"field": name, "type": "nominal", "title": title} for name, title in titles.items()]


def sentence(parts: Iterable[str]) -> str:
    """Parts of an alternative text, as sentences."""
    return " ".join(part.rstrip(".") + "." for part in parts if part)
