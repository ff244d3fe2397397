"""What a change between two numbers is called, and the shapes in which differences are asked for and told."""

from enum import StrEnum

from pydantic import BaseModel, Field

from app.answers.asking import AnswerMeta, CellBy
from app.answers.scope import AsOfQuery
from app.answers.totals import CellFields
from app.answers.values import Reason, Value
from app.core.dates import Moment, PartialDate
from app.core.shapes import AnyOf


class Movement(StrEnum):
    """What became of a number of people; `unknown`: what is known of the two sides does not tell."""

    JOINED = "joined"
    LEFT = "left"
    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


def movement_of(before: Value, after: Value) -> Movement | None:
    """None if the number stayed the same. A lower bound tells a direction only where it leaves no other."""
    if before.total is None or after.total is None:
        return Movement.UNKNOWN
    if after.total > before.total and not before.at_least:
        return Movement.JOINED if before.total == 0 else Movement.UP
    if before.total > after.total and not after.at_least:
        return Movement.LEFT if after.total == 0 else Movement.DOWN
    return Movement.UNKNOWN if before.at_least or after.at_least else None


def delta_of(before: Value, after: Value) -> int | None:
    """People more (above zero) or fewer; None unless both numbers are known exactly."""
    if before.total is None or after.total is None or before.at_least or after.at_least:
        return None
    return after.total - before.total


class DifferenceRow(CellFields):
    """One group of which the two sides do not say the same."""

    change: Movement = Field(description="What became of the number.", examples=["joined"])
    before: int | None = Field(description="People on the earlier side, persons; null: unknown.", examples=[0])
    after: int | None = Field(description="People on the later side, persons; null: unknown.", examples=[139])
    delta: int | None = Field(
        description="People more (above zero) or fewer; null unless both numbers are known exactly.", examples=[139]
    )
    at_least_before: bool = Field(description="True if `before` is a lower bound.", examples=[False])
    at_least_after: bool = Field(description="True if `after` is a lower bound.", examples=[False])
    reason_before: Reason | None = Field(description="Why `before` is null.", examples=[None])
    reason_after: Reason | None = Field(description="Why `after` is null.", examples=[None])
    reports_before: list[str] = Field(
        description="Reports behind `before`, or behind its zero.", examples=[["un-dpo-2024-01-31"]]
    )
    reports_after: list[str] = Field(
        description="Reports behind `after`, or behind its zero.", examples=[["un-dpo-2024-03-31"]]
    )
    sources: list[str] = Field(
        description="Sources of these reports.", examples=[["un-dpo-2024-01-31", "un-dpo-2024-03-31"]]
    )
    rows_before: str | None = Field(
        description="Address of the counts behind `before`; null where there is no report to look at.",
        examples=["/v1/deployments?country=KAZ&as_of=2024-01-31&mission=UNDOF"],
    )
    rows_after: str | None = Field(
        description="Address of the counts behind `after`; null where there is no report to look at.",
        examples=["/v1/deployments?country=KAZ&as_of=2024-03-31&mission=UNDOF"],
    )


class DifferencesQuery(AsOfQuery):
    """Two dates (`from`, `to`), or one date in two states of the record (`as_of`, `known_from`, `known_to`)."""

    as_of: PartialDate | None = Field(
        None,
        description="With `known_from` or `known_to`: the one date looked at in both states; unless given, the date "
        "of the latest report in scope. Without them it means `to`.",
        examples=["2024-01-31"],
    )
    from_: PartialDate | None = Field(
        None,
        alias="from",
        description="The earlier date; a month or year means its last day. Unless given: the date of the latest "
        "report before the month of `to`.",
        examples=["2024-01-31"],
    )
    to: PartialDate | None = Field(
        None,
        description="The later date; a month or year means its last day. Unless given: the date of the latest report "
        "in scope.",
        examples=["2024-03-31"],
    )
    known_from: Moment | None = Field(
        None,
        description="Compare the record as it stood at this moment with `known_to`. Unless given beside `known_to`: "
        "the moment of the change before the last one that `known_to` takes into account.",
        examples=["2024-02-15T12:00:00Z"],
    )
    known_to: Moment | None = Field(
        None,
        description="The later state of the record, with `known_from`; now unless given.",
        examples=["2024-04-15T12:00:00Z"],
    )
    by: AnyOf[CellBy] = Field(
        [CellBy.COUNTRY, CellBy.MISSION], description="What to split the numbers by.", examples=[["mission"]]
    )


class MovementCounts(BaseModel):
    """Rows of each kind of change."""

    joined: int = Field(description="Groups that had nobody and have people.", examples=[1])
    left: int = Field(description="Groups that had people and have nobody.", examples=[0])
    up: int = Field(description="Groups with more people.", examples=[0])
    down: int = Field(description="Groups with fewer people.", examples=[0])
    unknown: int = Field(description="Groups of which the change is not known.", examples=[0])


class DifferencesMeta(AnswerMeta):
    """What was resolved to compare. Either `from` and `to` are told, or `as_of`, `known_from` and `known_to`."""

    from_: str | None = Field(
        alias="from", description="The earlier date; null: one date, or no report before.", examples=["2024-01-31"]
    )
    to: str | None = Field(description="The later date; null: one date, or no report.", examples=["2024-03-31"])
    as_of: str | None = Field(description="The one date in two states of the record.", examples=["2024-01-31"])
    known_from: str | None = Field(
        description="Moment of the earlier state, UTC; null: two dates, or before everything.",
        examples=["2024-02-15T12:00:00Z"],
    )
    known_to: str | None = Field(
        description="Moment of the later state, UTC; null: two dates, or now.", examples=["2024-04-15T12:00:00Z"]
    )
    revision_before: int = Field(description="Last change that the earlier side takes into account.", examples=[120])
    revision_after: int = Field(description="Last change that the later side takes into account.", examples=[120])
    reports_before: list[str] = Field(
        description="Reports looked at for the earlier side, in the order in which they stand.",
        examples=[["un-dpo-2024-01-31"]],
    )
    reports_after: list[str] = Field(
        description="Reports looked at for the later side, in the order in which they stand.",
        examples=[["un-dpo-2024-03-31"]],
    )
    summary: MovementCounts = Field(description="How many rows there are of each kind of change.")
    total_before: int | None = Field(description="People in all groups before, persons; null: unknown.", examples=[19])
    total_after: int | None = Field(description="People in all groups after, persons; null: unknown.", examples=[158])
    delta: int | None = Field(
        description="People more (above zero) or fewer in all; null unless both totals are known exactly.",
        examples=[139],
    )
    reason_before: Reason | None = Field(description="Why `total_before` is null.", examples=[None])
    reason_after: Reason | None = Field(description="Why `total_after` is null.", examples=[None])
