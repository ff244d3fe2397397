"""What a request needs from the application: the names of the view it looks at."""

from fastapi import Request
from sqlmodel import Session

from app.core.history import View
from app.core.names import Names
from app.missions.store import load_names

_KEPT_VIEWS = 4


def names_of(request: Request, session: Session, view: View) -> Names:
    """Codes and names of a view; kept in memory for the views asked about last."""
    kept: dict[int, Names] = request.app.state.names
    names = kept.get(view.revision)
    if names is None:
        names = load_names(session, view)
        while len(kept) >= _KEPT_VIEWS:
            kept.pop(next(iter(kept)), None)
        kept[view.revision] = names
    return names
