"""Devices and channels as the answers print them."""

from typing import Any

from .state import Channel, Device, Org
from .times import stamp

RESOLUTION = "5/6/4"


def joined(abilities: frozenset[str]) -> str:
    """Return abilities as text."""
    return ",".join(sorted(abilities))


def cloud_abilities(abilities: frozenset[str]) -> dict[str, Any]:
    """Return abilities as `device_cloud_ability` has them, with underscores and truths as text (L1315)."""
    names = {"alarmvoice": "alarm_voice", "ptzspin": "ptz_spin"}
    return {names.get(name, name): {"support": "true"} for name in sorted(abilities)}


def state_of_list(channel: Channel) -> str:
    """State as 7.2 and 13.2 name it: UNALLOCATED instead of UNREGISTERED (ivm §1.12)."""
    return "UNALLOCATED" if channel.state == "UNREGISTERED" else channel.state


def inline_channel(channel: Channel) -> dict[str, Any]:
    """A channel inside 5.2 (L720-L732)."""
    return {
        "channel_id": channel.id,
        "channel_name": channel.name,
        "channel_state": channel.state,
        "channel_system_state": channel.system_state,
        "channel_resource_state": channel.resource_states,
        "channel_ability": joined(channel.abilities),
        "channel_model": channel.model,
        "channel_model_e": channel.model,
        "invalid_type": channel.invalid_type,
        "storage_card_status": channel.storage_card if "localstorage" in channel.abilities else "-1",
        "mask_mode": "OPEN" if channel.mask else "CLOSE",
    }


def org_device(device: Device) -> dict[str, Any]:
    """A device of 5.2 (L691-L715)."""
    live = sum(channel.state == "ONLINE" for channel in device.channels.values())
    told: dict[str, Any] = {
        "device_id": device.id,
        "device_name": device.name,
        "model": device.model,
        "manufacture": device.manufacture,
        "firmware": device.firmware,
        "device_state": device.state,
        "device_type": device.kind,
        "device_system_state": device.system_state,
        "access_protocol": device.protocol,
        "device_ability": joined(device.abilities),
        "channel_total": len(device.channels),
        "channel_online_count": live,
        "channel_allocated_total": len(device.channels),
        "operator_total": 0,
        "audio_input_count": 0,
        "audio_output_count": 0,
        "device_org_name": device.org.name,
        "create_time": stamp(device.created),
        "update_time": stamp(device.updated),
        "channels": [inline_channel(channel) for channel in device.channels.values()],
    }
    if device.is_gb:
        told["gb_access_state"] = device.gb_state
    return told


def org_entry(org: Org) -> dict[str, Any]:
    """An organisation in the `org_list` of 6.2."""
    return {"device_org_id": org.id, "device_org_name": org.name, "device_org_level": org.level}


def listed_device(device: Device, *, cloud: bool) -> dict[str, Any]:
    """A device of 6.2 (L1398-L1417)."""
    live = sum(channel.state == "ONLINE" for channel in device.channels.values())
    return {
        "device_id": device.id,
        "device_name": device.name,
        "device_state": device.state,
        "device_type": device.kind_word,
        "device_system_state": device.system_state,
        "create_time": stamp(device.created),
        "update_time": stamp(device.updated),
        "access_protocol": device.protocol,
        "manufacture": device.manufacture,
        "device_ability": joined(device.abilities),
        "device_cloud_ability": cloud_abilities(device.abilities) if cloud else None,
        "channel_total": len(device.channels),
        "channel_online_total": live,
        "channel_offline_total": len(device.channels) - live,
        "org_list": [org_entry(device.org)],
        "sdk_ability": "",
    }


def device_detail(device: Device, *, cloud: bool) -> dict[str, Any]:
    """A device of 6.1 (L1258-L1284)."""
    told: dict[str, Any] = {
        "mac": device.mac,
        "device_id": device.id,
        "device_name": device.name,
        "device_state": device.state,
        "access_protocol": device.protocol,
        "device_type": device.kind_word,
        "device_system_state": device.system_state,
        "description": device.description,
        "model": device.model,
        "manufacture": device.manufacture,
        "channel_total": len(device.channels),
        "stream_total": 2,
        "firmware": device.firmware,
        "device_ability": joined(device.abilities),
        "create_time": stamp(device.created),
        "update_time": stamp(device.updated),
        "protocol_version": "2.0",
        "device_ip": device.address,
        "device_port": "6000",
        "device_org_id": device.org_id,
        "device_org_name": device.org.name,
        "sn": device.id,
        "operator_total": "0",
        "sdk_ability": "",
    }
    if cloud:
        told["device_cloud_ability"] = cloud_abilities(device.abilities)
    return told


def listed_channel(channel: Channel) -> dict[str, Any]:
    """A channel of 7.2 (L2155-L2175)."""
    return {
        "device_id": channel.device.id,
        "device_name": channel.device.name,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "channel_state": state_of_list(channel),
        "model": channel.model,
        "access_protocol": channel.device.protocol,
        "create_time": stamp(channel.created) + ".0",
        "update_time": stamp(channel.updated) + ".0",
        "channel_system_state": channel.system_state,
        "channel_resource_state": channel.resource_states,
        "channel_ability": sorted(channel.abilities),
        "channel_firmware": None if channel.device.is_gb else channel.firmware,
        "config_state": "TRUE",
        "device_org_name": channel.device.org.name,
        "channel_type": "IPC-BULLET",
        "resolution": None if channel.device.is_gb else RESOLUTION,
    }


def channel_detail(channel: Channel, *, cloud: bool) -> dict[str, Any]:
    """A channel of 7.3 (L2287-L2307)."""
    told: dict[str, Any] = {
        "device_id": channel.device.id,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "channel_state": channel.state,
        "access_protocol": channel.device.protocol,
        "channel_system_state": channel.system_state,
        "channel_resource_state": channel.resource_states,
        "channel_ability": joined(channel.abilities),
        "model": channel.model,
        "channel_intelligent": '{"itgt":[1,7]}',
        "firmware": channel.firmware,
        "create_time": stamp(channel.created) + ".0",
        "update_time": stamp(channel.updated) + ".0",
        "sn": channel.device.id,
        "channel_firmware_id": "",
        "channel_type": "IPC-BULLET",
        "resolution": RESOLUTION,
    }
    if cloud:
        told["device_cloud_ability"] = cloud_abilities(channel.abilities)
    return told
