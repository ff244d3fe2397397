"""What holds in every world: sums add up, papers change nothing they do not name, and a plain model agrees."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.answers.series import SeriesQuery, series
from app.answers.totals import TotalsQuery, totals
from app.core.database import Database
from app.core.dates import last_day
from app.core.history import correct, record
from app.headcounts.store import HEADCOUNTS
from app.reports.store import REPORTS
from app.sources.store import SOURCES
from tests.rows import make_change, make_headcount, make_report, make_source
from tests.worlds import ask, make_places

COUNTRIES, MISSIONS = ("FJI", "KAZ"), ("UNDOF", "UNMIBH")
DAYS = ("2001-01-31", "2001-02-10", "2001-02-28", "2001-03-31")
KINDS = ("un_monthly_report", "government", "news")
WORDS = ("country", "region", "mission", "host", "personnel_type", "sex")
BOUNDED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Told:
    """A report as it is made up: counts by country, mission and kind as (women, men, is usable)."""

    as_of: str
    scope: str
    kind: str
    counts: dict[tuple[str, str, str], tuple[int, int, bool]]


told = st.builds(
    Told,
    as_of=st.sampled_from(DAYS),
    scope=st.sampled_from(["all_missions", "listed_missions", "partial"]),
    kind=st.sampled_from(KINDS),
    counts=st.dictionaries(
        st.tuples(
            st.sampled_from(COUNTRIES),
            st.sampled_from(MISSIONS),
            st.sampled_from(["troops", "staff_officer", "unspecified"]),
        ),
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from([True, True, True, False])),
        max_size=6,
    ),
)
worlds = st.lists(told, max_size=5)


@pytest.fixture
def places(database: Database) -> Database:
    make_places(database)
    return database


@contextmanager
def holding(database: Database, world: list[Told]) -> Iterator[Session]:
    """A session in which the world is recorded; nothing of it is kept."""
    with Session(database.writer) as session:
        for number, report in enumerate(world):
            write(session, f"r{number}", report)
        yield session
        session.rollback()


def write(session: Session, key: str, report: Told) -> list[int]:
    change = make_change(session)
    record(session, change, SOURCES, [make_source(id=key, kind=report.kind)])
    missions = ["UNDOF"] if report.scope == "listed_missions" else []
    record(
        session,
        change,
        REPORTS,
        [make_report(id=key, source=key, as_of=report.as_of, scope=report.scope, missions=missions)],
    )
    rows = [
        make_headcount(
            report=key, country=country, mission=mission, personnel_type=kind,
            women=women, men=men, total=women + men, status="reported" if usable else "disputed",
        )
        for (country, mission, kind), (women, men, usable) in report.counts.items()
    ]  # fmt: skip
    return record(session, change, HEADCOUNTS, rows)


def totals_of(session: Session, **asked: Any) -> list[Any]:
    return list(totals(ask(session, asked.get("known_at")), TotalsQuery(**asked)).rows)


def by_cell(session: Session, **asked: Any) -> dict[tuple[str, str], int | None]:
    rows = totals_of(session, by=["country", "mission"], country=COUNTRIES, mission=MISSIONS, **asked)
    return {(row.country, row.mission): row.total for row in rows}


def expected(world: list[Told], cell: tuple[str, str], day: str, first: str) -> int | None:
    """The law again, told plainly: go through the statements from the one that stands first."""
    young = [(number, one) for number, one in enumerate(world) if first <= one.as_of <= day]
    young.sort(key=lambda pair: (pair[1].as_of, pair[1].scope != "partial", -KINDS.index(pair[1].kind), pair[0]))
    for _, report in reversed(young):
        rows = {key[2]: value for key, value in report.counts.items() if key[:2] == cell}
        usable = {kind: women + men for kind, (women, men, is_usable) in rows.items() if is_usable}
        if set(usable) - {"unspecified"}:
            usable.pop("unspecified", None)
        if usable:
            return sum(usable.values())
        covers = report.scope == "all_missions" or (report.scope == "listed_missions" and cell[1] == "UNDOF")
        if covers and not rows:
            return 0
    return None


@BOUNDED
@given(world=worlds, day=st.sampled_from([*DAYS, "2001-04-15"]), max_age=st.sampled_from([0, 30, 92]))
def test_a_plain_model_of_the_law_agrees(places: Database, world: list[Told], day: str, max_age: int):
    first = (date.fromisoformat(day) - timedelta(days=max_age)).isoformat()
    with holding(places, world) as session:
        found = by_cell(session, as_of=day, max_age=max_age)
    assert found == {cell: expected(world, cell, day, first) for cell in itertools.product(COUNTRIES, MISSIONS)}


@BOUNDED
@given(world=worlds, words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True))
def test_totals_by_any_partition_add_up_to_the_whole(places: Database, world: list[Told], words: list[str]):
    with holding(places, world) as session:
        [whole] = totals_of(session, as_of="2001-03-31")
        parts = totals_of(session, as_of="2001-03-31", by=words)
    assert sum(row.total or 0 for row in parts) == (whole.total or 0)


@BOUNDED
@given(world=worlds, paper=told)
def test_a_partial_report_never_changes_what_it_does_not_name(places: Database, world: list[Told], paper: Told):
    paper = Told(paper.as_of, "partial", paper.kind, paper.counts)
    with holding(places, world) as session:
        before = by_cell(session, as_of="2001-03-31")
        write(session, "paper", paper)
        after = by_cell(session, as_of="2001-03-31")
    named = {key[:2] for key in paper.counts}
    assert {cell: after[cell] for cell in after if cell not in named} == {
        cell: before[cell] for cell in before if cell not in named
    }


@BOUNDED
@given(world=worlds)
def test_asking_as_known_now_is_asking_plainly(places: Database, world: list[Told]):
    with holding(places, world) as session:
        now = make_change(session).recorded_at
        assert by_cell(session, as_of="2001-03-31", known_at=now) == by_cell(session, as_of="2001-03-31")


@BOUNDED
@given(world=worlds)
def test_a_superseded_row_never_counts(places: Database, world: list[Told]):
    table = Told("2001-03-31", "all_missions", "un_monthly_report", {("KAZ", "UNDOF", "troops"): (1, 2, True)})
    with holding(places, world) as session:
        [number] = write(session, "corrected", table)
        row = make_headcount(id=number, report="corrected", women=40, men=60, total=100)
        correct(session, make_change(session), HEADCOUNTS, row)
        alone = totals(ask(session), TotalsQuery(as_of="2001-03-31", source=["corrected"], explain=True))
        assert [answer.total for answer in alone.rows] == [100]
        assert [count.total for count in alone.beside["counted"]] == [100]
        whole = totals(ask(session), TotalsQuery(as_of="2001-03-31", country=["KAZ"], mission=["UNDOF"], explain=True))
        shown = [*whole.beside["counted"], *whole.beside["not_counted"]]
        assert [count.total for count in shown if count.report == "corrected"] == [100]


@BOUNDED
@given(world=worlds, words=st.lists(st.sampled_from(WORDS[:5]), max_size=2, unique=True))
def test_a_month_of_a_series_is_the_total_of_its_own_reports(places: Database, world: list[Told], words: list[str]):
    with holding(places, world) as session:
        found = list(series(ask(session), SeriesQuery(**{"from": "2001-01", "to": "2001-03"}, by=words)).rows)
        for month in ("2001-01", "2001-02", "2001-03"):
            day = last_day(month)
            alone = totals_of(session, as_of=day, max_age=int(day[8:]) - 1, by=words)
            values = {tuple(getattr(row, word) for word in words): row.total for row in alone}
            shown = {tuple(getattr(row, word) for word in words): row.total for row in found if row.month == month}
            # A series shows a group in every month; a total shows it where it has a count.
            assert {key: value for key, value in shown.items() if value} == {
                key: value for key, value in values.items() if value
            }
