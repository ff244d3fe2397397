"""Which questions have a picture, and what has to be asked to draw it. All of it is asked of one snapshot."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from app.answers.asking import Ask, By, DayMeta
from app.answers.gaps import GapRow, GapsQuery, gaps
from app.answers.rankings import RankingMeta, RankingRow, RankingsQuery, rankings
from app.answers.reconciliation import reconciliation
from app.answers.reconciliation_rows import ReconciliationMeta, ReconciliationQuery, ReconciliationRow
from app.answers.rules import months_between
from app.answers.series import MonthsMeta, SeriesQuery, SeriesRow, series
from app.answers.totals import TotalRow, TotalsQuery, rest_reason, totals
from app.ceilings.rules import Category, ceiling_in_force
from app.ceilings.store import list_ceilings_of
from app.charts.frame import Spec
from app.charts.gaps import gaps_chart
from app.charts.lines import Step
from app.charts.rankings import ranking_chart
from app.charts.reconciliation import reconciliation_chart
from app.charts.series import series_chart
from app.charts.totals import bar_chart, map_chart, stacked_chart, unchartable
from app.core.dates import last_day


def _totals(ask: Ask, query: TotalsQuery) -> Spec:
    by = list(dict.fromkeys(query.by or ()))
    others = [one for one in by if one is not By.MONTH]
    if not by or len(others) > 2 or (len(others) > 1 and By.MONTH in by):
        raise unchartable(f"`by={','.join(by)}` has no picture." if by else "A single number has no picture.")
    answer = totals(ask, query.model_copy(update={"explain": False}))
    meta = cast(DayMeta, answer.meta)
    rows = [] if meta.as_of is None else cast(list[TotalRow], answer.rows)  # without any report all of it is unknown
    if By.MONTH in by:
        month = None if meta.as_of is None else meta.as_of[:7]
        months = MonthsMeta.model_validate({**meta.model_dump(), "from": month, "to": month})
        return series_chart(rows, months, others, [], ask.facts.names)
    if len(by) == 2:
        return stacked_chart(rows, meta, by, ask.facts)
    if by == [By.COUNTRY]:
        missions = totals(ask, query.model_copy(update={"by": [By.MISSION], "explain": False})).rows
        return map_chart(rows, cast(list[TotalRow], missions), meta, rest_reason(ask, query), ask.facts)
    return bar_chart(rows, meta, by[0], ask.facts)


def _series(ask: Ask, query: SeriesQuery) -> Spec:
    by = [one for one in dict.fromkeys(query.by or ()) if one is not By.MONTH]
    answer = series(ask, query)
    meta = cast(MonthsMeta, answer.meta)
    rows = cast(Iterable[SeriesRow], answer.rows)
    return series_chart(rows, meta, by, _ceilings(ask, by, meta), ask.facts.names)


def _ceilings(ask: Ask, by: Sequence[By], meta: MonthsMeta) -> list[Step]:
    """The ceiling of the one mission asked about, month by month.

    None where a line is not the whole mission: a ceiling binds all its people, whoever they are.
    """
    scope = meta.scope
    is_part = scope.countries is not None or scope.personnel_types is not None or scope.sex is not None
    if is_part or set(by) - {By.MISSION} or scope.missions is None or len(scope.missions) != 1 or meta.from_ is None:
        return []
    [mission] = scope.missions
    ceilings = list_ceilings_of(ask.session, ask.view, [mission]).get(mission, [])
    ended_on = ask.facts.missions[mission].ended_on

    def number(day: str) -> int | None:
        # As the gaps add them up: observers and staff with a number of their own stand beside the military.
        found = [
            ceiling_in_force(ceilings, category, ended_on, day).ceiling
            for category in (Category.MILITARY, Category.OBSERVERS_STAFF, Category.POLICE)
        ]
        known = [one for one in found if one is not None]
        return sum(known) if known else None

    return [Step(month, number(last_day(month))) for month in months_between(meta.from_, meta.to or meta.from_)]


def _rankings(ask: Ask, query: RankingsQuery) -> Spec:
    answer = rankings(ask, query)
    rows, meta = cast(list[RankingRow], answer.rows), cast(RankingMeta, answer.meta)
    return ranking_chart(rows, meta, query.by, ask.facts.names)


def _gaps(ask: Ask, query: GapsQuery) -> Spec:
    answer = gaps(ask, query)
    return gaps_chart(cast(list[GapRow], answer.rows), cast(DayMeta, answer.meta), ask.facts.names)


def _reconciliation(ask: Ask, query: ReconciliationQuery) -> Spec:
    answer = reconciliation(ask, query.model_copy(update={"timeline": True}))
    rows, meta = cast(list[ReconciliationRow], answer.rows), cast(ReconciliationMeta, answer.meta)
    return reconciliation_chart(rows, meta, ask.facts.names)


PICTURES: Mapping[str, Callable[[Ask, Any], Spec]] = {
    "totals": _totals,
    "series": _series,
    "rankings": _rankings,
    "gaps": _gaps,
    "reconciliation": _reconciliation,
}
