"""Bells: which devices have one, and that a press rings it once (isapi-events §4.7)."""

from dataclasses import replace
import json

import pytest

from custom_components.hikvision_ivm.systems.isapi.features import build
from custom_components.hikvision_ivm.systems.isapi.identity import is_intercom
from custom_components.hikvision_ivm.systems.isapi.places import Sender
from custom_components.hikvision_ivm.systems.isapi.records import Facts
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import EventFeature, Inventory, Phase
from tests.recordings import door_station
from tests.systems.isapi.events import CAMERA, RECORDER, Rig, at, camera, happened, recorder, rig, take, trigger

BELL = f"{CAMERA}_event_doorbell"
TELLER = f"{CAMERA}_event_device_event"


def bells(inventory: Inventory) -> list[str]:
    """Return the bells of an inventory."""
    return [feature.id for feature in inventory.features.values() if feature.kind is Kind.DOORBELL]


def types(inventory: Inventory, feature_id: str) -> tuple[Kind, ...]:
    """Return what an event entity can tell."""
    feature = inventory.features[feature_id]
    assert isinstance(feature, EventFeature)
    return feature.event_types


def station() -> Facts:
    """Return a door station that lists nothing."""
    return replace(camera(()), device_type="VIS")


def message(event_type: str, *, when: float = 0, state: str = "active", mac: str = "", **block: object) -> bytes:
    """Return a message as door stations write it."""
    head = {"macAddress": mac, "channelID": 1, "dateTime": at(when), "eventType": event_type, "eventState": state}
    return json.dumps({**head, event_type: {"deviceName": "Gate", **block}}).encode()


def press(number: int | None = None, *, major: int = 3, minor: int = 1024, when: float = 0, mac: str = "") -> bytes:
    """Return a press as an access event tells it."""
    more = {} if number is None else {"serialNo": number}
    return message("AccessControllerEvent", when=when, mac=mac, majorEventType=major, subEventType=minor, **more)


def rung(one: Rig) -> int:
    """Return how often the bell rang."""
    return sum(BELL in occurrence.features for occurrence in one.sink.occurrences)


@pytest.mark.parametrize(
    ("device_type", "capabilities", "intercom"),
    [
        ("VIS", {}, True),
        (" vis ", {}, True),
        ("Door Station", {}, True),
        ("VillaDoorStation", {}, True),
        ("villa_outdoor-station", {}, True),
        ("VideoIntercom", {}, True),
        ("IPCamera", {"VideoIntercomCap/isSupportRemoteOpenDoor": "true"}, True),
        ("", {"SysCap/VideoIntercomCap/isSupportKeyCfg": "false", "SysCap/VideoIntercomCap/keyNum": "1"}, True),
        ("ACS", {"isSupportVideoIntercom": "True"}, True),
        ("IPCamera", {"isSupportVideoIntercom": "false", "VideoIntercomCap/isSupportCallStatus": "false"}, False),
        ("IPCamera", {"VideoIntercomCap": "", "isSupportVideoIntercomTest": "true"}, False),
        ("NVR", {"VideoIntercomCap/isSupportCallStatus": "true"}, False),
        ("IPCamera", {"isSupportHDFull": "true"}, False),
        ("DVS", {}, False),
        ("Television", {}, False),
        ("", {}, False),
    ],
)
def test_who_is_an_intercom(device_type: str, capabilities: dict[str, str], intercom: bool) -> None:
    """What the device says of itself decides; a denied capability is none."""
    assert is_intercom(device_type, capabilities) is intercom
    facts = replace(camera(), device_type=device_type, capabilities=capabilities)
    assert bells(build(facts, {})) == ([BELL] if intercom else [])


def test_a_bell_tells_nothing_but_rings() -> None:
    """And nobody else tells them."""
    facts = replace(station(), triggers=(trigger("doorbell"), trigger("accesscontrollerevent")))
    inventory = build(facts, {})
    assert types(inventory, BELL) == (Kind.DOORBELL,)
    assert types(inventory, TELLER) == (Kind.ACCESS_CONTROL, Kind.UNKNOWN_EVENT)


def test_a_listed_event_makes_a_bell() -> None:
    """Also on a device that does not call itself a door station."""
    inventory = build(camera([trigger("doorbell")]), {})
    assert bells(inventory) == [BELL]
    assert types(inventory, TELLER) == (Kind.UNKNOWN_EVENT,)


@pytest.mark.parametrize(
    "body", [press(4), press(4, major=5, minor=25), message("VideoIntercomEvent"), message("videoIntercomEvent")]
)
@pytest.mark.parametrize("facts", [station(), camera()], ids=["station", "camera"])
def test_a_press_rings_once(facts: Facts, body: bytes) -> None:
    """In whatever way it is told; a device that nobody took for a door station gets its bell with the first ring."""
    one = rig(facts)
    occurrence = happened(one, body)
    assert (occurrence.kind, occurrence.phase, occurrence.features) == (Kind.DOORBELL, Phase.PULSE, (BELL,))
    known = [one.inventory, *one.sink.inventories][-1]
    assert types(known, BELL) == (Kind.DOORBELL,)
    assert Kind.DOORBELL not in types(known, TELLER)
    assert one.runtime.memory.get("seen") == (None if facts.device_type == "VIS" else [["doorbell", None]])
    assert bells(one.build()) == [BELL]
    assert take(one, body) is None


def test_one_press_told_in_several_ways() -> None:
    """Rings once; the next press rings again, although it comes soon after."""
    one = rig(station())
    happened(one, press(7, when=0))
    for second, told in enumerate((message("VideoIntercomEvent", when=1), press(8, major=5, minor=25, when=1)), 1):
        one.clock.seconds = second / 2
        assert take(one, told) is None
    one.clock.seconds = 2
    happened(one, press(9, when=2))
    one.clock.seconds = 60
    happened(one, message("VideoIntercomEvent", when=60))
    assert rung(one) == 3


def test_what_is_no_ring() -> None:
    """Unlocking, an end, and what is told after the fact leave the bell alone."""
    one = rig(station())
    assert happened(one, press(1, major=5, minor=22)).kind is Kind.ACCESS_CONTROL
    unlocked = message("VideoIntercomEvent", when=20, majorEventType=5, subEventType=22, serialNo=2)
    assert happened(one, unlocked).kind is Kind.ACCESS_CONTROL
    assert take(one, message("VideoIntercomEvent", when=30, state="inactive")) is None
    late = json.loads(message("VideoIntercomEvent", when=40)) | {"isDataRetransmission": True}
    assert happened(one, json.dumps(late).encode()).late
    assert rung(one) == 0


def test_a_stranger_does_not_ring() -> None:
    """What somebody unknown posts to us is told, but does not ring the recorder's own bell."""
    one = rig(replace(recorder(2), triggers=(trigger("doorbell"),)))
    bell = f"{RECORDER}_event_doorbell"
    assert bells(one.inventory) == [bell]
    occurrence = happened(one, press(3, mac="ac:b9:2f:00:99:99"), Sender("192.0.2.250"))
    assert (occurrence.kind, occurrence.features) == (Kind.UNKNOWN_EVENT, (f"{RECORDER}_event_device_event",))
    assert happened(one, press(4)).features == (bell,)


def test_a_door_station_behind_a_recorder() -> None:
    """The bell belongs to its channel, also after a restart."""
    one = rig(recorder(2))
    assert bells(one.inventory) == []
    bell = f"{RECORDER}_2_event_doorbell"
    occurrence = happened(one, press(3, mac="ac:b9:2f:00:01:02"), Sender("192.0.2.102"))
    assert occurrence.features == (bell,)
    assert bells(one.build()) == [bell]


def test_the_reconstructed_door_station() -> None:
    """A station that lists no events says what it is twice."""
    told = door_station()
    info = told["System/deviceInfo"]["response"]["DeviceInfo"]
    flags = told["System/capabilities"]["response"]["DeviceCap"]
    assert is_intercom(info["deviceType"], {})
    assert is_intercom("", {"isSupportVideoIntercom": flags["isSupportVideoIntercom"]})
