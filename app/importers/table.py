"""A table out of a file, whatever kind of file it was."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Column names in one form, and the rows below them, as they come: (row number in the file, cells as text)."""

    header: tuple[str, ...]
    rows: Iterator[tuple[int, Sequence[str]]]
    notes: tuple[str, ...] = ()  # what was found on the way, such as the encoding


def column_name(printed: str) -> str:
    """The form in which names of columns are compared."""
    return re.sub(r"[\s-]+", "_", printed.removeprefix("\ufeff").strip().lower())
