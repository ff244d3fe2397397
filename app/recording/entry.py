"""What cannot be true of a new or corrected record, whatever its shape allows. Pure.

Seeds and imports may lack what a source does not tell; who posts a record by hand has the source at hand.
"""

from collections.abc import Collection, Iterator, Mapping

from app.core.dates import check_partial_date, first_day, last_day
from app.core.errors import Complaint
from app.core.faults import fault

# Dates of things that happened; all other dates may lie ahead.
_HAPPENED = frozenset(
    {
        "as_of",
        "published_on",
        "retrieved_on",
        "on",
        "proposed_on",
        "approved_on",
        "adopted_on",
        "made_on",
        "incident_date",
    }
)
_AHEAD = frozenset({"planned_from", "planned_to", "effective_from", "effective_to", "ended_on", "drawdown_ended_on"})
_DATES = _HAPPENED | _AHEAD | {"about", "authorised_on", "started_on"}
_EARLIEST = 1945  # the United Nations begin
_FARTHEST_AHEAD = 10  # years

_SPANS = (
    ("valid_from", "valid_to"),
    ("effective_from", "effective_to"),
    ("planned_from", "planned_to"),
    ("started_on", "ended_on"),
    ("proposed_on", "approved_on"),
    ("approved_on", "effective_to"),
)

Values = Mapping[str, object]


def impossible(values: Values, touched: Collection[str], today: str, at: str = "") -> Iterator[Complaint]:
    """Faults of the dates that a request gives; `at` is the place of the record in the body."""
    for name in sorted(_DATES.intersection(touched) & values.keys()):
        message = _date_fault(name, values[name], today)
        if message:
            yield fault(f"{at}/{name}", message)
    for start, end in _SPANS:
        one, other = _date(values.get(start)), _date(values.get(end))
        if one and other and last_day(other) < first_day(one) and {start, end}.intersection(touched):
            yield fault(f"{at}/{end}", f"{other} lies before `{start}` ({one}).")


def incomplete(path: str, values: Values, touched: Collection[str]) -> Iterator[Complaint]:
    """What a record posted by hand has to tell; of a corrected one only what the correction touches."""
    if path == "sources":
        for name, what in (("publisher", "who published it"), ("published_on", "when it was published")):
            if name in touched and values.get(name) is None:
                yield fault(f"/{name}", f"tell {what}; a source without it cannot be weighed.")


def _date_fault(name: str, value: object, today: str) -> str | None:
    """What is wrong with a date; None for what is fine or for its shape to refuse."""
    date = _date(value)
    if date is None:
        return None
    if int(date[:4]) < _EARLIEST:
        return f"{date} lies before the United Nations ({_EARLIEST})."
    if name in _HAPPENED and first_day(date) > today:
        return f"{date} lies in the future; today is {today}."
    if int(date[:4]) > int(today[:4]) + _FARTHEST_AHEAD:
        return f"{date} is more than {_FARTHEST_AHEAD} years ahead."
    return None


def _date(value: object) -> str | None:
    """A date if the value is one."""
    try:
        return check_partial_date(value) if isinstance(value, str) else None
    except ValueError:
        return None
