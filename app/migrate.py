"""Brings a database to the current schema, safely when several processes start at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from app.core.database import Database

_MIGRATION_LOCK = 7_301_949
_PACKAGED = Path(__file__).parent / "_migrations"
_CHECKOUT = Path(__file__).parent.parent / "migrations"


class SchemaError(Exception):
    """A schema that cannot be gone to, as alembic words it."""


def migrate(database: Database, revision: str = "head", *, down: bool = False) -> None:
    """Run the migrations up (or down) to a revision; others that try meanwhile wait, then find nothing to do.

    Raises SchemaError for a revision that does not exist.
    """
    # Loaded here: the program has many commands, one of them migrates, and this takes a third of its start.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    with _migrating(database) as connection:
        config = Config()
        config.set_main_option("script_location", str(_PACKAGED if _PACKAGED.exists() else _CHECKOUT))
        config.attributes["connection"] = connection
        try:
            (command.downgrade if down else command.upgrade)(config, revision)
        except CommandError as error:
            raise SchemaError(str(error)) from error


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """One transaction that holds the schema. SQLite rebuilds tables to alter them, so keys are checked at the end."""
    is_sqlite = database.url.get_backend_name() == "sqlite"
    with database.writer.connect() as connection:
        if is_sqlite:
            # Outside a transaction, or the pragma has no effect.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                if not is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
                yield connection
                if is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                    raise RuntimeError("the migration would leave rows whose references do not exist; undone")
        finally:
            if is_sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]
