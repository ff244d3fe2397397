"""The questions people ask of deployment numbers, each with its exact answer, on the seeded record of both engines."""

from datetime import datetime, timedelta

import httpx

from tests.conftest import ARTICLE

ALONE = {"source": ARTICLE}


def data(client: httpx.Client, path: str, **params: object) -> list[dict]:
    answer = client.get(f"/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def one(client: httpx.Client, path: str, **params: object) -> dict:
    [row] = data(client, path, **params)
    return row


def test_1_how_many_from_kazakhstan_were_in_undof_on_31_january_2024(seeded: httpx.Client):
    asked = {"country": "KAZ", "mission": "UNDOF", "as_of": "2024-01-31"}
    row = one(seeded, "deployments", **asked, **ALONE)
    assert (row["total"], row["reason"]) == (None, "no_observation")
    assert (row["plans"][0]["planned_persons"], row["plans"][0]["planned_from"]) == (139, "2024-03")
    row = one(seeded, "deployments", **asked)
    assert (row["total"], row["reason"], row["report"]) == (0, None, "un-dpo-2024-01-31")


def test_2_how_many_did_it_have_in_all_on_20_january_2024(seeded: httpx.Client):
    row = one(seeded, "totals", country="KAZ", as_of="2024-01-20", **ALONE)
    assert (row["total"], row["at_least"], row["women"], row["reason"]) == (19, True, None, "not_split_by_sex")
    parts = data(seeded, "totals", country="KAZ", as_of="2024-01-20", by="mission,personnel_type", **ALONE)
    assert [(part["mission"], part["personnel_type"], part["total"]) for part in parts] == [
        ("MINURSO", "unspecified", 6),
        ("MINUSCA", "unspecified", 2),
        ("MONUSCO", "unspecified", 2),
        ("UNIFIL", "unspecified", 9),
    ]


def test_3_how_many_may_it_send(seeded: httpx.Client):
    row = one(seeded, "authorisations", country="KAZ")
    assert (row["max_persons"], row["bound"]) == (430, "up_to")
    assert row["missions"] == ["UNDOF", "UNISFA", "UNMISS", "UNTSO"]


def test_4_how_much_of_the_430_is_planned(seeded: httpx.Client):
    row = one(seeded, "reconciliation", country="KAZ", as_of="2024-01-20", **ALONE)
    assert (row["ceiling"], row["planned"], row["unplanned_rest"]) == (430, 139, 291)
    assert (row["observed_total"], row["observed_cells"]) == (None, 0)
    assert row["observed_elsewhere"] == 19


def test_5_what_is_planned_for_march_2024(seeded: httpx.Client):
    row = one(seeded, "contingents", planned_from="2024-03")
    assert (row["country"], row["planned_persons"], row["unit_kind"]) == ("KAZ", 139, "reserve_company")


def test_6_has_it_deployed(seeded: httpx.Client):
    found = {}
    for day in ("2024-01-20", "2024-02-22", "2024-03-18"):
        [plan] = one(seeded, "reconciliation", country="KAZ", as_of=day)["plans"]
        found[day] = plan["status"]
    assert found == {"2024-01-20": "planned", "2024-02-22": "deploying", "2024-03-18": "deployed"}


def test_7_what_did_the_record_say_before_the_un_report_was_recorded(seeded: httpx.Client):
    report = seeded.get("/v1/reports/un-dpo-2024-01-31").json()
    before = datetime.fromisoformat(report["recorded_at"]) - timedelta(microseconds=1)
    asked = {"country": "KAZ", "mission": "UNDOF", "as_of": "2024-01-31", "known_at": before.isoformat()}
    answer = seeded.get("/v1/deployments", params=asked).json()
    [row] = answer["data"]
    assert answer["meta"]["revision"] == report["recorded_in"] - 1
    assert row["report"] != "un-dpo-2024-01-31"
    after = one(seeded, "deployments", **{**asked, "known_at": report["recorded_at"]})
    assert (after["total"], after["report"]) == (0, "un-dpo-2024-01-31")


def test_7b_only_the_article_known(seeded: httpx.Client):
    article = seeded.get(f"/v1/reports/{ARTICLE}").json()
    asked = {"country": "KAZ", "mission": "UNDOF", "as_of": "2024-01-31", "known_at": article["recorded_at"]}
    row = one(seeded, "deployments", **asked)
    assert (row["total"], row["reason"]) == (None, "no_observation")
    assert row["plans"][0]["planned_persons"] == 139
    assert one(seeded, "totals", country="KAZ", known_at=article["recorded_at"])["total"] == 19


def test_8_top_contributors_of_a_month(seeded: httpx.Client):
    rows = data(seeded, "rankings", month="2024-01")
    assert len(rows) == 117
    assert [(row["rank"], row["country"], row["total"]) for row in rows[:3]] == [
        (1, "NPL", 6109),
        (2, "IND", 6040),
        (3, "RWA", 5918),
    ]
    ranks = [row["rank"] for row in rows]
    for place, (row, before) in enumerate(zip(rows[1:], rows, strict=False), start=2):
        assert row["rank"] == (before["rank"] if row["total"] == before["total"] else place)
    assert len(set(ranks)) < len(ranks)
    [kazakhstan] = [row for row in rows if row["country"] == "KAZ"]
    assert (kazakhstan["rank"], kazakhstan["total"]) == (82, 19)
    answer = seeded.get("/v1/rankings", params={"month": "2024-09"})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_report")


def test_9_series_of_a_country_in_a_mission_by_kind(seeded: httpx.Client):
    rows = data(
        seeded, "series", country="KAZ", mission="UNDOF", by="personnel_type", **{"from": "2024-05", "to": "2024-06"}
    )
    assert [(row["month"], row["personnel_type"], row["total"]) for row in rows] == [
        ("2024-05", "staff_officer", 0),
        ("2024-05", "troops", 139),
        ("2024-06", "staff_officer", 1),
        ("2024-06", "troops", 139),
    ]
    rows = data(seeded, "series", country="FRA", mission="UNDOF", **{"from": "2024-06", "to": "2024-07"})
    assert [(row["total"], row["reason"]) for row in rows] == [(0, None), (None, "no_observation")]


def test_10_share_of_women_among_troops(seeded: httpx.Client):
    row = one(seeded, "shares", personnel_type="troops", as_of="2024-01-31")
    assert row["share_women"] == round(row["women"] / (row["women"] + row["men"]), 4)
    assert (row["target"], row["target_year"]) == (0.11, 2024)
    assert row["gap_to_target"] == round(row["share_women"] - 0.11, 4)
    kazakhstan = one(seeded, "shares", country="KAZ", personnel_type="troops", as_of="2024-03-31", mission="UNDOF")
    assert (kazakhstan["women"], kazakhstan["men"], kazakhstan["share_women"]) == (7, 132, 0.0504)


def test_11_how_far_is_monusco_below_its_ceiling(seeded: httpx.Client):
    found = {}
    for day in ("2024-06-30", "2024-07-01"):
        row = one(seeded, "gaps", mission="MONUSCO", category="military", as_of=day)
        found[day] = (row["ceiling"], row["decision"])
    assert found == {"2024-06-30": (13500, "S/RES/2717 (2023)"), "2024-07-01": (11500, "S/RES/2717 (2023)")}
    row = one(seeded, "gaps", mission="UNTSO", category="military", as_of="2024-06-30")
    assert (row["ceiling"], row["gap"], row["reason"]) == (None, None, "no_ceiling")


def test_12_ceilings_that_wait_and_steps_that_are_scheduled(seeded: httpx.Client):
    row = one(seeded, "gaps", mission="MINUSCA", category="military", as_of="2014-06-01")
    assert (row["ceiling"], row["reason"], row["scheduled"][0]["ceiling"]) == (None, "not_yet_effective", 10000)
    row = one(seeded, "gaps", mission="UNOCI", category="military", as_of="2014-01-01")
    assert (row["ceiling"], [step["ceiling"] for step in row["scheduled"]]) == (8837, [7137])


def test_13_change_between_two_months(seeded: httpx.Client):
    row = one(seeded, "differences", country="KAZ", **{"from": "2024-01", "to": "2024-03"})
    assert (row["mission"], row["change"], row["before"], row["after"]) == ("UNDOF", "joined", 0, 139)


def test_14_first_and_last_seen(seeded: httpx.Client):
    rows = {row["mission"]: row for row in data(seeded, "presences", country="KAZ")}
    assert (rows["UNDOF"]["first_month"], rows["UNDOF"]["last_month"]) == ("2024-02", "2025-07")
    assert (rows["UNISFA"]["first_month"], rows["UNISFA"]["last_month"]) == ("2020-02", "2020-04")
    claims = seeded.get("/v1/presences?country=KAZ").json()["participations"]
    article = {claim["mission"] for claim in claims if claim["source"] == ARTICLE}
    assert article >= {"UNOCI", "MINURSO", "UNIFIL", "MINUSCA", "MINUSMA"}


def test_15_who_serves_in_undof_now(seeded: httpx.Client):
    answer = seeded.get("/v1/totals?mission=UNDOF&by=country").json()
    assert answer["meta"]["as_of"] == "2025-07-31"
    assert [report["id"] for report in answer["meta"]["reports"]] == ["un-dpo-2025-07-31"]
    assert {row["country"]: row["total"] for row in answer["data"]}["KAZ"] == 143


def test_16_which_missions_work_in_sudan(seeded: httpx.Client):
    rows = data(seeded, "missions", host="SDN", status="active")
    hosts = {row["code"]: [host["contested"] for host in row["hosts"] if host["country"] == "SDN"] for row in rows}
    assert hosts["UNISFA"] == [True]


def test_17_missions_that_followed_one_another_are_one_line(seeded: httpx.Client):
    rows = data(seeded, "series", mission="BINUH", lineage="true", by="mission", **{"from": "2016-12", "to": "2019-12"})
    told = {row["month"]: (row["total"], row["missions"]) for row in rows if row["total"] is not None}
    assert {month: missions for month, (_, missions) in told.items()} == {
        "2016-12": ["MINUSTAH"],
        "2017-12": ["MINUJUSTH"],
        "2019-12": ["BINUH"],
    }
    assert {row["mission"] for row in rows} == {"BINUH"}
    meta = seeded.get("/v1/series?mission=MONUSCO&lineage=true&from=2024-01&to=2024-01").json()["meta"]
    assert meta["scope"]["missions"] == ["MONUC", "MONUSCO"]


def test_18_the_whole_un_beside_the_total_it_printed(seeded: httpx.Client):
    row = one(seeded, "totals", as_of="2024-01-31")
    printed = one(seeded, "printed-totals", level="grand", as_of="2024-01-31")
    assert (row["total"], row["women"], row["men"]) == (printed["total"], printed["women"], printed["men"])
    assert data(seeded, "discrepancies", kind="parts_and_printed_total") == []


def test_19_who_ever_served_is_never_a_count_of_people_present(seeded: httpx.Client):
    row = one(seeded, "headcounts", country="KAZ", mission="UNIFIL", measure="cumulative_served")
    assert row["total"] == 538
    assert one(seeded, "totals", country="KAZ", mission="UNIFIL", as_of="2024-01-19")["total"] == 9


def test_20_which_numbers_rest_on_the_press_alone(seeded: httpx.Client):
    rows = data(seeded, "headcounts", source_kind="news", measure="present")
    assert {row["mission"]: row["total"] for row in rows} == {"MINURSO": 6, "MINUSCA": 2, "MONUSCO": 2, "UNIFIL": 9}


def test_21_which_pledges_were_kept(seeded: httpx.Client):
    pledge = one(seeded, "pledges", country="KAZ")
    assert (pledge["status"], pledge["persons"]) == ("made", None)
    # No plan names it, so whether it was kept is unknown, not broken.
    assert data(seeded, "contingents", pledge=pledge["id"]) == []


def test_22_until_when_mandates_run_is_read_off_the_latest_decision(seeded: httpx.Client):
    row = one(seeded, "gaps", mission="UNMISS", category="military")
    assert row["decision"].startswith("S/RES/")
    assert row["ceiling_record"] is not None


def test_23_do_sources_disagree(seeded: httpx.Client):
    assert data(seeded, "discrepancies", kind="sources_disagree") == []
    # Officers since 2014 by three sources: cumulative, of three dates, and therefore not one cell.
    values = {row["value"] for row in data(seeded, "claims", country="KAZ", value__gte=60, value__lte=80)}
    assert {67, 80} <= values


def test_430_and_139_are_in_no_total_of_january(seeded: httpx.Client):
    for params in ({}, ALONE):
        rows = data(seeded, "totals", country="KAZ", as_of="2024-01-31", by="mission", **params)
        assert not {139, 430, 569} & {row["total"] for row in rows}
