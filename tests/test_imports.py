"""Whole files over HTTP: recognised, checked, compared with the record, and recorded as one change or not at all."""

import csv
import io
from collections.abc import Iterator

import pytest

from tests.conftest import Databases
from tests.desks import Desk, desk_at, report, source
from tests.layouts import DEATHS, IPI, MISSIONS, RANKING, TOTALS
from tests.sending import (
    COUNTRIES,
    NEW,
    faults_of,
    month,
    monthly,
    own_temporary_folder,  # noqa: F401  (a fixture)
    post_file,
    problem_of,
    send,
    told,
)

TODAY_IN_A_CENTURY = "2126-01-31"


@pytest.fixture(scope="module")
def desk(databases: Databases) -> Iterator[Desk]:
    """One service for the tests of this file; each imports a month of its own, of years that the seeds do not have."""
    with desk_at(databases.seeded(), import_wait=30) as made:
        assert made.post("/v1/sources", source("ipi-contributions", kind="dataset")).status_code == 201
        yield made


def listed(desk: Desk, address: str) -> list[dict]:
    return desk.client.get(address).json()["data"]


def unlike_printed(desk: Desk, month: str) -> list[dict]:
    """Printed totals of a month that are not what the counts add up to."""
    question = {"kind": "parts_and_printed_total", "from": month, "to": month}
    return desk.read("/v1/discrepancies", **question)["data"]


def total(desk: Desk, as_of: str, **query: object) -> int | None:
    [row] = desk.read("/v1/totals", as_of=as_of, **query)["data"]
    return row["total"]


# Layouts

IPI_ROW = "2013-01-31,{},{},NA,NA,NA,NA,NA,NA,NA,NA,NA,60,3,63,60,3,63"
FILES = {
    "un-monthly": (month("2013-01-31"), 24, "/v1/headcounts?report=un-dpo-2013-01-31&country=KAZ", "total", 10),
    "un-ranking": (
        "\n".join([RANKING, *(f",,{country},1,2,8,10,31-Jan-13" for country in COUNTRIES)]),
        24, "/v1/headcounts?report=un-dpo-ranking-2013-01-31.by-country&country=KAZ", "personnel_type", "unspecified",
    ),
    "un-printed-totals": (
        f"{TOTALS}\n2024-03-31,country_total,,Kazakhstan,KAZ,149,9,158",
        1, "/v1/printed-totals?report=un-dpo-2024-03-31&country=KAZ", "total", 158,
    ),
    "ipi-contributions": (
        "\n".join([IPI, IPI_ROW.format("Albania,ALB", "UNIFIL"), IPI_ROW.format("all,all", "all")]),
        2, "/v1/printed-totals?source=ipi-contributions", "total", 63,
    ),
    "un-missions": (
        f'{MISSIONS}\n900,UNEXAM,An example of a list,DPO,No,1990-01-05,1991-02-03,Somewhere,"1,5","2,5",2024-02-19',
        1, "/v1/missions?q=An+example+of+a+list", "ended_on", "1991-02-03",
    ),
    "un-fatalities": (
        f"{DEATHS}\n1,1948-07-06,UNTSO-1948-07-02408,UNTSO,Fatality,M,France,Military,Illness,250.0,FRA,2025-04-04",
        1, "/v1/fatalities?mission=UNTSO&incident_date=1948-07-06", "nationality", "FRA",
    ),
    "tracker-csv": (
        "report,country,mission,personnel_type,women,men,total\nun-dpo-2024-03-31,MNG,UNDOF,troops,1,2,3",
        1, "/v1/headcounts?report=un-dpo-2024-03-31&country=MNG&mission=UNDOF", "total", 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", FILES)
def test_every_layout_is_recognised_checked_without_a_trace_and_recorded_as_one_change(desk: Desk, layout: str):
    content, created, address, field, value = FILES[layout]
    more = {"scope": "partial"} if layout == "ipi-contributions" else {}
    before = desk.revision()
    checked = send(desk, content, "a file.csv", mode="validate", **more)
    assert (desk.revision(), checked["change"]) == (before, None)
    assert told(checked) == ("validated", created, 0, 0, 0)
    assert listed(desk, address) == []

    done = send(desk, content, "a file.csv", reason="The file of today.", **more)
    assert told(done, "importer", "state", "change") == (layout, "committed", before + 1)
    assert told(done, "file_name", "author", "reason") == ("a file.csv", "ann", "The file of today.")
    assert told(done)[1:] == told(checked)[1:]
    assert (done["warnings"], done["faults"], done["problem"]) == (checked["warnings"], 0, None)
    [row] = listed(desk, address)
    assert (row[field], row["recorded_in"]) == (value, before + 1)

    again = send(desk, content, **more)
    assert told(again) == ("committed", 0, created, 0, 0)
    assert (again["change"], desk.revision()) == (None, before + 1)
    assert again["notes"][-1] == (
        f"All of it stands in the record already; nothing was recorded. It is the file of import {done['id']}."
    )


def test_a_layout_may_be_named_and_is_refused_where_the_columns_are_others(desk: Desk):
    refused = send(desk, month("2013-02-28"), importer="un-ranking")
    assert refused["state"] == "refused"
    assert "closest layout is un-ranking, which also needs: total_uniformed_personnel" in refused["problem"]
    unknown = send(desk, month("2013-02-28"), importer="un-monthli")
    assert "There is no importer 'un-monthli'" in unknown["problem"]
    strange = send(desk, "name,age\nAnn,30\n")
    assert strange["problem"].startswith("The columns are: name, age. The closest layout is")
    assert told(send(desk, month("2013-02-28"), importer="un-monthly")) == NEW


def test_the_template_is_a_file_of_its_layout(desk: Desk):
    template = desk.get("/v1/imports/template.csv").text
    values = {"report": "un-dpo-2024-03-31", "country": "ISL", "personnel_type": "troops", "total": "4"}
    line = ",".join({**values, "mission": "UNDOF"}.get(name, "") for name in template.strip().split(","))
    assert told(send(desk, f"{template}{line}\n"), "importer", "created") == ("tracker-csv", 1)


# Counts


def test_a_later_edition_supersedes_what_it_has_otherwise_and_nothing_else(desk: Desk):
    first = send(desk, month("2013-03-31"))
    assert told(first) == NEW
    edition = month("2013-03-31", people={"Ghana": 9, "India": 0, "Nepal": 700})
    checked = send(desk, edition, mode="validate")
    second = send(desk, edition, who="bob", reason="The table was reissued.")
    assert told(second) == ("committed", 0, 21, 3, 0)
    assert told(checked)[1:] == told(second)[1:]
    rows = desk.read("/v1/headcounts", report="un-dpo-2013-03-31", limit=100)["data"]
    numbers = {row["country"]: (row["revision"], row["recorded_in"], row["men"], row["total"]) for row in rows}
    assert len(rows) == 24
    changed = {"GHA": (9, 11), "IND": (0, 2), "NPL": (700, 702)}
    for country, (revision, recorded_in, men, people) in numbers.items():
        if country in changed:
            assert (revision, recorded_in, (men, people)) == (2, second["change"], changed[country])
        else:
            assert (revision, recorded_in, men, people) == (1, first["change"], 8, 10)
    change = desk.read(f"/v1/changes/{second['change']}")
    assert (change["author"], change["reason"], change["origin"]) == ("bob", "The table was reissued.", "import")
    assert change["records"]["acts"] == [{"noun": "headcounts", "act": "correct", "count": 3}]
    assert total(desk, "2013-03-31") == 925
    moment = desk.read(f"/v1/changes/{first['change']}")["recorded_at"]
    assert total(desk, "2013-03-31", known_at=moment) == 240


def test_a_file_without_women_and_men_says_nothing_against_those_of_the_record(desk: Desk):
    send(desk, month("2013-04-30"))
    header = "last_reporting_date,mission_acronym,contributing_country,personnel_type,total_personnel"
    people = {**dict.fromkeys(COUNTRIES, 10), "Fiji": 11}
    rows = [f"2013-04-30,UNIFIL,{country},Troops,{number}" for country, number in people.items()]
    assert told(send(desk, "\n".join([header, *rows]))) == ("committed", 0, 23, 1, 0)
    rows = desk.read("/v1/headcounts", report="un-dpo-2013-04-30", limit=100)["data"]
    sexes = {row["country"]: (row["women"], row["men"], row["total"]) for row in rows}
    assert (sexes["FJI"], sexes["FRA"]) == ((None, None, 11), (2, 8, 10))


def test_rows_a_later_edition_leaves_out_stay_and_are_told(desk: Desk):
    send(desk, month("2013-05-31"))
    edition = month("2013-05-31").replace("2013-05-31,UNIFIL,Kenya,Troops,2,8\n", "")
    found = send(desk, edition)
    assert told(found) == ("committed", 0, 23, 0, 0)
    assert found["warnings"] == ["1 counts of un-dpo-2013-05-31 are not in the file; they stay as they are."]
    assert total(desk, "2013-05-31", country="KEN") == 10


def test_a_whole_table_is_not_put_into_a_report_of_some_of_its_rows(desk: Desk):
    rows = "2008-06-30,UNIFIL,Kenya,Troops,2,8", "2008-06-30,UNIFIL,Ghana,Troops,2,8"
    part = send(desk, monthly(*rows), scope="partial")
    assert told(part) == ("committed", 2, 0, 0, 0)
    assert total(desk, "2008-06-30", country="NPL") is None
    whole = send(desk, month("2008-06-30").replace("2008-06-30,UNIFIL,Nepal,Troops,2,8\n", ""))
    assert told(whole) == ("committed", 23, 0, 0, 0)
    reports = desk.read("/v1/reports", as_of="2008-06-30")["data"]
    assert {one["id"]: one["scope"] for one in reports} == {
        "un-dpo-2008-06-30": "all_missions",
        "un-dpo-2008-06-30.partial": "partial",
    }
    assert total(desk, "2008-06-30", country="NPL") == 0
    assert total(desk, "2008-06-30") == 230
    # From now on part of the table corrects the whole one.
    part = send(desk, monthly("2008-06-30,UNIFIL,Kenya,Troops,2,9"), scope="partial")
    assert told(part) == ("committed", 0, 0, 1, 0)
    assert part["warnings"] == []
    assert total(desk, "2008-06-30") == 231


def test_several_months_are_several_reports_of_one_change(desk: Desk):
    found = send(desk, month("2013-07-31") + month("2013-08-31").partition("\n")[2])
    assert told(found) == ("committed", 48, 0, 0, 0)
    for as_of in ("2013-07-31", "2013-08-31"):
        [one] = desk.read("/v1/reports", as_of=as_of)["data"]
        assert (one["id"], one["recorded_in"]) == (f"un-dpo-{as_of}", found["change"])
        [made] = desk.read("/v1/sources", id=f"un-dpo-{as_of}")["data"]
        assert (made["kind"], made["recorded_in"]) == ("un_monthly_report", found["change"])


def test_a_table_by_country_alone_has_no_answer_by_mission_and_no_older_count_stands_in(desk: Desk):
    send(desk, month("2012-01-31"))
    assert total(desk, "2012-02-15", mission="UNIFIL") == 240
    table = month("2012-02-29", mission="", people={"Ghana": 18})
    assert told(send(desk, table)) == NEW
    [one] = desk.read("/v1/reports", as_of="2012-02-29")["data"]
    assert (one["id"], one["breakdown"], one["scope"]) == ("un-dpo-2012-02-29.by-country", "country", "all_missions")
    assert total(desk, "2012-02-29") == 250
    assert total(desk, "2012-02-29", country="GHA") == 20
    [row] = desk.read("/v1/totals", mission="UNIFIL", as_of="2012-02-29")["data"]
    assert (row["total"], row["reason"]) == (None, "not_published_by_mission")
    rows = desk.read("/v1/totals", by="mission", country="GHA", as_of="2012-02-29")["data"]
    assert {row["total"] for row in rows if row["mission"] == "UNIFIL"} <= {None}
    ranks = desk.read("/v1/rankings", month="2012-02")["data"]
    assert (ranks[0]["country"], ranks[0]["total"]) == ("GHA", 20)


def test_a_ranking_stands_beside_the_table_of_its_month(desk: Desk):
    rows = [f",,{country},{rank},2,8,{10 + rank},31-Mar-12" for rank, country in enumerate(COUNTRIES)]
    wrong = send(desk, "\n".join([RANKING, *rows]))
    assert told(wrong, "state", "rejected") == ("refused", 23)
    rows = [f",,{country},{rank},2,{8 + rank},{10 + rank},31-Mar-12" for rank, country in enumerate(COUNTRIES)]
    assert told(send(desk, "\n".join([RANKING, *rows]))) == NEW
    ranks = desk.read("/v1/rankings", month="2012-03")["data"][:2]
    assert [(row["country"], row["total"], row["women"]) for row in ranks] == [("URY", 33, 2), ("RWA", 32, 2)]


# Printed totals


def test_printed_totals_that_are_not_the_sum_are_told_and_are_a_discrepancy_of_their_report(desk: Desk):
    rows = [IPI_ROW.format(f"{country},", "UNIFIL") for country in COUNTRIES]
    rows.append(IPI_ROW.format("all,all", "all").replace("63", "1500").replace(",60,3,1500", ",NA,NA,1500"))
    content = "\n".join([IPI, *rows]).replace("2013-01-31", "2012-04-30")
    checked = send(desk, content, mode="validate")
    found = send(desk, content)
    expected = "Row 26: the total printed for all on 2012-04-30 is 1,500; the counts add up to 1,512."
    assert found["warnings"] == checked["warnings"] == [expected]
    assert told(checked)[1:] == told(found)[1:] == (25, 0, 0, 0)
    [one] = unlike_printed(desk, "2012-04")
    assert (one["size"], one["reports"]) == (12, ["ipi-contributions.2012-04-30"])

    send(desk, month("2012-05-31"))
    found = send(desk, f"{TOTALS}\n2012-05-31,grand_total,,,,,,240\n2012-05-31,mission_total,UNIFIL,,,200,48,248")
    assert told(found) == ("committed", 2, 0, 0, 0)
    [one] = unlike_printed(desk, "2012-05")
    assert (one["mission"], one["size"], one["reports"]) == ("UNIFIL", 8, ["un-dpo-2012-05-31"])


def test_printed_totals_go_to_the_whole_table_of_their_date_and_nowhere_without_one(desk: Desk):
    found = send(desk, f"{TOTALS}\n2012-06-30,grand_total,,,,,,240\n2015-01-31,grand_total,,,,,,300")
    assert found["warnings"] == [
        "There is no report for the printed totals of 1 dates, so they are left out: 2012-06-30."
    ]
    send(desk, monthly("2012-06-30,UNIFIL,Kenya,Troops,2,8"), scope="partial")
    send(desk, month("2012-06-30"))
    assert send(desk, f"{TOTALS}\n2012-06-30,grand_total,,,,,,240")["created"] == 1
    [one] = desk.read("/v1/printed-totals", as_of="2012-06-30")["data"]
    assert (one["report"], one["total"]) == ("un-dpo-2012-06-30", 240)


def test_a_total_printed_twice_in_two_ways_is_a_fault_of_its_row(desk: Desk):
    rows = ["2024-04-30,country_total,,Kenya,KEN,,,5"] * 2 + ["2024-04-30,country_total,,Kenya,KEN,,,6"]
    refused = send(desk, "\n".join([TOTALS, *rows]))
    assert refused["state"] == "refused"
    assert faults_of(desk, refused) == [(2, None, "doubled_row"), (3, None, "doubled_row")]
    found = send(desk, "\n".join([TOTALS, *rows[:2]]))
    assert told(found) == ("committed", 1, 0, 0, 0)
    assert found["warnings"] == [
        "1 rows repeat a row of the same key as zero or in the same words, and are left out: 3.",
        "Row 2: the total printed for KEN on 2024-04-30 is 5; the counts add up to 447.",
    ]


# Missions and fatalities


def test_a_list_that_calls_an_ended_mission_active_becomes_a_claim_and_changes_no_mission(desk: Desk):
    before = desk.read("/v1/missions/MINUSMA")
    row = '69,MINUSMA,Mission in Mali,DPO,Yes,2013-04-25,,Bamako,"12,6500","-8,0000",2024-02-19'
    found = send(desk, f"{MISSIONS}\n{row}")
    assert found["warnings"] == ["The list has MINUSMA as active; the record has it ended."]
    assert told(found) == ("committed", 1, 0, 0, 0)
    assert desk.read("/v1/missions/MINUSMA") == before
    claim = desk.read("/v1/claims/un-data-hub-missions-2024-02-19.minusma-is-active")
    assert (claim["mission"], claim["unit"], claim["value"], claim["about"]) == (
        "MINUSMA",
        "is_active",
        1,
        "2024-02-19",
    )
    [one] = desk.read("/v1/discrepancies", kind="mission_told_otherwise", mission="MINUSMA")["data"]
    assert one["sources"] == ["un-data-hub-missions-2024-02-19"]
    assert one["detail"] == "The list has MINUSMA as active; the record has it ended."
    again = send(desk, f"{MISSIONS}\n{row}")
    assert (told(again), again["change"]) == (("committed", 0, 1, 0, 0), None)


def test_fatalities_are_added_up_and_a_later_list_corrects_them(desk: Desk):
    rows = [
        "1,1999-03-01,X-1999-03-00001,UNIFIL,Fatality,M,Fiji,Military,Malicious Act,,FJI,2025-04-04",
        "2,1999-03-02,X-1999-03-00002,UNIFIL,Fatality,F,Ghana,Police,Illness,,GHA,2025-04-04",
        "3,1999-03-03,X-1999-03-00003,UNIFIL,Fatality,,ZZ [Undetermined],Local ,Accident,,,2025-04-04",
    ]
    found = send(desk, "\n".join([DEATHS, *rows]))
    assert told(found) == ("committed", 3, 0, 0, 0)
    query = {"from": "1999-03", "to": "1999-03"}
    assert desk.read("/v1/fatality-totals", **query)["meta"]["deaths"] == 3
    sums = desk.read("/v1/fatality-totals", by="incident_type", **query)["data"]
    assert {row["incident_type"]: row["deaths"] for row in sums} == {"malicious_act": 1, "illness": 1, "accident": 1}
    later = "\n".join([DEATHS, *rows]).replace("Illness", "Accident").replace("2025-04-04", "2025-08-01")
    assert told(send(desk, later)) == ("committed", 0, 2, 1, 0)
    sums = desk.read("/v1/fatality-totals", by="incident_type", **query)["data"]
    assert {row["incident_type"]: row["deaths"] for row in sums} == {"malicious_act": 1, "accident": 2}


# Our own CSV


def exported(desk: Desk, **query: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(desk.get("/v1/headcounts", format="csv", **query).text)))


def as_csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_an_export_is_edited_and_sent_back(desk: Desk):
    send(desk, month("2012-07-31"))
    rows = exported(desk, report="un-dpo-2012-07-31")
    assert told(send(desk, as_csv(rows))) == ("committed", 0, 24, 0, 0)
    by_country = {row["country"]: row for row in rows}
    by_country["GHA"] |= {"men": "18", "total": "20", "comment": "=2+2"}
    by_country["IND"] |= {"women": "", "men": ""}
    new = dict.fromkeys(rows[0], "") | {
        "report": "un-dpo-2012-07-31", "country": "ITA", "mission": "UNDOF", "personnel_type": "troops", "total": "5",
    }  # fmt: skip
    found = send(desk, as_csv([*rows, new]))
    assert told(found) == ("committed", 1, 22, 2, 0)
    rows = exported(desk, report="un-dpo-2012-07-31")
    by_country = {(row["country"], row["mission"]): row for row in rows}
    ghana = by_country["GHA", "UNIFIL"]
    assert (ghana["total"], ghana["revision"], ghana["comment"]) == ("20", "2", "'=2+2")
    assert [by_country["IND", "UNIFIL"][name] for name in ("women", "men", "total")] == ["", "", "10"]
    assert by_country["ITA", "UNDOF"]["total"] == "5"
    assert told(send(desk, as_csv(rows))) == ("committed", 0, 25, 0, 0)
    names = ("report", "country", "mission", "personnel_type", "total")
    assert told(send(desk, as_csv([{name: row[name] for name in names} for row in rows]))) == ("committed", 0, 25, 0, 0)


def test_rows_that_no_longer_fit_the_record_are_refused_one_by_one(desk: Desk):
    send(desk, month("2012-08-31"))
    rows = {row["country"]: row for row in exported(desk, report="un-dpo-2012-08-31")}
    stale, gone = (f"/v1/headcounts/{rows[country]['id']}" for country in ("GHA", "IND"))
    desk.patch(stale, {"comment": "Asked.", "reason": "x"}, '"1"')
    assert desk.delete(gone, '"1"').status_code == 200
    rows["GHA"] |= {"men": "9", "total": "11"}
    rows["NPL"] |= {"status": "disputed"}
    rows["KEN"] |= {"id": "", "men": "9", "total": "11"}
    rows["FJI"] |= {"report": "nowhere"}
    rows["FRA"] |= {"country": "XXX"}
    rows["EGY"] |= {"id": "999999999"}
    found = send(desk, as_csv([*rows.values(), rows["ITA"]]))
    assert (found["state"], found["rejected"]) == ("refused", 8)
    order = {country: number for number, country in enumerate(rows, start=2)}
    assert sorted(faults_of(desk, found)) == sorted(
        [
            (order["GHA"], "revision", "changed_since"),
            (order["IND"], "id", "no_such_record"),
            (order["NPL"], "status", "not_imported"),
            (order["KEN"], "id", "stands_already"),
            (order["FJI"], "report", "no_such_record"),
            (order["FRA"], "country", "no_such_record"),
            (order["EGY"], "id", "no_such_record"),
            (26, None, "doubled_row"),
        ]
    )
    skipped = send(desk, as_csv([*rows.values(), rows["ITA"]]), on_error="skip")
    assert told(skipped) == ("committed", 0, 17, 0, 8)


def test_numbers_that_do_not_fit_those_the_file_leaves_alone_are_a_fault(desk: Desk):
    send(desk, month("2012-09-30"))
    row = exported(desk, report="un-dpo-2012-09-30", country="GHA")[0] | {"total": "12"}
    short = {name: row[name] for name in ("id", "revision", "report", "country", "mission", "personnel_type", "total")}
    found = send(desk, as_csv([short]))
    assert (found["state"], faults_of(desk, found)) == ("refused", [(2, "total", "bad_value")])
    [fault] = desk.read(f"/v1/imports/{found['id']}/faults")["data"]
    assert fault["message"] == "women 2 + men 8 is not the total 12."


def test_a_row_may_not_take_the_place_of_another_headcount(desk: Desk):
    send(desk, month("2012-10-31"))
    rows = exported(desk, report="un-dpo-2012-10-31")
    found = send(desk, as_csv([rows[0] | {"country": rows[1]["country"]}]))
    assert found["state"] == "refused"
    assert found["problem"].startswith("The headcount was not recorded: it exists already")
    swapped = [rows[0] | {"country": rows[1]["country"]}, rows[1] | {"country": rows[0]["country"]}]
    assert told(send(desk, as_csv(swapped))) == ("committed", 0, 0, 2, 0)


# Rows that cannot be used


def test_one_bad_row_refuses_the_file_and_every_fault_is_told(desk: Desk):
    rows = [f"2012-11-30,UNIFIL,{country},Troops,2,8" for country in COUNTRIES]
    bad = [
        "2012-11-31,UNIFIL,Ghana,Trops,2,x",
        "2012-11-30,UNIFL,Ghana,Troops,2,8",
        "2012-11-30,UNDOF,Ghanna,Troops,2,8",
    ]
    before = desk.revision()
    found = send(desk, monthly(*rows, *bad))
    assert told(found, "state", "rows_read", "rejected", "faults", "change") == ("refused", 27, 3, 5, None)
    assert desk.revision() == before
    assert faults_of(desk, found) == [
        (26, "last_reporting_date", "bad_date"),
        (26, "personnel_type", "unknown_personnel_type"),
        (26, "male_personnel", "not_a_count"),
        (27, "mission", "unknown_name"),
        (28, "country", "unknown_name"),
    ]
    many = send(desk, monthly(*(f"2012-11-30,UNIFIL,Ghana,Troops,2,-{number}" for number in range(1, 2501))))
    assert (many["faults"], many["rejected"]) == (2500, 2500)
    page = desk.read(f"/v1/imports/{many['id']}/faults", after=2400, limit=50)["data"]
    assert [one["row"] for one in page] == list(range(2402, 2452))
    answer = desk.get(f"/v1/imports/{many['id']}/faults", format="csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="import-{many["id"]}-faults.csv"'
    lines = list(csv.reader(io.StringIO(answer.text)))
    assert lines[0] == ["row", "column", "code", "message"]
    assert [int(line[0]) for line in lines[1:]] == list(range(2, 2502))
    assert lines[1][1:] == [
        "male_personnel", "not_a_count", "'-1' is no count of people: write a whole number such as 2530.",
    ]  # fmt: skip
    assert desk.get("/v1/imports/999999/faults").status_code == 404


def test_a_whole_table_is_not_recorded_in_part_and_a_part_of_it_is(desk: Desk):
    content = month("2012-12-31") + "2012-12-31,UNIFIL,Ghana,Troops,2,many\n"
    refused = send(desk, content, on_error="skip")
    assert refused["problem"] == (
        "Rows of the file are left out, and a complete report would state zero for them. "
        "Say `scope=partial`, or mend them."
    )
    assert told(refused, "state", "rejected", "faults", "importer") == ("refused", 1, 1, "un-monthly")
    assert faults_of(desk, refused) == [(26, "male_personnel", "not_a_count")]
    part = send(desk, content, on_error="skip", scope="partial")
    assert told(part) == ("committed", 24, 0, 0, 1)
    assert faults_of(desk, part) == [(26, "male_personnel", "not_a_count")]
    [one] = desk.read("/v1/reports", as_of="2012-12-31")["data"]
    assert (one["id"], one["scope"]) == ("un-dpo-2012-12-31.partial", "partial")


def test_a_row_with_two_unknown_names_tells_both(desk: Desk):
    header = month("2011-12-31").partition("\n")[0].split(",")
    told_by_name = {
        "last_reporting_date": "2011-12-31",
        "mission_acronym": "UNDOV",
        "contributing_country": "Fijji",
        "personnel_type": "Troops",
        "male_personnel": "1",
        "female_personnel": "0",
        "total_personnel": "1",
    }
    refused = send(desk, ",".join(header) + "\n" + ",".join(told_by_name.get(name, "") for name in header) + "\n")
    assert told(refused, "state", "rejected", "faults") == ("refused", 1, 2)
    faults = desk.read(f"/v1/imports/{refused['id']}/faults")["data"]
    assert [(one["row"], one["column"], one["code"]) for one in faults] == [
        (2, "country", "unknown_name"),
        (2, "mission", "unknown_name"),
    ]
    assert {(one["kind"], one["name"]) for one in refused["unknown_names"]} == {
        ("country", "Fijji"),
        ("mission", "UNDOV"),
    }


def test_unknown_names_are_told_once_each_and_taught_as_aliases(desk: Desk):
    content = month("2011-01-31").replace("Kazakhstan", "Kasachstan-Ost").replace("Ghana", "Ghannna")
    content += "2011-01-31,UNDOF,Ghannna,Troops,0,1\n2011-01-31,UNIFILL,France,Staff Officer,0,1\n"
    refused = send(desk, content)
    names = {(one["kind"], one["name"]): (one["rows"], one["near"]) for one in refused["unknown_names"]}
    assert names.keys() == {("country", "Ghannna"), ("country", "Kasachstan-Ost"), ("mission", "UNIFILL")}
    assert names["country", "Ghannna"][0] == 2
    assert names["country", "Ghannna"][1][0] == "GHA"
    assert names["mission", "UNIFILL"][1][0] == "UNIFIL"
    assert len(refused["unknown_names"]) == 3
    for noun, alias in (
        ("country-aliases", {"country": "KAZ", "name": "Kasachstan-Ost"}),
        ("country-aliases", {"country": "GHA", "name": "Ghannna"}),
        ("mission-aliases", {"mission": "UNIFIL", "name": "UNIFILL"}),
    ):
        assert desk.post(f"/v1/{noun}", alias).status_code == 201
    done = send(desk, content)
    assert told(done) == ("committed", 26, 0, 0, 0)
    [row] = desk.read("/v1/headcounts", report="un-dpo-2011-01-31", country="KAZ")["data"]
    assert row["country_as_printed"] == "Kasachstan-Ost"


def test_a_name_and_a_code_that_disagree_are_a_fault(desk: Desk):
    header = "last_reporting_date,mission_acronym,contributing_country,isocode3,personnel_type,total_personnel"
    rows = (
        "2007-01-31,UNDOF,Ghana,KEN,Troops,5",
        "2007-01-31,UNDOF,Ghana,XYZ,Troops,5",
        "2007-01-31,UNDOF,Gana,GHA,Troops,5",
    )
    found = send(desk, "\n".join([header, *rows]), scope="partial", mode="validate", on_error="skip")
    assert told(found) == ("validated", 1, 0, 0, 2)
    faults = desk.read(f"/v1/imports/{found['id']}/faults")["data"]
    assert [(one["code"], one["message"]) for one in faults] == [
        ("code_mismatch", "'Ghana' is GHA, and the code beside it is KEN. One of them is wrong."),
        ("bad_iso3", "'XYZ' is no code of a country. Correct it, or leave the code empty."),
    ]
    assert found["unknown_names"] == []  # to teach `Ghana` as an alias would not help


def test_a_file_of_thousands_of_unknown_names_tells_some_of_them(desk: Desk):
    names = [f"Land {number:04}" for number in range(700)]
    found = send(desk, monthly(*(f"2011-01-31,UNDOF,{name},Troops,0,1" for name in names)))
    assert (found["rejected"], len(found["unknown_names"])) == (700, 500)


def test_what_is_too_little_to_be_complete_needs_a_scope(desk: Desk):
    content = monthly("2011-02-28,UNDOF,Kazakhstan,Troops,7,132", "2011-02-28,UNDOF,Ghana,Troops,0,1")
    refused = send(desk, content)
    assert refused["problem"] == (
        "The file has 2 countries on 2011-02-28, and a complete report states zero for all others. "
        "Say `scope=partial`, or `scope=all_missions` if nobody else was there."
    )
    listed = send(desk, content, scope="listed_missions")
    assert listed["problem"].startswith("A file does not list the missions it is complete for.")
    desk.post("/v1/sources", source("un-dpo-2011-02-28"))
    body = report(
        "undof-2011", source="un-dpo-2011-02-28", as_of="2011-02-28", scope="listed_missions", missions=["UNDOF"]
    )
    assert desk.post("/v1/reports", body).status_code == 201
    assert told(send(desk, content, scope="listed_missions")) == ("committed", 2, 0, 0, 0)
    assert total(desk, "2011-02-28", mission="UNDOF") == 140
    assert total(desk, "2011-02-28", mission="UNDOF", country="FJI") == 0
    assert told(send(desk, content, scope="all_missions")) == ("committed", 2, 0, 0, 0)
    assert total(desk, "2011-02-28", country="FJI") == 0


def test_dates_that_cannot_be_are_faults(desk: Desk):
    content = monthly(
        f"{TODAY_IN_A_CENTURY},UNDOF,Kazakhstan,Troops,7,132",
        "1011-02-28,UNDOF,Ghana,Troops,0,1",
        "2011-02-30,UNDOF,Ghana,Troops,0,1",
        "2011,UNDOF,Ghana,Troops,0,1",
    )
    found = send(desk, content, scope="partial")
    assert faults_of(desk, found) == [
        (2, "as_of", "date_in_future"),
        (3, "as_of", "date_too_early"),
        (4, "last_reporting_date", "bad_date"),
        (5, "last_reporting_date", "bad_date"),
    ]
    totals = send(desk, f"{TOTALS}\n{TODAY_IN_A_CENTURY},grand_total,,,,,,5")
    assert faults_of(desk, totals) == [(2, "as_of", "date_in_future")]
    row = f"1,{TODAY_IN_A_CENTURY},X-1,UNIFIL,Fatality,M,Fiji,Military,Illness,,FJI,2025-04-04"
    assert faults_of(desk, send(desk, f"{DEATHS}\n{row}")) == [(2, "incident_date", "date_in_future")]


def test_of_doubled_rows_only_those_that_contradict_one_another_are_faults(desk: Desk):
    content = month("2011-03-31")
    content += "2011-03-31,UNIFIL,Ghana,Troops,2,8\n2011-03-31,UNIFIL,Kenya,Contingent Troop,0,0\n"
    found = send(desk, content)
    assert told(found) == NEW
    assert found["warnings"] == [
        "2 rows repeat a row of the same key as zero or in the same words, and are left out: 26, 27."
    ]
    assert total(desk, "2011-03-31", country="KEN") == 10
    more = month("2011-04-30") + "2011-04-30,UNIFIL,Ghana,Troops,1,8\n2011-04-30,UNIFIL,Kenya,Troops,3,7\n"
    refused = send(desk, more)
    assert faults_of(desk, refused) == [(26, None, "doubled_row"), (27, None, "doubled_row")]
    fault = desk.read(f"/v1/imports/{refused['id']}/faults")["data"][0]
    assert fault["message"] == ("Row 12 has the same as_of, country, mission, kind, with 10 people. Keep one of them.")


def test_the_source_may_be_named_and_has_to_stand(desk: Desk):
    content = month("2011-05-31")
    refused = send(desk, content, source="a-paper")
    assert refused["problem"] == (
        "No source 'a-paper' stands. Post it first, with publisher and date, or name another."
    )
    desk.post("/v1/sources", source("a-paper"))
    assert told(send(desk, content, source="a-paper")) == NEW
    assert told(send(desk, month("2011-06-30"), source="a-paper")) == NEW
    reports = desk.read("/v1/reports", source="a-paper")["data"]
    assert [one["id"] for one in reports] == ["a-paper.2011-05-31", "a-paper.2011-06-30"]
    assert told(send(desk, content, source="series-{as_of}")) == NEW
    assert desk.read("/v1/reports/series-2011-05-31")["source"] == "series-2011-05-31"
    for wrong in ("A Paper", "x-{month}", "{as_of}{", "_x", "x" * 81):
        answer = post_file(desk, content, source=wrong)
        assert problem_of(answer) == (422, "invalid_request")
        assert [one["pointer"] for one in answer.json()["errors"]] == ["/source"]
    long = "x" * 80
    desk.post("/v1/sources", source(long))
    assert send(desk, content, source=long)["problem"].startswith("/id: ")


def test_a_report_of_the_same_id_but_another_matter_stands_in_the_way(desk: Desk):
    desk.post("/v1/sources", source("un-dpo-2011-07-31"))
    taken = report("un-dpo-2011-07-31", as_of="2011-06")
    assert desk.post("/v1/reports", taken).status_code == 201
    found = send(desk, month("2011-07-31"))
    assert (found["state"], found["problem"]) == (
        "refused",
        "The report 'un-dpo-2011-07-31' stands already, of another date, source or scope. Look at it.",
    )


def test_columns_that_are_not_read_are_told_and_a_row_of_hashtags_is_passed_over(desk: Desk):
    lines = month("2011-08-31").splitlines()
    content = "\n".join(
        [f"{lines[0]},colour", "#date,#org,#country,#type,#f,#m,", *(f"{line},blue" for line in lines[1:])]
    )
    found = send(desk, content)
    assert told(found) == NEW
    assert found["warnings"] == ["Columns that are not read: colour."]


# Who may, and once only


def test_a_reader_sends_nothing_and_an_analyst_takes_nothing_back(desk: Desk):
    answer = desk.client.post("/v1/imports", files={"file": ("file.csv", month("2011-09-30"))})
    assert problem_of(answer) == (401, "unauthorised")
    assert answer.headers["www-authenticate"] == 'Bearer realm="peacekeeping"'
    assert desk.client.delete("/v1/imports/1", params={"reason": "x"}).status_code == 401
    done = send(desk, month("2011-09-30"))
    answer = desk.send("DELETE", f"/v1/imports/{done['id']}", params={"reason": "x"})
    assert problem_of(answer) == (403, "forbidden")
    assert desk.read(f"/v1/imports/{done['id']}")["data"]["state"] == "committed"


def test_with_two_pairs_of_eyes_an_analyst_validates_and_an_admin_commits(databases: Databases):
    with desk_at(databases.seeded_places(), import_wait=30, four_eyes=True) as desk:
        before = desk.revision()
        answer = post_file(desk, month("2024-01-31"))
        assert problem_of(answer) == (403, "forbidden")
        assert "an admin commits it" in answer.json()["detail"]
        assert desk.read("/v1/imports")["data"] == []
        assert told(send(desk, month("2024-01-31"), mode="validate")) == ("validated", 24, 0, 0, 0)
        assert desk.revision() == before
        done = send(desk, month("2024-01-31"), who="eve")
        assert (told(done), done["author"]) == (NEW, "eve")


def test_a_file_sent_again_under_its_key_is_imported_once(desk: Desk):
    content = month("2011-10-31")
    first = post_file(desk, content, key="k-1")
    again = post_file(desk, content, "other name.csv", key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    number = first.json()["data"]["id"]
    other = post_file(desk, month("2011-11-30"), key="k-1")
    assert problem_of(other) == (422, "idempotency_key_reused")
    assert problem_of(post_file(desk, content, key="k-1", mode="validate")) == (422, "idempotency_key_reused")
    assert problem_of(post_file(desk, content, key="a b")) == (422, "invalid_request")
    assert desk.read("/v1/imports", limit=1)["data"][0]["id"] == number
    assert post_file(desk, content, key="k-1", who="bob").json()["data"]["id"] == number + 1


def test_imports_are_listed_the_newest_first(desk: Desk):
    send(desk, month("2011-12-31"))
    send(desk, "nothing,of,ours\n1,2,3\n")
    listed = desk.read("/v1/imports", limit=2)["data"]
    assert [one["state"] for one in listed] == ["refused", "committed"]
    assert listed[0]["id"] == listed[1]["id"] + 1
    older = desk.read("/v1/imports", before=listed[1]["id"], state="refused,committed")["data"]
    assert older[0]["id"] < listed[1]["id"]
    assert {one["state"] for one in older} <= {"refused", "committed"}
    assert desk.get("/v1/imports/999999").status_code == 404
    assert desk.get("/v1/imports/abc").status_code == 422
    assert problem_of(desk.get("/v1/imports", stat="failed")) == (422, "unknown_parameter")
