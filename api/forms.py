"""A form with a file, from the body of a request. Pure, nothing is written anywhere.

The body is in memory already, within its limit; it is cut into parts in a thread, not where the
event loop runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.problems import INVALID, Refused

MEDIA_TYPE = "multipart/form-data"
MAX_PARTS = 100  # a file, a date and some names of services
MAX_FIELD_BYTES = 4096


@dataclass(slots=True)
class Part:
    """One part: a field, or a file, which has a name. The name is data and leads nowhere."""

    name: str = ""
    file_name: str | None = None
    content: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields, each with its values in order, and the files."""

    fields: dict[str, list[str]]
    files: list[Part]


def parsed(content_type: str, body: bytes) -> Form:
    """The parts of a body of type multipart/form-data.

    Raises:
        Refused: it is none, or has too many or too large fields.
    """
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise _wrong()
    reading = _Reading()
    try:
        parser = MultipartParser(boundary, reading.callbacks())  # type: ignore[arg-type]
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise _wrong() from error
    if not reading.ended:
        raise _wrong()
    return _form(reading.parts)


def _form(parts: list[Part]) -> Form:
    fields: dict[str, list[str]] = {}
    for part in parts:
        if part.file_name is None:
            if len(part.content) > MAX_FIELD_BYTES:
                raise _wrong()
            fields.setdefault(part.name, []).append(part.content.decode("utf-8", "replace"))
    return Form(fields, [part for part in parts if part.file_name is not None])


class _Reading:
    """Gathers what the parser tells."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._header, self._value = bytearray(), bytearray()

    def callbacks(self) -> dict[str, Callable[..., None]]:
        """By the names that the parser calls them by."""
        return {
            "on_part_begin": self._begin,
            "on_part_data": lambda data, start, end: self.parts[-1].content.extend(data[start:end]),
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_ended,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) == MAX_PARTS:
            raise _wrong()
        self.parts.append(Part())

    def _header_ended(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self.parts[-1].name = _words(options.get(b"name", b""))
            if b"filename" in options:
                self.parts[-1].file_name = _words(options[b"filename"])
        self._header.clear()
        self._value.clear()

    def _end(self) -> None:
        self.ended = True


def _words(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _wrong() -> Refused:
    return Refused(INVALID, "Le formulaire est mal formé.", "The form is malformed.")
