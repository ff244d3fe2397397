"""The `peacekeeping` program."""

import gc
import json
import shlex
import signal
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from app import __version__
from app.cli_aliases import aliases
from app.cli_changes import feed
from app.cli_import import files
from app.cli_proposals import eyes
from app.cli_remote import remote
from app.cli_tokens import tokens
from app.core.database import Database
from app.core.errors import TrackerError
from app.core.history import hold_ledger, open_view
from app.core.settings import Settings
from app.headcounts.sums import replace_sums, wrong_sums
from app.migrate import SchemaError
from app.migrate import migrate as run_migrations
from app.remote import RemoteProblem
from app.seeds import SeedError
from app.seeds import seed as run_seed

program = typer.Typer(
    name="peacekeeping",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Peacekeeping deployment tracker: serve it, and look after its record.\n\n"
    "Settings come from the environment: DATABASE_URL, HOST, PORT and others (docs/settings.md).",
)
program.add_typer(remote)
program.add_typer(eyes)
program.add_typer(files)
program.add_typer(aliases, name="aliases")
program.add_typer(feed)
program.add_typer(tokens, name="tokens")


def main() -> None:
    """Run the program; a failure is one sentence on standard error and exit status 1."""
    try:
        program()
    except (TrackerError, RemoteProblem, SeedError, SQLAlchemyError, ValidationError, SchemaError) as error:
        print(f"peacekeeping: {_sentence(error)}", file=sys.stderr)
        raise SystemExit(1) from error


def _sentence(error: Exception) -> str:
    if isinstance(error, RemoteProblem):
        return str(error)
    if isinstance(error, ValidationError):
        return "; ".join(f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
    if isinstance(error, OperationalError | ProgrammingError):
        return f"the database cannot be used, or is not migrated ({' '.join(str(error.orig).split())})"
    return " ".join(str(error).split())


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"peacekeeping {__version__}")
        raise typer.Exit


@program.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    del version  # handled before any command runs


@program.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; HOST unless given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; PORT unless given.")] = None,
    prepare: Annotated[bool, typer.Option("--prepare", help="Migrate first, and seed an empty record.")] = False,
) -> None:
    """Serve the API until Ctrl-C or SIGTERM."""
    gc.disable()  # there is nothing to collect while everything is being loaded
    # Only this command needs the web stack; the others start in half the time without it.
    import uvicorn

    from app.main import create_app
    from app.web.server import server_config

    given = {"host": host, "port": port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    if prepare:
        _prepare(settings)
    config = server_config(create_app(settings), settings)
    listener = _listen(settings)
    _print_addresses(listener, settings)
    # The server takes the signals over, ends its requests and raises them again: being asked to stop is no failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    gc.freeze()  # what is loaded by now stays, so the collector need not look through it again and again
    gc.enable()
    uvicorn.Server(config).run(sockets=[listener])


@program.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="Schema to go to.")] = "head",
    down: Annotated[bool, typer.Option("--down", help="Go down to it instead of up; `base` removes all.")] = False,
) -> None:
    """Bring the database to the current schema; safe when several start at once."""
    database = Database(Settings())
    run_migrations(database, revision, down=down)
    database.close()
    print(f"The schema is at {revision}.")


@program.command()
def seed() -> None:
    """Record what the seed files hold and the record never did; a second time changes nothing."""
    database = Database(Settings())
    print(f"{run_seed(database)} rows recorded from the seed files.")
    database.close()


@program.command()
def verify(
    mend: Annotated[bool, typer.Option("--mend", help="Work out anew what is found to be wrong.")] = False,
) -> None:
    """Check that the sums kept beside the counts are what the counts add up to; exit status 1 if some are not."""
    database = Database(Settings())
    with database.read() as session:
        wrong = list(wrong_sums(session))
    if wrong and mend:
        with database.write() as session:
            hold_ledger(session)
            replace_sums(session, wrong)
    database.close()
    for report in wrong:
        print(f"{report}: its sums are not what its headcounts add up to")
    if not wrong:
        print("All sums are what the headcounts add up to.")
    elif mend:
        print(f"Mended the sums of {len(wrong)} reports. Restart the services that run on this database.")
    else:
        raise TrackerError(f"the sums of {len(wrong)} reports are wrong; `peacekeeping verify --mend` mends them")


@program.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from app.main import create_app

    print(json.dumps(create_app(Settings()).openapi(), indent=1, ensure_ascii=False))


@program.command()
def dictionary() -> None:
    """Print the data dictionary, as Markdown."""
    from app.dictionary import data_dictionary

    print(data_dictionary(), end="")


def _prepare(settings: Settings) -> None:
    database = Database(settings)
    run_migrations(database)
    with database.read() as session:
        is_empty = open_view(session).revision == 0
    if is_empty:
        print(f"{run_seed(database)} rows recorded from the seed files.", flush=True)
    database.close()


def _listen(settings: Settings) -> socket.socket:
    """Bind before saying so, so that the printed addresses are true."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        print(f"peacekeeping: cannot listen on {where}; is something else using it? ({error})", file=sys.stderr)
        raise SystemExit(1) from error


def _print_addresses(listener: socket.socket, settings: Settings) -> None:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  (recognised, not bound)
        host = "127.0.0.1"
    base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    print(
        f"\nPeacekeeping deployment tracker\n"
        f"  start here     {base}/\n"
        f"  API reference  {base}/docs\n"
        f"  an example     {base}/v1/reconciliation?country=KAZ&timeline=true\n"
        f"  to write       {_token_command(settings)}\n"
        f"  Ctrl-C stops it\n",
        flush=True,
    )


def _token_command(settings: Settings) -> str:
    """What to type in this folder for a token; an address with a password in it is not shown."""
    called = sys.argv[0]
    program = shlex.join([sys.executable, "-m", "app"] if Path(called).name == "__main__.py" else [called])
    command = f'{program} tokens create --name "Your Name" --role analyst'
    url = settings.database_url
    if url == Settings.model_fields["database_url"].default:
        return command
    if url.startswith("sqlite"):
        return f"DATABASE_URL={shlex.quote(url)} {command}"
    return f"{command}\n{'':17}(with the DATABASE_URL of this service)"
