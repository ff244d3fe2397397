"""SQLite and PostgreSQL answer the same, byte for byte apart from moments and cursors."""

import re
from collections.abc import Iterator

import httpx
import pytest

from app.answers.questions import QUESTIONS
from app.core.settings import Settings
from app.nouns import NOUNS
from tests.conftest import Databases, serving


@pytest.fixture(scope="module")
def both(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    makers = [Databases(engine, tmp_path_factory.mktemp(engine), postgresql) for engine in ("sqlite", "postgresql")]
    first, second = (Settings(database_url=maker.seeded()) for maker in makers)
    with serving(first) as one, serving(second) as other:
        yield one, other


def comparable(text: str) -> str:
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "MOMENT", text)
    return re.sub(r'cursor=[^"&>]*', "cursor", text)


@pytest.mark.parametrize("noun", NOUNS, ids=[noun.path for noun in NOUNS])
def test_both_engines_give_the_same_answers(both: tuple[httpx.Client, httpx.Client], noun):
    includes = ",".join(include.name for include in noun.includes)
    queries = [
        "limit=300",
        "limit=300&format=csv",
        "limit=300&format=ndjson",
        "count=exact&limit=1",
        "known_at=2001-01-01",
    ]
    queries += [f"limit=60&sort={sign}{field}" for field in noun.listing.sorts for sign in ("", "-")]
    if includes:
        queries.append(f"limit=300&include={includes}")
    for query in queries:
        one, other = (client.get(f"/v1/{noun.path}?{query}") for client in both)
        assert one.status_code == 200, query
        assert comparable(one.text) == comparable(other.text), query


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.path for question in QUESTIONS])
def test_both_engines_answer_questions_the_same(both: tuple[httpx.Client, httpx.Client], question):
    queries = ["", "format=csv", "format=ndjson", "mission=UNDOF,UNMISS", "known_at=2999-01-01"]
    if "country" in question.query.model_fields:
        queries += [
            "country=KAZ",
            "region=Africa&mission_kind=peacekeeping" if question.path == "totals" else "country=FRA",
        ]
    if question.path == "fatality-totals":
        queries += ["by=year,month", "by=incident_type,sex", "by=country,mission"]
    elif "by" in question.query.model_fields and question.path != "rankings":
        queries += ["by=region,personnel_type", "by=host", "by=country,mission"]
    if "as_of" in question.query.model_fields:
        queries += ["as_of=2024-01-20&country=KAZ" if "country" in question.query.model_fields else "as_of=2024-01-20"]
    for query in queries:
        one, other = (client.get(f"/v1/{question.path}?{query}") for client in both)
        assert one.status_code == 200, (query, one.text)
        assert comparable(one.text) == comparable(other.text), query
