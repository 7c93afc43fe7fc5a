"""Events of cameras, radars, door stations, and what of a panel is no report (ip-receiver §4.2)."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ip_receiver.device_events import (
    EVENTS,
    MOST_SEEN,
    SEEN,
    SENSOR_KINDS,
    Role,
    Seen,
    SeenDetection,
    event_types,
    has_doorbell,
    part_of,
)
from custom_components.hikvision_ivm.systems.ip_receiver.event_codes import EVENT_CODES, FUNCTIONS, Section
from custom_components.hikvision_ivm.systems.ip_receiver.records import DeviceRecord
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Phase, Target

from .event_bench import CAMERA, DOOR, HOUSE, LEARNED, PANEL, UID, ZONES, Bench

YARD = f"{UID}_V1"
GATE = f"{UID}_A1"


def camera(kind: str, part: str = "1") -> str:
    """Return the id of a sensor of the camera."""
    return f"{YARD}_binary_sensor_{kind}_{part}" if part else f"{YARD}_binary_sensor_{kind}"


# the table


def test_every_documented_event() -> None:
    """Those of the code tables, and the infrared camera's."""
    documented = {
        row.code for row in EVENT_CODES.values() if row.section in {Section.ENCODING, Section.RADAR, Section.ACCESS}
    }
    assert set(EVENTS) == documented | {"PIR"}
    assert len({row.kind for row in EVENTS.values()}) == len(EVENTS)
    assert {row.function for row in EVENTS.values()} <= {*FUNCTIONS, Kind.UNKNOWN_EVENT}


@pytest.mark.parametrize(
    ("type_", "source", "bell"),
    [(1, None, False), (None, 4, False), (2, None, True), (None, 5, True), (3, None, False), (4, None, False),
     (100, 2, False), (None, None, False)],
)  # fmt: skip
def test_event_types(type_: int | None, source: int | None, bell: bool) -> None:
    """Whatever a device is, it can tell anything, also what panels tell; a bell of its own tells its calls."""
    found = event_types(DeviceRecord(id="X", index="x", name="X", type=type_, source=source))
    expected = {*(row.kind for row in EVENTS.values()), *FUNCTIONS}
    assert set(found[:-1]) == expected - ({Kind.DOORBELL} if bell else set())
    assert found[-1] is Kind.UNKNOWN_EVENT
    assert len(set(found)) == len(found)


def test_bells() -> None:
    """Only door stations have one."""
    assert has_doorbell(DOOR)
    assert not has_doorbell(CAMERA)


# what was seen


def test_seen_over_a_restart() -> None:
    """In the order in which it was seen."""
    runtime = Runtime()
    seen = Seen(runtime)
    rows = [
        SeenDetection("V1", Kind.MOTION, "1"),
        SeenDetection("V1", Kind.EVENT_PICTURE),
        SeenDetection("R1", Kind.FALL),
    ]
    assert [seen.add(row) for row in (*rows, rows[0])] == [True, True, True, False]
    again = Seen(runtime)
    assert again.of("V1") == rows[:2]
    assert rows[2] in again
    assert SeenDetection("V1", Kind.MOTION, "2") not in again


@pytest.mark.parametrize(
    "stored", ["x", {}, [["V1", "motion"]], [["V1", "odd", "1"]], [["V1", "doorbell", ""]], [["", "motion", ""]], [7]]
)
def test_seen_that_makes_no_sense(stored: Any) -> None:
    """Is left out."""
    assert Seen(Runtime(memory={SEEN: stored})).of("V1") == []


def test_seen_has_an_end() -> None:
    """What is too much has no sensor."""
    stored = [["V1", "motion", str(number)] for number in range(MOST_SEEN)]
    assert not Seen(Runtime(memory={SEEN: stored})).add(SeenDetection("V2", Kind.MOTION))


@pytest.mark.parametrize(("text", "part"), [(None, ""), ("1", "1"), (" a/b ", "a-b"), ("x" * 40, "x" * 32), ("//", "")])
def test_part(text: str | None, part: str) -> None:
    """A channel is safe in an id."""
    assert part_of(text) == part


# through the router


def test_motion_of_a_camera() -> None:
    """Its sensor appears first; what begins, goes on and ends is told to it and to the event entity."""
    bench = Bench()
    told = []
    for count, state in ((1, "active"), (2, "active"), (3, "inactive")):
        told += bench.take("VMD", device=CAMERA, channelID="2", activePostCount=count, eventState=state)
    assert bench.adopted == [SeenDetection("V1", Kind.MOTION, "2")] == bench.router.seen("V1")
    assert [each.phase for each in told] == [Phase.START, Phase.ONGOING, Phase.END]
    for each in told:
        assert each.features == (camera("motion", "2"), f"{YARD}_event_device_event")
        assert (each.device_id, each.kind, each.code, each.channel) == (YARD, Kind.MOTION, "VMD", "2")
        assert each.hold is None
    assert bench.settled == bench.asked == []


def test_end_of_what_never_began() -> None:
    """Makes no sensor appear."""
    bench = Bench()
    (told,) = bench.take("VMD", device=CAMERA, eventState="inactive")
    assert (told.phase, told.features) == (Phase.END, (f"{YARD}_event_device_event",))
    assert bench.adopted == []


def test_state_that_is_neither() -> None:
    """Something happened all the same."""
    (told,) = Bench().take("VMD", device=CAMERA, eventState=None)
    assert told.phase is Phase.START


def test_what_only_happens_is_told_once() -> None:
    """However often it is repeated; its end is nothing."""
    bench = Bench()
    radar = replace(CAMERA, type=3)
    bench.devices["v1"] = radar
    told = bench.take("longTimeLeave", device=radar)
    told += bench.take("longTimeLeave", device=radar, activePostCount=2)
    told += bench.take("longTimeLeave", device=radar, activePostCount=3, eventState="inactive")
    told += bench.take("longTimeLeave", device=radar)
    assert [(each.phase, each.kind, each.features) for each in told] == [
        (Phase.PULSE, Kind.OUT_OF_BED, (f"{YARD}_event_device_event",))
    ] * 2
    assert bench.adopted == []
    assert bench.router.counts["repeats"] == 2


def test_radar_is_no_heartbeat() -> None:
    """T25."""
    bench = Bench()
    (told,) = bench.take("heartBeatAbnormal", device=CAMERA)
    assert told.kind is Kind.HEART_RATE_ABNORMAL
    assert bench.take("heartBeat", device=None) == []
    assert bench.router.counts["heartbeats"] == 1


def test_bell() -> None:
    """Rings the bell of a door station; that nobody came is an event of the device. Others have no bell."""
    bench = Bench()
    (ring,) = bench.take("requestVoiceTalkEvent", device=DOOR)
    assert (ring.kind, ring.features) == (Kind.DOORBELL, (f"{GATE}_event_doorbell",))
    (over,) = bench.take("cancelVoiceTalkEvent", device=DOOR)
    assert (over.kind, over.features) == (Kind.CALL_CANCELLED, (f"{GATE}_event_device_event",))
    (speaker,) = bench.take("requestVoiceTalkEvent", device=CAMERA)
    assert speaker.features == (f"{YARD}_event_device_event",)


def test_disk_that_recovers() -> None:
    """Ends that it is full and that it is broken, if that was ever told."""
    bench = Bench()
    (told,) = bench.take("diskrecover", device=CAMERA)
    assert (told.kind, told.phase) == (Kind.DISK_RECOVERED, Phase.PULSE)
    assert bench.sink.values == {}
    (full,) = bench.take("diskfull", device=CAMERA, channelID="7")
    assert full.features[0] == camera("disk_full", "")
    bench.passes(60)
    bench.take("diskrecover", device=CAMERA)
    assert bench.sink.values == {camera("disk_full", ""): False}
    assert [each.phase for each in bench.take("diskfull", device=CAMERA, activePostCount=2)] == [Phase.START]


def test_recovery_that_is_repeated() -> None:
    """Ends things, too."""
    bench = Bench()
    bench.take("diskrecover", device=CAMERA)
    bench.take("diskerror", device=CAMERA)
    assert bench.take("diskrecover", device=CAMERA, activePostCount=2) == []
    assert bench.sink.values == {camera("disk_error", ""): False}


def test_alarm_input() -> None:
    """The port tells which one, else the channel."""
    bench = Bench()
    assert bench.take("IO", device=CAMERA, inputIOPortID=3)[0].features[0] == camera("alarm_input", "3")
    assert bench.take("IO", device=CAMERA)[0].features[0] == camera("alarm_input", "1")
    assert bench.sink.occurrences[0].details["port"] == 3


def test_facts() -> None:
    """What was detected, where, and of which zone."""
    region = {"DetectionRegionEntry": {"regionID": "4", "detectionTarget": "vehicle"}}
    review = {"HikCIDParams": {"subSys": 2, "ZoneNo": 5, "videoURL": "/v.mp4"}}
    (told,) = Bench().take(
        "fielddetection", device=CAMERA, DetectionRegionList=[region], VideoReview=review, channelName="Yard 1"
    )
    assert (told.region, told.target) == ("4", Target.VEHICLE)
    assert dict(told.details) == {"partition": 2, "zone": 5, "channel_name": "Yard 1"}


def test_clip_of_a_camera() -> None:
    """Its image appears, and the clip is fetched for it."""
    bench = Bench()
    bench.take("VMD", device=CAMERA, VideoReview={"HikCIDParams": {"videoURL": "/v.mp4"}})
    bench.take("VMD", device=CAMERA, eventState="inactive", VideoReview={"HikCIDParams": {"videoURL": "/w.mp4"}})
    assert SeenDetection("V1", Kind.EVENT_PICTURE) in bench.adopted
    (expected,) = bench.media.told
    assert expected.urls == ["/v.mp4"]
    assert expected.occurrence.features == (f"{YARD}_image_event_picture",)


def test_unknown_type() -> None:
    """Is told with its own name, once while it is repeated."""
    bench = Bench()
    (told,) = bench.take("newThing", device=CAMERA)
    assert (told.kind, told.code, told.phase) == (Kind.UNKNOWN_EVENT, "newThing", Phase.PULSE)
    assert told.features == (f"{YARD}_event_device_event",)
    assert bench.take("newThing", device=CAMERA, activePostCount=2) == []
    assert len(bench.take("otherThing", device=CAMERA)) == 1
    assert bench.router.unknown == {"newThing": 2, "otherThing": 1}
    assert bench.adopted == []


def test_code_of_an_encoder() -> None:
    """A keep-alive is nothing; a code may be the word of an event (T24)."""
    bench = Bench()
    assert bench.take(device=CAMERA, channelID=None, CIDAlarm={"CIDCode": "1602"}) == []
    assert bench.router.counts["keep_alives"] == 1
    (told,) = bench.report("VMD", device=CAMERA)
    assert (told.kind, told.code) == (Kind.MOTION, "VMD")
    (other,) = bench.report("odd", device=CAMERA)
    assert (other.kind, other.code, other.features) == (Kind.UNKNOWN_EVENT, "odd", (f"{YARD}_event_device_event",))
    assert bench.router.unknown == {"odd": 1}


@pytest.mark.parametrize(("code", "known"), [("1103", "1103"), ("3103", "3103"), ("E406", "1406"), ("E130", "E130")])
def test_report_of_a_device_of_others(code: str, known: str) -> None:
    """Is told as that of a panel, by its code."""
    bench = Bench()
    other = replace(CAMERA, source=2, type=100)
    bench.devices["v1"] = other
    (told,) = bench.report(code, device=other, zoneNo=1)
    assert told.code == told.details["hik_code"] == known
    assert told.kind in event_types(other) and told.kind is not Kind.UNKNOWN_EVENT
    assert told.features == (f"{YARD}_event_device_event",)
    assert told.details["restored"] is (code == "3103")
    assert bench.router.unknown == {}
    (clip,) = bench.review(code, device=other, UUID="a1")
    assert (clip.code, clip.kind, clip.features) == (told.code, told.kind, told.features)


def test_clip_of_an_event_of_a_camera() -> None:
    """Is told by the word of the event; that of a door station rings its bell."""
    bench = Bench()
    (told,) = bench.review("VMD", device=CAMERA, UUID="a1")
    assert told.kind is Kind.MOTION
    (ring,) = bench.review("requestVoiceTalkEvent", device=DOOR, UUID="a1")
    assert (ring.kind, ring.features) == (Kind.DOORBELL, (f"{GATE}_event_doorbell",))
    (panel,) = bench.review("VMD", UUID="a1")
    assert panel.kind is Kind.UNKNOWN_EVENT


# of a panel


def test_infrared_camera_of_a_panel() -> None:
    """Its zone shows it for a while, its picture is fetched, the panel's event entity tells it as what it is about."""
    bench = Bench({"hold_pulse": 15}, {**LEARNED})
    image = f"{HOUSE}_zone_1_image_event_picture"
    bench.router.wanted = {image}
    event, pulse = bench.take(
        "PIR", ZoneNo=1, CaptureList=[{"resourcesContentType": "url", "resourcesContent": "/p.jpg"}]
    )
    assert (event.kind, event.code, event.phase) == (Kind.VIDEO_ANALYTICS, "PIR", Phase.PULSE)
    assert event.features == (f"{HOUSE}_event_panel_event",)
    assert dict(event.details) == {"zone": 1, "zone_name": "Hall"}
    assert pulse.features == (f"{HOUSE}_zone_1_binary_sensor_zone",)
    assert (pulse.phase, pulse.hold) == (Phase.PULSE, 15)
    (expected,) = bench.media.told
    assert expected.occurrence.features == (f"{HOUSE}_image_event_picture", image)
    assert (bench.settled, bench.settled_by) == (["Q1"], [None])
    assert bench.adopted == []
    assert bench.take("PIR", ZoneNo=1, activePostCount=2) == []


@pytest.mark.parametrize(("number", "status"), [(2, "trigger"), (1, "offline"), (1, None), (40, "online")])
def test_zone_that_shows_it_already_or_cannot(number: int, status: str | None) -> None:
    """Is left to its list."""
    bench = Bench()
    bench.panel.zones = tuple(replace(zone, status=status) if zone.id == number else zone for zone in ZONES)
    assert len(bench.take("PIR", ZoneNo=number)) == 1


def test_images_nobody_looks_at() -> None:
    """A zone that has none gets no picture."""
    bench = Bench()
    bench.take("PIR", ZoneNo=1, CaptureList=[{"resourcesContent": "/p.jpg"}])
    assert bench.media.told[0].occurrence.features == (f"{HOUSE}_image_event_picture",)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("VMD", Kind.VIDEO_ANALYTICS),
        ("videoloss", Kind.VIDEO_FAULT),
        ("TMA", Kind.TEMPERATURE),
        ("IO", Kind.UNKNOWN_EVENT),
    ],
)
def test_camera_events_of_a_panel(type_: str, kind: Kind) -> None:
    """Are told as what they are about; a panel grows no sensors of cameras."""
    bench = Bench()
    (told,) = bench.take(type_)
    assert (told.kind, told.code, told.features) == (kind, type_, (f"{HOUSE}_event_panel_event",))
    assert bench.adopted == []
    assert bench.take(type_, eventState="inactive") == []


def test_sensors_of_lasting_events_only() -> None:
    """What happens at a moment has none."""
    assert {row.kind for row in EVENTS.values() if row.role not in {Role.MOMENT, Role.SPELL}} == SENSOR_KINDS
    assert Kind.DOORBELL not in SENSOR_KINDS
    assert PANEL.is_panel
    assert UNKNOWN not in Bench().sink.values.values()
