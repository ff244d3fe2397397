"""A table out of a file, whatever kind of file it was."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.importers.statements import Fault

Line = tuple[int, Sequence[str]] | Fault


@dataclass(frozen=True)
class Table:
    """Column names in one form, and the rows below them, as they come: (row number in the file, cells as text).

    Every row has as many cells as the header; empty rows are left out. In place of a row that cannot be used
    stands its Fault. Going through the rows may raise UnreadableFile or FileTooLarge up to the last one.
    """

    header: tuple[str, ...]
    rows: Iterator[Line]
    notes: tuple[str, ...] = ()  # what was found on the way, such as the encoding


def column_name(printed: str) -> str:
    """The form in which names of columns are compared."""
    return re.sub(r"[\s-]+", "_", printed.removeprefix("\ufeff").strip().lower())
