"""What is kept beside the rows of the record is put right in the transaction of the change that touched them."""

from collections.abc import Callable

from sqlalchemy import event
from sqlmodel import Session

Keep = Callable[[Session, int], None]  # takes the number of the change


def put_right_later(session: Session, keep: Keep, change: int) -> None:
    """Let `keep` do its work once, for all that the change touches, before the session commits."""
    session.info.setdefault("beside", {})[keep, change] = None


def is_behind(session: Session) -> bool:
    """True while a change is being written whose rows differ from what is kept beside them."""
    return bool(session.info.get("beside"))


def _catch_up(session: Session) -> None:
    for keep, change in session.info.pop("beside", {}):
        keep(session, change)


event.listen(Session, "before_commit", _catch_up)
