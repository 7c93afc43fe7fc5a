"""Documents as nested data, rendered to XML the way devices print it; strict reading of what a client sends."""

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

type Value = str | int | float | bool | Mapping[str, Value] | Sequence[Value] | None
"""Text, number, word of truth, children (a mapping), repeated elements (a sequence) or an empty element (None).

In a mapping the key `@name` is an attribute and `#text` the text beside attributes or children.
"""
type Body = Mapping[str, Value]
type Element = etree._Element  # noqa: SLF001  (lxml exports its element class under no other name)

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class MalformedXmlError(ValueError):
    """The body is not well-formed XML, or not XML at all."""


def scalar(value: str | float) -> str:
    """Text of a scalar as it stands in a document; `True` is `true`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _element(name: str, value: Value) -> Iterator[str]:
    """Yield the pieces of one element, or of several when the value is a sequence."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _element(name, item)
        return
    if value is None:
        yield f"<{name}/>\n"
        return
    if not isinstance(value, Mapping):
        yield f"<{name}>{escape(scalar(value))}</{name}>\n"
        return
    attributes = "".join(
        f" {key[1:]}={quoteattr(scalar(entry))}"
        for key, entry in value.items()
        if key.startswith("@") and isinstance(entry, (str, int, float))
    )
    children = [(key, entry) for key, entry in value.items() if not key.startswith("@")]
    if not children:
        yield f"<{name}{attributes}/>\n"
        return
    text = value.get("#text")
    if len(children) == 1 and isinstance(text, (str, int, float)):
        yield f"<{name}{attributes}>{escape(scalar(text))}</{name}>\n"
        return
    yield f"<{name}{attributes}>\n"
    for key, entry in children:
        if key == "#text":
            yield escape(scalar(entry)) if isinstance(entry, (str, int, float)) else ""
        else:
            yield from _element(key, entry)
    yield f"</{name}>\n"


def fragment(name: str, value: Value) -> str:
    """One element, or one per item of a sequence, without a declaration."""
    return "".join(_element(name, value))


def document(root: str, body: Body, *, namespace: str | None, version: str | None = "2.0") -> str:
    """A whole document with its declaration; namespace and version are attributes of the root."""
    head: dict[str, Value] = {}
    if version is not None:
        head["@version"] = version
    if namespace is not None:
        head["@xmlns"] = namespace
    return DECLARATION + fragment(root, {**head, **body})


def bare(text: str) -> str:
    """Return a document without its declaration, to be put into a list."""
    return text.removeprefix(DECLARATION)


def parse(body: bytes) -> Element:
    """Read strictly, without entities, DTD or network; raises `MalformedXmlError`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedXmlError(str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise MalformedXmlError("a document type is not allowed")
    return root


def parse_text(text: str) -> Element:
    """Read one of the simulator's own documents."""
    return parse(text.encode())


def serialize(root: Element) -> str:
    """Text of a tree, with the declaration."""
    return DECLARATION + etree.tostring(root, encoding="unicode")


def local(element: Element) -> str:
    """Name of an element without its namespace; a comment or an instruction has none."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: Element, name: str | None = None) -> list[Element]:
    """Child elements, all or those of a local name."""
    return [child for child in element if local(child) and (name is None or local(child) == name)]


def child(element: Element, path: str) -> Element | None:
    """First element below a path of local names such as `Video/videoCodecType`."""
    found: Element | None = element
    for name in path.split("/"):
        found = next(iter(children(found, name)), None) if found is not None else None
    return found


def text(element: Element, path: str) -> str | None:
    """Stripped text below a path; None when absent or empty."""
    found = child(element, path)
    return ((found.text or "").strip() or None) if found is not None else None


def set_text(source: str, path: str, value: str) -> str:
    """Return a document with the text below a path changed; raises `KeyError` when the path is absent."""
    root = parse_text(source)
    found = child(root, path)
    if found is None:
        raise KeyError(path)
    found.text = value
    return serialize(root)


def leaf(source: str, path: str) -> str | None:
    """Text below a path of a document given as text."""
    return text(parse_text(source), path)
