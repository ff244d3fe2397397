"""The pictures of totals: a map of contributors, bars, stacked bars, or a line."""

from collections.abc import Sequence
from dataclasses import replace

from app.answers.asking import By, DayMeta
from app.answers.facts import Facts
from app.answers.totals import TotalRow
from app.answers.values import Reason
from app.charts.bars import Bar, Piece, bars, largest, stacked
from app.charts.frame import COLOURS, Spec, Unchartable, Words, nothing, refuse_many, sentence
from app.charts.labels import TITLES, label_of, value_label
from app.charts.maps import DISCLAIMER, Contributor, Place, band_of, world
from app.charts.words import amount, date_words, distinct, headline, listed, number, scope_words, source_line
from app.core.errors import Complaint

MOST_BARS = 30
DRAWN = (
    "One word of `by` can be drawn: `country` (a map), `mission`, `region`, `host`, `personnel_type`, `sex` (bars) or "
    "`month` (a line); so can two of them, as stacked bars, and `month` with one other, as lines."
)


def unchartable(detail: str) -> Unchartable:
    """What is wrong with `by`, and what can be drawn."""
    return Unchartable(f"{detail} {DRAWN}", [Complaint(message=DRAWN, parameter="by")])


def bar_chart(rows: Sequence[TotalRow], meta: DayMeta, by: By, facts: Facts) -> Spec:
    """The 30 largest, the others in one line."""
    found = [_bar(row, by, facts) for row in rows]
    words = _words(rows, meta, f"Peacekeepers by {TITLES[by]}", facts)
    if not found:
        return nothing(words)
    found = [replace(bar, name=name) for bar, name in zip(found, distinct(bar.name for bar in found), strict=True)]
    shown, rest = largest(found, MOST_BARS)
    notes = []
    if rest:
        people = sum(bar.total for bar in rest if bar.total is not None)
        notes = [f"And {number(len(rest))} more with {number(people)} people together."]
    told = sentence([f"Bar chart. {words.description}", "Largest: " + "; ".join(_told(bar) for bar in shown[:5])])
    return bars(Words(words.title, words.lines, words.source, told, notes), shown, "People")


def stacked_chart(rows: Sequence[TotalRow], meta: DayMeta, by: Sequence[By], facts: Facts) -> Spec:
    """Two dimensions: bars of the one, made of pieces of the other. Raises Unchartable if neither is short enough."""
    first, second = by
    parts = {getattr(row, second.value) for row in rows}
    if len(parts) > len(COLOURS):
        first, second = second, first
        parts = {getattr(row, second.value) for row in rows}
    words = _words(rows, meta, f"Peacekeepers by {TITLES[first]} and {TITLES[second]}", facts)
    if not rows:
        return nothing(words)
    if len(parts) > len(COLOURS):
        raise unchartable(
            f"A bar can be made of {len(COLOURS)} parts; `{by[0]}` and `{by[1]}` both have more values. "
            "Name fewer of one of them, or leave one out."
        )
    refuse_many(len(rows), "Name countries or missions.")
    sums: dict[str, int] = {}
    pieces = []
    for row in rows:
        name = value_label(first, getattr(row, first.value), facts.names)
        part = value_label(second, getattr(row, second.value), facts.names)
        if row.total is not None:
            sums[name] = sums.get(name, 0) + row.total
            label = amount(row.total, row.reason, at_least=row.at_least)
            pieces.append(Piece(name, part, row.total, label))
    if not pieces:
        return nothing(words)
    kept = sorted(sums, key=lambda name: (-sums[name], name))[:MOST_BARS]
    notes = [f"And {number(len(sums) - len(kept))} more."] if len(sums) > len(kept) else []
    unknown = len(rows) - len(pieces)
    notes += [f"{number(unknown)} numbers are unknown and left out."] if unknown else []
    order = sorted({piece.part for piece in pieces}, key=lambda part: (-_sum(pieces, part), part))
    told = sentence(
        [f"Stacked bar chart. {words.description}", *(f"{one}: {number(_sum(pieces, one))}" for one in order)]
    )
    return stacked(
        Words(words.title, words.lines, words.source, told, notes),
        [piece for piece in pieces if piece.name in kept],
        order,
        TITLES[second],
        "People",
    )


def map_chart(
    rows: Sequence[TotalRow], missions: Sequence[TotalRow], meta: DayMeta, rest: Reason | None, facts: Facts
) -> Spec:
    """The map. `missions` are the same people by mission; `rest` is why countries without a row are unknown, if so."""
    words = _words(rows, meta, "Who sends peacekeepers, and where they serve", facts)
    if not rows:
        return nothing(words)
    asked = meta.scope.countries
    contributors = {
        code: Contributor(code, facts.names.name("country", code) or code, total, label, band_of(total))
        for code, total, label in _by_country(rows, facts, asked, rest, meta.as_of or "")
    }
    places, elsewhere = _places(missions, facts)
    notes = [DISCLAIMER]
    if elsewhere:
        notes.append(f"Not on the map, for want of coordinates: {listed(elsewhere, 5)}.")
    largest_first = largest([_bar(row, By.COUNTRY, facts) for row in rows], 5)[0]
    told = [
        f"World map. {words.description}",
        "Largest contributors: " + "; ".join(_told(bar) for bar in largest_first),
    ]
    if places:
        top = sorted(places, key=lambda place: -place.total)[:5]
        told.append("Largest missions: " + "; ".join(f"{place.mission} {place.label}" for place in top))
    m49 = {one.m49: code for code, one in facts.countries.items() if one.m49 is not None}
    shown = Words(words.title, words.lines, words.source, sentence(told), notes)
    return world(shown, contributors, m49, places, is_part=asked is not None)


def _by_country(
    rows: Sequence[TotalRow], facts: Facts, asked: Sequence[str] | None, rest: Reason | None, day: str
) -> list[tuple[str, int | None, str]]:
    told = {str(row.country): (row.total, amount(row.total, row.reason, at_least=row.at_least)) for row in rows}
    unnamed = (None, amount(None, rest)) if rest is not None else (0, "0")
    for code in facts.countries if asked is None else asked:
        if code not in told and facts.countries[code].existed_on(day):
            told[code] = unnamed
    return [(code, *told[code]) for code in sorted(told)]


def _places(missions: Sequence[TotalRow], facts: Facts) -> tuple[list[Place], list[str]]:
    """The missions with people and coordinates, and the codes of those with people alone."""
    places, elsewhere = [], []
    for row in missions:
        if row.mission is None or not row.total:
            continue
        place = facts.missions[row.mission].place
        if place is None:
            elsewhere.append(row.mission)
            continue
        label = amount(row.total, row.reason, at_least=row.at_least)
        name = f"{row.mission}: {row.mission_name}" if row.mission_name else row.mission
        places.append(Place(row.mission, name, *place, row.total, label))
    return places, elsewhere


def _bar(row: TotalRow, by: By, facts: Facts) -> Bar:
    label = amount(row.total, row.reason, at_least=row.at_least)
    return Bar(label_of(row, [by], facts.names), row.total, label, listed(row.sources))


def _told(bar: Bar) -> str:
    return f"{bar.name} {bar.label}"


def _sum(pieces: Sequence[Piece], part: str) -> int:
    return sum(piece.total for piece in pieces if piece.part == part)


def _words(rows: Sequence[TotalRow], meta: DayMeta, title: str, facts: Facts) -> Words:
    day = "no date" if meta.as_of is None else date_words(meta.as_of)
    known = [row.total for row in rows if row.total is not None]
    more = "at least " if meta.at_least or len(known) < len(rows) else ""
    people = f"{more}{number(sum(known))} people" if known else ""
    scope = scope_words(meta, facts.names)
    sources = source_line((source for row in rows for source in row.sources), meta)
    told = f"{scope} on {day}" + (f": {people}" if people else "")
    return Words(
        headline(f"{title}, {day}", meta, facts.names), [f"{scope}{f': {people}' if people else ''}"], sources, told
    )
