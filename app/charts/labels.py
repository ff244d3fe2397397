"""What a row of an answer is called in a picture."""

from collections.abc import Sequence

from pydantic import BaseModel

from app.answers.asking import By
from app.charts.words import plain
from app.core.names import Names

TITLES = {
    By.COUNTRY: "contributor",
    By.MISSION: "mission",
    By.REGION: "region",
    By.HOST: "host country",
    By.PERSONNEL_TYPE: "kind of people",
    By.SEX: "sex",
    By.MONTH: "month",
}


def label_of(row: BaseModel, by: Sequence[By], names: Names) -> str:
    """The values of a row in words, `All` without any."""
    return " · ".join(value_label(one, getattr(row, one.value), names) for one in by) or "All"


def value_label(one: By, value: str | None, names: Names) -> str:
    """One value of a dimension in words."""
    if value is None:
        return f"no {TITLES[one]}"
    if one is By.COUNTRY:
        return names.name("country", value) or value
    if one is By.HOST:
        return ", ".join(names.name("country", code) or code for code in value.split(";"))
    return plain(value) if one in (By.PERSONNEL_TYPE, By.SEX) else str(value)
