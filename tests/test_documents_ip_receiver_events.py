"""docs/ip_receiver.md says of events what the code does: functions, codes, attributes, detectors, what is latched."""

from collections.abc import Mapping
from datetime import UTC, datetime
import json
from typing import Any

from custom_components.hikvision_ivm.event import event_attributes
from custom_components.hikvision_ivm.systems.ip_receiver.alerts import Cid, parse
from custom_components.hikvision_ivm.systems.ip_receiver.detectors import BY_ZONE_TYPE, DETECTORS, ZONE_TYPES
from custom_components.hikvision_ivm.systems.ip_receiver.device_details import device_facts
from custom_components.hikvision_ivm.systems.ip_receiver.device_events import EVENTS, Role, event_types
from custom_components.hikvision_ivm.systems.ip_receiver.event_codes import EVENT_CODES, FUNCTIONS, Section, restore_of
from custom_components.hikvision_ivm.systems.ip_receiver.features_panel import LATCHED
from custom_components.hikvision_ivm.systems.ip_receiver.latched import LATCHES
from custom_components.hikvision_ivm.systems.ip_receiver.records import DeviceRecord, ZoneRecord
from custom_components.hikvision_ivm.systems.ip_receiver.report_facts import CATEGORIES, report_facts
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Occurrence, Phase, Target
from tests.documents import ENGLISH, TEXTS, quoted, records, section

PAGE = TEXTS["docs/ip_receiver.md"]
SECTIONS: Mapping[str, Section] = {
    "Alarm panels (*Panel event*)": Section.PANEL,
    "Cameras and recorders": Section.ENCODING,
    "Radars": Section.RADAR,
    "Access control": Section.ACCESS,
    "The receiver": Section.PLATFORM,
}
"""Title of a table of codes → the devices it is of."""


def told(heading: str) -> list[dict[str, str]]:
    """Return the rows of the tables below a heading."""
    return records(section(heading, PAGE))


def test_every_function() -> None:
    """The event types of panels are the 27 functions, each with the number of its codes."""
    found = {quoted(row["Type"])[0]: int(row["Codes"]) for row in told("Events") if "Type" in row}
    panel = [code for code in EVENT_CODES.values() if code.section is Section.PANEL]
    assert found == {kind.value: sum(code.kind is kind for code in panel) for kind in FUNCTIONS}
    assert len(found) == 27
    assert sum(found.values()) == len(panel) == 296


def test_every_code() -> None:
    """Every code is told once, below its devices, with its codes, its meaning and its type."""
    page = section("Event codes", PAGE)
    assert page.strip().startswith(f"{len(EVENT_CODES)} codes are documented")
    found: list[tuple[Section, tuple[str, ...]]] = []
    for title, of in SECTIONS.items():
        _, _, rest = page.partition(f"**{title}**")
        table = rest.partition("\n**")[0]
        found += [(of, tuple(cell.strip("`") for cell in row.values())) for row in records(table)]
    expected = [
        (
            row.section,
            (row.code, row.cid, row.sia, row.description, *([row.kind.value] if row.section is Section.PANEL else [])),
        )
        for row in EVENT_CODES.values()
    ]
    assert sorted(found) == sorted(expected)
    assert len(found) == 328


def test_types_of_other_devices() -> None:
    """The types of device events are those of the page and those of panels; a bell of its own tells its calls."""
    found = [quoted(row["Type"])[0] for row in told("Events of other devices") if "Type" in row]
    assert found == sorted(row.kind.value for row in EVENTS.values())
    for number in (1, 2, 3, 4, 100):
        offered = {kind.value for kind in event_types(DeviceRecord(id="1", index="1", name="1", type=number))}
        assert offered == {*found, *FUNCTIONS, "unknown_event"} - ({"doorbell"} if number == 2 else set())


def test_what_waits_for_its_end() -> None:
    """Lost video, recording failures and disks wait for their end; everything else is over without a repeat."""
    waiting = {row.kind.value for row in EVENTS.values() if row.role is Role.CONDITION}
    assert waiting == {"video_loss", "recording_failure", "disk_full", "disk_error"}


def names(kind: str) -> str:
    """Return the name of a binary sensor."""
    return str(ENGLISH["entity"]["binary_sensor"][kind]["name"]).replace("{part}", "")


def test_everything_latched() -> None:
    """What only events tell is named with the codes that turn it on and off."""
    expected = {}
    for latch in LATCHES:
        sides = (list(latch.codes), [restore_of(code) for code in latch.codes])
        expected[names(latch.kind)] = sides[::-1] if latch.inverted else sides
    found = {row["Entity"]: (quoted(row["On"]), quoted(row["Off"])) for row in told("State of the panel itself")}
    assert found == expected
    assert {*found} == {names(row.kind) for row in LATCHED}


def test_every_detector() -> None:
    """The table of detectors names every documented one with what it senses."""
    found: dict[str, Any] = {
        quoted(row["Detector"])[0]: (row["What it is"], row["Class"]) for row in told("Zones") if "Detector" in row
    }
    shapes = {BY_ZONE_TYPE: "by type of zone", "": "–"}
    assert found == {
        one.word: (one.name, shapes.get(one.shape, one.shape.replace("_", " "))) for one in DETECTORS.values()
    }
    assert len(found) == 35


def test_every_type_of_zone() -> None:
    """The table of types of zones names every documented one."""
    found = {
        word.lower(): row["Class"]
        for row in told("Zones")
        if "Type of zone" in row
        for word in quoted(row["Type of zone"])
    }
    assert found == {word: shape or "–" for word, shape in ZONE_TYPES.items()}
    assert len(found) == 13


NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def attributes(kind: Kind, details: Mapping[str, Any], **more: Any) -> set[str]:
    """Return the attributes that an event entity shows of an occurrence."""
    occurrence = Occurrence(
        device_id="1", kind=kind, phase=Phase.PULSE, code="1", received=NOW, time=NOW, details=details, **more
    )
    return {"event_type", *event_attributes(occurrence)}


def test_every_attribute_of_a_report() -> None:
    """Whatever a report of a panel may tell is named, and its category is a word of the code."""
    cid = Cid(code="1103", partition=1, number=2, category=1, user="Ann", uuid="7", video=1, told="x", triggered="x")
    found = {name: row["Meaning"] for row in told("Events") if "Attribute" in row for name in quoted(row["Attribute"])}
    assert found.keys() == attributes(Kind.BURGLARY, report_facts(cid, ZoneRecord(id=1, name="Hall")))
    assert quoted(found["category"]) == [*CATEGORIES.values()]


def test_every_attribute_of_other_devices() -> None:
    """Whatever a message of another device may tell is named."""
    measured = {
        "thermometryUnit": "celsius", "ruleTemperature": 50, "currTemperature": 60, "ruleTemperatureDiff": 5,
        "currTemperatureDiff": 6, "ruleType": "max", "alarmRule": "greater", "presetNo": 1, "sensorInfo": {"sensorName": "x"},
    }  # fmt: skip
    body = {
        "eventType": "TMA", "dateTime": NOW.isoformat(), "channelID": "1", "channelName": "x", "inputIOPortID": 1,
        "zoneName": "x", "VideoReview": {"HikCIDParams": {"subSys": 1, "ZoneNo": 1}},
        "DetectionRegionList": [
            {"DetectionRegionEntry": {"regionID": "1", "TMA": measured, "FireDetection": {"targetDistance": 100}}}
        ],
        "VoiceTalkEvent": {
            "deviceName": "x",
            "target": {
                "periodNumber": 1, "communityNumber": "1", "buildingNumber": 1, "unitNumber": 1, "floorNumber": 1,
                "roomNumber": 1,
            },
        },
    }  # fmt: skip
    (alert,), _ = parse(json.dumps({"EventNotificationAlert": body}).encode(), UTC)
    facts, region, _ = device_facts(alert)
    expected = attributes(
        Kind.TEMPERATURE_ALARM, {**facts, "event": "x"}, region=region, target=Target.HUMAN, channel=alert.channel
    )
    rows = [row for row in told("Events of other devices") if "Attribute" in row]
    assert {name for row in rows for name in quoted(row["Attribute"])} == expected
