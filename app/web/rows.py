"""Rows of a noun on their way out, from what SQL hands out straight to the bytes of JSON, NDJSON and CSV.

What is in the record was checked when it was recorded, so nothing is validated again. Columns are put right as a
whole, because most need nothing and the others hold few different values. This serves for rows of plain values; rows
that show lists or other records go out as their models say, in `noun.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from itertools import starmap
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from msgspec import Struct

from app.core.dates import as_utc
from app.core.names import Names
from app.core.prepared import Row
from app.core.shapes import Out, row_type
from app.web.formats import JSON, csv_columns, csv_table, neutral_text

_Column = Sequence[Any]
_Change = Callable[[_Column], _Column]


@dataclass(frozen=True)
class RowWriter:
    """Writes rows that hold the values of `fields`, in that order; more behind them is not written."""

    out: type[Out]
    fields: tuple[str, ...]
    row: type[Struct]  # what JSON is made of
    keys: tuple[str, ...]  # of JSON, in order
    cells: tuple[str, ...]  # of a CSV, in order
    read: tuple[tuple[str, _Change], ...]  # what the driver hands out otherwise than it is shown
    shown: tuple[tuple[str, _Change], ...]  # what a CSV shows otherwise than JSON

    def json(self, rows: Sequence[Row], names: Names) -> bytes:
        """The rows as one JSON list."""
        return JSON.encode(self._objects(rows, names))

    def json_lines(self, rows: Sequence[Row], names: Names) -> bytes:
        """The rows as NDJSON."""
        return JSON.encode_lines(self._objects(rows, names))

    def _objects(self, rows: Sequence[Row], names: Names) -> list[Struct]:
        columns = self._columns(rows, names)
        return list(starmap(self.row, zip(*[columns[key] for key in self.keys], strict=True)))

    def csv_lines(self, rows: Sequence[Row], names: Names) -> bytes:
        """The rows as CSV without a header."""
        columns = self._columns(rows, names)
        for name, change in self.shown:
            columns[name] = change(columns[name])
        return csv_table(zip(*[columns[cell] for cell in self.cells], strict=True))

    def _columns(self, rows: Sequence[Row], names: Names) -> dict[str, _Column]:
        """The values field by field, with the names of codes."""
        found: Sequence[_Column] = list(zip(*rows, strict=True)) if rows else [()] * len(self.fields)
        columns = dict(zip(self.fields, found, strict=False))
        for name, change in self.read:
            columns[name] = change(columns[name])
        for name, kind in self.out.named.items():
            register = names.country if kind == "country" else names.mission
            columns[f"{name}_name"] = list(map(register.names.get, columns[name]))
        return columns


@cache
def writer_of(out: type[Out], fields: tuple[str, ...]) -> RowWriter | None:
    """What writes rows of the fields; None if some of them are no plain values."""
    kinds = {name: _kind(field.annotation) for name, field in out.model_fields.items()}
    if not all(issubclass(kind, str | int | float | datetime) for kind in kinds.values()):
        return None
    texts = [name for name, kind in kinds.items() if issubclass(kind, str) and not issubclass(kind, Enum)]
    flags = [name for name, kind in kinds.items() if kind is bool]
    moments = [name for name, kind in kinds.items() if kind is datetime]
    return RowWriter(
        out,
        fields,
        row_type(tuple(kinds)),
        tuple(kinds),
        tuple(csv_columns(out)),
        read=(*((name, _moments) for name in moments), *((name, _flags) for name in flags)),
        shown=(*((name, _neutral) for name in texts), *((name, _words) for name in flags)),
    )


def _kind(annotation: Any) -> type:
    """The one type of a field beside None; `object` if there are several, or the type has parts."""
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kinds = {_kind(one) for one in get_args(annotation)} - {type(None)}
        return kinds.pop() if len(kinds) == 1 else object
    return annotation if isinstance(annotation, type) and get_origin(annotation) is None else object


def _each(change: Callable[[Any], Any]) -> _Change:
    """Changes a column that holds few different values: each of them once."""

    def changed(column: _Column) -> _Column:
        known = {value: value if value is None else change(value) for value in set(column)}
        return [known[value] for value in column]

    return changed


def _moment(value: str | datetime) -> str:
    """A moment in UTC as JSON and CSV tell it; SQLite keeps it as text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return as_utc(moment).isoformat().replace("+00:00", "Z")


_moments = _each(_moment)
_flags = _each(bool)
_words = _each(lambda flag: "true" if flag else "false")


def _neutral(column: _Column) -> _Column:
    """Texts that a spreadsheet would not run; most columns hold no other."""
    odd = {text: changed for text in set(column) if text is not None and (changed := neutral_text(text)) != text}
    return [odd.get(text, text) for text in column] if odd else column
