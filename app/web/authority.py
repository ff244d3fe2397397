"""Who sends a request, and whether the role goes that far: dependencies of routes, asked before a body is read.

Every request looks its token up anew, so that a revocation is seen at once by every process.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from app.core.database import Database
from app.core.errors import Forbidden, Unauthorised
from app.tokens.models import Role
from app.tokens.store import Holder, find_holder

_ROLES = tuple(Role)  # from less to more


def holder_of(request: Request) -> Holder:
    """The holder of the token that a request carries; Unauthorised without a good one."""
    text = _bearer(request)
    database: Database = request.app.state.database
    with database.read() as session:
        return find_holder(session, text, datetime.now(UTC))


def analyst(holder: Annotated[Holder, Depends(holder_of)]) -> Holder:
    """A holder who may write."""
    return _at_least(Role.ANALYST, holder)


def admin(holder: Annotated[Holder, Depends(holder_of)]) -> Holder:
    """A holder who looks after tokens."""
    return _at_least(Role.ADMIN, holder)


def _at_least(needed: Role, holder: Holder) -> Holder:
    if _ROLES.index(holder.role) < _ROLES.index(needed):
        raise Forbidden(f"This needs the role '{needed}'; the token of '{holder.name}' has the role '{holder.role}'.")
    return holder


def _bearer(request: Request) -> str:
    """The text of the token, as it was sent."""
    values = [value for name, value in request.headers.raw if name.lower() == b"authorization"]
    if len(values) > 1:
        raise Unauthorised(f"There are {len(values)} Authorization headers; send one.")
    scheme, _, text = values[0].strip().partition(b" ") if values else (b"", b"", b"")
    if not scheme:
        raise Unauthorised("This needs a token: send `Authorization: Bearer` with the token behind it.")
    if scheme.lower() != b"bearer" or not text.strip():
        raise Unauthorised("The Authorization header has to be `Bearer` with the token behind it.")
    # Bytes beyond ASCII become what no token holds.
    return text.strip().decode("ascii", "replace")
