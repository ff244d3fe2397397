"""Layouts of files: how they are recognised, what their rows become, what is passed over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import NotFound
from app.core.vocabulary import PersonnelType
from app.importers.layouts import Importer, UnknownLayout, recognise
from app.importers.registry import IMPORTERS, find_importer
from app.importers.registry import recognise as recognise_any
from app.importers.statements import Count, Death, Fault, MissionFact, PrintedSum
from app.importers.table import Table, column_name
from tests.layouts import DEATHS, HEADERS, IPI, MISSIONS, MONTHLY, RANKING, TOTALS, faults, read, table_of


@pytest.mark.parametrize("name", HEADERS)
def test_every_layout_is_recognised_by_its_header_in_any_order_and_case(name: str):
    columns = HEADERS[name].split(",")
    for header in (
        columns,
        columns[::-1],
        [c.upper().replace("_", " ") for c in columns],
        ["\ufeff" + columns[0], *columns[1:]],
    ):
        found = recognise_any([column_name(one) for one in header])
        assert found.name == name
    assert {importer.name for importer in IMPORTERS} == set(HEADERS)


def test_a_header_of_no_layout_is_told_what_each_one_lacks_and_which_column_is_mistyped():
    header = ["last_reporting_date", "contributing_country", "personel_type", "total_personnel"]
    with pytest.raises(UnknownLayout) as caught:
        recognise_any(header)
    assert caught.value.status == 422
    assert caught.value.detail == (
        "The columns are: last_reporting_date, contributing_country, personel_type, total_personnel. "
        "The closest layout is un-monthly, which also needs: personnel_type."
    )
    assert len(caught.value.errors) == 7
    assert caught.value.errors[0].near == ["personel_type"]
    assert caught.value.errors[0].message == (
        "un-monthly needs last_reporting_date, contributing_country, personnel_type, and female_personnel and "
        "male_personnel or total_personnel; missing: personnel_type."
    )


def test_an_empty_header_is_of_no_layout():
    with pytest.raises(UnknownLayout, match="The columns are: none"):
        recognise_any([])


def test_counts_need_a_total_or_both_women_and_men():
    base = ["last_reporting_date", "contributing_country", "personnel_type"]
    assert recognise_any([*base, "total_personnel"]).name == "un-monthly"
    assert recognise_any([*base, "female_personnel", "male_personnel"]).name == "un-monthly"
    with pytest.raises(UnknownLayout, match="also needs: male_personnel"):
        recognise_any([*base, "female_personnel"])


def test_a_header_of_two_layouts_is_refused_naming_both():
    header = ["last_reporting_date", "contributing_country", "personnel_type", "scope", "total_personnel"]
    with pytest.raises(UnknownLayout) as caught:
        recognise_any(header)
    assert caught.value.errors[0].near == ["un-monthly", "un-printed-totals"]


def _layout(name: str, *required: str) -> Importer:
    columns = dict.fromkeys(required, "")
    return Importer(name, name, "", columns, frozenset(required), (), "counts", None, lambda _: iter(()))


def test_of_two_fitting_layouts_the_more_special_one_is_taken():
    plain, special = _layout("plain", "date", "country"), _layout("special", "date", "country", "mission")
    assert recognise(["date", "country", "mission"], [plain, special]).name == "special"
    assert recognise(["date", "country"], [plain, special]).name == "plain"


def test_a_table_is_not_read_in_a_layout_it_does_not_have():
    with pytest.raises(UnknownLayout, match="closest layout is un-fatalities, which also needs: casualty_id"):
        find_importer("un-fatalities").read(table_of([MONTHLY]))


def test_an_importer_is_found_by_its_name_and_near_names_are_told():
    assert find_importer("un-monthly").title == "UN monthly contributions"
    with pytest.raises(NotFound) as caught:
        find_importer("un_month")
    assert caught.value.errors[0].near is not None
    assert caught.value.errors[0].near[0] == "un-monthly"


def test_columns_a_layout_does_not_know_are_named():
    importer = find_importer("un-monthly")
    assert importer.unknown(["last_reporting_date", "femal_personnel", ""]) == ["femal_personnel"]


# Rows


def test_all_faults_of_a_row_are_told_at_once_and_other_rows_are_read():
    found = read(
        MONTHLY,
        "31/02/2021,UNDOF,,KAZ1,Trops,-1,six",
        "2024-03-31,UNDOF,Kazakhstan,KAZ,Troops,7,132",
    )
    assert [one[:3] for one in found[:-1]] == [
        (2, "last_reporting_date", "bad_date"),
        (2, "contributing_country", "no_country"),
        (2, "isocode3", "bad_iso3"),
        (2, "personnel_type", "unknown_personnel_type"),
        (2, "female_personnel", "not_a_count"),
        (2, "male_personnel", "not_a_count"),
    ]
    assert isinstance(found[-1], Count)
    assert found[-1].row == 3


def test_hashtags_below_the_header_are_passed_over_and_row_numbers_stay_those_of_the_file():
    found = read(
        MONTHLY,
        "#date,#org,#country,,#type,#f,#m",
        "",
        "2024-03-31,UNDOF,Kazakhstan,KAZ,Troops,7,132",
    )
    assert [one.row for one in found] == [4]


def test_hashtags_further_down_are_rows_like_others():
    found = read(MONTHLY, "2024-03-31,UNDOF,Kazakhstan,KAZ,Troops,7,132", "#date,,,,,,")
    assert [type(one) for one in found] == [Count, *[Fault] * 3]


def test_faults_among_the_rows_are_passed_on_unchanged():
    wrong = Fault(2, None, "bad_encoding", "The row is no UTF-8.")
    row = (3, ["2024-03-31", "UNDOF", "Kazakhstan", "KAZ", "Troops", "7", "132"])
    rows: Iterator[object] = iter([wrong, row])
    table = Table(tuple(MONTHLY.split(",")), rows)  # type: ignore[arg-type]
    found = list(find_importer("un-monthly").read(table))
    assert found[0] is wrong
    assert found[1].row == 3


# Layout by layout


def test_a_row_of_the_monthly_table_is_a_count():
    found = read(
        "last_reporting_date,mission_acronym,contributing_country,isocode3,m49_code,personnel_type,male_personnel,"
        "female_personnel,total_personnel,country_as_printed,personnel_type_as_printed",
        "2019-12-31,UNIFIL,Viet Nam,vnm,704,Troops,2,0,2,Vietnam,contingent",
        "2023-09-30,,Kazakhstan,KAZ,398,Experts on Mission,,,7,,",
        "2024-03-31,UNDOF,Ukraine,UKR,804,Troops,0,0,0,,",
        "2024-03-31,UNDOF,Ghana,,288,Troops,5,,12,,",
    )
    assert found == [
        Count(2, "2019-12-31", "Vietnam", "VNM", "UNIFIL", PersonnelType.TROOPS, "contingent", 0, 2, 2),
        Count(
            3,
            "2023-09-30",
            "Kazakhstan",
            "KAZ",
            None,
            PersonnelType.MILITARY_OBSERVER,
            "Experts on Mission",
            None,
            None,
            7,
        ),
        Count(4, "2024-03-31", "Ukraine", "UKR", "UNDOF", PersonnelType.TROOPS, "Troops", 0, 0, 0),
        Count(5, "2024-03-31", "Ghana", None, "UNDOF", PersonnelType.TROOPS, "Troops", None, 5, 12),
    ]


def test_a_monthly_table_without_missions_gives_counts_without_mission():
    found = read(
        "Contributing Country,Personnel Type,Total Personnel,Last Reporting Date",
        '"Moldova, Republic of",FPU,"2,530",31-Jan-21',
    )
    assert found == [
        Count(2, "2021-01-31", "Moldova, Republic of", None, None, PersonnelType.FORMED_POLICE, "FPU", None, None, 2530)
    ]


def test_women_and_men_that_are_not_the_total_are_refused_with_the_numbers():
    header = f"{MONTHLY},total_personnel"
    (found,) = read(header, "2024-03-31,UNDOF,Kazakhstan,KAZ,Troops,6,132,139")
    assert found == Fault(
        2,
        "total_personnel",
        "sum_mismatch",
        "6 women and 132 men are 138, not 139. Look at the source; if it prints it so, leave women and men empty.",
    )
    assert faults(header, "2024-03-31,UNDOF,Kazakhstan,KAZ,Troops,6,,5") == [(2, "total_personnel", "sum_mismatch")]


def test_a_row_of_the_ranking_is_a_count_without_mission_and_kind():
    found = read("\ufeff" + RANKING, "BGD,50,Bangladesh,1,317,6394,6711,31-Jan-21", "")
    kind = PersonnelType.UNSPECIFIED
    assert found == [Count(2, "2021-01-31", "Bangladesh", "BGD", None, kind, None, 317, 6394, 6711)]


def test_a_row_of_printed_totals_is_a_printed_sum_as_printed_even_where_it_does_not_add_up():
    found = read(
        TOTALS,
        "2021-01-31,grand_total,Grand Total,,,76169,5763,81932",
        "2024-03-31,mission_total,UNDOF,,,1167,94,1262",
        "2015-01-31,country_total,,Albania,ALB,,,3",
        "2015-01-31,mission_country_total,UNIFIL,Ghana,GHA,,,870",
    )
    assert found == [
        PrintedSum(2, "2021-01-31", None, None, None, 5763, 76169, 81932),
        PrintedSum(3, "2024-03-31", None, None, "UNDOF", 94, 1167, 1262),
        PrintedSum(4, "2015-01-31", "Albania", "ALB", None, None, None, 3),
        PrintedSum(5, "2015-01-31", "Ghana", "GHA", "UNIFIL", None, None, 870),
    ]


def test_a_printed_total_has_what_its_scope_has():
    (found,) = read(TOTALS, "2024-03-31,mission_total,UNDOF,Ghana,GHA,,,12")
    message = "mission_total names mission; the row names mission and country."
    assert found == Fault(2, "scope", "scope_mismatch", message)
    assert faults(TOTALS, "2024-03-31,country_total,,,,,,12") == [(2, "scope", "scope_mismatch")]


def test_a_row_of_ipi_gives_a_count_for_each_kind_it_has_numbers_for():
    row = "2012-02-28,Zimbabwe',ZWE,UNAMID,15,1,16,NA,NA,NA,20,0,20,1220,15,1234,1255,16,1270"
    found = read(IPI, row)
    common = ("2012-02-29", "Zimbabwe", "ZWE", "UNAMID")
    assert found == [
        Count(2, *common, PersonnelType.INDIVIDUAL_POLICE, "Individual Police", 1, 15, 16),
        Count(2, *common, PersonnelType.MILITARY_OBSERVER, "Experts on Mission", 0, 20, 20),
        # 1,235 by sex and 1,234 in all: which is right cannot be told, so the total stands alone.
        Count(2, *common, PersonnelType.TROOPS, "Troops", None, None, 1234),
    ]


def test_rows_of_ipi_over_all_are_printed_sums_and_no_counts():
    numbers = "NA,NA,NA,NA,NA,NA,NA,NA,NA,63,0,63"
    found = read(
        IPI,
        f"2009-11-30,all,all,all,{numbers},95013,3017,98113",
        f"2009-11-30,Albania,ALB,all,{numbers},63,0,63",
        f"2009-11-30,All,NA,MINURCAT,{numbers},63,0,63",
        f"2009-11-30,United States of America,USA,all,{','.join(['NA'] * 15)}",
    )
    assert found == [
        PrintedSum(2, "2009-11-30", None, None, None, 3017, 95013, 98113),
        PrintedSum(3, "2009-11-30", "Albania", "ALB", None, 0, 63, 63),
        PrintedSum(4, "2009-11-30", None, None, "MINURCAT", 0, 63, 63),
    ]


def test_a_row_of_ipi_without_any_number_is_unknown_and_one_that_does_not_add_up_is_refused():
    nothing = ",".join(["NA"] * 15)
    assert faults(IPI, f"2009-11-30,United States of America,USA,MINURCAT,{nothing}") == [
        (2, "total_total", "no_count")
    ]
    parts = "NA,NA,NA,NA,NA,NA,NA,NA,NA,63,0,63"
    assert faults(IPI, f"2009-11-30,Albania,ALB,MINURCAT,{parts},63,1,64") == [(2, "total_total", "parts_mismatch")]
    half = "NA,NA,NA,NA,NA,NA,NA,NA,NA,63,NA,NA,63,NA,63"
    assert faults(IPI, f"2009-11-30,Albania,ALB,MINURCAT,{half}") == [(2, "troops_total", "no_count")]


def test_a_row_of_missions_is_a_fact_with_coordinates_as_printed_unless_they_cannot_be():
    found = read(
        MISSIONS,
        '71,MINURSO,Referendum Mission,DPO,Yes,1991-04-29,,Laayoune,"-13,2033","27,1536",2024-02-19',
        '69,MINUSMA,Mission in Mali,DPO,Yes,2013-04-25,,Bamako,"12,6500","-8,0000",2024-02-19',
        '68,MINUSTAH,Mission in Haiti,DPO,NO,2004-06-01,2017-10-01,Port-au-Prince,"18,5333","-172,3333",2024-02-19',
        '79,DOMREP,"""Mission of the",,,1965-05-01,1966-10-01,,,,',
    )
    assert found == [
        MissionFact(
            2, "MINURSO", "Referendum Mission", True, "1991-04-29", None, "Laayoune", 27.1536, -13.2033, "2024-02-19"
        ),
        MissionFact(3, "MINUSMA", "Mission in Mali", True, "2013-04-25", None, "Bamako", -8.0, 12.65, "2024-02-19"),
        MissionFact(
            4, "MINUSTAH", "Mission in Haiti", False, "2004-06-01", "2017-10-01", "Port-au-Prince", 18.5333, -172.3333,
            "2024-02-19",
        ),
        MissionFact(5, "DOMREP", '"Mission of the', None, "1965-05-01", "1966-10-01", None, None, None, None),
    ]  # fmt: skip


def test_a_row_of_fatalities_is_a_death():
    found = read(
        DEATHS,
        "1,1948-07-06,UNTSO-1948-07-02408,UNTSO,Fatality,M,France,Military,Malicious Act,250.0,FRA,2025-04-04",
        "134,1961-05-22,UNEF-1961-05-11492,UNEF,Fatality,,ZZ [Undetermined],Local ,Accident,,,2025-04-04",
    )
    assert found == [
        Death(
            2, "UNTSO-1948-07-02408", "1948-07-06", "UNTSO", "France", "FRA", "Military", "Malicious Act", "M",
            "2025-04-04",
        ),
        Death(3, "UNEF-1961-05-11492", "1961-05-22", "UNEF", None, None, "Local", "Accident", None, "2025-04-04"),
    ]  # fmt: skip


# Whatever is in the file

DOCUMENTED = (Path(__file__).parent.parent / "docs" / "importers.md").read_text(encoding="utf-8")

_CELLS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            "NA",
            "all",
            "0",
            "1,000",
            "-1",
            "6.0",
            "2024-01-31",
            "31-Jan-21",
            "KAZ",
            "Troops",
            "M",
            "Yes",
            "'=1",
            "#x",
        ]
    ),
)


@pytest.mark.parametrize("name", HEADERS)
@settings(deadline=None)
@given(data=st.data())
def test_nothing_in_a_file_makes_an_importer_fail(name: str, data: st.DataObject):
    header = tuple(column_name(one) for one in HEADERS[name].split(","))
    row = st.lists(_CELLS, min_size=len(header), max_size=len(header))
    rows = data.draw(st.lists(row, max_size=5))
    found = list(find_importer(name).read(Table(header, iter(enumerate(rows, start=2)))))
    assert {one.row for one in found} <= set(range(2, len(rows) + 2))
    for one in found:
        assert not isinstance(one, Fault) or (one.message and one.code in DOCUMENTED)
