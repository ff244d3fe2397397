"""What is told of sums: one by one and a column at a time it has to be the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from app.answers.facts import CountryFacts, MissionFacts
from app.answers.rules import Buckets, Statement, fill_bucket, monthly_buckets, months_between
from app.answers.values import Reason, Sex, Tallies, Tally, unknown_reason, unknown_reasons, value_columns, value_of
from app.missions.models import MissionKind
from app.reports.models import Breakdown, Scope
from app.sources.models import SourceKind

PEOPLE = st.integers(0, 3)
WHYS = st.none() | st.sampled_from([Reason.NO_REPORT, Reason.NO_OBSERVATION])


@st.composite
def tallies(draw: st.DrawFn) -> Tally | None:
    women, men, unsplit = draw(st.tuples(PEOPLE, PEOPLE, st.sampled_from([0, 0, 2])))
    untyped, disputed, inexact = draw(st.tuples(*[st.sampled_from([0, 0, 0, 1])] * 3))
    cells = draw(st.integers(1, 3)) if women + men + unsplit else draw(st.integers(0, 1))
    return draw(
        st.none() | st.just(Tally(women + men + unsplit, women, men, unsplit, untyped, cells, disputed, inexact))
    )


@given(st.lists(st.tuples(tallies(), WHYS), min_size=1, max_size=6), st.none() | st.sampled_from(Sex))
def test_a_column_of_values_tells_what_each_sum_tells(pairs: list[tuple[Tally | None, Reason | None]], sex: Sex | None):
    columns = value_columns(Tallies.of(one for one, _ in pairs), [why for _, why in pairs], sex)
    assert list(zip(*columns, strict=True)) == [astuple(value_of(tally, why, sex)) for tally, why in pairs]


def test_sums_without_doubt_are_told_as_they_are():
    split, nobody = Tally(5, 2, 3, cells=1), None
    assert value_columns(Tallies.of([split, nobody]), [None, None]) == (
        (5, 0),
        (2, 0),
        (3, 0),
        (False, False),
        (None, None),
    )
    told = value_columns(Tallies.of([split, Tally(4, unsplit=4, cells=1)]), [None, None])
    assert told == [(5, 4), (2, None), (3, None), (False, False), (None, Reason.NOT_SPLIT_BY_SEX)]
    told = value_columns(Tallies.of([split, nobody]), [None, Reason.NO_REPORT])
    assert told == [(5, None), (2, None), (3, None), (False, False), (None, Reason.NO_REPORT)]


MONTHS = months_between("1990-01", "1992-12")
MISSION = MissionFacts(MissionKind.PEACEKEEPING, None, "1991-03", None, "1992-06-30", ())
COUNTRIES = {
    "always there": CountryFacts(None, None, None),
    "there from the first month to the last": CountryFacts(None, "1989", "1993"),
    "founded in between": CountryFacts(None, "1991-07-15", None),
    "ended in between": CountryFacts(None, None, "1991-12-26"),
    "founded and ended in between": CountryFacts(None, "1990-06", "1992-02"),
}


def report(month: str, scope: Scope, breakdown: Breakdown) -> Statement:
    return Statement(f"r-{month}", 1, "s", SourceKind.DATASET, month, f"{month}-28", scope, breakdown, None, 1)


def months_of_all_kinds() -> Buckets:
    kinds = [(scope, breakdown) for scope in (Scope.ALL_MISSIONS, Scope.PARTIAL) for breakdown in Breakdown]
    told = [report(month, *kinds[place % len(kinds)]) for place, month in enumerate(MONTHS) if place % 7]
    return monthly_buckets(MONTHS, told)


@pytest.mark.parametrize("country", [None, *COUNTRIES])
@pytest.mark.parametrize("missions", [None, {}, {"UNX": MISSION}])
@pytest.mark.parametrize("by_mission", [False, True])
def test_why_months_are_unknown_is_the_same_for_all_at_once(
    country: str | None, missions: dict[str, MissionFacts] | None, by_mission: bool
):
    buckets, facts = months_of_all_kinds(), COUNTRIES.get(country or "")
    for today in ("1991-10-05", "2024-01-31", "1991-10-05"):
        asked = (missions, facts, today)
        one_by_one = [unknown_reason(bucket, *asked, by_mission=by_mission) for bucket in buckets]
        assert list(unknown_reasons(buckets, *asked, by_mission=by_mission)) == one_by_one
        assert Reason.FUTURE_DATE in one_by_one or today == "2024-01-31"


def test_one_complete_report_is_the_source_of_all_that_is_known():
    whole = report("1990-01", Scope.ALL_MISSIONS, Breakdown.MISSION)
    part = report("1990-01", Scope.PARTIAL, Breakdown.MISSION)
    assert fill_bucket("1990-01", "1990-01-31", [whole]).only_sources == ("s",)
    assert fill_bucket("1990-01", "1990-01-31", [part]).only_sources is None
    assert fill_bucket("1990-01", "1990-01-31", [part, part]).only_sources is None
    assert fill_bucket("1990-01", "1990-01-31", []).only_sources is None
