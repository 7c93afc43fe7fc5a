"""What the `data` of a push says where a test gives none, by family of the event (A.2.1 to A.2.6)."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .event_types import event_types
from .times import stamp

if TYPE_CHECKING:
    from .platform import HikCentralSimulator

PLATE = "B AB 1234"


def default_data(platform: HikCentralSimulator, code: int, source: str, at: datetime, picture: str | None
                 ) -> dict[str, Any]:  # fmt: skip
    """Return the documented extension of an event, with `picture` where the family carries one."""
    row = event_types().get(code)
    category = row.category if row else ""
    if category == "card_swiping_event":
        return access(platform, source, picture)
    if code == 131622:
        return {"plateNo": PLATE}
    if code in (130, 131):
        return {"plateNo": PLATE, "vehicleGroupIndexCode": "1"}
    if code == 131659:
        return face(source, at, picture or "Vsm://PHQG#0#0")
    if category in ("mobile_vehicle_event", "mobile_device_alarm"):
        return mobile(at, picture)
    if category == "healthcare_event":
        return {"RoomNo": "101", "BedNo": "1", "PersonName": "Ada Lovelace"}
    return {}


def access(platform: HikCentralSimulator, door: str, picture: str | None) -> dict[str, Any]:
    """Return who was at the door (L18204)."""
    reader = next((reader for reader in platform.state.readers.values() if reader.door == door), None)
    return {
        "personId": "1",
        "personCode": "E0001",
        "cardNo": "1234567890",
        "checkInAndOutType": -1,
        "picUri": picture or "",
        "temperatureData": 36.4,
        "temperatureStatus": 1,
        "wearMaskStatus": 2,
        "readerIndexCode": reader.id if reader else "",
        "readerName": reader.name if reader else "",
    }


def face(camera: str, at: datetime, picture: str) -> dict[str, Any]:
    """Return a face that was compared (L18388-18434)."""
    candidate = {
        "blacklist_id": "1",
        "human_data": {"face_picurl": picture, "face_pic_data": ""},
        "human_id": "1",
        "reserve_field": {"name": "Ada Lovelace"},
        "similarity": 0.93,
    }
    found = {
        "URL": picture,
        "snap_pic_data": "",
        "age": {"ageGroup": "MIDDLE"},
        "faceRect": {"height": 0.2, "width": 0.1, "x": 0.4, "y": 0.3},
        "temperature": {"temperatureData": 36.5, "temperatureStatus": 1},
        "mask": {"wearMaskStatus": 2},
        "gender": {"value": "2"},
        "identify": [{"candidate": [candidate]}],
    }
    return {
        "alarmResult": {"faces": [found], "targetAttrs": {"cameraIndexCode": camera, "faceTime": stamp(at)}},
        "dataType": "faceMatch",
    }


def mobile(at: datetime, picture: str | None) -> dict[str, Any]:
    """Return where a vehicle was and who drives it (L18436)."""
    data: dict[str, Any] = {
        "gps": {
            "occurTime": stamp(at),
            "longitude": "43272000",
            "latitude": "10864800",
            "direction": 45,
            "speed": 48,
            "speedUnit": 0,
            "displayInfo": "E120,12,0;N30,10,48",
            "directionInfo": "Northeast",
        },
        "vehicle": {
            "plateNo": "B MV 1",
            "ownerName": "Ada Lovelace",
            "phoneNo": "5550100",
            "vehicleBrand": 0,
            "vehicleColor": 1,
            "vehicleType": "1",
        },
    }
    if picture:
        data["urlList"] = [{"format": "0", "url": picture, "expandInfo": {"suffixName": "jpeg", "mediaType": "Image"}}]
    return data
