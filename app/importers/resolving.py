"""Names of a file turned into codes: exactly, after normalising; what is unknown is listed and never guessed."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from app.core.names import Names, Register
from app.importers.models import UnknownName

UNKNOWN_NAME = "unknown_name"
_KEPT = 10_000
_MOST_UNKNOWN = 500  # names; a file with more of them is none of ours, and to look for near ones takes time


class Wrong(NamedTuple):
    """Why a name means nothing: code and message of the fault."""

    code: str
    message: str


class Resolver:
    """Remembers what names mean, and counts those that are known to nobody."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.unknown: Counter[tuple[str, str]] = Counter()
        self._country = lru_cache(_KEPT)(self._look_up_country)
        self._mission = lru_cache(_KEPT)(partial(self._look_up, names.mission))

    def country(self, printed: str, iso3: str | None) -> str | Wrong:
        """Code of a country, or what is wrong."""
        found = self._country(printed, iso3)
        return self._noted("country", printed, found) if isinstance(found, Wrong) else found

    def mission(self, printed: str) -> str | Wrong:
        """Code of a mission, or what is wrong."""
        found = self._mission(printed)
        return self._noted("mission", printed, found) if isinstance(found, Wrong) else found

    def _noted(self, kind: str, name: str, wrong: Wrong) -> Wrong:
        """What is wrong. A name that could be taught is counted."""
        has_room = (kind, name) in self.unknown or len(self.unknown) < _MOST_UNKNOWN
        if wrong.code == UNKNOWN_NAME and has_room:
            self.unknown[kind, name] += 1
        return wrong

    def known_mission(self, printed: str, name: str) -> str | None:
        """Code of a mission that its acronym or its name belongs to, if the record knows it."""
        for spelling in (printed, name):
            found = self.names.mission.find(spelling)
            if len(found) == 1:
                return next(iter(found))
        return None

    def _look_up_country(self, printed: str, iso3: str | None) -> str | Wrong:
        register = self.names.country
        if iso3 is None:
            return self._look_up(register, printed)
        if iso3 not in register.names:
            detail = f"'{iso3[:20]}' is no code of a country. Correct it, or leave the code empty."
            return Wrong("bad_iso3", detail)
        meant = register.find(printed)
        if printed and meant and iso3 not in meant:
            codes = ", ".join(sorted(meant))
            detail = f"'{printed[:80]}' is {codes}, and the code beside it is {iso3}. One of them is wrong."
            return Wrong("code_mismatch", detail)
        return iso3

    def _look_up(self, register: Register, printed: str) -> str | Wrong:
        found = register.find(printed)
        if len(found) == 1:
            return next(iter(found))
        shown = printed[:80]
        if found:
            detail = f"'{shown}' may mean several: {', '.join(sorted(found))}. Put the code into the file."
            return Wrong("ambiguous_name", detail)
        near = register.near(printed) if len(self.unknown) < _MOST_UNKNOWN else []
        hint = f" Near: {', '.join(near)}." if near else ""
        detail = f"'{shown}' is no known {register.kind}.{hint} Teach it as an alias, and send the file again."
        return Wrong(UNKNOWN_NAME, detail)

    def unknown_names(self) -> Iterator[UnknownName]:
        """Every name that was not known, with the codes whose names look alike; the most frequent first."""
        for (kind, name), rows in self.unknown.most_common():
            register = self.names.country if kind == "country" else self.names.mission
            yield UnknownName(kind=kind, name=name[:300], rows=rows, near=register.near(name))
