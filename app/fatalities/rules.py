"""What is done with a casualty that a list names more than once. Pure."""

from collections.abc import Callable, Sequence

from app.fatalities.models import FatalityIn


def settle(rows: Sequence[FatalityIn], existed_on: Callable[[str, str], bool]) -> FatalityIn:
    """The one record of the rows that a list has under one casualty id, in its order.

    The UN calls the id unique, so they tell one death, under more than one nationality. The row of a country that
    existed on the day of the incident stands, or else the first; the note names the others.
    `existed_on` takes the code of a country and a date.
    """
    alive = (row for row in rows if row.nationality and existed_on(row.nationality, row.incident_date))
    stands = next(alive, rows[0])
    others = [row.nationality_as_printed or row.nationality for row in rows if row is not stands]
    names = " and ".join(dict.fromkeys(name for name in others if name and name != stands.nationality_as_printed))
    if not names:
        return stands
    note = f"The source lists the casualty under {names} as well."
    return stands.model_copy(update={"note": f"{stands.note} {note}" if stands.note else note})
