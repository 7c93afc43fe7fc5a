"""What a user can send us of a receiver: counts and causes, never what it is about (ip-receiver §5.7)."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .client import ReceiverClient
from .records import Facts, PanelFacts


def facts_report(facts: Facts) -> Mapping[str, Any]:
    """Count what exists, and how much of it is in which state."""
    devices = facts.devices.values()
    return {
        "devices": len(devices),
        "sources": dict(Counter(str(device.source) for device in devices)),
        "types": dict(Counter(str(device.type) for device in devices)),
        "modes": dict(Counter("none" if one.mode is None else one.mode.name.lower() for one in devices)),
        "models": dict(Counter(str(device.model) for device in devices)),
        "online": dict(Counter(str(device.online).lower() for device in devices)),
        "offline_hints": dict(Counter(str(device.offline_hint) for device in devices)),
        "panels": [_panel_report(panel) for panel in facts.panels.values()],
    }


def _panel_report(panel: PanelFacts) -> Mapping[str, Any]:
    """Count the parts of one panel."""
    zones = panel.zones or ()
    return {
        "model": panel.device.model,
        "firmware": panel.device.firmware,
        "otap": panel.device.is_otap,
        "numbers": panel.device.numbers,
        "partitions": None if panel.partitions is None else [(one.arming, one.alarm) for one in panel.partitions],
        "zones": None if panel.zones is None else len(zones),
        "zone_status": dict(Counter(str(zone.status) for zone in zones)),
        "detectors": dict(Counter(str(zone.detector) for zone in zones)),
        "zone_types": dict(Counter(str(zone.type) for zone in zones)),
        "peripherals": None
        if panel.peripherals is None
        else dict(Counter(f"{one.kind.value}: {one.status}" for one in panel.peripherals)),
    }


def client_report(client: ReceiverClient) -> Mapping[str, Any]:
    """Tell what was asked, what came back, and how many devices do not have which function."""
    return {
        "requests": client.requests,
        "answers": dict(client.answers),
        "refused": dict(Counter(endpoint.words for _, endpoint in client.refused)),
        "reboot_required": client.reboot_required,
        "risk_password": client.risk_password,
        "gate": client.http.gate.state.value,
        "wire": client.http.counters.as_dict(),
    }


def left_out_report(left_out: Mapping[tuple[str, str], int]) -> Mapping[str, int]:
    """Count what was in lists and could not be used, over all devices."""
    found: Counter[str] = Counter()
    for (what, _), number in left_out.items():
        found[what] += number
    return dict(found)
