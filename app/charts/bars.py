"""Horizontal bars from zero: one sum a bar, the largest first, or sums of two dimensions stacked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from app.charts.frame import COLOURS, LABELS, WIDTH, Spec, Words, footer, framed, tooltip

STEP = 22  # pixels from one bar to the next


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its number (None: unknown), what is written beside it and what a pointer shows."""

    name: str
    total: int | None
    label: str
    detail: str


@dataclass(frozen=True)
class Piece:
    """A part of a stacked bar."""

    name: str
    part: str
    total: int
    label: str


def largest(bars: Sequence[Bar], most: int) -> tuple[list[Bar], list[Bar]]:
    """The bars to show, the largest first and those unknown last, and the rest."""
    ordered = sorted(bars, key=lambda bar: (bar.total is None, -(bar.total or 0), bar.name))
    return ordered[:most], ordered[most:]


def bars(words: Words, shown: Sequence[Bar], measure: str) -> Spec:
    """Bars in the order given."""
    names = [bar.name for bar in shown]
    room = room_for(names)
    at_names = names_axis(names, room)
    seen = tooltip(name="Name", label=measure, detail="More")
    return framed(
        words,
        {
            "width": WIDTH - room,
            "height": {"step": STEP},
            "data": {"values": [asdict(bar) for bar in shown]},
            "layer": [
                {
                    "mark": {"type": "bar", "color": COLOURS[0], "height": {"band": 0.72}},
                    "encoding": {"y": at_names, "x": people_axis(measure), "tooltip": seen},
                },
                # What is unknown has no bar: its word stands where bars begin.
                labels_at("isValid(datum.total) ? datum.total : 0", at_names, seen),
                footer(words, 44, room),
            ],
        },
    )


def labels_at(end: str, at_names: Spec, seen: Sequence[Spec]) -> Spec:
    """A layer that writes the `label` of each row behind `end`, an expression for where its bar ends."""
    return {
        "transform": [{"calculate": end, "as": "end"}],
        "mark": {"type": "text", "align": "left", "dx": 5},
        "encoding": {
            "y": at_names,
            "x": {"field": "end", "type": "quantitative"},
            "text": {"field": "label", "type": "nominal"},
            "tooltip": seen,
        },
    }


def stacked(words: Words, pieces: Sequence[Piece], parts: Sequence[str], part_title: str, measure: str) -> Spec:
    """Bars made of pieces, the longest first; `parts` in the order of the legend."""
    sums: dict[str, int] = {}
    for piece in pieces:
        sums[piece.name] = sums.get(piece.name, 0) + piece.total
    names = sorted(sums, key=lambda name: (-sums[name], name))
    order = {part: place for place, part in enumerate(parts)}
    room = room_for(names)
    return framed(
        words,
        {
            "width": WIDTH - room,
            "height": {"step": STEP},
            "layer": [
                {
                    "data": {"values": [asdict(piece) | {"place": order[piece.part]} for piece in pieces]},
                    "mark": {"type": "bar", "height": {"band": 0.72}},
                    "encoding": {
                        "y": names_axis(names, room),
                        "x": people_axis(measure) | {"stack": "zero"},
                        "order": {"field": "place", "type": "quantitative"},
                        "color": {
                            "field": "part",
                            "type": "nominal",
                            "title": None,
                            "scale": {"domain": list(parts), "range": list(COLOURS[: len(parts)])},
                            "legend": {"orient": "top", "columns": 3, "symbolType": "square"},
                        },
                        "tooltip": tooltip(name="Name", part=part_title, label=measure),
                    },
                },
                footer(words, 44, room),
            ],
        },
    )


def room_for(names: Sequence[str]) -> int:
    """Pixels that the names need left of the bars."""
    return min(LABELS, 20 + 8 * max(map(len, names)))


def people_axis(measure: str) -> Spec:
    return {
        "field": "total",
        "type": "quantitative",
        "scale": {"zero": True, "nice": True},
        "title": measure,
        "axis": {"tickMinStep": 1, "tickCount": 5},
    }


def names_axis(names: Sequence[str], room: int) -> Spec:
    return {
        "field": "name",
        "type": "nominal",
        "sort": list(names),
        "title": None,
        "axis": {
            "minExtent": room,
            "maxExtent": room,
            "labelLimit": room - 12,
            "ticks": False,
            "labelPadding": 6,
            "grid": False,
        },
    }
