"""A served record of one's own, with analysts at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from app.core.database import Database
from app.core.settings import Settings
from app.tokens.models import Role
from app.tokens.store import create_token
from tests.conftest import serving

ROLES = {"ann": Role.ANALYST, "bob": Role.ANALYST, "eve": Role.ADMIN}


@dataclass(frozen=True)
class Desk:
    """Two analysts, ann and bob, and eve, an admin, at one service."""

    client: httpx.Client
    database: Database
    tokens: dict[str, str]

    def get(self, path: str, **query: object) -> httpx.Response:
        return self.client.get(path, params=query)

    def read(self, path: str, **query: object) -> dict:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, method: str, path: str, who: str = "ann", **more: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[who]}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def post(self, path: str, body: object, who: str = "ann", **headers: str) -> httpx.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", path, who, json=body, headers=given)

    def patch(self, path: str, body: object, etag: str, who: str = "ann") -> httpx.Response:
        headers = {"If-Match": etag, "Content-Type": "application/merge-patch+json"}
        return self.send("PATCH", path, who, json=body, headers=headers)

    def delete(self, path: str, etag: str, reason: str = "It was wrong.", who: str = "ann") -> httpx.Response:
        return self.send("DELETE", path, who, params={"reason": reason}, headers={"If-Match": etag})

    def mark(self, path: str, etag: str, reason: str = "In doubt.", who: str = "ann") -> httpx.Response:
        return self.post(path, {"reason": reason}, who, If_Match=etag)

    def revision(self) -> int:
        return self.read("/readyz")["revision"]


@contextmanager
def desk_at(url: str, **settings: object) -> Iterator[Desk]:
    """A service on a database, and tokens for everybody."""
    made = Settings(database_url=url, **{"cache_bytes": 64_000_000, **settings})
    database = Database(made)
    tokens = {}
    now = datetime.now(UTC)
    for name, role in ROLES.items():
        with database.write() as session:
            _, tokens[name] = create_token(session, name, role, None, "cli", now)
    with serving(made) as client:
        yield Desk(client, database, tokens)
    database.close()


def source(name: str, **values: object) -> dict:
    """A source that can be posted."""
    told = {"kind": "news", "title": "A paper", "publisher": "The Paper", "published_on": "2025-08-20"}
    return {"id": name, **told, **values}


def report(name: str, **values: object) -> dict:
    """A report of that source."""
    return {"id": name, "source": name, "as_of": "2025-08-20", "scope": "partial", **values}


def count(total: int = 6, **values: object) -> dict:
    """A headcount of a report."""
    return {"country": "KAZ", "mission": "UNDOF", "personnel_type": "troops", "total": total, **values}
