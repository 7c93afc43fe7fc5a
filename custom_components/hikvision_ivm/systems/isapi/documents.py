"""Reading documents that nobody promised anything about.

Names are compared without namespace and letter case (isapi-core §1.7, T32), lists may hold none, one or many items
(T33), every text is stripped and empty is None (T41).
"""

from collections.abc import Iterator, Mapping
import math
from typing import Final

from lxml import etree

from ..transport.xml import as_float, as_int, leaves, local_name, text

_TEXT_LIMIT: Final = 255
_SECRET_LEAVES: Final = frozenset({"salt", "verificationcode", "password"})


def sayable(told: str) -> str:
    """Return a text of a JSON document without halves of characters, which JSON can escape but nobody can pass on."""
    return told if told.isascii() else told.encode("utf-8", "replace").decode("utf-8")


def descendants(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Iterate over the elements of a name, the root included, at any depth."""
    wanted = name.casefold()
    return (element for element in root.iter(etree.Element) if local_name(element).casefold() == wanted)


def is_root(root: etree._Element, *names: str) -> bool:
    """Whether a document is one of several kinds."""
    return local_name(root).casefold() in {name.casefold() for name in names}


def word(root: etree._Element, *paths: str) -> str | None:
    """Return the first text found at several places, shortened, or None."""
    for path in paths:
        if found := text(root, path):
            return found[:_TEXT_LIMIT]
    return None


def number(root: etree._Element, *paths: str) -> int | None:
    """Return the first whole number that is not negative, or None."""
    for path in paths:
        found = as_int(text(root, path))
        if found is not None and 0 <= found < 2**31:
            return found
    return None


def amount(root: etree._Element, path: str) -> float | None:
    """Return a finite number that is not negative, or None."""
    found = as_float(text(root, path))
    return found if found is not None and math.isfinite(found) and found >= 0 else None


def capabilities_of(root: etree._Element) -> Mapping[str, str]:
    """Return the texts of all leaves by their local path below the root, without the secrets among them."""
    return {
        path: value[:_TEXT_LIMIT]
        for path, value in leaves(root).items()
        if path.rpartition("/")[2].casefold() not in _SECRET_LEAVES
    }
