"""Imports taken back as a unit, unless something rests on them by now."""

from collections.abc import Iterator

import httpx
import pytest

from app.core import takeback
from app.headcounts.sums import wrong_sums
from tests.conftest import Databases
from tests.desks import Desk, count, desk_at
from tests.layouts import DEATHS, MISSIONS, TOTALS
from tests.sending import (
    NEW,
    month,
    own_temporary_folder,  # noqa: F401  (a fixture)
    problem_of,
    send,
    told,
)
from tests.statements import noted


@pytest.fixture(scope="module")
def desk(databases: Databases) -> Iterator[Desk]:
    """One service for the tests of this file; each imports a month of its own."""
    with desk_at(databases.seeded(), import_wait=30) as made:
        yield made
        with made.database.read() as session:
            assert list(wrong_sums(session)) == []


def take_back(desk: Desk, found: dict, who: str = "eve", **query: str) -> httpx.Response:
    return desk.send("DELETE", f"/v1/imports/{found['id']}", who, params={"reason": "The wrong month.", **query})


def in_the_way(answer: httpx.Response) -> list[str]:
    """The records that a refusal names."""
    assert problem_of(answer) == (409, "record_conflict")
    return [one["record"] for one in answer.json()["errors"]]


def rows_of(desk: Desk, report: str) -> dict[str, dict]:
    rows = desk.read("/v1/headcounts", report=report, limit=100)["data"]
    return {row["country"]: row for row in rows}


def test_what_an_import_recorded_stands_no_longer_and_the_file_may_be_sent_again(desk: Desk):
    done = send(desk, month("2014-01-31"))
    answer = take_back(desk, done)
    assert answer.status_code == 200, answer.text
    taken = answer.json()["data"]
    assert told(taken, "state", "change", "reverted_in") == ("reverted", done["change"], done["change"] + 1)
    assert desk.read(f"/v1/imports/{done['id']}")["data"] == taken
    change = desk.read(f"/v1/changes/{done['change'] + 1}")
    assert (change["author"], change["reason"], change["origin"]) == ("eve", "The wrong month.", "import")
    assert desk.get("/v1/reports/un-dpo-2014-01-31").status_code == 404
    assert desk.get("/v1/sources/un-dpo-2014-01-31").status_code == 404
    assert rows_of(desk, "un-dpo-2014-01-31") == {}
    moment = desk.read(f"/v1/changes/{done['change']}")["recorded_at"]
    [row] = desk.read("/v1/totals", as_of="2014-01-31", known_at=moment)["data"]
    assert row["total"] == 240

    again = send(desk, month("2014-01-31"))
    assert (told(again), again["notes"]) == (NEW, [])
    assert desk.read("/v1/reports/un-dpo-2014-01-31")["revision"] == 2
    assert take_back(desk, again).status_code == 200


def test_what_an_import_corrected_stands_as_before(desk: Desk):
    send(desk, month("2014-02-28"))
    before = rows_of(desk, "un-dpo-2014-02-28")
    edition = send(desk, month("2014-02-28", people={"Ghana": 9, "Nepal": 700}))
    assert take_back(desk, edition).status_code == 200
    after = rows_of(desk, "un-dpo-2014-02-28")
    ledger = ("revision", "recorded_in", "recorded_at")
    for country, row in after.items():
        if country in ("GHA", "NPL"):
            assert (row["revision"], row["recorded_in"]) == (3, edition["change"] + 1)
            assert {k: v for k, v in row.items() if k not in ledger} == {
                k: v for k, v in before[country].items() if k not in ledger
            }
        else:
            assert row == before[country]
    history = desk.read(f"/v1/headcounts/{before['NPL']['id']}/revisions")["data"]
    assert sorted(one["revision"] for one in history) == [1, 2, 3]
    assert told(send(desk, month("2014-02-28", people={"Ghana": 9, "Nepal": 700}))) == ("committed", 0, 22, 2, 0)


def test_what_an_import_recorded_is_ended_in_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(takeback, "_BATCH", 7)
    done = send(desk, month("2012-01-31"))
    assert len(rows_of(desk, "un-dpo-2012-01-31")) == 24
    with noted(desk.client.app.state.database.writer) as statements:
        assert take_back(desk, done).status_code == 200
    ended = [one for one, _ in statements if one.startswith("UPDATE headcount SET superseded_in")]
    assert len(ended) == 4
    assert rows_of(desk, "un-dpo-2012-01-31") == {}


def test_imports_are_taken_back_one_after_the_other(desk: Desk):
    first = send(desk, month("2014-03-31"))
    second = send(desk, month("2014-03-31", people={"Ghana": 9}))
    assert in_the_way(take_back(desk, first)) == [f"/v1/headcounts/{rows_of(desk, 'un-dpo-2014-03-31')['GHA']['id']}"]
    assert take_back(desk, second).status_code == 200
    assert take_back(desk, first).status_code == 200
    assert desk.get("/v1/reports/un-dpo-2014-03-31").status_code == 404
    assert rows_of(desk, "un-dpo-2014-03-31") == {}


def test_only_what_was_recorded_is_taken_back_and_only_once(desk: Desk):
    done = send(desk, month("2014-04-30"))
    same = send(desk, month("2014-04-30"))
    checked = send(desk, month("2014-05-31"), mode="validate")
    refused = send(desk, "a,b\n1,2\n")
    for found, state in ((same, "committed"), (checked, "validated"), (refused, "refused")):
        answer = take_back(desk, found)
        assert in_the_way(answer) == []
        assert f"Import {found['id']} is {state} and recorded nothing" in answer.json()["detail"]
    assert take_back(desk, done).status_code == 200
    before = desk.revision()
    again = take_back(desk, done)
    assert (in_the_way(again), desk.revision()) == ([], before)
    assert "is reverted" in again.json()["detail"]


def test_taking_back_needs_a_reason_an_admin_and_an_import(desk: Desk):
    done = send(desk, month("2014-06-30"))
    address = f"/v1/imports/{done['id']}"
    assert problem_of(desk.send("DELETE", address, "eve")) == (422, "invalid_request")
    assert problem_of(take_back(desk, done, force="1")) == (422, "unknown_parameter")
    assert problem_of(take_back(desk, done, who="bob")) == (403, "forbidden")
    assert problem_of(desk.send("DELETE", "/v1/imports/999999", "eve", params={"reason": "x"})) == (404, "not_found")
    assert desk.read(address)["data"]["state"] == "committed"


def test_a_record_corrected_since_stands_in_the_way_until_it_is_retracted(desk: Desk):
    done = send(desk, month("2014-07-31"))
    row = rows_of(desk, "un-dpo-2014-07-31")["KEN"]
    address = f"/v1/headcounts/{row['id']}"
    corrected = desk.patch(address, {"comment": "Asked.", "reason": "x"}, '"1"')
    assert in_the_way(take_back(desk, done)) == [address]
    assert len(rows_of(desk, "un-dpo-2014-07-31")) == 24
    assert desk.delete(address, corrected.headers["etag"]).status_code == 200
    assert take_back(desk, done).status_code == 200
    assert rows_of(desk, "un-dpo-2014-07-31") == {}


def test_what_was_retracted_since_does_not_come_back(desk: Desk):
    send(desk, month("2014-08-31"))
    edition = send(desk, month("2014-08-31", people={"Ghana": 9, "Nepal": 700}))
    gone = rows_of(desk, "un-dpo-2014-08-31")["NPL"]
    assert desk.delete(f"/v1/headcounts/{gone['id']}", '"2"').status_code == 200
    assert take_back(desk, edition).status_code == 200
    rows = rows_of(desk, "un-dpo-2014-08-31")
    assert (rows["GHA"]["total"], len(rows)) == (10, 23)
    assert "NPL" not in rows


def test_records_that_rest_on_an_import_are_named(desk: Desk):
    done = send(desk, month("2014-09-30"))
    row = '900,UNRESTED,An example to rest on,DPO,No,1990-01-05,1991-02-03,Somewhere,"1,5","2,5",2024-02-19'
    listed = send(desk, f"{MISSIONS}\n{row}")
    by_hand = desk.post("/v1/headcounts", {**count(mission="UNDOF", country="KAZ"), "report": "un-dpo-2014-09-30"})
    claim = {
        "id": "resting-claim", "source": "un-dpo-2014-09-30", "kind": "plan", "certainty": "stated", "statement": "A.",
    }  # fmt: skip
    assert desk.post("/v1/claims", claim).status_code == 201
    assert in_the_way(take_back(desk, done)) == ["/v1/claims/resting-claim", by_hand.headers["location"]]
    # A mission in a list of missions is one that rests on it, too.
    authorisation = {
        "id": "kaz-resting", "country": "KAZ", "missions": ["UNDOF", "UNRESTED"], "max_persons": 500,
        "approved_on": "2025-01-10", "source": "caspian-news-2024-01-20",
    }  # fmt: skip
    posted = desk.post("/v1/authorisations", authorisation)
    assert posted.status_code == 201
    assert in_the_way(take_back(desk, listed)) == ["/v1/authorisations/kaz-resting"]
    desk.delete("/v1/authorisations/kaz-resting", posted.headers["etag"])
    desk.delete("/v1/claims/resting-claim", '"1"')
    desk.delete(by_hand.headers["location"], '"1"')
    assert take_back(desk, listed).status_code == 200
    assert take_back(desk, done).status_code == 200
    assert desk.get("/v1/missions/UNRESTED").status_code == 404


def test_a_headcount_does_not_come_back_to_a_place_that_is_taken(desk: Desk):
    send(desk, month("2014-10-31"))
    exported = desk.get("/v1/headcounts", report="un-dpo-2014-10-31", country="KEN", format="csv").text
    moved = send(desk, exported.replace(",UNIFIL,", ",UNDOF,"))
    assert told(moved) == ("committed", 0, 0, 1, 0)
    other = desk.post("/v1/headcounts", {**count(mission="UNIFIL", country="KEN"), "report": "un-dpo-2014-10-31"})
    assert other.status_code == 201
    before = desk.revision()
    answer = take_back(desk, moved)
    assert (in_the_way(answer), desk.revision()) == ([], before)
    assert answer.json()["detail"] == (
        "Another headcount says by now what one said before it was corrected. Retract it first."
    )
    desk.delete(other.headers["location"], '"1"')
    assert take_back(desk, moved).status_code == 200
    row = rows_of(desk, "un-dpo-2014-10-31")["KEN"]
    assert (row["mission"], row["revision"]) == ("UNIFIL", 3)


def test_every_kind_of_record_is_taken_back(desk: Desk):
    missions = send(
        desk, f'{MISSIONS}\n69,MINUSMA,Mission in Mali,DPO,Yes,2013-04-25,,Bamako,"12,6500","-8,0000",2024-03-01'
    )
    deaths = send(desk, f"{DEATHS}\n1,1949-07-06,X-1949-07-1,UNTSO,Fatality,M,France,Military,Illness,,FRA,2025-04-05")
    totals = send(desk, f"{TOTALS}\n2024-03-31,country_total,,Kenya,KEN,,,5")
    addresses = [
        "/v1/claims/un-data-hub-missions-2024-03-01.minusma-is-active",
        "/v1/sources/un-data-hub-missions-2024-03-01",
        "/v1/sources/un-data-hub-fatalities-2025-04-05",
    ]
    assert [desk.get(address).status_code for address in addresses] == [200, 200, 200]
    assert len(desk.read("/v1/fatalities", incident_date="1949-07-06")["data"]) == 1
    assert len(desk.read("/v1/printed-totals", report="un-dpo-2024-03-31", country="KEN")["data"]) == 1
    for found in (missions, deaths, totals):
        assert take_back(desk, found).status_code == 200
    assert [desk.get(address).status_code for address in addresses] == [404, 404, 404]
    assert desk.read("/v1/fatalities", incident_date="1949-07-06")["data"] == []
    assert desk.read("/v1/printed-totals", report="un-dpo-2024-03-31", country="KEN")["data"] == []
