"""What happens around every route: HEAD, the length of addresses, headers that every answer carries."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import UriTooLong
from app.web.problems import problem_response

MAX_QUERY_BYTES = 8192
_EVERYWHERE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class Access:
    """Around all routes: answers HEAD as GET without its body and refuses addresses that are too long."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_head, is_over = scope["method"] == "HEAD", False

        async def send_on(message: Message) -> None:
            nonlocal is_over
            if is_over:
                return
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_EVERYWHERE]
            elif is_head and message["type"] == "http.response.body":
                # Over at once, so that nobody waits for a body that may have no end.
                message, is_over = {"type": "http.response.body", "body": b""}, True
            await send(message)

        if len(scope["query_string"]) > MAX_QUERY_BYTES:
            detail = f"The query string has {len(scope['query_string'])} bytes; {MAX_QUERY_BYTES} are allowed."
            await problem_response(UriTooLong(detail))(scope, receive, send_on)
            return
        if is_head:
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send_on)


def wants_html(request: Request) -> bool:
    """True if the client is a browser rather than a program."""
    accept = request.headers.get("accept", "")
    html, json = accept.find("text/html"), accept.find("application/json")
    return html >= 0 and (json < 0 or html < json)
