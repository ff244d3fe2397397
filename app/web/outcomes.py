"""What becomes of a write, and how it is told: the record as it now stands, what is odd about it, the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import Request
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.answers.asking import Ask
from app.core.dates import UtcMoment
from app.core.history import View, open_view
from app.recording.acts import BROUGHT_ALONG, Desk, Draft, Key, Written, perform
from app.recording.models import Act
from app.recording.plausibility import EntryWarning, warnings_about
from app.recording.replays import Reply
from app.web.formats import row_json
from app.web.items import etag_of, find_row
from app.web.noun import Noun


class WriteMeta(BaseModel):
    """What became of a write."""

    change: int | None = Field(
        description="Number of the change; null: nothing changed, or it is a proposal.", examples=[120]
    )
    revision: int | None = Field(description="Revision of the record; null: it is a proposal.", examples=[1])
    recorded_at: UtcMoment | None = Field(
        None,
        description="Moment of the change, UTC; null where there is none.",
        examples=["2026-11-24T12:00:00.000000Z"],
    )


@dataclass(frozen=True)
class Outcome:
    """The answer to a write, the number of its change if there is one, and what is odd about it."""

    reply: Reply
    change: int | None
    warnings: Sequence[EntryWarning]


def write(request: Request, session: Session, draft: Draft, desk: Desk) -> Outcome:
    """Do what a draft says, inside the transaction of the caller, and make the answer."""
    noun: Noun = request.app.state.nouns[draft.kind.path]
    before = open_view(session)
    # Of the state before: what is not committed yet must not be kept.
    facts = request.app.state.facts.of(session, before)
    is_retraction = draft.act is Act.RETRACT
    last = _shown(Ask(session, before, facts, desk.today), noun, draft.record) if is_retraction else b""
    written = perform(session, draft, desk)
    ask = Ask(session, before if written.change is None else View(written.change.number), facts, desk.today)
    data = last if is_retraction else _shown(ask, noun, written.stored.key, *_along(request, ask, written))
    warnings = [] if is_retraction or written.change is None else _warnings(ask, written)
    headers = {} if is_retraction else {"ETag": etag_of(written.revision, ask.view)}
    if draft.act is Act.CREATE:
        headers["Location"] = f"/v1/{noun.path}/{written.stored.key}"
    status = 201 if draft.act is Act.CREATE else 200
    reply = Reply(status, headers, body_of(data, warnings, _meta(written)))
    return Outcome(reply, None if written.change is None else written.change.number, warnings)


def body_of(data: bytes, warnings: Sequence[EntryWarning], meta: WriteMeta) -> str:
    """The JSON body of an answer to a write."""
    odd = b",".join(row_json(warning) for warning in warnings)
    return (b'{"data":' + data + b',"warnings":[' + odd + b'],"meta":' + row_json(meta) + b"}").decode()


def _meta(written: Written) -> WriteMeta:
    change = written.change
    if change is None:
        return WriteMeta(change=None, revision=written.revision)
    return WriteMeta(change=change.number, revision=written.revision, recorded_at=change.recorded_at)


def _warnings(ask: Ask, written: Written) -> list[EntryWarning]:
    by_path: dict[str, list[dict[str, object]]] = {}
    for one in (written.stored, *written.along):
        by_path.setdefault(one.kind.path, []).append(dict(one.values))
    found = [warning for path, records in by_path.items() for warning in warnings_about(ask, path, records)]
    return list({warning.discrepancy: warning for warning in found}.values())


def _along(request: Request, ask: Ask, written: Written) -> list[bytes]:
    """The records that came along with a report, as members of its JSON."""
    members = []
    paths = {one.kind.path for one in written.along}
    for member, path in BROUGHT_ALONG.items():
        if path in paths:
            noun: Noun = request.app.state.nouns[path]
            rows = _rows_of_report(ask, noun, written.stored.key)
            members.append(b'"%s":[%s]' % (member.encode(), b",".join(rows)))
    return members


def _rows_of_report(ask: Ask, noun: Noun, report: Key) -> list[bytes]:
    columns = noun.listing.selected(ask.view)
    statement = noun.listing.rows([column.label(name) for name, column in columns.items()], ask.view)
    statement = statement.where(columns["report"] == report).order_by(columns["id"])
    names = ask.facts.names
    rows = [dict(zip(columns, row, strict=True)) for row in ask.session.execute(statement)]
    return [row_json(noun.shape(values, [], names, _day(ask)), noun.hidden([])) for values in rows]


def _shown(ask: Ask, noun: Noun, key: Key | None, *members: bytes) -> bytes:
    """A record as GET gives it, with more members if there are any; nothing if it does not stand."""
    shown = noun.shown([])
    values = None if key is None else find_row(ask.session, noun, key, ask.view, shown)
    if values is None:
        return b""
    row = row_json(noun.shape(values, shown, ask.facts.names, _day(ask)), noun.hidden(shown))
    return b",".join([row[:-1], *members]) + b"}"


def _day(ask: Ask) -> date:
    return date.fromisoformat(ask.today)
