"""All SQL of tokens: made, listed, rotated, revoked, and found by the text that a request carries.

Whoever writes here holds the ledger, so that two at once cannot both take the last free place of a name.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session

from app.core.columns import col
from app.core.errors import Complaint, NotFound, RecordConflict, Unauthorised
from app.core.faults import fault, invalid
from app.core.history import hold_ledger
from app.tokens.models import Role, Token, check_name
from app.tokens.secrets import digest, is_token_id, make_token_text, read_token_text

DEFAULT_LIFE = timedelta(days=365)
LONGEST_LIFE = timedelta(days=730)
OVERLAP = timedelta(hours=24)  # how long the old token of a rotation goes on
MOST_LIVE = 2


@dataclass(frozen=True)
class Holder:
    """Who sent a request, as the token tells; `token` is its id."""

    name: str
    role: Role
    token: str


def is_live(token: Token, now: datetime) -> bool:
    """True until it ends or is revoked."""
    return token.revoked_at is None and now < token.expires_at


def create_token(
    session: Session, name: str, role: Role, expires_at: datetime | None, created_by: str, now: datetime
) -> tuple[Token, str]:
    """A new token and its text, which nothing can show again; it ends after 365 days unless told.

    InvalidRequest for a name or an end that cannot be; RecordConflict if the name has two live tokens.
    """
    expires_at = expires_at or now + DEFAULT_LIFE
    name = _checked(name, expires_at, now)
    hold_ledger(session)
    live = _live_tokens(session, name, now)
    if len(live) >= MOST_LIVE:
        raise _too_many(name, live)
    return _add(session, *_new(name, role, expires_at, created_by, now))


def list_tokens(session: Session) -> Sequence[Token]:
    """All tokens, ended ones too, by name and the moment they were made."""
    return (
        session.execute(select(Token).order_by(col(Token.name), col(Token.created_at), col(Token.id))).scalars().all()
    )


def get_token(session: Session, token_id: str) -> Token:
    """One token by its id; NotFound if there is none."""
    token = session.get(Token, token_id) if is_token_id(token_id) else None
    if token is None:
        shown = "".join(c if c.isprintable() else "?" for c in token_id[:80])
        detail = f"There is no token with the id '{shown}'. The list is at /v1/tokens."
        raise NotFound(detail, [Complaint(message=detail, parameter="id")])
    return token


def rotate_token(session: Session, token_id: str, created_by: str, now: datetime) -> tuple[Token, str]:
    """A new token of the same name, role and length of life; the old one ends after 24 hours at the latest.

    RecordConflict if the old one has ended, or if the name has a second live token.
    """
    hold_ledger(session)
    old = get_token(session, token_id)
    if not is_live(old, now):
        raise RecordConflict(f"The token {old.id} has ended, so it cannot be rotated. Make a new one.")
    others = [token for token in _live_tokens(session, old.name, now) if token.id != old.id]
    if len(others) >= MOST_LIVE - 1:
        raise _too_many(old.name, others)
    life = old.expires_at - old.created_at
    old.expires_at = min(old.expires_at, now + OVERLAP)
    session.add(old)
    return _add(session, *_new(old.name, old.role, now + life, created_by, now))


def revoke_token(session: Session, token_id: str, now: datetime) -> Token:
    """End a token at once; one that was revoked before stays as it is. NotFound if there is none."""
    hold_ledger(session)
    token = get_token(session, token_id)
    if token.revoked_at is None:
        token.revoked_at = now
        session.add(token)
        session.flush()
    return token


def find_holder(session: Session, text: str, now: datetime) -> Holder:
    """Who sends the text of a token; Unauthorised, saying why, if nobody may."""
    token_id = read_token_text(text)
    if token_id is None:
        raise Unauthorised("The token is mistyped: its checksum does not fit, or it is no token. Copy it anew.")
    token = session.get(Token, token_id)
    # A wrong secret reads like an unknown id, and what became of a token is told to its holder alone.
    if token is None or not hmac.compare_digest(token.digest.encode(), digest(text).encode()):
        raise Unauthorised("The token is not known here. Ask an admin for one.")
    if token.revoked_at is not None:
        raise Unauthorised(f"The token was revoked on {_moment(token.revoked_at)}. Ask an admin for a new one.")
    if not is_live(token, now):
        raise Unauthorised(f"The token expired on {_moment(token.expires_at)}. Ask an admin for a new one.")
    return Holder(name=token.name, role=token.role, token=token.id)


def note_use(session: Session, holder: Holder, now: datetime) -> None:
    """Note inside a write that its token is used; Unauthorised if it ended while the request was under way."""
    statement = (
        update(Token)
        .where(col(Token.id) == holder.token, col(Token.revoked_at).is_(None), col(Token.expires_at) > now)
        .values(last_used_at=now)
        .returning(col(Token.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).scalar_one_or_none() is None:
        raise Unauthorised("The token was revoked or expired while the request was under way. Nothing was written.")


def _checked(name: str, expires_at: datetime, now: datetime) -> str:
    """The name as it is kept; InvalidRequest naming every fault."""
    faults = []
    if expires_at <= now:
        faults.append(fault("/expires_at", f"{_moment(expires_at)} is past; a token ends in the future."))
    if expires_at > now + LONGEST_LIFE:
        last = _moment(now + LONGEST_LIFE)
        faults.append(fault("/expires_at", f"a token lives {LONGEST_LIFE.days} days at most, until {last}."))
    try:
        name = check_name(name)
    except ValueError as error:
        faults.append(fault("/name", f"{error}."))
    if faults:
        raise invalid(faults)
    return name


def _live_tokens(session: Session, name: str, now: datetime) -> Sequence[Token]:
    statement = (
        select(Token)
        .where(col(Token.name) == name, col(Token.revoked_at).is_(None), col(Token.expires_at) > now)
        .order_by(col(Token.created_at), col(Token.id))
    )
    return session.execute(statement).scalars().all()


def _too_many(name: str, live: Sequence[Token]) -> RecordConflict:
    ids = " or ".join(token.id for token in live)
    detail = f"'{name}' would have more than {MOST_LIVE} live tokens. Revoke {ids} first."
    complaints = [
        Complaint(message=f"The token {token.id} is live until {_moment(token.expires_at)}.", record=_address(token))
        for token in live
    ]
    return RecordConflict(detail, complaints)


def _address(token: Token) -> str:
    return f"/v1/tokens/{token.id}"


def _new(name: str, role: Role, expires_at: datetime, created_by: str, now: datetime) -> tuple[Token, str]:
    token_id, text = make_token_text()
    token = Token(
        id=token_id,
        name=name,
        role=role,
        digest=digest(text),
        created_at=now,
        created_by=created_by,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
    )
    return token, text


def _add(session: Session, token: Token, text: str) -> tuple[Token, str]:
    session.add(token)
    session.flush()
    return token, text


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d at %H:%M} UTC"
