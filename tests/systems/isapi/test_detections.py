"""Which settings a device is offered switches for, and where those lie."""

import pytest

from custom_components.hikvision_ivm.systems.isapi.detections import DETECTIONS, offered, output_switch
from custom_components.hikvision_ivm.systems.isapi.event_types import EVENT_TYPES
from custom_components.hikvision_ivm.systems.isapi.records import ChannelOrigin, IoPort, Setting, Trigger, UnitKind
from custom_components.hikvision_ivm.systems.kinds import Kind

from .command_bench import facts


def _addresses(found: list) -> dict[tuple[str, Kind], Setting]:
    return {(feature.device_id, feature.kind): feature.address for feature in found}


@pytest.mark.parametrize("row", DETECTIONS, ids=lambda row: row.kind.value)
def test_a_trigger_on_a_channel_offers_the_switch_of_that_channel_only(row) -> None:
    """A trigger proves one detection on one channel, local or behind a recorder."""
    trigger = Trigger(id="x", type=row.type, channel=2)
    for kind, origin in ((UnitKind.CAMERA, ChannelOrigin.LOCAL), (UnitKind.RECORDER, ChannelOrigin.PROXIED)):
        found = _addresses(offered(facts(kind, origin=origin, channels=3, triggers=(trigger,))))
        assert ("unit_2", row.kind) in found
        assert {device for device, _ in found} == {"unit_2"}
        assert found["unit_2", row.kind].path.split("/").count("2") == 1


def test_every_trigger_type_of_the_table_is_a_known_event_type() -> None:
    """Otherwise no trigger could ever match a row."""
    unknown = {row.type for row in DETECTIONS if row.type not in EVENT_TYPES}
    assert unknown == {"intellitrace"}  # it has no event; only its capability offers it


@pytest.mark.parametrize(
    ("kind", "local", "proxied"),
    [
        (Kind.MOTION, "System/Video/inputs/channels/4/motionDetection",
         "ContentMgmt/InputProxy/channels/4/video/motionDetection"),
        (Kind.TAMPER, "System/Video/inputs/channels/4/tamperDetection",
         "ContentMgmt/InputProxy/channels/4/video/tamperDetection"),
        (Kind.VIDEO_LOSS, "System/Video/inputs/channels/4/videoLoss",
         "ContentMgmt/InputProxy/channels/4/video/videoLoss"),
        (Kind.LINE_CROSSING, "Smart/LineDetection/4", "Smart/LineDetection/4"),
        (Kind.REGION_ENTRANCE, "Smart/regionEntrance/4", "Smart/regionEntrance/4"),
        (Kind.AUDIO_LOUD, "Smart/AudioDetection/channels/4", "Smart/AudioDetection/channels/4"),
    ],
)  # fmt: skip
def test_the_base_depends_on_where_the_video_comes_from(kind: Kind, local: str, proxied: str) -> None:
    """isapi-core §4.4."""
    row = next(row for row in DETECTIONS if row.kind is kind)
    trigger = Trigger(id="x", type=row.type, channel=4)
    for origin, path in ((ChannelOrigin.LOCAL, local), (ChannelOrigin.PROXIED, proxied)):
        found = _addresses(offered(facts(UnitKind.RECORDER, origin=origin, channels=4, triggers=(trigger,))))
        assert found["unit_4", kind].path == path


def test_flags_hint_on_cameras_and_prove_nothing_on_recorders() -> None:
    """A recorder's flags speak of what it could do for some camera."""
    flags = {"SmartCap/isSupportLoitering": "true", "EventCap/isSupportMotionDetection": "true"}
    camera = offered(facts(capabilities=flags))
    assert {feature.kind for feature in camera} == {Kind.LOITERING, Kind.MOTION}
    assert not any(feature.enabled for feature in camera)
    assert offered(facts(UnitKind.RECORDER, channels=4, capabilities=flags)) == []


def test_a_false_flag_does_not_hide_what_a_trigger_proves() -> None:
    """Flags lie in both directions (T37)."""
    found = offered(
        facts(
            triggers=(Trigger(id="linedetection-1", type="linedetection", channel=1),),
            capabilities={"SmartCap/isSupportLineDetection": "false", "SmartCap/isSupportFaceDetect": "false"},
        )
    )
    assert [(feature.kind, feature.enabled) for feature in found] == [(Kind.LINE_CROSSING, True)]


def test_technical_switches_are_disabled_until_wanted() -> None:
    """Tamper, video loss and the audio ones."""
    types = ("vmd", "tamperdetection", "videoloss", "audioexception", "fielddetection")
    found = offered(facts(triggers=tuple(Trigger(id=word, type=word, channel=1) for word in types)))
    assert {feature.kind for feature in found if feature.enabled} == {Kind.MOTION, Kind.INTRUSION}
    assert {feature.kind for feature in found if not feature.enabled} == {
        Kind.TAMPER, Kind.VIDEO_LOSS, Kind.AUDIO_INPUT_LOST, Kind.AUDIO_LOUD, Kind.AUDIO_SILENT, Kind.AUDIO_LOSS,
    }  # fmt: skip


def test_only_region_rules_leave_out_empty_lists() -> None:
    """isapi-events §4.1: intrusion and line crossing are sent back complete."""
    pruned = {row.kind for row in DETECTIONS if row.prune}
    assert {Kind.REGION_ENTRANCE, Kind.LOITERING, Kind.SHIP, Kind.PEOPLE_IN_REGION} <= pruned
    assert not pruned & {Kind.INTRUSION, Kind.LINE_CROSSING, Kind.MOTION, Kind.TAMPER, Kind.FACE}


def test_privacy_holiday_and_pir_need_their_flag_or_trigger() -> None:
    """Privacy masks exist for pictures the device makes itself."""
    flags = {
        "SysCap/VideoCap/isSupportPrivacyMask": "true",
        "SysCap/isSupportHolidy": "true",
        "WLAlarmCap/isSupportPIR": "true",
    }
    found = _addresses(offered(facts(capabilities=flags)))
    assert found["unit", Kind.PRIVACY_MASK].path == "System/Video/inputs/channels/1/privacyMask"
    assert found["unit", Kind.HOLIDAY].path == "System/Holidays"
    assert found["unit", Kind.PIR].path == "WLAlarm/PIR"
    assert offered(facts()) == []
    recorder = offered(facts(UnitKind.RECORDER, origin=ChannelOrigin.PROXIED, channels=2, capabilities=flags))
    assert Kind.PRIVACY_MASK not in {feature.kind for feature in recorder}


def test_pir_belongs_to_the_channel_that_has_it() -> None:
    """A camera with two lenses names the channel in its trigger."""
    found = offered(facts(channels=2, triggers=(Trigger(id="PIR", type="pir", channel=2),)))
    assert [(feature.device_id, feature.kind, feature.enabled) for feature in found] == [("unit_2", Kind.PIR, True)]


def test_output_switch_carries_its_port() -> None:
    """The address of an output is the port itself."""
    port = IoPort(id="301", output=True, proxied=True, channel=3, name="Gate")
    feature = output_switch("unit_3", port, enabled=False)
    assert (feature.id, feature.label, feature.address, feature.enabled) == (
        "unit_3_switch_alarm_output_301", "Gate", port, False,
    )  # fmt: skip
