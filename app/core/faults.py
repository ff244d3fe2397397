"""Checks what came in against a shape and names every fault by its place in the body."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.core.errors import Complaint, InvalidRequest

_Shape = TypeVar("_Shape", bound=BaseModel)
_MOST_FAULTS = 100


_ANY = TypeAdapter(dict[str, Any])


def jsonable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them: words of closed lists and amounts of money as texts."""
    found: dict[str, Any] = _ANY.dump_python(dict(values), mode="json")
    return found


def validated(shape: type[_Shape], values: Mapping[str, object]) -> _Shape:
    """The values as the shape they should have; InvalidRequest naming every fault."""
    found, faults = examined(shape, values)
    if found is None:
        raise invalid(faults)
    return found


def examined(
    shape: type[_Shape], values: Mapping[str, object], place: str = ""
) -> tuple[_Shape | None, list[Complaint]]:
    """The values as the shape they should have, or every fault of them; a number written as text is one.

    `place` is where the values stand in the body.
    """
    try:
        # Through JSON, because only there are words of closed lists and amounts of money texts.
        return shape.model_validate_json(json.dumps(values), strict=True), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return None, [_fault(one, shape, place) for one in found]


def invalid(faults: Iterable[Complaint]) -> InvalidRequest:
    """All faults of a body as one error."""
    faults = list(faults)[:_MOST_FAULTS]
    return InvalidRequest(" ".join(dict.fromkeys(fault.message for fault in faults))[:2000], faults)


def fault(pointer: str, message: str, near: list[str] | None = None, record: str | None = None) -> Complaint:
    """One fault of a body; `message` goes on after the place."""
    return Complaint(message=f"{pointer or 'The body'}: {message}", pointer=pointer, near=near, record=record)


def pointer_of(path: Iterable[object]) -> str:
    """JSON pointer (RFC 6901) of a place in a body."""
    return "".join(f"/{str(part)[:80].replace('~', '~0').replace('/', '~1')}" for part in path)


def _fault(one: Any, shape: type[BaseModel], place: str) -> Complaint:
    pointer = place + pointer_of(one["loc"])
    if one["type"] == "extra_forbidden":
        *path, name = one["loc"]
        near = difflib.get_close_matches(str(name), _fields(shape, path), n=3, cutoff=0.5)
        hint = f" Near: {', '.join(near)}." if near else ""
        return fault(pointer, f"there is no such field.{hint}", near)
    return fault(pointer, _sentence(one["msg"]))


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ").rstrip(".")
    return f"{message[:1].lower()}{message[1:]}."


def _fields(shape: type[BaseModel], path: Iterable[object]) -> list[str]:
    """Names of the fields at a place inside a shape."""
    for part in path:
        if isinstance(part, str):
            inner = next(_shapes_in(shape.model_fields[part].annotation), None) if part in shape.model_fields else None
            if inner is None:
                return []
            shape = inner
    return list(shape.model_fields)


def _shapes_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _shapes_in(inner)
