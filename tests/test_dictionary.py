"""The data dictionary names every field in plain words, and changes only on purpose."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from app.answers.questions import QUESTIONS, Question
from app.core.dates import PartialDate
from app.core.shapes import LIST_CONTROLS, ListQuery, Out
from app.core.vocabulary import Iso3, MissionCode
from app.dictionary import data_dictionary, fields_table, parts_of
from app.nouns import NOUNS
from app.web.formats import csv_columns
from app.web.noun import Noun
from tests.test_cli import run

DOCS = Path(__file__).parent.parent / "docs"
PAGE = data_dictionary()

each_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.path)


def rows(text: str) -> list[list[str]]:
    """The rows of all tables in a text, without heads and rules."""
    cells = [re.split(r" (?<!\\)\| ", line[2:-2]) for line in text.splitlines() if line.startswith("| ")]
    return [row for row in cells if row[0].startswith("`")]


def section(title: str) -> str:
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##? |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def names(text: str) -> list[str]:
    return [row[0].strip("`") for row in rows(text)]


def anchors(text: str) -> list[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]


def test_the_committed_page_changes_only_on_purpose():
    committed = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    assert committed == PAGE, "run `make docs` if the change is meant"


def test_the_program_prints_it():
    answer = run("dictionary")
    assert (answer.returncode, answer.stdout) == (0, PAGE)


def test_nouns_stand_in_reading_order():
    titles = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    questions = [question.path for question in QUESTIONS]
    assert titles == [*(noun.path for noun in NOUNS), "Parameters of every list", *questions, "Parts"]


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.path for question in QUESTIONS])
def test_every_field_of_an_answer_has_a_row(question: Question):
    assert names(section(question.path)) == list(question.row.model_fields)


@each_noun
def test_every_field_include_and_filter_of_a_noun_has_a_row(noun: Noun):
    filters = [name for name in noun.listing.query.model_fields if name not in LIST_CONTROLS]
    fields = [*csv_columns(noun.listing.out), *(include.name for include in noun.includes)]
    assert sorted(fields) == sorted(noun.model.model_fields)
    assert names(section(noun.path)) == [*fields, *filters]
    assert noun.description in section(noun.path)


@each_noun
def test_included_records_say_how_to_ask_for_them(noun: Noun):
    for row in rows(section(noun.path)):
        for include in noun.includes:
            if row[0] == f"`{include.name}`" and len(row) == 5 and not include.always:
                assert f"Only with `include={include.name}`." in row[3]


def test_every_list_parameter_and_every_part_has_a_row():
    assert names(section("Parameters of every list")) == list(ListQuery.model_fields)
    fields = [
        name
        for part in parts_of([*(noun.model for noun in NOUNS), *(question.row for question in QUESTIONS)])
        for name in (csv_columns(part) if issubclass(part, Out) else part.model_fields)
    ]
    assert names(section("Parts")) == fields


def test_no_row_lacks_a_description_and_no_heading_stands_twice():
    for row in rows(PAGE):
        assert len(row) in (3, 5), row
        assert row[-2].endswith((".", "`")), row
    titles = anchors(PAGE)
    assert len(titles) == len(set(titles))


def test_every_value_has_an_example():
    for row in rows(PAGE):
        is_object = len(row) == 5 and "](#" in row[1]
        assert is_object or row[0] == "`cursor`" or row[-1].strip(), row


def test_every_link_leads_to_a_heading():
    links = re.findall(r"\]\(([\w.-]*)#([^)]+)\)", PAGE)
    assert ("model.md", "closed-vocabularies") in links
    for page, anchor in set(links):
        assert anchor in anchors((DOCS / page).read_text(encoding="utf-8") if page else PAGE), (page, anchor)


def test_codes_ids_and_dates_are_told_apart_from_text():
    types = {row[0].strip("`"): row[1] for row in rows(section("contingents")) if len(row) == 5}
    assert types["country"] == "code of a country"
    assert types["mission"] == "code of a mission"
    assert types["authorisation"] == "id of an authorisation"
    assert types["source"] == "id of a source"
    assert types["planned_from"] == "date (year, month or day)"
    assert types["label"] == "text"
    assert types["cost_currency"] == "text"
    assert types["cost_amount"] == "decimal number (text in JSON)"
    assert types["events"] == "list of [status events](#status-events)"
    assert types["authorisation_record"] == "[authorisation](#authorisations)"


@each_noun
def test_a_text_is_called_a_date_just_where_its_example_is_one(noun: Noun):
    for row in rows(section(noun.path)):
        if len(row) == 5 and row[1].startswith(("text", "date")):
            is_date = bool(re.fullmatch(r"`\d{4}(-\d\d){0,2}`", row[4]))
            assert row[1].startswith("date") == is_date, row


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Inner(BaseModel):
    """Something inside."""

    share: Decimal = Field(description="A share.", examples=["0.50"])


class Sample(BaseModel):
    day: date = Field(description="A day.", examples=["2024-03-31"])
    at: datetime | None = Field(None, description="A moment.", examples=["2024-03-31T00:00:00Z"])
    as_of: PartialDate = Field(description="a | b\nc", examples=["2024"])
    host: Iso3 | None = Field(None, description="A country.", examples=["KAZ"])
    others: list[MissionCode] = Field([], description="Missions.", examples=[["UNDOF"]])
    colour: Colour = Field(Colour.RED, description="A word.")
    colours: list[Colour] | None = Field(None, description="Words.", examples=[["red"]])
    kind: Literal["one"] = Field("one", description="A constant.", examples=["one"])
    inner: list[Inner] = Field(description="Objects.")
    share: float = Field(description="A share.", examples=[0.5])


def test_any_model_can_be_told_as_a_table():
    one_of = "[one of](model.md#closed-vocabularies)"
    assert fields_table(Sample).splitlines() == [
        "| field | type | null | description | example |",
        "| --- | --- | --- | --- | --- |",
        "| `day` | date (day) | no | A day. | `2024-03-31` |",
        "| `at` | moment (UTC) | yes | A moment. | `2024-03-31T00:00:00Z` |",
        r"| `as_of` | date (year, month or day) | no | a \| b c | `2024` |",
        "| `host` | code of a country | yes | A country. | `KAZ` |",
        '| `others` | list of codes of missions | no | Missions. | `["UNDOF"]` |',
        f"| `colour` | {one_of} `red`, `green` | no | A word. | `red` |",
        f'| `colours` | list of words, each {one_of} `red`, `green` | yes | Words. | `["red"]` |',
        f"| `kind` | {one_of} `one` | no | A constant. | `one` |",
        "| `inner` | list of [inner](#inner) objects | no | Objects. |  |",
        "| `share` | number | no | A share. | `0.5` |",
    ]
    assert parts_of([Sample]) == [Inner]


def test_a_type_without_words_is_refused():
    class Odd(BaseModel):
        odd: complex = Field(description="Odd.")

    with pytest.raises(TypeError, match="no words for the type"):
        fields_table(Odd)
