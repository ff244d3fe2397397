"""Commands that look after tokens, straight in the database: who runs them can read it anyway."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.core.database import Database
from app.core.errors import InvalidRequest
from app.core.faults import validated
from app.core.settings import Settings
from app.tokens.models import Token, TokenIn
from app.tokens.store import create_token, is_live, list_tokens, revoke_token, rotate_token

tokens = typer.Typer(no_args_is_help=True, help="Make, list, rotate and revoke the tokens of those who write.")

_OPTIONS = {"/name": "--name", "/role": "--role", "/expires_at": "--expires"}
_CLI = "cli"
TokenId = Annotated[str, typer.Argument(metavar="ID", help="Id of the token, as `tokens list` shows it.")]


@tokens.command()
def create(
    name: Annotated[str, typer.Option(help="Who holds it; the author of what is written with it.")],
    role: Annotated[str, typer.Option(help="analyst (writes) or admin (looks after tokens too).")],
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day or moment it ends, UTC; in 365 days unless given.")
    ] = None,
) -> None:
    """Make a token and print it: the only time it is shown."""
    with _options_named(), _opened() as (database, now):
        wanted = validated(TokenIn, {"name": name, "role": role, "expires_at": expires})
        with database.write() as session:
            token, text = create_token(session, wanted.name, wanted.role, wanted.expires_at, _CLI, now)
            said = f"{_sentence(token)} It is shown this once: keep it as you keep a password."
    _show(text, said)


@tokens.command("list")
def list_all() -> None:
    """List all tokens, ended ones too, without their texts."""
    with _opened() as (database, now), database.read() as session:
        rows = [_row(token, now) for token in list_tokens(session)]
    head = ("ID", "NAME", "ROLE", "STATE", "EXPIRES", "LAST USED", "MADE BY")
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@tokens.command()
def rotate(token_id: TokenId) -> None:
    """Make a new token for the same holder and print it; the old one ends in 24 hours."""
    with _opened() as (database, now), database.write() as session:
        token, text = rotate_token(session, token_id, _CLI, now)
        said = f"{_sentence(token)} The token {token_id} ends in 24 hours or before."
    _show(text, said)


@tokens.command()
def revoke(token_id: TokenId) -> None:
    """End a token at once."""
    with _opened() as (database, now), database.write() as session:
        token = revoke_token(session, token_id, now)
        said = f"The token {token.id} of '{token.name}' is revoked."
    print(said)


@contextmanager
def _opened() -> Iterator[tuple[Database, datetime]]:
    database = Database(Settings())
    try:
        yield database, datetime.now(UTC)
    finally:
        database.close()


@contextmanager
def _options_named() -> Iterator[None]:
    """Name the options at fault rather than the fields of a body."""
    try:
        yield
    except InvalidRequest as error:
        detail = error.detail
        for pointer, option in _OPTIONS.items():
            detail = detail.replace(f"{pointer}:", f"{option}:")
        raise InvalidRequest(detail) from error


def _show(text: str, said: str) -> None:
    """The token alone on standard output, so that `TOKEN=$(...)` takes it and nothing else."""
    print(said, file=sys.stderr)
    print(text)


def _sentence(token: Token) -> str:
    return f"A token for '{token.name}', {token.role}, until {_moment(token.expires_at)} UTC, with the id {token.id}."


def _row(token: Token, now: datetime) -> tuple[str, ...]:
    state = "revoked" if token.revoked_at else "live" if is_live(token, now) else "expired"
    last_used = "never" if token.last_used_at is None else _moment(token.last_used_at)
    return (token.id, token.name, token.role, state, _moment(token.expires_at), last_used, token.created_by)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
