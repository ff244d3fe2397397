"""The OpenAPI document tells all, changes only on purpose, and the reference works offline."""

import json
import re
from pathlib import Path

import httpx
import pytest

from app.core.shapes import LIST_CONTROLS
from app.nouns import NOUNS

DOCUMENT = Path(__file__).parent.parent / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def document(seeded_sqlite: httpx.Client) -> dict:
    return seeded_sqlite.get("/openapi.json").json()


def test_the_document_changes_only_on_purpose(document: dict):
    assert document == json.loads(DOCUMENT.read_text(encoding="utf-8")), "run `make docs` if the change is meant"


def operations(document: dict) -> list[tuple[str, str, dict]]:
    return [(path, method, one) for path, found in document["paths"].items() for method, one in found.items()]


def readable(document: dict) -> list[tuple[str, dict]]:
    """Addresses that everybody may read."""
    return [(path, one) for path, method, one in operations(document) if method == "get" and "security" not in one]


# A seeded record has none of these yet.
EMPTY = ("/v1/imports/{number}", "/v1/fatalities/{key}")


def test_every_parameter_is_described_with_an_example(document: dict):
    for path, _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (path, parameter["name"])
            has_choice = parameter["schema"].get("maxItems") == 0 or parameter["name"] == "cursor"
            assert has_choice or "example" in parameter or "examples" in parameter["schema"], (path, parameter["name"])


def test_every_field_is_described_with_an_example(document: dict):
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            assert described.get("description"), (name, field)
            # What refers to another schema has its examples there.
            assert "examples" in described or "$ref" in json.dumps(described), (name, field)


def test_every_status_is_described_and_errors_are_problems(document: dict):
    for path, method, operation in operations(document):
        assert operation["summary"], (path, method)
        assert operation["description"], (path, method)
        for status, told in operation["responses"].items():
            is_shared = "$ref" in told
            response = document["components"]["responses"][told["$ref"].split("/")[-1]] if is_shared else told
            assert response["description"], (path, status)
            assert is_shared == (int(status) >= 400)
            if is_shared:
                assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_tags_stand_in_reading_order(document: dict):
    tags = [tag["name"] for tag in document["tags"]]
    assert tags[:2] == ["answers", "missions"]
    assert tags[-1] == "service"
    used = [operation["tags"][0] for _, _, operation in operations(document)]
    assert list(dict.fromkeys(used)) == tags


def test_examples_of_paths_are_answered(document: dict, seeded_sqlite: httpx.Client):
    for path, operation in readable(document):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path" and not path.startswith(EMPTY):
                answer = seeded_sqlite.get(path.replace(f"{{{parameter['name']}}}", str(parameter["example"])))
                assert answer.status_code == 200, path


def test_examples_of_parameters_are_accepted(document: dict, seeded_sqlite: httpx.Client):
    for path, operation in readable(document):
        if "{" in path or path.endswith("/stream"):
            continue
        for parameter in operation.get("parameters", []):
            for example in parameter["schema"].get("examples", []):
                beside = {"noun": "headcounts"} if parameter["name"] == "record" else {}
                answer = seeded_sqlite.get(path, params={parameter["name"]: example, **beside})
                # A ranking of a month without a report is no empty list.
                has_answer = answer.status_code == 200 or answer.json()["code"] == "no_report"
                assert has_answer, (path, parameter["name"], answer.text)


def test_every_write_needs_a_token_and_says_so(document: dict, seeded_sqlite: httpx.Client):
    writes = [(path, method, one) for path, method, one in operations(document) if method != "get"]
    assert len(writes) > 50
    for path, method, operation in writes:
        assert operation["security"] == [{"token": []}], (path, method)
        assert {"401", "403"} <= operation["responses"].keys(), (path, method)
        if method in ("post", "patch") and not path.endswith(("/rotate",)):
            assert operation["requestBody"]["content"], (path, method)
        address = re.sub(r"\{\w+\}", "1", path)
        assert seeded_sqlite.request(method, address).status_code == 401, (path, method)


def test_every_schema_that_is_named_is_there(document: dict):
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert named <= document["components"]["schemas"].keys()


def test_the_reference_loads_nothing_from_other_hosts(seeded_sqlite: httpx.Client):
    page = seeded_sqlite.get("/docs")
    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert loaded
    for address in loaded:
        assert address.startswith(("/", "#")), address
        if address.startswith("/"):
            assert seeded_sqlite.get(address).status_code == 200
    assert "connect-src 'self'" in page.headers["content-security-policy"]


def test_the_entry_page_leads_on(seeded_sqlite: httpx.Client):
    page = seeded_sqlite.get("/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    links = re.findall(r'href="(/[^"]*)"', page.text)
    assert {"/countries", "/missions", "/discrepancies", "/changes", "/sources", "/post", "/docs"} <= set(links)
    entry = seeded_sqlite.get("/", headers={"accept": "application/json"}).json()
    resources = [resource["href"] for resource in entry["resources"]]
    assert len(resources) > 20
    for link in [*links, *resources]:
        assert seeded_sqlite.get(link.replace("&amp;", "&")).status_code == 200, link
    assert seeded_sqlite.get("/").json() == entry


def test_every_parameter_of_a_list_is_a_control_or_filters():
    for noun in NOUNS:
        for name in set(noun.listing.query.model_fields) - LIST_CONTROLS:
            assert name.partition("__")[0] in noun.listing.filters, (noun.path, name)
