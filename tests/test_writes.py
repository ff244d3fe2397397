"""Analysts record, correct, retract and dispute over HTTP; what cannot be true is refused and named."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from app.core.columns import col
from app.core.history import Change
from app.headcounts.models import Headcount
from tests.conftest import Databases
from tests.desks import Desk, count, desk_at, report, source
from tests.statements import watched


@pytest.fixture(scope="module")
def desk(databases: Databases) -> Iterator[Desk]:
    """One service for the tests of this file; each uses names of its own."""
    with desk_at(databases.seeded(), max_body_bytes=200_000) as made:
        yield made


def posted(desk: Desk, name: str, *counts: dict) -> dict:
    """A source and its report with headcounts, and the report as answered."""
    assert desk.post("/v1/sources", source(name)).status_code == 201
    answer = desk.post("/v1/reports", report(name, headcounts=list(counts)))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def faults(answer) -> dict[str, str]:
    """Pointer to message of every fault of a refusal, which must be a problem."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return {one["pointer"]: one["message"] for one in body["errors"]}


# Recording


def test_a_new_source_is_answered_with_its_address_and_etag_and_can_be_read(desk: Desk):
    before = desk.revision()
    answer = desk.post("/v1/sources", source("paper-a", reason="Read today."))
    assert answer.status_code == 201
    assert answer.headers["location"] == "/v1/sources/paper-a"
    assert answer.headers["etag"] == f'"1-{before + 1}"'
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["meta"]["change"] == before + 1
    assert body["meta"]["revision"] == 1
    assert body["warnings"] == []
    read = desk.get("/v1/sources/paper-a")
    assert read.json() == body["data"]
    assert read.headers["etag"].startswith(answer.headers["etag"].rstrip('"'))
    with desk.database.read() as session:
        change = session.get(Change, before + 1)
        assert (change.author, change.reason, change.origin, change.accepted_by) == ("ann", "Read today.", "api", None)


def test_a_report_with_its_headcounts_is_one_change_and_changes_the_total(desk: Desk):
    was = desk.read("/v1/totals", country="KAZ", mission="UNDOF", as_of="2025-08-21")["data"]
    assert was[0]["total"] == 143
    before = desk.revision()
    data = posted(desk, "paper-b", count(total=150), count(total=2, personnel_type="staff_officer", women=1, men=1))
    assert desk.revision() == before + 2
    assert [one["total"] for one in data["headcounts"]] == [150, 2]
    assert {one["recorded_in"] for one in data["headcounts"]} == {before + 2} == {data["recorded_in"]}
    now = desk.read("/v1/totals", country="KAZ", mission="UNDOF", as_of="2025-08-21")["data"]
    assert now[0]["total"] == 152
    past = desk.read("/v1/totals", country="KAZ", mission="UNDOF", as_of="2025-08-19")["data"]
    assert past[0]["total"] == 143
    assert desk.delete("/v1/reports/paper-b", '"1"').status_code == 200
    assert desk.read("/v1/totals", country="KAZ", mission="UNDOF", as_of="2025-08-21")["data"][0]["total"] == 143


def test_printed_totals_come_along_with_a_report(desk: Desk):
    desk.post("/v1/sources", source("paper-c"))
    body = report("paper-c", headcounts=[count()], printed_totals=[{"mission": "UNDOF", "total": 7}, {"total": 9}])
    data = desk.post("/v1/reports", body).json()["data"]
    assert [(one["level"], one["total"]) for one in data["printed_totals"]] == [("mission", 7), ("grand", 9)]


def test_codes_may_be_written_as_any_known_name(desk: Desk):
    data = posted(desk, "paper-d", count(country="Республика Казахстан".replace("Республика ", ""), mission="fnuod"))
    assert [(one["country"], one["mission"]) for one in data["headcounts"]] == [("KAZ", "UNDOF")]
    answer = desk.post("/v1/missions", {
        "code": "UNDEMO", "name": "Example mission", "kind": "peacekeeping", "status": "active",
        "hosts": [{"country": "syria"}], "parent": "undof",
    })  # fmt: skip
    assert [host["country"] for host in answer.json()["data"]["hosts"]] == ["SYR"]
    assert answer.json()["data"]["parent"] == "UNDOF"


EXAMPLES = {
    "country-aliases": {"country": "KAZ", "name": "Kasachstan", "language": "de"},
    "mission-aliases": {"mission": "UNDOF", "name": "Golan force"},
    "mission-lineages": {"predecessor": "UNDOF", "successor": "UNTSO"},
    "country-successions": {"predecessor": "KAZ", "successor": "UZB", "kind": "split"},
    "countries": {"iso3": "XYZ", "name": "Exampleland", "status": "territory"},
    "missions": {"code": "UNEX", "name": "Example mission", "kind": "peacekeeping", "status": "active"},
    "ceilings": {
        "id": "undof-example", "mission": "UNDOF", "decision": "S/RES/9999 (2025)", "effective_from": "2025-09-01",
        "military": 2000, "basis": "absolute", "confidence": "confirmed", "source": "caspian-news-2024-01-20",
    },
    "authorisations": {
        "id": "kaz-example", "country": "KAZ", "missions": ["UNDOF", "UNTSO"], "max_persons": 500,
        "approved_on": "2025-01-10", "source": "caspian-news-2024-01-20",
    },
    "pledges": {
        "id": "kaz-pledge-example", "country": "KAZ", "unit_kinds": ["medical"], "status": "made",
        "source": "caspian-news-2024-01-20",
    },
    "contingents": {
        "id": "kaz-contingent-example", "country": "KAZ", "mission": "UNDOF", "label": "An example",
        "planned_persons": 20, "cost_amount": "1000.5", "cost_currency": "USD",
        "authorisation": "kaz-2024-01-19", "source": "caspian-news-2024-01-20",
    },
    "status-events": {
        "id": "example-event", "contingent": "kaz-undof-2024", "kind": "rotated", "on": "2025-03",
        "certainty": "stated",
        "source": "caspian-news-2024-01-20",
    },
    "claims": {
        "id": "example-claim", "source": "caspian-news-2024-01-20", "kind": "plan", "certainty": "stated",
        "statement": "An example.", "subjects": [{"noun": "contingents", "record": "kaz-undof-2024"}],
    },
    "fatalities": {
        "casualty_id": "UNDOF-2025-03-00001", "incident_date": "2025-03", "mission": "UNDOF", "nationality": "KAZ",
        "personnel_type": "military", "incident_type": "accident", "source": "caspian-news-2024-01-20",
    },
    "printed-totals": {"report": "caspian-news-2024-01-20", "total": 19},
    "headcounts": {**count(total=1), "report": "caspian-news-2024-01-20"},
    "sources": source("example-source"),
    "reports": report("caspian-news-2024-01-20", id="example-report", as_of="2023-12"),
}  # fmt: skip
CORRECTIONS = {
    "claims": {"statement": "Another."}, "contingents": {"label": "Another"}, "sources": {"title": "Another"},
    "country-successions": {"on": "1991"}, "mission-lineages": {"on": "1991"}, "printed-totals": {"total": 20},
    "headcounts": {"total": 2}, "status-events": {"persons": 3},
}  # fmt: skip


@pytest.mark.parametrize("noun", EXAMPLES)
def test_every_kind_is_recorded_corrected_and_retracted(desk: Desk, noun: str):
    answer = desk.post(f"/v1/{noun}", EXAMPLES[noun])
    assert answer.status_code == 201, answer.text
    address = answer.headers["location"]
    data = answer.json()["data"]
    for name, value in EXAMPLES[noun].items():
        shown = sorted(data[name]) if isinstance(value, list) and noun == "authorisations" else data[name]
        assert shown == ("1000.50" if name == "cost_amount" else value)
    assert desk.read(address) == data
    again = desk.post(f"/v1/{noun}", EXAMPLES[noun])
    assert again.status_code == 409
    assert again.json()["errors"][0]["record"] == address

    patch = CORRECTIONS.get(noun, {"note": "A note."})
    corrected = desk.patch(address, {**patch, "reason": "Better."}, answer.headers["etag"])
    assert corrected.status_code == 200, corrected.text
    assert corrected.json()["meta"]["revision"] == 2
    [(name, value)] = patch.items()
    assert desk.read(address)[name] == value
    retracted = desk.delete(address, corrected.headers["etag"])
    assert retracted.status_code == 200, retracted.text
    assert retracted.json()["data"][name] == value
    assert desk.get(address).status_code == 404
    anew = desk.post(f"/v1/{noun}", EXAMPLES[noun])
    assert anew.status_code == 201
    assert anew.json()["meta"]["revision"] == (1 if noun in ("headcounts", "printed-totals") else 3)
    assert desk.delete(anew.headers["location"], anew.headers["etag"]).status_code == 200


# Correcting


def test_a_correction_needs_the_revision_that_was_seen_and_a_reason(desk: Desk):
    data = posted(desk, "paper-e", count())
    address = f"/v1/headcounts/{data['headcounts'][0]['id']}"
    bare = desk.send("PATCH", address, json={"total": 7, "reason": "Typo."})
    assert (bare.status_code, bare.json()["code"]) == (428, "revision_needed")
    star = desk.patch(address, {"total": 7, "reason": "Typo."}, "*")
    assert star.status_code == 428
    nobody = desk.patch(address, {"total": 7}, '"1"')
    assert (nobody.status_code, faults(nobody)) == (422, {"/reason": "/reason: field required."})
    blank = desk.patch(address, {"total": 7, "reason": "  "}, '"1"')
    assert blank.status_code == 422
    done = desk.patch(address, {"total": 7, "reason": "Typo."}, '"1"')
    assert done.status_code == 200
    stale = desk.patch(address, {"total": 8, "reason": "Typo."}, '"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "revision_stale")
    assert stale.headers["etag"] == f'"2-{desk.revision()}"'
    for nonsense in ("2", "abc", '"x"', '"2", "1"'):
        assert desk.patch(address, {"total": 8, "reason": "Typo."}, nonsense).status_code == 412
    assert desk.patch(address, {"total": 8, "reason": "Typo."}, stale.headers["etag"]).status_code == 200
    assert desk.send("DELETE", address, params={"reason": "x"}).status_code == 428
    assert desk.delete(address, '"1"').status_code == 412
    assert desk.send("DELETE", address, headers={"If-Match": '"3"'}).status_code == 422
    assert desk.read(address)["total"] == 8


def test_null_takes_a_value_away_and_nothing_changed_records_nothing(desk: Desk):
    data = posted(desk, "paper-f", count(total=6, women=2, men=4, comment="Seen twice."))
    address = f"/v1/headcounts/{data['headcounts'][0]['id']}"
    before = desk.revision()
    same = desk.patch(address, {"total": 6, "reason": "None."}, '"1"')
    assert (same.status_code, same.json()["meta"]["change"], desk.revision()) == (200, None, before)
    wrong = desk.patch(address, {"total": 9, "reason": "More."}, '"1"')
    assert faults(wrong) == {"/total": "/total: women 2 + men 4 is not the total 9."}
    needed = desk.patch(address, {"total": None, "reason": "Gone."}, '"1"')
    assert faults(needed) == {"/total": "/total: field required."}
    done = desk.patch(address, {"women": None, "men": None, "comment": None, "total": 9, "reason": "More."}, '"1"')
    assert {name: done.json()["data"][name] for name in ("women", "men", "comment", "total")} == {
        "women": None, "men": None, "comment": None, "total": 9,
    }  # fmt: skip


def test_the_key_and_the_status_are_not_corrected(desk: Desk):
    data = posted(desk, "paper-g", count())
    address = f"/v1/headcounts/{data['headcounts'][0]['id']}"
    assert "/id" in faults(desk.patch(address, {"id": 5, "reason": "x"}, '"1"'))
    assert "/id" in faults(desk.patch("/v1/sources/paper-g", {"id": "other", "reason": "x"}, '"1"'))
    assert "/status" in faults(desk.patch(address, {"status": "disputed", "reason": "x"}, '"1"'))
    assert "/status" in faults(desk.post("/v1/headcounts", {**count(status="disputed"), "report": "paper-g"}))
    assert "/id" in faults(desk.post("/v1/headcounts", {**count(id=7), "report": "paper-g"}))


def test_a_correction_may_not_become_the_twin_of_another_record(desk: Desk):
    data = posted(desk, "paper-h", count(), count(personnel_type="staff_officer"))
    first, second = (f"/v1/headcounts/{one['id']}" for one in data["headcounts"])
    answer = desk.patch(second, {"personnel_type": "troops", "reason": "x"}, '"1"')
    assert (answer.status_code, answer.json()["errors"][0]["record"]) == (409, first)


# Retracting


def test_what_others_rest_on_is_not_retracted_and_they_are_named(desk: Desk):
    posted(desk, "paper-i", count())
    answer = desk.delete("/v1/sources/paper-i", '"1"')
    assert answer.status_code == 409
    assert [one["record"] for one in answer.json()["errors"]] == ["/v1/reports/paper-i"]
    assert desk.delete("/v1/reports/paper-i", '"1"').status_code == 200
    assert desk.read("/v1/headcounts", report="paper-i")["data"] == []
    assert desk.delete("/v1/sources/paper-i", '"1"').status_code == 200
    lonely = desk.post("/v1/reports", report("paper-i"))
    assert faults(lonely) == {"/source": "/source: no source 'paper-i' stands; record it first, or see /v1/sources."}
    again = desk.delete("/v1/sources/paper-i", '"1"')
    assert again.status_code == 404


def test_the_past_stays_as_it_was_known(desk: Desk):
    data = posted(desk, "paper-j", count(total=6))
    address = f"/v1/headcounts/{data['headcounts'][0]['id']}"
    moments = [data["recorded_at"]]
    moments.append(desk.patch(address, {"total": 7, "reason": "x"}, '"1"').json()["meta"]["recorded_at"])
    desk.delete(address, '"2"')
    assert [desk.read(address, known_at=moment)["total"] for moment in moments] == [6, 7]


# Disputing


def test_a_disputed_count_is_shown_and_left_out_of_totals_until_it_is_resolved(desk: Desk):
    data = posted(desk, "paper-k", count(total=500, country="MNG", mission="UNTSO"))
    address = f"/v1/headcounts/{data['headcounts'][0]['id']}"
    question = {"country": "MNG", "mission": "UNTSO", "as_of": "2025-08-20"}
    assert desk.read("/v1/totals", **question)["data"][0]["total"] == 500
    disputed = desk.mark(f"{address}/dispute", '"1"', "A typing error, surely.")
    assert (disputed.status_code, disputed.json()["data"]["status"]) == (200, "disputed")
    assert desk.read(address)["status"] == "disputed"
    assert desk.read("/v1/totals", **question)["data"][0]["total"] != 500
    assert desk.mark(f"{address}/dispute", '"2"').status_code == 409
    assert desk.mark(f"{address}/resolve", '"1"').status_code == 412
    other = desk.mark(f"{address}/resolve", '"2"', who="bob")
    assert (other.status_code, other.json()["detail"]) == (
        403, "ann raised this dispute; ann or an admin resolves it.",
    )  # fmt: skip
    corrected = desk.patch(address, {"comment": "Asked.", "reason": "x"}, '"2"', who="bob")
    assert corrected.json()["data"]["status"] == "disputed"
    assert desk.mark(f"{address}/resolve", '"3"', who="bob").status_code == 403
    assert desk.mark(f"{address}/resolve", '"3"').json()["data"]["status"] == "reported"
    assert desk.read("/v1/totals", **question)["data"][0]["total"] == 500
    assert desk.mark(f"{address}/resolve", '"4"').status_code == 409
    assert desk.mark(f"{address}/dispute", '"4"', who="bob").status_code == 200
    assert desk.mark(f"{address}/resolve", '"5"', who="eve").status_code == 200
    assert desk.post(f"{address}/dispute", {}, If_Match='"6"').status_code == 422
    assert faults(desk.post(f"{address}/dispute", {"reason": "x", "total": 1}, If_Match='"6"')).keys() == {"/total"}


# What is refused


def test_a_body_that_breaks_several_rules_has_all_of_them_named(desk: Desk):
    posted(desk, "paper-l")
    body = {
        "report": "nowhere", "country": "Kasachstn", "mission": "UNDOOF", "personnel_type": "trooops",
        "women": 3, "men": 4, "total": 9, "colour": "blue",
    }  # fmt: skip
    answer = desk.post("/v1/headcounts", body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    found = faults(answer)
    assert found.keys() == {"/report", "/country", "/mission", "/personnel_type", "/total", "/colour"}
    assert found["/total"] == "/total: women 3 + men 4 is not the total 9."
    near = {one["pointer"]: one.get("near") for one in answer.json()["errors"]}
    assert near["/country"][0] == "KAZ"
    assert near["/mission"][0] == "UNDOF"
    before = desk.revision()
    answer = desk.post("/v1/reports", report(
        "paper-m", source="paper-l", as_of="2031-01-01",
        headcounts=[count(total=-1), count(total="6"), count(total=True), count(total=1.5), count(report="x")],
    ))  # fmt: skip
    assert faults(answer) == {
        "/headcounts/4/report": "/headcounts/4/report: leave it out; it is the report posted here."
    }
    answer = desk.post("/v1/reports", report(
        "paper-m", source="paper-l", as_of="2031-01-01",
        headcounts=[count(total=-1), count(total="6"), count(total=True), count(total=1.5), count(totl=3)],
    ))  # fmt: skip
    assert faults(answer).keys() == {"/as_of", *(f"/headcounts/{n}/total" for n in range(4)), "/headcounts/4/totl"}
    assert "lies in the future" in faults(answer)["/as_of"]
    assert desk.revision() == before
    assert desk.get("/v1/reports/paper-m").status_code == 404


@pytest.mark.parametrize(
    ("noun", "change", "pointer", "words"),
    [
        ("sources", {"publisher": None}, "/publisher", "tell who published it"),
        ("sources", {"published_on": None}, "/published_on", "tell when it was published"),
        ("sources", {"published_on": "2031"}, "/published_on", "lies in the future"),
        ("sources", {"published_on": "1931"}, "/published_on", "before the United Nations"),
        ("sources", {"published_on": "2025-02-30"}, "/published_on", "there is no such date"),
        ("sources", {"published_on": 20250101}, "/published_on", "valid string"),
        ("sources", {"title": ""}, "/title", "at least 1"),
        ("sources", {"title": "x" * 301}, "/title", "at most 300"),
        ("sources", {"title": "a\u202eb"}, "/title", "invisible"),
        ("sources", {"title": "   "}, "/title", "blank"),
        ("sources", {"id": "Not A Slug"}, "/id", "write an id of 1 to 80 small letters"),
        ("countries", {"iso3": "kaz"}, "/iso3", "three capital letters, such as KAZ"),
        ("countries", {"iso2": "K"}, "/iso2", "two capital letters, such as KZ"),
        ("contingents", {"cost_currency": "usd"}, "/cost_currency", "three capital letters, such as USD"),
        ("sources", {"kind": "rumour"}, "/kind", "should be"),
        ("reports", {"scope": "listed_missions", "missions": ["UNDOF", "undof"]}, "/missions/1", "twice"),
        ("reports", {"missions": "UNDOF"}, "/missions", "array"),
        ("reports", {"headcounts": {}}, "/headcounts", "list"),
        ("reports", {"headcounts": [5]}, "/headcounts/0", "object"),
        ("reports", {"headcounts": [count(), count()]}, "/headcounts/1", "same as /headcounts/0"),
        ("contingents", {"planned_from": "2036-12-31", "planned_to": "2036"}, None, None),
        ("contingents", {"planned_from": "2045"}, "/planned_from", "years ahead"),
        ("contingents", {"planned_from": "2025-03", "planned_to": "2024"}, "/planned_to", "lies before"),
        ("contingents", {"cost_currency": None}, "", "currency"),
        ("contingents", {"cost_amount": "1.234"}, "/cost_amount", "decimal"),
        ("contingents", {"cost_amount": "NaN"}, "/cost_amount", "finite"),
        ("missions", {"latitude": 91}, "/latitude", "less than or equal"),
        ("mission-lineages", {"successor": "UNDOF"}, "/successor", "itself"),
        ("country-successions", {"successor": "KAZ"}, "/successor", "itself"),
        ("claims", {"subjects": [{"noun": "headcounts", "record": "999999999"}]}, "/subjects/0/record", "no headcount"),
        ("claims", {"subjects": [{"noun": "headcounts", "record": "abc"}]}, "/subjects/0/record", "no headcount"),
        ("claims", {"subjects": [{"noun": "nothing", "record": "abc"}]}, "/subjects/0/noun", "should be"),
        ("claims", {"value": 2**63}, "/value", "less than or equal"),
        ("claims", {"value": 10**400}, "/value", "less than or equal"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(desk: Desk, noun: str, change: dict, pointer: str | None, words: str):
    body = {**EXAMPLES[noun], **change}
    if noun not in ("mission-lineages", "country-successions") and "id" in body and "id" not in change:
        body["id"] = f"{body['id']}-refused"
    if noun == "missions":
        body["code"] = "UNREF"
    before = desk.revision()
    answer = desk.post(f"/v1/{noun}", body)
    if pointer is None:
        assert answer.status_code == 201, answer.text
        return
    assert answer.status_code == 422, answer.text
    assert words in faults(answer)[pointer]
    assert desk.revision() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no JSON"),
        (b"{", "line 1, column 2"),
        (b"[]", "object"),
        (b'"text"', "object"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": Infinity}', "Infinity is no number"),
        (b'{"a": "\xff"}', "byte at 7"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": "a", "title": "\\ud800"}', "surrogate"),
        (b'{"a": ' + b"1" * 5000 + b"}", "no JSON"),
        (b'\xef\xbb\xbf{"a": 1}', "no JSON"),
    ],
)
def test_a_body_that_is_no_json_object_is_a_bad_request(desk: Desk, content: bytes, words: str):
    answer = desk.send("POST", "/v1/sources", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"]
)
def test_a_body_of_another_type_is_415(desk: Desk, kind: str):
    answer = desk.send("POST", "/v1/sources", content=b"{}", headers={"Content-Type": kind} if kind else {})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "application/json" in answer.json()["detail"]


def test_a_merge_patch_is_no_body_for_a_post(desk: Desk):
    answer = desk.send("POST", "/v1/sources", content=b"{}", headers={"Content-Type": "application/merge-patch+json"})
    assert answer.status_code == 415


def test_a_body_that_is_too_large_is_413_with_and_without_a_length(desk: Desk):
    large = b'{"id": "' + b"x" * 300_000 + b'"}'
    headers = {"Content-Type": "application/json"}
    told = desk.send("POST", "/v1/sources", content=large, headers=headers)
    assert (told.status_code, told.json()["code"]) == (413, "body_too_large")
    untold = desk.send(
        "POST", "/v1/sources", content=(large[n : n + 9000] for n in range(0, 300_000, 9000)), headers=headers
    )
    assert (untold.status_code, untold.json()["code"]) == (413, "body_too_large")


def test_who_is_unknown_does_not_make_the_service_read_a_body(desk: Desk):
    answer = desk.client.post("/v1/sources", content=b"<" * 150_000)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="peacekeeping"')


def test_parameters_and_addresses_that_do_not_exist_are_refused(desk: Desk):
    assert desk.send("POST", "/v1/sources?dry_run=1", json=source("paper-x")).json()["code"] == "unknown_parameter"
    assert desk.send("DELETE", "/v1/sources/paper-a?reason=x&force=1", headers={"If-Match": '"1"'}).status_code == 422
    assert desk.patch("/v1/sources/nothing", {"title": "x", "reason": "x"}, '"1"').status_code == 404
    assert desk.patch("/v1/headcounts/abc", {"total": 1, "reason": "x"}, '"1"').status_code == 404
    assert desk.patch("/v1/headcounts/99999999999999999999", {"total": 1, "reason": "x"}, '"1"').status_code == 404
    assert desk.delete("/v1/missions/UNDOOF", '"1"').status_code == 404
    assert desk.post("/v1/changes", {}).headers["allow"] == "GET, HEAD"
    put = desk.send("PUT", "/v1/headcounts/1", json={})
    assert (put.status_code, put.headers["allow"]) == (405, "DELETE, GET, HEAD, PATCH")


# Repeats


def test_a_request_repeated_under_its_key_records_once(desk: Desk):
    first = desk.post("/v1/sources", source("paper-n"), Idempotency_Key="k-1")
    before = desk.revision()
    second = desk.post("/v1/sources", dict(reversed(source("paper-n").items())), Idempotency_Key="k-1")
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["idempotency-replayed"] == "true"
    assert {name: second.headers[name] for name in ("etag", "location")} == {
        name: first.headers[name] for name in ("etag", "location")
    }
    other = desk.post("/v1/sources", source("paper-o"), Idempotency_Key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert desk.post("/v1/pledges", source("paper-n"), Idempotency_Key="k-1").status_code == 422
    assert desk.post("/v1/sources", source("paper-n"), "bob", Idempotency_Key="k-1").status_code == 409
    assert desk.revision() == before
    for bad in ("", "x" * 201, "a b"):
        assert desk.post("/v1/sources", source("paper-o"), Idempotency_Key=bad).status_code == 422


def test_a_request_that_failed_is_tried_anew_under_its_key(desk: Desk):
    refused = desk.post("/v1/sources", source("paper-p", kind="rumour"), Idempotency_Key="k-2")
    assert refused.status_code == 422
    assert desk.post("/v1/sources", source("paper-p"), Idempotency_Key="k-2").status_code == 201


def test_twenty_clients_with_one_key_record_one_row_and_get_equal_answers(desk: Desk):
    before = desk.revision()
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda _: desk.post("/v1/sources", source("paper-q"), Idempotency_Key="k-3"), range(20))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 19
    assert desk.revision() == before + 1


# Many at once, and failures


def test_of_two_writers_on_one_record_exactly_one_wins(desk: Desk):
    data = posted(desk, "paper-r", count(total=0))
    address = f"/v1/headcounts/{data['headcounts'][0]['id']}"
    for total in range(1, 6):
        etag = desk.get(address).headers["etag"]
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda n: desk.patch(address, {"total": 100 * total + n, "reason": "x"}, etag), range(8))  # noqa: B023
            )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
        [winner] = [answer for answer in answers if answer.status_code == 200]
        assert desk.read(address)["total"] == winner.json()["data"]["total"]


def test_eight_writers_at_once_are_all_answered(desk: Desk):
    before = desk.revision()

    def write(number: int) -> list[int]:
        return [desk.post("/v1/sources", source(f"paper-many-{number}-{n}")).status_code for n in range(12)]

    with ThreadPoolExecutor(8) as pool:
        assert [status for statuses in pool.map(write, range(8)) for status in statuses] == [201] * 96
    assert desk.revision() == before + 96


def rows_in(database) -> dict[str, int]:
    with database.read() as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
        }


def test_whichever_statement_of_a_write_fails_nothing_of_it_is_stored(databases: Databases):
    with desk_at(databases.seeded()) as desk:
        desk.post("/v1/sources", source("paper"))
        engine = desk.client.app.state.database.writer
        body = report("paper", headcounts=[count(), count(personnel_type="staff_officer")])
        fails_at, seen = [0], [0]

        def fail(*_: object) -> None:
            seen[0] += 1
            if seen[0] == fails_at[0]:
                raise OperationalError("made to fail", None, Exception("the disk is full"))

        before = rows_in(desk.database)
        with watched(engine, fail):
            while True:
                fails_at[0], seen[0] = fails_at[0] + 1, 0
                answer = desk.post("/v1/reports", body, Idempotency_Key="k")
                if answer.status_code == 201:
                    break
                assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
                assert rows_in(desk.database) == before
        assert fails_at[0] > 12
        added = {
            name: number - before[name] for name, number in rows_in(desk.database).items() if number != before[name]
        }
        assert added.pop("headcount_sum") == 3
        assert added == {"change": 1, "report": 1, "report_key": 1, "headcount": 2, "kept_answer": 1}


def test_a_write_is_one_transaction_and_a_bounded_number_of_statements(databases: Databases):
    with desk_at(databases.seeded()) as desk:
        posted(desk, "paper", count())
        statements: list[str] = []
        engine = desk.client.app.state.database.writer
        event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        commits: list[int] = []
        event.listen(engine, "commit", lambda _: commits.append(1))
        answer = desk.post("/v1/sources", source("other"))
        assert answer.status_code == 201
        assert (len(commits), len(statements)) == (1, len(statements))
        assert len(statements) <= 16, statements
        statements.clear()
        many = [count(country=iso3) for iso3 in ("FRA", "DEU", "ITA", "ESP", "PRT", "NPL", "IND", "FJI", "IRL", "AUT")]
        assert desk.post("/v1/reports", report("other", headcounts=many)).status_code == 201
        assert len(statements) <= 36, len(statements)


# The ledger


def test_every_row_of_the_record_is_covered_by_a_change(desk: Desk):
    with desk.database.read() as session:
        numbers = set(session.execute(select(col(Change.number))).scalars())
        assert numbers == set(range(1, max(numbers) + 1))
        touched: set[int] = set()
        for table in SQLModel.metadata.tables.values():
            if "recorded_in" in table.c:
                for column in (table.c.recorded_in, table.c.superseded_in):
                    touched |= set(session.execute(select(column).distinct()).scalars()) - {None}
                mismatch = (
                    select(func.count())
                    .select_from(table)
                    .join(Change, col(Change.number) == table.c.recorded_in)
                    .where(col(Change.recorded_at) != table.c.recorded_at)
                )
                assert session.execute(mismatch).scalar_one() == 0
    assert touched == numbers


def test_no_code_writes_to_the_record_but_the_ledger(desk: Desk):
    """Statements that change tables of the record are made in the ledger's own file alone."""
    import ast
    from pathlib import Path

    import app

    found = set()
    for path in Path(app.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("insert", "insert_rows", "update", "delete")
            ):
                table = 1 if node.func.id == "insert_rows" else 0
                told = ast.unparse(node.args[table]) if node.args else ""
                found.add((path.relative_to(Path(app.__file__).parent).as_posix(), told))
    beside = {"KeptAnswer", "Proposal", "Token", "FileImport", "ImportFault.__table__", "SUMS"}
    ledger = {"core/history.py", "core/takeback.py"}
    outside = {place for place in found if place[0] not in ledger and place[1] not in beside}
    assert outside == {("core/inserting.py", "table")}  # of `insert_rows`
    assert {place[0] for place in found} >= ledger


def test_totals_see_a_headcount_as_soon_as_it_is_answered(desk: Desk):
    data = posted(desk, "paper-s", count(total=10, country="FJI"))
    address = f"/v1/headcounts/{data['headcounts'][0]['id']}"
    question = {"country": "FJI", "mission": "UNDOF", "as_of": "2025-08-20"}
    for total in (11, 12, 13):
        desk.patch(address, {"total": total, "reason": "x"}, desk.get(address).headers["etag"])
        assert desk.read("/v1/totals", **question)["data"][0]["total"] == total
    with desk.database.read() as session:
        rows = session.execute(
            select(func.count()).select_from(Headcount).where(col(Headcount.id) == int(address[15:]))
        )
        assert rows.scalar_one() == 4
