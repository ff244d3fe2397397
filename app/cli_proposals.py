"""Commands that deal with proposals, where two pairs of eyes are asked for."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import typer
from pydantic import BaseModel

from app.cli_remote import Reason, open_service, say, tell
from app.remote import RemoteService

eyes = typer.Typer()

ProposalId = Annotated[int, typer.Argument(metavar="ID", help="Number of the proposal.")]


class _Proposal(BaseModel):
    id: int
    act: str
    noun: str
    record: str | int | None = None
    author: str
    reason: str
    state: str
    proposed_at: str


class _OneProposal(BaseModel):
    data: _Proposal


class _ProposalPage(BaseModel):
    data: list[_Proposal]


@eyes.command()
def proposals(
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only those that are open, accepted or rejected.")
    ] = None,
) -> None:
    """List writes that wait for a second analyst.

    One line each: number, state, time, author, what, reason.

    \b
    Example:
      peacekeeping proposals --state open
    """
    with open_service() as service:
        for one in _proposals(service, {} if state is None else {"state": state}):
            what = one.noun if one.record is None else f"{one.noun}/{one.record}"
            say(f"{one.id}  {one.state}  {one.proposed_at}  {one.author}  {one.act} {what}  {one.reason}")


@eyes.command()
def accept(
    proposal: ProposalId,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, if you want to say.")] = None,
) -> None:
    """Accept a proposal of another analyst.

    It is recorded with both names.

    \b
    Example:
      peacekeeping accept 3
    """
    with open_service() as service:
        one = service.get(f"/v1/proposals/{proposal}").read(_OneProposal).data
        answer = service.post(f"/v1/proposals/{proposal}/accept", {} if reason is None else {"reason": reason})
        tell(answer, f"/v1/{one.noun}/{one.record}")


@eyes.command()
def reject(proposal: ProposalId, reason: Reason) -> None:
    """Reject a proposal, or take back your own.

    Nothing of it is recorded.

    \b
    Example:
      peacekeeping reject 3 --reason "The article says battalion, not company"
    """
    with open_service() as service:
        service.post(f"/v1/proposals/{proposal}/reject", {"reason": reason})
        say(f"/v1/proposals/{proposal}")


def _proposals(service: RemoteService, filters: Mapping[str, str]) -> Iterator[_Proposal]:
    after = 0
    while page := service.get("/v1/proposals", {**filters, "after": str(after)}).read(_ProposalPage).data:
        yield from page
        after = page[-1].id
