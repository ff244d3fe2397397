"""How lists are filtered: what a filter compares, its condition in SQL, and the values it compares with.

A condition and its values are made apart, so that a statement that was compiled once serves for other values too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BindParameter, ColumnElement, false, func, or_

from app.core.columns import bytewise
from app.core.dates import first_day, first_day_sql, last_day
from app.core.history import View
from app.core.names import Names
from app.core.prepared import open_value
from app.core.shapes import LIST_CONTROLS, ListQuery


@dataclass(frozen=True)
class Match:
    """What a filter compares. `date` columns hold partial dates; codes and spellings go through the names first."""

    column: ColumnElement[Any]
    kind: Literal["plain", "country", "mission", "date", "country_spelling", "mission_spelling"] = "plain"
    within: Callable[[ColumnElement[bool], View], ColumnElement[bool]] | None = None
    operator: str = ""  # of a filter whose name does not end in one
    among: Callable[[Any, Names], ColumnElement[bool]] | None = None  # condition of a filter that reads the whole query


@dataclass(frozen=True)
class Filter:
    """A filter that is set: `values` are what its condition compares with, in order."""

    name: str
    match: Match
    operator: str
    is_list: bool
    values: tuple[Any, ...]
    whole: ColumnElement[bool] | None = None  # the condition of one that reads the whole query

    @property
    def form(self) -> object:
        """What its condition looks like whatever the values are; None if it always is another."""
        return None if self.whole is not None else (self.name, self.is_list, len(self.values))

    @property
    def bound(self) -> dict[str, Any]:
        """The values by the names under which the condition asks for them."""
        return {f"given_{self.name}_{place}": value for place, value in enumerate(self.values)}

    def condition(self, view: View) -> ColumnElement[bool]:
        """OR inside a list of values."""
        if self.whole is not None:
            return self.whole
        binds = [open_value(name, self.match.column.type, value) for name, value in self.bound.items()]
        condition = _condition(self, self.match.column, binds)
        return self.match.within(condition, view) if self.match.within else condition


def filters_of(filters: Mapping[str, Match], query: ListQuery, names: Names) -> Iterator[Filter]:
    """The filters of a query that are set. Raises UnknownCode for codes that are none."""
    for name in sorted(query.model_fields_set - LIST_CONTROLS):
        value = getattr(query, name)
        if value is None:
            continue
        field_name, _, operator = name.partition("__")
        match = filters[field_name]
        operator = operator or match.operator
        whole = match.among(query, names) if match.among else None
        values = () if match.among else tuple(_values(match, name, operator, value, names))
        yield Filter(name, match, operator, isinstance(value, list), values, whole)


def _values(match: Match, name: str, operator: str, value: Any, names: Names) -> Iterator[Any]:
    if match.kind in ("country", "mission"):
        yield from (names.country if match.kind == "country" else names.mission).resolve(name, value)
    elif match.kind in ("country_spelling", "mission_spelling"):
        yield from sorted((names.country if match.kind == "country_spelling" else names.mission).find(value))
    elif match.kind == "date" and isinstance(value, list):
        for one in value:
            yield from (one, f"{one}-99")
    elif match.kind == "date":
        yield first_day(value) if operator in ("gte", "lt") else last_day(value)
    elif operator == "contains":
        yield value.lower().replace("/", "//").replace("%", "/%").replace("_", "/_")
    elif isinstance(value, list):
        yield from value
    else:
        yield value


def _condition(given: Filter, column: ColumnElement[Any], binds: list[BindParameter[Any]]) -> ColumnElement[bool]:
    if given.match.kind == "date":
        return _date_condition(given, column, binds)
    if given.match.kind != "plain":
        return column.in_(binds)
    if given.operator == "contains":
        return func.lower(column).contains(binds[0], escape="/")
    if given.operator in _COMPARE:
        return _COMPARE[given.operator](column, binds[0])
    return column.in_(binds) if given.is_list else column == binds[0]


_COMPARE: dict[str, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    "gte": lambda column, value: column >= value,
    "gt": lambda column, value: column > value,
    "lte": lambda column, value: column <= value,
    "lt": lambda column, value: column < value,
}


def _date_condition(given: Filter, column: ColumnElement[Any], binds: list[BindParameter[Any]]) -> ColumnElement[bool]:
    """A year or month as a value means its whole span, and what lies wholly inside it is found.

    So `2024-03-01` does not find "March 2024", but `2024` does. Ranges look at the first day of a column's span.
    """
    if given.is_list:
        text = bytewise(column)
        pairs = zip(binds[::2], binds[1::2], strict=True)
        return or_(false(), *(text.between(first, last) for first, last in pairs))
    return _COMPARE[given.operator](first_day_sql(column), binds[0])
