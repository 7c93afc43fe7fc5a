"""Parts of an endless multipart answer, out of bytes that arrive in any pieces (isapi-events §1.1).

`Content-Length` first, boundary second. A part is handed out with the piece that completes it, not when the next
boundary arrives, which may be a heartbeat later. What devices do wrong, and what is done about it:

* Lengths that are too long: a boundary line ends the part, and the following part is not lost. A line that only looks
  like one inside a document does not: what follows a boundary must look like the start of a part.
* Lengths that are too short, as when a firmware counts characters and not bytes: an XML or JSON document of which the
  end is missing is read on to the next boundary.
* No length: an XML or JSON document ends where its root ends, anything else at the next boundary.
* Doubled boundaries, blank lines after them, no headers, bare line feeds, no or another boundary in the header,
  typographic quotes, dashes of the delimiter given as part of the boundary, garbage between parts.
* Parts beyond the limit are not kept; the next part is read as if nothing had been.

Every byte is looked at a constant number of times, whatever the size of the pieces.
"""

from collections.abc import Mapping
from enum import Enum
import json
import re
from typing import Final

from .parts import HEADER_START, Framing, Part, delimiter_start, media_type, plain_head, plain_headers

PART_LIMIT: Final = 8 * 1024 * 1024
"""Largest part in bytes."""

_ROOT_WITHIN: Final = 4096
"""Bytes within which the root element of an XML document begins."""
_LAST_LINE_END: Final = re.compile(rb"\r?\n\Z")
_HEADER_LIMIT: Final = 16 * 1024
_LINE_LIMIT: Final = 256
"""Longest line that can be a delimiter: RFC 2046 allows a boundary of 70 characters."""
_EARLY_JSON_LIMIT: Final = 64 * 1024
"""JSON without a length is tried for completeness up to this size, larger documents end at the next boundary."""

_MAYBE_HEADER: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+[ \t]*\Z")
_LINE_REST: Final = re.compile(rb"(?:--)?[ \t\r]*")
_LINE_REST_SO_FAR: Final = re.compile(rb"-|(?:--)?[ \t\r]*")
_FIRST_LINE: Final = re.compile(rb"(?:\A|[\r\n])--([^\s-][^\r\n]{0,200}|-[^\r\n]{1,200})[ \t]*\r?\n")
_FIRST_LINE_AND_HEADER: Final = re.compile(
    rb"(?:\A|[\r\n])--([^\r\n]{1,200})[ \t]*\r?\n\s*Content-[A-Za-z-]{1,40}[ \t]*:", re.IGNORECASE
)
_BLANK: Final = re.compile(rb"[ \t\r\n]*")
_BODY_START: Final = re.compile(rb"<[?A-Za-z_]|[{\[]|\xff\xd8|\xef\xbb\xbf")
_XML_ROOT: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<([A-Za-z_:][^\s/>]{0,200})(?=[\s/>])", re.DOTALL
)
_PADDING: Final = b" \t\r\n\x00"


class _Line(Enum):
    """What a line before a body is."""

    UNDECIDED = "not whole yet"
    BLANK = "blank"
    HEADER = "a header"
    CONTINUATION = "more of the header before"
    DELIMITER = "a delimiter"
    BODY = "the body"


class _State(Enum):
    """What the reader waits for."""

    SEEK = "a delimiter"
    HEAD = "the headers"
    BODY = "the body"


class MultipartReader:
    """Takes bytes, gives parts. Never raises for what it is fed.

    `boundary` as in the header, or None to take it from the first line that begins with two dashes. `limit`: largest
    part in bytes. `framing` counts what was met; several readers may count into one.
    """

    def __init__(self, boundary: str | None, *, limit: int = PART_LIMIT, framing: Framing | None = None) -> None:
        """Start before the first delimiter."""
        self.framing = framing if framing is not None else Framing()
        self._limit = limit
        self._needle = delimiter_start(boundary.encode("utf-8", "surrogateescape")) if boundary else None
        self._seen = False
        self._buffer = bytearray()
        self._scanned = 0
        self._state = _State.SEEK
        self._headers: Mapping[str, str] = {}
        self._length: int | None = None
        self._parts: list[Part] = []

    def feed(self, data: bytes) -> list[Part]:
        """Take what arrived, return the parts it completed, in order."""
        self._buffer += data
        while self._straight() or self._step():
            pass
        return self._taken()

    def finish(self) -> list[Part]:
        """Tell that the answer ended; return a last part that nothing followed, marked if it was cut off."""
        if self._state is _State.BODY:
            end = self._last_line()
            delimited = end < len(self._buffer)
            whole = self._whole(end)
            complete = whole or (whole is None and delimited and self._length is None)
            self._emit(end, complete=bool(complete), trim=True)
        elif self._state is _State.HEAD and self._buffer.strip(_PADDING):
            self.framing.half_parts += 1
        elif self._state is _State.SEEK:
            self._drop(self._last_line())
        self._buffer.clear()
        self._begin(_State.SEEK)
        return self._taken()

    def _taken(self) -> list[Part]:
        """Return the parts that are ready and forget them."""
        parts, self._parts = self._parts, []
        return parts

    def _step(self) -> bool:
        """Get on by one state; return False when more bytes are needed."""
        if self._state is _State.SEEK:
            return self._seek()
        if self._state is _State.HEAD:
            return self._head()
        return self._body()

    def _straight(self) -> bool:
        """Take a whole part at the start of the buffer in one go, if it is an XML document written as it should be.

        Nearly every part is. Whatever is odd about one is left to the states.
        """
        needle, buffer = self._needle, self._buffer
        if self._state is not _State.SEEK or needle is None or not self._seen:
            return False
        at = (2 if buffer.startswith(b"\r\n") else 0) + len(needle)
        if not buffer.startswith(needle, at - len(needle)) or not buffer.startswith(b"\r\n", at):
            return False
        end = buffer.find(b"\r\n\r\n", at, at + _HEADER_LIMIT)
        if end < 0 or (head := plain_head(bytes(buffer[at + 2 : end]))) is None:
            return False
        headers, length, content_type = head
        if not 0 < length <= min(self._limit, len(buffer) - end - 4):
            return False
        body = bytes(buffer[end + 4 : end + 4 + length])
        root = _XML_ROOT.match(body, 0, _ROOT_WITHIN)
        if root is None or needle in body or not body.rstrip(_PADDING).endswith(b"</" + root[1] + b">"):
            return False
        del buffer[: end + 4 + length]
        self._scanned = 0
        self.framing.parts += 1
        self._parts.append(Part(headers=headers, body=body, content_type=content_type))
        return True

    def _begin(self, state: _State) -> None:
        """Enter a state at the start of the buffer."""
        self._state = state
        self._scanned = 0

    def _drop(self, count: int) -> None:
        """Forget bytes that belong to no part."""
        self.framing.skipped_bytes += len(self._buffer[:count].translate(None, _PADDING + b"-"))
        del self._buffer[:count]

    # Between parts

    def _seek(self) -> bool:
        """Pass over everything up to the next delimiter line."""
        if self._needle is None or not self._seen:
            self._sniff()
        if self._needle is None:
            self._drop(max(0, len(self._buffer) - _LINE_LIMIT))
            return False
        at, end = self._delimiter(self._scanned)
        if end:
            self._drop(at)
            del self._buffer[: end - at]
            self._seen = True
            self._begin(_State.HEAD)
            return True
        keep = len(self._buffer) - at if at >= 0 else len(self._needle) - 1
        if not self._seen:
            keep = max(keep, _LINE_LIMIT)
        surplus = max(0, len(self._buffer) - keep)
        self._drop(surplus)
        self._scanned = max(0, at - surplus) if at >= 0 else max(0, len(self._buffer) - len(self._needle) + 1)
        return False

    def _sniff(self) -> None:
        """Take the boundary from the first line that looks like a delimiter, if the header's does not occur."""
        if self._needle is not None and self._needle in self._buffer:
            return
        pattern = _FIRST_LINE if self._needle is None else _FIRST_LINE_AND_HEADER
        match = pattern.search(self._buffer)
        if match is not None:
            self._needle = delimiter_start(match[1])
            self._scanned = 0

    def _delimiter(self, start: int) -> tuple[int, int]:
        """Find a delimiter line from `start` on.

        Returns where it begins and where the next line begins; (n, 0) if what is at n may still become one; (-1, 0)
        if there is none.
        """
        needle = self._needle or b"--"
        buffer = self._buffer
        while (at := buffer.find(needle, start)) >= 0:
            rest = at + len(needle)
            newline = buffer.find(b"\n", rest, rest + _LINE_LIMIT)
            if newline >= 0:
                if _LINE_REST.fullmatch(buffer, rest, newline):
                    return at, newline + 1
            elif len(buffer) - rest < _LINE_LIMIT and _LINE_REST_SO_FAR.fullmatch(buffer, rest, len(buffer)):
                return at, 0
            start = rest
        return -1, 0

    # Headers

    def _head(self) -> bool:
        """Read the headers of a part, if there are any, up to where its body begins."""
        end = self._buffer.find(b"\r\n\r\n", 0, _HEADER_LIMIT)
        if end > 0 and (known := plain_headers(bytes(self._buffer[:end]))) is not None:
            return self._begin_body(end + 4, known)
        at = 0
        headers: dict[str, str] = {}
        last = ""
        while at < _HEADER_LIMIT:
            newline = self._buffer.find(b"\n", at, at + _HEADER_LIMIT)
            line = bytes(self._buffer[at : newline if newline >= 0 else at + _LINE_LIMIT])
            kind = self._kind(line, ended=newline >= 0, headers=bool(headers))
            if kind is _Line.UNDECIDED and len(self._buffer) - at < _HEADER_LIMIT:
                return False
            if kind is _Line.BODY:
                return self._begin_body(at, headers)
            if kind is _Line.BLANK and headers:
                return self._begin_body(newline + 1, headers)
            if kind is _Line.DELIMITER:
                self.framing.doubled_boundaries += 1
                self.framing.empty_parts += bool(headers)
                del self._buffer[: newline + 1]
                return True
            if kind is _Line.HEADER:
                name, _, value = line.partition(b":")
                last = name.strip().decode("ascii").lower()
                headers.setdefault(last, value.strip().decode("utf-8", "replace"))
            elif kind is _Line.CONTINUATION:
                headers[last] = f"{headers[last]} {line.strip().decode('utf-8', 'replace')}"
            elif kind is not _Line.BLANK:
                break
            at = newline + 1
        self.framing.half_parts += 1
        self._begin(_State.SEEK)
        return True

    def _kind(self, line: bytes, *, ended: bool, headers: bool) -> _Line:
        """Tell what a line before a body is; `ended`: it is whole."""
        if not line.strip():
            return _Line.BLANK if ended else _Line.UNDECIDED
        if line.startswith(b"-") and (delimiter := self._may_delimit(line, ended=ended)) is not None:
            return delimiter
        if HEADER_START.match(line):
            return _Line.HEADER if ended else _Line.UNDECIDED
        if not ended and len(line) < _LINE_LIMIT and _MAYBE_HEADER.match(line):
            return _Line.UNDECIDED
        if headers and line[:1] in b" \t":
            return _Line.CONTINUATION if ended else _Line.UNDECIDED
        return _Line.BODY

    def _may_delimit(self, line: bytes, *, ended: bool) -> _Line | None:
        """Tell whether a line before a body is a delimiter; None: it is not."""
        name = (self._needle or b"--")[2:]
        rest = line.lstrip(b"-")
        if not ended:
            undecided = len(line) < _LINE_LIMIT and (rest.startswith(name) or name.startswith(rest))
            return _Line.UNDECIDED if undecided else None
        return _Line.DELIMITER if rest.startswith(name) and _LINE_REST.fullmatch(rest, len(name)) else None

    # Bodies

    def _begin_body(self, at: int, headers: Mapping[str, str]) -> bool:
        """Enter a body that begins at `at`."""
        del self._buffer[:at]
        self._headers = headers
        declared = headers.get("content-length", "")
        # Beyond the limit the length is not believed; if it is true after all, the limit is met on the way.
        self._length = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 10 else None
        if self._length is None or not 0 < self._length <= self._limit:
            self.framing.missing_lengths += self._length is None
            self._length = None
        self._begin(_State.BODY)
        return True

    def _body(self) -> bool:
        """End the part where its length, its document or the next delimiter ends it."""
        buffer = self._buffer
        end, undecided = self._inner_delimiter()
        if end is not None:
            self._end_at_delimiter(end)
            return True
        length = self._length
        if length is not None and len(buffer) >= length and not (undecided and self._scanned < length):
            if self._whole(length) is False:
                self.framing.wrong_lengths += 1
                self._length = None
                self._scanned = max(0, min(self._scanned, length) - len(self._needle or b""))
                return True
            self._emit(length, complete=True, trim=False)
            del buffer[:length]
            self._begin(_State.SEEK)
            return True
        if length is None and not undecided and self._whole(len(buffer)):
            self._emit(len(buffer), complete=True, trim=True)
            buffer.clear()
            self._begin(_State.SEEK)
            return False
        if len(buffer) > self._limit + _LINE_LIMIT:
            self._oversized()
            return True
        return False

    def _inner_delimiter(self) -> tuple[int | None, bool]:
        """Look for a delimiter that ends the body before its length does.

        Returns where the body ends, or None and whether more bytes may still show such an end.
        """
        buffer = self._buffer
        needle = self._needle or b"--"
        length = self._length
        start = self._scanned
        while True:
            at, line_end = self._delimiter(start)
            if at < 0:
                self._scanned = max(start, len(buffer) - len(needle) + 1)
                return None, False
            self._scanned = at
            if length is not None and at >= length:
                return None, False
            if not line_end:
                return None, True
            end = at
            while end and buffer[end - 1] == 0x2D:
                end -= 1
            if self._whole(end):
                return end, False
            if not end or buffer[end - 1] in b"\r\n":
                begins = True if length is None else self._begins_part(line_end)
                if begins is None:
                    return None, True
                if begins:
                    return end, False
            start = at + len(needle)

    def _begins_part(self, at: int) -> bool | None:
        """Tell whether what follows a delimiter line looks like a part; None: too little is there to tell."""
        buffer = self._buffer
        match = _BLANK.match(buffer, at)
        start = at if match is None else match.end()
        if HEADER_START.match(buffer, start) or _BODY_START.match(buffer, start):
            return True
        if len(buffer) - start < 3 or (len(buffer) - start < _LINE_LIMIT and _MAYBE_HEADER.match(buffer, start)):
            return None
        return buffer.startswith(b"--", start)

    def _end_at_delimiter(self, end: int) -> None:
        """Hand out a part that a delimiter ended."""
        if end > self._limit:
            self.framing.oversized_parts += 1
            self._drop(end)
        else:
            whole = self._whole(end)
            self.framing.wrong_lengths += self._length is not None
            if whole is False and (root := self._root_end(end)):
                self._emit(root, complete=True, trim=True)
                del self._buffer[:root]
                self._drop(end - root)
            else:
                self._emit(end, complete=self._length is None if whole is None else whole, trim=True)
                del self._buffer[:end]
        self._begin(_State.SEEK)

    def _oversized(self) -> None:
        """Let go of a part that is too large."""
        self.framing.oversized_parts += 1
        self._drop(len(self._buffer) - _LINE_LIMIT)
        self._begin(_State.SEEK)

    def _last_line(self) -> int:
        """Return where the body ends when the answer has ended: before a delimiter without line end, or part of one."""
        buffer = self._buffer
        needle = self._needle or b"--"
        at = buffer.rfind(needle)
        if at >= 0 and _LINE_REST.fullmatch(buffer, at + len(needle)):
            return at
        at = buffer.rfind(b"--")
        begun = at >= 0 and needle.startswith(buffer[at:]) and (not at or buffer[at - 1] in b"\r\n")
        return at if begun else len(buffer)

    def _whole(self, end: int) -> bool | None:
        """Tell whether the first `end` bytes are a whole document; None: they do not show."""
        buffer = self._buffer
        tail = bytes(buffer[max(0, end - _LINE_LIMIT) : end]).rstrip(_PADDING)
        if buffer.startswith(b"\xff\xd8"):
            return True if tail.endswith(b"\xff\xd9") and self._length is not None else None
        match = _BLANK.match(buffer)
        first = bytes(buffer[match.end() : match.end() + 1]) if match is not None else b""
        if first in {b"{", b"["}:
            return self._balanced(end) if tail[-1:] in {b"}", b"]"} else False
        if first == b"<" or buffer.startswith(b"\xef\xbb\xbf"):
            return tail[-1:] == b">" and self._closed(tail, end)
        return None

    def _closed(self, tail: bytes, end: int) -> bool:
        """Tell whether an XML document that ends with `tail` has its root closed."""
        root = self._root(end)
        if root is None:
            return False
        if tail.endswith(b"/>"):
            # Only a root without content ends so: its tag is the last one.
            return self._buffer.find(b">", root.end(), end) == self._buffer.rfind(b">", 0, end)
        return tail[:-1].rstrip().endswith(b"</" + root[1])

    def _root(self, end: int) -> re.Match[bytes] | None:
        """Return the match of the root's name, None if it has not arrived yet."""
        return _XML_ROOT.match(self._buffer, 0, min(end, _ROOT_WITHIN))

    def _root_end(self, end: int) -> int:
        """Return where the root of an XML document ends that has garbage behind it; 0: there is no such end."""
        root = self._root(end)
        at = -1 if root is None else self._buffer.rfind(b"</" + root[1], 0, end)
        return self._buffer.find(b">", at, end) + 1 if at >= 0 else 0

    def _balanced(self, end: int) -> bool | None:
        """Tell whether JSON is whole; large documents do not show."""
        if end > _EARLY_JSON_LIMIT:
            return None
        try:
            json.loads(bytes(self._buffer[:end]).rstrip(_PADDING).decode("utf-8", "replace"))
        except ValueError, RecursionError:
            return False
        return True

    def _emit(self, end: int, *, complete: bool, trim: bool) -> None:
        """Hand out the first `end` bytes as a part. `trim`: they may end with what belongs to the delimiter."""
        with memoryview(self._buffer) as view:
            body = bytes(view[:end])
        if trim:
            body = body.strip(_PADDING) if self._whole(end) is not None else _LAST_LINE_END.sub(b"", body)
        if not body:
            self.framing.empty_parts += 1
            return
        self.framing.parts += 1
        self.framing.half_parts += not complete
        kind = media_type(self._headers)
        self._parts.append(Part(headers=self._headers, body=body, content_type=kind, complete=complete))
