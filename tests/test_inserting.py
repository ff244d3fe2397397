"""Many rows at once, as files bring them: groups on SQLite, a copy on PostgreSQL. They come out as they went in."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlmodel import AutoString, SQLModel

from app.core.columns import KEY_TEXT, UtcDateTime, text_enum
from app.core.database import Database
from app.core.errors import RecordConflict
from app.core.history import record
from app.core.inserting import insert_rows
from app.core.vocabulary import PersonnelType
from app.fatalities.models import Fatality
from app.fatalities.store import FATALITIES
from tests.rows import make_change, make_fatality, make_world

# One column of each type that tables of the service have, under names that have to be quoted.
_THINGS = Table(
    "select",
    MetaData(),
    Column("key", KEY_TEXT, primary_key=True),
    Column("order", BigInteger),
    Column("Said", AutoString(length=300)),
    Column("note", String),
    Column("persons", Integer),
    Column("is_whole", Boolean),
    Column("degrees", Float),
    Column("money", Numeric(16, 2)),
    Column("kind", text_enum(PersonnelType, "ck_select_kind")),
    Column("seen_at", UtcDateTime),
    CheckConstraint("persons >= 0", name="ck_select_persons"),
)
_TEXTS = (
    "tab\tand\nline\r\nand \\N and \\. and \\\\t",
    "\\.",
    "\\N",
    "",
    " ",
    "'quoted', \"doubly\"; DROP TABLE x --%s %(key)s ? :key",
    "Côte d’Ivoire, 中国, \u202e\U0001f54a",
    None,
)
_MOMENTS = (datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), None)


def thing(number: int) -> dict[str, Any]:
    is_empty = number % 7 == 6
    full = {
        "key": f"key {number:04}",
        "order": 2**62 + number,
        "Said": _TEXTS[number % len(_TEXTS)],
        "note": _TEXTS[-1 - number % len(_TEXTS)],
        "persons": number,
        "is_whole": number % 2 == 0,
        "degrees": -13.203300000000001 / (number + 1),
        "money": Decimal("12345678901234.56") - number,
        "kind": list(PersonnelType)[number % len(PersonnelType)],
        "seen_at": _MOMENTS[number % len(_MOMENTS)],
    }
    return {name: None if is_empty and name != "key" else value for name, value in full.items()}


def test_every_type_of_the_tables_is_tried():
    import app.tables  # noqa: F401

    used = {type(column.type) for table in SQLModel.metadata.tables.values() for column in table.columns}
    assert used == {type(column.type) for column in _THINGS.columns}


@pytest.mark.parametrize("number", [1, 49, 50, 733, 5_001])
@pytest.mark.filterwarnings("ignore:Dialect sqlite.*Decimal")
def test_rows_come_out_as_they_went_in_however_many_they_are(database: Database, number: int):
    rows = [thing(one) for one in range(number)]
    with database.write() as session:
        _THINGS.create(session.connection())
        insert_rows(session.connection(), _THINGS, rows)
    with database.read() as session:
        found = session.execute(select(_THINGS).order_by(_THINGS.c.key))
        assert [dict(row._mapping) for row in found] == rows


@pytest.mark.parametrize("number", [3, 733])
@pytest.mark.parametrize("wrong", [{"key": "key 0000"}, {"persons": -1}, {"key": None}])
def test_a_row_that_breaks_a_rule_is_an_integrity_error_and_leaves_nothing(
    database: Database, number: int, wrong: dict[str, object]
):
    rows = [thing(one) for one in range(number)]
    rows[-2] |= wrong
    with database.write() as session:
        _THINGS.create(session.connection())
    with pytest.raises(IntegrityError), database.write() as session:
        insert_rows(session.connection(), _THINGS, rows)
    with database.write() as session:
        insert_rows(session.connection(), _THINGS, rows[:-2])
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(_THINGS)).scalar_one() == number - 2


@pytest.mark.parametrize("wrong", [{"casualty_id": "UNDOF-2024-01-00007"}, {"nationality": "XXX"}, {"mission": "NONE"}])
def test_one_of_many_records_that_cannot_stand_is_a_conflict_that_names_the_noun(
    database: Database, wrong: dict[str, object]
):
    make_world(database)
    shapes = [make_fatality(casualty_id=f"UNDOF-2024-01-{number:05}") for number in range(300)]
    shapes[150] = make_fatality(**{"casualty_id": "UNDOF-2024-01-00150", **wrong})
    with pytest.raises(RecordConflict) as told, database.write() as session:
        record(session, make_change(session), FATALITIES, shapes)
    assert str(told.value).startswith("The fatality was not recorded: it exists already")
    assert isinstance(told.value.__cause__, IntegrityError)
    with database.write() as session:
        record(session, make_change(session), FATALITIES, shapes[:150])
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(Fatality)).scalar_one() == 150
