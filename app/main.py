"""The application: `create_app(settings)` puts the parts together; `app` is what servers load."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app import __version__
from app.answers.facts import FACTUAL, load_facts
from app.answers.questions import QUESTIONS
from app.core.database import Database
from app.core.settings import Settings
from app.missions.store import NAMED, load_names
from app.nouns import NOUNS
from app.web.access import Access
from app.web.answers import question_router
from app.web.kept import Kept
from app.web.nouns import noun_router
from app.web.pages import Link, page_router
from app.web.problems import add_problem_handlers
from app.web.proposals import proposal_router
from app.web.reference import add_openapi, add_reference
from app.web.tokens import token_router
from app.web.writes import writing_router

_DESCRIPTION = """Who has announced, approved, planned and deployed how many peacekeepers, where -
every figure with its source, on any date, as known at any time.

Lists take filters (`field=value`; a comma or a repeated field means OR, several fields AND), `sort`, `limit` and
`cursor`; they come as JSON, CSV or NDJSON. Codes may be written in any case, and known other names work too
(`mission=ONUCI`, `country=Türkiye`). `known_at` answers as the record stood at a moment. Dates carry their precision:
`2024-03` is the month, never 1 March. All counts are whole people. Unknown is `null`; `0` is a true zero.
Errors are `application/problem+json` (RFC 9457).
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service on one database. Nothing but the settings decides what it does."""
    settings = settings or Settings()
    database = Database(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    app = FastAPI(
        title="Peacekeeping deployment tracker",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_tags=[
            {"name": "answers", "description": "Questions answered from the record, by one law: docs/answers.md."}
        ]
        + [{"name": noun.path, "description": noun.description} for noun in NOUNS]
        + [
            {
                "name": "proposals",
                "description": "Writes that wait for a second pair of eyes, where `FOUR_EYES` is set.",
            }
        ]
        + [{"name": "tokens", "description": "Who may write; admins look after them: docs/tokens.md."}]
        + [{"name": "service", "description": "The entry page, health and the meaning of errors."}],
    )
    app.state.settings = settings
    app.state.nouns = {noun.path: noun for noun in NOUNS}
    app.state.database = database
    names = app.state.names = Kept(NAMED, load_names)
    app.state.facts = Kept(FACTUAL, lambda session, view: load_facts(session, view, names.of(session, view)))
    for question in QUESTIONS:
        app.include_router(question_router(question))
    for noun in NOUNS:
        app.include_router(noun_router(noun))
        if noun.kind is not None:
            app.include_router(writing_router(noun, noun.kind))
    app.include_router(proposal_router())
    app.include_router(token_router())
    resources = [Link(href=f"/v1/{one.path}", title=one.description) for one in QUESTIONS]
    resources += [Link(href=f"/v1/{noun.path}", title=noun.description) for noun in NOUNS]
    app.include_router(page_router(resources))
    add_reference(app)
    add_openapi(app, NOUNS)
    add_problem_handlers(app)
    app.add_middleware(Access)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origin_list,
        allow_methods=["GET", "HEAD", "POST", "PATCH", "DELETE"],
        allow_headers=["*"],
        expose_headers=["ETag", "Idempotency-Replayed", "Link", "Location", "Retry-After"],
    )
    return app
