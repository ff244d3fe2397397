"""Reads single cells: text, codes, counts. A cell that cannot be read raises BadCell; nothing is guessed."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from app.core.vocabulary import check_text

# Files repeat the same few cells over and over; more are not kept, however long the file is.
KEPT = 8192
MOST_PERSONS = 1_000_000

_T = TypeVar("_T")
_COUNT = re.compile(r"(?:[1-9]\d{0,2}(?:[, \u00a0\u2009\u202f]\d{3})+|\d+)(?:\.0{1,2})?", re.ASCII)
_DEGREES = re.compile(r"-?\d{1,3}(?:[.,]\d{1,12})?", re.ASCII)
_ISO3 = re.compile(r"[A-Z]{3}", re.ASCII)
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


class BadCell(Exception):
    """A cell that cannot be used; `column` is given where it is not the one being read."""

    def __init__(self, code: str, message: str, column: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.column = column


def shown(text: str) -> str:
    """A cell as messages quote it."""
    return f"'{text.strip()[:60]}'"


@lru_cache(maxsize=KEPT)
def read_text(text: str) -> str | None:
    """The text of a cell, trimmed; None if it is empty. What it looks like is left as printed."""
    text = text.strip()
    if not text:
        return None
    if len(text) > 300:
        raise BadCell("bad_text", f"{shown(text)} ... has {len(text)} characters; 300 is the most.")
    try:
        return check_text(text)
    except ValueError as error:
        raise BadCell("bad_text", f"{shown(text)}: {error}.") from error


def needed(read: Callable[[str], _T | None], code: str, advice: str) -> Callable[[str], _T]:
    """The same reader for a cell that must not be empty."""

    @lru_cache(maxsize=KEPT)
    def reader(text: str) -> _T:
        value = read(text)
        if value is None:
            raise BadCell(code, advice)
        return value

    return reader


def or_na(read: Callable[[str], _T | None]) -> Callable[[str], _T | None]:
    """The same reader where `NA` means that there is nothing."""

    @lru_cache(maxsize=KEPT)
    def reader(text: str) -> _T | None:
        return None if text.strip() == "NA" else read(text)

    return reader


read_country = needed(read_text, "no_country", "No country is named. Write it as the source prints it.")
read_mission = needed(read_text, "no_mission", "No mission is named. Write it as the source prints it.")


@lru_cache(maxsize=KEPT)
def read_iso3(text: str) -> str | None:
    """ISO 3166-1 alpha-3 code in upper case; None if the cell is empty."""
    code = text.strip().upper()
    if not code:
        return None
    if not _ISO3.fullmatch(code):
        raise BadCell(
            "bad_iso3", f"{shown(text)} is no ISO 3166-1 alpha-3 code such as KAZ. Mend it or leave it empty."
        )
    return code


@lru_cache(maxsize=KEPT)
def read_count(text: str) -> int | None:
    """Persons, a whole number; None if the cell is empty. `2,530` and `2 530` are 2530, `6.0` is 6."""
    text = text.strip()
    if not text:
        return None
    if not _COUNT.fullmatch(text):
        raise BadCell("not_a_count", f"{shown(text)} is no count of people: write a whole number such as 2530.")
    digits = re.sub(r"\D", "", text.partition(".")[0])
    if len(digits) > 12 or int(digits) > MOST_PERSONS:
        raise BadCell("not_a_count", f"{shown(text)} is more than {MOST_PERSONS:,} people.")
    return int(digits)


@lru_cache(maxsize=KEPT)
def read_degrees(text: str) -> float | None:
    """Degrees with a decimal point or comma, -180 to 180; None if the cell is empty."""
    text = text.strip()
    if not text:
        return None
    if not _DEGREES.fullmatch(text) or abs(degrees := float(text.replace(",", "."))) > 180:
        raise BadCell("bad_coordinate", f"{shown(text)} is no coordinate: write degrees such as 27.1536 or -13,2033.")
    return degrees


@lru_cache(maxsize=KEPT)
def read_yes_no(text: str) -> bool | None:
    """Yes or no in any case; None if the cell is empty."""
    word = text.strip().lower()
    if word and word not in _YES_NO:
        raise BadCell("not_yes_or_no", f"{shown(text)} is neither Yes nor No. Write one of them or leave it empty.")
    return _YES_NO.get(word)


def whole(women: int | None, men: int | None, total: int | None, column: str) -> tuple[int | None, int | None, int]:
    """Women, men and total, the total added up if it is missing; BadCell if they do not fit or there is none."""
    if total is None:
        if women is None or men is None:
            raise BadCell(
                "no_count",
                "There is neither a total nor both women and men: the number is unknown, which is not zero. "
                "Write what the source says, or take the row out.",
                column,
            )
        total = women + men
    elif women is not None and men is not None and women + men != total:
        raise BadCell(
            "sum_mismatch",
            f"{women} women and {men} men are {women + men}, not {total}. "
            "Look at the source; if it prints it so, leave women and men empty.",
            column,
        )
    elif (women or 0) > total or (men or 0) > total:
        raise BadCell(
            "sum_mismatch", f"The total {total} is less than its women or men alone. Look at the source.", column
        )
    return women, men, total
