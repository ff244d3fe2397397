"""Does one import from beginning to end: reads, checks, compares, and records all of it or nothing."""

import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.core.database import Database
from app.core.errors import RecordConflict, TrackerError
from app.core.history import Change, Origin, View, begin_change, hold_ledger, open_view
from app.core.names import Names
from app.importers.fetch_rules import FetchRules
from app.importers.files import Limits, open_table
from app.importers.layouts import Importer
from app.importers.models import ImportMode, ImportState, OnError, Order, Told
from app.importers.recorder import Recorder
from app.importers.registry import find_importer, recognise
from app.importers.resolving import Resolver
from app.importers.stage import Stage
from app.importers.store import end_import, find_same, record_faults, update_import
from app.importers.target import Target
from app.importers.works import Work, work_of

_LOG = logging.getLogger("peacekeeping")
_TELL_EVERY = 1.0  # seconds
_MANY = 10_000  # records that may change which index is best


@dataclass(frozen=True)
class Job:
    """A file that waits to be imported, and what to do with it."""

    number: int
    path: Path
    file_name: str
    sha256: str
    order: Order
    author: str
    reason: str
    url: str | None = None  # where the file is to be fetched to `path`


@dataclass(frozen=True)
class Workshop:
    """What imports need of the service."""

    database: Database
    names: Callable[[Session, View], Names]
    limits: Limits
    rules: FetchRules


class _Stopped(Exception):
    """The service stops."""


def run_import(shop: Workshop, job: Job, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Do an import and note what came of it; whatever happens, it ends in a state that says so."""
    run = _Run(shop, job, is_stopping)
    try:
        with tempfile.TemporaryDirectory(prefix="tracker-import-") as folder:
            run.do(Path(folder))
    except TrackerError as error:
        run.give_up(ImportState.REFUSED, error.detail)
    except _Stopped:
        run.give_up(ImportState.FAILED, "The service was stopped. Nothing was recorded; send the file again.")
    except Exception:  # noqa: BLE001  (nobody waits for this thread: whatever it was has to be noted)
        _LOG.exception("import %s broke off", job.number)
        run.give_up(ImportState.FAILED, "The service failed on this file. Nothing was recorded; it is logged.")
    finally:
        job.path.unlink(missing_ok=True)


class _Run:
    """One import under way."""

    def __init__(self, shop: Workshop, job: Job, is_stopping: Callable[[], bool]) -> None:
        self.shop = shop
        self.job = job
        self.is_stopping = is_stopping
        self.importer: Importer | None = None
        self.told = Told()
        self.rows = 0
        self._told_at = 0.0

    def do(self, folder: Path) -> None:
        """Read, check, compare, and record or not; `folder` is for what lies on disk meanwhile."""
        self._tell(0)
        if self.job.url is not None:
            self._fetch(self.job.url)
        with open_table(self.job.path, self.job.file_name, self.shop.limits) as table:
            asked = self.job.order.importer
            self.importer = importer = recognise(table.header) if asked is None else find_importer(asked)
            with self.shop.database.read() as session:
                resolver = Resolver(self.shop.names(session, open_view(session)))
            with Stage.open(folder / "stage.db") as stage:
                work = work_of(importer)
                self.rows = work.put_aside(stage, importer.read(table), resolver, self._tell)
                self.told.notes += table.notes
                if self.rows == 0:
                    self.told.notes.append("The file has a header and no rows: there is nothing to record.")
                unknown = importer.unknown(table.header)
                if unknown:
                    self.told.warnings.append(f"Columns that are not read: {', '.join(unknown)[:500]}.")
                self.told.warnings += work.check(stage, datetime.now(UTC).date().isoformat())
                self.told.unknown_names = list(resolver.unknown_names())
                self._finish(stage, importer, work, resolver)

    def give_up(self, state: ImportState, problem: str) -> None:
        """Note why nothing was recorded, and what was found until then."""
        self.told.problem = problem
        try:
            with self.shop.database.write() as session:
                end_import(session, self.job.number, datetime.now(UTC), state=state, **self._found())
        except SQLAlchemyError:
            # It is given up once it was silent for long enough.
            _LOG.exception("what came of import %s could not be noted: %s", self.job.number, problem)

    def _pause(self) -> None:
        if self.is_stopping():
            raise _Stopped

    def _tell(self, rows: int) -> None:
        """Note how far it is, about once a second."""
        self._pause()
        self.rows = rows
        if time.monotonic() - self._told_at < _TELL_EVERY:
            return
        self._told_at = time.monotonic()
        with self.shop.database.write() as session:
            update_import(
                session, self.job.number, state=ImportState.RUNNING, rows_read=rows, beat_at=datetime.now(UTC)
            )

    def _fetch(self, url: str) -> None:
        from app.importers.fetch import fetch  # its libraries take their time to load, and most services never fetch

        fetched = fetch(url, self.job.path, self.shop.rules, pause=self._pause)
        self.job = replace(self.job, file_name=fetched.name, sha256=fetched.sha256)
        with self.shop.database.write() as session:
            file = {"file_name": fetched.name, "size": fetched.size, "sha256": fetched.sha256}
            update_import(session, self.job.number, beat_at=datetime.now(UTC), **file)

    def _finish(self, stage: Stage, importer: Importer, work: Work, resolver: Resolver) -> None:
        with self.shop.database.read() as session:
            work.confront(session, stage, resolver)
        if self.job.order.on_error is OnError.ABORT and _rejected(stage):
            self._refuse(stage)
            return
        target = Target(importer, self.job.order.source or importer.source or "", self.job.order.scope)
        try:
            if self.job.order.mode is ImportMode.VALIDATE:
                self._validate(stage, work, target)
            else:
                self._commit(stage, work, target, resolver)
        except TrackerError as error:
            self.told.problem = error.detail
            self._refuse(stage)

    def _refuse(self, stage: Stage) -> None:
        with self.shop.database.write() as session:
            self._close(session, stage, ImportState.REFUSED)

    def _validate(self, stage: Stage, work: Work, target: Target) -> None:
        stage.leave_out()
        with self.shop.database.read() as session:
            recorder = Recorder(session, None, self._pause)
            self.told.warnings += work.compare(recorder, stage, target)
        with self.shop.database.write() as session:
            self._close(session, stage, ImportState.VALIDATED, recorder)

    def _commit(self, stage: Stage, work: Work, target: Target, resolver: Resolver) -> None:
        rejected = _rejected(stage)
        stage.leave_out()
        with self.shop.database.write() as session:
            hold_ledger(session)
            # Somebody may have changed the record since the rows were confronted with it.
            work.confront(session, stage, resolver)
            if _rejected(stage) > rejected:
                raise RecordConflict("The record changed while the file was read. Nothing was recorded; send it again.")
            recorder = Recorder(session, lambda: self._begin(session), self._pause)
            self.told.warnings += work.compare(recorder, stage, target)
            self._note_if_nothing_new(session, recorder, target.importer)
            if not self._close(session, stage, ImportState.COMMITTED, recorder):
                raise RecordConflict("The import was given up meanwhile. Nothing was recorded; send the file again.")
        if recorder.created + recorder.corrected > _MANY:
            self.shop.database.analyze()

    def _begin(self, session: Session) -> Change:
        return begin_change(session, self.job.author, self.job.reason, Origin.IMPORT)

    def _note_if_nothing_new(self, session: Session, recorder: Recorder, importer: Importer) -> None:
        if recorder.change is not None or self.rows == 0:
            return
        before = find_same(session, self.job.sha256, importer.name)
        same = "" if before is None else f" It is the file of import {before}."
        self.told.notes.append(f"All of it stands in the record already; nothing was recorded.{same}")

    def _close(self, session: Session, stage: Stage, state: ImportState, recorder: Recorder | None = None) -> bool:
        """Note what came of it, in the transaction that records it; False if it was told before."""
        faults = stage.ask("SELECT row, field, code, message FROM fault ORDER BY row, rowid")
        record_faults(session, self.job.number, _typed(faults))
        return end_import(
            session,
            self.job.number,
            datetime.now(UTC),
            state=state,
            rejected=_rejected(stage),
            faults=stage.number("SELECT count(*) FROM fault"),
            **self._found(),
            **({} if recorder is None else _numbers(recorder)),
        )

    def _found(self) -> dict[str, Any]:
        importer = self.importer
        found: dict[str, Any] = {"rows_read": self.rows, "told": self.told.model_dump_json()}
        if importer is not None:
            found |= {"importer": importer.name, "source": self.job.order.source or importer.source}
        return found


def _rejected(stage: Stage) -> int:
    return stage.number("SELECT count(DISTINCT row) FROM fault")


def _typed(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, str | None, str, str]]:
    for row, column, code, message in rows:
        yield int(row), column, str(code), str(message)


def _numbers(recorder: Recorder) -> dict[str, Any]:
    return {
        "created": recorder.created,
        "unchanged": recorder.unchanged,
        "corrected": recorder.corrected,
        "change": None if recorder.change is None else recorder.change.number,
    }
