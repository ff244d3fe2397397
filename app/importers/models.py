"""Imports: who sent which file, what it held, what came of it. Beside the record, whose change they name."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, Field, field_validator
from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from app.core.columns import UtcDateTime, enum_column
from app.core.dates import UtcMoment
from app.core.patterns import Written
from app.core.shapes import Out, Shape
from app.core.vocabulary import Line
from app.reports.models import Scope


class ImportMode(StrEnum):
    """Whether a file is only checked, or recorded too."""

    VALIDATE = "validate"
    COMMIT = "commit"


class OnError(StrEnum):
    """What rows that cannot be used do to the others."""

    ABORT = "abort"
    SKIP = "skip"


class ImportState(StrEnum):
    """How far an import is."""

    WAITING = "waiting"
    RUNNING = "running"
    VALIDATED = "validated"
    COMMITTED = "committed"
    REFUSED = "refused"
    FAILED = "failed"
    REVERTED = "reverted"


class FileImport(SQLModel, table=True):
    """One file and what came of it."""

    __tablename__ = "file_import"
    __table_args__ = (CheckConstraint("id > 0", name="ck_file_import_id_positive"),)

    id: int = Column(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    state: ImportState = enum_column(ImportState, "ck_file_import_state")
    mode: ImportMode = enum_column(ImportMode, "ck_file_import_mode")
    on_error: OnError = enum_column(OnError, "ck_file_import_on_error")
    importer: str | None
    source: str | None
    scope: Scope | None = enum_column(Scope, "ck_file_import_scope", optional=True)
    file_name: str
    url: str | None
    size: int = Column(sa_type=BigInteger)
    sha256: str
    author: str
    reason: str
    sent_at: datetime = Column(sa_type=UtcDateTime)
    beat_at: datetime = Column(sa_type=UtcDateTime)  # when its progress was last told
    finished_at: datetime | None = Column(None, sa_type=UtcDateTime)
    rows_read: int = Column(0, sa_type=BigInteger)
    created: int = Column(0, sa_type=BigInteger)
    unchanged: int = Column(0, sa_type=BigInteger)
    corrected: int = Column(0, sa_type=BigInteger)
    rejected: int = Column(0, sa_type=BigInteger)
    faults: int = Column(0, sa_type=BigInteger)
    told: str  # JSON: warnings, unknown names, notes, and why it failed
    change: int | None = Column(None, sa_type=BigInteger, foreign_key="change.number", index=True)
    reverted_in: int | None = Column(None, sa_type=BigInteger, foreign_key="change.number", index=True)


class ImportFault(SQLModel, table=True):
    """One thing that is wrong with a row of a file."""

    __tablename__ = "import_fault"

    import_id: int = Column(primary_key=True, sa_type=BigInteger, foreign_key="file_import.id")
    place: int = Column(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    row: int = Column(sa_type=BigInteger)
    column: str | None
    code: str
    message: str


SourceName = Annotated[
    str,
    Written(
        r"^([a-z0-9]|\{as_of\})([a-z0-9.-]|\{as_of\})*$",
        "write up to 80 small letters, digits, dots and hyphens, first a letter or digit; {as_of} stands for the date",
        most=80,
    ),
]


class Order(Shape):
    """What to do with a file."""

    importer: Line | None = Field(
        None,
        description="Layout of the file, see docs/importers.md. Unless given it is recognised from the header.",
        examples=["un-monthly"],
    )
    mode: ImportMode = Field(
        ImportMode.COMMIT,
        description="`validate` checks and compares only; `commit` records too.",
        examples=["validate"],
    )
    on_error: OnError = Field(
        OnError.ABORT,
        description="`abort`: one row that cannot be used refuses the file; `skip`: such rows are left out.",
        examples=["abort"],
    )
    source: SourceName | None = Field(
        None,
        description="Id of the source of the counts; `{as_of}` in it stands for the date of each report. Unless given, "
        "that of the layout.",
        examples=["un-dpo-{as_of}"],
    )
    scope: Scope | None = Field(
        None,
        description="For what the reports are complete. Unless given, that of the layout.",
        examples=["all_missions"],
    )
    reason: Line | None = Field(None, description="Why, for everybody to read.", examples=["The table of July 2025."])


class OrderFromUrl(Order):
    """The same with the address of the file."""

    url: Annotated[str, Field(min_length=8, max_length=2000)] = Field(
        description="Address of the file, https.", examples=["https://example.org/un-monthly-2025-07.csv"]
    )

    @field_validator("url")
    @classmethod
    def _check_public(cls, url: str) -> str:
        """Everybody can read where a file came from."""
        scheme, sign, place = url.partition("://")
        if not sign or scheme.lower() not in ("http", "https"):
            raise ValueError("give an address that starts with https://")
        if "@" in re.split(r"[/?#]", place)[0]:
            raise ValueError("the address holds a user name or password; leave it out")
        return url


class UnknownName(BaseModel):
    """A name in the file that the record does not know."""

    kind: str = Field(description="`country` or `mission`.", examples=["country"])
    name: str = Field(description="As printed.", examples=["Kasachstan"])
    rows: int = Field(description="Rows in which it stands.", examples=[12])
    near: list[str] = Field(description="Codes whose names look alike; none is taken by guess.", examples=[["KAZ"]])


class Told(BaseModel):
    """What an import has to say beside its numbers, as it is kept."""

    problem: str | None = None
    warnings: list[str] = []
    unknown_names: list[UnknownName] = []
    notes: list[str] = []


class ImportOut(Out):
    """One import."""

    id: int = Field(description="Number of the import.", examples=[1])
    state: ImportState = Field(description="How far it is.", examples=["committed"])
    mode: ImportMode = Field(description="Whether it was to be recorded.", examples=["commit"])
    on_error: OnError = Field(description="What faults do.", examples=["abort"])
    importer: str | None = Field(description="Layout of the file.", examples=["un-monthly"])
    source: str | None = Field(description="Source of its counts.", examples=["un-dpo-{as_of}"])
    scope: Scope | None = Field(description="For what its reports are complete.", examples=["all_missions"])
    file_name: str = Field(description="Name of the file.", examples=["un-monthly-2025-07.csv"])
    url: str | None = Field(description="Where it was fetched.", examples=[None])
    size: int = Field(description="Size, bytes.", examples=[61234])
    sha256: str = Field(description="SHA-256 of the file, hexadecimal.", examples=["9f86d081884c7d65..."])
    author: str = Field(description="Who sent it.", examples=["A. Analyst"])
    reason: str = Field(description="Why.", examples=["The table of July 2025."])
    sent_at: UtcMoment = Field(description="When it was sent, UTC.", examples=["2026-11-24T12:00:00Z"])
    finished_at: UtcMoment | None = Field(description="When it ended, UTC.", examples=["2026-11-24T12:00:01Z"])
    rows_read: int = Field(description="Rows read until now, the header not counted.", examples=[899])
    created: int = Field(description="Records that are new, reports and sources not counted.", examples=[899])
    unchanged: int = Field(description="Records that were there as the file has them.", examples=[0])
    corrected: int = Field(description="Records that the file corrects.", examples=[0])
    rejected: int = Field(description="Rows that cannot be used.", examples=[0])
    faults: int = Field(description="Faults found, see `/v1/imports/{id}/faults`.", examples=[0])
    change: int | None = Field(description="Change that recorded it; null: nothing was recorded.", examples=[120])
    reverted_in: int | None = Field(description="Change that took it back.", examples=[None])
    problem: str | None = Field(description="Why it was refused or failed as a whole.", examples=[None])
    warnings: list[str] = Field(description="What is odd without being wrong.", examples=[["2 rows are doubled."]])
    unknown_names: list[UnknownName] = Field(
        description="Names to be taught as aliases before the file goes in; 500 at most."
    )
    notes: list[str] = Field(description="How the file was read.", examples=[["Read as Windows-1252."]])


class FaultOut(Out):
    """One thing that is wrong with a row."""

    row: int = Field(description="Row of the file; the header is 1.", examples=[17])
    column: str | None = Field(description="Column at fault.", examples=["male_personnel"])
    code: str = Field(description="Stable name of the kind of fault.", examples=["not_a_count"])
    message: str = Field(description="What is wrong and what to do.", examples=["'-3' is no count of people."])


def told_of(text: str) -> dict[str, Any]:
    """What an import says, out of its column."""
    return Told.model_validate_json(text).model_dump()
