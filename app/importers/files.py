"""Opens a file of any kind as a table. The kind is told by what the file holds; its name decides in doubt only."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.importers.delimited import delimited_rows, separator, separator_note
from app.importers.limits import LONGEST_CELL, FileTooLarge, Limits, UnreadableFile
from app.importers.objects import NUMBERING_NOTE, is_json, is_ndjson, object_rows
from app.importers.statements import Fault
from app.importers.table import Line, Table, column_name
from app.importers.texts import TextFile
from app.importers.workbooks import workbook_rows

__all__ = ["FileTooLarge", "Limits", "UnreadableFile", "open_table"]

_ZIP = b"PK\x03\x04"
_HALF = re.compile("[\ud800-\udfff]")
_MOST_SHOWN = 100


@contextmanager
def open_table(path: Path, name: str, limits: Limits | None = None, sheet: str | None = None) -> Iterator[Table]:
    """The table in a file, row by row; `name` is what its owner calls it, `sheet` one of the sheets of a workbook.

    Raises UnreadableFile or FileTooLarge, here or while the rows are read.
    """
    limits = limits or Limits()
    if path.stat().st_size > limits.max_bytes:
        raise FileTooLarge(f"The file is larger than {limits.max_bytes:,} bytes. Split it, or pack it with gzip.")
    with path.open("rb") as file:
        is_workbook = file.read(4) == _ZIP
    if sheet and not is_workbook:
        raise UnreadableFile("Only a workbook (XLSX) has sheets. Leave out `sheet`.")
    with ExitStack() as stack:
        if is_workbook:
            lines, notes = stack.enter_context(workbook_rows(path, limits, sheet))
        else:
            lines, notes = _text_rows(TextFile(path, limits), name.lower().removesuffix(".gz"), limits, stack)
        yield _table(lines, limits, notes)


def _text_rows(text: TextFile, name: str, limits: Limits, stack: ExitStack) -> tuple[Iterator[Line], tuple[str, ...]]:
    head = text.head()
    if is_json(head) and not name.endswith((".csv", ".tsv", ".txt")):
        is_lines = name.endswith((".ndjson", ".jsonl")) or is_ndjson(head)
        if is_lines:
            text.require_lines()
        return object_rows(text.opened, limits.max_columns, is_lines=is_lines), (*text.notes, NUMBERING_NOTE)
    text.require_lines()
    sign = separator(head)
    return delimited_rows(stack.enter_context(text.opened()), sign), (*text.notes, *separator_note(sign))


def _table(lines: Iterator[Line], limits: Limits, notes: tuple[str, ...]) -> Table:
    """The first row that is not empty is the header."""
    for line in lines:
        if isinstance(line, Fault):
            raise UnreadableFile(f"Row {line.row}, the header, cannot be used. {line.message}")
        row, printed = line
        if "".join(printed).strip():
            header = _header(list(printed), limits)
            return Table(header, _checked(lines, header, printed[0], row + limits.max_rows, limits), notes)
        if row > limits.max_rows:
            break
    raise UnreadableFile("The file is empty: it has no row that could be a header.")


def _header(printed: list[str], limits: Limits) -> tuple[str, ...]:
    while not printed[-1].strip():
        printed.pop()
    if len(printed) > limits.max_columns:
        raise FileTooLarge(f"The header has {len(printed):,} columns; {limits.max_columns:,} are allowed.")
    if any(_unusable(cell) or len(cell) > LONGEST_CELL for cell in printed):
        raise UnreadableFile("The header holds characters that no column name has, or far too many of them.")
    header = _names(printed)
    repeated = next((name for place, name in enumerate(header) if name and name in header[:place]), None)
    if repeated:
        raise UnreadableFile(f"The header names the column '{repeated[:_MOST_SHOWN]}' twice. Keep one of them.")
    return header


def _checked(
    lines: Iterator[Line], header: tuple[str, ...], first_name: str, last_row: int, limits: Limits
) -> Iterator[Line]:
    """The rows that hold something, as wide as the header; a Fault for each that cannot be used."""
    width = len(header)
    cells_left = limits.max_cells
    for line in lines:
        if isinstance(line, Fault):
            yield line
            continue
        row, cells = line
        if row > last_row:
            raise FileTooLarge(f"The table has more than {limits.max_rows:,} rows. Split it, by month for example.")
        together = "".join(cells)
        if not together or together.isspace():
            continue
        cells_left -= len(cells)
        if cells_left < 0:
            raise FileTooLarge(f"The table has more than {limits.max_cells:,} cells. Split it, by month for example.")
        # Files put one below the other may bring a byte order mark along.
        if (cells[0] == first_name or cells[0][:1] == "\ufeff") and _names(cells)[:width] == header:
            yield Fault(row, None, "header_repeated", "The header stands here once more. Take the row out.")
        elif len(cells) > width and "".join(cells[width:]).strip():
            yield _too_wide(row, len(cells), width)
        elif len(together) > LONGEST_CELL and (place := _too_long(cells)) is not None:
            message = f"The cell has more than {LONGEST_CELL:,} characters. Look for an open quotation mark."
            yield Fault(row, header[place], "cell_too_long", message)
        elif _unusable(together):
            yield Fault(row, None, "unusable_text", "A cell holds NUL or half of a character. Type it anew.")
        else:
            yield row, (cells if len(cells) == width else [*cells[:width], *[""] * (width - len(cells))])


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(column_name(cell) for cell in cells)


def _too_wide(row: int, found: int, width: int) -> Fault:
    message = f"There are {found:,} cells under {width} columns. Put text that holds a comma into quotes."
    return Fault(row, None, "too_many_cells", message)


def _too_long(cells: Sequence[str]) -> int | None:
    """The place of the first cell that is too long."""
    return next((place for place, cell in enumerate(cells) if len(cell) > LONGEST_CELL), None)


def _unusable(text: str) -> bool:
    """Whether a database would refuse the text: NUL, and halves of characters as JSON can write them."""
    return "\0" in text or (not text.isascii() and bool(_HALF.search(text)))
