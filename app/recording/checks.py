"""Whether what a request gives can be recorded: every fault of it is found, and named by its place."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlmodel import Session

from app.core.errors import Complaint, RecordConflict
from app.core.faults import examined, fault, invalid
from app.core.names import Names
from app.core.shapes import Shape
from app.recording.entry import impossible, incomplete
from app.recording.kinds import Kind
from app.recording.references import dangling, spell_out
from app.recording.twins import find_namesake, find_twin, repeated_items, twins_inside


@dataclass(frozen=True)
class Given:
    """One record as a request gives it: its values, its place in the body, and the fields the request speaks of."""

    kind: Kind
    values: dict[str, Any]
    place: str = ""
    touched: Collection[str] = ()


def checked(session: Session, given: Sequence[Given], names: Names, today: str) -> list[Shape]:
    """The records in the shapes in which they are recorded; InvalidRequest naming everything that is wrong.

    Other spellings of codes are replaced by the codes on the way. The first record may be referred to by the others.
    """
    first = given[0]
    new = (first.kind.path, first.values.get(first.kind.key))
    faults: list[Complaint] = []
    shapes: list[Shape] = []
    for _, group in groupby(given, key=lambda one: one.kind.path):
        records = list(group)
        for one in records:
            spell_out(one.kind, one.values, names)
        placed = [(one.place, one.values) for one in records]
        found = dangling(session, records[0].kind, placed, names, None if records[0] is first else new)
        told = {one.pointer for one in found}
        faults += found
        for one in records:
            shape, misshapen = examined(one.kind.shape, one.values, one.place)
            faults += [*_untrue(one, today), *(fault for fault in misshapen if fault.pointer not in told)]
            shapes += [shape] if shape is not None else []
    if faults:
        raise invalid(faults)
    return shapes


def _untrue(one: Given, today: str) -> Iterator[Complaint]:
    """What is wrong with a record beside its shape and its references."""
    yield from impossible(one.values, one.touched, today, one.place)
    yield from incomplete(one.kind.path, one.values, one.touched)
    yield from repeated_items(one.kind.ledger, one.values, one.place)
    if one.kind.is_numbered and "id" in one.touched and one.values.get("id") is not None:
        yield fault(f"{one.place}/id", "leave it out; the service gives the number.")
    if one.kind.path == "headcounts" and "status" in one.touched and one.values.get("status", "reported") != "reported":
        yield fault(f"{one.place}/status", "dispute a count at /v1/headcounts/{id}/dispute, with a reason.")


def refuse_twins(session: Session, kind: Kind, shape: Shape, key: str | int | None, *, is_new: bool) -> None:
    """RecordConflict, with the address of the record, if one stands that says the same."""
    namesake = find_namesake(session, kind, key) if is_new else None
    twin = find_twin(session, kind, shape, key) if namesake is None else namesake
    if twin is not None:
        address = f"/v1/{kind.path}/{twin}"
        pointer = "" if namesake is None else f"/{kind.key}"
        message = f"it stands already, at {address}; correct it there if it is wrong."
        raise RecordConflict(f"The record holds this already, at {address}.", [fault(pointer, message, record=address)])


def refuse_repeats_inside(given: Sequence[Given], shapes: Sequence[Shape]) -> None:
    """InvalidRequest for records that one request gives twice."""
    pairs = list(zip(given, shapes, strict=True))
    faults: list[Complaint] = []
    for _, group in groupby(pairs, key=lambda pair: pair[0].kind.path):
        records = list(group)
        faults += twins_inside(records[0][0].kind, [(one.place, shape) for one, shape in records])
    if faults:
        raise invalid(faults)
