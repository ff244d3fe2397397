"""Sums kept beside the counts: always what the counts add up to, and never seen to differ from them."""

from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.core.database import Database
from app.core.settings import Settings
from app.headcounts.sums import wrong_sums
from app.migrate import migrate
from tests.conftest import Databases
from tests.desks import Desk, count, desk_at, report, source
from tests.program import run_program
from tests.statements import statements_of

FUTURE = "2100-01-01"  # the state of today, asked about as one of the past


def wrong(database: Database) -> list[str]:
    with database.read() as session:
        return list(wrong_sums(session))


def sums_of(database: Database, key: str) -> dict[tuple[str, str], tuple[int, ...]]:
    columns = "over, code, total, women, men, unsplit, cells"
    with database.read() as session:
        rows = session.execute(text(f"SELECT {columns} FROM headcount_sum WHERE report = :key"), {"key": key})
        return {(over, code): tuple(numbers) for over, code, *numbers in rows}


def test_the_seeds_have_their_sums(seeded_database: Database):
    assert wrong(seeded_database) == []
    sums = sums_of(seeded_database, "un-dpo-2024-03-31")
    assert sums["all", ""][0] == 64_382
    assert sums["mission", "UNDOF"] == (1_261, 94, 1_167, 0, 13)
    assert sums["country", "KAZ"][0] == 158


def test_migrations_add_up_what_is_there(seeded_database: Database):
    before = sums_of(seeded_database, "un-dpo-2024-03-31")
    migrate(seeded_database, "0006", down=True)
    migrate(seeded_database)
    assert sums_of(seeded_database, "un-dpo-2024-03-31") == before
    assert wrong(seeded_database) == []


@pytest.fixture
def desk(databases: Databases):
    with desk_at(databases.seeded_places()) as made:
        yield made


def test_every_write_keeps_the_sums_of_its_report(desk: Desk):
    counts = [
        count(country="KAZ", mission="UNDOF", total=100, women=4, men=96),
        count(country="KAZ", mission="UNTSO", total=5),
        count(country="IND", mission="UNDOF", personnel_type="unspecified", total=30),
        count(country="IND", mission="UNDOF", personnel_type="troops", total=20),
        count(country="FJI", mission="UNDOF", total=900, measure="cumulative_served"),
    ]
    desk.post("/v1/sources", source("paper"))
    data = desk.post("/v1/reports", report("paper", headcounts=counts)).json()["data"]
    key = data["id"]
    # The total of India stands beside its kinds, and who ever served is not there.
    assert sums_of(desk.database, key) == {
        ("all", ""): (125, 4, 96, 25, 3),
        ("country", "KAZ"): (105, 4, 96, 5, 2),
        ("country", "IND"): (20, 0, 0, 20, 1),
        ("mission", "UNDOF"): (120, 4, 96, 20, 2),
        ("mission", "UNTSO"): (5, 0, 0, 5, 1),
    }
    first, second, _, troops, _ = (f"/v1/headcounts/{one['id']}" for one in data["headcounts"])
    assert desk.patch(first, {"total": 101, "men": 97, "reason": "x"}, desk.get(first).headers["etag"]).is_success
    assert sums_of(desk.database, key)["country", "KAZ"] == (106, 4, 97, 5, 2)
    assert desk.delete(second, desk.get(second).headers["etag"]).is_success
    assert sums_of(desk.database, key)["all", ""] == (121, 4, 97, 20, 2)
    assert desk.delete(troops, desk.get(troops).headers["etag"]).is_success
    assert sums_of(desk.database, key)["country", "IND"] == (30, 0, 0, 30, 1)
    address = f"/v1/reports/{key}"
    assert desk.delete(address, desk.get(address).headers["etag"]).is_success
    assert sums_of(desk.database, key) == {}
    assert wrong(desk.database) == []


@pytest.mark.parametrize(
    "question",
    [
        "totals?as_of=2024-01-31",
        "totals?as_of=2024-02-15&by=mission",
        "totals?as_of=2024-01-31&by=country",
        "totals?as_of=2024-01-31&by=region,sex",
        "totals?as_of=2024-01-31&by=host",
        "totals?as_of=2024-01-31&country=KAZ,NPL",
        "totals?as_of=2024-01-31&mission=UNDOF,UNIFIL&sex=women",
        "totals?as_of=2024-01-31&mission_kind=peacekeeping&by=mission",
        "totals?as_of=2024-01-31&mission=MONUC&lineage=true",
        "series?from=2015-01&to=2025-07",
        "series?from=2015-01&to=2025-07&mission=UNDOF",
        "series?from=2015-01&to=2025-07&country=KAZ&by=sex",
        "series?from=2023-11&to=2024-04&region=Asia&by=region",
        "series?from=2023-11&to=2024-04&by=mission",
        "series?from=2015-01&to=2025-07&host=LBN,SYR",
        "rankings?month=2024-01",
        "shares?as_of=2024-01-31&by=region",
    ],
)
def test_sums_answer_as_the_counts_would(seeded: httpx.Client, question: str):
    with statements_of(seeded) as found:
        kept = seeded.get(f"/v1/{question}").json()
    assert any("FROM headcount_sum" in statement for statement, _ in found)
    assert not any("JOIN headcount " in statement for statement, _ in found)
    with statements_of(seeded) as found:
        added = seeded.get(f"/v1/{question}&known_at={FUTURE}").json()
    assert any("JOIN headcount " in statement for statement, _ in found)
    for row in (*kept["data"], *added["data"]):
        row.pop("rows")  # it repeats what was asked
    assert kept["data"] == added["data"]
    assert kept["meta"].get("coverage") == added["meta"].get("coverage")


def test_people_who_are_not_added_up_are_in_no_sum_of_countries(desk: Desk):
    """UNFOR was a part of UNPF: its people are counted there."""
    parts = [one["code"] for one in desk.read("/v1/missions", kind="component")["data"]]
    assert "UNFOR" in parts
    counts = [count(country="KAZ", mission="UNDOF", total=7), count(country="KAZ", mission=parts[0], total=3)]
    desk.post("/v1/sources", source("paper"))
    assert desk.post("/v1/reports", report("paper", headcounts=counts)).status_code == 201
    asked = {"as_of": "2025-08-20", "max_age": 0}
    assert [row["total"] for row in desk.read("/v1/totals", country="KAZ", **asked)["data"]] == [7]
    assert [row["total"] for row in desk.read("/v1/totals", **asked)["data"]] == [7]
    assert [row["total"] for row in desk.read("/v1/totals", mission=parts[0], **asked)["data"]] == [3]


def test_verify_tells_wrong_sums_and_mends_them(databases: Databases, tmp_path: Path):
    url = databases.seeded()
    environment = {"DATABASE_URL": url}

    def verify(*options: str) -> tuple[int, str, str]:
        done = run_program(("verify", *options), environment, cwd=tmp_path)
        return done.returncode, done.stdout, done.stderr

    assert verify() == (0, "All sums are what the headcounts add up to.\n", "")
    database = Database(Settings(database_url=url))
    with database.write() as session:
        session.execute(
            text("UPDATE headcount_sum SET total = total + 1 WHERE code = 'UNDOF' AND report LIKE '%-03-31'")
        )
        session.execute(text("DELETE FROM headcount_sum WHERE report = 'un-dpo-2025-07-31' AND code = 'KAZ'"))
    told = "un-dpo-2024-03-31: its sums are not what its headcounts add up to\n"
    status, said, complaint = verify()
    assert status == 1
    assert told in said
    assert "un-dpo-2025-07-31" in said
    assert "`peacekeeping verify --mend` mends them" in complaint
    assert "Traceback" not in complaint
    status, said, complaint = verify("--mend")
    assert (status, complaint) == (0, "")
    assert "Mended the sums of" in said
    assert wrong(database) == []
    assert verify()[0] == 0
    database.close()
