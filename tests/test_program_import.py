"""The program sends files to a service over HTTP, as a person or a script does."""

import csv
import os
import re
import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.conftest import Databases
from tests.desks import Desk, desk_at
from tests.test_cli import serving
from tests.test_program import NOWHERE, Terminal, breaking_line, run, run_at

HEADER = "last_reporting_date,mission_acronym,contributing_country,personnel_type,male_personnel,female_personnel"
AUGUST = [
    "2025-08-31,UNDOF,Kasachstan,Troops,134,4",
    "2025-08-31,UNDOF,Kasachstan,Staff Officer,3,0",
    "2025-08-31,UNTSO,Nepal,Experts on Mission,4,1",
]
PARTIAL = ("--scope", "partial")


@pytest.fixture
def desk(on_sqlite: Databases) -> Iterator[Desk]:
    """The program knows no engine: what it asks of the service is tested on both elsewhere."""
    with desk_at(on_sqlite.seeded()) as made:
        yield made


def table(folder: Path, *rows: str, name: str = "august.csv") -> str:
    """A file of monthly contributions."""
    path = folder / name
    path.write_text("\n".join([HEADER, *(rows or AUGUST)]) + "\n", encoding="utf-8")
    return str(path)


def teach(desk: Desk, name: str = "Kasachstan") -> None:
    assert desk.post("/v1/country-aliases", {"country": "KAZ", "name": name}).status_code == 201


@contextmanager
def file_server(content: bytes) -> Iterator[tuple[str, threading.Event, dict[str, object]]]:
    """Another server that has a file and hands it out when it is told to; its address, and the settings to allow it."""
    go = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            go.wait(60)
            self.send_response(200)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    host = f"127.0.0.1:{server.server_port}"
    settings = {"import_hosts": host, "import_over_http": True, "import_from_private": True, "import_wait": 0}
    yield f"http://{host}/august.csv", go, settings
    go.set()
    server.shutdown()
    server.server_close()


# Words


@pytest.mark.parametrize("command", [("import",), ("imports",), ("revert",), ("aliases", "add"), ("aliases", "list")])
def test_help_says_what_each_command_does_with_an_example(command: tuple[str, ...]):
    text = run(*command, "--help").stdout
    words = " ".join(command)
    assert re.match(rf"Usage: .* {words} ", text)
    assert re.search(rf"Example:\n +peacekeeping {words}", text)
    listed = run(*command[:-1], "--help").stdout
    assert re.search(rf"^  {command[-1]} +\S.*[^.]\.$", listed, re.MULTILINE), "the list cuts it off"


# From the first try to the end


def test_a_file_is_refused_its_name_is_taught_it_goes_in_once_and_is_taken_back(desk: Desk, tmp_path: Path):
    file = table(tmp_path)
    refused = run_at(desk, "import", file, *PARTIAL)
    assert (refused.returncode, refused.stderr) == (1, "")
    assert refused.stdout == (
        "/v1/imports/1\n"
        "refused: nothing was recorded\n"
        "  file     august.csv, 237 bytes\n"
        "  layout   un-monthly\n"
        "  rows     3 read, 2 rejected\n"
        "  records  0 created, 0 unchanged, 0 corrected\n"
        "unknown country: 'Kasachstan', in 2 rows. Near: KAZ (Kazakhstan). If it is KAZ, teach it:\n"
        "  peacekeeping aliases add country KAZ Kasachstan\n"
        "row 2, country: 'Kasachstan' is no known country. Near: KAZ."
        " Teach it as an alias, and send the file again. (unknown_name)\n"
        "row 3, country: 'Kasachstan' is no known country. Near: KAZ."
        " Teach it as an alias, and send the file again. (unknown_name)\n"
        "2 faults at /v1/imports/1/faults?format=csv, to save: peacekeeping imports 1 --faults FILE.csv\n"
    )
    assert desk.revision() == 119

    [command] = re.findall(r"^  peacekeeping (.+)$", refused.stdout, re.MULTILINE)
    taught = run_at(desk, *shlex.split(command))
    assert (taught.returncode, taught.stdout) == (0, "/v1/country-aliases/kaz.kasachstan\nchange 120\n")

    came_in = run_at(desk, "import", file, *PARTIAL, "--reason", "Table of August")
    assert (came_in.returncode, came_in.stderr) == (0, "")
    assert came_in.stdout == (
        "/v1/imports/2\n"
        "committed: change 121\n"
        "  file     august.csv, 237 bytes\n"
        "  layout   un-monthly\n"
        "  rows     3 read, 0 rejected\n"
        "  records  3 created, 0 unchanged, 0 corrected\n"
    )
    change = desk.read("/v1/changes/121")
    assert (change["author"], change["reason"], change["origin"]) == ("ann", "Table of August", "import")
    rows = desk.read("/v1/headcounts", report="un-dpo-2025-08-31.partial", sort="id")["data"]
    assert [(row["country"], row["mission"], row["personnel_type"], row["total"]) for row in rows] == [
        ("KAZ", "UNDOF", "troops", 138),
        ("KAZ", "UNDOF", "staff_officer", 3),
        ("NPL", "UNTSO", "military_observer", 5),
    ]
    assert {row["country_as_printed"] for row in rows} == {"Kasachstan", "Nepal"}

    again = run_at(desk, "import", file, *PARTIAL)
    assert again.returncode == 0
    assert "committed: nothing was recorded\n" in again.stdout
    assert "  records  0 created, 3 unchanged, 0 corrected\n" in again.stdout
    assert "note: All of it stands in the record already; nothing was recorded." in again.stdout
    assert desk.revision() == 121

    forbidden = run_at(desk, "revert", "2", "--reason", "Made up")
    assert (forbidden.returncode, forbidden.stdout) == (1, "")
    assert "(403 forbidden)" in forbidden.stderr
    taken_back = run_at(desk, "revert", "2", "--reason", "Made up", who="eve")
    assert (taken_back.returncode, taken_back.stdout) == (0, "/v1/imports/2\nchange 122\n")
    assert "It created 3 records and corrected 0.\n" in taken_back.stderr
    assert desk.get("/v1/reports/un-dpo-2025-08-31.partial").status_code == 404
    assert desk.read("/v1/changes/122")["reason"] == "Made up"
    told = run_at(desk, "imports", "2").stdout
    assert "\nreverted: change 121 was taken back in change 122\n" in told
    twice = run_at(desk, "revert", "2", "--reason", "Again", who="eve")
    assert (twice.returncode, twice.stdout) == (1, "")
    assert "(409 record_conflict)" in twice.stderr


def test_validating_records_nothing_and_says_how_to_go_on(desk: Desk, tmp_path: Path):
    teach(desk)
    done = run_at(desk, "import", table(tmp_path), *PARTIAL, "--validate")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nvalidated: nothing was recorded\n" in done.stdout
    assert "  records  3 created, 0 unchanged, 0 corrected\n" in done.stdout
    assert done.stdout.endswith("\nTo record it, send it again without --validate.\n")
    assert desk.revision() == 120
    assert desk.get("/v1/reports/un-dpo-2025-08-31.partial").status_code == 404


def test_a_second_edition_is_told_by_what_it_corrects(desk: Desk, tmp_path: Path):
    teach(desk)
    run_at(desk, "import", table(tmp_path), *PARTIAL)
    second = [AUGUST[0].replace("134,4", "133,5"), *AUGUST[1:]]
    done = run_at(desk, "import", table(tmp_path, *second), *PARTIAL)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\ncommitted: change 122\n" in done.stdout
    assert "  records  0 created, 2 unchanged, 1 corrected\n" in done.stdout


# What is wrong with a file


def test_the_first_faults_are_shown_and_all_are_saved(desk: Desk, tmp_path: Path):
    bad = [f"2025-08-{day:02d},UNDOF,Nepal,Troops,{-day},0" for day in range(1, 26)]
    saved = tmp_path / "faults.csv"
    done = run_at(desk, "import", table(tmp_path, *bad), *PARTIAL, "--faults", str(saved))
    assert (done.returncode, done.stderr) == (1, "")
    shown = [line for line in done.stdout.splitlines() if line.startswith("row ")]
    assert len(shown) == 20
    assert shown[0].startswith("row 2, male_personnel: '-1' is no count of people")
    assert shown[-1].startswith("row 21, male_personnel: '-20' ")
    assert shown[-1].endswith(" (not_a_count)")
    assert done.stdout.endswith(f"\n25 faults saved in {saved}\n")
    with saved.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["column"], row["code"]) for row in rows] == [
        (str(number), "male_personnel", "not_a_count") for number in range(2, 27)
    ]
    later = tmp_path / "later.csv"
    assert run_at(desk, "imports", "1", "--faults", str(later)).returncode == 0
    assert later.read_bytes() == saved.read_bytes()


def test_rows_that_cannot_be_used_are_left_out_if_that_is_wanted(desk: Desk, tmp_path: Path):
    done = run_at(desk, "import", table(tmp_path), *PARTIAL, "--skip-errors", "--importer", "un-monthly")
    assert done.returncode == 0
    assert "\ncommitted: change 120\n" in done.stdout
    assert "  rows     3 read, 2 rejected\n  records  1 created, 0 unchanged, 0 corrected\n" in done.stdout
    assert "unknown country: 'Kasachstan', in 2 rows." in done.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ('Kasachstan\'s "Volk"', "Near: "),
        ("-Kasachstan-X", "Near: "),
        ("Qwrtzpsdfg", "Nothing looks like it. Find out what it is, and teach it with its code:"),
    ],
)
def test_the_command_that_teaches_a_name_can_be_pasted(desk: Desk, tmp_path: Path, name: str, said: str):
    quoted = name.replace('"', '""')
    done = run_at(desk, "import", table(tmp_path, f'2025-08-31,UNDOF,"{quoted}",Troops,6,0'), *PARTIAL)
    assert f"unknown country: '{name}', in 1 row. {said}" in done.stdout
    [command] = re.findall(r"^  peacekeeping (.+)$", done.stdout, re.MULTILINE)
    words = [word.replace("CODE", "KAZ") for word in shlex.split(command)]
    assert run_at(desk, *words).returncode == 0
    assert desk.read("/v1/countries", q=name)["data"] != []


def test_what_is_refused_as_a_whole_says_why_and_ends_with_1(desk: Desk, tmp_path: Path):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    for arguments, said in (
        ((str(other),), "problem: The columns are: a, b. The closest layout is"),
        ((str(other), "--importer", "un-month"), "problem: There is no importer 'un-month'."),
        (("https://127.0.0.1/august.csv",), "problem: The host of the address is not on the public internet."),
        (("http://example.org/august.csv",), "problem: Files are fetched over https only."),
    ):
        done = run_at(desk, "import", *arguments)
        assert (done.returncode, done.stderr) == (1, ""), done
        assert "\nrefused: nothing was recorded\n" in done.stdout
        assert f"\n{said}" in done.stdout
    assert desk.revision() == 119


def test_what_cannot_be_read_or_meant_is_refused_before_anything_is_sent(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    answers = {
        f"The file '{tmp_path}/none.csv' cannot be read (No such file or directory).": (f"{tmp_path}/none.csv",),
        f"The file '{tmp_path}' cannot be read (it is a folder or a pipe).": (str(tmp_path),),
        f"The file '{pipe}' cannot be read (it is a folder or a pipe).": (str(pipe),),
        "--key has to be 1 to 200 visible ASCII characters without spaces.": (table(tmp_path), "--key", "a b"),
    }
    for said, arguments in answers.items():
        done = run("import", *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"peacekeeping: {said}\n")
    usage = run("import", table(tmp_path), "--scope", "some")
    assert usage.returncode == 2
    assert "all_missions" in usage.stderr
    which = run("imports", "--faults", "x.csv")
    assert (which.returncode, which.stdout) == (1, "")
    assert "Say of which import" in which.stderr


def test_who_may_not_import_is_told_so(tmp_path: Path, on_sqlite: Databases):
    file = table(tmp_path)
    with desk_at(on_sqlite.seeded(), four_eyes=True, max_import_bytes=1000) as desk:
        nobody = run("import", file, url=str(desk.client.base_url))
        assert nobody.returncode == 1
        assert "(401 unauthorised)" in nobody.stderr
        assert "Put the token of an analyst into PEACEKEEPING_TOKEN." in nobody.stderr
        alone = run_at(desk, "import", file, *PARTIAL)
        assert (alone.returncode, alone.stdout) == (1, "")
        assert "(403 forbidden) With two pairs of eyes" in alone.stderr.replace(").", ")")
        large = run_at(desk, "import", table(tmp_path, *(AUGUST * 20)), *PARTIAL)
        assert (large.returncode, large.stdout) == (1, "")
        assert "(413 body_too_large)" in large.stderr
        assert run_at(desk, "imports").stdout == ""


# The line


def test_without_a_service_it_is_told_where_one_was_looked_for(tmp_path: Path):
    for arguments in (("import", table(tmp_path)), ("imports",), ("revert", "1", "--reason", "x")):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"peacekeeping: There is no service at {NOWHERE}")
        assert done.stderr.count("\n") == 1


def test_a_file_whose_answer_is_lost_is_sent_again_and_imported_once(desk: Desk, tmp_path: Path):
    teach(desk)
    with breaking_line(desk, breaks=1) as url:
        done = run("import", table(tmp_path), *PARTIAL, url=url, token=desk.tokens["ann"])
    assert done.returncode == 0
    assert done.stdout.startswith("/v1/imports/1\ncommitted: change 121\n")
    assert done.stderr == "This was sent before under the same key, and was not imported again.\n"
    assert [one["id"] for one in desk.read("/v1/imports")["data"]] == [1]


def test_under_one_key_a_file_is_imported_once_and_no_other(desk: Desk, tmp_path: Path):
    teach(desk)
    first = run_at(desk, "import", table(tmp_path), *PARTIAL, "--key", "august")
    again = run_at(desk, "import", table(tmp_path), *PARTIAL, "--key", "august")
    assert first.stdout == again.stdout
    assert "was not imported again" in again.stderr
    other = run_at(desk, "import", table(tmp_path, AUGUST[2]), *PARTIAL, "--key", "august")
    assert (other.returncode, other.stdout) == (1, "")
    assert "(422 idempotency_key_reused)" in other.stderr
    assert desk.revision() == 121


def test_a_file_at_an_address_is_fetched_and_waited_for(on_sqlite: Databases):
    content = "\n".join([HEADER, AUGUST[2]]).encode()
    with file_server(content) as (address, go, allowed), desk_at(on_sqlite.seeded(), **allowed) as desk:
        threading.Timer(1.0, go.set).start()
        done = run_at(desk, "import", address, *PARTIAL)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("/v1/imports/1\ncommitted: change 120\n  file     august.csv, ")
    assert "  records  1 created, 0 unchanged, 0 corrected\n" in done.stdout


def test_on_a_terminal_it_shows_how_far_it_is_and_ctrl_c_leaves_it_going_on(
    on_sqlite: Databases, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TERM", "xterm")
    content = "\n".join([HEADER, AUGUST[2]]).encode()
    with file_server(content) as (address, go, allowed), desk_at(on_sqlite.seeded(), **allowed) as desk:
        with Terminal(desk, "import", address, *PARTIAL) as terminal:
            terminal.wait_for("import 1 is running: 0 rows read")
            terminal.process.send_signal(signal.SIGINT)
            terminal.wait_for(None)
            assert terminal.process.wait(30) == 130
        assert "Import 1 goes on without you. To look at it: peacekeeping imports 1\n" in terminal.seen
        assert terminal.seen.rindex("\x1b[?25h") > terminal.seen.rindex("\x1b[?25l"), "the cursor stays hidden"
        assert "\nrunning\n" in run_at(desk, "imports", "1").stdout
        assert "  0 rows until now  " in run_at(desk, "imports").stdout
        go.set()
        with Terminal(desk, "import", address, *PARTIAL, "--reason", "Again") as second:
            second.wait_for(None)
            assert second.process.wait(30) == 0
        assert "\ncommitted: change 120\n" in run_at(desk, "imports", "1").stdout
        assert desk.revision() == 120


def test_a_service_that_goes_away_meanwhile_is_told_with_how_to_look_later(
    on_sqlite: Databases, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TERM", "xterm")
    url = on_sqlite.seeded()
    with desk_at(url) as desk, file_server(b"") as (address, _, allowed):
        for name, value in allowed.items():
            monkeypatch.setenv(name.upper(), str(value))
        with (
            serving(url) as (process, base),
            httpx.Client(base_url=base) as client,
            Terminal(replace(desk, client=client), "import", address) as terminal,
        ):
            terminal.wait_for("import 1 is running")
            process.kill()
            terminal.wait_for(None)
            assert terminal.process.wait(30) == 1
        assert f"peacekeeping: There is no service at {base}" in terminal.seen
        assert terminal.seen.endswith("\n  To look at the import later: peacekeeping imports 1\n")


# Lists


def test_imports_are_listed_the_newest_first(desk: Desk, tmp_path: Path):
    teach(desk)
    file = table(tmp_path)
    run_at(desk, "import", file)
    run_at(desk, "import", file, *PARTIAL, "--reason", "Table of August")
    run_at(desk, "import", file, *PARTIAL, "--validate", who="bob")
    run_at(desk, "revert", "2", "--reason", "Made up", who="eve")
    listed = run_at(desk, "imports")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert [re.sub(r"\S+Z", "MOMENT", line) for line in listed.stdout.splitlines()] == [
        "3  validated  MOMENT  bob  august.csv  nothing recorded  Import of august.csv",
        "2  reverted  MOMENT  ann  august.csv  change 121, taken back in change 122  Table of August",
        "1  refused  MOMENT  ann  august.csv  nothing recorded  Import of august.csv",
    ]
    assert [line[0] for line in run_at(desk, "imports", "--state", "refused,validated").stdout.splitlines()] == [
        "3", "1"
    ]  # fmt: skip
    wrong = run_at(desk, "imports", "--state", "refuse")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "(422 invalid_request)" in wrong.stderr
    none = run_at(desk, "imports", "7")
    assert (none.returncode, none.stdout) == (1, "")
    assert "There is no import 7" in none.stderr


@pytest.mark.parametrize(("typed", "status"), [("y", 0), ("n", 1)])
def test_taking_back_is_asked_about_on_a_terminal(desk: Desk, tmp_path: Path, typed: str, status: int):
    teach(desk)
    run_at(desk, "import", table(tmp_path), *PARTIAL)
    with Terminal(desk, "revert", "1", "--reason", "Made up", who="eve") as terminal:
        terminal.wait_for("Take it back? [y/N]: ")
        assert desk.revision() == 121
        assert terminal.type(typed) == status
    assert desk.revision() == 122 - status


def test_a_file_of_faults_that_cannot_be_written_is_told_after_the_report(desk: Desk, tmp_path: Path):
    target = tmp_path / "no" / "faults.csv"
    done = run_at(desk, "import", table(tmp_path), *PARTIAL, "--faults", str(target))
    assert done.returncode == 1
    assert done.stdout.startswith("/v1/imports/1\nrefused")
    assert done.stderr == f"peacekeeping: The file '{target}' cannot be written (No such file or directory).\n"


# Names


def test_names_are_taught_with_their_time_and_listed(desk: Desk):
    time = ("--language", "de", "--valid-from", "1991-12", "--valid-to", "2026", "--reason", "German papers")
    taught = run_at(desk, "aliases", "add", "country", "KAZ", "Kasachstan", *time)
    assert (taught.returncode, taught.stdout) == (0, "/v1/country-aliases/kaz.kasachstan\nchange 120\n")
    assert desk.read("/v1/changes/120")["reason"] == "German papers"
    listed = run_at(desk, "aliases", "list", "kaz").stdout.splitlines()
    assert "kaz.kasachstan  Kasachstan  de  1991-12 to 2026" in listed
    mission = run_at(desk, "aliases", "add", "mission", "UNDOF", "Golan-Truppe")
    assert (mission.returncode, mission.stdout) == (0, "/v1/mission-aliases/undof.golan-truppe\nchange 121\n")
    listed = run_at(desk, "aliases", "list", "UNDOF").stdout.splitlines()
    assert "undof.golan-truppe  Golan-Truppe" in listed
    assert "undof.fnuod  FNUOD  fr  French acronym" in listed
    again = run_at(desk, "aliases", "add", "country", "KAZ", "KASACHSTAN")
    assert (again.returncode, again.stdout) == (1, "")
    assert "(409 record_conflict)" in again.stderr


def test_a_name_that_cannot_be_taught_says_why(desk: Desk):
    for arguments, said in (
        (("add", "country", "KAX", "Kasachstan"), "  /country: 'KAX' is no known country."),
        (("add", "country", "KAZ", "Kasachstan", "--valid-from", "May"), "  /valid_from: "),
        (("list", "kazakstn"), "There is neither a country nor a mission of that name.\n"),
    ):
        done = run_at(desk, "aliases", *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
    assert run_at(desk, "aliases", "add", "town", "X", "Y").returncode == 2
    assert desk.revision() == 119
