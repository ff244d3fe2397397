"""A record that was corrected, disputed, retracted and recorded again, and what its tables hold."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import select
from sqlmodel import Session

from app.core.columns import col
from app.core.database import Database
from app.core.history import Change, Origin, begin_change, correct, record, retract
from app.headcounts.models import Headcount, HeadcountIn
from app.headcounts.store import HEADCOUNTS, retract_report
from app.missions.store import MISSIONS
from app.pledges.store import PLEDGES
from app.recording.kinds import KIND_BY_PATH, KINDS, Kind
from app.reports.store import REPORTS
from app.sources.store import SOURCES
from tests.rows import make_source

KAZ_UNDOF = 10334  # 139 troops in March 2024
REPORT = "un-dpo-2025-07-31"  # 871 headcounts
PLEDGE = "kaz-offer-2024-01-19"
SEEDS = 119


def tables(database: Database) -> dict[str, dict[str, dict[str, Any]]]:
    """The fields of every standing record, by noun and key, read off the tables themselves."""
    with database.read() as session:
        return {kind.path: _standing(session, kind) for kind in KINDS}


def _standing(session: Session, kind: Kind) -> dict[str, dict[str, Any]]:
    table, key = kind.ledger.table, kind.ledger.key
    rows = session.execute(select(table).where(table.c.superseded_in.is_(None))).mappings().all()
    found = {(row[key], row["revision"]): dict(row) for row in rows}
    for name, part in kind.ledger.parts.items():
        for row in found.values():
            row[name] = []
        inside = part.row.__table__
        for row in session.execute(select(inside)).mappings():
            owner = found.get((row[part.owner], row["revision"]))
            if owner is not None:
                kept = {column: row[column] for column in row if column not in (part.owner, "revision")}
                owner[name].append(row[part.value] if part.value else kept)
    return {str(row[key]): _plain(kind, row) for row in found.values()}


def _plain(kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
    fields = {name: row[name] for name in kind.shape.model_fields}
    return to_jsonable_python({n: sorted(v, key=repr) if isinstance(v, list) else v for n, v in fields.items()})


def begin(session: Session, author: str, reason: str, accepted_by: str | None = None) -> Change:
    return begin_change(session, author, reason, Origin.API, lambda: datetime.now(UTC), accepted_by)


def write(database: Database, reason: str, act: Callable[[Session, Change], object], **by: str) -> int:
    """One change that does one act; returns its number."""
    with database.write() as session:
        change = begin(session, by.get("author", "aigerim"), reason, by.get("accepted_by"))
        act(session, change)
        return change.number


def shape_of(database: Database, path: str, key: object, **values: object) -> Any:
    kind = KIND_BY_PATH[path]
    with database.read() as session:
        return kind.shape.model_validate({**_standing(session, kind)[str(key)], **values})


def keep_busy(database: Database) -> None:
    """Changes 120 to 130 of a seeded record: one of everything that can be done to records."""
    count = shape_of(database, "headcounts", KAZ_UNDOF)
    pledge = shape_of(database, "pledges", PLEDGE)
    report = shape_of(database, "reports", REPORT)

    def marked(status: str) -> HeadcountIn:
        return HeadcountIn.model_validate({**count.model_dump(), "women": 8, "men": 131, "status": status})

    hosts = [{"country": "SYR"}, {"country": "ISR", "contested": True}]
    mission = shape_of(database, "missions", "UNDOF", hosts=hosts)
    fewer = pledge.model_copy(update={"unit_kinds": ["medical"], "persons": 850})

    write(database, "misread", lambda s, c: correct(s, c, HEADCOUNTS, marked("reported")))  # 120
    write(database, "two sources", lambda s, c: correct(s, c, HEADCOUNTS, marked("disputed")), author="daniyar")  # 121
    write(database, "settled", lambda s, c: correct(s, c, HEADCOUNTS, marked("reported")))  # 122
    write(database, "also there", lambda s, c: correct(s, c, MISSIONS, mission), accepted_by="daniyar")  # 123
    write(database, "withdrawn", lambda s, c: retract(s, c, PLEDGES, PLEDGE), author="daniyar")  # 124
    write(database, "renewed", lambda s, c: record(s, c, PLEDGES, [fewer]))  # 125
    write(database, "reissued", lambda s, c: retract_report(s, c, REPORT))  # 126
    write(database, "read anew", lambda s, c: _record_report(s, c, report))  # 127
    write(database, "nothing", lambda s, c: None)  # 128
    write(database, "twice at once", _record_and_correct)  # 129
    write(database, "all at once", lambda s, c: _mixed(s, c, marked("disputed")))  # 130


def _record_report(session: Session, change: Change, report: Any) -> None:
    record(session, change, REPORTS, [report])
    rows = [
        HeadcountIn(report=REPORT, country="KAZ", mission="UNDOF", personnel_type="troops", total=140),
        HeadcountIn(report=REPORT, country="NPL", mission="UNDOF", personnel_type="troops", total=400),
    ]
    record(session, change, HEADCOUNTS, rows)


def _record_and_correct(session: Session, change: Change) -> None:
    """Of a record that one change records and corrects, only what it leaves standing was ever seen."""
    record(session, change, SOURCES, [make_source(id="a-paper", title="Misprinted"), make_source(id="b-paper")])
    correct(session, change, SOURCES, make_source(id="a-paper", title="Printed"))
    retract(session, change, SOURCES, "b-paper")


def _mixed(session: Session, change: Change, disputed: HeadcountIn) -> None:
    correct(session, change, HEADCOUNTS, disputed)
    retract(session, change, HEADCOUNTS, 1)
    fresh = make_source(id="c-paper")
    record(session, change, SOURCES, [fresh])
    retract(session, change, SOURCES, "a-paper")
    record(session, change, SOURCES, [make_source(id="a-paper", title="Printed again")])


def keys_of_report(database: Database, report: str) -> list[int]:
    with database.read() as session:
        statement = select(col(Headcount.id)).where(col(Headcount.report) == report).order_by(col(Headcount.id))
        return list(session.execute(statement).scalars())
