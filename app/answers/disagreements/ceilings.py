"""Where more people are counted than a ceiling allows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.answers.cells import sum_cells
from app.answers.disagreements.found import DiscrepancyKind, Found, Search, StatedValue
from app.answers.rules import Bucket, Buckets, Statement, monthly_buckets
from app.answers.scope import Scope
from app.answers.values import Tally
from app.ceilings.models import CeilingFields
from app.ceilings.rules import Category, InForce, ceiling_in_force
from app.ceilings.store import list_ceilings_of
from app.core.vocabulary import PersonnelType
from app.reports.models import Breakdown

_OBSERVERS_STAFF = (PersonnelType.STAFF_OFFICER, PersonnelType.MILITARY_OBSERVER)
_MILITARY = (PersonnelType.TROOPS, *_OBSERVERS_STAFF)
_POLICE = (PersonnelType.INDIVIDUAL_POLICE, PersonnelType.FORMED_POLICE, PersonnelType.POLICE_UNSPECIFIED)
TYPES_OF = {Category.MILITARY: _MILITARY, Category.POLICE: _POLICE}
_WORDS = {Category.MILITARY: "military people", Category.POLICE: "police"}

Sums = Mapping[tuple[str, ...], Tally]  # by bucket, mission and kind of people


def find_people_above_ceilings(search: Search) -> Iterator[Found]:
    """More people than the ceiling in force allows, in any month with a complete report; two statements.

    The people are those of the counts that stand, so that disputed counts are not among them.
    """
    if search.countries is not None:
        return
    ceilings = list_ceilings_of(search.ask.session, search.ask.view, search.missions)
    buckets = _months(search)
    if not ceilings or not buckets:
        return
    scope = Scope(view=search.ask.view, missions=tuple(sorted(ceilings)))
    dimensions = ("bucket", "mission", "personnel_type")
    sums = sum_cells(search.ask.session, scope, search.ask.facts, buckets, dimensions, by_mission=True)
    for bucket in buckets:
        for mission in sorted(ceilings):
            report = next((one for one in bucket.statements if search.speaks_of(one, mission)), None)
            if report is not None:
                case = _Case(search, bucket, report, mission, ceilings[mission], sums)
                yield from (found for category in _WORDS for found in _above(case, category))


def _months(search: Search) -> Buckets:
    """The reports of every month with a complete report by mission."""
    months = {
        one.as_of[:7]
        for one in search.reports
        if one.is_complete and one.breakdown is Breakdown.MISSION and len(one.as_of) > 4
    }
    return monthly_buckets(sorted(months), search.reports)


@dataclass(frozen=True)
class _Case:
    """One mission in one month; `report` is the complete one that stands first."""

    search: Search
    bucket: Bucket
    report: Statement
    mission: str
    ceilings: Sequence[CeilingFields]
    sums: Sums

    def limits(self, category: Category) -> list[InForce]:
        """The numbers in force on the day of that report that bound the people of `types` together."""
        limits = [self._in_force(category)]
        if category is Category.MILITARY and not self._tells_staff_apart:
            limits.append(self._in_force(Category.OBSERVERS_STAFF))
        return [one for one in limits if one.ceiling is not None]

    def types(self, category: Category) -> tuple[PersonnelType, ...]:
        """Observers and staff officers with a ceiling of their own are not under that of the military too."""
        if category is Category.POLICE:
            return _POLICE
        is_apart = self._in_force(Category.OBSERVERS_STAFF).ceiling is not None
        return (PersonnelType.TROOPS,) if is_apart and self._tells_staff_apart else _MILITARY

    def total(self, category: Category) -> int:
        """The people counted, persons."""
        return sum(self._people(kind) for kind in self.types(category))

    def trace(self, category: Category) -> str:
        """Address of the counts: those of the last day of the month that are no older than the month."""
        return self.search.address(
            "deployments",
            mission=self.mission,
            personnel_type=",".join(self.types(category)),
            as_of=self.bucket.until,
            max_age=str(int(self.bucket.until[8:]) - 1),
        )

    @property
    def _tells_staff_apart(self) -> bool:
        """False for older tables of the UN, where staff officers are among the troops."""
        return self._people(PersonnelType.STAFF_OFFICER) > 0

    def _people(self, kind: PersonnelType) -> int:
        return self.sums.get((self.bucket.name, self.mission, kind), Tally()).total

    def _in_force(self, category: Category) -> InForce:
        facts = self.search.mission(self.mission)
        ended_on = None if facts is None else facts.ended_on
        return ceiling_in_force(self.ceilings, category, ended_on, self.report.as_of_last)


def _above(case: _Case, category: Category) -> Iterator[Found]:
    limits, total, report = case.limits(category), case.total(category), case.report
    allowed = sum(one.ceiling for one in limits if one.ceiling is not None)
    if not limits or limits[0].category is not category or total <= allowed:
        return
    words, decisions = _WORDS[category], list(dict.fromkeys(one.decision.decision for one in limits if one.decision))
    yield Found(
        DiscrepancyKind.ABOVE_CEILING,
        (case.mission, category.value, report.as_of_last),
        as_of=report.as_of,
        size=total - allowed,
        detail=f"{case.mission} had {total:,} {words}, {total - allowed:,} more than the {allowed:,} of "
        f"{' and '.join(decisions)}.",
        values=[
            StatedValue(
                report=report.report,
                source=report.source,
                total=total,
                says=f"{total:,} {words} counted.",
                trace=case.trace(category),
            ),
            *(_allowed(case, one) for one in limits),
        ],
        mission=case.mission,
        category=category,
    )


def _allowed(case: _Case, found: InForce) -> StatedValue:
    decision, number = found.decision, found.ceiling
    assert decision is not None  # noqa: S101  (only decisions with a number bound)
    words = _WORDS.get(found.category, "observers and staff officers")
    return StatedValue(
        report=None,
        source=decision.source,
        ceiling=decision.id,
        total=number,
        says=f"At most {number:,} {words} since {decision.effective_from}, by {decision.decision}.",
        trace=case.search.address(f"ceilings/{decision.id}", include="source_record,claims"),
    )
