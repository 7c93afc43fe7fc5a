"""JSON messages out of an endless multipart answer that holds nothing else (ip-receiver §3.3).

Unlike `MultipartReader` this does not care for headers, lengths or the boundary's name: printed lengths are wrong, and
the line that ends a part may come a heartbeat after it. A message is handed out as soon as it is whole. What ends a
message that never becomes whole is a line that begins with two dashes, which no JSON document can contain. Two dashes
right behind a brace, without a line end, end it too if it is whole by then.
"""

import json
import re
from typing import Any, Final

import orjson

from .parts import Framing

MESSAGE_LIMIT: Final = 1024 * 1024
"""Largest message in bytes."""
_TWO_OBJECTS: Final = re.compile(rb"}\s*{")
_PADDING: Final = b" \t\r\n\x00"
_GLUED: Final = b"}--"
_MOST_TRIES: Final = 16
"""Places in one message at which a delimiter without a line is looked for; texts may hold what looks like one."""


class JsonParts:
    """Takes bytes, gives messages. Never raises for what it is fed.

    A message is one JSON object, or, where it is not valid, everything between two delimiters from the first brace on;
    whoever takes it judges it. `framing` counts what was met.
    """

    def __init__(self, *, limit: int = MESSAGE_LIMIT, framing: Framing | None = None) -> None:
        """`limit`: bytes of a message."""
        self.framing = framing if framing is not None else Framing()
        self._limit = limit
        self._buffer = bytearray()
        self._scanned = 0
        self._tries = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take what arrived, return the messages it completed, in order."""
        buffer = self._buffer
        buffer += data
        messages: list[bytes] = []
        while (at := self._delimiter(messages)) >= 0:
            end = buffer.find(b"\n", at + 3)
            if end < 0:
                self._scanned = at
                break
            self._end(bytes(buffer[:at]), messages)
            # The line end stays: the next delimiter may follow at once.
            del buffer[:end]
            self._scanned = self._tries = 0
        else:
            self._scanned = max(0, len(buffer) - 2)
        self._early(messages)
        if len(buffer) > self._limit:
            self.framing.oversized_parts += 1
            self.framing.skipped_bytes += len(buffer)
            buffer.clear()
            self._scanned = self._tries = 0
        return messages

    def finish(self) -> None:
        """Tell that the answer ended; half a message is counted and dropped."""
        self.framing.half_parts += b"{" in self._buffer
        self._buffer.clear()
        self._scanned = self._tries = 0

    def _delimiter(self, messages: list[bytes]) -> int:
        """Return where the next delimiter is, -1: not here yet. What one ended that lacks its line is handed out."""
        buffer = self._buffer
        while True:
            at = buffer.find(b"\n--", self._scanned)
            glued = buffer.find(_GLUED, self._scanned, at if at >= 0 else len(buffer))
            if glued < 0 or self._tries >= _MOST_TRIES:
                return at
            self._tries += 1
            self._scanned = glued + 1
            start = _start(buffer)
            if 0 <= start < glued <= self._limit and (found := whole_objects(bytes(buffer[start : glued + 1]))):
                for message in found:
                    self._emit(message, messages)
                # Now it is a delimiter as others are.
                buffer[: glued + 1] = b"\n"
                self._scanned = self._tries = 0

    def _early(self, messages: list[bytes]) -> None:
        """Hand out the last message before its delimiter comes, if it is whole."""
        buffer = self._buffer
        if not buffer.endswith((b"}", b"}\n", b"}\r\n")) and not buffer.rstrip(_PADDING).endswith(b"}"):
            return
        start = _start(buffer)
        if start < 0 or len(buffer) > self._limit:
            return
        found = whole_objects(bytes(buffer[start:]).rstrip(_PADDING))
        if not found:
            return
        for message in found:
            self._emit(message, messages)
        buffer.clear()
        # A delimiter is known by the line end before it, which may have been part of what was handed out.
        buffer += b"\n"
        self._scanned = self._tries = 0

    def _end(self, part: bytes, messages: list[bytes]) -> None:
        """Hand out what a delimiter ended."""
        start = _start(part)
        if start < 0:
            return
        if len(part) > self._limit:
            self.framing.oversized_parts += 1
            self.framing.skipped_bytes += len(part)
            return
        message = part[start:].rstrip(_PADDING)
        for one in whole_objects(message) or (message,):
            self._emit(one, messages)

    def _emit(self, message: bytes, messages: list[bytes]) -> None:
        """Hand out one message."""
        self.framing.parts += 1
        messages.append(message)


def whole_objects(text: bytes) -> list[bytes]:
    """Return the JSON objects that a text consists of: usually one; none if it is anything else or not whole."""
    try:
        _last.value = orjson.loads(text)
    except ValueError:
        return _split(text) if _TWO_OBJECTS.search(text) else []
    _last.text = text
    return [text]


class _Last:
    """The message that was found to be whole last, and what it holds, until somebody asks."""

    text: bytes | None = None
    value: Any = None


_last: Final = _Last()


def value_of(message: bytes) -> Any:
    """Return what a message holds, which need not be decoded again right after it was read. Raises ValueError."""
    if message is not _last.text:
        return orjson.loads(message)
    value, _last.text, _last.value = _last.value, None, None
    return value


def _split(text: bytes) -> list[bytes]:
    """Return the objects of a text that holds several."""
    decoder = json.JSONDecoder()
    rest = text.decode("utf-8", "replace")
    found: list[bytes] = []
    while rest:
        try:
            _, end = decoder.raw_decode(rest)
        except ValueError, RecursionError:
            return []
        found.append(rest[:end].encode())
        rest = rest[end:].lstrip()
    return found


def _start(part: bytes | bytearray) -> int:
    """Return where the message of a part begins, -1 if it has none; headers hold no brace."""
    return part.find(b"{")
