"""Channels (ivm §3.4) and abilities by version (ivm §3.19)."""

from typing import Any

from simulators.ivm.checks import (
    CHANNEL_SYSTEM,
    DETAIL,
    DIRECTION,
    PACKAGES,
    PROTOCOL,
    array,
    integer,
    text,
    truth,
    word,
)
from simulators.ivm.describe import channel_detail, listed_channel, state_of_list
from simulators.ivm.routes import DC, Call, operation, page
from simulators.ivm.state import Channel

from .orgs import matches


@operation("7.1", "PUT", DC, body=(text("channel_name", 1, 128, required=True, code="IVM.10022023"),))
def rename(call: Call) -> Any:
    """HOLO only."""
    channel = call.channel()
    channel.need_holo()
    channel.need_online()
    channel.name = call.body["channel_name"]
    return {"device_id": channel.device.id, "channel_id": channel.id, "channel_name": channel.name}


@operation("7.2", "GET", "channels", cached=True, query=(
    PROTOCOL, text("channel_name", 0, 128, code="IVM.10022023"), PACKAGES,
    word("channel_state", "ONLINE", "OFFLINE", "UNALLOCATED", code="IVM.10022020"), CHANNEL_SYSTEM,
    text("device_id", code="IVM.10022000"), DIRECTION, integer("limit", 1, 1000, default=10, code="IVM.10020009"),
    integer("offset", 0, 2_147_483_646, default=0, code="IVM.10020010"),
    word("sort_by", "create_time", "update_time", default="create_time", code="IVM.10020012"),
))  # fmt: skip
def channels(call: Call) -> Any:
    """All channels, oldest first; `offset` counts channels (L2131)."""
    query = call.query
    found = [channel for channel in call.cloud.world.channels() if _wanted(channel, query)]
    by_update = query["sort_by"] == "update_time"
    found.sort(
        key=lambda channel: (channel.updated if by_update else channel.created, channel.device.id),
        reverse=query["direction"] == "DESC",
    )
    rows = page(found, query["limit"], query["offset"], by_item=True, largest=call.cloud.largest_page)
    return {"total": len(found), "channels": [listed_channel(channel) for channel in rows]}


def _wanted(channel: Channel, query: dict[str, Any]) -> bool:
    packages = query["channel_resource_state"]
    return (
        matches(channel.device.protocol, query["access_protocol"])
        and matches(state_of_list(channel), query["channel_state"])
        and matches(channel.system_state, query["channel_system_state"])
        and query["device_id"] in {None, channel.device.id}
        and (query["channel_name"] or "") in channel.name
        and (packages is None or not set(packages.split(",")).isdisjoint(channel.resource_states))
    )


@operation("7.3", "GET", DC, query=DETAIL)
def detail(call: Call) -> Any:
    """One channel."""
    return channel_detail(call.channel(), cloud=call.query["need_cloud_ability"])


@operation("19.1", "POST", "devices/ability", body=(
    array("versions", 1, required=True, fields=(
        text("device_type", required=True, code="IVM.10022014"), text("firmware", required=True),
        text("model", required=True, code="IVM.10020052"),
    )),
    truth("need_specification", default=False), array("ability", items="text"),
))  # fmt: skip
def abilities(call: Call) -> Any:
    """What a version can do, by the devices that have it; nothing for one that nobody has."""
    told = []
    for version in call.body["versions"]:
        keys: set[str] = set()
        for device in call.cloud.world.devices.values():
            if (device.model, device.firmware) == (version["model"], version["firmware"]):
                keys |= device.abilities
        if call.body["ability"]:
            keys &= set(call.body["ability"])
        table: dict[str, dict[str, Any]] = {key: {"support": True} for key in sorted(keys)}
        if call.body["need_specification"] and "alarmvoice" in table:
            table["alarmvoice"]["alarm_voice_file_max_num"] = "6"
        told.append({**version, "abilities": table})
    return {"abilities": told}
