"""JSON, CSV and NDJSON of the same rows."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Raw
from msgspec.json import Encoder
from pydantic import BaseModel

from app.core.errors import NotAcceptable
from app.core.shapes import Format, LedgerOut, Out, Picture

MEDIA_TYPES: dict[Format | Picture, str] = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.NDJSON: "application/x-ndjson",
    Picture.SVG: "image/svg+xml",
    Picture.PNG: "image/png",
    Picture.VEGA_LITE: "application/vnd.vegalite.v6+json",
}


def _of_model(row: Any) -> Raw:
    """A model as JSON, without the fields that were not asked for."""
    if not isinstance(row, BaseModel):
        raise TypeError(f"{type(row).__name__} has no form in JSON")
    return Raw(row.model_dump_json(exclude_unset=True).encode())


JSON = Encoder(enc_hook=_of_model)

HXL_TAGS = {
    "country": "#country+code",
    "country_name": "#country+name",
    "iso3": "#country+code+v_iso3",
    "mission": "#org+code",
    "mission_name": "#org+name",
    "as_of": "#date+reported",
    "personnel_type": "#indicator+type",
    "women": "#affected+f",
    "men": "#affected+m",
    "total": "#affected",
    "source": "#meta+source",
    "report": "#meta+report",
    "latitude": "#geo+lat",
    "longitude": "#geo+lon",
    "name": "#meta+name",
    "note": "#description",
    "comment": "#description",
}

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


_MEDIA: dict[Format | Picture, tuple[str, ...]] = {
    Format.JSON: ("application/json", "application/*", "*/*"),
    Format.CSV: ("text/csv", "text/*", "*/*"),
    Format.NDJSON: ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/*", "*/*"),
    Picture.SVG: ("image/svg+xml", "image/*"),
    Picture.PNG: ("image/png", "image/*"),
    Picture.VEGA_LITE: ("application/vnd.vegalite.v6+json",),
}
_One = TypeVar("_One", bound=Format | Picture)


def choose_format(
    asked: _One | None,
    accept: str | None,
    offered: Sequence[_One] = tuple(Format),  # type: ignore[assignment]
) -> _One:
    """The format asked for, or the first offered that `Accept` likes best; NotAcceptable if it likes none."""
    if asked is not None:
        return asked
    if not accept:
        return offered[0]
    wanted = sorted(_accepted(accept), key=lambda pair: -pair[1])
    refused = {media for media, quality in wanted if quality <= 0}
    # Some browsers name pictures when they open a page; who opens an address wants to read the answer.
    is_page = any(media == "text/html" for media, _ in wanted)
    for media, quality in wanted:
        for one in [one for one in offered if isinstance(one, Format)] if is_page else offered:
            if quality > 0 and media in _MEDIA[one] and _MEDIA[one][0] not in refused:
                return one
    raise NotAcceptable(f"This comes as {', '.join(_MEDIA[one][0] for one in offered)}.")


def choose_coding(accepted: str, offered: Sequence[str]) -> str | None:
    """The first content coding offered that `Accept-Encoding` takes; None if it takes none of them by name."""
    qualities = dict(_accepted(accepted))
    return next((coding for coding in offered if qualities.get(coding, 0) > 0), None)


def _accepted(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept[:1000].split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        yield media, quality


def row_json(row: BaseModel, hidden: Set[str] = frozenset()) -> bytes:
    """One row as JSON, without the `hidden` fields: related records that were not asked for."""
    return row.model_dump_json(exclude=set(hidden)).encode()


def json_lines(rows: Iterable[BaseModel], hidden: Set[str]) -> bytes:
    """Rows as NDJSON."""
    return b"".join(row_json(row, hidden) + b"\n" for row in rows)


def csv_columns(out: type[Out]) -> list[str]:
    """Fields in their order, the name of a code right behind the code, those of the ledger last."""
    columns: list[str] = []
    ledger = [name for name in out.model_fields if name in LedgerOut.model_fields]
    for name in out.model_fields:
        if name in ledger:
            continue
        code = name.removesuffix("_name")
        if name == code or code not in out.named:
            columns.append(name)
            if name in out.named:
                columns.append(f"{name}_name")
    return columns + ledger


def csv_head(columns: Sequence[str], *, hxl: bool) -> bytes:
    """The header line, and below it the HXL hashtags if asked for."""
    lines: list[Sequence[object]] = [columns]
    if hxl:
        lines.append([HXL_TAGS.get(column, "") for column in columns])
    return csv_table(lines)


def csv_lines(rows: Iterable[object], columns: Sequence[str]) -> bytes:
    """Rows as CSV without a header."""
    return csv_table([_cell(getattr(row, column)) for column in columns] for row in rows)


def csv_table(lines: Iterable[Sequence[object]]) -> bytes:
    """Lines of cells as they are; None is an empty cell."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    return buffer.getvalue().encode()


def _cell(value: Any) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        value = ";".join(str(one) for one in value)
    return neutral_text(value) if isinstance(value, str) else value


def neutral_text(text: str) -> str:
    """A text that a spreadsheet would run as a formula, with the quote that makes it text; others as they are."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
