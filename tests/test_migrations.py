"""Migrations run up and down on both engines, with data in them, and end at the schema the models describe."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect, text

from app.core.database import Database
from app.core.settings import Settings
from app.migrate import migrate
from app.seeds import seed
from app.tables import METADATA
from tests.conftest import Databases


def schema(database: Database) -> dict[str, object]:
    """Tables with their columns, keys, checks and indexes as the database itself tells them."""
    inspector = inspect(database.writer)
    found = {}
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)}
        checks = {c["name"]: normalised(c["sqltext"]) for c in inspector.get_check_constraints(table)}
        keys = sorted(
            (key["constrained_columns"], key["referred_table"], key["referred_columns"])
            for key in inspector.get_foreign_keys(table)
        )
        found[table] = (columns, inspector.get_pk_constraint(table)["constrained_columns"], checks, keys)
    return found


def normalised(sql: str) -> str:
    return "".join(c for c in sql if c not in " ()\n")


def indexes(database: Database) -> set[str]:
    query = {
        "sqlite": "SELECT name || ' ' || sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    }
    with database.reader.connect() as connection:
        return {normalised(row) for row in connection.execute(text(query[database.url.get_backend_name()])).scalars()}


def test_migrations_end_at_the_schema_of_the_models(databases: Databases, database: Database):
    modelled = Database(Settings(database_url=databases.empty()))
    METADATA.create_all(modelled.writer)
    assert schema(database) == schema(modelled)
    assert indexes(database) == indexes(modelled)
    modelled.close()


def test_migrations_go_down_and_up_again_with_data_in_them(seeded_database: Database):
    before = schema(seeded_database)
    migrate(seeded_database, "base", down=True)
    assert set(schema(seeded_database)) == set()
    migrate(seeded_database)
    assert schema(seeded_database) == before
    assert seed(seeded_database) > 16_000


def test_migrating_twice_changes_nothing(seeded_database: Database):
    before = schema(seeded_database)
    migrate(seeded_database)
    assert schema(seeded_database) == before
    assert seed(seeded_database) == 0


def test_four_migrators_at_once_all_succeed(databases: Databases):
    url = databases.empty()
    command = [sys.executable, "-m", "app", "migrate"]
    environment = {**os.environ, "DATABASE_URL": url}
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: subprocess.run(command, capture_output=True, env=environment), range(4)))
    assert [(run.returncode, run.stderr[-500:]) for run in runs] == [(0, b"")] * 4
    database = Database(Settings(database_url=url))
    assert set(schema(database)) == set(METADATA.tables)
    database.close()


def test_a_migration_that_breaks_leaves_nothing_behind(databases: Databases, monkeypatch: pytest.MonkeyPatch):
    database = Database(Settings(database_url=databases.empty()))
    from alembic import op

    created = []
    real = op.create_table

    def failing(name: str, *args: object, **kwargs: object) -> object:
        created.append(name)
        if len(created) == 5:
            raise RuntimeError("the power fails")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(RuntimeError, match="power"):
        migrate(database)
    monkeypatch.undo()
    assert schema(database) == {}
    migrate(database)
    assert set(schema(database)) == set(METADATA.tables)
    database.close()
