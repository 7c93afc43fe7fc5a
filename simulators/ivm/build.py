"""A tenant's state, made from its plan."""

from collections.abc import Sequence
from datetime import datetime, timedelta
import random

from simulators.video import VideoSpec, jpeg

from .plans import DevicePlan, TenantPlan
from .state import ROOT, AlarmPlan, Channel, Cruise, Device, Org, Plan, Preset, Resource, World

BASE_ABILITIES = ("localstorage", "devnormalrecord", "cloudstorage", "intelligent", "maskmode", "reportupgrade")
PTZ_ABILITIES = ("ptz", "ptzspin", "zoom", "autofocus", "iris")
HOLO_ABILITIES = ("preset", "cruise", "flowstatis", "alarmvoice", "microphone", "talk", "algorithm")
MODELS = {"IPC": "IPC6225-VRZ", "NVR": "NVR800-A01", "MEdge": "IVS1800-D08"}
FIRMWARE = {"IPC": "SDC 10.1.0", "NVR": "NVR 9.1.2", "MEdge": "IVS 9.1.0"}
GB_KIND = {"IPC": "132", "NVR": "118", "MEdge": "118"}
ORG_NUMBER = 1_596_700_000_000
RESOURCE_NAMES = {
    "MANAGE": "视图接入调阅", "NORMAL": "连续云存储", "MOTION": "动检云存储", "DATAFLOW": "行业数据流",
}  # fmt: skip


def build(plan: TenantPlan, now: datetime, chance: random.Random) -> World:
    """Return the state that a plan describes."""
    world = World()
    paths = {"": ROOT}
    for path in plan.orgs:
        make_org(world, path, paths)
    for kind in RESOURCE_NAMES:
        make_resources(world, kind, now, chance)
    used: set[str] = {entry.serial for entry in plan.devices if entry.serial}
    for number, entry in enumerate(plan.devices):
        org = paths[entry.org or plan.orgs[0]]
        make_device(world, entry, number, org, now, used)
    return world


def make_org(world: World, path: str, paths: dict[str, str]) -> str:
    """Make an organisation with all above it; return its id."""
    if path not in paths:
        above, _, name = path.rpartition("/")
        parent = make_org(world, above, paths)
        org_id = str(ORG_NUMBER + len(world.orgs))
        world.orgs[org_id] = Org(world, org_id, name, parent, world.orgs[parent].level + 1)
        paths[path] = org_id
    return paths[path]


def make_resources(world: World, kind: str, now: datetime, chance: random.Random) -> None:
    """Make a subscription and something paid by use of one type."""
    days = None if kind == "MANAGE" else 90
    for mode, total in (("PACKAGE", 5000), ("ONDEMAND", -1)):
        name = RESOURCE_NAMES[kind] + ("月套餐" if mode == "PACKAGE" else "按需")
        resource = Resource(
            id=f"{chance.getrandbits(128):032x}", kind=kind, name=name, mode=mode, total=total,
            days=days if mode == "PACKAGE" else None, expires=now + timedelta(days=200),
        )  # fmt: skip
        world.resources[resource.id] = resource


def resource_of(world: World, kind: str, mode: str) -> str:
    """Return the id of the resource of a type and mode."""
    return next(item.id for item in world.resources.values() if item.kind == kind and item.mode == mode)


def serial_of(plan: DevicePlan, number: int, used: set[str]) -> str:
    """Return the id that was planned, or one that fits the protocol."""
    if plan.serial:
        return plan.serial
    while True:
        number += 1
        if plan.protocol == "GB28181":
            serial = f"3402000001{GB_KIND[plan.kind]}{number:07d}"
        else:
            serial = f"2102412{plan.kind[:3].upper()}{number:06d}"
        if serial not in used:
            used.add(serial)
            return serial


def usual_abilities(plan: DevicePlan) -> frozenset[str]:
    """Return what such a device can."""
    if plan.abilities is not None:
        return frozenset(plan.abilities)
    more: Sequence[str] = () if plan.protocol == "GB28181" else HOLO_ABILITIES
    return frozenset((*BASE_ABILITIES, *PTZ_ABILITIES, *more))


def make_device(world: World, plan: DevicePlan, number: int, org: str, now: datetime, used: set[str]) -> Device:
    """Make a device with its channels."""
    serial = serial_of(plan, number, used)
    abilities = usual_abilities(plan)
    created = now - timedelta(days=60) + timedelta(minutes=number)
    device = Device(
        world, serial, plan.name or f"Device {number + 1}", plan.kind, plan.protocol, org,
        plan.model or MODELS[plan.kind], plan.firmware or FIRMWARE[plan.kind],
        "HUAWEI" if plan.protocol == "HOLO" else "GENERIC", abilities, created, created, plan.online,
        mac=f"02:00:00:00:{number >> 8 & 255:02x}:{number & 255:02x}", address=f"192.0.2.{number % 250 + 1}",
        gb_username=f"gb{number + 1:06d}", gb_state="CONNECTED" if plan.online else "NOT_CONNECTED",
        online_since=now - timedelta(days=1) if plan.online else None,
    )  # fmt: skip
    world.devices[serial] = device
    for place in range(plan.channels):
        channel = make_channel(device, plan, place, abilities)
        device.channels[channel.id] = channel
    return device


def make_channel(device: Device, plan: DevicePlan, place: int, abilities: frozenset[str]) -> Channel:
    """Make a channel with presets, cruises, plans and bindings."""
    if place < len(plan.channel_names):
        name = plan.channel_names[place]
    else:
        name = device.name if plan.channels == 1 else f"{device.name} {place + 1}"
    channel = Channel(
        device.world, device, f"{device.id[:10]}132{place + 1:07d}" if device.is_gb else str(place), name, abilities,
        device.model if device.is_direct else MODELS["IPC"], device.firmware if device.is_direct else FIRMWARE["IPC"],
        packages=plan.packages, online=place not in plan.offline_channels, storage_card=plan.storage_card,
        mask=plan.mask, created=device.created + timedelta(seconds=place), updated=device.updated,
        recorded=plan.recorded,
    )  # fmt: skip
    if "preset" in abilities and not device.is_gb:
        channel.presets = {index: Preset(index, f"Preset {index}", b"") for index in range(1, plan.presets + 1)}
    if "cruise" in abilities and not device.is_gb:
        points = [(index, 30, 5) for index in channel.presets]
        channel.cruises = {
            index: Cruise(index, f"Cruise {index}", "CRUISE_TRACK", list(points))
            for index in range(1, plan.cruises + 1)
        }
    if channel.has("FULL_RECORD"):
        channel.plan = Plan(all_day=True)
    if channel.has("EVENT_RECORD"):
        channel.alarm_plans = [AlarmPlan("motion_detection", 10, 20)]
        channel.alarm_times = Plan(all_day=True)
    bind(channel, ondemand=plan.ondemand)
    return channel


def bind(channel: Channel, *, ondemand: bool) -> None:
    """Bind a channel to the resources of the services it has."""
    world = channel.world
    for kind, family in (("MANAGE", "MANAGEMENT"), ("NORMAL", "FULL_RECORD"), ("MOTION", "EVENT_RECORD"),
                         ("DATAFLOW", "INDUSTRY_DATA")):  # fmt: skip
        if channel.packages.get(family, "CLOSED") != "CLOSED":
            mode = "ONDEMAND" if ondemand and kind in {"NORMAL", "MOTION"} else "PACKAGE"
            channel.bindings[kind] = resource_of(world, kind, mode)


def thumbnail(channel: Channel, preset: Preset) -> bytes:
    """Return the small picture of a preset; drawn when it is first asked for."""
    if not preset.jpeg:
        hue = preset.index * 97 + preset.saved * 31
        preset.jpeg = jpeg(VideoSpec(f"{channel.name}: {preset.name}", hue, 160, 90), preset.saved % 4, "", quality=60)
    return preset.jpeg
