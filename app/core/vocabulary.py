"""The words of the field: constrained types and closed lists that several nouns share."""

import hashlib
import re
import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from app.core.patterns import Written

_UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def check_text(text: str) -> str:
    """NFC, trimmed; refuses control, bidirectional, zero-width and surrogate characters (line breaks are kept)."""
    if any(unicodedata.category(c) in _UNWANTED and c not in "\n\t" for c in text):
        raise ValueError("the text holds control or invisible characters; remove them")
    return unicodedata.normalize("NFC", text).strip()


def normalise(name: str) -> str:
    """The form in which names are compared: no case, accents, spaces or punctuation, `&` as "and"."""
    decomposed = unicodedata.normalize("NFKD", name.replace("&", " and "))
    kept = (c for c in decomposed if c.isalnum() and not unicodedata.combining(c))
    return "".join(kept).casefold()


def slug(name: str) -> str:
    """A name as part of an id: lower case ASCII letters and digits joined by hyphens."""
    ascii_text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")


def name_key(code: str, name: str) -> str:
    """The id of a name of something: readable, and different for names that differ when normalised."""
    readable = slug(name)
    key = f"{slug(code)}.{readable}"
    if readable.replace("-", "") == normalise(name) and len(key) <= 80:
        return key
    digest = hashlib.sha256(normalise(name).encode()).hexdigest()[:8]
    return f"{key[:71].strip('-')}-{digest}"


Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Iso3 = Annotated[
    str,
    Written("^[A-Z]{3}$", "write a country as its three capital letters, such as KAZ"),
    Field(examples=["KAZ"]),
]
MissionCode = Annotated[
    str,
    Written(
        "^[A-Z][A-Za-z0-9 .-]{1,19}$",
        "write a mission as its code, such as UNDOF: a capital, then up to 19 letters, digits, spaces, dots, hyphens",
    ),
    Field(examples=["UNDOF"]),
]
Slug = Annotated[
    str,
    Written(
        "^[a-z0-9][a-z0-9.-]{0,79}$",
        "write an id of 1 to 80 small letters, digits, dots and hyphens, the first of them a letter or digit",
    ),
]
Persons = Annotated[int, Field(ge=0, le=1_000_000)]


class PersonnelType(StrEnum):
    """Kinds of uniformed people; labels of the sources are mapped onto these and kept as printed beside them."""

    TROOPS = "troops"
    STAFF_OFFICER = "staff_officer"
    MILITARY_OBSERVER = "military_observer"
    INDIVIDUAL_POLICE = "individual_police"
    FORMED_POLICE = "formed_police"
    POLICE_UNSPECIFIED = "police_unspecified"
    OTHER_UNIFORMED = "other_uniformed"
    UNSPECIFIED = "unspecified"


class Bound(StrEnum):
    """What a number says about the true one."""

    EXACTLY = "exactly"
    UP_TO = "up_to"
    AT_LEAST = "at_least"
    ABOUT = "about"


class Certainty(StrEnum):
    """How a fact follows from its source."""

    STATED = "stated"
    INFERRED = "inferred"
    DERIVED = "derived"


class Region(StrEnum):
    """The five regions of the UN geoscheme (M49)."""

    AFRICA = "Africa"
    AMERICAS = "Americas"
    ASIA = "Asia"
    EUROPE = "Europe"
    OCEANIA = "Oceania"
