"""All SQL of sources and claims."""

from sqlalchemy import ColumnElement, and_, exists, select

from app.core.columns import col
from app.core.history import Ledger, Part
from app.core.queries import Listing, Match, json_rows
from app.sources.models import (
    SOURCE_KEYS,
    Claim,
    ClaimOut,
    ClaimQuery,
    ClaimSubject,
    Source,
    SourceOut,
    SourceQuery,
    SubjectNoun,
)

SOURCES = Ledger(Source, keys=SOURCE_KEYS)
CLAIMS = Ledger(Claim, parts={"subjects": Part(ClaimSubject, "claim")})

_SUBJECT_OF_CLAIM = and_(col(ClaimSubject.claim) == Claim.id, col(ClaimSubject.revision) == Claim.revision)


def claims_about(noun: SubjectNoun, key: ColumnElement[str]) -> ColumnElement[bool]:
    """True for the claims a record rests on."""
    subjects = select(ClaimSubject.claim).where(  # type: ignore[call-overload]
        _SUBJECT_OF_CLAIM, col(ClaimSubject.noun) == noun, col(ClaimSubject.record) == key
    )
    # Claim and record both belong to statements further out.
    return subjects.correlate_except(ClaimSubject).exists()  # type: ignore[no-any-return]


SOURCE_LIST = Listing(
    row=Source,
    out=SourceOut,
    query=SourceQuery,
    key="id",
    filters={
        "id": Match(col(Source.id)),
        "kind": Match(col(Source.kind)),
        "publisher": Match(col(Source.publisher)),
        "title": Match(col(Source.title)),
        "published_on": Match(col(Source.published_on), "date"),
    },
    sorts=("id", "kind", "publisher", "published_on", "title", "recorded_in"),
    default_sort=("id",),
)

CLAIM_LIST = Listing(
    row=Claim,
    out=ClaimOut,
    query=ClaimQuery,
    key="id",
    columns={"subjects": json_rows(ClaimSubject, _SUBJECT_OF_CLAIM, "noun", "record")},
    filters={
        "id": Match(col(Claim.id)),
        "source": Match(col(Claim.source)),
        "kind": Match(col(Claim.kind)),
        "certainty": Match(col(Claim.certainty)),
        "country": Match(col(Claim.country), "country"),
        "mission": Match(col(Claim.mission), "mission"),
        "subject": Match(col(ClaimSubject.record), within=lambda c, _: exists().where(_SUBJECT_OF_CLAIM, c)),
        "value": Match(col(Claim.value)),
        "about": Match(col(Claim.about), "date"),
    },
    sorts=("id", "source", "kind", "country", "mission", "value", "about", "recorded_in"),
    default_sort=("id",),
)
