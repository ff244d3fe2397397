"""How the application is served: one configuration for the program and for the tests."""

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.core.errors import BadRequest
from app.core.settings import Settings
from app.web.front import Front
from app.web.problems import PROBLEM_JSON
from app.web.stream import STREAM_PATH


class ProblemProtocol(HttpToolsProtocol):
    """Answers what is no HTTP, or too long to be read, with a problem body too, and ends streams with the server.

    uvicorn sends plain text, before any application is asked; this can go once it lets applications choose.
    """

    def send_400_response(self, msg: str) -> None:
        """Send 400 and close the connection."""
        body = BadRequest(f"The request could not be read. {msg}").problem().model_dump_json(exclude_none=True).encode()
        head = (
            f"HTTP/1.1 400 Bad Request\r\ncontent-type: {PROBLEM_JSON}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def shutdown(self) -> None:
        """End streams at once, since they never do: their clients go on from the last event they have."""
        is_open = self.cycle is not None and not self.cycle.response_complete
        if not is_open or self.cycle.scope["path"] != STREAM_PATH:
            super().shutdown()
        elif self.transport.get_write_buffer_size():
            self.transport.abort()  # to close would be to wait for a client that reads slowly, or not at all
        else:
            self.transport.close()


def _fronted(app: FastAPI, settings: Settings) -> ASGIApp:
    """The application with what keeps its answers around it, where there is room for them."""
    if not settings.cache_bytes:
        return app
    app.state.front = Front(app, app.state.mark, settings.cache_bytes)
    return app.state.front  # type: ignore[no-any-return]


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """No proxy is believed and no request is logged; requests under way get half a minute to end."""
    return uvicorn.Config(
        _fronted(app, settings),
        http=ProblemProtocol,
        log_level=settings.log_level,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=30,
    )
