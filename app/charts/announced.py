"""What the announced-to-actual picture says in words: headings, notes, and the alternative text."""

from app.answers.reconciliation_rows import PlanRow, ReconciliationRow, TimelineEntry, TimelineKind
from app.charts.words import bounded, date_words, listed

COUNTED = (TimelineKind.FIRST_OBSERVED, TimelineKind.OBSERVED)


def heading(row: ReconciliationRow) -> str:
    """`Kazakhstan: up to 430 people, shared by UNDOF and UNTSO, approved on 19 January 2024`."""
    allowed = "a number not stated" if row.ceiling is None else f"{bounded(row.ceiling, row.bound)} people"
    where = f", shared by {listed(row.missions, 5)}" if len(row.missions) > 1 else f" in {listed(row.missions)}"
    on = "" if row.approved_on is None else f", approved on {date_words(row.approved_on)}"
    return f"{row.country_name or row.country}: {allowed}{where if row.missions else ''}{on}"


def notes_of(row: ReconciliationRow) -> list[str]:
    """What the picture cannot show, and what its triangles mean."""
    left = [plan.label for plan in row.plans if plan.planned_persons is None or plan.planned_from is None]
    notes = [f"Planned without a number or a date: {listed(left)}."] if left else []
    if any(is_bound(entry) for entry in row.timeline):
        notes.append("Triangles: at least so many were counted.")
    return notes


def sentences(row: ReconciliationRow) -> list[str]:
    """What was allowed, planned and counted, for the alternative text."""
    parts = [heading(row)]
    parts += [f"Planned: {plan_words(plan)}" for plan in row.plans if plan.planned_persons is not None]
    for mission, counts in counts_of(row).items():
        first, last = counts[0], counts[-1]
        parts.append(f"Counted in {mission}: {people(first)} on {date_words(first.on)}")
        if last is not first:
            parts[-1] += f", {people(last)} on {date_words(last.on)}"
    return parts if len(parts) > 1 else [*parts, "No plan with a number, and nobody counted"]


def plan_words(plan: PlanRow) -> str:
    """`139 for UNDOF, March 2024`."""
    start = "" if plan.planned_from is None else f", {date_words(plan.planned_from)}"
    return f"{bounded(plan.planned_persons or 0, plan.planned_bound)} for {plan.mission}{start}"


def counts_of(row: ReconciliationRow) -> dict[str, list[TimelineEntry]]:
    """What was counted, by mission, that with most people first."""
    found: dict[str, list[TimelineEntry]] = {}
    for entry in row.timeline:
        if entry.kind in COUNTED and entry.mission is not None:
            found.setdefault(entry.mission, []).append(entry)
    tops = {mission: max(entry.persons or 0 for entry in counts) for mission, counts in found.items()}
    return {mission: found[mission] for mission in sorted(found, key=lambda one: (-tops[one], one))}


def is_bound(entry: TimelineEntry) -> bool:
    """True for a count that more people may stand behind."""
    return entry.kind in COUNTED and entry.bound == "at_least"


def people(entry: TimelineEntry) -> str:
    """The number of a count, with what it says of the true one."""
    return bounded(entry.persons or 0, entry.bound)
