"""What a question asks of the counts, apart from its values: two questions of one form are one statement.

The reports of the buckets, the codes and the days are values that each run of the statement is given.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    String,
    Table,
    and_,
    any_,
    column,
    not_,
    or_,
    text,
    true,
)
from sqlalchemy.types import TypeEngine

from app.answers.facts import Facts
from app.answers.rules import Bucket, Buckets
from app.answers.scope import Scope
from app.core.history import View, open_state, standing
from app.core.prepared import open_value
from app.core.vocabulary import PersonnelType
from app.headcounts.models import Headcount
from app.reports.models import Breakdown
from app.reports.models import Scope as ReportScope

_TABLE: Table = Headcount.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Asked:
    """A question to the counts: its scope, the buckets of reports, and which missions were over in which bucket."""

    scope: Scope
    buckets: Buckets
    endings: tuple[tuple[str, str, str], ...]  # bucket, mission, the last day on which people may be counted
    has_mixed: bool  # some buckets are answered by countries as a whole, others by mission

    @property
    def form(self) -> object:
        """What the statement looks like."""
        scope = self.scope
        sizes = [None if one is None else len(one) for one in (scope.countries, scope.missions, scope.types)]
        left_out = 0 if scope.missions is not None else len(scope.left_out)
        return (
            *(scope.view.is_current, *sizes, left_out, len(self.endings), self.has_mixed),
            *(self.buckets.is_simple, self.is_one_bucket, self.leaves_out_untyped),
        )

    @property
    def is_one_bucket(self) -> bool:
        return len(self.buckets) == 1

    @property
    def types(self) -> tuple[PersonnelType, ...] | None:
        return self.scope.types

    @property
    def leaves_out_untyped(self) -> bool:
        """True if kinds of people are asked for, so that those of no kind are people of whom only that is known."""
        return self.types is not None and PersonnelType.UNSPECIFIED not in self.types

    @property
    def state(self) -> View:
        """The view, its number left open."""
        return open_state(self.scope.view)

    def values(self, dialect: str) -> dict[str, Any]:
        """All values of the statement, by name."""
        scope = self.scope
        values: dict[str, Any] = {"view_revision": scope.view.revision, "placed": json.dumps(list(self._placed()))}
        for name, given in (("country", scope.countries), ("mission", scope.missions), ("type", self.types)):
            values |= numbered(name, given or ())
        if scope.missions is None:
            values |= numbered("left_out", scope.left_out)
        if dialect != "sqlite":
            values["reports"] = [one.report for one in self.buckets.statements]
        for place, (bucket, mission, last_on) in enumerate(self.endings):
            values |= {f"over_in_{place}": bucket, f"over_{place}": mission, f"over_on_{place}": last_on}
        return values

    def _placed(self) -> Iterator[list[Any]]:
        for bucket in self.buckets:
            by_country = int(bucket.by_country_only)
            for place, one in enumerate(bucket.statements):
                yield [
                    one.report,
                    one.revision,
                    bucket.name,
                    place,
                    one.as_of_last,
                    int(one.is_complete),
                    int(one.scope is ReportScope.ALL_MISSIONS),
                    int(one.breakdown is Breakdown.MISSION),
                    by_country,
                ]

    def of_type(self, rows: FromClause) -> ColumnElement[bool]:
        """True for counts of the kinds of people asked for."""
        return true() if self.types is None else among(rows.c.personnel_type, "type", self.types)

    def conditions(self, placed: CTE, dialect: str) -> list[ColumnElement[bool]]:
        """What keeps the headcounts in scope, of the reports in the buckets."""
        scope, country, mission = self.scope, _TABLE.c.country, _TABLE.c.mission
        conditions = [standing(Headcount, self.state)]
        if scope.countries is not None:
            conditions.append(among(country, "country", scope.countries))
        if scope.missions is not None:
            conditions.append(among(mission, "mission", scope.missions))
        elif scope.left_out:
            conditions.append(or_(mission.is_(None), not_(among(mission, "left_out", scope.left_out))))
        if dialect != "sqlite":
            # Says the same as the join, in a way that lets PostgreSQL see how few reports there are.
            conditions.append(_TABLE.c.report == any_(open_value("reports", ARRAY(String()))))
        if self.has_mixed:
            conditions.append((placed.c.by_country == 1) == mission.is_(None))
        else:
            conditions.append(mission.is_not(None))
        for place in range(len(self.endings)):
            bucket, code, day = (open_value(f"{name}_{place}", String()) for name in ("over_in", "over", "over_on"))
            conditions.append(not_(and_(placed.c.bucket == bucket, mission == code, placed.c.as_of_last <= day)))
        return conditions


def asked_of(scope: Scope, facts: Facts, buckets: Sequence[Bucket], *, by_mission: bool) -> Asked:
    """The question; `by_mission`: what is published by country alone cannot answer it."""
    endings = tuple(
        (bucket.name, code, one.last_on)
        for bucket in buckets
        if bucket.carries_over
        for oldest in (_oldest(bucket),)
        for code, one in facts.missions.items()
        if one.last_on is not None and oldest <= one.last_on < bucket.until
    )
    held = buckets if isinstance(buckets, Buckets) else Buckets(buckets)
    return Asked(scope, held, endings, has_mixed=not by_mission and held.have_countries_only)


def _oldest(bucket: Bucket) -> str:
    """Date of the oldest statement that a bucket carries over."""
    return min((one.as_of_last for one in bucket.statements), default=bucket.until)


def numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """The values of a condition made by `among`, by name."""
    return {f"asked_{name}_{place}": value for place, value in enumerate(values)}


def among(compared: ColumnElement[Any], name: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """True if a column holds one of so many values, which are left open."""
    return compared.in_([open_value(f"asked_{name}_{place}", compared.type) for place in range(len(values))])


_PLACED: dict[str, TypeEngine[Any]] = {
    "report": String(),
    "revision": Integer(),
    "bucket": String(),
    "place": Integer(),
    "as_of_last": String(),
    "complete": Integer(),
    "all_missions": Integer(),
    "by_mission": Integer(),
    "by_country": Integer(),
}


def placed_reports(dialect: str) -> CTE:
    """The reports of the buckets with their places, as one JSON text."""
    if dialect == "sqlite":
        parts = [f"json_extract(value, '$[{number}]') AS {name}" for number, name in enumerate(_PLACED)]
        source = "json_each(:placed)"
    else:
        parts = [
            f"CAST(value->>{number} AS {'integer' if isinstance(kind, Integer) else 'text'}) AS {name}"
            for number, (name, kind) in enumerate(_PLACED.items())
        ]
        source = "jsonb_array_elements(CAST(:placed AS jsonb)) AS value"
    statement = text(f"SELECT {', '.join(parts)} FROM {source}").bindparams(placed="[]")
    placed = statement.columns(*(column(name, kind) for name, kind in _PLACED.items())).cte("placed")
    # Else SQLite may take the text apart anew for every headcount there is.
    return placed.prefix_with("MATERIALIZED", dialect="sqlite")
