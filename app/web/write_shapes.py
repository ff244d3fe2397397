"""How writes look in the OpenAPI document: their bodies, made of the shapes records come in, and their answers."""

from functools import cache
from typing import Any, cast

from pydantic import BaseModel, Field, create_model

from app.core.errors import (
    BadRequest,
    BodyTooLarge,
    BodyTooSlow,
    Forbidden,
    InvalidRequest,
    KeyReused,
    NotFound,
    RecordConflict,
    TrackerError,
    Unauthorised,
    Unavailable,
    UnknownParameter,
    UnsupportedMediaType,
    UriTooLong,
)
from app.core.shapes import Shape
from app.core.vocabulary import Line
from app.recording.acts import BROUGHT_ALONG
from app.recording.kinds import KIND_BY_PATH, Kind
from app.recording.plausibility import EntryWarning
from app.web.noun import Noun
from app.web.outcomes import WriteMeta
from app.web.problems import problem_docs

TOKEN_NEEDED: dict[str, Any] = {"security": [{"token": []}]}
_ERRORS = (
    Unauthorised, Forbidden, InvalidRequest, UnknownParameter, RecordConflict, UriTooLong, Unavailable, TrackerError,
)  # fmt: skip
_LOCATION = {"Location": {"description": "Address of what was made.", "schema": {"type": "string"}}}
BODY_ERRORS = (BadRequest, UnsupportedMediaType, BodyTooLarge, BodyTooSlow)
_REASON = "Why, in one line; everybody can read it."
_EXAMPLE = ["The table was reissued."]

# Shapes that only bodies show, for the document; see `body_docs`.
BODY_SHAPES: dict[str, type[BaseModel]] = {}


def write_docs(*errors: type[TrackerError], status: int | None = None) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the answers to a write: done (200, 201 if new), put aside as a proposal, refused.

    With a `status` it is that of an act beside the record, which is never put aside.
    """
    refused = problem_docs(*_ERRORS, *errors)
    if status is not None:
        return {status: {"description": "Done."}, **refused}
    etag = {"ETag": {"description": "Revision of the record.", "schema": {"type": "string"}}}
    put_aside = {
        "description": "Checked and put aside as a proposal, at the address in `Location`, where `FOUR_EYES` is set.",
        "content": {"application/json": {"schema": {"type": "object"}}},
        "headers": _LOCATION,
    }
    is_new = KeyReused in errors and NotFound not in errors
    done: dict[str, Any] = {"description": "Done.", "headers": {**etag, **(_LOCATION if is_new else {})}}
    return {201 if is_new else 200: done, 202: put_aside, **refused}


def body_docs(shape: type[BaseModel], *media_types: str, required: bool = True) -> dict[str, Any]:
    """OpenAPI entry for a body of that shape."""
    BODY_SHAPES[shape.__name__] = shape
    schema = {"$ref": f"#/components/schemas/{shape.__name__}"}
    return {"requestBody": {"required": required, "content": {media: {"schema": schema} for media in media_types}}}


@cache
def answer_model(noun: Noun) -> type[BaseModel]:
    """The answer to a write of a noun."""
    data: Any = noun.model
    along = {member: KIND_BY_PATH[path].listing.out for member, path in BROUGHT_ALONG.items()}
    if noun.path == "reports":
        fields: dict[str, Any] = {
            member: (list[out] | None, Field(None, description=f"The {member.replace('_', ' ')} posted with it."))  # type: ignore[valid-type]
            for member, out in along.items()
        }
        data = create_model("ReportPosted", __base__=noun.model, **fields)
    return create_model(
        f"{_word(noun)}Written",
        data=(data, Field(description="The record as it stands now; of a retraction, as it stood last.")),
        warnings=(list[EntryWarning], Field(description="What is odd about it; each is a discrepancy of the record.")),
        meta=(WriteMeta, Field(description="What became of the write.")),
    )


@cache
def post_model(noun: Noun, kind: Kind) -> type[BaseModel]:
    """The body of a POST."""
    fields: dict[str, Any] = {"reason": (Line | None, Field(None, description=_REASON, examples=["Read today."]))}
    for member, path in (BROUGHT_ALONG if noun.path == "reports" else {}).items():
        shape = _without_report(KIND_BY_PATH[path])
        fields[member] = (list[shape], Field([], description=f"Its {member.replace('_', ' ')}, in the same change."))  # type: ignore[valid-type]
    return cast(type[BaseModel], create_model(f"{_word(noun)}Post", __base__=kind.shape, **fields))


def _without_report(kind: Kind) -> type[BaseModel]:
    """A row of a report that is posted with it, and so need not name it."""
    fields: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in kind.shape.model_fields.items()
        if name not in ("id", "report")
    }
    return cast(
        type[BaseModel], create_model(f"{kind.title.title().replace(' ', '')}OfReport", __base__=Shape, **fields)
    )


@cache
def patch_model(noun: Noun, kind: Kind) -> type[BaseModel]:
    """The body of a PATCH: any fields but the key, and why."""
    fields: dict[str, Any] = {"reason": (Line, Field(description=_REASON, examples=_EXAMPLE))}
    for name, field in kind.shape.model_fields.items():
        if name != kind.key:
            described = Field(None, description=field.description, examples=field.examples)
            fields[name] = (field.annotation | None, described)  # type: ignore[operator]
    return cast(type[BaseModel], create_model(f"{_word(noun)}Patch", __base__=Shape, **fields))


def _word(noun: Noun) -> str:
    return noun.title.title().replace(" ", "")
