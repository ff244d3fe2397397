"""What records refer to: codes given in other words, records that have to stand, and who refers to a record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, Table, literal, select, union_all
from sqlalchemy.types import String
from sqlmodel import Session

from app.core.errors import Complaint
from app.core.faults import fault, pointer_of
from app.core.names import Names, Register
from app.recording.kinds import KIND_BY_PATH, KINDS, Kind

_SHOWN = 3
Path = tuple[str, ...]  # names of members; "*" is every item of a list


@dataclass(frozen=True)
class Reference:
    """A field of a kind that names a record of another, or of the same, kind."""

    path: Path
    to: Kind


@cache
def references_of(kind: Kind) -> tuple[Reference, ...]:
    """Every field that refers to a record, read off the foreign keys of the tables."""
    found = [
        Reference((column.name,), to)
        for column, to in _references_in(kind.ledger.table)
        if column.name != kind.ledger.key
    ]
    for name, part in kind.ledger.parts.items():
        for column, to in _references_in(part.row.__table__):  # type: ignore[attr-defined]
            found.append(Reference((name, "*") if part.value else (name, "*", column.name), to))
    return tuple(found)


def _references_in(table: Table) -> Iterator[tuple[Column[Any], Kind]]:
    by_keys = {kind.ledger.keys: kind for kind in KINDS if kind.ledger.keys is not None}
    for column in table.columns:
        for key in column.foreign_keys:
            if key.column.table in by_keys:
                yield column, by_keys[key.column.table]


def spell_out(kind: Kind, values: dict[str, Any], names: Names) -> None:
    """Replace other spellings of countries and missions by their codes, in place; what is unknown stays as it is."""
    for reference in references_of(kind):
        register = register_of(reference.to, names)
        if register is not None:
            for _, holder, name in _places(reference.path, values):
                found = register.find(holder[name]) if isinstance(holder[name], str) else frozenset()
                if len(found) == 1:
                    holder[name] = next(iter(found))


def register_of(kind: Kind, names: Names) -> Register | None:
    """The names of countries or missions; None for other kinds."""
    return {"countries": names.country, "missions": names.mission}.get(kind.path)


def dangling(
    session: Session,
    kind: Kind,
    records: Sequence[tuple[str, Mapping[str, Any]]],
    names: Names,
    new: tuple[str, object] | None = None,
) -> list[Complaint]:
    """Faults of references that lead to no standing record; `records` are (place in the body, values).

    One statement a kind referred to, none for countries and missions. `new` is the (path, key) of a record that the
    same request records.
    """
    asked: dict[str, list[tuple[str, object]]] = {}
    for place, values in records:
        for reference in references_of(kind):
            for pointer, holder, name in _places(reference.path, values):
                if (reference.to.path, holder[name]) != new:
                    asked.setdefault(reference.to.path, []).append((place + pointer, holder[name]))
        for pointer, path, key in _subjects(place, values):
            asked.setdefault(path, []).append((pointer, key))
    return [one for path, values in asked.items() for one in _faults(session, KIND_BY_PATH[path], values, names)]


def _subjects(place: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """The records a claim is about, as (pointer, path, key); their nouns stand in the claim."""
    subjects = values.get("subjects")
    for number, subject in enumerate(subjects if isinstance(subjects, list) else []):
        if isinstance(subject, dict) and subject.get("noun") in KIND_BY_PATH:
            path, key = str(subject["noun"]), subject.get("record")
            if KIND_BY_PATH[path].is_numbered and isinstance(key, str):
                key = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
            yield f"{place}/subjects/{number}/record", path, key


def _faults(session: Session, to: Kind, asked: Sequence[tuple[str, object]], names: Names) -> Iterator[Complaint]:
    register = register_of(to, names)
    if register is not None:
        for pointer, value in asked:
            if isinstance(value, str) and value not in register.names:
                yield _unknown_code(register, pointer, value)
        return
    wanted = {value for _, value in asked if isinstance(value, str | int) and not isinstance(value, bool)}
    table, key = to.ledger.table, to.ledger.key_column
    standing = select(key).where(key.in_(wanted), table.c.superseded_in.is_(None))
    found = set(session.execute(standing).scalars())
    for pointer, value in asked:
        if isinstance(value, str | int) and value in wanted and value not in found:
            shown = str(value)[:80]
            yield fault(pointer, f"no {to.title} '{shown}' stands; record it first, or see /v1/{to.path}.")


def _unknown_code(register: Register, pointer: str, value: str) -> Complaint:
    found, shown = sorted(register.find(value)), value[:80]
    if found:
        return fault(pointer, f"'{shown}' may mean several: {', '.join(found)}. Use the code.", found)
    near = register.near(value)
    hint = f" Near: {', '.join(near)}." if near else ""
    return fault(pointer, f"'{shown}' is no known {register.kind}.{hint}", near)


def _places(path: Path, values: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every place on a path that has a value, as (pointer, what holds it, its name or number there)."""
    name, *inner = path
    if values.get(name) is None:
        return
    if not inner:
        yield pointer_of(path), values, name
        return
    items = values[name]
    for number, item in enumerate(items if isinstance(items, list) else []):
        if len(inner) == 1:
            yield pointer_of((name, number)), items, number
        elif isinstance(item, dict) and inner[1] in item:
            yield pointer_of((name, number, inner[1])), item, inner[1]


def referring(session: Session, kind: Kind, key: object, going_along: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Up to three standing records of each kind that refer to a record, as (path, key); one statement."""
    branches = [
        _referring(other, reference, key)
        for other in KINDS
        if other.path not in going_along
        for reference in references_of(other)
        if reference.to == kind
    ]
    if not branches:
        return []
    found = session.execute(union_all(*branches)).all()
    return sorted({(path, record) for path, record in found if (path, record) != (kind.path, str(key))})


def _referring(other: Kind, reference: Reference, key: object) -> Any:
    table = other.ledger.table
    own = other.ledger.key_column
    statement = select(literal(other.path, String()).label("path"), own.cast(String()).label("record"))
    if len(reference.path) == 1:
        statement = statement.where(table.c[reference.path[0]] == key)
    else:
        part = other.ledger.parts[reference.path[0]]
        rows: Table = part.row.__table__  # type: ignore[attr-defined]
        field = part.value or reference.path[2]
        statement = statement.join(rows, (rows.c[part.owner] == own) & (rows.c.revision == table.c.revision))
        statement = statement.where(rows.c[field] == key)
    return select(statement.where(table.c.superseded_in.is_(None)).limit(_SHOWN).subquery())
