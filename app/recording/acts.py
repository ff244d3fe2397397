"""The acts by which analysts change the record: each checks what it is given and goes through the one door.

All of it happens inside the write, with the ledger held: what was checked is still true when it is recorded.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.core.columns import col
from app.core.errors import Forbidden, NotFound, RecordConflict, RevisionStale
from app.core.faults import fault, invalid, jsonable
from app.core.history import Change, Origin, View, begin_change, correct, open_view, record, retract, standing
from app.core.names import Names
from app.core.shapes import Shape
from app.headcounts.models import Headcount, HeadcountStatus
from app.headcounts.store import retract_report
from app.recording.checks import Given, checked, refuse_repeats_inside, refuse_twins
from app.recording.kinds import KIND_BY_PATH, Kind
from app.recording.models import Act
from app.recording.references import referring

# What a report may bring along, by the member of its body.
BROUGHT_ALONG = {"headcounts": "headcounts", "printed_totals": "printed-totals"}
_MOST_ALONG = 20_000

Key = str | int


@dataclass(frozen=True)
class Draft:
    """What somebody wants to do. `revision` is the one that was seen of the record concerned."""

    act: Act
    kind: Kind
    reason: str
    body: Mapping[str, object] = field(default_factory=dict)
    record: Key | None = None
    revision: int | None = None


@dataclass(frozen=True)
class Desk:
    """Who writes, on which day, and the names by which codes are known."""

    author: str
    today: str
    names: Names
    resolves_all: bool = False
    accepted_by: str | None = None


@dataclass(frozen=True)
class Stored:
    """A record as it is stored: its own fields as JSON has them."""

    kind: Kind
    key: Key
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Written:
    """What was done: the record and its revision (of a retraction: the last one), the change, and what came along."""

    stored: Stored
    revision: int
    change: Change | None  # None: there was nothing to change
    along: Sequence[Stored] = ()


def perform(session: Session, draft: Draft, desk: Desk) -> Written:
    """Do what a draft says. InvalidRequest, RecordConflict, NotFound, RevisionStale or Forbidden if it cannot be."""
    acts: Mapping[Act, Callable[[Session, Draft, Desk], Written]] = {
        Act.CREATE: _create,
        Act.CORRECT: _correct,
        Act.RETRACT: _retract,
        Act.DISPUTE: _dispute,
        Act.RESOLVE: _resolve,
    }
    return acts[draft.act](session, draft, desk)


def _begin(session: Session, draft: Draft, desk: Desk) -> Change:
    return begin_change(session, desk.author, draft.reason, Origin.API, accepted_by=desk.accepted_by)


def _create(session: Session, draft: Draft, desk: Desk) -> Written:
    kind, values = draft.kind, dict(draft.body)
    along = list(_taken_along(values)) if kind.path == "reports" else []
    given = [Given(kind, values, touched=kind.shape.model_fields), *along]
    shapes = checked(session, given, desk.names, desk.today)
    refuse_repeats_inside(given, shapes)
    refuse_twins(session, kind, shapes[0], kind.key_of(shapes[0]), is_new=True)
    change = _begin(session, draft, desk)
    stored: list[Stored] = []
    for path in dict.fromkeys(one.kind.path for one in given):
        other = KIND_BY_PATH[path]
        ours = [shape for one, shape in zip(given, shapes, strict=True) if one.kind is other]
        keys = record(session, change, other.ledger, ours)
        stored += [_stored(other, shape, key) for key, shape in zip(keys, ours, strict=True)]
    revision = _standing_revision(session, kind, stored[0].key)
    return Written(stored[0], revision, change, stored[1:])


def _taken_along(values: dict[str, object]) -> Iterator[Given]:
    """The headcounts and printed totals that a report brings along, taken out of its values."""
    for member, path in BROUGHT_ALONG.items():
        records = values.pop(member, None)
        if records is None:
            continue
        if not isinstance(records, list) or len(records) > _MOST_ALONG:
            raise invalid([fault(f"/{member}", f"give a list of at most {_MOST_ALONG:,} records.")])
        kind = KIND_BY_PATH[path]
        for number, one in enumerate(records):
            place = f"/{member}/{number}"
            if not isinstance(one, dict):
                raise invalid([fault(place, "give the record as a JSON object.")])
            if "report" in one:
                raise invalid([fault(f"{place}/report", "leave it out; it is the report posted here.")])
            yield Given(kind, {**one, "report": values.get("id")}, place, kind.shape.model_fields)


def _correct(session: Session, draft: Draft, desk: Desk) -> Written:
    before, revision = _seen(session, draft)
    kind, key = draft.kind, before.key
    patch = dict(draft.body)
    if patch.get(kind.key, key) != key:
        message = "the key of a record cannot be changed; retract it and record it anew."
        raise invalid([fault(f"/{kind.key}", message)])
    values = {name: value for name, value in {**before.values, **patch}.items() if value is not None}
    [shape] = checked(session, [Given(kind, values, touched=patch.keys() - {kind.key})], desk.names, desk.today)
    after = _stored(kind, shape, key)
    if after.values == before.values:
        return Written(before, revision, None)
    refuse_twins(session, kind, shape, key, is_new=False)
    return _supersede(session, draft, desk, shape, revision)


def _retract(session: Session, draft: Draft, desk: Desk) -> Written:
    before, revision = _seen(session, draft)
    kind, key = draft.kind, before.key
    goes_along = tuple(BROUGHT_ALONG.values()) if kind.path == "reports" else ()
    holders = [f"/v1/{path}/{one}" for path, one in referring(session, kind, key, goes_along)]
    if holders:
        message = f"standing records refer to it: {', '.join(holders)}. Retract or correct them first."
        faults = [fault("", f"{holder} refers to it.", record=holder) for holder in holders]
        raise RecordConflict(f"The {kind.title} cannot be retracted: {message}", faults)
    change = _begin(session, draft, desk)
    if kind.path == "reports":
        retract_report(session, change, str(key))
    else:
        retract(session, change, kind.ledger, key)
    return Written(before, revision, change)


def _dispute(session: Session, draft: Draft, desk: Desk) -> Written:
    before, revision = _seen(session, draft)
    if before.values["status"] == HeadcountStatus.DISPUTED:
        raise RecordConflict("The count is disputed already; see its revisions for the reason.")
    return _mark(session, draft, desk, before, revision, HeadcountStatus.DISPUTED)


def _resolve(session: Session, draft: Draft, desk: Desk) -> Written:
    before, revision = _seen(session, draft)
    if before.values["status"] != HeadcountStatus.DISPUTED:
        raise RecordConflict("The count is not disputed, so there is nothing to resolve.")
    if not desk.resolves_all:
        raised_by = _raised_by(session, before.key)
        if raised_by != desk.author:
            detail = f"{raised_by} raised this dispute; {raised_by} or an admin resolves it."
            raise Forbidden(detail)
    return _mark(session, draft, desk, before, revision, HeadcountStatus.REPORTED)


def _mark(
    session: Session, draft: Draft, desk: Desk, before: Stored, revision: int, status: HeadcountStatus
) -> Written:
    shape = draft.kind.shape.model_validate({**before.values, "status": status})
    return _supersede(session, draft, desk, shape, revision)


def _supersede(session: Session, draft: Draft, desk: Desk, shape: Shape, revision: int) -> Written:
    change = _begin(session, draft, desk)
    correct(session, change, draft.kind.ledger, shape)
    key: Any = draft.kind.key_of(shape)
    return Written(_stored(draft.kind, shape, key), revision + 1, change)


def _raised_by(session: Session, key: Key) -> str:
    """Author of the dispute that stands: of the revision that first has it."""
    statement = (
        select(col(Headcount.status), col(Change.author))
        .join(Change, col(Change.number) == Headcount.recorded_in)
        .where(col(Headcount.id) == key)
        .order_by(col(Headcount.revision).desc())
    )
    author = ""
    for status, name in session.execute(statement):
        if status is not HeadcountStatus.DISPUTED:
            break
        author = name
    return author


def _stored(kind: Kind, shape: Shape, key: Key) -> Stored:
    """A record as it is stored, lists in one order."""
    values = {**shape.model_dump(mode="json", include=set(kind.shape.model_fields)), kind.key: key}
    return Stored(kind, key, _in_order(kind, values))


def _in_order(kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    return {name: sorted(value, key=str) if name in kind.ledger.parts else value for name, value in values.items()}


def find_stored(session: Session, kind: Kind, key: Key) -> tuple[Stored, int] | None:
    """The standing revision of a record and its number; None if none stands."""
    view = View(0)
    parts = {name: kind.listing.columns[name](view).label(name) for name in kind.ledger.parts}
    table = kind.ledger.table
    columns = [table.c[name] for name in kind.shape.model_fields if name not in parts]
    statement = select(table.c.revision.label("revision_"), *columns, *parts.values())
    row = session.execute(statement.where(kind.ledger.key_column == key, standing(kind.ledger.row, view))).one_or_none()
    if row is None:
        return None
    values = jsonable(dict(row._mapping))
    revision = values.pop("revision_")
    shape = kind.shape.model_validate(values)
    return _stored(kind, shape, key), revision


def _seen(session: Session, draft: Draft) -> tuple[Stored, int]:
    """The record concerned, if it is as it was seen; NotFound or RevisionStale if it is not."""
    assert draft.record is not None  # noqa: S101  (only new records have no key yet)
    found = find_stored(session, draft.kind, draft.record)
    if found is None:
        raise NotFound(
            f"No {draft.kind.title} '{draft.record}' stands; see /v1/{draft.kind.path}/{draft.record}/revisions."
        )
    stored, revision = found
    if revision != draft.revision:
        now = open_view(session).revision
        raise RevisionStale(
            f"The {draft.kind.title} stands at revision {revision}, and `If-Match` names another one. "
            "Read it again, and decide anew.",
            f'"{revision}-{now}"',
        )
    return stored, revision


def _standing_revision(session: Session, kind: Kind, key: Key) -> int:
    table = kind.ledger.table
    statement = select(table.c.revision).where(kind.ledger.key_column == key, table.c.superseded_in.is_(None))
    return int(session.execute(statement).scalar_one())
