"""Reading and changing the one thing a switch means in a document, and nothing else (isapi-core §3.0, §3.4.3, §3.1.7).

Documents are lxml trees as the device sent them. What these functions do not name stays as it is: unknown elements,
order, namespaces.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from lxml import etree

from ..errors import RejectedError, UnsupportedError
from ..kinds import Kind
from ..transport.xml import Element, as_bool, as_float, children, find, find_all, local_name, text
from .records import Setting

HOLIDAY_NAME: Final = "Home Assistant"
"""Name of the holiday entry that is ours."""
_CAPABILITY_ATTRIBUTES: Final = frozenset({"opt", "min", "max", "def", "range", "dynamic", "reqReboot"})
_COORDINATES: Final = "RegionCoordinatesList"
_CORNERS: Final = ((0, 0), (0, 1), (1, 1), (1, 0))
"""Counter-clockwise from the top left, as the privacy mask wants it (isapi-core §3.4.3)."""


@dataclass(frozen=True, slots=True)
class Edit:
    """How a kind of switch is read from a document and changed in it.

    `read` returns None for what the document does not tell. `change` raises `UnsupportedError` when the document has
    no place for it, and `RejectedError` when it must not be done. Both get today's date (UTC).
    """

    read: Callable[[Element, Setting, date], bool | None]
    change: Callable[[Element, Setting, bool, date], None]


def _all(root: Element) -> Iterator[Element]:
    """Iterate over the elements of a document, without comments."""
    return (element for element in root.iter() if isinstance(element.tag, str))


def _is_empty(element: Element) -> bool:
    """Whether an element has no child element."""
    return next(iter(children(element)), None) is None


def _child(parent: Element, name: str, content: str | None = None) -> Element:
    """Append an element in the namespace of its parent."""
    child = etree.SubElement(parent, etree.QName(etree.QName(parent).namespace, name))
    child.text = content
    return child


def _put_text(parent: Element, name: str, content: str) -> None:
    """Set the text of a child, which is made if it is missing."""
    child = find(parent, name)
    if child is None:
        _child(parent, name, content)
    else:
        child.text = content


def clean(root: Element, *, prune: bool) -> None:
    """Drop what must not be sent back: attributes of capability documents, and with `prune` empty region lists.

    An empty list that is sent erases the user's regions and their sensitivity; one that is left out keeps them
    (isapi-events §4.1).
    """
    for element in list(_all(root)):
        for attribute in _CAPABILITY_ATTRIBUTES & set(element.attrib):
            del element.attrib[attribute]
    if not prune:
        return
    for element in list(_all(root)):
        name = local_name(element)
        parent = element.getparent()
        if parent is not None and (name == _COORDINATES or name.endswith("RegionList")) and _is_empty(element):
            parent.remove(element)


def _read_leaf(root: Element, setting: Setting, _today: date) -> bool | None:
    """Read the leaf that a setting names."""
    found = text(root, setting.leaf)
    if found is None:
        return None
    if found.casefold() in (setting.on.casefold(), setting.off.casefold()):
        return found.casefold() == setting.on.casefold()
    return as_bool(found)


def _change_leaf(root: Element, setting: Setting, on: bool, _today: date) -> None:
    """Set the leaf that a setting names, in the spelling the device used."""
    leaf = find(root, setting.leaf)
    if leaf is None:
        raise UnsupportedError(f"{setting.path} has no {setting.leaf}", function=setting.path)
    if (leaf.text or "").strip() in ("0", "1"):
        leaf.text = "1" if on else "0"
    else:
        leaf.text = setting.on if on else setting.off


def _drawn(region: Element) -> bool:
    """Whether a region has an area: three different corners."""
    points = find_all(region, f"{_COORDINATES}/RegionCoordinates")
    return len({(text(point, "positionX"), text(point, "positionY")) for point in points}) >= 3


def _read_privacy(root: Element, setting: Setting, today: date) -> bool | None:
    """Read the privacy mask: on is what hides something, not what would if a region were drawn."""
    enabled = _read_leaf(root, setting, today)
    regions = find(root, "PrivacyMaskRegionList")
    if not enabled or regions is None:
        return enabled
    return any(_drawn(region) and as_bool(text(region, "enabled")) is not False for region in children(regions))


def _cover_picture(root: Element, regions: Element) -> None:
    """Make one region hide the whole picture."""
    width = as_float(text(root, "normalizedScreenSize/normalizedScreenWidth"))
    height = as_float(text(root, "normalizedScreenSize/normalizedScreenHeight"))
    if not width or not height:
        raise RejectedError(reason="no privacy region is drawn, and the device does not tell the size of the picture")
    region = next(iter(children(regions)), None)
    if region is None:
        region = _child(regions, "PrivacyMaskRegion")
        _child(region, "id", "1")
    _put_text(region, "enabled", "true")
    corners = find(region, _COORDINATES)
    if corners is None:
        corners = _child(region, _COORDINATES)
    for child in list(corners):
        corners.remove(child)
    for x, y in _CORNERS:
        point = _child(corners, "RegionCoordinates")
        _child(point, "positionX", str(int(x * width)))
        _child(point, "positionY", str(int(y * height)))


def _change_privacy(root: Element, setting: Setting, on: bool, today: date) -> None:
    """Switch the privacy mask so that on really hides.

    Without a drawn region a mask hides nothing: one over the whole picture is made then. Regions that are drawn but
    all switched off are switched on. Regions that are in use stay as the user drew them.
    """
    _change_leaf(root, setting, on, today)
    regions = find(root, "PrivacyMaskRegionList")
    if not on or regions is None or _read_privacy(root, setting, today):
        return
    drawn = [region for region in children(regions) if _drawn(region)]
    for region in drawn:
        _put_text(region, "enabled", "true")
    if not drawn:
        _cover_picture(root, regions)


def _own_holiday(root: Element) -> Element | None:
    """Return the holiday entry that carries our name."""
    return next((entry for entry in find_all(root, "holiday") if text(entry, "holidayName") == HOLIDAY_NAME), None)


def _free_holiday(root: Element) -> Element:
    """Return the last entry nobody uses: switched off, and named by the factory after its own number."""
    for entry in reversed(find_all(root, "holiday")):
        name = text(entry, "holidayName") or ""
        number = text(entry, "id") or ""
        if as_bool(text(entry, "enabled")) is False and (not name or (number and name.endswith(number))):
            return entry
    raise RejectedError(reason="every holiday entry of the device is in use")


def _day(entry: Element, name: str) -> date | None:
    """Read a day of an entry's span."""
    try:
        return date.fromisoformat((text(entry, f"holidayDate/{name}") or "")[:10])
    except ValueError:
        return None


def _read_holiday(root: Element, _setting: Setting, today: date) -> bool | None:
    """Read whether our entry makes today a holiday. The device may be a day ahead of UTC, or behind."""
    if not find_all(root, "holiday"):
        return None
    entry = _own_holiday(root)
    if entry is None:
        return False
    enabled = as_bool(text(entry, "enabled"))
    start, end = _day(entry, "startDate"), _day(entry, "endDate")
    if not enabled or start is None or end is None or (text(entry, "holidayMode") or "").casefold() != "date":
        return enabled
    return start <= today + timedelta(days=1) and end >= today - timedelta(days=1)


def next_year(day: date) -> date:
    """Return the same day a year later; a leap day becomes the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _change_holiday(root: Element, _setting: Setting, on: bool, today: date) -> None:
    """Switch our entry of the holiday list: on for a year from yesterday, so that no time zone is left out."""
    entry = _own_holiday(root)
    if entry is None:
        if not on:
            return
        entry = _free_holiday(root)
    _put_text(entry, "enabled", "true" if on else "false")
    if not on:
        return
    start = today - timedelta(days=1)
    _put_text(entry, "holidayName", HOLIDAY_NAME)
    _put_text(entry, "holidayMode", "date")
    for name in ("holidayWeek", "holidayMonth"):
        for other in find_all(entry, name):
            entry.remove(other)
    span = find(entry, "holidayDate")
    if span is None:
        span = _child(entry, "holidayDate")
    _put_text(span, "startDate", start.isoformat())
    _put_text(span, "endDate", next_year(start).isoformat())


LEAF: Final = Edit(_read_leaf, _change_leaf)
_EDITS: Final[Mapping[Kind, Edit]] = MappingProxyType(
    {
        Kind.PRIVACY_MASK: Edit(_read_privacy, _change_privacy),
        Kind.HOLIDAY: Edit(_read_holiday, _change_holiday),
    }
)


def edit_of(kind: Kind) -> Edit:
    """Return how a kind of switch is read and changed."""
    return _EDITS.get(kind, LEAF)
