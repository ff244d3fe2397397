"""What changed between two dates, or between two states of the record about one date."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.answers.asking import (
    Answer,
    Ask,
    By,
    Grouping,
    day_bucket,
    group_order,
    known_at_text,
    link,
    reports_used,
    scope_meta,
    value_in,
)
from app.answers.facts import Facts, load_facts
from app.answers.movements import (
    DifferenceRow,
    DifferencesMeta,
    DifferencesQuery,
    Movement,
    MovementCounts,
    delta_of,
    movement_of,
)
from app.answers.rules import Bucket, Statement
from app.answers.scope import Scope, resolve
from app.answers.totals import Unknown, columns_of, group_values, sums_of
from app.answers.values import Reason, Tally, Value, unknown_reason
from app.core.columns import col
from app.core.dates import last_day
from app.core.errors import Complaint, InvalidRequest
from app.core.history import Change, View, open_view
from app.missions.store import load_names

Group = tuple[Any, ...]
_NOT_IN_CSV = {*columns_of(tuple(By)), "rows_before", "rows_after"}
_COLUMNS = [name for name in DifferenceRow.model_fields if name not in _NOT_IN_CSV]


@dataclass(frozen=True)
class _Side:
    """A date in a state of the record, and what is counted there.

    `missing`: dimensions of which the question names codes that this state does not know.
    """

    ask: Ask
    query: DifferencesQuery
    grouping: Grouping
    bucket: Bucket | None
    sums: Mapping[Group, Tally]
    unknown: Unknown
    missing: frozenset[By] = frozenset()

    def value(self, group: Group) -> Value:
        """The number of a group with what it is worth."""
        if not self._knows(group):
            return self._unheard()
        value = value_in(self.grouping, group, self.sums.get(group), self.unknown.reason(group))
        return self.unknown.with_age(group, value)

    def total(self) -> Value:
        """The number of all groups together."""
        if self.missing or self.bucket is None:
            return self._unheard()
        whole = Grouping((), self.grouping.scope, self.ask.facts)
        tally = sum(self.sums.values(), Tally())
        country = whole.country_of(())
        why = unknown_reason(
            self.bucket,
            whole.missions_of(()),
            None if country is None else self.ask.facts.countries[country],
            self.ask.today,
            by_mission=self.grouping.needs_missions,
        )
        if tally.cells > 0 and whole.is_one_cell(()):
            why = None
        value = value_in(whole, (), tally, why)
        return Unknown(self.ask, self.query, whole, self.bucket).with_age((), value)

    def _knows(self, group: Group) -> bool:
        """True if this state knows the country and missions of a group, and can tell them from those it does not."""
        country, missions = self.grouping.country_of(group), self.grouping.missions_of(group)
        if (country is not None and country not in self.ask.facts.countries) or missions == {}:
            return False
        if By.COUNTRY in self.missing and By.COUNTRY not in self.grouping.by:
            return False
        return By.MISSION not in self.missing or By.MISSION in self.grouping.by

    def _unheard(self) -> Value:
        has_reports = self.bucket is not None and bool(self.bucket.statements)
        return Value(None, reason=Reason.NO_OBSERVATION if has_reports else Reason.NO_REPORT)

    def statements(self, group: Group, value: Value) -> list[Statement]:
        """The reports behind a number, or the complete ones behind a zero."""
        if self.bucket is None or value.total is None:
            return []
        reports = self.sums[group].reports if group in self.sums else frozenset()
        if reports:
            return [one for one in self.bucket.statements if one.report in reports]
        return [one for one in self.bucket.statements if one.is_complete]

    def rows(self, group: Group) -> str | None:
        """Address of the counts behind the number of a group; None where there is no report to look at."""
        if self.bucket is None or not self.bucket.statements or not self._knows(group):
            return None
        values = {**self.grouping.filters(group), "as_of": self.bucket.until}
        without = ("by", "from_", "to", "known_from", "known_to")
        return link("/v1/deployments", self.query, without=without, **values)


def differences(ask: Ask, query: DifferencesQuery) -> Answer:
    """One row a group of which the two sides do not say the same, in order of the groups."""
    states = query.known_from is not None or query.known_to is not None
    _refuse_mixtures(query, states=states)
    before, after = _two_states(ask, query) if states else _two_dates(ask, query)
    rows = list(_rows(before, after))
    columns = [*columns_of(after.grouping.by), *_COLUMNS]
    return Answer(rows, _meta(query, before, after, rows, states=states), columns)


def _refuse_mixtures(query: DifferencesQuery, *, states: bool) -> None:
    named = {
        "from": query.from_,
        "to": query.to,
        "as_of": query.as_of,
        "known_from": query.known_from,
        "known_to": query.known_to,
    }
    dates = [name for name in ("from", "to") if named[name] is not None]
    moments = [name for name in ("known_from", "known_to") if named[name] is not None]
    if dates and (moments or query.as_of is not None):
        other = (moments or ["as_of"])[0]
        _refuse(
            f"`{dates[0]}` and `{other}` cannot be mixed: compare two dates (`from`, `to`), "
            "or one date (`as_of`) in two states of the record (`known_from`, `known_to`).",
            other,
        )
    if states and query.known_at is not None:
        _refuse("`known_at` cannot be mixed with `known_from` and `known_to`, which name two states.", "known_at")


def _refuse(message: str, parameter: str) -> None:
    raise InvalidRequest(message, [Complaint(message=message, parameter=parameter)])


def _two_dates(ask: Ask, query: DifferencesQuery) -> tuple[_Side, _Side]:
    """The sides of two dates in the state of the record asked about."""
    scope = resolve(ask.session, query, ask.view, ask.facts)
    asked = query.to or query.as_of
    to = last_day(asked) if asked else ask.latest_day(scope)
    if query.from_ is not None:
        start: str | None = last_day(query.from_)
    else:
        # No day is written 00: this lies before every day of the month and behind every day before it.
        start = None if to is None else ask.latest_day(scope, f"{to[:7]}-00")
    if start is not None and to is not None and start > to:
        which = "" if asked else ", the date of the latest report"
        _refuse(f"`from` ({start}) lies after `to` ({to}{which}); put the earlier date first.", "from")
    return _side(ask, query, scope, start, query.known_at), _side(ask, query, scope, to, query.known_at)


def _two_states(ask: Ask, query: DifferencesQuery) -> tuple[_Side, _Side]:
    """The sides of one date in two states of the record. Codes are read as the later state knows them."""
    later = ask if query.known_to is None else _ask_in(ask, open_view(ask.session, query.known_to))
    known_from = query.known_from
    if known_from is None:
        earlier = _ask_in(ask, View(max(later.view.revision - 1, 0), is_current=False))
        known_from = _moment_of(ask, earlier.view.revision)
    else:
        _refuse_order(ask, known_from, query.known_to)
        earlier = _ask_in(ask, open_view(ask.session, known_from))
    scope = resolve(ask.session, query, later.view, later.facts)
    day = last_day(query.as_of) if query.as_of else ask.latest_day(scope)
    then, missing = _scope_then(earlier, query, scope, later.facts)
    before = replace(_side(earlier, query, then, day, known_from), missing=missing)
    return before, _side(later, query, scope, day, query.known_to)


def _refuse_order(ask: Ask, known_from: datetime, known_to: datetime | None) -> None:
    if known_to is not None and known_from > known_to:
        _refuse("`known_from` lies after `known_to`; put the earlier moment first.", "known_from")
    if known_to is None and known_from.date().isoformat() > ask.today:
        _refuse("`known_from` lies in the future; the later state is that of now.", "known_from")


def _ask_in(ask: Ask, view: View) -> Ask:
    """The same question asked of another state of the record."""
    facts = load_facts(ask.session, view, load_names(ask.session, view))
    return replace(ask, view=view, facts=facts, reports=None)  # those in memory are of the other state


def _moment_of(ask: Ask, number: int) -> datetime | None:
    return ask.session.execute(select(col(Change.recorded_at)).where(col(Change.number) == number)).scalar_one_or_none()


def _scope_then(ask: Ask, query: DifferencesQuery, scope: Scope, later: Facts) -> tuple[Scope, frozenset[By]]:
    """What is asked, as far as the earlier state knows its codes; and the dimensions in which it lacks some."""
    countries = later.names.country.resolve("country", query.country or [])
    hosts = later.names.country.resolve("host", query.host or [])
    missions = later.names.mission.resolve("mission", query.mission or [])
    known: dict[str, list[str] | None] = {
        "country": [code for code in countries if code in ask.facts.countries],
        "host": [code for code in hosts if code in ask.facts.countries],
        "mission": [code for code in missions if code in ask.facts.missions],
    }
    asked = {"country": query.country, "host": query.host, "mission": query.mission}
    codes = {name: None if asked[name] is None else found for name, found in known.items()}
    then = resolve(ask.session, query.model_copy(update={**codes, "source": None}), ask.view, ask.facts)
    lacks = {
        By.COUNTRY: known["country"] != countries,
        By.MISSION: known["host"] != hosts or known["mission"] != missions,
    }
    return replace(then, sources=scope.sources), frozenset(one for one, is_lacking in lacks.items() if is_lacking)


def _side(ask: Ask, query: DifferencesQuery, scope: Scope, day: str | None, known_at: datetime | None) -> _Side:
    asked = query.model_copy(update={"as_of": day, "known_at": known_at})
    grouping = Grouping(tuple(dict.fromkeys(By(one.value) for one in query.by)), scope, ask.facts)
    bucket = None if day is None else day_bucket(ask, scope, asked)
    sums = {} if bucket is None else grouping.fold(sums_of(ask, grouping, [bucket]))
    return _Side(ask, asked, grouping, bucket, sums, Unknown(ask, asked, grouping, bucket))


def _rows(before: _Side, after: _Side) -> Iterator[DifferenceRow]:
    named = set(after.grouping.named())
    for group in sorted({*before.sums, *after.sums, *named}, key=group_order):
        was, now = before.value(group), after.value(group)
        change = movement_of(was, now)
        if change is None or (was.total is None and now.total is None and group not in named):
            continue
        reports_before, reports_after = before.statements(group, was), after.statements(group, now)
        yield DifferenceRow(
            **group_values(after.grouping, group, None, None),
            change=change,
            before=was.total,
            after=now.total,
            delta=delta_of(was, now),
            at_least_before=was.at_least,
            at_least_after=now.at_least,
            reason_before=_why_null(was),
            reason_after=_why_null(now),
            reports_before=sorted(one.report for one in reports_before),
            reports_after=sorted(one.report for one in reports_after),
            sources=sorted({one.source for one in (*reports_before, *reports_after)}),
            rows_before=before.rows(group),
            rows_after=after.rows(group),
        )


def _why_null(value: Value) -> Reason | None:
    """The reason of the number itself, not of its split by sex."""
    return value.reason if value.total is None else None


def _meta(
    query: DifferencesQuery, before: _Side, after: _Side, rows: Sequence[DifferenceRow], *, states: bool
) -> DifferencesMeta:
    buckets = [[] if side.bucket is None else [side.bucket] for side in (before, after)]
    reports = [reports_used(one) for one in buckets]
    days = [side.query.as_of for side in (before, after)]
    was, now = before.total(), after.total()
    counts = Counter(row.change.value for row in rows)
    values: dict[str, object] = {
        "revision": after.ask.view.revision,
        "known_at": known_at_text(query),
        "from": None if states else days[0],
        "to": None if states else days[1],
        "as_of": days[1] if states else None,
        "known_from": known_at_text(before.query) if states else None,
        "known_to": known_at_text(after.query) if states else None,
        "scope": scope_meta(query, after.grouping.scope, query.max_age),
        "reports": list({report.id: report for report in (*reports[0], *reports[1])}.values()),
        "at_least": any(row.at_least_before or row.at_least_after for row in rows) or was.at_least or now.at_least,
        "revision_before": before.ask.view.revision,
        "revision_after": after.ask.view.revision,
        "reports_before": [one.id for one in reports[0]],
        "reports_after": [one.id for one in reports[1]],
        "summary": MovementCounts(**{one.value: counts[one.value] for one in Movement}),
        "total_before": was.total,
        "total_after": now.total,
        "delta": delta_of(was, now),
        "reason_before": _why_null(was),
        "reason_after": _why_null(now),
    }
    return DifferencesMeta.model_validate(values)
