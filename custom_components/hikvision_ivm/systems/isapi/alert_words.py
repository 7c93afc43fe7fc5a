"""Which words of a message are read, and what they are called here (isapi-events §1.2).

A further field of a message is a row here; what becomes of it is decided in `alert`.
"""

from collections.abc import Mapping
from typing import Final

from ..model import Target

# Local element or key name in lower case → our word. The first text that is not empty counts.
COMMON: Final[Mapping[str, str]] = {
    "eventtype": "type",
    "eventstate": "state",
    "eventdescription": "description",
    "relationevent": "relation",
    "channelid": "channel",
    "dynchannelid": "dynamic_channel",
    "devicechannel": "device_channel",
    "inputioportid": "port",
    "dyninputioportid": "dynamic_port",
    "datetime": "time",
    "activepostcount": "count",
    "macaddress": "mac",
    "ipaddress": "address",
    "ipv6address": "address6",
    "serialnumber": "serial",
    "targettype": "target",
    "detectiontarget": "target",
    "regionid": "region",
    "detectionpicturesnumber": "pictures",
    "picturesnumber": "pictures",
    "picnum": "pictures",
    "bkgurl": "picture_url",
    "isdataretransmission": "late",
    "currtemperature": "temperature",
    "licenseplate": "plate",
    "originallicenseplate": "plate_original",
    # what only one family of events has, and nobody else means otherwise
    "confidencelevel": "confidence",
    "vehicletype": "vehicle_type",
    "vehiclelistname": "list",
    "platecolor": "plate_color",
    "majoreventtype": "major",
    "subeventtype": "minor",
    "doorno": "door",
    "employeenostring": "employee",
    "serialno": "number",
    "faceid": "number",
    "age": "age",
    "gender": "gender",
    "glass": "glasses",
    "faceexpression": "expression",
    "facescore": "face_score",
}

# Words that are common elsewhere and mean this only below the named block.
BLOCKS: Final[Mapping[str, Mapping[str, str]]] = {
    "anpr": {**COMMON, "country": "country", "direction": "direction", "line": "lane", "laneno": "lane"},
    "peoplecounting": {
        **COMMON,
        "statisticalmethods": "method",
        "enter": "enter",
        "exit": "exit",
        "pass": "pass",
    },
    "accesscontrollerevent": {**COMMON, "name": "person"},
    "cidevent": {
        **COMMON,
        "code": "cid_code",
        "standardcidcode": "cid_standard_code",
        "type": "cid_type",
        "zone": "zone",
        "system": "partition",
    },
}

# Geometry and media that no field is read from, and that may hold hundreds of elements. `eventPush` repeats other fields.
SKIPPED: Final = frozenset(
    {"regioncoordinateslist", "targetrect", "pictureinfolist", "facerect", "platerect", "devicegpsinfo", "eventpush"}
)

TARGETS: Final[Mapping[str, Target | None]] = {
    "human": Target.HUMAN,
    "person": Target.HUMAN,
    "people": Target.HUMAN,
    "pedestrian": Target.HUMAN,
    "face": Target.HUMAN,
    "vehicle": Target.VEHICLE,
    "car": Target.VEHICLE,
    "motor": Target.VEHICLE,
    "nonmotor": Target.VEHICLE,
    "pet": Target.PET,
    "animal": Target.PET,
    # what was not classified is not "other"
    "": None,
    "unknown": None,
    "none": None,
    "all": None,
}

COLLECTED: Final = frozenset({"region", "target"})
WHOLE: Final = frozenset(
    {"confidence", "lane", "major", "minor", "door", "age", "enter", "exit", "pass", "zone", "partition"}
)
DETAILS: Final = (
    *("confidence", "country", "direction", "lane", "list", "plate_color", "vehicle_type"),
    *("temperature", "method", "enter", "exit", "pass"),
    *("major", "minor", "door", "cid_code", "cid_standard_code", "cid_type", "zone", "partition"),
    *("age", "gender", "glasses", "expression", "face_score"),
)
