"""The benchmarks' rows are the same in every run, and their tables say what was measured. Nothing is timed here."""

import json
from collections import Counter
from pathlib import Path

import pytest

from app.core.settings import Settings
from benchmarks.files import COLUMNS, monthly_file
from benchmarks.questions import Question, choose_cases
from benchmarks.record import opened, record_months, record_places, write_csv, write_plain
from benchmarks.rows import days, make_months
from benchmarks.subjects import CACHE_SETTING, OUR_CALLS
from benchmarks.table import draw, draw_work
from tests.conftest import Databases, serving

ROWS = 4_200


def test_rows_are_the_same_in_every_run():
    first, second = list(make_months(ROWS)), list(make_months(ROWS))
    assert first == second
    day, counts = first[-1]
    assert (day, len(first), len(counts)) == ("2025-10-31", 420, 10)
    assert FIRST_COUNT == tuple(first[0][1][0])


def test_every_month_has_its_share_of_the_rows_and_no_count_twice():
    months = list(make_months(10_000))
    assert [day for day, _ in months] == days()
    assert sum(len(counts) for _, counts in months) == 10_000
    assert {len(counts) for _, counts in months} == {23, 24}
    for day, counts in months:
        most = Counter((one.country, one.mission, one.personnel_type) for one in counts).most_common(1)
        assert most[0][1] == 1, day


def test_missions_are_counted_while_they_last():
    by_mission: dict[str, list[str]] = {}
    for day, counts in make_months(20_000):
        for mission in {one.mission for one in counts}:
            by_mission.setdefault(mission, []).append(day)
    assert (by_mission["MINUSMA"][0] > "2013-04", by_mission["MINUSMA"][-1] < "2024-01") == (True, True)
    assert (by_mission["UNDOF"][0], by_mission["UNDOF"][-1]) == ("1990-11-30", "2025-10-31")


def test_more_rows_than_there_are_countries_missions_and_kinds_are_refused():
    with pytest.raises(ValueError, match="28,371,000 rows can be made at most"):
        next(make_months(30_000_000))


def test_a_file_has_the_columns_of_the_monthly_table(tmp_path: Path):
    path = tmp_path / "monthly.csv"
    assert monthly_file(path, ROWS) == ROWS
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == ROWS + 1


def test_the_service_answers_every_case_as_the_plain_table_does(databases: Databases, tmp_path: Path):
    record, plain = tmp_path / "record.db", tmp_path / "plain.db"
    urls = {f"sqlite:///{record}", databases.empty() if databases.engine == "postgresql" else f"sqlite:///{record}"}
    for url in urls:
        with opened(url) as database:
            record_places(database)
            record_months(database, ROWS)
    write_plain(plain, record)
    write_csv(tmp_path / "plain.csv", plain)
    assert len((tmp_path / "plain.csv").read_text(encoding="utf-8").splitlines()) == ROWS + 1
    cases = choose_cases(plain)
    assert {question: len(some) for question, some in cases.items()} == {
        Question.LIST: 151,
        Question.TOTALS: 200,
        Question.SERIES: 200,
        Question.RECORD: 200,
    }
    served = next(url for url in urls if url.startswith(databases.engine))
    with serving(Settings(database_url=served)) as client:
        for question, some in cases.items():
            for case in some[:: len(some) // 3]:
                answer = client.get(OUR_CALLS[question](case.values).path).json()
                rows = answer.get("data", [answer])
                assert (len(rows), sum(row["total"] or 0 for row in rows)) == (case.rows, case.people)


def test_the_setting_that_turns_the_cache_off_exists():
    assert CACHE_SETTING in Settings.model_fields


def _round(server: str, rate: float, **other: float) -> dict[str, object]:
    figures = {"rate": rate, "p50_ms": 1.5, "p99_ms": 4.25, "cpu_us": 1e6 / rate, "database_cpu_us": 0.0}
    return {"server": server, "question": "one headcount", **figures, "memory_mb": 90.4, "refused": 0.0, **other}


def test_the_table_has_medians_and_the_medians_of_ratios_inside_each_round():
    limit, ours = (10_000, 20_000, 40_000), (5_000, 6_000, 10_000)
    figures = [_round("limit", rate) for rate in limit]
    figures += [_round("this service", rate) for rate in ours]
    figures += [_round("this service, PostgreSQL", 4_000, database_cpu_us=100.0, refused=0.031) for _ in ours]
    figures += [_round("tutorial", rate / 100) for rate in limit]
    figures += [_round("slow peer", 50) for _ in ours] + [_round("fast peer", 2_000) for _ in ours]
    results = {
        "machine": {"processor": "a processor, 2 cores"},
        "rows": 100_000,
        "rounds": 3,
        "seconds": 5.0,
        "connections": 16,
        "peers": ["slow peer", "fast peer", "a peer that was not there"],
        "figures": json.loads(json.dumps(figures)),
    }
    assert draw(results).splitlines() == TABLE.strip().splitlines()


def test_a_server_that_was_not_measured_is_compared_with_nobody():
    results = {
        "machine": {},
        "rows": 10_000,
        "rounds": 1,
        "seconds": 0.5,
        "connections": 16,
        "peers": [],
        "figures": [_round("this service", 5_000)],
    }
    assert draw(results).splitlines()[-1] == "| this service | 5,000 | - | - | 1.50 | 4.25 | 200 | 90 | - | - |"


def test_the_table_of_imports_has_rows_a_second_memory_writes_and_the_start():
    stage = {"stage": "imported", "engine": "SQLite", "rows": 1_000, "before_mb": 80.0, "peak_mb": 120.6}
    results = {
        "machine": {"processor": "a processor", "peers": "none"},
        "imports": [
            {**stage, "seconds": seconds, "cpu_seconds": seconds / 2, "round": 1} for seconds in (0.1, 0.2, 0.5)
        ],
        "writes": [{"who": "one writer", "engine": "SQLite", "rate": 99.6, "p50_ms": 9, "p99_ms": 20, "cpu_us": 8_000}],
        "start": {"seconds": 1.234, "idle_mb": 99.5, "asked_mb": 110.4},
    }
    assert draw_work(results).splitlines() == WORK.strip().splitlines()


FIRST_COUNT = ("", "", "", 0, 0)

TABLE = """
processor: a processor, 2 cores
100,000 counts, 3 rounds of 5 s, 16 connections

**one headcount**

| server | requests/s | of the limit | by CPU | p50 ms | p99 ms | CPU us | MB | times tutorial | times best peer |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| limit | 20,000 | 1.000 | 1.000 | 1.50 | 4.25 | 50 | 90 | 100.00 | 10.00 |
| this service | 6,000 | 0.300 | 0.300 | 1.50 | 4.25 | 167 | 90 | 30.00 | 3.00 |
| this service, PostgreSQL | 4,000 | 0.200 | 0.143 | 1.50 | 4.25 | 250 + 100 | 90 | 20.00 | 2.00 |
| tutorial | 200 | 0.010 | 0.010 | 1.50 | 4.25 | 5,000 | 90 | 1.00 | 0.10 |
| slow peer | 50 | 0.003 | 0.003 | 1.50 | 4.25 | 20,000 | 90 | 0.25 | 0.03 |
| fast peer | 2,000 | 0.100 | 0.100 | 1.50 | 4.25 | 500 | 90 | 10.00 | 1.00 |

this service, PostgreSQL refused up to 3.1% of the requests.
"""

WORK = """
processor: a processor

| stage | rows | rows/s | rows/s of CPU | MB before | MB at most |
|---|--:|--:|--:|--:|--:|
| imported, SQLite | 1,000 | 5,000 | 10,000 | 80 | 121 |

| writes | requests/s | p50 ms | p99 ms | CPU us |
|---|--:|--:|--:|--:|
| one writer, SQLite | 100 | 9.0 | 20.0 | 8,000 |

Start until /readyz answers: 1.23 s; memory of a seeded process: 100 MB idle, 110 MB after some questions
"""
