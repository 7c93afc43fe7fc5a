"""What was pushed before, remembered over restarts."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ivm import seen
from custom_components.hikvision_ivm.systems.ivm.features import build
from custom_components.hikvision_ivm.systems.ivm.records import ChannelRecord, DeviceRecord, Facts
from custom_components.hikvision_ivm.systems.ivm.seen import SEEN, Seen, remember, rows, with_seen
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Source

UID = "ivm_1"
FACTS = Facts(
    orgs={},
    devices={
        "CAM": DeviceRecord(id="CAM", name="Gate", type="IPC", channels=("0",)),
        "NVR": DeviceRecord(id="NVR", name="Recorder", type="NVR", channels=("0", "1")),
    },
    channels={
        (device, id_): ChannelRecord(device=device, id=id_, name=id_)
        for device, id_ in (("CAM", "0"), ("NVR", "0"), ("NVR", "1"))
    },
)
INTRUSION = ["NVR", "1", "binary_sensor", "intrusion", ""]


def test_features_appear_where_they_belong() -> None:
    """On the channel, on the camera that is its own channel, on the device."""
    stored = [
        INTRUSION,
        ["CAM", "0", "sensor", "vehicle_speed", "2"],
        ["NVR", "", "sensor", "packet_loss", ""],
        ["CAM", "0", "image", "event_picture", ""],
    ]
    plain = build(UID, FACTS, {})
    grown = with_seen(plain, FACTS, UID, {SEEN: stored})
    added = {id_: feature for id_, feature in grown.features.items() if id_ not in plain.features}
    assert set(added) <= {
        "ivm_1_NVR_1_binary_sensor_intrusion", "ivm_1_CAM_sensor_vehicle_speed_2", "ivm_1_NVR_sensor_packet_loss",
        "ivm_1_CAM_image_event_picture",
    }  # fmt: skip
    assert len(added) >= 3
    assert all(feature.source is Source.PUSH for feature in added.values())


def test_what_a_list_offers_already_stays_as_it_is() -> None:
    """And without anything new it is the same inventory."""
    plain = build(UID, FACTS, {})
    grown = with_seen(plain, FACTS, UID, {SEEN: [INTRUSION]})
    assert with_seen(grown, FACTS, UID, {SEEN: [INTRUSION]}) is grown
    assert with_seen(plain, FACTS, UID, {}) is plain


@pytest.mark.parametrize(
    "stored",
    [
        None, 7, "text", {}, [7], [[]], [["NVR", "1", "binary_sensor", "intrusion"]],
        [["NVR", "1", "binary_sensor", "moon_landing", ""]], [["NVR", "1", "lock", "intrusion", ""]],
        [["NVR", "1", "sensor", "intrusion", ""]], [["", "1", "binary_sensor", "intrusion", ""]],
        [["NVR", "1", "binary_sensor", "intrusion", "x" * 33]], [["GONE", "1", "binary_sensor", "intrusion", ""]],
        [["NVR", "9", "binary_sensor", "intrusion", ""]],
    ],
)  # fmt: skip
def test_rows_that_make_no_sense_are_left_out(stored: Any) -> None:
    """Of another version, of what is gone, of nobody."""
    plain = build(UID, FACTS, {})
    assert with_seen(plain, FACTS, UID, {SEEN: stored}) is plain


def test_rows_are_kept_once() -> None:
    """And the memory is told only of news."""
    kept = []
    runtime = Runtime(remember=lambda: kept.append(1))
    row = Seen("NVR", "1", "binary_sensor", Kind.INTRUSION)
    remember(runtime, [row, row], FACTS)
    remember(runtime, [row], FACTS)
    assert runtime.memory[SEEN] == [INTRUSION]
    assert kept == [1]
    assert list(rows(runtime.memory[SEEN])) == [row]


def test_when_there_is_no_room_what_is_gone_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """If nothing is gone, nothing new is kept."""
    monkeypatch.setattr(seen, "MOST", 2)
    gone = ["GONE", "1", "binary_sensor", "intrusion", ""]
    runtime = Runtime(memory={SEEN: [gone, INTRUSION]})
    remember(runtime, [Seen("CAM", "0", "binary_sensor", Kind.FIRE)], FACTS)
    full = [INTRUSION, ["CAM", "0", "binary_sensor", "fire", ""]]
    assert runtime.memory[SEEN] == full
    remember(runtime, [Seen("CAM", "0", "binary_sensor", Kind.MASK)], FACTS)
    assert runtime.memory[SEEN] == full
