"""How servers are, and which cameras they record: every sort counts in its own way (hikcentral §3.2, T13, T14)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.recording import PERIOD_SECONDS, Recordings
from custom_components.hikvision_ivm.systems.hikcentral.servers import Servers
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Report
from custom_components.hikvision_ivm.systems.values import CameraValue
from simulators.hikcentral import SitePlan
from simulators.hikcentral.shaping import PROFILES, Profile

from .inventory_bench import UID, Bench, bench

MANAGEMENT = "resource/v1/videoManagementServer"
STATUS = "resource/v1/recordServer/recordStatus"
INFO = "resource/v1/recordServer/indexCode/recordServerInfo"

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def poll(made: Bench, matter: Servers | Recordings) -> Report:
    """Poll as if somebody looked at everything, when everything is due again."""
    made.time.passed += PERIOD_SECONDS
    return await matter.values(made.inventory.features)


@pytest.mark.parametrize("profile", PROFILES)
async def test_four_sorts_of_servers(profile: Profile) -> None:
    """0 is online for the management server, an exception for a streaming server, unknown for the two others."""
    async with bench(SitePlan(intelligent_servers=1), profile) as made:
        await made.read()
        state, servers = made.platform.state, Servers(made.context, made.lists)
        report = await poll(made, servers)
        assert made.value(report, "", Kind.ONLINE) is True
        assert made.value(report, "", Kind.CPU_USAGE) == 17
        assert made.value(report, "_rsrv_1", Kind.ONLINE) is True
        assert made.value(report, "_rsrv_1", Kind.RECORDING_FAILURE) is False
        assert made.value(report, "_ssrv_1", Kind.SERVER_PROBLEM) is False
        figures = (Kind.CPU_USAGE, Kind.MEMORY_USAGE, Kind.STREAMS, Kind.STREAMS_IN, Kind.STREAMS_OUT)
        assert [made.value(report, "_ssrv_1", kind) for kind in figures] == [21, 43, 8, 3, 5]
        assert made.value(report, "_isrv_1", Kind.ONLINE) is True
        sizes = (Kind.DISK_CAPACITY, Kind.DISK_FREE, Kind.DISK_USED)
        assert [made.value(report, "_rsrv_1", kind, "2") for kind in sizes] == [4_000_000, 1_500_000, 2_500_000]
        state.management.status = 1
        state.stream_servers["1"].status = 0
        state.record_servers["1"].network_status, state.record_servers["1"].recording = 2, 2
        state.intelligent_servers["1"].status = 2
        report = await poll(made, servers)
        assert made.value(report, "", Kind.ONLINE) is False
        assert made.value(report, "_ssrv_1", Kind.SERVER_PROBLEM) is True
        assert made.value(report, "_rsrv_1", Kind.ONLINE) is False
        assert made.value(report, "_rsrv_1", Kind.RECORDING_FAILURE) is True
        # That the management server calls itself offline takes nothing away: it answers.
        assert report.available == {f"{UID}_rsrv_1": False, f"{UID}_isrv_1": False}
        state.record_servers["1"].network_status = state.record_servers["1"].recording = 0
        state.intelligent_servers["1"].status = 0
        report = await poll(made, servers)
        assert made.value(report, "_rsrv_1", Kind.ONLINE) is UNKNOWN
        assert made.value(report, "_rsrv_1", Kind.RECORDING_FAILURE) is UNKNOWN
        assert made.value(report, "_isrv_1", Kind.ONLINE) is UNKNOWN
        assert report.available == {f"{UID}_rsrv_1": True, f"{UID}_isrv_1": True}


@pytest.mark.parametrize("nonsense", [-1, 101, "x", None, True])
async def test_figures_that_cannot_be(nonsense: Any) -> None:
    """A load beyond 100 % and a negative size are unknown."""
    async with bench() as made:
        await made.read()
        made.platform.fault(MANAGEMENT, data={"ip": "192.0.2.1", "cpu": nonsense, "status": nonsense})
        pool = {"poolID": "1", "Capacity": -1, "FreeSpace": "", "UsedSpace": "7"}
        made.platform.fault(INFO, data={"hddList": [pool]})
        report = await poll(made, Servers(made.context, made.lists))
        assert made.value(report, "", Kind.CPU_USAGE) is UNKNOWN
        assert made.value(report, "_rsrv_1", Kind.DISK_CAPACITY, "1") is UNKNOWN
        assert made.value(report, "_rsrv_1", Kind.DISK_USED, "1") == 7
        # The other pool is not there any more.
        assert made.value(report, "_rsrv_1", Kind.DISK_USED, "2") is UNKNOWN


async def test_only_what_is_looked_at_and_due() -> None:
    """Nothing is asked for who looks at nothing, each sort of servers alone, and only every five minutes."""
    async with bench(SitePlan(record_servers=2)) as made:
        await made.read()
        servers = Servers(made.context, made.lists)
        since = len(made.platform.requests)
        assert (await servers.values(())).values == {}
        assert len(made.platform.requests) == since
        wanted = {made.feature("_rsrv_2", Kind.DISK_FREE, "1").id, made.feature("_ssrv_1", Kind.STREAMS).id}
        report = await servers.values(wanted)
        assert set(report.values) == wanted
        paths = [request.path for request in made.platform.requests[since:]]
        assert sorted(paths) == [INFO, "resource/v1/streamServer/streamServerList"]
        assert made.asked_for(INFO, since) == [{"recordServerIndexCode": "2"}]
        assert (await servers.values(wanted)).values == {}
        assert len(made.platform.requests) == since + 2


async def test_servers_that_fail() -> None:
    """One sort fails and the others stand; what failed three times is unknown until it answers again."""
    async with bench() as made:
        await made.read()
        servers = Servers(made.context, made.lists)
        await poll(made, servers)
        made.platform.fault("streamServerList", code="5")
        made.platform.fault(INFO, code="5")
        streams = made.feature("_ssrv_1", Kind.STREAMS).id
        for _ in range(2):
            report = await poll(made, servers)
            assert streams not in report.values and made.value(report, "", Kind.ONLINE) is True
        report = await poll(made, servers)
        assert report.values[streams] is UNKNOWN
        assert made.value(report, "_rsrv_1", Kind.DISK_FREE, "1") is UNKNOWN
        made.platform.heal()
        assert (await poll(made, servers)).values[streams] == 8


# recording


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("state", "recording", "word"),
    [
        (0, True, "recording"),
        (1, False, "not_recording"),
        (2, False, "exception"),
        (3, UNKNOWN, "search_failed"),
        (4, UNKNOWN, UNKNOWN),
        (9, UNKNOWN, UNKNOWN),
    ],
)
async def test_what_is_recorded(profile: Profile, state: int, recording: Any, word: Any) -> None:
    """0 is recording here, not unknown; a camera of no pool is unknown."""
    async with bench(SitePlan(pools=3), profile) as made:
        await made.read()
        made.platform.state.cameras["2"].recording = state
        made.platform.state.cameras["3"].pool = "99"
        report = await poll(made, Recordings(made.context, made.lists))
        assert made.value(report, "_cam_2", Kind.RECORDING) is recording
        assert made.value(report, "_cam_2", Kind.RECORDING_STATE) == word
        expected = UNKNOWN if recording is UNKNOWN else CameraValue(recording=recording)
        assert made.value(report, "_cam_2", Kind.MAIN_STREAM) == expected
        assert made.value(report, "_cam_1", Kind.RECORDING) is True
        assert made.value(report, "_cam_3", Kind.RECORDING) is UNKNOWN


async def test_pools_of_pictures_are_not_asked() -> None:
    """Nor are rows about pictures counted, nor anything asked for who looks at no recording."""
    async with bench(SitePlan(record_servers=2, pools=2)) as made:
        await made.read()
        recordings = Recordings(made.context, made.lists)
        streams = {made.feature("_cam_1", Kind.MAIN_STREAM).id}
        assert (await recordings.values(streams)).values == {}
        assert made.platform.count(STATUS) == 0
        wanted = {made.feature("_cam_1", Kind.RECORDING).id}
        report = await recordings.values(wanted)
        assert set(report.values) == wanted
        assert {(body["recordServerIndexCode"], body["poolID"]) for body in made.asked_for(STATUS)} == {
            ("1", "1"), ("2", "1"),
        }  # fmt: skip
        assert (await recordings.values(wanted)).values == {}
        assert made.platform.count(STATUS) == 2


async def test_a_camera_in_several_pools() -> None:
    """It is recorded if any of them records it; a row about pictures says nothing of video."""
    rows = [
        {"cameraIndexCode": "1", "storageType": 1, "recordingStatus": 1},
        {"cameraIndexCode": "1", "storageType": "2", "recordingStatus": "0"},
        {"cameraIndexCode": "1", "storageType": 1, "recordingStatus": 2},
        {"cameraIndexCode": "2", "storageType": 3, "recordingStatus": 0},
        {"cameraIndexCode": "4", "storageType": 1, "recordingStatus": 3},
        {"cameraIndexCode": "4", "storageType": 0, "recordingStatus": 2},
        {"recordingStatus": 0},
        {"cameraIndexCode": "5"},
    ]
    async with bench() as made:
        await made.read()
        made.platform.fault(STATUS, data={"list": rows})
        report = await poll(made, Recordings(made.context, made.lists))
        states = [made.value(report, f"_cam_{id_}", Kind.RECORDING_STATE) for id_ in (1, 2, 4, 5)]
        assert states == ["recording", UNKNOWN, "exception", UNKNOWN]


async def test_a_pool_that_fails() -> None:
    """Its cameras keep what was known, until it failed three times; then they are unknown. It is tried again soon."""
    async with bench(SitePlan(pools=3)) as made:
        await made.read()
        recordings = Recordings(made.context, made.lists)
        await poll(made, recordings)
        first, second = made.feature("_cam_1", Kind.RECORDING).id, made.feature("_cam_2", Kind.RECORDING).id
        original = made.lists.read

        async def read(path: str, body: Any = None, **more: Any) -> Any:
            if body and body.get("poolID") == "2":
                return await original("no/such/list")
            return await original(path, body, **more)

        made.lists.read = read  # type: ignore[method-assign]
        made.platform.fault("no/such/list", code="5")
        for _ in range(2):
            report = await poll(made, recordings)
            assert report.values[first] is True and second not in report.values
        report = await poll(made, recordings)
        assert report.values[first] is True and report.values[second] is UNKNOWN
        made.lists.read = original  # type: ignore[method-assign]
        made.time.passed += 61
        assert (await recordings.values(made.inventory.features)).values[second] is True
