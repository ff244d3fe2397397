"""What the documents show as answers is what a freshly seeded service answers."""

import json
import re
from pathlib import Path

import httpx
import pytest

from app.web.reference import EXAMPLES_FILE
from tests.make_examples import ask_examples

ROOT = Path(__file__).parent.parent
REQUEST = re.compile(r"^    GET (\S+)\n((?:    .*\n)+)", re.MULTILINE)
SHOWN = REQUEST.findall((ROOT / "docs" / "answers.md").read_text(encoding="utf-8"))


def assert_shown(shown: object, real: object, place: str) -> None:
    """Fields may be left out, items of a list may not."""
    if isinstance(shown, dict):
        assert isinstance(real, dict), place
        for name, value in shown.items():
            assert name in real, f"{place}/{name}"
            assert_shown(value, real[name], f"{place}/{name}")
    elif isinstance(shown, list):
        assert isinstance(real, list), place
        assert len(shown) == len(real), (place, len(shown), len(real))
        for number, (one, other) in enumerate(zip(shown, real, strict=True)):
            assert_shown(one, other, f"{place}/{number}")
    else:
        assert shown == real, (place, shown, real)


@pytest.mark.parametrize(("request_line", "body"), SHOWN, ids=[line for line, _ in SHOWN])
def test_an_example_of_the_answers_is_a_real_one(seeded: httpx.Client, request_line: str, body: str):
    answer = seeded.get(request_line)
    assert answer.status_code == 200, answer.text
    assert_shown(json.loads(body), answer.json(), "")


def test_every_question_has_an_example():
    assert len(SHOWN) >= 20


def without_moments(text: str) -> object:
    return json.loads(re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "MOMENT", text))


def test_examples_of_the_reference_are_real_answers(seeded: httpx.Client):
    kept = without_moments(EXAMPLES_FILE.read_text(encoding="utf-8"))
    assert without_moments(json.dumps(ask_examples(seeded))) == kept, "run `make docs` if the change is meant"


def test_the_reference_shows_them(seeded_sqlite: httpx.Client):
    document = seeded_sqlite.get("/openapi.json").json()
    for path, example in json.loads(EXAMPLES_FILE.read_text(encoding="utf-8")).items():
        operation = document["paths"][path]["get"]
        assert operation["responses"]["200"]["content"]["application/json"]["example"] == example["answer"]
        assert example["request"] in operation["responses"]["200"]["description"]
