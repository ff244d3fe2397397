"""Reads dates as files print them. One that may mean two days is no date."""

import re
from functools import lru_cache

from app.core.dates import check_partial_date, last_day
from app.importers.cells import KEPT, BadCell, needed, shown

_ISO = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T ](.*))?", re.ASCII)
_MIDNIGHT = re.compile(r"00:00(:00(\.0+)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[ /.-]?([A-Za-z]{3,9})\.?[ /.-]?(\d{4}|\d{2})", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_FIRST_MISSION = 48  # UNTSO, 1948


@lru_cache(maxsize=KEPT)
def read_date(text: str) -> str | None:
    """ISO date to the precision printed; None if the cell is empty."""
    text = text.strip()
    if not text:
        return None
    try:
        return check_partial_date(_iso_text(text))
    except ValueError as error:
        raise BadCell("bad_date", f"{shown(text)}: {error}.") from error


def _iso_text(text: str) -> str:
    """The date as ISO text, which may still be no day of the calendar; ValueError if it cannot be told."""
    if match := _ISO.fullmatch(text):
        return _without_midnight(match[1], match[2])
    if match := _NAMED.fullmatch(text):
        return f"{_year(match[3])}-{_month(match[2]):02d}-{int(match[1]):02d}"
    if match := _NUMBERS.fullmatch(text):
        return f"{match[4]}-{_month_and_day(int(match[1]), int(match[3]))}"
    if re.fullmatch(r"\d{5}(\.\d+)?", text, re.ASCII):
        raise ValueError("that looks like the day number of a spreadsheet; format the column as dates")
    raise ValueError("write a date as 2024-01-31 or 31-Jan-2024")


def _without_midnight(day: str, time: str | None) -> str:
    # Any other time may be a midnight of another zone, which is the day after or before.
    if time is not None and not (len(day) == 10 and _MIDNIGHT.fullmatch(time)):
        raise ValueError("there is a time of day behind it; write the day alone")
    return day


def _year(digits: str) -> str:
    """Two digits count from the first mission on: 48 to 99 are 1948 to 1999, 00 to 47 are 2000 to 2047."""
    if len(digits) == 4:
        return digits
    return ("19" if int(digits) >= _FIRST_MISSION else "20") + digits


def _month(name: str) -> int:
    for number, month in enumerate(_MONTHS, start=1):
        if name.lower() in (month, month[:3]) or (month == "september" and name.lower() == "sept"):
            return number
    raise ValueError("there is no such month; write English months or numbers")


def _month_and_day(first: int, second: int) -> str:
    """Month and day out of two numbers whose order is not told: only what is no month is surely the day."""
    if first > 12 or first == second:
        return f"{second:02d}-{first:02d}"
    if second > 12:
        return f"{first:02d}-{second:02d}"
    raise ValueError("day and month cannot be told apart; write 2024-01-31")


@lru_cache(maxsize=KEPT)
def _read_reporting_date(text: str) -> str | None:
    date = read_date(text)
    if date is not None and len(date) == 4:
        raise BadCell("bad_date", f"{shown(text)} is a year; write the day or the month the counts are about.")
    return date


read_reporting_date = needed(
    _read_reporting_date, "bad_date", "There is no date. Write the day the counts are about, such as 2024-01-31."
)


@lru_cache(maxsize=KEPT)
def read_month_end(text: str) -> str:
    """Last day of the month of a reporting date."""
    return last_day(read_reporting_date(text)[:7])
