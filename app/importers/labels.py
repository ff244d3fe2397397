"""Labels under which tables print the kinds of people, and the kind each one means."""

import difflib
from functools import lru_cache
from typing import NamedTuple

from app.core.vocabulary import PersonnelType, normalise
from app.importers.cells import KEPT, BadCell, read_text, shown

# Spellings of the UN's tables since 2009; case, spaces and signs do not matter.
_PRINTED = {
    PersonnelType.TROOPS: ("Troops", "Troop", "Contingent Troops", "Contingent Troop", "Contingent"),
    PersonnelType.STAFF_OFFICER: ("Staff Officer", "Staff Officers", "Staff", "MSO"),
    PersonnelType.MILITARY_OBSERVER: (
        "Experts on Mission", "Experts", "UNMEM", "Military Observer", "Military Observers", "Observer", "Observers",
    ),
    PersonnelType.INDIVIDUAL_POLICE: ("Individual Police", "Ind Police", "Police", "UNPOL"),
    PersonnelType.FORMED_POLICE: ("Formed Police Units", "Formed Police Unit", "Formed Police", "FPU"),
    PersonnelType.POLICE_UNSPECIFIED: ("Civilian Police",),
}  # fmt: skip
LABELS = {
    **{normalise(kind): kind for kind in PersonnelType},
    **{normalise(label): kind for kind, labels in _PRINTED.items() for label in labels},
}
_SHOWN = {normalise(label): label for labels in _PRINTED.values() for label in labels}
_KINDS_OF_POLICE_SINCE = "2009-11"


class Label(NamedTuple):
    """A label and what it means since November 2009."""

    printed: str
    kind: PersonnelType


@lru_cache(maxsize=KEPT)
def read_label(text: str) -> Label:
    """The kind of people that a label means; BadCell naming near ones if it is unknown."""
    printed = read_text(text)
    if printed is None:
        raise BadCell(
            "unknown_personnel_type", "No kind of people is named. Write `unspecified` if the source names none."
        )
    kind = LABELS.get(normalise(printed))
    if kind is None:
        raise BadCell("unknown_personnel_type", f"{shown(printed)} is no known kind of people. {_hint(printed)}")
    return Label(printed, kind)


def kind_of(label: Label, as_of: str) -> PersonnelType:
    """The kind of people a label means on a date: `Police` became individual police when the kinds were split."""
    if as_of < _KINDS_OF_POLICE_SINCE and normalise(label.printed) == "police":
        return PersonnelType.POLICE_UNSPECIFIED
    return label.kind


def _hint(printed: str) -> str:
    near = difflib.get_close_matches(normalise(printed)[:60], _SHOWN, n=3, cutoff=0.5)
    if near:
        return f"Near: {', '.join(_SHOWN[one] for one in near)}."
    return f"Write one of {', '.join(labels[0] for labels in _PRINTED.values())}, or `unspecified`."
