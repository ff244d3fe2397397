"""The four requests that are measured, each with up to 200 cases, and what an answer to a case has to hold."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.rows import FIRST_MONTH, days

PAGE = 100
CASES = 200
_SPANS = 4  # so many times 50 countries are 200 series


class Question(StrEnum):
    """What is asked."""

    LIST = "list of 100 headcounts"
    TOTALS = "totals by mission on a date"
    SERIES = "35-year series of a country"
    RECORD = "one headcount"


@dataclass(frozen=True)
class Case:
    """One address: the values that are asked for, and the rows and people of the right answer."""

    values: dict[str, str]
    rows: int
    people: int


# For each question: its cases as SQL on the plain table, and the rows and the sum of people that answer one.
_CHOSEN = {
    Question.LIST: (
        """
        WITH RECURSIVE least (least) AS (VALUES (1) UNION ALL SELECT least + 1 FROM least WHERE least < 40),
        large AS (SELECT mission FROM headcount GROUP BY mission ORDER BY count(*) DESC LIMIT 20)
        SELECT mission, least FROM large CROSS JOIN least
        WHERE (SELECT count(*) FROM (SELECT 1 FROM headcount AS h
               WHERE h.mission = large.mission AND h.total >= least LIMIT :page)) = :page
        ORDER BY least, mission LIMIT :cases
        """,
        """
        SELECT count(*), sum(total) FROM (
            SELECT total FROM headcount WHERE mission = :mission AND total >= CAST(:least AS INTEGER)
            ORDER BY id LIMIT 100)
        """,
    ),
    Question.TOTALS: (
        "SELECT DISTINCT as_of FROM headcount ORDER BY as_of DESC LIMIT :cases",
        "SELECT count(DISTINCT mission), sum(total) FROM headcount WHERE as_of = :as_of",
    ),
    Question.SERIES: (
        """
        WITH RECURSIVE span (first) AS (VALUES (:first) UNION ALL SELECT first + 1 FROM span LIMIT :spans)
        SELECT country, first || '-01' AS first FROM span CROSS JOIN (
            SELECT country FROM headcount GROUP BY country ORDER BY count(*) DESC LIMIT :cases / :spans)
        """,
        "SELECT :months, sum(total) FROM headcount WHERE country = :country AND month >= :first",
    ),
    Question.RECORD: (
        "SELECT id FROM headcount WHERE id % ((SELECT max(id) FROM headcount) / :cases) = 1 LIMIT :cases",
        "SELECT count(*), sum(total) FROM headcount WHERE id = :id",
    ),
}


def choose_cases(plain_path: Path) -> dict[Question, list[Case]]:
    """The cases of every question, spread over the counts."""
    with closing(sqlite3.connect(plain_path)) as plain:
        plain.row_factory = sqlite3.Row
        return {question: _cases(plain, *statements) for question, statements in _CHOSEN.items()}


def _cases(plain: sqlite3.Connection, chosen: str, answered: str) -> list[Case]:
    bounds = {"page": PAGE, "cases": CASES, "spans": _SPANS, "first": FIRST_MONTH[0] + 1}
    cases = []
    for row in plain.execute(chosen, bounds).fetchall():
        values = {name: str(row[name]) for name in row.keys()}  # noqa: SIM118  (a Row, no mapping)
        months = sum(day[:7] >= values.get("first", "") for day in days())
        rows, people = plain.execute(answered, {**values, "months": months}).fetchone()
        cases.append(Case(values, int(rows), int(people)))
    return cases
