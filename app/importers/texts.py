"""Text out of a plain or gzipped file: one reading finds out its encoding, further ones give its lines."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from app.importers.limits import CHUNK, LONGEST_ROW, FileTooLarge, Limits, UnreadableFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_GZIP = b"\x1f\x8b"
_WAY_OUT = "Save it as UTF-8; spreadsheet programs call this 'CSV UTF-8'."
_NOTE_1252 = "The text is no UTF-8 and was read as Windows-1252. Look whether accents came out right."
_UNDEFINED_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_FOREIGN = {
    b"\xff\xfe": f"is UTF-16 text. {_WAY_OUT}",
    b"\xfe\xff": f"is UTF-16 text. {_WAY_OUT}",
    b"\x00\x00\xfe\xff": f"is UTF-32 text. {_WAY_OUT}",
    _GZIP: "is packed twice. Pack it once.",
    b"PK\x03\x04": "is an archive in an archive. Send the table itself; a workbook needs no packing.",
    b"\xd0\xcf\x11\xe0": "is a workbook with a password, or of the old XLS kind. Save it as XLSX without a password.",
    b"%PDF": "is a PDF. Only tables can be read: CSV, XLSX, JSON or NDJSON.",
    b"BZh": "is packed with bzip2. Unpack it, or use gzip.",
    b"\xfd7zXZ": "is packed with xz. Unpack it, or use gzip.",
    b"\x28\xb5\x2f\xfd": "is packed with zstd. Unpack it, or use gzip.",
    b"7z\xbc\xaf": "is a 7-Zip archive. Unpack it.",
    b"Rar!": "is a RAR archive. Unpack it.",
}


class TextFile:
    """A file of text that can be read from its start any number of times."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """UnreadableFile if it is no text, FileTooLarge if it unpacks to more than it may."""
        self._path = path
        self._limit = limits.inflated(path.stat().st_size)
        with path.open("rb") as file:
            self._is_gzip = file.read(2) == _GZIP
        probe = _Probe()
        with self._bytes() as stream:
            while chunk := stream.read(CHUNK):
                probe.feed(chunk)
        self._encoding = probe.encoding()
        self._longest_line = probe.longest_line
        self.notes = (_NOTE_1252,) if self._encoding == "cp1252" else ()

    @contextmanager
    def opened(self) -> Iterator[TextIO]:
        """The text from its start, with its line ends as they are."""
        with self._bytes() as stream, io.TextIOWrapper(stream, self._encoding, newline="") as text:
            yield text

    def require_lines(self) -> None:
        """UnreadableFile if a line is so long that it would be read into memory for no row."""
        if self._longest_line > LONGEST_ROW:
            raise UnreadableFile(f"A line is longer than {LONGEST_ROW:,} bytes. A table has one row a line.")

    def head(self) -> str:
        """What the text starts with: 65,536 characters, or all."""
        with self.opened() as text:
            return text.read(CHUNK)

    @contextmanager
    def _bytes(self) -> Iterator[BinaryIO]:
        with self._path.open("rb") as file:
            yield io.BufferedReader(_Inflated(file, self._limit), CHUNK) if self._is_gzip else file


class _Inflated(io.RawIOBase):
    """What a gzip file unpacks to, up to a limit."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._unpacked = gzip.GzipFile(fileobj=file)
        self._limit = limit
        self._taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        try:
            size = self._unpacked.readinto(buffer)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableFile("The gzip file is damaged or cut off. Pack it again.") from error
        self._taken += size
        if self._taken > self._limit:
            raise FileTooLarge(f"The file unpacks to more than {self._limit:,} bytes. Split it, by month for example.")
        return size


class _Probe:
    """Looks at all bytes of a text, a chunk at a time."""

    def __init__(self) -> None:
        self.longest_line = 0
        self._at = 0
        self._since_line_end = 0
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_wide = False  # something beyond ASCII was UTF-8
        self._bad_at: int | None = None  # the first byte that is no UTF-8
        self._odd_at: int | None = None  # the first byte that is no Windows-1252

    def feed(self, chunk: bytes) -> None:
        if self._at == 0:
            _refuse_foreign(chunk)
        nul = chunk.find(b"\0")
        if nul >= 0:
            raise UnreadableFile(f"Byte {self._at + nul:,} is NUL: the file is no text. {_WAY_OUT}")
        self._measure_lines(chunk)
        self._decode(chunk)
        if self._odd_at is None and not chunk.isascii() and (odd := _UNDEFINED_IN_1252.search(chunk)):
            self._odd_at = self._at + odd.start()
        self._at += len(chunk)

    def encoding(self) -> str:
        """`utf-8-sig` or `cp1252`, after the last chunk."""
        self._decode(b"", is_last=True)
        if self._at == 0:
            raise UnreadableFile("The file is empty.")
        if self._bad_at is None:
            return "utf-8-sig"
        if self._is_wide:
            # As Windows-1252 its accents would come out as pairs of wrong letters.
            raise UnreadableFile(f"The text is UTF-8 but for byte {self._bad_at:,}, where it is damaged. {_WAY_OUT}")
        if self._odd_at is not None:
            neither = f"byte {self._bad_at:,} is no UTF-8 and byte {self._odd_at:,} no Windows-1252"
            raise UnreadableFile(f"The encoding of the text is unknown: {neither}. {_WAY_OUT}")
        return "cp1252"

    def _measure_lines(self, chunk: bytes) -> None:
        """Lines within a chunk are short enough; those that reach over its ends count."""
        ends = [place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0]
        self.longest_line = max(self.longest_line, self._since_line_end + min(ends, default=len(chunk)))
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._since_line_end = len(chunk) - last - 1 if ends else self._since_line_end + len(chunk)

    def _decode(self, chunk: bytes, is_last: bool = False) -> None:
        if self._bad_at is not None:
            return
        try:
            self._is_wide |= not self._utf8.decode(chunk, is_last).removeprefix("\ufeff").isascii()
        except UnicodeDecodeError as error:
            # The decoder had kept the start of a character from the chunk before.
            self._bad_at = self._at + len(chunk) - len(error.object) + error.start
            self._is_wide |= not error.object[: error.start].removeprefix(codecs.BOM_UTF8).isascii()
            self._is_wide |= self._at == 0 and chunk.startswith(codecs.BOM_UTF8)


def _refuse_foreign(head: bytes) -> None:
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableFile(f"The file {what}")
    if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        raise UnreadableFile("The file is a web page or XML. Only tables can be read: CSV, XLSX, JSON or NDJSON.")
