"""Who is measured: how each is started, and under which addresses it answers the four questions."""

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from app.core.settings import Settings
from benchmarks.processes import ROOT
from benchmarks.questions import Case, Question
from benchmarks.rows import days

LIMIT, TUTORIAL = "limit", "tutorial"
OURS = "this service"
# The setting that bounds the cache of answers: 0 turns it off. Cached answers are measured where it is known.
CACHE_SETTING = "cache_bytes"
_BIN = Path(sys.executable).parent
OUR_COMMAND = (str(_BIN / "peacekeeping"), "serve", "--port", "{port}")
_SOUL = ROOT / "benchmarks" / ".venv" / "node_modules" / ".bin" / "soul"
_LAST_MONTH = days()[-1][:7]


@dataclass(frozen=True)
class Call:
    """One request."""

    path: str
    method: str = "GET"
    body: str = ""
    etag: str = ""

    def line(self) -> str:
        """As the load generators read it."""
        return "\t".join((self.method, self.path, self.etag, self.body))


@dataclass(frozen=True)
class Subject:
    """One server. `calls` makes a request of a case; `with_etags`: it is asked for 304 as well."""

    name: str
    command: Sequence[str]
    ready: str
    calls: Mapping[Question, Callable[[Mapping[str, str]], Call]]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_peer: bool = False
    with_etags: bool = False
    database_pid: int | None = None

    @property
    def is_ours(self) -> bool:
        """True for this service, and for the limit, which sends its answers."""
        return self.name.startswith((OURS, LIMIT))

    def call(self, question: Question, case: Case) -> Call:
        """The request of a case."""
        return self.calls[question](case.values)


@dataclass(frozen=True)
class Stores:
    """Where the counts lie."""

    record: Path
    plain: Path
    csv: Path
    bodies: Path
    postgresql: str | None
    postgresql_pid: int | None


def all_subjects(stores: Stores) -> list[Subject]:
    """Everybody who is there, the limit first; tells who is not."""
    found = [_limit(stores), *_ours(stores), _tutorial(stores)]
    for make, program in ((_datasette, _BIN / "datasette"), (_roapi, _BIN / "roapi"), (_soul, _SOUL)):
        if program.exists():
            found.append(make(stores, program))
        else:
            print(f"{program.name} is not installed: left out", file=sys.stderr)
    return found


def _get(path: str, **given: str) -> Callable[[Mapping[str, str]], Call]:
    """A request whose parameters are templates of the values of a case."""

    def call(values: Mapping[str, str]) -> Call:
        filled = {name.replace("from_", "from"): text.format(**values) for name, text in given.items()}
        query = f"?{urlencode(filled, safe=',:')}" if filled else ""
        return Call(path.format(**{name: quote(value) for name, value in values.items()}) + query)

    return call


OUR_CALLS = {
    Question.LIST: _get("/v1/headcounts", mission="{mission}", total__gte="{least}", limit="100"),
    Question.TOTALS: _get("/v1/totals", by="mission", as_of="{as_of}"),
    Question.SERIES: _get("/v1/series", country="{country}", from_="{first}", to=_LAST_MONTH),
    Question.RECORD: _get("/v1/headcounts/{id}"),
}


def _uvicorn(app: str) -> list[str]:
    return [str(_BIN / "uvicorn"), app, "--port", "{port}", "--log-level", "warning", "--no-access-log"]


def _limit(stores: Stores) -> Subject:
    command = [*_uvicorn("benchmarks.limit_service:app"), "--lifespan", "off", "--interface", "asgi3"]
    command += ["--no-proxy-headers", "--no-server-header"]
    ready = OUR_CALLS[Question.RECORD]({"id": "1"}).path
    return Subject(LIMIT, command, ready, OUR_CALLS, {"BODIES": str(stores.bodies)})


def _ours(stores: Stores) -> list[Subject]:
    found = []
    for engine, url in (("SQLite", f"sqlite:///{stores.record}"), ("PostgreSQL", stores.postgresql)):
        if url is None:
            continue
        pid = stores.postgresql_pid if engine == "PostgreSQL" else None
        environment = {"DATABASE_URL": url, "LOG_LEVEL": "warning"}
        name = f"{OURS}, {engine}"
        found.append(Subject(name, OUR_COMMAND, "/readyz", OUR_CALLS, environment, with_etags=True, database_pid=pid))
        if CACHE_SETTING in Settings.model_fields:
            uncached = environment | {CACHE_SETTING.upper(): "0"}
            found.append(Subject(f"{name}, no cache", OUR_COMMAND, "/readyz", OUR_CALLS, uncached, database_pid=pid))
    return found


def _tutorial(stores: Stores) -> Subject:
    calls = {
        Question.LIST: _get("/headcounts/", mission="{mission}", least="{least}", limit="100"),
        Question.TOTALS: _get("/totals/", as_of="{as_of}"),
        Question.SERIES: _get("/series/", country="{country}", first="{first}"),
        Question.RECORD: _get("/headcounts/{id}"),
    }
    command = _uvicorn("benchmarks.tutorial_service:app")
    return Subject(TUTORIAL, command, "/headcounts/1", calls, {"PLAIN": str(_copy(stores.plain, "tutorial"))})


_SUMS = "sum(total) AS total, sum(women) AS women, sum(men) AS men FROM headcount"


def _datasette(stores: Stores, program: Path) -> Subject:
    queries = {
        "list": "SELECT * FROM headcount WHERE mission = :mission AND total >= CAST(:least AS INTEGER) "
        "ORDER BY id LIMIT 100",
        "totals": f"SELECT mission, {_SUMS} WHERE as_of = :as_of GROUP BY mission",
        "series": f"SELECT month, {_SUMS} WHERE country = :country AND month >= :first GROUP BY month",
        "record": "SELECT * FROM headcount WHERE id = :id",
    }
    canned = {name: {"sql": statement} for name, statement in queries.items()}
    metadata = stores.plain.with_name("datasette.json")
    metadata.write_text(json.dumps({"databases": {"datasette": {"queries": canned}}}), encoding="utf-8")
    calls = {
        Question.LIST: _get("/datasette/list.json", _shape="array", mission="{mission}", least="{least}"),
        Question.TOTALS: _get("/datasette/totals.json", _shape="array", as_of="{as_of}"),
        Question.SERIES: _get("/datasette/series.json", _shape="array", country="{country}", first="{first}"),
        Question.RECORD: _get("/datasette/record.json", _shape="array", id="{id}"),
    }
    copy = str(_copy(stores.plain, "datasette"))
    # One thread: on one core it beat the three that are its default, and none at all.
    settings = ["--setting", "num_sql_threads", "1", "--setting", "sql_time_limit_ms", "60000"]
    command = [str(program), "serve", "--immutable", copy, "--port", "{port}", "--metadata", str(metadata), *settings]
    return Subject("Datasette", command, "/-/versions.json", calls, is_peer=True)


def _roapi(stores: Stores, program: Path) -> Subject:
    def sql(statement: str) -> Callable[[Mapping[str, str]], Call]:
        return lambda values: Call("/api/sql", "POST", statement.format(**values))

    filters = {"filter[mission]": "'{mission}'", "filter[total]gte": "{least}", "sort": "id", "limit": "100"}
    calls = {
        Question.LIST: _get("/api/tables/headcount", **filters),
        Question.TOTALS: sql(f"SELECT mission, {_SUMS} WHERE as_of = '{{as_of}}' GROUP BY mission"),
        Question.SERIES: sql(
            f"SELECT month, {_SUMS} WHERE country = '{{country}}' AND month >= '{{first}}' GROUP BY month"
        ),
        Question.RECORD: _get("/api/tables/headcount", **{"filter[id]": "{id}"}),
    }
    command = [str(program), "--addr-http", "127.0.0.1:{port}", "--table", f"headcount={stores.csv}"]
    command += ["--addr-postgres", "127.0.0.1:0", "--addr-flight-sql", "127.0.0.1:0"]
    return Subject("ROAPI", command, "/health", calls, {"RUST_LOG": "error"}, is_peer=True)


def _soul(stores: Stores, program: Path) -> Subject:
    filters = "mission:{mission},total__gte:{least}"
    months = f"country:{{country}},month__gte:{{first}},month__lte:{_LAST_MONTH}"
    calls = {
        Question.LIST: _get("/api/tables/headcount/rows", _filters=filters, _ordering="id", _limit="100"),
        Question.TOTALS: _get("/api/tables/totals/rows", _filters="as_of:{as_of}", _limit="1000"),
        Question.SERIES: _get("/api/tables/series/rows", _filters=months, _limit="1000"),
        Question.RECORD: _get("/api/tables/headcount/rows/{id}"),
    }
    command = [str(program), "--database", str(_copy(stores.plain, "soul")), "--port", "{port}"]
    environment = {"NODE_OPTIONS": f"--require {ROOT / 'benchmarks' / 'loopback.cjs'}", "NODE_ENV": "production"}
    return Subject("soul-cli", command, "/api/tables", calls, environment, is_peer=True)


def _copy(plain: Path, name: str) -> Path:
    """A copy of the plain table of one's own: some servers write into it."""
    path = plain.with_name(f"{name}.db")
    shutil.copy(plain, path)
    return path
