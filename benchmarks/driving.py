"""Drives one server with the cases of one question, after looking whether it answers them right."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.processes import LOAD_CORE, ROOT, Running, cpu_seconds, fetch, memory_mb, on_core
from benchmarks.questions import Case, Question
from benchmarks.subjects import Call, Subject

_CHECKED = 5
_WARMED = 20
_FEWEST = 3  # requests a connection, or the time is too short to say anything
_LONGEST = 60.0  # seconds
_MOST_REFUSED = 20  # one of so many; servers under load may say that they are busy
HAS_WRK = shutil.which("wrk") is not None


@dataclass(frozen=True)
class Load:
    """How hard a server is driven, and where the requests are written down."""

    seconds: float
    connections: int
    requests: Path


@dataclass(frozen=True)
class Figures:
    """What came of one round: times in milliseconds, processor time in microseconds a request, memory in MB,
    and the share of requests that were refused, 503 for example."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    database_cpu_us: float
    memory_mb: float
    refused: float = 0.0


class WrongAnswer(Exception):
    """A server does not answer what is asked, so its figures would say nothing."""


def measure(subject: Subject, server: Running, question: Question, cases: Sequence[Case], load: Load) -> Figures:
    """One round of 200 answers."""
    calls = [subject.call(question, case) for case in cases]
    for call, case in zip(calls[:_CHECKED], cases, strict=False):
        _check(subject, question, case, _ask(server, call)[1])
    return _drive(subject, server, calls, load)


def measure_unchanged(
    subject: Subject, server: Running, question: Question, cases: Sequence[Case], load: Load
) -> Figures | None:
    """The same asked by clients who have the answers already; None if it offers them no 304."""
    calls = []
    for case in cases:
        call = subject.call(question, case)
        etag = _ask(server, call)[0].get("etag")
        if etag is None or _status(server, replace(call, etag=etag)) != 304:
            return None
        calls.append(replace(call, etag=etag))
    return _drive(subject, server, calls, load)


def _drive(subject: Subject, server: Running, calls: Sequence[Call], load: Load) -> Figures:
    if not calls[0].etag:
        # Where answers are kept, all of them are there before the first is counted.
        for call in calls if subject.with_etags else calls[:_WARMED]:
            _ask(server, call)
    load.requests.write_text("".join(call.line() + "\n" for call in calls), encoding="utf-8")
    while True:
        before = _cpu(subject, server)
        told = _run(server, load)
        used = [after - earlier for after, earlier in zip(_cpu(subject, server), before, strict=True)]
        if told["requests"] >= _FEWEST * load.connections or load.seconds >= _LONGEST:
            break
        load = replace(load, seconds=load.seconds * 4)
    if told["broken"] or told["requests"] <= _MOST_REFUSED * told["refused"]:
        raise WrongAnswer(f"{subject.name}, {calls[0].path}: {told}")
    return Figures(
        rate=told["requests"] / told["seconds"],
        p50_ms=told["p50_ms"],
        p99_ms=told["p99_ms"],
        cpu_us=used[0] / told["requests"] * 1e6,
        database_cpu_us=used[1] / told["requests"] * 1e6,
        memory_mb=memory_mb(server.pid),
        refused=told["refused"] / told["requests"],
    )


def _cpu(subject: Subject, server: Running) -> tuple[float, float]:
    """Processor time until now, s: of the server and of its database."""
    return cpu_seconds(server.pid), cpu_seconds(subject.database_pid) if subject.database_pid else 0.0


def _run(server: Running, load: Load) -> dict[str, Any]:
    if HAS_WRK:
        script = str(ROOT / "benchmarks" / "drive.lua")
        how = ["--threads", "1", "--connections", str(load.connections), "--timeout", "60s"]
        command = ["wrk", *how, "--duration", f"{load.seconds:.0f}s", "--script", script, server.url]
        command += ["--", str(load.requests)]
    else:
        command = [sys.executable, "-m", "benchmarks.load", str(server.port), str(load.connections)]
        command += [str(load.seconds), str(load.requests)]
    done = subprocess.run(on_core(LOAD_CORE, command), capture_output=True, text=True, cwd=ROOT, check=True)
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def _ask(server: Running, call: Call) -> tuple[dict[str, str], bytes]:
    status, headers, body = fetch(server.url + call.path, call.method, call.body)
    if status != 200:
        raise WrongAnswer(f"{call.path}: {status} {body[:500]!r}")
    return headers, body


def _status(server: Running, call: Call) -> int:
    return fetch(server.url + call.path, call.method, call.body, {"If-None-Match": call.etag})[0]


def _check(subject: Subject, question: Question, case: Case, body: bytes) -> None:
    rows = list(_rows(json.loads(body)))
    people = sum(row["total"] or 0 for row in rows)
    # Others leave out the months without people.
    may_be_fewer = question is Question.SERIES and not subject.is_ours
    enough = len(rows) <= case.rows if may_be_fewer else len(rows) == case.rows
    if not rows or not enough or people != case.people:
        raise WrongAnswer(
            f"{subject.name}, {question} {case.values}: {len(rows)} rows, {people} people; "
            f"expected {case.rows} and {case.people}"
        )


def _rows(answer: Any) -> Iterator[dict[str, Any]]:
    if isinstance(answer, list):
        yield from answer
    elif "data" in answer:
        yield from _rows(answer["data"])
    else:
        yield answer


def figures_json(figures: Figures) -> dict[str, float]:
    """Figures as they are kept."""
    return {name: round(value, 4) for name, value in asdict(figures).items()}
