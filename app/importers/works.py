"""What is done with the statements of a file, by what it is a file of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlmodel import Session

from app.importers.count_records import compare_counts, compare_printed
from app.importers.counts import check_counts, stage_counts
from app.importers.fatalities import check_fatalities, compare_fatalities, stage_fatalities
from app.importers.headcounts import check_headcounts, compare_headcounts, confront_headcounts, stage_headcounts
from app.importers.layouts import Importer
from app.importers.missions import check_missions, compare_missions, stage_missions
from app.importers.recorder import Recorder
from app.importers.resolving import Resolver
from app.importers.stage import Stage
from app.importers.statements import Statement
from app.importers.target import Target


@dataclass(frozen=True)
class Work:
    """What is done with rows, step by step.

    They are put aside; checked among one another; confronted with the record, where they may not fit it; and compared
    with it. Checks and comparisons tell what is odd without being wrong.
    """

    put_aside: Callable[[Stage, Iterator[Statement], Resolver, Callable[[int], None]], int]
    check: Callable[[Stage, str], Iterable[str]]
    compare: Callable[[Recorder, Stage, Target], Iterable[str]]
    confront: Callable[[Session, Stage, Resolver], None] = lambda _session, _stage, _resolver: None


def _counts_and_totals(recorder: Recorder, stage: Stage, target: Target) -> Iterator[str]:
    yield from compare_counts(recorder, stage, target)
    yield from compare_printed(recorder, stage, target)


_WORKS = {
    "counts": Work(stage_counts, check_counts, _counts_and_totals),
    "fatalities": Work(stage_fatalities, check_fatalities, compare_fatalities),
    "headcounts": Work(stage_headcounts, check_headcounts, compare_headcounts, confront_headcounts),
    "missions": Work(stage_missions, check_missions, compare_missions),
    "printed_totals": Work(stage_counts, check_counts, compare_printed),
}


def work_of(importer: Importer) -> Work:
    """What is done with the files of an importer."""
    return _WORKS[importer.what]
