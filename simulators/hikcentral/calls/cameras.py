"""Cameras (§3.1)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Json, Refuse, endpoint, text
from simulators.hikcentral.state import Camera

from .filters import DEFAULT_TYPE, DEVICE_TYPE, of_types, wanted_types
from .places import SITE, site_of

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

REGION = text("regionIndexCode", required=True, longest=64)


def _camera(camera: Camera) -> dict[str, Any]:
    """Print a camera (L15977)."""
    own = camera.parent_type == DEFAULT_TYPE
    return {
        "cameraIndexCode": camera.id,
        "cameraName": camera.name,
        "capabilitySet": camera.capabilities,
        "encodeDevIndexCode": camera.parent if own else "",
        "devResourceType": camera.parent_type,
        "devIndexCode": "" if own else camera.parent,
        "recordType": camera.record_type,
        "recordLocation": camera.record_location,
        "regionIndexCode": camera.region,
        "siteIndexCode": camera.site,
        "status": camera.status,
        "treatyType": "hiksdk_net",
        "treatyTypeName": "",
    }


def _sample_row(row: Json) -> Json:
    """Print a camera as the samples do: without what they leave out (L4140)."""
    own = row["devResourceType"] == DEFAULT_TYPE
    hidden = {
        "treatyType",
        "treatyTypeName",
        *(("devResourceType", "devIndexCode") if own else ("encodeDevIndexCode",)),
    }
    return {key: value for key, value in row.items() if key not in hidden}


def _sample_list(data: Json) -> Json:
    return data | {"list": [_sample_row(row) for row in data["list"]]}


def _sample_camera(row: Json) -> Json:
    """Print one camera with its parent in another field than the lists: `DevIndexCode` (L4225)."""
    parent = row["encodeDevIndexCode"] or row["devIndexCode"]
    hidden = {"encodeDevIndexCode", "devIndexCode", "treatyType", "treatyTypeName"}
    return {key: value for key, value in row.items() if key not in hidden} | {"DevIndexCode": parent}


def _listed(platform: HikCentralSimulator, call: Call) -> list[Camera]:
    """Return the cameras of the site and the types asked for."""
    site, types = site_of(platform, call), wanted_types(platform, call)
    return [camera for camera in of_types(list(platform.state.cameras.values()), types) if camera.site == site]


@endpoint("resource/v1/cameras", *PAGE, SITE, DEVICE_TYPE, cached=True, sample=_sample_list)
def cameras(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the cameras of one site (L4059)."""
    return paged(platform, call, _listed(platform, call), _camera)


@endpoint(
    "resource/v1/regions/regionIndexCode/cameras", REGION, *PAGE, SITE, DEVICE_TYPE, cached=True, sample=_sample_list
)
def cameras_of_region(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the cameras of an area, without those of areas below it (L3714)."""
    region = call.text("regionIndexCode")
    if (site_of(platform, call), region) not in platform.state.regions:
        raise Refuse("0x00072202")
    return paged(platform, call, [camera for camera in _listed(platform, call) if camera.region == region], _camera)


@endpoint(
    "resource/v1/camera/advance/cameraList",
    *PAGE,
    text("cameraName", longest=32),
    DEVICE_TYPE,
    text("encodeDevIndexCode", longest=64),
    text("devIndexCode", longest=64),
    text("regionIndexCode", longest=64),
    SITE,
    sample=_sample_list,
)
def search(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the cameras that meet all conditions; the name is a part of it (L3911)."""
    name, region = call.text("cameraName").casefold(), call.text("regionIndexCode")
    encoder, device = call.text("encodeDevIndexCode"), call.text("devIndexCode")
    rows = [
        camera
        for camera in _listed(platform, call)
        if name in camera.name.casefold()
        and region in ("", camera.region)
        and (not encoder or (camera.parent_type, camera.parent) == (DEFAULT_TYPE, encoder))
        and (not device or encoder or (camera.parent_type != DEFAULT_TYPE and camera.parent == device))
    ]
    return paged(platform, call, rows, _camera)


@endpoint("resource/v1/cameras/indexCode", text("cameraIndexCode", required=True, longest=64), sample=_sample_camera)
def camera(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell one camera of any site and type (L4169)."""
    return _camera(camera_of(platform, call))


def camera_of(platform: HikCentralSimulator, call: Call) -> Camera:
    """Return the camera a call names. Raises Refuse for one that does not exist."""
    found = platform.state.cameras.get(call.text("cameraIndexCode"))
    if found is None:
        raise Refuse("0x00072202")
    return found
