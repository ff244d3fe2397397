"""docs/posting.md, gone through as a reader does: every command is run, and answered as the document shows."""

import os
from pathlib import Path

import pytest

from app.core.settings import Settings
from tests.conftest import Databases, serving
from tests.walk import WAYS, Step, read_steps, run_steps

ROOT = Path(__file__).parent.parent
STEPS = read_steps((ROOT / "docs" / "posting.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("way", WAYS)
def test_the_walk_through_posting_goes_as_it_is_shown(on_sqlite: Databases, way: str, tmp_path: Path):
    url = on_sqlite.seeded()
    with (
        serving(Settings(database_url=url, cache_bytes=64_000_000)) as service,
        serving(Settings(database_url=url, four_eyes=True, cache_bytes=64_000_000)) as careful,
    ):
        addresses = {
            "http://127.0.0.1:8000": str(service.base_url).rstrip("/"),
            "http://127.0.0.1:8001": str(careful.base_url).rstrip("/"),
        }
        go_through(STEPS, way, addresses, url, tmp_path)


def test_what_the_readme_shows_of_writing_is_true(on_sqlite: Databases, tmp_path: Path):
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## How to write\n")[1].split("\n## ")[0]
    steps = read_steps(section)
    assert len(steps) == 3
    url = on_sqlite.seeded()
    with serving(Settings(database_url=url, cache_bytes=64_000_000)) as service:
        go_through(steps, "program", {"http://127.0.0.1:8000": str(service.base_url).rstrip("/")}, url, tmp_path)


def go_through(steps: list[Step], way: str, addresses: dict[str, str], url: str, folder: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "PEACEKEEPING_URL": addresses["http://127.0.0.1:8000"]}
    environment.pop("PEACEKEEPING_TOKEN", None)
    for step, said, status in run_steps(steps, way, addresses, environment, folder):
        assert step.answered_by(said), f"{step}\n--- shown\n{step.shown}\n--- said\n{said}"
        assert status == step.status, step


def test_each_way_through_posting_is_a_whole_one():
    steps = {way: [step for step in STEPS if step.way == way] for way in WAYS}
    assert len(steps["curl"]) >= 25
    assert len(steps["python"]) >= 20
    assert len(steps["program"]) >= 18
    assert all(len(step.shown.replace("...", "")) > 10 for step in steps["curl"])
