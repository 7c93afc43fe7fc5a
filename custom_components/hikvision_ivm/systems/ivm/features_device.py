"""What the account, its organisations and its devices become (ivm §9, "Registry")."""

from collections.abc import Iterable
from typing import Final

from ..kinds import Kind
from ..model import BinarySensorFeature, ButtonFeature, Device, DeviceKind, EventFeature, SensorFeature, Source
from ..parts import Part, Row, features
from .alarm_types import DEVICE_EVENT_TYPES, TENANT_EVENT_TYPES
from .licences import LICENCE, Licence
from .places import channel_id, device_id, org_id
from .records import ChannelRecord, DeviceRecord, Facts, OrgAddress, OrgRecord, TenantAddress, firmware_of
from .wishes import Wishes

MANUFACTURER: Final = "Huawei"
NAME: Final = "Huawei Cloud IVM"
MODEL: Final = "Industry Video Management"

TENANT: Final[tuple[Row[Wishes], ...]] = (
    Row(
        make=BinarySensorFeature, kind=Kind.EVENT_STREAM, rank=0, source=Source.ALWAYS, when=lambda wishes: wishes.push
    ),
    Row(
        make=EventFeature,
        kind=Kind.DEVICE_EVENT,
        rank=0,
        source=Source.PUSH,
        when=lambda wishes: wishes.push,
        more={"event_types": TENANT_EVENT_TYPES},
    ),
    Row(make=ButtonFeature, kind=Kind.RESUBSCRIBE, rank=0, source=Source.ALWAYS, when=lambda wishes: wishes.push),
)
ORG: Final[tuple[Row[OrgRecord], ...]] = (
    Row(make=SensorFeature, kind=Kind.CHANNELS_ONLINE, rank=5, enabled=False),
    Row(make=SensorFeature, kind=Kind.CHANNELS_TOTAL, rank=5, source=Source.POLL, enabled=False),
)
DEVICE: Final[tuple[Row[DeviceRecord], ...]] = (
    Row(
        make=EventFeature,
        kind=Kind.DEVICE_EVENT,
        rank=1,
        source=Source.PUSH,
        more={"event_types": DEVICE_EVENT_TYPES},
    ),
)
"""Of every device. How good its network is appears when it is told first."""
APART: Final[tuple[Row[DeviceRecord], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=2),
    Row(make=BinarySensorFeature, kind=Kind.FROZEN, rank=4, source=Source.POLL),
    Row(
        make=SensorFeature,
        kind=Kind.FIRMWARE,
        rank=5,
        source=Source.POLL,
        enabled=False,
        when=lambda device: device.firmware is not None,
    ),
)
"""Of a device that is something else than its channels."""


def tenant_part(uid: str, wishes: Wishes, *, name: str = NAME, licences: Iterable[Licence] = ()) -> Part:
    """Return the account itself, with what is booked."""
    tenant = Device(id=uid, name=name, kind=DeviceKind.PLATFORM, manufacturer=MANUFACTURER, model=MODEL, service=True)
    made = list(features(TENANT, uid, wishes, TenantAddress()))
    for one in licences:
        made += features(LICENCE, uid, one, TenantAddress(), part=one.id, label=one.name)
    return Part((tenant,), tuple(made))


def org_part(uid: str, org: OrgRecord, facts: Facts) -> Part:
    """Return an organisation, below the one it lies in."""
    own = org_id(uid, org.id)
    place = org_names(facts, org.parent)
    device = Device(
        id=own,
        name=org.name,
        kind=DeviceKind.ORGANISATION,
        parent=org_id(uid, org.parent) if org.parent in facts.orgs else uid,
        manufacturer=MANUFACTURER,
        place=place,
        service=True,
    )
    return Part((device,), tuple(features(ORG, own, org, OrgAddress(org.id))))


def org_names(facts: Facts, org: str | None) -> tuple[str, ...]:
    """Return the names of an organisation and of those it lies in, outermost first."""
    found: list[str] = []
    seen: set[str] = set()
    while org is not None and org in facts.orgs and org not in seen:
        seen.add(org)
        found.append(facts.orgs[org].name)
        org = facts.orgs[org].parent
    return tuple(reversed(found))


def device_of(uid: str, device: DeviceRecord, facts: Facts) -> Device:
    """Return a device; a camera that is its one channel has the channel's firmware if it tells none."""
    only = facts.channels.get((device.id, device.channels[0])) if device.is_single else None
    place = org_names(facts, device.orgs[-1] if device.orgs else None)
    return Device(
        id=device_id(uid, device.id),
        name=device.name or device.id,
        kind=_kind(device),
        parent=_holder(uid, device, facts),
        manufacturer=device.manufacturer or MANUFACTURER,
        model=device.model or (only.model if only else None),
        serial=device.id,
        firmware=device.firmware if only is None else firmware_of(device, only),
        mac=device.mac,
        area=place[-1] if place else device.org_name,
        place=place,
    )


def channel_device(uid: str, device: DeviceRecord, channel: ChannelRecord, facts: Facts) -> Device:
    """Return a channel of a device with several.

    It lies in that device, for channels of two recorders may have one name. It is the cloud that knows whether it is
    there, also without its device.
    """
    place = org_names(facts, device.orgs[-1] if device.orgs else None)
    return Device(
        id=channel_id(uid, device, channel.id),
        name=channel.name or f"{device.name or device.id} {channel.id}",
        kind=DeviceKind.CAMERA,
        parent=device_id(uid, device.id),
        witness=_holder(uid, device, facts),
        manufacturer=device.manufacturer or MANUFACTURER,
        model=channel.model,
        firmware=channel.firmware,
        area=place[-1] if place else device.org_name,
        place=(*place, device.name or device.id),
    )


def _holder(uid: str, device: DeviceRecord, facts: Facts) -> str:
    """Return the id of what a device hangs on: its organisation, or the account."""
    leaf = device.orgs[-1] if device.orgs else None
    return uid if leaf is None or leaf not in facts.orgs else org_id(uid, leaf)


def _kind(device: DeviceRecord) -> DeviceKind:
    """Return what a device is."""
    word = (device.type or "").upper()
    if device.is_single or word.startswith("IP"):
        return DeviceKind.CAMERA
    return DeviceKind.RECORDER if word in {"NVR", "DVR", "MEDGE"} else DeviceKind.OTHER
