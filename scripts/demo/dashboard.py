"""A dashboard of the demo: one section per device, cameras and alarm panels first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .client import Client
from .instance import DOMAIN

ADDRESS = "video-demo"
ORDER = ("camera", "alarm_control_panel", "event", "binary_sensor", "switch", "lock", "button", "sensor")
MOST_TILES = 12
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
    names = titles(list(devices))
    shown: dict[str, list[str]] = {}
    for entity in entities:
        if entity["platform"] == DOMAIN and not entity["disabled_by"] and not entity["entity_category"]:
            shown.setdefault(entity["device_id"], []).append(entity["entity_id"])
    ordered = sorted(shown, key=lambda device: names.get(device, ""))
    sections = [_section(names.get(device, ""), shown[device]) for device in ordered]
    view = {"title": "Video", "type": "sections", "max_columns": MOST_COLUMNS, "sections": sections}
    return {"title": "Video", "views": [view]}


def titles(devices: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return a heading per device; that of a channel begins with its recorder, as two recorders may have a Garden."""
    names = {device["id"]: device.get("name_by_user") or device.get("name") or "" for device in devices}
    parents = {device["id"]: names.get(device.get("via_device_id") or "", "") for device in devices}
    return {
        device: f"{parents[device]} · {name}" if parents[device] and not name.startswith(parents[device]) else name
        for device, name in names.items()
    }


def _section(title: str, entity_ids: list[str]) -> dict[str, Any]:
    ranks = {platform: rank for rank, platform in enumerate(ORDER)}
    entity_ids = sorted(entity_ids, key=lambda word: (ranks.get(word.split(".")[0], len(ranks)), word))
    cards = [_card(entity_id) for entity_id in entity_ids[:MOST_TILES]]
    return {"type": "grid", "cards": [{"type": "heading", "heading": title}, *cards]}


def _card(entity_id: str) -> dict[str, Any]:
    if entity_id.startswith("camera."):
        full_width = {"columns": "full"}
        return {
            "type": "picture-entity",
            "entity": entity_id,
            "show_name": False,
            "show_state": False,
            "grid_options": full_width,
        }
    return {"type": "tile", "entity": entity_id, "name": {"type": "entity"}}
