"""The program as a person runs it: real processes, signals, several at once."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app import __version__
from tests.conftest import Databases
from tests.program import PROGRAM, run_program


def run(*arguments: str, url: str = "sqlite:///unused.db", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "COLUMNS": "100", "PYTHONPATH": os.getcwd()}
    return run_program(arguments, environment, cwd=cwd)


@contextmanager
def serving(url: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A serving process and the address it printed."""
    environment = {**os.environ, "DATABASE_URL": url, "PORT": "0", "HOST": "127.0.0.1"}
    process = subprocess.Popen(
        [*PROGRAM, "serve", *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    try:
        yield process, address(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"start here\s+(http://\S+)/", line)
        if found:
            return found[1]
    raise AssertionError("the process ended without printing an address")


def wait_until_ready(base: str) -> None:
    for _ in range(150):
        try:
            if httpx.get(f"{base}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("never ready")


@pytest.mark.parametrize(
    "command", [(), ("serve",), ("migrate",), ("seed",), ("verify",), ("openapi",), ("dictionary",)]
)
def test_help_reads_well(command: tuple[str, ...]):
    answer = run(*command, "--help")
    assert answer.returncode == 0
    assert "Usage:" in answer.stdout
    assert "Traceback" not in answer.stderr
    if not command:
        for name in ("serve", "migrate", "seed", "verify", "openapi", "dictionary"):
            assert re.search(rf"^\s+{name}\s+\w", answer.stdout, re.MULTILINE), name
        assert "DATABASE_URL" in answer.stdout


def test_the_program_tells_its_version():
    assert run("--version").stdout.strip() == f"peacekeeping {__version__}"


def test_migrate_and_seed_say_what_they_did(databases: Databases):
    url = databases.empty()
    assert run("migrate", url=url).stdout == "The schema is at head.\n"
    assert re.fullmatch(r"1\d{4} rows recorded from the seed files\.\n", run("seed", url=url).stdout)
    assert run("seed", url=url).stdout == "0 rows recorded from the seed files.\n"
    assert run("migrate", "base", "--down", url=url).stdout == "The schema is at base.\n"


def test_failures_are_one_sentence_without_a_traceback(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/none.db"
    for answer in (
        run("seed", url=url),
        run("migrate", url="postgresql://nobody@127.0.0.1:1/none"),
        run("migrate", url=f"sqlite:///{tmp_path}/missing/folder/none.db"),
        run("migrate", url="nonsense"),
        run("migrate", "no-such-revision", url=url),
    ):
        assert answer.returncode == 1, answer
        assert "Traceback" not in answer.stderr
        assert answer.stderr.count("\n") == 1, answer.stderr
    bad_port = subprocess.run(
        [*PROGRAM, "serve"], capture_output=True, text=True, env={**os.environ, "PORT": "many"}, timeout=60
    )
    assert bad_port.returncode == 1
    assert "PORT" in bad_port.stderr
    assert "Traceback" not in bad_port.stderr


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_serving_prepares_answers_and_stops_cleanly(databases: Databases, stop: signal.Signals):
    with serving(databases.empty(), "--prepare") as (process, base):
        wait_until_ready(base)
        assert httpx.get(f"{base}/v1/missions/UNDOF").json()["code"] == "UNDOF"
        process.send_signal(stop)
        assert process.wait(15) == 0


def test_several_instances_may_start_on_one_empty_database_at_once(databases: Databases):
    url = databases.empty()
    with serving(url, "--prepare") as (_, first), serving(url, "--prepare") as (_, second):
        for base in (first, second):
            wait_until_ready(base)
        answers = [httpx.get(f"{base}/v1/headcounts?count=exact&limit=1").json() for base in (first, second)]
    assert [answer["meta"]["count"] for answer in answers] == [15_361, 15_361]
    assert [answer["meta"]["revision"] for answer in answers] == [119, 119]


def test_a_second_start_finds_the_record_as_it_was(databases: Databases):
    url = databases.seeded()
    with serving(url, "--prepare") as (_, base):
        wait_until_ready(base)
        assert httpx.get(f"{base}/readyz").json()["revision"] == 119


def test_a_port_in_use_is_said_so(databases: Databases):
    with serving(databases.seeded()) as (_, base):
        answer = run("serve", "--port", base.rsplit(":", 1)[1], url=databases.seeded())
    assert answer.returncode == 1
    assert "is something else using it?" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_stop_before_the_service_is_up_leaves_nothing_half_done(databases: Databases):
    url = databases.empty()
    environment = {**os.environ, "DATABASE_URL": url, "PORT": "0"}
    for wait in (0.15, 0.6, 1.2, 1.8):
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--prepare"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        time.sleep(wait)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) in (0, 128 + signal.SIGTERM, -signal.SIGTERM)
    with serving(url, "--prepare") as (_, base):
        wait_until_ready(base)
        assert httpx.get(f"{base}/readyz").json()["revision"] == 119
