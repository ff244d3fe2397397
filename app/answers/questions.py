"""Every question that the record answers, in reading order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from app.answers.asking import Answer, Ask, DayMeta
from app.answers.deployments import DeploymentRow, DeploymentsQuery, deployments
from app.answers.differences import differences
from app.answers.discrepancies import DiscrepanciesMeta, DiscrepanciesQuery, DiscrepancyRow, discrepancies
from app.answers.explain import Explained
from app.answers.fatality_totals import (
    FatalityTotalRow,
    FatalityTotalsMeta,
    FatalityTotalsQuery,
    fatality_totals,
)
from app.answers.gaps import GapRow, GapsQuery, gaps
from app.answers.movements import DifferenceRow, DifferencesMeta, DifferencesQuery
from app.answers.participations import Participation
from app.answers.presences import PresenceRow, PresencesQuery, presences
from app.answers.rankings import NoReport, RankingMeta, RankingRow, RankingsQuery, rankings
from app.answers.reconciliation import reconciliation
from app.answers.reconciliation_rows import ReconciliationMeta, ReconciliationQuery, ReconciliationRow
from app.answers.series import AnswerTooLarge, MonthsMeta, SeriesQuery, SeriesRow, series
from app.answers.shares import ShareRow, SharesQuery, shares
from app.answers.totals import TotalRow, TotalsQuery, totals
from app.core.errors import TrackerError


@dataclass(frozen=True)
class Question:
    """One answer as it is offered: `path` below /v1, what may be asked, what a row is, and who answers."""

    path: str
    title: str
    description: str
    query: type[BaseModel]
    row: type[BaseModel]
    meta: type[BaseModel]
    answer: Callable[[Ask, Any], Answer]
    beside: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    errors: tuple[type[TrackerError], ...] = ()
    is_brief: bool = False  # most answers take no longer than some milliseconds, and those that do call `leave_loop`


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
        is_brief=True,
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
        is_brief=True,
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
    Question(
        "differences",
        "Differences between two dates or two states",
        "What changed between two dates, or between two states of the record about one date: who joined, left, rose "
        "or fell.",
        DifferencesQuery,
        DifferenceRow,
        DifferencesMeta,
        differences,
    ),
    Question(
        "presences",
        "First and last presence",
        "When each country was first and last seen in each mission, month by month, and claims of taking part without "
        "a count.",
        PresencesQuery,
        PresenceRow,
        MonthsMeta,
        presences,
        beside={"participations": Participation},
    ),
    Question(
        "gaps",
        "Gaps between ceilings and people",
        "The ceiling in force less the people deployed, by mission and category, on a date.",
        GapsQuery,
        GapRow,
        DayMeta,
        gaps,
    ),
    Question(
        "shares",
        "Shares of women",
        "Women by women and men, along any dimensions, on a date, beside the UN's target for the year.",
        SharesQuery,
        ShareRow,
        DayMeta,
        shares,
    ),
    Question(
        "reconciliation",
        "Announced against actual",
        "One row an authorisation: what a country allows, what is planned under it, how far the plans have come, and "
        "who was counted in the missions covered, on a date. Plans are never counts.",
        ReconciliationQuery,
        ReconciliationRow,
        ReconciliationMeta,
        reconciliation,
    ),
    Question(
        "discrepancies",
        "Where the record disagrees with itself",
        "Sources that state different numbers, sums that do not add up, people above a ceiling or outside the time of "
        "a mission, series that stop: each with a stable id, its size and what each side says.",
        DiscrepanciesQuery,
        DiscrepancyRow,
        DiscrepanciesMeta,
        discrepancies,
    ),
    Question(
        "fatality-totals",
        "Deaths in missions",
        "The deaths that the record lists, summed along any dimensions, over any span of time. It knows only what "
        "sources list: the UN's list may be incomplete before 2000, and a group without a row is unknown, not zero.",
        FatalityTotalsQuery,
        FatalityTotalRow,
        FatalityTotalsMeta,
        fatality_totals,
    ),
)
