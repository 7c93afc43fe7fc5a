"""Makes devices of plans."""

from collections.abc import Iterator, Mapping
import random
from typing import Any
from uuid import UUID

from .detectors import DETECTORS
from .plans import OtherPlan, PanelPlan
from .state import Device, PanelState, Partition, Record, Zone

MODES: Mapping[str, int] = {"HPP": 1, "Dual-Connection": 2, "ISUP": 3, "OTAP": 4}
USUAL = list(DETECTORS)[:8]
NAMES: Mapping[str, str] = {
    "slimMagneticContact": "Front door", "passiveInfraredDetector": "Hall", "pircam": "Living room",
    "wirelessSmokeDetector": "Kitchen smoke", "waterLeakDetector": "Bathroom water", "magnetShockDetector": "Window",
    "wirelessTemperatureHumidityDetector": "Cellar", "panicButton": "Panic button",
}  # fmt: skip
LISTS: Mapping[str, str] = {
    "OutputModList": "OutputMod",
    "OutputList": "Output",
    "SirenList": "Siren",
    "RepeaterList": "Repeater",
    "CardReaderList": "CardReader",
    "ExtensionList": "ExtensionModule",
    "KeypadList": "Keypad",
    "RemoteList": "Remote",
}
"""The eight lists of peripherals with the name of their items (ip-receiver §3.12)."""
COMMON = {"tamperEvident": False, "charge": "normal", "chargeValue": 90, "signal": 180, "temperature": 21}
USUAL_PERIPHERALS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("OutputList", {"id": 0, "seq": "R00000001", "name": "Gate", "status": "off", "linkage": "manualCtrl"}),
    ("OutputList", {"id": 1, "seq": "R00000002", "name": "Light", "status": "off", "linkage": "alarm",
                    "tamperEvident": False, "charge": "normal", "chargeValue": 88, "signal": 150, "temperature": 19}),
    ("OutputList", {"seq": "R00000003", "name": "Fog", "status": "off", "linkage": "manualCtrl"}),
    ("SirenList", {"id": 1, "seq": "S00000001", "name": "Outdoor siren", "status": "off", "sirenAttrib": "wireless",
                   "model": "DS-PS1-E-WE", "subSystemList": [1], "powerSupplyStatus": "battery", **COMMON}),
    ("SirenList", {"id": 2, "name": "Indoor siren", "status": "off", "sirenAttrib": "wired", "model": "DS-PS1-I-WE",
                   "powerSupplyStatus": "DC12V"}),
    ("OutputModList", {"id": 1, "seq": "M00000001", "status": "online", "tamperEvident": False, "charge": "normal",
                       "chargeValue": 77, "signal": 140, "model": "DS-PM1-O2-WE", "temperature": 22}),
    ("RepeaterList", {"id": 1, "seq": "P00000001", "name": "Repeater", "status": "online", "model": "DS-PR1-WE", **COMMON}),
    ("CardReaderList", {"id": 1, "seq": "C00000001", "name": "Tag reader", "status": "online", "model": "DS-PT1-WE",
                        "subSystemList": [1], **COMMON}),
    ("ExtensionList", {"id": 1, "seq": "X00000001", "address": 3, "name": "Wired zones", "type": "wiredZone",
                       "status": "online", "tamperEvident": False, "moduleAttrib": "wired", "charge": "normal",
                       "chargeValue": 100, "temperature": 25}),
    ("KeypadList", {"id": 1, "seq": "K00000001", "name": "Keypad", "status": "online", "tamperEvident": False,
                    "keypadAttrib": "wireless", "charge": "normal", "signal": 170, "model": "DS-PK1-E-WE"}),
    ("RemoteList", {"id": 1, "seq": "F00000001", "name": "Ann's keyfob", "status": "online", "charge": "normal",
                    "chargeValue": 65, "model": "DS-PKF1-WE"}),
    ("RemoteList", {"id": 2, "seq": "F00000002", "name": "Bob's keyfob", "status": "notRelated", "charge": "lowPower",
                    "chargeValue": 4, "model": "DS-PKF1-WE"}),
)  # fmt: skip
SOURCES: Mapping[str, tuple[int, int, str]] = {
    "video": (4, 1, "DS-7608NXI-I2"),
    "access": (5, 2, "DS-KD8003-IME1"),
    "radar": (6, 3, "DS-TDSB00-EKH"),
    "speaker": (8, 4, "DS-QAZ1307G1T-BE"),
    "third_party": (2, 100, "Third-party panel"),
}
"""devSource, devType and model of devices that are no panels (L4766-4772)."""


def make_index(source: random.Random) -> str:
    """Return a devIndex as an operating system mints it."""
    return str(UUID(int=source.getrandbits(128), version=4))


def make_panel(plan: PanelPlan, number: int, source: random.Random) -> PanelState:
    """Make a panel; `number` counts the devices."""
    link = plan.link or ("OTAP" if plan.otap else "ISUP")
    serial = f"Q{number:08d}" if plan.serial is None else plan.serial
    fields = {
        "devIndex": plan.index or make_index(source),
        "accountID": f"{1000 + number}",
        "devName": plan.name,
        **({"devSerial": serial} if serial else {}),
        "devMode": plan.model,
        "devVersion": plan.version,
        **({"siteInfo": {"siteID": f"site-{plan.site}", "siteName": plan.site}} if plan.site else {}),
        **_link(link, plan.online_by, f"{1000 + number}"),
        "devSource": {"HPP": 0, "Dual-Connection": 0, "ISUP": 3, "OTAP": 7}[link],
        "devType": 0,
        "remark": "",
        "pluginEnable": "true",
        "pluginType": "2",
        **({"deviceIDPriority": plan.numbers} if plan.numbers else {}),
        **plan.more,
    }
    panel = PanelState(Record(fields), plan=plan)
    set_online(panel, plan.online)
    for partition in range(1, plan.partitions + 1):
        enabled = partition not in plan.disabled_partitions
        panel.partitions[partition] = Partition(
            {"id": partition, "arming": "disarm", "alarm": False, "enabled": enabled}
        )
    for place in range(plan.zones):
        zone = make_zone(plan, place)
        panel.zones[zone.number] = zone
    panel.peripherals = {name: [] for name in LISTS}
    if not plan.otap:
        for name, item in peripherals(plan):
            panel.peripherals[name].append(Record(item))
    return panel


def make_other(plan: OtherPlan, number: int, source: random.Random) -> Device:
    """Make a device that is no panel."""
    source_number, kind, model = SOURCES[plan.kind]
    link = plan.link or ("HPP" if plan.kind == "access" else "ISUP")
    serial = f"D{number:08d}" if plan.serial is None else plan.serial
    device = Device(
        Record({
            "devIndex": plan.index or make_index(source),
            "accountID": f"{1000 + number}",
            "devName": plan.name or f"{plan.kind} {number}",
            **({"devSerial": serial} if serial else {}),
            "devMode": model,
            "devVersion": "V4.2.0",
            "devSource": source_number,
            "devType": kind,
            **_link(link, None, f"{1000 + number}"),
            **plan.more,
        }),
        plan.kind,
        plan.channels,
    )  # fmt: skip
    set_online(device, plan.online)
    return device


def _link(link: str, online_by: int | None, account: str) -> dict[str, Any]:
    mode: dict[str, Any] = {"connectionMode": MODES[link]}
    if link == "HPP":
        return {**mode, "isNeedUpgrade": 0}
    if link == "Dual-Connection":
        return {**mode, "onlineType": 1 if online_by is None else online_by, "ISUP": {"deviceID": account}}
    return {**mode, link: {"deviceID": account}}


def set_online(device: Device, online: bool) -> None:
    """Let a device come or go; what is told only while it is there follows (L4736, L4780)."""
    fields = device.fields
    fields["devStatus"] = "online" if online else "offline"
    if online:
        fields["activeStatus"] = "active"
        fields.pop("offlineHint", None)
    else:
        fields.pop("activeStatus", None)
        fields["offlineHint"] = 2


def make_zone(plan: PanelPlan, place: int) -> Zone:
    """Make a zone of a panel; `place` counts from 0."""
    number = plan.first_zone + place
    kinds = plan.detectors or USUAL
    detector = DETECTORS[kinds[place % len(kinds)]]
    usual = NAMES.get(detector.name, detector.name)
    name = plan.names[place] if place < len(plan.names) else usual
    if place >= len(plan.names) and place >= len(kinds):
        name = f"{name} {place // len(kinds) + 1}"
    fields: dict[str, Any] = {
        "id": number,
        "name": name,
        "status": "notRelated" if number in plan.unused else "online",
        "tamperEvident": False,
        "shielded": False,
        **({} if plan.otap else {"bypassed": False}),
        "armed": False,
        "alarm": False,
        "subSystemNo": place % plan.partitions + 1,
        "linkageSubSystem": list(plan.shared.get(number, ())),
        "detectorType": detector.name,
        "zoneType": detector.zone_type,
        "stayAway": detector.zone_type == "Follow",
        "zoneAttrib": "wired" if number in plan.wired else "wireless",
        "isBypassedAvailable": number not in plan.fixed,
        "healthStatus": "normal",
        "deviceNo": 101 + place,
        "accessModuleType": "localTransmitter" if number in plan.wired else "transmitter",
        **detector.own,
    }
    if number not in plan.wired:
        fields |= {"charge": "normal", "chargeValue": 97 - place % 40, "signal": 180, "temperature": 20 + place % 5,
                   "version": "V1.0.2"}  # fmt: skip
    if detector.model:
        fields["model"] = detector.model
    if plan.otap if plan.deactivation is None else plan.deactivation:
        fields |= {"oneTimeDeactivationMode": "off", "deactivationMode": "off"}
    if cameras := plan.cameras.get(number):
        fields["RelatedChanList"] = [
            {"RelatedChan": {"relator": "host", "cameraSeq": serial, "relatedChan": place + 1}}
            for place, serial in enumerate(cameras)
        ]
    return Zone(fields, detector.code)


def peripherals(plan: PanelPlan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the peripherals of a panel, each with the name of its list."""
    if plan.peripherals is True:
        yield from USUAL_PERIPHERALS
        return
    taken: dict[str, int] = {}
    for place in range(plan.peripherals):
        name, model = USUAL_PERIPHERALS[place % len(USUAL_PERIPHERALS)]
        number = taken[name] = taken.get(name, -1) + 1
        given = f"{model.get('name', 'Module')} {place + 1}"
        yield name, {**model, "id": number, "seq": f"N{place + 1:08d}", **({"name": given} if "name" in model else {})}
