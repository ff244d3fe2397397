"""Programs that are started, watched and ended: on a port of 127.0.0.1, on one core, by their process id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
# One core for the server and its database, another for whoever asks: where there is one alone, both share it.
_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER_CORE, LOAD_CORE = (_CORES[0], _CORES[1]) if len(_CORES) > 1 else (None, None)
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def end_tidily() -> None:
    """Take a stop for the end of the program, so that everything it started is ended too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def on_core(core: int | None, command: Sequence[str]) -> list[str]:
    """The command on one core, where the system can do that."""
    return list(command) if core is None else ["taskset", "--cpu-list", str(core), *command]


def fetch(
    url: str, method: str = "GET", body: str = "", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (in small letters) and body of an answer, whatever its status."""
    request = urllib.request.Request(url, body.encode() or None, dict(headers or {}), method=method)  # noqa: S310
    try:
        with _OPENER.open(request, timeout=600) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], ready: str, log: Path) -> Iterator[Running]:
    """A server from its start until it is ended; `{port}` in the command stands for its port."""
    port = free_port()
    told = [part.replace("{port}", str(port)) for part in command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            on_core(SERVER_CORE, told), env={**os.environ, **environment}, cwd=ROOT, stdout=output, stderr=output
        )
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}{ready}", log)
            yield Running(process.pid, port)
        finally:
            _end(process)


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    for _ in range(60_000):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended at once:\n{log.read_text(errors='replace')[-2000:]}")
        try:
            if fetch(url)[0] == 200:
                return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"{process.args} does not answer {url}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, of those it started, and of those of them that have ended."""
    ticks = 0
    for number in _tree(pid):
        used = _stat(number)
        ticks += int(used[11]) + int(used[12])
        if number == pid:
            ticks += int(used[13]) + int(used[14])
    return ticks / float(os.sysconf("SC_CLK_TCK"))


def memory_mb(pid: int) -> float:
    """Memory that a process holds, MB (RSS); what it started is not counted."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _tree(int(child))


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ["0"] * 20
