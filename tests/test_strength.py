"""The current strength inside missions and countries, on both engines."""

import json

import httpx
import pytest

from app.answers.strength import country_strength, mission_strength
from app.core.database import Database
from app.headcounts.models import HeadcountStatus
from app.main import create_app
from app.nouns import NOUNS
from app.web.noun import Computed
from tests.statements import noted
from tests.worlds import ask, make_places, state, un_table

UNDOF = {
    "NPL": 441, "URY": 213, "IND": 192, "FJI": 150, "KAZ": 143, "GHA": 13, "AUS": 5, "CZE": 4, "ZMB": 4, "BTN": 2,
    "IRL": 2, "ARG": 1, "KOR": 1,
}  # fmt: skip


def read(client: httpx.Client, path: str, **params: object) -> dict:
    answer = client.get(path, params=params or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def strength(client: httpx.Client, path: str, **params: object) -> dict:
    return read(client, path, include="strength", **params)["strength"]


def of_missions(database: Database, *keys: str) -> list[tuple]:
    """(total, at least, reason, contributors) of each mission."""
    with database.read() as session:
        found = mission_strength(ask(session), keys, None)
    return [
        (one.total, one.at_least, one.reason, {part.country: part.total for part in one.contributors})
        for one in (found[key] for key in keys)
    ]


# --- the strength of the seeds ---


def test_undof_is_as_strong_as_its_total(seeded: httpx.Client):
    found = strength(seeded, "/v1/missions/UNDOF")
    contributors = found.pop("contributors")
    assert found == {
        "as_of": "2025-07-31",
        "total": 1171,
        "women": 93,
        "men": 1078,
        "at_least": False,
        "reason": None,
        "reports": ["un-dpo-2025-07-31"],
        "by_type": [
            {"personnel_type": "troops", "total": 1112, "women": 83, "men": 1029, "reason": None},
            {"personnel_type": "staff_officer", "total": 59, "women": 10, "men": 49, "reason": None},
        ],
        "rows": "/v1/deployments?as_of=2025-07-31&mission=UNDOF",
        "totals": "/v1/totals?as_of=2025-07-31&mission=UNDOF&by=country",
    }
    assert [(one["country"], one["total"]) for one in contributors] == list(UNDOF.items())
    assert contributors[4] == {
        "country": "KAZ", "country_name": "Kazakhstan", "total": 143, "women": 2, "men": 141, "reason": None,
    }  # fmt: skip
    [total] = read(seeded, "/v1/totals", mission="UNDOF")["data"]
    assert (total["total"], total["women"], total["men"]) == (1171, 93, 1078)


def test_kazakhstan_has_161_people_in_seven_missions(seeded: httpx.Client):
    found = strength(seeded, "/v1/countries/KAZ")
    assert (found["as_of"], found["total"], found["women"], found["men"]) == ("2025-07-31", 161, 4, 157)
    assert [(one["mission"], one["total"]) for one in found["missions"]] == [
        ("UNDOF", 143), ("UNIFIL", 9), ("MINURSO", 2), ("MINUSCA", 2), ("UNMISS", 2), ("UNTSO", 2), ("MONUSCO", 1),
    ]  # fmt: skip
    assert found["missions"][0]["mission_name"] == "United Nations Disengagement Observer Force"
    assert (found["rows"], found["totals"]) == (
        "/v1/deployments?as_of=2025-07-31&country=KAZ",
        "/v1/totals?as_of=2025-07-31&country=KAZ&by=mission",
    )


@pytest.mark.parametrize(
    ("path", "key", "parts"), [("missions", "code", "contributors"), ("countries", "iso3", "missions")]
)
def test_every_strength_is_what_totals_and_deployments_answer(seeded: httpx.Client, path: str, key: str, parts: str):
    dimension, part = {"missions": ("mission", "country"), "countries": ("country", "mission")}[path]
    totals = {row[dimension]: row for row in read(seeded, "/v1/totals", by=dimension)["data"]}
    rows = read(seeded, f"/v1/{path}", include="strength", limit=1000)["data"]
    for row in rows:
        found, total = row["strength"], totals.pop(row[key], {"total": 0, "women": 0, "men": 0, "at_least": False})
        if found["total"] is None:
            assert found["reason"] == ("mission_ended" if path == "missions" else "country_not_existing"), row[key]
            continue
        for name in ("total", "women", "men", "at_least"):
            assert found[name] == total[name], row[key]
        assert sum(one["total"] for one in found[parts]) == found["total"]
        assert sum(one["total"] for one in found["by_type"]) == found["total"]
    assert totals == {}
    busiest = max(rows, key=lambda row: row["strength"]["total"] or 0)
    found = busiest["strength"]
    assert [(one[part], one["total"]) for one in found[parts]] == sorted(
        ((row[part], row["total"]) for row in read(seeded, found["totals"])["data"] if row["total"]),
        key=lambda pair: (-pair[1], pair[0]),
    )
    counts = [json.loads(line) for line in seeded.get(found["rows"] + "&format=ndjson").text.splitlines()]
    assert sum(count["total"] for count in counts) == found["total"]


def test_zero_is_a_strength_and_unknown_has_a_reason(seeded: httpx.Client):
    ended = strength(seeded, "/v1/missions/UNTAG")
    assert (ended["total"], ended["reason"], ended["contributors"], ended["by_type"]) == (0, None, [], [])
    assert ended["reports"] == ["un-dpo-2025-07-31"]
    other = strength(seeded, "/v1/missions/MNF-I")
    assert (other["total"], other["reason"], other["contributors"], other["reports"]) == (None, "mission_ended", [], [])


def test_the_past_shows_the_strength_of_its_latest_report(seeded: httpx.Client):
    number = read(seeded, "/v1/reports/un-dpo-2024-03-31")["recorded_in"]
    [change] = read(seeded, "/v1/changes", since=number - 1, limit=1)["data"]
    moment = change["recorded_at"]
    found = strength(seeded, "/v1/countries/KAZ", known_at=moment)
    assert (found["as_of"], found["total"], found["missions"][0]["total"]) == ("2024-03-31", 158, 139)
    assert f"known_at={moment.replace(':', '%3A')}" in found["rows"]
    counts = read(seeded, found["rows"])["data"]
    assert sum(count["total"] for count in counts) == 158
    listed = read(seeded, "/v1/countries", country="KAZ", include="strength", known_at=moment)["data"]
    assert listed[0]["strength"] == found
    assert read(seeded, "/v1/missions", include="strength", known_at="2001-01-01")["data"] == []


def test_pages_of_a_crawl_show_one_state(seeded: httpx.Client):
    address, found = "/v1/missions?include=strength&limit=40&sort=-code", {}
    while address:
        page = read(seeded, address)
        found |= {row["code"]: row["strength"] for row in page["data"]}
        address = page["links"]["next"]
    whole = read(seeded, "/v1/missions", include="strength", limit=1000)["data"]
    assert found == {row["code"]: row["strength"] for row in whole}


# --- made-up worlds ---


def test_without_reports_nothing_is_known(database: Database):
    make_places(database)
    with database.read() as session:
        found = country_strength(ask(session), ["KAZ"], None)["KAZ"]
        mission = mission_strength(ask(session), ["UNDOF"], None)["UNDOF"]
    assert (found.as_of, found.total, found.reason, found.missions, found.rows) == (None, None, "no_report", [], None)
    assert (mission.as_of, mission.total, mission.reason, mission.contributors) == (None, None, "no_report", [])


def test_a_partial_report_gives_a_lower_bound(database: Database):
    make_places(database)
    state(database, "paper", "2024-01-31", {"total": 6})
    assert of_missions(database, "UNDOF", "UNMIBH", "MNF") == [
        (6, True, "not_split_by_sex", {"KAZ": 6}),
        (None, False, "mission_ended", {}),
        (None, False, "no_observation", {}),
    ]
    with database.read() as session:
        found = country_strength(ask(session), ["FJI", "KAZ"], None)
    assert [(one.total, one.at_least, one.reason) for one in found.values()] == [
        (None, False, "no_observation"),
        (6, True, "not_split_by_sex"),
    ]


def test_what_is_too_old_is_stale(database: Database):
    make_places(database)
    state(database, "paper", "2024-01-31", {"total": 6})
    state(database, "other", "2024-12-31", {"country": "FJI", "mission": "MNF", "total": 5})
    assert of_missions(database, "UNDOF", "MNF") == [
        (None, False, "stale", {}),
        (5, True, "not_split_by_sex", {"FJI": 5}),
    ]


def test_a_part_of_a_mission_has_a_strength_of_its_own_beside_it(database: Database):
    make_places(database)
    un_table(database, "2002-01-31", {"mission": "UNMIBH", "total": 9}, {"mission": "IPTF", "total": 4})
    assert of_missions(database, "UNMIBH", "IPTF") == [
        (9, False, "not_split_by_sex", {"KAZ": 9}),
        (4, False, "not_split_by_sex", {"KAZ": 4}),
    ]
    with database.read() as session:
        # A country's people in a part are those it has in the whole.
        found = country_strength(ask(session), ["KAZ"], None)["KAZ"]
    assert (found.total, [one.mission for one in found.missions or []]) == (9, ["UNMIBH"])


def test_a_disputed_count_is_shown_as_unknown(database: Database):
    make_places(database)
    un_table(
        database,
        "2024-01-31",
        {"total": 6, "status": HeadcountStatus.DISPUTED},
        {"country": "FJI", "women": 1, "men": 4, "total": 5},
    )
    with database.read() as session:
        found = mission_strength(ask(session), ["UNDOF"], None)["UNDOF"]
    assert (found.total, found.women, found.at_least) == (5, 1, True)
    assert [(one.country, one.total, one.reason) for one in found.contributors] == [
        ("FJI", 5, None),
        ("KAZ", None, "disputed"),
    ]


def test_counts_by_country_alone_tell_no_missions(database: Database):
    make_places(database)
    un_table(database, "2018-03-31", {"mission": None, "total": 6}, breakdown="country")
    with database.read() as session:
        found = country_strength(ask(session), ["KAZ", "FJI"], None)
    assert [(one.total, one.missions) for one in found.values()] == [(6, None), (0, None)]
    assert found["FJI"].reason == "not_published_by_mission"
    assert of_missions(database, "UNDOF") == [(None, False, "not_published_by_mission", {})]


# --- how it is asked for ---


def test_it_comes_only_when_asked_for(seeded: httpx.Client):
    assert "strength" not in read(seeded, "/v1/missions/UNDOF")
    assert "strength" not in read(seeded, "/v1/missions", limit=1)["data"][0]
    both = read(seeded, "/v1/missions/UNDOF", include="ceilings,strength")
    assert both["strength"]["total"] == 1171
    assert both["ceilings"]


def test_an_unknown_include_names_it_and_other_nouns_have_none(seeded: httpx.Client):
    answer = seeded.get("/v1/missions", params={"include": "strenght"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "strength" in answer.json()["errors"][0]["near"]
    for path in ("/v1/headcounts", "/v1/sources"):
        assert seeded.get(path, params={"include": "strength"}).status_code == 422
    assert seeded.get("/v1/missions/NOPE", params={"include": "strength"}).status_code == 404


def test_a_csv_has_fixed_columns(seeded: httpx.Client):
    answer = seeded.get("/v1/missions", params={"include": "strength", "format": "csv"})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "include")
    header = seeded.get("/v1/missions", params={"format": "csv"}).text.splitlines()[0]
    assert "strength" not in header


@pytest.mark.parametrize("params", [{}, {"limit": 1000}])
def test_ndjson_holds_the_same_strengths(seeded: httpx.Client, params: dict):
    asked = {"include": "strength", "format": "ndjson", **params}
    lines = seeded.get("/v1/countries", params=asked).text.splitlines()
    rows = read(seeded, "/v1/countries", include="strength", limit=1000)["data"]
    assert [json.loads(line) for line in lines] == rows


def test_the_document_describes_it():
    document = create_app().openapi()
    schemas = document["components"]["schemas"]
    for path, record, shape in (
        ("missions", "MissionRecord", "MissionStrength"),
        ("countries", "CountryRecord", "CountryStrength"),
    ):
        described = schemas[record]["properties"]["strength"]
        assert f"#/components/schemas/{shape}" in json.dumps(described)
        assert described["description"].endswith("Only with `include=strength`.")
        for address in (f"/v1/{path}", f"/v1/{path}/{{key}}"):
            [include] = [one for one in document["paths"][address]["get"]["parameters"] if one["name"] == "include"]
            assert "strength" in include["schema"]["items"]["enum"]


@pytest.mark.parametrize("address", ["/v1/missions", "/v1/countries", "/v1/missions/UNDOF", "/v1/countries/KAZ"])
def test_a_page_takes_a_fixed_number_of_statements(seeded: httpx.Client, address: str):
    limits = (None,) if address.count("/") > 2 else (1, 1000)
    for limit in limits:
        params = {"include": "strength", **({"limit": limit} if limit else {})}
        read(seeded, address, **params)
        with noted(seeded.app.state.database.reader) as asked:
            read(seeded, address, **params)
        # The number of the last change, the records, the date of the latest report, the reports, their counts.
        assert len(asked) == 3, [statement[:60] for statement, _ in asked]


def test_every_kind_of_sum_is_declared_once():
    computed = [(noun.path, one.name) for noun in NOUNS for one in noun.includes if isinstance(one, Computed)]
    assert computed == [("missions", "strength"), ("countries", "strength"), ("changes", "records")]
