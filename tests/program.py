"""The `peacekeeping` program, run in processes that start at once: each is forked from one that has loaded it.

To load it takes most of a second, which hundreds of runs would spend over and over. What starts, is signalled or
looks at its terminal is run from the beginning in tests of its own.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

PROGRAM = [sys.executable, "-m", "app"]
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["app.cli", "tests.program"])


def run_program(
    arguments: tuple[str, ...], environment: Mapping[str, str], *, text: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end with these arguments, this environment and this text on its standard input."""
    with tempfile.TemporaryDirectory(prefix="tracker-run-") as folder:
        streams = [Path(folder, name) for name in ("in", "out", "err")]
        streams[0].write_text(text, encoding="utf-8")
        process = _FORKS.Process(target=_be, args=(arguments, dict(environment), str(cwd or Path.cwd()), streams))
        process.start()
        process.join(60)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(list(arguments), 60)
        said = [stream.read_text(encoding="utf-8") for stream in streams[1:]]
        return subprocess.CompletedProcess(arguments, process.exitcode, *said)


def _be(arguments: tuple[str, ...], environment: Mapping[str, str], cwd: str, streams: list[Path]) -> None:
    """Be the program, in a process of its own."""
    for number, (stream, mode) in enumerate(zip(streams, ("r", "w", "w"), strict=True)):
        with stream.open(mode, encoding="utf-8") as file:
            os.dup2(file.fileno(), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  (open for as long as the process lives)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv = [str(Path("app", "__main__.py")), *arguments]
    from app.cli import main

    main()
