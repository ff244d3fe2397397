"""What requests share: what was loaded for the views that were asked about last."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from sqlmodel import Session

from app.core.history import View

_KEPT_VIEWS = 4
_T = TypeVar("_T")


class Kept(Generic[_T]):
    """Something read off a view, such as its names; a view never changes, so what was loaded once stays true."""

    def __init__(self, load: Callable[[Session, View], _T]) -> None:
        self._load = load
        self._by_revision: dict[int, _T] = {}
        self._lock = Lock()

    def of(self, session: Session, view: View) -> _T:
        """What belongs to a view, out of memory if it was asked about lately."""
        with self._lock:
            kept = self._by_revision.get(view.revision)
        if kept is None:
            kept = self._load(session, view)
            with self._lock:
                self._by_revision[view.revision] = kept
                while len(self._by_revision) > _KEPT_VIEWS:
                    del self._by_revision[next(iter(self._by_revision))]
        return kept
