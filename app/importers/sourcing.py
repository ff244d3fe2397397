"""The sources that imports need."""

from collections.abc import Iterable

from sqlalchemy import select

from app.core.columns import col
from app.core.errors import InvalidRequest
from app.core.faults import validated
from app.importers.recorder import Recorder
from app.importers.target import Target
from app.sources.models import Source, SourceIn, SourceKind
from app.sources.store import SOURCES


def need_source(recorder: Recorder, target: Target, as_of: str) -> str:
    """Id of the source of a date, which has to stand, unless it is one of a series the layout can name by itself."""
    need_sources(recorder, target, [as_of])
    return target.source_of(as_of)


def need_sources(recorder: Recorder, target: Target, dates: Iterable[str]) -> None:
    """The same of many dates."""
    needed = {target.source_of(as_of): as_of for as_of in dates}
    unseen = needed.keys() - recorder.sources
    if not unseen:
        return
    standing = select(col(Source.id)).where(col(Source.superseded_in).is_(None), col(Source.id).in_(unseen))
    missing = unseen.difference(recorder.session.execute(standing).scalars())
    recorder.accompany(SOURCES, *(_new_source(target, one, as_of) for one, as_of in needed.items() if one in missing))
    recorder.sources |= unseen


def _new_source(target: Target, source: str, as_of: str) -> SourceIn:
    if not target.is_dated:
        raise InvalidRequest(f"No source '{source}' stands. Post it first, with publisher and date, or name another.")
    is_table = target.importer.what == "counts"
    return validated(
        SourceIn,
        {
            "id": source,
            "kind": SourceKind.UN_MONTHLY_REPORT if is_table else SourceKind.DATASET,
            "title": f"[{target.importer.title}, {as_of}]",
            "publisher": "United Nations Department of Peace Operations" if is_table else "United Nations",
            "licence": "CC BY-IGO",
            "note": "Recorded with an import; the day of publication is not known.",
        },
    )
