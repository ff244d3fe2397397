"""One stage of getting a file into a database, in a process of its own, so that its memory can be told.

`python -m benchmarks.stages STAGE FILE [DATABASE_URL]` prints one line of JSON.
"""

import csv
import gc
import hashlib
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from pydantic import BaseModel, Field

_COLUMNS = (
    "as_of TEXT, mission TEXT, country TEXT, iso3 TEXT, personnel_type TEXT, men INTEGER, women INTEGER, total INTEGER"
)
_INDEXES = ("(as_of, country, mission)", "(country, as_of)", "(mission, as_of)")
_BATCH = 5_000


class _Monthly(BaseModel):
    """A row of the file, checked about as closely as an import does."""

    as_of: str = Field(alias="last_reporting_date", pattern=r"^\d{4}-\d{2}-\d{2}$")
    mission: str = Field(alias="mission_acronym", max_length=20)
    country: str = Field(alias="contributing_country", max_length=200)
    iso3: str = Field(alias="isocode3", pattern=r"^[A-Z]{3}$")
    personnel_type: str = Field(alias="personnel_type", max_length=80)
    men: int = Field(alias="male_personnel", ge=0)
    women: int = Field(alias="female_personnel", ge=0)
    total: int = Field(alias="total_personnel", ge=0)


def read(path: Path, _url: str) -> None:
    """The csv module alone."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in csv.reader(file):
            pass


def validate(path: Path, _url: str) -> None:
    """Rows validated by pydantic, as tuples."""
    for _ in _tuples(path):
        pass


def insert(path: Path, url: str) -> None:
    """The same, inserted by the thousand in one transaction, with three indexes to keep."""
    (_insert_sqlite if url.startswith("sqlite") else _insert_postgresql)(path, url)


def import_once(path: Path, url: str) -> None:
    """What this service does with the file: recognised, resolved, compared, recorded as one change."""
    from app.core.database import Database
    from app.core.history import hold_ledger
    from app.core.settings import Settings
    from app.importers.fetch_rules import FetchRules
    from app.importers.limits import Limits
    from app.importers.models import Order
    from app.importers.run import Job, Workshop, run_import
    from app.importers.store import get_import, record_import
    from app.missions.store import load_names
    from app.reports.models import Scope

    database = Database(Settings(database_url=url))
    order = Order(scope=Scope.ALL_MISSIONS)
    with tempfile.NamedTemporaryFile(suffix=".csv", delete=False) as copy:
        shutil.copy(path, copy.name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = {"file_name": path.name, "size": path.stat().st_size, "sha256": digest, "url": None}
    with database.write() as session:
        hold_ledger(session)
        number = record_import(session, order, file, "benchmark", "a benchmark", datetime.now(UTC))
    job = Job(number, Path(copy.name), path.name, digest, order, "benchmark", "a benchmark")
    run_import(Workshop(database, load_names, Limits(), FetchRules()), job)
    with database.read() as session:
        done = get_import(session, number, datetime.now(UTC))
    database.close()
    if done.state != "committed":
        raise RuntimeError(f"the import ended {done.state}: {done.problem}, {done.faults} faults")


def _tuples(path: Path) -> Iterator[tuple[Any, ...]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield tuple(_Monthly.model_validate(row).__dict__.values())


def _batches(path: Path) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for row in _tuples(path):
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def _insert_sqlite(path: Path, url: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("DROP TABLE IF EXISTS reference")
        connection.execute(f"CREATE TABLE reference (id INTEGER PRIMARY KEY, {_COLUMNS})")
        for index in _INDEXES:
            connection.execute(f"CREATE INDEX reference_{_INDEXES.index(index)} ON reference {index}")
        connection.execute("BEGIN IMMEDIATE")
        for batch in _batches(path):
            connection.executemany(f"INSERT INTO reference VALUES (NULL{', ?' * 8})", batch)
        connection.execute("COMMIT")


def _insert_postgresql(path: Path, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS reference")
        connection.execute(f"CREATE TABLE reference (id bigserial PRIMARY KEY, {_COLUMNS})")
        for index in _INDEXES:
            connection.execute(f"CREATE INDEX ON reference {index}")
        names = ", ".join(column.split()[0] for column in _COLUMNS.split(", "))
        with connection.cursor() as cursor:
            for batch in _batches(path):
                cursor.executemany(f"INSERT INTO reference ({names}) VALUES (%s{', %s' * 7})", batch)


STAGES: dict[str, Callable[[Path, str], None]] = {
    "csv alone": read,
    "validated tuples": validate,
    "validated and inserted": insert,
    "imported": import_once,
    "imported again": import_once,
}


def _memory_mb(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def main() -> None:
    """Do one stage and tell how long it took, and the memory before and at most."""
    stage, path, url = sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else ""
    if stage.startswith("imported"):
        import app.main  # noqa: F401  (what the service holds anyway)

        gc.freeze()  # as the service does once it is loaded
    before, begun, used = _memory_mb("VmRSS"), time.perf_counter(), time.process_time()
    STAGES[stage](path, url)
    told = {
        "seconds": time.perf_counter() - begun,
        "cpu_seconds": time.process_time() - used,
        "before_mb": before,
        "peak_mb": _memory_mb("VmHWM"),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
