"""Answers kept for requests that carry an Idempotency-Key, in the transaction of the write they answer.

Writers wait for one another, so a request whose twin is under way gets the twin's answer when that is done.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from app.core.columns import col
from app.core.errors import KeyReused
from app.recording.models import KeptAnswer

KEPT_FOR = timedelta(hours=48)


@dataclass(frozen=True)
class Reply:
    """An answer to a write."""

    status: int
    headers: Mapping[str, str]
    body: str


def request_digest(method: str, path: str, if_match: str, body: Mapping[str, object]) -> str:
    """What makes two requests the same, whatever the order of the members of their bodies."""
    told = json.dumps([method, path, if_match, body], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def find_reply(session: Session, author: str, key: str, request: str) -> Reply | None:
    """The answer kept under an author's key; KeyReused if the key belongs to another request."""
    statement = select(KeptAnswer.__table__).where(  # type: ignore[attr-defined]
        col(KeptAnswer.author) == author, col(KeptAnswer.key) == key
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        return None
    if row.request != request:
        raise KeyReused(f"The Idempotency-Key '{key[:60]}' belongs to another request of yours. Use a new key.")
    return Reply(row.status, json.loads(row.headers), row.body)


def keep_reply(session: Session, author: str, key: str, request: str, reply: Reply, now: datetime) -> None:
    """Keep an answer, and forget those that were kept long enough."""
    session.execute(delete(KeptAnswer).where(col(KeptAnswer.kept_at) < now - KEPT_FOR))
    session.execute(
        insert(KeptAnswer).values(
            author=author,
            key=key,
            request=request,
            status=reply.status,
            headers=json.dumps(dict(reply.headers)),
            body=reply.body,
            kept_at=now,
        )
    )
