"""The picture of the gaps: the ceiling as a wide pale bar, the people deployed as a narrow dark one in it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from app.answers.asking import DayMeta
from app.answers.gaps import GapRow
from app.ceilings.rules import WHOLE_OF
from app.charts.bars import STEP, labels_at, names_axis, people_axis, room_for
from app.charts.frame import BLUE, GREY, VERMILION, WIDTH, Spec, Words, footer, framed, nothing, sentence, tooltip
from app.charts.words import amount, date_words, headline, listed, number, plain, scope_words, source_line
from app.core.names import Names

MOST_BARS = 40


@dataclass(frozen=True)
class Gap:
    """One category of one mission that has a ceiling."""

    name: str
    ceiling: int
    deployed: int | None
    is_above: bool
    label: str
    detail: str


def gaps_chart(rows: Sequence[GapRow], meta: DayMeta, names: Names) -> Spec:
    """Rows with a ceiling, the highest first; the others are named in a line."""
    day = "no date" if meta.as_of is None else date_words(meta.as_of)
    title = headline(f"Ceilings of the Security Council and people deployed, {day}", meta, names)
    scope = scope_words(meta, names)
    source = source_line((one for row in rows for one in row.sources), meta)
    found = sorted((_gap(row) for row in rows if row.ceiling is not None), key=lambda gap: (-gap.ceiling, gap.name))
    unbound = _unbound(rows)
    notes = [f"Without a ceiling in numbers: {listed(unbound, 12)}."] if unbound else []
    if len(found) > MOST_BARS:
        notes = [f"And {number(len(found) - MOST_BARS)} more with lower ceilings.", *notes]
    if not found:
        return nothing(Words(title, [scope, *notes], source, ""))
    lines = [scope, "Pale: the ceiling. Dark: the people deployed; orange where they are more than allowed."]
    told = sentence(
        [
            f"Bar chart. {scope} on {day}: {number(len(found))} ceilings",
            "; ".join(f"{gap.name} {gap.label}" for gap in found[:6]),
            "Above the ceiling: " + listed([gap.name for gap in found if gap.is_above], 6)
            if any(gap.is_above for gap in found)
            else "",
        ]
    )
    return _drawn(Words(title, lines, source, told, notes), found[:MOST_BARS])


def _gap(row: GapRow) -> Gap:
    ceiling = row.ceiling or 0
    people = amount(row.deployed, row.deployed_reason, at_least=row.at_least)
    parts = [row.decision or "", f"since {date_words(row.effective_from)}" if row.effective_from else ""]
    if row.gap is not None:
        parts.append(f"{number(row.gap)} below" if row.gap >= 0 else f"{number(-row.gap)} above")
    name = f"{row.mission} {plain(row.category)}" + (" (part)" if row.category in WHOLE_OF else "")
    is_above = row.deployed is not None and row.deployed > ceiling
    return Gap(
        name,
        ceiling,
        row.deployed,
        is_above,
        f"{people} of {number(ceiling)}",
        ", ".join(part for part in parts if part),
    )


def _unbound(rows: Sequence[GapRow]) -> list[str]:
    """Missions without any ceiling, and categories with people where another has one; those with most people first."""
    bound = {row.mission for row in rows if row.ceiling is not None}
    people: dict[str, int] = {}
    for row in rows:
        if row.ceiling is None and (row.mission not in bound or row.deployed):
            name = f"{row.mission} {plain(row.category)}" if row.mission in bound else row.mission
            people[name] = people.get(name, 0) + (row.deployed or 0)
    ordered = sorted(people, key=lambda name: (-people[name], name))
    return [f"{name} ({number(people[name])} people)" if people[name] else name for name in ordered]


def _drawn(words: Words, found: Sequence[Gap]) -> Spec:
    names = [gap.name for gap in found]
    room = room_for(names)
    at_names = names_axis(names, room)
    seen = tooltip(name="Ceiling", label="People of those allowed", detail="Decision")
    x = people_axis("People")
    return framed(
        words,
        {
            "width": WIDTH - room,
            "height": {"step": STEP + 4},
            "data": {"values": [asdict(gap) for gap in found]},
            "layer": [
                {
                    "mark": {"type": "bar", "color": GREY, "opacity": 0.35, "height": {"band": 0.8}},
                    "encoding": {"y": at_names, "x": x | {"field": "ceiling"}, "tooltip": seen},
                },
                {
                    "mark": {"type": "bar", "height": {"band": 0.36}},
                    "encoding": {
                        "y": at_names,
                        "x": x | {"field": "deployed"},
                        "color": {"condition": {"test": "datum.is_above", "value": VERMILION}, "value": BLUE},
                        "tooltip": seen,
                    },
                },
                labels_at("max(datum.ceiling, datum.deployed)", at_names, seen),
                footer(words, 44, room),
            ],
        },
    )
