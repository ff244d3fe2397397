"""Counts and printed totals of a file: put aside, and checked among one another."""

from collections.abc import Callable, Iterator
from itertools import islice

from app.importers.resolving import Resolver, Wrong
from app.importers.stage import Stage, StagedCount, StagedSum
from app.importers.statements import Count, Fault, PrintedSum, Statement

_CHUNK = 1_000  # larger ones live long enough for the garbage collector to walk through them


def stage_counts(stage: Stage, statements: Iterator[Statement], resolver: Resolver, told: Callable[[int], None]) -> int:
    """Put all rows aside with their names resolved; returns the number of rows read."""
    rows = 0
    while chunk := list(islice(statements, _CHUNK)):
        counts: list[StagedCount] = []
        sums: list[StagedSum] = []
        faults: list[Fault] = []
        for one in chunk:
            if isinstance(one, Fault):
                faults.append(one)
                continue
            if not isinstance(one, Count | PrintedSum):
                continue
            country, mission = _codes(one, resolver)
            if isinstance(country, Wrong):
                faults.append(Fault(one.row, "country", *country))
            if isinstance(mission, Wrong):
                faults.append(Fault(one.row, "mission", *mission))
            elif not isinstance(country, Wrong):
                if isinstance(one, Count):
                    counts.append(_staged(one, country or "", mission))
                else:
                    sums.append(StagedSum(one.row, one.as_of, country, mission, one.women, one.men, one.total))
        stage.fill("count", counts, len(StagedCount._fields))
        stage.fill("printed", sums, len(StagedSum._fields))
        stage.refuse(faults)
        rows = max(rows, chunk[-1].row)
        told(rows - 1)
    return max(0, rows - 1)


def _codes(one: Count | PrintedSum, resolver: Resolver) -> tuple[str | Wrong | None, str | Wrong | None]:
    """Codes of the country and the mission of a row, or what is wrong with each; None: it names none."""
    names_country = one.country is not None or one.iso3 is not None
    country = resolver.country(one.country or "", one.iso3) if names_country else None
    return country, None if one.mission is None else resolver.mission(one.mission)


def _staged(one: Count, country: str, mission: str | None) -> StagedCount:
    return StagedCount(
        one.row,
        one.as_of,
        country,
        mission,
        one.personnel_type.value,
        one.women,
        one.men,
        one.total,
        one.country,
        one.mission,
        one.type_as_printed,
    )


# What is wrong among the rows


def check_counts(stage: Stage, today: str) -> Iterator[str]:
    """Refuse dates that cannot be and what is told twice in two ways; yields what is odd without being wrong."""
    for table, key in (("count", "as_of, country, mission, kind"), ("printed", "as_of, country, mission")):
        # Serves what looks at one date, too.
        stage.database.execute(f"CREATE INDEX {table}_key ON {table} ({key})")
        stage.refuse_dates(table, "as_of", "as_of", today)
        yield from _doubles(stage, table, key)
    if stage.number("SELECT count(*) FROM printed") and stage.number("SELECT count(*) FROM count"):
        yield from sums_unlike(stage, "count")


def _doubles(stage: Stage, table: str, key: str) -> Iterator[str]:
    """Of rows with one key the largest stays; one that says the same or counts nobody is dropped, another a fault."""
    same = " AND ".join(f"twin.{column} IS {table}.{column}" for column in key.split(", "))
    idle = "total = most AND women IS most_women AND men IS most_men"
    if table == "count":
        idle += " OR total = 0"
    stage.database.execute(f"""
        CREATE TABLE doubled AS SELECT id, row, first, most, {idle} AS is_idle FROM (
            SELECT rowid AS id, row, total, women, men, row_number() OVER key AS place,
                   first_value(row) OVER key AS first, first_value(total) OVER key AS most,
                   first_value(women) OVER key AS most_women, first_value(men) OVER key AS most_men
            FROM {table} WHERE EXISTS (SELECT * FROM {table} AS twin WHERE {same} AND twin.rowid <> {table}.rowid)
            WINDOW key AS (PARTITION BY {key} ORDER BY total DESC, row)
        ) WHERE place > 1
    """)
    message = f"'Row ' || first || ' has the same {key}, with ' || most || ' people. Keep one of them.'"
    stage.refuse_where("doubled", "NOT is_idle", None, "doubled_row", message)
    stage.database.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT id FROM doubled WHERE is_idle)")
    dropped = stage.number("SELECT count(*) FROM doubled WHERE is_idle")
    if dropped:
        rows = [str(row) for (row,) in stage.ask("SELECT row FROM doubled WHERE is_idle ORDER BY row LIMIT 10")]
        shown = ", ".join(rows) + (", ..." if dropped > len(rows) else "")
        yield f"{dropped} rows repeat a row of the same key as zero or in the same words, and are left out: {shown}."
    stage.database.execute("DROP TABLE doubled")


def sums_unlike(stage: Stage, counts: str) -> Iterator[str]:
    """Printed totals that are not the sum of the counts in a table of the stage, those of the file or of the record."""
    unlike = f"""
        SELECT p.row, p.as_of, p.country, p.mission, p.total, c.total
        FROM printed p JOIN (
            SELECT as_of, NULL AS country, NULL AS mission, sum(total) AS total FROM {counts} GROUP BY as_of
            UNION ALL SELECT as_of, country, NULL, sum(total) FROM {counts} GROUP BY as_of, country
            UNION ALL SELECT as_of, NULL, mission, sum(total) FROM {counts} GROUP BY as_of, mission
            UNION ALL SELECT as_of, country, mission, sum(total) FROM {counts} GROUP BY as_of, country, mission
        ) c ON c.as_of = p.as_of AND c.country IS p.country AND c.mission IS p.mission
        WHERE c.total <> p.total ORDER BY p.row
    """
    found = list(stage.ask(unlike))
    for row, as_of, country, mission, printed, summed in found[:20]:
        of = " ".join(part for part in (country, mission) if part) or "all"
        yield f"Row {row}: the total printed for {of} on {as_of} is {printed:,}; the counts add up to {summed:,}."
    if len(found) > 20:
        yield f"{len(found) - 20} more printed totals are not what the counts add up to."
