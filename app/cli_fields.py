"""Reads records off the command line: `headcount total=139 mission=UNDOF`, or a file of JSON."""

import difflib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from app.recording.acts import BROUGHT_ALONG
from app.recording.kinds import KIND_BY_PATH, KINDS, Kind
from app.remote import Json, RemoteProblem


def find_kind(noun: str) -> Kind:
    """The kind a noun names, in the singular or the plural; RemoteProblem with near matches if none."""
    wanted = noun.strip().lower().replace("_", "-").replace(" ", "-")
    known = {spelling: kind for kind in KINDS for spelling in (kind.path, singular(kind))}
    if wanted in known:
        return known[wanted]
    names = [singular(kind) for kind in KINDS]
    raise RemoteProblem(
        f"There is no kind of record '{noun[:80]}'.{_near(wanted, known)}\n  The kinds are: {', '.join(names)}."
    )


def singular(kind: Kind) -> str:
    """The noun of a kind as one word: `status-event`."""
    return kind.title.replace(" ", "-")


def read_fields(kind: Kind, pairs: Iterable[str]) -> Json:
    """The record that FIELD=VALUE arguments describe; RemoteProblem naming every argument that cannot be read."""
    values: Json = {}
    faults: list[str] = []
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            faults.append(f"'{pair[:80]}' is no FIELD=VALUE.")
        elif name in values:
            faults.append(f"{name} is given twice.")
        elif name not in _wanted(kind):
            faults.append(_no_such_field(kind, name))
        else:
            try:
                values[name] = read_value(text, _wanted(kind)[name])
            except ValueError as error:
                faults.append(f"{name}: {error}")
    if faults:
        raise RemoteProblem("\n  ".join([f"This is no {kind.title}; nothing was sent.", *faults]))
    return values


def read_value(text: str, wanted: frozenset[str]) -> Any:
    """A VALUE as the JSON types its field takes; text stays text wherever the field takes text.

    What fits none of them stays text too: the service says best what a field has to be.
    """
    if text == "null" and "null" in wanted:
        return None
    if wanted & {"array", "object"}:
        return _list_or_object(text)
    if "string" in wanted:
        return text
    if "boolean" in wanted and text in ("true", "false"):
        return text == "true"
    if wanted & {"integer", "number"}:
        return _number(text, whole="number" not in wanted)
    return text


def read_file(name: str) -> Json:
    """The JSON object in a file, or in standard input for `-`."""
    place = "Standard input" if name == "-" else f"The file '{name}'"
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise RemoteProblem(f"{place} cannot be read ({error.strerror}).") from error
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise RemoteProblem(f"{place} holds no JSON ({' '.join(str(error).split())}).") from error
    if not isinstance(value, dict):
        raise RemoteProblem(f"{place} has to hold one JSON object: {{ ... }}.")
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> Json:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"'{next(name for name in names if names.count(name) > 1)[:80]}' stands twice in one object")
    return values


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _number(text: str, whole: bool) -> Any:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text
    fits = type(value) is int or (type(value) is float and not whole)
    return value if fits else text


def _list_or_object(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, list | dict):
        return value
    raise ValueError(f"""give a list, in JSON: '["UNDOF", "UNTSO"]', not '{text[:80]}'.""")


@cache
def _fields_of(path: str) -> Mapping[str, frozenset[str]]:
    schema = KIND_BY_PATH[path].shape.model_json_schema()
    fields = {name: frozenset(_types(field, schema.get("$defs", {}))) for name, field in schema["properties"].items()}
    along = BROUGHT_ALONG if path == "reports" else ()
    return fields | {name: frozenset({"array"}) for name in along}


def _wanted(kind: Kind) -> Mapping[str, frozenset[str]]:
    """The JSON types that each field of a kind takes."""
    return _fields_of(kind.path)


def _types(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterable[str]:
    if "$ref" in schema:
        yield from _types(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    for option in schema.get("anyOf", ()):
        yield from _types(option, definitions)
    if "type" in schema:
        yield schema["type"]


def _no_such_field(kind: Kind, name: str) -> str:
    if name == "reason":
        return "The reason is given as --reason TEXT."
    fields = _wanted(kind)
    hint = _near(name, fields) or f" The fields are: {', '.join(fields)}."
    return f"There is no field '{name[:80]}'.{hint}"


def _near(name: str, known: Iterable[str]) -> str:
    near: Sequence[str] = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f" Near: {', '.join(near)}." if near else ""
