"""Where the statements of a file go."""

from dataclasses import dataclass

from app.importers.layouts import Importer
from app.reports.models import Scope


@dataclass(frozen=True)
class Target:
    """The layout, the source (`{as_of}` in it is the date of each report), and the scope if one is given."""

    importer: Importer
    source: str
    scope: Scope | None
