"""Commands that write to a service over HTTP: post, correct, retract, dispute, resolve."""

import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote

import typer
from pydantic import BaseModel

from app.cli_fields import find_kind, read_fields, read_file
from app.core.settings import RemoteSettings
from app.recording.kinds import KIND_BY_PATH, Kind
from app.remote import Answer, Json, RemoteProblem, RemoteService, shown

remote = typer.Typer()

Noun = Annotated[
    str, typer.Argument(metavar="NOUN", help="Kind of record, singular or plural: headcount, status-events.")
]
RecordId = Annotated[str, typer.Argument(metavar="ID", help="Id or code of the record, as its address ends.")]
HeadcountId = Annotated[int, typer.Argument(metavar="ID", help="Number of the headcount.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept with the change.")]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="KEY", help="Idempotency-Key; repeated with the same one, nothing is recorded."),
]
_FIELDS = "Fields of the record: total=139 mission=UNDOF missions='[\"UNDOF\"]' women=null."


class _Warning(BaseModel):
    code: str
    message: str
    discrepancy: str | None = None


class _Recorded(BaseModel):
    recorded_in: int


class _Change(BaseModel):
    number: int
    author: str
    reason: str


class _CountedMeta(BaseModel):
    count: int


class _Counted(BaseModel):
    meta: _CountedMeta


class _Meta(BaseModel):
    change: int | None = None
    revision: int | None = None


class _Written(BaseModel):
    data: Json
    warnings: list[_Warning] = []
    meta: _Meta = _Meta()


@dataclass(frozen=True)
class _Seen:
    """A record as it was read before it is written to."""

    kind: Kind
    address: str
    etag: str
    record: Json

    def fields(self) -> Json:
        return {name: value for name, value in self.record.items() if name in self.kind.shape.model_fields}


@remote.command()
def post(
    noun: Noun,
    fields: Annotated[list[str] | None, typer.Argument(metavar="FIELD=VALUE", help=_FIELDS)] = None,
    file: Annotated[
        str | None, typer.Option("--file", metavar="FILE", help="JSON body to post, - for standard input; fields win.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it is recorded.")] = None,
    key: Key = None,
) -> None:
    """Post a new record.

    A VALUE is read as a number, true, false, null or a list only where the field takes one; a text stays a text.
    The service is the one at PEACEKEEPING_URL, the token is in PEACEKEEPING_TOKEN.

    \b
    Example:
      peacekeeping post status-event id=kaz-undof-2025.arrived-2025-04 \\
        contingent=kaz-undof-2025 kind=arrived on=2025-04 \\
        certainty=stated source=astana-times-2025-04-14
    """
    kind = find_kind(noun)
    body = (read_file(file) if file else {}) | read_fields(kind, fields or [])
    if not body:
        raise RemoteProblem(f"There is nothing to post: name the fields of the {kind.title}, or a --file.")
    if reason is not None:
        body["reason"] = reason
    check_key(key)
    with open_service() as service:
        tell(service.post(f"/v1/{kind.path}", body, key))


@remote.command()
def correct(
    noun: Noun,
    record: RecordId,
    fields: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE", help=_FIELDS)],
    reason: Reason,
) -> None:
    """Correct fields of a record.

    The revision before stays in the history. FIELD=null takes a value away. If somebody else
    changes the record at the same moment, nothing is written.

    \b
    Example:
      peacekeeping correct headcount 10334 women=8 men=131 \\
        --reason "Misread: the table says 8 women"
    """
    kind = find_kind(noun)
    patch = read_fields(kind, fields)
    with open_service() as service:
        seen = _read(service, kind, record)
        with _told_what_changed(service, seen):
            answer = service.patch(seen.address, seen.etag, {**patch, "reason": reason})
        tell(answer, seen.address)


@remote.command()
def retract(
    noun: Noun,
    record: RecordId,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask on a terminal.")] = False,
) -> None:
    """Retract a record; its history stays.

    Shows what it retracts, and asks on a terminal. A report takes its headcounts and printed totals along.

    \b
    Example:
      peacekeeping retract headcount 10334 --reason "Recorded twice"
    """
    kind = find_kind(noun)
    with open_service() as service:
        seen = _read(service, kind, record)
        note(f"{seen.address} says:")
        for name, value in seen.fields().items():
            if value not in (None, []):
                note(f"  {name}: {_plain(value)}")
        if kind.path == "reports":
            note(f"With it go {_count(service, seen, 'headcounts')} and {_count(service, seen, 'printed-totals')}.")
        if not yes and sys.stdin.isatty():
            typer.confirm("Retract it?", abort=True, err=True)
        with _told_what_changed(service, seen):
            answer = service.delete(seen.address, seen.etag, reason)
        tell(answer, seen.address)


@remote.command()
def dispute(record: HeadcountId, reason: Reason) -> None:
    """Dispute a headcount: no total counts it.

    It stays in the record and is shown as disputed.

    \b
    Example:
      peacekeeping dispute 10334 --reason "Row of the neighbouring country, by a page break"
    """
    _post_about_headcount(record, "dispute", reason)


@remote.command()
def resolve(record: HeadcountId, reason: Reason) -> None:
    """Resolve a dispute: totals count it again.

    An analyst resolves the disputes that are his own, an admin all.

    \b
    Example:
      peacekeeping resolve 10334 --reason "The UN confirmed the row"
    """
    _post_about_headcount(record, "resolve", reason)


def check_key(key: str | None) -> None:
    """RemoteProblem for what can be no Idempotency-Key."""
    if key is not None and not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise RemoteProblem("--key has to be 1 to 200 visible ASCII characters without spaces.")


@contextmanager
def open_service() -> Iterator[RemoteService]:
    """The service that the environment names. What a terminal cannot show is printed as its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with RemoteService(RemoteSettings()) as service:
        yield service


def say(line: str) -> None:
    """Print one line, at once: whoever reads along in a pipe gets it when it happens."""
    print(shown(line), flush=True)


def note(line: str) -> None:
    print(shown(line), file=sys.stderr, flush=True)


def _read(service: RemoteService, kind: Kind, record: str) -> _Seen:
    address = f"/v1/{kind.path}/{quote(record, safe='', errors='surrogateescape')}"
    answer = service.get(address)
    etag = answer.headers.get("etag", "").removeprefix("W/")
    if not etag:
        raise RemoteProblem(f"{service.address}{address} has no ETag, so it cannot be said which revision is meant.")
    return _Seen(kind, address, etag, answer.body)


def _post_about_headcount(record: int, act: str, reason: str) -> None:
    with open_service() as service:
        seen = _read(service, KIND_BY_PATH["headcounts"], str(record))
        with _told_what_changed(service, seen):
            answer = service.post_on(f"{seen.address}/{act}", seen.etag, {"reason": reason})
        tell(answer, seen.address)


@contextmanager
def _told_what_changed(service: RemoteService, seen: _Seen) -> Iterator[None]:
    """If somebody was faster, say who and how."""
    try:
        yield
    except RemoteProblem as error:
        if error.status != 412:
            raise
        raise RemoteProblem(_what_changed(service, seen), 412) from error


def _what_changed(service: RemoteService, seen: _Seen) -> str:
    stopped = f"Nothing was written: {seen.address}"
    try:
        now = service.get(seen.address)
        change = service.get(f"/v1/changes/{now.read(_Recorded).recorded_in}").read(_Change)
    except RemoteProblem as problem:
        return f"{stopped} was {'retracted' if problem.status == 404 else 'changed'} meanwhile."
    before, after = seen.fields(), replace(seen, record=now.body).fields()
    lines = [
        f"  {name}: {_plain(before.get(name))} -> {_plain(value)}"
        for name, value in after.items()
        if before.get(name) != value
    ]
    told = f"was changed meanwhile by {change.author} (change {change.number}: {change.reason})."
    return "\n".join(shown(line) for line in [f"{stopped} {told}", *lines, "Look at it, and decide anew."])


def _plain(value: object) -> str:
    """A value as it is given to FIELD=VALUE."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _count(service: RemoteService, report: _Seen, path: str) -> str:
    parameters = {"report": str(report.record.get("id")), "count": "exact", "limit": "1"}
    count = service.get(f"/v1/{path}", parameters).read(_Counted).meta.count
    title = KIND_BY_PATH[path].title
    return f"{count} {title}{'' if count == 1 else 's'}"


def tell(answer: Answer, address: str = "") -> None:
    """Print what was written; warnings go to standard error."""
    written = answer.read(_Written)
    say(answer.headers.get("location", address))
    if answer.status == 202:
        note("This is a proposal: nothing is recorded until another analyst accepts it.")
    elif written.meta.change is not None:
        say(f"change {written.meta.change}")
    else:
        note("Nothing was recorded: the record says so already.")
    if answer.headers.get("idempotency-replayed") == "true":
        note("This was recorded before under the same key, and was not recorded again.")
    for warning in written.warnings:
        where = f" See /v1/discrepancies?id={warning.discrepancy}" if warning.discrepancy else ""
        note(f"warning ({warning.code}): {warning.message}{where}")
