"""What a service asks its database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
from sqlalchemy import Connection, Engine, event

from app.core import prepared

Asked = list[tuple[str, object]]  # statements with their values


@contextmanager
def watched(source: Engine | Connection, look: Callable[[str, object], None]) -> Iterator[None]:
    """Shows each statement, with its values, before it is sent; what `look` raises is as if the database did."""
    run_text = prepared.run_text

    def before(_connection, _cursor, statement, values, *_rest):
        if not statement.startswith("BEGIN"):
            look(statement, values)

    def running(connection, statement, values):
        if source in (connection, connection.engine):
            look(statement, values)
        return run_text(connection, statement, values)

    event.listen(source, "before_cursor_execute", before)
    prepared.run_text = running
    try:
        yield
    finally:
        event.remove(source, "before_cursor_execute", before)
        prepared.run_text = run_text


@contextmanager
def noted(source: Engine | Connection) -> Iterator[Asked]:
    """The statements that a database is sent meanwhile."""
    found: Asked = []
    with watched(source, lambda statement, values: found.append((statement, values))):
        yield found


def statements_of(client: httpx.Client) -> AbstractContextManager[Asked]:
    """Those of the readers of a service."""
    return noted(client.app.state.database.reader)


def reads_among(found: Asked) -> int:
    """How many of them read something, rather than set up or end."""
    return len([statement for statement, _ in found if statement.lstrip().upper().startswith(("SELECT", "WITH"))])
