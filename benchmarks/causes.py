"""What the processor does for an answer that is in no cache: `python -m benchmarks.causes [--rows N] [--postgresql]`.

The application is asked inside this process and thread, and looked at two hundred times a second of processor time.
What costs of the network and of threads there are beside it is not seen here.
"""

import argparse
import asyncio
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from app.core.settings import Settings
from app.main import create_app
from benchmarks.postgresql import postgresql
from benchmarks.processes import end_tidily
from benchmarks.questions import choose_cases
from benchmarks.record import opened, record_months, record_places, write_plain
from benchmarks.subjects import CACHE_SETTING, OUR_CALLS

# The innermost frame that a mark fits says what a sample is: (mark in path and function, what it is).
_MARKS = (
    ("sqlalchemy/engine/default.py do_execute", "the database"),
    ("sqlalchemy/engine/cursor.py _fetchall_impl", "the database"),
    ("psycopg", "the database"),
    ("app/core/shapes.py", "rows into models"),
    ("pydantic/main.py model_dump_json", "models into JSON"),
    ("pydantic/main.py", "rows into models"),
    ("sqlalchemy/orm/session.py execute", "running statements and taking rows (SQLAlchemy)"),
    ("sqlalchemy/engine/result.py", "running statements and taking rows (SQLAlchemy)"),
    ("sqlalchemy/orm/session.py", "sessions and connections (SQLAlchemy)"),
    ("sqlalchemy/pool", "sessions and connections (SQLAlchemy)"),
    ("sqlalchemy/sql", "building statements (SQLAlchemy)"),
    ("app/core/queries.py", "building statements (app/core/queries.py)"),
    ("app/answers/cells.py", "building statements (app/answers/cells.py)"),
    ("app/answers", "the law in Python (app/answers)"),
    ("app/web/formats.py", "models into JSON"),
    ("app/", "the rest of app"),
    ("fastapi/dependencies", "parameters (FastAPI)"),
    ("fastapi/", "routing and the rest of FastAPI"),
    ("starlette/", "routing and the rest of FastAPI"),
)
_SECONDS = 8.0


class _Sampler:
    """Notes where the main thread is; what that means is found out afterwards."""

    def __init__(self) -> None:
        self.stacks: Counter[tuple[CodeType, ...]] = Counter()

    def look(self, _signal: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        self.stacks[tuple(stack)] += 1

    def seen(self) -> Counter[str]:
        """How often each thing was seen."""
        seen: Counter[str] = Counter()
        for stack, times in self.stacks.items():
            seen[_what(stack)] += times
        return seen


def _what(stack: tuple[CodeType, ...]) -> str:
    """What the innermost frame means that a mark fits."""
    for code in stack:
        place = f"{code.co_filename} {code.co_name}"
        for mark, what in _MARKS:
            if mark in place:
                return what
    return "asyncio"


async def _ask(app: Any, path: str) -> int:
    """Ask the application as a server would; returns the status."""
    where, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": where,
        "raw_path": where.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"accept", b"*/*")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"])


def _ask_in_one_thread() -> None:
    """Let routes that are plain functions run where they are called, so that one thread is all there is to look at."""
    import fastapi.dependencies.utils
    import fastapi.routing
    import starlette.concurrency

    async def inline(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return function(*arguments, **named)

    for module in (starlette.concurrency, fastapi.routing, fastapi.dependencies.utils):
        if hasattr(module, "run_in_threadpool"):
            module.run_in_threadpool = inline


async def _look(app: Any, paths: list[str]) -> tuple[float, Counter[str]]:
    """Milliseconds of processor time an answer, and how often each thing was seen."""
    for path in paths[:20]:
        if await _ask(app, path) != 200:
            raise RuntimeError(f"{path} is not answered")
    sampler = _Sampler()
    signal.signal(signal.SIGPROF, sampler.look)
    begun, asked = time.process_time(), 0
    signal.setitimer(signal.ITIMER_PROF, 0.005, 0.005)
    while time.process_time() - begun < _SECONDS:
        await _ask(app, paths[asked % len(paths)])
        asked += 1
    signal.setitimer(signal.ITIMER_PROF, 0)
    return (time.process_time() - begun) / asked * 1000, sampler.seen()


def _table(question: str, milliseconds: float, seen: Counter[str]) -> Iterator[str]:
    yield f"\n**{question}**: {milliseconds:.2f} ms of processor time\n"
    yield "| share | ms | what |"
    yield "|--:|--:|---|"
    for what, times in seen.most_common():
        share = times / seen.total()
        yield f"| {share:.0%} | {share * milliseconds:.2f} | {what} |"


def main() -> None:
    """Print the causes of all four questions."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    _ask_in_one_thread()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder, postgresql() as server:
        record, plain = Path(folder, "record.db"), Path(folder, "plain.db")
        urls = [f"sqlite:///{record}", *([server.create()] if asked.postgresql and server else [])]
        for url in urls:
            with opened(url) as database:
                record_places(database)
                record_months(database, asked.rows)
        write_plain(plain, record)
        settings = {"database_url": urls[-1], CACHE_SETTING: 0}
        app = create_app(Settings.model_validate(settings))
        for question, cases in choose_cases(plain).items():
            paths = [OUR_CALLS[question](case.values).path for case in cases]
            print("\n".join(_table(question, *asyncio.run(_look(app, paths)))), flush=True)


if __name__ == "__main__":
    main()
