"""Parking and vehicles: what drives in is counted, and can be found again."""

from datetime import UTC, datetime, timedelta

from simulators.hikcentral import SitePlan
from simulators.hikcentral.domains import parking

from .conftest import PAGE, Client, Connect

LOTS, FLOORS = "vehicle/v1/parkinglot/list", "vehicle/v1/floor/list"
OVERVIEW, STATUS = "vehicle/v1/floor/overview", "vehicle/v1/floor/parkingspace/status"
PASSAGE, STAYS = "vehicle/v1/parkinglot/passageway/record", "vehicle/v1/parkingspace/record"
GROUPS, CARS = "resource/v1/vehicleGroup/vehicleGroupList", "resource/v1/vehicle/vehicleList"
SEARCH, INFO = "resource/v1/vehicle/advance/vehicleList", "resource/v1/vehicle/indexCode/vehicleInfo"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = {"beginTime": "2024-05-01T00:00:00+00:00", "endTime": "2024-05-02T00:00:00+00:00"}


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        """Noon."""
        self.moment = NOON

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.moment


def query(**conditions: object) -> dict[str, object]:
    """Return a body of both record calls."""
    return {"pageIndex": 1, "pageSize": 10, "queryInfo": DAY | conditions}


async def test_spaces_are_taken_and_left(connect: Connect) -> None:
    """Lot, floor, type and space tell the same."""
    clock = Clock()
    client: Client = await connect(site=SitePlan(floors=2, spaces=6), now=clock)
    platform = client.platform
    platform.park("4", "B AB 1234")
    clock.moment += timedelta(seconds=90)
    [lot] = (await client.call(LOTS)).rows
    assert (lot["totalSpaceNum"], lot["freeSpaceNum"], lot["maxParkingTime"]) == (12, 11, 9)
    assert (lot["totalPermanentSpaceNum"], lot["freePermanentSpaceNum"]) == (2, 2)
    floors = (await client.call(FLOORS)).rows
    assert [(floor["floorIndexCode"], floor["floorName"]) for floor in floors] == [("1", "Level -1"), ("2", "Level -2")]
    data = (await client.call(OVERVIEW)).data
    assert (data["total"], data["totalSpaceNum"], data["freeSpaceNum"]) == (2, 12, 11)
    assert [floor["freeSpaceNum"] for floor in data["list"]] == [5, 6]
    charging = next(row for row in data["list"][0]["spaceTypeOverView"] if row["typeName"] == "charging")
    assert charging == {
        "typeIndexCode": "4", "typeName": "charging", "typeColor": "#00FFFF", "totalSpaceNum": 1, "freeSpaceNum": 0,
    }  # fmt: skip
    spaces = (await client.call(STATUS, {"floorIndexCode": "1"})).rows
    space = next(space for space in spaces if space["spaceIndexCode"] == "4")
    assert (space["status"], space["plateNumber"], space["duration"]) == (2, "B AB 1234", 90)
    assert space["creatTime"] == "2024-05-01T12:00:00+00:00"
    platform.leave("4")
    assert (await client.call(LOTS)).rows[0]["freeSpaceNum"] == 12
    spaces = (await client.call(STATUS, {"floorIndexCode": "1"})).rows
    assert {(space["status"], space["plateNumber"]) for space in spaces} == {(1, "")}
    left, parked = (await client.call(STAYS, query())).rows
    assert (left["parkingStatusType"], left["duration"], left["plateLicense"]) == (1, 90, "B AB 1234")
    assert parked["parkingStatusType"] == 0
    assert "duration" not in parked
    assert left["guid"] != parked["guid"]
    for condition in ({"statusType": 0}, {"floorIndexCode": "2"}, {"spaceSerial": "5"}, {"plateLicense": "XX"}):
        rows = (await client.call(STAYS, query(**condition))).rows
        assert len(rows) == (1 if "statusType" in condition else 0), condition


async def test_a_plate_that_could_not_be_read(connect: Connect) -> None:
    """The space has none, the record says so."""
    client: Client = await connect(now=lambda: NOON)
    client.platform.park("1", status=parking.VIOLATION)
    [space] = [row for row in (await client.call(STATUS, {"floorIndexCode": "1"})).rows if row["status"] != 1]
    assert (space["status"], space["plateNumber"], space["platenumberImageUrl"]) == (4, "", "")
    [stay] = (await client.call(STAYS, query())).rows
    assert stay["plateLicense"] == "unknown"
    assert (await client.call(LOTS)).rows[0]["freeSpaceNum"] == 5
    client.platform.leave("1")
    assert (await client.call(LOTS)).rows[0]["freeSpaceNum"] == 6


async def test_vehicles_drive_in_and_out(connect: Connect) -> None:
    """Registered ones count twice; one that is turned away does not count."""
    client: Client = await connect(now=lambda: NOON)
    platform = client.platform
    platform.drive("1", "B AB 1234", "entry")
    platform.drive("1", "X ZZ 999", "entry", allowed=False)
    platform.drive("1", "Y 1", "entry", by_hand=True)
    platform.park("1", "B AB 1234")
    [lot] = (await client.call(LOTS)).rows
    assert (lot["freeSpaceNum"], lot["freePermanentSpaceNum"]) == (4, 0)
    platform.leave("1")
    assert (await client.call(LOTS)).rows[0]["freeSpaceNum"] == 4
    platform.drive("1", "B AB 1234", "exit")
    [lot] = (await client.call(LOTS)).rows
    assert (lot["freeSpaceNum"], lot["freePermanentSpaceNum"]) == (5, 1)
    wanted = {"parkingLotIndexCode": "1"}
    rows = (await client.call(PASSAGE, query(**wanted))).rows
    assert [(row["carInfo"]["plateLicense"], row["laneInfo"]["direction"]) for row in rows] == [
        ("B AB 1234", 2), ("Y 1", 1), ("X ZZ 999", 1), ("B AB 1234", 1),
    ]  # fmt: skip
    assert [(row["allowType"], row["allowResult"]) for row in rows] == [(2, 1), (1, 1), (3, 2), (2, 1)]
    assert rows[0]["carInfo"]["EnterTime"] == rows[0]["carInfo"]["ExitTime"] == "2024-05-01T12:00:00+00:00"
    assert rows[3]["carInfo"]["ExitTime"] == ""
    assert rows[3]["personInfo"]["ownerName"] == "Ada Lovelace"
    for condition, many in (
        ({"directionType": 2}, 1), ({"allowResult": 2}, 1), ({"plateLicense": "b ab"}, 2), ({"ownerName": "ada"}, 2),
        ({"parkingLotIndexCode": "2"}, 0),
    ):  # fmt: skip
        assert len((await client.call(PASSAGE, query(**wanted | condition))).rows) == many, condition


async def test_samples_of_parking(connect: Connect) -> None:
    """The lot is a number on a floor, the card no number."""
    client: Client = await connect("sample", now=lambda: NOON)
    client.platform.drive()
    assert (await client.call(OVERVIEW)).rows[0]["parkingLotIndexCode"] == 1
    data = (await client.call(PASSAGE, query(parkingLotIndexCode="1"))).data
    assert data["list"][0]["personInfo"]["cardNum"] == ""
    assert (data["pageIndex"], "pageNo" in data) == (1, False)


async def test_lots_without_spaces_are_counted_by_what_drives(connect: Connect) -> None:
    """Some figures are not configured there."""
    client: Client = await connect(site=SitePlan(parking_lots=2, floors=0), now=lambda: NOON)
    client.platform.drive("2", "Y 1")
    first, second = (await client.call(LOTS)).rows
    assert (first["totalSpaceNum"], first["freeSpaceNum"]) == (20, 20)
    assert (second["freeSpaceNum"], second["totalPermanentSpaceNum"], second["maxParkingTime"]) == (19, -1, -1)


async def test_vehicles_are_added_changed_and_deleted(connect: Connect) -> None:
    """Both spellings of the group are taken; a number is not used twice."""
    client: Client = await connect()
    assert [row["vehicleGroupName"] for row in await client.listed(GROUPS)] == ["Staff", "Blocklist"]
    body = {"plateNo": "N 1", "vehicleGroupIndexcode": "2", "personId": "1", "vehicleColor": 3}
    added = (await client.call("resource/v1/vehicle/single/add", body)).data
    assert (added["personName"], added["vehicleGroupIndexcode"], added["vehicleColor"]) == ("Ada Lovelace", "2", 3)
    rows = await client.listed(CARS, vehicleGroupIndexCode="2")
    assert [row["plateNo"] for row in rows] == ["B CD 5678", "M OP 4711", "N 1"]
    change = {"vehicleId": added["vehicleId"], "plateNo": "N 2", "vehicleGroupIndexCode": "1", "phoneNo": "7"}
    assert (await client.call("resource/v1/vehicle/single/update", change)).data == ""
    info = (await client.call(INFO, {"vehicleIndexCode": added["vehicleId"]})).data
    assert (info["plateNo"], info["vehicleGroupIndexcode"], info["phoneNo"]) == ("N 2", "1", "7")
    for condition in ({"plateNo": "n 2"}, {"phoneNo": "7"}):
        found = await client.listed(SEARCH, vehicleGroupIndexCode="1", **condition)
        assert [row["plateNo"] for row in found] == ["N 2"], condition
    assert await client.listed(SEARCH, vehicleGroupIndexCode="2", plateNo="N 2") == []
    gone = {"vehicleId": added["vehicleId"]}
    assert (await client.call("resource/v1/vehicle/single/delete", gone)).data == ""
    assert (await client.call("resource/v1/vehicle/single/delete", gone)).code == "0x00072202"
    again = (await client.call("resource/v1/vehicle/single/add", body)).data
    assert int(again["vehicleId"]) == int(added["vehicleId"]) + 1


async def test_samples_of_vehicles(connect: Connect) -> None:
    """The group is spelled otherwise."""
    client: Client = await connect("sample")
    rows = (await client.call(CARS, PAGE | {"vehicleGroupIndexCode": "1"})).rows
    assert {row["vehicleGroupIndexCode"] for row in rows} == {"1"}
    assert "vehicleGroupIndexcode" not in rows[0]
