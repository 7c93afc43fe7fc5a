"""From messages to reports: places, edges, repeats, ends, doubles (isapi-events §1.3, §1.4)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
import json
import random
import time

import pytest

from custom_components.hikvision_ivm.systems.isapi.alert import parse
from custom_components.hikvision_ivm.systems.isapi.places import Sender
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import BinarySensorFeature, EventFeature, Phase, Picture, Target

from .events import (
    CAMERA,
    HEARTBEAT,
    PORTS,
    RECORDER,
    START,
    alert_xml,
    at,
    camera,
    happened,
    identified,
    io,
    recorder,
    rig,
    take,
    trigger,
)


def test_start_repeat_end() -> None:
    """The life of an event: told once, prolonged, ended."""
    one = rig(camera())
    sensor = one.feature("intrusion")
    events = one.feature("detection", of="event")
    start = happened(one, alert_xml(region="1", target="human", time=at(0)))
    assert (start.phase, start.kind, start.code) == (Phase.START, Kind.INTRUSION, "fielddetection")
    assert start.features == (sensor, events)
    assert (start.target, start.region, start.channel) == (Target.HUMAN, "1", "1")
    assert (start.time, start.received, start.late) == (START, START, False)
    assert one.sink.reports[0].values == {one.feature("last_event", of="sensor"): START}

    one.clock.seconds = 1
    repeat = happened(one, alert_xml(region="1", target="human", time=at(1), count=2))
    assert (repeat.phase, repeat.features) == (Phase.ONGOING, (sensor,))
    assert one.sink.reports[1].values == {}

    one.clock.seconds = 2
    end = happened(one, alert_xml(state="inactive", time=at(2), count=3))
    assert (end.phase, end.features) == (Phase.END, (sensor,))
    assert dict(one.router.counts) == {"events": 1, "repeats": 1, "ends": 1}


def test_a_change_of_region_or_target_is_a_new_happening() -> None:
    """Each variant is told once, also when several take turns."""
    one = rig(camera())
    phases = []
    for second, (region, target) in enumerate([("1", "human"), ("2", "human"), ("1", "human"), ("1", "vehicle")] * 2):
        one.clock.seconds = second / 2
        phases.append(happened(one, alert_xml(region=region, target=target, time=at(second), count=second)).phase)
    assert phases == [Phase.START, Phase.START, Phase.ONGOING, Phase.START, *[Phase.ONGOING] * 4]


def test_a_report_that_tells_less_is_a_repeat() -> None:
    """Some devices name the target in the first message only."""
    one = rig(camera())
    happened(one, alert_xml(region="1", target="human", time=at(0)))
    assert happened(one, alert_xml(time=at(1))).phase is Phase.ONGOING
    assert happened(one, alert_xml(region="1", time=at(2))).phase is Phase.ONGOING
    assert happened(one, alert_xml(region="2", time=at(3))).phase is Phase.START


def test_after_its_hold_an_event_begins_anew() -> None:
    """A device that never tells the end."""
    one = rig(camera(), options={"hold_smart": 5})
    assert happened(one, alert_xml(time=at(0))).phase is Phase.START
    one.clock.seconds = 4.9
    assert happened(one, alert_xml(time=at(4.9))).phase is Phase.ONGOING
    one.clock.seconds = 9.8
    assert happened(one, alert_xml(time=at(9.8))).phase is Phase.ONGOING
    one.clock.seconds = 15
    assert happened(one, alert_xml(time=at(15))).phase is Phase.START


DURATION = "<DurationList><Duration><relationEvent>fielddetection</relationEvent></Duration></DurationList>"


def test_duration_prolongs_and_is_never_told() -> None:
    """A wrapped repeat, with and without the beginning that it belongs to."""
    one = rig(camera())
    sensor = one.feature("intrusion")
    missed = happened(one, alert_xml("duration", extra=DURATION, time=at(0)))
    assert (missed.phase, missed.features, missed.code) == (Phase.ONGOING, (sensor,), "fielddetection")
    assert happened(one, alert_xml(region="3", target="human", time=at(1))).phase is Phase.START
    assert happened(one, alert_xml("duration", extra=DURATION, time=at(2))).phase is Phase.ONGOING


def test_prolonging_covers_the_sensor_of_the_target() -> None:
    """A sensor for humans only goes on and off with its humans."""
    one = rig(camera())
    human = BinarySensorFeature(device_id=CAMERA, kind=Kind.INTRUSION, part="human", hold=5.0)
    vehicle = replace(human, part="vehicle")
    one.router.update(one.facts, one.inventory.including(features=[human, vehicle]))
    sensor = one.feature("intrusion")
    assert human.id in happened(one, alert_xml(target="human", time=at(0))).features
    assert happened(one, alert_xml("duration", extra=DURATION, time=at(1))).features == (sensor, human.id)
    assert set(happened(one, alert_xml(state="inactive", time=at(2))).features) == {sensor, human.id, vehicle.id}


def test_doubles_are_told_once() -> None:
    """The same message over the stream and by push, in either order, and its end as well."""
    one = rig(camera())
    pusher = Sender("192.0.2.1")
    begin, end = alert_xml(time=at(0)), alert_xml(state="inactive", time=at(1), count=2)
    assert happened(one, begin).phase is Phase.START
    assert take(one, begin, pusher) is None
    assert happened(one, end, pusher).phase is Phase.END
    assert take(one, end) is None
    # The double of the beginning that dawdled must not switch it on again.
    assert take(one, begin, pusher) is None
    assert one.router.counts["duplicates"] == 3
    one.clock.seconds = 31
    assert happened(one, begin).phase is Phase.START


def test_two_happenings_in_one_second() -> None:
    """A clock of whole seconds does not hide the second one, nor its end; a copy over the other way stays a copy."""
    one = rig(camera())
    begin, end = alert_xml(time=at(0)), alert_xml(state="inactive", time=at(0))
    for _ in range(3):
        assert happened(one, begin).phase is Phase.START
        assert happened(one, end).phase is Phase.END
    assert take(one, begin, Sender("192.0.2.1")) is None
    assert one.router.counts["duplicates"] == 1


def test_identical_repeats_prolong() -> None:
    """Devices whose clock shows no seconds, and that do not count, repeat themselves word for word."""
    one = rig(camera(), options={"hold_smart": 5})
    body = alert_xml(time="2026-11-20T12:00Z", count="")
    assert happened(one, body).phase is Phase.START
    assert take(one, body) is None
    one.clock.seconds = 3
    assert happened(one, body).phase is Phase.ONGOING
    one.clock.seconds = 9
    assert happened(one, body).phase is Phase.START


def test_a_clock_that_stands_still() -> None:
    """Word for word the same, again and again: it goes on, and is not one long double."""
    one = rig(camera(), options={"hold_smart": 5})
    body = alert_xml(time=at(0))
    assert happened(one, body).phase is Phase.START
    one.clock.seconds = 3
    assert happened(one, body).phase is Phase.ONGOING
    one.clock.seconds = 7
    assert happened(one, body).phase is Phase.ONGOING


def test_doubles_are_forgotten() -> None:
    """The memory of messages is small, whatever comes."""
    one = rig(camera())
    first = alert_xml(time=at(0))
    take(one, first)
    for number in range(70):
        take(one, alert_xml("linedetection", time=at(number), count=number))
    assert happened(one, first).phase is Phase.ONGOING


def test_video_loss() -> None:
    """Its end is a heartbeat, unless it was on; then it is an end."""
    one = rig(recorder())
    assert take(one, HEARTBEAT) is None
    assert take(one, alert_xml("videoloss", "inactive", channel=2, count=0)) is None
    assert one.router.counts == {"heartbeats": 2}
    start = happened(one, alert_xml("videoloss", channel=2, time=at(1)))
    assert start.features[0] == f"{RECORDER}_2_binary_sensor_video_loss"
    assert take(one, HEARTBEAT) is None
    assert take(one, alert_xml("videoloss", "inactive", channel=3, time=at(2))) is None
    end = happened(one, alert_xml("videoloss", "inactive", channel=2, time=at(3)))
    assert (end.phase, end.features) == (Phase.END, (f"{RECORDER}_2_binary_sensor_video_loss",))
    assert take(one, alert_xml("videoloss", "inactive", channel=2, time=at(4))) is None


def test_device_level_events_are_the_devices() -> None:
    """Cameras put channel 1 into them; a recorder's disk is not channel 1's."""
    one = rig(recorder(words=("vmd", "diskfull")))
    assert happened(one, alert_xml("diskfull", channel=1)).device_id == RECORDER


def test_unlisted_events_create_their_features_once() -> None:
    """A thermal camera's second channel reports motion that no list mentions."""
    one = rig(recorder(words=("fielddetection",)))
    occurrence = happened(one, alert_xml("VMD", channel=2))
    sensor = f"{RECORDER}_2_binary_sensor_motion"
    assert occurrence.features[0] == sensor
    assert len(one.sink.inventories) == 1
    grown = one.sink.inventories[0]
    assert sensor in grown.features
    events = grown.features[f"{RECORDER}_2_event_detection"]
    assert isinstance(events, EventFeature)
    assert events.event_types == (Kind.INTRUSION, Kind.MOTION, Kind.UNKNOWN_EVENT)
    assert one.runtime.memory == {"seen": [["vmd", 2]]}
    one.clock.seconds = 100
    happened(one, alert_xml("VMD", channel=2, time=at(100)))
    assert len(one.sink.inventories) == 1


def test_what_was_seen_is_there_at_the_next_start() -> None:
    """The memory is read tolerantly."""
    one = rig(camera([trigger("vmd", 1)]))
    happened(one, alert_xml("ANPR"))
    happened(one, alert_xml("loitering"))
    assert one.runtime.memory["seen"] == [["anpr", 1], ["loitering", 1]]
    one.runtime.memory["seen"] += ["junk", [1, 2], ["vmd", True], ["nonsense", 1], ["io", 1], ["loitering", 77]]
    inventory = one.build()
    assert one.feature("loitering") in inventory.features
    events = inventory.features[one.feature("detection", of="event")]
    assert isinstance(events, EventFeature)
    assert events.event_types == (Kind.LOITERING, Kind.MOTION, Kind.PLATE, Kind.UNKNOWN_EVENT)


def test_what_was_seen_is_remembered_once() -> None:
    """Also when the feature is missing although it is remembered."""
    one = rig(camera([trigger("vmd", 1)]))
    one.runtime.memory["seen"] = [["loitering", 1]]
    happened(one, alert_xml("loitering"))
    assert one.runtime.memory["seen"] == [["loitering", 1]]
    assert one.feature("loitering") in one.sink.inventories[-1].features


def test_an_end_creates_nothing() -> None:
    """Only what began needs an entity."""
    one = rig(camera([trigger("vmd", 1)]))
    assert take(one, alert_xml("loitering", "inactive")) is None
    assert one.sink.inventories == []
    assert happened(one, alert_xml("loitering", time=at(1))).features[0] == one.feature("loitering")


def test_unknown_codes_are_told_as_they_came() -> None:
    """Logged once, counted, kept."""
    one = rig(camera())
    occurrence = happened(one, alert_xml("dancingDetection", extra="<eventDescription>Tango</eventDescription>"))
    assert (occurrence.kind, occurrence.code) == (Kind.UNKNOWN_EVENT, "dancingDetection")
    assert occurrence.features == (one.feature("detection", of="event"),)
    assert dict(occurrence.details) == {"description": "Tango"}
    assert take(one, alert_xml("dancingDetection", time=at(1))) is None
    assert happened(one, alert_xml("singingDetection", time=at(1))).code == "singingDetection"
    assert one.router.unknown_types == {"dancingDetection": 2, "singingDetection": 1}


def test_invented_codes_do_not_fill_the_memory() -> None:
    """A device can make up any number of types."""
    one = rig(camera())
    for number in range(3000):
        happened(one, alert_xml(f"type{number}", time=at(number)))
    assert len(one.router.unknown_types) <= 65
    assert sum(one.router.unknown_types.values()) == 3000
    assert one.router.diagnostics()["running"] <= 1024
    assert one.router.diagnostics()["routes"] < 10
    assert one.runtime.memory == {}


def test_momentary_events() -> None:
    """Each plate is told, a repeat of it is not."""
    one = rig(camera())
    plate = "<ANPR><licensePlate>{}</licensePlate></ANPR>"
    first = happened(one, alert_xml("ANPR", extra=plate.format("AB1"), time=at(0)))
    assert (first.phase, first.plate, first.kind) == (Phase.PULSE, "AB1", Kind.PLATE)
    assert take(one, alert_xml("ANPR", extra=plate.format("AB1"), time=at(1))) is None
    assert happened(one, alert_xml("ANPR", extra=plate.format("XY2"), time=at(2))).plate == "XY2"
    unread = happened(one, alert_xml("ANPR", extra=plate.format("unknown"), time=at(20)))
    assert unread.plate is None


def test_access_events_stand_for_themselves() -> None:
    """Two people at the same reader are two events."""
    one = rig(camera())
    for number in (1, 2):
        body = {
            "eventType": "AccessControllerEvent",
            "eventState": "active",
            "dateTime": at(0),
            "AccessControllerEvent": {"majorEventType": 5, "subEventType": 75, "serialNo": number},
        }
        occurrence = happened(one, json.dumps(body).encode())
        assert occurrence.kind is Kind.ACCESS_CONTROL
        assert occurrence.phase is Phase.PULSE


def test_pre_alarm_and_alarm() -> None:
    """The alarm after the pre-alarm is news."""
    one = rig(camera())
    assert happened(one, alert_xml("TMPA", time=at(0))).phase is Phase.START
    alarm = happened(one, alert_xml("TMA", time=at(1), extra="<currTemperature>90</currTemperature>"))
    assert (alarm.phase, dict(alarm.details)) == (Phase.START, {"temperature": 90.0, "stage": "alarm"})


def test_history_changes_nothing() -> None:
    """It happened, but not now."""
    one = rig(camera())
    old = alert_xml(time=at(-86400), extra="<isDataRetransmission>true</isDataRetransmission>")
    occurrence = happened(one, old)
    assert (occurrence.late, occurrence.features, occurrence.time) == (True, (), START - timedelta(days=1))
    assert one.sink.reports[-1].values == {}
    assert one.router.counts == {"late": 1}
    assert happened(one, alert_xml(time=at(0))).phase is Phase.START


def test_the_end_and_the_picture_of_history_are_nothing() -> None:
    """What is over has no end now, and its picture is not the last one."""
    one = rig(camera())
    late = "<isDataRetransmission>true</isDataRetransmission>"
    assert take(one, alert_xml(state="inactive", extra=late)) is None
    alert = one.router.take(alert_xml(extra=late), "application/xml", one.sink)
    assert alert is not None
    before = len(one.sink.reports)
    one.router.deliver_picture(alert, Picture(content=b"jpeg"), one.sink)
    assert len(one.sink.reports) == before


def test_a_picture_from_nowhere_is_counted() -> None:
    """A channel that nobody knows has no image."""
    one = rig(recorder())
    alert = one.router.take(alert_xml(channel=9), "application/xml", one.sink)
    assert alert is not None
    one.router.deliver_picture(alert, Picture(content=b"jpeg"), one.sink)
    assert one.router.counts["pictures_unplaced"] == 1
    assert one.sink.inventories == []


def test_data_is_counted_and_set_aside() -> None:
    """No entity for heat maps."""
    one = rig(camera())
    assert take(one, alert_xml("heatmap")) is None
    assert one.router.counts == {"data": 1}


def test_people_counting_is_told_with_its_numbers() -> None:
    """The numbers of one channel."""
    one = rig(camera())
    extra = "<peopleCounting><enter>3</enter><exit>1</exit></peopleCounting>"
    occurrence = happened(one, alert_xml("PeopleCounting", extra=extra))
    assert (occurrence.kind, dict(occurrence.details)) == (Kind.PEOPLE_COUNTING, {"enter": 3, "exit": 1})


def test_channels_that_are_not_imported() -> None:
    """The user does not want them; that is not the device's event either."""
    one = rig(recorder(), options={"channels": ["1", "2"]})
    assert take(one, alert_xml(channel=3)) is None
    assert one.router.counts["not_imported"] == 1
    assert happened(one, alert_xml(channel=2)).device_id == f"{RECORDER}_2"


def test_pictures_follow() -> None:
    """The happening goes out at once, its picture creates its image."""
    one = rig(camera())
    alert = one.router.take(alert_xml(target="human"), "application/xml", one.sink)
    assert alert is not None
    assert one.sink.inventories == []
    one.router.deliver_picture(alert, Picture(content=b"jpeg"), one.sink)
    image = one.feature("event_picture", of="image")
    assert image in one.sink.inventories[0].features
    picture = one.sink.occurrences[-1]
    assert (picture.features, picture.phase, picture.kind) == ((image,), Phase.PULSE, Kind.INTRUSION)
    assert picture.picture == Picture(content=b"jpeg")
    assert one.runtime.memory["seen"] == [["event_picture", 1]]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://192.0.2.1/picture/1?id=2&amp;x=3", "/picture/1?id=2&x=3"),
        ("https://192.0.2.1:8443/picture", "/picture"),
        ("http://203.0.113.5/picture", None),
        ("http://192.0.2.1@203.0.113.5/picture", None),
        ("ftp://192.0.2.1/picture", None),
        ("http://[/", None),
        ("picture", None),
    ],
)
def test_pictures_by_address(url: str, path: str | None) -> None:
    """Only what lies on the device itself is fetched."""
    one = rig(camera())
    occurrence = happened(one, alert_xml(extra=f"<bkgUrl>{url}</bkgUrl>"))
    image = one.feature("event_picture", of="image")
    assert (image in occurrence.features) is (path is not None)
    assert one.router.picture_path(image) == path
    assert one.router.counts["foreign_pictures"] == (path is None)


def test_settling_makes_everything_known() -> None:
    """After a connect everything that only events switch is off, save what is on."""
    facts = camera(
        [trigger("vmd", 1), trigger("fielddetection", 1), trigger("linedetection", 1, recurrence="beginningandend")]
    )
    one = rig(facts, options={"hold_smart": 5, "hold_motion": 60})
    sensors = {one.feature(kind) for kind in ("motion", "intrusion", "line_crossing")}
    assert one.router.settle().values == dict.fromkeys(sensors, False)
    for number, word in enumerate(("VMD", "fielddetection", "linedetection")):
        happened(one, alert_xml(word, time=at(number)))
    one.clock.seconds = 6
    # A moment's gap: what waits for its end goes on.
    assert one.router.settle(1.0).values == {one.feature("intrusion"): False}
    # A longer one may have swallowed the end.
    assert one.router.settle(20.0).values == {one.feature("intrusion"): False, one.feature("line_crossing"): False}
    assert happened(one, alert_xml("linedetection", time=at(7))).phase is Phase.START


def test_settling_leaves_terminals_alone() -> None:
    """They can be asked."""
    one = rig(recorder(ports=PORTS))
    assert not any("alarm_input" in feature for feature in one.router.settle().values)


def test_an_implausible_time_is_left_out() -> None:
    """A camera that woke up in 1970 still reports."""
    one = rig(camera())
    occurrence = happened(one, alert_xml(time="1970-01-01T00:00:10+00:00"))
    assert (occurrence.time, occurrence.received) == (None, START)
    assert one.router.diagnostics()["clock_offset_seconds"] < -1e9


def test_diagnostics_are_json_and_name_nobody() -> None:
    """Counts, no plates, no people."""
    one = rig(camera())
    happened(one, alert_xml("ANPR", extra="<ANPR><licensePlate>AB123CD</licensePlate></ANPR>"))
    one.router.take(b"<", "application/xml", one.sink)
    text = json.dumps(one.router.diagnostics())
    assert "AB123CD" not in text
    assert one.router.diagnostics()["unusable"] == {"malformed": 1}


def test_a_new_inventory_keeps_what_is_on() -> None:
    """Adding a camera does not repeat the events of the others."""
    one = rig(recorder(2))
    happened(one, alert_xml(channel=2, time=at(0)))
    more = rig(recorder(5))
    one.router.update(more.facts, more.inventory)
    assert happened(one, alert_xml(channel=2, time=at(1))).phase is Phase.ONGOING
    assert happened(one, alert_xml(channel=5, time=at(1))).device_id == f"{RECORDER}_5"


def test_no_mutilated_message_disturbs_the_next() -> None:
    """After each of a thousand mutilated messages the next good one is told, with its own place and target."""
    chance = random.Random(21)
    one = rig(recorder(ports=PORTS))
    originals = [
        alert_xml(channel=3, region="1", target="human"),
        io(dynamic="301"),
        HEARTBEAT,
        identified(mac="ac:b9:2f:00:01:04"),
    ]
    for number in range(1000):
        body = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(body))
            body[place : place + chance.randint(0, 12)] = chance.randbytes(chance.randint(0, 4))
        one.router.take(bytes(body), "application/xml", one.sink, chance.choice([None, Sender("192.0.2.9")]))
        one.clock.seconds += 20
        good = happened(one, alert_xml("VMD", channel=2, target="human", time=at(one.clock.seconds), count=number))
        assert (good.phase, good.device_id, good.target) == (Phase.START, f"{RECORDER}_2", Target.HUMAN)
        assert good.features[0] == f"{RECORDER}_2_binary_sensor_motion"


def fastest(work: Callable[[], object], rounds: int = 7) -> float:
    """Return the seconds of the quickest of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def test_cost_does_not_grow_with_what_exists() -> None:
    """A thousand channels against four, the same messages."""

    def cost(channels: int) -> float:
        one = rig(recorder(channels))
        alerts = [parse(alert_xml("VMD", channel=1 + n % 4, time=at(n), count=n)) for n in range(400)]
        for alert in alerts:  # once, so that routes are known
            one.router.route(alert, START)
        return fastest(lambda: [one.router.route(alert, START) for alert in alerts])

    assert cost(1000) < 2 * cost(4)
