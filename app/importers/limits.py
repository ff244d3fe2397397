"""How much a file may hold, and the two ways in which a file is refused as a whole."""

from dataclasses import dataclass

from app.core.errors import TrackerError

# Real tables pack to a tenth; only what was made to fill a disk packs to a thousandth.
_RATIO = 200
_RATIO_STARTS = 16_000_000

LONGEST_CELL = 10_000  # characters
LONGEST_ROW = 1_000_000  # characters
CHUNK = 65_536


@dataclass(frozen=True)
class Limits:
    """Ceilings for one file; the defaults let a million rows of a monthly table through.

    They bound work and disk. Memory is bounded by the readers: they hold one row, and of a workbook its texts.
    """

    max_bytes: int = 100_000_000  # as it came
    max_inflated_bytes: int = 500_000_000  # unpacked
    max_rows: int = 1_048_576
    max_columns: int = 256
    max_cells: int = 30_000_000

    def inflated(self, packed: int) -> int:
        """The bytes that so many packed bytes may unpack to."""
        return min(self.max_inflated_bytes, max(_RATIO_STARTS, _RATIO * packed))


class UnreadableFile(TrackerError):
    code = "unreadable_file"
    status = 422
    title = "Unreadable file"
    help = "The file is no table that can be read: CSV, XLSX, JSON or NDJSON, the text ones also packed with gzip."


class FileTooLarge(TrackerError):
    code = "file_too_large"
    status = 413
    title = "File too large"
    help = "The file, or what it unpacks to, is larger than the service takes. Split it, by month for example."
