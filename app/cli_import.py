"""Commands that send whole files to a service over HTTP, watch what comes of them, and take them back."""

import io
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from app.cli_import_report import SHOWN_FAULTS, Fault, Import, countries_near, list_line, report_lines
from app.cli_progress import AskedToStop, Told, progress, stoppable
from app.cli_remote import Key, Reason, check_key, note, open_service, say
from app.remote import Answer, ConnectionBroken, Form, RemoteProblem, RemoteService
from app.reports.models import Scope

files = typer.Typer()

_FIRST_WAIT, _LONGEST_WAIT = 0.25, 2.0  # seconds between two looks at an import
_MOST_MISSED = 5  # looks in a row that may go wrong
_PASSING = (408, 429, 502, 503, 504)
_ENDED_WELL = ("committed", "validated")

ImportId = Annotated[int, typer.Argument(metavar="ID", help="Number of the import.")]
_FaultFile = Annotated[
    Path | None, typer.Option("--faults", metavar="FILE.csv", help="Save all faults of the rows there, as CSV.")
]


class _OneImport(BaseModel):
    data: Import


class _Imports(BaseModel):
    data: list[Import]


class _Faults(BaseModel):
    data: list[Fault]


class _Country(BaseModel):
    iso3: str
    name: str


class _Countries(BaseModel):
    data: list[_Country]


class _WatchedFile(io.FileIO):
    """A file that tells how far it was read."""

    def __init__(self, name: str, told: Callable[[int], None]) -> None:
        super().__init__(name)
        self._told = told

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            piece = super().read(size)
        except OSError as error:
            raise RemoteProblem(_unreadable(self.name, error.strerror)) from error
        self._told(self.tell())
        return piece or b""


@files.command("import")
def import_file(
    file: Annotated[str, typer.Argument(metavar="FILE|URL", help="CSV, XLSX, JSON or NDJSON, or its https address.")],
    importer: Annotated[
        str | None,
        typer.Option("--importer", metavar="LAYOUT", help="Layout (docs/importers.md); recognised unless given."),
    ] = None,
    validate: Annotated[bool, typer.Option("--validate", help="Check and compare only; record nothing.")] = False,
    skip_errors: Annotated[
        bool, typer.Option("--skip-errors", help="Leave rows out that cannot be used, instead of refusing the file.")
    ] = False,
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Source of the counts; {as_of} is the date of each.")
    ] = None,
    scope: Annotated[
        Scope | None, typer.Option("--scope", help="For what the file is complete: it states zero for all it omits.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it is recorded.")] = None,
    faults: _FaultFile = None,
    key: Key = None,
) -> None:
    """Import a file of counts, as one change or not at all.

    Sends it, waits until it was dealt with, and reports: what is new, what it corrects, what is
    wrong with which row, which names are unknown. Exit status 1 if it was refused or failed.

    \b
    Example:
      peacekeeping import un-monthly-2025-08.csv --validate
      peacekeeping import un-monthly-2025-08.csv --reason "Table of August 2025"
    """
    check_key(key)
    fields = {
        "importer": importer,
        "mode": "validate" if validate else None,
        "on_error": "skip" if skip_errors else None,
        "source": source,
        "scope": scope.value if scope else None,
        "reason": reason,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    with open_service() as service:
        one = _send_and_watch(service, file, given, key)
        _report(service, one, faults)
    if one.state not in _ENDED_WELL:
        raise typer.Exit(1)


@files.command()
def imports(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="Report on this one, by its number.")] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="STATE", help="Only those that are committed, validated, refused, failed ..."),
    ] = None,
    faults: _FaultFile = None,
) -> None:
    """List the files that were imported, or report on one.

    One line each, the newest first: number, state, time, author, file, what came of it, reason.

    \b
    Example:
      peacekeeping imports --state committed
      peacekeeping imports 3 --faults faults.csv
    """
    if number is None and faults is not None:
        raise RemoteProblem("Say of which import the faults are to be saved: peacekeeping imports ID --faults FILE.csv")
    with open_service() as service:
        if number is not None:
            _report(service, _read(service, number), faults)
            return
        for one in _list(service, {} if state is None else {"state": state}):
            say(list_line(one))


@files.command()
def revert(
    number: ImportId,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask on a terminal.")] = False,
) -> None:
    """Take an import back as a whole; needs the token of an admin.

    What it recorded stands no longer, and what it corrected stands as before. The history stays.

    \b
    Example:
      peacekeeping revert 3 --reason "It was the table of July"
    """
    with open_service() as service:
        one = _read(service, number)
        note(f"{one.address} is {one.file_name}, sent by {one.author} at {one.sent_at}: {one.reason}")
        note(f"It created {one.created:,} records and corrected {one.corrected:,}.")
        if not yes and sys.stdin.isatty():
            typer.confirm("Take it back?", abort=True, err=True)
        one = service.delete(one.address, None, reason).read(_OneImport).data
        say(one.address)
        say(f"change {one.reverted_in}")


# Sending and watching


def _send_and_watch(service: RemoteService, file: str, fields: Mapping[str, str], key: str | None) -> Import:
    """Send a file or the address of one, and wait until it was dealt with."""
    one: Import | None = None
    try:
        with stoppable(), progress() as told:
            answer = _send(service, file, fields, key, told)
            one = answer.read(_OneImport).data
            one = _watch(service, one, told)
    except AskedToStop as stop:
        if one is None:
            note("Stopped before the service answered. If it has the whole file it goes on: peacekeeping imports")
        else:
            note(f"Import {one.id} goes on without you. To look at it: peacekeeping imports {one.id}")
        raise typer.Exit(stop.status) from None
    if answer.headers.get("idempotency-replayed") == "true":
        note("This was sent before under the same key, and was not imported again.")
    return one


def _send(service: RemoteService, file: str, fields: Mapping[str, str], key: str | None, told: Told) -> Answer:
    if file.startswith(("http://", "https://")):
        told("fetching", 0, None)
        return service.post("/v1/imports", {**fields, "url": file}, key)
    size = _size_of(file)
    name = Path(file).name.encode(errors="replace").decode()

    def tell(read: int) -> None:
        told(f"sending {name}", read, size) if read < size else told(f"{name} is sent, waiting", 0, None)

    try:
        with _WatchedFile(file, tell) as content:
            return service.post("/v1/imports", Form(content, name, fields), key)
    except OSError as error:
        raise RemoteProblem(_unreadable(file, error.strerror)) from error


def _size_of(file: str) -> int:
    """Bytes of a file; RemoteProblem if it is none, so that nothing waits for a pipe."""
    try:
        found = os.stat(file)
    except (OSError, ValueError) as error:
        raise RemoteProblem(_unreadable(file, getattr(error, "strerror", None) or str(error))) from error
    if not stat.S_ISREG(found.st_mode):
        raise RemoteProblem(_unreadable(file, "it is a folder or a pipe"))
    return found.st_size


def _watch(service: RemoteService, one: Import, told: Told) -> Import:
    """Look at an import until it has ended."""
    wait, missed = _FIRST_WAIT, 0
    while one.is_under_way:
        told(f"import {one.id} is {one.state}: {one.rows_read:,} rows read", 0, None)
        time.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)
        try:
            one, missed = _read(service, one.id), 0
        except RemoteProblem as problem:
            missed += 1
            may_pass = isinstance(problem, ConnectionBroken) or problem.status in (None, *_PASSING)
            if not may_pass or missed > _MOST_MISSED:
                raise RemoteProblem(
                    f"{problem}\n  To look at the import later: peacekeeping imports {one.id}"
                ) from problem
    return one


# Reading and reporting


def _read(service: RemoteService, number: int) -> Import:
    return service.get(f"/v1/imports/{number}").read(_OneImport).data


def _list(service: RemoteService, filters: Mapping[str, str]) -> Iterator[Import]:
    more: dict[str, str] = {}
    while page := service.get("/v1/imports", {**filters, **more}).read(_Imports).data:
        yield from page
        more = {"before": str(page[-1].id)}


def _report(service: RemoteService, one: Import, fault_file: Path | None) -> None:
    """Print the report on an import, and save its faults if that is wanted."""
    faults: list[Fault] = []
    if one.faults:
        faults = service.get(f"{one.address}/faults", {"limit": str(SHOWN_FAULTS)}).read(_Faults).data
    for line in report_lines(one, faults, _country_names(service, one)):
        say(line)
    count = "1 fault" if one.faults == 1 else f"{one.faults:,} faults"
    if fault_file is not None:
        _save_faults(service, one, fault_file)
        say(f"{count} saved in {fault_file}")
    elif one.faults:
        say(f"{count} at {one.address}/faults?format=csv, to save: peacekeeping imports {one.id} --faults FILE.csv")


def _country_names(service: RemoteService, one: Import) -> dict[str, str]:
    codes = countries_near(one)
    if not codes:
        return {}
    parameters = {"country": ",".join(codes), "limit": str(len(codes))}
    return {country.iso3: country.name for country in service.get("/v1/countries", parameters).read(_Countries).data}


def _save_faults(service: RemoteService, one: Import, path: Path) -> None:
    try:
        with path.open("wb") as target:
            service.save(f"{one.address}/faults", {"format": "csv"}, target)
    except OSError as error:
        raise RemoteProblem(f"The file '{path}' cannot be written ({error.strerror}).") from error


def _unreadable(file: object, why: str | None) -> str:
    return f"The file '{file}' cannot be read ({why})."
