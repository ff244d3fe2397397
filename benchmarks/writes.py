"""Single records posted over HTTP: one after the other, and by several writers at once."""

import http.client
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from statistics import median

from app.core.database import Database
from app.core.history import Origin, begin_change, record
from app.reports.models import ReportIn
from app.reports.store import REPORTS
from app.sources.models import SourceIn
from app.sources.store import SOURCES
from app.tokens.models import Role
from app.tokens.store import create_token
from benchmarks.processes import Running, cpu_seconds
from benchmarks.rows import Count, make_months

POSTS = 200
WRITERS = 8


def prepare(database: Database) -> str:
    """A report to post headcounts of, and the token of an analyst."""
    with database.write() as session:
        change = begin_change(session, "benchmark", "A report to add to", Origin.CLI)
        source = SourceIn.model_validate({"id": "posted", "kind": "news", "title": "Posted one by one"})
        report = {"id": "posted", "source": "posted", "as_of": "2024-01-31", "scope": "partial"}
        record(session, change, SOURCES, [source])
        record(session, change, REPORTS, [ReportIn.model_validate(report)])
        return create_token(session, "Benchmark", Role.ANALYST, None, "benchmark", datetime.now(UTC))[1]


def measure_writes(server: Running, token: str) -> dict[str, dict[str, float]]:
    """Figures of 200 posts one after the other, and of 200 more by eight writers side by side."""
    bodies = list(_bodies(2 * POSTS))
    alone, together = bodies[:POSTS], bodies[POSTS:]
    shares = [together[start::WRITERS] for start in range(WRITERS)]
    return {
        "one writer": _timed(server, token, [alone]),
        f"{WRITERS} writers": _timed(server, token, shares),
    }


def _bodies(wanted: int) -> Iterator[str]:
    counts = [one for day, some in make_months(400_000) if day.startswith("2024-01") for one in some]
    for one in counts[:wanted]:
        yield json.dumps(_headcount(one))


def _headcount(one: Count) -> dict[str, object]:
    told = {"country": one.country, "mission": one.mission, "personnel_type": one.personnel_type}
    return {"report": "posted", **told, "women": one.women, "men": one.men, "total": one.total}


def _timed(server: Running, token: str, shares: Sequence[Sequence[str]]) -> dict[str, float]:
    begun, used = time.perf_counter(), cpu_seconds(server.pid)
    with ThreadPoolExecutor(len(shares)) as writers:
        waits = sorted(wait for some in writers.map(lambda share: _post(server, token, share), shares) for wait in some)
    seconds = time.perf_counter() - begun
    return {
        "rate": len(waits) / seconds,
        "p50_ms": median(waits) * 1000,
        "p99_ms": waits[len(waits) * 99 // 100] * 1000,
        "cpu_us": (cpu_seconds(server.pid) - used) / len(waits) * 1e6,
    }


def _post(server: Running, token: str, bodies: Sequence[str]) -> list[float]:
    """Post over one connection; returns the seconds each took."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    waits = []
    for body in bodies:
        begun = time.perf_counter()
        connection.request("POST", "/v1/headcounts", body, headers)
        answer = connection.getresponse()
        told = answer.read()
        waits.append(time.perf_counter() - begun)
        if answer.status != 201:
            raise RuntimeError(f"a post was answered {answer.status}: {told[:500]!r}")
    connection.close()
    return waits
