"""A rule of the database that a record breaks, told as a problem."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from app.core.errors import RecordConflict


@contextmanager
def conflicts(table: str) -> Iterator[None]:
    """Turn a violated rule of the database into a RecordConflict that names the noun."""
    try:
        yield
    except IntegrityError as error:
        raise RecordConflict(
            f"The {table.replace('_', ' ')} was not recorded: it exists already, names a record that does not exist, "
            f"or breaks a rule of the database ({_rule(error)})."
        ) from error


def _rule(error: IntegrityError) -> str:
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return constraint or str(error.orig)
