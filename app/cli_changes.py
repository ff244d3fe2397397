"""The command that reads the feed of changes: once, or for as long as it is left running."""

import json
import signal
import sys
import time
from typing import Annotated

import typer
from pydantic import BaseModel

from app.cli_remote import note, open_service, say
from app.recording.kinds import KIND_BY_PATH
from app.remote import Answer, ConnectionBroken, Json, RemoteProblem, RemoteService, json_object

feed = typer.Typer()

_DONE = {
    "create": "created",
    "correct": "corrected",
    "retract": "retracted",
    "dispute": "disputed",
    "resolve": "resolved",
}
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0  # seconds between two tries to reach a service that went away


class _Acts(BaseModel):
    noun: str
    act: str
    count: int


class _Touched(BaseModel):
    acts: list[_Acts]


class _Number(BaseModel):
    number: int


class _Numbers(BaseModel):
    data: list[_Number]


class _Change(_Number):
    author: str
    accepted_by: str | None = None
    reason: str
    recorded_at: str
    records: _Touched


@feed.command()
def changes(
    since: Annotated[
        int | None, typer.Option("--since", min=0, metavar="N", help="Only changes after this number.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with every new change, until Ctrl-C; without --since only those.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, as the service gives it.")] = False,
) -> None:
    """Show what was written: number, time, author, what, reason.

    \b
    Example:
      peacekeeping changes --since 119
      peacekeeping changes --follow --json
    """
    with open_service() as service:
        if follow:
            # Being asked to stop is no failure of something that has no end.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: sys.exit(0))
            _follow(service, _last_number(service) if since is None else since, as_json)
        for row in service.rows("/v1/changes", {"since": str(since or 0), "limit": "100"}):
            _show(row, as_json)


def _last_number(service: RemoteService) -> int:
    last = service.get("/v1/changes", {"sort": "-number", "limit": "1"}).read(_Numbers).data
    return last[0].number if last else 0


def _follow(service: RemoteService, last: int, as_json: bool) -> None:
    """Show changes for ever; after a broken connection go on behind the last one shown."""
    wait, is_known_to_work = _FIRST_WAIT, False
    while True:
        try:
            for event in service.stream("/v1/changes/stream", str(last)):
                is_known_to_work, wait = True, _FIRST_WAIT
                row = Answer(200, {}, json_object(event.text, "An event of the stream"))
                number = row.read(_Number).number
                if number > last:
                    last = number
                    _show(row.body, as_json)
        except RemoteProblem as problem:
            if not _may_pass(problem, is_known_to_work):
                raise
            note(f"{problem} Trying again; Ctrl-C stops.")
        time.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)


def _may_pass(problem: RemoteProblem, is_known_to_work: bool) -> bool:
    if isinstance(problem, ConnectionBroken) or problem.status in (408, 429, 502, 503, 504):
        return True
    return problem.status is None and is_known_to_work


def _show(row: Json, as_json: bool) -> None:
    if as_json:
        text = json.dumps(row, ensure_ascii=False)
        print(text if text.isprintable() else json.dumps(row), flush=True)
        return
    change = Answer(200, {}, row).read(_Change)
    what = ", ".join(_what(acts) for acts in change.records.acts) or "nothing"
    author = change.author if change.accepted_by is None else f"{change.author} and {change.accepted_by}"
    say(f"{change.number}  {change.recorded_at}  {author}  {what}  {change.reason}")


def _what(acts: _Acts) -> str:
    """What was done to how many records of a kind: `2 headcounts created`."""
    kind = KIND_BY_PATH.get(acts.noun)
    noun = kind.title if kind is not None and acts.count == 1 else acts.noun.replace("-", " ")
    return f"{acts.count:,} {noun} {_DONE.get(acts.act, acts.act)}"
