"""Faults of files, and the document that names every layout, column and fault."""

import re
from pathlib import Path

import pytest

from app.importers.labels import kind_of, read_label
from app.importers.registry import IMPORTERS
from app.importers.registry import recognise as recognise_any
from app.importers.statements import Count, Fault, MissionFact, PrintedSum, Statement, TrackerRow
from tests.layouts import DEATHS, IPI, MISSIONS, MONTHLY, RANKING, TOTALS, faults, read, table_of

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "importers.md").read_text(encoding="utf-8")


FAULTS = {
    "bad_coordinate": (MISSIONS, "1,MINURSO,Mission,DPO,Yes,1991-04-29,,Laayoune,north,27,2024-02-19"),
    "bad_date": (MONTHLY, "02/03/2021,UNDOF,Kazakhstan,KAZ,Troops,7,132"),
    "bad_iso3": (MONTHLY, "2024-03-31,UNDOF,Kazakhstan,398,Troops,7,132"),
    "bad_text": (MONTHLY, "2024-03-31,UNDOF,Kaz\u200bakhstan,KAZ,Troops,7,132"),
    "bad_value": ("report,country,personnel_type,total", "paper,Kazakhstan,troops,6"),
    "no_casualty_id": (DEATHS, "1,1948-07-06,,UNTSO,Fatality,M,France,Military,Malicious Act,250.0,FRA,2025-04-04"),
    "no_count": (TOTALS, "2015-01-31,grand_total,,,,,,"),
    "no_country": (RANKING, "BGD,50,,1,317,6394,6711,31-Jan-21"),
    "no_mission": (DEATHS, "1,1948-07-06,X-1,,Fatality,M,France,Military,Malicious Act,250.0,FRA,2025-04-04"),
    "no_name": (MISSIONS, "1,MINURSO,,DPO,Yes,1991-04-29,,Laayoune,,,2024-02-19"),
    "not_a_count": (RANKING, "BGD,50,Bangladesh,1,317,6394,6.711,31-Jan-21"),
    "not_a_fatality": (DEATHS, "1,1948-07-06,X-1,UNTSO,Injury,M,France,Military,Malicious Act,250.0,FRA,2025-04-04"),
    "not_yes_or_no": (MISSIONS, "1,MINURSO,Mission,DPO,perhaps,1991-04-29,,Laayoune,,,2024-02-19"),
    "parts_mismatch": (IPI, "2009-11-30,Albania,ALB,MINURCAT,NA,NA,NA,NA,NA,NA,NA,NA,NA,63,0,63,63,1,64"),
    "scope_mismatch": (TOTALS, "2015-01-31,grand_total,UNDOF,,,,,3"),
    "sum_mismatch": (RANKING, "BGD,50,Bangladesh,1,317,6394,6712,31-Jan-21"),
    "unknown_personnel_type": (MONTHLY, "2024-03-31,UNDOF,Kazakhstan,KAZ,soldiers,7,132"),
    "unknown_scope": (TOTALS, "2015-01-31,sum,,,,,,3"),
    "unknown_sex": (DEATHS, "1,1948-07-06,X-1,UNTSO,Fatality,x,France,Military,Malicious Act,250.0,FRA,2025-04-04"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_every_kind_of_fault_has_its_code_and_says_what_to_do(code: str):
    header, row = FAULTS[code]
    (found,) = read(header, row)
    assert isinstance(found, Fault)
    assert (found.row, found.code) == (2, code)
    assert found.message.endswith((".", ")"))


def test_a_latitude_beyond_the_pole_is_exchanged_or_refused():
    (found,) = read(MISSIONS, '1,X,Name,DPO,No,,,Place,"13,5","104,9",')
    assert isinstance(found, MissionFact)
    assert (found.latitude, found.longitude) == (13.5, 104.9)
    assert faults(MISSIONS, '1,X,Name,DPO,No,,,Place,,"104,9",') == [(2, "mission_latitude", "bad_coordinate")]
    assert faults(MISSIONS, '1,X,Name,DPO,No,,,Place,"95","104,9",') == [(2, "mission_latitude", "bad_coordinate")]


def test_the_document_names_every_layout_column_quirk_and_fault():
    for importer in IMPORTERS:
        section = DOCUMENT.split(f"## {importer.title} (`{importer.name}`)\n")[1].split("\n## ")[0]
        for column in importer.columns:
            assert f"`{column}`" in section, (importer.name, column)
        for sentence in (importer.description, *importer.quirks):
            assert sentence in " ".join(section.split()), (importer.name, sentence)
        assert f"`{importer.source}`" in section or importer.source is None
        assert set(importer.required) <= set(importer.columns)
    table = DOCUMENT.split("## Faults")[1].split("\n## ")[0]
    documented = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert documented == sorted(documented)
    assert set(documented) >= set(FAULTS)


def test_every_code_in_the_layouts_is_documented():
    layouts = [path for path in (ROOT / "app" / "importers").glob("*.py") if path.stem in _LAYOUT_MODULES]
    raised = {
        code
        for path in layouts
        for code in re.findall(
            r'(?:BadCell\(\s*|needed\(\s*\w+,\s*|Fault\(number, [^"]+?)"(\w+)"', path.read_text(encoding="utf-8")
        )
    }
    assert raised == set(FAULTS)


_LAYOUT_MODULES = {
    "cells", "days", "labels", "lines", "un_monthly", "un_ranking", "un_printed_totals", "ipi_contributions",
    "un_missions", "un_fatalities", "tracker_csv",
}  # fmt: skip


def test_the_examples_of_the_document_are_read_as_it_says():
    totals = {}
    for importer in IMPORTERS:
        section = DOCUMENT.split(f"(`{importer.name}`)\n")[1].split("\n## ")[0]
        table = table_of(line[4:] for line in section.splitlines() if line.startswith("    "))
        assert recognise_any(table.header) is importer
        totals[importer.name] = [_number(one) for one in importer.read(table)]
    assert totals == {
        "un-monthly": [139, 1],
        "un-ranking": [6711],
        "un-printed-totals": [81932, 3],
        "ipi-contributions": [63, 63],
        "un-missions": [27.1536],
        "un-fatalities": ["1948-07-06"],
        "tracker-csv": [139],
    }


def _number(one: Statement) -> object:
    if isinstance(one, Count | PrintedSum):
        return one.total
    if isinstance(one, MissionFact):
        return one.latitude
    return one.headcount.total if isinstance(one, TrackerRow) else one.incident_date  # type: ignore[union-attr]


def test_the_document_lists_every_label_the_layouts_know():
    table = DOCUMENT.split("## Kinds of people")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)
    assert len(listed) == 6
    for kind, labels in listed:
        for label in re.sub(r" \([^)]*\)", "", labels).split(", "):
            as_of = "2009-10-31" if (kind, label) == ("police_unspecified", "Police") else "2024-01-31"
            assert kind_of(read_label(label), as_of) == kind
