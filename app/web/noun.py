"""A noun as it is shown: its rows, the records related to them, and what is worked out for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, cast

from pydantic import BaseModel, Field, create_model

from app.answers.asking import Ask
from app.core.errors import Complaint, InvalidRequest
from app.core.names import Names
from app.core.queries import Include, Listing
from app.core.shapes import Out
from app.recording.kinds import Kind


@dataclass(frozen=True)
class Computed:
    """Something that is worked out for the records of a page and shown inside each of them.

    `read` takes the keys of a page, and the moment of the state if one was asked for; it takes the same number of
    statements whatever the page holds, and says something of every key.
    """

    name: str
    description: str
    model: type[BaseModel]
    read: Callable[[Ask, Sequence[Any], datetime | None], Mapping[Any, BaseModel]]
    always: bool = False


AnyInclude = Include | Computed


@dataclass(frozen=True, eq=False)
class Noun:
    """A noun that can be read: `path` below /v1, its listing, and the related records and sums it can show.

    `kind` says how it is recorded; None for what nobody records by itself.
    """

    path: str
    title: str
    listing: Listing
    description: str
    includes: tuple[AnyInclude, ...] = ()
    kind: Kind | None = None

    def shown(self, asked: Sequence[str]) -> list[AnyInclude]:
        """Includes to show; InvalidRequest for a name that is none."""
        offered = {include.name: include for include in self.includes}
        unknown = [name for name in asked if name not in offered]
        if unknown:
            detail = f"There is nothing called '{unknown[0][:60]}' to include in a {self.title}."
            raise InvalidRequest(detail, [Complaint(message=detail, parameter="include", near=sorted(offered))])
        return [include for include in self.includes if include.always or include.name in asked]

    def hidden(self, shown: Sequence[AnyInclude]) -> set[str]:
        """Fields of the record that this answer does not show."""
        return {include.name for include in self.includes} - {include.name for include in shown}

    def related(self, shown: Sequence[AnyInclude]) -> list[Include]:
        """The related records to show."""
        return [include for include in shown if isinstance(include, Include)]

    def work_out(
        self,
        rows: Sequence[dict[str, Any]],
        shown: Sequence[AnyInclude],
        ask: Callable[[], Ask],
        known_at: datetime | None,
    ) -> None:
        """Add to the rows of a page what is worked out for them; `ask` is called only if something is."""
        for include in shown:
            if isinstance(include, Computed) and rows:
                found = include.read(ask(), [row[self.listing.key] for row in rows], known_at)
                for row in rows:
                    row[include.name] = found[row[self.listing.key]]

    def shape(self, values: dict[str, Any], shown: Sequence[AnyInclude], names: Names, today: date) -> Out:
        """One row as it goes out."""
        for include in shown:
            if isinstance(include, Include):
                values[include.name] = include.shape(values, names, today)
        return self.model.model_validate(values, context=names)

    @cached_property
    def model(self) -> type[Out]:
        """The row with a field for every include, for answers and for the OpenAPI document."""
        if not self.includes:
            return self.listing.out
        fields: dict[str, Any] = {}
        for include in self.includes:
            kind = _kind(include)
            when = "" if include.always else f" Only with `include={include.name}`."
            fields[include.name] = (kind, Field(None, description=include.description + when))
        base = self.listing.out
        name = base.__name__.removesuffix("Out") + "Record"
        model = cast(type[Out], create_model(name, __base__=base, __doc__=base.__doc__, **fields))
        model.ordered = frozenset(fields)
        return model


def _kind(include: AnyInclude) -> Any:
    """What a record shows under the name of an include."""
    if isinstance(include, Computed):
        return include.model
    out = include.listing.out
    return include.folded or (list[out] if include.many else out | None)  # type: ignore[valid-type]
