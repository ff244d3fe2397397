"""Which sheet of an XLSX file holds the table, and what its cells refer to: texts kept apart, formats of dates."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from app.importers.archive import Parts, check_depth, damaged, local_name, opened_parts
from app.importers.limits import LONGEST_CELL, FileTooLarge, Limits, UnreadableFile
from app.importers.sheets import Shared, plain, refuse_merged_cells, sheet_rows
from app.importers.statements import Fault
from app.importers.table import Line

_MOST_TEXT = 100_000_000  # bytes of memory
_MOST_FORMATS = 65_536
# Formats without a code of their own; 46 is a duration.
_DATE_FORMATS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_NO_SIGNS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DATE_SIGNS = re.compile("[dmyhs]", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)


@dataclass(frozen=True)
class _Sheet:
    name: str
    part: str
    is_hidden: bool


@contextmanager
def workbook_rows(path: Path, limits: Limits, wanted: str | None) -> Iterator[tuple[Iterator[Line], tuple[str, ...]]]:
    """The rows of one sheet, the header first, and what to tell of the others.

    It is the sheet asked for, or the first one in sight whose first row has more than one filled cell.
    """
    with opened_parts(path, limits) as parts:
        book = next((one.part for one in parts.relations("").values() if one.kind == "officeDocument"), "")
        if book not in parts:
            raise UnreadableFile("The file holds no workbook. Save the table as XLSX or CSV.")
        sheets = _sheets(parts, book)
        shared = _shared(parts, book)

        def rows_of(sheet: _Sheet) -> Iterator[Line]:
            return sheet_rows(parts, sheet.part, shared, limits)

        chosen = _named(sheets, wanted) if wanted else _first_with_header(sheets, rows_of)
        refuse_merged_cells(parts, chosen.part)
        yield rows_of(chosen), _notes(chosen, sheets)


def _sheets(parts: Parts, book: str) -> list[_Sheet]:
    relations = parts.relations(book)
    sheets = []
    for element, said in parts.elements(book, "workbook", "sheets"):
        reference = next((value for key, value in said.items() if local_name(key) == "id"), "")
        relation = relations.get(reference)
        if element == "sheet" and relation and relation.kind == "worksheet":
            sheets.append(_Sheet(said.get("name", "")[:200], relation.part, said.get("state", "visible") != "visible"))
    return sheets


def _named(sheets: list[_Sheet], wanted: str) -> _Sheet:
    for sheet in sheets:
        if sheet.name == wanted:
            return sheet
    raise UnreadableFile(f"The workbook has no sheet of that name. Its sheets: {_names(sheets)}.")


def _first_with_header(sheets: list[_Sheet], rows_of: Callable[[_Sheet], Iterator[Line]]) -> _Sheet:
    filled = []
    for sheet in sheets:
        if not sheet.is_hidden and (count := _filled_cells_at_top(rows_of(sheet))):
            if count > 1:
                return sheet
            filled.append(sheet)
    if not filled:
        raise UnreadableFile(f"No sheet of the workbook that is in sight holds a table. Its sheets: {_names(sheets)}.")
    return filled[0]


def _filled_cells_at_top(rows: Iterator[Line]) -> int:
    """Filled cells in the first row that has any."""
    for line in rows:
        if isinstance(line, Fault):
            return 2
        if count := sum(1 for cell in line[1] if cell.strip()):
            return count
    return 0


def _notes(chosen: _Sheet, sheets: list[_Sheet]) -> tuple[str, ...]:
    others = [sheet for sheet in sheets if sheet is not chosen]
    return (f"Read from sheet '{chosen.name}'; not read: {_names(others)}.",) if others else ()


def _names(sheets: list[_Sheet]) -> str:
    names = [f"'{sheet.name}'{' (hidden)' if sheet.is_hidden else ''}" for sheet in sheets]
    return ", ".join(names[:10] + (["..."] if len(names) > 10 else [])) or "none"


def _shared(parts: Parts, book: str) -> Shared:
    """What all sheets refer to."""
    by_kind = {relation.kind: relation.part for relation in parts.relations(book).values()}
    texts, styles = by_kind.get("sharedStrings", ""), by_kind.get("styles", "")
    is_1904 = any(
        element == "workbookPr" and said.get("date1904") in ("1", "true")
        for element, said in parts.elements(book, "workbook")
    )
    return Shared(
        texts=_texts(parts, texts) if texts in parts else [],
        date_styles=_date_styles(parts, styles) if styles in parts else frozenset(),
        is_1904=is_1904,
    )


def _texts(parts: Parts, part: str) -> list[str]:
    """The texts that cells name by number: of each its runs, without the reading aids of East Asian scripts."""
    texts: list[str] = []
    pieces: list[str] = []
    path: list[str] = []
    length = memory = 0

    def start(name: str, _attributes: object) -> None:
        path.append(local_name(name))
        check_depth(len(path))

    def characters(piece: str) -> None:
        nonlocal length
        if path[-1] == "t" and "rPh" not in path and length <= LONGEST_CELL:
            pieces.append(piece)
            length += len(piece)

    def end(_name: str) -> None:
        nonlocal length, memory
        if path.pop() == "si":
            texts.append(plain("".join(pieces)))
            pieces.clear()
            length = 0
            memory += sys.getsizeof(texts[-1]) + 8

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    for _ in parts.parse(part, parser):
        if memory > _MOST_TEXT:
            raise FileTooLarge("The workbook holds too much text. Split it, or send CSV.")
    return texts


def _date_styles(parts: Parts, part: str) -> frozenset[str]:
    """The numbers, as cells write them, of the styles that show a number as a date or a time of the day."""
    dates = {str(number) for number in _DATE_FORMATS}
    for element, said in parts.elements(part, "styleSheet", "numFmts"):
        if element == "numFmt" and _shows_date(said.get("formatCode", "")[:1_000]):
            dates.add(said.get("numFmtId", ""))
        elif element == "numFmt":
            dates.discard(said.get("numFmtId", ""))
        _check_count(len(dates))
    found = []
    for number, (_, said) in enumerate(parts.elements(part, "styleSheet", "cellXfs")):
        _check_count(number)
        if said.get("numFmtId") in dates:
            found.append(str(number))
    return frozenset(found)


def _shows_date(code: str) -> bool:
    """Whether a number format has signs of day, month, year, hour or second outside of quoted and bracketed text."""
    return not _ELAPSED.search(code) and bool(_DATE_SIGNS.search(_NO_SIGNS.sub("", code).partition(";")[0]))


def _check_count(number: int) -> None:
    if number > _MOST_FORMATS:
        raise damaged()
