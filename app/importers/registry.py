"""All layouts, in the order in which they are shown."""

import difflib
from collections.abc import Sequence

from app.core.errors import Complaint, NotFound
from app.importers import layouts
from app.importers.ipi_contributions import IMPORTER as IPI_CONTRIBUTIONS
from app.importers.layouts import Importer
from app.importers.tracker_csv import IMPORTER as TRACKER_CSV
from app.importers.un_fatalities import IMPORTER as UN_FATALITIES
from app.importers.un_missions import IMPORTER as UN_MISSIONS
from app.importers.un_monthly import IMPORTER as UN_MONTHLY
from app.importers.un_printed_totals import IMPORTER as UN_PRINTED_TOTALS
from app.importers.un_ranking import IMPORTER as UN_RANKING

IMPORTERS = (
    UN_MONTHLY,
    UN_RANKING,
    UN_PRINTED_TOTALS,
    IPI_CONTRIBUTIONS,
    UN_MISSIONS,
    UN_FATALITIES,
    TRACKER_CSV,
)


def find_importer(name: str) -> Importer:
    """The importer of that name; NotFound naming near ones."""
    for importer in IMPORTERS:
        if importer.name == name:
            return importer
    names = [one.name for one in IMPORTERS]
    near = difflib.get_close_matches(name.lower()[:60].replace("_", "-"), names, n=3, cutoff=0.4)
    message = f"There is no importer '{name[:60]}'. There are: {', '.join(names)}."
    raise NotFound(message, [Complaint(message=message, parameter="importer", near=near)])


def recognise(header: Sequence[str]) -> Importer:
    """The importer whose columns a header has; UnknownLayout if there is none, or several."""
    return layouts.recognise(header, IMPORTERS)
