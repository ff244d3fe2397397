"""Answers what the sums kept beside the counts can answer: one report a bucket, all in it sure, nothing to pick out."""

import json
from collections.abc import Sequence
from itertools import compress, repeat
from typing import Any

from msgspec.json import decode
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, String, any_, cast, func, literal_column, select, text
from sqlmodel import Session

from app.answers.asked import Asked, among, numbered
from app.answers.rules import Bucket, Statement, Tally
from app.core.columns import json_array
from app.core.prepared import Prepared, Shelf, open_value, prepare
from app.headcounts.sums import SUMS, SumOver

_LONG, _FEW = 24, 5  # reports from which, and codes up to which, all sums of a code are read
_SHELF = Shelf()
_VALUES = tuple(SUMS.c[name] for name in ("total", "women", "men", "unsplit", "cells"))


def over_of(asked: Asked, by: Sequence[str]) -> SumOver | None:
    """The sums that answer the question; None if only counts can."""
    scope = asked.scope
    if not scope.view.is_current or asked.has_mixed or asked.endings or asked.types is not None or not asked.is_simple:
        return None
    by_country = scope.countries is not None or "country" in by
    by_mission = scope.missions is not None or "mission" in by
    if "personnel_type" in by or (by_country and by_mission):
        return None
    if by_mission:
        return SumOver.MISSION
    if any(one.has_unadded for bucket in asked.buckets for one in bucket.statements):
        return None
    return SumOver.COUNTRY if by_country else SumOver.ALL


def kept_sums(session: Session, asked: Asked, over: SumOver, by: Sequence[str]) -> dict[tuple[Any, ...], Tally]:
    """The sums by `bucket` and `country` or `mission`, in the order given."""
    codes = {SumOver.ALL: ("",), SumOver.COUNTRY: asked.scope.countries, SumOver.MISSION: asked.scope.missions}[over]
    left_out = asked.scope.left_out if over is SumOver.MISSION and codes is None else ()
    reports = {one.report: (bucket, one) for bucket in asked.buckets for one in bucket.statements}
    is_long = codes is not None and len(codes) <= _FEW and len(reports) > _LONG
    by_code = over.value in by
    dialect = session.get_bind().dialect
    form = (dialect.name, over, None if codes is None else len(codes), len(left_out), is_long, by_code)

    def make() -> Prepared:
        return prepare(_read(dialect.name, over, codes, left_out, is_long=is_long, by_code=by_code), dialect)

    values = numbered("code", codes or ()) | numbered("left_out", left_out)
    if not is_long:
        values["reports"] = json.dumps(list(reports)) if dialect.name == "sqlite" else list(reports)
    sums: Prepared = _SHELF.take(form, make)
    [columns] = sums.fetch(session, values)
    return _tallies([decode(one) if isinstance(one, str) else one for one in columns], reports, by)


def _read(
    dialect: str,
    over: SumOver,
    codes: Sequence[str] | None,
    left_out: Sequence[str],
    *,
    is_long: bool,
    by_code: bool,
) -> Select[Any]:
    """Reports, codes and sums, each as one list; of all reports, in the order of the key, if there are many."""
    is_one = codes is not None and len(codes) == 1
    conditions: list[ColumnElement[bool]] = [SUMS.c.over == literal_column(f"'{over.value}'")]
    if codes is not None:
        conditions.append(among(SUMS.c.code, "code", codes))
    if left_out:
        conditions.append(~among(SUMS.c.code, "left_out", left_out))
    if not is_long:
        conditions.append(_of_reports(dialect))
    if by_code or is_one:
        found = select(SUMS.c.report, SUMS.c.code, *_VALUES).where(*conditions).subquery()
    else:
        added = [cast(func.sum(one), BigInteger).label(one.name) for one in _VALUES]  # or PostgreSQL makes decimals
        code: ColumnElement[str] = literal_column("''").label("code")
        found = select(SUMS.c.report, code, *added).where(*conditions).group_by(SUMS.c.report).subquery()
    # One row of lists is read at once; many rows are handed over one by one, between which other threads take turns.
    return select(*(json_array(column) for column in found.c))


def _of_reports(dialect: str) -> ColumnElement[bool]:
    if dialect == "sqlite":
        listed = text("SELECT value FROM json_each(:reports)").bindparams(reports="[]")
        return SUMS.c.report.in_(listed.columns(value=String()).scalar_subquery())
    return SUMS.c.report == any_(open_value("reports", ARRAY(String())))


def _tallies(
    columns: Sequence[Sequence[Any]], reports: dict[str, tuple[Bucket, Statement]], by: Sequence[str]
) -> dict[tuple[Any, ...], Tally]:
    by_bucket, by_code = "bucket" in by, len(by) > ("bucket" in by)
    wanted = [name in reports for name in columns[0]]
    if not any(wanted):
        return {}
    names, codes, totals, women, men, unsplit, cells = [list(compress(column, wanted)) for column in columns]
    buckets, told = zip(*[reports[name] for name in names], strict=True)
    partial = [0 if one.is_complete else number for one, number in zip(told, cells, strict=True)]
    oldest, used, none = [one.as_of_last for one in told], [one.alone for one in told], repeat(0)
    sums = map(Tally, totals, women, men, unsplit, none, cells, partial, none, none, oldest, used)
    keys = [*([[one.name for one in buckets]] if by_bucket else []), *([codes] if by_code else [])]
    tallies: dict[tuple[Any, ...], Tally] = {}
    for key, tally in zip(zip(*keys, strict=True) if keys else repeat(()), sums, strict=False):
        tallies[key] = tallies[key] + tally if key in tallies else tally
    return tallies
