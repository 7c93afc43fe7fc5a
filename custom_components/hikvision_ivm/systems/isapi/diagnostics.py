"""What a user can send us: raw answers that can be replayed, and what was counted, without secrets.

The raw answers have one row per path: `response`, the document as a dict (attributes `@name`, text beside attributes
`#text`, repeated elements a list), or `status_code`, or `error`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..errors import ProtocolError
from ..transport.xml import Element, parse_lenient
from .masking import Masker
from .recording import Answer, Recording

_DEPTH_LIMIT: Final = 64
_XML_START: Final = (b"<", b"\xef\xbb\xbf")


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    """Iterate over the attributes of an element as they were written: namespace declarations, then the others."""
    parent = element.getparent()
    inherited: Mapping[str | None, str] = {} if parent is None else parent.nsmap
    for prefix, uri in element.nsmap.items():
        if inherited.get(prefix) != uri:
            yield "@xmlns" if prefix is None else f"@xmlns:{prefix}", uri
    if None in inherited and None not in element.nsmap:
        yield "@xmlns", ""
    prefixes = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
    for name, value in element.attrib.items():
        yield f"@{_written(str(name), prefixes)}", str(value)


def _written(name: str, prefixes: Mapping[str, str]) -> str:
    """Return a name with the prefix it was written with."""
    if not name.startswith("{"):
        return name
    uri, _, local = name[1:].partition("}")
    prefix = prefixes.get(uri)
    return f"{prefix}:{local}" if prefix else local


def to_dict(root: Element, masker: Masker) -> dict[str, Any]:
    """Turn a document into a dict, masked."""
    return {_tag(root): _content(root, masker, 0)}


def _tag(element: Element) -> str:
    """Return an element's name as it was written."""
    local = str(element.tag).rpartition("}")[2]
    return f"{element.prefix}:{local}" if element.prefix else local


def _content(element: Element, masker: Masker, depth: int) -> Any:
    """Turn what an element holds into a dict, a text or None."""
    name = str(element.tag).rpartition("}")[2]
    content: dict[str, Any] = {
        key: value if key.startswith("@xmlns") else masker.leaf(key[1:], value) for key, value in _attributes(element)
    }
    for child in element:
        if not isinstance(child.tag, str) or depth >= _DEPTH_LIMIT:
            continue
        tag, value = _tag(child), _content(child, masker, depth + 1)
        if tag not in content:
            content[tag] = value
        elif isinstance(content[tag], list):
            content[tag].append(value)
        else:
            content[tag] = [content[tag], value]
    words = (element.text or "").strip()
    if not words:
        return content or None
    masked = masker.leaf(name, words)
    return {**content, "#text": masked} if content else masked


def _parsed(answer: Answer) -> Element | None:
    """Return the document of an answer, or None if it is none."""
    if not answer.body.lstrip().startswith(_XML_START):
        return None
    try:
        return parse_lenient(answer.body)
    except ProtocolError:
        return None


def _named_texts(root: Element) -> Iterator[tuple[str, str]]:
    """Iterate over the names (casefolded) and texts of a document's elements."""
    for element in root.iter():
        if isinstance(element.tag, str) and (words := (element.text or "").strip()):
            yield element.tag.rpartition("}")[2].casefold(), words


def _learn(roots: Iterable[Element], masker: Masker) -> None:
    """Tell the masker of models first and then of serials, so that both are known wherever they appear."""
    texts = [row for root in roots for row in _named_texts(root)]
    masker.models.update(words for name, words in texts if name == "model")
    for name, words in texts:
        if name in ("serialnumber", "subserialnumber"):
            masker.serial(words)


def _row(answer: Answer, root: Element | None, masker: Masker) -> dict[str, Any]:
    """Turn an answer into its row."""
    if answer.status is None:
        return {"error": masker.text(answer.error)}
    if not 200 <= answer.status < 300:
        return {"status_code": answer.status}
    if root is not None:
        return {"response": to_dict(root, masker)}
    return {"error": f"HTTP {answer.status} with {answer.size} bytes that were not kept or are no XML"}


def export(recording: Recording, masker: Masker | None = None) -> dict[str, dict[str, Any]]:
    """Return the raw answers by path, masked, in the form that is replayed in tests."""
    masker = masker or Masker()
    parsed = {path: (answer, _parsed(answer)) for path, answer in recording.answers.items()}
    _learn((root for _, root in parsed.values() if root is not None), masker)
    return {masker.text(path): _row(answer, root, masker) for path, (answer, root) in parsed.items()}


def report(
    recording: Recording,
    *,
    refused: Mapping[str, str],
    counters: Mapping[str, Any],
    stream: Mapping[str, Any],
    unknown_types: Mapping[str, int],
    clock_offset: float | None,
    masker: Masker | None = None,
) -> dict[str, Any]:
    """Return everything that was seen of a device, as JSON, without secrets.

    `clock_offset` in seconds. `ISAPI` holds the raw answers; the rest is what was counted.
    """
    masker = masker or Masker()
    answers = export(recording, masker)
    return {
        "ISAPI": answers,
        "kept_bytes": recording.size,
        "refused": {masker.text(path): masker.text(reason) for path, reason in sorted(refused.items())},
        "counters": _masked(counters, masker),
        "stream": _masked(stream, masker),
        "unknown_types": {masker.text(name): count for name, count in sorted(unknown_types.items())},
        "clock_offset": None if clock_offset is None else round(clock_offset, 1),
    }


def _masked(value: Any, masker: Masker, name: str = "") -> Any:
    """Return a JSON value with every text masked."""
    if isinstance(value, Mapping):
        return {masker.text(str(key)): _masked(item, masker, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(item, masker, name) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return masker.leaf(name, str(value))
