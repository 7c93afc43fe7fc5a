"""What the platform refuses before it looks at a call, and how answers are made to go wrong."""

import asyncio
import time

import aiohttp
import pytest

from simulators.hikcentral import Options
from simulators.hikcentral.registry import ENDPOINTS, PAGE as PAGE_ROWS

from .conftest import PAGE, Client, Connect

VERSION = "common/v1/version"
CAMERAS = "resource/v1/cameras"


async def test_only_post(connect: Connect) -> None:
    """Another method is code 11."""
    client: Client = await connect()
    assert (await client.send(VERSION, b"", method="GET")).code == "11"
    assert (await client.send(VERSION, b"{}", method="PUT")).code == "11"


async def test_plain_http_can_be_refused(connect: Connect) -> None:
    """As the document asks for https."""
    client: Client = await connect(options=Options(refuse_http=True))
    assert (await client.call(VERSION)).code == "11"


@pytest.mark.parametrize("path", ["common/v1/versions", "Common/v1/version", "resource/v1/Cameras"])
async def test_unknown_path(connect: Connect, path: str) -> None:
    """Paths have case."""
    client: Client = await connect()
    assert (await client.call(path)).code == "12"


async def test_outside_the_gateway(connect: Connect) -> None:
    """Other addresses are a web server's."""
    client: Client = await connect()
    async with client.session.post(f"{client.platform.url}/artemis-web") as response:
        assert response.status == 404
        assert response.content_type == "text/html"


async def test_permission_of_all_and_of_one_key(connect: Connect) -> None:
    """A call that is not assigned to the partner is refused until it is."""
    client: Client = await connect()
    client.platform.deny(CAMERAS)
    client.platform.deny(VERSION, client.key)
    assert (await client.call(CAMERAS, PAGE)).code == "0x02401007"
    assert (await client.call(VERSION)).code == "0x02401007"
    client.platform.allow(CAMERAS)
    client.platform.allow(VERSION)
    assert (await client.call(CAMERAS, PAGE)).code == "0"
    assert (await client.call(VERSION)).code == "0"


async def test_licence(connect: Connect) -> None:
    """A path or everything below one."""
    client: Client = await connect()
    client.platform.unlicense("resource/v1/acsDoor/")
    client.platform.unlicense(CAMERAS)
    assert (await client.call("resource/v1/acsDoor/acsDoorList", PAGE)).code == "0x00072204"
    assert (await client.call(CAMERAS, PAGE)).code == "0x00072204"
    assert (await client.call("resource/v1/cameras/indexCode", {"cameraIndexCode": "1"})).code == "0"
    client.platform.license(CAMERAS)
    assert (await client.call(CAMERAS, PAGE)).code == "0"


async def test_quota(connect: Connect) -> None:
    """After so many calls it is used up, until it is lifted."""
    client: Client = await connect()
    client.platform.quota(2)
    assert [(await client.call(VERSION)).code for _ in range(3)] == ["0", "0", "0x02401009"]
    client.platform.quota(None)
    assert (await client.call(VERSION)).code == "0"


@pytest.mark.parametrize(
    ("user", "code"), [("admin", "0"), ("nobody", "66"), ("a/b", "0x00072003"), ("x" * 33, "0x00072003")]
)
async def test_user(connect: Connect, user: str, code: str) -> None:
    """The header `userId` names somebody who exists."""
    client: Client = await connect()
    assert (await client.call(VERSION, userId=user)).code == code


async def test_network_domain(connect: Connect) -> None:
    """The header `domainId` chooses the address in URLs; an unknown one is not set up."""
    client: Client = await connect(options=Options(domains={"7": "198.51.100.7"}))
    body = {"cameraIndexCode": "1", "protocol": "rtsp_s"}
    assert (await client.call("video/v1/cameras/previewURLs", body, domainId="8")).code == "14"
    reply = await client.call("video/v1/cameras/previewURLs", body, domainId="7")
    assert reply.data["url"].startswith("rtsp://198.51.100.7:")


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"pageNo":1,'])
async def test_body_is_an_object(connect: Connect, body: bytes) -> None:
    """Anything else has a bad format."""
    client: Client = await connect()
    assert (await client.send(CAMERAS, body)).code == "0x00072003"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pageNo": None}, "0x00072001"),
        ({"pageSize": None}, "0x00072001"),
        ({"pageNo": 0}, "0x00072002"),
        ({"pageSize": 0}, "0x00072002"),
        ({"pageSize": 501}, "0x00072002"),
        ({"pageNo": "1"}, "0x00072003"),
        ({"pageNo": True}, "0x00072003"),
        ({"siteIndexCode": 0}, "0x00072003"),
        ({"siteIndexCode": "x" * 65}, "0x00072002"),
        ({"siteIndexCode": "9"}, "0x00072202"),
        ({"deviceType": "fridge"}, "0x00072002"),
    ],
)
async def test_rows_of_a_request_table(connect: Connect, changes: dict[str, object], code: str) -> None:
    """Missing, out of range, bad format, unknown."""
    client: Client = await connect()
    assert (await client.call(CAMERAS, PAGE | changes)).code == code


async def test_every_list_wants_pages(connect: Connect) -> None:
    """No call with a page table answers without a page."""
    client: Client = await connect()
    paged = [path for path, endpoint in ENDPOINTS.items() if set(PAGE_ROWS) <= set(endpoint.parameters)]
    assert len(paged) > 20
    for path in paged:
        assert (await client.call(path, {"pageSize": 1})).code == "0x00072001", path


async def test_page_too_long(connect: Connect) -> None:
    """A platform may find a page too long; a smaller one is answered."""
    client: Client = await connect(options=Options(longest_page=3))
    assert (await client.call(CAMERAS, PAGE)).code == "0x00072004"
    assert len((await client.call(CAMERAS, {"pageNo": 2, "pageSize": 3})).rows) == 3


async def test_fault_with_a_code(connect: Connect) -> None:
    """Some times, or until it is healed; it applies to the paths that contain the part."""
    client: Client = await connect()
    client.platform.fault("cameras", code="0x00052101", times=2)
    assert [(await client.call(CAMERAS, PAGE)).code for _ in range(3)] == ["0x00052101", "0x00052101", "0"]
    client.platform.fault("v1/version", code="5")
    assert (await client.call(CAMERAS, PAGE)).code == "0"
    assert [(await client.call(VERSION)).code for _ in range(2)] == ["5", "5"]
    client.platform.heal("v1/version")
    assert (await client.call(VERSION)).code == "0"


async def test_fault_with_a_body(connect: Connect) -> None:
    """Any status and bytes, or the right envelope around wrong data."""
    client: Client = await connect()
    client.platform.fault("version", status=502, raw="<html>Bad Gateway</html>", content_type="text/html", times=1)
    reply = await client.call(VERSION)
    assert (reply.status, reply.body) == (502, b"<html>Bad Gateway</html>")
    client.platform.fault("version", raw=b'{"code":"0","da', times=1)
    reply = await client.call(VERSION)
    assert (reply.status, reply.body) == (200, b'{"code":"0","da')
    client.platform.fault("version", data=None, times=1)
    assert (await client.call(VERSION)).json == {"code": "0", "msg": "Success", "data": None}


async def test_dropped_before_and_after(connect: Connect) -> None:
    """A call whose connection broke may have been carried out or not."""
    client: Client = await connect()
    body = {"alarmOutputIndexCode": "1", "action": 1}
    client.platform.fault("alarmOutput/controlling", drop=True, times=1)
    with pytest.raises(aiohttp.ClientError):
        await client.call("resource/v1/alarmOutput/controlling", body)
    assert client.platform.state.outputs["1"].status == 0
    client.platform.fault("alarmOutput/controlling", drop="after", times=1)
    with pytest.raises(aiohttp.ClientError):
        await client.call("resource/v1/alarmOutput/controlling", body)
    assert client.platform.state.outputs["1"].status == 1


async def test_delays(connect: Connect) -> None:
    """Of all answers, and of one fault, which is followed by the right answer."""
    client: Client = await connect(delay=0.05)
    began = time.monotonic()
    await client.call(VERSION)
    assert time.monotonic() - began >= 0.05
    client.platform.fault("version", delay=0.1)
    began = time.monotonic()
    assert (await client.call(VERSION)).code == "0"
    assert time.monotonic() - began >= 0.15


async def test_outage(connect: Connect) -> None:
    """A platform that stopped answering comes back on the same port, with its state."""
    client: Client = await connect()
    client.platform.state.outputs["1"].status = 1
    await client.platform.stop_answering()
    with pytest.raises(aiohttp.ClientError):
        await client.call(VERSION)
    await client.platform.listen()
    assert (await client.call("resource/v1/alarmOutputs/indexCode", {"alarmOutputIndexCode": "1"})).data["status"] == 1


async def test_log_of_requests(connect: Connect) -> None:
    """Every request is kept with its code."""
    client: Client = await connect()
    await client.call(CAMERAS, PAGE)
    await client.call("resource/v1/regions", {"pageNo": 1})
    assert [(r.path, r.body, r.code) for r in client.platform.requests] == [
        (CAMERAS, PAGE, "0"),
        ("resource/v1/regions", {"pageNo": 1}, "0x00072001"),
    ]
    assert client.platform.count("cameras") == 1
    assert client.platform.count() == 2
    assert client.platform.requests[0].headers["X-Ca-Key"] == client.key


async def test_older_version_has_fewer_calls(connect: Connect) -> None:
    """A call of a later version is not known (code 8)."""
    client: Client = await connect(options=Options(version=(2, 1, 0)))
    assert (await client.call("resource/v1/mobileDevice/mobileDeviceList", PAGE)).code == "8"
    assert (await client.call(CAMERAS, PAGE)).code == "0"


async def test_concurrent_calls(connect: Connect) -> None:
    """Calls do not wait for each other."""
    client: Client = await connect(delay=0.1)
    began = time.monotonic()
    replies = await asyncio.gather(*(client.call(VERSION) for _ in range(10)))
    assert [reply.code for reply in replies] == ["0"] * 10
    assert time.monotonic() - began < 0.6
