"""Lists of devices, partitions and peripherals, whatever is said about them (ip-receiver §3.2, §3.9, §3.12)."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError, UnsupportedError
from custom_components.hikvision_ivm.systems.ip_receiver.client import Endpoint
from custom_components.hikvision_ivm.systems.ip_receiver.reading import DEVICES_PER_PAGE, Reader
from custom_components.hikvision_ivm.systems.ip_receiver.records import PeripheralKind

from .test_reading import zone, zones_at
from .told import PANEL, Told

# devices


def device(number: int, **more: Any) -> dict[str, Any]:
    """Return a device on the wire."""
    return {"Device": {"devIndex": f"6F0D0C52-{number:04d}", "devName": f"Panel {number}", "devType": 0, **more}}


def devices_at(rows: list[Any], **totals: Any) -> Callable[[Mapping[str, Any]], Any]:
    """Answer pages of devices; `totals` replace what is said about their number."""

    def answer(body: Mapping[str, Any]) -> Any:
        asked = body["SearchDescription"]
        page = rows[asked["position"] : asked["position"] + asked["maxResult"]]
        said = {"numOfMatches": len(page), "totalMatches": len(rows), **totals}
        return {"SearchResult": {**said, **({"MatchList": page} if page else {})}}

    return answer


TOTALS: dict[str, dict[str, Any]] = {
    "as documented": {},
    "count is zero": {"numOfMatches": 0},
    "as text": {"numOfMatches": "50", "totalMatches": "51"},
    "total too small": {"totalMatches": 1},
    "total is zero": {"totalMatches": 0},
    "total missing": {"totalMatches": ""},
    "total is endless": {"totalMatches": 2147483647},
}


@pytest.mark.parametrize("rows", [1, 49, 50, 51, 200])
@pytest.mark.parametrize("totals", TOTALS)
async def test_every_device_is_read_once(totals: str, rows: int) -> None:
    """Whatever is said about how many there are."""
    told = Told({Endpoint.DEVICES: devices_at([device(number) for number in range(rows)], **TOTALS[totals])})
    found = await Reader(told).devices()
    assert [one.name for one in found] == [f"Panel {number}" for number in range(rows)]
    assert len(told.asked) <= rows // DEVICES_PER_PAGE + 2
    _, body = told.asked[0]
    assert body == {"SearchDescription": {"position": 0, "maxResult": DEVICES_PER_PAGE, "Filter": {}}}
    assert all(one.id == "" for one in found)


@pytest.mark.parametrize("answer", [{"SearchResult": {}}, {"SearchResult": {"totalMatches": 0}}, {"MatchList": []}])
async def test_receiver_without_devices(answer: Any) -> None:
    """A result without a list is a valid empty one."""
    assert await Reader(Told({Endpoint.DEVICES: answer})).devices() == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"statusCode": 1},
        {"SearchResult": None},
        {"SearchResult": ""},
        {"SearchResult": []},
        {"SearchResult": {"numOfMatches": 0, "totalMatches": 3}},
        {"SearchResult": {"numOfMatches": 3, "totalMatches": 3, "MatchList": []}},
    ],
)
async def test_answer_that_holds_no_devices_is_a_failure(answer: Any) -> None:
    """Not all devices vanish because of it."""
    with pytest.raises(ProtocolError):
        await Reader(Told({Endpoint.DEVICES: answer})).devices()


async def test_device_listed_twice_or_without_address() -> None:
    """One address in two spellings is one device; without one a device cannot be asked for anything."""
    rows = [device(1), {"Device": {"devIndex": "6f0d0c520001", "devName": "Again"}}, {"Device": {"devName": "Lost"}}]
    reader = Reader(Told({Endpoint.DEVICES: devices_at(rows)}))
    (found,) = await reader.devices()
    assert found.name == "Again"
    assert found.index == "6f0d0c520001"
    assert reader.left_out == {("devices", ""): 1}


# partitions and peripherals


async def test_partitions() -> None:
    """By number; those without one are counted, and 0 would mean all of them."""
    listed = [
        {"SubSys": {"id": "2", "arming": " Stay ", "alarm": "", "enabled": "true"}},
        {"SubSys": {"id": 1, "arming": "disarm", "alarm": False, "enabled": False}},
        {"SubSys": {"id": 0}},
        {"SubSys": {"arming": "away"}},
    ]
    told = Told({Endpoint.PARTITIONS: {"SubSysList": listed}})
    reader = Reader(told)
    one, two = await reader.partitions(PANEL, paced=True)
    assert (one.id, one.arming, one.alarm, one.enabled) == (1, "disarm", False, False)
    assert (two.id, two.arming, two.alarm, two.enabled) == (2, "stay", None, True)
    assert reader.left_out == {("partitions", PANEL.id): 2}
    assert told.paced == [True]


@pytest.mark.parametrize(
    "listed", [{"SubSys": {"id": 1}}, [{"id": 1}], {"SubSys": [{"id": 1}]}, [[{"SubSys": {"id": 1}}]]]
)
async def test_shapes_of_partitions(listed: Any) -> None:
    """One object instead of a list, without its wrapper."""
    found = await Reader(Told({Endpoint.PARTITIONS: {"SubSysList": listed}})).partitions(PANEL)
    assert [one.id for one in found] == [1]


@pytest.mark.parametrize("answer", [{}, {"SubSysList": None}, {"SubSysList": ""}, {"statusCode": 1}])
async def test_answer_that_holds_no_partitions_is_a_failure(answer: Any) -> None:
    """Unknown is not "none"."""
    with pytest.raises(ProtocolError):
        await Reader(Told({Endpoint.PARTITIONS: answer})).partitions(PANEL)


async def test_panel_that_does_not_list_partitions() -> None:
    """By OTAP."""
    reader = Reader(Told({Endpoint.PARTITIONS: UnsupportedError(), Endpoint.PERIPHERALS: UnsupportedError()}))
    with pytest.raises(UnsupportedError):
        await reader.partitions(PANEL)
    with pytest.raises(UnsupportedError):
        await reader.peripherals(PANEL)


async def test_eight_lists_of_peripherals() -> None:
    """Each kind from its own list, with the object of its own name around it."""
    lists = {
        "OutputModList": [{"OutputMod": {"id": 1}}],
        "OutputList": [{"Output": {"id": 1}}, {"Output": {"seq": "S2"}}, {"Output": {"name": "Nobody"}}],
        "SirenList": [{"Siren": {"id": 1}}],
        "RepeaterList": [{"Repeater": {"id": 1}}],
        "CardReaderList": [{"CardReader": {"id": 1}}],
        "ExtensionList": [{"ExtensionModule": {"id": 1}}, {"Extension": {"id": 2}}],
        "KeypadList": {"Keypad": {"id": 1}},
        "RemoteList": [{"id": 1}],
        "ToasterList": [{"Toaster": {"id": 1}}],
    }
    reader = Reader(Told({Endpoint.PERIPHERALS: {"ExDevStatus": lists}}))
    found = await reader.peripherals(PANEL)
    assert {one.kind for one in found} == set(PeripheralKind)
    assert [one.key for one in found if one.kind is PeripheralKind.OUTPUT] == ["1", "S2"]
    assert [one.key for one in found if one.kind is PeripheralKind.EXTENSION] == ["1", "2"]
    assert len(found) == 10
    assert reader.left_out == {("peripherals", PANEL.id): 1}
    assert await Reader(Told({Endpoint.PERIPHERALS: lists})).peripherals(PANEL) == found


async def test_panel_without_peripherals() -> None:
    """It says so."""
    assert await Reader(Told({Endpoint.PERIPHERALS: {"ExDevStatus": {}}})).peripherals(PANEL) == ()


@pytest.mark.parametrize("answer", [{}, {"ExDevStatus": None}, {"ExDevStatus": ""}, {"statusCode": 1}])
async def test_answer_that_holds_no_peripherals_is_a_failure(answer: Any) -> None:
    """Unknown is not "none"."""
    with pytest.raises(ProtocolError):
        await Reader(Told({Endpoint.PERIPHERALS: answer})).peripherals(PANEL)


async def test_two_peripherals_with_one_key() -> None:
    """The relays of a module share its serial number: numbers tell them apart. The same one twice is one too many."""
    listed = [
        {"Output": {"id": 1, "seq": "M"}},
        {"Output": {"id": 2, "seq": "M"}},
        {"Output": {"id": 2, "seq": "M"}},
        {"Output": {"seq": "M"}},
        {"Output": {"seq": "M"}},
        {"Output": {"id": 3, "seq": "N"}},
        {"Output": {"id": 4, "seq": "000"}},
    ]
    reader = Reader(Told({Endpoint.PERIPHERALS: {"ExDevStatus": {"OutputList": listed}}}))
    found = await reader.peripherals(PANEL)
    assert [(one.id, one.seq) for one in found] == [(1, None), (2, None), (None, "M"), (3, "N"), (4, None)]
    assert reader.left_out == {("peripherals", PANEL.id): 2}


async def test_what_was_left_out_of_a_device_that_is_gone() -> None:
    """It is forgotten."""
    reader = Reader(Told({Endpoint.ZONES: zones_at([zone(None)])}))
    await reader.zones(PANEL)
    assert reader.left_out
    reader.forget(PANEL.id)
    assert not reader.left_out
