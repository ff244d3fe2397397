"""Our own CSV of headcounts, as the list of headcounts writes it: exported, edited in a spreadsheet, sent back."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from app.core.faults import examined
from app.headcounts.models import HeadcountFields, HeadcountIn
from app.importers.cells import BadCell, read_count, shown
from app.importers.layouts import Importer
from app.importers.lines import read_lines
from app.importers.statements import Fault, Statement, TrackerRow
from app.importers.table import Table

_WRITABLE = tuple(HeadcountFields.model_fields)
_COMPUTED = {
    "country_name": "name of the country; not read",
    "mission_name": "name of the mission; not read",
    "source": "source of the report; not read",
    "as_of": "date of the report; not read",
    "revision": "revision of the record that was exported; a row whose record was changed since is refused",
    "recorded_in": "change that recorded it; not read",
    "recorded_at": "moment of that change; not read",
}
_NEEDED = frozenset(name for name, field in HeadcountFields.model_fields.items() if field.is_required())
_DEFAULTS = {name: HeadcountFields.model_fields[name].get_default() for name in _WRITABLE if name not in _NEEDED}
_GIVEN_BY_THE_SERVICE = ("id", "status")
# Before these the export puts a quote, so that no spreadsheet runs the text as a formula.
_NEUTRALISED = ("'=", "'+", "'-", "'@", "'\t", "'\r")


def _read_text(text: str) -> str | None:
    text = text.removeprefix("'") if text.startswith(_NEUTRALISED) else text.strip()
    return text or None


def _read_whole_number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise BadCell("bad_value", f"{shown(text)} is no whole number. Leave the column as it was exported.")
    return int(text)


_NUMBERS: Mapping[str, Callable[[str], object]] = {
    "id": _read_whole_number,
    "women": read_count,
    "men": read_count,
    "total": read_count,
    "revision": _read_whole_number,
}


def _record(names: tuple[str, ...], number: int, values: Mapping[str, object]) -> list[TrackerRow | Fault]:
    """The row as a headcount, only the columns of the file set in it, or every fault of it."""
    given = {name: _DEFAULTS.get(name) if values[name] is None else values[name] for name in names}
    shape, faults = examined(HeadcountIn, given)
    if shape is not None:
        revision = values["revision"]
        return [TrackerRow(number, shape, revision if isinstance(revision, int) else None)]
    return [_fault(number, one.pointer or "", one.message) for one in faults]


def _fault(number: int, pointer: str, message: str) -> Fault:
    return Fault(number, pointer[1:] or None, "bad_value", message.removeprefix(f"{pointer}: ")[:1000])


def _parse(table: Table) -> Iterator[Statement]:
    names = tuple(name for name in _WRITABLE if name in table.header)
    read = (*names, "revision")
    readers = {name: _NUMBERS.get(name, _read_text) for name in read}

    def shape(values: Iterable[Any]) -> Mapping[str, object]:
        return dict(zip(read, values, strict=True))

    return read_lines(table, readers, shape, partial(_record, names))


def template() -> str:
    """The header line of an empty file: the columns a person fills in."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(name for name in _WRITABLE if name not in _GIVEN_BY_THE_SERVICE)
    return line.getvalue()


IMPORTER = Importer(
    name="tracker-csv",
    title="Headcounts of this service",
    description=(
        "The CSV of `/v1/headcounts`, exported, edited and sent back: a row with an `id` stands for that record and is "
        "compared with it field by field, a row without one is a new headcount. The report a row names has to be there."
    ),
    columns={
        **{name: field.description or "" for name, field in HeadcountFields.model_fields.items()},
        **_COMPUTED,
    },
    required=_NEEDED,
    quirks=(
        "Countries and missions are codes, kinds of people the words of the service: this layout is read back, not "
        "resolved.",
        "A column that is not in the file leaves its field alone; an empty cell empties it. Empty `bound`, `measure` "
        "and `status` are `exactly`, `present` and `reported`.",
        "The quote that the export puts before `=`, `+`, `-` and `@` is taken off; a row of HXL hashtags is skipped.",
        "`id` and `revision` belong together: leave both as exported.",
    ),
    what="headcounts",
    source=None,
    parse=_parse,
)
