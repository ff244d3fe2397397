"""What is kept beside the rows of the record is put right in the transaction of the change that touched them."""

from collections.abc import Callable

from sqlalchemy import event
from sqlmodel import Session

Keep = Callable[[Session, int], None]  # takes the number of the change


def put_right_later(session: Session, keep: Keep, change: int) -> None:
    """Let `keep` do its work once, for all that the change touches, before the session commits."""
    session.info.setdefault("beside", {})[keep, change] = None


def catch_up(session: Session) -> None:
    """Do now what is left to do; a session does so by itself before it commits."""
    for keep, change in session.info.pop("beside", {}):
        keep(session, change)


event.listen(Session, "before_commit", catch_up)
