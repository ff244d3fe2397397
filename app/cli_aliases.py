"""Commands that teach the names under which reports print countries and missions."""

from collections.abc import Iterator
from typing import Annotated, Literal

import typer
from pydantic import BaseModel

from app.cli_remote import open_service, say, tell
from app.remote import RemoteProblem, RemoteService

aliases = typer.Typer(no_args_is_help=True, help="Teach names of countries and missions, and list them.")

Kind = Literal["country", "mission"]
_KINDS: tuple[Kind, ...] = ("country", "mission")
_PATHS = {"country": "/v1/country-aliases", "mission": "/v1/mission-aliases"}


class _Alias(BaseModel):
    id: str
    name: str
    language: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    note: str | None = None


@aliases.command()
def add(
    kind: Annotated[Kind, typer.Argument(help="What the name is a name of.")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="Code of the country (ISO3) or mission: KAZ, UNDOF.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name as printed.")],
    language: Annotated[str | None, typer.Option("--language", metavar="LANG", help="ISO 639-1: en, fr.")] = None,
    valid_from: Annotated[
        str | None, typer.Option("--valid-from", metavar="DATE", help="Since when it was in use: 2005-05.")
    ] = None,
    valid_to: Annotated[
        str | None, typer.Option("--valid-to", metavar="DATE", help="Until when it was in use, exclusive: 2022-06.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it is recorded.")] = None,
) -> None:
    """Teach a name, so that files that print it can be imported.

    \b
    Example:
      peacekeeping aliases add country KAZ Kasachstan --language de
    """
    given = {"language": language, "valid_from": valid_from, "valid_to": valid_to, "reason": reason}
    body = {kind: code, "name": name, **{field: value for field, value in given.items() if value is not None}}
    with open_service() as service:
        tell(service.post(_PATHS[kind], body))


@aliases.command("list")
def list_all(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Code or name of a country or mission.")],
) -> None:
    """List the other names of a country or mission.

    One line each: id, name, language, time of use, note.

    \b
    Example:
      peacekeeping aliases list UNDOF
    """
    unknown: list[RemoteProblem] = []
    with open_service() as service:
        for kind in _KINDS:
            try:
                for one in _aliases(service, kind, code):
                    say(_line(one))
            except RemoteProblem as problem:
                if problem.status != 422:
                    raise
                unknown.append(problem)
    if len(unknown) == len(_KINDS):
        near = [line for problem in unknown for line in str(problem).splitlines()[1:]]
        raise RemoteProblem("\n".join(["There is neither a country nor a mission of that name.", *near]))


def _aliases(service: RemoteService, kind: Kind, code: str) -> Iterator[_Alias]:
    for row in service.rows(_PATHS[kind], {kind: code, "limit": "100"}):
        yield _Alias.model_validate(row)


def _line(one: _Alias) -> str:
    used = f"{one.valid_from or '...'} to {one.valid_to or '...'}" if one.valid_from or one.valid_to else None
    return "  ".join(part for part in (one.id, one.name, one.language, used, one.note) if part)
