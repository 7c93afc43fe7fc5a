"""Kind of device, channels and streams, from documents of any shape."""

import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError
from custom_components.hikvision_ivm.systems.isapi import channels
from custom_components.hikvision_ivm.systems.isapi.identity import device_kind, identity_of, mac_of, unit_kind
from custom_components.hikvision_ivm.systems.isapi.records import ChannelOrigin, UnitKind
from custom_components.hikvision_ivm.systems.model import DeviceKind
from custom_components.hikvision_ivm.systems.transport.xml import Element, parse


def xml(text: str) -> Element:
    """Return a document."""
    return parse(text.encode())


def stream(stream_id: object, channel: object = "", extra: str = "", video: str = "") -> str:
    """Return one stream."""
    where = f"<videoInputChannelID>{channel}</videoInputChannelID>" if channel != "" else ""
    return f"<StreamingChannel><id>{stream_id}</id>{extra}<Video>{where}{video}</Video></StreamingChannel>"


def streams(*items: str) -> channels.Streams:
    """Read a list of streams."""
    return channels.streams_of(xml(f"<StreamingChannelList>{''.join(items)}</StreamingChannelList>"))


def info(**fields: str) -> Element:
    """Return a deviceInfo."""
    return xml(
        "<DeviceInfo>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</DeviceInfo>"
    )


LOCAL = "SysCap/VideoCap/videoInputPortNums"
PROXY = "RacmCap/inputProxyNums"


@pytest.mark.parametrize(
    ("device_type", "capabilities", "expected"),
    [
        ("IPCamera", {LOCAL: "0"}, UnitKind.CAMERA),
        ("IPDome", {}, UnitKind.CAMERA),
        ("IPZoom", {LOCAL: "1"}, UnitKind.CAMERA),
        ("IPCamera", {LOCAL: "2"}, UnitKind.CAMERA),
        ("NVR", {LOCAL: "0", PROXY: "8"}, UnitKind.RECORDER),
        ("NVR", {}, UnitKind.RECORDER),
        ("DVR", {LOCAL: "4", PROXY: "6"}, UnitKind.RECORDER),
        ("HybirdNVR", {}, UnitKind.RECORDER),
        ("HybridNVR", {}, UnitKind.RECORDER),
        (" dvs ", {}, UnitKind.RECORDER),
        ("", {LOCAL: "4"}, UnitKind.RECORDER),
        ("SomethingNew", {PROXY: "16"}, UnitKind.RECORDER),
        ("SomethingNew", {LOCAL: "1"}, UnitKind.CAMERA),
        ("SomethingNew", {LOCAL: "many", PROXY: "-4"}, UnitKind.CAMERA),
    ],
)
def test_kind_of_device(device_type: str, capabilities: dict[str, str], expected: UnitKind) -> None:
    """Type first, then what the device states it can take."""
    assert unit_kind(device_type, capabilities) is expected


def test_kind_in_the_registry() -> None:
    """An encoder is no recorder, a camera is a camera."""
    assert device_kind("DVS", UnitKind.RECORDER) is DeviceKind.ENCODER
    assert device_kind("NVR", UnitKind.RECORDER) is DeviceKind.RECORDER
    assert device_kind("IPDome", UnitKind.CAMERA) is DeviceKind.CAMERA


def test_identity() -> None:
    """The serial identifies, stripped; then the id, then the hardware address; an address never."""
    known = identity_of(
        info(deviceName=" Yard ", deviceID="uuid", model="M", serialNumber="  S1 ", macAddress="AA-BB-CC-DD-EE-0F",
             firmwareVersion="V5.7.15", firmwareReleasedDate="build 240201", ipAddress="192.0.2.1")
    )  # fmt: skip
    assert (known.unique_id, known.name, known.model, known.serial) == ("S1", "Yard", "M", "S1")
    assert (known.firmware, known.mac) == ("V5.7.15 build 240201", "aa:bb:cc:dd:ee:0f")
    assert identity_of(info(deviceID="uuid", macAddress="aabbccddee0f", serialNumber=" ")).unique_id == "uuid"
    bare = identity_of(info(macAddress="aabbccddee0f"))
    assert (bare.unique_id, bare.name, bare.firmware) == ("aa:bb:cc:dd:ee:0f", "aa:bb:cc:dd:ee:0f", None)
    for wrong in (info(model="M", deviceName="N"), xml("<html/>"), xml("<ResponseStatus/>")):
        with pytest.raises(ProtocolError):
            identity_of(wrong)


def test_hardware_addresses() -> None:
    """Any notation; zeros and garbage are no address."""
    assert mac_of("a6:63:9E:f8:01:09") == "a6:63:9e:f8:01:09"
    for junk in (None, "", "00:00:00:00:00:00", "a6:63:9e:f8:01", "none"):
        assert mac_of(junk) is None


def test_streams_are_grouped_by_their_input() -> None:
    """Ids are opaque: the input decides, the hundreds only where it is missing."""
    found = streams(
        stream(102, 1), stream(101, 1), stream(444, 2), stream(" 1001 ", ""), stream(301, "", "", "<dynVideoInputChannelID>"
        "7</dynVideoInputChannelID>"), stream(104, 1),
    )  # fmt: skip
    assert {channel: [one.id for one in group] for channel, group in found.items()} == {
        1: ["101", "102", "104"],
        2: ["444"],
        7: ["301"],
        10: ["1001"],
    }
    assert [one.number for one in found[1]] == [1, 2, 4]
    assert found[10][0].number == 1
    assert list(streams(stream(1), stream(2))) == [1]


def test_streams_that_say_nothing_are_left_out() -> None:
    """Doubles, missing and impossible numbers."""
    found = streams(
        stream(""), stream("x"), stream(-1, 1), stream(99999999999, 1), stream(101, 1), stream(101, 1), stream(201, 99999),
        "<StreamingChannel/>", "<other/>", "<!-- comment -->",
    )  # fmt: skip
    assert {channel: [one.id for one in group] for channel, group in found.items()} == {1: ["101"]}
    assert streams() == {}
    assert list(channels.streams_of(xml(stream(101, 1)))) == [1]


def test_what_a_stream_tells() -> None:
    """Codec, size and rate; 0 or junk is unknown."""
    video = "<videoCodecType>H.265</videoCodecType><videoResolutionWidth> 640</videoResolutionWidth>"
    video += "<videoResolutionHeight>x</videoResolutionHeight><maxFrameRate>1250</maxFrameRate>"
    extra = "<channelName>Yard</channelName><enabled>false</enabled><Audio><enabled>true</enabled></Audio>"
    (one,) = streams(stream(102, 1, extra, video))[1]
    assert (one.codec, one.width, one.height, one.rate) == ("H.265", 640, None, 12.5)
    assert (one.name, one.enabled, one.audio, one.number) == ("Yard", False, True, 2)
    (full,) = streams(stream(101, 1, "", "<maxFrameRate>0</maxFrameRate>"))[1]
    assert (full.rate, full.enabled, full.audio) == (None, True, False)


def camera(found: channels.Streams, inputs: str | None = None) -> dict[int, tuple[str, str | None]]:
    """Return device id and name of a camera's channels."""
    listed = channels.inputs_of(xml(inputs)) if inputs else None
    known = channels.channels_of(UnitKind.CAMERA, "S", found, listed, None, (0, 0))
    return {number: (channel.device_id, channel.name) for number, channel in known.items()}


def test_camera_with_one_sensor_is_its_own_channel() -> None:
    """A camera without any list still has one channel."""
    assert camera(streams(stream(101, 1, "<channelName>Yard</channelName>"))) == {1: ("S", "Yard")}
    assert camera({}) == {1: ("S", None)}
    listed = "<VideoInputChannelList><VideoInputChannel><id>1</id><name>In</name></VideoInputChannel></VideoInputChannelList>"
    assert camera({}, listed) == {1: ("S", "In")}


def test_camera_with_several_sensors() -> None:
    """Every sensor is a device below the camera."""
    assert camera(streams(stream(101, 1), stream(201, 2))) == {1: ("S_1", None), 2: ("S_2", None)}


INPUTS = """<VideoInputChannelList size="4">
<VideoInputChannel><id>1</id><name>Gate</name><resDesc>2560*1440(4MP)P25</resDesc></VideoInputChannel>
<VideoInputChannel><id>2</id><name>Yard</name><resDesc>NO VIDEO</resDesc></VideoInputChannel>
<VideoInputChannel><id>3</id><videoInputEnabled>false</videoInputEnabled></VideoInputChannel>
<VideoInputChannel><id>x</id></VideoInputChannel><VideoInputChannel/></VideoInputChannelList>"""
SOURCE = "<sourceInputPortDescriptor><serialNumber>C{0}</serialNumber><model>IPC</model></sourceInputPortDescriptor>"


def proxy(*numbers: object) -> Element:
    """Return a list of network cameras."""
    items = "".join(
        f"<InputProxyChannel><id>{number}</id><name>Cam {number}</name>{SOURCE.format(number)}</InputProxyChannel>"
        for number in numbers
    )
    return xml(
        f'<InputProxyChannelList size="8">{items}<InputProxyChannel><id>9</id></InputProxyChannel></InputProxyChannelList>'
    )


def recorder(
    found: channels.Streams, inputs: str | None, proxied: Element | None, capacity: tuple[int, int]
) -> dict[int, tuple[str, str | None, ChannelOrigin, int]]:
    """Return what matters of a recorder's channels."""
    listed = channels.inputs_of(xml(inputs)) if inputs else None
    cameras = channels.proxied_of(proxied, "S") if proxied is not None else None
    known = channels.channels_of(UnitKind.RECORDER, "S", found, listed, cameras, capacity)
    return {n: (one.device_id, one.name, one.origin, len(one.streams)) for n, one in known.items()}


def test_recorder_with_network_cameras() -> None:
    """Only configured cameras exist; streams without a camera do not make one."""
    found = streams(stream(101, 1), stream(102, 1), stream(301, 3), stream(501, 5))
    assert recorder(found, None, proxy(1, 3, 3, "x", 0, ""), (0, 8)) == {
        1: ("S_1", "Cam 1", ChannelOrigin.PROXIED, 2),
        3: ("S_3", "Cam 3", ChannelOrigin.PROXIED, 1),
    }
    assert recorder(found, None, xml("<InputProxyChannelList/>"), (0, 8)) == {}


def test_hybrid_recorder() -> None:
    """Analogue inputs that are switched off do not exist; a number is never used twice."""
    assert recorder({}, INPUTS, proxy(2, 5), (4, 4)) == {
        1: ("S_1", "Gate", ChannelOrigin.LOCAL, 0),
        2: ("S_2", "Yard", ChannelOrigin.LOCAL, 0),
        4: ("S_4", "Cam 2", ChannelOrigin.PROXIED, 0),
        5: ("S_5", "Cam 5", ChannelOrigin.PROXIED, 0),
    }
    assert {n: one.signal for n, one in channels.inputs_of(xml(INPUTS)).items()} == {1: True, 2: False, 3: None}


def test_recorder_whose_lists_are_refused() -> None:
    """Then the streams tell which inputs are in use."""
    found = streams(stream(101, 1), stream(201, 2), stream(901, 9))
    assert recorder(found, None, None, (2, 8)) == {
        1: ("S_1", None, ChannelOrigin.LOCAL, 1),
        2: ("S_2", None, ChannelOrigin.LOCAL, 1),
        9: ("S_9", None, ChannelOrigin.PROXIED, 1),
    }
    assert recorder(found, None, None, (0, 0)) == {}


def test_what_a_recorder_tells_of_a_camera() -> None:
    """Serial, model and address are kept for telling senders apart; they may be the same for two cameras."""
    source = (
        "<proxyProtocol>ONVIF</proxyProtocol><ipAddress>192.0.2.9</ipAddress><srcInputPort>2</srcInputPort><model/>"
        "<serialNumber> SAME </serialNumber><firmwareVersion>V1</firmwareVersion><macAddress>AABBCCDDEEFF</macAddress>"
    )
    items = "".join(
        f"<InputProxyChannel><id>{n}</id><sourceInputPortDescriptor>{source}</sourceInputPortDescriptor></InputProxyChannel>"
        for n in (1, 2)
    )
    found = channels.proxied_of(xml(f"<InputProxyChannelList>{items}</InputProxyChannelList>"), "S")
    assert [one.device_id for one in found.values()] == ["S_1", "S_2"]
    one = found[2]
    assert (one.serial, one.model, one.firmware, one.mac) == ("SAME", None, "V1", "aa:bb:cc:dd:ee:ff")
    assert (one.address, one.source_port, one.protocol, one.name) == ("192.0.2.9", 2, "ONVIF", None)
