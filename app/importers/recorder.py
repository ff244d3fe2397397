"""Takes what a file holds to the ledger, or only counts what it would take there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session

from app.core.history import Change, Ledger, correct_rows, record, record_rows
from app.reports.models import ReportIn


@dataclass
class Recorder:
    """One import at the door: all that it records is one change, which begins with the first record that differs.

    Without `begin` nothing is recorded. `created`, `unchanged` and `corrected` count what the file states; `sources`
    and `reports` are those looked up and made on the way. `pause` is called between steps, and may raise.
    """

    session: Session
    begin: Callable[[], Change] | None
    pause: Callable[[], None] = lambda: None
    created: int = 0
    unchanged: int = 0
    corrected: int = 0
    change: Change | None = None
    sources: set[str] = field(default_factory=set)
    reports: dict[tuple[str, str], list[ReportIn]] = field(default_factory=dict)

    def found(self, number: int) -> None:
        """So many records are there as the file has them."""
        self.pause()
        self.unchanged += number

    def add(self, ledger: Ledger, rows: Sequence[dict[str, Any]], shared: Mapping[str, Any] | None = None) -> None:
        """Records that are new; `shared` are the columns that say the same in all of them."""
        self.pause()
        self.created += len(rows)
        change = self._opened() if rows else None
        if change is not None:
            record_rows(self.session, change, ledger, rows, shared)

    def mend(self, ledger: Ledger, rows: Sequence[dict[str, Any]]) -> None:
        """Records that the file has otherwise."""
        self.pause()
        self.corrected += len(rows)
        change = self._opened() if rows else None
        if change is not None:
            correct_rows(self.session, change, ledger, rows)

    def accompany(self, ledger: Ledger, *shapes: BaseModel) -> None:
        """Records the others need, such as their reports; not counted."""
        change = self._opened() if shapes else None
        if change is not None:
            record(self.session, change, ledger, shapes)

    def _opened(self) -> Change | None:
        if self.change is None and self.begin is not None:
            self.change = self.begin()
        return self.change
