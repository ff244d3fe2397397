"""What imports cost: statements that find their rows by an index, and memory that stays the same for large files."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.conftest import Databases
from tests.desks import Desk, desk_at
from tests.layouts import DEATHS, TOTALS
from tests.sending import (
    COUNTRIES,
    month,
    months,
    own_temporary_folder,  # noqa: F401  (a fixture)
    send,
)
from tests.statements import Asked, watched


@pytest.fixture(scope="module")
def desk(databases: Databases) -> Iterator[Desk]:
    with desk_at(databases.seeded(), import_wait=30) as made:
        yield made


@contextmanager
def asked(desk: Desk) -> Iterator[Asked]:
    """What the service asks its database meanwhile, statements with their parameters."""
    database = desk.client.app.state.database
    statements: Asked = []
    note = lambda statement, values: statements.append((statement, values))  # noqa: E731
    with watched(database.reader, note), watched(database.writer, note):
        yield statements


def assert_no_scan(engine: Engine, statements: Asked) -> None:
    """No statement looks at all headcounts."""
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    looked = 0
    with engine.connect() as connection:
        for statement, parameters in statements:
            if not re.match("SELECT|UPDATE", statement) or not re.search(r"\bheadcount\b", statement):
                continue
            plan = [" ".join(map(str, row)) for row in connection.exec_driver_sql(explain + statement, parameters)]
            assert not [line for line in plan if re.search(r"(SCAN|Seq Scan on) headcount", line)], (statement, plan)
            looked += 1
        connection.rollback()
    assert looked > 0


def test_no_import_looks_at_all_headcounts(desk: Desk):
    engine = desk.client.app.state.database.writer
    row = desk.get("/v1/headcounts", report="un-dpo-2024-03-31", mission="UNDOF", format="csv").text
    without_ids = re.sub(r"^\d+,", ",", row, flags=re.MULTILINE)
    edited = row.replace(",exactly,", ",about,")
    for content in (month("2013-01-31"), month("2013-01-31", people={"Ghana": 9}), without_ids, row, edited):
        with asked(desk) as statements:
            found = send(desk, content)
        assert found["state"] == "committed", found
        assert (found["corrected"] > 0) == (content in (month("2013-01-31", people={"Ghana": 9}), edited))
        assert_no_scan(engine, statements)
    with asked(desk) as statements:
        answer = desk.send("DELETE", f"/v1/imports/{found['id'] - 3}", "eve", params={"reason": "x"})
    assert answer.status_code == 200, answer.text
    assert_no_scan(engine, statements)


def test_the_number_of_statements_does_not_grow_with_the_rows(desk: Desk):
    def needed(content: str) -> int:
        with asked(desk) as statements:
            assert send(desk, content)["state"] == "committed"
        return len(statements)

    def assert_alike(few: str, many: str) -> None:
        """Many rows go in as whole groups and a rest, or by a copy, which is not seen here."""
        assert abs(needed(few) - needed(many)) <= 1

    # Reports of one date each, of 24 rows and of 960.
    assert_alike(month("2012-01-31"), months(1, year=1985))
    row = "{0},1999-03-01,X-1999-03-{0:05},UNIFIL,Fatality,M,Fiji,Military,Illness,,FJI,2025-04-04"
    deaths = [row.format(number) for number in range(900)]
    send(desk, f"{DEATHS}\n{deaths[0]}")
    assert_alike("\n".join([DEATHS, *deaths[1:9]]), "\n".join([DEATHS, *deaths[9:]]))
    totals = [f"2024-03-31,country_total,,{country},,,,5" for country in COUNTRIES]
    assert_alike("\n".join([TOTALS, *totals[:2]]), "\n".join([TOTALS, *totals[2:]]))


# Memory

_MEASURE = """
import re, sys
from datetime import UTC, datetime
from pathlib import Path
from app.core.database import Database
from app.core.settings import Settings
from app.importers.fetch_rules import FetchRules
from app.importers.files import Limits
from app.importers.models import Order
from app.importers.run import Job, Workshop, run_import
from app.importers.store import get_import, record_import
from app.missions.store import load_names

def most():  # not of getrusage, which begins with what the parent had
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

def do(path):
    order, now = Order(), datetime.now(UTC)
    file = {"file_name": path.name, "size": 1, "sha256": path.name, "url": None}
    with database.write() as session:
        number = record_import(session, order, file, "ann", "A test.", now)
    run_import(shop, Job(number, path, path.name, path.name, order, "ann", "A test."))
    with database.read() as session:
        found = get_import(session, number, datetime.now(UTC))
    print(found.state, found.created, found.problem)

database = Database(Settings(database_url=sys.argv[1]))
shop = Workshop(database, load_names, Limits(), FetchRules())
do(Path(sys.argv[2]))
before = most()
do(Path(sys.argv[3]))
print(most() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told in /proc")
def test_a_file_of_150_000_rows_takes_little_memory(tmp_path: Path, on_sqlite: Databases):
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_text(month("2024-01-31"))
    large.write_text(months(157))
    command = [sys.executable, "-c", _MEASURE, on_sqlite.seeded_places(), str(small), str(large)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    first, second, grown = done.stdout.splitlines()
    assert (first, second) == ("committed 24 None", "committed 150720 None"), done.stderr
    assert int(grown) < 200_000_000
