"""First and last presence of countries in missions, and claims beside them, on both engines."""

import csv
import io
import json
from collections import defaultdict

import httpx
import pytest

from app.answers.presences import PresencesQuery, presences
from app.core.database import Database
from app.core.history import record
from app.headcounts.models import HeadcountStatus
from app.missions.models import MissionLineageIn
from app.missions.store import MISSION_LINEAGES
from app.sources.models import ClaimIn
from app.sources.store import CLAIMS
from tests.conftest import ARTICLE, SHARED
from tests.real_data import rows_of as rows_of_file
from tests.rows import make_change
from tests.statements import noted
from tests.worlds import ask, make_places, state, un_table

# First month and people, last month and people, first month of the most people and these, months with people.
KAZAKHSTAN = {
    "MINURSO": ("2015-01", 3, "2025-07", 2, "2020-09", 8, 103),
    "MINUSCA": ("2022-08", 2, "2025-07", 2, "2022-08", 2, 35),
    "MINUSMA": ("2017-02", 1, "2023-10", 1, "2022-11", 2, 12),
    "MONUSCO": ("2023-10", 1, "2025-07", 1, "2023-12", 2, 22),
    "UNAMID": ("2017-05", 1, "2017-07", 1, "2017-05", 1, 3),
    "UNDOF": ("2024-02", 20, "2025-07", 143, "2024-11", 143, 18),
    "UNIFIL": ("2019-09", 123, "2025-07", 9, "2021-02", 245, 68),
    "UNISFA": ("2020-02", 1, "2020-04", 1, "2020-02", 1, 3),
    "UNMISS": ("2025-06", 2, "2025-07", 2, "2025-06", 2, 2),
    "UNOCI": ("2015-04", 2, "2017-01", 1, "2015-04", 2, 21),
    "UNTSO": ("2024-10", 1, "2025-07", 2, "2024-11", 2, 10),
}
NUMBERS = ("first_month", "first_total", "last_month", "last_total", "peak_month", "peak_total", "months")


def body(client: httpx.Client, **params: object) -> dict:
    answer = client.get("/v1/presences", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(database: Database, **asked: object) -> dict[tuple[str, str], tuple]:
    """(country, mission) to (first, last, months, months reported, still there, told until, reason)."""
    with database.read() as session:
        return {
            (row.country, row.mission): (
                row.first_month, row.last_month, row.months, row.months_reported, row.still_there, row.told_until,
                row.reason,
            )
            for row in presences(ask(session), PresencesQuery(**asked)).rows
        }  # fmt: skip


# --- the record of Kazakhstan ---


def test_kazakhstan_was_first_and_last_seen_in_eleven_missions(seeded: httpx.Client):
    answer = body(seeded, country="KAZ")
    assert {row["mission"]: tuple(row[name] for name in NUMBERS) for row in answer["data"]} == KAZAKHSTAN
    assert [row["mission"] for row in answer["data"]] == sorted(KAZAKHSTAN)
    still = {row["mission"] for row in answer["data"] if row["still_there"]}
    assert still == {"MINURSO", "MINUSCA", "MONUSCO", "UNDOF", "UNIFIL", "UNMISS", "UNTSO"}
    assert {row["still_there"] for row in answer["data"] if row["mission"] not in still} == {False}
    assert (answer["meta"]["from"], answer["meta"]["to"]) == ("2015-01", "2025-07")


def test_the_months_are_those_of_the_file_of_the_un(seeded: httpx.Client):
    file = SHARED / "data" / "un-dpo_kazakhstan_2015-01_2025-07.csv"
    if not file.exists():
        pytest.skip("the real tables are not at hand")
    people: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows_of_file(file):
        people[row["mission_acronym"]][row["last_reporting_date"][:7]] += int(row["total_personnel"])
    people.pop("")  # months published by country alone
    for row in body(seeded, country="KAZ")["data"]:
        months = {month: total for month, total in people.pop(row["mission"]).items() if total > 0}
        first, last = min(months), max(months)
        assert (row["first_month"], row["first_total"]) == (first, months[first])
        assert (row["last_month"], row["last_total"], row["months"]) == (last, months[last], len(months))
    assert dict(people) == {}


def test_a_row_tells_reports_sources_and_the_addresses_of_its_counts(seeded: httpx.Client):
    [row] = body(seeded, country="KAZ", mission="UNDOF")["data"]
    assert row == {
        "country": "KAZ",
        "country_name": "Kazakhstan",
        "mission": "UNDOF",
        "mission_name": "United Nations Disengagement Observer Force",
        "first_month": "2024-02",
        "last_month": "2025-07",
        "first_total": 20,
        "last_total": 143,
        "peak_month": "2024-11",
        "peak_total": 143,
        "at_least": False,
        "months": 18,
        "months_reported": 18,
        "still_there": True,
        "told_until": "2025-07",
        "reason": None,
        "first_reports": ["un-dpo-2024-02-29"],
        "last_reports": ["un-dpo-2025-07-31"],
        "sources": ["un-dpo-2024-02-29", "un-dpo-2025-07-31"],
        "rows_first": "/v1/deployments?country=KAZ&mission=UNDOF&as_of=2024-02-29&max_age=28",
        "rows_last": "/v1/deployments?country=KAZ&mission=UNDOF&as_of=2025-07-31&max_age=30",
    }


def test_the_addresses_lead_to_the_counts(seeded: httpx.Client):
    for row in body(seeded, country="KAZ,IRL", sex="women")["data"]:
        for end in ("first", "last"):
            counts = seeded.get(row[f"rows_{end}"]).json()["data"]
            assert sum(count["total"] for count in counts) == row[f"{end}_total"], row
            assert {count["report"] for count in counts} <= set(row[f"{end}_reports"])


def test_from_and_to_bound_the_months(seeded: httpx.Client):
    [row] = body(seeded, country="KAZ", mission="UNIFIL", **{"from": "2023-01", "to": "2024-01"})["data"]
    assert (row["first_month"], row["last_month"], row["months"], row["still_there"]) == (
        "2023-01",
        "2024-01",
        12,
        True,
    )
    answer = body(seeded, country="KAZ", to="2014-12")
    assert (answer["data"], answer["meta"]["to"]) == ([], "2014-12")


def test_kinds_of_people_and_completeness_narrow_what_is_seen(seeded: httpx.Client):
    [row] = body(seeded, country="KAZ", mission="UNIFIL", personnel_type="staff_officer")["data"]
    assert row["peak_total"] < 245
    [row] = body(seeded, country="KAZ", mission="UNDOF", completeness="complete")["data"]
    assert (row["first_month"], row["last_month"], row["months"]) == ("2024-02", "2025-07", 7)
    assert body(seeded, country="KAZ", mission="UNISFA", completeness="complete")["data"][0]["months"] == 0


def test_a_pair_that_reports_say_nothing_of_is_told_with_the_reason_and_its_claims(seeded: httpx.Client):
    answer = body(seeded, country="KAZ", mission="MNF-I")
    [row] = answer["data"]
    assert (row["first_month"], row["still_there"], row["reason"]) == (None, None, "mission_ended")
    assert [claim["claim"] for claim in answer["participations"]] == [
        "caspian-news-2024-01-20.a27",
        "kazinform-2024-05-07.iraq-27",
    ]


def test_a_pair_that_was_never_there_has_no_reason(seeded: httpx.Client):
    [row] = body(seeded, country="KAZ", mission="UNFICYP")["data"]
    assert (row["first_month"], row["months"], row["months_reported"], row["still_there"], row["reason"]) == (
        None, 0, 16, False, None,
    )  # fmt: skip
    assert (row["rows_first"], row["sources"]) == (None, [])


def test_lineage_joins_missions_that_followed_one_another(seeded: httpx.Client):
    apart = {row["mission"]: row for row in body(seeded, country="BGD", mission="MINUSTAH,MINUJUSTH")["data"]}
    [line] = body(seeded, country="BGD", mission="MINUSTAH,MINUJUSTH", lineage="true")["data"]
    assert line["mission"] == "BINUH"
    assert line["first_month"] == apart["MINUSTAH"]["first_month"]
    assert line["months"] == apart["MINUSTAH"]["months"] + apart["MINUJUSTH"]["months"]


# --- participation without counts ---


def test_the_five_participations_of_the_article_stand_apart(seeded: httpx.Client):
    missions = "UNOCI,MINURSO,UNIFIL,MINUSCA,MINUSMA"
    answer = body(seeded, country="KAZ", mission=missions, source=ARTICLE)
    found = {claim["mission"]: claim for claim in answer["participations"]}
    assert sorted(found) == ["MINURSO", "MINUSCA", "MINUSMA", "UNIFIL", "UNOCI"]
    assert found["UNOCI"] == {
        "claim": "caspian-news-2024-01-20.a30-unoci",
        "country": "KAZ",
        "country_name": "Kazakhstan",
        "mission": "UNOCI",
        "mission_name": "United Nations Operation in Côte d'Ivoire",
        "about": None,
        "certainty": "inferred",
        "statement": "In recent years Kazakhstan has sent people to Côte d'Ivoire.",
        "source": ARTICLE,
        "locator": "statement 30 of 32, part 1 of 5",
    }
    # The article counts people in three of them in January 2024; the claims add nothing to that.
    assert {row["mission"]: row["last_total"] for row in answer["data"]} == {
        "MINURSO": 6, "MINUSCA": 2, "MINUSMA": None, "UNIFIL": 9, "UNOCI": None,
    }  # fmt: skip


def test_participations_follow_country_and_mission_and_state(seeded: httpx.Client):
    assert body(seeded, country="IRL")["participations"] == []
    assert len(body(seeded, country="KAZ")["participations"]) == 9
    assert len(body(seeded)["participations"]) == 9
    assert [one["mission"] for one in body(seeded, host="MLI")["participations"]] == ["MINUSMA"]
    assert body(seeded, known_at="2001-01-01")["participations"] == []


# --- made-up worlds ---


def test_a_month_tells_what_its_own_reports_tell(database: Database):
    make_places(database)
    un_table(database, "2024-01-31", {"country": "FJI", "total": 5})
    state(database, "february", "2024-02-29", {"total": 6})
    state(database, "may", "2024-05-31", {"total": 0})
    un_table(database, "2024-06-30", {"total": 4}, {"country": "FJI", "total": 5})
    assert told(database) == {
        # January says zero of Kazakhstan, March and April say nothing, May says zero.
        ("FJI", "UNDOF"): ("2024-01", "2024-06", 2, 2, True, "2024-06", None),
        ("KAZ", "UNDOF"): ("2024-02", "2024-06", 2, 3, True, "2024-06", None),
    }
    assert told(database, to="2024-05")["KAZ", "UNDOF"] == ("2024-02", "2024-02", 1, 1, False, "2024-05", None)
    # The table of January is more than 92 days old by the end of May.
    assert told(database, to="2024-05")["FJI", "UNDOF"] == ("2024-01", "2024-01", 1, 1, None, "2024-01", None)
    assert told(database, to="2024-04")["FJI", "UNDOF"][4] is True


def test_a_report_of_a_year_belongs_to_no_month(database: Database):
    make_places(database)
    state(database, "yearbook", "2023", {"total": 6})
    assert told(database) == {}
    assert told(database, country=["KAZ"], mission=["UNDOF"]) == {}
    state(database, "paper", "2024-02", {"total": 6})
    assert told(database) == {("KAZ", "UNDOF"): ("2024-02", "2024-02", 1, 1, True, "2024-02", None)}


def test_a_disputed_count_tells_nothing(database: Database):
    make_places(database)
    state(database, "paper", "2024-01-31", {"total": 6, "status": HeadcountStatus.DISPUTED})
    assert told(database) == {}
    assert told(database, country=["KAZ"], mission=["UNDOF"]) == {
        ("KAZ", "UNDOF"): (None, None, 0, 0, None, None, "disputed")
    }


def test_a_line_with_an_unknown_part_is_a_lower_bound(database: Database):
    make_places(database)
    with database.write() as session:
        shape = MissionLineageIn(predecessor="UNMIBH", successor="UNDOF")
        record(session, make_change(session), MISSION_LINEAGES, [shape])
    state(database, "paper", "1996-01-31", {"mission": "UNMIBH", "total": 6})
    with database.read() as session:
        query = PresencesQuery(lineage=True, country=["KAZ"], mission=["UNDOF"])
        [row] = presences(ask(session), query).rows
    assert (row.first_total, row.at_least) == (6, True)


def test_a_claim_of_participation_is_never_a_presence(database: Database):
    make_places(database)
    state(database, "paper", "2024-01-31")
    claim = {
        "id": "paper.1", "source": "paper", "kind": "participation", "certainty": "stated", "country": "KAZ",
        "statement": "Kazakhstan took part.", "value": 27,
    }  # fmt: skip
    with database.write() as session:
        record(session, make_change(session), CLAIMS, [ClaimIn.model_validate(claim)])
    with database.read() as session:
        answer = presences(ask(session), PresencesQuery(country=["KAZ"]))
        assert (list(answer.rows), [one.claim for one in answer.beside["participations"]]) == ([], ["paper.1"])


# --- refusals, formats and cost ---


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2024-03&to=2024-01", "from"),
        ("from=2024", "from"),
        ("to=2024-13", "to"),
        ("country=KAX", "country"),
        ("mission=UNDOFF", "mission"),
        ("source=nobody", "source"),
        ("as_of=2024-01-31", "as_of"),
        ("by=country", "by"),
    ],
)
def test_a_bad_value_is_refused_by_name(seeded_sqlite: httpx.Client, query: str, parameter: str):
    answer = seeded_sqlite.get(f"/v1/presences?{query}")
    assert answer.status_code == 422, answer.text
    assert parameter in [error.get("parameter") for error in answer.json()["errors"]]
    if parameter in ("country", "mission"):
        assert {"country": "KAZ", "mission": "UNDOF"}[parameter] in answer.json()["errors"][0]["near"]


def test_months_to_come_hold_nothing(seeded: httpx.Client):
    answer = body(seeded, **{"from": "2099-01"})
    assert (answer["data"], answer["meta"]["from"], answer["meta"]["to"]) == ([], "2099-01", "2099-01")
    [row] = body(seeded, **{"from": "2099-01", "country": "KAZ", "mission": "UNDOF"})["data"]
    assert (row["first_month"], row["still_there"], row["reason"]) == (None, None, "future_date")


def test_csv_and_ndjson_hold_the_same_rows(seeded: httpx.Client):
    rows = body(seeded, country="KAZ,IRL")["data"]
    lines = seeded.get("/v1/presences?country=KAZ,IRL&format=ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == rows
    table = seeded.get("/v1/presences?country=KAZ,IRL&format=csv").text
    assert table.splitlines()[0] == (
        "country,country_name,mission,mission_name,first_month,last_month,first_total,last_total,peak_month,"
        "peak_total,at_least,months,months_reported,still_there,told_until,reason,first_reports,last_reports,sources"
    )
    found = [(row["country"], row["mission"], int(row["peak_total"])) for row in csv.DictReader(io.StringIO(table))]
    assert found == [(row["country"], row["mission"], row["peak_total"]) for row in rows]


@pytest.mark.parametrize("query", ["", "?country=KAZ", "?country=KAZ&mission=UNDOF", "?from=2015-01&to=2015-02"])
def test_the_number_of_statements_does_not_grow_with_the_months(seeded: httpx.Client, query: str):
    seeded.get(f"/v1/presences{query}")
    with noted(seeded.app.state.database.reader) as asked:
        assert seeded.get(f"/v1/presences{query}").status_code == 200
    assert len(asked) == 3, [statement[:60] for statement, _ in asked]
