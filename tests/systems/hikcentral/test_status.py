"""Polling states: what they mean, what a poll costs, and what counts more than a poll (hikcentral §4, §7.2)."""

import asyncio
import json
import time
from typing import Any

import orjson
import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    DeviceOfflineError,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Report
from custom_components.hikvision_ivm.systems.values import LockValue
from simulators.hikcentral import SitePlan
from simulators.hikcentral.shaping import PROFILES, Profile
from simulators.hikcentral.state import (
    CLOSED,
    DOOR_OFFLINE,
    HELD_CLOSED,
    HELD_OPEN,
    OFFLINE,
    ONLINE,
    OPEN,
    UNKNOWN as NOBODY_KNOWS,
    Camera,
)

from .inventory_bench import EVERYTHING, UID, bench

CAMERAS = "resource/v1/cameras"
DOORS = "resource/v1/acsDoor/acsDoorList"
OUTPUTS = "resource/v1/alarmOutputs"

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("status", "online", "available"), [(ONLINE, True, True), (OFFLINE, False, False), (NOBODY_KNOWS, UNKNOWN, True),
                                        (7, UNKNOWN, True)],
)  # fmt: skip
async def test_what_is_online(profile: Profile, status: int, online: Any, available: bool) -> None:
    """1 is online and 2 offline, for everything; anything else is unknown, and no reason to call a thing gone."""
    async with bench(EVERYTHING, profile) as made:
        await made.read()
        state = made.platform.state
        state.cameras["2"].status = state.encoders["1"].status = state.controllers["1"].status = status
        state.mobile_devices["1"].status = state.mobile_vehicles["1"].status = status
        state.inputs["1"].network_status = state.inputs["4"].network_status = status
        report = await made.status.read()
        for device in ("_cam_2", "_enc_1", "_acs_1", "_mob_1", "_mveh_1"):
            assert made.value(report, device, Kind.ONLINE) is online, device
            assert report.available[UID + device] is available
        assert made.value(report, "_enc_1", Kind.ONLINE, "1") is online
        if profile != "hostile":  # which spoils the state of the last thing of a longer list
            assert made.value(report, "", Kind.ONLINE, "4") is online
        assert made.value(report, "_cam_1", Kind.ONLINE) is True
        # Nothing but its state says that the hub is there, and nothing that hangs on it.
        assert UID not in report.available


@pytest.mark.parametrize(
    ("state", "lock", "mode", "held_open", "held_closed", "available"),
    [
        (HELD_OPEN, LockValue(locked=False, open=True), "remain_open", True, False, True),
        (CLOSED, LockValue(locked=True, open=False), "normal", False, False, True),
        (OPEN, LockValue(locked=False, open=True), "normal", False, False, True),
        (HELD_CLOSED, LockValue(locked=True, open=False), "remain_closed", False, True, True),
        (DOOR_OFFLINE, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, False),
        (-1, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, True),
    ],
)
async def test_doors(state: int, lock: Any, mode: Any, held_open: Any, held_closed: Any, available: bool) -> None:
    """A door's state moves its lock and its mode; the contact and the bolt are told apart by events only."""
    async with bench() as made:
        await made.read()
        made.platform.state.doors["1"].state = state
        report = await made.status.read()
        assert made.value(report, "_door_1", Kind.DOOR_LOCK) == lock
        assert made.value(report, "_door_1", Kind.DOOR_MODE) == mode
        assert made.value(report, "_door_1", Kind.REMAIN_OPEN) is held_open
        assert made.value(report, "_door_1", Kind.REMAIN_CLOSED) is held_closed
        assert report.available[f"{UID}_door_1"] is available
        for kind in (Kind.DOOR, Kind.UNLATCHED, Kind.DOOR_FORCED):
            assert made.feature("_door_1", kind).id not in report.values


async def test_a_state_that_is_not_told() -> None:
    """A door without a state is unknown, not closed."""
    async with bench() as made:
        await made.read()
        made.platform.fault(DOORS, data={"list": [{"doorIndexCode": "1"}, {"doorIndexCode": "2", "doorState": "1"}]})
        report = await made.status.read()
        assert made.value(report, "_door_1", Kind.DOOR_LOCK) is UNKNOWN
        assert made.value(report, "_door_2", Kind.DOOR_LOCK) == LockValue(locked=True, open=False)


async def test_outputs_and_sirens() -> None:
    """0 is off and 1 on."""
    async with bench(options={"sirens": ["2"]}) as made:
        await made.read()
        made.platform.state.outputs["2"].status = 1
        report = await made.status.read()
        assert made.value(report, "_enc_1", Kind.ALARM_OUTPUT, "1", "switch") is False
        assert made.value(report, "_enc_2", Kind.ALARM_OUTPUT, "2", "siren") is True


async def test_outputs_that_never_tell() -> None:
    """-1 forgets what was told before, once; then what a command told stands (§3.12)."""
    async with bench() as made:
        await made.read()
        feature = made.feature("_enc_1", Kind.ALARM_OUTPUT, "1")
        assert (await made.status.read()).values[feature.id] is False
        made.platform.state.outputs["1"].status = -1
        assert (await made.status.read()).values[feature.id] is UNKNOWN
        for _ in range(2):
            assert feature.id not in (await made.status.read()).values
        assert (await made.status.refresh("ioOut", "1")).values == {}
        made.platform.state.outputs["1"].status = 1
        assert (await made.status.read()).values[feature.id] is True


# what a poll costs


async def test_requests_of_a_poll() -> None:
    """One for each list of which something is imported, in each site that matters; nothing for what is refused."""
    plan = SitePlan(sites=2, cameras=600, controllers=0, doors=0, mobile_devices=0)
    async with bench(plan, options={"sites": ["0"]}) as made:
        await made.read()
        since = len(made.platform.requests)
        await made.status.read()
        paths = sorted(request.path for request in made.platform.requests[since:])
        assert paths == [
            OUTPUTS.replace("Outputs", "Inputs"),
            OUTPUTS,
            CAMERAS,
            "resource/v1/encodeDevice/encodeDeviceList",
        ]
        assert [body["siteIndexCode"] for body in made.asked_for(CAMERAS, since)] == ["0"]
    async with bench(SitePlan(sites=2, cameras=6)) as made:
        await made.read()
        since = len(made.platform.requests)
        await made.status.read()
        assert sorted(body["siteIndexCode"] for body in made.asked_for(CAMERAS, since)) == ["0", "1"]


async def test_a_poll_in_which_nothing_changed() -> None:
    """The same report, and less work than three times decoding what came."""
    plan = SitePlan(cameras=3000, doors=500, inputs=1000, outputs=1000, encoders=200, controllers=125)
    async with bench(plan) as made:
        await made.read()
        first = await made.status.read()
        second = await made.status.read()
        assert second is first
        assert len(first.available) == 3000 + 500 + 200 + 125
        # The same bytes again, without a network between.
        kept: dict[tuple[str, bytes], Any] = {}
        send = made.client._send  # noqa: SLF001  # only the work behind the network is measured

        async def record(path: str, body: Any, **more: Any) -> Any:
            found = kept[path, orjson.dumps(body)] = await send(path, body, **more)
            return found

        async def replay(path: str, body: Any, **more: Any) -> Any:
            return kept[path, orjson.dumps(body)]

        made.client._send = record  # type: ignore[method-assign]  # noqa: SLF001
        await made.status.read()
        made.client._send = replay  # type: ignore[method-assign]  # noqa: SLF001
        bodies = [response.body for response in kept.values()]

        async def poll() -> None:
            assert await made.status.read() is first

        asyncio.get_running_loop().set_debug(False)
        spent = [await _cpu(poll) for _ in range(5)]
        plain = [_decode(bodies) for _ in range(5)]
        assert min(spent) < 3 * min(plain), f"{min(spent):.4f} s, decoding {min(plain):.4f} s"


async def _cpu(work: Any) -> float:
    """Return the seconds of work that something takes."""
    begin = time.process_time()
    await work()
    return time.process_time() - begin


def _decode(bodies: list[bytes]) -> float:
    """Return the seconds of work that plain decoding takes."""
    begin = time.process_time()
    for body in bodies:
        json.loads(body)
    return time.process_time() - begin


async def test_only_what_changed_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One camera of 1,200 changes: one page of three is read anew, and its values are."""
    async with bench(SitePlan(cameras=1200)) as made:
        await made.read()
        before = await made.status.read()
        decoded: list[int] = []
        original = made.client.decoded

        async def count(body: bytes) -> Any:
            decoded.append(len(body))
            return await original(body)

        monkeypatch.setattr(made.client, "decoded", count)
        made.platform.state.cameras["700"].status = OFFLINE
        after = await made.status.read()
        assert len(decoded) == 1
        changed = {id_ for id_, value in after.values.items() if before.values[id_] != value}
        assert changed == {made.feature("_cam_700", Kind.ONLINE).id}
        assert after.available[f"{UID}_cam_700"] is False


# what fails


@pytest.mark.parametrize("fault", [{"code": "0x00052101"}, {"data": None}, {"status": 500}, {"drop": True}])
async def test_a_list_that_fails(fault: dict[str, Any]) -> None:
    """Its states stay, until it failed three times in a row; then nobody knows. The others are read."""
    async with bench() as made:
        await made.read()
        await made.status.read()
        lock = made.feature("_door_1", Kind.DOOR_LOCK)
        made.platform.fault(DOORS, **fault)
        for _ in range(2):
            report = await made.status.read()
            assert lock.id not in report.values and made.value(report, "_cam_1", Kind.ONLINE) is True
        report = await made.status.read()
        assert report.values[lock.id] is UNKNOWN
        assert f"{UID}_door_1" not in report.available
        made.platform.heal()
        assert (await made.status.read()).values[lock.id] == LockValue(locked=True, open=False)
        made.platform.fault(DOORS, **fault)
        assert lock.id not in (await made.status.read()).values


async def test_nothing_answers() -> None:
    """An outage is raised; a wrong key as well, and busy as what it is."""
    async with bench() as made:
        await made.read()
        made.platform.fault("", drop=True)
        with pytest.raises(ConnectionFailedError):
            await made.status.read()
        made.platform.heal()
        made.platform.fault("resource/v1/", code="0x00052101")
        with pytest.raises(BusyError):
            await made.status.read()
        made.platform.heal()
        await made.status.read()
        made.platform.wrong_signature = True
        with pytest.raises(AuthenticationError):
            await made.status.read()


async def test_lists_that_are_refused() -> None:
    """They are not asked for again; if all are, there is nothing to tell, and nothing to raise."""
    async with bench() as made:
        await made.read()
        made.platform.fault("resource/v1/", code="0x02401007")
        assert (await made.status.read()).values == {}
        count = len(made.platform.requests)
        for _ in range(2):
            await made.status.read()
        assert len(made.platform.requests) == count


async def test_nothing_is_known_yet() -> None:
    """Without an inventory nothing is asked."""
    async with bench() as made:
        assert (await made.status.read()) == Report()
        assert made.platform.requests == []


# who is new, who is gone


async def test_things_nobody_knows() -> None:
    """A list that holds something new, or misses something, asks for another inventory: once for each thing."""
    async with bench(SitePlan(cameras=4)) as made:
        await made.read()
        await made.status.read()
        assert made.asked == 0
        made.platform.state.cameras["9"] = Camera("9", "New", "1")
        report = await made.status.read()
        assert made.asked == 1 and f"{UID}_cam_9" not in report.available
        made.platform.state.cameras["9"].status = OFFLINE
        await made.status.read()
        assert made.asked == 1
        await made.read()
        assert (await made.status.read()).available[f"{UID}_cam_9"] is False
        del made.platform.state.doors["2"]
        await made.status.read()
        assert made.asked == 2
        await made.status.read()
        assert made.asked == 2


async def test_what_is_not_imported_is_no_stranger() -> None:
    """Things of other areas are in the lists, and have no values."""
    async with bench(options={"areas": ["0/2"]}) as made:
        await made.read()
        report = await made.status.read()
        assert made.asked == 0
        assert set(report.available) <= set(made.inventory.devices)
        assert f"{UID}_cam_1" not in report.available and f"{UID}_cam_2" in report.available


async def test_rows_that_are_no_things() -> None:
    """Rows without an id, doubled ids and unknown states spoil nothing."""
    rows = [{}, {"doorState": 2}, {"doorIndexCode": "1", "doorState": "2"}, {"doorIndexCode": 1, "doorState": 1},
            {"doorIndexCode": "2", "doorState": {"a": 1}}]  # fmt: skip
    async with bench() as made:
        await made.read()
        made.platform.fault(DOORS, data={"total": "x", "list": rows})
        report = await made.status.read()
        assert made.value(report, "_door_1", Kind.DOOR_LOCK) == LockValue(locked=False, open=True)
        assert made.value(report, "_door_2", Kind.DOOR_LOCK) is UNKNOWN


# what counts more


async def test_what_was_told_while_a_poll_ran() -> None:
    """An event that came after the poll began is not undone by an older answer; the next poll counts again."""
    async with bench() as made:
        await made.read()
        lock = made.feature("_door_1", Kind.DOOR_LOCK)
        made.platform.fault(DOORS, delay=0.2, times=1)
        running = asyncio.create_task(made.status.read())
        while not made.platform.count(DOORS.rpartition("/")[2]) > 1:
            await asyncio.sleep(0.01)
        made.time.passed += 1
        made.status.took(Report(values={lock.id: LockValue(locked=False), f"{UID}_cam_1_x": True}))
        report = await running
        assert lock.id not in report.values
        assert made.value(report, "_door_2", Kind.DOOR_LOCK) == LockValue(locked=True, open=False)
        made.time.passed += 1
        assert (await made.status.read()).values[lock.id] == LockValue(locked=True, open=False)


async def test_who_moved_a_lock() -> None:
    """It stays known as long as the lock does not move; when it moves without a word of whom, it is forgotten."""
    async with bench() as made:
        await made.read()
        lock = made.feature("_door_1", Kind.DOOR_LOCK)
        told = LockValue(locked=True, open=False, changed_by="Ann")
        made.status.took(Report(values={lock.id: told}))
        made.time.passed += 1
        assert (await made.status.read()).values[lock.id] == told
        made.platform.state.doors["1"].state = OPEN
        assert (await made.status.read()).values[lock.id] == LockValue(locked=False, open=True)
        made.status.took(Report(values={lock.id: LockValue(locked=True, open=False)}))
        made.time.passed += 1
        made.platform.state.doors["1"].state = CLOSED
        assert (await made.status.read()).values[lock.id] == LockValue(locked=True, open=False)


# one thing


async def test_one_thing() -> None:
    """A door, a camera, an output, an input, a device, a vehicle: one request each, with the id under its name."""
    asked = {
        ("door", "1"): ("acsDoorInfo", {"doorIndexCode": "1"}, "_door_1"),
        ("camera", "1"): ("cameras/indexCode", {"cameraIndexCode": "1"}, "_cam_1"),
        ("ioOut", "1"): ("alarmOutputs/indexCode", {"alarmOutputIndexCode": "1"}, None),
        ("ioIn", "1"): ("alarmInputs/indexCode", {"alarmInputIndexCode": "1"}, None),
        ("encodeDevice", "1"): ("encodeDeviceInfo", {"encodeDevIndexCode": "1"}, "_enc_1"),
        ("acsDevice", "1"): ("acsDeviceInfo", {"acsDevIndexCode": "1"}, "_acs_1"),
        ("mobileDevice", "1"): ("mobileDeviceInfo", {"mobileDevIndexCode": "1"}, "_mob_1"),
        ("mobileVehicle", "1"): ("mobileVehicleInfo", {"mobilevehicleIndexCode": "1"}, "_mveh_1"),
    }
    async with bench(EVERYTHING) as made:
        await made.read()
        for (key, id_), (path, body, device) in asked.items():
            since = len(made.platform.requests)
            report = await made.status.refresh(key, id_)
            assert made.asked_for(path, since) == [body]
            assert report.values
            assert list(report.available) == ([UID + device] if device else [])
        count = len(made.platform.requests)
        assert await made.status.refresh("door", "99") == await made.status.refresh("moon", "1") == Report()
        assert len(made.platform.requests) == count


async def test_one_thing_that_is_gone() -> None:
    """It does not exist any more: another inventory will say so. Any other failure is raised."""
    async with bench() as made:
        await made.read()
        del made.platform.state.doors["1"]
        assert await made.status.refresh("door", "1") == Report()
        assert made.asked == 1
        made.platform.fault("acsDoorInfo", code="129")
        with pytest.raises(DeviceOfflineError):
            await made.status.refresh("door", "2")
        made.platform.heal()
        made.platform.fault("acsDoorInfo", data="")
        assert await made.status.refresh("door", "2") == Report()
