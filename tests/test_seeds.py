"""What the seeds put into the record, and that putting it there twice, or breaking off, does no harm."""

import csv
import gzip
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from app.core.columns import col
from app.core.database import Database
from app.core.history import Change, correct, open_view
from app.countries.models import Country
from app.headcounts.models import Headcount
from app.missions.models import Mission, MissionIn
from app.missions.store import MISSIONS
from app.reports.models import Report
from app.seeds import SEED_DATA, SeedError, seed
from tests.conftest import ARTICLE, SHARED
from tests.rows import make_change

TYPES = {
    "Experts on Mission": "military_observer",
    "Staff Officer": "staff_officer",
    "Individual Police": "individual_police",
    "Troops": "troops",
    "Formed Police Units": "formed_police",
}
FULL_MONTHS = [
    *(f"{year}-12-31" for year in (2015, 2016, 2017, 2019, 2020, 2021, 2022)),
    *("2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30"),
    *("2024-12-31", "2025-07-31"),
]
needs_shared = pytest.mark.skipif(not (SHARED / "data").exists(), reason="the real files are not at hand")


def count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_seeding_twice_changes_nothing(seeded_database: Database):
    with seeded_database.read() as session:
        before = open_view(session).revision
    assert seed(seeded_database) == 0
    with seeded_database.read() as session:
        assert open_view(session).revision == before


def test_each_file_and_each_report_is_one_change(seeded_database: Database):
    with seeded_database.read() as session:
        reasons = session.execute(select(col(Change.reason)).order_by(col(Change.number))).scalars().all()
        authors = set(session.execute(select(col(Change.author))).scalars())
    assert reasons[:3] == [
        "Seed file countries.csv",
        "Seed file country_aliases.csv",
        "Seed file country_successions.csv",
    ]
    assert reasons[13:16] == [
        f"Seed report {ARTICLE}",
        "Seed report astana-times-2024-01-19",
        "Seed report un-dpo-2015-01-31-kaz",
    ]
    assert reasons[-1] == "Seed file printed_totals.csv"
    assert len(reasons) == 13 + 2 + 103 + 1
    assert authors == {"seed"}


def test_a_broken_seed_file_leaves_nothing_behind_and_names_file_and_row(database: Database, tmp_path: Path):
    folder = tmp_path / "seed_data"
    shutil.copytree(SEED_DATA, folder)
    path = folder / "un_headcounts" / "2024-03-31.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[400] = lines[400].replace(",troops,", ",troupes,").replace(",military_observer,", ",observers,")
    lines[400] = lines[400].replace(",staff_officer,", ",staff,").replace("police,", "cops,")
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SeedError, match=r"2024-03-31\.csv, row 401"):
        seed(database, folder)
    assert (count(database, Change), count(database, Country), count(database, Headcount)) == (0, 0, 0)
    assert seed(database) > 16_000


def test_a_correction_survives_the_next_seeding(seeded_database: Database):
    with seeded_database.write() as session:
        corrected = MissionIn(code="UNTAG", name="Corrected", kind="peacekeeping", status="ended")
        correct(session, make_change(session), MISSIONS, corrected)
    assert seed(seeded_database) == 0
    with seeded_database.read() as session:
        statement = select(col(Mission.name), col(Mission.revision)).where(
            col(Mission.code) == "UNTAG", col(Mission.superseded_in).is_(None)
        )
        assert session.execute(statement).all() == [("Corrected", 2)]


def test_the_article_is_held_as_source_claims_and_report(seeded: httpx.Client):
    source = seeded.get(f"/v1/sources/{ARTICLE}").json()
    assert source["publisher"] == "Caspian News"
    assert source["author"] == "Vusala Abbasova"
    assert source["published_on"] == "2024-01-20"
    claims = seeded.get("/v1/claims", params={"source": ARTICLE}).json()["data"]
    assert len(claims) == 36
    assert {claim["certainty"] for claim in claims} == {"stated", "inferred", "derived"}
    participation = [claim for claim in claims if ".a30-" in claim["id"]]
    assert sorted(claim["mission"] for claim in participation) == ["MINURSO", "MINUSCA", "MINUSMA", "UNIFIL", "UNOCI"]
    assert {(claim["kind"], claim["value"]) for claim in participation} == {("participation", None)}
    nineteen = [claim for claim in claims if claim["certainty"] == "derived"]
    assert [claim["value"] for claim in nineteen] == [19]
    report = seeded.get(f"/v1/reports/{ARTICLE}").json()
    assert (report["scope"], report["as_of"], report["as_of_inferred"]) == ("partial", "2024-01-20", True)


def test_the_offer_and_the_deployment_outside_the_un_are_held(seeded: httpx.Client):
    [offer] = seeded.get("/v1/pledges", params={"country": "KAZ"}).json()["data"]
    assert (offer["persons"], offer["mission"]) == (None, None)
    assert "reconnaissance" in offer["unit_kinds"]
    iraq = seeded.get("/v1/contingents", params={"mission": "MNF-I"}).json()["data"]
    assert [one["country"] for one in iraq] == ["KAZ"]
    assert seeded.get("/v1/missions/MNF-I").json()["kind"] == "non_un"
    munitions = seeded.get("/v1/claims", params={"source": ARTICLE, "kind": "outcome", "value__gte": 1}).json()["data"]
    assert [(claim["value"], claim["bound"]) for claim in munitions] == [(4_000_000, "at_least")]


def test_no_plan_and_no_ceiling_is_a_headcount(seeded: httpx.Client):
    rows = seeded.get("/v1/headcounts", params={"country": "KAZ", "source_kind": "news", "measure": "present"}).json()
    assert sorted(row["total"] for row in rows["data"]) == [2, 2, 6, 9]
    for total in (139, 430):
        params = {"country": "KAZ", "total__gte": total, "total__lte": total, "as_of__lt": "2024-03"}
        found = seeded.get("/v1/headcounts", params=params).json()["data"]
        assert found == []


def test_all_states_territories_and_historic_contributors_are_there(seeded: httpx.Client):
    def number(status: str) -> int:
        answer = seeded.get("/v1/countries", params={"status": status, "count": "exact", "limit": 1}).json()
        return answer["meta"]["count"]

    assert number("un_member") == 193
    assert number("un_observer") == 2
    assert number("territory") == 54
    for name, iso3 in (
        ("Yugoslavia", "YUG"),
        ("Czechoslovakia", "CSK"),
        ("Serbia and Montenegro", "SCG"),
        ("Republic of Korea", "KOR"),
        ("Niger", "NER"),
        ("Congo", "COG"),
        ("DR Congo", "COD"),
        ("The former Yugoslav Republic of Macedonia", "MKD"),
        ("Côte d’Ivoire", "CIV"),
    ):
        assert [c["iso3"] for c in seeded.get("/v1/countries", params={"q": name}).json()["data"]] == [iso3], name


def test_kazakhstan_is_held_for_every_month_and_the_world_for_the_chosen_ones(seeded: httpx.Client):
    reports = seeded.get("/v1/reports", params={"scope": "all_missions", "limit": 1000}).json()["data"]
    assert [report["as_of"] for report in reports] == FULL_MONTHS
    extracts = seeded.get("/v1/reports", params={"scope": "partial", "limit": 1000}).json()["data"]
    assert len(extracts) == 87 + 2
    story = {}
    params = {"country": "KAZ", "mission": "UNDOF", "measure": "present", "limit": 1000}
    for row in seeded.get("/v1/headcounts", params=params).json()["data"]:
        story[row["as_of"]] = story.get(row["as_of"], 0) + row["total"]
    assert min(story) == "2024-02-29"
    assert (story["2024-02-29"], story["2024-03-31"], story["2024-06-30"]) == (20, 139, 140)
    assert (story["2024-12-31"], story["2025-07-31"], len(story)) == (143, 143, 18)


def test_every_row_of_every_seed_file_is_recorded(database: Database):
    assert seed(database) == count_of_all_files()


def count_of_all_files() -> int:
    files = [*SEED_DATA.glob("*.csv"), *(SEED_DATA / "un_headcounts").glob("*.csv")]
    total = 0
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            total += sum(1 for _ in csv.DictReader(file))
    return total


@needs_shared
def test_every_month_equals_the_real_file(seeded_database: Database):
    wanted: dict[tuple[str, ...], tuple[int, int, int]] = {}
    months_of_kazakhstan = set()
    path = SHARED / "data" / "un-dpo_contributions_by_mission_2015-01_2025-07.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = row["last_reporting_date"]
            if row["isocode3"] == "KAZ":
                months_of_kazakhstan.add(day)
            if day in FULL_MONTHS or row["isocode3"] == "KAZ":
                key = (day, row["mission_acronym"], row["isocode3"], TYPES[row["personnel_type"]])
                numbers = (int(row["male_personnel"]), int(row["female_personnel"]), int(row["total_personnel"]))
                wanted[key] = numbers
    statement = (
        select(
            col(Report.as_of),
            col(Headcount.mission),
            col(Headcount.country),
            col(Headcount.personnel_type),
            col(Headcount.men),
            col(Headcount.women),
            col(Headcount.total),
        )
        .join(Report, col(Report.id) == col(Headcount.report))
        .where(col(Report.source).like("un-dpo-%"))
    )
    with seeded_database.read() as session:
        rows = session.execute(statement).all()
    held = {(row[0], row[1], row[2], str(row[3])): (row[4], row[5], row[6]) for row in rows}
    assert len(rows) == len(held) == 15_356
    assert held == wanted
    assert len({row[0] for row in rows if row[2] == "KAZ"}) == len(months_of_kazakhstan) == 103


@needs_shared
def test_every_month_adds_up_to_the_totals_the_un_printed(seeded_database: Database):
    printed: dict[tuple[str, str], int] = {}
    path = SHARED / "data" / "un-dpo_printed_totals_2015-01_2025-07.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["scope"] == "mission_total" and row["last_reporting_date"] in FULL_MONTHS:
                printed[row["last_reporting_date"], row["mission_acronym"]] = int(row["total_personnel"])
    sums: Counter[tuple[str, str]] = Counter()
    statement = (
        select(col(Report.as_of), col(Headcount.mission), func.sum(col(Headcount.total)))
        .join(Report, col(Report.id) == col(Headcount.report))
        .where(col(Report.scope) == "all_missions")
        .group_by(col(Report.as_of), col(Headcount.mission))
    )
    with seeded_database.read() as session:
        for as_of, mission, total in session.execute(statement):
            sums[as_of, mission] = total
    assert len(printed) > 200
    assert {key: sums[key] for key in printed} == printed


@needs_shared
def test_every_printed_country_name_resolves_to_its_country(seeded: httpx.Client):
    with (SHARED / "data" / "un-dpo_country_names.csv").open(encoding="utf-8", newline="") as file:
        names = {row["country_as_printed"]: row["isocode3"] for row in csv.DictReader(file)}
    found = defaultdict(list)
    for name in names:
        for country in seeded.get("/v1/countries", params={"q": name}).json()["data"]:
            found[name].append(country["iso3"])
    assert dict(found) == {name: [iso3] for name, iso3 in names.items()}
