"""What importers find in files, before it is compared with the record: plain rows, cheap to make by the million."""

from typing import NamedTuple

from msgspec import Struct

from app.core.vocabulary import PersonnelType
from app.headcounts.models import HeadcountIn


class Count(Struct, gc=False):
    """People of one kind, of one country, in one mission, on one date. The header is row 1 of a file."""

    row: int
    as_of: str  # ISO date, to its precision
    country: str  # as printed
    iso3: str | None  # code printed beside the name
    mission: str | None  # as printed; None: the file tells no mission
    personnel_type: PersonnelType
    type_as_printed: str | None
    women: int | None  # None: not split by sex
    men: int | None
    total: int


class PrintedSum(NamedTuple):
    """A total that the file prints itself; None in country and mission means over all of them."""

    row: int
    as_of: str
    country: str | None
    iso3: str | None
    mission: str | None
    women: int | None
    men: int | None
    total: int


class MissionFact(NamedTuple):
    """A mission as a list of missions tells it; None: not told."""

    row: int
    code: str  # as printed
    name: str
    is_active: bool | None
    started_on: str | None
    ended_on: str | None
    headquarters: str | None
    latitude: float | None
    longitude: float | None
    as_of: str | None = None  # day the list is of


class Death(NamedTuple):
    """One fatality as a list tells it."""

    row: int
    casualty_id: str
    incident_date: str
    mission: str  # as printed
    country: str | None  # nationality as printed
    iso3: str | None
    personnel_type: str | None  # as printed
    incident_type: str | None  # as printed
    sex: str | None  # F, M
    as_of: str | None = None  # day the list is of


class TrackerRow(NamedTuple):
    """A headcount as our own CSV has it, by the fields of the record.

    `headcount.model_fields_set` are the columns of the file; what is not among them was not said.
    """

    row: int
    headcount: HeadcountIn
    revision: int | None  # the one that was exported; None: not told


class Fault(NamedTuple):
    """A row that cannot be used, and why."""

    row: int
    column: str | None
    code: str
    message: str


Statement = Count | PrintedSum | MissionFact | Death | TrackerRow | Fault
