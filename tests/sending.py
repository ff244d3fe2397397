"""Files as analysts send them, made by hand, and what came of them."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.desks import Desk

COLUMNS = "last_reporting_date,mission_acronym,contributing_country,personnel_type,female_personnel,male_personnel"
COUNTRIES = (
    "Argentina", "Austria", "Bangladesh", "Brazil", "Burundi", "Cambodia", "China", "Egypt", "Fiji", "France", "Ghana",
    "India", "Indonesia", "Ireland", "Italy", "Kazakhstan", "Kenya", "Mongolia", "Morocco", "Nepal", "Nigeria",
    "Pakistan", "Rwanda", "Uruguay",
)  # fmt: skip
MISSIONS = ("UNIFIL", "UNDOF", "UNTSO", "UNMIK", "UNFICYP", "MINURSO", "MONUSCO", "UNMISS", "UNISFA", "MINUSCA")
KINDS = ("Troops", "Staff Officer", "Experts on Mission", "Individual Police")
Content = str | bytes


def monthly(*rows: str) -> str:
    """A monthly table of these rows."""
    return "\n".join([COLUMNS, *rows, ""])


def month(as_of: str, mission: str = "UNIFIL", people: Mapping[str, int] | None = None) -> str:
    """A monthly table of 24 countries: 2 women and 8 men of each in one mission, or as many men as told by country."""
    men = dict.fromkeys(COUNTRIES, 8) | dict(people or {})
    return monthly(*(f"{as_of},{mission},{country},Troops,2,{number}" for country, number in men.items()))


def months(number: int, year: int = 1990) -> str:
    """Monthly tables of 960 rows each, one below the other, from January of a year on."""
    days = [f"{year + count // 12}-{count % 12 + 1:02}-28" for count in range(number)]
    rows = (
        f"{day},{mission},{country},{kind},1,{place}"
        for day in days
        for mission in MISSIONS
        for place, country in enumerate(COUNTRIES)
        for kind in KINDS
    )
    return "\n".join([COLUMNS, *rows, ""])


def post_file(
    desk: Desk, content: Content, name: str = "file.csv", who: str = "ann", key: str | None = None, **fields: str
) -> httpx.Response:
    """Send a file as a form does."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return desk.send("POST", "/v1/imports", who, files={"file": (name, content)}, data=fields, headers=headers)


def send(desk: Desk, content: Content, name: str = "file.csv", **more: str) -> dict:
    """Send a file and wait until its import has ended."""
    answer = post_file(desk, content, name, **more)
    assert answer.status_code in (201, 202), answer.text
    assert answer.headers["location"] == f"/v1/imports/{answer.json()['data']['id']}"
    return ended(desk, answer.json()["data"]["id"])


def ended(desk: Desk, number: int) -> dict:
    """An import once it has ended."""
    for _ in range(1500):
        found = desk.read(f"/v1/imports/{number}")["data"]
        if found["state"] not in ("waiting", "running"):
            return found
        time.sleep(0.04)
    raise AssertionError(f"import {number} does not end")


def told(found: dict, *names: str) -> tuple:
    """State and numbers of an import; those named in their order."""
    return tuple(found[name] for name in names or ("state", "created", "unchanged", "corrected", "rejected"))


NEW = ("committed", 24, 0, 0, 0)


def faults_of(desk: Desk, found: dict) -> list[tuple]:
    """Row, column and code of every fault of an import."""
    return [(one["row"], one["column"], one["code"]) for one in desk.read(f"/v1/imports/{found['id']}/faults")["data"]]


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which must be a problem."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["code"]


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Temporary files of this process are made here, and have to be gone in the end."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    for _ in range(100):  # an import is noted to have ended right before its files go
        if not list(folder.iterdir()):
            return
        time.sleep(0.02)
    assert list(folder.iterdir()) == []
