"""The law of the counts that stand, rule by rule, on both engines."""

import pytest

from app.answers.totals import TotalsQuery, totals
from app.core.database import Database
from app.core.errors import InvalidRequest, UnknownCode
from app.core.history import correct, record, retract
from app.core.settings import Settings
from app.headcounts.store import HEADCOUNTS, retract_report
from tests.conftest import serving
from tests.rows import make_change, make_headcount
from tests.worlds import ask, by, make_places, months, rows_of, stands, state, total, un_table

KAZ = {"country": ["KAZ"], "mission": ["UNDOF"]}


@pytest.fixture
def world(database: Database) -> Database:
    make_places(database)
    return database


# --- what a report says ---


def test_a_complete_report_says_zero_of_whom_it_leaves_out(world: Database):
    un_table(world, "2024-01-31", {"country": "FJI", "total": 5})
    assert total(world, as_of="2024-01-31", **KAZ) == (0, False, None)
    assert stands(world, as_of="2024-01-31", **KAZ) == [("KAZ", "UNDOF", None, 0, "un-2024-01-31")]


def test_a_partial_report_says_nothing_of_whom_it_leaves_out(world: Database):
    state(world, "paper", "2024-01-31", {"country": "FJI", "total": 5})
    assert total(world, as_of="2024-01-31", **KAZ) == (None, False, "no_observation")
    assert total(world, as_of="2024-01-31") == (5, True, None)
    assert total(world, as_of="2024-01-31", country=["FJI"]) == (5, True, None)
    assert total(world, as_of="2024-01-31", country=["FJI"], mission=["UNDOF"]) == (5, False, None)


def test_a_report_complete_for_listed_missions_says_zero_there_and_nothing_elsewhere(world: Database):
    state(world, "own", "2024-01-31", {"country": "FJI", "total": 5}, scope="listed_missions", missions=["UNDOF"])
    assert total(world, as_of="2024-01-31", **KAZ) == (0, False, None)
    assert total(world, as_of="2024-01-31", mission=["UNDOF"]) == (5, False, None)
    assert total(world, as_of="2024-01-31") == (5, True, None)
    assert total(world, as_of="2024-01-31", mission=["MNF"]) == (None, False, "no_observation")


def test_a_stated_zero_is_a_count(world: Database):
    state(world, "paper", "2024-01-31", {"total": 0})
    assert total(world, as_of="2024-01-31", **KAZ) == (0, False, None)


def test_a_table_of_the_un_is_silent_about_missions_of_others(world: Database):
    un_table(world, "2024-01-31", {"total": 5})
    assert total(world, as_of="2024-01-31", mission=["MNF"]) == (None, False, "no_observation")


# --- the latest statement stands ---


def test_the_latest_statement_not_after_the_day_stands(world: Database):
    un_table(world, "2024-01-31", {"total": 6})
    un_table(world, "2024-02-29", {"total": 7})
    assert [total(world, as_of=day)[0] for day in ("2024-01-31", "2024-02-28", "2024-02-29", "2024-03-15")] == [
        6,
        6,
        7,
        7,
    ]
    assert total(world, as_of="2024-01-30") == (None, False, "no_report")


def test_a_later_partial_statement_stands_over_an_older_table_for_what_it_names(world: Database):
    un_table(world, "2024-01-31", {"total": 6}, {"country": "FJI", "total": 5})
    state(world, "paper", "2024-02-10", {"total": 20})
    assert by(world, "country", as_of="2024-02-15") == {"FJI": 5, "KAZ": 20}
    assert total(world, as_of="2024-02-15") == (25, False, None)


def test_a_later_table_says_zero_of_what_only_an_older_paper_names(world: Database):
    state(world, "paper", "2024-01-20", {"total": 20})
    un_table(world, "2024-01-31", {"country": "FJI", "total": 5})
    assert by(world, "country", as_of="2024-02-01") == {"FJI": 5}
    assert total(world, as_of="2024-02-01", **KAZ) == (0, False, None)


def test_a_listed_report_between_says_zero_too(world: Database):
    un_table(world, "2024-01-31", {"total": 6}, {"country": "FJI", "mission": "UNMIBH", "total": 5})
    state(world, "own", "2024-02-10", {"country": "FJI", "total": 1}, scope="listed_missions", missions=["UNDOF"])
    assert by(world, "country", "mission", as_of="2024-02-15", country=["KAZ", "FJI"], mission=["UNDOF"]) == {
        ("FJI", "UNDOF"): 1,
        ("KAZ", "UNDOF"): 0,
    }


@pytest.mark.parametrize(
    ("first", "second", "standing"),
    [
        ({"scope": "partial"}, {"scope": "all_missions"}, "second"),
        ({"scope": "all_missions"}, {"kind": "un_monthly_report"}, "first"),
        ({"kind": "government"}, {"kind": "un_monthly_report"}, "second"),
        ({"kind": "news"}, {"kind": "government"}, "second"),
        ({"kind": "research"}, {"kind": "dataset"}, "second"),
        ({"published_on": "2024-02-10"}, {"published_on": "2024-02-09"}, "first"),
        ({"published_on": "2024-02"}, {"published_on": "2024-02-09"}, "first"),
        ({"published_on": None}, {"published_on": "2024-02-09"}, "second"),
        ({}, {}, "second"),
    ],
)
def test_ties_on_one_date_are_decided_by_the_law(world: Database, first: dict, second: dict, standing: str):
    state(world, "first", "2024-01-31", {"total": 1}, **first)
    state(world, "second", "2024-01-31", {"total": 2}, **second)
    assert [row[4] for row in stands(world, as_of="2024-01-31", **KAZ)] == [standing]


def test_a_month_counts_as_its_last_day(world: Database):
    state(world, "paper", "2024-02", {"total": 3})
    assert total(world, as_of="2024-02-28", **KAZ)[0] is None
    assert total(world, as_of="2024-02-29", **KAZ) == (3, False, None)
    assert total(world, as_of="2024-02", **KAZ) == (3, False, None)


def test_the_default_date_is_that_of_the_latest_report_in_scope(world: Database):
    un_table(world, "2024-01-31", {"total": 6})
    state(world, "paper", "2024-02-10", {"total": 20})
    assert total(world)[0] == 20
    assert total(world, source=["un-2024-01-31"])[0] == 6
    assert total(world, completeness="complete")[0] == 6


# --- staleness ---


def test_a_statement_counts_for_92_days_and_is_stale_after(world: Database):
    un_table(world, "2024-01-31", {"total": 6})
    assert total(world, as_of="2024-05-02", **KAZ) == (6, False, None)
    assert total(world, as_of="2024-05-03", **KAZ) == (None, False, "stale")
    assert total(world, as_of="2024-05-03", max_age=93, **KAZ) == (6, False, None)
    assert total(world, as_of="2024-02-01", max_age=0, **KAZ) == (None, False, "stale")


def test_what_was_only_ever_named_by_a_paper_is_stale_and_its_neighbours_are_not_observed(world: Database):
    state(world, "old", "2023-01-31", {"total": 6})
    state(world, "new", "2024-01-31", {"country": "FJI", "total": 5})
    assert total(world, as_of="2024-01-31", **KAZ) == (None, False, "stale")
    assert total(world, as_of="2024-01-31", country=["FJI"], mission=["UNMIBH"]) == (None, False, "mission_ended")


def test_the_future_is_unknown(world: Database):
    un_table(world, "2025-12-31", {"total": 6})
    assert total(world, as_of="2026-01-03") == (None, False, "future_date")
    assert total(world, as_of="2026-01-02") == (6, False, None)


def test_before_a_mission_began_nothing_is_known_of_it_and_after_its_end_it_is_empty(world: Database):
    un_table(world, "1990-01-31", {"total": 6})
    un_table(world, "2003-01-31", {"total": 6})
    assert total(world, as_of="1990-01-31", mission=["UNMIBH"]) == (None, False, "mission_not_started")
    assert total(world, as_of="2003-01-31", mission=["UNMIBH"]) == (0, False, None)


def test_nothing_is_carried_over_the_end_of_a_mission(world: Database):
    state(world, "paper", "2002-12-20", {"mission": "UNMIBH", "total": 9})
    assert total(world, as_of="2002-12-31", mission=["UNMIBH"], country=["KAZ"]) == (9, False, None)
    assert total(world, as_of="2003-01-10", mission=["UNMIBH"], country=["KAZ"]) == (None, False, "mission_ended")


def test_people_counted_after_the_end_are_counted(world: Database):
    un_table(world, "2003-01-31", {"mission": "UNMIBH", "total": 4})
    assert total(world, as_of="2003-01-31", mission=["UNMIBH"]) == (4, False, None)


# --- rows that do not count ---


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"status": "disputed"}, "disputed"),
        ({"bound": "about"}, "not_exact"),
        ({"bound": "at_least"}, "not_exact"),
        ({"measure": "cumulative_served"}, "no_observation"),
        ({"measure": "peak"}, "no_observation"),
    ],
)
def test_a_count_that_cannot_be_used_leaves_the_value_unknown(world: Database, values: dict, reason: str):
    state(world, "paper", "2024-01-31", {"total": 60, **values})
    assert total(world, as_of="2024-01-31", **KAZ) == (None, False, reason)
    assert stands(world, as_of="2024-01-31", country=["KAZ"]) == []


def test_a_disputed_row_of_a_table_is_neither_a_count_nor_a_zero(world: Database):
    un_table(world, "2024-01-31", {"total": 8, "status": "disputed"}, {"country": "FJI", "total": 5})
    assert total(world, as_of="2024-01-31", **KAZ) == (None, False, "disputed")
    assert total(world, as_of="2024-01-31") == (5, True, None)
    assert months(world, "2024-01", "2024-01", **KAZ) == [("2024-01", None, "disputed")]


def test_a_disputed_statement_is_as_if_it_had_not_been_made(world: Database):
    un_table(world, "2023-12-31", {"total": 2})
    un_table(world, "2024-01-31", {"total": 8, "status": "disputed"}, {"country": "FJI", "total": 5})
    assert stands(world, as_of="2024-01-31", **KAZ) == [("KAZ", "UNDOF", "troops", 2, "un-2023-12-31")]
    assert total(world, as_of="2024-01-31") == (7, False, None)


def test_another_statement_of_the_day_stands_in_for_a_disputed_one(world: Database):
    un_table(world, "2024-01-31", {"total": 8, "status": "disputed"})
    state(world, "paper", "2024-01-31", {"total": 3})
    assert stands(world, as_of="2024-01-31", **KAZ) == [("KAZ", "UNDOF", "troops", 3, "paper")]


def test_a_statement_that_is_disputed_in_part_is_a_lower_bound(world: Database):
    police = {"personnel_type": "individual_police", "total": 8, "status": "disputed"}
    un_table(world, "2024-01-31", {"total": 100}, police)
    assert total(world, as_of="2024-01-31", **KAZ) == (100, True, None)


def test_two_disputed_tables_in_a_row_leave_the_value_unknown(world: Database):
    for day in ("2023-12-31", "2024-01-31"):
        un_table(world, day, {"total": 8, "status": "disputed"}, {"country": "FJI", "total": 5})
    assert total(world, as_of="2024-01-31", **KAZ) == (None, False, "disputed")
    assert by(world, "country", as_of="2024-01-31") == {"FJI": 5, "KAZ": None}


def test_people_of_one_contingent_are_inside_the_count_of_their_country(seeded_database: Database):
    with seeded_database.write() as session:
        one = make_headcount(report="un-dpo-2024-03-31", contingent="kaz-undof-2024", total=139)
        record(session, make_change(session), HEADCOUNTS, [one])
    assert total(seeded_database, as_of="2024-03-31", **KAZ) == (139, False, None)


# --- kinds of people ---


def test_kinds_of_one_report_never_mix_with_those_of_another(world: Database):
    state(world, "paper", "2024-01-31", {"personnel_type": "unspecified", "total": 9}, published_on="2024-02-03")
    state(world, "other", "2024-01-31", {"total": 8}, {"personnel_type": "staff_officer", "total": 2})
    assert total(world, as_of="2024-01-31", **KAZ) == (9, False, None)


def test_a_total_is_not_added_to_its_kinds(world: Database):
    state(world, "paper", "2024-01-31", {"personnel_type": "unspecified", "total": 9}, {"total": 8})
    assert total(world, as_of="2024-01-31", **KAZ) == (8, False, None)
    explained = rows_explained(world, as_of="2024-01-31", **KAZ)
    assert explained == ([("troops", 8, None)], [("unspecified", 9, "total_of_kinds")])


def test_a_count_without_kind_cannot_answer_a_question_about_kinds(world: Database):
    state(world, "paper", "2024-01-31", {"personnel_type": "unspecified", "total": 9})
    assert total(world, as_of="2024-01-31", personnel_type=["troops"], **KAZ) == (None, False, "not_split_by_type")
    assert by(world, "personnel_type", as_of="2024-01-31", **KAZ) == {"unspecified": 9}


def test_a_total_and_its_kinds_cannot_be_asked_for_together(world: Database):
    with pytest.raises(InvalidRequest, match="cannot be added"):
        total(world, personnel_type=["troops", "unspecified"])


def test_women_are_unknown_where_a_part_is_not_split(world: Database):
    un_table(world, "2024-01-31", {"total": 6, "women": 1, "men": 5}, {"country": "FJI", "total": 5})
    [row] = rows_of(world, totals, TotalsQuery(as_of="2024-01-31"))
    assert (row.total, row.women, row.men, row.reason) == (11, None, None, "not_split_by_sex")
    assert by(world, "sex", as_of="2024-01-31") == {"women": 1, "men": 5, "unknown": 5}
    assert total(world, as_of="2024-01-31", sex="women") == (1, True, None)
    assert total(world, as_of="2024-01-31", sex="women", country=["FJI"]) == (None, False, "not_split_by_sex")


# --- missions that are parts of others ---


def test_a_part_of_a_mission_is_not_added_to_it(world: Database):
    un_table(world, "2000-01-31", {"mission": "UNMIBH", "total": 9}, {"mission": "IPTF", "total": 7})
    assert total(world, as_of="2000-01-31") == (9, False, None)
    assert total(world, as_of="2000-01-31", mission=["IPTF"]) == (7, False, None)
    with pytest.raises(InvalidRequest, match="part of UNMIBH"):
        total(world, mission=["IPTF", "UNMIBH"])


def test_missions_of_others_are_counted_only_if_named(world: Database):
    state(world, "paper", "2024-01-31", {"mission": "MNF", "total": 27}, {"total": 5})
    assert total(world, as_of="2024-01-31") == (5, True, None)
    assert total(world, as_of="2024-01-31", mission=["MNF"], country=["KAZ"]) == (27, False, None)
    assert total(world, as_of="2024-01-31", mission_kind=["non_un"]) == (27, True, None)


# --- tables by country alone ---


def test_a_table_by_country_answers_for_countries_and_not_for_missions(world: Database):
    un_table(world, "2018-02-28", {"total": 6})
    rows = ({"mission": None, "total": 7}, {"country": "FJI", "mission": None, "total": 5})
    un_table(world, "2018-03-31", *rows, breakdown="country")
    assert by(world, "country", as_of="2018-03-31") == {"FJI": 5, "KAZ": 7}
    assert by(world, "region", as_of="2018-03-31") == {None: 7, "Oceania": 5}
    assert total(world, as_of="2018-03-31") == (12, False, None)
    assert total(world, as_of="2018-03-31", **KAZ) == (None, False, "not_published_by_mission")
    assert months(world, "2018-02", "2018-04", **KAZ) == [
        ("2018-02", 6, None),
        ("2018-03", None, "not_published_by_mission"),
        ("2018-04", None, "no_report"),
    ]
    assert months(world, "2018-02", "2018-03") == [("2018-02", 6, None), ("2018-03", 12, None)]


def test_of_two_tables_of_one_day_the_one_by_mission_stands(world: Database):
    un_table(world, "2018-03-31", {"total": 7})
    state(
        world, "ranking", "2018-03-31", {"mission": None, "total": 7},
        kind="un_monthly_report", scope="all_missions", breakdown="country",
    )  # fmt: skip
    assert total(world, as_of="2018-03-31", **KAZ) == (7, False, None)
    assert total(world, as_of="2018-03-31") == (7, False, None)


def test_an_extract_by_country_is_used_where_nothing_else_is(world: Database):
    state(world, "extract", "2018-03-31", {"mission": None, "total": 7}, breakdown="country")
    assert total(world, as_of="2018-03-31", country=["KAZ"]) == (7, True, None)
    assert total(world, as_of="2018-03-31", **KAZ) == (None, False, "not_published_by_mission")


# --- the record as it was ---


def test_a_superseded_or_retracted_row_never_counts_and_the_past_keeps_it(world: Database):
    [number] = un_table(world, "2024-01-31", {"total": 6})
    with world.write() as session:
        before = make_change(session).recorded_at
        correct(session, make_change(session), HEADCOUNTS, make_headcount(id=number, report="un-2024-01-31", total=7))
    assert total(world, as_of="2024-01-31") == (7, False, None)
    assert total(world, as_of="2024-01-31", known_at=before) == (6, False, None)
    with world.write() as session:
        retract(session, make_change(session), HEADCOUNTS, number)
    assert total(world, as_of="2024-01-31") == (0, False, None)
    with world.write() as session:
        retract_report(session, make_change(session), "un-2024-01-31")
    assert total(world, as_of="2024-01-31") == (None, False, "no_report")
    assert total(world, as_of="2024-01-31", known_at=before) == (6, False, None)


# --- series ---


def test_a_series_carries_nothing_over(world: Database):
    un_table(world, "2024-01-31", {"total": 6})
    un_table(world, "2024-03-31", {"country": "FJI", "total": 5})
    state(world, "paper", "2024-04-20", {"country": "FJI", "total": 5})
    assert months(world, "2024-01", "2024-04", **KAZ) == [
        ("2024-01", 6, None),
        ("2024-02", None, "no_report"),
        ("2024-03", 0, None),
        ("2024-04", None, "no_observation"),
    ]


def test_a_report_dated_by_its_year_belongs_to_no_month(world: Database):
    state(world, "book", "2024", {"total": 6})
    assert months(world, "2024-12", "2024-12", **KAZ) == [("2024-12", None, "no_report")]
    assert total(world, as_of="2024-12-31", **KAZ) == (6, False, None)


def test_from_after_to_is_refused(world: Database):
    with pytest.raises(InvalidRequest, match="earlier month first"):
        months(world, "2024-02", "2024-01")


# --- what is asked ---


def test_explained_rows_are_all_rows_and_each_has_its_reason(world: Database):
    un_table(world, "2023-12-31", {"total": 2})
    un_table(world, "2024-01-31", {"total": 6}, {"personnel_type": "staff_officer", "total": 1, "status": "disputed"})
    state(world, "paper", "2024-01-31", {"total": 5}, {"total": 538, "measure": "cumulative_served"})
    counted, others = rows_explained(world, as_of="2024-01-31", **KAZ)
    assert counted == [("troops", 6, None)]
    assert sorted(others) == [
        ("staff_officer", 1, "disputed"),
        ("troops", 2, "older_statement"),
        ("troops", 5, "other_statement_stands"),
        ("troops", 538, "not_present"),
    ]


def test_alternatives_are_what_others_state_for_the_same_date(world: Database):
    un_table(world, "2024-01-31", {"total": 6})
    state(world, "paper", "2024-01-31", {"total": 5}, {"personnel_type": "staff_officer", "total": 2})
    state(world, "older", "2024-01-30", {"total": 4})
    with serving(Settings(database_url=world.url.render_as_string(hide_password=False))) as client:
        answer = client.get("/v1/deployments?country=KAZ&alternatives=true&as_of=2024-01-31").json()
    [row] = answer["data"]
    assert (row["total"], row["report"]) == (6, "un-2024-01-31")
    assert row["alternatives"] == [{"report": "paper", "source": "paper", "as_of": "2024-01-31", "total": 7}]


def test_an_unknown_source_is_refused_by_name(world: Database):
    with pytest.raises(UnknownCode, match="'papre' is no known source"):
        total(world, source=["papre"])


def test_an_empty_record_answers_that_there_is_no_report(database: Database):
    assert total(database) == (None, False, "no_report")
    assert stands(database) == []


def rows_explained(database: Database, **asked: object) -> tuple[list[tuple], list[tuple]]:
    with database.read() as session:
        answer = totals(ask(session), TotalsQuery(explain=True, **asked))
    return tuple(
        [(row.personnel_type.value, row.total, row.reason and row.reason.value) for row in answer.beside[name]]
        for name in ("counted", "not_counted")
    )  # type: ignore[return-value]
