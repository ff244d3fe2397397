"""The application: `create_app(settings)` puts the parts together; `app` is what servers load."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app import __version__
from app.answers.facts import FACTUAL, load_facts
from app.answers.questions import QUESTIONS
from app.answers.statements import REPORTING, load_reports
from app.core.database import Database
from app.core.settings import Settings
from app.dashboard.assets import Assets
from app.dashboard.reference import reference_router
from app.dashboard.routes import dashboard_router, home
from app.importers.fetch_rules import FetchRules
from app.importers.limits import Limits
from app.importers.queue import ImportQueue
from app.importers.run import Workshop
from app.missions.store import NAMED, load_names
from app.nouns import NOUNS
from app.web.access import Access
from app.web.answers import question_router
from app.web.change_records import change_records_router
from app.web.imports import import_router
from app.web.kept import Kept
from app.web.mark import mark_of
from app.web.nouns import noun_router
from app.web.pages import Link, page_router
from app.web.problems import add_problem_handlers
from app.web.proposals import proposal_router
from app.web.reads import Reads
from app.web.reference import add_openapi
from app.web.revisions import revisions_router
from app.web.stream import stream_router
from app.web.tokens import token_router
from app.web.watch import Watch
from app.web.writes import writing_router

_DESCRIPTION = """Who has announced, approved, planned and deployed how many peacekeepers, where -
every figure with its source, on any date, as known at any time.

Lists take filters (`field=value`; a comma or a repeated field means OR, several fields AND), `sort`, `limit` and
`cursor`; they come as JSON, CSV or NDJSON. Codes may be written in any case, and known other names work too
(`mission=ONUCI`, `country=Türkiye`). `known_at` answers as the record stood at a moment. Dates carry their precision:
`2024-03` is the month, never 1 March. All counts are whole people. Unknown is `null`; `0` is a true zero.
Errors are `application/problem+json` (RFC 9457).
"""

_SQLITE_THREADS = 4  # SQLite gives way to other threads at every row, so that many of them only take turns

_BESIDE = {
    "imports": "Whole files: sent, checked, recorded as one change, taken back as one.",
    "proposals": "Writes that wait for a second pair of eyes, where `FOUR_EYES` is set.",
    "tokens": "Who may write; admins look after them: docs/tokens.md.",
    "service": "The entry page, health and the meaning of errors.",
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service on one database. Nothing but the settings decides what it does."""
    settings = settings or Settings()
    database = Database(settings)
    mark = mark_of(database)
    database.on_change = mark.wrote
    imports = ImportQueue(_workshop(settings, database))
    is_embedded = database.url.get_backend_name() == "sqlite"
    own = _SQLITE_THREADS if is_embedded else settings.pool_size
    reads = Reads(settings.read_threads or own, is_embedded)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        imports.close()
        reads.close()
        mark.close()
        database.close()

    app = FastAPI(
        title="Peacekeeping deployment tracker",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_tags=_tags(),
    )
    names = Kept(NAMED, load_names)
    app.state.settings = settings
    app.state.database = database
    app.state.imports = imports
    app.state.mark = mark
    app.state.watch = Watch(database, mark.wrote)
    app.state.nouns = {noun.path: noun for noun in NOUNS}
    app.state.names = names
    app.state.facts = Kept(FACTUAL, lambda session, view: load_facts(session, view, names.of(session, view)))
    app.state.reports = Kept(REPORTING, load_reports)
    _add_routes(app, reads)
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


def _tags() -> list[dict[str, str]]:
    """The groups of the reference, in reading order."""
    answers = {"answers": "Questions answered from the record, by one law: docs/answers.md."}
    described = {**answers, **{noun.path: noun.description for noun in NOUNS}, **_BESIDE}
    return [{"name": name, "description": description} for name, description in described.items()]


def _add_routes(app: FastAPI, reads: Reads) -> None:
    app.router.routes.append(reads)
    for question in QUESTIONS:
        app.include_router(question_router(question, reads))
    for noun in NOUNS:
        if noun.path == "changes":
            app.include_router(stream_router(noun, reads))  # first, or its address would be that of a change
        app.include_router(noun_router(noun, reads))
        if noun.kind is not None:
            app.include_router(writing_router(noun, noun.kind))
            app.include_router(revisions_router(noun, noun.kind))
    app.include_router(change_records_router())
    app.include_router(import_router())
    app.include_router(proposal_router())
    app.include_router(token_router())
    described = {one.path: one.description for one in QUESTIONS} | {noun.path: noun.description for noun in NOUNS}
    links = [Link(href=f"/v1/{path}", title=title) for path, title in described.items()]
    assets = Assets()
    app.include_router(page_router(links, home(assets)))
    app.include_router(dashboard_router(assets))
    app.include_router(reference_router(assets))


def _workshop(settings: Settings, database: Database) -> Workshop:
    """What imports may do, as the settings say."""
    hosts = tuple(host.strip() for host in settings.import_hosts.split(",") if host.strip())
    rules = FetchRules(
        max_bytes=settings.max_import_bytes,
        hosts=hosts,
        allow_http=settings.import_over_http,
        allow_private=settings.import_from_private,
    )
    most = settings.max_import_bytes
    limits = Limits(max_bytes=most, max_inflated_bytes=max(Limits.max_inflated_bytes, 5 * most))
    return Workshop(database, load_names, limits, rules)
