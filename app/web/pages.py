"""Routes beside the record: the entry page, health, the explanation of problems."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from app import __version__
from app.core.database import Database
from app.core.errors import InvalidRequest, NotFound, Unavailable, UriTooLong, error_classes
from app.core.history import open_view
from app.web.access import wants_html
from app.web.problems import problem_docs

_PAGE_POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
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


def page_router(resources: list[Link]) -> APIRouter:
    """The routes outside /v1."""
    router = APIRouter(tags=["service"])

    @router.get(
        "/",
        summary="Where to begin",
        description="A page of links for people, the same as JSON for programs.",
        response_model=Entry,
        responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}, **problem_docs(UriTooLong)},
    )
    def entry(request: Request) -> Response:
        body = Entry(
            name="Peacekeeping deployment tracker",
            version=__version__,
            resources=resources,
            examples=[Link(href=href, title=title) for href, title in _EXAMPLES],
            reference="/docs",
            openapi="/openapi.json",
        )
        headers = {"Vary": "Accept"}
        if wants_html(request):
            headers["Content-Security-Policy"] = _PAGE_POLICY
            return HTMLResponse(_entry_page(body), headers=headers)
        return JSONResponse(body.model_dump(), headers=headers)

    @router.get("/style.css", include_in_schema=False)
    async def style() -> Response:
        return Response(_STYLE, media_type="text/css")

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


def _entry_page(entry: Entry) -> str:
    def items(links: list[Link]) -> str:
        return "\n".join(
            f'<li><a href="{escape(link.href)}"><code>{escape(link.href)}</code></a><br>{escape(link.title)}</li>'
            for link in links
        )

    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(entry.name)}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<main>
<h1>{escape(entry.name)}</h1>
<p>Who has announced, approved, planned and deployed how many peacekeepers, where:
every figure with its source, on any date, as known at any time.</p>
<p><a href="{escape(entry.reference)}">API reference</a> ·
<a href="{escape(entry.openapi)}">OpenAPI document</a></p>
<h2>Questions to begin with</h2>
<ul>
{items(entry.examples)}
</ul>
<h2>Lists</h2>
<ul>
{items(entry.resources)}
</ul>
<p>Version {escape(entry.version)}</p>
</main>
</body>
</html>
"""


_STYLE = """:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fbfbf9; --link: #0b57a4; --rule: #d9dbd6; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e1; --paper: #16181b; --link: #8cc0ff; --rule: #3a3e44; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--rule); padding-bottom: .25rem; }
ul { list-style: none; padding: 0; margin: 0; }
li { padding: .45rem 0; }
a { color: var(--link); }
code { font: .92rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
"""
