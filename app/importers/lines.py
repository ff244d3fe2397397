"""Goes through the rows of a table and reads their cells: the part that is the same for every layout."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from app.importers.cells import BadCell
from app.importers.statements import Fault, Statement
from app.importers.table import Line, Table

Readers = Mapping[str, Callable[[str], object]]
_Row = TypeVar("_Row")
_Place = tuple[int, Callable[[str], object]]


def read_lines(
    table: Table,
    readers: Readers,
    shape: Callable[[Iterable[Any]], _Row],
    state: Callable[[int, _Row], Sequence[Statement]],
) -> Iterator[Statement]:
    """The statements of every row, or everything that is wrong with it; faults among the rows are passed on.

    `readers` are called in their order and `shape` gets what they give. A column that is not there reads as empty.
    """
    width = len(table.header)
    at = {name: place for place, name in enumerate(table.header)}
    # Cells are always followed by an empty one, which stands for all columns that are not there.
    plan = [(at.get(name, width), read) for name, read in readers.items()]
    for line in _lines(table):
        if isinstance(line, Fault):
            yield line
            continue
        number, cells = line
        cells = [*cells, ""]
        try:
            statements = state(number, shape([read(cells[place]) for place, read in plan]))
        except BadCell:
            yield from _faults(number, cells, list(zip(readers, plan, strict=True)), shape, state)
        else:
            yield from statements


def _lines(table: Table) -> Iterator[Line]:
    """The rows without the one of HXL hashtags that may stand below the header."""
    first = next(table.rows, None)
    if first is not None and (isinstance(first, Fault) or not _is_hxl(first[1])):
        yield first
    yield from table.rows


def _is_hxl(cells: Sequence[str]) -> bool:
    return all(cell.lstrip().startswith("#") for cell in cells if cell.strip())


def _faults(
    number: int,
    cells: Sequence[str],
    plan: Sequence[tuple[str, _Place]],
    shape: Callable[[Iterable[Any]], _Row],
    state: Callable[[int, _Row], Sequence[Statement]],
) -> Iterator[Fault]:
    """Everything that is wrong with a row: its cells one by one, or else how they fit together."""
    values: list[object] = []
    for column, (place, read) in plan:
        try:
            values.append(read(cells[place]))
        except BadCell as bad:
            yield Fault(number, bad.column or column, bad.code, str(bad))
    if len(values) == len(plan):
        try:
            state(number, shape(values))
        except BadCell as bad:
            yield Fault(number, bad.column, bad.code, str(bad))
