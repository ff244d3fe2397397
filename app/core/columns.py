"""Column types that store the same thing on SQLite and PostgreSQL, and the JSON lists built inside SQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import JSON, CheckConstraint, ColumnElement, Enum, String, literal
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import DateTime, TypeDecorator
from sqlmodel import Field

# PostgreSQL sorts text by the database's language unless told otherwise; SQLite by bytes. Pages must not differ.
KEY_TEXT = String().with_variant(String(collation="C"), "postgresql")


def col(attribute: Any) -> ColumnElement[Any]:
    """A field of a row class as the SQL expression it is; its annotation is that of the Python value."""
    return cast(ColumnElement[Any], attribute)


def text_enum(kind: type[StrEnum], name: str) -> Enum:
    """A column holding the values of a StrEnum as text, with a CHECK called `name`."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def key_column() -> Any:
    """The key of a noun whose keys are listed nowhere else."""
    return Field(primary_key=True, sa_type=KEY_TEXT)  # type: ignore[call-overload]


def listed_key_column(noun: str) -> Any:
    """The key of a noun that others refer to."""
    return Field(primary_key=True, foreign_key=f"{noun}_key.key", sa_type=KEY_TEXT)  # type: ignore[call-overload]


def reference(noun: str, *, optional: bool = False, index: bool = False) -> Any:
    """A foreign key to the keys of another noun; empty where `optional`."""
    default: Any = None if optional else ...
    return Field(default, foreign_key=f"{noun}_key.key", sa_type=KEY_TEXT, index=index)  # type: ignore[call-overload]


def enum_column(kind: type[StrEnum], name: str, *, optional: bool = False) -> Any:
    """A column for a closed list of words; `name` is that of its CHECK."""
    default: Any = None if optional else ...
    return Field(default, sa_type=text_enum(kind, name))  # type: ignore[call-overload]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on the way in and out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class bytewise(FunctionElement[str]):  # noqa: N801  (reads as the SQL it becomes)
    """Text in the order of its bytes on both engines."""

    type = String()
    inherit_cache = True


@compiles(bytewise, "sqlite")
def _bytewise_sqlite(element: bytewise, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(bytewise, "postgresql")
def _bytewise_postgresql(element: bytewise, compiler: SQLCompiler, **kw: Any) -> str:
    return f'{compiler.process(element.clauses, **kw)} COLLATE "C"'


def persons_check(table: str, *columns: str) -> list[CheckConstraint]:
    """One CHECK a column: people are never negative."""
    return [CheckConstraint(f"{c} >= 0", name=f"ck_{table}_{c}_not_negative") for c in columns]


def partial_date_check(table: str, *columns: str) -> list[CheckConstraint]:
    """One CHECK a column: a date is a year, a month or a day."""
    return [
        CheckConstraint(f"length({c}) IN (4, 7, 10)", name=f"ck_{table}_{c.strip(chr(34))}_precision") for c in columns
    ]


class json_object(FunctionElement[Any]):  # noqa: N801  (reads as the SQL function it is)
    """`json_object(name, value, ...)` on SQLite, `json_build_object` on PostgreSQL."""

    type = JSON()
    inherit_cache = True


class json_array(FunctionElement[Any]):  # noqa: N801
    """All rows of one expression as a JSON list: `json_group_array` or `json_agg`."""

    type = JSON()
    inherit_cache = True


class json_set(FunctionElement[Any]):  # noqa: N801
    """The different values of one expression as a JSON list, nulls among them."""

    type = JSON()
    inherit_cache = True


@compiles(json_set, "sqlite")
def _set_sqlite(element: json_set, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(DISTINCT {compiler.process(element.clauses, **kw)})"


@compiles(json_set, "postgresql")
def _set_postgresql(element: json_set, compiler: SQLCompiler, **kw: Any) -> str:
    return f"coalesce(json_agg(DISTINCT {compiler.process(element.clauses, **kw)}), '[]'::json)"


@compiles(json_object, "sqlite")
def _object_sqlite(element: json_object, compiler: SQLCompiler, **kw: Any) -> str:
    # A list that comes out of a sub-select would be quoted as text without json().
    parts = [
        f"json({compiler.process(c, **kw)})" if isinstance(c.type, JSON) else compiler.process(c, **kw)
        for c in element.clauses
    ]
    return f"json_object({', '.join(parts)})"


@compiles(json_object, "postgresql")
def _object_postgresql(element: json_object, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_build_object({compiler.process(element.clauses, **kw)})"


@compiles(json_array, "sqlite")
def _array_sqlite(element: json_array, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **kw)})"


@compiles(json_array, "postgresql")
def _array_postgresql(element: json_array, compiler: SQLCompiler, **kw: Any) -> str:
    return f"coalesce(json_agg({compiler.process(element.clauses, **kw)}), '[]'::json)"


def json_object_of(columns: dict[str, ColumnElement[Any]]) -> json_object:
    """An object with the given names and values."""
    pairs: list[ColumnElement[Any]] = []
    for name, column in columns.items():
        pairs += [literal(name, String(), literal_execute=True), column]
    return json_object(*pairs)
