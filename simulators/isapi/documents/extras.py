"""What only some kinds have: passive infrared, thermal, movement, door station."""

from simulators.isapi.answers import STD_CGI
from simulators.wire.xml import Body, Value, document

from .setup import Setup


def card_health(setup: Setup) -> dict[str, str]:
    """Health of a memory card (isapi-events §4.1)."""
    if not any(disk.kind == "SD" for disk in setup.profile.disks):
        return {}
    body: Body = {
        "healthState": "good", "badBlocks": 0, "SDCardState": "onLine", "abnormalPowerLoss": 2, "remainingLife": 93,
    }  # fmt: skip
    return {"Smart/storageDetection": document("StorageDetection", body, namespace=STD_CGI)}


def wireless_alarm(setup: Setup) -> dict[str, str]:
    """Passive infrared sensor (isapi-events §4.2)."""
    if not setup.has("pir"):
        return {}
    return {
        "WLAlarm/capabilities": setup.render("WLAlarmCap", {"isSupportPIR": True}),
        "WLAlarm/PIR": setup.render("PIRAlarm", {"enabled": True, "name": "PIR Alarm"}),
    }


def thermal(setup: Setup) -> dict[str, str]:
    """Fire detection and thermometry of the second channel (isapi-events §4.3)."""
    if not setup.has("thermal"):
        return {}
    base = "Thermal/channels/2"
    region: Value = {
        "id": 1,
        "enabled": True,
        "name": "Boiler",
        "emissivity": "0.95",
        "distance": 5,
        "reflectiveEnable": False,
        "reflectiveTemperature": "20.0",
        "type": "region",
        "Region": {
            "highestTempValue": "61.2",
            "lowestTempValue": "22.0",
            "averageTempValue": "40.1",
            "diffTempValue": "39.2",
            "RegionCoordinatesList": None,
        },
    }
    return {
        "Thermal/capabilities": setup.render(
            "ThermalCap", {"isSupportFireDetection": True, "isSupportThermometry": True}
        ),
        f"{base}/fireDetection": setup.render(
            "FireDetection", {"enabled": True, "sensitivity": 50, "fireComfirmTime": 5}
        ),
        f"{base}/thermometry/basicParam": setup.render(
            "ThermometryBasicParam",
            {"id": 2, "enabled": True, "temperatureRange": "-20~150", "temperatureUnit": "degreeCentigrade"},
        ),
        f"{base}/thermometry/0/regions": setup.render("ThermometryRegionList", {"ThermometryRegion": region}),
    }


def span(low: int, high: int) -> Body:
    """Range of an axis."""
    return {"Min": low, "Max": high}


def movement(setup: Setup) -> dict[str, str]:
    """Pan, tilt and zoom of a dome (isapi-core X.1); a fixed thermal camera says that it has none of it."""
    if not setup.has("ptz"):
        return {}
    base = "PTZCtrl/channels/1"
    documents = {
        f"{base}/capabilities": setup.render(
            "PTZChanelCap",
            {
                "AbsolutePanTiltPositionSpace": {"XRange": span(0, 3600), "YRange": span(-200, 900)},
                "AbsoluteZoomPositionSpace": {"ZRange": span(10, 420)},
                "ContinuousPanTiltSpace": {"XRange": span(-100, 100), "YRange": span(-100, 100)},
                "ContinuousZoomSpace": {"ZRange": span(-100, 100)},
                "maxPresetNum": 300,
                "PresetNameCap": {"specialNo": {"@opt": "33,34,35"}},
            },
        )
    }
    for number, name in ((1, "Gate"), (2, "Parking"), (33, "Auto-flip")):
        documents[f"{base}/presets/{number}"] = setup.render(
            "PTZPreset", {"enabled": True, "id": number, "presetName": name}
        )
    return documents


def intercom(setup: Setup) -> dict[str, str]:
    """Door station: capabilities, the door's parameters (isapi-events §4.6, §4.7)."""
    if not setup.has("intercom"):
        return {}
    return {
        "VideoIntercom/capabilities": setup.render(
            "VideoIntercomCap", {"isSupportRemoteOpenDoor": True, "isSupportKeyCfg": False, "isSupportCallStatus": True}
        ),
        "VideoIntercom/workMode": setup.render("WorkMode", {"deviceWorkMode": "intercomMode"}),
        "AccessControl/Door/param/1": setup.render(
            "DoorParam",
            {"id": 1, "doorName": "Front door", "magneticType": 0, "openButtonType": 1, "openDuration": 5,
             "disabledOpenDuration": 15, "magneticAlarmTimeout": 30, "doorLockEnabled": False},
        ),
        "AccessControl/RemoteControl/door/capabilities": setup.render(
            "RemoteControlDoor",
            {"doorNo": {"@min": 1, "@max": 1},
             "cmd": {"@opt": "open,close,alwaysOpen,alwaysClose,resume"}},
        ),
    }  # fmt: skip


BUILDERS = (card_health, wireless_alarm, thermal, movement, intercom)
