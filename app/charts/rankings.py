"""The picture of a ranking: the first 20 contributors."""

from collections.abc import Sequence

from app.answers.rankings import RankedBy, RankingMeta, RankingRow
from app.charts.bars import Bar, bars
from app.charts.frame import Spec, Words, nothing, sentence
from app.charts.words import amount, date_words, listed, number, scope_words, source_line
from app.core.names import Names

MOST_BARS = 20


def ranking_chart(rows: Sequence[RankingRow], meta: RankingMeta, by: RankedBy, names: Names) -> Spec:
    """Bars in order of rank; the share of women is what a pointer shows."""
    of = "women" if by is RankedBy.WOMEN else "people"
    what = "peacekeepers" if by is RankedBy.TOTAL else "women as peacekeepers"
    scope = scope_words(meta, names)
    title = f"Who sends most {what}, {date_words(meta.month)}"
    source = source_line((source for row in rows for source in row.sources), meta)
    if not rows:
        return nothing(Words(title, [scope], source, ""))
    found = [_bar(row, by) for row in rows[:MOST_BARS]]
    rest = rows[MOST_BARS:]
    notes = []
    if rest:
        people = sum(number_of(row, by) or 0 for row in rest)
        notes = [f"And {number(len(rest))} more contributors with {number(people)} {of} together."]
    told = sentence(
        [
            f"Bar chart. {scope}, {date_words(meta.month)}: {number(len(rows))} contributors",
            "First: " + "; ".join(f"{bar.name} with {bar.label}" for bar in found[:5]),
        ]
    )
    return bars(Words(title, [scope], source, told, notes), found, of.capitalize())


def number_of(row: RankingRow, by: RankedBy) -> int | None:
    """What the row is ranked by."""
    return row.women if by is RankedBy.WOMEN else row.total


def _bar(row: RankingRow, by: RankedBy) -> Bar:
    total = number_of(row, by)
    share = "share of women unknown" if row.share_women is None else f"{row.share_women:.1%} women"
    change = ""
    if row.rank_against is not None:
        change = f"; {row.rank_against} before"
    label = amount(total, row.reason, at_least=row.at_least)
    return Bar(
        f"{row.rank}. {row.country_name or row.country}", total, label, f"{share}{change}; {listed(row.sources)}"
    )
