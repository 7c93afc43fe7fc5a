"""Where messages belong: channels, terminals, senders (isapi-events §1.4)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.isapi.places import Sender
from custom_components.hikvision_ivm.systems.isapi.records import Channel, ChannelOrigin
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Report

from .events import PORTS, RECORDER, alert_xml, camera, happened, identified, io, proxied, recorder, rig, take

DYNAMIC = "<dynChannelID>{}</dynChannelID>"


@pytest.mark.parametrize(
    ("channel", "dynamic", "device"),
    [
        (2, None, f"{RECORDER}_2"),
        ("", "3", f"{RECORDER}_3"),
        (1, "3", f"{RECORDER}_3"),
        (1, "", f"{RECORDER}_1"),
        (1, "0", f"{RECORDER}_1"),
        (34, None, f"{RECORDER}_2"),
        ("", "36", f"{RECORDER}_4"),
        (None, None, RECORDER),
        (0, None, RECORDER),
        (9, None, RECORDER),
        (101, None, RECORDER),
        (37, None, RECORDER),
        ("one", None, RECORDER),
    ],
)
def test_channel_of_a_recorder(channel: object, dynamic: str | None, device: str) -> None:
    """The order of resolution; what does not resolve is the device's, never channel 1's."""
    one = rig(recorder())
    extra = "" if dynamic is None else DYNAMIC.format(dynamic)
    occurrence = happened(one, alert_xml(channel=channel, extra=extra))
    assert occurrence.device_id == device
    assert (occurrence.channel is None) is (device == RECORDER)
    if device == RECORDER:
        assert not any("binary_sensor" in feature and "_1_" in feature for feature in occurrence.features)


def test_unresolved_channels_are_counted_and_told() -> None:
    """The number that nobody knows is kept."""
    one = rig(recorder())
    occurrence = happened(one, alert_xml(channel=9))
    assert occurrence.features == (f"{RECORDER}_event_device_event",)
    assert (occurrence.kind, occurrence.code) == (Kind.UNKNOWN_EVENT, "fielddetection")
    assert dict(occurrence.details) == {"channel": 9}
    assert one.router.counts["unresolved"] == 1
    assert one.sink.inventories == []


def test_gaps_in_the_numbers() -> None:
    """Recorders keep the numbers of removed cameras free."""
    one = rig(recorder([proxied(1), proxied(2), proxied(4)]))
    assert happened(one, alert_xml(channel=36)).device_id == f"{RECORDER}_4"
    assert happened(one, alert_xml(channel=35)).device_id == RECORDER


def test_digital_channels_beside_analogue_ones() -> None:
    """On a hybrid 33 is the first network camera, whatever its number."""
    local = [Channel(number=n, device_id=f"{RECORDER}_{n}", origin=ChannelOrigin.LOCAL) for n in (1, 2, 3, 4)]
    one = rig(recorder([*local, proxied(5), proxied(6)]))
    assert happened(one, alert_xml(channel=33)).device_id == f"{RECORDER}_5"
    assert happened(one, alert_xml(channel=34)).device_id == f"{RECORDER}_6"
    assert happened(one, alert_xml(channel=2)).device_id == f"{RECORDER}_2"
    assert happened(one, alert_xml(channel=35)).device_id == RECORDER


def test_digital_channels_by_source_port() -> None:
    """Where the ports tell the cameras apart they decide."""
    one = rig(recorder([proxied(1, source_port=2), proxied(2, source_port=1)]))
    assert happened(one, alert_xml(channel=33)).device_id == f"{RECORDER}_2"


@pytest.mark.parametrize(
    ("who", "remote", "device"),
    [
        ({"mac": "c0:56:e3:00:00:02", "channel": 3}, None, f"{RECORDER}_3"),
        ({"mac": "AC-B9-2F-00-01-04"}, None, f"{RECORDER}_4"),
        ({"mac": "ac:b9:2f:00:01:04"}, "192.0.2.102", f"{RECORDER}_4"),
        ({"mac": "00:00:00:00:00:00", "serial": "CAM2026AAWRX00000003"}, None, f"{RECORDER}_3"),
        ({"serial": RECORDER, "channel": 2}, "192.0.2.103", f"{RECORDER}_2"),
        ({"serial": f"DS-7608NI-I2/{RECORDER}", "channel": 2}, None, f"{RECORDER}_2"),
        ({"address": "192.0.2.102"}, "192.0.2.77", f"{RECORDER}_2"),
        ({"address": "10.0.0.1"}, "::ffff:192.0.2.103", f"{RECORDER}_3"),
        ({"channel": 2}, "192.0.2.1", f"{RECORDER}_2"),
        ({"channel": 2}, None, f"{RECORDER}_2"),
        # A stranger's channel 1 is not ours.
        ({"mac": "aa:aa:aa:aa:aa:aa"}, "192.0.2.200", RECORDER),
        ({"serial": "SOMEBODYELSE000001"}, None, RECORDER),
        # A second network card of the recorder itself.
        ({"mac": "aa:aa:aa:aa:aa:aa", "channel": 2}, "192.0.2.1", f"{RECORDER}_2"),
    ],
)
def test_who_posts(who: dict[str, Any], remote: str | None, device: str) -> None:
    """Hardware address, then serial number, then address; on the stream the connection decides."""
    one = rig(recorder())
    body = identified(**who)
    assert happened(one, body, Sender(remote)).device_id == device
    two = rig(recorder())
    assert happened(two, body).device_id == f"{RECORDER}_{who.get('channel', 1)}"


def test_lenses_of_one_camera() -> None:
    """Two channels of a recorder are one camera: its own number tells which."""
    lenses = [proxied(1), proxied(2, mac="ac:b9:2f:00:01:01", source_port=2), proxied(3)]
    one = rig(recorder(lenses))
    assert happened(one, identified(mac="ac:b9:2f:00:01:01", channel=2), Sender()).device_id == f"{RECORDER}_2"
    assert happened(one, identified(mac="ac:b9:2f:00:01:01", channel=7), Sender()).device_id == RECORDER


def test_doubled_serials() -> None:
    """Cameras of one serial number behind a recorder are told apart by where they post from."""
    one = rig(recorder([proxied(1, mac=None, serial="SAME00000001"), proxied(2, mac=None, serial="SAME00000001")]))
    body = identified(serial="SAME00000001")
    assert happened(one, body, Sender("192.0.2.102")).device_id == f"{RECORDER}_2"
    assert happened(one, identified(serial="SAME00000001", event="videoloss"), Sender()).device_id == RECORDER


def test_alarm_inputs_are_plain_values() -> None:
    """A terminal is what it says it is, by number and not by channel."""
    one = rig(recorder(ports=PORTS))
    sensor = one.feature("alarm_input", part="2")
    start = happened(one, io(port="2", channel=3))
    assert one.sink.reports[-1].values[sensor] is True
    assert start.features == (one.feature("device_event", of="event"),)
    assert (start.kind, dict(start.details)) == (Kind.ALARM_INPUT, {"port": "2"})
    assert take(one, io(port="2", when=1)) is None
    assert one.sink.reports[-1] == Report(values={sensor: True})
    assert take(one, io("inactive", port="2", when=2)) is None
    assert one.sink.reports[-1] == Report(values={sensor: False})


@pytest.mark.parametrize(
    "body",
    [
        io(dynamic="301"),
        io(dynamic="1", channel="").replace(b"<channelID>", b"<dynChannelID>3</dynChannelID><channelID>"),
    ],
)
def test_terminals_of_network_cameras(body: bytes) -> None:
    """Port 1 of channel 3 is 301."""
    one = rig(recorder(ports=PORTS))
    take(one, body)
    assert one.sink.reports[-1].values[f"{RECORDER}_3_binary_sensor_alarm_input_301"] is True


def test_terminal_of_a_camera_that_posts_itself() -> None:
    """The camera says 1, the recorder calls it 301."""
    one = rig(recorder(ports=PORTS))
    extra = "<macAddress>ac:b9:2f:00:01:03</macAddress><inputIOPortID>1</inputIOPortID>"
    take(one, alert_xml("IO", extra=extra), Sender())
    assert one.sink.reports[-1].values[f"{RECORDER}_3_binary_sensor_alarm_input_301"] is True


def test_terminal_without_number_belongs_to_nobody() -> None:
    """Not to the first."""
    one = rig(recorder(ports=PORTS))
    occurrence = happened(one, io(channel=1))
    assert occurrence.device_id == RECORDER
    assert not any("binary_sensor" in feature for feature in one.sink.reports[-1].values)


def test_a_terminal_that_cannot_be_one_is_told_with_its_number() -> None:
    """Nothing is created for nonsense."""
    one = rig(recorder(ports=PORTS))
    assert dict(happened(one, io(port="99999")).details) == {"port": "99999"}
    assert one.sink.inventories == []


def test_unlisted_terminal_is_created() -> None:
    """It is sent, so it exists."""
    one = rig(camera())
    take(one, io(port="2"))
    assert one.feature("alarm_input", part="2") in one.sink.inventories[-1].features
    assert one.sink.reports[-1].values[one.feature("alarm_input", part="2")] is True
