"""From JSON objects to records: devices, partitions, zones, peripherals (ip-receiver §3.2, §3.9, §3.10, §3.12).

Nothing here raises. Words that nobody documented are kept as they came; numbers out of their range are not said.
Secrets of a device (account, keys) are never read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from ..transport.json import EMPTY, Fields
from .records import (
    ConnectionMode,
    DeviceRecord,
    OnlineBy,
    PartitionRecord,
    PeripheralKind,
    PeripheralRecord,
    ZoneRecord,
)

_MODE_WORDS: Final[Mapping[str, ConnectionMode]] = {
    "unknown": ConnectionMode.UNKNOWN,
    "hpp": ConnectionMode.HPP,
    "hik-partner pro": ConnectionMode.HPP,
    "dual": ConnectionMode.DUAL,
    "dual-connection": ConnectionMode.DUAL,
    "dualconnection": ConnectionMode.DUAL,
    "isup": ConnectionMode.ISUP,
    "isup5.0": ConnectionMode.ISUP,
    "otap": ConnectionMode.OTAP,
}
"""How requests, release notes and users call a connection; answers give numbers (trap T4)."""
_LINK_WORDS: Final[Mapping[str, OnlineBy]] = {"hpp": OnlineBy.HPP, "isup": OnlineBy.ISUP, "otap": OnlineBy.OTAP}
_REACHED: Final[Mapping[str, bool]] = {"online": True, "offline": False}
_CHARGED: Final[Mapping[str, bool]] = {"normal": False, "lowpower": True}
_NUMBER_WORDS: Final[Mapping[str, str]] = {"zoneid": "zoneID", "deviceno": "deviceNo"}
_LARGEST_SIGNAL: Final = 255
_COLDEST, _HOTTEST = -100.0, 200.0
"""°C beyond which a reading stands for something else, such as "none"."""

type Details = Mapping[str, str | int | float | bool]
NO_DETAILS: Final[Details] = MappingProxyType({})


def unwrapped(items: Iterable[Fields], *names: str) -> list[Fields]:
    """Return the objects of a list in which each may be wrapped in an object of its own name.

    A wrapper around nothing becomes an empty object, so that it is counted by whoever finds it unusable.
    """
    found: list[Fields] = []
    for item in items:
        name = next((one for one in names if one in item), None)
        found.extend([item] if name is None else item.children(name) or [EMPTY])
    return found


# devices


def device(said: Fields) -> DeviceRecord | None:
    """Read a device of the list, its `id` still empty; None if it has no address."""
    index = said.text("devIndex")
    if index is None:
        return None
    serial, model = said.text("devSerial"), said.text("devMode", "devModel")
    online = _REACHED.get((said.text("devStatus") or "").lower())
    return DeviceRecord(
        id="",
        index=index,
        name=said.text("devName") or serial or model or index,
        serial=serial,
        model=model,
        firmware=said.text("devVersion"),
        site=said.child("siteInfo").text("siteName"),
        source=_natural(said.integer("devSource")),
        type=_natural(said.integer("devType")),
        mode=_one_of(ConnectionMode, said, "connectionMode", _MODE_WORDS),
        online=online,
        # What is told of a device that is not online is a leftover.
        online_by=None if online is False else _one_of(OnlineBy, said, "onlineType", _LINK_WORDS),
        offline_hint=_natural(said.integer("offlineHint")),
        active=said.text("activeStatus"),
        upgrade=said.flag("isNeedUpgrade"),
        numbers=_known_word(said.text("deviceIDPriority"), _NUMBER_WORDS),
    )


def _one_of[E: IntEnum](kind: type[E], said: Fields, name: str, words: Mapping[str, E]) -> E | None:
    """Return a member by its number or by a word for it; None for one that is not known."""
    number = said.integer(name)
    if number is not None:
        return next((member for member in kind if member.value == number), None)
    return words.get((said.text(name) or "").lower())


def _known_word(word: str | None, known: Mapping[str, str]) -> str | None:
    """Return a word as the documentation spells it; one that it does not know as it came."""
    return None if word is None else known.get(word.lower(), word)


# partitions


def partition(said: Fields) -> PartitionRecord | None:
    """Read a partition; None without a number of 1 or more (0 stands for all of them)."""
    number = said.integer("id")
    if number is None or number < 1:
        return None
    arming = said.text("arming")
    return PartitionRecord(
        id=number,
        arming=None if arming is None else arming.lower(),
        alarm=said.flag("alarm"),
        enabled=said.flag("enabled"),
    )


# zones


def zone(said: Fields) -> ZoneRecord | None:
    """Read a zone, of either list (trap T3); None without a number."""
    number = said.integer("id")
    if number is None or number < 0:
        return None
    magnet = said.child("MagnetShockCurrentStatus")
    contact = said.flag("magnetOpenStatus")
    low = _low(said)
    return ZoneRecord(
        id=number,
        name=said.text("name"),
        status=said.text("status"),
        reason=said.text("reason"),
        tampered=said.flag("tamperEvident"),
        shielded=said.flag("shielded"),
        bypassed=said.flag("bypassed"),
        deactivated_once=said.text("oneTimeDeactivationMode"),
        deactivated=said.text("deactivationMode"),
        armed=said.flag("armed"),
        # Only ever told as true: where it is missing, the zone is not arming (trap T37).
        arming=said.flag("isArming") is True,
        alarm=said.flag("alarm"),
        battery_low=low,
        battery_level=_level(said, low=low),
        signal=_within(said.integer("signal"), 0, _LARGEST_SIGNAL),
        temperature=_temperature(said),
        humidity=_humidity(said),
        water=_lower(said.text("waterDetectorAlarm")),
        smoke=_lower(said.text("smokeDetectedExceed")),
        heat=_lower(said.text("temperatureExceed")),
        partition=_partition_number(said.integer("subSystemNo")),
        linked_partitions=_numbers(said.items_of("linkageSubSystem")),
        wireless=_lower(said.text("zoneAttrib")) != "wired",
        cameras=_cameras(said),
        detector=said.text("detectorType"),
        model=said.text("model"),
        firmware=said.text("version"),
        type=said.text("zoneType"),
        stay_away=said.flag("stayAway"),
        health=said.text("healthStatus"),
        magnet_open=magnet.flag("magnetOpenStatus") if contact is None else contact,
        shock=magnet.flag("magnetShockStatus"),
        tilt=magnet.flag("magnetTiltStatus"),
        bypass_allowed=said.flag("isBypassedAvailable") is not False,
        pircam=said.flag("pirCamConnected"),
        module_type=said.text("accessModuleType"),
        module_id=said.integer("relatedAccessModuleID"),
        number=_natural(said.integer("deviceNo")),
        details=_zone_details(said),
    )


def _cameras(said: Fields) -> tuple[str, ...]:
    """Return the serial numbers of linked cameras, or by what else they are named."""
    linked = unwrapped(said.children("RelatedChanList"), "RelatedChan")
    named = (one.text("cameraSeq", "relator") for one in linked)
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _zone_details(said: Fields) -> Details:
    """Return how a zone is mounted, wired and set up."""
    inputs = (
        f"{number}: {one.text('mode') or '?'}{' (off)' if one.flag('enabled') is False else ''}"
        for one in said.children("InputList")
        if (number := one.integer("id")) is not None
    )
    return _details(
        mounting=said.text("mountingType"),
        address=said.integer("address"),
        inputs=", ".join(inputs) or None,
        always_active=said.flag("alwaysActiveEnabled"),
        anti_masking=said.flag("antiMaskingEnabled"),
        supervised=said.flag("pollingOptionEnable"),
        available=said.flag("isAvailable"),
    )


# peripherals

PERIPHERAL_LISTS: Final[Mapping[PeripheralKind, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        PeripheralKind.OUTPUT_MODULE: ("OutputModList", ("OutputMod",)),
        PeripheralKind.OUTPUT: ("OutputList", ("Output",)),
        PeripheralKind.SIREN: ("SirenList", ("Siren",)),
        PeripheralKind.REPEATER: ("RepeaterList", ("Repeater",)),
        PeripheralKind.CARD_READER: ("CardReaderList", ("CardReader",)),
        PeripheralKind.EXTENSION: ("ExtensionList", ("ExtensionModule", "Extension")),
        PeripheralKind.KEYPAD: ("KeypadList", ("Keypad",)),
        PeripheralKind.REMOTE: ("RemoteList", ("Remote",)),
    }
)
"""Kind → name of its list, names of the object around each item (ip-receiver §3.12)."""
_WIRED: Final = ("sirenAttrib", "moduleAttrib", "keypadAttrib")


def peripheral(kind: PeripheralKind, said: Fields) -> PeripheralRecord | None:
    """Read a peripheral; None without a number and without a serial number: nothing tells it from its neighbours."""
    number, seq = _natural(said.integer("id")), said.text("seq")
    if seq is not None and not seq.strip("0"):
        seq = None
    if number is None and seq is None:
        return None
    low, wiring = _low(said), _lower(said.text(*_WIRED))
    return PeripheralRecord(
        kind=kind,
        id=number,
        seq=seq,
        name=said.text("name"),
        status=said.text("status"),
        tampered=said.flag("tamperEvident"),
        battery_low=low,
        battery_level=_level(said, low=low),
        signal=_within(said.integer("signal"), 0, _LARGEST_SIGNAL),
        temperature=_temperature(said),
        model=said.text("model"),
        wireless={"wired": False, "wireless": True}.get(wiring or ""),
        linkage=said.text("linkage"),
        power=_lower(said.text("powerSupplyStatus")),
        partitions=_numbers(said.items_of("subSystemList")),
        details=_details(
            address=said.integer("address"),
            linkage_address=said.integer("linkageAddress"),
            type=said.text("type"),
        ),
    )


def apart(records: Iterable[PeripheralRecord]) -> tuple[list[PeripheralRecord], int]:
    """Return the peripherals of one kind with a key of their own each, and how many had to be left out.

    The relays of one module may repeat its serial number; they are told apart by their numbers then.
    """
    listed = list(records)
    times = Counter(one.seq for one in listed)
    found: dict[str, PeripheralRecord] = {}
    for one in listed:
        own = replace(one, seq=None) if one.id is not None and one.seq is not None and times[one.seq] > 1 else one
        found.setdefault(own.key, own)
    return list(found.values()), len(listed) - len(found)


# readings


def _low(said: Fields) -> bool | None:
    """Whether a battery is said to be low."""
    return _CHARGED.get(_lower(said.text("charge")) or "")


def _level(said: Fields, *, low: bool | None) -> int | None:
    """Return what is left of a battery in percent. Zero beside "normal" is a place holder."""
    level = _within(said.integer("chargeValue"), 0, 100)
    return None if level == 0 and low is False else level


def _temperature(said: Fields) -> float | None:
    """Return a temperature as told; °C is assumed."""
    found = said.number("temperature")
    return found if found is not None and _COLDEST <= found <= _HOTTEST else None


def _humidity(said: Fields) -> float | None:
    """Return a humidity in percent; zero is below what detectors can tell (10 to 90)."""
    found = said.number("humidity")
    return found if found is not None and 0 < found <= 100 else None


def _within(number: int | None, lowest: int, highest: int) -> int | None:
    return number if number is not None and lowest <= number <= highest else None


def _natural(number: int | None) -> int | None:
    return number if number is not None and number >= 0 else None


def _partition_number(number: int | None) -> int | None:
    return number if number is not None and number >= 1 else None


def _lower(word: str | None) -> str | None:
    return None if word is None else word.lower()


def _numbers(words: Iterable[str]) -> tuple[int, ...]:
    """Return the partitions of a list, each once."""
    return tuple(dict.fromkeys(int(word) for word in words if word.isdecimal() and int(word) >= 1))


def _details(**said: str | float | bool | None) -> Details:
    """Return what was said."""
    found = {name: value for name, value in said.items() if value is not None}
    return MappingProxyType(found) if found else NO_DETAILS
