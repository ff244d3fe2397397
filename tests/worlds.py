"""Small worlds for the law of the counts that stand: a few countries, missions and reports, and how to ask them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from app.answers.asking import Ask
from app.answers.deployments import DeploymentsQuery, deployments
from app.answers.facts import load_facts
from app.answers.series import SeriesQuery, series
from app.answers.totals import TotalsQuery, totals
from app.core.database import Database
from app.core.history import open_view, record
from app.countries.store import COUNTRIES
from app.headcounts.store import HEADCOUNTS
from app.missions.store import MISSIONS, load_names
from app.reports.store import REPORTS
from app.sources.store import SOURCES
from tests.rows import make_change, make_country, make_headcount, make_mission, make_report, make_source

TODAY = "2026-01-02"


def make_places(database: Database) -> None:
    """Two countries and three missions; the third is part of the second."""
    with database.write() as session:
        change = make_change(session)
        record(session, change, COUNTRIES, [make_country(), make_country(iso3="FJI", name="Fiji", un_region="Oceania")])
        missions = [
            make_mission(started_on="1974-05-31"),
            make_mission(code="UNMIBH", name="Bosnia", started_on="1995-12-21", ended_on="2002-12-31", status="ended"),
            make_mission(code="IPTF", name="Police Task Force", kind="component", parent="UNMIBH"),
            make_mission(code="MNF", name="Coalition", kind="non_un"),
        ]
        record(session, change, MISSIONS, missions)


def state(
    database: Database,
    report: str,
    as_of: str,
    *counts: dict[str, Any],
    kind: str = "news",
    published_on: str | None = None,
    **values: object,
) -> list[int]:
    """Record a report of a source of its own with its counts; returns the numbers of the headcounts."""
    with database.write() as session:
        change = make_change(session)
        source = make_source(id=report, kind=kind, published_on=published_on)
        record(session, change, SOURCES, [source])
        record(session, change, REPORTS, [make_report(id=report, source=report, as_of=as_of, **values)])
        return record(session, change, HEADCOUNTS, [make_headcount(report=report, **one) for one in counts])


def un_table(database: Database, as_of: str, *counts: dict[str, Any], **values: object) -> list[int]:
    """A complete report of the UN."""
    options = {"scope": "all_missions", "kind": "un_monthly_report", **values}
    return state(database, f"un-{as_of}", as_of, *counts, **options)  # type: ignore[arg-type]


def ask(session: Session, known_at: Any = None) -> Ask:
    view = open_view(session, known_at)
    return Ask(session, view, load_facts(session, view, load_names(session, view)), TODAY)


def rows_of(database: Database, answer: Any, query: Any) -> list[Any]:
    with database.read() as session:
        return list(answer(ask(session, query.known_at), query).rows)


def total(database: Database, **asked: Any) -> tuple[int | None, bool, str | None]:
    """Total, whether it is a lower bound, and the reason why it is unknown."""
    [row] = rows_of(database, totals, TotalsQuery(**asked))
    return row.total, row.at_least, row.reason.value if row.total is None else None


def by(database: Database, *words: str, **asked: Any) -> dict[Any, int | None]:
    """Totals by the words, with one word by its value and with several by tuples."""
    rows = rows_of(database, totals, TotalsQuery(by=list(words), **asked))
    keys: Sequence[Any] = [tuple(getattr(row, word) for word in words) for row in rows]
    return {key if len(words) > 1 else key[0]: row.total for key, row in zip(keys, rows, strict=True)}


def stands(database: Database, **asked: Any) -> list[tuple[Any, ...]]:
    """Country, mission, kind, total and report of the counts that stand."""
    rows = rows_of(database, deployments, DeploymentsQuery(**asked))
    return [(row.country, row.mission, row.personnel_type, row.total, row.report) for row in rows]


def months(database: Database, first: str, last: str, **asked: Any) -> list[tuple[str, int | None, str | None]]:
    """Month, total and reason."""
    rows = rows_of(database, series, SeriesQuery(**{"from": first, "to": last, **asked}))
    return [(row.month, row.total, row.reason.value if row.total is None else None) for row in rows]
