"""What a service asks its database."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
from sqlalchemy import Engine, event

from app.core import prepared

Asked = list[tuple[str, object]]  # statements with their values


@contextmanager
def noted(engine: Engine) -> Iterator[Asked]:
    """The statements that a database is sent meanwhile."""
    found: Asked = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if not statement.startswith("BEGIN"):
            found.append((statement, parameters))

    run_text = prepared.run_text

    def noting(connection, statement, values):
        if connection.engine is engine:
            found.append((statement, values))
        return run_text(connection, statement, values)

    event.listen(engine, "before_cursor_execute", note)
    prepared.run_text = noting
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
        prepared.run_text = run_text


def statements_of(client: httpx.Client) -> AbstractContextManager[Asked]:
    """Those of the readers of a service."""
    return noted(client.app.state.database.reader)


def reads_among(found: Asked) -> int:
    """How many of them read something, rather than set up or end."""
    return len([statement for statement, _ in found if statement.lstrip().upper().startswith(("SELECT", "WITH"))])
