"""The same questions answered as the tutorials of FastAPI and SQLModel do: one table, models, a session each."""

import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlmodel import Field, Session, SQLModel, create_engine, func, select

engine = create_engine(f"sqlite:///{os.environ['PLAIN']}", connect_args={"check_same_thread": False})


class HeadcountBase(SQLModel):
    report: str
    country: str = Field(index=True)
    country_name: str
    mission: str = Field(index=True)
    mission_name: str
    personnel_type: str
    women: int | None
    men: int | None
    total: int
    bound: str
    measure: str
    contingent: str | None
    status: str
    country_as_printed: str | None
    mission_as_printed: str | None
    type_as_printed: str | None
    comment: str | None
    source: str
    as_of: str = Field(index=True)
    month: str
    revision: int
    recorded_in: int
    recorded_at: str


class Headcount(HeadcountBase, table=True):
    id: int | None = Field(default=None, primary_key=True)


class HeadcountPublic(HeadcountBase):
    id: int


class MissionTotal(SQLModel):
    mission: str
    total: int
    women: int
    men: int


class MonthTotal(SQLModel):
    month: str
    total: int
    women: int
    men: int


def get_session() -> Iterator[Session]:
    """A session for one request."""
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
app = FastAPI()


@app.get("/headcounts/", response_model=list[HeadcountPublic])
def read_headcounts(
    session: SessionDep, mission: str, least: int = 0, limit: Annotated[int, Query(le=1000)] = 100
) -> object:
    """A page of headcounts."""
    statement = select(Headcount).where(Headcount.mission == mission, Headcount.total >= least)
    return session.exec(statement.order_by(Headcount.id).limit(limit)).all()  # type: ignore[arg-type]


@app.get("/headcounts/{headcount_id}", response_model=HeadcountPublic)
def read_headcount(headcount_id: int, session: SessionDep) -> object:
    """One headcount."""
    headcount = session.get(Headcount, headcount_id)
    if not headcount:
        raise HTTPException(status_code=404, detail="Headcount not found")
    return headcount


@app.get("/totals/", response_model=list[MissionTotal])
def read_totals(session: SessionDep, as_of: str) -> object:
    """People by mission on a date."""
    sums = [func.sum(column).label(name) for name, column in _COLUMNS.items()]
    statement = select(Headcount.mission, *sums).where(Headcount.as_of == as_of)  # type: ignore[call-overload]
    return session.exec(statement.group_by(Headcount.mission)).all()


@app.get("/series/", response_model=list[MonthTotal])
def read_series(session: SessionDep, country: str, first: str) -> object:
    """People of a country by month."""
    sums = [func.sum(column).label(name) for name, column in _COLUMNS.items()]
    statement = select(Headcount.month, *sums)  # type: ignore[call-overload]
    statement = statement.where(Headcount.country == country, Headcount.month >= first)
    return session.exec(statement.group_by(Headcount.month)).all()


_COLUMNS = {"total": Headcount.total, "women": Headcount.women, "men": Headcount.men}
