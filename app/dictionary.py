"""The data dictionary: every field of every record in plain words, as Markdown, drawn from the models."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.answers.questions import QUESTIONS
from app.core.dates import PartialDate
from app.core.shapes import LIST_CONTROLS, ListQuery, Out
from app.core.vocabulary import Iso3, MissionCode
from app.nouns import NOUNS
from app.web.formats import csv_columns
from app.web.noun import Noun

_HEAD = """\
# Data dictionary

Every field of every record. `make docs` writes this page from the models; whoever edits it by hand loses the edit.

- Fields stand in the order of the columns of a CSV. Related records stand in a table of their own: they come in JSON
  and NDJSON only, without related records inside them.
- "null" says whether the field can be null, which is an empty cell in a CSV. Null means unknown or not stated; `0` is
  a count.
- A date is a year (`2024`), a month (`2024-03`) or a day (`2024-03-18`); its length is its precision.
- A code is ISO 3166-1 alpha-3 for a country and the English acronym for a mission. An id never changes.
- The words of closed lists are explained in [model.md](model.md#closed-vocabularies).
- In a CSV a list is joined by `;`. How filters compare is told in [reading.md](reading.md#filters).
"""


class _Words(NamedTuple):
    one: str
    many: str


_DATE = _Words("date (year, month or day)", "dates (year, month or day)")
_PLAIN: dict[Any, _Words] = {
    bool: _Words("true or false", "true or false"),
    int: _Words("whole number", "whole numbers"),
    float: _Words("number", "numbers"),
    Decimal: _Words("decimal number (text in JSON)", "decimal numbers (text in JSON)"),
    datetime: _Words("moment (UTC)", "moments (UTC)"),
    date: _Words("date (day)", "dates (days)"),
}
_MARKED: tuple[tuple[Any, _Words], ...] = (
    (Iso3, _Words("code of a country", "codes of countries")),
    (MissionCode, _Words("code of a mission", "codes of missions")),
    (PartialDate, _DATE),
)
# Shapes that go out leave checks to the record, so the name of a text may have to say what the text is. It can be
# relied on: suffixes of dates and names of references mean the same everywhere (docs/model.md).
_DATE_NAME = re.compile(r"about|as_of|on|\w+_(on|from|to)")


def _key_words(noun: Noun) -> _Words:
    kind = "id" if noun.listing.key == "id" else "code"
    article = "an" if noun.title[0] in "aeiou" else "a"
    return _Words(f"{kind} of {article} {noun.title}", f"{kind}s of {_spoken(noun.path)}")


def _spoken(path: str) -> str:
    return path.replace("-", " ")


_NOUN_OF = {noun.listing.out: noun for noun in NOUNS}
_NAMED = {"id": _Words("id", "ids"), **{noun.title: _key_words(noun) for noun in NOUNS}}


_CONTENTS = (
    *((noun.path, noun.description) for noun in NOUNS),
    *((question.path, question.description) for question in QUESTIONS),
)


def data_dictionary() -> str:
    """The whole page."""
    blocks = [_HEAD, "\n".join(f"- [{path}](#{path}): {description}" for path, description in _CONTENTS)]
    for noun in NOUNS:
        blocks += _noun_blocks(noun)
    blocks += ["## Parameters of every list", _parameters_table(ListQuery, ListQuery.model_fields)]
    for question in QUESTIONS:
        blocks += [f"## {question.path}", question.description, f"Address: `/v1/{question.path}`."]
        blocks += [f"The fields of a row.\n\n{fields_table(question.row)}"]
    blocks += ["## Parts", "Objects inside records and rows."]
    for part in parts_of([*(noun.model for noun in NOUNS), *(question.row for question in QUESTIONS)]):
        blocks += _part_blocks(part)
    return "\n\n".join(block.strip("\n") for block in blocks) + "\n"


def _noun_blocks(noun: Noun) -> Iterator[str]:
    listing = noun.listing
    yield f"## {noun.path}"
    yield f"{noun.description} Read at `/v1/{noun.path}`, one {noun.title} at `/v1/{noun.path}/{{{listing.key}}}`."
    yield fields_table(listing.out)
    if noun.includes:
        yield "Related records, not in a CSV:"
        yield fields_table(noun.model, [include.name for include in noun.includes])
    yield "Filters:"
    yield _parameters_table(listing.query, [name for name in listing.query.model_fields if name not in LIST_CONTROLS])
    yield f"Sorted by {_codes(listing.default_sort)} unless told otherwise. `sort` takes {_codes(listing.sorts)}."


def _part_blocks(part: type[BaseModel]) -> Iterator[str]:
    yield f"### {_title(part)}"
    # The base shapes describe how records go out, not what this one is.
    bases = [base for base in part.__mro__ if base not in Out.__mro__]
    yield from [base.__doc__.partition("\n")[0] for base in bases if base.__doc__][:1]
    if part.model_fields:
        yield fields_table(part)
    if any("__str__" in vars(base) for base in bases):
        examples = {name: field.examples[0] for name, field in part.model_fields.items() if field.examples}
        yield f"In a CSV: {_code(part.model_construct(**examples))}"


def fields_table(model: type[BaseModel], names: Sequence[str] | None = None) -> str:
    """A table of the fields of any model: those named, or all, in the order of a CSV where the model has one."""
    if names is None:
        names = csv_columns(model) if issubclass(model, Out) else list(model.model_fields)
    fields = {name: model.model_fields[name] for name in names}
    return _table(
        ("field", "type", "null", "description", "example"),
        (
            (
                f"`{name}`",
                _type_words(name, field.annotation, field.metadata).one,
                "yes" if _is_optional(field) else "no",
                field.description or "",
                _example(field),
            )
            for name, field in fields.items()
        ),
    )


def parts_of(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models inside the given ones that are no records of a noun, each once, in order of appearance."""
    found: dict[type[BaseModel], None] = {}
    for model in models:
        inside = [one for field in model.model_fields.values() for one in _models_in(field.annotation)]
        parts = [one for one in inside if one not in _NOUN_OF and one not in found]
        found |= dict.fromkeys(parts)
        found |= dict.fromkeys(parts_of(parts))
    return list(found)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]


def _parameters_table(query: type[ListQuery], names: Iterable[str]) -> str:
    fields = {name: query.model_fields[name] for name in names}
    return _table(
        ("parameter", "description", "example"),
        ((f"`{name}`", field.description or "", _asked(name, field)) for name, field in fields.items()),
    )


def _asked(name: str, field: FieldInfo) -> str:
    if not field.examples:
        return ""
    example = field.examples[0]
    return _code(f"{name}={','.join(map(str, example)) if isinstance(example, list) else example}")


def _type_words(name: str, annotation: Any, marks: Sequence[object] = ()) -> _Words:
    """What a value is, in plain words; TypeError for a type that has none yet. `marks` come out of an Annotated."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type_words(name, inner[0], inner[1:])
    if origin in (Union, UnionType):
        options = [_type_words(name, one, marks) for one in inner if one is not type(None)]
        return _Words(" or ".join(words.one for words in options), " or ".join(words.many for words in options))
    if origin is list:
        words = f"list of {_type_words(name, inner[0]).many}"
        return _Words(words, words)
    if origin is Literal:
        return _choice(inner)
    if annotation is str:
        return _text_words(name, marks)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _choice([member.value for member in annotation])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model_words(annotation)
    raise TypeError(f"the data dictionary has no words for the type {annotation} of {name}")


def _text_words(name: str, marks: Sequence[object]) -> _Words:
    for kind, words in _MARKED:
        if any(mark in marks for mark in get_args(kind)[1:]):
            return words
    if _DATE_NAME.fullmatch(name):
        return _DATE
    return _NAMED.get(name, _Words("text", "texts"))


def _choice(values: Sequence[object]) -> _Words:
    words = _codes(values)
    link = "model.md#closed-vocabularies"
    return _Words(f"[one of]({link}) {words}", f"words, each [one of]({link}) {words}")


def _model_words(model: type[BaseModel]) -> _Words:
    if issubclass(model, Out) and model in _NOUN_OF:
        noun = _NOUN_OF[model]
        return _Words(f"[{noun.title}](#{noun.path})", f"[{_spoken(noun.path)}](#{noun.path})")
    title = _title(model)
    link = f"[{title.lower()}](#{title.lower().replace(' ', '-')})"
    return _Words(link, f"{link} objects")


def _title(model: type[BaseModel]) -> str:
    """The name of a class as words: `CeilingsInForce` is "Ceilings in force", `HostOut` is "Host"."""
    name = re.sub(r"(Out|Shown)$", "", model.__name__)
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()


def _is_optional(field: FieldInfo) -> bool:
    return get_origin(field.annotation) in (Union, UnionType) and type(None) in get_args(field.annotation)


def _example(field: FieldInfo) -> str:
    """A value as JSON shows it, a text without its quotes; a closed list may have its usual word for one."""
    if not field.examples:
        return _code(field.default) if isinstance(field.default, StrEnum) else ""
    value = field.examples[0]
    return _code(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _codes(values: Iterable[object]) -> str:
    return ", ".join(_code(value) for value in values)


def _code(value: object) -> str:
    return f"`{value}`"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """Text for one cell: a table ends a cell at a bar and a row at a line break."""
    return " ".join(text.split()).replace("|", r"\|")
