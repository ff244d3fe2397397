"""The pages people look at: drawn in the browser from the public API; the server only says which page it is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core.database import Database
from app.core.dates import Moment, PartialDate
from app.core.errors import Complaint, InvalidRequest, NotFound
from app.core.history import open_view
from app.dashboard.answers import html_answer
from app.dashboard.assets import Assets
from app.dashboard.shell import NAME, Page, render, render_failure
from app.web.items import read_item
from app.web.noun import Noun

_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
_DATE: TypeAdapter[str] = TypeAdapter(PartialDate)
_DATES = ("as_of", "month", "from", "to", "against")

OVERVIEW = Page(
    "overview",
    NAME,
    "Who has announced, approved, planned and deployed how many peacekeepers, where.",
    section="/",
    without_script=("/v1/totals", "/v1/totals?by=mission", "/v1/rankings", "/v1/gaps"),
)
_LISTS = (
    Page("countries", "Countries", "Every country that has people in a mission.", section="/countries"),
    Page("missions", "Missions", "Every mission on record.", section="/missions"),
    Page("discrepancies", "Discrepancies", "Where the record disagrees with itself.", section="/discrepancies"),
    Page("changes", "Changes", "Every act of writing, the latest first.", section="/changes"),
    Page("sources", "Sources", "What every figure rests on.", section="/sources"),
    Page("rows", "The rows behind a number", "Each with its report and its source."),
    Page("post", "Post an update", "Reports, status events, corrections and whole files.", section="/post"),
)


def dashboard_router(assets: Assets) -> APIRouter:
    """All pages but the first, and the files they are made of."""
    router = APIRouter(include_in_schema=False)
    for page in _LISTS:
        router.add_api_route(f"/{page.module}", _showing(assets, page), methods=["GET"])
    for path, make in _ABOUT.items():
        router.add_api_route(f"/{path}/{{key}}", _about(assets, path, make), methods=["GET"])

    @router.get("/assets/{digest}/{name:path}")
    def asset(request: Request, digest: str, name: str) -> Response:
        return assets.answer(request, digest, name)

    return router


def home(assets: Assets) -> Callable[[Request], Response]:
    """The first page."""
    return _showing(assets, OVERVIEW)


def _showing(assets: Assets, page: Page) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        try:
            _known_at(request)
        except InvalidRequest as fault:
            return _failure(request, assets, 404, "There is no such page", fault)
        return _page(request, assets, page)

    return show


def _about(assets: Assets, path: str, make: Callable[[dict[str, Any]], Page]) -> Callable[[Request, str], Response]:
    """A page about one record, or one that says why there is none."""

    def show(request: Request, key: str) -> Response:
        noun: Noun = request.app.state.nouns[path]
        try:
            values = _read(request, noun, key)
        except NotFound as fault:
            return _failure(request, assets, 404, f"There is no such {noun.title}", fault, path)
        except InvalidRequest as fault:
            return _failure(request, assets, 404, "There is no such page", fault, path)
        except (OperationalError, InterfaceError, PoolTimeout):
            busy = NotFound("The database cannot be reached or is busy. Load the page again in a moment.")
            return _failure(request, assets, 503, "Out of reach", busy)
        stored = str(values[noun.listing.key])
        if stored != key:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/{path}/{quote(stored)}{query}", headers={"Cache-Control": "no-cache"})
        return _page(request, assets, make(values))

    return show


def _read(request: Request, noun: Noun, key: str) -> dict[str, Any]:
    known_at = _known_at(request)
    database: Database = request.app.state.database
    with database.read() as session:
        view = open_view(session, known_at)
        return read_item(
            session, noun, key[:100], view, request.app.state.names.of(session, view), noun.shown([])
        ).rows[0]


def _known_at(request: Request) -> datetime | None:
    """The moment in the address; InvalidRequest for any date in it that is none."""
    for name in _DATES:
        _checked(_DATE, name, request.query_params.get(name) or None)
    moment: datetime | None = _checked(_MOMENT, "known_at", request.query_params.get("known_at") or None)
    return moment


def _checked(adapter: TypeAdapter[Any], name: str, text: str | None) -> Any:
    try:
        return None if text is None else adapter.validate_python(text)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        message = f"'{text[:40] if text else ''}' in the address is no date ({name}): {why}."
        raise InvalidRequest(message, [Complaint(message=message, parameter=name)]) from error


def _page(request: Request, assets: Assets, page: Page) -> Response:
    return html_answer(request, render(page, assets.root, assets.imports_of(f"page-{page.module}.js")))


def _failure(
    request: Request, assets: Assets, status: int, title: str, fault: NotFound | InvalidRequest, path: str = ""
) -> Response:
    near = [code for complaint in fault.problem().errors for code in complaint.near or []]
    links = [(f"/{path}/{quote(code)}", code) for code in near] if path else []
    links += [(f"/{path}", f"All {path}")] if path and path != "reports" else []
    message = fault.problem().detail.replace(" /v1/", " /")
    return html_answer(request, render_failure(title, message, [*links, ("/", "The overview")], assets.root), status)


def _country(values: dict[str, Any]) -> Page:
    key = values["iso3"]
    asks = (f"/v1/countries/{key}?include=strength", f"/v1/totals?country={key}&by=mission")
    return Page("country", values["name"], f"Peacekeepers of {values['name']}.", key, "/countries", asks)


def _mission(values: dict[str, Any]) -> Page:
    key = values["code"]
    asks = (f"/v1/missions/{key}?include=strength", f"/v1/totals?mission={key}&by=country")
    return Page("mission", key, values["name"], key, "/missions", asks)


def _source(values: dict[str, Any]) -> Page:
    key = values["id"]
    asks = (f"/v1/sources/{key}", f"/v1/claims?source={key}")
    return Page("source", values["title"] or key, f"Source {key}.", key, "/sources", asks)


def _report(values: dict[str, Any]) -> Page:
    key = values["id"]
    asks = (f"/v1/reports/{key}", f"/v1/headcounts?report={key}")
    return Page("report", f"Report {key}", "What one source says about one date.", key, "/sources", asks)


_ABOUT: dict[str, Callable[[dict[str, Any]], Page]] = {
    "countries": _country,
    "missions": _mission,
    "sources": _source,
    "reports": _report,
}
