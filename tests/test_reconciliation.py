"""Announced against actual: Kazakhstan's story with its numbers written out, and made-up worlds, on both engines."""

import csv
import io
import json
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import BaseModel

from app.answers.reconciliation import reconciliation
from app.answers.reconciliation_rows import COLUMNS, ReconciliationQuery, ReconciliationRow, TimelineKind
from app.answers.reconciliation_rules import (
    People,
    Plan,
    Step,
    counted_plans,
    is_announced,
    is_in_force,
    is_overdue,
    planned_people,
    rest_of,
    status_of,
    story_day,
    together,
)
from app.answers.values import Reason, Value
from app.authorisations.models import AuthorisationIn
from app.authorisations.store import AUTHORISATIONS
from app.contingents.models import ContingentIn, StatusEventIn, StatusEventKind
from app.contingents.store import CONTINGENTS, STATUS_EVENTS
from app.core.database import Database
from app.core.history import correct, record
from app.core.settings import Settings
from app.core.vocabulary import Bound
from app.pledges.models import PledgeIn
from app.pledges.store import PLEDGES
from app.sources.store import SOURCES
from tests.conftest import ARTICLE, Databases, serving
from tests.rows import make_authorisation, make_change, make_contingent, make_source, make_status_event
from tests.statements import reads_among, statements_of
from tests.worlds import make_places, rows_of, state, un_table

COVERED = ["UNDOF", "UNISFA", "UNMISS", "UNTSO"]
PATH = "/v1/reconciliation"


def asked(client: httpx.Client, **params: object) -> list[dict]:
    answer = client.get(PATH, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def kazakhstan(client: httpx.Client, **params: object) -> dict:
    [row] = asked(client, country="KAZ", **params)
    return row


def observed(row: dict) -> dict[str, tuple]:
    return {one["mission"]: (one["total"], one["women"], one["reason"]) for one in row["observed"]}


def entries(row: dict, *fields: str, of: tuple[str, ...] = ()) -> list[tuple]:
    return [tuple(one[name] for name in fields) for one in row["timeline"] if not of or one["kind"] in of]


def without_links(rows: list[dict]) -> list[dict]:
    """Rows without addresses, which repeat the question."""
    kept = [{name: value for name, value in row.items() if not name.startswith("rows")} for row in rows]
    return [{**row, "observed": observed(row)} for row in kept]


# --- Kazakhstan ---


def test_the_article_alone_knows_430_and_139_and_nobody_under_them(seeded: httpx.Client):
    row = kazakhstan(seeded, as_of="2024-01-20", source=ARTICLE)
    assert (row["authorisation"], row["country_name"]) == ("kaz-2024-01-19", "Kazakhstan")
    assert (row["ceiling"], row["bound"], row["approved_on"]) == (430, "up_to", "2024-01-19")
    assert (row["effective_to"], row["in_force"], row["missions"]) == (None, True, COVERED)
    assert (row["planned"], row["planned_at_least"], row["unplanned_rest"]) == (139, False, 291)
    assert (row["agreed_plans"], row["departed_plans"], row["arrived_plans"]) == (0, 0, 0)
    assert (row["observed_total"], row["observed_reason"], row["observed_cells"]) == (None, "no_observation", 0)
    assert (row["observed_at_least"], row["unobserved_rest"]) == (False, None)
    assert observed(row) == dict.fromkeys(COVERED, (None, None, "no_observation"))
    assert (row["observed_elsewhere"], row["elsewhere_at_least"], row["elsewhere_reason"]) == (19, True, None)
    assert row["sources"] == [ARTICLE]
    assert row["overdue"] == []
    assert "timeline" not in row


def test_the_article_is_asked_about_its_own_day_unless_a_date_is_given(seeded: httpx.Client):
    answer = seeded.get(PATH, params={"source": ARTICLE}).json()
    assert answer["meta"]["as_of"] == "2024-01-20"
    assert answer["meta"]["scope"]["sources"] == [ARTICLE]
    assert [one["id"] for one in answer["meta"]["reports"]] == [ARTICLE]
    assert without_links(answer["data"]) == without_links(asked(seeded, as_of="2024-01-20", source=ARTICLE))


def test_on_the_day_of_the_article_the_un_had_counted_nobody_under_it(seeded: httpx.Client):
    row = kazakhstan(seeded, as_of="2024-01-20")
    assert (row["observed_total"], row["observed_cells"], row["unobserved_rest"]) == (0, 4, 430)
    assert {(one["report"], one["as_of"]) for one in row["observed"]} == {("un-dpo-2023-12-31", "2023-12-31")}
    assert (row["observed_elsewhere"], row["elsewhere_at_least"]) == (19, False)


@pytest.mark.parametrize(
    ("day", "status", "since", "steps", "people"),
    [
        ("2024-01-19", "planned", "2024-01-19", (0, 0, 0), 0),
        ("2024-01-20", "planned", "2024-01-19", (0, 0, 0), 0),
        ("2024-02-21", "planned", "2024-01-19", (0, 0, 0), 0),
        ("2024-02-22", "deploying", "2024-02-22", (0, 1, 0), 0),
        ("2024-02-29", "deploying", "2024-02-22", (1, 1, 0), 20),
        ("2024-03-17", "deploying", "2024-02-22", (1, 1, 0), 20),
        ("2024-03-18", "deployed", "2024-03-18", (1, 1, 1), 20),
        ("2024-03-31", "deployed", "2024-03-18", (1, 1, 1), 139),
        ("2025-04-29", "deployed", "2024-03-18", (1, 1, 1), 143),
        ("2025-04-30", "repatriated", "2025-04", (1, 1, 1), 145),
        ("2025-07-31", "repatriated", "2025-04", (1, 1, 1), 147),
    ],
)
def test_the_plan_comes_along_step_by_step(
    seeded: httpx.Client, day: str, status: str, since: str, steps: tuple, people: int
):
    row = kazakhstan(seeded, as_of=day)
    [plan] = row["plans"]
    assert (plan["contingent"], plan["planned_persons"], plan["planned_from"]) == ("kaz-undof-2024", 139, "2024-03")
    assert (plan["status"], plan["status_on"], plan["overdue"]) == (status, since, False)
    assert (row["agreed_plans"], row["departed_plans"], row["arrived_plans"]) == steps
    assert row["observed_total"] == people
    # No departure and no take-over states a number, and the plan's 139 do not stand in for it.
    for step in ("departed", "arrived"):
        assert (row[f"{step}_persons"], row[f"{step}_at_least"]) == (None, False)
        assert row[f"{step}_reason"] == "no_observation"
    assert (row["planned"], row["unplanned_rest"]) == (139, 291)


def test_in_march_139_of_430_were_there_and_the_others_elsewhere(seeded: httpx.Client):
    row = kazakhstan(seeded, as_of="2024-03-31")
    assert observed(row) == {"UNDOF": (139, 7, None), **dict.fromkeys(COVERED[1:], (0, 0, None))}
    assert (row["observed_total"], row["unobserved_rest"], row["unplanned_rest"]) == (139, 291, 291)
    assert (row["observed_elsewhere"], row["elsewhere_at_least"]) == (19, False)
    assert row["sources"] == ["bnn-breaking-2024-03-18", ARTICLE, "un-dpo-2024-03-31"]
    assert row["plans"][0]["status_source"] == "bnn-breaking-2024-03-18"


def test_the_latest_report_tells_147_under_the_authorisation(seeded: httpx.Client):
    answer = seeded.get(PATH, params={"country": "kazakhstan"}).json()
    assert answer["meta"]["as_of"] == "2025-07-31"
    [row] = answer["data"]
    assert observed(row) == {
        "UNDOF": (143, 2, None),
        "UNISFA": (0, 0, None),
        "UNMISS": (2, 0, None),
        "UNTSO": (2, 1, None),
    }
    assert (row["observed_total"], row["unobserved_rest"], row["observed_elsewhere"]) == (147, 283, 14)
    assert answer["meta"]["coverage"] == {"cells": 3, "unknown": 0, "oldest": "2025-07-31", "all_complete": True}


def test_where_the_record_holds_an_extract_alone_the_sum_is_a_lower_bound(seeded: httpx.Client):
    row = kazakhstan(seeded, as_of="2024-11-30")
    assert observed(row) == {
        "UNDOF": (143, 4, None),
        "UNISFA": (None, None, "stale"),
        "UNMISS": (None, None, "stale"),
        "UNTSO": (2, 1, None),
    }
    assert (row["observed_total"], row["observed_at_least"], row["observed_cells"]) == (145, True, 2)
    assert row["unobserved_rest"] is None


def test_the_story_of_kazakhstan(seeded: httpx.Client):
    row = kazakhstan(seeded, timeline="true")
    told = entries(row, "on", "kind", "mission", "persons")
    assert told[:14] == [
        ("2024-01", "proposed", None, None),
        ("2024-01", "proposed", "UNDOF", None),
        ("2024-01-19", "approved", None, 430),
        ("2024-01-19", "approved", "UNDOF", None),
        ("2024-01-19", "offered", None, None),
        ("2024-02", "agreement_signed", "UNDOF", None),
        ("2024-02-22", "departed", "UNDOF", None),
        ("2024-02-29", "first_observed", "UNDOF", 20),
        ("2024-03", "planned", "UNDOF", 139),
        ("2024-03-14", "departed", "UNDOF", None),
        ("2024-03-18", "took_over", "UNDOF", None),
        ("2024-03-31", "observed", "UNDOF", 139),
        ("2024-04-30", "observed", "UNDOF", 139),
        ("2024-05-31", "observed", "UNDOF", 139),
    ]
    assert told[-3:] == [
        ("2025-07-31", "observed", "UNDOF", 143),
        ("2025-07-31", "observed", "UNMISS", 2),
        ("2025-07-31", "observed", "UNTSO", 2),
    ]
    moved = entries(row, "on", "kind", "persons", "bound", of=("rotated", "repatriated"))
    assert moved == [("2025-04", "rotated", None, None), ("2025-04", "repatriated", 139, "exactly")]
    first = entries(row, "on", "mission", "persons", of=("first_observed",))
    assert first == [("2024-02-29", "UNDOF", 20), ("2024-10-31", "UNTSO", 1), ("2025-06-30", "UNMISS", 2)]


def test_the_counts_of_the_story_are_those_of_the_un_month_by_month(seeded: httpx.Client):
    row = kazakhstan(seeded, timeline="true")
    counts = [one for one in row["timeline"] if one["kind"] in ("first_observed", "observed")]
    told = {code: [one["persons"] for one in counts if one["mission"] == code] for code in COVERED}
    assert told == {
        "UNDOF": [20, 139, 139, 139, *[140] * 5, 143, 143, 143, 142, 141, *[143] * 4],
        "UNTSO": [1, *[2] * 9],
        "UNMISS": [2, 2],
        "UNISFA": [],
    }
    women = [one["women"] for one in counts if one["mission"] == "UNDOF"]
    assert women == [0, *[7] * 6, *[4] * 7, *[2] * 4]
    for one in counts:
        assert (one["women"] + one["men"], one["bound"], one["contingent"]) == (one["persons"], "exactly", None)
        assert one["source"] == f"un-dpo-{one['on']}"
        assert one["report"].startswith(one["source"])
        rows = seeded.get(one["trace"]).json()["data"]
        assert sum(count["total"] for count in rows) == one["persons"]


def test_every_entry_leads_to_its_record(seeded: httpx.Client):
    for one in kazakhstan(seeded, timeline="true", as_of="2024-03-31")["timeline"]:
        found = seeded.get(one["trace"]).json()
        if one["trace"].startswith("/v1/deployments"):
            assert {count["source"] for count in found["data"]} == {one["source"]}
        else:
            assert found["source"] == one["source"]


def test_the_story_ends_on_the_date_asked_about_but_for_what_is_planned(seeded: httpx.Client):
    told = entries(kazakhstan(seeded, as_of="2024-01-20", source=ARTICLE, timeline="true"), "on", "kind", "contingent")
    assert told == [
        ("2024-01", "proposed", None),
        ("2024-01-19", "approved", None),
        ("2024-01-19", "approved", "kaz-undof-2024"),
        ("2024-01-19", "offered", None),
        ("2024-03", "planned", "kaz-undof-2024"),
    ]
    told = entries(kazakhstan(seeded, as_of="2024-03-30", timeline="true"), "on", "kind")
    assert told[-1] == ("2024-03-18", "took_over")


def test_reports_of_the_story_are_named_once(seeded: httpx.Client):
    reports = seeded.get(PATH, params={"timeline": "true"}).json()["meta"]["reports"]
    names = [one["id"] for one in reports]
    assert len(names) == len(set(names))
    assert {"un-dpo-2024-02-29", "un-dpo-2025-06-30-kaz", "un-dpo-2025-07-31"} <= set(names)


def test_addresses_lead_to_the_counts_behind_the_numbers(seeded: httpx.Client):
    for params in ({"as_of": "2024-03-31"}, {}, {"as_of": "2024-01-20", "source": ARTICLE}, {"as_of": "2024-11-30"}):
        row = kazakhstan(seeded, **params, max_age=40)
        for name, number in (("rows", "observed_total"), ("rows_elsewhere", "observed_elsewhere")):
            counts = [count["total"] for count in seeded.get(row[name]).json()["data"] if count["total"] is not None]
            assert sum(counts) == (row[number] or 0)
        for one in row["observed"]:
            counts = [count["total"] for count in seeded.get(one["rows"]).json()["data"]]
            assert (None if None in counts else sum(counts)) == one["total"]


def test_before_its_announcement_there_is_no_authorisation(seeded: httpx.Client):
    assert asked(seeded, as_of="2024-01-18") == []
    assert len(asked(seeded, as_of="2024-01-19")) == 1


def test_before_the_un_reports_were_recorded_nobody_was_known_to_be_there(seeded: httpx.Client):
    report = seeded.get("/v1/reports/un-dpo-2015-01-31-kaz").json()  # the first of them
    changes = seeded.get("/v1/changes", params={"since": report["recorded_in"] - 2, "limit": 1}).json()["data"]
    row = kazakhstan(seeded, as_of="2024-03-31", known_at=changes[0]["recorded_at"])
    assert (row["ceiling"], row["planned"], row["plans"][0]["status"]) == (430, 139, "deployed")
    assert (row["observed_total"], row["observed_reason"]) == (None, "no_observation")
    assert (row["observed_elsewhere"], row["elsewhere_at_least"]) == (19, True)


def test_a_correction_is_not_known_before(databases: Databases):
    with serving(Settings(database_url=databases.seeded())) as client:
        before = client.get("/v1/changes", params={"sort": "-number", "limit": 1}).json()["data"][0]["recorded_at"]
        database = client.app.state.database
        names = list(AuthorisationIn.model_fields)
        old = client.get("/v1/authorisations/kaz-2024-01-19").json()
        with database.write() as session:
            shape = AuthorisationIn.model_validate({**{name: old[name] for name in names}, "max_persons": 100})
            correct(session, make_change(session, datetime.now(UTC)), AUTHORISATIONS, shape)
        now, then = kazakhstan(client), kazakhstan(client, known_at=before)
        assert (now["ceiling"], now["unplanned_rest"], now["unobserved_rest"]) == (100, -39, -47)
        assert (then["ceiling"], then["unplanned_rest"], then["unobserved_rest"]) == (430, 291, 283)


def test_a_future_date_has_plans_and_no_people(seeded: httpx.Client):
    row = kazakhstan(seeded, as_of="9999", timeline="true")
    assert (row["planned"], row["observed_total"], row["observed_reason"]) == (139, None, "future_date")
    assert (row["observed_elsewhere"], row["elsewhere_reason"], row["overdue"]) == (None, "future_date", [])
    assert entries(row, "on", "persons")[-1] == ("2025-07-31", 2)


def test_what_is_too_old_is_stale(seeded: httpx.Client):
    row = kazakhstan(seeded, as_of="2025-12-31")
    assert observed(row) == dict.fromkeys(COVERED, (None, None, "stale"))
    assert (row["observed_total"], row["observed_reason"]) == (None, "stale")
    assert (row["observed_elsewhere"], row["elsewhere_reason"]) == (None, "stale")


def test_complete_reports_alone_leave_the_article_out_and_keep_what_it_announced(seeded: httpx.Client):
    row = kazakhstan(seeded, as_of="2024-01-20", completeness="complete")
    assert (row["ceiling"], row["planned"], row["observed_total"], row["observed_elsewhere"]) == (430, 139, 0, 19)
    assert row["elsewhere_at_least"] is False


def test_sources_pick_announcements_as_well_as_counts(seeded: httpx.Client):
    assert asked(seeded, source="un-dpo-2024-03-31") == []
    row = kazakhstan(seeded, source=f"{ARTICLE},un-dpo-2024-03-31", as_of="2024-03-31")
    assert (row["observed_total"], row["plans"][0]["status"], row["departed_plans"]) == (139, "planned", 0)
    assert row["plans"][0]["overdue"] is False


# --- asking ---


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        ({"mission": "UNMISS"}, 1),
        ({"mission": "MINURSO"}, 0),
        ({"mission": "MINURSO,FNUOD"}, 1),
        ({"country": "IRL"}, 0),
        ({"country": "IRL,KAZ"}, 1),
        ({"authorisation": "kaz-2024-01-19"}, 1),
        ({"authorisation": "none"}, 0),
        ({"authorisation": "none,kaz-2024-01-19"}, 1),
        ({"known_at": "2001-01-01"}, 0),
    ],
)
def test_filters_pick_authorisations(seeded: httpx.Client, params: dict, rows: int):
    assert len(asked(seeded, **params)) == rows


def test_a_mission_picks_rows_and_leaves_them_whole(seeded: httpx.Client):
    assert without_links(asked(seeded, mission="UNMISS")) == without_links(asked(seeded))


@pytest.mark.parametrize("name", ["sex", "personnel_type", "region", "host", "mission_kind", "lineage", "by", "limit"])
def test_what_picks_some_of_the_people_is_no_parameter(seeded: httpx.Client, name: str):
    answer = seeded.get(PATH, params={name: "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")


@pytest.mark.parametrize(
    ("params", "code", "near"),
    [
        ({"country": "Kazahstan"}, "unknown_code", "KAZ"),
        ({"mission": "UNDOFF"}, "unknown_code", "UNDOF"),
        ({"source": "no-such-paper"}, "unknown_code", None),
        ({"as_of": "2024-02-30"}, "invalid_request", None),
        ({"timeline": "perhaps"}, "invalid_request", None),
        ({"format": "xml"}, "invalid_request", None),
    ],
)
def test_bad_values_are_refused_with_what_is_near(seeded: httpx.Client, params: dict, code: str, near: str | None):
    answer = seeded.get(PATH, params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert near is None or near in answer.json()["errors"][0]["near"]


def test_csv_has_the_numbers_and_leaves_lists_of_objects_out(seeded: httpx.Client):
    text = seeded.get(PATH, params={"as_of": "2024-03-31", "timeline": "true", "format": "csv"}).text
    [row] = csv.DictReader(io.StringIO(text))
    assert list(row) == COLUMNS
    assert not {"plans", "observed", "timeline", "rows"} & set(COLUMNS)
    assert (row["country_name"], row["missions"]) == ("Kazakhstan", "UNDOF;UNISFA;UNMISS;UNTSO")
    assert (row["ceiling"], row["planned"], row["observed_total"], row["observed_elsewhere"]) == (
        "430",
        "139",
        "139",
        "19",
    )
    empty = seeded.get(PATH, params={"country": "IRL", "format": "csv"}).text
    assert empty.strip() == ",".join(COLUMNS)


def test_ndjson_has_the_rows_of_json(seeded: httpx.Client):
    params = {"as_of": "2024-03-31", "timeline": "true"}
    lines = seeded.get(PATH, params={**params, "format": "ndjson"}).text.splitlines()
    assert [json.loads(line) for line in lines] == asked(seeded, **params)


def test_the_number_of_statements_does_not_grow_with_authorisations_and_months(databases: Databases):
    with serving(Settings(database_url=databases.seeded())) as client:
        database = client.app.state.database
        with database.write() as session:
            change = make_change(session, datetime.now(UTC))
            decrees = [
                make_authorisation(
                    id=f"d{n}", country=code, missions=["UNIFIL", "UNDOF"], approved_on="2015", source=ARTICLE
                )
                for n, code in enumerate(("IRL", "FJI", "NPL", "IND"))
            ]
            record(session, change, AUTHORISATIONS, decrees)
            plans = [make_contingent(id=f"c{n}", authorisation=f"d{n}", source=ARTICLE) for n in range(4)]
            record(session, change, CONTINGENTS, plans)
        asked(client, as_of="2024-03-31")  # names and facts are in memory from here on
        with statements_of(client) as found:
            numbers = []
            for params in (
                {"as_of": "2024-03-31", "country": "KAZ"},
                {"as_of": "2024-03-31"},
                {"as_of": "2024-03-31", "country": "KAZ", "timeline": "true"},
                {"as_of": "2024-03-31", "timeline": "true"},
                {"as_of": "2024-11-30", "timeline": "true"},
            ):
                found.clear()
                rows = len(asked(client, **params))
                numbers.append((rows, reads_among(found)))
        # The state looked at, authorisations, plans, steps, people; offers and people by month; for what is unknown,
        # earlier people. Reports are in memory.
        assert numbers == [(1, 5), (5, 5), (1, 7), (5, 7), (5, 8)]


# --- made-up worlds ---


LEDGERS = {
    AuthorisationIn: AUTHORISATIONS,
    ContingentIn: CONTINGENTS,
    StatusEventIn: STATUS_EVENTS,
    PledgeIn: PLEDGES,
}


@pytest.fixture
def world(database: Database) -> Database:
    """Kazakhstan, Fiji, UNDOF, UNMIBH with its part IPTF, a coalition MNF, and a paper."""
    make_places(database)
    with database.write() as session:
        record(session, make_change(session), SOURCES, [make_source()])
    return database


def announce(database: Database, *shapes: BaseModel) -> None:
    with database.write() as session:
        change = make_change(session)
        for shape in shapes:
            record(session, change, LEDGERS[type(shape)], [shape])


def rows(database: Database, **values: object) -> list[ReconciliationRow]:
    return rows_of(database, reconciliation, ReconciliationQuery.model_validate(values))


def row_of(database: Database, **values: object) -> ReconciliationRow:
    [row] = rows(database, **values)
    return row


def story(database: Database, **values: object) -> list[tuple]:
    return [(one.on, one.kind.value, one.persons) for one in row_of(database, timeline=True, **values).timeline]


def test_without_any_report_the_date_is_today(world: Database):
    announce(world, make_authorisation(), make_contingent(planned_from="2024-03"))
    row = row_of(world)
    assert (row.planned, row.unplanned_rest, row.overdue) == (60, 40, ["company"])
    assert (row.observed_total, row.observed_reason, row.unobserved_rest) == (None, Reason.NO_REPORT, None)
    assert (row.observed_elsewhere, row.elsewhere_reason) == (None, Reason.NO_REPORT)
    assert story(world) == [("2024-01-10", "approved", 100), ("2024-03", "planned", 60)]


def test_a_plan_is_overdue_from_the_end_of_its_span_until_anybody_is_on_the_way_or_there(world: Database):
    announce(world, make_authorisation(), make_contingent(planned_from="2024-03"))
    un_table(world, "2024-03-31", {"country": "FJI"})
    assert row_of(world, as_of="2024-03-31").overdue == []
    assert row_of(world, as_of="2024-04-01").overdue == ["company"]
    assert row_of(world, as_of="2024-04-01").plans[0].overdue is True
    un_table(world, "2024-04-30", {"total": 3})
    assert row_of(world, as_of="2024-04-29").overdue == ["company"]
    assert row_of(world, as_of="2024-04-30").overdue == []
    announce(world, make_status_event(on="2024-04-15"))
    assert row_of(world, as_of="2024-04-14").overdue == ["company"]
    assert row_of(world, as_of="2024-04-15").overdue == []


def test_a_plan_without_number_makes_the_planned_people_unknown_or_a_lower_bound(world: Database):
    announce(world, make_authorisation(), make_contingent(planned_persons=None))
    row = row_of(world)
    assert (row.planned, row.planned_at_least, row.unplanned_rest) == (None, True, None)
    assert row.plans[0].in_planned is False
    announce(world, make_contingent(id="second", planned_persons=20))
    row = row_of(world)
    assert (row.planned, row.planned_at_least, row.unplanned_rest) == (20, True, None)


def test_without_a_plan_nobody_is_planned(world: Database):
    announce(world, make_authorisation())
    row = row_of(world)
    assert (row.planned, row.planned_at_least, row.unplanned_rest, row.plans) == (0, False, 100, [])


def test_a_cancelled_plan_counts_until_it_is_cancelled(world: Database):
    announce(
        world,
        make_authorisation(),
        make_contingent(planned_from="2024-03"),
        make_contingent(id="second", planned_persons=30),
        make_status_event(kind="cancelled", on="2024-02"),
    )
    before, after = row_of(world, as_of="2024-02-28"), row_of(world, as_of="2024-02-29")
    assert (before.planned, before.unplanned_rest) == (90, 10)
    assert (after.planned, after.unplanned_rest) == (30, 70)
    told = {plan.contingent: (plan.status.value, plan.status_on, plan.in_planned) for plan in after.plans}
    assert told == {"company": ("cancelled", "2024-02", False), "second": ("planned", None, True)}
    assert row_of(world, as_of="2024-06-01").overdue == []


def test_more_than_allowed_is_a_rest_below_zero(world: Database):
    announce(world, make_authorisation(max_persons=50), make_contingent())
    un_table(world, "2024-03-31", {"total": 58})
    row = row_of(world)
    assert (row.unplanned_rest, row.unobserved_rest) == (-10, -8)


@pytest.mark.parametrize(
    "values", [{"max_persons": None, "bound": None}, {"bound": "at_least"}, {"bound": "about"}], ids=str
)
def test_without_a_number_that_binds_there_is_no_rest(world: Database, values: dict):
    announce(world, make_authorisation(**values), make_contingent())
    un_table(world, "2024-03-31", {"total": 58})
    row = row_of(world)
    assert (row.planned, row.observed_total) == (60, 58)
    assert (row.unplanned_rest, row.unobserved_rest) == (None, None)


def test_a_contingent_without_authorisation_is_not_counted_under_one(world: Database):
    announce(
        world,
        make_authorisation(),
        make_authorisation(id="other", max_persons=7),
        make_contingent(authorisation=None),
        make_contingent(id="second", planned_persons=5, authorisation="other"),
    )
    told = {row.authorisation: (row.planned, len(row.plans)) for row in rows(world)}
    assert told == {"decree": (0, 0), "other": (5, 1)}


def test_a_successor_takes_the_place_of_a_contingent_that_is_home_again(world: Database):
    announce(
        world,
        make_authorisation(),
        make_contingent(planned_from="2024-03"),
        make_status_event(kind="repatriated", on="2025-03-10"),
    )
    assert row_of(world, as_of="2025-03-10").planned == 60
    announce(world, make_contingent(id="second", planned_persons=80, planned_from="2025-03"))
    assert row_of(world, as_of="2025-03-09").planned == 140
    row = row_of(world, as_of="2025-03-10")
    assert (row.planned, row.unplanned_rest) == (80, 20)


def test_people_are_stated_on_steps_and_never_taken_from_the_plan(world: Database):
    announce(
        world,
        make_authorisation(),
        make_contingent(),
        make_contingent(id="second", planned_persons=20),
        make_status_event(persons=12, bound="exactly"),
        make_status_event(on="2024-02-20", persons=30),
        make_status_event(kind="took_over", on="2024-02-25", persons=40),
    )
    row = row_of(world, as_of="2024-02-10")
    assert (row.departed_plans, row.departed_persons, row.departed_at_least) == (1, 12, False)
    assert (row.arrived_plans, row.arrived_persons, row.arrived_reason) == (0, None, Reason.NO_OBSERVATION)
    row = row_of(world, as_of="2024-02-25")
    assert (row.departed_plans, row.departed_persons, row.departed_at_least) == (1, 42, False)
    assert (row.arrived_plans, row.arrived_persons, row.arrived_at_least) == (1, 40, False)
    announce(
        world,
        make_status_event(kind="arrived", on="2024-02-24", persons=41),
        make_status_event(contingent="second", kind="arrived", on="2024-02-24"),
    )
    row = row_of(world, as_of="2024-02-25")
    assert (row.departed_plans, row.departed_persons, row.departed_at_least) == (2, 42, True)
    assert (row.arrived_plans, row.arrived_persons, row.arrived_at_least) == (2, 41, True)
    assert (row.observed_total, row.observed_reason) == (None, Reason.NO_REPORT)


def test_people_of_other_countries_and_other_missions_use_up_nothing(world: Database):
    announce(world, make_authorisation())
    un_table(
        world,
        "1999-03-31",
        {"total": 5},
        {"mission": "UNMIBH", "total": 7},
        {"mission": "IPTF", "total": 4},
        {"country": "FJI", "total": 300},
        {"mission": "MNF", "total": 27},
    )
    announce(world, make_authorisation(id="old", approved_on="1999"))
    row = row_of(world, as_of="1999-12-31", max_age=365)
    assert (row.observed_total, row.observed_elsewhere, row.unobserved_rest) == (5, 7, 95)
    assert (row.rows_elsewhere or "").endswith("mission=UNMIBH")


def test_a_part_and_a_mission_of_others_count_where_they_are_covered(world: Database):
    announce(world, make_authorisation(missions=["UNMIBH", "IPTF", "MNF"], approved_on="1999-01-01"))
    announce(world, make_authorisation(id="part", missions=["IPTF"], approved_on="1999-01-02"))
    counts = [{"mission": "UNMIBH", "total": 7}, {"mission": "IPTF", "total": 4}, {"mission": "MNF", "total": 27}]
    un_table(world, "1999-03-31", {"total": 5}, *counts)
    whole, part = rows(world, as_of="1999-03-31")
    assert [(one.mission, one.total) for one in whole.observed] == [("IPTF", 4), ("MNF", 27), ("UNMIBH", 7)]
    # The 4 are among the 7.
    assert (whole.observed_total, whole.observed_elsewhere, whole.elsewhere_at_least) == (34, 5, False)
    # Of the 7 nobody can say how many are not of the part.
    assert (part.observed_total, part.observed_elsewhere, part.elsewhere_at_least) == (4, 5, True)


def test_a_mission_that_has_not_begun_or_is_over_hides_nobody(world: Database):
    announce(world, make_authorisation(missions=["UNDOF", "UNMIBH"]))
    state(world, "article", "2024-03-31", {"total": 9})
    row = row_of(world, as_of="2024-03-31")
    assert [(one.total, one.reason) for one in row.observed] == [
        (9, Reason.NOT_SPLIT_BY_SEX),
        (None, Reason.MISSION_ENDED),
    ]
    assert (row.observed_total, row.observed_at_least, row.observed_cells) == (9, False, 1)
    assert (row.observed_elsewhere, row.elsewhere_reason) == (None, Reason.NO_OBSERVATION)


def test_a_count_that_is_disputed_is_no_count(world: Database):
    announce(world, make_authorisation())
    un_table(world, "2024-03-31", {"total": 9, "status": "disputed"})
    row = row_of(world, as_of="2024-03-31")
    assert (row.observed_total, row.observed_reason, row.observed[0].report) == (None, Reason.DISPUTED, None)


def test_an_authorisation_without_missions_has_nobody_to_look_for(world: Database):
    announce(world, make_authorisation(missions=[]))
    un_table(world, "2024-03-31", {"total": 9})
    row = row_of(world, as_of="2024-03-31")
    assert (row.observed, row.observed_total, row.observed_reason) == ([], None, Reason.NO_OBSERVATION)
    assert (row.observed_elsewhere, row.rows) == (9, None)


def test_an_authorisation_is_told_from_its_proposal_and_holds_from_approval_to_its_end(world: Database):
    announce(world, make_authorisation(proposed_on="2024-01-05", effective_to="2025-01"))
    un_table(world, "2024-12-31", {"total": 9})
    assert rows(world, as_of="2024-01-04") == []
    told = {day: row_of(world, as_of=day).in_force for day in ("2024-01-05", "2024-01-10", "2024-12-31", "2025-01-01")}
    assert told == {"2024-01-05": False, "2024-01-10": True, "2024-12-31": True, "2025-01-01": False}
    assert story(world, as_of="2024-01-05") == [("2024-01-05", "proposed", 100)]
    assert story(world, as_of="2025-01-01") == [
        ("2024-01-05", "proposed", None),
        ("2024-01-10", "approved", 100),
        ("2024-12-31", "first_observed", 9),
        ("2025-01", "expired", 100),
    ]


def test_of_an_authorisation_without_date_it_is_not_known_whether_it_is_in_force(world: Database):
    announce(world, make_authorisation(approved_on=None), make_contingent(planned_from="2024-03"))
    un_table(world, "2024-02-29", {"total": 1})
    un_table(world, "2024-03-31", {"total": 2})
    assert row_of(world, as_of="2020-01-01").in_force is None
    assert story(world) == [("2024-03", "planned", 60), ("2024-03-31", "first_observed", 2)]


def test_a_story_tells_zeros_only_after_people_and_months_only_by_their_own_reports(world: Database):
    announce(world, make_authorisation())
    for day, total in (("2023-12-31", 8), ("2024-01-31", 0), ("2024-02-29", 5), ("2024-05-31", 0), ("2024-07-31", 4)):
        counts = [{"total": total}] if total else [{"country": "FJI"}]
        un_table(world, day, *counts)
    state(world, "article", "2024-04", {"total": 6})
    state(world, "other", "2024-06-30", {"country": "FJI"})
    assert story(world) == [
        ("2024-01-10", "approved", 100),
        ("2024-02-29", "first_observed", 5),
        ("2024-04", "observed", 6),
        ("2024-05-31", "observed", 0),
        ("2024-07-31", "observed", 4),
    ]
    last = row_of(world, as_of="2024-05-31", timeline=True).timeline[-1]
    assert (last.report, last.source, last.persons) == ("un-2024-05-31", "un-2024-05-31", 0)


def test_offers_of_the_country_since_the_proposal_belong_to_the_story(world: Database):
    def offer(key: str, **values: object) -> PledgeIn:
        defaults = {"country": "KAZ", "made_on": "2024-01-08", "status": "made", "persons": 9, "source": "paper"}
        return PledgeIn.model_validate({"id": key, **defaults, **values})

    announce(
        world,
        make_authorisation(proposed_on="2024-01-05"),
        offer("a"),
        offer("b", mission="UNDOF", persons=10, made_on="2024-02"),
        offer("before", made_on="2024-01-04"),
        offer("later", made_on="2024-03"),
        offer("elsewhere", mission="UNMIBH"),
        offer("of-others", country="FJI"),
        offer("undated", made_on=None),
    )
    told = [one for one in story(world, as_of="2024-03-01") if one[1] == "offered"]
    assert told == [("2024-01-08", "offered", 9), ("2024-02", "offered", 10)]


def test_rows_stand_by_country_and_approval(world: Database):
    announce(
        world,
        make_authorisation(id="late", approved_on="2024-05-01"),
        make_authorisation(id="early", approved_on="2023"),
        make_authorisation(id="fiji", country="FJI"),
    )
    assert [row.authorisation for row in rows(world)] == ["fiji", "early", "late"]


# --- rules ---


def plan(*steps: tuple[str, str], **values: object) -> Plan:
    """A plan with steps, each a kind and a date."""
    made = [Step(f"s{n}", "p", StatusEventKind(kind), on, None, None, "paper") for n, (kind, on) in enumerate(steps)]
    defaults = {
        "contingent": "p",
        "country": "KAZ",
        "mission": "UNDOF",
        "label": "A plan",
        "planned_persons": 60,
        "planned_bound": Bound.EXACTLY,
        "planned_from": "2024-03",
        "planned_to": None,
        "authorisation": "decree",
        "source": "paper",
    }
    return Plan(**{**defaults, "steps": tuple(made), **values})  # type: ignore[arg-type]


STATUS_CASES = [
    ("no step", [], "2024-12-31", "planned", None),
    ("proposed", [("proposed", "2024-01-05")], "2024-12-31", "planned", "2024-01-05"),
    ("a month not over", [("departed", "2024-02")], "2024-02-28", "planned", None),
    ("a month over", [("departed", "2024-02")], "2024-02-29", "deploying", "2024-02"),
    ("a year not over", [("departed", "2024")], "2024-12-30", "planned", None),
    ("agreed", [("approved", "2024-01-05"), ("agreement_signed", "2024-02-05")], "2024-12-31", "agreed", "2024-02-05"),
    (
        "a month known later than a day in it",
        [("departed", "2024-02-10"), ("agreement_signed", "2024-02")],
        "2024-12-31",
        "deploying",
        "2024-02-10",
    ),
    (
        "the last group leaves when others are there",
        [("took_over", "2024-03-18"), ("departed", "2024-03-20"), ("departed", "2024-02-01")],
        "2024-12-31",
        "deployed",
        "2024-03-18",
    ),
    ("arrived", [("arrived", "2024-03-10"), ("took_over", "2024-03-18")], "2024-12-31", "deployed", "2024-03-10"),
    (
        "home",
        [("rotated", "2025-04"), ("repatriated", "2025-04"), ("departed", "2024")],
        "2026",
        "repatriated",
        "2025-04",
    ),
    ("a second tour", [("rotated", "2025-04-01"), ("departed", "2025-05-01")], "2026", "deploying", "2025-05-01"),
    ("cancelled", [("agreement_signed", "2024-02-01"), ("cancelled", "2024-03")], "2026", "cancelled", "2024-03"),
    ("revived", [("cancelled", "2024-03"), ("departed", "2024-04-01")], "2026", "deploying", "2024-04-01"),
    ("not revived", [("cancelled", "2024-03-20"), ("approved", "2024-03")], "2026", "cancelled", "2024-03-20"),
    ("the latest end", [("cancelled", "2024-03"), ("repatriated", "2025")], "2026", "repatriated", "2025"),
]


@pytest.mark.parametrize(
    ("steps", "day", "status", "since"), [case[1:] for case in STATUS_CASES], ids=[case[0] for case in STATUS_CASES]
)
def test_the_status_of_a_plan_is_its_furthest_step(steps: list, day: str, status: str, since: str | None):
    found, step = status_of(plan(*steps), day)
    assert (found.value, None if step is None else step.on) == (status, since)


@pytest.mark.parametrize(
    ("kept", "plans"),
    [
        (["a"], [plan(contingent="a")]),
        ([], [plan(("cancelled", "2024-01"), contingent="a")]),
        (["a"], [plan(("repatriated", "2024-01"), contingent="a")]),
        (["b"], [plan(("repatriated", "2024-01"), contingent="a"), plan(contingent="b", planned_from=None)]),
        (["a", "b"], [plan(("repatriated", "2024-01"), contingent="a"), plan(contingent="b", mission="UNTSO")]),
        (
            ["a"],
            [plan(("repatriated", "2024-01"), contingent="a"), plan(("cancelled", "2024-01"), contingent="b")],
        ),
        (
            ["b"],
            [
                plan(("repatriated", "2024-01"), contingent="a", planned_from="2023"),
                plan(("rotated", "2024-02"), contingent="b", planned_from="2024"),
            ],
        ),
        (["a", "b"], [plan(("rotated", "2024-01"), contingent=name) for name in "ab"]),
    ],
)
def test_of_successive_plans_the_last_counts(kept: list[str], plans: list[Plan]):
    assert [one.contingent for one in counted_plans(plans, "2024-12-31")] == kept


@pytest.mark.parametrize(
    ("numbers", "people"),
    [
        ([], People(0, at_least=False)),
        ([(60, "exactly"), (20, None)], People(80, at_least=False)),
        ([(60, "exactly"), (20, "up_to")], People(60, at_least=True)),
        ([(60, "about")], People(None, at_least=True)),
        ([(60, "at_least")], People(60, at_least=True)),
        ([(None, None)], People(None, at_least=True)),
        ([(0, "exactly")], People(0, at_least=False)),
    ],
)
def test_only_exact_numbers_and_lower_bounds_of_plans_are_added(numbers: list, people: People):
    plans = [plan(planned_persons=number, planned_bound=bound and Bound(bound)) for number, bound in numbers]
    assert planned_people(plans) == people


@pytest.mark.parametrize(
    ("made", "day", "today", "seen", "expected"),
    [
        (plan(), "2024-03-31", "2026-01-01", False, False),
        (plan(), "2024-04-01", "2026-01-01", False, True),
        (plan(), "2024-04-01", "2026-01-01", True, False),
        (plan(), "2024-04-01", "2024-03-31", False, False),
        (plan(planned_from=None), "2024-04-01", "2026-01-01", False, False),
        (plan(planned_from="2024"), "2024-12-31", "2026-01-01", False, False),
        (plan(("agreement_signed", "2024-02")), "2024-04-01", "2026-01-01", False, True),
        (plan(("departed", "2024-03-30")), "2024-04-01", "2026-01-01", False, False),
        (plan(("departed", "2024-04")), "2024-04-01", "2026-01-01", False, True),
        (plan(("cancelled", "2024-03")), "2024-04-01", "2026-01-01", False, False),
    ],
)
def test_a_plan_is_overdue_when_its_start_has_passed_without_a_sign(
    made: Plan, day: str, today: str, seen: bool, expected: bool
):
    assert is_overdue(made, day, today, seen=seen) is expected


@pytest.mark.parametrize(
    ("ceiling", "bound", "used", "at_least", "rest"),
    [
        (430, Bound.UP_TO, 139, False, 291),
        (430, None, 139, False, 291),
        (139, Bound.EXACTLY, 430, False, -291),
        (0, Bound.UP_TO, 0, False, 0),
        (430, Bound.UP_TO, 139, True, None),
        (430, Bound.AT_LEAST, 139, False, None),
        (430, Bound.ABOUT, 139, False, None),
        (None, None, 139, False, None),
        (430, Bound.UP_TO, None, False, None),
    ],
)
def test_a_rest_needs_two_sharp_numbers(
    ceiling: int | None, bound: Bound | None, used: int | None, at_least: bool, rest: int | None
):
    assert rest_of(ceiling, bound, used, at_least=at_least) == rest


@pytest.mark.parametrize(
    ("proposed_on", "approved_on", "day", "expected"),
    [
        (None, None, "1900-01-01", True),
        ("2024-01", "2024-01-19", "2024-01-18", False),
        ("2024-01", "2024-01-19", "2024-01-19", True),
        ("2024-01-05", "2024-01-19", "2024-01-05", True),
        ("2024-01", None, "2024-01-30", False),
        ("2024-01", None, "2024-01-31", True),
    ],
)
def test_an_authorisation_is_announced_from_its_first_known_date_on(
    proposed_on: str | None, approved_on: str | None, day: str, expected: bool
):
    assert is_announced(proposed_on, approved_on, day) is expected


@pytest.mark.parametrize(
    ("approved_on", "effective_to", "day", "expected"),
    [
        ("2024-01-19", None, "2024-01-18", False),
        ("2024-01-19", None, "2024-01-19", True),
        ("2024", None, "2024-12-30", False),
        ("2024-01-19", "2025", "2024-12-31", True),
        ("2024-01-19", "2025", "2025-01-01", False),
        (None, None, "2024-01-19", None),
        (None, "2024", "2024-01-19", False),
    ],
)
def test_an_authorisation_is_in_force_from_approval_to_its_end(
    approved_on: str | None, effective_to: str | None, day: str, expected: bool | None
):
    assert is_in_force(approved_on, effective_to, day) is expected


UNSEEN, ENDED = Value(None, reason=Reason.NO_OBSERVATION), Value(None, reason=Reason.MISSION_ENDED)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], UNSEEN),
        ([UNSEEN, UNSEEN], UNSEEN),
        ([ENDED, ENDED], ENDED),
        ([UNSEEN, ENDED], UNSEEN),
        ([Value(0, 0, 0)], Value(0)),
        ([Value(3), Value(4, 1, 3)], Value(7)),
        ([Value(3), UNSEEN], Value(3, at_least=True)),
        ([Value(3), ENDED], Value(3)),
        ([Value(3, at_least=True), Value(4)], Value(7, at_least=True)),
    ],
)
def test_people_of_several_missions_together(values: list[Value], expected: Value):
    assert together(values) == expected


@pytest.mark.parametrize(
    ("steps", "days"),
    [
        ([("proposed", "2024-01"), ("approved", "2024-01-19")], ["2024-01-19", "2024-01-19"]),
        ([("agreement_signed", "2024-02"), ("departed", "2024-02-22")], ["2024-02-22", "2024-02-22"]),
        ([("agreement_signed", "2024-02"), ("departed", "2024-01-22")], ["2024-02-29", "2024-01-22"]),
        ([("departed", "2024"), ("departed", "2024-02-22")], ["2024-12-31", "2024-02-22"]),
        ([("rotated", "2025-04"), ("repatriated", "2025-04")], ["2025-04-30", "2025-04-30"]),
    ],
)
def test_a_step_known_by_its_month_goes_before_a_later_step_of_that_month(steps: list, days: list[str]):
    made = plan(*steps).steps
    assert [story_day(step, made) for step in made] == days


def test_every_step_of_a_contingent_has_its_word_in_a_timeline():
    assert {kind.value for kind in StatusEventKind} <= {kind.value for kind in TimelineKind}
