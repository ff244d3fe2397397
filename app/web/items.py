"""One record of a noun: how its key is read, how it is found, and what tells its revision."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from app.core.errors import Complaint, NotFound
from app.core.history import View
from app.core.keys import key_value
from app.core.names import Names
from app.core.queries import Page, find_item
from app.recording.revisions import find_recorded, find_retraction
from app.web.noun import AnyInclude, Noun


def etag_of(revision: int, view: View) -> str:
    """The revision of a record and that of the whole record: what else a record shows may change without its own."""
    return f'"{revision}-{view.revision}"'


def find_row(
    session: Session, noun: Noun, key: str | int, view: View, shown: Sequence[AnyInclude]
) -> dict[str, Any] | None:
    """The fields of a record by its key as stored; None if it does not stand in the view."""
    found = find_item(session, noun.listing, key, view, noun.related(shown))
    return None if found is None else found.rows[0]


def read_item(session: Session, noun: Noun, key: str, view: View, names: Names, shown: Sequence[AnyInclude]) -> Page:
    """A record by its key as written in an address; NotFound says what is near, or what became of it."""
    stored = key_value(noun.listing, key, names)
    page = None if stored is None else find_item(session, noun.listing, stored, view, noun.related(shown))
    if page is None:
        told = gone(session, noun, key, names, view)
        raise NotFound(told) if told else NotFound(*missing(noun, key, names))
    return page


def missing(noun: Noun, key: str, names: Names) -> tuple[str, list[Complaint]]:
    shown = "".join(c if c.isprintable() else "?" for c in key[:80])
    register = {"iso3": names.country, "code": names.mission}.get(noun.listing.key)
    near = register.near(key) if register else []
    hint = f" Near: {', '.join(near)}." if near else f" The list is at /v1/{noun.path}."
    message = f"There is no {noun.title} '{shown}'.{hint}"
    return message, [Complaint(message=message, parameter=noun.listing.key, near=near or None)]


def gone(session: Session, noun: Noun, key: str, names: Names, view: View) -> str | None:
    """What to say of a record that was recorded and does not stand; None if it never was recorded."""
    found = None if noun.kind is None else find_recorded(session, noun.kind, key, names, view)
    if noun.kind is None or found is None:
        return None
    retraction = find_retraction(session, noun.kind, found, view)
    what = "does not stand, because its report does not" if retraction is None else "was retracted"
    where = "" if retraction is None else f" in change {retraction}"
    return f"The {noun.title} '{found}' {what}{where}. Its history is at /v1/{noun.path}/{found}/revisions."
