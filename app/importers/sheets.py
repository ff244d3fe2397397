"""Rows of a sheet of an XLSX file, as texts that a person would type."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from xml.parsers import expat

from app.importers.archive import Parts, check_depth, damaged, local_name
from app.importers.limits import LONGEST_CELL, FileTooLarge, Limits, UnreadableFile
from app.importers.statements import Fault
from app.importers.table import Line

_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?\bref=["']([A-Z0-9:$]{1,30})["']""")
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384
_LAST_DAY = 2_958_466  # after 9999-12-31


@dataclass(frozen=True)
class Shared:
    """What the cells of all sheets refer to."""

    texts: list[str]
    date_styles: frozenset[str]
    is_1904: bool  # days are counted from 1904, not from 1900


def refuse_merged_cells(parts: Parts, part: str) -> None:
    """UnreadableFile if cells are merged: the value belongs to one of them alone, the others would read as empty.

    They are listed below the rows. This quick look tells the cause before its effects show among the rows.
    """
    kept = b""
    for chunk in parts.chunks(part):
        if found := _MERGED.search(kept + chunk):
            raise _merged(found[1].decode())
        kept = chunk[-500:]


def sheet_rows(parts: Parts, part: str, shared: Shared, limits: Limits) -> Iterator[Line]:
    """All rows that hold something, in order."""
    if part not in parts:
        raise damaged()
    reader = _Reader(shared, limits)
    for _ in parts.parse(part, reader.parser):
        yield from reader.lines
        reader.lines.clear()


def plain(text: str) -> str:
    """A text without the escapes of characters that XML cannot hold."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Reader:
    """Collects the rows of a sheet while a parser goes through it."""

    def __init__(self, shared: Shared, limits: Limits) -> None:
        self.lines: list[Line] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._characters
        self.parser.EndElementHandler = self._end
        self._shared = shared
        self._limits = limits
        self._depth = 0
        self._cells_left = limits.max_cells
        self._row, self._row_text = 0, ""
        self._cells: list[str] = []
        self._fault: Fault | None = None
        self._column = 0  # of the last cell of the row so far
        self._pieces: list[str] = []
        self._length = 0
        self._is_open = False  # inside of a cell
        self._is_text = self._takes_text = False
        self._has_value = self._has_formula = self._is_aid = False
        self._type = self._style = ""

    def _start(self, name: str, said: dict[str, str]) -> None:
        # The two that come by the million are first.
        if name == "c":
            self._start_cell(said)
        elif name in ("v", "t"):
            self._start_text()
        elif ":" in name:
            self._start(local_name(name), said)
        else:
            self._depth += 1
            check_depth(self._depth)
            if name == "f":
                self._has_formula = True
            elif name == "row":
                self._start_row(said)
            elif name == "rPh":
                self._is_aid = True
            elif name == "mergeCell":
                raise _merged(said.get("ref", "")[:30])

    def _characters(self, piece: str) -> None:
        if self._takes_text and self._length <= LONGEST_CELL:
            self._pieces.append(piece)
            self._length += len(piece)

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self._is_text = self._takes_text = False
        elif name == "c":
            self._end_cell()
        elif ":" in name:
            self._end(local_name(name))
        else:
            self._depth -= 1
            if name == "row":
                self._end_row()
            elif name == "rPh":
                self._is_aid = False

    def _start_text(self) -> None:
        if self._is_text:
            raise damaged()
        self._is_text = self._has_value = True
        # Reading aids of East Asian scripts are no part of a text.
        self._takes_text = self._is_open and not self._is_aid

    def _start_row(self, said: dict[str, str]) -> None:
        number = said.get("r")
        row = self._row + 1 if number is None else int(number) if number.isascii() and number.isdigit() else 0
        if not self._row < row <= _LAST_ROW:
            raise damaged()
        self._row, self._row_text = row, str(row)
        self._cells, self._fault, self._column = [], None, 0

    def _start_cell(self, said: dict[str, str]) -> None:
        place = said.get("r")
        column = self._column + 1 if place is None else _column(place.removesuffix(self._row_text))
        if self._is_open or not self._column < column <= _LAST_COLUMN:
            raise damaged()
        self._cells_left -= 1
        self._column = column
        self._type, self._style = said.get("t", "n"), said.get("s", "0")
        self._has_formula = self._has_value = False
        self._is_open = True

    def _end_cell(self) -> None:
        self._is_open = False
        raw = ""
        if self._pieces:
            raw = "".join(self._pieces)
            self._pieces.clear()
            self._length = 0
        if self._has_formula and (not self._has_value or (not raw and self._type != "str")):
            self._fault = self._fault or _no_result(self._row, self._column)
        text = self._text(raw) if raw else ""
        if not text:
            return
        if self._column > self._limits.max_columns:
            place = f"Cell {letters(self._column)}{self._row}"
            raise FileTooLarge(f"{place} lies beyond the {self._limits.max_columns:,} columns that a table may have.")
        cells = self._cells
        if len(cells) < self._column - 1:
            cells.extend([""] * (self._column - 1 - len(cells)))
        cells.append(text)

    def _end_row(self) -> None:
        if self._cells_left < 0:
            raise FileTooLarge(f"The sheet has more than {self._limits.max_cells:,} cells. Split it, or send CSV.")
        if self._fault:
            self.lines.append(self._fault)
        elif self._cells:
            self.lines.append((self._row, self._cells))

    def _text(self, raw: str) -> str:
        """What a cell shows; of an error its sign, such as #N/A."""
        if self._type == "s":
            if not (raw.isascii() and raw.isdigit()) or int(raw) >= len(self._shared.texts):
                raise damaged()
            return self._shared.texts[int(raw)]
        if self._type in ("inlineStr", "str"):
            return plain(raw)
        if self._type == "b":
            return "TRUE" if raw == "1" else "FALSE"
        if self._type != "n" or len(raw) > 30:
            return raw
        if self._style in self._shared.date_styles:
            return _date(raw, self._shared.is_1904)
        return _number(raw)


def letters(column: int) -> str:
    """The name of a column: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@lru_cache(maxsize=1_024)
def _column(name: str) -> int:
    """The number of a column; 0 if there is none of that name."""
    number = 0
    for letter in name if len(name) <= 3 else "":
        number = number * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else _LAST_COLUMN + 1
    return number


@lru_cache(maxsize=4_096)
def _number(raw: str) -> str:
    """6.0 is 6; more than fifteen digits are an artefact of binary fractions."""
    if not _NUMBER.fullmatch(raw):
        return raw
    value = float(raw)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"


@lru_cache(maxsize=4_096)
def _date(raw: str, is_1904: bool) -> str:
    """The day, with the time if there is one, that a number counts; the number itself if it counts none."""
    days = float(raw) if _NUMBER.fullmatch(raw) else -1.0
    # Spreadsheets have a 29 February 1900, which is day 60.
    if not 0 < days < _LAST_DAY - 1_462 or (not is_1904 and 60 <= days < 61):
        return _number(raw)
    start = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 31 if days < 60 else 30)  # noqa: DTZ001
    moment = start + timedelta(seconds=round(days * 86_400))
    if days < 1:
        return moment.time().isoformat()
    return moment.isoformat().removesuffix("T00:00:00")


def _merged(cells: str) -> UnreadableFile:
    return UnreadableFile(f"The cells {cells} are merged. Unmerge them, and give each row its own values.")


def _no_result(row: int, column: int) -> Fault:
    message = f"Cell {letters(column)}{row} holds a formula without its result. Open the file in a spreadsheet program"
    return Fault(row, None, "formula_without_value", f"{message} and save it.")
