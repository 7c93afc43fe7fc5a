"""What the data calls refuse: every row breaks one rule of a request table."""

from typing import Any

import pytest

from simulators.hikcentral import SitePlan
from simulators.hikcentral.domains.checks import strange_fields

from .conftest import PAGE, Client, Connect

MISSING, RANGE, FORMAT = "0x00072001", "0x00072002", "0x00072003"
DAY = {"startTime": "2024-05-01T00:00:00+02:00", "endTime": "2024-05-02T00:00:00+02:00"}
LONG = {"startTime": "2024-05-01T00:00:00+02:00", "endTime": "2024-06-02T00:00:00+02:00"}
BACK = {"startTime": "2024-05-02T00:00:00+02:00", "endTime": "2024-05-01T00:00:00+02:00"}

RECORDS = "eventService/v1/eventRecords/page"
SEARCH = PAGE | DAY | {"eventTypes": "131331", "srcType": "camera", "srcIndexs": "1"}
DOORS = "acs/v1/door/events"
ACCESS = PAGE | DAY | {"eventType": 198914, "doorIndexCodes": ["1"]}
CROSS = "pms/v1/crossRecords/page"
CROSSING = PAGE | DAY | {"cameraIndexCode": "1"}
FACES = "aiapplication/v1/face/faceMatchRecord"
COUNT = "aiapplication/v1/people/statisticsTotalNumByTime"
COUNTING = PAGE | DAY | {"cameraIndexCodes": "1", "statisticsType": 0}
GPS = "mobilesurveillance/v1/gpsdetails"
TRACK = PAGE | DAY | {"mobilevehicleIndexCodes": "1"}
PASSAGE = "vehicle/v1/parkinglot/passageway/record"
QUERY = {"parkingLotIndexCode": "1", "beginTime": DAY["startTime"], "endTime": DAY["endTime"]}
PASSING = {"pageIndex": 1, "pageSize": 10, "queryInfo": QUERY}
CARS = "resource/v1/vehicle/advance/vehicleList"
ADD_CAR = "resource/v1/vehicle/single/add"
CAR = {"plateNo": "N 1", "vehicleGroupIndexCode": "1"}
RULE = "eventService/v1/generalEventRule/single/add"
RULE_BODY = {
    "generalEventRuleName": "Bell", "transportType": 0, "matchType": 0, "expression": "ring", "regularExpression": "ring",
}  # fmt: skip
TRIGGER = "eventService/v1/generalEventRule/triggerAlarm"
TRIGGER_BODY = {"generalEventRuleIndexCodes": "1", "description": "test", "alarmPriority": 1}
RESERVE = "visitor/v2/appointment"
INFO = {"visitorFamilyName": "Babbage", "visitorGivenName": "Charles", "gender": 1}
RESERVATION = {
    "appointStartTime": "2024-05-01T10:00:00+02:00", "appointEndTime": "2024-05-01T12:00:00+02:00",
    "visitReasonType": 0, "visitorInfoList": [{"VisitorInfo": INFO}],
}  # fmt: skip
LEVEL = "acs/v1/privilege/group/single/addPersons"
LEVEL_BODY = {"privilegeGroupId": "1", "type": 1, "list": [{"id": "1"}]}
BED = {"roomID": 1, "bedNo": "1"}

type Body = dict[str, Any]


def without(body: Body, *names: str) -> Body:
    """Leave fields out."""
    return {name: value for name, value in body.items() if name not in names}


def visitor(**fields: Any) -> Body:
    """Return a reservation whose visitor has other fields."""
    return RESERVATION | {"visitorInfoList": [{"VisitorInfo": INFO | fields}]}


RIGHT: tuple[tuple[str, Body], ...] = (
    (RECORDS, SEARCH),
    (RECORDS, PAGE | DAY | {"eventIndexCode": "1"}),
    (DOORS, ACCESS),
    (DOORS, ACCESS | {"doorIndexCodes": "1,2"}),
    (DOORS, without(ACCESS, "eventType") | {"personName": "Ada"}),
    (CROSS, CROSSING),
    (FACES, PAGE | DAY),
    (COUNT, COUNTING),
    (GPS, TRACK),
    (PASSAGE, PASSING),
    ("vehicle/v1/parkingspace/record", {**PASSING, "queryInfo": without(QUERY, "parkingLotIndexCode")}),
    (CARS, PAGE | {"vehicleGroupIndexCode": "1", "plateNo": "B AB"}),
    (ADD_CAR, CAR),
    (ADD_CAR, {"plateNo": "N 2", "vehicleGroupIndexcode": "1"}),
    (RULE, RULE_BODY),
    (TRIGGER, TRIGGER_BODY),
    (RESERVE, RESERVATION),
    (RESERVE, RESERVATION | {"visitorInfoList": [INFO]}),
    (LEVEL, LEVEL_BODY),
    ("healthcareradar/v1/inBedStatus", BED),
)

WRONG: tuple[tuple[str, Body, str], ...] = (
    (RECORDS, without(SEARCH, "pageNo"), MISSING),
    (RECORDS, SEARCH | {"pageNo": 0}, RANGE),
    (RECORDS, SEARCH | {"pageSize": 501}, RANGE),
    (RECORDS, SEARCH | {"pageSize": "10"}, FORMAT),
    (RECORDS, without(SEARCH, "srcIndexs"), MISSING),
    (RECORDS, without(SEARCH, "eventTypes"), MISSING),
    (RECORDS, SEARCH | {"eventTypes": [131331]}, FORMAT),
    (RECORDS, SEARCH | {"eventTypes": "motion"}, FORMAT),
    (RECORDS, SEARCH | {"eventTypes": ",".join(["131331"] * 147)}, RANGE),
    (RECORDS, SEARCH | {"srcIndexs": ",".join(["1000"] * 206)}, RANGE),
    (RECORDS, SEARCH | {"srcType": "mobileVehicle"}, RANGE),
    (RECORDS, SEARCH | {"srcType": "Camera"}, RANGE),
    (RECORDS, SEARCH | LONG, RANGE),
    (RECORDS, SEARCH | BACK, RANGE),
    (RECORDS, SEARCH | {"startTime": "2024-05-01T00:00:00Z"}, FORMAT),
    (RECORDS, SEARCH | {"startTime": "2024-05-01T00:00:00.123456+02:00"}, FORMAT),
    (RECORDS, SEARCH | {"startTime": "2024-05-01T00:00:00 +02:00"}, FORMAT),
    (RECORDS, SEARCH | {"startTime": "2024-13-01T00:00:00+02:00"}, FORMAT),
    ("eventService/v1/eventRecords/controlling", {"controlType": 1}, MISSING),
    ("eventService/v1/eventRecords/controlling", {"eventIndexCode": "1"}, MISSING),
    ("eventService/v1/eventRecords/controlling", {"eventIndexCode": "1", "controlType": 2}, RANGE),
    ("eventService/v1/eventRecords/controlling", {"eventIndexCode": "nobody", "controlType": 1}, "0x00072202"),
    (DOORS, without(ACCESS, "eventType"), MISSING),
    (DOORS, without(ACCESS, "doorIndexCodes"), MISSING),
    (DOORS, ACCESS | {"doorIndexCodes": []}, MISSING),
    (DOORS, ACCESS | {"doorIndexCodes": [str(door) for door in range(11)]}, RANGE),
    (DOORS, ACCESS | {"doorIndexCodes": [1]}, FORMAT),
    (DOORS, ACCESS | {"eventType": "198914"}, FORMAT),
    (DOORS, ACCESS | {"eventType": [198914]}, FORMAT),
    (DOORS, ACCESS | {"personName": "A/B"}, RANGE),
    (DOORS, ACCESS | {"wearMaskStatus": 3}, RANGE),
    (DOORS, ACCESS | LONG, RANGE),
    (DOORS, ACCESS | {"endTime": "2024-05-02 00:00:00+02:00"}, FORMAT),
    (CROSS, without(CROSSING, "cameraIndexCode"), MISSING),
    (CROSS, CROSSING | {"plateNo": "1" * 17}, RANGE),
    (CROSS, CROSSING | LONG, RANGE),
    (FACES, PAGE | DAY | {"cameraIndexCodes": ",".join(map(str, range(11)))}, RANGE),
    (FACES, PAGE | DAY | {"maskStatus": 3}, RANGE),
    (FACES, PAGE | DAY | {"temperatureThreshold": "hot"}, RANGE),
    (COUNT, COUNTING | {"statisticsType": 3}, RANGE),
    (COUNT, COUNTING | {"cameraIndexCodes": ",".join(map(str, range(11)))}, RANGE),
    (COUNT, COUNTING | {"cameraIndexCodes": ["1"]}, FORMAT),
    ("aiapplication/v1/people/resourceGroupRealTimeCount", {}, MISSING),
    (
        "aiapplication/v1/people/resourceGroupRealTimeCount",
        {"resourceGroupIndexCodes": ",".join(map(str, range(11)))},
        RANGE,
    ),
    (GPS, without(TRACK, "mobilevehicleIndexCodes"), MISSING),
    (GPS, TRACK | LONG, RANGE),
    (PASSAGE, without(PASSING, "queryInfo"), MISSING),
    (PASSAGE, without(PASSING, "pageIndex") | {"pageNo": 1}, MISSING),
    (PASSAGE, PASSING | {"queryInfo": without(QUERY, "parkingLotIndexCode")}, MISSING),
    (PASSAGE, PASSING | {"queryInfo": QUERY | {"directionType": 0}}, RANGE),
    ("vehicle/v1/floor/parkingspace/status", {}, MISSING),
    (CARS, PAGE, MISSING),
    (CARS, PAGE | {"vehicleGroupIndexCode": "1", "plateNo": "B", "phoneNo": "5"}, "2"),
    ("resource/v1/vehicle/vehicleList", PAGE, MISSING),
    (ADD_CAR, without(CAR, "vehicleGroupIndexCode"), MISSING),
    (ADD_CAR, CAR | {"plateNo": "A*B"}, RANGE),
    (ADD_CAR, CAR | {"vehicleColor": 15}, RANGE),
    (ADD_CAR, CAR | {"plateNo": "B AB 1234"}, "131"),
    (ADD_CAR, CAR | {"vehicleGroupIndexCode": "99"}, "0x00072202"),
    (RULE, RULE_BODY | {"generalEventRuleName": "x" * 33}, RANGE),
    (RULE, RULE_BODY | {"transportType": 2}, RANGE),
    (RULE, RULE_BODY | {"regularExpression": "(open"}, "2"),
    (RULE, without(RULE_BODY, "expression"), MISSING),
    (TRIGGER, TRIGGER_BODY | {"generalEventRuleIndexCodes": "1,2"}, RANGE),
    (TRIGGER, TRIGGER_BODY | {"alarmPriority": 0}, RANGE),
    (TRIGGER, TRIGGER_BODY | {"description": "x" * 129}, RANGE),
    (TRIGGER, without(TRIGGER_BODY, "description"), MISSING),
    (TRIGGER, TRIGGER_BODY | {"linkCameraList": [{"cameraIndexCode": "99"}]}, "0x00072202"),
    (TRIGGER, TRIGGER_BODY | {"linkCameraList": [{"recordType": 0}]}, MISSING),
    (RESERVE, RESERVATION | {"visitReasonType": 5}, RANGE),
    (RESERVE, RESERVATION | {"visitReasonType": 4}, MISSING),
    (RESERVE, RESERVATION | {"appointEndTime": "2024-05-01T09:00:00+02:00"}, RANGE),
    (RESERVE, RESERVATION | {"visitorInfoList": []}, MISSING),
    (RESERVE, RESERVATION | {"visitorInfoList": [{"VisitorInfo": INFO}] * 2}, RANGE),
    (RESERVE, RESERVATION | {"receptionistId": "99"}, "0x00072202"),
    (RESERVE, RESERVATION | {"accessInfo": {"accessLevelList": [{"accessLevel": {"id": 1}}]}}, "0x00072202"),
    (RESERVE, RESERVATION | {"accessInfo": "3"}, FORMAT),
    (RESERVE, visitor(gender=0), RANGE),
    (RESERVE, visitor(visitorGivenName=None), MISSING),
    (RESERVE, visitor(visitorGivenName="A?"), RANGE),
    (RESERVE, visitor(certificateNo="123"), MISSING),
    (RESERVE, visitor(certificateType=112), RANGE),
    (RESERVE, visitor(phoneNo="1" * 21), RANGE),
    ("visitor/v2/appointment/update", RESERVATION, MISSING),
    ("visitor/v1/visitor/out", {}, MISSING),
    (LEVEL, LEVEL_BODY | {"type": 2}, "0x00072202"),
    (LEVEL, LEVEL_BODY | {"type": 0}, RANGE),
    (LEVEL, LEVEL_BODY | {"privilegeGroupId": "3"}, "0x00072202"),
    (LEVEL, LEVEL_BODY | {"privilegeGroupId": "99"}, "0x00072202"),
    (LEVEL, LEVEL_BODY | {"list": [{"id": "99"}]}, "0x00072202"),
    (LEVEL, LEVEL_BODY | {"list": [{"id": 1}]}, FORMAT),
    ("acs/v1/privilege/group/single/personList", PAGE | {"privilegeGroupId": "3", "type": 2}, "2"),
    ("acs/v1/auth/applicationResult", {"applicationResultType": 1, "type": 2}, RANGE),
    ("resource/v1/person/personId/personInfo", {}, MISSING),
    ("resource/v1/person/personId/personInfo", {"personId": "99"}, "0x00072202"),
    ("resource/v1/person/single/add", {"personGivenName": "A", "personFamilyName": "B"}, MISSING),
    ("frs/v1/application/picture", {"url": "http://example.com/1.jpg"}, RANGE),
    ("eventService/v1/image_data", {"picUri": "nowhere"}, "0x00072202"),
    ("eventService/v1/image_data", {}, MISSING),
    ("healthcareradar/v1/inBedStatus", BED | {"roomID": "1"}, FORMAT),
    ("healthcareradar/v1/inBedStatus", BED | {"bedNo": "9"}, "0x00072202"),
    ("healthcareradar/v1/heartbreath", BED, MISSING),
)


PAGED, PERIOD = "pageNo pageSize", "startTime endTime"
REQUIRED: tuple[tuple[str, Body, str], ...] = (
    (RECORDS, SEARCH, f"{PAGED} {PERIOD} eventTypes srcType srcIndexs"),
    ("eventService/v1/eventRecords/controlling", {"eventIndexCode": "1", "controlType": 1}, "eventIndexCode controlType"),
    (DOORS, ACCESS, f"{PAGED} {PERIOD} eventType doorIndexCodes"),
    (CROSS, CROSSING, f"{PAGED} {PERIOD} cameraIndexCode"),
    (FACES, PAGE | DAY, f"{PAGED} {PERIOD}"),
    (COUNT, COUNTING, f"{PAGED} {PERIOD} cameraIndexCodes statisticsType"),
    (GPS, TRACK, f"{PAGED} {PERIOD} mobilevehicleIndexCodes"),
    ("mobilesurveillance/v1/recordOverview",
     {"pageIndex": 1, "pageSize": 9, "mobilevehicleIndexCodes": "1", "beginTime": DAY["startTime"], "endTime": DAY["endTime"]},
     "pageIndex pageSize mobilevehicleIndexCodes beginTime endTime"),
    ("mobilesurveillance/v1/single/record", {"mobilevehicleIndexCode": "1", "eventIndexCode": "1"},
     "mobilevehicleIndexCode eventIndexCode"),
    (PASSAGE, PASSING, "pageIndex pageSize queryInfo"),
    (CARS, PAGE | {"vehicleGroupIndexCode": "1"}, f"{PAGED} vehicleGroupIndexCode"),
    (ADD_CAR, CAR, "plateNo vehicleGroupIndexCode"),
    ("resource/v1/vehicle/single/update", CAR | {"vehicleId": "1"}, "vehicleId plateNo vehicleGroupIndexCode"),
    ("resource/v1/vehicle/single/delete", {"vehicleId": "1"}, "vehicleId"),
    (RULE, RULE_BODY, " ".join(RULE_BODY)),
    (TRIGGER, TRIGGER_BODY, " ".join(TRIGGER_BODY)),
    (RESERVE, RESERVATION, " ".join(RESERVATION)),
    ("visitor/v2/appointment/update", RESERVATION | {"appointRecordId": "1"}, f"appointRecordId {' '.join(RESERVATION)}"),
    ("visitor/v1/appointment/single/delete", {"appointRecordId": "1"}, "appointRecordId"),
    ("visitor/v1/appointment/appointmentlist", PAGE | {name: RESERVATION[name] for name in list(RESERVATION)[:2]},
     f"{PAGED} appointStartTime appointEndTime"),
    ("visitor/v1/visitor/single/visitorinfo", {"visitorId": "1"}, "visitorId"),
    ("visitor/v1/appointment/downloadpicture", {"visitorId": "1", "picType": "0"}, "visitorId picType"),
    (LEVEL, LEVEL_BODY, " ".join(LEVEL_BODY)),
    ("acs/v1/privilege/group", PAGE | {"type": 1}, f"{PAGED} type"),
    ("acs/v1/privilege/group/single/personList", PAGE | {"type": 1, "privilegeGroupId": "1"}, f"{PAGED} type privilegeGroupId"),
    ("acs/v1/auth/applicationResult", {"applicationResultType": 1, "type": 0}, "applicationResultType type"),
    ("resource/v1/person/picture_data", {"personId": "1", "picUri": "1"}, "personId picUri"),
    ("resource/v1/person/personCode/personInfo", {"personCode": "1"}, "personCode"),
    ("frs/v1/face", PAGE | {"faceGroupIndexCode": "1"}, f"{PAGED} faceGroupIndexCode"),
    ("healthcareradar/v1/room", PAGE, PAGED),
    ("healthcareradar/v1/inBedStatus", BED, "roomID bedNo"),
    *((f"healthcareradar/v1/{name}", BED | DAY, f"roomID bedNo {PERIOD}") for name in
      ("heartbreath", "livefeature", "sleepQuality")),
)  # fmt: skip
"""Path, a body that is right, and the fields that must be there."""


async def test_required_fields(connect: Connect) -> None:
    """Each alone is missed by its own code, and by its name."""
    client: Client = await connect(site=SitePlan(mobile_devices=1, mobile_vehicles=1))
    for path, body, names in REQUIRED:
        for name in names.split():
            reply = await client.call(path, without(body, name))
            assert reply.code == MISSING, (path, name, reply.json)
            assert name.lower() in reply.json["msg"].lower(), (path, name, reply.json)
        for name in set(body) - set(names.split()):
            assert (await client.call(path, without(body, name))).code != MISSING, (path, name)


@pytest.mark.parametrize(("path", "body"), RIGHT, ids=lambda value: value if isinstance(value, str) else "")
async def test_right_requests(connect: Connect, path: str, body: Body) -> None:
    """What the tables allow is answered, so that the refusals below have one reason each."""
    client: Client = await connect(site=SitePlan(mobile_devices=1, mobile_vehicles=1))
    reply = await client.call(path, body)
    assert reply.code == "0", reply.json


async def test_wrong_requests(connect: Connect) -> None:
    """Each is refused with the code of its reason."""
    client: Client = await connect(site=SitePlan(mobile_devices=1, mobile_vehicles=1))
    found = [(path, body, (await client.call(path, body)).code) for path, body, _ in WRONG]
    assert found == list(WRONG)


async def test_fields_that_no_table_has(connect: Connect) -> None:
    """They are answered all the same, and counted for tests."""
    client: Client = await connect()
    assert (await client.call(RECORDS, SEARCH | {"srcIndexes": "1"})).code == "0"
    assert (await client.call(ADD_CAR, CAR | {"vehicleGroupIndexcode": "1"})).code == "0"
    assert strange_fields(client.platform.requests) == {f"{RECORDS} srcIndexes": 1}
