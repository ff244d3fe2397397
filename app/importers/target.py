"""Where the statements of a file go."""

from dataclasses import dataclass

from app.importers.layouts import Importer
from app.reports.models import Scope

_DATE = "{as_of}"


@dataclass(frozen=True)
class Target:
    """The layout, the source (`{as_of}` in it is the date of each report), and the scope if one is given."""

    importer: Importer
    source: str
    scope: Scope | None

    @property
    def is_dated(self) -> bool:
        """True if every date has a source of its own."""
        return _DATE in self.source

    def source_of(self, as_of: str) -> str:
        """Id of the source of a date."""
        return self.source.replace(_DATE, as_of)
