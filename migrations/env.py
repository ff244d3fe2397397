"""Runs migrations on the connection that `app.migrate` hands over, inside its transaction."""

from alembic import context

from app.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True)
context.run_migrations()
