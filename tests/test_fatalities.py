"""Fatalities: one record a death, found by what is known of it, and summed without ever telling a zero."""

import csv
import io
import re
from collections.abc import Iterator

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.answers.facts import load_facts
from app.core.database import Database
from app.core.errors import RecordConflict
from app.core.history import correct, open_view, record, retract
from app.core.settings import Settings
from app.countries.store import COUNTRIES
from app.fatalities.models import FatalityIn
from app.fatalities.rules import settle
from app.fatalities.store import FATALITIES
from app.migrate import migrate
from app.missions.store import MISSIONS, load_names
from app.sources.store import SOURCES
from tests.conftest import SHARED, Databases, serving
from tests.desks import desk_at
from tests.rows import make_change, make_country, make_fatality, make_mission, make_source, make_world
from tests.statements import noted
from tests.test_migrations import indexes, schema

LIST = SHARED / "data" / "un-psdata_fatalities_2025-04.csv"

# number of the casualty, date, mission, nationality, who, what of, sex, source
MADE = [
    (1, "1999-12-31", "UNDOF", "KAZ", "military", "accident", "male", "paper"),
    (2, "2024-01-15", "UNDOF", "KAZ", "military", "malicious_act", "female", "paper"),
    (3, "2024-01-31", "UNDOF", "FJI", "military", "malicious_act", "male", "paper"),
    (4, "2024-02", "UNTSO", "FJI", "police", "illness", "male", "paper"),
    (5, "2024", "UNTSO", None, "local", "illness", None, "list"),
    (6, "2025-03-01", None, "FJI", "other", "unknown", "male", "list"),
]


def make_deaths() -> list[FatalityIn]:
    fields = ("casualty_id", "incident_date", "mission", "nationality", "personnel_type", "incident_type", "sex")
    return [
        make_fatality(**dict(zip((*fields, "source"), (f"X {number}", *rest), strict=True))) for number, *rest in MADE
    ]


@pytest.fixture(scope="module")
def made(databases: Databases) -> Iterator[httpx.Client]:
    """A service that holds the deaths above. Tests that use it only read."""
    url = databases.migrated()
    database = Database(Settings(database_url=url))
    make_world(database)
    with database.write() as session:
        change = make_change(session)
        record(session, change, COUNTRIES, [make_country(iso3="FJI", name="Fiji")])
        record(session, change, MISSIONS, [make_mission(code="UNTSO", name="Truce Supervision")])
        record(session, change, SOURCES, [make_source(id="list", kind="dataset")])
        record(session, change, FATALITIES, make_deaths())
    database.close()
    with serving(Settings(database_url=url)) as client:
        yield client


def ask(client: httpx.Client, path: str, **params: object) -> dict:
    answer = client.get(path, params=params or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(client: httpx.Client, **params: object) -> list[int]:
    return [int(row["casualty_id"][2:]) for row in ask(client, "/v1/fatalities", **params)["data"]]


def sums(client: httpx.Client, by: str, **params: object) -> list[tuple]:
    rows = ask(client, "/v1/fatality-totals", by=by, **params)["data"]
    return [(*(row[name] for name in by.split(",")), row["deaths"]) for row in rows]


# --- the record ---


def test_a_fatality_is_recorded_under_its_casualty_id_and_shown_with_names(database: Database):
    make_world(database)
    with database.write() as session:
        shape = make_fatality(nationality_as_printed="Kazakhstan", mission_as_printed="UNDOF", sex="male")
        assert record(session, make_change(session), FATALITIES, [shape]) == ["undof-2024-01-00001"]
    with serving(Settings(database_url=database.url.render_as_string(hide_password=False))) as client:
        row = ask(client, "/v1/fatalities/undof-2024-01-00001", include="source_record")
        [listed] = ask(client, "/v1/fatalities")["data"]
    assert row.pop("source_record")["title"] == "A paper"
    assert row == listed
    assert row.pop("recorded_at")
    assert row == {
        "id": "undof-2024-01-00001",
        "casualty_id": "UNDOF-2024-01-00001",
        "incident_date": "2024-01-15",
        "mission": "UNDOF",
        "mission_name": "Disengagement Observer Force",
        "mission_as_printed": "UNDOF",
        "nationality": "KAZ",
        "nationality_name": "Kazakhstan",
        "nationality_as_printed": "Kazakhstan",
        "personnel_type": "military",
        "incident_type": "accident",
        "sex": "male",
        "source": "paper",
        "note": None,
        "revision": 1,
        "recorded_in": 5,
    }


@pytest.mark.parametrize(
    ("casualty_id", "key"),
    [
        ("UN SECRETA-1961-09-10864", "un-secreta-1961-09-10864"),
        ("OSE-Syria-2021-02-00001", "ose-syria-2021-02-00001"),
        ("X" * 80, "x" * 80),
    ],
)
def test_the_key_is_made_of_the_casualty_id(casualty_id: str, key: str):
    assert make_fatality(casualty_id=casualty_id).default_key() == key


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("casualty_id", ""),
        ("casualty_id", "-"),
        ("casualty_id", "ÜN-1"),
        ("casualty_id", "X" * 81),
        ("incident_date", "2024-02-30"),
        ("incident_date", None),
        ("personnel_type", "troops"),
        ("incident_type", "war"),
        ("sex", "M"),
        ("nationality", "Kazakhstan"),
        ("source", None),
        ("name", "Somebody"),
    ],
)
def test_a_shape_that_cannot_be_is_refused(field: str, value: object):
    with pytest.raises(ValidationError, match=field):
        make_fatality(**{field: value})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("incident_date", "2024-01-1"),
        ("mission", "NOWHERE"),
        ("nationality", "ZZZ"),
        ("personnel_type", "troops"),
        ("incident_type", "war"),
        ("sex", "M"),
        ("source", "none"),
    ],
)
def test_the_database_refuses_what_cannot_be(database: Database, column: str, value: str):
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), FATALITIES, [make_fatality()])
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(f"UPDATE fatality SET {column} = '{value}'"))


def test_a_casualty_has_one_standing_record(database: Database):
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), FATALITIES, [make_fatality()])
    for twin in (make_fatality(), make_fatality(id="another")):
        with pytest.raises(RecordConflict, match="fatality was not recorded"), database.write() as session:
            record(session, make_change(session), FATALITIES, [twin])
    with database.write() as session:
        retract(session, make_change(session), FATALITIES, "undof-2024-01-00001")
        assert record(session, make_change(session), FATALITIES, [make_fatality(id="another")]) == ["another"]


def test_a_death_is_posted_checked_corrected_and_retracted_like_any_record(databases: Databases):
    body = {
        "casualty_id": "UNIFIL-1978-04-12442", "incident_date": "1978-04-23", "mission": "Fuerza Provisional",
        "nationality": "France", "personnel_type": "military", "incident_type": "malicious_act",
        "source": "caspian-news-2024-01-20",
    }  # fmt: skip
    with desk_at(databases.seeded()) as desk:
        refused = desk.post("/v1/fatalities", {**body, "incident_date": "2999-01-01", "source": "nobody"})
        assert refused.status_code == 422
        assert {one["pointer"] for one in refused.json()["errors"]} == {"/incident_date", "/mission", "/source"}
        assert "lies in the future" in refused.text
        before = desk.post("/v1/fatalities", {**body, "mission": "UNIFIL", "incident_date": "1944"})
        assert "before the United Nations" in before.text
        answer = desk.post("/v1/fatalities", {**body, "mission": "FINUL"})
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == "/v1/fatalities/unifil-1978-04-12442"
        assert (answer.json()["data"]["mission"], answer.json()["data"]["nationality"]) == ("UNIFIL", "FRA")
        twin = desk.post("/v1/fatalities", {**body, "mission": "UNIFIL", "id": "another"})
        assert (twin.status_code, twin.json()["errors"][0]["record"]) == (409, "/v1/fatalities/unifil-1978-04-12442")
        [row] = desk.read("/v1/fatality-totals", by="country")["data"]
        assert (row["country_name"], row["deaths"]) == ("France", 1)
        address, etag = answer.headers["location"], answer.headers["etag"]
        mended = desk.patch(address, {"nationality": None, "reason": "Not known."}, etag)
        assert (mended.status_code, mended.json()["data"]["nationality"]) == (200, None)
        assert desk.read("/v1/fatality-totals", by="country")["data"][0]["country"] is None
        assert desk.delete(address, mended.headers["etag"]).status_code == 200
        assert desk.read("/v1/fatality-totals")["meta"]["reason"] == "no_fatalities"


# --- a casualty that a list names twice ---


def twice(*nationalities: str | None, date: str = "2003-05-05", **values: object) -> list[FatalityIn]:
    printed = {"MNE": "Montenegro", "SCG": "Serbia and Montenegro", "KAZ": "Kazakhstan"}
    return [
        make_fatality(nationality=one, nationality_as_printed=printed.get(one or ""), incident_date=date, **values)
        for one in nationalities
    ]


@pytest.mark.parametrize(
    ("rows", "nationality", "note"),
    [
        (twice("MNE"), "MNE", None),
        (twice("MNE", "SCG"), "SCG", "The source lists the casualty under Montenegro as well."),
        (twice("SCG", "MNE"), "SCG", "The source lists the casualty under Montenegro as well."),
        (twice("MNE", "SCG", date="2007"), "MNE", "The source lists the casualty under Serbia and Montenegro as well."),
        (twice("MNE", "KAZ", "SCG"), "KAZ",
         "The source lists the casualty under Montenegro and Serbia and Montenegro as well."),
        (twice(None, "SCG"), "SCG", None),
        (twice("SCG", "SCG"), "SCG", None),
        (twice(None, None), None, None),
        (twice("MNE", "SCG", note="Seen."), "SCG", "Seen. The source lists the casualty under Montenegro as well."),
    ],
)  # fmt: skip
def test_the_nationality_of_a_country_that_existed_stands(rows: list[FatalityIn], nationality: str, note: str):
    lives = {"MNE": ("2006-06-03", "9999"), "SCG": ("2003-02-04", "2006-06-03"), "KAZ": ("1991", "9999")}
    one = settle(rows, lambda country, date: lives[country][0] <= date < lives[country][1])
    assert (one.nationality, one.note) == (nationality, note)


# --- the list ---


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({}, [1, 5, 2, 3, 4, 6]),
        ({"country": "Kazakhstan"}, [1, 2]),
        ({"country": "KAZ,Fiji", "sort": "-incident_date"}, [6, 4, 3, 2, 1]),
        ({"mission": "UNTSO"}, [5, 4]),
        ({"personnel_type": "military,police"}, [1, 2, 3, 4]),
        ({"incident_type": "illness"}, [5, 4]),
        ({"sex": "female"}, [2]),
        ({"source": "list"}, [5, 6]),
        ({"id": "x-3,x-4"}, [3, 4]),
        ({"incident_date": "2024"}, [5, 2, 3, 4]),
        ({"incident_date": "2024-01"}, [2, 3]),
        ({"incident_date": "2024-01-31"}, [3]),
        ({"incident_date__gte": "2024-01-16"}, [3, 4, 6]),
        ({"incident_date__gt": "2024"}, [6]),
        ({"incident_date__lte": "2024-01"}, [1, 5, 2, 3]),
        ({"incident_date__lt": "2000"}, [1]),
        ({"mission": "UNDOF", "incident_type": "malicious_act", "country": "FJI"}, [3]),
        ({"sort": "mission,nationality,-id"}, [6, 3, 2, 1, 5, 4]),
        ({"sort": "sex,personnel_type,incident_type,id"}, [5, 2, 1, 3, 6, 4]),
    ],
)
def test_deaths_are_found_by_what_is_known_of_them(made: httpx.Client, params: dict, numbers: list[int]):
    assert found(made, **params) == numbers


@pytest.mark.parametrize(
    "params", [{"country": "Nowhere"}, {"mission": "NONE"}, {"sex": "M"}, {"personnel_type": "troops"}, {"name": "x"}]
)
def test_a_filter_that_cannot_be_is_an_error_on_the_list_and_on_the_sums(made: httpx.Client, params: dict):
    for path in ("/v1/fatalities", "/v1/fatality-totals"):
        answer = made.get(path, params=params)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, next(iter(params)))


# --- the sums ---


@pytest.mark.parametrize(
    ("by", "params", "rows"),
    [
        ("country", {}, [(None, 1), ("FJI", 3), ("KAZ", 2)]),
        ("mission", {}, [(None, 1), ("UNDOF", 3), ("UNTSO", 2)]),
        ("personnel_type", {}, [("local", 1), ("military", 3), ("other", 1), ("police", 1)]),
        ("incident_type", {}, [("accident", 1), ("illness", 2), ("malicious_act", 2), ("unknown", 1)]),
        ("sex", {}, [(None, 1), ("female", 1), ("male", 4)]),
        ("year", {}, [("1999", 1), ("2024", 4), ("2025", 1)]),
        ("month", {}, [(None, 1), ("1999-12", 1), ("2024-01", 2), ("2024-02", 1), ("2025-03", 1)]),
        ("year,sex", {}, [("1999", "male", 1), ("2024", None, 1), ("2024", "female", 1), ("2024", "male", 2),
                          ("2025", "male", 1)]),
        ("sex", {"country": "Fiji"}, [("male", 3)]),
        ("year", {"mission": "UNDOF"}, [("1999", 1), ("2024", 2)]),
        ("year", {"personnel_type": "military", "incident_type": "malicious_act"}, [("2024", 2)]),
        ("country", {"sex": "female,male"}, [("FJI", 3), ("KAZ", 2)]),
        ("country", {"source": "list"}, [(None, 1), ("FJI", 1)]),
        ("year", {"from": "2000"}, [("2024", 4), ("2025", 1)]),
        ("year", {"to": "2024-01-30"}, [("1999", 1), ("2024", 2)]),
        ("month", {"from": "2024-01-31", "to": "2024-02"}, [("2024-01", 1), ("2024-02", 1)]),
        ("month", {"from": "2024-02", "to": "2024-02"}, [("2024-02", 1)]),
    ],
)  # fmt: skip
def test_deaths_are_summed_along_any_dimensions(made: httpx.Client, by: str, params: dict, rows: list[tuple]):
    assert sums(made, by, **params) == rows
    assert ask(made, "/v1/fatality-totals", by=by, **params)["meta"]["deaths"] == sum(row[-1] for row in rows)


def test_a_sum_in_all_has_one_row_with_sources_and_tells_what_was_resolved(made: httpx.Client):
    body = ask(made, "/v1/fatality-totals", country="Fiji,Kazakhstan", mission="undof", **{"from": "2000"})
    assert body["data"] == [
        {
            "deaths": 2,
            "reason": None,
            "sources": ["paper"],
            "rows": "/v1/fatalities?country=FJI%2CKAZ&mission=UNDOF&incident_date__gte=2000",
        }
    ]
    assert body["meta"] == {
        "revision": 5,
        "known_at": None,
        "scope": {
            "countries": ["FJI", "KAZ"], "missions": ["UNDOF"], "personnel_types": None, "incident_types": None,
            "sexes": None, "sources": None, "from": "2000", "to": None,
        },
        "coverage": {"fatalities": 6, "first": "1999-12-31", "last": "2025-03-01"},
        "deaths": 2,
        "reason": None,
    }  # fmt: skip
    assert ask(made, "/v1/fatality-totals")["data"][0]["sources"] == ["list", "paper"]


def test_a_group_that_is_not_known_says_why(made: httpx.Client):
    rows = ask(made, "/v1/fatality-totals", by="country,month", mission="UNTSO")["data"]
    assert [(row["country"], row["country_name"], row["month"], row["reason"], row["rows"]) for row in rows] == [
        (None, None, None, "not_stated", None),
        ("FJI", "Fiji", "2024-02", None, "/v1/fatalities?mission=UNTSO&country=FJI&incident_date=2024-02"),
    ]
    [row] = ask(made, "/v1/fatality-totals", by="month,year", source="list", to="2024")["data"]
    assert (row["month"], row["year"], row["reason"]) == (None, "2024", "date_not_precise")


def test_every_row_leads_to_as_many_deaths_as_it_counts(made: httpx.Client):
    followed = 0
    for by in ("country", "mission", "personnel_type,incident_type", "sex", "year", "month", "year,month,mission"):
        for params in ({}, {"from": "2024-01", "to": "2024"}, {"source": "paper", "known_at": "2999-01-01"}):
            for row in ask(made, "/v1/fatality-totals", by=by, **params)["data"]:
                if row["rows"] is not None:
                    assert len(ask(made, row["rows"])["data"]) == row["deaths"], row
                    followed += 1
    assert followed > 50


def test_nothing_listed_is_not_zero(made: httpx.Client, database: Database):
    body = ask(made, "/v1/fatality-totals", mission="UNDOF", personnel_type="police")
    assert (body["data"], body["meta"]["deaths"], body["meta"]["reason"]) == ([], None, "none_in_scope")
    before = ask(made, "/v1/fatality-totals", known_at="2000-01-01")
    assert (before["data"], before["meta"]["reason"]) == ([], "no_fatalities")
    assert before["meta"]["coverage"] == {"fatalities": 0, "first": None, "last": None}
    assert before["meta"]["known_at"] == "2000-01-01T00:00:00Z"


def test_sums_know_the_past(database: Database):
    make_world(database)
    with database.write() as session:
        first = make_change(session)
        record(session, first, FATALITIES, [make_fatality(), make_fatality(casualty_id="X 2")])
        moment = first.recorded_at.isoformat()
        change = make_change(session)
        correct(session, change, FATALITIES, make_fatality(id="undof-2024-01-00001", incident_type="illness"))
        retract(session, change, FATALITIES, "x-2")
    with serving(Settings(database_url=database.url.render_as_string(hide_password=False))) as client:
        assert sums(client, "incident_type") == [("illness", 1)]
        assert sums(client, "incident_type", known_at=moment) == [("accident", 2)]


def test_a_span_that_ends_before_it_begins_is_an_error(made: httpx.Client):
    answer = made.get("/v1/fatality-totals", params={"from": "2024-02", "to": "2024-01-31"})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "from")
    unknown = made.get("/v1/fatality-totals", params={"source": "nobody"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_code")
    assert made.get("/v1/fatality-totals", params={"by": "name"}).status_code == 422


def test_sums_come_as_csv_with_the_fields_asked_for(made: httpx.Client):
    answer = made.get("/v1/fatality-totals", params={"by": "country,year", "format": "csv", "to": "2024-01-15"})
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["country", "country_name", "year", "deaths", "reason", "sources"],
        ["", "", "2024", "1", "not_stated", "list"],
        ["KAZ", "Kazakhstan", "1999", "1", "", "paper"],
        ["KAZ", "Kazakhstan", "2024", "1", "", "paper"],
    ]
    empty = made.get("/v1/fatality-totals", params={"by": "sex", "format": "csv", "known_at": "2000-01-01"})
    assert empty.text == "sex,deaths,reason,sources\r\n"


def test_a_freshly_seeded_record_lists_no_deaths_and_says_so(seeded: httpx.Client):
    assert ask(seeded, "/v1/fatalities")["data"] == []
    body = ask(seeded, "/v1/fatality-totals", by="year")
    assert (body["data"], body["meta"]["reason"]) == ([], "no_fatalities")


# --- the schema ---


def test_the_schema_goes_down_and_up_again_with_deaths_in_it(databases: Databases, database: Database):
    earlier = Database(Settings(database_url=databases.empty()))
    migrate(earlier, "0003")
    make_world(database)
    with database.write() as session:
        record(session, make_change(session), FATALITIES, [make_fatality()])
    tables, kept = schema(database), indexes(database)

    migrate(database, "0003", down=True)
    assert (schema(database), indexes(database)) == (schema(earlier), indexes(earlier))
    earlier.close()

    migrate(database)
    assert (schema(database), indexes(database)) == (tables, kept)
    with database.write() as session:
        assert record(session, make_change(session), FATALITIES, [make_fatality()]) == ["undof-2024-01-00001"]


# --- the real list ---

pytestmark_real = pytest.mark.skipif(not LIST.exists(), reason="the real files are not at hand")
WITHOUT_MISSION = {
    "OSESGY": 1, "UNAVEM": 41, "UNEF": 160, "UNMAO": 1, "UNOAU": 1, "UNOHCI": 27, "UNOSOM": 160, "UNOWA": 2,
    "UNPOS": 2, "UNSecretariat": 9,
}  # fmt: skip


def real_deaths(database: Database) -> list[FatalityIn]:
    """The UN's list of April 2025, one record a casualty."""
    with database.read() as session:
        view = open_view(session)
        names = load_names(session, view)
        facts = load_facts(session, view, names)
    casualties: dict[str, list[FatalityIn]] = {}
    for row in csv.DictReader(LIST.read_text(encoding="utf-8-sig").splitlines()):
        missions = names.mission.find(row["mission_acronym"])
        countries = names.country.find(row["isocode3"] or row["casualty_nationality"])
        shape = make_fatality(
            casualty_id=row["casualty_id"],
            incident_date=row["incident_date"],
            mission=next(iter(missions)) if len(missions) == 1 else None,
            mission_as_printed=row["mission_acronym"],
            nationality=next(iter(countries)) if len(countries) == 1 else None,
            nationality_as_printed=row["casualty_nationality"] or None,
            personnel_type=row["casualty_personnel_type"].strip().lower().replace(" ", "_"),
            incident_type=re.sub("[ -]", "_", row["type_of_incident"].lower()),
            sex={"M": "male", "F": "female", "": None}[row["gender"]],
            source="list",
        )
        casualties.setdefault(row["casualty_id"], []).append(shape)
    assert sum(map(len, casualties.values())) == 4_429
    return [settle(rows, lambda code, day: facts.countries[code].existed_on(day)) for rows in casualties.values()]


@pytest.fixture(scope="module")
def real(databases: Databases) -> Iterator[httpx.Client]:
    """A service that holds the seeds and the UN's list of April 2025. Tests that use it only read."""
    url = databases.seeded()
    database = Database(Settings(database_url=url))
    with database.write() as session:
        change = make_change(session)
        record(session, change, SOURCES, [make_source(id="list", kind="dataset")])
        assert len(record(session, change, FATALITIES, real_deaths(database))) == 4_423
    database.analyze()
    database.close()
    with serving(Settings(database_url=url)) as client:
        yield client


@pytestmark_real
def test_the_real_list_is_counted_once_a_casualty(real: httpx.Client):
    body = ask(real, "/v1/fatality-totals")
    assert body["meta"]["deaths"] == 4_423
    assert body["meta"]["coverage"] == {"fatalities": 4_423, "first": "1948-07-06", "last": "2025-02-18"}
    assert ask(real, "/v1/fatalities", limit=1, count="exact")["meta"]["count"] == 4_423
    assert dict(sums(real, "personnel_type")) == {
        "military": 3_036, "local": 557 - 6, "international_civilian": 351, "police": 314, "military_observer": 97,
        "other": 74,
    }  # fmt: skip
    # Of the six that the list names twice, three died of an illness, two in accidents, one by their own hand.
    assert dict(sums(real, "incident_type")) == {
        "illness": 1_643 - 3, "accident": 1_412 - 2, "malicious_act": 1_134, "self_inflicted": 148 - 1,
        "to_be_determined": 60, "unknown": 32,
    }  # fmt: skip
    assert sums(real, "sex") == [(None, 151 - 1), ("female", 73), ("male", 4_205 - 5)]
    assert sums(real, "country", country="KAZ,MNE,SCG", mission="UNMIK") == [("SCG", 6)]
    assert sums(real, "mission", mission="UNMIK") == [("UNMIK", 62 - 6)]


@pytestmark_real
def test_the_six_casualties_named_twice_stand_under_the_country_that_existed(real: httpx.Client):
    rows = ask(real, "/v1/fatalities", mission="UNMIK", country="SCG", incident_date__lt="2006")["data"]
    noted = [row for row in rows if row["note"] == "The source lists the casualty under Montenegro as well."]
    assert [row["casualty_id"][-5:] for row in noted] == ["03589", "04218", "04436", "04435", "04482", "04734"]


@pytestmark_real
def test_what_the_record_does_not_know_is_kept_as_printed(real: httpx.Client):
    nobody = ask(real, "/v1/fatality-totals", by="country")["data"][0]
    assert (nobody["country"], nobody["deaths"], nobody["reason"]) == (None, 15, "not_stated")
    lost = ask(real, "/v1/fatality-totals", by="mission")["data"][0]
    assert (lost["mission"], lost["deaths"]) == (None, sum(WITHOUT_MISSION.values()))
    printed: dict[str, int] = {}
    for row in csv.DictReader(io.StringIO(real.get("/v1/fatalities?format=csv").text)):
        if not row["mission"]:
            printed[row["mission_as_printed"]] = printed.get(row["mission_as_printed"], 0) + 1
    assert printed == WITHOUT_MISSION


@pytestmark_real
@pytest.mark.parametrize(
    ("path", "params", "index"),
    [
        ("/v1/fatalities", {}, "ix_fatality_incident_date"),
        ("/v1/fatalities", {"incident_date": "1978-04"}, "ix_fatality_incident_date"),
        ("/v1/fatalities", {"country": "FRA", "sort": "nationality"}, "ix_fatality_nationality"),
        ("/v1/fatality-totals", {"by": "year,sex", "mission": "UNIFIL"}, "ix_fatality_mission"),
        ("/v1/fatality-totals", {"by": "sex", "mission": "UNIFIL", "known_at": "2999-01-01"}, "ix_fatality_mission"),
        ("/v1/fatality-totals", {"by": "month", "country": "FRA"}, "ix_fatality_nationality"),
    ],
)
def test_filters_find_their_index(real: httpx.Client, path: str, params: dict, index: str):
    engine = real.app.state.database.reader
    with noted(engine) as found:
        assert ask(real, path, **params)["data"]
    asked = [one for one in found if "FROM fatality" in one[0]]
    assert len(asked) == (2 if path == "/v1/fatality-totals" else 1)
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        plan = [" ".join(map(str, row)) for row in connection.exec_driver_sql(explain + asked[0][0], asked[0][1])]
    assert any(index in line for line in plan), plan
    assert not [line for line in plan if re.search(r"SCAN fatality$|Seq Scan on fatality", line)], plan
