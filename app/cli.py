"""The `peacekeeping` program."""

import os
import signal
import socket
import sys
from typing import Annotated

import typer

from app.core.database import Database
from app.core.settings import Settings
from app.migrate import migrate as run_migrations
from app.seeds import SEED_DATA
from app.seeds import seed as run_seed

main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Peacekeeping deployment tracker: serve it, and look after its record.\n\n"
    "Settings come from the environment: DATABASE_URL, HOST, PORT and others (docs/settings.md).",
)


@main.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; HOST unless given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; PORT unless given.")] = None,
    prepare: Annotated[bool, typer.Option("--prepare", help="Migrate first, and seed if the record is empty.")] = False,
) -> None:
    """Serve the API until Ctrl-C or SIGTERM."""
    import uvicorn

    from app.main import create_app

    given = {"host": host, "port": port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    if prepare:
        _prepare(settings)
    application = create_app(settings)
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=30,
    )
    server = uvicorn.Server(config)
    listener = _listen(config)
    _print_addresses(listener)
    server.run(sockets=[listener])


@main.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="Schema to go to.")] = "head",
    down: Annotated[bool, typer.Option("--down", help="Go down to it instead of up (`base`: to nothing).")] = False,
) -> None:
    """Bring the database to the current schema; safe when several start at once."""
    database = Database(Settings())
    run_migrations(database, revision, down=down)
    database.close()
    print(f"The schema is at {revision}.")


@main.command()
def seed() -> None:
    """Record what the seed files hold and the record does not; a second time changes nothing."""
    database = Database(Settings())
    print(f"{run_seed(database)} rows recorded from {SEED_DATA.name}/.")
    database.close()


def _prepare(settings: Settings) -> None:
    database = Database(settings)
    run_migrations(database)
    added = run_seed_if_empty(database)
    database.close()
    if added:
        print(f"Seeded {added} rows.", flush=True)


def run_seed_if_empty(database: Database) -> int:
    """Seed a record that holds nothing yet; a record in use is left alone."""
    from app.core.history import open_view

    with database.read() as session:
        empty = open_view(session).revision == 0
    return run_seed(database) if empty else 0


def _listen(config: object) -> socket.socket:
    """Bind before saying so, so that the printed addresses are true."""
    from uvicorn import Config

    assert isinstance(config, Config)  # noqa: S101
    try:
        return config.bind_socket()
    except SystemExit:
        print(f"Cannot listen on {config.host}:{config.port}; is something else using it?", file=sys.stderr)
        raise


def _print_addresses(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    base = f"http://{host}:{port}"
    print(f"\nPeacekeeping deployment tracker\n  start here     {base}/\n  API reference  {base}/docs", flush=True)
    print(f"  an example     {base}/v1/contingents?country=KAZ&mission=UNDOF\n  Ctrl-C stops it\n", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.environ.setdefault("PYTHONUTF8", "1")
    main()
