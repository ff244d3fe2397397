"""Answers what the sums kept beside the counts can answer: one report a bucket, all in it sure, nothing to pick out."""

import json
from collections.abc import Sequence
from itertools import compress, repeat
from typing import Any

from msgspec.json import decode
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, String, any_, cast, func, literal_column, select, text
from sqlmodel import Session

from app.answers.asked import Asked, among, numbered
from app.answers.values import Tallies, Tally
from app.core.columns import json_array
from app.core.prepared import Prepared, Shelf, open_value, prepare
from app.headcounts.sums import SUMS, SumOver

_LONG, _FEW = 24, 5  # reports from which, and codes up to which, all sums of a code are read
_SHELF = Shelf()
_VALUES = tuple(SUMS.c[name] for name in ("total", "women", "men", "unsplit", "cells"))


def over_of(asked: Asked, by: Sequence[str]) -> SumOver | None:
    """The sums that answer the question; None if only counts can."""
    scope = asked.scope
    if not scope.view.is_current or not asked.buckets.is_simple:
        return None
    if asked.has_mixed or asked.endings or asked.types is not None:
        return None
    by_country = scope.countries is not None or "country" in by
    by_mission = scope.missions is not None or "mission" in by
    if "personnel_type" in by or (by_country and by_mission):
        return None
    if by_mission:
        return SumOver.MISSION
    if asked.buckets.has_unadded:
        return None
    return SumOver.COUNTRY if by_country else SumOver.ALL


def kept_sums(session: Session, asked: Asked, over: SumOver, by: Sequence[str]) -> dict[tuple[Any, ...], Tally]:
    """The sums by `bucket` and `country` or `mission`, in the order given."""
    columns, buckets = _read(session, asked, over, by_code=over.value in by), asked.buckets
    places = list(map(buckets.places.get, columns[0]))
    if None in places:
        inside = [place is not None for place in places]
        columns = [list(compress(column, inside)) for column in columns]
        places = list(compress(places, inside))
    _, totals, women, men, unsplit, cells, *codes = columns
    names, used = map(buckets.names.__getitem__, places), map(buckets.reports.__getitem__, places)  # type: ignore
    sums = map(Tally, totals, women, men, unsplit, repeat(0), cells, repeat(0), repeat(0), used)
    parts = [*([names] if "bucket" in by else []), *codes]
    keys = zip(*parts, strict=True) if parts else repeat((), len(places))
    if "bucket" in by or len(buckets) == 1:
        return dict(zip(keys, sums, strict=True))
    tallies: dict[tuple[Any, ...], Tally] = {}
    for key, tally in zip(keys, sums, strict=True):
        tallies[key] = tallies[key] + tally if key in tallies else tally
    return tallies


def kept_tallies(session: Session, asked: Asked, over: SumOver) -> Tallies:
    """One sum a bucket, in their order."""
    buckets = asked.buckets
    reports, *found = _read(session, asked, over, by_code=False)
    sums: Sequence[Sequence[int]] = found
    size, places = len(buckets), list(map(buckets.places.get, reports))
    if places != list(range(size)):
        rows = dict(zip(places, zip(*sums, strict=True), strict=True))
        sums = list(zip(*map(rows.get, range(size), repeat((0,) * len(sums))), strict=True))
    totals, women, men, unsplit, cells = sums
    none: tuple[int, ...] = (0,) * size
    used = [reports if count else frozenset[str]() for reports, count in zip(buckets.reports, cells, strict=True)]
    return Tallies(totals, women, men, unsplit, none, cells, none, none, used, (frozenset(),) * size)


def _read(session: Session, asked: Asked, over: SumOver, *, by_code: bool) -> list[list[Any]]:
    """Reports, their sums and, if asked for, the codes, each as one list in no order; others may be among them."""
    codes = {SumOver.ALL: ("",), SumOver.COUNTRY: asked.scope.countries, SumOver.MISSION: asked.scope.missions}[over]
    left_out = asked.scope.left_out if over is SumOver.MISSION and codes is None else ()
    reports = asked.buckets.places
    is_long = codes is not None and len(codes) <= _FEW and len(reports) > _LONG
    dialect = session.get_bind().dialect
    form = (dialect.name, over, None if codes is None else len(codes), len(left_out), is_long, by_code)

    def make() -> Prepared:
        return prepare(_statement(dialect.name, over, codes, left_out, is_long=is_long, by_code=by_code), dialect)

    values = numbered("code", codes or ()) | numbered("left_out", left_out)
    if not is_long:
        values["reports"] = json.dumps(list(reports)) if dialect.name == "sqlite" else list(reports)
    sums: Prepared = _SHELF.take(form, make)
    [columns] = sums.fetch(session, values)
    return [decode(one) if isinstance(one, str) else one for one in columns]


def _statement(
    dialect: str,
    over: SumOver,
    codes: Sequence[str] | None,
    left_out: Sequence[str],
    *,
    is_long: bool,
    by_code: bool,
) -> Select[Any]:
    """Reports, sums and, if asked for, codes, each as one list; of all reports, in the order of the key, if many."""
    is_one = codes is not None and len(codes) == 1
    conditions: list[ColumnElement[bool]] = [SUMS.c.over == literal_column(f"'{over.value}'")]
    if codes is not None:
        conditions.append(among(SUMS.c.code, "code", codes))
    if left_out:
        conditions.append(~among(SUMS.c.code, "left_out", left_out))
    if not is_long:
        conditions.append(_of_reports(dialect))
    if by_code or is_one:
        found = select(SUMS.c.report, *_VALUES, *([SUMS.c.code] if by_code else [])).where(*conditions).subquery()
    else:
        added = [cast(func.sum(one), BigInteger).label(one.name) for one in _VALUES]  # or PostgreSQL makes decimals
        found = select(SUMS.c.report, *added).where(*conditions).group_by(SUMS.c.report).subquery()
    # One row of lists is read at once; many rows are handed over one by one, between which other threads take turns.
    return select(*(json_array(column) for column in found.c))


def _of_reports(dialect: str) -> ColumnElement[bool]:
    if dialect == "sqlite":
        listed = text("SELECT value FROM json_each(:reports)").bindparams(reports="[]")
        return SUMS.c.report.in_(listed.columns(value=String()).scalar_subquery())
    return SUMS.c.report == any_(open_value("reports", ARRAY(String())))
