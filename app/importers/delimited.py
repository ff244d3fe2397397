"""Rows of a CSV text."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TextIO

from app.importers.limits import LONGEST_ROW, UnreadableFile
from app.importers.statements import Fault
from app.importers.table import Line

_QUOTES = "Look for a quotation mark that is not closed."
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def separator(head: str) -> str:
    """The character between the cells of the first row; a comma, unless there is none and another one cuts it."""
    widths = {sign: _width(head, sign) for sign in _SEPARATORS}
    widest = max(widths, key=lambda sign: widths[sign])
    if widths[","] > 1 and widths[widest] > widths[","]:
        raise UnreadableFile(f"The header has both commas and {_SEPARATORS[widest]}. Separate its cells with commas.")
    return widest if widths[","] <= 1 < widths[widest] else ","


def separator_note(sign: str) -> tuple[str, ...]:
    """What to tell of a separator that is not the usual one."""
    return () if sign == "," else (f"The cells are separated by {_SEPARATORS[sign]}.",)


def delimited_rows(text: TextIO, sign: str) -> Iterator[Line]:
    """All rows, the empty ones too, so that a row has the number under which a spreadsheet shows it."""
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for line in text:
            taken += len(line)
            if taken > LONGEST_ROW:
                raise UnreadableFile(f"Row {number:,} is longer than {LONGEST_ROW:,} characters. {_QUOTES}")
            yield line

    number = 0
    reader = csv.reader(lines(), delimiter=sign, strict=True)
    while True:
        number += 1
        taken = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _bad_quotes(number, str(error))
        else:
            yield number, cells


def _bad_quotes(number: int, error: str) -> Fault:
    """A fault of one row; UnreadableFile if the rows below it were swallowed."""
    if "end of data" in error or "field limit" in error:
        raise UnreadableFile(f"A cell of row {number:,} has no end, or is far too long. {_QUOTES}")
    message = "Text goes on after a closing quotation mark. Double the marks inside of quoted text."
    return Fault(number, None, "bad_quotes", message)


def _width(head: str, sign: str) -> int:
    rows: Iterable[list[str]] = csv.reader(io.StringIO(head, newline=""), delimiter=sign)
    try:
        return next((len(row) for row in rows if "".join(row).strip()), 0)
    except csv.Error:
        return 0
