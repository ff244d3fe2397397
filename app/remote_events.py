"""Takes a stream of server-sent events apart."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class StreamEvent:
    """One event of a stream of server-sent events."""

    id: str
    name: str
    text: str


def read_events(chunks: Iterator[bytes]) -> Iterator[StreamEvent]:
    """Take a stream of server-sent events apart; an event that breaks off is dropped."""
    event_id, name, texts = "", "message", list[str]()
    for line in _lines(chunks):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if texts:
                yield StreamEvent(event_id, name, "\n".join(texts))
            name, texts = "message", []
        elif field == "id":
            event_id = value
        elif field == "event":
            name = value
        elif field == "data":
            texts.append(value)


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    """Lines that end in LF or CRLF only: JSON may hold other characters that Python takes for line ends."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")
