"""Routes beside the record: the entry page, health, the explanation of problems."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from app import __version__
from app.core.database import Database
from app.core.errors import InvalidRequest, NotFound, Unavailable, UriTooLong, error_classes
from app.core.history import open_view
from app.web.access import wants_html
from app.web.problems import problem_docs

_EXAMPLES = (
    ("/v1/series?country=KAZ&mission=UNDOF&from=2024-01&to=2024-06", "what became of the announcement, month by month"),
    ("/v1/reconciliation?country=KAZ&timeline=true", "430 allowed, 139 planned, and who was counted: the whole story"),
    ("/v1/totals?by=mission&format=csv", "who is where, by mission, as CSV"),
    ("/v1/rankings?month=2024-03&against=2024-01", "who sends most, and how places have changed"),
    ("/v1/gaps?as_of=2024-03-31", "ceilings against people deployed"),
    ("/v1/missions/UNDOF", "a mission with its hosts, dates and ceilings in force"),
    ("/v1/contingents?country=KAZ&mission=UNDOF", "the company of 139 planned for March 2024, and what became of it"),
    ("/v1/authorisations?country=KAZ", "up to 430 over four missions"),
    ("/v1/headcounts?country=KAZ&source=caspian-news-2024-01-20", "the four figures of the article"),
    ("/v1/headcounts?mission=UNDOF&country=KAZ&as_of=2024-03-31&format=csv", "what the UN counted, as CSV"),
)


class Link(BaseModel):
    """An address and what it answers."""

    href: str = Field(description="Address.", examples=["/v1/missions"])
    title: str = Field(description="What it answers.", examples=["Missions with hosts and dates."])


class Entry(BaseModel):
    """Where to begin."""

    name: str = Field(description="Name of the service.", examples=["Peacekeeping deployment tracker"])
    version: str = Field(description="Version of the software.", examples=["0.1.0"])
    resources: list[Link] = Field(description="Lists.")
    examples: list[Link] = Field(description="Questions to begin with.")
    reference: str = Field(description="The API reference.", examples=["/docs"])
    openapi: str = Field(description="The OpenAPI document.", examples=["/openapi.json"])


class Health(BaseModel):
    """State of the process or of the service."""

    status: str = Field(description="`ok`.", examples=["ok"])
    revision: int | None = Field(None, description="Number of the last change in the record.", examples=[120])


class ProblemKind(BaseModel):
    """What an error code means."""

    code: str = Field(description="The code.", examples=["unknown_code"])
    title: str = Field(description="In a few words.", examples=["Unknown code"])
    status: int = Field(description="HTTP status it comes with.", examples=[422])
    help: str = Field(description="What it means and what to do.", examples=["Use the code of the country."])


def page_router(resources: list[Link], home: Callable[[Request], Response]) -> APIRouter:
    """The routes outside /v1; `home` is the page that people see at `/`."""
    router = APIRouter(tags=["service"])

    @router.get(
        "/",
        summary="Where to begin",
        description="The dashboard for people; links to begin with, as JSON, for programs.",
        response_model=Entry,
        responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}, **problem_docs(UriTooLong)},
    )
    def entry(request: Request) -> Response:
        if wants_html(request):
            page = home(request)
            page.headers["Vary"] = "Accept"
            return page
        body = Entry(
            name="Peacekeeping deployment tracker",
            version=__version__,
            resources=resources,
            examples=[Link(href=href, title=title) for href, title in _EXAMPLES],
            reference="/docs",
            openapi="/openapi.json",
        )
        return JSONResponse(body.model_dump(), headers={"Vary": "Accept"})

    @router.get(
        "/healthz",
        summary="Is the process alive?",
        description="Answers without touching the database.",
        responses=problem_docs(UriTooLong),
    )
    async def healthz() -> Health:
        return Health(status="ok")

    @router.get(
        "/readyz",
        summary="Can the service answer?",
        description="Reads the number of the last change; 503 if the database is out of reach or not migrated.",
        responses=problem_docs(Unavailable, UriTooLong),
    )
    def readyz(request: Request) -> Health:
        database: Database = request.app.state.database
        try:
            with database.read() as session:
                return Health(status="ok", revision=open_view(session).revision)
        except SQLAlchemyError as error:
            detail = "The database is out of reach or not migrated; run `peacekeeping migrate`."
            raise Unavailable(detail) from error

    @router.get(
        "/problems/{code}",
        summary="What an error code means",
        description="Explains the `code` of a problem body; `type` points here.",
        responses=problem_docs(NotFound, InvalidRequest, UriTooLong),
    )
    def problem_kind(
        code: Annotated[str, Path(description="The code.", examples=["unknown_code"], max_length=60)],
    ) -> ProblemKind:
        for kind in error_classes():
            if kind.code == code:
                return ProblemKind(code=kind.code, title=kind.title, status=kind.status, help=kind.help)
        raise NotFound("There is no such error code. They are listed in docs/errors.md.")

    return router
