"""Servers of the platform, their storage, and whether cameras are recorded (§3.2)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Refuse, endpoint, text
from simulators.hikcentral.state import Camera, IntelligentServer, Pool, RecordServer, StreamServer

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

SERVER = text("recordServerIndexCode", required=True, longest=64)
SINCE = (1, 7, 0)
SCHEDULED, PICTURES = 1, 3
"""storageType."""


def _record_server(server: RecordServer) -> dict[str, Any]:
    """Print a recording server without its storage (L17554)."""
    return {
        "recordServerIndexCode": server.id,
        "recordServerName": server.name,
        "recordServerIp": server.ip,
        "recordingStatus": server.recording,
        "networkStatus": server.network_status,
    }


def _pool(pool: Pool) -> dict[str, Any]:
    """Print storage, in MB (L16639)."""
    return {
        "poolID": pool.id,
        "poolName": pool.name,
        "Status": pool.status,
        "Capacity": pool.capacity,
        "FreeSpace": pool.free,
        "UsedSpace": pool.capacity - pool.free,
    }


def _stream_server(server: StreamServer) -> dict[str, Any]:
    """Print a streaming server (L17725)."""
    return {
        "streamServerIndexCode": server.id,
        "streamServerName": server.name,
        "streamServerIp": server.ip,
        "totalStreamNum": server.streams_in + server.streams_out,
        "streamInNum": server.streams_in,
        "streamOutNum": server.streams_out,
        "status": server.status,
        "CPUUsage": server.cpu,
        "RAMUsage": server.ram,
    }


def _intelligent_server(server: IntelligentServer) -> dict[str, Any]:
    """Print a DeepinMind server (L16663)."""
    return {
        "intelligentServerIndexCode": server.id,
        "intelligentServerName": server.name,
        "intelligentServerIp": server.ip,
        "status": server.status,
    }


@endpoint("resource/v1/videoManagementServer", since=SINCE)
def management(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell the management server (L3252)."""
    server = platform.state.management
    return {"ip": server.ip, "port": server.port, "cpu": server.cpu, "status": server.status}


@endpoint("resource/v1/recordServer/recordServerList", *PAGE, cached=True, since=SINCE)
def record_servers(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the recording servers (L2935)."""
    return paged(platform, call, list(platform.state.record_servers.values()), _record_server)


@endpoint("resource/v1/recordServer/indexCode/recordServerInfo", SERVER, since=SINCE)
def record_server(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell one recording server with its storage (L2857)."""
    server = _server_of(platform, call)
    return _record_server(server) | {"hddList": [_pool(pool) for pool in server.pools]}


@endpoint(
    "resource/v1/recordServer/recordStatus", *PAGE, SERVER, text("poolID", required=True, longest=64), cached=True,
    since=SINCE,
)  # fmt: skip
def record_status(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the cameras recorded in one pool (L3022)."""
    server, wanted = _server_of(platform, call), call.text("poolID")
    pool = next((pool for pool in server.pools if pool.id == wanted), None)
    if pool is None:
        raise Refuse("0x00072202", f"pool {wanted} does not exist")
    rows = [
        camera
        for camera in platform.state.cameras.values()
        if camera.record_server == server.id and camera.pool == pool.id
    ]

    def render(camera: Camera) -> dict[str, Any]:
        return _recorded(platform, camera, pool)

    return _record_server(server) | paged(platform, call, rows, render)


def _recorded(platform: HikCentralSimulator, camera: Camera, pool: Pool) -> dict[str, Any]:
    """Print what is known of a camera's recording (L16054)."""
    state = platform.state
    region, site = state.regions.get((camera.site, camera.region)), state.sites.get(camera.site)
    encoder = state.encoders.get(camera.parent) if camera.parent_type == "encodeDevice" else None
    return {
        "cameraIndexCode": camera.id,
        "cameraName": camera.name,
        "deviceIp": encoder.ip if encoder else "",
        "siteName": site.name if site else "",
        "regionName": region.name if region else "",
        "recordingScheduleName": "All day" if camera.recording in (0, 2) else "",
        "storageType": PICTURES if pool.name.startswith("PIC") else SCHEDULED,
        "recordingStatus": camera.recording,
        "networkStatus": camera.status,
    }


@endpoint("resource/v1/streamServer/streamServerList", *PAGE, since=SINCE)
def stream_servers(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the streaming servers (L3160); the printed sample shows another kind of devices and is not followed."""
    return paged(platform, call, list(platform.state.stream_servers.values()), _stream_server)


@endpoint("resource/v1/intelligentServer/intelligentServerList", *PAGE, since=SINCE)
def intelligent_servers(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the DeepinMind servers (L2510)."""
    return paged(platform, call, list(platform.state.intelligent_servers.values()), _intelligent_server)


def _server_of(platform: HikCentralSimulator, call: Call) -> RecordServer:
    found = platform.state.record_servers.get(call.text("recordServerIndexCode"))
    if found is None:
        raise Refuse("0x00072202")
    return found
