"""The sources that imports need."""

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
    source = target.source_of(as_of)
    if source not in recorder.sources:
        _look_for(recorder, target, source, as_of)
        recorder.sources.add(source)
    return source


def _look_for(recorder: Recorder, target: Target, source: str, as_of: str) -> None:
    standing = select(col(Source.id)).where(col(Source.superseded_in).is_(None), col(Source.id) == source)
    if recorder.session.execute(standing).first() is not None:
        return
    if not target.is_dated:
        raise InvalidRequest(f"No source '{source}' stands. Post it first, with publisher and date, or name another.")
    is_table = target.importer.what == "counts"
    recorder.accompany(
        SOURCES,
        validated(
            SourceIn,
            {
                "id": source,
                "kind": SourceKind.UN_MONTHLY_REPORT if is_table else SourceKind.DATASET,
                "title": f"[{target.importer.title}, {as_of}]",
                "publisher": "United Nations Department of Peace Operations" if is_table else "United Nations",
                "licence": "CC BY-IGO",
                "note": "Recorded with an import; the day of publication is not known.",
            },
        ),
    )
