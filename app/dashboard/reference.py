"""The reference of the API at /docs, in the clothes of the other pages; it contacts no other host."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.dashboard.answers import html_answer
from app.dashboard.assets import Assets
from app.dashboard.shell import document

_TITLE = "API reference"
_BODY = """<h1>API reference</h1>
<p class="lead">Every figure of these pages comes from here, as JSON, CSV or a picture; reading needs no token.
The document behind it is <a href="/openapi.json">/openapi.json</a>.</p>
<noscript><p class="notice">The reference is drawn by a script. Without it, read
<a href="/openapi.json">the OpenAPI document</a>.</p></noscript>
<div id="reference"></div>"""


def reference_router(assets: Assets) -> APIRouter:
    """GET /docs."""
    router = APIRouter(include_in_schema=False)
    head = (
        f'<link rel="stylesheet" href="{assets.root}/swagger-ui.css">\n'
        f'<link rel="stylesheet" href="{assets.root}/docs.css">\n'
        f'<script defer src="{assets.root}/swagger-ui.js"></script>\n'
        f'<script type="module" src="{assets.root}/docs.js"></script>'
    )
    page = document(_TITLE, _BODY, assets.root, section="/docs", head=head)

    @router.get("/docs")
    def docs(request: Request) -> Response:
        return html_answer(request, page)

    return router
