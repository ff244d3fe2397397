"""The sources that imports need."""

from sqlalchemy import select

from app.core.columns import col
from app.core.errors import InvalidRequest
from app.importers.recorder import Recorder
from app.importers.target import Target
from app.sources.models import Source, SourceIn, SourceKind
from app.sources.store import SOURCES


def need_source(recorder: Recorder, target: Target, as_of: str) -> str:
    """Id of the source of a date, which has to stand, unless it is one of a series the layout can name by itself."""
    source = target.source.replace("{as_of}", as_of)
    standing = select(col(Source.id)).where(col(Source.superseded_in).is_(None), col(Source.id) == source)
    if recorder.session.execute(standing).first() is not None:
        return source
    if "{as_of}" not in target.source:
        raise InvalidRequest(f"No source '{source}' stands. Post it first, with publisher and date, or name another.")
    is_table = target.importer.what == "counts"
    recorder.accompany(
        SOURCES,
        SourceIn(
            id=source,
            kind=SourceKind.UN_MONTHLY_REPORT if is_table else SourceKind.DATASET,
            title=f"[{target.importer.title}, {as_of}]",
            publisher="United Nations Department of Peace Operations" if is_table else "United Nations",
            licence="CC BY-IGO",
            note="Recorded with an import; the day of publication is not known.",
        ),
    )
    return source
