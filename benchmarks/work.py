"""Measures what is done rarely: files that are imported, records that are posted, the start. `make bench-imports`."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from app.seeds import seed
from benchmarks.files import monthly_file
from benchmarks.machine import machine
from benchmarks.postgresql import Server, postgresql
from benchmarks.processes import ROOT, SERVER_CORE, end_tidily, fetch, memory_mb, on_core, running
from benchmarks.record import opened, record_places
from benchmarks.speed import RESULTS
from benchmarks.stages import STAGES
from benchmarks.subjects import OUR_COMMAND
from benchmarks.table import draw_work
from benchmarks.writes import measure_writes, prepare

_MANY = 1_000_000
_STARTS = 5
_ASKED = (
    "/v1/headcounts?mission=UNDOF",
    "/v1/totals?by=mission",
    "/v1/series?country=KAZ&from=2015-01",
    "/v1/headcounts/1",
    "/v1/discrepancies",
)
Measured = Iterator[dict[str, Any]]


def main() -> None:
    """Measure and print; fails only if something cannot be measured."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the file")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder, postgresql() as server:
        results: dict[str, Any] = {"machine": machine(), "rounds": asked.rounds}
        makers = _makers(Path(folder), server)
        file = Path(folder, "monthly.csv")
        results["rows"] = monthly_file(file, asked.rows)
        results["imports"] = [
            {"round": number, **one}
            for number in range(1, asked.rounds + 1)
            for one in _imports(file, results["rows"], makers)
        ]
        if asked.rows < _MANY:
            results["imports"] += _import_many(Path(folder, "many.csv"), makers["SQLite"])
        results["writes"] = [one for engine, make in makers.items() for one in _writes(engine, make, Path(folder))]
        results["start"] = _starts(makers["SQLite"], Path(folder))
    (RESULTS / "last-work.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(draw_work(results))


def _makers(folder: Path, server: Server | None) -> dict[str, Callable[[], str]]:
    """For each engine, what makes a new database and tells its address."""
    numbers = iter(range(1_000))
    makers = {"SQLite": lambda: f"sqlite:///{folder}/work-{next(numbers)}.db"}
    if server is not None:
        makers["PostgreSQL"] = server.create
    return makers


def _imports(file: Path, rows: int, makers: dict[str, Callable[[], str]]) -> Measured:
    for stage in ("csv alone", "validated tuples"):
        yield _stage(stage, file, rows)
    for engine, make in makers.items():
        url = _with_places(make)
        for stage in list(STAGES)[2:]:
            yield _stage(stage, file, rows, engine, url)


def _import_many(file: Path, make: Callable[[], str]) -> Measured:
    rows = monthly_file(file, _MANY)
    yield {"round": 1, **_stage("imported", file, rows, "SQLite", _with_places(make))}


def _with_places(make: Callable[[], str]) -> str:
    url = make()
    with opened(url) as database:
        record_places(database)
    return url


def _stage(stage: str, file: Path, rows: int, engine: str = "", url: str = "") -> dict[str, Any]:
    print(f"{stage} {engine}", file=sys.stderr, flush=True)
    command = on_core(SERVER_CORE, [sys.executable, "-m", "benchmarks.stages", stage, str(file), url])
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return {"stage": stage, "engine": engine, "rows": rows, **json.loads(done.stdout)}


def _writes(engine: str, make: Callable[[], str], folder: Path) -> Measured:
    print(f"writes {engine}", file=sys.stderr, flush=True)
    url = _with_places(make)
    with opened(url) as database:
        token = prepare(database)
    with running(OUR_COMMAND, {"DATABASE_URL": url, "LOG_LEVEL": "warning"}, "/readyz", folder / "log") as server:
        for who, figures in measure_writes(server, token).items():
            yield {"engine": engine, "who": who, **figures}


def _starts(make: Callable[[], str], folder: Path) -> dict[str, float]:
    """Seconds until a seeded service answers, and its memory then and after it was asked."""
    url = make()
    with opened(url) as database:
        seed(database)
    seconds, idle, asked = [], [], []
    for _ in range(_STARTS):
        begun = time.perf_counter()
        with running(OUR_COMMAND, {"DATABASE_URL": url, "LOG_LEVEL": "warning"}, "/readyz", folder / "log") as server:
            seconds.append(time.perf_counter() - begun)
            idle.append(memory_mb(server.pid))
            for path in _ASKED:
                fetch(server.url + path)
            asked.append(memory_mb(server.pid))
    return {"seconds": median(seconds), "idle_mb": median(idle), "asked_mb": median(asked)}


if __name__ == "__main__":
    main()
