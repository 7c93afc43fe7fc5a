"""Reading records: whatever a field holds, a record comes of it or none, never an exception (hikcentral §5)."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.hikcentral import records
from custom_components.hikvision_ivm.systems.transport.json import Fields

type Read = Callable[[Fields], Any]

OBJECTS: dict[str, tuple[Read, str, dict[str, Any]]] = {
    "site": (records.Site.read, "siteIndexCode", {"siteName": "Head office", "description": ""}),
    "region": (
        lambda fields: records.Region.read(fields, "0"),
        "indexCode",
        {"name": "Campus", "parentIndexCode": "-1", "siteIndexCode": "0"},
    ),
    "encoder": (
        records.Encoder.read,
        "encodeDevIndexCode",
        {
            "encodeDevName": "NVR",
            "encodeDevIp": "192.0.2.1",
            "encodeDevPort": "8000",
            "encodeDevCode": "DS",
            "status": 1,
        },
    ),
    "controller": (records.Controller.read, "acsDevIndexCode", {"acsDevName": "Gate", "acsDevPort": "0", "status": 2}),
    "mobile": (records.MobileDevice.read, "mobileDevIndexCode", {"mobileDevName": "Bus", "status": 0}),
    "camera": (
        records.Camera.read,
        "cameraIndexCode",
        {
            "cameraName": "Gate",
            "capabilitySet": "ptz,event_veh",
            "encodeDevIndexCode": "85",
            "recordType": "0",
            "recordLocation": "1",
            "regionIndexCode": "95",
            "siteIndexCode": "0",
            "status": 2,
        },
    ),
    "door": (
        records.Door.read,
        "doorIndexCode",
        {"doorName": "Gate", "doorNo": "1", "acsDevIndexCode": "3", "regionIndexCode": "1", "doorState": 3},
    ),
    "reader": (lambda fields: records.Reader.read(fields, "1"), "indexCode", {"name": "Entry", "enable": 1}),
    "input": (
        records.AlarmInput.read,
        "alarmInputIndexCode",
        {"alarmInputName": "Panic", "devIndexCode": "1", "devResourceType": "acsDevice", "networkStatus": 1},
    ),
    "output": (
        records.AlarmOutput.read,
        "alarmOutputIndexCode",
        {"alarmOutputName": "Siren", "devIndexCode": "1", "devResourceType": "encodeDevice", "status": -1},
    ),
    "pool": (
        lambda fields: records.Pool.read(fields, "1"),
        "poolID",
        {"poolName": "VOD", "Capacity": 5, "FreeSpace": 1},
    ),
    "record server": (
        records.RecordServer.read,
        "recordServerIndexCode",
        {"recordServerName": "R", "recordServerIp": "192.0.2.1", "recordingStatus": 1, "networkStatus": 1},
    ),
    "stream server": (
        records.StreamServer.read,
        "streamServerIndexCode",
        {"streamServerName": "S", "status": 1, "CPUUsage": 5, "RAMUsage": 7, "streamInNum": 1, "streamOutNum": 2},
    ),
    "intelligent server": (records.IntelligentServer.read, "intelligentServerIndexCode", {"status": 1}),
    "vehicle": (
        records.Vehicle.read,
        "mobilevehicleIndexCode",
        {"mobilevehicleName": "Bus", "DevIndexCode": "1", "plateNo": "AB 1", "personName": "Ann", "vehicleColor": -1},
    ),
    "group": (
        records.CountingGroup.read,
        "resourceGroupIndexCode",
        {
            "resourceGroupName": "Lobby",
            "siteIndexCode": "0",
            "peopleCountingParam": {
                "relatedResourceInfoList": [
                    {"resourceType": 1, "resourceIndexCode": "3", "entryExitConfig": 2},
                    {"resourceType": 2, "resourceIndexCode": "4", "entryExitConfig": 1},
                ]
            },
        },
    ),
    "lot": (
        records.ParkingLot.read,
        "parkingLotIndexCode",
        {"parkingLotName": "P1", "parentParkingLotIndexCode": "-1", "totalSpaceNum": 9, "maxParkingTime": -1},
    ),
    "floor": (
        records.Floor.read,
        "floorIndexCode",
        {
            "floorName": "-1",
            "parkingLotIndexCode": 1,
            "spaceTypeOverView": [{"typeIndexCode": "1", "typeName": "General", "totalSpaceNum": 5}],
        },
    ),
    "space": (
        lambda fields: records.Space.read(fields, "1"),
        "spaceIndexCode",
        {"serial": "A1", "status": 2, "plateNumber": "AB 1", "creatTime": "2026-11-28 10:00:00", "duration": 5},
    ),
    "room": (
        records.Room.read,
        "roomID",
        {"roomNo": "101", "bedlist": [{"bedNo": "1", "personID": 7, "personName": "Ann"}, {"bedNo": ""}]},
    ),
    "rule": (
        records.Rule.read,
        "generalEventRuleIndexCode",
        {"generalEventRuleName": "Bell", "transportType": 1, "matchType": 0, "expression": '"1"'},
    ),
}

UGLY: tuple[Any, ...] = (
    None,
    "",
    "null",
    " ",
    "-1",
    -1,
    True,
    1e308 * 10,
    "NaN",
    "1e999",
    "x" * 70_000,
    [],
    {},
    [[{"a": 1}]],
    [None, 5, "x"],
    {"list": None},
    10**400,
)


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.parametrize("ugly", UGLY, ids=lambda value: repr(value)[:20])
def test_any_value_in_any_field(name: str, ugly: Any) -> None:
    """A mistyped field spoils itself at most; the id and what stands beside it are read all the same."""
    read, id_name, good = OBJECTS[name]
    for field in good:
        found = read(Fields({id_name: "7", **good, field: ugly}))
        assert found.id == "7"
        assert isinstance(found.name, str) and found.name
        hash(found)
    nameless = read(Fields({id_name: "7"}))
    assert (nameless.id, nameless.name) == ("7", "7")


@pytest.mark.parametrize("name", OBJECTS)
def test_without_an_id_there_is_no_record(name: str) -> None:
    """An id that says nothing makes no record; blanks, capitals and numbers are one."""
    read, id_name, good = OBJECTS[name]
    no_ids: tuple[Any, ...] = (None, "", "null", " ", True, [], {})
    for nothing in no_ids:
        assert read(Fields({**good, id_name: nothing})) is None
    assert read(Fields(good)) is None
    assert read(Fields({**good, f" {id_name.upper()} ": 12})).id == "12"


@pytest.mark.parametrize("name", [name for name, (_, _, good) in OBJECTS.items() if "status" in good])
def test_states_do_not_make_another_thing(name: str) -> None:
    """Two readings of the same thing are equal whatever its state, and another name is a difference."""
    read, id_name, good = OBJECTS[name]
    assert read(Fields({id_name: "7", **good, "status": 1})) == read(Fields({id_name: "7", **good, "status": "2"}))
    assert read(Fields({id_name: "7", **good})) != read(Fields({id_name: "8", **good}))


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        ({"encodeDevIndexCode": "85"}, ("encodeDevice", "85")),
        ({"encodeDevIndexCode": 85, "devIndexCode": "5", "devResourceType": "acsDevice"}, ("encodeDevice", "85")),
        ({"encodeDevIndexCode": "", "devIndexCode": "5", "devResourceType": "ACSDEVICE"}, ("acsDevice", "5")),
        ({"encodeDevIndexCode": "-1", "DevIndexCode": "5", "devResourceType": "mobileDevice"}, ("mobileDevice", "5")),
        ({"DevIndexCode": "5"}, ("encodeDevice", "5")),
        ({"devResourceType": "encodeDevice"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_parent_of_a_camera(parent: dict[str, Any], expected: tuple[str | None, str | None]) -> None:
    """The encoder's id counts most, then the device and its type, in any letter case (T36)."""
    camera = records.Camera.read(Fields({"cameraIndexCode": "1", **parent}))
    assert camera is not None
    assert (camera.parent_type, camera.parent) == expected


def test_what_the_fields_mean() -> None:
    """Capabilities, people counting, spaces and beds are read as documented."""
    camera = records.Camera.read(Fields({"cameraIndexCode": "1", "capabilitySet": " PTZ, event_veh ,,new"}))
    assert camera is not None and camera.capabilities == {"ptz", "event_veh", "new"}
    group = OBJECTS["group"][0](Fields({"resourceGroupIndexCode": "1", **OBJECTS["group"][2]}))
    assert [(each.id, each.kind, each.entering) for each in group.counted] == [("3", 1, False), ("4", 2, True)]
    lot = OBJECTS["lot"][0](Fields({"parkingLotIndexCode": "1", **OBJECTS["lot"][2]}))
    assert (lot.parent, lot.total, lot.free, lot.max_hours) == (None, 9, None, None)
    room = OBJECTS["room"][0](Fields({"roomID": 4, **OBJECTS["room"][2]}))
    assert [(bed.id, bed.number, bed.person_id) for bed in room.beds] == [("4_1", "1", "7")]
    pools = [OBJECTS["pool"][0](Fields({"poolID": "1", "poolName": name})) for name in ("PIC_RV_1", "VOD_RV_1")]
    assert [pool.pictures for pool in pools] == [True, False]


@pytest.mark.parametrize("answer", [{}, {"ip": None}, {"status": "x", "cpu": []}])
def test_a_server_that_says_nothing(answer: dict[str, Any]) -> None:
    """The management server has no id: it is there if it says anything."""
    assert records.ManagementServer.read(Fields(answer)) is None
    found = records.ManagementServer.read(Fields({**answer, "cpu": "90"}))
    assert found is not None and found.cpu == 90


def test_people_are_not_shown_by_accident() -> None:
    """What a record prints of itself, in logs for one, names nobody."""
    shown = [
        repr(OBJECTS[name][0](Fields({OBJECTS[name][1]: "7", **OBJECTS[name][2]})))
        for name in ("vehicle", "space", "room")
    ]
    assert not any(word in text for text in shown for word in ("AB 1", "Ann"))
