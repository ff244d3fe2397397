"""Lines by month from zero. Where nothing is known a line is broken, and a small cross says why."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from app.charts.frame import COLOURS, GREY, WIDTH, Spec, Words, footer, framed, tooltip
from app.charts.words import date_words, number

MOST_LINES = 10
_FEW_MONTHS = 48  # up to which each month has a mark of its own
_HUES = 5  # told apart by colour; the next ones are dashed
_DASHES = ([1, 0], [5, 3])
_SEEN = tooltip(line="Line", when="Month", label="People")


@dataclass(frozen=True)
class Point:
    """One line in one month; `total` None: unknown."""

    line: str
    month: str
    total: int | None
    at_least: bool
    label: str


@dataclass(frozen=True)
class Step:
    """A ceiling on the last day of a month; None: no number binds."""

    month: str
    ceiling: int | None


@dataclass
class Lines:
    """Points as they come, by line."""

    points: dict[str, list[Point]] = field(default_factory=dict)

    def add(self, point: Point) -> None:
        """Put a point at the end of its line."""
        self.points.setdefault(point.line, []).append(point)

    def largest(self, most: int = MOST_LINES) -> list[str]:
        """The names of the lines that reach highest."""

        def top(name: str) -> int:
            return max((point.total for point in self.points[name] if point.total is not None), default=-1)

        return sorted(self.points, key=lambda name: (-top(name), name))[:most]


def lines(
    words: Words, points: Sequence[Point], names: Sequence[str], measure: str, steps: Sequence[Step] = ()
) -> Spec:
    """One line a name, in the order of the legend, and the ceiling over them."""
    month = _months(sorted({point.month for point in points}))
    layers = [_drawn(points, names, measure), _bounds(points), _unknown(points)]
    if any(step.ceiling is not None for step in steps):
        layers += _ceiling(steps)
    shown = [layer for layer in layers if layer["data"]["values"]]
    for layer in shown:
        layer["encoding"]["x"] = month
    return framed(words, {"width": WIDTH - 60, "height": 320, "layer": [*shown, footer(words, 36, 64)]})


def _months(months: Sequence[str]) -> Spec:
    axis: Spec = {"format": "%b %Y", "labelOverlap": True, "grid": False, "labelFlush": False, "title": None}
    if len(months) <= 12:
        axis["values"] = [_day(month) for month in months]
    elif int(months[-1][:4]) - int(months[0][:4]) > 4:
        axis |= {"format": "%Y", "tickCount": "year"}
    return {"field": "on", "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def _day(month: str) -> str:
    return f"{month}-01"


def _rows(points: Iterable[Point]) -> list[Spec]:
    return [asdict(point) | {"on": _day(point.month), "when": date_words(point.month)} for point in points]


def _drawn(points: Sequence[Point], names: Sequence[str], measure: str) -> Spec:
    months = len({point.month for point in points})
    colours = [COLOURS[place % _HUES] for place in range(len(names))]
    dashes = [_DASHES[place // _HUES] for place in range(len(names))]
    legend = {"orient": "top", "columns": 5, "symbolType": "stroke", "symbolStrokeWidth": 3} if len(names) > 1 else None
    line: Spec = {"field": "line", "type": "nominal", "title": None, "legend": legend}
    # A lower bound is no count: the line leaves it out.
    rows = _rows(points)
    for row in rows:
        row["exact"] = None if row["at_least"] else row["total"]
    return {
        "data": {"values": rows},
        "mark": {
            "type": "line",
            "strokeWidth": 2.2,
            "point": {"size": 34 if months <= _FEW_MONTHS else 10, "filled": True},
            "invalid": "break-paths-show-path-domains",
        },
        "encoding": {
            "y": _people("exact", measure),
            "color": line | {"scale": {"domain": list(names), "range": colours}},
            "strokeDash": line | {"scale": {"domain": list(names), "range": dashes}},
            "tooltip": _SEEN,
        },
    }


def _people(name: str, measure: str) -> Spec:
    return {
        "field": name,
        "type": "quantitative",
        "scale": {"zero": True, "nice": True},
        "title": measure,
        "axis": {"tickMinStep": 1, "minExtent": 44, "maxExtent": 44},
    }


def _bounds(points: Sequence[Point]) -> Spec:
    """Triangles where it is known only that so many people are there, or more."""
    return {
        "data": {"values": _rows(point for point in points if point.at_least and point.total is not None)},
        "mark": {"type": "point", "shape": "triangle-up", "size": 40, "filled": False},
        "encoding": {
            "y": {"field": "total", "type": "quantitative"},
            "color": {"field": "line", "type": "nominal"},
            "tooltip": _SEEN,
        },
    }


def _unknown(points: Sequence[Point]) -> Spec:
    """Crosses on the axis in months of which nothing is known; the pointer shows the reason."""
    return {
        "data": {"values": _rows(point for point in points if point.total is None)},
        "mark": {"type": "text", "text": "×", "color": GREY, "fontSize": 11, "dy": -6, "y": "height"},
        "encoding": {"tooltip": _SEEN},
    }


def _told(rows: Sequence[Spec]) -> list[Spec]:
    """The months in which a number of the ceiling begins, those left out whose words would run into the ones before."""
    told: list[Spec] = []
    apart, last, before = len(rows) / 7, -len(rows), None
    for place, row in enumerate(rows):
        if (
            row["ceiling"] is not None
            and row["ceiling"] != before
            and place - last >= apart
            and len(rows) - place > apart / 2
        ):
            told.append(row)
            last = place
        before = row["ceiling"]
    return told or [row for row in rows if row["ceiling"] is not None][:1]


def _ceiling(steps: Sequence[Step]) -> list[Spec]:
    rows = [
        {"on": _day(step.month), "when": date_words(step.month), "ceiling": step.ceiling}
        | {"label": "no ceiling" if step.ceiling is None else number(step.ceiling)}
        for step in steps
    ]
    height = {"field": "ceiling", "type": "quantitative", "scale": {"zero": True}}
    line: Spec = {
        "data": {"values": rows},
        "mark": {
            "type": "line",
            "interpolate": "step-after",
            "color": GREY,
            "strokeWidth": 2,
            "strokeDash": [2, 2],
            "point": {"size": 60, "opacity": 0},  # to be pointed at
            "invalid": "break-paths-show-path-domains",
        },
        "encoding": {"y": height, "tooltip": tooltip(when="Month", label="Ceiling")},
    }
    name: Spec = {
        "data": {"values": [row | {"text": f"ceiling {row['label']}"} for row in _told(rows)]},
        "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -5},
        "encoding": {"y": height, "text": {"field": "text", "type": "nominal"}},
    }
    return [line, name]
