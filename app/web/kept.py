"""What requests share: what was loaded for the views that were asked about last."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from sqlmodel import Session

from app.core.history import LedgerRow, View, last_touched

_KEPT = 8
_T = TypeVar("_T")


class Kept(Generic[_T]):
    """Something read off some tables in a view, such as names; it stays true until a change touches one of them.

    Not to be asked about a change that is still being written: it may be taken back.
    """

    def __init__(self, rows: Sequence[type[LedgerRow]], load: Callable[[Session, View], _T]) -> None:
        self._rows = rows
        self._load = load
        self._touched: dict[int, int] = {}  # by revision: the last change until then that touched one of the tables
        self._by_touched: dict[int, _T] = {}
        self._lock = Lock()

    def of(self, session: Session, view: View) -> _T:
        """What belongs to a view, out of memory if nothing it is read off has changed."""
        with self._lock:
            touched = self._touched.get(view.revision)
            kept = None if touched is None else self._by_touched.get(touched)
        if kept is not None:
            return kept
        touched = last_touched(session, self._rows, view)
        with self._lock:
            kept = self._by_touched.get(touched)
        if kept is None:
            kept = self._load(session, view)
        with self._lock:
            _put(self._touched, view.revision, touched)
            _put(self._by_touched, touched, kept)
        return kept


_V = TypeVar("_V")


def _put(values: dict[int, _V], key: int, value: _V) -> None:
    values[key] = value
    while len(values) > _KEPT:
        del values[next(iter(values))]
