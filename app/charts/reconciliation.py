"""The announced-to-actual picture: what was allowed, what was planned for when, and who was counted since."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import quote

from app.answers.reconciliation_rows import PlanRow, ReconciliationMeta, ReconciliationRow, TimelineEntry, TimelineKind
from app.answers.rules import months_between
from app.charts.announced import COUNTED, counts_of, heading, is_bound, notes_of, people, plan_words, sentences
from app.charts.frame import (
    BLUE,
    GREEN,
    GREY,
    PINK,
    VERMILION,
    WIDTH,
    Spec,
    Words,
    footer,
    framed,
    nothing,
    refuse_many,
    sentence,
    tooltip,
)
from app.charts.words import bounded, date_words, headline, listed, plain, scope_words, source_line, wrapped
from app.core.dates import first_day, last_day
from app.core.names import Names

MOST_VIEWS = 6
_HEIGHT = 250
_LABELS = 190  # pixels right of the lines
_APART = 0.07  # of the height, between two labels
_COLOURS = (BLUE, PINK, "#7f6bb8", GREY)  # of the missions, legible as letters too
_ENDS = ("on", "until")
_SEEN = tooltip(what="What", when="When", label="People", detail="Stated")


def reconciliation_chart(rows: Sequence[ReconciliationRow], meta: ReconciliationMeta, names: Names) -> Spec:
    """The first six authorisations, one below the other. The rows have to come with their timelines."""
    day = date_words(meta.as_of)
    title = headline(f"Announced and actual, {day}", meta, names)
    source = source_line((one for row in rows for one in row.sources), meta)
    scope = scope_words(meta, names)
    if not rows:
        return nothing(Words(title, [scope], source, ""))
    shown, rest = rows[:MOST_VIEWS], rows[MOST_VIEWS:]
    refuse_many(sum(len(row.timeline) for row in shown), "Name one authorisation, or an earlier `as_of`.")
    notes = [note for row in shown for note in notes_of(row)]
    if rest:
        notes.append(f"And {listed([row.authorisation for row in rest])}: ask for `authorisation` to see them.")
    told = sentence(["Announced against actual", *(part for row in shown for part in sentences(row))])
    if len(shown) == 1:
        words = Words(title, [heading(shown[0])], source, told, notes)
        view = _view(shown[0], meta.as_of)
        return framed(words, view | {"layer": [*view["layer"], footer(words, 36, 58)]})
    words = Words(title, [scope], source, told, notes)
    views = [
        _view(row, meta.as_of) | {"title": {"text": wrapped([heading(row)], 100), "fontSize": 13, "offset": 10}}
        for row in shown
    ]
    views[-1]["layer"].append(footer(words, 36, 58, _HEIGHT))
    return framed(words, {"vconcat": views, "spacing": 36})


def _view(row: ReconciliationRow, as_of: str) -> Spec:
    """One authorisation: what it allows, the plans under it, and the counts, over time."""
    top = max([row.ceiling or 0, *(plan.planned_persons or 0 for plan in row.plans), *map(_number, row.timeline)])
    layers = [*_allowed(row, as_of), *_planned(row.plans), *_counted(row, top)]
    days = [value[end] for layer in layers for value in layer["data"]["values"] for end in _ENDS if end in value]
    for layer in layers:
        if "x" in layer["encoding"]:
            layer["encoding"]["x"] = _months(min(days), max(days))
    if not layers:
        mark = {"type": "text", "text": "Neither a number nor a count is recorded", "fontSize": 13}
        place = {"x": {"expr": "width / 2"}, "y": {"expr": "height / 2"}}
        layers = [{"data": {"values": [{}]}, "mark": mark | place}]
    return {"width": WIDTH - _LABELS - 60, "height": _HEIGHT, "layer": layers}


def _number(entry: TimelineEntry) -> int:
    return (entry.persons or 0) if entry.kind in COUNTED else 0


def _allowed(row: ReconciliationRow, as_of: str) -> list[Spec]:
    if row.ceiling is None:
        return []
    starts = [row.approved_on, *(plan.planned_from for plan in row.plans), *(entry.on for entry in row.timeline), as_of]
    begin = next(first_day(start) for start in starts if start is not None)
    end = as_of if row.effective_to is None else min(first_day(row.effective_to), as_of)
    label = f"{bounded(row.ceiling, row.bound)} allowed"
    outcome = next((one.text for one in row.timeline if one.kind is TimelineKind.APPROVED and not one.contingent), None)
    value = {
        "on": begin,
        "until": max(end, _after(begin)),
        "persons": row.ceiling,
        "what": f"Allowed by {row.body or row.country_name or row.country}",
        "when": "" if row.approved_on is None else date_words(row.approved_on),
        "label": bounded(row.ceiling, row.bound),
        "text": label,
        "detail": outcome or "",
        "href": _address("sources", row.source),
    }
    line = {"type": "rule", "color": VERMILION, "strokeWidth": 2.5}
    name = {
        "type": "text",
        "color": VERMILION,
        "align": "left",
        "baseline": "bottom",
        "dx": 4,
        "dy": -5,
        "fontWeight": "bold",
    }
    return [_marks([value], line, spans=True), _marks([value], name, says="text")]


def _planned(plans: Sequence[PlanRow]) -> list[Spec]:
    values = [
        {
            "on": first_day(plan.planned_from),
            "until": _after(last_day(plan.planned_from)),
            "persons": plan.planned_persons,
            "what": f"Planned: {plan.label}",
            "when": date_words(plan.planned_from),
            "label": bounded(plan.planned_persons, plan.planned_bound),
            "text": f"{plan_words(plan)} (plan)",
            "detail": f"status {plain(plan.status)}",
            "href": _address("sources", plan.source),
        }
        for plan in plans
        if plan.planned_persons is not None and plan.planned_from is not None
    ]
    if not values:
        return []
    # As long as the span that was stated: a plan for March is for any day of it.
    line = {"type": "rule", "color": GREEN, "strokeWidth": 8, "strokeCap": "butt", "opacity": 0.6}
    name = {"type": "text", "color": GREEN, "align": "left", "baseline": "bottom", "dy": -9, "fontWeight": "bold"}
    return [_marks(values, line, spans=True), _marks(values, name, says="text")]


def _counted(row: ReconciliationRow, top: int) -> list[Spec]:
    by_mission = counts_of(row)
    if not by_mission:
        return []
    missions = list(by_mission)
    colour = {
        "field": "mission",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": missions, "range": [_COLOURS[place % len(_COLOURS)] for place in range(len(missions))]},
    }
    values = [value for mission, counts in by_mission.items() for value in _line(mission, counts)]
    line: Spec = {"type": "line", "strokeWidth": 2, "invalid": "break-paths-show-path-domains"}
    drawn = _marks(values, line)
    drawn["encoding"] = {"x": drawn["encoding"]["x"], "y": _height("exact"), "color": colour}
    exact = [value for value in values if value["exact"] is not None]
    bounds = [value for value in values if value["exact"] is None and value["persons"] is not None]
    layers = [
        drawn,
        _marks(exact, {"type": "point", "filled": True, "size": 34, "opacity": 1}, colour=colour),
        _marks(bounds, {"type": "point", "shape": "triangle-up", "size": 45}, colour=colour),
        _names(by_mission, colour, top),
    ]
    return [layer for layer in layers if layer["data"]["values"]]


def _line(mission: str, counts: Sequence[TimelineEntry]) -> list[Spec]:
    """The counts of a mission, with a hole for each month without one."""
    by_month = {entry.on[:7]: entry for entry in counts}
    values: list[Spec] = []
    for month in months_between(min(by_month), max(by_month)):
        entry = by_month.get(month)
        if entry is None:
            values.append({"on": last_day(month), "mission": mission, "persons": None, "exact": None})
            continue
        values.append(
            {
                "on": last_day(entry.on),
                "mission": mission,
                "persons": entry.persons,
                "exact": None if is_bound(entry) else entry.persons,
                "what": f"Counted in {mission}",
                "when": date_words(entry.on),
                "label": people(entry),
                "detail": entry.source,
                "href": _address("sources", entry.source)
                if entry.report is None
                else _address("reports", entry.report),
            }
        )
    return values


def _names(by_mission: dict[str, list[TimelineEntry]], colour: Spec, top: int) -> Spec:
    """The missions' names and latest counts right of the lines, moved apart where they would overlap."""
    ends = [(counts[-1].persons or 0, mission, counts[-1]) for mission, counts in by_mission.items()]
    values: list[Spec] = []
    room = 0.0
    for persons, mission, entry in sorted(ends, key=lambda end: (end[0], end[1])):
        height = max(float(persons), room)
        room = height + max(top, 1) * _APART
        values.append(
            {
                "persons": height,
                "mission": mission,
                "text": f"{people(entry)} counted in {mission}",
                "when": date_words(entry.on),
                "href": _address("sources", entry.source)
                if entry.report is None
                else _address("reports", entry.report),
            }
        )
    mark = {"type": "text", "align": "left", "baseline": "middle", "x": {"expr": "width + 8"}, "fontWeight": "bold"}
    return {
        "data": {"values": values},
        "mark": mark,
        "encoding": {
            "y": _height("persons"),
            "color": colour,
            "text": {"field": "text", "type": "nominal"},
            "tooltip": tooltip(text="What", when="When"),
            "href": {"field": "href", "type": "nominal"},
        },
    }


def _marks(
    values: Sequence[Spec], mark: Spec, *, spans: bool = False, says: str | None = None, colour: Spec | None = None
) -> Spec:
    """Marks at a day and a number, each with its words for the pointer and the address of what states it."""
    encoding: Spec = {
        "x": {"field": "on"},
        "y": _height("persons"),
        "tooltip": _SEEN,
        "href": {"field": "href", "type": "nominal"},
    }
    if spans:
        encoding["x2"] = {"field": "until"}
    if says is not None:
        encoding["text"] = {"field": says, "type": "nominal"}
    if colour is not None:
        encoding["color"] = colour
    return {"data": {"values": list(values)}, "mark": {**mark, "cursor": "pointer"}, "encoding": encoding}


def _months(first: str, last: str) -> Spec:
    """The axis of time, with at most eight marks, each at the beginning of a month."""
    step = max(1, math.ceil(len(months_between(first[:7], last[:7])) / 8))
    marks = {"interval": "month", "step": step}
    scale: Spec = {"type": "utc"}
    if first == last:
        scale["domain"] = [first_day(first[:7]), _after(last_day(first[:7]))]
    return {
        "field": "on",
        "type": "temporal",
        "title": None,
        "scale": scale,
        "axis": {"format": "%b %Y", "grid": False, "labelFlush": False, "labelOverlap": True, "tickCount": marks},
    }


def _height(name: str) -> Spec:
    axis = {"tickMinStep": 1, "minExtent": 40, "maxExtent": 40}
    return {
        "field": name,
        "type": "quantitative",
        "title": "People",
        "scale": {"zero": True, "nice": True},
        "axis": axis,
    }


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _address(noun: str, key: str) -> str:
    return f"/v1/{noun}/{quote(key, safe='')}"
