"""Dates that keep their precision: `2024` (year), `2024-03` (month), `2024-03-18` (day).

They are stored and sent as text; the length is the precision, so March 2024 can never turn into 1 March.
ISO text sorts in order of time, on both engines and in Python.
"""

import calendar
import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import ColumnElement, func

from app.core.columns import bytewise
from app.core.patterns import Written

PARTIAL_DATE_REGEX = r"^\d{4}(-\d{2}(-\d{2})?)?$"
_PATTERN = re.compile(PARTIAL_DATE_REGEX, re.ASCII)


def check_partial_date(text: str) -> str:
    """Return the text if it is a real year, month or day; raise ValueError otherwise."""
    if not _PATTERN.fullmatch(text):
        raise ValueError("write a date as 2024, 2024-03 or 2024-03-18")
    try:
        date.fromisoformat(first_day(text))
    except ValueError as error:
        raise ValueError(f"there is no such date ({error})") from error
    return text


def first_day(text: str) -> str:
    """First day of the span a partial date covers, as ISO text."""
    return (text + "-01-01")[:10]


def last_day(text: str) -> str:
    """Last day of the span a partial date covers, as ISO text."""
    if len(text) == 4:
        return f"{text}-12-31"
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        return f"{text}-{calendar.monthrange(year, month)[1]:02d}"
    return text


def first_day_sql(column: ColumnElement[str]) -> ColumnElement[str]:
    """`first_day` of a column, in SQL."""
    return bytewise(func.substr(column.concat("-01-01"), 1, 10))


PartialDate = Annotated[
    str,
    Field(max_length=10, json_schema_extra={"pattern": PARTIAL_DATE_REGEX}),
    AfterValidator(check_partial_date),
]
Month = Annotated[
    str,
    Written("^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", "write a month as 2024-03, between 1900-01 and 2099-12"),
]


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a moment without zone is one in UTC, as SQLite hands it out."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _read_moment(value: object) -> object:
    """Accept `2024-03-18` as the midnight it starts with, and a `+` that a URL turned into a space."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("write a moment as text")  # noqa: TRY004  (pydantic reports ValueError as a fault of the value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return f"{value}T00:00:00Z"
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]", value, re.ASCII):
        raise ValueError("write a moment as 2024-03-18T12:00:00Z, or a day as 2024-03-18")
    return re.sub(r" (\d{2}:?\d{2})$", r"+\1", value)


def _check_moment(moment: datetime) -> datetime:
    try:
        return as_utc(moment)
    except OverflowError as error:
        raise ValueError("the moment lies outside the years 1 to 9999") from error


Moment = Annotated[datetime, BeforeValidator(_read_moment), AfterValidator(_check_moment)]
UtcMoment = Annotated[datetime, AfterValidator(as_utc)]
