"""XLSX files as tables, written here part by part: what spreadsheet programs make, and what only attackers make."""

import struct
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from app.importers.files import FileTooLarge, Limits, UnreadableFile, open_table
from app.importers.statements import Fault
from app.importers.table import Line

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Total</t></is></c></row>'
TEXTS = "<si><t>Country</t></si><si><t>Kenya</t></si>"
FORMATS = ["General", "yyyy\\-mm\\-dd", '0 "days"', "[h]:mm", "[Red]0.00;dd/mm", "[$-409]d\\-mmm\\-yy;@", "h:mm"]


def relations(kinds: Mapping[str, str]) -> str:
    """The parts something refers to: target and kind."""
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(kinds.items(), 1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{listed}</Relationships>'


def sheet(rows: str, below: str = "", above: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{above}<sheetData>{rows}</sheetData>{below}</worksheet>'


def parts(*sheets: str, hidden: tuple[int, ...] = (), texts: str = TEXTS, book: str = "") -> dict[str, str]:
    """The parts of a sound workbook: sheets Sheet1, Sheet2 and so on."""
    listed = "".join(
        f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"{" state=" + quoteattr("hidden") if n in hidden else ""}/>'
        for n in range(1, len(sheets) + 1)
    )
    numbers = "".join(f'<numFmt numFmtId="{164 + n}" formatCode={quoteattr(f)}/>' for n, f in enumerate(FORMATS))
    styles = "".join(f'<xf numFmtId="{164 + n}"/>' for n in range(len(FORMATS))) + '<xf numFmtId="14"/>'
    kinds = {f"worksheets/sheet{n}.xml": "worksheet" for n in range(1, len(sheets) + 1)}
    return {
        "_rels/.rels": relations({"xl/workbook.xml": "officeDocument"}),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            kinds | {"sharedStrings.xml": "sharedStrings", "/xl/styles.xml": "styles"}
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{numbers}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>',
    } | {f"xl/worksheets/sheet{n}.xml": text for n, text in enumerate(sheets, 1)}


@pytest.fixture
def make(tmp_path: Path):
    """Writes a workbook out of its parts and hands out its path."""

    def write(contents: Mapping[str, str | bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
        path = tmp_path / "table.xlsx"
        with zipfile.ZipFile(path, "w", kind) as archive:
            for name, content in contents.items():
                archive.writestr(name, content)
        return path

    return write


def read(path: Path, limits: Limits | None = None, sheet: str | None = None) -> tuple[tuple[str, ...], list[Line]]:
    with open_table(path, path.name, limits, sheet) as table:
        return table.header, list(table.rows)


def cells(path: Path) -> list[str]:
    """The cells of the first row below the header."""
    line = read(path)[1][0]
    assert not isinstance(line, Fault)
    return list(line[1])


def refused(path: Path, **options) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(path, **options)
    return caught.value.detail


def too_large(path: Path, **options) -> str:
    with pytest.raises(FileTooLarge) as caught:
        read(path, **options)
    return caught.value.detail


def row(number: int, *texts: str) -> str:
    """A row of texts."""
    inner = "".join(
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for place, text in enumerate(texts)
    )
    return f'<row r="{number}">{inner}</row>'


# What spreadsheet programs make


def test_rows_come_with_their_numbers_in_the_sheet_and_empty_ones_are_left_out(make):
    rows = (
        HEADER + '<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3"><v>6</v></c></row><row r="4"><c r="A4" s="1"/></row>'
    )
    rows += '<row r="9"><c r="B9"><v>2</v></c></row>'
    assert read(make(parts(sheet(rows)))) == (("country", "total"), [(3, ["Kenya", "6"]), (9, ["", "2"])])


def test_a_header_may_stand_anywhere(make):
    rows = '<row r="4"><c r="C4" t="s"><v>0</v></c><c r="D4" t="s"><v>1</v></c></row>' + row(6, "", "", "a", "b")
    assert read(make(parts(sheet(rows)))) == (("", "", "country", "kenya"), [(6, ["", "", "a", "b"])])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<v>6</v>", "6"),
        ("<v>6.0</v>", "6"),
        ("<v>6.5</v>", "6.5"),
        ("<v>0.30000000000000004</v>", "0.3"),
        ("<v>1.2E3</v>", "1200"),
        ("<v>-13.2033</v>", "-13.2033"),
        ("<v>nan</v>", "nan"),
        ("<v>1_000</v>", "1_000"),
    ],
)
def test_numbers_come_as_a_person_would_type_them(make, cell: str, text: str):
    assert cells(make(parts(sheet(HEADER + f'<row r="2"><c r="A2">{cell}</c></row>'))))[0] == text


@pytest.mark.parametrize(
    ("style", "number", "text"),
    [
        (1, "45322", "2024-01-31"),
        (7, "45322", "2024-01-31"),
        (5, "45322", "2024-01-31"),
        (1, "45322.75", "2024-01-31T18:00:00"),
        (1, "45321.9999999", "2024-01-31"),
        (1, "59", "1900-02-28"),
        (1, "60", "60"),
        (1, "61", "1900-03-01"),
        (1, "-1", "-1"),
        (1, "99999999", "99999999"),
        (6, "0.5", "12:00:00"),
        (0, "45322", "45322"),
        (2, "45322", "45322"),
        (3, "1.5", "1.5"),
        (4, "45322", "45322"),
    ],
)
def test_dates_come_as_iso_dates_whatever_their_format(make, style: int, number: str, text: str):
    path = make(parts(sheet(HEADER + f'<row r="2"><c r="A2" s="{style}"><v>{number}</v></c></row>')))
    assert cells(path)[0] == text


def test_days_may_be_counted_from_1904(make):
    rows = HEADER + '<row r="2"><c r="A2" s="1"><v>43860</v></c></row>'
    assert cells(make(parts(sheet(rows), book='<workbookPr date1904="1"/>')))[0] == "2024-01-31"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('t="b"><v>1</v>', "TRUE"),
        ('t="b"><v>0</v>', "FALSE"),
        ('t="e"><v>#N/A</v>', "#N/A"),
        ('t="e"><f>A9</f><v>#REF!</v>', "#REF!"),
        ('t="d"><v>2024-01-31</v>', "2024-01-31"),
        ('t="str"><f>A1</f><v>Kenya</v>', "Kenya"),
        ("><f>1+5</f><v>6</v>", "6"),
        ('t="inlineStr"><is><r><t>Ken</t></r><r><t>ya</t></r><rPh><t>no</t></rPh></is>', "Kenya"),
        ('t="inlineStr"><is><t>a_x0041_b_x005F_c</t></is>', "aAb_c"),
        ('t="s"><v>2</v>', "Côte d’Ivoire"),
    ],
)
def test_cells_of_every_kind_come_as_text(make, cell: str, text: str):
    texts = TEXTS + "<si><r><t>Côte </t></r><r><t>d’Ivoire</t></r><rPh><t>no</t></rPh></si>"
    path = make(parts(sheet(HEADER + f'<row r="2"><c r="A2" {cell}</c></row>'), texts=texts))
    assert cells(path)[0] == text


def test_cells_without_places_follow_one_another(make):
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c><v>3</v></c></row>"
    assert read(make(parts(sheet(rows)))) == (("1", "2"), [(2, ["", "3"])])


def test_prefixes_of_elements_change_nothing(make):
    text = sheet(HEADER + '<row r="2"><c r="A2" t="s"><v>1</v></c></row>')
    for name in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        text = text.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>")
        text = text.replace(f"</{name}>", f"</x:{name}>")
    assert cells(make(parts(text.replace("xmlns=", "xmlns:x=")))) == ["Kenya", ""]


@pytest.mark.parametrize("cell", ["<f>1+5</f>", "<f>1+5</f><v></v>", "<f>1+5</f><v/>"])
def test_a_formula_without_its_result_is_a_fault_and_no_empty_cell(make, cell: str):
    rows = HEADER + f'<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2">{cell}</c></row>' + row(3, "Togo", "1")
    fault, other = read(make(parts(sheet(rows))))[1]
    assert isinstance(fault, Fault)
    assert (fault.row, fault.code) == (2, "formula_without_value")
    assert "Cell B2 holds a formula without its result" in fault.message
    assert other == (3, ["Togo", "1"])


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(make):
    rows = HEADER + '<row r="2"><c r="A2" t="str"><f>""</f><v></v></c><c r="B2"><v>1</v></c></row>'
    assert cells(make(parts(sheet(rows)))) == ["", "1"]


@pytest.mark.parametrize("cells_merged", ["A1:B1", "A2:A3"])
def test_merged_cells_are_refused_by_their_place(make, cells_merged: str):
    below = f'<mergeCells count="1"><mergeCell ref="{cells_merged}"/></mergeCells>'
    rows = "".join(row(number, "Kenya", "1") for number in range(2, 2_000))
    path = make(parts(sheet(HEADER + rows, below)))
    with pytest.raises(UnreadableFile, match=f"The cells {cells_merged} are merged"), open_table(path, "x"):
        pytest.fail("opened")


def test_merged_cells_that_the_quick_look_misses_are_found_by_the_parser(make):
    below = '<mergeCells><mergeCell\n  note=">" ref="A1:B1"/></mergeCells>'
    assert "A1:B1 are merged" in refused(make(parts(sheet(HEADER, below))))


def test_the_first_sheet_in_sight_with_a_header_is_read_and_the_others_are_named(make):
    sheets = [
        sheet(""),
        sheet(row(1, "hidden", "b")),
        sheet(row(1, "Notes to readers")),
        sheet(row(1, "a", "b")),
        sheet(""),
    ]
    path = make(parts(*sheets, hidden=(2,)))
    with open_table(path, path.name) as table:
        assert table.header == ("a", "b")
        assert table.notes == ("Read from sheet 'Sheet4'; not read: 'Sheet1', 'Sheet2' (hidden), 'Sheet3', 'Sheet5'.",)
    assert read(path, sheet="Sheet2")[0] == ("hidden", "b")
    assert "'Sheet2' (hidden)" in refused(path, sheet="Data")
    assert read(make(parts(sheet(""), sheet(row(1, "country")))))[0] == ("country",)


def test_a_workbook_without_a_table_is_refused(make):
    assert "holds a table" in refused(make(parts(sheet(""), sheet(row(1, "a")), hidden=(2,))))


def test_macros_and_other_parts_are_left_alone(make):
    extra = {
        "xl/vbaProject.bin": b"\0" * 100,
        "xl/externalLinks/externalLink1.xml": "<broken",
        "docProps/app.xml": "<a/>",
    }
    assert cells(make(parts(sheet(HEADER + row(2, "Kenya", "1"))) | extra)) == ["Kenya", "1"]


# What is broken


def test_faults_of_rows_are_those_of_other_files(make):
    rows = (
        HEADER
        + row(2, "Kenya", "1", "x")
        + row(3, "Country", "Total")
        + row(4, "x" * 10_001, "1")
        + row(5, "a_x0000_", "1")
    )
    found = [
        (line.row, line.column, line.code) for line in read(make(parts(sheet(rows))))[1] if isinstance(line, Fault)
    ]
    assert found == [
        (2, None, "too_many_cells"),
        (3, None, "header_repeated"),
        (4, "country", "cell_too_long"),
        (5, None, "unusable_text"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        row(2, "a", "b") + row(1, "a", "b"),
        row(2, "a", "b") + row(2, "a", "b"),
        row(1_048_577, "a", "b"),
        '<row r="-1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="é1"><v>1</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="A11"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><c r="B1"/></c></row>',
        '<row r="1"><c r="A1"><v><v>1</v></v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</c></row>',
        "<row r='1'>" + "<deep>" * 100 + "</deep>" * 100 + "</row>",
        '<row r="1"><c r="A1" x="' + "y" * 2_000_000 + '"/></row>',
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(make, rows: str):
    assert "damaged" in refused(make(parts(sheet(rows))))


@pytest.mark.parametrize(
    "missing", ["xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/workbook.xml", "_rels/.rels"]
)
def test_a_workbook_that_lacks_a_part_is_refused(make, missing: str):
    contents = parts(sheet(HEADER))
    del contents[missing]
    refused(make(contents))


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ({"table.csv": "a,b"}, "is an archive"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}, "OpenDocument"),
        ({"_rels/.rels": "<a/>", "xl/workbook.bin": "x"}, "XLSB"),
        ({"_rels/.rels": relations({"word/document.xml": "officeDocument"}), "word/x.xml": "<a/>"}, "no workbook"),
    ],
)
def test_archives_of_other_kinds_are_named(make, contents: dict[str, str], words: str):
    assert words in refused(make(contents))


def test_a_file_that_is_cut_off_is_refused(make):
    path = make(parts(sheet(HEADER)))
    path.write_bytes(path.read_bytes()[:-30])
    assert "damaged" in refused(path)


def test_a_part_with_a_wrong_checksum_is_refused(make):
    path = make(parts(sheet(HEADER + row(2, "Kenya", "1"))), zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"Kenya</t></is>", b"Konya</t></is>"))
    assert "damaged" in refused(path)


# What only attackers make


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "docProps/core.xml"]
)
def test_a_document_type_is_refused_in_any_part(make, part: str):
    contents = parts(sheet(HEADER)) | {"docProps/core.xml": "<a/>"}
    contents[part] = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + contents[part]
    assert "declares XML entities" in refused(make(contents))


def test_a_document_type_beyond_the_first_piece_or_in_another_alphabet_is_refused(make):
    text = sheet(HEADER)
    for spoilt in (
        f"<!--{'x' * 70_000}--><!DOCTYPE a>{text}",
        f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a>{text}'.encode("utf-16"),
    ):
        assert "declares XML entities" in refused(make(parts("") | {"xl/worksheets/sheet1.xml": spoilt}))


def test_encrypted_entries_are_refused(make):
    path = make(parts(sheet(HEADER)))
    raw = bytearray(path.read_bytes())
    place = raw.rfind(b"PK\x01\x02")
    raw[place + 8] |= 1
    path.write_bytes(raw)
    assert "encrypted" in refused(path)


def test_the_sum_of_what_is_unpacked_is_bounded_before_anything_is(make):
    path = make(parts(sheet(HEADER)) | {"xl/media/image1.png": bytes(range(256)) * 100})
    with zipfile.ZipFile(path) as archive:
        total = sum(entry.file_size for entry in archive.infolist())
    assert read(path, limits=Limits(max_inflated_bytes=total))[0] == ("country", "total")
    assert "unpacks to" in too_large(path, limits=Limits(max_inflated_bytes=total - 1))


def test_a_bomb_in_a_part_is_refused_by_its_ratio(make):
    path = make(parts(sheet(HEADER)) | {"xl/bomb.xml": "<a>" + " " * 40_000_000 + "</a>"})
    assert path.stat().st_size < 50_000
    tracemalloc.start()
    assert "more than 200 times" in too_large(path)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_an_entry_that_lies_about_its_size_yields_no_more_than_it_says(make):
    path = make(parts(sheet(HEADER + row(2, "Kenya", "1") * 1)) | {"xl/sharedStrings.xml": "<sst>" + " " * 9_000_000})
    raw = bytearray(path.read_bytes())
    place = raw.find(b"PK\x01\x02")
    while raw[place + 46 : place + 66] != b"xl/sharedStrings.xml":
        place = raw.find(b"PK\x01\x02", place + 4)
    raw[place + 24 : place + 28] = struct.pack("<I", 100)
    path.write_bytes(raw)
    tracemalloc.start()
    assert "damaged" in refused(path)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_names_that_stand_twice_are_refused(make):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = make_twice(make)
    assert "damaged" in refused(path)
    assert "damaged" in refused(make(parts(sheet(HEADER)) | {"XL/Styles.xml": "<a/>"}))


def make_twice(make) -> Path:
    path = make(parts(sheet(HEADER)))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/styles.xml", "<a/>")
    return path


def test_the_number_of_entries_is_bounded(make):
    many = {f"xl/media/{n}.bin": b"" for n in range(1_000)}
    assert "too many parts" in too_large(make(parts(sheet(HEADER)) | many))
    many = {f"xl/media/{n:0>200}.bin": b"" for n in range(5_000)}
    path = make(parts(sheet(HEADER)) | many, zipfile.ZIP_STORED)
    tracemalloc.start()
    assert "too many parts" in too_large(path)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_the_size_a_sheet_claims_is_not_believed(make):
    path = make(parts(sheet(HEADER + row(2, "Kenya", "1"), above='<dimension ref="A1:XFD1048576"/>')))
    tracemalloc.start()
    assert cells(path) == ["Kenya", "1"]
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_cell_far_out_costs_nothing_and_is_told(make):
    path = make(parts(sheet(HEADER + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')))
    assert too_large(path).startswith("Cell XFD1048576 lies beyond the 256 columns")
    path = make(parts(sheet(HEADER + '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2" s="1"/></row>')))
    assert cells(path) == ["1", ""]


def test_rows_and_cells_are_counted_while_they_come(make):
    path = make(parts(sheet(HEADER + row(2, "Kenya", "1") + row(3, "Togo", "1"))))
    assert len(read(path, limits=Limits(max_rows=2, max_cells=6))[1]) == 2
    assert "more than 1 rows" in too_large(path, limits=Limits(max_rows=1))
    assert "more than 5 cells" in too_large(path, limits=Limits(max_cells=5))


def test_a_text_of_millions_of_characters_takes_no_memory(make):
    long = "x" * 3_000_000
    path = make(parts(sheet(HEADER + row(2, long, "1")), texts=TEXTS + f"<si><t>{long}</t></si>"))
    tracemalloc.start()
    line = read(path)[1][0]
    assert tracemalloc.get_traced_memory()[1] < 1_500_000
    tracemalloc.stop()
    assert isinstance(line, Fault)
    assert (line.column, line.code) == ("country", "cell_too_long")


def test_a_sheet_of_30_000_rows_streams(make):
    path = make(parts(sheet(HEADER + "".join(row(n, f"Country {n}", str(n)) for n in range(2, 30_002)))))
    tracemalloc.start()
    with open_table(path, path.name) as table:
        assert sum(int(line[1][1]) for line in table.rows if not isinstance(line, Fault)) == 450_045_000
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()
