"""Stream addresses and still pictures against a device on a real socket."""

import asyncio
from urllib.parse import unquote, urlsplit

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    BodyTooLargeError,
    BusyError,
    DeviceFailureError,
    InsufficientRightsError,
    ProtocolError,
    ResponseTimeoutError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.isapi import media
from custom_components.hikvision_ivm.systems.isapi.media import Snapshots, is_whole_jpeg, stream_address
from custom_components.hikvision_ivm.systems.transport.http import Credentials
from simulators.isapi import IsapiSimulator

from .command_bench import Time, connected

DIRECT = "Streaming/channels/101/picture"
PROXY = "ContentMgmt/StreamingProxy/channels/101/picture"
JPEG = b"\xff\xd8\xff\xe0 picture \xff\xd9"


def status(code: int, sub: str) -> bytes:
    """Return a refusal as it comes with HTTP 200."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ResponseStatus xmlns="http://www.hikvision.com/ver20/XMLSchema">'
        f"<statusCode>{code}</statusCode><subStatusCode>{sub}</subStatusCode></ResponseStatus>"
    ).encode()


def asked(device: IsapiSimulator) -> list[tuple[str, dict[str, str]]]:
    """Return the requests for pictures, in order."""
    return [(r.path, r.query) for r in device.requests if r.authorized and r.path.endswith("/picture")]


@pytest.mark.parametrize("password", ["p@ss:w/o?r#d%&", "päß wörd ", "", "a+b=c'\"<>\\"])
@pytest.mark.parametrize(
    ("url", "port", "host"),
    [
        ("http://192.0.2.7", 10554, "192.0.2.7:10554"),
        ("https://nvr.example:8443", None, "nvr.example:554"),
        ("http://[2001:db8::7]:8080", 554, "[2001:db8::7]:554"),
    ],
)
def test_the_address_of_a_stream(url: str, port: int | None, host: str, password: str) -> None:
    """The device's own RTSP port, and credentials that no character breaks."""
    address = stream_address(url, Credentials(username="us:er@1", password=password), "101", port)
    parsed = urlsplit(address)
    account, _, netloc = parsed.netloc.rpartition("@")
    assert (parsed.scheme, netloc, parsed.path, parsed.query, parsed.fragment) == (
        "rtsp", host, "/Streaming/Channels/101", "", "",
    )  # fmt: skip
    assert [unquote(word) for word in account.split(":")] == ["us:er@1", password]


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (JPEG, True), (JPEG + b"\0" * 60, True), (JPEG + b"\r\n", True), (JPEG[:-1], False), (JPEG[:-2], False),
        (b"", False), (b"\xff\xd8", False), (b"<html/>", False), (b"x" + JPEG, False),
        (b"\xff\xd8\xff\xe1 thumbnail \xff\xd9" + b"\0" * 5000, False),
    ],
)  # fmt: skip
def test_what_a_whole_picture_is(body: bytes, whole: bool) -> None:
    """It begins and ends as one; padding does no harm, an end mark of a thumbnail is none."""
    assert is_whole_jpeg(body) is whole


@pytest.mark.usefixtures("socket_enabled")
class TestSnapshots:
    """Pictures over the wire."""

    async def test_a_picture(self) -> None:
        """One request, without parameters for the size."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            picture = await Snapshots(client, time.runtime()).take("101")
            assert is_whole_jpeg(picture.content)
            assert picture.content_type == "image/jpeg"
            assert picture.taken == time.start
            assert asked(device) == [(DIRECT, {"snapShotImageType": "JPEG"})]

    async def test_a_device_that_stumbles_is_asked_again_twice(self) -> None:
        """3/deviceError, twice, then the picture."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            device.fault(DIRECT, body=status(3, "deviceError"), times=2)
            assert is_whole_jpeg((await Snapshots(client, time.runtime()).take("101")).content)
            assert len(asked(device)) == 3
            assert len(time.slept) == 2
            assert min(time.slept) > 0

    async def test_a_device_that_keeps_stumbling(self) -> None:
        """Every way is tried, with two repetitions in all."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            device.fault("*/picture", body=status(3, "deviceError"))
            with pytest.raises(DeviceFailureError):
                await Snapshots(client, time.runtime()).take("101")
            assert len(asked(device)) == 5

    async def test_parameters_are_dropped_and_then_the_recorders_path_is_taken_and_remembered(self) -> None:
        """6/badXmlContent, as proxied channels answer."""
        time = Time()
        async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
            device.fault(DIRECT, body=status(6, "badXmlContent"))
            device.fault(PROXY, body=JPEG)
            snapshots = Snapshots(client, time.runtime())
            assert (await snapshots.take("101")).content == JPEG
            assert asked(device) == [(DIRECT, {"snapShotImageType": "JPEG"}), (DIRECT, {}), (PROXY, {})]
            device.requests.clear()
            await snapshots.take("101")
            assert asked(device) == [(PROXY, {})]
            device.clear_faults()
            device.fault(PROXY, status=404)
            await snapshots.take("101")
            assert asked(device)[-1] == (DIRECT, {"snapShotImageType": "JPEG"})

    @pytest.mark.parametrize(
        ("answer", "requests"),
        [(status(6, "UnSupportCapture"), 1), (status(4, "notSupport"), 3), (status(6, "badXmlContent"), 3)],
    )
    async def test_a_stream_without_pictures(self, answer: bytes, requests: int) -> None:
        """The stream itself is the way out, so the error says unsupported."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            device.fault("*/picture", body=answer)
            with pytest.raises(UnsupportedError):
                await Snapshots(client, time.runtime()).take("101")
            assert len(asked(device)) == requests
            assert not time.slept

    async def test_a_busy_device_is_given_the_time_it_asks_for(self) -> None:
        """But not more than is bearable."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            snapshots = Snapshots(client, time.runtime())
            device.fault(DIRECT, status=503, headers={"Retry-After": "1"}, times=1)
            device.fault(DIRECT, status=503, headers={"Retry-After": "600"}, times=1)
            await snapshots.take("101")
            assert time.slept == [1.0, 3.0]
            device.fault(DIRECT, body=status(2, "deviceBusy"))
            time.passed += 60
            with pytest.raises(BusyError):
                await snapshots.take("101")

    @pytest.mark.parametrize(
        "body",
        [b"", b"\xff\xd8\xff\xe0 half a picture", b"<html><body>Login</body></html>", b"garbage", b"{}", b"\x89PNG"],
        ids=["empty", "truncated", "html", "garbage", "json", "png"],
    )
    async def test_what_is_no_picture_is_refused(self, body: bytes) -> None:
        """It is asked for again, then named."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            device.fault("*/picture", body=body)
            with pytest.raises(ProtocolError):
                await Snapshots(client, time.runtime()).take("101")
            assert len(asked(device)) == 3

    async def test_a_picture_cut_off_by_the_connection(self) -> None:
        """Repeated, and whole in the end."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            device.fault(DIRECT, cut=40, times=1)
            assert is_whole_jpeg((await Snapshots(client, time.runtime()).take("101")).content)

    async def test_an_oversized_picture_is_not_read(self) -> None:
        """Ten megabytes are no picture of a camera."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            device.fault(DIRECT, body=JPEG[:-2] + b"\0" * (10 * 1024 * 1024) + JPEG[-2:])
            with pytest.raises(BodyTooLargeError):
                await Snapshots(client, time.runtime()).take("101")

    async def test_missing_rights_and_logins_keep_their_names(self) -> None:
        """403 lowPrivilege is no missing function, 401 no missing right."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            device.fault("*/picture", status=403, body=status(4, "lowPrivilege"))
            with pytest.raises(InsufficientRightsError):
                await Snapshots(client, time.runtime()).take("101")
            device.clear_faults()
            device.lock_account(600)
            with pytest.raises(AuthenticationError):
                await Snapshots(client, time.runtime()).take("101")

    async def test_whoever_asks_meanwhile_shares_the_picture(self) -> None:
        """One request per stream at a time; one who gives up takes nothing from the others."""
        time = Time()
        async with IsapiSimulator(profile="ipc", delay=0.1) as device, connected(device, time) as client:
            snapshots = Snapshots(client, time.runtime())
            tasks = [asyncio.create_task(snapshots.take("101")) for _ in range(5)]
            await asyncio.sleep(0.05)
            tasks[0].cancel()
            answers = await asyncio.gather(*tasks, return_exceptions=True)
            assert isinstance(answers[0], asyncio.CancelledError)
            assert len({id(answer) for answer in answers[1:]}) == 1
            assert len(asked(device)) == 1
            await snapshots.take("101")
            assert len(asked(device)) == 2

    async def test_the_last_good_picture_stands_in_for_ten_seconds(self) -> None:
        """Only while one fails, and never for a refused login."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            snapshots = Snapshots(client, time.runtime())
            good = await snapshots.take("101")
            assert (await snapshots.take("101")) is not good
            good = await snapshots.take("101")
            device.fault("*/picture", body=status(6, "UnSupportCapture"))
            time.passed += 9
            assert await snapshots.take("101") is good
            time.passed += 2
            with pytest.raises(UnsupportedError):
                await snapshots.take("101")

    async def test_a_silent_device_costs_a_bounded_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The limit is for all attempts together."""
        monkeypatch.setattr(media, "_TIMEOUT", 0.2)
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            device.fault(DIRECT, delay=5)
            with pytest.raises(ResponseTimeoutError):
                await Snapshots(client, time.runtime()).take("101")

    async def test_closing_stops_what_is_running(self) -> None:
        """Whoever waits is told by cancellation."""
        time = Time()
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            device.fault(DIRECT, delay=5)
            snapshots = Snapshots(client, time.runtime())
            task = asyncio.create_task(snapshots.take("101"))
            await asyncio.sleep(0.05)
            await snapshots.close()
            with pytest.raises(asyncio.CancelledError):
                await task
