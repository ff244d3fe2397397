"""The OpenAPI document."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.core.errors import Problem
from app.web.noun import Noun
from app.web.problems import PROBLEM_JSON
from app.web.write_shapes import BODY_SHAPES

EXAMPLES_FILE = Path(__file__).parent / "examples.json"


def add_openapi(app: FastAPI, nouns: Sequence[Noun]) -> None:
    """Complete the generated document with what the routes know: sort fields, includes, the problem body."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            _add_shapes(document)
            for operation in _operations(document):
                for parameter in operation.get("parameters", []):
                    _tidy(parameter)
            for noun in nouns:
                _name_choices(document["paths"][f"/v1/{noun.path}"]["get"]["parameters"], noun)
                _name_choices(document["paths"][f"/v1/{noun.path}/{{key}}"]["get"]["parameters"], noun)
            for operation in _operations(document):
                for parameter in operation.get("parameters", []):
                    _show_example(parameter)
            _show_answers(document)
            _share_problems(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _show_answers(document: dict[str, Any]) -> None:
    """Real answers of a freshly seeded service as examples; `make docs` writes the file."""
    for path, example in json.loads(EXAMPLES_FILE.read_text(encoding="utf-8")).items():
        if path in document["paths"]:
            response = document["paths"][path]["get"]["responses"]["200"]
            response["description"] += f" The example answers `{example['request']}`."
            response["content"]["application/json"]["example"] = example["answer"]


def _share_problems(document: dict[str, Any]) -> None:
    """Each problem stands once and is referred to: they are a quarter of the document otherwise."""
    shared: dict[str, Any] = {}
    names: dict[str, str] = {}
    for operation in _operations(document):
        for status, response in operation["responses"].items():
            if PROBLEM_JSON not in response.get("content", {}):
                continue
            written = json.dumps(response, sort_keys=True)
            if written not in names:
                alike = sum(name.startswith(f"Problem{status}") for name in shared)
                names[written] = f"Problem{status}" + (f"_{alike + 1}" if alike else "")
                shared[names[written]] = response
            operation["responses"][status] = {"$ref": f"#/components/responses/{names[written]}"}
    document["components"]["responses"] = shared


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _add_shapes(document: dict[str, Any]) -> None:
    """The problem body, the bodies of writes, which are read by hand, and the token that writes need."""
    shapes: list[type[BaseModel]] = [Problem, *BODY_SHAPES.values()]
    _, described = models_json_schema(
        [(shape, "validation") for shape in shapes], ref_template="#/components/schemas/{model}"
    )
    schemas = document["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for name, schema in described["$defs"].items():
        schemas.setdefault(name, schema)
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Token of an analyst or admin: docs/tokens.md."}
    }


def _tidy(parameter: dict[str, Any]) -> None:
    """A parameter is absent or has a value; `null` is none.

    Examples of filters stay in the schema: with an example beside each parameter, the reference page would fill
    them all in and ask for everything at once.
    """
    schema = parameter["schema"]
    options = [option for option in schema.pop("anyOf", []) if option != {"type": "null"}]
    if options:
        schema.update(options[0])
    schema.pop("title", None)
    schema.pop("description", None)
    if parameter["in"] == "path":
        parameter["example"] = schema.pop("examples")[0]
    parameter.pop("examples", None)
    if schema.get("type") == "array":
        parameter["explode"] = True


def _show_example(parameter: dict[str, Any]) -> None:
    """Say the example in the description too, which is all that the reference page shows of it."""
    for example in parameter["schema"].get("examples", []):
        value = ",".join(map(str, example)) if isinstance(example, list) else example
        parameter["description"] += f" Example: `{value}`."


def _name_choices(parameters: list[dict[str, Any]], noun: Noun) -> None:
    for parameter in parameters:
        if parameter["name"] == "sort":
            sorts = noun.listing.sorts
            parameter["schema"]["items"] = {"type": "string", "enum": [*sorts, *(f"-{name}" for name in sorts)]}
            parameter["schema"]["examples"] = [list(noun.listing.default_sort)]
        if parameter["name"] == "include":
            names = [include.name for include in noun.includes]
            if names:
                parameter["schema"]["items"] = {"type": "string", "enum": names}
                parameter["schema"]["examples"] = [names[:1]]
            else:
                parameter["schema"]["maxItems"] = 0
                parameter["description"] = "There are no related records to include."
                parameter["schema"].pop("examples", None)
