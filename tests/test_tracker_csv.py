"""Our own CSV of headcounts, exported and read back."""

import io

import httpx

from app.core.vocabulary import Bound
from app.headcounts.models import HeadcountFields, HeadcountOut
from app.importers.registry import find_importer
from app.importers.registry import recognise as recognise_any
from app.importers.statements import TrackerRow
from app.importers.tracker_csv import template
from app.web.formats import csv_columns, csv_head, csv_lines
from tests.layouts import read, table_of


def test_an_export_comes_back_field_by_field(seeded_sqlite: httpx.Client):
    query = "/v1/headcounts?country=KAZ&as_of__gte=2023-12"
    exported = seeded_sqlite.get(f"{query}&format=csv&hxl=1").text
    records = seeded_sqlite.get(f"{query}&limit=1000").json()["data"]
    rows = list(
        recognise_any(exported.split("\r\n", 1)[0].split(",")).read(table_of(io.StringIO(exported, newline="")))
    )
    assert len(rows) == len(records) > 100
    for row, record in zip(rows, records, strict=True):
        assert isinstance(row, TrackerRow)
        assert row.revision == record["revision"]
        assert row.headcount.model_dump(mode="json") == {name: record[name] for name in HeadcountFields.model_fields}
        assert row.headcount.model_fields_set == set(HeadcountFields.model_fields)


def test_text_that_the_export_neutralised_comes_back_as_it_was():
    values = {
        "id": 1, "report": "paper", "country": "KAZ", "personnel_type": "troops", "total": 6, "source": "paper",
        "as_of": "2024-01-31", "revision": 3, "recorded_in": 4, "recorded_at": "2026-01-02T03:04:05Z",
        "bound": "up_to", "comment": "=1+1", "type_as_printed": "'officers'", "mission_as_printed": "-",
    }  # fmt: skip
    columns = csv_columns(HeadcountOut)
    text = (csv_head(columns, hxl=True) + csv_lines([HeadcountOut.model_validate(values)], columns)).decode()
    assert "'=1+1" in text
    (row,) = find_importer("tracker-csv").read(table_of(io.StringIO(text, newline="")))
    assert isinstance(row, TrackerRow)
    assert (row.row, row.revision) == (3, 3)
    assert (row.headcount.comment, row.headcount.mission_as_printed) == ("=1+1", "-")
    assert row.headcount.type_as_printed == "'officers'"
    assert row.headcount.bound is Bound.UP_TO


def test_only_the_columns_of_the_file_are_said_and_empty_words_are_the_usual_ones():
    (row,) = read("report,country,mission,personnel_type,total,bound,comment", "paper,KAZ,,troops,6,,")
    assert isinstance(row, TrackerRow)
    assert row.headcount.model_fields_set == {
        "report", "country", "mission", "personnel_type", "total", "bound", "comment",
    }  # fmt: skip
    assert (row.headcount.bound, row.headcount.mission, row.headcount.comment) == (Bound.EXACTLY, None, None)
    assert row.revision is None


def test_rows_the_record_would_not_take_are_refused_by_field():
    found = read(
        "id,report,country,mission,personnel_type,women,men,total,revision",
        "1,paper,Kazakhstan,UNDOF,soldiers,1,4,6,1",
        "x,paper,KAZ,UNDOF,troops,1,5,many,1.5",
        "1,,KAZ,UNDOF,troops,,,6,",
    )
    assert [one[:3] for one in found] == [
        (2, "country", "bad_value"),
        (2, "personnel_type", "bad_value"),
        (2, "total", "bad_value"),
        (3, "id", "bad_value"),
        (3, "total", "not_a_count"),
        (3, "revision", "bad_value"),
        (4, "report", "bad_value"),
    ]
    assert found[2].message == "women 1 + men 4 is not the total 6."  # type: ignore[union-attr]


def test_the_template_has_the_columns_a_person_fills_in_and_is_recognised():
    line = template()
    assert line == (
        "report,country,mission,personnel_type,women,men,total,bound,measure,contingent,country_as_printed,"
        "mission_as_printed,type_as_printed,comment\r\n"
    )
    assert recognise_any(line.strip().split(",")).name == "tracker-csv"


def test_the_layout_knows_every_column_of_the_export():
    assert set(find_importer("tracker-csv").columns) == set(csv_columns(HeadcountOut))
