"""Records as the lists tell them, for tests that need no cloud."""

from typing import Any

from custom_components.hikvision_ivm.systems.ivm.reading import ListedDevice, OrgTree
from custom_components.hikvision_ivm.systems.ivm.records import ChannelRecord, DeviceRecord, Facts, OrgRecord, Protocol

UID = "ivm_800000000000000000000001"
PTZ = frozenset({"ptz", "ptzspin", "zoom", "preset", "cruise"})
ALL = frozenset({"MANAGEMENT_GRANT", "FULL_RECORD_GRANT", "EVENT_RECORD_GRANT", "INDUSTRY_DATA_GRANT"})


def channel(device: str = "D1", id_: str = "0", **more: Any) -> ChannelRecord:
    """Return a channel of which only its state is told."""
    return ChannelRecord(device=device, id=id_, **{"name": f"{device} {id_}", "state": "ONLINE", **more})


def device(id_: str = "D1", channels: tuple[str, ...] = ("0",), **more: Any) -> DeviceRecord:
    """Return a camera."""
    told = {"name": id_, "type": "IPC", "protocol": Protocol.HOLO, "state": "ONLINE", **more}
    return DeviceRecord(id=id_, channels=channels, **told)


def listed(record: DeviceRecord, *channels: ChannelRecord, complete: bool = True) -> ListedDevice:
    """Return a device as it is listed, with these channels or plain ones."""
    rows = channels or tuple(channel(record.id, one) for one in record.channels)
    return ListedDevice(record=record, channels=rows, complete=complete)


def org(id_: str, name: str = "", parent: str = "0") -> OrgRecord:
    """Return an organisation."""
    return OrgRecord(id=id_, name=name or f"Org {id_}", parent=parent)


def tree(*orgs: OrgRecord, complete: bool = True) -> OrgTree:
    """Return a tree of organisations."""
    return OrgTree(orgs={one.id: one for one in orgs}, complete=complete)


def facts(*devices: ListedDevice, orgs: tuple[OrgRecord, ...] = ()) -> Facts:
    """Return what is imported."""
    return Facts(
        orgs={one.id: one for one in orgs},
        devices={one.record.id: one.record for one in devices},
        channels={row.key: row for one in devices for row in one.channels},
    )
