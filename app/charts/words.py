"""Numbers, dates and scopes as pictures say them, in plain English."""

import calendar
import textwrap
from collections.abc import Iterable, Sequence

from app.answers.asking import AnswerMeta
from app.core.names import Kind, Names

_NAMED = 3  # names told one by one before "and N more"
_LINE = 126  # characters of a line below or above a picture


def number(value: int) -> str:
    """1250 as `1,250`."""
    return f"{value:,}"


def amount(total: int | None, reason: str | None, *, at_least: bool = False) -> str:
    """A sum as it is told: a number, a lower bound, or why it is unknown."""
    if total is None:
        return "unknown" if reason is None else f"unknown ({plain(reason)})"
    return f"at least {number(total)}" if at_least else number(total)


def bounded(persons: int, bound: str | None) -> str:
    """A number with what it says of the true one: `up to 430`."""
    return number(persons) if bound in (None, "exactly") else f"{plain(bound)} {number(persons)}"


def plain(word: str) -> str:
    """A word of a closed list as people write it."""
    return word.replace("_", " ")


def date_words(text: str) -> str:
    """`2024-03-31` as `31 March 2024`, `2024-03` as `March 2024`."""
    year, *rest = text.split("-")
    if not rest:
        return year
    month = calendar.month_name[int(rest[0])]
    return f"{month} {year}" if len(rest) == 1 else f"{int(rest[1])} {month} {year}"


def span_words(first: str, last: str) -> str:
    """Two months as `January to March 2024`."""
    if first == last:
        return date_words(first)
    start = date_words(first)
    return f"{start.removesuffix(first[:4]).strip() if first[:4] == last[:4] else start} to {date_words(last)}"


def listed(names: Sequence[str], most: int = _NAMED) -> str:
    """`A, B, C and 4 more`."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {number(len(names) - most)} more"
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part) if names else ""


def distinct(names: Iterable[str]) -> list[str]:
    """The names with a number behind each that was told before: what has one name would be drawn as one."""
    told: dict[str, int] = {}
    found = []
    for name in names:
        told[name] = told.get(name, 0) + 1
        found.append(name if told[name] == 1 else f"{name} ({told[name]})")
    return found


def scope_words(meta: AnswerMeta, names: Names) -> str:
    """Whom an answer is about: `Kazakhstan in UNDOF`."""
    scope = meta.scope
    who = "all contributors" if scope.countries is None else listed(_names(names, "country", scope.countries))
    where = "all missions" if scope.missions is None else listed(scope.missions)
    parts = [f"{who or 'no contributor'} in {where or 'no mission'}"]
    if scope.personnel_types is not None:
        parts.append(listed([plain(one) for one in scope.personnel_types]))
    if scope.sex is not None:
        parts.append("sex not told" if scope.sex == "unknown" else scope.sex.value)
    if scope.sources is not None:
        parts.append(f"from {listed(scope.sources)} alone")
    if scope.completeness == "complete":
        parts.append("from complete reports")
    if scope.lineage:
        parts.append("successive missions taken as one")
    if meta.known_at is not None:
        parts.append(f"as the record stood at {meta.known_at}")
    text = ", ".join(parts)
    return text[0].upper() + text[1:]


def headline(text: str, meta: AnswerMeta, names: Names) -> str:
    """A title that begins with the one country or mission asked about: `Kazakhstan in UNDOF: ...`."""
    scope = meta.scope
    countries = _names(names, "country", scope.countries or ())
    parts = [one[0] for one in (countries, scope.missions or ()) if len(one) == 1]
    return f"{' in '.join(parts)}: {text[0].lower()}{text[1:]}" if parts else text


def _names(names: Names, kind: Kind, codes: Iterable[str]) -> list[str]:
    return [names.name(kind, code) or code for code in codes]


def source_line(sources: Iterable[str], meta: AnswerMeta) -> str:
    """What a picture rests on, reports of counts first; ids lead to `/v1/sources/{id}`."""
    reports = {report.source for report in meta.reports}
    found = sorted(set(sources), key=lambda source: (source not in reports, source))
    word = "Source" if len(found) == 1 else "Sources"
    told = f"{word}: {listed(found)}. " if found else ""
    return f"{told}Peacekeeping deployment tracker, revision {number(meta.revision)} of the record."


def wrapped(lines: Iterable[str], width: int = _LINE) -> list[str]:
    """Lines short enough for a picture."""
    return [part for line in lines if line for part in textwrap.wrap(line, width, break_on_hyphens=False)]
