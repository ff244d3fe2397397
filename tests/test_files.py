"""Files of text as tables: CSV, JSON and NDJSON, plain and packed, sound and broken."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from app.importers.files import FileTooLarge, Limits, UnreadableFile, open_table
from app.importers.statements import Fault
from app.importers.table import Line
from tests.conftest import SHARED

HEADER = ("country", "total")


@pytest.fixture
def make(tmp_path: Path):
    """Writes a file and hands out its path."""

    def write(content: bytes | str, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path: Path, **options) -> tuple[tuple[str, ...], list[Line]]:
    with open_table(path, options.pop("name", path.name), **options) as table:
        return table.header, list(table.rows)


def notes(path: Path) -> tuple[str, ...]:
    with open_table(path, path.name) as table:
        return table.notes


def refused(path: Path, **options) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(path, **options)
    assert caught.value.status == 422
    return caught.value.detail


def too_large(path: Path, **options) -> str:
    with pytest.raises(FileTooLarge) as caught:
        read(path, **options)
    assert caught.value.status == 413
    return caught.value.detail


def faults(lines: Iterable[Line]) -> list[tuple[int, str | None, str]]:
    return [(line.row, line.column, line.code) for line in lines if isinstance(line, Fault)]


# CSV


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_come_with_the_numbers_a_spreadsheet_shows_whatever_ends_the_lines(make, end: str):
    text = end.join(["Country,Total", "Kazakhstan,6", "", '"Bolivia, State of",2', '"two' + end + 'lines",3', ",", ""])
    assert read(make(text)) == (
        HEADER,
        [(2, ["Kazakhstan", "6"]), (4, ["Bolivia, State of", "2"]), (5, [f"two{end}lines", "3"])],
    )


def test_empty_lines_above_the_header_count_as_rows(make):
    assert read(make("\n , \nCountry,Total\nKenya,1\n\n\n")) == (HEADER, [(4, ["Kenya", "1"])])


def test_a_byte_order_mark_is_no_part_of_the_first_name(make):
    assert read(make(b"\xef\xbb\xbfCountry,Total\nKenya,1\n")) == (HEADER, [(2, ["Kenya", "1"])])


def test_names_of_columns_come_in_one_form(make):
    assert read(make(" Total Uniformed-Personnel ,ISOCode3\n"))[0] == ("total_uniformed_personnel", "isocode3")


@pytest.mark.parametrize(("sign", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_taken_when_the_header_has_no_comma(make, sign: str, word: str):
    path = make(f"Country{sign}Total\nKenya, Republic of{sign}1\n")
    assert read(path) == (HEADER, [(2, ["Kenya, Republic of", "1"])])
    assert notes(path) == (f"The cells are separated by {word}.",)


def test_a_semicolon_in_a_quoted_name_separates_nothing(make):
    assert read(make('"Country; name",Total\nKenya,1\n')) == (("country;_name", "total"), [(2, ["Kenya", "1"])])


def test_a_header_with_two_kinds_of_separators_is_refused(make):
    assert "both commas and semicolons" in refused(make("Country;Women, men;Total\n"))


def test_a_table_of_one_column_is_a_table(make):
    assert read(make("Country\nKenya\n")) == (("country",), [(2, ["Kenya"])])


def test_a_header_alone_is_a_table_without_rows(make):
    assert read(make("Country,Total\n")) == (HEADER, [])


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , ,\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(make, content: bytes):
    assert "empty" in refused(make(content))


def test_short_rows_are_filled_up_and_empty_cells_at_the_end_dropped(make):
    assert read(make("Country,Total,\nKenya\nTogo,2,,\n")) == (HEADER, [(2, ["Kenya", ""]), (3, ["Togo", "2"])])


def test_a_row_with_more_cells_than_the_header_is_a_fault(make):
    lines = read(make("Country,Total\nBolivia, State of,2\nTogo,1\n"))[1]
    assert faults(lines) == [(2, None, "too_many_cells")]
    assert lines[1:] == [(3, ["Togo", "1"])]


def test_a_column_named_twice_is_refused(make):
    assert "'total' twice" in refused(make("Total,Country, TOTAL\n"))


@pytest.mark.parametrize("again", ["Country,Total", "\ufeffcountry,TOTAL"])
def test_a_header_among_the_rows_is_a_fault(make, again: str):
    lines = read(make(f"Country,Total\nKenya,1\n{again}\nCountry,7\n"))[1]
    assert faults(lines) == [(3, None, "header_repeated")]
    assert lines[2] == (4, ["Country", "7"])


def test_a_cell_that_is_too_long_is_a_fault_of_its_column(make):
    lines = read(make(f"Country,Total\n{'a' * 10_000},{'1' * 10_000}\nKenya,{'1' * 10_001}\nTogo,1\n"))[1]
    assert faults(lines) == [(3, "total", "cell_too_long")]
    assert [line[0] for line in lines if not isinstance(line, Fault)] == [2, 4]


def test_text_after_a_closing_quotation_mark_is_a_fault_of_its_row_alone(make):
    lines = read(make('Country,Total\n"Cote" d\'Ivoire,1\nTogo,1\n'))[1]
    assert faults(lines) == [(2, None, "bad_quotes")]
    assert lines[1:] == [(3, ["Togo", "1"])]


def test_quotation_marks_inside_of_text_are_kept(make):
    assert read(make('Country,Total\nthe "Congo",1\n"""Mission",2\n'))[1] == [
        (2, ['the "Congo"', "1"]),
        (3, ['"Mission', "2"]),
    ]


@pytest.mark.parametrize("rows_below", [2, 50_000])
def test_a_quotation_mark_that_is_never_closed_is_told_by_its_row(make, rows_below: int):
    assert refused(make('Country,Total\nKenya,1\n"Togo,1\n' + "Chad,1\n" * rows_below)).startswith("A cell of row 3 ")


def test_a_row_of_a_million_characters_is_refused_before_it_is_built(make):
    assert "Row 2 is longer" in refused(make("Country,Total\n" + '"\n",' * 300_000 + "\n"))
    assert "A line is longer" in refused(make("Country,Total\n" + "1," * 600_000 + "\n"))
    assert "A cell of row 2" in refused(make("Country,Total\n" + "1" * 900_000 + "\n"))


# Encodings


def test_windows_1252_is_recognised_and_noted(make):
    path = make("Country,Total\nCôte d’Ivoire,1\n".encode("cp1252"))
    assert read(path)[1] == [(2, ["Côte d’Ivoire", "1"])]
    assert notes(path) == ("The text is no UTF-8 and was read as Windows-1252. Look whether accents came out right.",)
    assert notes(make("Country,Total\nCôte d’Ivoire,1\n")) == ()


def test_bytes_of_no_encoding_are_told_by_their_place(make):
    assert "byte 14 is no UTF-8 and byte 15 no Windows-1252" in refused(make(b"Country,Total\n\xff\x81,1\n"))


def test_damaged_utf8_is_not_taken_for_windows_1252(make):
    good = "Country,Total\nTürkiye,1\n".encode()
    assert "but for byte 25," in refused(make(good + b"\xfc,1\n"))
    assert "but for byte 27," in refused(make(good + b"ab\xc3"))
    assert "but for byte 17," in refused(make(b"\xef\xbb\xbf" + b"Country,Total\n" + b"\xfcrk,1\n"))


def test_a_character_across_two_chunks_is_one(make):
    rows = "x,1\n" * 16_380
    for shift in range(8):
        path = make("Country,Total\n" + rows + "y" * shift + "ü,1\n")
        assert read(path)[1][-1] == (16_382, ["y" * shift + "ü", "1"])
        at = len(path.read_bytes()) - 4
        assert f"byte {at:,}" in refused(make(path.read_bytes()[:-4].replace(b"x", b"\xc3\xbc", 1) + b"\xff"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Country,Total\n".encode("utf-16"), "UTF-16 text. Save it as UTF-8"),
        ("\ufeffCountry,Total\n".encode("utf-16-be"), "UTF-16 text. Save it as UTF-8"),
        ("Country,Total\n".encode("utf-16-le"), "Byte 1 is NUL"),
        (b"Country,Total\nKenya\0,1\n", "Byte 19 is NUL"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "with a password, or of the old XLS kind"),
        (b"BZh91AY", "bzip2"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\n <?xml version='1.0'?>", "web page or XML"),
    ],
)
def test_what_is_no_text_is_named(make, content: bytes, words: str):
    assert words in refused(make(content))


# gzip


def test_gzip_is_recognised_whatever_the_name(make):
    path = make(gzip.compress(b"Country,Total\nKenya,1\n") + gzip.compress(b"Togo,2\n"), "table.csv")
    assert read(path) == (HEADER, [(2, ["Kenya", "1"]), (3, ["Togo", "2"])])
    assert read(make(gzip.compress(b'[{"country":"Kenya","total":1}]'), "x.json.gz"))[1] == [(2, ["Kenya", "1"])]


@pytest.mark.parametrize(
    "spoil", [lambda raw: raw[:-9], lambda raw: raw[:30] + b"\0\0" + raw[32:], lambda raw: raw + b"x"]
)
def test_a_damaged_gzip_file_is_refused_before_a_row_comes_out(make, spoil):
    rows = "".join(f"Kenya,{number}\n" for number in range(100))
    path = make(spoil(gzip.compress(b"Country,Total\n" + rows.encode())))
    with pytest.raises(UnreadableFile, match="damaged or cut off"), open_table(path, "x"):
        pytest.fail("opened")


def test_a_file_packed_twice_is_refused(make):
    assert "packed twice" in refused(make(gzip.compress(gzip.compress(b"Country,Total\n"))))


def bomb(size: int) -> bytes:
    """A gzip file that unpacks to so many line ends, made without holding them."""
    packer = zlib.compressobj(9, wbits=31)
    piece = b"\n" * 1_000_000
    return b"".join([packer.compress(piece) for _ in range(size // len(piece))]) + packer.flush()


def test_a_gzip_bomb_is_stopped_at_two_hundred_times_its_size(make):
    path = make(bomb(300_000_000))
    assert path.stat().st_size < 400_000
    tracemalloc.start()
    assert "more than 58," in too_large(path)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_a_packed_file_may_unpack_to_the_limit_and_no_further(make):
    path = make(gzip.compress(b"Country,Total\n"))
    assert read(path, limits=Limits(max_inflated_bytes=14))[0] == HEADER
    assert "more than 13 bytes" in too_large(path, limits=Limits(max_inflated_bytes=13))


# Limits


def test_limits_hold_to_the_unit(make):
    path = make("Country,Total\nKenya,1\nTogo,2\n")
    exact = {"max_bytes": 29, "max_rows": 2, "max_columns": 2, "max_cells": 4}
    assert len(read(path, limits=Limits(**exact))[1]) == 2
    for name, most in exact.items():
        too_large(path, limits=Limits(**{**exact, name: most - 1}))


def test_empty_lines_count_as_rows_so_that_their_number_is_bounded(make):
    too_large(make("Country,Total\n" + "\n" * 99 + "Togo,1\n"), limits=Limits(max_rows=99))


def test_a_table_of_300_000_rows_takes_little_memory(make, tmp_path: Path):
    rows = "\n".join(f"2024-01-31,UNDOF,Country {n % 150},Troops,{n}" for n in range(300_000))
    path = make("last_reporting_date,mission_acronym,contributing_country,personnel_type,total\n" + rows)
    assert path.stat().st_size > 12_000_000
    del rows
    packed = make(gzip.compress(path.read_bytes(), 1), "packed.gz")
    tracemalloc.start()
    with open_table(packed, packed.name) as table:
        assert sum(int(line[1][4]) for line in table.rows if not isinstance(line, Fault)) == 44_999_850_000
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


# JSON

ROWS = [{"Country": "Kenya", "Total": 1}, {"Country": "Togo"}, {"Total": 2.50, "Country": None, "Note": True}]
THREE = (
    ("country", "total", "note"),
    [(2, ["Kenya", "1", ""]), (3, ["Togo", "", ""]), (4, ["", "2.5", "true"])],
)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        "\ufeff" + json.dumps(ROWS),
        json.dumps({"data": ROWS}),
        json.dumps({"@context": "x", "count": 3, "links": {"a": [1]}, "fields": ["a"], "value": ROWS, "next": None}),
        "\n".join(json.dumps(row) for row in ROWS),
        "\r\n\r\n".join(json.dumps(row) for row in ROWS) + "\n",
    ],
)
def test_json_in_any_of_its_shapes_is_the_same_table(make, text: str):
    header, lines = read(make(text, "answer"))
    assert header == THREE[0]
    assert [line[1] for line in lines] == [cells for _, cells in THREE[1]]


def test_objects_are_numbered_like_rows_below_a_header(make):
    path = make(json.dumps(ROWS), "a.json")
    assert read(path) == THREE
    assert notes(path) == ("Rows are counted as in a table: row 2 is the first object.",)
    assert [line[0] for line in read(make('{"a":1}\n\n{"a":2}\n', "a.jsonl"))[1]] == [2, 4]


def test_numbers_stay_as_they_are_written(make):
    text = '[{"a":250.0,"b":1e3,"c":-0,"d":123456789012345678901,"e":"007"}]'
    assert read(make(text, "a.json"))[1] == [(2, ["250.0", "1e3", "-0", "123456789012345678901", "007"])]


def test_objects_that_are_no_rows_are_faults(make):
    text = '[{"a":1},5,{"a":[1]},{"a":{"b":1}},{"a":1,"a":2},{"a":"x\\u0000"},{"a":"\\ud800"},{"a":"\\ud83d\\ude00"}]'
    lines = read(make(text, "a.json"))[1]
    assert faults(lines) == [
        (3, None, "not_an_object"),
        (4, "a", "nested_value"),
        (5, "a", "nested_value"),
        (6, None, "key_repeated"),
        (7, None, "unusable_text"),
        (8, None, "unusable_text"),
    ]
    assert lines[-1] == (9, ["😀"])


def test_lines_that_are_no_objects_are_faults(make):
    lines = read(make('{"a":1}\n{"a":\n[1]\n{"a":2}\n', "a.ndjson"))[1]
    assert faults(lines) == [(3, None, "not_an_object"), (4, None, "not_an_object")]
    assert lines[-1] == (5, ["2"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "no rows"),
        ('{"data":[]}', "no list of objects"),
        ('{"KAZ":{"total":1},"KEN":{"total":2}}', "no list of objects"),
        ('{"a":[{"x":1}],"b":[{"x":1}]}', "more than one list"),
        ('[{"a":1},]', "at character 9"),
        ('[{"a":1} {"a":2}]', "']' is missing, at character 9"),
        ('[{"a":1}', "']' is missing, at character 8"),
        ('{"data":[{"a":1}]', "'}' is missing"),
        ('[{"a":1}] x', "goes on after its end, at character 10"),
        ('{"data" [{"a":1}]}', "':' is missing"),
        ("[" * 200_000, "nested too deeply"),
        ('[{"a":"' + "x" * 1_200_000 + '"}]', "no end of a value"),
        ('{"data":[' + " " * 1_200_000 + '{"a":1}]}', "no end of a value"),
        ('[{"Total":1,"total ":2}]', "'total' twice"),
    ],
)
def test_json_that_is_no_table_is_refused(make, text: str, words: str):
    assert words in refused(make(text, "a.json"))


def test_a_number_across_two_windows_is_one(make):
    for shift in range(8):
        text = '{"x":"' + "y" * (65_520 + shift) + '","n":123456,"data":[{"a":1}]}'
        assert read(make(text, "a.json")) == (("a",), [(2, ["1"])])


def test_json_on_one_line_streams(make):
    path = make("[" + ",".join(f'{{"country":"Kenya","total":{n}}}' for n in range(50_000)) + "]", "a.json")
    assert path.stat().st_size > 1_500_000
    tracemalloc.start()
    with open_table(path, "a.json") as table:
        assert sum(int(line[1][1]) for line in table.rows if not isinstance(line, Fault)) == 1_249_975_000
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_objects_with_ever_new_keys_are_refused(make):
    text = json.dumps([{f"key {n}": 1} for n in range(300)])
    assert "more than 256 different keys" in too_large(make(text, "a.json"))


def test_a_name_decides_only_between_what_the_content_leaves_open(make):
    assert read(make("[a],b\n1,2\n", "table.csv")) == (("[a]", "b"), [(2, ["1", "2"])])
    assert read(make("a,b\n1,2\n", "table.xlsx")) == (("a", "b"), [(2, ["1", "2"])])


def test_text_has_no_sheets(make):
    assert "Only a workbook" in refused(make("a,b\n"), sheet="Data")


# Real files


@pytest.mark.parametrize(
    ("name", "rows", "last"),
    [
        ("un-dpo_contributions_by_mission_2015-01_2025-07.csv.gz", 99_878, 99_879),
        ("un-dpo_rank_2021-01.csv", 122, 123),
        ("un-psdata_fatalities_2025-04.csv", 4_429, 4_430),
        ("un-psdata_missions_2024-02.csv", 81, 82),
        ("ipi_contributions_with_geo_2014-03.csv", 573, 574),
        ("pema_v2_raw.csv", 558, 559),
    ],
)
def test_real_files_are_read_without_a_fault(name: str, rows: int, last: int):
    if not SHARED.is_dir():
        pytest.skip("the real files are not here")
    lines = read(SHARED / "data" / name)[1]
    assert (len(lines), faults(lines), lines[-1][0]) == (rows, [], last)
