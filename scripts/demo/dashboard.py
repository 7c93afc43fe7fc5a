"""A dashboard of the demo: one section per device, cameras and alarm panels first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .client import Client
from .instance import DOMAIN

ADDRESS = "video-demo"
ORDER = ("camera", "alarm_control_panel", "event", "binary_sensor", "switch", "lock", "button", "sensor")
MOST_TILES = 12
MOST_CHILDREN = 3
"""Devices below another with a section each; more of them, such as the zones of an alarm panel, share one."""
MOST_PARTS = 24
LARGE = frozenset({"camera", "alarm_control_panel", "event", "lock"})
"""Platforms of a device that has a section of its own in any case."""
MOST_COLUMNS = 4


async def save_dashboard(client: Client) -> None:
    """Create the dashboard, or bring it up to date with the devices that exist."""
    async with client.connect() as connection:
        entities = await connection.command("config/entity_registry/list")
        devices = await connection.command("config/device_registry/list")
        known = await connection.command("lovelace/dashboards/list")
        if ADDRESS not in {dashboard["url_path"] for dashboard in known}:
            await connection.command(
                "lovelace/dashboards/create",
                url_path=ADDRESS,
                title="Video",
                icon="mdi:cctv",
                mode="storage",
                show_in_sidebar=True,
                require_admin=False,
            )
        await connection.command("lovelace/config/save", url_path=ADDRESS, config=build(entities, devices))


def build(entities: Iterable[Mapping[str, Any]], devices: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the dashboard for the registries' entries."""
    devices = list(devices)
    names = titles(devices)
    shown: dict[str, list[str]] = {}
    for entity in entities:
        if entity["platform"] == DOMAIN and not entity["disabled_by"] and not entity["entity_category"]:
            shown.setdefault(entity["device_id"], []).append(entity["entity_id"])
    sections = {}
    for parent, children in _crowds(devices, shown).items():
        firsts = [min(shown.pop(child), key=_place) for child in sorted(children, key=lambda child: names[child])]
        title = f"{names.get(parent, '')} · parts"
        cards = [_card(entity_id, of_device=True) for entity_id in firsts[:MOST_PARTS]]
        sections[title] = {"type": "grid", "cards": [{"type": "heading", "heading": title}, *cards]}
    for device, entity_ids in shown.items():
        title = names.get(device, "")
        sections[f"{title} {device}"] = _section(title, entity_ids)
    view = {
        "title": "Video",
        "type": "sections",
        "max_columns": MOST_COLUMNS,
        "sections": [sections[title] for title in sorted(sections)],
    }
    return {"title": "Video", "views": [view]}


def titles(devices: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return a heading per device; that of a channel begins with its recorder, as two recorders may have a Garden."""
    names = {device["id"]: device.get("name_by_user") or device.get("name") or "" for device in devices}
    parents = {device["id"]: names.get(device.get("via_device_id") or "", "") for device in devices}
    return {
        device: f"{parents[device]} · {name}" if parents[device] and not name.startswith(parents[device]) else name
        for device, name in names.items()
    }


def _crowds(devices: Iterable[Mapping[str, Any]], shown: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the devices that share a section, by the one that they belong to: small ones, such as zones."""
    crowds: dict[str, list[str]] = {}
    for device in devices:
        entity_ids = shown.get(device["id"], [])
        small = LARGE.isdisjoint(entity_id.partition(".")[0] for entity_id in entity_ids)
        if entity_ids and small and device.get("via_device_id"):
            crowds.setdefault(device["via_device_id"], []).append(device["id"])
    return {parent: children for parent, children in crowds.items() if len(children) > MOST_CHILDREN}


def _place(entity_id: str) -> tuple[int, str]:
    platform = entity_id.partition(".")[0]
    return (ORDER.index(platform) if platform in ORDER else len(ORDER)), entity_id


def _section(title: str, entity_ids: list[str]) -> dict[str, Any]:
    cards = [_card(entity_id) for entity_id in sorted(entity_ids, key=_place)[:MOST_TILES]]
    return {"type": "grid", "cards": [{"type": "heading", "heading": title}, *cards]}


def _card(entity_id: str, *, of_device: bool = False) -> dict[str, Any]:
    """Return a card; `of_device`: its device is named, too."""
    if entity_id.startswith("camera."):
        full_width = {"columns": "full"}
        return {
            "type": "picture-entity",
            "entity": entity_id,
            "show_name": False,
            "show_state": False,
            "grid_options": full_width,
        }
    entity = {"type": "entity"}
    return {"type": "tile", "entity": entity_id, "name": [{"type": "device"}, entity] if of_device else entity}
