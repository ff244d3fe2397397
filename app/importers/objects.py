"""Rows of a JSON text: a list of flat objects, an object that holds one such list, or one object a line (NDJSON).

The standard library reads JSON as a whole. Here it reads one object at a time, out of a window on the text.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, TextIO

from app.importers.limits import CHUNK, LONGEST_ROW, FileTooLarge, UnreadableFile
from app.importers.statements import Fault
from app.importers.table import Line

NUMBERING_NOTE = "Rows are counted as in a table: row 2 is the first object."

_Opening = Callable[[], AbstractContextManager[TextIO]]
_Numbered = Iterator[tuple[int, object]]
_SPACE = re.compile(r"[ \t\r\n]*")
_NO_LIST = "The JSON holds no list of objects. Send a list of flat objects, or an object with one such list."


class _Object(list[tuple[str, object]]):
    """An object as its pairs: a dict would lose a repeated key."""


# Numbers stay as they are written: 250.0 and 1e3 are for the importer to judge.
_DECODER = json.JSONDecoder(object_pairs_hook=_Object, parse_float=str, parse_int=str, parse_constant=str)


def is_json(head: str) -> bool:
    """Whether a text starts as a list or an object does."""
    return head.lstrip()[:1] in ("[", "{")


def is_ndjson(head: str) -> bool:
    """Whether a text that is_json is one object a line: the first object is a row itself, without a list in it."""
    try:
        first, _ = _DECODER.raw_decode(head.lstrip())
    except (ValueError, RecursionError):
        return False
    kinds = {type(value) for _, value in first} if isinstance(first, _Object) else {list}
    return list not in kinds and kinds != {_Object}


def object_rows(opening: _Opening, max_columns: int, *, is_lines: bool) -> Iterator[Line]:
    """All keys as the header, which is row 1, and every object as a row below it."""
    read = _objects_by_line if is_lines else _objects
    with opening() as text:
        columns = _columns(read(text), max_columns)
    if not columns:
        raise UnreadableFile("The JSON holds no rows.")
    yield 1, columns
    with opening() as text:
        yield from _rows(read(text), columns)


def _columns(objects: _Numbered, most: int) -> list[str]:
    """The keys of all objects, in order of appearance."""
    columns: dict[str, None] = {}
    for _, value in objects:
        if isinstance(value, _Object):
            columns.update((key, None) for key, _ in value if key not in columns)
            if len(columns) > most or sum(map(len, columns)) > LONGEST_ROW:
                raise FileTooLarge(f"The objects have more than {most:,} different keys, or endless ones.")
    return list(columns)


def _rows(objects: _Numbered, columns: list[str]) -> Iterator[Line]:
    place = {key: number for number, key in enumerate(columns)}

    @lru_cache(maxsize=64)
    def repeated(keys: tuple[str, ...]) -> bool:
        return len(set(keys)) < len(keys)

    for number, value in objects:
        if not isinstance(value, _Object):
            yield Fault(number, None, "not_an_object", "Here an object is needed: one row, its columns by name.")
            continue
        if len(value) > len(columns) or repeated(tuple([key for key, _ in value])):
            yield Fault(number, None, "key_repeated", "The object has a key more than once. Keep one of each.")
            continue
        cells = [""] * len(columns)
        for key, inner in value:
            text = inner if type(inner) is str else _text(inner)
            if text is None:
                yield Fault(number, key[:200], "nested_value", "The value is a list or an object. Make it flat.")
                break
            cells[place[key]] = text
        else:
            yield number, cells


def _text(value: object) -> str | None:
    """A value as the text of a cell; None if it is nested. Numbers are texts already."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else None


def _objects_by_line(text: Iterable[str]) -> _Numbered:
    """The value on every line that holds one; None if it is no JSON."""
    for number, line in enumerate(text, 2):
        if line and not line.isspace():
            try:
                yield number, _DECODER.decode(line)
            except (ValueError, RecursionError):
                yield number, None


def _objects(text: TextIO) -> _Numbered:
    """The entries of the list that the text is or holds; UnreadableFile if it holds none or more than one."""
    window = _Window(text)
    if window.next() == "[":
        yield from enumerate(window.entries(), 2)
    else:
        yield from enumerate(_entries_within(window), 2)
    if window.next():
        raise UnreadableFile(f"The JSON goes on after its end, {window.place}.")


def _entries_within(window: "_Window") -> Iterator[object]:
    """The entries of the one list of objects in an object; all else in it is passed over."""
    lists = 0
    for _ in window.fields():
        if window.next() == "[" and window.after_next() == "{":
            lists += 1
            if lists > 1:
                raise UnreadableFile("The JSON holds more than one list of objects. Send one list.")
            yield from window.entries()
        else:
            window.value()
    if not lists:
        raise UnreadableFile(_NO_LIST)


class _Window:
    """A stretch of a JSON text, moved along while values are taken out of it."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._seen = ""
        self._at = 0
        self._before = 0  # characters that were dropped

    @property
    def place(self) -> str:
        return f"at character {self._before + self._at:,}"

    def next(self) -> str:
        """The character that is next, spaces left out; nothing at the end."""
        while True:
            self._at = _SPACE.match(self._seen, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._seen) or not self._more():
                return self._seen[self._at : self._at + 1]

    def after_next(self) -> str:
        """The character after the next one."""
        while True:
            at = _SPACE.match(self._seen, self._at + 1).end()  # type: ignore[union-attr]
            if at < len(self._seen) or not self._more():
                return self._seen[at : at + 1]

    def value(self) -> Any:
        """The next value as a whole."""
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._seen, self._at)
            except RecursionError as error:
                raise UnreadableFile(f"The JSON is nested too deeply, {self.place}.") from error
            except ValueError as error:
                # Cut off by the window, or no JSON: more text will tell.
                if self._more():
                    continue
                raise UnreadableFile(f"No value can be read from the JSON, {self.place}.") from error
            if end == len(self._seen) and self._more():
                continue  # a number may go on
            self._at = end
            return value

    def entries(self) -> Iterator[object]:
        """The entries of the list that is next."""
        return self._parts("]", self.value)

    def fields(self) -> Iterator[object]:
        """The keys of the object that is next; whoever asks for them takes the values."""
        return self._parts("}", self._key)

    def _parts(self, end: str, take: Callable[[], object]) -> Iterator[object]:
        self._at += 1
        if self.next() != end:
            yield take()
            while self.next() == ",":
                self._at += 1
                yield take()
        self._expect(end)

    def _key(self) -> object:
        key = self.value()
        self._expect(":")
        return key

    def _expect(self, sign: str) -> None:
        if self.next() != sign:
            raise UnreadableFile(f"The JSON is damaged or cut off: '{sign}' is missing, {self.place}.")
        self._at += 1

    def _more(self) -> bool:
        """Read on; False at the end of the text."""
        if len(self._seen) - self._at > LONGEST_ROW:
            raise UnreadableFile(f"The JSON has no end of a value within {LONGEST_ROW:,} characters, {self.place}.")
        more = self._text.read(CHUNK)
        self._before += self._at
        self._seen = self._seen[self._at :] + more
        self._at = 0
        return bool(more)
