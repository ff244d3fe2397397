"""The XML parts of an XLSX file, taken out of its ZIP with nothing trusted that the ZIP says of itself."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

from app.importers.limits import CHUNK, FileTooLarge, Limits, UnreadableFile

_LARGEST_DIRECTORY = 1_000_000
_MOST_PARTS = 1_000
_LONGEST_TOKEN = 1_000_000
_DAMAGED = "The workbook is damaged. Open it in a spreadsheet program and save it again as XLSX."
_RELATIONSHIPS = "_rels/.rels"


class Relation:
    """How one part refers to another."""

    def __init__(self, kind: str, part: str) -> None:
        self.kind = kind  # the last word of its type: worksheet, styles
        self.part = part


class Parts:
    """The parts of a workbook. Sizes, names and kinds are checked; the ZIP reader gives no more than the sizes say."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())

    def __contains__(self, part: str) -> bool:
        return part in self._names

    def chunks(self, part: str) -> Iterator[bytes]:
        """The bytes of a part, piece by piece."""
        try:
            with self._archive.open(part) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except (EOFError, KeyError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            raise UnreadableFile(_DAMAGED) from error

    def parse(self, part: str, parser: expat.XMLParserType) -> Iterator[None]:
        """Let a parser go through a part; stops after each piece, to use what its handlers found so far."""
        parser.StartDoctypeDeclHandler = _refuse_doctype
        fed = 0
        try:
            for chunk in self.chunks(part):
                parser.Parse(chunk)
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                    raise UnreadableFile(_DAMAGED)
                yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise UnreadableFile(_DAMAGED) from error
        yield

    def elements(self, part: str, *within: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Names, without prefix, and attributes of the elements that are inside of others of these names."""
        found: list[tuple[str, Mapping[str, str]]] = []
        path: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            path.append(local_name(name))
            check_depth(len(path))
            if path[-1 - len(within) : -1] == list(within):
                found.append((path[-1], attributes))

        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda _name: path.pop()
        for _ in self.parse(part, parser):
            yield from found
            found.clear()

    def relations(self, part: str) -> dict[str, Relation]:
        """What a part refers to inside the file, by the name of the reference; of the file itself for no part."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        relations: dict[str, Relation] = {}
        for element, said in self.elements(listing, "Relationships") if listing in self else ():
            if element == "Relationship" and said.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, said.get("Target", ""))).lstrip("/")
                relations[said.get("Id", "")] = Relation(said.get("Type", "").rpartition("/")[2], target)
            if len(relations) > _MOST_PARTS:
                raise UnreadableFile(_DAMAGED)
        return relations


@contextmanager
def opened_parts(path: Path, limits: Limits) -> Iterator[Parts]:
    """The parts of an XLSX file; UnreadableFile or FileTooLarge before anything is unpacked."""
    with _Directory(io.FileIO(path)) as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise UnreadableFile(_DAMAGED) from error
        with archive:
            _check(archive.infolist(), limits)
            parts = Parts(archive)
            _refuse_other_kinds(parts)
            _refuse_doctypes(parts, archive.namelist())
            yield parts


def local_name(name: str) -> str:
    """The name of an element without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name


def check_depth(depth: int) -> None:
    """A parser keeps every open element in memory."""
    if depth > 64:
        raise UnreadableFile(_DAMAGED)


def damaged() -> UnreadableFile:
    """What to raise for a part that says what cannot be."""
    return UnreadableFile(_DAMAGED)


class _Directory(io.BufferedReader):
    """A file in which the list of entries, which the ZIP reader takes in one piece, is of bounded size."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > _LARGEST_DIRECTORY:
            raise FileTooLarge("The workbook has too many parts. Save the table alone in a new workbook.")
        return super().read(size)


def _check(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = {entry.filename.lower() for entry in entries}
    if len(entries) > _MOST_PARTS:
        raise FileTooLarge("The workbook has too many parts. Save the table alone in a new workbook.")
    if len(names) < len(entries) or any(entry.header_offset < 0 for entry in entries):
        raise UnreadableFile(_DAMAGED)
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile("The workbook is encrypted. Save it without a password.")
    total = sum(entry.file_size for entry in entries)
    if total > limits.max_inflated_bytes:
        unpacked = f"The workbook unpacks to {total:,} bytes; {limits.max_inflated_bytes:,} are allowed."
        raise FileTooLarge(f"{unpacked} Split it, or send CSV.")
    if any(entry.file_size > limits.inflated(entry.compress_size) for entry in entries):
        raise FileTooLarge("A part of the workbook unpacks to more than 200 times its size. Send the table as CSV.")


def _refuse_other_kinds(parts: Parts) -> None:
    if "xl/workbook.bin" in parts:
        raise UnreadableFile("The workbook is of the XLSB kind. Save it as XLSX.")
    if _RELATIONSHIPS not in parts:
        is_open_document = "content.xml" in parts
        kind = "an OpenDocument file. Save it as XLSX" if is_open_document else "an archive. Send the table itself"
        raise UnreadableFile(f"The file is {kind}, or as CSV.")


def _refuse_doctypes(parts: Parts, names: list[str]) -> None:
    """Parts that are never parsed are looked at too: a workbook with a DTD was not made by a spreadsheet program."""
    for name in names:
        if name.lower().endswith((".xml", ".rels", ".vml")):
            head = next(parts.chunks(name), b"")
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                _refuse_doctype()


def _refuse_doctype(*_said: object) -> None:
    raise UnreadableFile("The workbook declares XML entities, which no spreadsheet program does. Save it again.")
