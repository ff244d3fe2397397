"""The picture of a series: a line a value of `by`, month by month."""

from collections.abc import Iterable, Sequence

from app.answers.asking import By
from app.answers.series import MonthsMeta, SeriesRow
from app.answers.totals import TotalRow
from app.charts.frame import Spec, Unchartable, Words, nothing, refuse_many, sentence
from app.charts.labels import TITLES, label_of
from app.charts.lines import Lines, Point, Step, lines
from app.charts.words import amount, date_words, headline, listed, number, scope_words, source_line, span_words
from app.core.names import Names

MOST_READ = 50_000  # rows looked at to find the largest lines
_FEWER = "Ask for fewer months with `from` and `to`, or name countries or missions."


def series_chart(
    rows: Iterable[SeriesRow | TotalRow], meta: MonthsMeta, by: Sequence[By], steps: Sequence[Step], names: Names
) -> Spec:
    """The ten lines that reach highest. Raises Unchartable if there are too many months or groups to draw."""
    read, sources = _read(rows, by, names)
    first, last = meta.from_, meta.to
    months = "" if first is None or last is None else f", {span_words(first, last)}"
    parts = f" by {listed([TITLES[one] for one in by])}" if by else " month by month"
    title = headline(f"Peacekeepers{parts}{months}", meta, names)
    scope = scope_words(meta, names)
    source = source_line(sources, meta)
    if not any(point.total is not None for line in read.points.values() for point in line):
        return nothing(Words(title, [scope, *_reasons(read)], source, ""))
    kept = read.largest()
    points = [point for name in kept for point in read.points[name]]
    refuse_many(len(points), _FEWER)
    left = len(read.points) - len(kept)
    more = [f"The {len(kept)} largest lines; {number(left)} smaller ones are left out."] if left else []
    unknown = sorted({point.month for point in points if point.total is None})
    notes = (
        ["Triangles: at least so many. The reports of that month do not tell of everybody."]
        if _is_bounded(points)
        else []
    )
    if unknown:
        of = "that month" if len(kept) == 1 else "some of the lines in that month"
        notes.append(f"× Nothing is known of {of}; the line is broken there.")
    told = [f"Line chart by month. {scope}{months}", *(_told(read.points[name], len(kept)) for name in kept[:5])]
    if unknown:
        told.append(f"Unknown in {number(len(unknown))} months")
    told += _ceilings_told(steps)
    return lines(Words(title, [scope, *more], source, sentence(told), notes), points, kept, "People", steps)


def _reasons(read: Lines) -> list[str]:
    """Why nothing at all is known."""
    labels = {point.label for line in read.points.values() for point in line}
    return [f"In every month {listed(sorted(labels))}."] if labels else []


def _is_bounded(points: Iterable[Point]) -> bool:
    return any(point.at_least and point.total is not None for point in points)


def _read(rows: Iterable[SeriesRow | TotalRow], by: Sequence[By], names: Names) -> tuple[Lines, set[str]]:
    read, sources, labels = Lines(), set[str](), dict[tuple[object, ...], str]()
    for count, row in enumerate(rows):
        if count == MOST_READ:
            raise Unchartable(f"A picture is made of at most {MOST_READ:,} rows; this series has more. {_FEWER}")
        key = tuple(getattr(row, one.value) for one in by)
        if key not in labels:
            told = [*labels.values(), label_of(row, by, names)]
            labels[key] = told[-1] if told[-1] not in told[:-1] else f"{told[-1]} ({len(told)})"
        label = amount(row.total, row.reason, at_least=row.at_least)
        read.add(Point(labels[key], row.month or "", row.total, row.at_least, label))
        sources.update(row.sources)
    return read, sources


def _told(points: Sequence[Point], lines_drawn: int) -> str:
    """First, last and highest number of a line."""
    name = f"{points[0].line}: " if lines_drawn > 1 else ""
    known = [point for point in points if point.total is not None]
    if not known:
        return f"{name}unknown in every month"
    first, last = known[0], known[-1]
    top = max(known, key=lambda point: point.total or 0)
    return (
        f"{name}{first.label} in {date_words(first.month)}, {last.label} in {date_words(last.month)}, "
        f"highest {top.label} in {date_words(top.month)}"
    )


def _ceilings_told(steps: Sequence[Step]) -> list[str]:
    numbers = list(dict.fromkeys(step.ceiling for step in steps if step.ceiling is not None))
    return [f"Ceiling of the Security Council: {', then '.join(map(number, numbers))}"] if numbers else []
