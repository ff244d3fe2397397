"""Every question that the record answers, in reading order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from app.answers.asking import Answer, AnswerMeta, AnswerTooLarge, Ask, DayMeta, NoReport
from app.answers.deployments import DeploymentRow, DeploymentsQuery, deployments
from app.answers.explain import Explained
from app.answers.rankings import RankingMeta, RankingRow, RankingsQuery, rankings
from app.answers.scope import ScopeQuery
from app.answers.series import MonthsMeta, SeriesQuery, SeriesRow, series
from app.answers.totals import TotalRow, TotalsQuery, totals
from app.core.errors import TrackerError


@dataclass(frozen=True)
class Question:
    """One answer as it is offered: `path` below /v1, what may be asked, what a row is, and who answers."""

    path: str
    title: str
    description: str
    query: type[ScopeQuery]
    row: type[BaseModel]
    meta: type[AnswerMeta]
    answer: Callable[[Ask, Any], Answer]
    beside: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    errors: tuple[type[TrackerError], ...] = ()


QUESTIONS = (
    Question(
        "deployments",
        "Deployments on a date",
        "The counts that stand on a date, by country, mission and kind of people, each with its report and source.",
        DeploymentsQuery,
        DeploymentRow,
        DayMeta,
        deployments,
    ),
    Question(
        "totals",
        "Totals on a date",
        "The counts that stand on a date, summed along any dimensions.",
        TotalsQuery,
        TotalRow,
        DayMeta,
        totals,
        beside={"counted": Explained, "not_counted": Explained},
    ),
    Question(
        "series",
        "Series by month",
        "Sums month by month, each from the reports of that month alone: unknown is null, zero is zero.",
        SeriesQuery,
        SeriesRow,
        MonthsMeta,
        series,
        errors=(AnswerTooLarge,),
    ),
    Question(
        "rankings",
        "Ranking of contributors",
        "Contributors in order of their people, or of their women, in one month.",
        RankingsQuery,
        RankingRow,
        RankingMeta,
        rankings,
        errors=(NoReport,),
    ),
)
