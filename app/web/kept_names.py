"""What requests share: the names of the views that were asked about last."""

from threading import Lock

from sqlmodel import Session

from app.core.history import View
from app.core.names import Names
from app.missions.store import load_names

_KEPT_VIEWS = 4


class KeptNames:
    """Codes and names by view; a view never changes, so what was loaded once stays true."""

    def __init__(self) -> None:
        self._by_revision: dict[int, Names] = {}
        self._lock = Lock()

    def of(self, session: Session, view: View) -> Names:
        """The names of a view, out of memory if it was asked about lately."""
        with self._lock:
            names = self._by_revision.get(view.revision)
        if names is None:
            names = load_names(session, view)
            with self._lock:
                self._by_revision[view.revision] = names
                while len(self._by_revision) > _KEPT_VIEWS:
                    del self._by_revision[next(iter(self._by_revision))]
        return names
