"""Takes a document that shows commands and answers apart, and runs the commands in one of three ways."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WAYS = ("curl", "python", "program")
_MARK = "@@@@"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")

# Each statement is run as the interactive interpreter runs it: the value of an expression is printed.
_INTERPRETER = f"""
import json, sys
known = {{}}
for statement in json.load(open(sys.argv[1], encoding="utf-8")):
    exec(compile(statement + "\\n", "<document>", "single"), known)
    print("{_MARK} 0", flush=True)
"""


@dataclass(frozen=True)
class Step:
    """One command of the document; `way` is None for what is needed whichever way one goes."""

    way: str | None
    command: str
    shown: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line}: {self.command}"

    @property
    def status(self) -> int:
        """The exit status it should have: the program fails where its complaint is shown."""
        return int("peacekeeping: " in self.shown)

    def answered_by(self, text: str) -> bool:
        """True if the text is what is shown: line breaks and moments may differ, `...` stands for anything."""
        parts = [re.escape(_bare(part)) for part in self.shown.split("...")]
        return re.fullmatch(".*".join(parts), _bare(text)) is not None


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", _MOMENT.sub("MOMENT", text))


def read_steps(text: str) -> list[Step]:
    """The commands of a document in their order: indented lines after `$`, or after `>>>` and `...`."""
    lines = text.splitlines()
    steps: list[Step] = []
    place = 0
    while place < len(lines):
        start, place = place, place + 1
        line = lines[start].removeprefix("    ")
        if line == lines[start] or not line.startswith(("$ ", ">>> ")):
            continue
        command = [line.split(" ", 1)[1]]
        while place < len(lines) and (
            lines[place].startswith("    ... ") if line.startswith(">>>") else _goes_on("\n".join(command))
        ):
            command.append(lines[place][8 if line.startswith(">>>") else 4 :])
            place += 1
        shown = []
        while place < len(lines) and re.match(r"    (?!\$ |>>> )", lines[place]):
            shown.append(lines[place][4:])
            place += 1
        way = "python" if line.startswith(">>>") else _way(command[0])
        steps.append(Step(way, "\n".join(command), "\n".join(shown), start + 1))
    return steps


def _goes_on(command: str) -> bool:
    return command.endswith("\\") or command.count("'") % 2 == 1


def _way(command: str) -> str | None:
    if command.startswith("curl "):
        return "curl"
    is_program = re.match(r"(\w+=\S+ )?peacekeeping (?!tokens)", command) or "PEACEKEEPING_URL=" in command
    return "program" if is_program else None


def run_steps(
    steps: Sequence[Step], way: str, addresses: Mapping[str, str], environment: Mapping[str, str], folder: Path
) -> list[tuple[Step, str, int]]:
    """Run one way through the steps, in one shell; each step with what it said and its exit status."""

    def placed(text: str) -> str:
        for shown, real in addresses.items():
            text = text.replace(shown, real)
        return text

    mine = [step for step in steps if step.way in (None, way)]
    shell = [step for step in mine if step.way != "python"]
    statements = [step for step in mine if step.way == "python"]
    script = ["exec 2>&1", f'peacekeeping() {{ "{sys.executable}" -m app "$@"; }}']
    script += [f"{placed(step.command)}\nstatus=$?; echo; echo '{_MARK}' $status" for step in shell]
    if statements:
        kept = folder / "statements.json"
        kept.write_text(json.dumps([placed(step.command) for step in statements]), encoding="utf-8")
        interpreter = folder / "interpreter.py"
        interpreter.write_text(_INTERPRETER, encoding="utf-8")
        # Shell commands in between set up what Python uses too, and come first.
        script.append(f"'{sys.executable}' '{interpreter}' '{kept}'")
    answer = subprocess.run(
        ["bash", "-c", "\n".join(script)], capture_output=True, text=True, env=dict(environment), timeout=240
    )
    *said, rest = re.split(rf"{_MARK} (\d+)\n", answer.stdout)
    assert len(said) == 2 * len(mine), rest + answer.stderr
    return [(step, said[2 * number], int(said[2 * number + 1])) for number, step in enumerate([*shell, *statements])]
