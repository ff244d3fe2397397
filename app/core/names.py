"""Codes and printed names of countries and missions: exact after normalising, never guessed."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.errors import Complaint, UnknownCode
from app.core.vocabulary import normalise

Kind = Literal["country", "mission"]


@dataclass(frozen=True)
class Register:
    """One kind of thing that has codes: `names` by code, and `codes` by every normalised spelling."""

    kind: Kind
    names: Mapping[str, str]
    codes: Mapping[str, frozenset[str]]

    @staticmethod
    def build(kind: Kind, names: Mapping[str, str], spellings: Iterable[tuple[str, str]]) -> "Register":
        """`spellings` are (spelling, code) pairs; codes themselves come first and win over other spellings."""
        codes: dict[str, set[str]] = {}
        for spelling, code in spellings:
            codes.setdefault(normalise(spelling), set()).add(code)
        codes.update({normalise(code): {code} for code in names})
        return Register(kind, names, {spelling: frozenset(found) for spelling, found in codes.items()})

    def find(self, spelling: str) -> frozenset[str]:
        """The codes a spelling may mean: none, one, or several if it is ambiguous."""
        return self.codes.get(normalise(spelling), frozenset())

    def resolve(self, parameter: str, values: Sequence[str]) -> list[str]:
        """Codes for the values of a filter; a comma separates values unless only the whole is a known name.

        Raises UnknownCode naming every value that is unknown or ambiguous, with near matches.
        """
        codes: list[str] = []
        faults: list[Complaint] = []
        for value in values:
            parts = value.split(",")
            is_one_name = bool(self.find(value)) and not all(self.find(part) for part in parts)
            for spelling in [value] if is_one_name else parts:
                found = self.find(spelling)
                if len(found) == 1:
                    codes.extend(found)
                else:
                    faults.append(self._complaint(parameter, spelling.strip(), found))
        if faults:
            raise UnknownCode(faults[0].message, faults)
        return codes

    def near(self, spelling: str) -> list[str]:
        """Up to five codes whose code or name resembles the spelling, the closest first."""
        wanted = normalise(spelling)[:60]
        close = difflib.get_close_matches(wanted, self.codes, n=12, cutoff=0.6)
        close.sort(key=lambda match: -_shared_start(wanted, match))
        codes = [code for match in close for code in sorted(self.codes[match])]
        return list(dict.fromkeys(codes))[:5]

    def _complaint(self, parameter: str, spelling: str, found: frozenset[str]) -> Complaint:
        shown = spelling[:80]
        if found:
            options = sorted(found)
            message = f"'{shown}' may mean several: {', '.join(options)}. Use the code."
            return Complaint(message=message, parameter=parameter, near=options)
        near = self.near(spelling)
        hint = f" Near: {', '.join(near)}." if near else ""
        return Complaint(message=f"'{shown}' is no known {self.kind}.{hint}", parameter=parameter, near=near)


def _shared_start(one: str, other: str) -> int:
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


@dataclass(frozen=True)
class Names:
    """The registers of one view of the record."""

    country: Register
    mission: Register

    def name(self, kind: Kind, code: str) -> str | None:
        register = self.country if kind == "country" else self.mission
        return register.names.get(code)
