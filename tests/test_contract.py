"""schemathesis asks what the OpenAPI document allows, and what it forbids; a bounded run."""

from collections import Counter

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    status_code_conformance,
    unsupported_method,
)

from tests.conftest import Databases
from tests.desks import desk_at

MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.mark.parametrize("mode", MODES)
def test_answers_are_as_documented(seeded: httpx.Client, mode: GenerationMode):
    schema = schemathesis.openapi.from_url(f"{seeded.base_url}/openapi.json")
    statuses: Counter[int] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        # The stream of changes does not end.
        if operation.method != "get" or operation.path.endswith("/stream"):
            continue
        if mode is GenerationMode.NEGATIVE and not operation.query and not operation.path_parameters:
            continue

        @settings(
            max_examples=4,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case):
            answer = case.call()
            statuses[answer.status_code] += 1
            # Made-up cursors, names and days are lawful by their schema and refused all the same;
            # and an address that is too long is refused before its parameters are looked at.
            excluded = [positive_data_acceptance]
            if answer.status_code == 414:
                excluded.append(negative_data_rejection)
            if answer.status_code == 400:
                excluded.append(status_code_conformance)
                assert len(case.formatted_path + str(case.query)) > 10_000
            case.validate_response(answer, excluded_checks=excluded)

        ask()
    assert sum(statuses.values()) >= 100
    assert not [status for status in statuses if status >= 500]
    if mode is GenerationMode.POSITIVE:
        assert statuses[200] > 50


@pytest.mark.parametrize("mode", MODES)
def test_writes_are_answered_as_documented(on_sqlite: Databases, mode: GenerationMode):
    # What is asked here is refused before the engine matters, most of it.
    statuses: Counter[int] = Counter()
    with desk_at(on_sqlite.seeded()) as desk:
        schema = schemathesis.openapi.from_url(f"{desk.client.base_url}/openapi.json")
        headers = {"Authorization": f"Bearer {desk.tokens['eve']}"}
        for result in schema.get_all_operations():
            operation = result.ok()
            if operation.method == "get" or "/tokens" in operation.path:
                continue

            @settings(
                max_examples=4,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: schemathesis.Case):
                answer = case.call(headers=headers)
                statuses[answer.status_code] += 1
                assert answer.status_code < 500, answer.text
                # Names made up are lawful by their schema and refused; what is made up as wrong may be lacking its
                # token, its revision or its type first.
                excluded = [
                    positive_data_acceptance,
                    negative_data_rejection,
                    missing_required_header,
                    unsupported_method,
                ]
                if answer.status_code in (400, 404, 414):
                    excluded.append(status_code_conformance)
                case.validate_response(answer, excluded_checks=excluded)

            ask()
    assert sum(statuses.values()) >= 100
    assert statuses.keys() >= {422}, statuses
