"""Totals that sources print themselves: kept as printed, standing with their report, equal to the seeded counts."""

import csv
import gzip
import shutil
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.core.columns import col
from app.core.database import Database
from app.core.errors import RecordConflict
from app.core.history import Change, correct, open_view, record, retract
from app.core.queries import list_page
from app.core.settings import Settings
from app.headcounts.models import Headcount
from app.headcounts.store import HEADCOUNTS, retract_report
from app.migrate import migrate
from app.missions.store import load_names
from app.printed_totals.models import PrintedLevel, PrintedTotal
from app.printed_totals.store import PRINTED_TOTAL_LIST, PRINTED_TOTALS
from app.reports.models import Report
from app.reports.store import REPORTS
from app.seeds import SEED_DATA, seed
from tests.conftest import SHARED, Databases
from tests.rows import make_change, make_headcount, make_printed_total, make_report, make_world
from tests.test_migrations import indexes, schema
from tests.test_seeds import FULL_MONTHS, count

ROWS = 291
WITHOUT_MISSION_TOTALS = {"2015-12-31", "2016-12-31", "2017-12-31"}
WITHOUT_GRAND_TOTAL = {"2015-12-31", "2016-12-31", "2019-12-31"}


def listed(database: Database, known_at=None, **filters) -> list[dict]:
    with database.read() as session:
        view = open_view(session, known_at)
        query = PRINTED_TOTAL_LIST.query(limit=1000, **filters)
        return list_page(session, PRINTED_TOTAL_LIST, query, view, load_names(session, view)).rows


def data(client: httpx.Client, **params) -> list[dict]:
    answer = client.get("/v1/printed-totals", params={"limit": 1000, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def last_change(database: Database) -> tuple[int, str]:
    with database.read() as session:
        statement = select(col(Change.number), col(Change.reason)).order_by(col(Change.number).desc()).limit(1)
        return tuple(session.execute(statement).one())


# --- the record ---


def test_a_printed_total_is_recorded_and_listed_with_source_and_date_of_its_report(database: Database):
    make_world(database)
    with database.write() as session:
        assert record(session, make_change(session), PRINTED_TOTALS, [make_printed_total(women=1, men=5)]) == [1]
    [row] = listed(database)
    assert (row["id"], row["report"], row["source"], row["as_of"]) == (1, "paper", "paper", "2024-01-31")
    assert (row["mission"], row["country"], row["level"]) == ("UNDOF", None, "mission")
    assert (row["women"], row["men"], row["total"], row["note"]) == (1, 5, 6, None)
    assert (row["revision"], row["recorded_in"]) == (1, 5)


@pytest.mark.parametrize(
    ("mission", "country", "level"),
    [
        (None, None, PrintedLevel.GRAND),
        ("UNDOF", None, PrintedLevel.MISSION),
        (None, "KAZ", PrintedLevel.COUNTRY),
        ("UNDOF", "KAZ", PrintedLevel.COUNTRY_IN_MISSION),
    ],
)
def test_the_level_follows_from_what_is_given(database: Database, mission, country, level: PrintedLevel):
    make_world(database)
    with database.write() as session:
        shape = make_printed_total(mission=mission, country=country)
        record(session, make_change(session), PRINTED_TOTALS, [shape])
    assert [row["level"] for row in listed(database)] == [level]
    assert len(listed(database, level=[level])) == 1
    assert listed(database, level=[one for one in PrintedLevel if one is not level]) == []


def test_the_level_cannot_be_given():
    with pytest.raises(ValidationError, match="level"):
        make_printed_total(level="grand")


def test_the_level_follows_a_correction(database: Database):
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), PRINTED_TOTALS, [make_printed_total()])
        correct(session, make_change(session), PRINTED_TOTALS, make_printed_total(id=1, mission=None))
    assert [(row["level"], row["revision"]) for row in listed(database)] == [("grand", 2)]


def test_women_and_men_may_differ_from_the_printed_total(database: Database):
    make_world(database)
    with database.write() as session:
        shapes = [
            make_printed_total(women=1, men=4, total=6),
            make_printed_total(mission=None, women=3, men=4, total=6),
            make_printed_total(country="KAZ", women=None, men=7, total=6),
        ]
        record(session, make_change(session), PRINTED_TOTALS, shapes)
    assert [(row["women"], row["men"], row["total"]) for row in listed(database)] == [
        (1, 4, 6),
        (3, 4, 6),
        (None, 7, 6),
    ]


def test_a_report_has_one_standing_total_for_each_mission_and_country(database: Database):
    make_world(database)
    places = [{"mission": m, "country": c} for m in (None, "UNDOF") for c in (None, "KAZ")]
    with database.write() as session:
        record(session, make_change(session), PRINTED_TOTALS, [make_printed_total(**place) for place in places])
    for place in places:
        with pytest.raises(RecordConflict, match="printed total was not recorded"), database.write() as session:
            record(session, make_change(session), PRINTED_TOTALS, [make_printed_total(**place, total=7)])
    with database.write() as session:
        retract(session, make_change(session), PRINTED_TOTALS, 1)
        record(session, make_change(session), PRINTED_TOTALS, [make_printed_total(**places[0], total=7)])
    assert [row["total"] for row in listed(database, level=["grand"])] == [7]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("total", -1),
        ("women", -1),
        ("men", -1),
        ("level", "world"),
        ("country", "ZZZ"),
        ("mission", "NO"),
        ("report", "no"),
    ],
)
def test_the_database_refuses_what_cannot_be(database: Database, column: str, value: object):
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), PRINTED_TOTALS, [make_printed_total()])
    quoted = value if isinstance(value, int) else f"'{value}'"
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(f"UPDATE printed_total SET {column} = {quoted}"))


def test_a_printed_total_stands_only_while_its_report_does(database: Database):
    make_world(database)
    with database.write() as session:
        known = make_change(session)
        record(session, known, PRINTED_TOTALS, [make_printed_total()])
        moment = known.recorded_at
        retract(session, make_change(session), REPORTS, "paper")
    assert listed(database) == []
    assert len(listed(database, moment)) == 1


def test_printed_totals_of_a_retracted_report_go_with_it_and_do_not_come_back(database: Database):
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), REPORTS, [make_report(id="other", as_of="2024-02-29")])
        known = make_change(session)
        record(session, known, HEADCOUNTS, [make_headcount()])
        record(session, known, PRINTED_TOTALS, [make_printed_total(), make_printed_total(report="other", total=9)])
        moment = known.recorded_at
        retracting = make_change(session)
        retract_report(session, retracting, "paper")
        number = retracting.number
        record(session, make_change(session), REPORTS, [make_report()])
    assert [row["total"] for row in listed(database)] == [9]
    assert [row["total"] for row in listed(database, moment)] == [6, 9]
    with database.read() as session:
        superseded = select(col(PrintedTotal.superseded_in)).order_by(col(PrintedTotal.id))
        assert session.execute(superseded).scalars().all() == [number, None]


# --- the list ---


def test_totals_are_found_by_level_place_date_and_size(seeded: httpx.Client):
    [undof] = data(seeded, mission="FNUOD", as_of="2024-03")
    assert (undof["women"], undof["men"], undof["total"], undof["level"]) == (94, 1167, 1261, "mission")
    assert (undof["mission"], undof["source"], undof["as_of"]) == ("UNDOF", "un-dpo-2024-03-31", "2024-03-31")
    assert undof["mission_name"] == "United Nations Disengagement Observer Force"
    assert seeded.get(f"/v1/printed-totals/{undof['id']}").json() == undof
    grand = data(seeded, level="grand", as_of__gte="2024-01", as_of__lt="2024-04")
    assert [row["total"] for row in grand] == [64_513, 64_489, 64_382]
    assert [row["total"] for row in data(seeded, level="grand", as_of__gt="2024-06", as_of__lte="2024-12")] == [61_201]
    of_march = data(seeded, report="un-dpo-2024-03-31")
    assert len(of_march) == 22
    assert data(seeded, source="un-dpo-2024-03-31") == of_march
    large = data(seeded, report="un-dpo-2024-03-31", total__gte=13_000, sort="-total")
    assert [row["mission"] for row in large] == [None, "MINUSCA", "UNMISS", "MONUSCO"]
    small = data(seeded, report="un-dpo-2024-03-31", total__lte=9, sort="-mission")
    assert [row["mission"] for row in small] == ["UNOWAS", "UNMHA", "UNAMA"]
    assert data(seeded, country="KAZ") == []
    levels = [row["level"] for row in data(seeded, sort="level,-as_of", as_of="2024")]
    assert levels == sorted(levels)


def test_a_total_shows_its_report_and_source_on_demand(seeded: httpx.Client):
    params = {"level": "grand", "as_of": "2024-03", "include": "report_record,source_record"}
    [row] = data(seeded, **params)
    assert row["report_record"]["scope"] == "all_missions"
    assert row["source_record"]["licence"] == "CC BY-IGO"


# --- the seeds ---


def printed(database: Database) -> dict[tuple[str, str | None], tuple[int | None, int | None, int]]:
    rows = listed(database)
    found = {(row["as_of"], row["mission"]): (row["women"], row["men"], row["total"]) for row in rows}
    assert len(found) == len(rows) == ROWS
    return found


def test_the_seeded_totals_equal_the_sums_of_the_seeded_counts(seeded_database: Database):
    people = [func.sum(col(column)) for column in (Headcount.women, Headcount.men, Headcount.total)]
    counted = (
        select(col(Report.as_of), *people)
        .join(Headcount, col(Headcount.report) == col(Report.id))
        .where(col(Report.scope) == "all_missions")
    )
    by_mission = counted.add_columns(col(Headcount.mission)).group_by(col(Report.as_of), col(Headcount.mission))
    with seeded_database.read() as session:
        missions = {(as_of, mission): tuple(sums) for as_of, *sums, mission in session.execute(by_mission)}
        world = {(as_of, None): tuple(sums) for as_of, *sums in session.execute(counted.group_by(col(Report.as_of)))}
    assert sorted(as_of for as_of, _ in world) == FULL_MONTHS
    expected = {key: sums for key, sums in missions.items() if key[0] not in WITHOUT_MISSION_TOTALS}
    expected |= {key: sums for key, sums in world.items() if key[0] not in WITHOUT_GRAND_TOTAL}
    assert len(expected) == 278 + 13
    assert printed(seeded_database) == expected


@pytest.mark.skipif(not (SHARED / "data").exists(), reason="the real files are not at hand")
def test_the_seeded_totals_are_those_the_un_printed(seeded_database: Database):
    wanted = {}
    path = SHARED / "data" / "un-dpo_printed_totals_2015-01_2025-07.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["last_reporting_date"] in FULL_MONTHS and row["scope"] in ("grand_total", "mission_total"):
                numbers = (int(row["female_personnel"]), int(row["male_personnel"]), int(row["total_personnel"]))
                wanted[row["last_reporting_date"], row["mission_acronym"] or None] = numbers
    assert printed(seeded_database) == wanted


def seeds_without_totals(tmp_path: Path) -> Path:
    folder = tmp_path / "seed_data"
    shutil.copytree(SEED_DATA, folder)
    (folder / "printed_totals.csv").write_text("report,mission,women,men,total\n", encoding="utf-8")
    return folder


def test_a_record_seeded_before_gets_the_totals_as_one_more_change(database: Database, tmp_path: Path):
    seed(database, seeds_without_totals(tmp_path))
    number, _ = last_change(database)
    assert seed(database) == ROWS
    assert last_change(database) == (number + 1, "Seed file printed_totals.csv")
    assert seed(database) == 0
    assert last_change(database)[0] == number + 1
    assert count(database, PrintedTotal) == ROWS


def test_totals_of_reports_that_were_retracted_are_not_seeded(database: Database, tmp_path: Path):
    seed(database, seeds_without_totals(tmp_path))
    with database.write() as session:
        retract_report(session, make_change(session), "un-dpo-2024-03-31")
    assert seed(database) == ROWS - 22
    assert seed(database) == 0
    assert "un-dpo-2024-03-31" not in {row["report"] for row in listed(database)}


def test_corrected_and_retracted_totals_survive_the_next_seeding(seeded_database: Database):
    keys = {row["report"]: row["id"] for row in listed(seeded_database, level=["grand"])}
    with seeded_database.write() as session:
        change = make_change(session)
        retract(session, change, PRINTED_TOTALS, keys["un-dpo-2024-01-31"])
        march = make_printed_total(id=keys["un-dpo-2024-03-31"], report="un-dpo-2024-03-31", mission=None, total=1)
        correct(session, change, PRINTED_TOTALS, march)
        retract_report(session, change, "un-dpo-2017-12-31")  # a grand total is all it had
    assert seed(seeded_database) == 0
    left = {row["report"]: row["total"] for row in listed(seeded_database, level=["grand"], as_of__lt="2024-04")}
    assert {"un-dpo-2017-12-31", "un-dpo-2024-01-31"}.isdisjoint(left)
    assert left["un-dpo-2024-03-31"] == 1


# --- the schema ---


def test_the_schema_goes_down_and_up_again_with_totals_in_it(databases: Databases, seeded_database: Database):
    earlier = Database(Settings(database_url=databases.empty()))
    migrate(earlier, "0001")
    tables, kept = schema(seeded_database), indexes(seeded_database)
    headcounts, changes = count(seeded_database, Headcount), last_change(seeded_database)
    totals = printed(seeded_database)

    migrate(seeded_database, "0001", down=True)
    assert schema(seeded_database) == schema(earlier)
    assert indexes(seeded_database) == indexes(earlier)
    earlier.close()

    migrate(seeded_database)
    assert (schema(seeded_database), indexes(seeded_database)) == (tables, kept)
    assert (count(seeded_database, Headcount), last_change(seeded_database)) == (headcounts, changes)
    assert count(seeded_database, PrintedTotal) == 0
    assert seed(seeded_database) == ROWS
    assert printed(seeded_database) == totals


def test_the_past_and_the_doubtful_are_indexed_like_the_present(database: Database):
    lines = indexes(database)
    for name in (
        "ix_headcount_report_country_mission",
        "ix_headcount_country_id",
        "ix_headcount_mission_id",
        "ix_report_as_of_last",
        "ix_printed_total_report",
    ):
        [line] = [line for line in lines if name in line]
        assert "WHERE" not in line, name
    [doubtful] = [line for line in lines if "ix_headcount_doubtful" in line]
    assert "WHERE" in doubtful
    assert "disputed" in doubtful
    assert "superseded" not in doubtful
