"""The program against a service over HTTP, as a person or a script runs it: real processes, a real terminal."""

import codecs
import json
import os
import pty
import queue
import re
import select
import shlex
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import IO

import pytest
from typer.testing import CliRunner

from app.cli import program
from app.cli_fields import find_kind, read_fields, read_file
from app.recording.kinds import KINDS
from app.remote import RemoteProblem, read_events
from tests.conftest import Databases
from tests.desks import Desk, count, desk_at, report, source
from tests.program import PROGRAM, run_program
from tests.test_cli import serving

NOWHERE = "http://127.0.0.1:1"
COMMANDS = ("post", "correct", "retract", "dispute", "resolve", "proposals", "accept", "reject", "changes")


def environment(url: str, token: str = "") -> dict[str, str]:
    return {**os.environ, "PEACEKEEPING_URL": url, "PEACEKEEPING_TOKEN": token, "COLUMNS": "100"}


def run(*arguments: str, url: str = NOWHERE, token: str = "", text: str = "") -> subprocess.CompletedProcess[str]:
    done = run_program(arguments, environment(url, token), text=text)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def run_at(desk: Desk, *arguments: str, who: str = "ann", text: str = "") -> subprocess.CompletedProcess[str]:
    return run(*arguments, url=str(desk.client.base_url), token=desk.tokens[who], text=text)


@pytest.fixture
def desk(on_sqlite: Databases) -> Iterator[Desk]:
    """A seeded record with a source and a report of ours in it, as changes 120 and 121.

    The program knows no engine: what it asks of the service is tested on both elsewhere.
    """
    with desk_at(on_sqlite.seeded()) as made:
        assert made.post("/v1/sources", source("paper")).status_code == 201
        assert made.post("/v1/reports", report("paper")).status_code == 201
        yield made


# Words


def help_of(*command: str) -> str:
    answer = CliRunner().invoke(program, [*command, "--help"], prog_name="peacekeeping", terminal_width=100)
    assert answer.exit_code == 0
    return answer.stdout


def test_help_says_what_each_command_does_with_an_example():
    listed = help_of()
    for command in COMMANDS:
        text = help_of(command)
        assert text.startswith(f"Usage: peacekeeping {command} [OPTIONS]")
        assert re.search(rf"Example:\n +peacekeeping {command}", text)
        assert re.search(rf"^  {command} +\S.*[^.]\.$", listed, re.MULTILINE), "the list cuts it off"


def test_the_examples_of_the_help_can_be_run(desk: Desk):
    done = {}
    for command in ("post", "correct", "dispute", "resolve", "retract", "proposals"):
        example = re.search(r"Example:\n((?: +.+\n)+)", help_of(command))
        words = shlex.split(example[1].replace("\\\n", " "))
        assert words[0] == "peacekeeping"
        done[command] = run_at(desk, *words[1:])
    assert {command: answer.returncode for command, answer in done.items()} == dict.fromkeys(done, 0), done
    assert done["retract"].stdout == "/v1/headcounts/10334\nchange 126\n"


@pytest.mark.parametrize("kind", KINDS, ids=[kind.path for kind in KINDS])
def test_a_noun_may_be_in_the_singular_or_the_plural(kind):
    assert find_kind(kind.path) is kind
    assert find_kind(kind.title) is kind
    assert find_kind(kind.title.replace(" ", "-").upper()) is kind


@pytest.mark.parametrize(
    ("noun", "pair", "value"),
    [
        ("headcount", "total=139", 139),
        ("headcount", "women=null", None),
        ("headcount", "comment=null", None),
        ("headcount", "total=six", "six"),
        ("headcount", "total=6.0", "6.0"),
        ("headcount", "total=true", "true"),
        ("headcount", "comment=2024", "2024"),
        ("headcount", "comment=a=b", "a=b"),
        ("headcount", "comment=", ""),
        ("headcount", "comment=[1]", "[1]"),
        ("report", "id=2024", "2024"),
        ("report", "id=null", "null"),
        ("report", "as_of=2024-03", "2024-03"),
        ("report", "as_of_inferred=true", True),
        ("report", "as_of_inferred=yes", "yes"),
        ("report", 'missions=["UNDOF"]', ["UNDOF"]),
        ("report", 'headcounts=[{"total": 6}]', [{"total": 6}]),
        ("contingent", "cost_amount=8000000.00", "8000000.00"),
        ("contingent", "planned_persons=9999999999999999999999", 9999999999999999999999),
        ("contingent", "is_reserve=null", None),
        ("mission", "latitude=33.1", 33.1),
        ("mission", "latitude=33", 33),
        ("mission", "latitude=NaN", "NaN"),
    ],
)
def test_a_value_is_read_as_its_field_wants_it(noun: str, pair: str, value: object):
    [read] = read_fields(find_kind(noun), [pair]).values()
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("pair", ["missions=UNDOF", "missions=", "missions=3", 'missions="UNDOF"'])
def test_a_list_has_to_be_written_as_one(pair: str):
    with pytest.raises(RemoteProblem, match="missions: give a list"):
        read_fields(find_kind("report"), [pair])


def test_what_cannot_be_meant_is_refused_before_anything_is_sent():
    answers = {
        "noun": run("post", "head-count", "total=3"),
        "fields": run("post", "headcount", "totl=3", "women=1", "women=2", "men", "reason=why"),
        "correction": run("correct", "headcount", "1", "totl=3", "--reason", "x"),
        "nothing": run("post", "headcount"),
        "key": run("post", "headcount", "total=3", "--key", "a b"),
        "file": run("post", "headcount", "--file", "/no/such/file"),
        "text": run("post", "headcount", "--file", "-", text="total=3"),
    }
    assert all(answer.returncode == 1 and answer.stdout == "" for answer in answers.values())
    said = {name: answer.stderr for name, answer in answers.items()}
    assert not [text for text in said.values() if NOWHERE in text]
    assert said["noun"].startswith("peacekeeping: There is no kind of record 'head-count'. Near: headcount")
    assert said["fields"] == (
        "peacekeeping: This is no headcount; nothing was sent.\n"
        "  There is no field 'totl'. Near: total.\n"
        "  women is given twice.\n"
        "  'men' is no FIELD=VALUE.\n"
        "  The reason is given as --reason TEXT.\n"
    )
    assert "There is no field 'totl'. Near: total." in said["correction"]
    assert "There is nothing to post" in said["nothing"]
    assert "--key has to be 1 to 200 visible ASCII characters" in said["key"]
    assert said["file"] == "peacekeeping: The file '/no/such/file' cannot be read (No such file or directory).\n"
    assert "Standard input holds no JSON" in said["text"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"total": 3, "total": 4}', "'total' stands twice in one object"),
        (b'{"total": NaN}', "NaN is no number"),
        (b"[]", "has to hold one JSON object"),
        (b"", "holds no JSON"),
        (b"[" * 100_000, "holds no JSON"),
        (b'{"comment": "\xff"}', "holds no JSON"),
    ],
)
def test_a_file_that_means_nothing_certain_is_refused(tmp_path: Path, content: bytes, said: str):
    file = tmp_path / "body.json"
    file.write_bytes(content)
    with pytest.raises(RemoteProblem, match=said):
        read_file(str(file))


# Addresses and connections


@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        (NOWHERE, "", "There is no service at http://127.0.0.1:1"),
        ("http://nowhere.invalid", "", "There is no service at http://nowhere.invalid"),
        ("127.0.0.1:8000", "", "PEACEKEEPING_URL has to be the scheme, host and port"),
        ("http://127.0.0.1:8000/v1", "", "PEACEKEEPING_URL has to be the scheme, host and port"),
        ("http://ann:secret@127.0.0.1:8000", "", "PEACEKEEPING_URL has to be the scheme, host and port"),
        ("http://127.0.0.1:eighty", "", "PEACEKEEPING_URL is no address"),
        (NOWHERE, "tökén", "PEACEKEEPING_TOKEN holds characters that no token has"),
    ],
)
def test_an_address_or_token_that_cannot_work_is_told_in_a_sentence(url: str, token: str, said: str):
    answer = run("dispute", "1", "--reason", "x", url=url, token=token)
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"peacekeeping: {said}")
    assert answer.stderr.count("\n") == 1
    assert "secret" not in answer.stderr


def test_following_needs_a_service_to_begin_with():
    answer = run("changes", "--follow")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("peacekeeping: There is no service at http://127.0.0.1:1")


@contextmanager
def impostor(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server that is no tracker."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<p>Hello</p>", "is something else than JSON"),
        (200, b'{"data": [7]}', "in a form that is not known here"),
        (200, b"[" * 100_000, "is something else than JSON"),
        (502, b"<p>Bad gateway</p>", "was answered 502 without a problem body"),
        (301, b"", "has moved to https://example.org/v1/changes. Set PEACEKEEPING_URL"),
        (500, b'{"type":"/p","title":"Bad\\u001b[31m","status":500,"detail":"It","code":"x"}', "Bad [31m (500 x). It"),
    ],
)
def test_what_answers_and_is_no_tracker_is_told_in_a_sentence(status: int, body: bytes, said: str):
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if status == 301:
            handler.send_header("Location", "https://example.org/v1/changes")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    with impostor(answer) as url:
        done = run("changes", url=url)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.replace("\n", "").isprintable()


@contextmanager
def breaking_line(desk: Desk, breaks: int) -> Iterator[str]:
    """A line to the service that takes its first answers and passes none of them on."""
    listener = socket.create_server(("127.0.0.1", 0))
    left = [breaks]

    def carry() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                with near, socket.create_connection((desk.client.base_url.host, desk.client.base_url.port)) as far:
                    far.sendall(_one_message(near))
                    answer = _one_message(far)
                    left[0] -= 1
                    if left[0] < 0:
                        near.sendall(answer)

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def _one_message(line: socket.socket) -> bytes:
    """One HTTP message with a Content-Length."""
    text = b""
    while b"\r\n\r\n" not in text:
        text += line.recv(65536)
    head, body = text.split(b"\r\n\r\n", 1)
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


POST = ("post", "headcount", "report=paper", "country=KAZ", "mission=UNTSO", "personnel_type=troops", "total=6")


def test_a_post_whose_answer_is_lost_is_repeated_and_recorded_once(desk: Desk):
    with breaking_line(desk, breaks=1) as url:
        answer = run(*POST, url=url, token=desk.tokens["ann"])
    assert (answer.returncode, answer.stdout) == (0, "/v1/headcounts/15362\nchange 122\n")
    assert "was not recorded again" in answer.stderr
    assert desk.revision() == 122


def test_a_post_whose_answers_are_lost_tells_the_key_to_repeat_it_with(desk: Desk):
    with breaking_line(desk, breaks=2) as url:
        lost = run(*POST, url=url, token=desk.tokens["ann"])
    assert (lost.returncode, lost.stdout) == (1, "")
    key = re.search(r"It is open whether it was recorded. Repeat it with --key (\S+): nothing is", lost.stderr)
    again = run_at(desk, *POST, "--key", key[1])
    assert (again.returncode, again.stdout) == (0, "/v1/headcounts/15362\nchange 122\n")
    assert desk.revision() == 122


# Writing


def test_posting_prints_the_address_and_the_change_and_warnings_beside(desk: Desk):
    answer = run_at(desk, *POST[:3], "mission=UNDOF", *POST[3:4], *POST[5:6], "total=400", "--reason", "Paper, page 3")
    assert (answer.returncode, answer.stdout) == (0, "/v1/headcounts/15362\nchange 122\n")
    assert re.fullmatch(r"warning \(far_from_last_count\): .*\. See /v1/discrepancies\?id=\S+\n", answer.stderr)
    found = desk.client.get(re.search(r"See (\S+)", answer.stderr)[1]).json()["data"]
    assert [one["kind"] for one in found] == ["far_from_last_count"]
    assert desk.read("/v1/changes/122")["reason"] == "Paper, page 3"
    assert desk.read("/v1/headcounts/15362")["total"] == 400


def test_a_report_comes_out_of_a_file_and_fields_win(desk: Desk, tmp_path: Path):
    body = {**report("paper", as_of="2025-08-21"), "headcounts": [count(140), count(4, personnel_type="staff_officer")]}
    file = tmp_path / "body.json"
    file.write_text("\ufeff" + json.dumps({**body, "note": "Ɣ\ud83d\ude00"}), encoding="utf-8")
    answer = run_at(desk, "post", "reports", "id=second", "as_of_inferred=true", "--file", str(file))
    assert answer.stdout == "/v1/reports/second\nchange 122\n", answer.stderr
    stored = desk.read("/v1/reports/second")
    assert (stored["as_of"], stored["as_of_inferred"], stored["note"]) == ("2025-08-21", True, "Ɣ😀")
    assert [row["total"] for row in desk.read("/v1/headcounts", report="second")["data"]] == [140, 4]
    piped = run_at(desk, "post", "reports", "id=third", "as_of=2025-08-22", "--file", "-", text=json.dumps(body))
    assert piped.stdout == "/v1/reports/third\nchange 123\n", piped.stderr


def test_every_fault_is_a_line_with_its_place_and_what_looks_alike(desk: Desk):
    answer = run_at(
        desk, "post", "headcount", "report=papers", "country=Kazahstan", "personnel_type=troops", "total=six"
    )
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("peacekeeping: Invalid request (422 invalid_request).\n")
    lines = answer.stderr.splitlines()[1:]
    assert "  /country: 'Kazahstan' is no known country." in lines
    assert "    near: KAZ, KGZ, AFG" in lines
    assert sum(line.startswith(("  /report: ", "  /total: ")) for line in lines) == 2
    assert desk.revision() == 121
    again = run_at(desk, "post", "source", *(f"{name}={text}" for name, text in source("paper").items()))
    assert "(409 record_conflict)" in again.stderr
    assert "/v1/sources/paper" in again.stderr


def test_text_that_is_none_is_refused_and_breaks_nothing(desk: Desk):
    body = json.dumps({**count(6, report="paper"), "comment": "\ud800"})
    answer = run_at(desk, "post", "headcount", "--file", "-", text=body)
    assert answer.returncode == 1
    assert re.match(r"peacekeeping: .*\((422|400) ", answer.stderr), answer.stderr
    for arguments, said in (
        (["dispute", "1", "--reason", b"\xff"], rb"peacekeeping: .*\((422|400) "),
        (["retract", "headcount", b"\xff", "--reason", "x"], rb"peacekeeping: .*\((404|400) "),
        (
            ["retract", "headcount", "1", "--reason", b"\xff"],
            rb"(?s:.+)\npeacekeeping: An argument",
        ),
        (["post", b"\xff", "total=1"], rb"peacekeeping: There is no kind of record"),
    ):
        raw = subprocess.run(
            [*PROGRAM, *arguments],
            capture_output=True,
            env=environment(str(desk.client.base_url), desk.tokens["ann"]),
            timeout=60,
        )
        assert raw.returncode == 1, raw
        assert re.match(said, raw.stderr), raw.stderr
        assert b"Traceback" not in raw.stderr


def test_who_has_no_token_is_told_where_to_put_it(desk: Desk):
    answer = run(*POST, url=str(desk.client.base_url))
    assert answer.returncode == 1
    assert "(401 unauthorised)" in answer.stderr
    assert "Put the token of an analyst into PEACEKEEPING_TOKEN." in answer.stderr


def test_a_count_is_corrected_disputed_resolved_and_retracted(desk: Desk):
    steps = [
        (POST, "122"),
        (("correct", "headcount", "15362", "total=7", "women=null", "--reason", "Misread"), "123"),
        (("dispute", "15362", "--reason", "In doubt"), "124"),
        (("resolve", "15362", "--reason", "Seen"), "125"),
        (("retract", "headcounts", "15362", "--reason", "Not theirs"), "126"),
    ]
    for arguments, number in steps:
        answer = run_at(desk, *arguments)
        assert (answer.returncode, answer.stdout) == (0, f"/v1/headcounts/15362\nchange {number}\n"), answer.stderr
    told = [(row["author"], row["reason"]) for row in desk.read("/v1/changes", since=122)["data"]]
    assert told == [("ann", "Misread"), ("ann", "In doubt"), ("ann", "Seen"), ("ann", "Not theirs")]
    assert desk.get("/v1/headcounts/15362").status_code == 404
    gone = run_at(desk, "retract", "headcount", "15362", "--reason", "Again")
    assert gone.returncode == 1
    assert "(404 not_found)" in gone.stderr


def test_a_correction_that_changes_nothing_says_so(desk: Desk):
    answer = run_at(desk, "correct", "report", "paper", "note=null", "--reason", "None")
    assert (answer.returncode, answer.stdout) == (0, "/v1/reports/paper\n")
    assert answer.stderr == "Nothing was recorded: the record says so already.\n"
    assert desk.revision() == 121


def test_retracting_a_report_tells_what_goes_with_it(desk: Desk):
    assert run_at(desk, *POST).returncode == 0
    answer = run_at(desk, "retract", "report", "paper", "--reason", "Withdrawn")
    assert (answer.returncode, answer.stdout) == (0, "/v1/reports/paper\nchange 123\n")
    assert "/v1/reports/paper says:\n  id: paper\n  source: paper\n  as_of: 2025-08-20\n" in answer.stderr
    assert "With it go 1 headcount and 0 printed totals.\n" in answer.stderr
    assert desk.read("/v1/headcounts", report="paper")["data"] == []


class Terminal:
    """The program at a terminal of its own."""

    def __init__(self, desk: Desk, *arguments: str, who: str = "ann") -> None:
        self.seen = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.mine, its = pty.openpty()
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments],
            stdin=its,
            stdout=its,
            stderr=its,
            env=environment(str(desk.client.base_url), desk.tokens[who]),
        )
        os.close(its)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(30)
        os.close(self.mine)

    def wait_for(self, text: str | None) -> None:
        """Read on until a text is shown; until the program ends for None."""
        while text is None or text not in self.seen:
            ready, _, _ = select.select([self.mine], [], [], 30)
            assert ready, self.seen
            try:
                chunk = os.read(self.mine, 4096)
            except OSError:  # what Linux says when the other side is closed
                chunk = b""
            if not chunk:
                assert text is None, self.seen
                return
            self.seen += self.decoder.decode(chunk).replace("\r\n", "\n")

    def type(self, line: str) -> int:
        """Type a line and return the exit status."""
        os.write(self.mine, f"{line}\n".encode())
        self.wait_for(None)
        return self.process.wait(30)


RETRACT = ("retract", "report", "paper", "--reason", "Withdrawn")


@pytest.mark.parametrize(("typed", "status"), [("y", 0), ("n", 1), ("", 1)])
def test_a_retraction_is_asked_about_on_a_terminal(desk: Desk, typed: str, status: int):
    with Terminal(desk, *RETRACT) as terminal:
        terminal.wait_for("Retract it? [y/N]: ")
        assert desk.revision() == 121
        assert terminal.type(typed) == status
    assert ("change 122" in terminal.seen) == (status == 0)
    assert desk.revision() == 122 - status


def test_a_retraction_with_yes_asks_nobody(desk: Desk):
    with Terminal(desk, *RETRACT, "--yes") as terminal:
        terminal.wait_for(None)
        assert terminal.process.wait(30) == 0
    assert "change 122" in terminal.seen
    assert "Retract it?" not in terminal.seen


def test_if_somebody_was_faster_it_is_told_who_and_what_and_nothing_is_written(desk: Desk):
    with Terminal(desk, *RETRACT) as terminal:
        terminal.wait_for("Retract it?")
        etag = desk.get("/v1/reports/paper").headers["ETag"]
        changed = desk.patch("/v1/reports/paper", {"as_of": "2025-08-19", "reason": "Dated"}, etag, "bob")
        assert changed.status_code == 200
        assert terminal.type("y") == 1
    assert (
        "peacekeeping: Nothing was written: /v1/reports/paper was changed meanwhile by bob (change 122: Dated).\n"
        "  as_of: 2025-08-20 -> 2025-08-19\n"
        "Look at it, and decide anew.\n"
    ) in terminal.seen
    assert desk.get("/v1/reports/paper").status_code == 200
    assert desk.revision() == 122


def test_if_somebody_retracted_it_meanwhile_that_is_told(desk: Desk):
    with Terminal(desk, *RETRACT) as terminal:
        terminal.wait_for("Retract it?")
        etag = desk.get("/v1/reports/paper").headers["ETag"]
        assert desk.delete("/v1/reports/paper", etag, who="bob").status_code == 200
        assert terminal.type("y") == 1
    assert "/v1/reports/paper" in terminal.seen.split("peacekeeping: ")[1]
    assert desk.revision() == 122


# Proposals


def test_proposals_are_listed_accepted_and_rejected(on_sqlite: Databases):
    with desk_at(on_sqlite.seeded(), four_eyes=True) as desk:
        posted = run_at(desk, "post", "source", *(f"{name}={text}" for name, text in source("paper").items()))
        assert (posted.returncode, posted.stdout) == (0, "/v1/proposals/1\n")
        assert "nothing is recorded until another analyst accepts it" in posted.stderr
        run_at(desk, "correct", "headcount", "10334", "women=8", "men=131", "--reason", "Misread", who="bob")
        run_at(desk, "dispute", "10334", "--reason", "In doubt")
        listed = run_at(desk, "proposals", "--state", "open").stdout.splitlines()
        assert [re.sub(r"\S+Z", "MOMENT", line) for line in listed] == [
            "1  open  MOMENT  ann  create sources  New source",
            "2  open  MOMENT  bob  correct headcounts/10334  Misread",
            "3  open  MOMENT  ann  dispute headcounts/10334  In doubt",
        ]
        own = run_at(desk, "accept", "1")
        assert (own.returncode, own.stdout) == (1, "")
        assert "Proposal 1 is your own" in own.stderr
        accepted = run_at(desk, "accept", "1", "--reason", "Seen", who="bob")
        assert (accepted.returncode, accepted.stdout) == (0, "/v1/sources/paper\nchange 120\n")
        accepted = run_at(desk, "accept", "2")
        assert (accepted.returncode, accepted.stdout) == (0, "/v1/headcounts/10334\nchange 121\n")
        rejected = run_at(desk, "reject", "3", "--reason", "It is right now", who="eve")
        assert (rejected.returncode, rejected.stdout) == (0, "/v1/proposals/3\n")
        states = [line.split("  ")[1] for line in run_at(desk, "proposals").stdout.splitlines()]
        assert states == ["accepted", "accepted", "rejected"]
        assert run_at(desk, "proposals", "--state", "open").stdout == ""
        assert "(422 invalid_request)" in run_at(desk, "proposals", "--state", "opne").stderr
        told = run_at(desk, "changes", "--since", "119").stdout.splitlines()
        assert [line.split("  ")[2] for line in told] == ["ann and bob", "bob and ann"]


# The feed


def lines_of(*arguments: str, desk: Desk) -> list[str]:
    answer = run_at(desk, "changes", *arguments)
    assert (answer.returncode, answer.stderr) == (0, "")
    return answer.stdout.splitlines()


def test_changes_are_told_in_a_line_each(desk: Desk):
    assert run_at(desk, *POST).returncode == 0
    lines = [re.sub(r"\S+Z", "MOMENT", line) for line in lines_of("--since", "117", desk=desk)]
    assert lines == [
        "118  MOMENT  seed  1 report created, 871 headcounts created  Seed report un-dpo-2025-07-31",
        "119  MOMENT  seed  291 printed totals created  Seed file printed_totals.csv",
        "120  MOMENT  ann  1 source created  New source",
        "121  MOMENT  ann  1 report created  New report",
        "122  MOMENT  ann  1 headcount created  New headcount",
    ]
    everything = lines_of(desk=desk)
    assert [line.split("  ")[0] for line in everything] == [str(number) for number in range(1, 123)]
    rows = [json.loads(line) for line in lines_of("--since", "119", "--json", desk=desk)]
    assert [row["number"] for row in rows] == [120, 121, 122]
    assert rows[0] == desk.read("/v1/changes", since=119)["data"][0]


def test_a_reader_that_goes_away_leaves_no_traceback(desk: Desk):
    env = environment(str(desk.client.base_url))
    with subprocess.Popen([*PROGRAM, "changes"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(30) == 1
    assert said == b""


class Follower:
    """`peacekeeping changes --follow`, read along."""

    def __init__(self, url: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "changes", "--follow", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=environment(url),
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self.complaints: queue.Queue[str] = queue.Queue()
        pairs = ((self.process.stdout, self.lines), (self.process.stderr, self.complaints))
        self.readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in pairs]
        for reader in self.readers:
            reader.start()

    def __enter__(self) -> "Follower":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(30)
        for reader in self.readers:
            reader.join(30)

    @staticmethod
    def _read(stream: IO[str], lines: queue.Queue[str]) -> None:
        with stream:
            for line in stream:
                lines.put(line)

    def numbers(self, count: int) -> list[int]:
        return [int(self.lines.get(timeout=30).split("  ")[0]) for _ in range(count)]

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


def test_following_shows_each_change_once_though_the_service_goes_and_comes_back(databases: Databases):
    url = databases.seeded()
    with desk_at(url) as desk:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with ExitStack() as ended:
            with serving(url, "--port", str(port)) as (_, base):
                follower = ended.enter_context(Follower(base, "--since", "117"))
                assert follower.numbers(2) == [118, 119]
                assert desk.post("/v1/sources", source("one")).status_code == 201
                assert follower.numbers(1) == [120]
            assert desk.post("/v1/sources", source("two")).status_code == 201
            assert desk.post("/v1/sources", source("three")).status_code == 201
            assert re.search(r"Trying again; Ctrl-C stops\.$", follower.complaints.get(timeout=30).strip())
            with serving(url, "--port", str(port)):
                assert follower.numbers(2) == [121, 122]
                assert desk.post("/v1/sources", source("four")).status_code == 201
                assert follower.numbers(1) == [123]
                assert follower.stop(signal.SIGINT) == 0
            assert follower.lines.empty()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_following_begins_with_what_is_new(desk: Desk, how: signal.Signals):
    with Follower(str(desk.client.base_url), "--json") as follower:
        row = None
        for number in range(60):
            assert desk.post("/v1/sources", source(f"new-{number}")).status_code == 201
            with suppress(queue.Empty):
                row = json.loads(follower.lines.get(timeout=1))
                break
        assert row is not None
        assert row["number"] > 121
        assert row == desk.read("/v1/changes", since=row["number"] - 1)["data"][0]
        assert follower.stop(how) == 0
        assert follower.complaints.empty()


def test_a_stream_is_taken_apart_wherever_it_is_cut():
    text = (
        b': hello\n\nid: 1\nevent: change\ndata: {"reason": "a\xe2\x80\xa8b"}\n\n'
        b"retry: 5\n\nid:2\r\ndata: one\r\ndata: two\r\n\r\nid: 3\ndata: cut off"
    )
    whole = [(event.id, event.name, event.text) for event in read_events(iter([text]))]
    assert whole == [("1", "change", '{"reason": "a\u2028b"}'), ("2", "message", "one\ntwo")]
    for size in (1, 2, 3, 7, 20):
        chunks = [text[start : start + size] for start in range(0, len(text), size)]
        assert [(event.id, event.name, event.text) for event in read_events(iter(chunks))] == whole
