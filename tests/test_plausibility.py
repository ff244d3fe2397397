"""What is odd about a write: warnings are discrepancies, found inside the transaction of the write, for little."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import Connection
from sqlmodel import Session

from app.answers.asking import Ask
from app.answers.discrepancies import DiscrepanciesQuery, discrepancies
from app.answers.facts import load_facts
from app.ceilings.models import CeilingIn
from app.core.database import Database
from app.core.history import View, correct, record
from app.core.settings import Settings
from app.headcounts.models import HeadcountIn
from app.missions.store import load_names
from app.recording.kinds import KIND_BY_PATH
from app.recording.plausibility import EntryWarning, warnings_about
from tests.conftest import SHARED, Databases
from tests.desks import desk_at
from tests.real_data import record_un_tables
from tests.rows import (
    make_authorisation,
    make_change,
    make_contingent,
    make_country,
    make_headcount,
    make_mission,
    make_report,
    make_source,
)
from tests.statements import noted

TODAY = "2026-01-02"
JANUARY, FEBRUARY, MARCH, APRIL = "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"


@pytest.fixture
def world(database: Database) -> Database:
    """Two countries and three missions: one of old, one that was over in 2023, one of 2024."""
    with database.write() as session:
        change = make_change(session)
        countries = [make_country(), make_country(iso3="FJI", name="Fiji")]
        missions = [
            make_mission(started_on="1974-05-31"),
            make_mission(code="MINUSMA", name="Mali", started_on="2013-04-25", ended_on="2023-06-30", status="ended"),
            make_mission(code="UNTMIS", name="Somalia", kind="special_political", started_on="2024-03"),
        ]
        for path, shapes in (("countries", countries), ("missions", missions), ("sources", [make_source()])):
            record(session, change, KIND_BY_PATH[path].ledger, shapes)
    return database


def stored(path: str, shape: BaseModel, key: object) -> dict[str, object]:
    return {**shape.model_dump(mode="json"), KIND_BY_PATH[path].key: key}


def asking(session: Session, number: int) -> Ask:
    view = View(number)
    return Ask(session, view, load_facts(session, view, load_names(session, view)), TODAY)


def write(database: Database, path: str, *shapes: BaseModel) -> list[EntryWarning]:
    """Record what comes in and look at it before the transaction ends."""
    with database.write() as session:
        change = make_change(session)
        keys = record(session, change, KIND_BY_PATH[path].ledger, list(shapes))
        rows = [stored(path, shape, key) for shape, key in zip(shapes, keys, strict=True)]
        return warnings_about(asking(session, change.number), path, rows)


def state(database: Database, report: str, as_of: str, *counts: dict[str, Any], **values: Any) -> list[EntryWarning]:
    """The warnings about the counts of a report of a source of its own."""
    write(database, "sources", make_source(id=report, kind=values.pop("kind", "news")))
    write(database, "reports", make_report(id=report, source=report, as_of=as_of, **values))
    return write(database, "headcounts", *(make_headcount(report=report, **one) for one in counts))


def un_table(database: Database, as_of: str, *counts: dict[str, Any], **values: Any) -> list[EntryWarning]:
    """The same of a complete report of the UN."""
    return state(
        database, f"un-{as_of}", as_of, *counts, **{"scope": "all_missions", "kind": "un_monthly_report", **values}
    )


def told(warnings: Sequence[EntryWarning]) -> list[str]:
    return [one.discrepancy for one in warnings]


def listed(database: Database) -> dict[str, tuple[str, str]]:
    """Kind and sentence of every discrepancy of the record, by id."""
    with database.read() as session:
        number = session.connection().exec_driver_sql("SELECT max(number) FROM change").scalar_one()
        rows = discrepancies(asking(session, number), DiscrepanciesQuery()).rows
        return {row.id: (row.kind, row.detail) for row in rows}  # type: ignore[attr-defined]


def bound(database: Database, **values: object) -> list[EntryWarning]:
    defaults = {
        "id": "undof-1974", "mission": "UNDOF", "decision": "S/RES/350 (1974)", "effective_from": "1974-05-31",
        "basis": "absolute", "confidence": "confirmed", "source": "paper",
    }  # fmt: skip
    return write(database, "ceilings", CeilingIn.model_validate({**defaults, **values}))


# --- headcounts ---


def test_a_warning_is_a_discrepancy_in_its_own_words(world: Database):
    un_table(world, JANUARY, {"total": 20})
    [warning] = un_table(world, FEBRUARY, {"total": 139})
    assert warning == EntryWarning(
        code="far_from_last_count",
        message="un-2024-02-29 counts 139 people of Kazakhstan in UNDOF, 119 more than the 20 of un-2024-01-31.",
        discrepancy="far-from-last-count.undof.kaz.2024-02-29",
    )
    assert listed(world)[warning.discrepancy] == (warning.code, warning.message)


def test_an_ordinary_count_is_no_reason_to_warn(world: Database):
    bound(world, military=1000)
    assert un_table(world, JANUARY, {"total": 139}, {"country": "FJI", "total": 4}) == []
    assert un_table(world, FEBRUARY, {"total": 143}, {"country": "FJI", "total": 0}) == []
    assert state(world, "paper-2", "2024-03-18", {"total": 139}) == []


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        ({"total": 300}, ["above-ceiling.undof.military.2024-03-31", "far-from-last-count.undof.kaz.2024-03-31"]),
        ({"total": 3, "personnel_type": "formed_police"}, ["above-ceiling.undof.police.2024-03-31"]),
        ({"total": 2, "personnel_type": "formed_police"}, []),
        ({"total": 5, "mission": "MINUSMA"}, ["after-mission-end.minusma.un-2024-03-31"]),
        ({"total": 9, "women": 10}, ["women-and-men.undof.kaz.troops.un-2024-03-31"]),
        ({"total": 9, "women": 9}, []),
        ({"total": 300, "measure": "peak"}, []),
        ({"total": 300, "bound": "about"}, []),
    ],
)
def test_every_kind_of_oddity_of_a_count(world: Database, count: dict, expected: list[str]):
    bound(world, military=200, police=2)
    un_table(world, FEBRUARY, {"total": 10}, {"country": "FJI", "total": 4})
    assert told(un_table(world, MARCH, count)) == expected
    assert set(expected) <= listed(world).keys()


def test_people_before_the_first_day_of_a_mission(world: Database):
    assert told(un_table(world, JANUARY, {"mission": "UNTMIS", "total": 2})) == [
        "before-mission-start.untmis.un-2024-01-31"
    ]
    assert un_table(world, MARCH, {"mission": "UNTMIS", "total": 2}) == []


def test_a_count_beside_another_of_its_date(world: Database):
    un_table(world, JANUARY, {"total": 6}, {"country": "FJI", "total": 4})
    assert told(state(world, "rumour", JANUARY, {"total": 9}, {"country": "FJI", "total": 4})) == [
        "sources-disagree.undof.kaz.2024-01-31"
    ]


def test_a_total_beside_kinds_that_do_not_make_it(world: Database):
    kinds = ({"total": 5}, {"total": 2, "personnel_type": "staff_officer"})
    assert told(state(world, "rumour", JANUARY, *kinds, {"total": 9, "personnel_type": "unspecified"})) == [
        "kinds-and-total.undof.kaz.rumour"
    ]


def test_a_country_as_a_whole(world: Database):
    whole = {"mission": None, "total": 5}
    un_table(world, JANUARY, whole, {**whole, "country": "FJI"}, breakdown="country")
    assert told(un_table(world, FEBRUARY, {**whole, "total": 124}, breakdown="country")) == [
        "far-from-last-count.all.kaz.2024-02-29"
    ]


def test_the_count_after_a_written_one_may_be_far_from_it(world: Database):
    un_table(world, JANUARY, {"total": 500})
    un_table(world, MARCH, {"total": 480})
    assert told(un_table(world, FEBRUARY, {"total": 50})) == [
        "far-from-last-count.undof.kaz.2024-02-29",
        "far-from-last-count.undof.kaz.2024-03-31",
    ]
    assert un_table(world, APRIL, {"total": 470}) == []


def test_a_correction_is_looked_at_as_it_now_stands(world: Database):
    un_table(world, JANUARY, {"total": 20})
    un_table(world, FEBRUARY, {"total": 25})
    with world.write() as session:
        change = make_change(session)
        shape = make_headcount(id=2, report="un-2024-02-29", total=250)
        correct(session, change, KIND_BY_PATH["headcounts"].ledger, shape)
        odd = warnings_about(asking(session, change.number), "headcounts", [stored("headcounts", shape, 2)])
        assert told(odd) == ["far-from-last-count.undof.kaz.2024-02-29"]
        sound = shape.model_copy(update={"total": 25})
        correct(session, change, KIND_BY_PATH["headcounts"].ledger, HeadcountIn.model_validate(sound.model_dump()))
        assert warnings_about(asking(session, change.number), "headcounts", [stored("headcounts", sound, 2)]) == []


def test_what_others_wrote_is_no_warning_about_this(world: Database):
    bound(world, military=200, police=0)
    un_table(world, JANUARY, {"total": 20}, {"country": "FJI", "total": 20})
    un_table(world, FEBRUARY, {"total": 300}, {"country": "FJI", "total": 20}, {"mission": "MINUSMA", "total": 5})
    assert len(listed(world)) == 3
    civil = make_headcount(report="un-2024-02-29", country="FJI", personnel_type="other_uniformed")
    assert write(world, "headcounts", civil) == []
    police = make_headcount(report="un-2024-02-29", country="FJI", personnel_type="individual_police", total=0)
    assert write(world, "headcounts", police) == []


def test_a_warning_comes_once_and_the_largest_of_a_kind_first(world: Database):
    bound(world, military=100)
    un_table(world, JANUARY, {"total": 10}, {"country": "FJI", "total": 10})
    found = un_table(
        world,
        FEBRUARY,
        {"total": 120},
        {"total": 120, "personnel_type": "staff_officer"},
        {"country": "FJI", "total": 900},
        {"mission": "MINUSMA", "total": 3},
        {"mission": "MINUSMA", "country": "FJI", "total": 3},
    )
    assert told(found) == [
        "above-ceiling.undof.military.2024-02-29",
        "after-mission-end.minusma.un-2024-02-29",
        "far-from-last-count.undof.fji.2024-02-29",
        "far-from-last-count.undof.kaz.2024-02-29",
    ]


def test_at_most_twenty_warnings_are_given(world: Database):
    codes = [f"A{a}{b}" for a in "ABCDE" for b in "ABCDE"]
    write(world, "countries", *(make_country(iso3=code, name=f"Land {code}") for code in codes))
    un_table(world, JANUARY, *({"country": code, "total": 10} for code in codes))
    found = un_table(world, FEBRUARY, *({"country": code, "total": 200 + n} for n, code in enumerate(codes)))
    assert len(found) == 20
    assert [one.message.split(" ")[2] for one in found] == [str(number) for number in range(224, 204, -1)]


# --- ceilings ---


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"military": 299}, ["above-ceiling.undof.military.2024-02-29"]),
        ({"military": 300}, []),
        ({"police": 0}, []),
        ({"military": 299, "effective_from": "2024-03-01"}, []),  # not in force on the day of the count
        ({"military": 299, "mission": "MINUSMA"}, []),
        ({"military": 5, "mission": "UNTMIS"}, []),
    ],
)
def test_a_ceiling_is_held_against_the_latest_month(world: Database, values: dict, expected: list[str]):
    un_table(world, JANUARY, {"total": 900})
    un_table(world, FEBRUARY, {"total": 300})
    state(world, "rumour", "2024-03-05", {"total": 5000})
    assert told(bound(world, **values)) == expected


def test_a_ceiling_without_any_count_is_not_odd(world: Database):
    assert bound(world, military=5) == []


def test_a_ceiling_that_does_not_bind_is_not_the_odd_one(world: Database):
    bound(world, military=100)
    un_table(world, JANUARY, {"total": 300})
    later = {"id": "undof-2030", "decision": "S/RES/9999 (2030)", "effective_from": "2030-01-01", "military": 50}
    assert bound(world, **later) == []


# --- plans ---


def test_a_plan_without_authorisation_is_warned_of(world: Database):
    [warning] = write(world, "contingents", make_contingent(authorisation=None))
    assert (warning.code, warning.discrepancy) == (
        "plan_without_authorisation",
        "plan-without-authorisation.undof.kaz.company",
    )
    assert write(world, "contingents", make_contingent(id="other", authorisation=None, planned_persons=None)) == []


def test_plans_above_an_authorisation_are_warned_of_with_the_last_of_them(world: Database):
    assert write(world, "authorisations", make_authorisation()) == []
    assert write(world, "contingents", make_contingent(planned_persons=60)) == []
    [warning] = write(world, "contingents", make_contingent(id="second", planned_persons=60, mission="UNTMIS"))
    assert warning == EntryWarning(
        code="plan_above_authorisation",
        message="120 people of Kazakhstan are planned under decree, 20 more than the 100 it allows.",
        discrepancy="plan-above-authorisation.all.kaz.decree",
    )
    assert listed(world)[warning.discrepancy] == (warning.code, warning.message)
    assert write(world, "contingents", make_contingent(id="third", planned_persons=None)) == []


def test_an_authorisation_below_its_plans_is_warned_of(world: Database):
    write(world, "authorisations", make_authorisation())
    write(world, "contingents", make_contingent(planned_persons=90), make_contingent(id="alone", authorisation=None))
    with world.write() as session:
        change = make_change(session)
        lower = make_authorisation(max_persons=80)
        correct(session, change, KIND_BY_PATH["authorisations"].ledger, lower)
        odd = warnings_about(
            asking(session, change.number), "authorisations", [stored("authorisations", lower, "decree")]
        )
    assert told(odd) == ["plan-above-authorisation.all.kaz.decree"]
    assert write(world, "authorisations", make_authorisation(id="other")) == []


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("sources", make_source(id="other")),
        ("reports", make_report(as_of="2024")),
        ("countries", make_country(iso3="FRA", name="France")),
        ("missions", make_mission(code="UNIFIL", name="Lebanon")),
    ],
)
def test_other_records_have_no_warnings(world: Database, path: str, shape: BaseModel):
    assert write(world, path, shape) == []


# --- over HTTP, and what it costs ---


def test_a_posted_report_is_recorded_and_its_oddities_are_told(databases: Databases):
    with desk_at(databases.seeded()) as desk:
        source = {"id": "times", "kind": "news", "title": "T", "publisher": "T", "published_on": "2025-08-20"}
        assert desk.post("/v1/sources", source).status_code == 201
        counts = [{"country": "KAZ", "mission": "UNDOF", "personnel_type": "troops", "total": 1390}]
        report = {"id": "times", "source": "times", "as_of": "2025-08-20", "scope": "partial", "headcounts": counts}
        answer = desk.post("/v1/reports", report)
        assert answer.status_code == 201, answer.text
        [warning] = answer.json()["warnings"]
        assert warning == {
            "code": "far_from_last_count",
            "message": "times counts 1,390 people of Kazakhstan in UNDOF, 1,247 more than the 143 of "
            "un-dpo-2025-07-31.",
            "discrepancy": "far-from-last-count.undof.kaz.2025-08-20",
        }
        [row] = desk.read("/v1/discrepancies", id=warning["discrepancy"])["data"]
        assert (row["kind"], row["detail"]) == (warning["code"], warning["message"])


@contextmanager
def statements(session: Session) -> Iterator[list[tuple[str, object]]]:
    with noted(session.connection()) as asked:
        yield asked


def assert_no_scan(connection: Connection, asked: Sequence[tuple[str, object]]) -> None:
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    for statement, parameters in asked:
        plan = [" ".join(map(str, row)) for row in connection.exec_driver_sql(explain + statement, parameters)]
        assert not [line for line in plan if re.search(r"(SCAN|Seq Scan on) headcount", line)], (statement, plan)


def costs(database: Database, path: str, *shapes: BaseModel) -> tuple[list[str], int]:
    """The warnings about records written and taken back, and the number of statements; none reads all headcounts."""
    with Session(database.writer) as session:
        change = make_change(session)
        keys = record(session, change, KIND_BY_PATH[path].ledger, list(shapes))
        rows = [stored(path, shape, key) for shape, key in zip(shapes, keys, strict=True)]
        ask = asking(session, change.number)
        with statements(session) as asked:
            found = warnings_about(ask, path, rows)
        assert_no_scan(session.connection(), asked)
        session.rollback()
    return told(found), len(asked)


def count_of(report: str, **values: object) -> HeadcountIn:
    return make_headcount(report=report, **values)


def assert_cheap(database: Database, report: str) -> None:
    """A count, a hundred counts, and a plan beside a complete report of March 2024."""
    odd, number = costs(
        database, "headcounts", count_of(report, country="AUS", total=4, personnel_type="formed_police")
    )
    assert (odd, number) == ([], 6)
    missions = ("UNIFIL", "UNMISS", "UNDOF", "MONUSCO")
    types = ("police_unspecified", "other_uniformed")
    many = [
        count_of(report, country=country, mission=mission, personnel_type=kind, total=1)
        for country in ("KAZ", "IRL", "GHA", "NPL", "IND", "FJI", "FRA", "DEU", "CHN", "BGD", "PAK", "RWA")
        for mission in missions
        for kind in types
    ]
    odd, number = costs(database, "headcounts", *many)
    assert "far-from-last-count.undof.kaz.2024-03-31" in odd
    assert number <= 10
    odd, number = costs(database, "contingents", make_contingent(authorisation=None, source=report))
    assert (odd, number) == (["plan-without-authorisation.undof.kaz.company"], 3)


def test_warnings_cost_a_few_narrow_statements(seeded_database: Database):
    assert_cheap(seeded_database, "un-dpo-2024-03-31")
    resolution = CeilingIn.model_validate(
        {
            "id": "undof-2025", "mission": "UNDOF", "decision": "S/RES/1 (2025)", "effective_from": "2025-07-01",
            "basis": "absolute", "confidence": "confirmed", "source": "un-dpo-2025-07-31", "military": 1170,
        }
    )  # fmt: skip
    assert costs(seeded_database, "ceilings", resolution) == (["above-ceiling.undof.military.2025-07-31"], 4)


# --- the UN's tables of ten years ---


@pytest.mark.skipif(not (SHARED / "data").exists(), reason="the real files are not at hand")
def test_ten_years_of_real_tables_hold_some_jumps_and_a_count_among_them_is_cheap(databases: Databases):
    database = Database(Settings(database_url=databases.seeded_places()))
    assert record_un_tables(database) == 107_149
    jumps = [one for one, (kind, _) in listed(database).items() if kind == "far_from_last_count"]
    assert len(jumps) == 133
    slips = {
        "far-from-last-count.unifil.tha.2015-07-31",  # Tanzania in the row of Thailand
        "far-from-last-count.unifil.tza.2015-08-31",
        "far-from-last-count.unifil.aus.2017-07-31",  # Austria in the row of Australia
        "far-from-last-count.unifil.aut.2017-08-31",
        "far-from-last-count.minustah.pak.2015-09-30",  # a row that was lost
        "far-from-last-count.minusma.tcd.2021-11-30",  # 39 of 1,466
    }
    assert slips <= set(jumps)
    assert "far-from-last-count.undof.kaz.2024-03-31" in jumps
    assert "far-from-last-count.all.kaz.2018-10-31" in jumps
    assert not [one for one in jumps if ".minusma." in one and one[-10:] > "2023-07"]  # the withdrawal
    assert_cheap(database, "real-mission-2024-03-31")
    database.close()
