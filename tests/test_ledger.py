"""The door: numbered changes, revisions that are never edited, states that stay readable."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from app.core.columns import col
from app.core.database import Database
from app.core.errors import NotFound, RecordConflict
from app.core.history import Change, begin_change, correct, open_view, record, retract, standing
from app.core.queries import list_page
from app.countries.store import COUNTRIES
from app.headcounts.models import Headcount
from app.headcounts.store import HEADCOUNT_LIST, HEADCOUNTS, retract_report
from app.missions.models import MissionHost
from app.missions.store import MISSION_LIST, MISSIONS, load_names
from app.recording.kinds import KINDS
from app.reports.store import REPORTS
from tests.rows import (
    NOW,
    make_change,
    make_country,
    make_headcount,
    make_mission,
    make_report,
    make_world,
)


def totals(database: Database, known_at=None) -> list[int]:
    with database.read() as session:
        view = open_view(session, known_at)
        statement = select(col(Headcount.total)).where(standing(Headcount, view)).order_by(col(Headcount.id))
        return list(session.execute(statement).scalars())


def test_changes_are_numbered_without_gaps_and_never_go_back_in_time(database: Database):
    with database.write() as session:
        first = make_change(session, NOW)
        later = (NOW - timedelta(days=1), NOW, NOW + timedelta(days=1))
        moments = [first.recorded_at, *(make_change(session, now).recorded_at for now in later)]
        numbers = session.execute(select(col(Change.number)).order_by(col(Change.number))).scalars().all()
    assert numbers == [1, 2, 3, 4]
    assert moments == sorted(set(moments))
    assert moments[3] == NOW + timedelta(days=1)


def test_a_change_that_fails_leaves_no_number_behind(database: Database):
    make_world(database)
    with pytest.raises(RecordConflict), database.write() as session:
        record(session, make_change(session), HEADCOUNTS, [make_headcount(country="XXX")])
    with database.read() as session:
        assert open_view(session).revision == 4


def test_every_row_carries_the_number_and_moment_of_its_change(database: Database):
    make_world(database)
    with database.write() as session:
        change = make_change(session)
        record(session, change, HEADCOUNTS, [make_headcount(), make_headcount(personnel_type="staff_officer")])
        number, moment = change.number, change.recorded_at
    with database.read() as session:
        rows = session.execute(select(Headcount.__table__)).all()
    assert [(row.id, row.revision, row.recorded_in, row.recorded_at, row.superseded_in) for row in rows] == [
        (1, 1, number, moment, None),
        (2, 1, number, moment, None),
    ]


def test_a_correction_supersedes_and_the_earlier_state_stays_readable(database: Database):
    make_world(database)
    with database.write() as session:
        before = make_change(session)
        record(session, before, HEADCOUNTS, [make_headcount(total=6)])
        known_before = before.recorded_at
    with database.write() as session:
        correct(session, make_change(session, NOW + timedelta(days=1)), HEADCOUNTS, make_headcount(id=1, total=7))
    assert totals(database) == [7]
    assert totals(database, known_before) == [6]
    assert totals(database, known_before - timedelta(microseconds=1)) == []
    with database.read() as session:
        rows = session.execute(select(Headcount.__table__).order_by(col(Headcount.revision))).all()
    assert [(row.revision, row.total, row.superseded_in) for row in rows] == [(1, 6, 6), (2, 7, None)]
    assert rows[0].superseded_at == rows[1].recorded_at


def test_a_retraction_marks_and_a_new_recording_goes_on_counting_revisions(database: Database):
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), HEADCOUNTS, [make_headcount()])
        retract(session, make_change(session), HEADCOUNTS, 1)
    assert totals(database) == []
    with database.write() as session:
        record(session, make_change(session), HEADCOUNTS, [make_headcount(id=1, total=8)])
    assert totals(database) == [8]
    with database.read() as session:
        assert session.execute(select(func.max(col(Headcount.revision)))).scalar_one() == 2


def test_what_does_not_stand_cannot_be_corrected_or_retracted(database: Database):
    make_world(database)
    with database.write() as session:
        change = make_change(session)
        with pytest.raises(NotFound):
            retract(session, change, HEADCOUNTS, 1)
        with pytest.raises(NotFound):
            correct(session, change, HEADCOUNTS, make_headcount(id=1))


def test_a_headcount_stands_only_while_its_report_does(database: Database):
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), HEADCOUNTS, [make_headcount()])
        retract(session, make_change(session), REPORTS, "paper")
    with database.read() as session:
        view = open_view(session)
        page = list_page(session, HEADCOUNT_LIST, HEADCOUNT_LIST.query(), view, load_names(session, view))
    assert page.rows == []


def test_headcounts_of_a_retracted_report_do_not_come_back_with_it(database: Database):
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), HEADCOUNTS, [make_headcount()])
        retract_report(session, make_change(session), "paper")
        record(session, make_change(session), REPORTS, [make_report()])
    assert totals(database) == []


def test_lists_inside_a_record_belong_to_its_revision(database: Database):
    with database.write() as session:
        record(session, make_change(session), COUNTRIES, [make_country(), make_country(iso3="SYR", name="Syria")])
        first = make_change(session)
        record(session, first, MISSIONS, [make_mission(hosts=[{"country": "SYR"}])])
        known = first.recorded_at
        hosts = [{"country": "SYR"}, {"country": "KAZ", "contested": True}]
        correct(session, make_change(session), MISSIONS, make_mission(hosts=hosts))
    with database.read() as session:
        for moment, expected in ((known, ["SYR"]), (None, ["KAZ", "SYR"])):
            view = open_view(session, moment)
            page = list_page(session, MISSION_LIST, MISSION_LIST.query(), view, load_names(session, view))
            assert sorted(host["country"] for host in page.rows[0]["hosts"]) == expected
        assert session.execute(select(func.count()).select_from(MissionHost)).scalar_one() == 3


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("total", -1),
        ("women", 5),
        ("personnel_type", "generals"),
        ("measure", "guessed"),
        ("country", "ZZZ"),
        ("mission", "NOWHERE"),
        ("report", "none"),
        ("recorded_in", 99),
    ],
)
def test_the_database_refuses_what_cannot_be(database: Database, column: str, value: object):
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), HEADCOUNTS, [make_headcount(women=1, men=5)])
    quoted = value if isinstance(value, int) else f"'{value}'"
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(f"UPDATE headcount SET {column} = {quoted}"))


def test_a_cell_of_a_report_has_one_standing_count(database: Database):
    make_world(database)
    with pytest.raises(RecordConflict, match="headcount was not recorded"), database.write() as session:
        record(session, make_change(session), HEADCOUNTS, [make_headcount(total=6), make_headcount(total=7)])
    with database.write() as session:
        change = make_change(session)
        record(session, change, HEADCOUNTS, [make_headcount(mission=None, total=6)])
        with pytest.raises(RecordConflict):
            record(session, change, HEADCOUNTS, [make_headcount(mission=None, total=7)])
        session.rollback()


def test_codes_are_refused_by_the_database_unless_they_look_like_codes(database: Database):
    for table, key in (("country_key", "kaz"), ("country_key", "KAZA"), ("mission_key", "undof"), ("mission_key", "U")):
        with pytest.raises(IntegrityError), database.write() as session:
            session.execute(text(f"INSERT INTO {table} (key) VALUES ('{key}')"))


def test_many_writers_at_once_get_numbers_one_after_the_other(database: Database):
    make_world(database)

    def write(number: int) -> int:
        with database.write() as session:
            change = begin_change(session, f"writer {number}", "at once", "cli")
            record(session, change, HEADCOUNTS, [make_headcount(report=f"r{number}")])
            return change.number

    with database.write() as session:
        reports = [make_report(id=f"r{number}", as_of=f"20{number + 10}") for number in range(12)]
        record(session, make_change(session), REPORTS, reports)
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(write, range(12)))
    assert sorted(numbers) == list(range(6, 18))
    with database.read() as session:
        rows = session.execute(select(col(Headcount.id), col(Headcount.recorded_in))).all()
    assert sorted(row.id for row in rows) == list(range(1, 13))
    assert sorted(row.recorded_in for row in rows) == sorted(numbers)


def test_a_reader_cannot_write(database: Database):
    with pytest.raises(Exception, match=r"read-?only"), database.read() as session:
        session.execute(text("INSERT INTO country_key (key) VALUES ('KAZ')"))


def test_a_reader_sees_one_state_while_others_write(database: Database):
    make_world(database)
    with database.read() as session:
        before = open_view(session)
        with database.write() as writer:
            record(writer, make_change(writer), HEADCOUNTS, [make_headcount()])
        assert open_view(session) == before
        assert session.execute(select(func.count()).select_from(Headcount)).scalar_one() == 0


def test_every_table_of_records_is_a_ledger():
    ledgers = {name for name, table in SQLModel.metadata.tables.items() if "recorded_in" in table.c}
    parts = {"mission_host", "authorisation_mission", "pledge_unit", "report_mission", "claim_subject"}
    keys = {name for name in SQLModel.metadata.tables if name.endswith("_key")}
    beside = {
        "token",
        "kept_answer",
        "proposal",
        "file_import",
        "import_fault",
    }  # no statements about peacekeepers: nothing an answer may show
    worked_out = {"headcount_sum"}
    assert set(SQLModel.metadata.tables) == ledgers | parts | keys | beside | worked_out | {"change"}
    assert ledgers == {kind.ledger.table.name for kind in KINDS}
