"""The map of the world: contributors by colour, missions as circles where they have their headquarters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from app.charts.frame import GREY, VERMILION, WIDTH, Spec, Words, footer, framed, tooltip
from app.charts.world import points, shapes

UNKNOWN, NOT_ASKED, ZERO = "unknown", "not asked about", "0"
BANDS = ((1, "1 to 9"), (10, "10 to 99"), (100, "100 to 999"), (1000, "1,000 to 4,999"), (5000, "5,000 or more"))
# From light to dark blue; the neutral ones are told apart by their lightness.
_COLOURS = {
    UNKNOWN: "#a5a9b0",
    ZERO: "#eef0f2",
    "1 to 9": "#d0e1f2",
    "10 to 99": "#94c4df",
    "100 to 999": "#4a98c9",
    "1,000 to 4,999": "#1764ab",
    "5,000 or more": "#08306b",
    NOT_ASKED: "transparent",
}
DISCLAIMER = "Boundaries and names shown do not imply official endorsement."


@dataclass(frozen=True)
class Contributor:
    """A country: its name, what is written of it, and its colour."""

    country: str
    name: str
    total: int | None
    label: str
    band: str


@dataclass(frozen=True)
class Place:
    """A mission at its headquarters."""

    mission: str
    name: str
    latitude: float
    longitude: float
    total: int
    label: str


def band_of(total: int | None) -> str:
    """The class of colour a number belongs to."""
    if total is None:
        return UNKNOWN
    return next((name for least, name in reversed(BANDS) if total >= least), ZERO)


def world(
    words: Words,
    contributors: Mapping[str, Contributor],
    m49: Mapping[int, str],
    places: Sequence[Place],
    *,
    is_part: bool,
) -> Spec:
    """Contributors by ISO code; `m49` leads from the number of a shape to that code.

    `is_part`: some countries were not asked about. Shapes that are no country of the record have no colour either.
    """
    outlines = {"stroke": GREY, "strokeWidth": 0.4}
    used = {NOT_ASKED, *(one.band for one in contributors.values())}
    bands = [band for band in _COLOURS if band in used or band not in (UNKNOWN, NOT_ASKED)]
    colour = {
        "type": "nominal",
        "title": "People sent",
        "scale": {"domain": bands, "range": [_COLOURS[band] for band in bands]},
        "sort": bands,
        "legend": {"orient": "bottom", "columns": 3, "symbolType": "square", "symbolStrokeColor": GREY}
        | {"values": [band for band in bands if band != NOT_ASKED or is_part]},
    }
    layers: list[Spec] = [
        {
            "data": {"values": _topology(contributors, m49), "format": {"type": "topojson", "feature": "countries"}},
            "mark": {"type": "geoshape", **outlines},
            "encoding": {
                "color": {"field": "properties.band", **colour},
                "tooltip": [
                    {"field": "properties.name", "type": "nominal", "title": "Country"},
                    {"field": "properties.label", "type": "nominal", "title": "People sent"},
                ],
            },
        }
    ]
    dots = list(_dots(contributors))
    if dots:
        layers.append(
            {
                "data": {"values": dots},
                "mark": {"type": "circle", "size": 28, "opacity": 1, "stroke": GREY, "strokeWidth": 0.8},
                "encoding": {
                    **_at("longitude", "latitude"),
                    "color": {"field": "band", **colour},
                    "tooltip": tooltip(name="Country", label="People sent"),
                },
            }
        )
    if places:
        layers.append(_circles(places))
    return framed(
        words,
        {
            "width": WIDTH,
            "height": 320,
            "projection": {"type": "equalEarth"},
            "layer": [*layers, footer(words, 96 if places else 72)],
        },
    )


def _topology(contributors: Mapping[str, Contributor], m49: Mapping[int, str]) -> Spec:
    world = shapes()
    countries = world["objects"]["countries"]
    shown = []
    for one in countries["geometries"]:
        found = contributors.get(m49.get(one.get("id", 0), ""))
        told = {"band": NOT_ASKED, "name": "", "label": NOT_ASKED} if found is None else asdict(found)
        shown.append({**one, "properties": told})
    return {**world, "objects": {"countries": {**countries, "geometries": shown}}}


def _dots(contributors: Mapping[str, Contributor]) -> Iterable[Spec]:
    """Countries without a shape, unless nobody of theirs was counted: dots for zero would hide the map."""
    for country, (latitude, longitude) in points().items():
        found = contributors.get(country)
        if found is not None and found.band in dict.fromkeys(name for _, name in BANDS):
            yield asdict(found) | {"latitude": latitude, "longitude": longitude}


def _circles(places: Sequence[Place]) -> Spec:
    return {
        "data": {"values": [asdict(place) for place in sorted(places, key=lambda one: -one.total)]},
        "mark": {
            "type": "circle",
            "fill": VERMILION,
            "fillOpacity": 0.45,
            "stroke": VERMILION,
            "strokeWidth": 1.2,
            "opacity": 1,
        },
        "encoding": {
            **_at("longitude", "latitude"),
            "size": {
                "field": "total",
                "type": "quantitative",
                "title": "People in a mission",
                "scale": {"type": "linear", "zero": True, "range": [14, 900], "domainMax": 20000},
                "legend": {"orient": "bottom", "values": [100, 1000, 5000, 15000], "symbolFillColor": VERMILION},
            },
            "tooltip": tooltip(name="Mission", label="People there"),
        },
    }


def _at(longitude: str, latitude: str) -> Spec:
    return {
        "longitude": {"field": longitude, "type": "quantitative"},
        "latitude": {"field": latitude, "type": "quantitative"},
    }
