"""What an importer is, and how the layout of a file is recognised by its columns."""

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.errors import Complaint, TrackerError
from app.importers.statements import Statement
from app.importers.table import Table


class UnknownLayout(TrackerError):
    code = "unknown_layout"
    status = 422
    title = "Unknown layout"
    help = "The columns of the file are those of no importer, or of several. `errors` names what each one lacks."


@dataclass(frozen=True)
class Importer:
    """One layout of files. Names of columns are in the form of `column_name`."""

    name: str
    title: str
    description: str  # one paragraph
    columns: Mapping[str, str]  # what each column holds
    required: frozenset[str]
    quirks: tuple[str, ...]
    what: Literal["counts", "printed_totals", "missions", "fatalities", "headcounts"]
    source: str | None  # id of the source unless one is given, `{as_of}` being the date; None: the file names it
    parse: Callable[[Table], Iterator[Statement]]
    either: tuple[frozenset[str], ...] = ()  # one of these groups of columns has to be there, too

    def read(self, table: Table) -> Iterator[Statement]:
        """What the rows state, or what is wrong with them; UnknownLayout if the table is not of this layout."""
        check_header(self, table.header)
        return self.parse(table)

    def missing(self, header: Collection[str]) -> list[str]:
        """Columns that would have to be there, in the order of the layout; empty if the header is of this layout."""
        lacking = [name for name in self.columns if name in self.required and name not in header]
        if self.either and not any(group <= set(header) for group in self.either):
            nearest = min(self.either, key=lambda group: len(group - set(header)))
            lacking += [name for name in self.columns if name in nearest and name not in header]
        return lacking

    def unknown(self, header: Sequence[str]) -> list[str]:
        """Columns the layout knows nothing of; they are not read."""
        return [name for name in header if name and name not in self.columns]


def recognise(header: Sequence[str], importers: Collection[Importer]) -> Importer:
    """The importer whose columns a header has; UnknownLayout if there is none, or several."""
    fitting = [one for one in importers if not one.missing(header)]
    best = [one for one in fitting if not any(one.required < other.required for other in fitting)]
    if not best:
        raise _no_layout(header, importers)
    if len(best) > 1:
        names = ", ".join(one.name for one in best)
        message = f"The columns are those of several layouts: {names}. Say which one it is."
        raise UnknownLayout(message, [Complaint(message=message, parameter="importer", near=[o.name for o in best])])
    return best[0]


def check_header(importer: Importer, header: Sequence[str]) -> None:
    """Raise UnknownLayout if a header is not of this layout."""
    if importer.missing(header):
        raise _no_layout(header, [importer])


def _no_layout(header: Sequence[str], importers: Collection[Importer]) -> UnknownLayout:
    closest = min(importers, key=lambda one: len(one.missing(header)) / max(len(one.required), 1))
    seen = ", ".join(name[:40] for name in header[:40]) or "none"
    lacking = ", ".join(closest.missing(header))
    detail = f"The columns are: {seen}. The closest layout is {closest.name}, which also needs: {lacking}."
    return UnknownLayout(detail, [_complaint(one, header) for one in importers])


def _complaint(importer: Importer, header: Sequence[str]) -> Complaint:
    lacking = importer.missing(header)
    unused = [name[:40] for name in importer.unknown(header)[:100]]
    near = [match for name in lacking for match in difflib.get_close_matches(name, unused, n=1, cutoff=0.7)]
    message = f"{importer.name} needs {_needs(importer)}; missing: {', '.join(lacking)}."
    return Complaint(message=message, near=list(dict.fromkeys(near)) or None)


def _needs(importer: Importer) -> str:
    needs = ", ".join(name for name in importer.columns if name in importer.required)
    groups = [" and ".join(n for n in importer.columns if n in group) for group in importer.either]
    return needs + (f", and {' or '.join(groups)}" if groups else "")
