"""What is told of an import: a report to read, with the next thing to do."""

import shlex
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

SHOWN_FAULTS = 20
_SHOWN_NAMES = 20
_UNDER_WAY = ("waiting", "running")


class UnknownName(BaseModel):
    """A name of the file that the record does not know."""

    kind: str
    name: str
    rows: int
    near: list[str] = []


class Import(BaseModel):
    """An import as the service tells it."""

    id: int
    state: str
    mode: str
    importer: str | None = None
    source: str | None = None
    scope: str | None = None
    file_name: str
    size: int = 0
    author: str
    reason: str
    sent_at: str
    rows_read: int = 0
    created: int = 0
    unchanged: int = 0
    corrected: int = 0
    rejected: int = 0
    faults: int = 0
    change: int | None = None
    reverted_in: int | None = None
    problem: str | None = None
    warnings: list[str] = []
    unknown_names: list[UnknownName] = []
    notes: list[str] = []

    @property
    def is_under_way(self) -> bool:
        return self.state in _UNDER_WAY

    @property
    def address(self) -> str:
        return f"/v1/imports/{self.id}"


class Fault(BaseModel):
    """One thing that is wrong with a row."""

    row: int
    column: str | None = None
    code: str
    message: str


def report_lines(one: Import, faults: Sequence[Fault], country_names: Mapping[str, str]) -> Iterator[str]:
    """The report on an import, line by line, with the first of its faults and the countries that names may mean."""
    yield one.address
    yield _outcome(one)
    yield f"  file     {one.file_name}, {one.size:,} bytes"
    yield f"  layout   {one.importer or ('not told yet' if one.is_under_way else 'not recognised')}"
    yield f"  rows     {one.rows_read:,} read, {one.rejected:,} rejected"
    yield f"  records  {one.created:,} created, {one.unchanged:,} unchanged, {one.corrected:,} corrected"
    if one.problem is not None:
        yield f"problem: {one.problem}"
    for warning in one.warnings:
        yield f"warning: {warning}"
    for said in one.notes:
        yield f"note: {said}"
    yield from _name_lines(one, country_names)
    for fault in faults:
        place = f"row {fault.row}" if fault.column is None else f"row {fault.row}, {fault.column}"
        yield f"{place}: {fault.message} ({fault.code})"
    if one.state == "validated":
        yield "To record it, send it again without --validate."


def list_line(one: Import) -> str:
    """An import in a line."""
    if one.change is not None:
        came_of_it = f"change {one.change}"
    else:
        came_of_it = f"{one.rows_read:,} rows until now" if one.is_under_way else "nothing recorded"
    if one.reverted_in is not None:
        came_of_it = f"{came_of_it}, taken back in change {one.reverted_in}"
    return f"{one.id}  {one.state}  {one.sent_at}  {one.author}  {one.file_name}  {came_of_it}  {one.reason}"


def countries_near(one: Import) -> list[str]:
    """Codes of the countries that names of a file may mean."""
    names = [name for name in one.unknown_names[:_SHOWN_NAMES] if name.kind == "country"]
    return sorted({code for name in names for code in name.near})


def _outcome(one: Import) -> str:
    if one.reverted_in is not None:
        return f"reverted: change {one.change} was taken back in change {one.reverted_in}"
    if one.change is not None:
        return f"{one.state}: change {one.change}"
    return one.state if one.is_under_way else f"{one.state}: nothing was recorded"


def _name_lines(one: Import, country_names: Mapping[str, str]) -> Iterator[str]:
    """Each unknown name with what it may mean and the command that teaches it."""
    for unknown in one.unknown_names[:_SHOWN_NAMES]:
        where = "1 row" if unknown.rows == 1 else f"{unknown.rows:,} rows"
        yield f"unknown {unknown.kind}: '{unknown.name}', in {where}. {_advice(unknown, country_names)}"
        yield f"  {_teaching(unknown)}"
    more = len(one.unknown_names) - _SHOWN_NAMES
    if more > 0:
        yield f"{more:,} more names are unknown: {one.address}"


def _advice(unknown: UnknownName, country_names: Mapping[str, str]) -> str:
    if not unknown.near:
        return "Nothing looks like it. Find out what it is, and teach it with its code:"
    near = ", ".join(_named(code, country_names) for code in unknown.near)
    return f"Near: {near}. If it is {unknown.near[0]}, teach it:"


def _teaching(unknown: UnknownName) -> str:
    """The command that teaches a name, as a shell takes it; the nearest code in it, or CODE if there is none."""
    code = unknown.near[0] if unknown.near else "CODE"
    dashes = ["--"] if unknown.name.startswith("-") else []
    return shlex.join(["peacekeeping", "aliases", "add", unknown.kind, code, *dashes, unknown.name])


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{code} ({names[code]})" if code in names else code
