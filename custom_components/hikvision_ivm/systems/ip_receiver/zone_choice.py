"""Which zones a caller means: by number, by name, or by the id of a feature (ip-receiver §5.8)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ..errors import InvalidArgumentError
from .panel import PanelState
from .places import zone_id
from .records import ZoneRecord

FIELD: Final = "zones"


def zone_texts(arguments: Mapping[str, Any], *, required: bool) -> tuple[str, ...] | None:
    """Return what was given as zones, each once; None if nothing was and nothing is required."""
    value = arguments.get(FIELD)
    items = value if isinstance(value, (list, tuple)) else () if value is None else (value,)
    found = []
    for item in items:
        if isinstance(item, bool) or not isinstance(item, (str, int)) or not str(item).strip():
            raise InvalidArgumentError(field=FIELD, reason="is not a list of zones")
        found.append(str(item).strip())
    if required and not found:
        raise InvalidArgumentError(field=FIELD, reason="is missing")
    return tuple(dict.fromkeys(found)) or None


def choose(uid: str, texts: Sequence[str], panels: Iterable[PanelState]) -> dict[str, list[ZoneRecord]]:
    """Return the zones that are meant, by panel. Raises `InvalidArgumentError` for a text that means none, or several."""
    found: dict[str, list[ZoneRecord]] = {}
    every = list(panels)
    for text in texts:
        meant = [(panel, zone) for panel in every if (zone := _find(uid, text, panel)) is not None]
        if not meant:
            raise InvalidArgumentError(field=FIELD, reason=f"there is no zone {text}")
        for panel, zone in meant:
            zones = found.setdefault(panel.device.id, [])
            if zone not in zones:
                zones.append(zone)
    return found


def _find(uid: str, text: str, panel: PanelState) -> ZoneRecord | None:
    """Return the zone of a panel that a text means."""
    zones = panel.zones_in(None)
    if text.isascii() and text.isdecimal() and (zone := panel.zone(int(text))) is not None:
        return zone
    named = [zone for zone in zones if (zone.name or "").casefold() == text.casefold()]
    if len(named) > 1:
        numbers = ", ".join(str(zone.id) for zone in named)
        raise InvalidArgumentError(field=FIELD, reason=f"{text} is the name of zones {numbers}; give a number")
    if named:
        return named[0]
    return next((zone for zone in zones if text.startswith(f"{zone_id(uid, panel.device.id, zone.id)}_")), None)
