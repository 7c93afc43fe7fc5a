"""From facts to devices and features."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems import parts
from custom_components.hikvision_ivm.systems.ivm.alarm_types import CHANNEL_EVENT_TYPES, DEVICE_EVENT_TYPES
from custom_components.hikvision_ivm.systems.ivm.capabilities import Gate
from custom_components.hikvision_ivm.systems.ivm.features import (
    build,
    device_outline,
    device_part,
    streams_of,
    tenant_part,
)
from custom_components.hikvision_ivm.systems.ivm.features_channel import ALARM_PLAN, CAMERA, CHANNEL, STREAM, TRACK
from custom_components.hikvision_ivm.systems.ivm.learnt import Learnt
from custom_components.hikvision_ivm.systems.ivm.lessons import LEARNT, LessonBook
from custom_components.hikvision_ivm.systems.ivm.records import (
    ChannelAddress,
    ChannelRecord,
    DeviceAddress,
    DeviceRecord,
    OrgAddress,
    Protocol,
    StreamType,
)
from custom_components.hikvision_ivm.systems.ivm.wishes import Wishes
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import CameraFeature, DeviceKind, Feature, Inventory, Source
from custom_components.hikvision_ivm.systems.settings import PUSH, STREAMS
from tests.systems.transport.clock import Clock

from .told import ALL, PTZ, UID, channel, device, facts, listed, org

ABLE = PTZ | {"flowstatis", "localstorage", "maskmode"}
HOME, GARDEN = org("1", "Home"), org("2", "Garden", "1")


def camera(**more: Any) -> ChannelRecord:
    """Return a channel that has everything."""
    told: dict[str, Any] = {"abilities": ABLE, "packages": ALL, "storage_card": "0", "mask": "CLOSE", **more}
    return channel("D1", **told)


def made(record: DeviceRecord, *channels: ChannelRecord, learnt: Learnt | None = None) -> dict[str, Feature]:
    """Return the features of a device by type, kind and part."""
    known = facts(listed(record, *channels))
    lessons = {} if learnt is None else {("D1", "0"): learnt}
    part = device_part(UID, known, known.devices[record.id], lessons=lessons)
    found = {"_".join(filter(None, (one.type, one.kind, one.part))): one for one in part.features}
    assert len({one.id for one in part.features}) == len(part.features)
    return found


EVERYTHING = {
    "camera_main_stream", "camera_sub_stream", "camera_third_stream", "binary_sensor_motion", "event_detection",
    "binary_sensor_online", "binary_sensor_frozen", "image_event_picture", "binary_sensor_unpaid", "event_device_event",
    "sensor_storage_card", "binary_sensor_disk_problem", "binary_sensor_privacy_mask", "switch_continuous_recording",
    "select_recording_stream", "number_retention", "number_alarm_retention", "button_ptz_left", "button_ptz_right",
    "button_ptz_up", "button_ptz_down", "button_ptz_zoom_in", "button_ptz_zoom_out", "button_ptz_stop",
    "number_ptz_speed", "number_ptz_duration", "select_ptz_preset", "select_ptz_patrol", "button_refresh_presets",
    "select_live_stream", "button_snapshot", "sensor_people_entered", "sensor_people_exited", "sensor_occupancy",
    "image_heat_map", "image_hourly_heat_map", "switch_alarm_recording_motion_detection", "number_pre_recording_motion_detection",
    "number_post_recording_motion_detection",
    *(f"sensor_{kind}_{part}" for kind in ("codec", "resolution", "bit_rate", "frame_rate") for part in ("main", "sub")),
}  # fmt: skip
OF_HOLO = {
    name for name in EVERYTHING if any(word in name for word in ("people", "occupancy", "heat", "preset", "patrol"))
}


def test_a_camera_with_everything() -> None:
    """All rows; on one device, although there is a device and a channel."""
    found = made(device("D1"), camera())
    assert set(found) == EVERYTHING
    assert {one.device_id for one in found.values()} == {f"{UID}_D1"}
    assert found["camera_main_stream"].address == ChannelAddress("D1", "0", StreamType.PRIMARY)
    assert found["sensor_codec_sub"].address == ChannelAddress("D1", "0", StreamType.SECONDARY_1)
    assert found["switch_alarm_recording_motion_detection"].address == ChannelAddress("D1", "0", "motion_detection")
    assert found["switch_alarm_recording_motion_detection"].label == "motion detection"
    assert found["event_device_event"].address == DeviceAddress("D1")
    assert getattr(found["event_detection"], "event_types", None) == CHANNEL_EVENT_TYPES
    assert getattr(found["event_device_event"], "event_types", None) == DEVICE_EVENT_TYPES
    main = found["camera_main_stream"]
    assert isinstance(main, CameraFeature)
    assert (main.ptz, main.recordings, main.stores) == (True, True, ("cloud", "device"))


def test_what_starts_disabled() -> None:
    """What few need."""
    found = made(device("D1"), camera())
    disabled = {name for name, one in found.items() if not one.enabled}
    streams = {name for name in EVERYTHING if name.startswith("sensor_") and name.endswith(("_main", "_sub"))}
    assert disabled == streams | {
        "camera_sub_stream", "camera_third_stream", "select_recording_stream", "button_refresh_presets",
        "select_live_stream", "image_heat_map", "image_hourly_heat_map", "number_pre_recording_motion_detection",
        "number_post_recording_motion_detection",
    }  # fmt: skip


def test_how_values_arrive() -> None:
    """States are pushed and polled, alarms are pushed, the rest is polled."""
    found = made(device("D1"), camera())
    sources = {source: {name for name, one in found.items() if one.source is source} for source in Source}
    assert sources[Source.PUSH] == {
        "binary_sensor_motion",
        "event_detection",
        "event_device_event",
        "image_event_picture",
    }
    assert sources[Source.ALWAYS] == {"number_ptz_speed", "number_ptz_duration", "select_live_stream"}
    assert "binary_sensor_online" in sources[Source.BOTH]


def test_a_gb_camera() -> None:
    """What only the maker's protocol has is not there."""
    found = made(device("D1", protocol=Protocol.GB28181), camera())
    streams = {name for name in EVERYTHING if name.endswith(("_main", "_sub"))}
    assert set(found) == EVERYTHING - OF_HOLO - streams


@pytest.mark.parametrize(
    ("service", "gone"),
    [
        ("FULL_RECORD", {"switch_continuous_recording", "select_recording_stream", "number_retention"}),
        ("EVENT_RECORD", {"number_alarm_retention", "switch_alarm_recording_motion_detection",
                          "number_pre_recording_motion_detection", "number_post_recording_motion_detection"}),
        ("INDUSTRY_DATA", {"binary_sensor_motion", "event_detection", "image_event_picture", "sensor_people_entered",
                           "sensor_people_exited", "sensor_occupancy"}),
        ("MANAGEMENT", {name for name in EVERYTHING if name.startswith(("camera", "button", "number_ptz", "select_ptz"))}
         | {"select_live_stream", "binary_sensor_motion", "event_detection", "image_event_picture",
            "sensor_people_entered", "sensor_people_exited", "sensor_occupancy"}),
    ],
)  # fmt: skip
def test_a_service_that_is_not_booked(service: str, gone: set[str]) -> None:
    """What it brings is not offered; one that is not paid is."""
    for state, missing in (("CLOSED", gone), ("ARREAR", set())):
        packages = (ALL - {f"{service}_GRANT"}) | {f"{service}_{state}"}
        assert EVERYTHING - set(made(device("D1"), camera(packages=packages))) == missing


def test_a_camera_that_tells_nothing() -> None:
    """What may be there is offered; what has to be asked for starts disabled."""
    found = made(device("D1", protocol=None), channel("D1", state=None))
    assert set(found) == EVERYTHING - {
        "sensor_storage_card",
        "binary_sensor_disk_problem",
        "binary_sensor_privacy_mask",
    }
    enabled = {name for name, one in found.items() if one.enabled}
    assert enabled == {
        "camera_main_stream", "binary_sensor_motion", "event_detection", "binary_sensor_online", "binary_sensor_frozen",
        "binary_sensor_unpaid", "image_event_picture", "event_device_event", "button_snapshot",
    }  # fmt: skip
    main = found["camera_main_stream"]
    assert isinstance(main, CameraFeature)
    assert (main.ptz, main.stores) == (False, ("cloud", "device"))


@pytest.mark.parametrize(
    ("told", "abilities", "there"),
    [
        ("0", None, True),
        ("2", None, True),
        ("-1", "localstorage", False),
        (None, "localstorage", True),
        (None, "ptz", False),
    ],
)
def test_storage_cards(told: str | None, abilities: str | None, *, there: bool) -> None:
    """Where there is a place for one."""
    found = made(device("D1"), channel("D1", storage_card=told, abilities=abilities and frozenset({abilities})))
    assert ("sensor_storage_card" in found, "binary_sensor_disk_problem" in found) == (there, there)


def test_what_was_learnt() -> None:
    """Adds features, options, and takes away what is not there."""
    learnt = Learnt(
        presets=("Gate", "Door"),
        tracks=((3, "Night"), (4, "")),
        alarm_plans=("motion_detection", "over_line_alarm"),
        streams=(StreamType.SECONDARY_2,),
        refused=frozenset({Gate.RETENTION, Gate.SNAPSHOT}),
    )
    found = made(device("D1"), camera(), learnt=learnt)
    assert set(found) - EVERYTHING == {
        "switch_cruise_3", "switch_cruise_4", "switch_alarm_recording_over_line_alarm",
        "number_pre_recording_over_line_alarm", "number_post_recording_over_line_alarm",
        "sensor_codec_third", "sensor_resolution_third", "sensor_bit_rate_third", "sensor_frame_rate_third",
        "select_codec_third", "select_resolution_third", "number_bit_rate_third", "number_frame_rate_third",
    }  # fmt: skip
    assert EVERYTHING - set(found) == {"number_retention", "button_snapshot"}
    assert getattr(found["select_ptz_preset"], "options", None) == ("Gate", "Door")
    assert getattr(found["select_ptz_patrol"], "options", None) == ("Night", "4")
    assert (found["switch_cruise_3"].label, found["switch_cruise_3"].address) == (
        "Night",
        ChannelAddress("D1", "0", "3"),
    )
    assert found["switch_cruise_4"].label is None
    assert found["switch_alarm_recording_over_line_alarm"].label == "over line"


def test_a_recorder() -> None:
    """A device with its channels below it."""
    record = device(
        "D1", ("0", "1"), type="NVR", orgs=("1", "2"), model="NVR800", firmware="9", mac="aa:bb:cc:00:11:22"
    )
    rows = channel("D1", "0", model="X", firmware="8"), replace(channel("D1", "1"), name="")
    known = facts(listed(record, *rows), orgs=(HOME, GARDEN))
    part = device_part(UID, known, record)
    recorder, first, second = part.devices
    assert (recorder.id, recorder.kind, recorder.parent) == (f"{UID}_D1", DeviceKind.RECORDER, f"{UID}_org_2")
    assert (recorder.model, recorder.serial, recorder.firmware, recorder.mac) == (
        "NVR800",
        "D1",
        "9",
        "aa:bb:cc:00:11:22",
    )
    assert (recorder.area, recorder.place, recorder.manufacturer) == ("Garden", ("Home", "Garden"), "Huawei")
    assert (first.id, first.kind, first.parent, first.name) == (f"{UID}_D1_0", DeviceKind.CAMERA, recorder.id, "D1 0")
    assert (first.model, first.firmware, first.area) == ("X", "8", "Garden")
    assert first.place == second.place == (*recorder.place, "D1")
    assert second.name == "D1 1"
    own = {one.kind for one in part.features if one.device_id == recorder.id}
    assert own == {Kind.DEVICE_EVENT, Kind.ONLINE, Kind.FROZEN, Kind.FIRMWARE}
    assert Counter(one.kind for one in part.features)[Kind.ONLINE] == 3


def test_a_camera_is_its_channel() -> None:
    """By type and number of channels; where no type is told, by their number alone."""
    known = facts(listed(device("D1", firmware=None), channel("D1", firmware="7", model="M")))
    (only,) = device_part(UID, known, known.devices["D1"]).devices
    assert (only.kind, only.firmware, only.model, only.parent, only.area) == (DeviceKind.CAMERA, "7", "M", UID, None)
    for record in (device("D1", type="NVR"), device("D1", ("0", "1")), device("D1", ("0", "1"), type=None)):
        known = facts(listed(record))
        assert len(device_part(UID, known, record).devices) == 1 + len(record.channels)
    (untyped,) = device_part(UID, facts(listed(device("D1", type=None))), device("D1", type=None)).devices
    assert untyped.kind is DeviceKind.CAMERA
    assert device_part(UID, facts(), device("D1", (), name="")).devices[0].name == "D1"


def test_ids_with_signs_that_none_should_have() -> None:
    """They lead to ids that differ, without those signs."""
    odd = ("门口", "车库", "a b", "a_b", "a/b", "../", "-1", "0")
    known = facts(listed(device("D1", odd, type="NVR")))
    part = device_part(UID, known, known.devices["D1"])
    ids = [one.id.removeprefix(f"{UID}_D1_") for one in part.devices[1:]]
    assert len(set(ids)) == len(odd)
    assert ids[-2:] == ["-1", "0"]
    assert all(id_.isascii() and not set(id_) & set(" /_") for id_ in ids)


def test_the_account_and_its_organisations() -> None:
    """Parents come first; nothing is pushed to who does not want it."""
    found = build(UID, facts(listed(device("D1", orgs=("1", "2")), camera()), orgs=(HOME, GARDEN)), {})
    assert isinstance(found, Inventory)
    assert [one.id.removeprefix(UID) for one in found.devices.values()] == ["", "_org_1", "_org_2", "_D1"]
    garden = found.devices[f"{UID}_org_2"]
    assert (garden.parent, garden.kind, garden.service, garden.place) == (
        f"{UID}_org_1", DeviceKind.ORGANISATION, True, ("Home",),
    )  # fmt: skip
    counts = [one for one in found.features.values() if one.device_id == garden.id]
    assert [(one.kind, one.enabled, one.address) for one in counts] == [
        (Kind.CHANNELS_ONLINE, False, OrgAddress("2")),
        (Kind.CHANNELS_TOTAL, False, OrgAddress("2")),
    ]
    tenant = {one.kind: one for one in tenant_part(UID, Wishes.of({})).features}
    assert set(tenant) == {Kind.EVENT_STREAM, Kind.DEVICE_EVENT, Kind.RESUBSCRIBE}
    assert tenant[Kind.EVENT_STREAM].source is Source.ALWAYS
    assert tenant_part(UID, Wishes.of({PUSH: False})).features == ()


@pytest.mark.parametrize(
    ("options", "found"),
    [({}, 3), ({STREAMS: []}, 1), ({STREAMS: ["sub"]}, 2), ({STREAMS: ["third"]}, 2), ({STREAMS: "sub"}, 3)],
)
def test_wanted_streams(options: dict[str, object], found: int) -> None:
    """The main one always."""
    known = facts(listed(device("D1"), camera()))
    part = device_part(UID, known, known.devices["D1"], streams=streams_of(options))
    assert sum(isinstance(one, CameraFeature) for one in part.features) == found


CHANGES = {
    "name": {"name": "Other"}, "model": {"model": "Other"}, "firmware": {"firmware": "Other"},
    "abilities": {"abilities": frozenset({"zoom"})}, "packages": {"packages": frozenset({"MANAGEMENT_GRANT"})},
    "no card": {"storage_card": "-1"},
}  # fmt: skip


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_outline_of_a_channel(changes: dict[str, Any]) -> None:
    """It tells every change that makes a difference."""
    record = device("D1", ("0", "1"), type="NVR")
    other = channel("D1", "1")
    before = facts(listed(record, camera(), other))
    after = facts(listed(record, replace(camera(), **changes), other))
    assert device_outline(before, record) != device_outline(after, record)
    assert device_part(UID, before, record) != device_part(UID, after, record)


@pytest.mark.parametrize(
    "changes",
    [{"name": "Other"}, {"type": "IPC"}, {"protocol": Protocol.GB28181}, {"model": "X"}, {"manufacturer": "X"},
     {"firmware": "X"}, {"mac": "aa:bb:cc:00:11:22"}, {"org_name": "X"}, {"orgs": ("1",)}],
)  # fmt: skip
def test_outline_of_a_device(changes: dict[str, Any]) -> None:
    """The same of the device itself, and of what its organisation is called."""
    record = device("D1", ("0",), type="NVR")
    known = facts(listed(record, camera()), orgs=(HOME,))
    other = replace(record, **changes)
    assert device_outline(known, record) != device_outline(known, other)
    assert device_part(UID, known, record) != device_part(UID, known, other)
    placed = replace(record, orgs=("1",))
    renamed = facts(listed(placed, camera()), orgs=(replace(HOME, name="House"),))
    assert device_outline(known, placed) != device_outline(renamed, placed)


def test_outline_without_difference() -> None:
    """States are none."""
    record = device("D1")
    before = facts(listed(record, camera()))
    gone = replace(record, state="OFFLINE", system_state="UNAVAILABLE_FROZEN")
    after = facts(listed(gone, camera(state="OFFLINE", storage_card="1", mask="OPEN", system_state="NORMAL")))
    assert device_outline(before, record) == device_outline(after, gone)
    assert device_part(UID, before, record) == device_part(UID, after, gone)


def test_rows_are_described_once() -> None:
    """No table has two rows of one type and kind."""
    for rows in (CHANNEL, ALARM_PLAN, TRACK, STREAM, *CAMERA.values()):
        kinds = [(row.make, row.kind) for row in rows]
        assert len(kinds) == len(set(kinds))


def test_two_things_of_one_id(caplog: pytest.LogCaptureFixture) -> None:
    """The first counts, and it is told."""
    part = tenant_part(UID, Wishes.of({}))
    found = parts.assemble([part, part], last=lambda one: one.kind is Kind.EVENT_STREAM)
    assert [one.kind for one in found.features.values()] == [Kind.DEVICE_EVENT, Kind.RESUBSCRIBE, Kind.EVENT_STREAM]
    assert "things have the id of another one" not in caplog.text
    copied = replace(part, devices=(replace(part.devices[0], name="Copy"),))
    found = parts.assemble([part, copied])
    assert found.devices[UID].name != "Copy"
    assert "1 things have the id of another one" in caplog.text


# what was learnt, over restarts


def test_lessons_are_kept() -> None:
    """All but refusals; of a device that is gone nothing."""
    clock = Clock()
    written: list[None] = []
    clock.runtime.remember = lambda: written.append(None)
    book = LessonBook(clock.runtime)
    learnt = Learnt(
        presets=("Gate",), tracks=((3, "Night"),), alarm_plans=("io_event",), streams=(StreamType.PRIMARY,),
    )  # fmt: skip
    refusing = replace(learnt, refused=frozenset({Gate.PTZ}))
    assert (book.learn(("A", "0"), learnt), book.learn(("A", "0"), learnt)) == (True, False)
    assert book.learn(("A", "0"), refusing)
    assert len(written) == 1
    book.learn(("B", "0"), Learnt(presets=()))
    assert (book.of(("A", "0")), len(book), book["B", "0"].presets) == (refusing, 2, ())
    again = LessonBook(clock.runtime)
    assert dict(again) == {("A", "0"): learnt}
    again.forget("A")
    again.forget("A")
    assert not LessonBook(clock.runtime)
    with pytest.raises(KeyError):
        again["A", "0"]


@pytest.mark.parametrize(
    "stored",
    [None, [], {"A": 1}, {"A": {"0": 1}}, {"A": {"0": {}}}, {"A": {"0": {"tracks": [["3", "x"], [True, "y"], 7, [1]]}}},
     {"A": {"0": {"presets": [1, ""], "alarm_plans": "x", "streams": ["?"]}}}],
)  # fmt: skip
def test_lessons_that_make_no_sense(stored: object) -> None:
    """Are none."""
    clock = Clock()
    clock.runtime.memory[LEARNT] = stored
    assert not LessonBook(clock.runtime)
