"""XML of devices: hardened parsing, namespace-blind reading, faithful writing (isapi-core §1.7, §3.0, §5).

Names are compared without namespace and without letter case, because devices mix seven namespaces, sometimes in one
document. Nothing here ever repairs a truncated document: half a document would look like a whole one, and writing it
back would delete the other half. `ProtocolError` and `BodyTooLargeError` are the only errors of the parsers.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
import math
import re
from typing import Final

from lxml import etree

from ..errors import BodyTooLargeError, ProtocolError

type Element = etree._Element  # noqa: SLF001 lxml has no public name for it

XML_LIMIT: Final = 4 * 1024 * 1024
"""Largest document in bytes."""

_PARSER: Final = etree.XMLParser(
    resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False, recover=False
)
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_PADDING: Final = b" \t\r\n\x00"
_BOM: Final = b"\xef\xbb\xbf"
_DECLARED: Final = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_BARE_AMPERSAND: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_REFERENCE: Final = re.compile(r"&#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}));")
_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TRUE: Final = frozenset({"true", "1", "yes", "on", "enable", "enabled"})
_FALSE: Final = frozenset({"false", "0", "no", "off", "disable", "disabled"})
_INTEGER: Final = re.compile(r"[+-]?\d{1,18}")
_FLOAT: Final = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?")
_MOMENT: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"(?:(Z|z|UTC|GMT)|([+-])(\d{1,2})(?::?(\d{2}))?)?",
    re.ASCII,
)


def parse(data: bytes, *, limit: int = XML_LIMIT) -> Element:
    """Return the root of a document, strictly parsed; names in GB18030 under a UTF-8 declaration are read all the same.

    Raises `BodyTooLargeError`, or `ProtocolError` for what is no XML, is cut off, or has a document type.
    """
    data = _checked(data, limit)
    try:
        return _root(data)
    except etree.XMLSyntaxError as err:
        try:
            text_ = _other_charset(data)
            if text_ is not None:
                return _root(_undeclared(text_))
        except etree.XMLSyntaxError:
            pass
        raise _not_understood(err) from err


_PLAIN: Final = re.compile(
    rb"<(?:\?xml(?![^>]*encoding)|\?xml[^>]*encoding\s*=\s*[\"']utf-8[\"']|[A-Za-z_])", re.IGNORECASE
)
"""Beginning of a document in an encoding in which `<!DOCTYPE` is written with these very bytes."""


def parse_lenient(data: bytes, *, limit: int = XML_LIMIT) -> Element:
    """Return the root of an event body, or of a document that is only shown.

    Bears wrong bytes in names, bare `&`, unknown entities and control characters. Raises as `parse`. A body that is
    well-formed costs no more than a bare parse.
    """
    data = _checked(data, limit)
    try:
        return _root(data)
    except etree.XMLSyntaxError:
        pass
    try:
        text_ = data.decode("utf-8")
    except UnicodeDecodeError:
        text_ = _other_charset(data) or data.decode("utf-8", "replace")
    try:
        return _root(_undeclared(_mended(text_)))
    except etree.XMLSyntaxError as err:
        raise _not_understood(err) from err


def _checked(data: bytes, limit: int) -> bytes:
    """Return the data without padding, after the checks that come before any parsing."""
    if len(data) > limit:
        raise BodyTooLargeError(reason=f"the document has {len(data)} bytes, {limit} are allowed")
    data = data.removeprefix(_BOM).strip(_PADDING)
    if not data:
        raise ProtocolError(reason="the document is empty")
    if b"<!DOCTYPE" in data:
        raise ProtocolError(reason="the document has a document type")
    return data


def _root(data: bytes) -> Element:
    """Parse, and refuse a document type that another encoding hid."""
    root = etree.fromstring(data, _PARSER)
    # The look at the whole document costs as much as parsing an event, so it is spared where the bytes are plain text.
    if not _PLAIN.match(data) and root.getroottree().docinfo.doctype:
        raise ProtocolError(reason="the document has a document type")
    return root


def _not_understood(err: etree.XMLSyntaxError) -> ProtocolError:
    """Return our error; the parser's words quote names out of the document, so only the place is told."""
    line, column = err.position
    return ProtocolError(reason=f"not well-formed XML (line {line}, column {column})")


def _other_charset(data: bytes) -> str | None:
    """Return text that is GB18030 and not UTF-8, as Chinese firmware writes names, else None."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            return None
    return None


def _undeclared(text_: str) -> bytes:
    """Return UTF-8 without the declaration, which may name another encoding."""
    return _DECLARED.sub("", text_, count=1).strip().encode("utf-8", "replace")


def _mended(text_: str) -> str:
    """Remove what XML cannot hold and escape ampersands that begin nothing."""
    text_ = _REFERENCE.sub(_valid_reference, text_)
    return _BARE_AMPERSAND.sub("&amp;", _NO_XML.sub("", text_))


def _valid_reference(match: re.Match[str]) -> str:
    """Return a character reference, or nothing if XML cannot hold the character."""
    code = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if code <= 0x10FFFF and not _NO_XML.match(chr(code)) else ""


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]


@lru_cache(maxsize=4096)
def _folded(tag: str) -> str:
    """Return a tag without its namespace, in the form in which names are compared."""
    return _local(tag).casefold()


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[str, ...]:
    """Return the names of a path in the form in which they are compared."""
    return tuple(step.casefold() for step in path.split("/") if step)


def local_name(element: Element) -> str:
    """Return the element's name without its namespace, in its own letter case; empty for comments and the like."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


def namespace(element: Element) -> str | None:
    """Return the element's namespace, None if it has none."""
    return etree.QName(element).namespace


def children(element: Element) -> Iterator[Element]:
    """Yield the child elements, without comments and processing instructions."""
    return (child for child in element if isinstance(child.tag, str))


def find_all(element: Element, path: str) -> list[Element]:
    """Return every element at a path of local names, as `A/B`, in document order."""
    found = [element]
    for name in _steps(path):
        found = [
            child for parent in found for child in parent if isinstance(child.tag, str) and _folded(child.tag) == name
        ]
    return found


def find(element: Element, path: str) -> Element | None:
    """Return the first element at a path of local names, as `A/B`."""
    return next(iter(find_all(element, path)), None)


def text(element: Element, path: str = "") -> str | None:
    """Return the stripped text of the first element at a path that has one, or None."""
    for found in find_all(element, path):
        if stripped := (found.text or "").strip():
            return stripped
    return None


def leaves(element: Element, *, fold: bool = False) -> dict[str, str]:
    """Return the stripped texts of all elements without children by their path of local names, in one pass.

    Of several at one path the first that has a text counts. `fold`: paths in lower case (`str.casefold`).
    """
    found: dict[str, str] = {}
    name_of = _folded if fold else _local
    pending = [("", element)]
    while pending:
        prefix, parent = pending.pop()
        deeper: list[tuple[str, Element]] = []
        for child in parent:
            tag = child.tag
            if not isinstance(tag, str):
                continue
            path = prefix + name_of(tag)
            if len(child):
                deeper.append((f"{path}/", child))
            elif (value := child.text) and (value := value.strip()) and path not in found:
                found[path] = value
        pending.extend(reversed(deeper))
    return found


def as_bool(value: str | None) -> bool | None:
    """Return what a device's word means (`true`, `1`, `enable`, …), or None for anything else."""
    word = (value or "").strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def as_int(value: str | None) -> int | None:
    """Return a whole number, or None for anything else; `12.0` counts as one."""
    word = (value or "").strip()
    if _INTEGER.fullmatch(word):
        return int(word)
    number = as_float(word)
    return int(number) if number is not None and number.is_integer() and abs(number) < 1e18 else None


def as_float(value: str | None) -> float | None:
    """Return a finite number, or None for anything else."""
    word = (value or "").strip()
    if not _FLOAT.fullmatch(word):
        return None
    number = float(word)
    return number if math.isfinite(number) else None


def as_datetime(value: str | None, default_tz: tzinfo | None = None) -> datetime | None:
    """Return a moment with time zone, or None for anything that is none.

    Seconds may be missing. A time without offset is in `default_tz`; without one it is not a moment.
    """
    match = _MOMENT.fullmatch((value or "").strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, utc, sign, hours, minutes = match.groups()
    try:
        zone: tzinfo | None = default_tz
        if utc:
            zone = UTC
        elif sign:
            if int(minutes or 0) > 59 or int(hours) > 14:
                return None
            offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
            zone = timezone(-offset if sign == "-" else offset)
        if zone is None:
            return None
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro, zone)
    except ValueError:
        return None


def serialize(element: Element) -> bytes:
    """Return a document as it is sent: with declaration, everything that was read kept."""
    body: bytes = etree.tostring(element, encoding="UTF-8", xml_declaration=False, with_tail=False)
    return _DECLARATION + body


def as_text(value: object) -> str:
    """Return the text a device expects for a value: `true`/`false` for booleans."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def set_text(element: Element, path: str, value: object) -> bool:
    """Set the text of the first element at a path; return whether that changed it.

    Raises `ProtocolError` if the document has no such element or it has children, or for a text XML cannot hold.
    """
    target = find(element, path)
    if target is None:
        raise ProtocolError(reason=f"the document has no {path}")
    if any(True for _ in children(target)):
        raise ProtocolError(reason=f"{path} is not a single value")
    wanted = _holdable(value)
    if (target.text or "").strip() == wanted:
        return False
    target.text = wanted
    return True


def append(parent: Element, name: str, value: object | None = None) -> Element:
    """Add an element at the end of `parent`, in its namespace, and return it."""
    space = namespace(parent)
    child = etree.SubElement(parent, name if space is None else f"{{{space}}}{name}")
    if value is not None:
        child.text = _holdable(value)
    return child


def document(name: str, *, xmlns: str | None = None, version: str | None = None) -> Element:
    """Return the root of a new document."""
    root = etree.Element(
        name if xmlns is None else f"{{{xmlns}}}{name}", nsmap=None if xmlns is None else {None: xmlns}
    )
    if version is not None:
        root.set("version", version)
    return root


def like(template: Element, name: str) -> Element:
    """Return the root of a new document in the namespace and version of one that was read."""
    return document(name, xmlns=namespace(template), version=template.get("version"))


def _holdable(value: object) -> str:
    """Return a value as text that XML can hold."""
    wanted = as_text(value)
    if _NO_XML.search(wanted):
        raise ProtocolError(reason="the text has characters that XML cannot hold")
    return wanted
