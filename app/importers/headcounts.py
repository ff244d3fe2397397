"""Rows of our own CSV compared with the record: by their id if they have one, else by what they count."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import and_, select
from sqlmodel import Session

from app.core.errors import Complaint
from app.core.faults import examined, jsonable
from app.headcounts.models import HeadcountIn, Measure
from app.headcounts.store import HEADCOUNTS
from app.importers.recorder import Recorder
from app.importers.resolving import Resolver
from app.importers.stage import Stage
from app.importers.statements import Fault, Statement, TrackerRow
from app.importers.target import Target
from app.recording.kinds import KIND_BY_PATH
from app.recording.references import dangling
from app.recording.twins import natural_keys

_CHUNK = 500  # rows whose records are looked up by one statement
_KIND = KIND_BY_PATH["headcounts"]
_KEY = next(fields for fields in natural_keys(_KIND) if fields != ("id",))
_DEFAULTS = {"measure": Measure.PRESENT.value}


def stage_headcounts(
    stage: Stage, statements: Iterator[Statement], _resolver: Resolver, told: Callable[[int], None]
) -> int:
    """Put all rows aside; returns the number of rows read."""
    last = 1
    while chunk := list(islice(statements, 5_000)):
        last = chunk[-1].row
        rows = [one for one in chunk if isinstance(one, TrackerRow)]
        stage.fill("other", [(one.row, _key(one), _said(one)) for one in rows], 3)
        stage.refuse([one for one in chunk if isinstance(one, Fault)])
        told(last - 1)
    return last - 1


def _key(one: TrackerRow) -> str:
    if one.headcount.id is not None:
        return f"id {one.headcount.id}"
    return _key_of(one.headcount.model_dump(mode="json"))


def _said(one: TrackerRow) -> str:
    """What the row says of the columns that the file has."""
    said = one.headcount.model_dump(mode="json", include=one.headcount.model_fields_set)
    return json.dumps([one.revision, said])


def check_headcounts(stage: Stage, _today: str) -> Iterator[str]:
    """Refuse rows that stand in the file twice."""
    placed = "(SELECT row, first_value(row) OVER (PARTITION BY key ORDER BY row) AS first FROM other)"
    message = "'Row ' || first || ' is of the same headcount. Keep one of them.'"
    stage.refuse_where(placed, "row <> first", None, "doubled_row", message)
    yield from ()


def confront_headcounts(session: Session, stage: Stage, resolver: Resolver) -> None:
    """Refuse rows that do not fit the record: changed since they were exported, gone, or referring to nothing."""
    for told in _chunks(stage):
        places = [(f"/{one.row}", one.said) for one in told]
        faults = [_dangling(one) for one in dangling(session, _KIND, places, resolver.names)]
        standing = _Standing(session, told)
        faults += [fault for one in told for fault in _unfit(one, standing.of(one))]
        stage.refuse(faults)


def _dangling(one: Complaint) -> Fault:
    _, row, field, *_ = (one.pointer or "").split("/")
    return Fault(int(row), field, "no_such_record", one.message.partition(": ")[2])


def _unfit(one: "_Told", stands: "_Row | None") -> Iterator[Fault]:
    if stands is None:
        if one.said.get("id") is not None:
            message = f"No headcount {one.said['id']} stands. Leave the id empty to record a new one."
            yield Fault(one.row, "id", "no_such_record", message)
        elif one.said.get("status", "reported") != "reported":
            yield Fault(one.row, "status", "not_imported", "A count is disputed at /v1/headcounts/{id}/dispute.")
        return
    if _merged(one, stands) == stands.values:
        return
    if one.said.get("id") is None:
        message = f"It stands as headcount {stands.key} with other values. Put its id and revision into the row."
        yield Fault(one.row, "id", "stands_already", message)
    elif one.revision is not None and one.revision != stands.revision:
        message = f"Headcount {stands.key} is at revision {stands.revision} by now. Export it again."
        yield Fault(one.row, "revision", "changed_since", message)
    if one.said.get("status", stands.values["status"]) != stands.values["status"]:
        yield Fault(one.row, "status", "not_imported", "A dispute is raised and resolved at /v1/headcounts/{id}.")
    # What the row leaves alone may no longer fit what it changes: women and men beside another total.
    for wrong in examined(HeadcountIn, _merged(one, stands))[1]:
        pointer = wrong.pointer or ""
        yield Fault(one.row, pointer[1:] or None, "bad_value", wrong.message.removeprefix(f"{pointer}: ")[:1000])


def compare_headcounts(recorder: Recorder, stage: Stage, _target: Target) -> Iterator[str]:
    """Record what is new or differs."""
    for told in _chunks(stage):
        standing = _Standing(recorder.session, told)
        new: list[dict[str, Any]] = []
        other: list[dict[str, Any]] = []
        for one in told:
            stands = standing.of(one)
            if stands is None:
                shape = HeadcountIn.model_validate({**one.said, "id": None})
                new.append(shape.model_dump())
            elif _merged(one, stands) == stands.values:
                recorder.found(1)
            else:
                other.append(HeadcountIn.model_validate(_merged(one, stands)).model_dump())
        recorder.mend(HEADCOUNTS, other)
        recorder.add(HEADCOUNTS, new)
    yield from ()


class _Told(NamedTuple):
    row: int
    revision: int | None
    said: dict[str, Any]


class _Row(NamedTuple):
    key: int
    revision: int
    values: dict[str, Any]


def _chunks(stage: Stage) -> Iterator[list[_Told]]:
    rows = stage.ask("SELECT row, said FROM other ORDER BY row")
    while chunk := [_Told(row, *json.loads(said)) for row, said in islice(rows, _CHUNK)]:
        yield chunk


def _merged(one: _Told, stands: _Row) -> dict[str, Any]:
    """The record with what the row says of it."""
    return {**stands.values, **one.said, "id": stands.key}


class _Standing:
    """The records that stand for rows, looked up by two statements."""

    def __init__(self, session: Session, told: Sequence[_Told]) -> None:
        table = HEADCOUNTS.table
        names = list(HeadcountIn.model_fields)
        columns = [table.c[name] for name in (*names, "revision")]
        ids = [one.said["id"] for one in told if one.said.get("id") is not None]
        new = [one.said for one in told if one.said.get("id") is None]
        alike = and_(*(table.c[name].in_({said[name] for said in new}) for name in ("report", "country")))
        self._by_id: dict[int, _Row] = {}
        self._by_key: dict[str, _Row] = {}
        for condition in (table.c.id.in_(ids), alike):
            for row in session.execute(select(*columns).where(table.c.superseded_in.is_(None), condition)):
                values = jsonable(dict(row._mapping))
                found = _Row(row.id, values.pop("revision"), values)
                self._by_id[row.id] = found
                self._by_key[_key_of(values)] = found

    def of(self, one: _Told) -> _Row | None:
        """The record of a row: that of its id, or the one that counts the same."""
        if one.said.get("id") is not None:
            return self._by_id.get(one.said["id"])
        return self._by_key.get(_key_of(one.said))


def _key_of(said: Mapping[str, Any]) -> str:
    return json.dumps([said.get(field, _DEFAULTS.get(field)) for field in _KEY])
