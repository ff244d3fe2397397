"""The story of each authorisation: what was announced, what happened to the plans, and who was counted since."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.answers.announcements import Announced, list_offers, offers_under
from app.answers.asking import Ask, By, Grouping, link, value_in
from app.answers.reconciliation_rows import ReconciliationQuery, TimelineEntry, TimelineKind
from app.answers.reconciliation_rules import Plan, said_zero, steps_by, story_day
from app.answers.rules import Bucket, Statement, monthly_buckets, months_between
from app.answers.scope import Scope
from app.answers.totals import sums_of
from app.answers.values import Tally, Value
from app.authorisations.models import AuthorisationFields
from app.core.dates import first_day, last_day
from app.core.vocabulary import Bound

Dated = tuple[str, TimelineEntry]  # the day by which an entry is put into order, and the entry
_ORDER = list(TimelineKind)


class Timelines:
    """Tells the stories of authorisations up to a day; three statements for all of them together."""

    def __init__(
        self, ask: Ask, query: ReconciliationQuery, scope: Scope, until: str, announced: Sequence[Announced]
    ) -> None:
        self.ask, self.query, self.until = ask, query, until
        self.grouping = Grouping((By.COUNTRY, By.MISSION, By.MONTH), scope, ask.facts)
        self.offers = list_offers(ask, scope, scope.countries or (), until)
        starts = [start for one in announced if (start := _start(one)) is not None]
        last = min(until, ask.today)
        self.buckets: list[Bucket] = []
        if starts and min(starts) <= last[:7]:
            # Up to the day alone: what is reported later in its month is not known by then.
            found = ask.statements(scope, first_day(min(starts)), last)
            months = monthly_buckets(months_between(min(starts), last[:7]), found)
            self.buckets = [month for month in months if month.statements]
        self.sums = sums_of(ask, self.grouping, self.buckets, by_bucket=True)

    def of(self, one: Announced) -> list[TimelineEntry]:
        """The entries in order of time: planned starts and the end of force by the first day of their span, all
        others by the last; but a step known by its month goes before a later step of that month.

        Counts are told from the month of the approval on, or of the proposal, or else of the first planned start:
        each month by its own reports, from the first with people on.
        """
        dated = [*_decisions(one.record, self.until), *self._offered(one.record), *self._observed(one)]
        for plan in one.plans:
            dated += _planned(plan, self.until)
        dated.sort(key=lambda pair: (pair[0], _ORDER.index(pair[1].kind), pair[1].mission or "", pair[1].trace))
        return [entry for _, entry in dated]

    def _offered(self, record: AuthorisationFields) -> Iterator[Dated]:
        for offer in offers_under(self.offers, record):
            yield (
                last_day(offer.made_on),
                _entry(
                    TimelineKind.OFFERED,
                    offer.made_on,
                    f"/v1/pledges/{offer.pledge}",
                    mission=offer.mission,
                    persons=offer.persons,
                    source=offer.source,
                    text=offer.note,
                ),
            )

    def _observed(self, one: Announced) -> Iterator[Dated]:
        start = _start(one)
        if start is None or one.record.country not in self.ask.facts.countries:
            return
        for mission in one.record.missions:
            was_seen = False
            for bucket in self.buckets if mission in self.ask.facts.missions else ():
                value = self._value(bucket, (one.record.country, mission))
                if bucket.name < start or value.total is None or not (was_seen or value.total > 0):
                    continue
                yield self._count(bucket, (one.record.country, mission), value, is_first=not was_seen)
                was_seen = True

    def _value(self, bucket: Bucket, cell: tuple[str, str]) -> Value:
        why = self.grouping.reason(bucket, cell, self.ask.today)
        return value_in(self.grouping, cell, self._tally(bucket, cell), why)

    def _tally(self, bucket: Bucket, cell: tuple[str, str]) -> Tally | None:
        return self.sums.get((bucket.name, *cell))

    def _count(self, bucket: Bucket, cell: tuple[str, str], value: Value, *, is_first: bool) -> Dated:
        statement = self._statement(bucket, cell)
        entry = _entry(
            TimelineKind.FIRST_OBSERVED if is_first else TimelineKind.OBSERVED,
            statement.as_of,
            self._rows_link(bucket, cell),
            mission=cell[1],
            persons=value.total,
            women=value.women,
            men=value.men,
            bound=Bound.AT_LEAST if value.at_least else Bound.EXACTLY,
            source=statement.source,
            report=statement.report,
        )
        return statement.as_of_last, entry

    def _statement(self, bucket: Bucket, cell: tuple[str, str]) -> Statement:
        """The report that states a count, or the complete one that says zero by leaving out."""
        tally = self._tally(bucket, cell)
        if tally is not None and tally.reports:
            return next(one for one in bucket.statements if one.report in tally.reports)
        said = said_zero(bucket, cell[1], self.ask.facts.missions[cell[1]].kind)
        assert said is not None  # noqa: S101  (nothing else makes an uncounted cell zero)
        return said

    def _rows_link(self, bucket: Bucket, cell: tuple[str, str]) -> str:
        """Address of the counts of a month: those of its last day asked about that are no older than the month."""
        day = min(bucket.until, self.until)
        values = {"country": cell[0], "mission": cell[1], "as_of": day, "max_age": int(day[8:]) - 1}
        return link("/v1/deployments", self.query, without=("authorisation", "timeline"), **values)


def _start(one: Announced) -> str | None:
    """The first month whose counts are told."""
    starts = [plan.planned_from for plan in one.plans if plan.planned_from is not None]
    began = one.record.approved_on or one.record.proposed_on or min(starts, default=None)
    return None if began is None else first_day(began)[:7]


def _decisions(record: AuthorisationFields, until: str) -> Iterator[Dated]:
    trace = f"/v1/authorisations/{record.id}"
    number = {"persons": record.max_persons, "bound": record.bound}
    proposed_on, approved_on, ends_on = record.proposed_on, record.approved_on, record.effective_to
    approved_by = None if approved_on is None else last_day(approved_on)
    is_approved = approved_by is not None and approved_by <= until
    # What is approved was proposed before, even if only the month of the proposal is known.
    if proposed_on is not None and (is_approved or last_day(proposed_on) <= until):
        day = min(last_day(proposed_on), approved_by or last_day(proposed_on))
        stated = {} if is_approved else number
        yield (
            day,
            _entry(TimelineKind.PROPOSED, proposed_on, trace, source=record.source, text=record.proposer, **stated),
        )
    if approved_on is not None and is_approved:
        text = record.outcome or record.body
        entry = _entry(TimelineKind.APPROVED, approved_on, trace, source=record.source, text=text, **number)
        yield last_day(approved_on), entry
    if ends_on is not None and first_day(ends_on) <= until:
        yield first_day(ends_on), _entry(TimelineKind.EXPIRED, ends_on, trace, source=record.source, **number)


def _planned(plan: Plan, until: str) -> Iterator[Dated]:
    """The planned start, whenever it lies, and the steps that have happened."""
    about = {"mission": plan.mission, "contingent": plan.contingent}
    if plan.planned_from is not None:
        yield (
            first_day(plan.planned_from),
            _entry(
                TimelineKind.PLANNED,
                plan.planned_from,
                f"/v1/contingents/{plan.contingent}",
                persons=plan.planned_persons,
                bound=plan.planned_bound,
                source=plan.source,
                text=plan.label,
                **about,
            ),
        )
    steps = steps_by(plan, until)
    for step in steps:
        yield (
            story_day(step, steps),
            _entry(
                TimelineKind(step.kind.value),
                step.on,
                f"/v1/status-events/{step.event}",
                persons=step.persons,
                bound=step.bound,
                source=step.source,
                text=step.note,
                **about,
            ),
        )


def _entry(kind: TimelineKind, on: str, trace: str, **values: Any) -> TimelineEntry:
    """An entry with every field told, null where there is nothing to tell."""
    return TimelineEntry(
        **dict.fromkeys(TimelineEntry.model_fields) | {"kind": kind, "on": on, "trace": trace} | values
    )
