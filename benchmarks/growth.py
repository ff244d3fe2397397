"""How answers that are in no cache grow with the number of counts, on SQLite: `make bench-growth`.

The record has 420 months whatever the number of counts: more counts are more contributors, missions and kinds a month.
One client asks one question after the other; what is told is the processor time of the server a request.
"""

import argparse
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.core.queries import Cursor
from benchmarks.machine import machine
from benchmarks.processes import Running, cpu_seconds, end_tidily, memory_mb, running
from benchmarks.record import opened, record_months, record_places
from benchmarks.rows import days
from benchmarks.speed import RESULTS
from benchmarks.subjects import CACHE_SETTING, OUR_COMMAND

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
_DAYS = days()[-40:]
_PLACES = (("UNIFIL", "IND"), ("UNFICYP", "NPL"), ("UNTSO", "IRL"), ("MONUSCO", "GHA"))
_QUESTIONS = {
    "one record": ["/v1/headcounts/{id}"],
    "first page": ["/v1/headcounts?limit=100"],
    "page half way": ["/v1/headcounts?limit=100&cursor={cursor}"],
    "page of a mission": [f"/v1/headcounts?mission={mission}&limit=100" for mission, _ in _PLACES],
    "page of a country": [f"/v1/headcounts?country={country}&limit=100" for _, country in _PLACES],
    "total on a date": [f"/v1/totals?as_of={day}" for day in _DAYS],
    "totals by mission": [f"/v1/totals?as_of={day}&by=mission" for day in _DAYS],
    "totals by country": [f"/v1/totals?as_of={day}&by=country" for day in _DAYS],
    "total of a country": [f"/v1/totals?as_of={day}&country=IND" for day in _DAYS],
    "total of a mission": [f"/v1/totals?as_of={day}&mission=UNIFIL" for day in _DAYS],
    "ranking of a month": [f"/v1/rankings?month={day[:7]}" for day in _DAYS],
    "35 years of a country": [f"/v1/series?country={country}&from=1991-01&to=2025-10" for _, country in _PLACES],
    "35 years of a mission": [f"/v1/series?mission={mission}&from=1991-01&to=2025-10" for mission, _ in _PLACES],
    "35 years of all": ["/v1/series?from=1991-01&to=2025-10"],
}


def main() -> None:
    """Measure and print; fails only if something cannot be measured."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="counts in the record")
    parser.add_argument("--seconds", type=float, default=2, help="of each measurement")
    asked = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    results: dict[str, Any] = {"machine": machine(), "sizes": {}}
    for rows in asked.sizes:
        with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
            results["sizes"][rows] = dict(_measured(Path(folder), rows, asked.seconds))
        (RESULTS / "last-growth.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    print("\n".join(_table(results["sizes"])))


def _measured(folder: Path, rows: int, seconds: float) -> Iterator[tuple[str, float]]:
    print(f"recording {rows:,} counts", file=sys.stderr, flush=True)
    url = f"sqlite:///{folder}/record.db"
    with opened(url) as database:
        record_places(database)
        record_months(database, rows)
    settings = {"DATABASE_URL": url, CACHE_SETTING.upper(): "0", "LOG_LEVEL": "warning"}
    with (
        running(OUR_COMMAND, settings, "/readyz", folder / "log") as server,
        closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)) as line,
    ):
        places = {"id": str(rows // 2), "cursor": _half_way(line, rows)}
        for question, addresses in _QUESTIONS.items():
            yield f"{question}, us", _cpu_us(line, server, [one.format(**places) for one in addresses], seconds)
        before = memory_mb(server.pid)
        begun = time.perf_counter()
        most = _read_all(line, server)
        yield "whole table as CSV, rows/s", rows / (time.perf_counter() - begun)
        yield "more memory meanwhile, MB", most - before


def _half_way(line: http.client.HTTPConnection, rows: int) -> str:
    """The cursor of a crawl that has come half way."""
    link = json.loads(_got(line, "/v1/headcounts?limit=100"))["links"]["next"]
    cursor = Cursor.decode(parse_qs(urlsplit(link).query)["cursor"][0])
    return Cursor(cursor.revision, cursor.query, [rows // 2]).encode()


def _cpu_us(line: http.client.HTTPConnection, server: Running, addresses: Sequence[str], seconds: float) -> float:
    for address in addresses:
        _got(line, address)
    begun, used, asked = time.perf_counter(), cpu_seconds(server.pid), 0
    while time.perf_counter() - begun < seconds:
        _got(line, addresses[asked % len(addresses)])
        asked += 1
    return (cpu_seconds(server.pid) - used) / asked * 1e6


def _got(line: http.client.HTTPConnection, address: str) -> bytes:
    line.request("GET", address)
    answer = line.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{address}: {answer.status} {body[:300]!r}")
    return body


def _read_all(line: http.client.HTTPConnection, server: Running) -> float:
    """Read the whole table and return the most memory that the server took, MB."""
    line.request("GET", "/v1/headcounts?format=csv")
    answer, most, parts = line.getresponse(), 0.0, 0
    while answer.read(1_000_000):
        parts += 1
        if parts % 20 == 1:
            most = max(most, memory_mb(server.pid))
    return most


def _table(sizes: Mapping[int, Mapping[str, float]]) -> Iterator[str]:
    yield f"| | {' | '.join(f'{rows:,}' for rows in sizes)} | growth |"
    yield f"|---|{'--:|' * (len(sizes) + 1)}"
    for question in next(iter(sizes.values())):
        found = [one[question] for one in sizes.values()]
        growth = f"{found[-1] / found[0]:.2f}" if found[0] > 0 else "-"
        yield f"| {question} | {' | '.join(f'{one:,.0f}' for one in found)} | {growth} |"


if __name__ == "__main__":
    main()
